#include "portal/pages/attack_matrix.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/locale.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "portal/html/template.hpp"
#include "portal/http/target.hpp"
#include "portal/pages/attack_parts.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/inventory_parts.hpp"
#include "portal/pages/member_parts.hpp"

namespace tocsin::portal::pages {
namespace {

namespace threat = engine::threat;
using formats::attack::LayerTechnique;
using html::attribute_if;
using html::Html;
using html::render;
using html::Url;
using threat::AttackKind;
using threat::AttackRow;

constexpr int kHeatLevels = 4;

/// "impair-process-control" of "Impair Process Control": as layers name tactics.
std::string short_name(std::string_view name) {
  auto out = text::lower_ascii(name);
  std::ranges::replace(out, ' ', '-');
  return out;
}

/// What a layer says of a technique in a column; what is said of this column goes before what is said of all.
const LayerTechnique* annotation_of(const formats::attack::Layer& layer, const threat::Column& column,
                                    const AttackRow& technique) {
  const LayerTechnique* everywhere = nullptr;
  const auto tactic = short_name(column.tactic.object.name);
  for (const auto& each : std::ranges::equal_range(layer.techniques, technique.attack_id, {}, &LayerTechnique::id)) {
    if (each.tactic == tactic) return &each;
    if (each.tactic.empty()) everywhere = &each;
  }
  return everywhere;
}

/// What a cell shows beside id and name.
struct Shade {
  int heat = 0;  ///< 0 to kHeatLevels.
  std::string number;
  std::string meaning;  ///< Of the number, for screen readers.
  bool marked = false;
  bool dimmed = false;
};

/// Scales what is shown to the highest that is shown.
class Shades {
 public:
  explicit Shades(const ShownMatrix& view) : view_(view) {
    threat::each_technique(*view.matrix, [&](const threat::Column& column, const AttackRow& technique) {
      if (view.layer) {
        const auto* note = annotation_of(*view.layer, column, technique);
        if (note != nullptr && note->score) most_ = std::max(most_, *note->score);
      } else if (const auto count = view.counts.find(technique.attack_id); count != view.counts.end()) {
        most_ = std::max(most_, static_cast<double>(count->second));
      }
    });
  }
  Shade of(const threat::Column& column, const AttackRow& technique) const {
    Shade out;
    if (view_.layer) {
      const auto* note = annotation_of(*view_.layer, column, technique);
      out.dimmed = note == nullptr || !note->enabled;
      out.marked = note != nullptr && note->enabled;
      if (note != nullptr && note->score) {
        out.heat = level(*note->score);
        out.number = fmt::format("{}", *note->score);
        out.meaning = tr<"score in the layer">();
      }
      return out;
    }
    if (const auto count = view_.counts.find(technique.attack_id); count != view_.counts.end()) {
      out.heat = level(static_cast<double>(count->second));
      out.number = locale::number(count->second);
      out.meaning = trn<"record names it", "records name it">(count->second);
    }
    if (view_.by) {
      out.marked = view_.used.contains(technique.attack_id);
      out.dimmed = !out.marked;
    }
    return out;
  }

