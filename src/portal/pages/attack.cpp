#include <algorithm>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/messages.hpp"
#include "portal/html/template.hpp"
#include "portal/http/target.hpp"
#include "portal/pages/attack_matrix.hpp"
#include "portal/pages/attack_parts.hpp"
#include "portal/pages/layout.hpp"
#include "portal/pages/member_parts.hpp"
#include "portal/pages/routes.hpp"

/// /threats/attack: the matrix, the same as a layer of the Navigator, and a layer that the reader brings.
namespace tocsin::portal::pages {
namespace {

using html::Html;
using html::render;

constexpr const char* kLayerPath = "/threats/attack/layer";

Page matrix_page(const ShownMatrix& view) {
  Page page;
  page.title = view.matrix ? view.matrix->domain.name : std::string{"ATT&CK"};
  page.section = Section::threats;
  page.main = matrix_html(view);
  page.canonical = kAttackPath;
  return page;
}

Result<ShownMatrix> asked_view(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({"matrix", "by"}));
  return load_matrix(app, request, request.query.get("matrix"), request.query.get("by"));
}

Result<http::Response> matrix(App& app, const http::Request& request) {
  TRY(const auto view, asked_view(app, request));
  http::Response response;
  if (request.representation == http::Representation::json) {
    response = http::Response::json(json::write(matrix_json(view)));
  } else {
    auto page = matrix_page(view);
    page.json_url =
        http::with_query("/api/v1/attack", {{"matrix", request.query.get("matrix")}, {"by", request.query.get("by")}});
    response = render_page(app, request, page);
  }
  response.cacheable = false;
  return response;
}

Result<http::Response> layer(App& app, const http::Request& request) {
  TRY(const auto view, asked_view(app, request));
  if (!view.matrix) return Error::not_found("matrix of ATT&CK");
  auto response = http::Response::json(formats::attack::write_layer(engine::threat::layer_of(view)));
  response.with("Content-Disposition", "attachment; filename=\"attack-layer.json\"");
  response.cacheable = false;
  return response;
}

http::Response layer_form(App& app, const http::Request& request, const Form& form) {
  std::string out = breadcrumb_html({{"/threats", std::string{tr<"Threats">()}},
                                     {kAttackPath, "ATT&CK"},
                                     {"", std::string{tr<"Show a layer of yours">()}}})
                        .str();
  render<"<header class=\"page-head\"><h1>[[Show a layer of yours]]</h1></header>\n">(out);
  out += error_summary(form).str();
  render<
      "<p class=\"lead\">[[A file of the ATT&amp;CK Navigator (layer format 4) is shown on the matrix. Nothing of it "
      "is "
      "kept here.]]</p>\n">(out);
  FormMarkup markup{request, kLayerPath, form, "f", FormMarkup::Sends::files};
  markup.file(
      {.name = "layer", .label = tr<"#navigator#Layer">(), .hint = tr<"JSON. At most 4 MB.">(), .required = true},
      "application/json,.json");
  out += markup.submit(tr<"#verb#Show">()).str();
  Page page;
  page.title = tr<"Show a layer of yours">();
  page.section = Section::threats;
  page.main = Html::from_trusted(std::move(out));
  return form_page(app, request, std::move(page), form);
}

Result<http::Response> show_layer(App& app, const http::Request& request) {
  TRY(auto form, Form::read(request, {"layer"}));
  auto given = formats::attack::read_layer(upload_of(request, "layer"));
  if (!given) {
    form.wrong("layer", given.error().where.empty()
                            ? given.error().message
                            : fmt::format("{} ({})", given.error().message, given.error().where));
    return layer_form(app, request, form);
  }
  auto view = load_matrix(app, request, given->domain, {});
  if (!view && view.error().code == Error::Code::not_found) {
    form.wrong("layer", tr<"There is no matrix {} here for you">(given->domain));
    return layer_form(app, request, form);
  }
  if (!view) return view.error();
  std::ranges::sort(given->techniques, {}, &formats::attack::LayerTechnique::id);
  view->layer = *std::move(given);
  return form_page(app, request, matrix_page(*view), form);
}

}  // namespace

void add_attack_routes(App& app, http::Router& router) {
  add_resource(router, kAttackPath, "/api/v1/attack", "attack",
               "A matrix of ATT&CK, with how many records name each technique",
               [&app](const http::Request& request) { return matrix(app, request); });
  add_resource(router, "/threats/attack/layer.json", "/api/v1/attack/layer", "attack_layer",
               "The matrix as a layer of the ATT&CK Navigator",
               [&app](const http::Request& request) { return layer(app, request); });
  add_page(
      router, http::Method::get, kLayerPath, "attack_layer_form", domain::Permission::anyone,
      [&app](const http::Request& request) -> Result<http::Response> {
        TRY_VOID(request.only_known({}));
        return layer_form(app, request, {});
      },
      [](http::Route& route) { route.form_before_sign_in = true; });
  add_page(
      router, http::Method::post, kLayerPath, "attack_layer_post", domain::Permission::anyone,
      [&app](const http::Request& request) { return show_layer(app, request); },
      [](http::Route& route) {
        route.form_before_sign_in = true;
        route.takes_files = true;
        route.body_bytes_max = formats::attack::kLayerBytesMax + (64U << 10U);
      });
  add_attack_coverage_routes(app, router);
  add_attack_changes_routes(app, router);
  add_attack_object_routes(app, router);
}

}  // namespace tocsin::portal::pages
