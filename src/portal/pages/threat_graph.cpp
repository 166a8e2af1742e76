#include "portal/pages/threat_graph.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/json.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "portal/html/template.hpp"
#include "portal/http/target.hpp"
#include "portal/pages/advisory_load.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/layout.hpp"
#include "portal/pages/member_parts.hpp"
#include "portal/pages/routes.hpp"
#include "portal/pages/threat_json.hpp"

namespace tocsin::portal::pages {
namespace {

namespace threat = engine::threat;
using engine::audit::view::Looking;

/// Names are looked up by words: so many are offered where more than one is found.
constexpr int kChoicesMax = 20;

bool is_api(const http::Request& request) { return request.representation == http::Representation::json; }

/// "malware,tool"
Result<std::vector<std::string>> list_of(const http::Request& request, std::string_view name) {
  std::vector<std::string> out;
  std::string_view rest = request.query.get(name);
  while (!rest.empty()) {
    const auto comma = std::min(rest.find(','), rest.size());
    if (comma > 0) out.emplace_back(rest.substr(0, comma));
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  if (out.size() > threat::kGraphTypesMax) {
    return Error::invalid(tr<"{} takes at most {} values">(name, threat::kGraphTypesMax), std::string{name});
  }
  return out;
}

Result<GraphOrder> order_of(const http::Request& request) {
  const auto text = request.query.get("order");
  if (text.empty() || text == "near") return GraphOrder::near;
  if (text == "name") return GraphOrder::name;
  if (text == "time") return GraphOrder::time;
  return Error::invalid(std::string{tr<"order takes near, name or time">()}, "order");
}

boost::json::object node_json(const threat::Node& node) {
  auto out = threat_row_json(node.row);
  out["distance"] = node.distance;
  out["links"] = node.links;
  out["time"] = boost::json::object{{"kind", threat::to_string(node.time.kind)},
                                    {"from", time_json(node.time.from)},
                                    {"until", time_json(node.time.until)}};
  return out;
}

boost::json::array edges_json(std::span<const threat::Node> nodes, std::span<const threat::GraphEdge> edges) {
  boost::json::array out;
  out.reserve(edges.size());
  for (const auto& each : edges) {
    out.push_back(boost::json::object{{"from", nodes[each.from].row.id},
                                      {"to", nodes[each.to].row.id},
                                      {"verb", each.verb},
                                      {"relationship", each.via}});
  }
  return out;
}

boost::json::object graph_json(const ShownGraph& shown) {
  boost::json::array items, earlier;
  for (std::size_t i = 0; i < shown.found.nodes.size(); ++i) {
    (i < shown.found.page ? earlier : items).push_back(node_json(shown.found.nodes[i]));
  }
  const auto next = shown.found.next_cursor.empty() ? std::string{}
                                                    : graph_path("/api/v1" + graph_url(shown.record.key), shown,
                                                                 threat::kGraphNodesDefault, shown.found.next_cursor);
  auto out = page_json(std::move(items), next, std::nullopt);
  out["earlier"] = std::move(earlier);
  out["edges"] = edges_json(shown.found.nodes, shown.found.edges);
  out["depth"] = shown.around.depth;
  out["full"] = shown.found.full;
  out["cut"] = shown.found.cut;
  return out;
}

/// Who looked at the object in the middle is written down, as on its page. No cache keeps it.
Result<http::Response> shown(App& app, const http::Request& request, const domain::Record& record,
                             http::Response response) {
  TRY(response, looked_at(app, request, record, Looking::read, std::move(response)));
  response.cacheable = false;
  return response;
}

http::Response page_of(App& app, const http::Request& request, const domain::Record& record, std::string title,
                       html::Html main, std::string json_url) {
  Page page;
  page.title = std::move(title);
  page.section = Section::threats;
  page.main = std::move(main);
  page.json_url = std::move(json_url);
  page.canonical = request.path;
  page.noindex = record.tlp != domain::Tlp::clear;
  return render_page(app, request, page);
}

Result<http::Response> graph(App& app, const http::Request& request) {
  const bool api = is_api(request);
  if (api) {
    TRY_VOID(request.only_known({"depth", "limit", "type", "verb", "cursor"}));
  } else {
    TRY_VOID(request.only_known({"depth", "limit", "type", "verb", "order", "cursor"}));
  }
  ShownGraph view;
  TRY(view.around.depth, request.integer("depth", 2, 1, threat::kGraphDepthMax));
  const int otherwise = api ? threat::kGraphNodesDefault : kGraphListDefault;
  TRY(view.around.limit, request.integer("limit", otherwise, 1, api ? threat::kGraphNodesMax : kGraphListMax));
  view.type = request.query.get("type");
  view.verb = request.query.get("verb");
  TRY(view.around.types, list_of(request, "type"));
  TRY(view.around.verbs, list_of(request, "verb"));
  view.around.cursor = request.query.get("cursor");
  TRY(view.order, order_of(request));
  TRY_VOID(app.database().snapshot([&](store::Connection& connection) -> Status {
    TRY(auto record, threat::find_record(connection, request.viewer, request.parameter("id"), request.now));
    if (!record) return Error::not_found("threat");
    view.record = *std::move(record);
    TRY(view.found, threat::neighbourhood(connection, request.viewer, view.record.key, view.around, request.now));
    return ok();
  }));
  if (api) return shown(app, request, view.record, http::Response::json(json::write(graph_json(view))));
  auto response =
      page_of(app, request, view.record, tr<"What is around {}">(view.record.title), graph_html(view),
              graph_path("/api/v1" + graph_url(view.record.key), view, kGraphListDefault, view.around.cursor));
  return shown(app, request, view.record, std::move(response));
}

boost::json::object path_json(const threat::Path& path) {
  boost::json::array nodes;
  for (const auto& each : path.nodes) nodes.push_back(node_json(each));
  return {{"found", !path.nodes.empty()}, {"nodes", std::move(nodes)}, {"edges", edges_json(path.nodes, path.edges)},
          {"looked_at", path.looked_at},  {"complete", path.complete}, {"steps_max", threat::kPathStepsMax}};
}

/// An id, or on the page words of a name: the only one that has them, or is so called and in force, is meant.
Result<std::string> meant(store::Connection& connection, const http::Request& request, ShownPath& view) {
  TRY(const auto there, threat::find_record(connection, request.viewer, view.to, request.now));
  if (there) return there->key;
  if (is_api(request)) return Error::not_found("threat");
  TRY(auto page,
      threat::list(connection, request.viewer, {.text = view.to}, threat::Sort::name, kChoicesMax, {}, request.now));
  std::vector<threat::ThreatRow> others;
  for (auto& row : page.rows) {
    const bool is_so_called = !row.revoked && text::fold(row.name) == text::fold(view.to);
    (is_so_called ? view.choices : others).push_back(std::move(row));
  }
  const bool one = view.choices.size() == 1 || page.rows.size() == 1;
  std::ranges::move(others, std::back_inserter(view.choices));
  if (one) return std::exchange(view.choices, {}).front().id;
  view.nobody = view.choices.empty();
  return std::string{};
}

Result<http::Response> path(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({"to"}));
  ShownPath view;
  view.to = request.query.get("to");
  if (view.to.empty() && is_api(request)) {
    return Error::invalid(std::string{tr<"to takes the STIX id of an object">()}, "to");
  }
  TRY_VOID(app.database().snapshot([&](store::Connection& connection) -> Status {
    TRY(auto record, threat::find_record(connection, request.viewer, request.parameter("id"), request.now));
    if (!record) return Error::not_found("threat");
    view.record = *std::move(record);
    if (view.to.empty()) return ok();
    TRY(const auto to, meant(connection, request, view));
    if (to.empty()) return ok();
    TRY(view.found, threat::path(connection, request.viewer, view.record.key, to, request.now));
    return ok();
  }));
  if (is_api(request)) {
    return shown(app, request, view.record, http::Response::json(json::write(path_json(*view.found))));
  }
  auto response =
      page_of(app, request, view.record, tr<"From {} to another object">(view.record.title), path_html(view), {});
  return shown(app, request, view.record, std::move(response));
}

}  // namespace

std::string graph_url(std::string_view id) { return threat_url(id) + "/graph"; }
std::string path_url(std::string_view id) { return threat_url(id) + "/path"; }

std::string graph_path(std::string_view base, const ShownGraph& shown, int limit_default, std::string_view cursor) {
  const auto order = base.starts_with("/api/")         ? std::string_view{}
                     : shown.order == GraphOrder::name ? std::string_view{"name"}
                     : shown.order == GraphOrder::time ? std::string_view{"time"}
                                                       : std::string_view{};
  const auto& around = shown.around;
  return http::with_query(std::string{base},
                          {{"depth", around.depth == 2 ? std::string{} : std::to_string(around.depth)},
                           {"limit", around.limit == limit_default ? std::string{} : std::to_string(around.limit)},
                           {"type", shown.type},
                           {"verb", shown.verb},
                           {"order", order},
                           {"cursor", cursor}});
}

void add_threat_graph_routes(App& app, http::Router& router) {
  add_resource(router, "/threats/{id}/graph", "/api/v1/threats/{id}/graph", "threat_graph",
               "What is around a STIX object, nearest first",
               [&app](const http::Request& request) { return graph(app, request); });
  add_resource(router, "/threats/{id}/path", "/api/v1/threats/{id}/path", "threat_path",
               "How two STIX objects hang together",
               [&app](const http::Request& request) { return path(app, request); });
}

}  // namespace tocsin::portal::pages
