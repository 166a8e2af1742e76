#include <algorithm>
#include <map>
#include <set>

#include "base/locale.hpp"
#include "base/messages.hpp"
#include "portal/assets.hpp"
#include "portal/html/template.hpp"
#include "portal/http/target.hpp"
#include "portal/pages/member_parts.hpp"
#include "portal/pages/threat_graph.hpp"
#include "portal/pages/threat_html.hpp"
#include "portal/pages/threat_json.hpp"
#include "portal/pages/threat_names.hpp"

/// /threats/{id}/graph: the list of what is around an object, which is complete without scripts and by keyboard, beside
/// the drawing that web/src/graph.ts makes of the same answer.
namespace tocsin::portal::pages {
namespace {

using engine::threat::Node;
using engine::threat::NodeTime;
using html::attribute_if;
using html::Html;
using html::render;
using html::Url;

/// Of an object's joints so many stand beside it; its own page has all.
constexpr std::size_t kJointsShown = 3;

void append_select(std::string& out, std::string_view name, std::string_view label, std::string_view all,
                   const std::map<std::string, std::string>& options, std::string_view selected) {
  render<
      "<label class=\"hidden\" for=\"g-{}\">{}</label><select id=\"g-{}\" name=\"{}\"><option value=\"\">{}</option>">(
      out, name, label, name, name, all);
  for (const auto& [value, shown] : options) {
    render<"<option value=\"{}\" {}>{}</option>">(out, value, attribute_if<"selected">(value == selected), shown);
  }
  out += "</select>";
}

void append_form(std::string& out, const ShownGraph& shown) {
  render<"<form class=\"search-row search-row-wraps graph-form no-print\" method=\"get\" action=\"{}\">">(
      out, Url::own(graph_url(shown.record.key)));
  render<"<label class=\"hidden\" for=\"g-depth\">[[How far]]</label><select id=\"g-depth\" name=\"depth\">">(out);
  for (int depth = 1; depth <= engine::threat::kGraphDepthMax; ++depth) {
    render<"<option value=\"{}\" {}>{}</option>">(
        out, depth, attribute_if<"selected">(depth == shown.around.depth),
        depth == 1 ? std::string{tr<"one step">()} : tr<"up to {} steps">(depth));
  }
  out += "</select>";
  std::map<std::string, std::string> types, verbs;
  for (const auto& each : shown.found.nodes) {
    if (each.distance > 0) types.emplace(each.row.type, threat_type_title(each.row.type));
  }
  for (const auto& each : shown.found.edges) verbs.emplace(each.verb, each.verb);
  if (!shown.type.empty()) types.emplace(shown.type, threat_type_title(shown.type));
  if (!shown.verb.empty()) verbs.emplace(shown.verb, shown.verb);
  append_select(out, "type", tr<"#object#Type">(), tr<"Any type">(), types, shown.type);
  append_select(out, "verb", tr<"Joined by">(), tr<"Joined by anything">(), verbs, shown.verb);
  if (shown.order != GraphOrder::near) {
    render<"<input type=\"hidden\" name=\"order\" value=\"{}\">">(out,
                                                                  shown.order == GraphOrder::name ? "name" : "time");
  }
  render<"<button class=\"button\">[[#verb#Show]]</button></form>\n">(out);
}

void append_orders(std::string& out, const ShownGraph& shown) {
  constexpr std::pair<GraphOrder, Message> kOrders[] = {{GraphOrder::near, message<"#sort by#nearness">},
                                                        {GraphOrder::name, message<"#sort by#name">},
                                                        {GraphOrder::time, message<"#sort by#time">}};
  std::string orders;
  for (const auto& [order, label] : kOrders) {
    if (!orders.empty()) orders += " · ";
    if (order == shown.order) {
      render<"<b aria-current=\"true\">{}</b>">(orders, label);
    } else {
      auto other = shown;
      other.order = order;
      render<"<a href=\"{}\">{}</a>">(
          orders, Url::own(graph_path(graph_url(shown.record.key), other, kGraphListDefault, shown.around.cursor)),
          label);
    }
  }
  render<"<p class=\"switch no-print\">[[Sorted by {}]]</p>\n">(out, Html::from_trusted(std::move(orders)));
}

/// Edges by the node they are told at: of its two ends the one that is farther in the order.
std::map<std::size_t, std::vector<const engine::threat::GraphEdge*>> joints_of(const ShownGraph& shown) {
  std::map<std::size_t, std::vector<const engine::threat::GraphEdge*>> out;
  for (const auto& each : shown.found.edges) out[std::max(each.from, each.to)].push_back(&each);
  return out;
}

class List {
 public:
  List(std::string& out, const ShownGraph& shown) : out_(out), shown_(shown), joints_(joints_of(shown)) {}

