#include "engine/threat/attack_changes.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/locale.hpp"
#include "base/messages.hpp"
#include "portal/html/template.hpp"
#include "portal/http/target.hpp"
#include "portal/pages/attack_parts.hpp"
#include "portal/pages/layout.hpp"
#include "portal/pages/member_parts.hpp"
#include "portal/pages/routes.hpp"

/// /threats/attack/changes: what changed between two releases of a knowledge base that are here.
namespace tocsin::portal::pages {
namespace {

using formats::attack::Difference;
using formats::attack::ObjectChange;
using formats::attack::ReleaseObject;
using formats::attack::What;
using html::attribute_if;
using html::Html;
using html::render;
using html::Url;
namespace attack = formats::attack;
namespace threat = engine::threat;

constexpr const char* kPath = "/threats/attack/changes";

std::string_view title_of(What what) {
  switch (what) {
    case What::added:
      return tr<"#attack#New">();
    case What::renamed:
      return tr<"#attack#Renamed">();
    case What::revoked:
      return tr<"#attack#Revoked">();
    case What::deprecated:
      return tr<"#attack#Deprecated">();
    case What::reinstated:
      return tr<"#attack#In force again">();
    case What::removed:
      return tr<"#attack#No longer there">();
    case What::major_version:
      return tr<"#attack#New major version">();
    case What::minor_version:
      return tr<"#attack#New minor version">();
    case What::edited:
      break;
  }
  return tr<"#attack#Edited">();
}

const ReleaseObject& named(const ObjectChange& change) {
  return change.what == What::removed ? change.before : change.after;
}

/// What was there before, or took its place; may be empty.
std::string detail_of(const ObjectChange& change) {
  switch (change.what) {
    case What::renamed:
      return std::string{tr<"was {}">(change.before.name)};
    case What::revoked:
      return change.successor.empty() ? std::string{} : std::string{tr<"now {}">(change.successor)};
    case What::major_version:
    case What::minor_version:
      return std::string{tr<"was {}">(change.before.version)};
    case What::added:
    case What::deprecated:
    case What::reinstated:
    case What::removed:
    case What::edited:
      break;
  }
  return {};
}

boost::json::object json_of(const ReleaseObject& object) {
  return {{"id", object.id}, {"name", object.name}, {"stix_id", object.stix_id}};
}

boost::json::object json_of(const ObjectChange& change) {
  const auto& object = named(change);
  auto out = json_of(object);
  out["what"] = attack::slug(change.what);
  out["kind"] = attack::slug(object.kind);
  out["name_before"] = change.before.name;
  out["version_before"] = change.before.version;
  out["version"] = change.after.version;
  out["successor"] = change.successor;
  return out;
}

boost::json::value json_of(const std::optional<threat::AttackRelease>& release) {
  if (!release) return nullptr;
  return boost::json::object{{"version", release->version}, {"released", format_rfc3339(release->released)}};
}

std::string json_of(const threat::AttackChanges& changes) {
  auto out = attack_difference_json(changes.difference);
  out["domain"] = changes.domain ? boost::json::value(changes.domain->id) : boost::json::value(nullptr);
  out["before"] = json_of(changes.before);
  out["after"] = json_of(changes.after);
  auto& releases = out["releases"].emplace_array();
  for (const auto& each : changes.releases) releases.push_back(json_of(std::optional{each}));
  return json::write(out);
}

void append_select(std::string& out, const threat::AttackChanges& changes, std::string_view name,
                   std::string_view label, const std::optional<threat::AttackRelease>& chosen) {
  render<"<label for=\"{}\">{}</label> <select id=\"{}\" name=\"{}\">\n">(out, name, label, name, name);
  for (const auto& each : changes.releases) {
    render<"<option value=\"{}\" {}>{} ({})</option>\n">(out, each.version, attribute_if<"selected">(chosen == each),
                                                         each.version, format_date(each.released));
  }
  out += "</select>\n";
}

void append_form(std::string& out, const threat::AttackChanges& changes) {
  if (changes.domains.size() > 1) {
    render<"<ul class=\"switch attack-domains\" aria-label=\"[[Which matrix]]\">\n">(out);
    for (const auto& each : changes.domains) {
      render<"<li><a href=\"{}\" {}>{}</a></li>\n">(out, Url::own(http::with_query(kPath, {{"matrix", each.id}})),
                                                    attribute_if<"aria-current">(each.id == changes.domain->id, "true"),
                                                    each.name);
    }
    out += "</ul>\n";
  }
  if (!changes.before) return;
  render<
      "<form class=\"search-row search-row-wraps\" method=\"get\" action=\"{}\"><input type=\"hidden\" name=\"matrix\" "
      "value=\"{}\">\n">(out, Url::own(kPath), changes.domain->id);
  append_select(out, changes, "before", tr<"#release#From">(), changes.before);
  append_select(out, changes, "after", tr<"#release#to">(), changes.after);
  render<"<button class=\"button\">[[#verb#Compare]]</button></form>\n">(out);
}

void append_objects(std::string& out, const Difference& difference) {
  for (auto each = difference.objects.begin(); each != difference.objects.end();) {
    const auto what = each->what;
    const auto end =
        std::find_if(each, difference.objects.end(), [&](const auto& other) { return other.what != what; });
    const auto count = static_cast<std::int64_t>(end - each);
    // What is new has nothing before it.
    const bool detailed = std::any_of(each, end, [](const auto& other) { return !detail_of(other).empty(); });
    std::string rows;
    for (; each != end; ++each) {
      const auto& object = named(*each);
      // What is no longer in the release may still be here.
      render<
          "<tr><td data-label=\"ID\" class=\"id\"><a href=\"{}\">{}</a></td><td data-label=\"[[#object#Name]]\" "
          "lang=\"en\">{}</td><td data-label=\"[[Kind]]\">{}</td>">(rows, Url::own(attack_url(object.id)), object.id,
                                                                    object.name, attack_kind_title(object.kind));
      if (detailed) render<"<td data-label=\"[[#attack#Detail]]\">{}</td>">(rows, detail_of(*each));
      rows += "</tr>\n";
    }
    render<
        "<section><h2 id=\"{}\">{} <span class=\"count\">{}</span></h2>\n<div class=\"table-wrap stack\"><table "
        "class=\"sortable\" data-filter=\"[[Filter]]\"><caption class=\"hidden\">{}</caption><thead><tr><th "
        "scope=\"col\">ID</th><th scope=\"col\">[[#object#Name]]</th><th scope=\"col\">[[Kind]]</th>{}</tr></thead>"
        "<tbody>\n{}</tbody></table></div></section>\n">(
        out, attack::slug(what), title_of(what), locale::number(count), title_of(what),
        detailed ? html::fragment<"<th scope=\"col\">[[#attack#Detail]]</th>">() : Html{},
        Html::from_trusted(std::move(rows)));
  }
}

void append_relations(std::string& out, const Difference& difference) {
  if (difference.relations.empty()) return;
  std::string rows;
  for (const auto& each : difference.relations) {
    const auto end = [](const ReleaseObject& object) {
      return object.id.empty() ? object.name : fmt::format("{} {}", object.id, object.name);
    };
    render<
        "<tr><td data-label=\"[[#attack#Change]]\">{}</td><td data-label=\"[[#relation#From]]\" lang=\"en\">{}</td><td "
        "data-label=\"[[Relation]]\" lang=\"en\">{}</td><td data-label=\"[[#relation#To]]\" "
        "lang=\"en\">{}</td></tr>\n">(rows, each.added ? tr<"#relation#new">() : tr<"#relation#no longer there">(),
                                      end(each.source), each.verb, end(each.target));
  }
  render<
      "<section><h2 id=\"relations\">[[Relations]] <span class=\"count\">{}</span></h2>\n<div class=\"table-wrap "
      "stack\"><table class=\"sortable\" data-filter=\"[[Filter]]\"><caption "
      "class=\"hidden\">[[Relations]]</caption><thead><tr><th scope=\"col\">[[#attack#Change]]</th><th "
      "scope=\"col\">[[#relation#From]]</th><th scope=\"col\">[[Relation]]</th><th "
      "scope=\"col\">[[#relation#To]]</th></tr></thead><tbody>\n{}</tbody></table></div></section>\n">(
      out, locale::number(static_cast<std::int64_t>(difference.relations.size())), Html::from_trusted(std::move(rows)));
}

Html changes_html(const threat::AttackChanges& changes) {
  const std::string title{tr<"What changed in ATT&CK">()};
  std::string out =
      breadcrumb_html({{"/threats", std::string{tr<"Threats">()}}, {kAttackPath, "ATT&CK"}, {"", title}}).str();
  render<"<header class=\"page-head\"><h1>{}</h1></header>\n">(out, title);
  if (!changes.domain) {
    render<
        "<div class=\"callout\"><p>[[There is no matrix of ATT&amp;CK here for you.]]</p><p>[[An administrator imports "
        "what MITRE publishes as STIX, of any version: <code>tocsin import ics-attack.json</code>]]</p></div>\n">(out);
    return Html::from_trusted(std::move(out));
  }
  append_form(out, changes);
  if (!changes.before) {
    render<
        "<p class=\"callout\">[[Of {} only one release is here. As soon as an administrator has imported another one, "
        "this page tells what is different.]]</p>\n">(out, changes.domain->name);
    return Html::from_trusted(std::move(out));
  }
  const auto& difference = changes.difference;
  if (difference.objects.empty() && difference.relations.empty()) {
    render<"<p class=\"callout\">[[Nothing has changed.]]</p>\n">(out);
    return Html::from_trusted(std::move(out));
  }
  render<"<ul class=\"switch\" aria-label=\"[[On this page]]\">\n">(out);
  for (auto each = difference.objects.begin(); each != difference.objects.end();) {
    const auto what = each->what;
    const auto end =
        std::find_if(each, difference.objects.end(), [&](const auto& other) { return other.what != what; });
    render<"<li><a href=\"{}\">{} {}</a></li>\n">(out, Url::own(fmt::format("#{}", attack::slug(what))), title_of(what),
                                                  locale::number(end - each));
    each = end;
  }
  if (!difference.relations.empty()) {
    render<"<li><a href=\"#relations\">[[Relations]] {}</a></li>\n">(
        out, locale::number(static_cast<std::int64_t>(difference.relations.size())));
  }
  out += "</ul>\n";
  append_objects(out, difference);
  append_relations(out, difference);
  return Html::from_trusted(std::move(out));
}

Result<http::Response> changes(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({"matrix", "before", "after"}));
  threat::AttackChanges found;
  TRY_VOID(app.database().snapshot([&](store::Connection& connection) -> Status {
    TRY(found, threat::attack_changes(connection, request.viewer, request.query.get("matrix"),
                                      request.query.get("before"), request.query.get("after"), request.now));
    return ok();
  }));
  http::Response response;
  if (request.representation == http::Representation::json) {
    response = http::Response::json(json_of(found));
  } else {
    Page page;
    page.title = tr<"What changed in ATT&CK">();
    page.section = Section::threats;
    page.main = changes_html(found);
    page.canonical = kPath;
    page.json_url = http::with_query("/api/v1/attack/changes", {{"matrix", request.query.get("matrix")},
                                                                {"before", request.query.get("before")},
                                                                {"after", request.query.get("after")}});
    response = render_page(app, request, page);
  }
  response.cacheable = false;
  return response;
}

}  // namespace

boost::json::object attack_difference_json(const Difference& difference) {
  boost::json::object out;
  auto& changes = out["changes"].emplace_array();
  for (const auto& each : difference.objects) changes.push_back(json_of(each));
  auto& relations = out["relations"].emplace_array();
  for (const auto& each : difference.relations) {
    relations.push_back(boost::json::object{{"what", each.added ? "added" : "removed"},
                                            {"verb", each.verb},
                                            {"source", json_of(each.source)},
                                            {"target", json_of(each.target)}});
  }
  return out;
}

void add_attack_changes_routes(App& app, http::Router& router) {
  add_resource(router, kPath, "/api/v1/attack/changes", "attack_changes",
               "What changed between two releases of ATT&CK that are here",
               [&app](const http::Request& request) { return changes(app, request); });
}

}  // namespace tocsin::portal::pages
