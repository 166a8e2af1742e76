#include <memory>
#include <utility>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "engine/inventory/export.hpp"
#include "portal/access.hpp"
#include "portal/api/body.hpp"
#include "portal/html/template.hpp"
#include "portal/http/source.hpp"
#include "portal/http/target.hpp"
#include "portal/pages/attack_parts.hpp"
#include "portal/pages/exposure_lists.hpp"
#include "portal/pages/exposure_parts.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/inventory_parts.hpp"
#include "portal/pages/layout.hpp"
#include "portal/pages/member_parts.hpp"
#include "portal/pages/routes.hpp"

/// The inventory of an organisation: the list, one asset with what advisories say of it, and the file.
namespace tocsin::portal {
namespace {

namespace exposure = engine::exposure;
namespace inventory = engine::inventory;
using domain::Permission;
using formats::inventory::Field;
using html::Html;
using html::render;
using html::Url;

constexpr int kPerPage = 50;
constexpr int kPerPageMax = 200;

struct Asked {
  inventory::ListInput input;
  std::string organisation;  ///< For links: "" for one's own.
};

std::string path_of(std::string_view base, const Asked& asked) {
  const auto& input = asked.input;
  return http::with_query(
      base, {{"organisation", asked.organisation},
             {"q", input.words},
             {"vendor", input.vendor},
             {"site", input.site.value_or("")},
             {"zone", input.zone},
             {"exposure", input.exposure},
             {"criticality", input.criticality},
             {"sort", input.sort == store::AssetSort::label ? std::string_view{} : inventory::to_string(input.sort)},
             {"limit", input.limit == kPerPage ? std::string{} : std::to_string(input.limit)},
             {"cursor", input.cursor}});
}

Result<inventory::ListInput> input_of(const http::Request& request) {
  TRY_VOID(request.only_known({"organisation", "q", "vendor", "site", "zone", "exposure", "criticality", "sort",
                               "limit", "cursor", pages::kNoticeParameter}));
  const auto text = [&](std::string_view name) { return std::string{text::trim(request.query.get(name))}; };
  inventory::ListInput input{.words = text("q"),
                             .vendor = text("vendor"),
                             .zone = text("zone"),
                             .exposure = text("exposure"),
                             .criticality = text("criticality"),
                             .cursor = text("cursor")};
  if (auto site = text("site"); !site.empty()) input.site = std::move(site);
  if (const auto sort = request.query.get("sort"); !sort.empty()) {
    const auto parsed = inventory::parse_sort(sort);
    if (!parsed) {
      return Error::invalid(std::string{tr<"'sort' is one of name, vendor, site, changed">()}, "sort");
    }
    input.sort = *parsed;
  }
  TRY(input.limit, request.integer("limit", kPerPage, 1, kPerPageMax));
  return input;
}

bool narrows(const inventory::ListInput& input) {
  return !input.words.empty() || !input.vendor.empty() || input.site || !input.zone.empty() ||
         !input.exposure.empty() || !input.criticality.empty();
}

void append_filters(std::string& out, const Asked& asked, const inventory::FilterValues& values) {
  const auto& input = asked.input;
  render<
      R"(<form class="search-panel filter-form filter-many" action="/inventory" role="search" aria-label="[[Inventory]]">
<div class="search-row"><label class="hidden" for="asset-q">[[Words]]</label>
<input id="asset-q" type="search" name="q" value="{}" placeholder="[[Name, model, serial number, tag]]" maxlength="200">)">(
      out, input.words);
  if (!asked.organisation.empty()) {
    render<"<input type=\"hidden\" name=\"organisation\" value=\"{}\">">(out, asked.organisation);
  }
  if (!values.vendors.empty()) {
    pages::append_filter(out, "asset-vendor", "vendor", pages::field_label(Field::vendor), tr<"Any vendor">(),
                         pages::options_of(values.vendors), input.vendor);
  }
  if (!values.sites.empty()) {
    pages::append_filter(out, "asset-site", "site", pages::field_label(Field::site), tr<"Any site">(),
                         pages::options_of(values.sites), input.site.value_or(""));
  }
  if (!values.zones.empty()) {
    pages::append_filter(out, "asset-zone", "zone", pages::field_label(Field::zone), tr<"Any zone">(),
                         pages::options_of(values.zones), input.zone);
  }
  if (!values.exposures.empty()) {
    pages::append_filter(out, "asset-exposure", "exposure", pages::field_label(Field::exposure), tr<"Any exposure">(),
                         pages::options_of(values.exposures), input.exposure);
  }
  if (!values.criticalities.empty()) {
    pages::append_filter(out, "asset-criticality", "criticality", pages::field_label(Field::criticality),
                         tr<"Any criticality">(), pages::options_of(values.criticalities), input.criticality);
  }
  pages::append_filter(out, "asset-sort", "sort", tr<"Order">(), tr<"by name">(),
                       {{"vendor", std::string{tr<"by vendor">()}},
                        {"site", std::string{tr<"by site">()}},
                        {"changed", std::string{tr<"newest change first">()}}},
                       input.sort == store::AssetSort::label ? std::string_view{} : inventory::to_string(input.sort));
  render<"<button class=\"button\" type=\"submit\">[[Filter]]</button></div></form>\n">(out);
}

