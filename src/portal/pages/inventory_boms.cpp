#include <fmt/format.h>

#include "base/locale.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "portal/access.hpp"
#include "portal/api/body.hpp"
#include "portal/html/template.hpp"
#include "portal/http/target.hpp"
#include "portal/pages/exposure_lists.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/inventory_parts.hpp"
#include "portal/pages/layout.hpp"
#include "portal/pages/member_parts.hpp"
#include "portal/pages/routes.hpp"

/// The bills of materials of an organisation.
namespace tocsin::portal {
namespace {

namespace inventory = engine::inventory;
using domain::Permission;
using html::Html;
using html::render;
using html::Url;
using pages::Form;

constexpr const char* kPath = "/inventory/boms";
constexpr const char* kApiPath = "/api/v1/inventory/boms";

Result<http::Response> show(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({"organisation", pages::kNoticeParameter}));
  TRY(const auto access, pages::inventory_access(app, request));
  TRY(const auto boms, inventory::boms(app.database(), access));
  if (request.representation == http::Representation::json) {
    boost::json::object body;
    auto& items = body["items"].emplace_array();
    for (const auto& bom : boms) items.push_back(pages::bom_json(bom));
    return api::personal_json(body);
  }
  const auto organisation = pages::organisation_parameter(request, access);
  std::string out = pages::breadcrumb_html(
                        {{"/inventory", std::string{tr<"Inventory">()}}, {"", std::string{tr<"Bills of materials">()}}})
                        .str();
  render<
      "<div class=\"page-head\"><div><h1>[[Bills of materials]]</h1><p class=\"lead\">[[What products are made of: "
      "each "
      "component is an asset, matched and answered by itself.]]</p></div><p class=\"actions\">">(out);
  if (access.may_edit) render<"<a class=\"button\" href=\"/inventory/import\">[[Import]]</a> ">(out);
  render<"<a class=\"button-quiet\" href=\"{}\">[[What advisories say of them]]</a></p></div>\n">(
      out, Url::own(http::with_query("/exposure/lists", {{"by", "bom"}, {"organisation", organisation}})));
  pages::append_granted(out, access);
  if (boms.empty()) {
    render<"<p>[[None was imported yet: CycloneDX and SPDX files are.]]</p>\n">(out);
  } else {
    render<
        "<div class=\"table-wrap\"><table class=\"stack\"><thead><tr><th scope=\"col\" class=\"wide\">[[Bill of "
        "materials]]</th><th scope=\"col\" class=\"num\">[[Components]]</th><th scope=\"col\">[[Imported]]</th><th "
        "scope=\"col\">[[Who]]</th><th scope=\"col\"><span class=\"hidden\">[[Matches]]</span></th>">(out);
    if (access.may_edit) render<"<th scope=\"col\"><span class=\"hidden\">[[#verb#Remove]]</span></th>">(out);
    out += "</tr></thead><tbody>\n";
    for (const auto& bom : boms) {
      const auto id = std::to_string(bom.id);
      render<
          R"(<tr><th scope="row">{}<br><span class="note">{}</span></th><td class="num" data-label="[[Components]]">{}</td><td data-label="[[Imported]]">{}</td><td data-label="[[Who]]">{}</td><td data-label="[[Matches]]"><a href="{}" aria-label="{}">[[what advisories say]]</a></td>)">(
          out, bom.name, bom.file_name.empty() ? bom.kind : fmt::format("{}, {}", bom.kind, bom.file_name),
          locale::number(bom.components), pages::date_html(bom.imported_at),
          bom.imported_by_name.empty() ? std::string{tr<"the console">()} : bom.imported_by_name,
          Url::own(http::with_query(
              "/exposure", {{"bom", id}, {"organisation", organisation}, {"status", "all"}, {"state", "all"}})),
          tr<"What advisories say of {}">(bom.name));
      if (access.may_edit) {
        out += "<td>";
        out += pages::button_form(request, kPath, tr<"Remove with its components">(), {{"bom", id}},
                                  pages::FormMarkup::Button::danger, bom.name)
                   .str();
        out += "</td>";
      }
      out += "</tr>\n";
    }
    out += "</tbody></table></div>\n";
  }
  pages::Page page;
  page.title = tr<"Bills of materials">();
  page.json_url = http::with_query(kApiPath, {{"organisation", organisation}});
  page.main = Html::from_trusted(std::move(out));
  return pages::member_page(app, request, std::move(page), "/inventory");
}

Result<http::Response> post(App& app, const http::Request& request) {
  TRY(const auto form, Form::read(request, {"bom"}));
  const auto bom = pages::id_of(form.get("bom"));
  if (!bom) return Error::not_found("bill of materials");
  TRY_VOID(inventory::remove_bom(app.database(), access::actor(request), *bom, true, request.now));
  return pages::done(kPath, "saved");
}

Result<http::Response> api_remove(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({"components"}));
  const auto components = request.query.get("components");
  if (components != "true" && components != "false" && !components.empty()) {
    return Error::invalid("true or false", "components");
  }
  const auto bom = pages::id_in_path(request, "bom");
  if (!bom) return Error::not_found("bill of materials");
  TRY_VOID(inventory::remove_bom(app.database(), access::actor(request), *bom, components == "true", request.now));
  return http::Response::nothing();
}

}  // namespace

namespace pages {

boost::json::object bom_json(const store::Bom& bom) {
  boost::json::object out;
  out["id"] = bom.id;
  out["name"] = bom.name;
  out["kind"] = bom.kind;
  out["file_name"] = bom.file_name;
  out["imported_at"] = format_rfc3339(bom.imported_at);
  out["imported_by"] = bom.imported_by_name;
  out["components"] = bom.components;
  return out;
}

}  // namespace pages

void add_bom_routes(App& app, http::Router& router) {
  pages::add_resource(
      router, kPath, kApiPath, "inventory_boms", "Bills of materials of the organisation acted for",
      [&app](const http::Request& request) { return show(app, request); }, Permission::read_inventory);
  pages::add_action(app, router, kPath, "inventory_boms_post", Permission::edit_inventory, post);
  api::add_write_route(app, router,
                       {.method = http::Method::delete_,
                        .pattern = std::string_view{"/api/v1/inventory/boms/{bom}"},
                        .name = "inventory_bom_delete",
                        .summary = "Remove a bill of materials",
                        .permission = Permission::edit_inventory,
                        .handler = api_remove,
                        .takes_query = true});
}

}  // namespace tocsin::portal
