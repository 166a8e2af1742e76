#include <fmt/format.h>

#include "engine/site/site.hpp"
#include "portal/access.hpp"
#include "portal/api/body.hpp"
#include "portal/app.hpp"
#include "portal/html/template.hpp"
#include "portal/pages/form.hpp"
#include "portal/pages/layout.hpp"
#include "portal/pages/member_parts.hpp"
#include "portal/pages/site.hpp"

/// /admin/site: what an administrator sets of the site, and the same over the API.
namespace tocsin::portal {
namespace {

namespace site = engine::site;
using domain::Permission;
using html::fragment;
using html::Html;
using html::render;
using pages::Form;
using pages::FormMarkup;

constexpr const char* kHere = "/admin/site";

/// Fields of forms have no dots.
std::string field_of(const site::Field& field) {
  std::string name{field.name};
  std::ranges::replace(name, '.', '_');
  return name;
}

/// What is wrong with a field, under the name that the form has for it.
Error in_form(Error error) {
  if (const auto* field = site::find_field(error.where)) error.where = field_of(*field);
  return error;
}

void append_fixed(std::string& out, const site::Site& now, const site::Field& field) {
  const auto where = now.fixed.where.find(field.name);
  render<
      "<div class=\"field\"><p><b>{}</b></p><p class=\"hint\">[[Set in {}, which wins over what is set "
      "here.]]</p><p>{}</p></div>\n">(out, tr_text(field.label),
                                      where == now.fixed.where.end() ? std::string{"tocsin.toml"} : where->second,
                                      now.text(field.name));
}

void append_field(FormMarkup& markup, const site::Site& now, const site::Field& field, const Form& form) {
  const auto name = field_of(field);
  if (now.is_fixed(field.name)) {
    std::string fixed;
    append_fixed(fixed, now, field);
    markup.html(Html::from_trusted(std::move(fixed)));
    return;
  }
  const pages::Input input{.name = name,
                           .label = tr_text(field.label),
                           .hint = tr_text(field.hint),
                           .maxlength = static_cast<int>(field.bytes_max),
                           .required = field.name == "site_name",
                           .code = field.kind == site::Kind::colour};
  switch (field.kind) {
    case site::Kind::lines:
      markup.textarea(input, 3);
      return;
    case site::Kind::zone:
      markup.select(input, pages::zone_options(tr<"UTC unless they choose">(), form.raw(name)));
      return;
    case site::Kind::language:
      markup.select(input, pages::language_options(tr<"As whoever reads or causes it">(), form.raw(name)));
      return;
    default:
      markup.input(input);
  }
}

Html logo_forms(const App& app, const http::Request& request, const Form& form) {
  std::string out;
  render<"<section class=\"panel\" aria-labelledby=\"logo\"><h2 id=\"logo\">[[Logo]]</h2>\n">(out);
  const auto url = pages::site_logo_url(app);
  if (!url.empty()) {
    render<"<p class=\"logo-shown\"><img class=\"brand-logo\" src=\"{}\" alt=\"[[The logo now]]\"></p>\n">(
        out, html::Url::own(url));
    out += pages::button_form(request, "/admin/site/logo/remove", tr<"Remove">(), {}, FormMarkup::Button::quiet,
                              tr<"the logo">())
               .str();
  }
  FormMarkup markup{request, "/admin/site/logo", form, "logo", FormMarkup::Sends::files};
  markup.file(
      {.name = "logo",
       .label = url.empty() ? tr<"A file">() : tr<"Another file">(),
       .hint = tr<"SVG, PNG, JPEG or WebP, at most 256 KiB and 2,048 pixels a side. It stands on a dark ground.">(),
       .required = true},
      pages::kLogoAccepts);
  out += markup.submit(tr<"Upload">()).str() + "</section>\n";
  return Html::from_trusted(std::move(out));
}

http::Response show(App& app, const http::Request& request, const Form& form, const Form& logo = {}) {
  const auto now = app.site();
  FormMarkup markup{request, kHere, form};
  markup.hidden("version", form.raw("version"));
  bool cert = false;
  for (const auto& field : site::fields()) {
    if (!cert && field.name.starts_with("cert.")) {
      markup.html(fragment<"<h2>[[The CERT, as <a href=\"/rfc2350\">RFC 2350</a> asks]]</h2>\n">());
      cert = true;
    }
    append_field(markup, *now, field, form);
  }
  auto all = markup.submit(tr<"Save">(), FormMarkup::Button::normal, "/admin").str();
  all += logo_forms(app, request, logo).str();
  return pages::form_answer(
      app, request,
      {.title = std::string{tr<"Site">()},
       .crumbs = {{kHere, std::string{tr<"Site">()}}},
       .lead = fragment<"<p>[[Name, colours and contact of this portal. Name, contacts and keys of the CERT are "
                        "in <a href=\"/organisations/1\">its profile</a>.]]</p>">()},
      form.good() ? logo : form, Html::from_trusted(std::move(all)));
}

Form stored_form(const App& app) {
  const auto now = app.site();
  Form form;
  form.with("version", now->version);
  for (const auto& field : site::fields()) form.with(field_of(field), now->text(field.name));
  return form;
}

Result<http::Response> get(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({pages::kNoticeParameter}));
  TRY_VOID(app.watch());
  return show(app, request, stored_form(app));
}

Result<http::Response> post(App& app, const http::Request& request) {
  TRY(auto form,
      Form::read(request, {"version", "site_name", "contact", "time_zone", "language", "accent", "accent_dark",
                           "cert_languages", "cert_address", "cert_time_zone", "cert_hours", "cert_constituency",
                           "cert_affiliation", "cert_authority", "cert_incidents", "cert_services"}));
  const auto now = app.site();
  site::Values wanted;
  for (const auto& field : site::fields()) {
    if (request.form.has(field_of(field))) wanted[std::string{field.name}] = form.get(field_of(field));
  }
  const auto changed =
      site::change(app.database(), access::actor(request), wanted, now->fixed, form.get("version"), request.now);
  if (!changed) {
    TRY_VOID(form.take(in_form(changed.error())));
    return show(app, request, form);
  }
  TRY_VOID(app.watch());
  return pages::done(kHere, "saved");
}

Result<http::Response> post_logo(App& app, const http::Request& request) {
  TRY(auto form, Form::read(request, {"logo"}));
  const auto set =
      site::set_logo(app.database(), access::actor(request), pages::upload_of(request, "logo"), request.now);
  if (!set) {
    TRY_VOID(form.take(set.error()));
    return show(app, request, stored_form(app), form);
  }
  TRY_VOID(app.watch());
  return pages::done(kHere, "logo-saved");
}

Result<http::Response> post_remove_logo(App& app, const http::Request& request) {
  TRY_VOID(Form::read(request, {}));
  TRY_VOID(site::remove_logo(app.database(), access::actor(request), request.now));
  TRY_VOID(app.watch());
  return pages::done(kHere, "removed");
}

// --- programs ---

http::Response site_json(const App& app) {
  const auto now = app.site();
  boost::json::object body;
  boost::json::object values;
  boost::json::array fixed;
  for (const auto& field : site::fields()) {
    values[field.name] = now->text(field.name);
    if (now->is_fixed(field.name)) fixed.emplace_back(field.name);
  }
  body["values"] = std::move(values);
  body["fixed"] = std::move(fixed);
  body["logo"] = nullptr;
  if (now->logo) {
    boost::json::object logo;
    logo["url"] = pages::site_logo_url(app);
    logo["media_type"] = now->logo->media_type;
    logo["sha256"] = now->logo->digest;
    body["logo"] = std::move(logo);
  }
  return api::with_version(api::personal_json(body), now->version);
}

Result<http::Response> get_api(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  TRY_VOID(app.watch());
  return site_json(app);
}

Result<http::Response> patch_api(App& app, const http::Request& request) {
  TRY(const auto expected, api::expected_version(request));
  TRY(const auto body,
      api::Body::read(request, {"site_name", "contact", "time_zone", "language", "accent", "accent_dark",
                                "cert.languages", "cert.address", "cert.time_zone", "cert.hours", "cert.constituency",
                                "cert.affiliation", "cert.authority", "cert.incidents", "cert.services"}));
  site::Values wanted;
  for (const auto& field : site::fields()) {
    if (!body.has(field.name)) continue;
    TRY(auto value, body.text(field.name));
    wanted[std::string{field.name}] = value.value_or("");
  }
  TRY_VOID(site::change(app.database(), access::actor(request), wanted, app.site()->fixed, expected, request.now));
  TRY_VOID(app.watch());
  return site_json(app);
}

Result<http::Response> put_logo_api(App& app, const http::Request& request) {
  TRY_VOID(site::set_logo(app.database(), access::actor(request), request.body, request.now));
  TRY_VOID(app.watch());
  return site_json(app);
}

Result<http::Response> delete_logo_api(App& app, const http::Request& request) {
  TRY_VOID(site::remove_logo(app.database(), access::actor(request), request.now));
  TRY_VOID(app.watch());
  return http::Response::nothing();
}

}  // namespace