  void append() {
    const auto& nodes = shown_.found.nodes;
    std::vector<std::size_t> order;
    for (auto i = shown_.found.page; i < nodes.size(); ++i) order.push_back(i);
    if (shown_.order == GraphOrder::name) {
      std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
        return std::tie(nodes[a].row.name, nodes[a].row.id) < std::tie(nodes[b].row.name, nodes[b].row.id);
      });
    } else if (shown_.order == GraphOrder::time) {
      std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
        const auto at = [&](std::size_t i) { return nodes[i].time.from.value_or(Timestamp{}).micros; };
        return at(a) != at(b) ? at(a) > at(b) : nodes[a].row.id < nodes[b].row.id;
      });
    }
    if (shown_.order != GraphOrder::near) {
      append_table(order, tr<"What is around {}">(shown_.record.title), true);
      return;
    }
    for (std::size_t at = 0; at < order.size();) {
      const auto distance = nodes[order[at]].distance;
      const auto first = order.begin() + static_cast<std::ptrdiff_t>(at);
      const auto last = std::find_if(first, order.end(), [&](std::size_t i) { return nodes[i].distance != distance; });
      at = static_cast<std::size_t>(last - order.begin());
      if (distance > 0) append_distance(distance, {first, last});
    }
  }

 private:
  void append_distance(int distance, const std::vector<std::size_t>& nodes) {
    const auto title = trn<"{} step away", "{} steps away">(distance, distance);
    render<"<h2>{} <span class=\"note\">{}</span></h2>\n">(out_, title,
                                                           locale::number(static_cast<std::int64_t>(nodes.size())));
    append_table(nodes, title, false);
  }
  void append_table(const std::vector<std::size_t>& nodes, std::string_view caption, bool with_distance) {
    render<
        "<div class=\"table-wrap stack\"><table class=\"sortable graph-list\" data-filter=\"[[Filter these objects]]\">"
        "<caption class=\"hidden\">{}</caption><thead><tr><th scope=\"col\">[[Name]]</th><th "
        "scope=\"col\">[[#object#Type]]</th>">(out_, caption);
    if (with_distance) render<"<th scope=\"col\" class=\"num\">[[#graph#Steps]]</th>">(out_);
    render<
        "<th scope=\"col\" data-nosort>[[#graph#Joined]]</th><th scope=\"col\" data-first=\"descending\">[[When]]</th>"
        "</tr></thead><tbody>\n">(out_);
    for (const auto each : nodes) append_row(each, with_distance);
    out_ += "</tbody></table></div>\n";
  }
  void append_row(std::size_t at, bool with_distance) {
    const auto& node = shown_.found.nodes[at];
    render<
        "<tr data-node=\"{}\"><td data-label=\"[[Name]]\">{}<a href=\"{}\">{}</a>{} <a class=\"note no-print\" "
        "href=\"{}\">[[from here]]<span class=\"hidden\">: {}</span></a></td><td "
        "data-label=\"[[#object#Type]]\">{}</td>">(out_, node.row.id, graph_mark_html(node.row.type),
                                                   Url::own(threat_url(node.row.id)), node.row.name,
                                                   revoked_tag(node.row.revoked), Url::own(graph_url(node.row.id)),
                                                   node.row.name, threat_type_title(node.row.type));
    if (with_distance) {
      render<"<td class=\"num\" data-label=\"[[#graph#Steps]]\">{}</td>">(out_, node.distance);
    }
    render<"<td data-label=\"[[#graph#Joined]]\">{}</td>">(out_, joints(at));
    render<"<td data-label=\"[[When]]\" data-sort=\"{}\">{}</td></tr>\n">(
        out_, node.time.from ? node.time.from->micros : 0, graph_time_html(node.time));
  }
  Html joints(std::size_t at) const {
    std::string text;
    const auto found = joints_.find(at);
    if (found == joints_.end()) return {};
    const auto& all = found->second;
    for (std::size_t i = 0; i < std::min(all.size(), kJointsShown); ++i) {
      if (i > 0) text += "<br>";
      text += graph_joint_html(shown_.found.nodes, *all[i], at).str();
    }
    if (all.size() > kJointsShown) {
      const auto more = static_cast<std::int64_t>(all.size() - kJointsShown);
      render<" <span class=\"note\">{}</span>">(text, trn<"and {} more", "and {} more">(more, locale::number(more)));
    }
    return Html::from_trusted(std::move(text));
  }

  std::string& out_;
  const ShownGraph& shown_;
  std::map<std::size_t, std::vector<const engine::threat::GraphEdge*>> joints_;
};

