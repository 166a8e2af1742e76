#include "portal/pages/exposure_lists.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/locale.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "portal/access.hpp"
#include "portal/api/body.hpp"
#include "portal/html/template.hpp"
#include "portal/http/target.hpp"
#include "portal/pages/exposure_parts.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/inventory_parts.hpp"
#include "portal/pages/layout.hpp"
#include "portal/pages/member_parts.hpp"
#include "portal/pages/routes.hpp"

/// Matches by product, bill of materials, advisory, vulnerability and asset.
namespace tocsin::portal {
namespace {

namespace exposure = engine::exposure;
namespace inventory = engine::inventory;
using domain::Permission;
using domain::RemediationState;
using exposure::Action;
using exposure::Status;
using formats::inventory::Field;
using html::attribute_if;
using html::Html;
using html::render;
using html::Url;
using pages::exposure_path;
using pages::ExposureAsked;
using store::ExposureListBy;

constexpr const char* kPath = "/exposure/lists";
constexpr const char* kApiPath = "/api/v1/exposure/lists";
constexpr Status kStatuses[] = {Status::affected, Status::undecidable, Status::under_investigation, Status::fixed,
                                Status::not_affected};

std::string_view title_of(ExposureListBy by) {
  switch (by) {
    case ExposureListBy::product:
      return tr<"Products">();
    case ExposureListBy::bom:
      return tr<"Bills of materials">();
    case ExposureListBy::advisory:
      return tr<"Advisories">();
    case ExposureListBy::vulnerability:
      return tr<"Vulnerabilities">();
    case ExposureListBy::asset:
      break;
  }
  return tr<"Assets">();
}

std::string_view column_of(ExposureListBy by) {
  switch (by) {
    case ExposureListBy::product:
      return tr<"Product">();
    case ExposureListBy::bom:
      return tr<"Bill of materials">();
    case ExposureListBy::advisory:
      return tr<"Advisory">();
    case ExposureListBy::vulnerability:
      return tr<"Vulnerability">();
    case ExposureListBy::asset:
      break;
  }
  return tr<"Asset">();
}

/// The query member that narrows to one line.
std::string ExposureAsked::* member_of(ExposureListBy by) {
  switch (by) {
    case ExposureListBy::product:
      return &ExposureAsked::product;
    case ExposureListBy::bom:
      return &ExposureAsked::bom;
    case ExposureListBy::advisory:
      return &ExposureAsked::advisory;
    case ExposureListBy::vulnerability:
      return &ExposureAsked::cve;
    case ExposureListBy::asset:
      break;
  }
  return &ExposureAsked::asset;
}

std::string value_of(const store::ExposureTally& row, ExposureListBy by) {
  const bool number = by == ExposureListBy::bom || by == ExposureListBy::asset;
  return number ? std::to_string(row.id) : row.key;
}

/// The field of a form that asks for a run of it; vulnerabilities are matched with their advisories only.
std::string_view field_of(ExposureListBy by) {
  return by == ExposureListBy::vulnerability ? std::string_view{} : exposure::to_string(by);
}

void append_tabs(std::string& out, const ExposureAsked& asked, ExposureListBy chosen) {
  render<"<div class=\"list-bar\"><ul class=\"switch\"><li>[[List of]]</li>">(out);
  for (const auto by : exposure::all_lists()) {
    auto each = asked;
    each.cursor.clear();
    each.by = exposure::to_string(by);
    render<"<li><a href=\"{}\" {}>{}</a></li>">(out, Url::own(exposure_path(kPath, each)),
                                                attribute_if<"aria-current">(by == chosen, "true"), title_of(by));
  }
  out += "</ul></div>\n";
}

void append_filters(std::string& out, const ExposureAsked& asked, const inventory::FilterValues& values) {
  render<
      R"(<form class="search-panel filter-form filter-many" action="/exposure/lists" role="search" aria-label="[[Lists of exposure]]">
<div class="search-row">)">(out);
  for (const auto& [name, value] :
       {std::pair{"organisation", asked.organisation}, std::pair{"by", asked.by}, std::pair{"advisory", asked.advisory},
        std::pair{"cve", asked.cve}, std::pair{"product", asked.product}, std::pair{"bom", asked.bom},
        std::pair{"asset", asked.asset}}) {
    if (!value.empty()) render<"<input type=\"hidden\" name=\"{}\" value=\"{}\">">(out, name, value);
  }
  std::vector<pages::Option> statuses{{"all", std::string{tr<"any status">()}}};
  for (const auto status : kStatuses) {
    statuses.push_back({std::string{exposure::to_string(status)}, std::string{pages::status_label(status)}});
  }
  pages::append_filter(out, "lists-status", "status", tr<"Status">(), tr<"to be looked at">(), statuses, asked.status);
  std::vector<pages::Option> states{{"all", std::string{tr<"any state">()}}};
  for (const auto state : domain::all_remediation_states()) {
    states.push_back({std::string{domain::to_string(state)}, std::string{pages::state_label(state)}});
  }
  pages::append_filter(out, "lists-state", "state", tr<"State">(), tr<"neither done nor accepted">(), states,
                       asked.state);
  std::vector<pages::Option> decisions;
  for (const auto action : exposure::kActions) {
    decisions.push_back({std::string{exposure::to_string(action)}, std::string{pages::action_label(action)}});
  }
  pages::append_filter(out, "lists-decision", "decision", tr<"What to do">(), tr<"everything">(), decisions,
                       asked.decision);
  if (!values.sites.empty()) {
    pages::append_filter(out, "lists-site", "site", pages::field_label(Field::site), tr<"Any site">(),
                         pages::options_of(values.sites), asked.site);
  }
  if (!values.vendors.empty()) {
    pages::append_filter(out, "lists-vendor", "vendor", pages::field_label(Field::vendor), tr<"Any vendor">(),
                         pages::options_of(values.vendors), asked.vendor);
  }
  render<"<button class=\"button\" type=\"submit\">[[Filter]]</button></div></form>\n">(out);
}

/// "3 not remediated, 1 done"
Html states_html(const store::ExposureTally& row) {
  std::string out;
  for (const auto state : domain::all_remediation_states()) {
    const auto count = row.states[static_cast<std::size_t>(state)];
    if (count == 0) continue;
    render<"<li><b>{}</b> {}</li>">(out, locale::number(count), pages::state_label(state));
  }
  return Html::from_trusted("<ul class=\"plain\">" + out + "</ul>");
}

Html decisions_html(const store::ExposureTally& row) {
  std::string out;
  for (const auto action : exposure::kActions) {
    const auto count = row.decisions[static_cast<std::size_t>(action)];
    if (count == 0) continue;
    render<"<li><b>{}</b> {}</li>">(out, locale::number(count), pages::action_label(action));
  }
  if (row.decisions.back() > 0) {
    render<"<li><b>{}</b> [[being decided]]</li>">(out, locale::number(row.decisions.back()));
  }
  return Html::from_trusted("<ul class=\"plain\">" + out + "</ul>");
}

/// What the line is about, with a link to what is known of it.
Html subject_html(const store::ExposureTally& row, ExposureListBy by, const std::string& organisation) {
  switch (by) {
    case ExposureListBy::product: {
      auto note = row.vendor;
      if (!row.detail.empty() && row.detail != row.name) note += (note.empty() ? "" : ", ") + row.detail;
      return html::fragment<"{}<br><span class=\"note\">{}</span>">(text::shorten(row.name, 80), note);
    }
    case ExposureListBy::bom:
      return html::fragment<"{}<br><span class=\"note\">{}</span>">(text::shorten(row.name, 80), row.detail);
    case ExposureListBy::advisory:
      return html::fragment<"<a href=\"{}\">{}</a> {}<br><span class=\"note\" lang=\"en\">{}</span>">(
          Url::own(pages::advisory_url(row.key)), row.name, pages::tlp_badge(row.tlp), text::shorten(row.detail, 90));
    case ExposureListBy::vulnerability:
      return html::fragment<"<a class=\"id\" href=\"{}\">{}</a>">(Url::own(pages::vulnerability_url(row.key)),
                                                                  row.name);
    case ExposureListBy::asset:
      break;
  }
  auto note = row.vendor;
  if (!row.detail.empty()) note += (note.empty() ? "" : ", ") + row.detail;
  return html::fragment<"<a href=\"{}\">{}</a><br><span class=\"note\">{}</span>">(
      Url::own(http::with_query(pages::asset_url(row.id), {{"organisation", organisation}})),
      text::shorten(row.name, 60), note);
}

std::string assets_text(const store::ExposureTally& row, ExposureListBy by) {
  if (by != ExposureListBy::product && by != ExposureListBy::bom) return locale::number(row.assets);
  return tr<"{} of {}">(locale::number(row.assets), locale::number(row.in_inventory));
}

void append_table(std::string& out, const std::vector<store::ExposureTally>& rows, ExposureListBy by,
                  const ExposureAsked& asked, bool choose) {
  out += "<div class=\"table-wrap\"><table class=\"stack\"><thead><tr>";
  if (choose) render<"<th scope=\"col\"><span class=\"hidden\">[[Choose]]</span></th>">(out);
  render<
      "<th scope=\"col\" class=\"wide\">{}</th><th scope=\"col\" class=\"num\">[[Assets]]</th><th scope=\"col\" "
      "class=\"num\">[[Advisories]]</th><th scope=\"col\">[[What to do]]</th><th scope=\"col\">[[State]]</th><th "
      "scope=\"col\"><span class=\"hidden\">[[Matches]]</span></th></tr></thead><tbody>\n">(out, column_of(by));
  for (const auto& row : rows) {
    auto narrowed = asked;
    narrowed.by.clear();
    narrowed.cursor.clear();
    narrowed.*member_of(by) = value_of(row, by);
    auto advisories = narrowed;
    advisories.by = "advisory";
    out += "<tr>";
    if (choose) {
      render<R"(<td data-label="[[Choose]]"><input type="checkbox" name="{}" value="{}" aria-label="{}"></td>)">(
          out, field_of(by), value_of(row, by), row.name);
    }
    render<
        R"(<th scope="row">{}</th><td class="num" data-label="[[Assets]]">{}</td><td class="num" data-label="[[Advisories]]"><a href="{}">{}<span class="hidden">: {}</span></a></td><td data-label="[[What to do]]">{}</td><td data-label="[[State]]">{}</td><td data-label="[[Matches]]"><a href="{}">{}<span class="hidden">: {}</span></a></td></tr>
)">(out, subject_html(row, by, asked.organisation), assets_text(row, by), Url::own(exposure_path(kPath, advisories)),
        locale::number(row.advisories), tr<"Advisories on {}">(row.name), decisions_html(row), states_html(row),
        Url::own(exposure_path("/exposure", narrowed)),
        trn<"{} match", "{} matches">(row.matches, locale::number(row.matches)), tr<"Matches of {}">(row.name));
  }
  out += "</tbody></table></div>\n";
}