void add_site_form_routes(App& app, http::Router& router) {
  const auto administer = Permission::administer;
  pages::add_form(app, router, kHere, "site", administer, get, post);
  pages::add_page(
      router, http::Method::post, "/admin/site/logo", "site_logo", administer,
      [&app](const http::Request& request) { return post_logo(app, request); },
      [](http::Route& route) {
        route.session_only = true;
        route.takes_files = true;
        route.body_bytes_max = pages::kLogoFormBytesMax;
      });
  pages::add_action(app, router, "/admin/site/logo/remove", "site_logo_remove", administer, post_remove_logo);
  http::Route read;
  read.pattern = "/api/v1/site";
  read.name = "site_settings";
  read.summary = "What administrators set of the site";
  read.permission = administer;
  read.session_only = true;
  read.handler = [&app](const http::Request& request) { return get_api(app, request); };
  router.add(std::move(read));
  api::add_write_route(app, router,
                       {.method = http::Method::patch,
                        .pattern = "/api/v1/site",
                        .name = "site_settings_change",
                        .summary = "Change the site's name, contact, colours and the like",
                        .permission = administer,
                        .handler = patch_api,
                        .session_only = true});
  api::add_write_route(app, router,
                       {.method = http::Method::put,
                        .pattern = "/api/v1/site/logo",
                        .name = "site_logo_put",
                        .summary = "Put a logo on every page",
                        .permission = administer,
                        .handler = put_logo_api,
                        .session_only = true,
                        .body_bytes_max = pages::kLogoFormBytesMax});
  api::add_write_route(app, router,
                       {.method = http::Method::delete_,
                        .pattern = "/api/v1/site/logo",
                        .name = "site_logo_delete",
                        .summary = "Take the logo away",
                        .permission = administer,
                        .handler = delete_logo_api,
                        .session_only = true});
}

}  // namespace tocsin::portal
