#include "engine/setup/setup.hpp"

#include "portal/access.hpp"
#include "portal/app.hpp"
#include "portal/html/template.hpp"
#include "portal/pages/form.hpp"
#include "portal/pages/layout.hpp"
#include "portal/pages/site.hpp"

/// /setup: the first administrator, with the code of the terminal. It does not exist once there is one.
namespace tocsin::portal {
namespace {

using engine::setup::State;
using html::fragment;
using html::Html;
using html::render;
using pages::Form;
using pages::FormMarkup;

constexpr int kPasswordBytesMax = 1024;

http::Response show(App& app, const http::Request& request, const Form& form) {
  std::string out;
  render<"<div class=\"narrow\">\n<h1>[[Set up this installation]]</h1>\n">(out);
  out += pages::error_summary(form).str();
  render<
      "<p class=\"lead\">[[There is no administrator yet. You become the first one; everything here can be changed "
      "later.]]</p>\n">(out);
  const auto& fixed = app.setup()->fixed();
  FormMarkup markup{request, "/setup", form, "f", FormMarkup::Sends::files};
  markup
      .input(
          {.name = "code",
           .label = tr<"Code">(),
           .hint =
               tr<"The terminal in which 'tocsin serve' runs shows it. Upper or lower case, with or without dashes.">(),
           .maxlength = 100,
           .required = true,
           .autofocus = true,
           .code = true})
      .html(fragment<"<h2>[[The CERT]]</h2>\n">())
      .input({.name = "cert_name", .label = tr<"Name">(), .autocomplete = "organization", .required = true})
      .input({.name = "contact_name",
              .label = tr<"Contact for security">(),
              .hint = tr<"A team rather than a person. Everybody can read it, in security.txt, too.">(),
              .required = true})
      .input({.name = "contact_email",
              .label = tr<"Its mail address">(),
              .type = "email",
              .maxlength = 254,
              .required = true})
      .html(fragment<"<h2>[[The portal]]</h2>\n">());
  if (!fixed.values.contains("time_zone")) {
    markup.select({.name = "time_zone", .label = tr<"Time zone">(), .hint = tr<"Each person can choose another.">()},
                  pages::zone_options("UTC", form.raw("time_zone")));
  }
  if (!fixed.values.contains("accent")) {
    markup.input({.name = "accent",
                  .label = tr<"Accent colour">(),
                  .hint = tr<"Of links and buttons, such as #0b5d70. Empty: the portal's own.">(),
                  .maxlength = 7,
                  .code = true});
  }
  markup
      .file({.name = "logo", .label = tr<"Logo">(), .hint = tr<"SVG, PNG, JPEG or WebP, at most 256 KiB.">()},
            pages::kLogoAccepts)
      .html(fragment<"<h2>[[You]]</h2>\n">())
      .input({.name = "person_name", .label = tr<"Your name">(), .autocomplete = "name", .required = true})
      .input({.name = "email",
              .label = tr<"Your mail address">(),
              .hint = tr<"You sign in with it.">(),
              .type = "email",
              .autocomplete = "username",
              .maxlength = 254,
              .required = true})
      .input({.name = "password",
              .label = tr<"Password">(),
              .hint = tr<"A few words make a good one: long counts, special characters do not.">(),
              .type = "password",
              .autocomplete = "new-password",
              .maxlength = kPasswordBytesMax,
              .required = true});
  out += "<div class=\"panel\">" + markup.submit(tr<"Set it up">()).str() + "</div>\n</div>\n";
  pages::Page page;
  page.title = tr<"Set up">();
  page.hide_header_search = true;
  page.noindex = true;
  page.main = Html::from_trusted(std::move(out));
  return pages::form_page(app, request, std::move(page), form);
}

Status require_open(App& app) {
  TRY(const auto state, app.setup()->state());
  if (state == State::done) return Error::not_found("page");
  return ok();
}

Result<http::Response> get(App& app, const http::Request& request) {
  TRY_VOID(require_open(app));
  TRY_VOID(request.only_known({}));
  Form form;
  return show(app, request, form);
}

Result<http::Response> post(App& app, const http::Request& request) {
  TRY_VOID(require_open(app));
  TRY(auto form, Form::read(request, {"code", "cert_name", "contact_name", "contact_email", "person_name", "email",
                                      "password", "time_zone", "accent", "logo"}));
  const engine::setup::Input input{.code = form.get("code"),
                                   .cert_name = form.get("cert_name"),
                                   .contact_name = form.get("contact_name"),
                                   .contact_email = form.get("contact_email"),
                                   .person_name = form.get("person_name"),
                                   .email = form.get("email"),
                                   .password = std::string{form.raw("password")},
                                   .time_zone = form.get("time_zone"),
                                   .accent = form.get("accent"),
                                   .logo = std::string{pages::upload_of(request, "logo")}};
  const auto completed = app.setup()->complete(input, access::where(request));
  if (completed) {
    TRY_VOID(app.watch());
    return pages::done("/sign-in", "set-up");
  }
  if (completed.error().code == Error::Code::forbidden) {
    form.wrong("code", completed.error().message);
  } else {
    TRY_VOID(form.take(completed.error()));
  }
  return show(app, request, form);
}

}  // namespace

void add_setup_routes(App& app, http::Router& router) {
  using domain::Permission;
  using http::Method;
  const auto before = [](http::Route& route) { route.form_before_sign_in = true; };
  pages::add_page(
      router, Method::get, "/setup", "setup_page", Permission::anyone,
      [&app](const http::Request& request) { return get(app, request); }, before);
  pages::add_page(
      router, Method::post, "/setup", "setup", Permission::anyone,
      [&app](const http::Request& request) { return post(app, request); },
      [](http::Route& route) {
        route.form_before_sign_in = true;
        route.takes_files = true;
        route.body_bytes_max = pages::kLogoFormBytesMax;
      });
}

}  // namespace tocsin::portal