void append_table(std::string& out, const inventory::AssetPage& found, const std::string& organisation) {
  render<
      "<div class=\"table-wrap\"><table class=\"stack\"><thead><tr><th scope=\"col\">[[Asset]]</th><th "
      "scope=\"col\">[[Vendor]]</th><th scope=\"col\">[[Product or model]]</th><th scope=\"col\">[[Versions]]</th><th "
      "scope=\"col\">[[#plant#Site]]</th><th scope=\"col\">[[Zone]]</th><th scope=\"col\">[[Criticality]]</th><th "
      "scope=\"col\">[[#asset#Changed]]</th></tr></thead><tbody>\n">(out);
  for (const auto& row : found.rows) {
    const auto& item = row.item;
    auto product = item.product;
    if (!item.model.empty() && item.model != product) product += (product.empty() ? "" : ", ") + item.model;
    render<
        R"(<tr><th scope="row"><a href="{}">{}</a></th><td data-label="[[Vendor]]">{}</td><td data-label="[[Product or model]]">{}</td><td data-label="[[Versions]]">{}</td><td data-label="[[#plant#Site]]">{}</td><td data-label="[[Zone]]">{}</td><td data-label="[[Criticality]]">{}</td><td data-label="[[#asset#Changed]]">{}</td></tr>
)">(out, Url::own(http::with_query(pages::asset_url(row.id), {{"organisation", organisation}})),
        text::shorten(row.label, 80), item.vendor, text::shorten(product, 80),
        text::shorten(pages::versions_text(item), 60), item.site, item.zone, item.criticality,
        pages::date_html(row.changed_at));
  }
  out += "</tbody></table></div>\n";
}

void append_empty(std::string& out, const inventory::Access& access, bool narrowed) {
  out += "<section class=\"panel\">";
  if (narrowed) {
    render<"<h2>[[Nothing fits]]</h2><p>[[Try fewer words, or see <a href=\"/inventory\">everything</a>.]]</p>">(out);
  } else if (access.may_edit) {
    render<
        "<h2>[[The inventory is empty]]</h2><p>[[Import a list of your devices and software: any CSV file that names "
        "vendor, product or order number, and version. Which column is which, you say once. Then advisories are held "
        "against it, and what concerns you stands under <a href=\"/exposure\">Exposure</a>. Nobody outside your "
        "organisation sees it, the CERT neither.]]</p><p><a class=\"button\" href=\"/inventory/import\">[[Import a "
        "file]]</a> <a class=\"button-quiet\" href=\"/inventory/new\">[[Enter one asset]]</a></p>">(out);
  } else {
    render<"<h2>[[The inventory is empty]]</h2><p>[[The administrators of your organisation import it.]]</p>">(out);
  }
  out += "</section>\n";
}

