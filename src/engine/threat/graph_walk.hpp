#pragma once
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/threat/graph.hpp"

/// How the graph is walked: sets of nodes at a time, never one by one. Internal to engine/threat.
namespace tocsin::engine::threat {

/// A STIX id that the walk has met, whether it is here for the viewer or not.
using Met = std::int32_t;

/// An edge whose record the viewer may see; of its ends nothing is known.
struct WalkEdge {
  Met from = 0, to = 0;
  std::string verb, via;
  std::int64_t record = 0;
  friend auto operator<=>(const WalkEdge&, const WalkEdge&) = default;
};

class Walk {
 public:
  Walk(store::Connection& connection, const domain::policy::Viewer& viewer, Timestamp now)
      : connection_(connection), viewer_(viewer), now_(now) {}
  Walk(const Walk&) = delete;
  Walk& operator=(const Walk&) = delete;

  Met meet(std::string_view stix_id);
  const std::string& id(Met met) const { return *ids_[static_cast<std::size_t>(met)]; }
  std::size_t met() const noexcept { return ids_.size(); }

  /// All edges of these nodes, each once. `cut` is set where there are more than kGraphEdgesMax.
  Result<std::vector<WalkEdge>> edges_of(std::span<const Met> nodes, std::span<const std::string> verbs, bool& cut);
  /// Those with both ends among these nodes.
  Result<std::vector<WalkEdge>> edges_among(std::span<const Met> nodes, std::span<const std::string> verbs, bool& cut);
  /// Those of them that are here for the viewer and may stand in the graph. `types`: empty: all.
  Result<std::map<Met, Node>> look(std::span<const Met> nodes, std::span<const std::string> types);

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
  };
  enum class End { from, to };
  Status read_edges(End end, std::span<const Met> nodes, std::span<const std::string> verbs,
                    std::vector<WalkEdge>& edges, bool& cut);
  /// Leaves only edges whose records the viewer may see, and of several of one id the first.
  Status keep_told(std::vector<WalkEdge>& edges, std::vector<std::int64_t> doubtful);
  std::vector<std::string> names(std::span<const Met> nodes) const;

  store::Connection& connection_;
  const domain::policy::Viewer& viewer_;
  Timestamp now_;
  std::unordered_map<std::string, Met, Hash, std::equal_to<>> met_;
  std::vector<const std::string*> ids_;  ///< Keys of `met_`, which stay where they are.
};

}  // namespace tocsin::engine::threat
