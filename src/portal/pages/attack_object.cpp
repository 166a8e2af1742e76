#include <algorithm>
#include <map>
#include <tuple>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/locale.hpp"
#include "base/messages.hpp"
#include "engine/exposure/controls.hpp"
#include "formats/attack/attack.hpp"
#include "portal/html/template.hpp"
#include "portal/http/target.hpp"
#include "portal/pages/advisory_load.hpp"
#include "portal/pages/attack_parts.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/layout.hpp"
#include "portal/pages/member_parts.hpp"
#include "portal/pages/routes.hpp"
#include "portal/pages/threat_json.hpp"
#include "portal/pages/threat_names.hpp"

/// One object of ATT&CK: what it is, what it has to do with, and what names it.
namespace tocsin::portal::pages {
namespace {

namespace attack = formats::attack;
namespace threat = engine::threat;
using boost::json::value;
using engine::audit::view::Looking;
using html::Html;
using html::render;
using html::Url;
using threat::AttackKind;
using threat::AttackObject;
using threat::Relation;

/// Relations under one heading. The table's order is that of the page.
struct Heading {
  std::string_view verb;
  bool outgoing;
  std::optional<AttackKind> other;  ///< Only of that kind.
  Message title;
};
constexpr Heading kHeadings[] = {
    {"revoked-by", true, {}, message<"Replaced by">},
    {"subtechnique-of", true, {}, message<"Part of">},
    {"subtechnique-of", false, {}, message<"Sub-techniques">},
    {"attributed-to", true, {}, message<"Attributed to">},
    {"uses", true, AttackKind::technique, message<"Techniques used">},
    {"uses", true, AttackKind::software, message<"Software used">},
    {"mitigates", true, {}, message<"Techniques that it stands against">},
    {"detects", true, {}, message<"Techniques that it detects">},
    {"targets", true, {}, message<"Asset classes aimed at">},
    {"targets", false, {}, message<"Techniques that aim at it">},
    {"uses", false, {}, message<"Seen with">},
    {"attributed-to", false, {}, message<"Campaigns attributed to it">},
    {"mitigates", false, {}, message<"What stands against it">},
    {"detects", false, {}, message<"How it is detected">},
    {"x_mitre_analytic_refs", true, {}, message<"#attack#Analytics">},
    {"x_mitre_analytic_refs", false, {}, message<"#attack#Detection strategies">},
    {"x_mitre_data_component_ref", true, {}, message<"Data components read">},
    {"x_mitre_data_component_ref", false, {}, message<"Analytics that read it">},
    {"x_mitre_data_source_ref", true, {}, message<"#attack#Data source">},
    {"x_mitre_data_source_ref", false, {}, message<"#attack#Data components">},
    {"revoked-by", false, {}, message<"Takes the place of">},
};

std::size_t heading_of(const Relation& relation) {
  const auto* found = std::ranges::find_if(kHeadings, [&](const Heading& each) {
    return each.verb == relation.verb && each.outgoing == relation.outgoing &&
           (!each.other || *each.other == relation.other.kind);
  });
  return static_cast<std::size_t>(found - std::begin(kHeadings));
}

/// An object as its page needs it.
struct Looked {
  AttackObject object;
  json::Parsed parsed;
  std::vector<json::Parsed> relationships;  ///< One for each relation; without root where there is none.
  std::set<std::string> here;               ///< ATT&CK ids that its texts name and that are here.