Result<http::Response> list(App& app, const http::Request& request) {
  TRY(const auto input, input_of(request));
  TRY(const auto access, pages::inventory_access(app, request));
  TRY(const auto found, inventory::list(app.database(), access, input));
  Asked asked{input, pages::organisation_parameter(request, access)};
  auto next = asked;
  next.input.cursor = found.next_cursor;
  const auto next_path = [&](std::string_view base) {
    return found.next_cursor.empty() ? std::string{} : path_of(base, next);
  };
  if (request.representation == http::Representation::json) {
    boost::json::array items;
    for (const auto& row : found.rows) items.push_back(pages::asset_json(row));
    return api::personal_json(pages::page_json(std::move(items), next_path("/api/v1/inventory"), found.total));
  }
  TRY(const auto values, inventory::filter_values(app.database(), access));
  const auto actor = access::actor(request);
  std::string out;
  render<R"(<div class="page-head"><div><h1>[[Inventory]]</h1><p class="note">{}</p></div><p class="actions">)">(
      out, trn<"{} asset", "{} assets">(found.total, text::thousands(found.total)));
  if (access.may_edit) {
    render<
        "<a class=\"button\" href=\"/inventory/import\">[[Import]]</a> <a class=\"button-quiet\" "
        "href=\"/inventory/new\">[[Enter one]]</a> ">(out);
  }
  if (found.total > 0) {
    const auto file = [&](std::string_view path) {
      return Url::own(http::with_query(path, {{"organisation", asked.organisation}}));
    };
    render<
        "<a class=\"button-quiet\" href=\"{}\">CSV</a> <a class=\"button-quiet\" href=\"{}\">XLSX</a> "
        "<a class=\"button-quiet\" href=\"{}\">CycloneDX</a> ">(
        out, file("/inventory/export.csv"), file("/inventory/export.xlsx"), file("/inventory/export.cdx.json"));
  }
  render<"<a class=\"button-quiet\" href=\"{}\">[[Bills of materials]]</a> ">(
      out, Url::own(http::with_query("/inventory/boms", {{"organisation", asked.organisation}})));
  if (!access.granted) render<"<a class=\"button-quiet\" href=\"/inventory/sharing\">[[Who may read it]]</a>">(out);
  out += "</p></div>\n";
  pages::append_granted(out, access);
  if (!access.granted) {
    TRY(const auto others, inventory::granted_to(app.database(), actor));
    if (!others.empty()) {
      render<"<section class=\"panel\"><h2>[[Granted to the CERT]]</h2><ul class=\"plain-list\">">(out);
      for (const auto& each : others) {
        render<"<li><a href=\"{}\">{}</a> <span class=\"note\">{}</span></li>\n">(
            out, Url::own(http::with_query("/inventory", {{"organisation", std::to_string(each.organisation.value)}})),
            each.organisation_name, each.site.empty() ? std::string{tr<"everything">()} : each.site);
      }
      out += "</ul></section>\n";
    }
  }
  if (found.total > 0 || narrows(input)) append_filters(out, asked, values);
  if (found.rows.empty()) {
    append_empty(out, access, narrows(input));
  } else {
    append_table(out, found, asked.organisation);
  }
  pages::append_next(out, next_path("/inventory"));
  pages::Page page;
  page.title = tr<"Inventory">();
  page.json_url = path_of("/api/v1/inventory", asked);
  page.main = Html::from_trusted(std::move(out));
  return pages::member_page(app, request, std::move(page), "/inventory");
}

void append_matches(std::string& out, const std::vector<store::ExposureRow>& rows,
                    const std::vector<exposure::Decision>& decisions, const std::set<std::string>& explained,
                    const http::Request& request, bool may_edit) {
  render<"<section class=\"panel\" aria-labelledby=\"matches\"><h2 id=\"matches\">[[What advisories say]]</h2>\n">(out);
  if (rows.empty()) {
    render<"<p class=\"note\">[[None that you may read speaks of it.]]</p></section>\n">(out);
    return;
  }
  render<
      "<div class=\"table-wrap\"><table class=\"stack\"><thead><tr><th scope=\"col\">[[Advisory]]</th><th "
      "scope=\"col\">[[Status]]</th><th scope=\"col\" class=\"num\">[[Sure]]</th><th "
      "scope=\"col\">[[What to do]]</th><th scope=\"col\">[[Because]]</th><th "
      "scope=\"col\">[[State]]</th></tr></thead><tbody>\n">(out);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto& row = rows[i];
    const auto& match = row.match;
    render<
        R"(<tr><th scope="row"><a href="{}">{}</a><br><span class="note" lang="en">{}</span></th><td data-label="[[Status]]">{}</td><td class="num" data-label="[[Sure]]">{} %</td><td data-label="[[What to do]]">{}</td><td data-label="[[Because]]" lang="en">{} {}</td><td data-label="[[State]]">{} {}</td></tr>
)">(out, Url::own(pages::advisory_url(row.slug)), row.tracking_id, text::shorten(row.title, 100),
        pages::status_tag(static_cast<exposure::Status>(match.status)), match.confidence / 10,
        pages::decision_html(decisions[i], explained), match.because, match.question,
        pages::state_tag(exposure::state_at(match, request.now)),
        !may_edit || match.cves.empty()
            ? Html{}
            : html::fragment<"<br><a href=\"{}\">[[one by one]]</a>">(Url::own(
                  fmt::format("{}/advisories/{}", pages::asset_url(match.asset), http::encode_component(row.slug)))));
  }
  out += "</tbody></table></div></section>\n";
}