 private:
  int level(double value) const {
    if (!(value > 0)) return 0;
    return std::clamp(static_cast<int>(std::ceil(kHeatLevels * value / most_)), 1, kHeatLevels);
  }
  const ShownMatrix& view_;
  double most_ = 0;
};

void append_technique(std::string& out, const Shade& shade, const AttackRow& technique) {
  render<"<div class=\"attack-cell heat-{}{}{}\"><a href=\"{}\"><span class=\"id\">{}</span> {}</a>">(
      out, shade.heat, shade.marked ? " attack-marked" : "", shade.dimmed ? " attack-dimmed" : "",
      Url::own(attack_url(technique.attack_id)), technique.attack_id, technique.object.name);
  if (!shade.number.empty()) {
    render<" <span class=\"attack-count\">{} <span class=\"hidden\">{}</span></span>">(out, shade.number,
                                                                                       shade.meaning);
  }
  if (shade.marked) render<"<span class=\"hidden\">, [[highlighted]]</span>">(out);
  out += "</div>";
}

void append_column(std::string& out, const threat::Column& column, const Shades& shades) {
  const auto id = "c-" + column.tactic.attack_id;
  render<
      "<section class=\"attack-column\" aria-labelledby=\"{}\"><h2 id=\"{}\"><a href=\"{}\">{}</a> <span "
      "class=\"note\">{}</span></h2>\n<ul>\n">(
      out, id, id, Url::own(attack_url(column.tactic.attack_id)), column.tactic.object.name,
      trn<"{} technique", "{} techniques">(static_cast<std::int64_t>(column.cells.size()),
                                           locale::number(static_cast<std::int64_t>(column.cells.size()))));
  for (const auto& cell : column.cells) {
    out += "<li>";
    append_technique(out, shades.of(column, cell.technique), cell.technique);
    if (!cell.below.empty()) {
      std::string below;
      bool open = false;
      for (const auto& each : cell.below) {
        const auto shade = shades.of(column, each);
        open = open || shade.marked;
        below += "<li>";
        append_technique(below, shade, each);
        below += "</li>\n";
      }
      render<"<details class=\"attack-below\" {}><summary>{}</summary><ul>\n{}</ul></details>">(
          out, attribute_if<"open">(open),
          trn<"{} sub-technique", "{} sub-techniques">(static_cast<std::int64_t>(cell.below.size()), cell.below.size()),
          Html::from_trusted(std::move(below)));
    }
    out += "</li>\n";
  }
  out += "</ul></section>\n";
}

void append_domains(std::string& out, const ShownMatrix& view) {
  const auto& domain = view.matrix->domain;
  if (view.domains.size() > 1) {
    render<"<ul class=\"switch attack-domains\" aria-label=\"[[Which matrix]]\">\n">(out);
    for (const auto& each : view.domains) {
      render<"<li><a href=\"{}\" {}>{}</a></li>\n">(out, Url::own(http::with_query(kAttackPath, {{"matrix", each.id}})),
                                                    attribute_if<"aria-current">(each.id == domain.id, "true"),
                                                    each.name);
    }
    out += "</ul>\n";
  }
}

void append_picker(std::string& out, const ShownMatrix& view) {
  if (view.pickers.empty() || view.layer) return;
  render<
      "<form class=\"search-row search-row-wraps\" method=\"get\" action=\"/threats/attack\"><input type=\"hidden\" "
      "name=\"matrix\" value=\"{}\"><label for=\"by\">[[Highlight what has to do with]]</label> <select id=\"by\" "
      "name=\"by\"><option value=\"\">[[nobody in particular]]</option>\n">(out, view.matrix->domain.id);
  for (auto each = view.pickers.begin(); each != view.pickers.end();) {
    const auto kind = each->kind;
    render<"<optgroup label=\"{}\">\n">(out, attack_kind_plural(kind));
    for (; each != view.pickers.end() && each->kind == kind; ++each) {
      render<"<option value=\"{}\" {}>{} ({})</option>\n">(
          out, each->attack_id, attribute_if<"selected">(view.by && view.by->attack_id == each->attack_id),
          each->object.name, each->attack_id);
    }
    out += "</optgroup>\n";
  }
  render<"</select><button class=\"button\">[[#verb#Show]]</button></form>\n">(out);
}

void append_legend(std::string& out, const ShownMatrix& view) {
  if (view.layer) {
    render<
        "<p class=\"callout\">[[Shown is your layer <b>{}</b>: {} of its techniques stand in this matrix. Nothing of "
        "it is kept here. <a href=\"{}\">Back to the matrix</a>]]</p>\n">(
        out, view.layer->name, locale::number(static_cast<std::int64_t>(techniques_shown(view))),
        Url::own(http::with_query(kAttackPath, {{"matrix", view.matrix->domain.id}})));
    return;
  }
  if (view.by) {
    const auto count = static_cast<std::int64_t>(techniques_shown(view));
    render<
        "<p class=\"callout\">[[Highlighted for <a href=\"{}\">{}</a>: {}. <a href=\"{}\">Show all alike</a>]]</p>\n">(
        out, Url::own(attack_url(view.by->attack_id)), view.by->object.name,
        trn<"{} technique", "{} techniques">(count, locale::number(count)),
        Url::own(http::with_query(kAttackPath, {{"matrix", view.matrix->domain.id}})));
  }
  render<
      "<p class=\"note\">[[The number at a technique tells how many advisories and reports that you may see name it: "
      "the darker, the more.]]</p>\n">(out);
}

/// What a layer says beside numbers.
void append_comments(std::string& out, const ShownMatrix& view) {
  if (!view.layer) return;
  std::string rows;
  for (const auto& each : view.layer->techniques) {
    if (each.comment.empty()) continue;
    render<"<tr><td data-label=\"ID\" class=\"id\">{}</td><td data-label=\"[[#layer#Comment]]\">{}</td></tr>\n">(
        rows, each.id, each.comment);
  }
  if (rows.empty()) return;
  render<
      "<section><h2>[[Comments of the layer]]</h2>\n<div class=\"table-wrap stack\"><table><caption "
      "class=\"hidden\">[[Comments of the layer]]</caption><thead><tr><th scope=\"col\">ID</th><th "
      "scope=\"col\">[[#layer#Comment]]</th></tr></thead><tbody>\n{}</tbody></table></div></section>\n">(
      out, Html::from_trusted(std::move(rows)));
}

}  // namespace

Result<ShownMatrix> load_matrix(App& app, const http::Request& request, std::string_view domain, std::string_view by) {
  ShownMatrix out;
  TRY_VOID(app.database().snapshot([&](store::Connection& connection) -> Status {
    TRY(static_cast<threat::MatrixView&>(out),
        threat::look_at_matrix(connection, request.viewer, domain, by, request.now));
    return ok();
  }));
  out.has_inventory = has_inventory(request);
  return out;
}

std::size_t techniques_shown(const ShownMatrix& view) {
  std::set<std::string_view> out;
  threat::each_technique(*view.matrix, [&](const threat::Column& column, const AttackRow& row) {
    if (view.layer) {
      const auto* note = annotation_of(*view.layer, column, row);
      if (note != nullptr && note->enabled) out.insert(row.attack_id);
    } else if (view.used.contains(row.attack_id)) {
      out.insert(row.attack_id);
    }
  });
  return out.size();
}

Html matrix_html(const ShownMatrix& view) {
  std::string out = breadcrumb_html({{"/threats", std::string{tr<"Threats">()}}, {"", "ATT&CK"}}).str();
  if (!view.matrix) {
    render<
        "<header class=\"page-head\"><h1>ATT&amp;CK</h1></header>\n<div class=\"callout\"><p>[[There is no matrix of "
        "ATT&amp;CK here for you.]]</p><p>[[An administrator imports what MITRE publishes as STIX, of "
        "any version: <code>tocsin import ics-attack.json</code>]]</p></div>\n">(out);
    return Html::from_trusted(std::move(out));
  }
  const auto& domain = view.matrix->domain;
  render<"<header class=\"page-head\"><h1>{}</h1>">(out, domain.name);
  if (view.has_inventory) {
    render<"<p class=\"actions no-print\"><a class=\"button\" href=\"{}\">[[What is open at your plants]]</a></p>">(
        out, Url::own(http::with_query("/threats/attack/coverage", {{"matrix", domain.id}})));
  }
  out += "</header>\n";
  if (!domain.version.empty() && domain.released) {
    render<"<p class=\"note\">[[Version {} of {}]] · <a href=\"{}\">[[What changed]]</a></p>\n">(
        out, domain.version, date_html(*domain.released),
        Url::own(http::with_query("/threats/attack/changes", {{"matrix", domain.id}})));
  }
  append_domains(out, view);
  append_picker(out, view);
  append_legend(out, view);
  const Shades shades{view};
  render<"<div class=\"attack-matrix\" role=\"region\" tabindex=\"0\" aria-label=\"{}\">\n">(out, domain.name);
  for (const auto& column : view.matrix->columns) append_column(out, column, shades);
  out += "</div>\n";
  append_comments(out, view);
  if (!view.layer) {
    render<
        "<p class=\"actions no-print\"><a class=\"button-quiet\" href=\"{}\">[[Download as a layer of the "
        "Navigator]]</a> <a class=\"button-quiet\" href=\"/threats/attack/layer\">[[Show a layer of yours]]</a></p>\n">(
        out, Url::own(http::with_query("/threats/attack/layer.json",
                                       {{"matrix", domain.id}, {"by", view.by ? view.by->attack_id : ""}})));
  }
  return Html::from_trusted(std::move(out));
}

boost::json::object matrix_json(const ShownMatrix& view) {
  boost::json::object out;
  boost::json::array domains;
  for (const auto& each : view.domains) {
    domains.push_back(boost::json::object{
        {"id", each.id}, {"name", each.name}, {"version", each.version}, {"released", time_json(each.released)}});
  }
  out["domains"] = std::move(domains);
  out["domain"] = view.matrix ? boost::json::value(view.matrix->domain.id) : boost::json::value(nullptr);
  out["by"] = view.by ? boost::json::value(attack_row_json(*view.by)) : boost::json::value(nullptr);
  const auto technique = [&](const AttackRow& row) {
    auto made = attack_row_json(row);
    const auto count = view.counts.find(row.attack_id);
    made["mentions"] = count == view.counts.end() ? 0 : count->second;
    made["highlighted"] = view.used.contains(row.attack_id);
    return made;
  };
  boost::json::array columns;
  if (view.matrix) {
    for (const auto& column : view.matrix->columns) {
      boost::json::array techniques;
      for (const auto& cell : column.cells) {
        auto made = technique(cell.technique);
        boost::json::array below;
        for (const auto& each : cell.below) below.push_back(technique(each));
        made["subtechniques"] = std::move(below);
        techniques.push_back(std::move(made));
      }
      columns.push_back(
          boost::json::object{{"tactic", attack_row_json(column.tactic)}, {"techniques", std::move(techniques)}});
    }
  }
  out["columns"] = std::move(columns);
  return out;
}

}  // namespace tocsin::portal::pages
