#include "base/locale.hpp"
#include "base/messages.hpp"
#include "portal/html/template.hpp"
#include "portal/http/target.hpp"
#include "portal/pages/threat_graph.hpp"
#include "portal/pages/threat_html.hpp"
#include "portal/pages/threat_json.hpp"
#include "portal/pages/threat_names.hpp"

/// /threats/{id}/path: how two objects hang together.
namespace tocsin::portal::pages {
namespace {

using html::Html;
using html::render;
using html::Url;

void append_way(std::string& out, const engine::threat::Path& path) {
  const auto steps = static_cast<std::int64_t>(path.nodes.size()) - 1;
  render<"<h2>{}</h2>\n<ol class=\"graph-way\">\n">(out, trn<"{} step", "{} steps">(steps, locale::number(steps)));
  for (std::size_t i = 0; i < path.nodes.size(); ++i) {
    const auto& row = path.nodes[i].row;
    render<"<li>{}<div><a href=\"{}\">{}</a>{} <span class=\"note\">{}</span>\n">(
        out, graph_mark_html(row.type), Url::own(threat_url(row.id)), row.name, revoked_tag(row.revoked),
        threat_type_title(row.type));
    for (const auto& edge : path.edges) {
      if (std::min(edge.from, edge.to) != i) continue;
      render<"<p class=\"graph-step\">{} ">(out, graph_joint_html(path.nodes, edge, i));
      if (!edge.via.empty()) {
        render<"<a class=\"note\" href=\"{}\">[[#stix#relationship]]<span class=\"hidden\"> {}</span></a>">(
            out, Url::own(threat_url(edge.via)), path.nodes[std::max(edge.from, edge.to)].row.name);
      }
      out += "</p>\n";
    }
    out += "</div></li>\n";
  }
  out += "</ol>\n";
}

void append_choices(std::string& out, const ShownPath& shown) {
  render<"<h2>[[Several are so named]]</h2>\n<ul class=\"graph-choices\">\n">(out);
  for (const auto& each : shown.choices) {
    render<"<li>{} <a href=\"{}\">{}</a>{} <span class=\"note\">{}</span></li>\n">(
        out, graph_mark_html(each.type), Url::own(http::with_query(path_url(shown.record.key), {{"to", each.id}})),
        each.name, revoked_tag(each.revoked), threat_type_title(each.type));
  }
  out += "</ul>\n";
}

}  // namespace

Html path_html(const ShownPath& shown) {
  std::string out = graph_head_html(shown.record, tr<"From {} to another object">(shown.record.title), true).str();
  render<
      "<form class=\"search-row search-row-wraps\" method=\"get\" action=\"{}\"><label for=\"to\">[[The way "
      "to]]</label><input class=\"search-input\" id=\"to\" name=\"to\" value=\"{}\" required "
      "placeholder=\"[[A name, an alias, or a STIX id]]\"><button class=\"button\">[[#verb#Find]]</button></form>\n">(
      out, Url::own(path_url(shown.record.key)), shown.to);
  if (shown.nobody) {
    render<"<div class=\"callout\"><p>[[Nothing is so named here for you.]]</p></div>\n">(out);
  } else if (!shown.choices.empty()) {
    append_choices(out, shown);
  } else if (shown.found && !shown.found->nodes.empty()) {
    append_way(out, *shown.found);
  } else if (shown.found && shown.found->complete) {
    render<
        "<div class=\"callout\"><p>[[Nothing that you may see joins the two within {} steps. Objects looked at: "
        "{}.]]</p></div>\n">(out, engine::threat::kPathStepsMax, locale::number(shown.found->looked_at));
  } else if (shown.found) {
    render<
        "<div class=\"callout callout-warn\"><p>[[No way was found among the {} objects that were looked at. There are "
        "more around the two than one search looks at, so there may be one.]]</p></div>\n">(
        out, locale::number(shown.found->looked_at));
  } else {
    render<
        "<p>[[The shortest way over relationships, sightings and references, of at most {} steps, among what you may "
        "see.]]</p>\n">(out, engine::threat::kPathStepsMax);
  }
  return Html::from_trusted(std::move(out));
}

}  // namespace tocsin::portal::pages