void append_history(std::string& out, const std::vector<store::AssetState>& states) {
  if (states.empty()) return;
  render<
      "<section class=\"panel\" aria-labelledby=\"history\"><h2 id=\"history\">[[What was done]]</h2><div "
      "class=\"table-wrap\"><table class=\"stack\"><thead><tr><th scope=\"col\">[[When]]</th><th "
      "scope=\"col\">[[Advisory]]</th><th scope=\"col\">[[State]]</th><th scope=\"col\">[[Who]]</th><th "
      "scope=\"col\">[[Evidence]]</th><th scope=\"col\">[[Until]]</th></tr></thead><tbody>\n">(out);
  for (const auto& each : states) {
    render<
        R"(<tr><th scope="row">{}</th><td data-label="[[Advisory]]"><a href="{}">{}</a> {}</td><td data-label="[[State]]">{}</td><td data-label="[[Who]]">{}</td><td data-label="[[Evidence]]">{}</td><td data-label="[[Until]]">{}</td></tr>
)">(out, pages::datetime_html(each.at), Url::own(pages::advisory_url(each.slug)), each.slug, each.vulnerability,
        pages::state_tag(each.state), each.person_name, each.evidence,
        each.until ? pages::date_html(*each.until) : Html{});
  }
  out += "</tbody></table></div></section>\n";
}

void append_facts(std::string& out, const store::Asset& asset) {
  const auto& item = asset.item;
  out += "<dl class=\"kv\">\n";
  const auto fact = [&](Field field, std::string_view value) {
    pages::append_fact(out, pages::field_label(field), value);
  };
  fact(Field::key, item.key);
  fact(Field::vendor, item.vendor);
  fact(Field::family, item.family);
  fact(Field::product, item.product);
  fact(Field::model, item.model);
  fact(Field::hardware, item.hardware);
  pages::append_fact(out, tr<"Versions">(), pages::versions_text(item));
  fact(Field::serial, item.serial);
  fact(Field::cpe, item.cpe);
  fact(Field::purl, pages::joined(item.purls));
  fact(Field::address, pages::joined(item.addresses));
  fact(Field::site, item.site);
  fact(Field::zone, item.zone);
  fact(Field::conduit, item.conduit);
  fact(Field::purdue_level, item.purdue_level);
  fact(Field::criticality, item.criticality);
  fact(Field::exposure, item.exposure);
  fact(Field::safety, item.safety);
  fact(Field::environment, item.environment);
  fact(Field::production, item.production);
  fact(Field::owner, item.owner);
  fact(Field::next_outage, item.next_outage);
  fact(Field::tags, pages::joined(item.tags));
  for (const auto& [header, value] : item.others) pages::append_fact(out, header, value);
  out += "</dl>\n";
}

/// The bills of materials in which it stands.
void append_boms(std::string& out, const std::vector<store::Bom>& boms, const std::string& organisation) {
  if (boms.empty()) return;
  render<"<p>[[Part of:]] ">(out);
  for (std::size_t i = 0; i < boms.size(); ++i) {
    render<"{}<a href=\"{}\">{}</a>">(out, i == 0 ? "" : ", ",
                                      Url::own(http::with_query("/exposure", {{"bom", std::to_string(boms[i].id)},
                                                                              {"organisation", organisation},
                                                                              {"status", "all"},
                                                                              {"state", "all"}})),
                                      boms[i].name);
  }
  out += "</p>\n";
}