/// A strip of time: a row for each kind of object, a mark for each object. The list beside it says the same in words.
void append_strip(std::string& out, const ShownGraph& shown) {
  constexpr std::int64_t kLeft = 10, kWidth = 940, kRow = 22, kTop = 14;
  std::map<std::string_view, std::vector<const Node*>> rows;
  std::int64_t first = 0, last = 0;
  for (auto i = shown.found.page; i < shown.found.nodes.size(); ++i) {
    const auto& node = shown.found.nodes[i];
    if (!node.time.from) continue;
    const auto at = node.time.from->micros;
    first = rows.empty() ? at : std::min(first, at);
    last = rows.empty() ? at : std::max(last, at);
    rows[graph_mark(node.row.type).key].push_back(&node);
  }
  if (rows.empty()) return;
  const auto days = std::max<std::int64_t>((last - first) / 86'400'000'000, 1);
  const auto x_of = [&](std::int64_t micros) { return kLeft + (micros - first) / 86'400'000'000 * kWidth / days; };
  const auto height = kTop + kRow * static_cast<std::int64_t>(rows.size()) + 20;
  render<
      "<div class=\"graph-strip\" tabindex=\"0\" role=\"group\" aria-label=\"[[Strip of time]]\"><svg viewBox=\"0 0 "
      "960 "
      "{}\" role=\"img\" aria-label=\"[[The objects of the list in the order of their times]]\">\n">(out, height);
  const auto year_of = [](std::int64_t micros) { return std::stoi(format_rfc3339(Timestamp{micros}).substr(0, 4)); };
  const auto from = year_of(first), until = year_of(last);
  const auto every = std::max(1, (until - from + 1) / 12);
  for (int year = from + 1; year <= until; year += every) {
    const auto start = parse_rfc3339(fmt::format("{:04}-01-01T00:00:00Z", year));
    if (!start) continue;
    const auto x = x_of(start->micros);
    if (x > kLeft + kWidth - 40) break;  // Its number would stand outside.
    render<"<path class=\"graph-tick\" d=\"M{} 0v{}\"/><text x=\"{}\" y=\"{}\">{}</text>\n">(out, x, height - 18, x + 3,
                                                                                             height - 5, year);
  }
  std::int64_t y = kTop;
  for (const auto& mark : graph_marks()) {
    const auto row = rows.find(mark.key);
    if (row == rows.end()) continue;
    for (const auto* node : row->second) {
      render<
          "<g class=\"graph-mark graph-{}\" transform=\"translate({} {}) scale(0.7)\"><title>{}</title><path "
          "d=\"{}\"/></g>\n">(out, mark.key, x_of(node->time.from->micros), y, node->row.name, mark.shape);
    }
    y += kRow;
  }
  out += "</svg></div>\n";
}

/// The frame of the drawing; a script fills it and shows it.
void append_drawing(std::string& out, const ShownGraph& shown) {
  auto drawn = shown;
  drawn.around.limit = engine::threat::kGraphNodesDefault;
  const auto source = graph_path("/api/v1" + graph_url(shown.record.key), drawn, engine::threat::kGraphNodesDefault);
  render<
      R"(<section class="graph-frame no-print" aria-labelledby="graph-title" data-graph="{}" data-worker="{}" data-middle="{}" hidden>
<h2 class="hidden" id="graph-title">[[Drawing]]</h2>
<div class="graph-bar"><button type="button" class="button-quiet" data-graph-do="in" aria-label="[[Zoom in]]">+</button><button type="button" class="button-quiet" data-graph-do="out" aria-label="[[Zoom out]]">−</button><button type="button" class="button-quiet" data-graph-do="fit">[[Show all of it]]</button><label>[[Draw]] <select data-graph-limit><option value="100">100</option><option value="500" selected>500</option><option value="2000">2,000</option><option value="10000">10,000</option></select></label></div>
<canvas class="graph-canvas" tabindex="0" role="application" aria-label="[[Drawing of what is around {}]]" aria-describedby="graph-help"></canvas>
<p class="graph-now" role="status" data-graph-now></p>
<p class="graph-links" data-graph-links hidden><a data-graph-open href="">[[Open]]</a> · <a data-graph-from href="">[[Draw from here]]</a> · <a data-graph-way href="">[[The way from the middle]]</a></p>
<details class="fold"><summary>[[What the shapes and keys mean]]</summary>
<ul class="graph-legend">
)">(out, source, std::string{asset_path("graph-worker.js")}, shown.record.key, shown.record.title);
  for (const auto& mark : graph_marks()) {
    std::string types;
    for (const auto type : mark.types) types += (types.empty() ? "" : " ") + std::string{type};
    render<
        "<li data-graph-mark=\"{}\" data-types=\"{}\"><svg class=\"graph-mark graph-{}\" viewBox=\"-11 -11 22 22\" "
        "aria-hidden=\"true\"><path d=\"{}\"/></svg> {}</li>\n">(out, mark.key, types, mark.key, mark.shape,
                                                                 mark.title);
  }
  render<R"(</ul>
<p class="note" id="graph-help">[[Drag or use the arrow keys to move, + and - to zoom, 0 to show all of it. Page Down and Page Up go from object to object, Enter opens the one that is marked. With the drawing in focus the wheel zooms.]]</p></details>
</section>
)">(out);
}

}  // namespace

