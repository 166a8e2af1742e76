#include <algorithm>

#include "base/messages.hpp"
#include "portal/html/template.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/member_parts.hpp"
#include "portal/pages/threat_graph.hpp"
#include "portal/pages/threat_json.hpp"
#include "portal/pages/threat_names.hpp"

/// What the pages of the graph show the same way.
namespace tocsin::portal::pages {
namespace {

using engine::threat::NodeTime;
using html::attribute_if;
using html::fragment;
using html::Html;
using html::render;
using html::Url;

constexpr std::string_view kActors[] = {"intrusion-set", "threat-actor"};
constexpr std::string_view kCampaigns[] = {"campaign", "incident"};
constexpr std::string_view kSoftware[] = {"malware", "tool", "software", "malware-analysis"};
constexpr std::string_view kTechniques[] = {"attack-pattern", "x-mitre-tactic", "x-mitre-matrix"};
constexpr std::string_view kIndicators[] = {"indicator", "observed-data"};
constexpr std::string_view kVulnerabilities[] = {"vulnerability"};
constexpr std::string_view kDefences[] = {"course-of-action", "x-mitre-detection-strategy", "x-mitre-analytic",
                                          "x-mitre-data-component", "x-mitre-data-source"};
constexpr std::string_view kReports[] = {"report", "grouping", "note", "opinion"};
constexpr std::string_view kPlaces[] = {"identity", "location", "infrastructure", "x-mitre-asset"};

constexpr GraphMark kMarks[] = {
    {"actor", message<"Actors">, "M0-9 9 7-9 7z", kActors},
    {"campaign", message<"Campaigns and incidents">, "M0-10 10 0 0 10-10 0z", kCampaigns},
    {"software", message<"Malware and tools">, "M-8-8h16v16h-16z", kSoftware},
    {"technique", message<"#attack#Techniques and tactics">, "M-9 0a9 9 0 1 0 18 0a9 9 0 1 0-18 0z", kTechniques},
    {"indicator", message<"Indicators and observations">, "M-5-9h10l5 9-5 9h-10l-5-9z", kIndicators},
    {"vulnerability", message<"#threats#Vulnerabilities">, "M0 9-9-7h18z", kVulnerabilities},
    {"defence", message<"Mitigation and detection">, "M-3-9h6v6h6v6h-6v6h-6v-6h-6v-6h6z", kDefences},
    {"report", message<"Reports and notes">, "M-6-9h8l5 5v13h-13z", kReports},
    {"place", message<"Identities, places, assets">, "M0-9 9-1 6 9h-12l-3-10z", kPlaces},
    {"other", message<"Everything else">, "M-8-5l3-3 5 5 5-5 3 3-5 5 5 5-3 3-5-5-5 5-3-3 5-5z", {}},
};

}  // namespace

std::span<const GraphMark> graph_marks() noexcept { return kMarks; }

const GraphMark& graph_mark(std::string_view type) noexcept {
  for (const auto& each : kMarks) {
    if (std::ranges::find(each.types, type) != each.types.end()) return each;
  }
  return *std::prev(std::end(kMarks));
}

Html graph_mark_html(std::string_view type) {
  const auto& mark = graph_mark(type);
  return fragment<
      "<svg class=\"graph-mark graph-{}\" viewBox=\"-11 -11 22 22\" aria-hidden=\"true\"><path d=\"{}\"/></svg>">(
      mark.key, mark.shape);
}

Html graph_joint_html(std::span<const engine::threat::Node> nodes, const engine::threat::GraphEdge& edge,
                      std::size_t node) {
  if (edge.from == node) return fragment<"[[#edge#This {} {}]]">(edge.verb, nodes[edge.to].row.name);
  return fragment<"[[#edge#{} {} this]]">(nodes[edge.from].row.name, edge.verb);
}

Html graph_time_html(const NodeTime& time) {
  if (!time.from) return {};
  const auto from = date_html(*time.from);
  switch (time.kind) {
    case NodeTime::Kind::seen:
      if (time.until && *time.until != *time.from) {
        return fragment<"[[#threat#seen {} to {}]]">(from, date_html(*time.until));
      }
      return fragment<"[[#threat#seen {}]]">(from);
    case NodeTime::Kind::published:
      return fragment<"[[#threat#published {}]]">(from);
    case NodeTime::Kind::valid:
      if (time.until) return fragment<"[[#threat#valid {} to {}]]">(from, date_html(*time.until));
      return fragment<"[[#threat#valid from {}]]">(from);
    case NodeTime::Kind::created:
      return fragment<"[[#threat#written {}]]">(from);
    case NodeTime::Kind::none:
      break;
  }
  return {};
}

Html graph_head_html(const domain::Record& record, std::string_view title, bool is_path) {
  std::string out = breadcrumb_html({{"/threats", std::string{tr<"Threats">()}},
                                     {threat_url(record.key), record.title},
                                     {"", std::string{is_path ? tr<"#graph#Path">() : tr<"Graph">()}}})
                        .str();
  render<"<header class=\"page-head\"><div><p>{}</p><h1>{}</h1></div></header>\n">(out, tlp_badge(record.tlp), title);
  render<
      "<nav class=\"tabs no-print\" aria-label=\"[[Graph]]\"><ul><li><a href=\"{}\">[[The object]]</a></li><li><a "
      "href=\"{}\" {}>[[What is around it]]</a></li><li><a href=\"{}\" {}>[[The way to "
      "another]]</a></li></ul></nav>\n">(out, Url::own(threat_url(record.key)), Url::own(graph_url(record.key)),
                                         attribute_if<"aria-current">(!is_path, "page"), Url::own(path_url(record.key)),
                                         attribute_if<"aria-current">(is_path, "page"));
  return Html::from_trusted(std::move(out));
}

}  // namespace tocsin::portal::pages