Result<http::Response> show(App& app, const http::Request& request) {
  TRY(auto asked, pages::exposure_asked(request, true));
  const auto by = exposure::parse_list(asked.by.empty() ? "product" : asked.by);
  if (!by) {
    return Error::invalid(std::string{tr<"'by' is product, bom, advisory, vulnerability or asset">()}, "by");
  }
  asked.by = exposure::to_string(*by);
  TRY(const auto access, pages::inventory_access(app, request));
  TRY(const auto input, pages::exposure_input(app, request, access, asked));
  TRY(const auto found, exposure::tallies(app.database(), access::actor(request), access, *by, input, request.now));
  auto next = asked;
  next.cursor = found.next_cursor;
  const auto next_path = [&](std::string_view base) {
    return next.cursor.empty() ? std::string{} : exposure_path(base, next);
  };
  if (request.representation == http::Representation::json) {
    boost::json::array items;
    for (const auto& row : found.rows) items.push_back(pages::tally_json(row, *by));
    auto body = pages::page_json(std::move(items), next_path(kApiPath), {});
    body.erase("total");
    return api::personal_json(body);
  }
  TRY(const auto values, inventory::filter_values(app.database(), access));
  asked.organisation = pages::organisation_parameter(request, access);
  std::string out;
  render<
      "<div class=\"page-head\"><div><h1>[[Lists of exposure]]</h1><p class=\"lead\">[[The same matches, counted for "
      "each product, bill of materials, advisory, vulnerability and asset.]]</p></div><p class=\"actions\"><a "
      "class=\"button-quiet\" href=\"{}\">[[Exposure]]</a> <a class=\"button-quiet\" "
      "href=\"{}\">[[Runs]]</a></p></div>\n">(
      out, Url::own(http::with_query("/exposure", {{"organisation", asked.organisation}})),
      Url::own(http::with_query("/exposure/runs", {{"organisation", asked.organisation}})));
  pages::append_granted(out, access);
  append_tabs(out, asked, *by);
  append_filters(out, asked, values);
  TRY(const auto narrowed, pages::exposure_narrowed_html(app, access, asked, kPath));
  out += narrowed.str();
  if (found.rows.empty()) {
    render<
        "<section class=\"panel\"><h2>[[Nothing fits]]</h2><p>[[No match fits the filter. A bill of materials has a "
        "list of its own once one is imported.]]</p></section>\n">(out);
  } else if (access.may_edit && !field_of(*by).empty()) {
    pages::FormMarkup markup{request, "/exposure/runs"};
    std::string table;
    append_table(table, found.rows, *by, asked, true);
    markup.html(Html::from_trusted(std::move(table)));
    out += markup.submit(tr<"Match those that are chosen again">(), pages::FormMarkup::Button::quiet).str();
  } else {
    append_table(out, found.rows, *by, asked, false);
  }
  pages::append_next(out, next_path(kPath));
  pages::Page page;
  page.title = tr<"Lists of exposure">();
  page.json_url = exposure_path(kApiPath, asked);
  page.main = Html::from_trusted(std::move(out));
  return pages::member_page(app, request, std::move(page), "/exposure");
}

}  // namespace