  std::string_view description(std::size_t relation) const {
    return object.relations[relation].relationship.empty()
               ? std::string_view{}
               : json::string_at(relationships[relation].root(), "description");
  }
};

Result<Looked> read(AttackObject object) {
  Looked out;
  out.object = std::move(object);
  TRY(out.parsed, json::parse(out.object.bytes));
  out.relationships.resize(out.object.relations.size());
  for (std::size_t i = 0; i < out.object.relations.size(); ++i) {
    if (out.object.relations[i].relationship.empty()) continue;
    TRY(out.relationships[i], json::parse(out.object.relations[i].relationship));
  }
  return out;
}

Result<Looked> load(App& app, const http::Request& request) {
  return app.database().snapshot([&](store::Connection& connection) -> Result<Looked> {
    TRY(auto found, threat::find_attack(connection, request.viewer, request.parameter("id"), request.now));
    if (!found) return Error::not_found("object of ATT&CK");
    TRY(auto out, read(*std::move(found)));
    auto ids = attack::ids_in(json::string_at(out.parsed.root(), "description"));
    for (std::size_t i = 0; i < out.object.relations.size(); ++i) {
      for (auto& id : attack::ids_in(out.description(i))) ids.push_back(std::move(id));
    }
    std::ranges::sort(ids);
    ids.erase(std::ranges::unique(ids).begin(), ids.end());
    TRY(out.here, threat::present(connection, request.viewer, ids, request.now));
    return out;
  });
}

std::string texts_of(const boost::json::array& of) {
  std::string out;
  for (const auto& each : of) {
    if (!each.is_string() || each.get_string() == "None") continue;
    out += fmt::format("{}{}", out.empty() ? "" : ", ", std::string_view{each.get_string()});
  }
  return out;
}

Html links_to(const std::vector<threat::AttackRow>& rows) {
  std::string out;
  for (const auto& each : rows) {
    render<"{}<a href=\"{}\">{}</a>">(out, out.empty() ? "" : ", ", Url::own(attack_url(each.attack_id)),
                                      each.object.name);
  }
  return Html::from_trusted(std::move(out));
}

void append_requirements(std::string& out, const value& root) {
  std::map<std::string, std::string> by_standard;
  for (const auto& each : json::array_at(root, "labels")) {
    if (!each.is_string()) continue;
    const auto requirement = attack::read_requirement(std::string_view{each.get_string()});
    if (!requirement) continue;
    auto& list = by_standard[requirement->standard];
    for (const auto& id : requirement->ids) list += fmt::format("{}{}", list.empty() ? "" : ", ", id);
  }
  for (const auto& [standard, ids] : by_standard) append_fact(out, standard, ids);
}

/// Ids in other catalogues: weaknesses and vulnerabilities lead to what is here of them.
Html other_ids(const value& root) {
  std::string out;
  for (const auto& each : json::array_at(root, "external_references")) {
    const auto source = json::string_at(each, "source_name"), id = json::string_at(each, "external_id");
    if (id.empty() || source.starts_with("mitre")) continue;
    if (!out.empty()) out += ", ";
    const auto url = source == "cwe"   ? Url::own(search_url(fmt::format("cwe:{}", id)))
                     : source == "cve" ? Url::own(vulnerability_url(id))
                                       : Url::external(json::string_at(each, "url"));
    if (url.empty()) {
      html::escape(out, id);
    } else {
      render<"<a rel=\"noopener noreferrer nofollow\" href=\"{}\">{}</a>">(out, url, id);
    }
  }
  return Html::from_trusted(std::move(out));
}

void append_facts(std::string& out, const Looked& looked) {
  const auto& object = looked.object;
  const auto& root = looked.parsed.root();
  out += "<dl class=\"kv\">\n";
  append_fact(out, tr<"#attack#Tactics">(), links_to(object.tactics));
  auto aliases = texts_of(json::array_at(root, json::find(root, "aliases") != nullptr ? "aliases" : "x_mitre_aliases"));
  if (aliases != object.row.object.name) append_fact(out, tr<"Also known as">(), aliases);
  if (object.row.kind == AttackKind::software) {
    append_fact(out, tr<"#object#Type">(), threat_type_title(object.row.object.type));
  }
  append_fact(out, tr<"Platforms">(), texts_of(json::array_at(root, "x_mitre_platforms")));
  append_fact(out, tr<"Sectors">(), texts_of(json::array_at(root, "x_mitre_sectors")));
  append_fact(out, tr<"#attack#Data sources">(), texts_of(json::array_at(root, "x_mitre_data_sources")));
  append_fact(
      out,
      object.row.kind == AttackKind::technique ? tr<"Detected by data components">() : tr<"Detects the techniques">(),
      links_to(object.detected));
  for (const auto& [member, label] : {std::pair{"first_seen", tr<"First seen">()}, {"last_seen", tr<"Last seen">()}}) {
    if (const auto time = parse_rfc3339(json::string_at(root, member))) append_fact(out, label, date_html(*time));
  }
  append_requirements(out, root);
  append_fact(out, tr<"In other catalogues">(), other_ids(root));
  if (const auto* control = engine::exposure::find_control(object.row.attack_id);
      control != nullptr && object.row.kind == AttackKind::mitigation) {
    append_fact(out, tr<"In exposure">(),
                html::fragment<"[[Proposed for <a href=\"/exposure\">assets that cannot be patched yet</a>]]">());
  }
  append_fact(out, tr<"Version">(), object.row.version);
  if (object.row.object.modified) append_fact(out, tr<"#object#Changed">(), date_html(*object.row.object.modified));
  append_fact(out, tr<"STIX object">(),
              html::fragment<"<a href=\"{}\"><code>{}</code></a>">(Url::own(threat_url(object.row.object.id)),
                                                                   object.row.object.id));
  out += "</dl>\n";
}

/// Rows of the relations under one heading.
void append_relations(std::string& out, const Looked& looked, AttackText& text, std::string_view title,
                      std::string_view id, const std::vector<std::size_t>& of) {
  const auto& relations = looked.object.relations;
  const bool told = std::ranges::any_of(of, [&](std::size_t i) { return !looked.description(i).empty(); });
  const bool mixed = std::ranges::any_of(
      of, [&](std::size_t i) { return relations[i].other.kind != relations[of.front()].other.kind; });
  render<"<section aria-labelledby=\"{}\"><h2 id=\"{}\">{} <span class=\"count\">{}</span></h2>\n">(
      out, id, id, title, locale::number(static_cast<std::int64_t>(of.size())));
  render<
      "<div class=\"table-wrap stack\"><table><caption class=\"hidden\">{}</caption><thead><tr><th "
      "scope=\"col\">ID</th>">(out, title);
  if (mixed) render<"<th scope=\"col\">[[#object#Type]]</th>">(out);
  render<"<th scope=\"col\">[[Name]]</th>">(out);
  if (told) render<"<th scope=\"col\">[[What is said]]</th>">(out);
  out += "</tr></thead><tbody>\n";
  for (const auto i : of) {
    const auto& other = relations[i].other;
    render<"<tr><td data-label=\"ID\" class=\"id\"><a href=\"{}\">{}</a></td>">(
        out, Url::own(attack_url(other.attack_id)), other.attack_id);
    if (mixed) render<"<td data-label=\"[[#object#Type]]\">{}</td>">(out, attack_kind_title(other.kind));
    render<"<td data-label=\"[[Name]]\">{}{}</td>">(out, other.object.name, attack_standing(other));
    if (told) {
      if (looked.description(i).empty()) {
        out += "<td></td>";
      } else {
        text.add_references(looked.relationships[i].root());
        render<"<td data-label=\"[[What is said]]\" lang=\"en\">{}</td>">(out, text.markdown(looked.description(i)));
      }
    }
    out += "</tr>\n";
  }
  out += "</tbody></table></div></section>\n";
}

void append_all_relations(std::string& out, const Looked& looked, AttackText& text) {
  std::map<std::size_t, std::vector<std::size_t>> by_heading;
  std::map<std::tuple<std::string, bool>, std::vector<std::size_t>> others;
  const auto& relations = looked.object.relations;
  for (std::size_t i = 0; i < relations.size(); ++i) {
    const auto heading = heading_of(relations[i]);
    if (heading < std::size(kHeadings)) {
      by_heading[heading].push_back(i);
    } else {
      others[{relations[i].verb, relations[i].outgoing}].push_back(i);
    }
  }
  for (const auto& [heading, of] : by_heading) {
    append_relations(out, looked, text, kHeadings[heading].title.text(), fmt::format("r{}", heading), of);
  }
  std::size_t at = std::size(kHeadings);
  for (const auto& [key, of] : others) {
    const auto& [verb, outgoing] = key;
    append_relations(out, looked, text, outgoing ? verb : tr<"{} (from there to here)">(verb), fmt::format("r{}", at++),
                     of);
  }
  if (looked.object.more_relations) {
    render<"<p class=\"note\">[[Only the first {} are shown.]]</p>\n">(out, locale::number(threat::kRelationsMax));
  }
}

void append_techniques(std::string& out, const AttackObject& object) {
  if (object.techniques.empty()) return;
  render<
      "<section aria-labelledby=\"techniques\"><h2 id=\"techniques\">[[#attack#Techniques]] <span "
      "class=\"count\">{}</span></h2>\n<ul class=\"attack-list\">\n">(
      out, locale::number(static_cast<std::int64_t>(object.techniques.size())));
  for (const auto& each : object.techniques) {
    render<"<li><a href=\"{}\"><span class=\"id\">{}</span> {}</a></li>\n">(out, Url::own(attack_url(each.attack_id)),
                                                                            each.attack_id, each.object.name);
  }
  out += "</ul></section>\n";
}

/// Members that only some kinds have, and that are texts of their own.
void append_own(std::string& out, const Looked& looked, AttackText& text) {
  const auto& root = looked.parsed.root();
  if (const auto detection = json::string_at(root, "x_mitre_detection"); !detection.empty()) {
    render<"<section><h2>[[#attack#Detection]]</h2>\n<div class=\"prose\" lang=\"en\">{}</div></section>\n">(
        out, text.markdown(detection));
  }
  if (const auto& related = json::array_at(root, "x_mitre_related_assets"); !related.empty()) {
    render<"<section><h2>[[Related devices]]</h2>\n<dl class=\"kv\" lang=\"en\">\n">(out);
    for (const auto& each : related) {
      append_fact(out, json::string_at(each, "name"), text.markdown(json::string_at(each, "description")));
    }
    out += "</dl></section>\n";
  }
  const auto& sources = json::array_at(
      root, looked.object.row.kind == AttackKind::analytic ? "x_mitre_log_source_references" : "x_mitre_log_sources");
  if (sources.empty()) return;
  render<
      "<section><h2>[[Log sources]]</h2>\n<div class=\"table-wrap stack\"><table><caption class=\"hidden\">[[Log "
      "sources]]</caption><thead><tr><th scope=\"col\">[[Name]]</th><th scope=\"col\">[[#log#Channel]]</th></tr>"
      "</thead><tbody>\n">(out);
  for (const auto& each : sources) {
    const auto channel = json::string_at(each, "channel");
    render<"<tr lang=\"en\"><td data-label=\"[[Name]]\">{}</td><td data-label=\"[[#log#Channel]]\">{}</td></tr>\n">(
        out, json::string_at(each, "name"), channel == "None" ? std::string_view{} : channel);
  }
  out += "</tbody></table></div></section>\n";
}

std::string mention_url(const threat::Mention& mention) {
  return mention.kind == domain::RecordKind::advisory ? advisory_url(mention.slug) : threat_url(mention.slug);
}

void append_mentions(std::string& out, const AttackObject& object) {
  render<
      "<section aria-labelledby=\"named\"><h2 id=\"named\">[[Where it is named here]] <span "
      "class=\"count\">{}</span></h2>\n">(out, locale::number(object.mentions_total));
  if (object.mentions.empty()) {
    render<"<p class=\"note\">[[No advisory and no report that you may see names it.]]</p></section>\n">(out);
    return;
  }
  out += "<ul class=\"attack-list\">\n";
  for (const auto& each : object.mentions) {
    render<"<li><a href=\"{}\">{}</a> <span class=\"note\">{}</span> {} {}</li>\n">(
        out, Url::own(mention_url(each)), each.title,
        each.kind == domain::RecordKind::advisory ? tr<"Advisory">() : threat_type_title(each.type),
        tlp_badge(each.tlp), date_html(each.released_at));
  }
  out += "</ul>\n";
  if (object.mentions_total > threat::kMentionsShown) {
    render<"<p class=\"note\">[[Only the newest {} are shown.]]</p>\n">(out, locale::number(threat::kMentionsShown));
  }
  out += "</section>\n";
}

Html object_html(const Looked& looked) {
  const auto& row = looked.object.row;
  const auto& root = looked.parsed.root();
  AttackText text{looked.here};
  text.add_references(root);
  std::string out = breadcrumb_html({{"/threats", std::string{tr<"Threats">()}},
                                     {kAttackPath, "ATT&CK"},
                                     {"", fmt::format("{} {}", row.attack_id, row.object.name)}})
                        .str();
  render<
      "<header class=\"page-head\"><div><p>{} <span class=\"tag\">{}</span> <span class=\"id\">{}</span>{}</p>"
      "<h1>{}</h1></div></header>\n">(out, tlp_badge(row.object.tlp), attack_kind_title(row.kind), row.attack_id,
                                      attack_standing(row), row.object.name);
  if (const auto description = json::string_at(root, "description"); !description.empty()) {
    render<"<div class=\"prose threat-text\" lang=\"en\">{}</div>\n">(out, text.markdown(description));
  }
  append_facts(out, looked);
  if (row.kind != AttackKind::technique && row.kind != AttackKind::tactic && row.kind != AttackKind::data_source &&
      row.kind != AttackKind::analytic && row.in_force) {
    render<"<p class=\"actions no-print\"><a class=\"button-quiet\" href=\"{}\">[[Show in the matrix]]</a></p>\n">(
        out, Url::own(http::with_query(kAttackPath, {{"by", row.attack_id}})));
  }
  append_techniques(out, looked.object);
  append_mentions(out, looked.object);
  append_all_relations(out, looked, text);
  append_own(out, looked, text);
  text.append_references(out);
  return Html::from_trusted(std::move(out));
}

boost::json::object object_json(const Looked& looked) {
  const auto& object = looked.object;
  auto out = attack_row_json(object.row);
  out["description"] = json::string_at(looked.parsed.root(), "description");
  const auto rows = [](const std::vector<threat::AttackRow>& of) {
    boost::json::array list;
    for (const auto& each : of) list.push_back(attack_row_json(each));
    return list;
  };
  out["tactics"] = rows(object.tactics);
  out["techniques"] = rows(object.techniques);
  out["detected"] = rows(object.detected);
  boost::json::array requirements;
  for (const auto& each : json::array_at(looked.parsed.root(), "labels")) {
    if (!each.is_string()) continue;
    const auto requirement = attack::read_requirement(std::string_view{each.get_string()});
    if (!requirement) continue;
    requirements.push_back(
        boost::json::object{{"standard", requirement->standard},
                            {"ids", boost::json::array(requirement->ids.begin(), requirement->ids.end())}});
  }
  out["requirements"] = std::move(requirements);
  boost::json::array relations;
  for (std::size_t i = 0; i < object.relations.size(); ++i) {
    const auto& each = object.relations[i];
    relations.push_back(boost::json::object{{"verb", each.verb},
                                            {"outgoing", each.outgoing},
                                            {"relationship", each.via},
                                            {"description", looked.description(i)},
                                            {"object", attack_row_json(each.other)}});
  }
  out["relations"] = std::move(relations);
  out["more_relations"] = object.more_relations;
  boost::json::array mentions;
  for (const auto& each : object.mentions) {
    mentions.push_back(boost::json::object{{"title", each.title},
                                           {"type", each.kind == domain::RecordKind::advisory ? "advisory" : each.type},
                                           {"url", mention_url(each)},
                                           {"tlp", domain::to_string(each.tlp)},
                                           {"released", format_rfc3339(each.released_at)}});
  }
  out["mentions"] = std::move(mentions);
  out["mentions_total"] = object.mentions_total;
  return out;
}

Result<http::Response> detail(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  TRY(const auto looked, load(app, request));
  const auto& row = looked.object.row;
  http::Response response;
  if (request.representation == http::Representation::json) {
    response = http::Response::json(json::write(object_json(looked)));
  } else {
    Page page;
    page.title = fmt::format("{} {}", row.attack_id, row.object.name);
    page.section = Section::threats;
    page.main = object_html(looked);
    page.json_url = "/api/v1/attack/" + row.attack_id;
    page.canonical = attack_url(row.attack_id);
    page.noindex = row.object.tlp != domain::Tlp::clear;
    response = render_page(app, request, page);
  }
  TRY(response, looked_at(app, request, looked.object.record, Looking::read, std::move(response)));
  // As with other STIX objects: the answer cache's generation knows nothing of them.
  response.cacheable = false;
  return response;
}

}  // namespace

Result<boost::json::object> attack_object_json(AttackObject object) {
  TRY(const auto looked, read(std::move(object)));
  return object_json(looked);
}

void add_attack_object_routes(App& app, http::Router& router) {
  add_resource(router, "/threats/attack/{id}", "/api/v1/attack/{id}", "attack_object",
               "One object of ATT&CK, what it has to do with, and what names it",
               [&app](const http::Request& request) { return detail(app, request); });
}

}  // namespace tocsin::portal::pages
