#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "base/messages.hpp"
#include "domain/record.hpp"
#include "engine/threat/graph.hpp"
#include "portal/app.hpp"
#include "portal/html/safe.hpp"
#include "portal/http/router.hpp"

/// The graph of threat knowledge: what is around an object, near and in time, and the way from one to another.
namespace tocsin::portal::pages {

/// "/threats/malware--.../graph"
std::string graph_url(std::string_view id);
std::string path_url(std::string_view id);

/// How types look, in drawings and beside names: a shape and a colour, for colour alone is not seen by all.
struct GraphMark {
  std::string_view key;                     ///< In names of classes.
  Message title;                            ///< "Malware and tools"
  std::string_view shape;                   ///< SVG path around 0,0, from -10 to 10.
  std::span<const std::string_view> types;  ///< Empty: all others.
};
std::span<const GraphMark> graph_marks() noexcept;
const GraphMark& graph_mark(std::string_view type) noexcept;

enum class GraphOrder { near, name, time };

/// What was asked for, and what it found.
struct ShownGraph {
  domain::Record record;
  engine::threat::Around around;
  std::string type, verb;  ///< As they were given.
  GraphOrder order = GraphOrder::near;
  engine::threat::Neighbourhood found;
};
/// The address of another page, or of the same under /api.
std::string graph_path(std::string_view base, const ShownGraph& shown, int limit_default, std::string_view cursor = {});

struct ShownPath {
  domain::Record record;
  std::string to;                                  ///< As it was given.
  std::vector<engine::threat::ThreatRow> choices;  ///< Where several are so named.
  bool nobody = false;                             ///< Nothing is so named for them.
  std::optional<engine::threat::Path> found;
};

html::Html graph_html(const ShownGraph& shown);  // threat_graph_html.cpp
html::Html path_html(const ShownPath& shown);    // threat_path_html.cpp
/// The parts of both pages.
html::Html graph_head_html(const domain::Record& record, std::string_view title, bool is_path);
html::Html graph_mark_html(std::string_view type);
/// "Mudlark uses this", of an edge that `node` is an end of.
html::Html graph_joint_html(std::span<const engine::threat::Node> nodes, const engine::threat::GraphEdge& edge,
                            std::size_t node);
/// "seen 2024-01-05 to 2024-01-06"
html::Html graph_time_html(const engine::threat::NodeTime& time);

inline constexpr int kGraphListDefault = 100;
inline constexpr int kGraphListMax = 1'000;

void add_threat_graph_routes(App& app, http::Router& router);  // threat_graph.cpp

}  // namespace tocsin::portal::pages