namespace pages {

boost::json::object tally_json(const store::ExposureTally& tally, ExposureListBy by) {
  boost::json::object out;
  switch (by) {
    case ExposureListBy::product:
      out["product"] = tally.key;
      out["vendor"] = tally.vendor;
      out["model"] = tally.detail;
      out["in_inventory"] = tally.in_inventory;
      break;
    case ExposureListBy::bom:
      out["bom"] = tally.id;
      out["kind"] = tally.detail;
      out["in_inventory"] = tally.in_inventory;
      break;
    case ExposureListBy::advisory:
      out["advisory"] = tally.key;
      out["title"] = tally.detail;
      out["tlp"] = domain::to_string(tally.tlp);
      break;
    case ExposureListBy::vulnerability:
      out["cve"] = tally.key;
      break;
    case ExposureListBy::asset:
      out["asset"] = tally.id;
      out["vendor"] = tally.vendor;
      out["site"] = tally.detail;
      break;
  }
  out["name"] = tally.name;
  out["matches"] = tally.matches;
  out["assets"] = tally.assets;
  out["advisories"] = tally.advisories;
  out["waiting"] = tally.waiting;
  auto& statuses = out["statuses"].emplace_object();
  for (const auto status : kStatuses) {
    statuses[exposure::to_string(status)] = tally.statuses[static_cast<std::size_t>(status)];
  }
  auto& decisions = out["decisions"].emplace_object();
  for (const auto action : exposure::kActions) {
    decisions[exposure::to_string(action)] = tally.decisions[static_cast<std::size_t>(action)];
  }
  decisions["undecided"] = tally.decisions.back();
  auto& states = out["states"].emplace_object();
  for (const auto state : domain::all_remediation_states()) {
    states[domain::to_string(state)] = tally.states[static_cast<std::size_t>(state)];
  }
  return out;
}

}  // namespace pages

void add_exposure_list_routes(App& app, http::Router& router) {
  pages::add_resource(
      router, kPath, kApiPath, "exposure_lists", "Matches counted by product, bill of materials, advisory and the like",
      [&app](const http::Request& request) { return show(app, request); }, Permission::read_inventory);
}

}  // namespace tocsin::portal
