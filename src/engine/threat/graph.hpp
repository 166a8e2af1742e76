#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/threat/threats.hpp"

/// Threat knowledge as a graph: what is around an object, and how two of them hang together. Nodes are STIX objects;
/// edges are relationships, sightings, and properties that refer, but for those that only say who wrote or changed
/// something. A node exists for a viewer who may see the object; an edge for one who may see both of its ends and what
/// says so. Whatever is hidden is in no answer, changes no order and is counted nowhere. Why it is so:
/// docs/decisions/0037.
namespace tocsin::engine::threat {

inline constexpr int kGraphDepthMax = 3;
inline constexpr int kGraphNodesDefault = 500;
/// Also of all pages together.
inline constexpr int kGraphNodesMax = 10'000;
/// Edges that are looked at for one distance, and to join what is farthest.
inline constexpr std::int64_t kGraphEdgesMax = 100'000;
inline constexpr int kPathStepsMax = 6;
/// Objects that a search for a path looks at.
inline constexpr std::int64_t kPathObjectsMax = 20'000;
/// Of a filter.
inline constexpr std::size_t kGraphTypesMax = 50;

/// Relationships and sightings are edges, and markings and such describe others: they are no nodes.
bool is_node_type(std::string_view type) noexcept;

/// When what an object speaks of happened, or else when it was written.
struct NodeTime {
  enum class Kind { none, seen, published, valid, created };
  Kind kind = Kind::none;
  std::optional<Timestamp> from, until;
};
std::string_view to_string(NodeTime::Kind kind) noexcept;

struct Node {
  ThreatRow row;
  int distance = 0;        ///< Steps from the object in the middle.
  std::int64_t links = 0;  ///< Edges of the answer that end here.
  NodeTime time;
};

/// Ends are places in the answer's nodes.
struct GraphEdge {
  std::size_t from = 0, to = 0;
  std::string verb;  ///< "uses", "sighting", or the property: "object_refs".
  std::string via;   ///< STIX id of the relationship or sighting; empty for a property.
};

struct Around {
  int depth = 2;                   ///< 1 to kGraphDepthMax.
  int limit = kGraphNodesDefault;  ///< Nodes of a page, 1 to kGraphNodesMax.
  std::vector<std::string> types =
      {};  ///< Only these are met, and led through; empty: all. The middle is always there.
  std::vector<std::string> verbs = {};  ///< Only these edges are followed and told; empty: all.
  std::string cursor = {};              ///< Behind which node the page begins.
};

struct Neighbourhood {
  /// The first `page` of them are those of pages before which edges of this page lead to; the first page has none. Then
  /// nearer before farther; of one distance first what is tied more closely to what is nearer: by a relationship rather
  /// than a property, by several, and by something that has few others.
  std::vector<Node> nodes;
  std::size_t page = 0;
  /// Those between nodes of this page, and from them to nodes of pages before: all pages together have each edge once.
  std::vector<GraphEdge> edges;
  std::string next_cursor;  ///< Empty on the last page.
  bool full = false;        ///< There are more, but kGraphNodesMax have been told.
  bool cut = false;         ///< Somewhere there were more than kGraphEdgesMax edges; some were not looked at.
};

/// Errors: not_found (for what they may not see as well), invalid_input (depth, limit, cursor).
Result<Neighbourhood> neighbourhood(store::Connection& connection, const domain::policy::Viewer& viewer,
                                    std::string_view stix_id, const Around& around, Timestamp now);

struct Path {
  /// From the first to the last; empty where none was found. One of the shortest ones.
  std::vector<Node> nodes;
  /// All that joins a node to the next one.
  std::vector<GraphEdge> edges;
  std::int64_t looked_at = 0;  ///< Objects, of those that they may see.
  /// Nothing was left out: without a path there is none of up to kPathStepsMax steps.
  bool complete = true;
};

/// Errors: not_found (either end, for what they may not see as well).
Result<Path> path(store::Connection& connection, const domain::policy::Viewer& viewer, std::string_view from,
                  std::string_view to, Timestamp now);

}  // namespace tocsin::engine::threat
