#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/locale.hpp"
#include "base/messages.hpp"
#include "engine/threat/coverage.hpp"
#include "portal/access.hpp"
#include "portal/api/body.hpp"
#include "portal/html/template.hpp"
#include "portal/http/target.hpp"
#include "portal/pages/attack_parts.hpp"
#include "portal/pages/inventory_parts.hpp"
#include "portal/pages/layout.hpp"
#include "portal/pages/member_parts.hpp"
#include "portal/pages/routes.hpp"

/// /threats/attack/coverage: which techniques the asker's assets, zones and detections leave open, and what is in
/// place.
namespace tocsin::portal::pages {
namespace {

namespace threat = engine::threat;
using domain::Permission;
using html::Html;
using html::render;
using html::Url;
using threat::Coverage;
using threat::CoveredTechnique;
using threat::Measure;

constexpr const char* kPath = "/threats/attack/coverage";
constexpr std::size_t kTechniquesShown = 200;
constexpr std::size_t kMeasuresShown = 8;

struct Looked {
  engine::inventory::Access access;
  std::string organisation;  ///< For links: that whose inventory it is; empty: one's own.
  Coverage coverage;
};

Result<Looked> look(App& app, const http::Request& request) {
  Looked out;
  TRY(out.access, inventory_access(app, request));
  out.organisation = organisation_parameter(request, out.access);
  TRY(out.coverage, threat::coverage(app.database(), access::actor(request), out.access, request.query.get("matrix"),
                                     request.query.get("zone"), request.now));
  return out;
}

std::string path_of(std::string_view base, const Looked& looked, std::string_view zone) {
  const auto& coverage = looked.coverage;
  const bool first = !coverage.domain || coverage.domains.front().id == coverage.domain->id;
  return http::with_query(base, {{"organisation", looked.organisation},
                                 {"matrix", first ? std::string{} : coverage.domain->id},
                                 {"zone", std::string{zone}}});
}

std::string zone_name(std::string_view zone) { return zone.empty() ? std::string{tr<"no zone">()} : std::string{zone}; }

// --- as JSON ---------------------------------------------------------------------------------------------------------

boost::json::array texts_json(const auto& texts) {
  boost::json::array out;
  for (const std::string& each : texts) out.emplace_back(each);
  return out;
}

boost::json::array measures_json(const std::vector<Measure>& measures) {
  boost::json::array out;
  for (const auto& each : measures) {
    auto item = attack_row_json(each.row);
    item["in_place"] = each.in_place;
    item["stated"] = each.stated;
    item["zones"] = texts_json(each.zones);
    item["would_close"] = each.would_close;
    out.push_back(std::move(item));
  }
  return out;
}

/// Schema: "AttackCoverage".
boost::json::object coverage_json(const Coverage& coverage) {
  boost::json::object out;
  out["domain"] = coverage.domain ? boost::json::value(coverage.domain->id) : boost::json::value(nullptr);
  out["zone"] = coverage.zone;
  out["zones"] = texts_json(coverage.zones);
  out["assets"] = coverage.assets;
  out["unknown_assets"] = coverage.unknown_assets;
  out["open"] = coverage.open();
  auto& classes = out["classes"].emplace_array();
  for (const auto& each : coverage.classes) {
    auto item = attack_row_json(each.row);
    item["assets"] = each.assets;
    item["here"] = each.here;
    item["stated"] = nullptr;
    if (each.stated) item["stated"] = *each.stated;
    classes.push_back(std::move(item));
  }
  out["mitigations"] = measures_json(coverage.mitigations);
  out["data_components"] = measures_json(coverage.components);
  auto& techniques = out["techniques"].emplace_array();
  for (const auto& each : coverage.techniques) {
    auto item = attack_row_json(each.row);
    item["classes"] = texts_json(each.classes);
    item["mitigations"] = texts_json(each.mitigations);
    item["data_components"] = texts_json(each.components);
    item["mitigated"] = each.mitigated;
    item["detected"] = each.detected;
    item["open_in"] = texts_json(each.open_in);
    item["mentions"] = each.mentions;
    techniques.push_back(std::move(item));
  }
  return out;
}

// --- as a page -------------------------------------------------------------------------------------------------------

void append_filters(std::string& out, const Looked& looked) {
  const auto& coverage = looked.coverage;
  if (coverage.zones.size() < 2 && coverage.domains.size() < 2) return;
  render<
      "<form class=\"search-panel filter-form\" method=\"get\" action=\"{}\" role=\"search\" "
      "aria-label=\"[[What is looked at]]\"><div class=\"search-row\">">(out, Url::own(kPath));
  if (!looked.organisation.empty()) {
    render<"<input type=\"hidden\" name=\"organisation\" value=\"{}\">">(out, looked.organisation);
  }
  if (coverage.domains.size() > 1) {
    std::vector<Option> others;
    for (const auto& each : coverage.domains) others.push_back({each.id, each.name});
    const auto first = others.front();
    others.erase(others.begin());
    append_filter(out, "coverage-matrix", "matrix", tr<"Knowledge base">(), first.label, others,
                  coverage.domain->id == first.value ? std::string{} : coverage.domain->id);
  }
  std::vector<std::string> zones;
  std::ranges::copy_if(coverage.zones, std::back_inserter(zones), [](const auto& zone) { return !zone.empty(); });
  if (!zones.empty()) {
    append_filter(out, "coverage-zone", "zone", field_label(formats::inventory::Field::zone), tr<"Any zone">(),
                  options_of(zones), coverage.zone);
  }
  render<"<button class=\"button\" type=\"submit\">[[Show]]</button></div></form>\n">(out);
}

void append_stats(std::string& out, const Coverage& coverage) {
  const auto count = [&](auto condition) {
    return static_cast<std::int64_t>(std::ranges::count_if(coverage.techniques, condition));
  };
  const std::pair<std::int64_t, std::string> figures[] = {
      {coverage.open(), std::string{tr<"techniques are open">()}},
      {count([](const CoveredTechnique& each) { return !each.is_open() && each.detected && !each.mitigated; }),
       std::string{tr<"are detected alone">()}},
      {count([](const CoveredTechnique& each) { return !each.is_open() && each.mitigated; }),
       std::string{tr<"are mitigated">()}},
      {static_cast<std::int64_t>(coverage.techniques.size()), std::string{tr<"concern your assets">()}}};
  render<"<h2 class=\"hidden\">[[Now]]</h2>\n<ul class=\"stats\">\n">(out);
  for (const auto& [number, what] : figures) {
    render<"<li class=\"stat\"><b>{}</b> <span>{}</span></li>\n">(out, locale::number(number), what);
  }
  out += "</ul>\n";
}

/// What would close most, of what is not in place.
void append_measures(std::string& out, std::string_view heading, std::string_view id,
                     const std::vector<Measure>& measures) {
  std::vector<const Measure*> best;
  for (const auto& each : measures) {
    if (!each.in_place && each.would_close > 0) best.push_back(&each);
  }
  if (best.empty()) return;
  std::ranges::sort(best, {}, [](const Measure* each) {
    return std::tuple{-each->would_close, std::string_view{each->row.attack_id}};
  });
  if (best.size() > kMeasuresShown) best.resize(kMeasuresShown);
  render<"<section class=\"panel\" aria-labelledby=\"{}\"><h2 id=\"{}\">{}</h2>\n<ol class=\"attack-list\">\n">(
      out, id, id, heading);
  for (const auto* each : best) {
    render<
        "<li><a href=\"{}\"><span class=\"id\">{}</span> <span lang=\"en\">{}</span></a> <span "
        "class=\"note\">{}</span></li>\n">(
        out, Url::own(attack_url(each->row.attack_id)), each->row.attack_id, each->row.object.name,
        trn<"closes {} technique", "closes {} techniques">(each->would_close, locale::number(each->would_close)));
  }
  out += "</ol></section>\n";
}

Html ids_html(const std::vector<std::string>& ids) {
  std::string out;
  for (const auto& id : ids) {
    render<"{}<a class=\"id\" href=\"{}\">{}</a>">(out, out.empty() ? "" : " ", Url::own(attack_url(id)), id);
  }
  if (out.empty()) render<"<span class=\"note\">[[#measures#none]]</span>">(out);
  return Html::from_trusted(std::move(out));
}

/// By name: their ids tell readers nothing.
Html classes_html(const CoveredTechnique& technique, const Coverage& coverage) {
  std::string out;
  for (const auto& each : coverage.classes) {
    if (std::ranges::find(technique.classes, each.row.attack_id) == technique.classes.end()) continue;
    render<"{}<a href=\"{}\" lang=\"en\">{}</a>">(out, out.empty() ? "" : ", ",
                                                  Url::own(attack_url(each.row.attack_id)), each.row.object.name);
  }
  if (out.empty()) render<"<span class=\"note\">[[whatever is there]]</span>">(out);
  return Html::from_trusted(std::move(out));
}

/// `zones`: how many are looked at.
Html standing_html(const CoveredTechnique& each, std::size_t zones) {
  std::string out;
  if (each.is_open()) {
    render<"<span class=\"tag tag-refused\">[[#technique#open]]</span>">(out);
    if (zones > 1 && each.open_in.size() == zones) {
      render<" [[in all zones]]">(out);
    } else if (zones > 1) {
      std::vector<std::string> names;
      for (const auto& zone : each.open_in) names.push_back(zone_name(zone));
      render<" {}">(out, joined(names));
    }
  } else if (each.mitigated) {
    render<"<span class=\"tag tag-fix\">{}</span>">(
        out, each.detected ? tr<"mitigated and detected">() : tr<"#technique#mitigated">());
  } else {
    render<"<span class=\"tag\">[[#technique#detected]]</span>">(out);
  }
  return Html::from_trusted(std::move(out));
}

void append_techniques(std::string& out, const Looked& looked) {
  const auto& coverage = looked.coverage;
  if (coverage.techniques.empty()) {
    render<
        "<div class=\"callout\"><p>[[No technique concerns what is here: the inventory has nothing of a class that "
        "techniques target. Say below which classes of assets are there, or import what the plants have.]]</p><p><a "
        "href=\"/inventory/import\">[[Import an inventory]]</a></p></div>\n">(out);
    return;
  }
  render<
      "<section aria-labelledby=\"techniques\"><h2 id=\"techniques\">[[Techniques that concern you]] <span "
      "class=\"count\">{}</span></h2>\n<div class=\"table-wrap stack\"><table class=\"sortable\"><caption "
      "class=\"hidden\">[[Techniques that concern you]]</caption><thead><tr><th scope=\"col\">[[Technique]]</th><th "
      "scope=\"col\">[[#technique#Standing]]</th><th scope=\"col\">[[Classes of assets here]]</th><th scope=\"col\" "
      "data-first=\"descending\" class=\"num\">[[Records that name it]]</th><th scope=\"col\">[[Mitigations]]</th><th "
      "scope=\"col\">[[Data components]]</th></tr></thead><tbody>\n">(
      out, locale::number(static_cast<std::int64_t>(coverage.techniques.size())));
  const std::size_t zones = coverage.zone.empty() ? coverage.zones.size() : 1;
  for (const auto& each :
       std::span{coverage.techniques}.first(std::min(coverage.techniques.size(), kTechniquesShown))) {
    render<
        "<tr><th scope=\"row\" data-label=\"[[Technique]]\"><a href=\"{}\"><span class=\"id\">{}</span> <span "
        "lang=\"en\">{}</span></a></th><td data-label=\"[[#technique#Standing]]\" data-sort=\"{}\">{}</td><td "
        "data-label=\"[[Classes of assets here]]\">{}</td><td class=\"num\" data-label=\"[[Records that name it]]\" "
        "data-sort=\"{}\">{}</td><td data-label=\"[[Mitigations]]\">{}</td><td "
        "data-label=\"[[Data components]]\">{}</td></tr>\n">(
        out, Url::own(attack_url(each.row.attack_id)), each.row.attack_id, each.row.object.name,
        each.is_open()   ? 0
        : each.mitigated ? 2
                         : 1,
        standing_html(each, zones), classes_html(each, coverage), each.mentions, locale::number(each.mentions),
        ids_html(each.mitigations), ids_html(each.components));
  }
  out += "</tbody></table></div>\n";
  if (coverage.techniques.size() > kTechniquesShown) {
    render<"<p class=\"note\">[[Only the first {} are shown.]]</p>\n">(
        out, locale::number(static_cast<std::int64_t>(kTechniquesShown)));
  }
  out += "</section>\n";
}

std::vector<Option> options_of(const std::vector<Measure>& measures) {
  std::vector<Option> out;
  for (const auto& each : measures) {
    Option option{each.row.attack_id, fmt::format("{} {}", each.row.attack_id, each.row.object.name)};
    if (each.in_place && !each.stated) option.hint = tr<"in place everywhere">();
    out.push_back(std::move(option));
  }
  return out;
}

void append_form(std::string& out, const http::Request& request, const Looked& looked, const Form& given) {
  const auto& coverage = looked.coverage;
  auto form = given;
  if (given.good()) {
    for (const auto& each : coverage.classes) {
      const bool stated = each.stated.value_or(each.assets > 0);
      if (coverage.zone.empty() ? stated : each.here) form.with("class", each.row.attack_id);
    }
    for (const auto& each : coverage.mitigations) {
      if (each.stated) form.with("mitigation", each.row.attack_id);
    }
    for (const auto& each : coverage.components) {
      if (each.stated) form.with("component", each.row.attack_id);
    }
  }
  render<"<section class=\"panel many-choices\" aria-labelledby=\"in-place\"><h2 id=\"in-place\">">(out);
  if (coverage.zone.empty()) {
    render<"[[What is in place everywhere]]</h2>\n">(out);
  } else {
    render<"[[What is in place in the zone {}]]</h2>\n">(out, coverage.zone);
  }
  if (coverage.zones.size() > 1 && coverage.zone.empty()) {
    render<"<p class=\"note\">[[Choose a zone above to say what is in place there alone.]]</p>\n">(out);
  }
  FormMarkup markup{request, path_of(kPath, looked, coverage.zone), form};
  std::vector<Option> classes;
  for (const auto& each : coverage.classes) {
    Option option{each.row.attack_id, fmt::format("{} {}", each.row.attack_id, each.row.object.name)};
    if (each.assets > 0) option.hint = trn<"{} asset", "{} assets">(each.assets, locale::number(each.assets));
    classes.push_back(std::move(option));
  }
  if (!classes.empty()) {
    markup.checkboxes(
        "class", tr<"Classes of assets that are there">(), classes,
        tr<"Chosen is what the inventory looks like. A tag at an asset, such as PLC or A0003, says it for "
           "good.">());
  }
  if (!coverage.mitigations.empty()) {
    markup.checkboxes("mitigation", tr<"Mitigations in place">(), options_of(coverage.mitigations));
  }
  if (!coverage.components.empty()) {
    markup.checkboxes("component", tr<"Data components that are collected and watched">(),
                      options_of(coverage.components));
  }
  out += markup.submit(tr<"Save">()).str();
  out += "</section>\n";
}

Result<http::Response> show(App& app, const http::Request& request, const Form& form) {
  TRY(const auto looked, look(app, request));
  const auto& coverage = looked.coverage;
  std::string out =
      breadcrumb_html(
          {{"/threats", std::string{tr<"Threats">()}}, {kAttackPath, "ATT&CK"}, {"", std::string{tr<"Coverage">()}}})
          .str();
  render<"<header class=\"page-head\"><h1>[[Coverage]]</h1></header>\n">(out);
  append_granted(out, looked.access);
  out += error_summary(form).str();
  render<
      "<p class=\"lead\">[[Which techniques of ATT&amp;CK your assets, zones and detections leave open: those that "
      "target what is there, and against which no mitigation is in place and no data is collected that would show "
      "them.]]</p>\n">(out);
  if (!coverage.domain) {
    render<"<div class=\"callout\"><p>[[There is no matrix of ATT&amp;CK here for you.]]</p></div>\n">(out);
  } else {
    append_filters(out, looked);
    append_stats(out, coverage);
    if (coverage.unknown_assets > 0) {
      render<"<p class=\"note\">{}</p>\n">(
          out, trn<"{} asset is of no class that is known: a tag such as PLC or A0003 says it.",
                   "{} assets are of no class that is known: a tag such as PLC or A0003 says it.">(
                   coverage.unknown_assets, locale::number(coverage.unknown_assets)));
    }
    append_measures(out, tr<"Mitigations that would close most">(), "best-mitigations", coverage.mitigations);
    append_measures(out, tr<"Data that would show most">(), "best-components", coverage.components);
    append_techniques(out, looked);
    render<
        "<p class=\"actions no-print\"><a class=\"button-quiet\" href=\"{}\">[[Download as a layer of the "
        "Navigator]]</a></p>\n">(out, Url::own(path_of("/threats/attack/coverage.json", looked, coverage.zone)));
    if (looked.access.may_edit) append_form(out, request, looked, form);
  }
  Page page;
  page.title = tr<"Coverage">();
  page.section = Section::threats;
  page.main = Html::from_trusted(std::move(out));
  return form_page(app, request, std::move(page), form);
}

Result<http::Response> get(App& app, const http::Request& request) {
  if (request.representation != http::Representation::json) {
    TRY_VOID(request.only_known({"matrix", "zone", "organisation", kNoticeParameter}));
    return show(app, request, {});
  }
  TRY_VOID(request.only_known({"matrix", "zone", "organisation"}));
  TRY(const auto looked, look(app, request));
  return api::personal_json(coverage_json(looked.coverage));
}

Result<http::Response> layer(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({"matrix", "zone", "organisation"}));
  TRY(const auto looked, look(app, request));
  if (!looked.coverage.domain) return Error::not_found("matrix of ATT&CK");
  auto response = http::Response::json(formats::attack::write_layer(threat::layer_of(looked.coverage)));
  response.with("Content-Disposition", "attachment; filename=\"coverage-layer.json\"");
  return personal(std::move(response));
}

Result<http::Response> post(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({"matrix", "zone"}));
  TRY(auto form, Form::read(request, {"class", "mitigation", "component"}, {"class", "mitigation", "component"}));
  const auto done = threat::state_coverage(app.database(), access::actor(request), request.query.get("matrix"),
                                           {.zone = std::string{request.query.get("zone")},
                                            .classes = form.all("class"),
                                            .mitigations = form.all("mitigation"),
                                            .components = form.all("component")},
                                           request.now);
  if (!done) {
    TRY_VOID(form.take(done.error()));
    return show(app, request, form);
  }
  return pages::done(
      http::with_query(kPath, {{"matrix", request.query.get("matrix")}, {"zone", request.query.get("zone")}}), "saved");
}