Html graph_html(const ShownGraph& shown) {
  std::string out = graph_head_html(shown.record, tr<"What is around {}">(shown.record.title), false).str();
  append_form(out, shown);
  out += "<div class=\"graph-columns\">\n";
  append_drawing(out, shown);
  out += "<div class=\"graph-text\">\n";
  const auto others =
      static_cast<std::int64_t>(shown.found.nodes.size() - shown.found.page) - (shown.around.cursor.empty() ? 1 : 0);
  if (others <= 0) {
    render<"<div class=\"callout\"><p>[[Nothing that you may see is joined to it this way.]]</p></div>\n">(out);
  } else {
    const auto more = !shown.found.next_cursor.empty() || !shown.around.cursor.empty();
    render<"<p>{}</p>\n">(
        out, more ? trn<"{} object on this page", "{} objects on this page">(others, locale::number(others))
                  : trn<"{} object", "{} objects">(others, locale::number(others)));
    append_orders(out, shown);
    if (shown.order == GraphOrder::time) append_strip(out, shown);
    List{out, shown}.append();
  }
  if (shown.found.full || shown.found.cut) {
    render<"<p class=\"note\">[[There is more than one drawing holds: choose a type, or go fewer steps.]]</p>\n">(out);
  }
  if (!shown.found.next_cursor.empty()) {
    append_next(out, graph_path(graph_url(shown.record.key), shown, kGraphListDefault, shown.found.next_cursor));
  }
  out += "</div></div>\n";
  render<"<script defer src=\"{}\"></script>\n">(out, Url::own(std::string{asset_path("graph.js")}));
  return Html::from_trusted(std::move(out));
}

}  // namespace tocsin::portal::pages