Result<http::Response> one(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({"organisation", pages::kNoticeParameter}));
  const auto id = pages::id_in_path(request, "asset");
  if (!id) return Error::not_found("asset");
  TRY(const auto access, pages::inventory_access(app, request));
  TRY(const auto found, inventory::find(app.database(), access, *id));
  if (!found) return Error::not_found("asset");
  const auto actor = access::actor(request);
  TRY(const auto matches, exposure::list(app.database(), actor, access, {.asset = id, .limit = 200}, request.now));
  TRY(const auto decisions, exposure::decisions_on(app.database(), actor, access, matches.rows, request.now));
  if (request.representation == http::Representation::json) {
    auto body = pages::asset_json(*found);
    auto& list = body["matches"].emplace_array();
    for (std::size_t i = 0; i < matches.rows.size(); ++i) {
      list.push_back(pages::match_json(matches.rows[i], decisions[i], request.now));
    }
    return api::with_version(api::personal_json(body), inventory::version_of(*found));
  }
  TRY(const auto states, exposure::history(app.database(), actor, access, *id, request.now));
  TRY(const auto boms, inventory::boms_of(app.database(), access, *id));
  TRY(const auto explained, pages::explained_controls(app, request));
  const auto url = pages::asset_url(*id);
  std::string out = pages::breadcrumb_html({{"/inventory", std::string{tr<"Inventory">()}}, {"", found->label}}).str();
  render<"<div class=\"page-head\"><div><h1>{}</h1><p class=\"note\">{}</p></div><p class=\"actions\">">(
      out, found->label, html::fragment<"[[in the inventory since {}]]">(pages::date_html(found->added_at)));
  if (access.may_edit) {
    render<"<a class=\"button-quiet\" href=\"{}\">[[Edit]]</a> ">(out, Url::own(url + "/edit"));
    out += pages::match_again_html(request, "asset", std::to_string(*id)).str();
  }
  out += "</p></div>\n";
  pages::append_granted(out, access);
  if (found->due) {
    render<"<p class=\"callout\">[[It is being held against the advisories; that takes a moment.]]</p>\n">(out);
  }
  append_facts(out, *found);
  append_boms(out, boms, pages::organisation_parameter(request, access));
  append_matches(out, matches.rows, decisions, explained, request, access.may_edit);
  append_history(out, states);
  if (access.may_edit) {
    out += pages::button_form(request, url + "/remove", tr<"Remove from the inventory">(),
                              {{"version", inventory::version_of(*found)}}, pages::FormMarkup::Button::danger)
               .str();
  }
  pages::Page page;
  page.title = found->label;
  page.json_url = "/api/v1" + url;
  page.main = Html::from_trusted(std::move(out));
  return pages::member_page(app, request, std::move(page), "/inventory");
}

/// What an inventory's file is to who takes it.
struct FileKind {
  inventory::ExportAs as;
  std::string_view content_type, disposition;
};
constexpr FileKind kCsv{inventory::ExportAs::csv, "text/csv; charset=utf-8", "attachment; filename=\"inventory.csv\""};
constexpr FileKind kXlsx{inventory::ExportAs::xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                         "attachment; filename=\"inventory.xlsx\""};
constexpr FileKind kCycloneDx{inventory::ExportAs::cyclonedx, "application/vnd.cyclonedx+json; version=1.6",
                              "attachment; filename=\"inventory.cdx.json\""};

Result<http::Response> exported(App& app, const http::Request& request, const FileKind& kind) {
  TRY_VOID(request.only_known({"organisation"}));
  TRY(const auto access, pages::inventory_access(app, request));
  const auto actor = access::actor(request);
  TRY(auto begun, inventory::FileExport::begin(app.database(), actor, access, kind.as, request.now));
  // With the columns, for which every asset is looked at: what fails until then is answered as an error.
  TRY(auto first, begun.next());
  http::Response response;
  response.content_type = kind.content_type;
  response.body = http::body_of([&app, actor, access, file = std::make_shared<inventory::FileExport>(std::move(begun)),
                                 next = std::move(first)]() mutable -> Result<std::optional<std::string>> {
    if (next) return std::exchange(next, std::nullopt);
    TRY_VOID(inventory::still_open(app.database(), actor, access));
    return file->next();
  });
  response.with("Content-Disposition", std::string{kind.disposition});
  return pages::personal(std::move(response));
}

}  // namespace

void add_inventory_routes(App& app, http::Router& router) {
  pages::add_resource(
      router, "/inventory", "/api/v1/inventory", "inventory", "The assets of the organisation acted for",
      [&app](const http::Request& request) { return list(app, request); }, Permission::read_inventory);
  pages::add_resource(
      router, "/inventory/{asset}", "/api/v1/inventory/{asset}", "inventory_asset",
      "One asset with what advisories say of it", [&app](const http::Request& request) { return one(app, request); },
      Permission::read_inventory);
  pages::add_resource(
      router, "/inventory/export.csv", "/api/v1/inventory/export", "inventory_export",
      "The inventory as CSV that an import reads back",
      [&app](const http::Request& request) { return exported(app, request, kCsv); }, Permission::read_inventory);
  pages::add_resource(
      router, "/inventory/export.xlsx", "/api/v1/inventory/export.xlsx", "inventory_export_xlsx",
      "The same as a workbook", [&app](const http::Request& request) { return exported(app, request, kXlsx); },
      Permission::read_inventory);
  pages::add_resource(
      router, "/inventory/export.cdx.json", "/api/v1/inventory/export.cdx.json", "inventory_export_cyclonedx",
      "The same as a CycloneDX bill of materials",
      [&app](const http::Request& request) { return exported(app, request, kCycloneDx); }, Permission::read_inventory);
}

}  // namespace tocsin::portal