Result<http::Response> api_state(App& app, const http::Request& request) {
  TRY(const auto body, api::Body::read(request, {"matrix", "zone", "classes", "mitigations", "data_components"}));
  TRY(const auto matrix, body.text("matrix"));
  TRY(const auto zone, body.text("zone"));
  TRY(auto classes, body.texts("classes"));
  TRY(auto mitigations, body.texts("mitigations"));
  TRY(auto components, body.texts("data_components"));
  const auto actor = access::actor(request);
  auto done = threat::state_coverage(app.database(), actor, matrix.value_or(""),
                                     {.zone = zone.value_or(""),
                                      .classes = std::move(classes).value_or(std::vector<std::string>{}),
                                      .mitigations = std::move(mitigations).value_or(std::vector<std::string>{}),
                                      .components = std::move(components).value_or(std::vector<std::string>{})},
                                     request.now);
  if (!done) {
    auto error = std::move(done).error();
    if (error.where == "components") error.where = "data_components";
    return error;
  }
  TRY(const auto access, engine::inventory::access(app.database(), actor, {}, request.now));
  TRY(const auto now,
      threat::coverage(app.database(), actor, access, matrix.value_or(""), zone.value_or(""), request.now));
  return api::personal_json(coverage_json(now));
}

}  // namespace

void add_attack_coverage_routes(App& app, http::Router& router) {
  constexpr auto kRead = Permission::read_inventory;
  add_resource(
      router, kPath, "/api/v1/attack/coverage", "attack_coverage",
      "Which techniques of ATT&CK an organisation's plants leave open",
      [&app](const http::Request& request) { return get(app, request); }, kRead);
  add_resource(
      router, "/threats/attack/coverage.json", "/api/v1/attack/coverage/layer", "attack_coverage_layer",
      "The same as a layer of the ATT&CK Navigator",
      [&app](const http::Request& request) { return layer(app, request); }, kRead);
  add_page(
      router, http::Method::post, kPath, "attack_coverage_post", Permission::edit_inventory,
      [&app](const http::Request& request) { return post(app, request); },
      [](http::Route& route) { route.session_only = true; });
  api::add_write_route(app, router,
                       {.method = http::Method::put,
                        .pattern = "/api/v1/attack/coverage",
                        .name = "attack_coverage_state",
                        .summary = "Say what is in place in a zone, or everywhere",
                        .permission = Permission::edit_inventory,
                        .handler = api_state});
}

}  // namespace tocsin::portal::pages
