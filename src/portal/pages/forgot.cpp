#include "engine/post/post.hpp"
#include "portal/access.hpp"
#include "portal/html/template.hpp"
#include "portal/pages/layout.hpp"
#include "portal/pages/session.hpp"

/// A forgotten password. The page answers the same whatever is typed: whether there is an account is found out when the
/// mail is written, and only its reader learns of it.
namespace tocsin::portal {
namespace {

using html::Html;
using html::render;
using pages::Form;
using pages::FormMarkup;
using pages::Page;

http::Response forgot_page(App& app, const http::Request& request, const Form& form) {
  std::string out;
  render<"<div class=\"narrow\"><h1>[[Forgotten the password?]]</h1>\n">(out);
  out += pages::error_summary(form).str();
  if (app.mails()) {
    FormMarkup markup{request, "/forgot", form};
    render<
        "<p class=\"lead\">[[Enter the address that you sign in with. You get a mail with a link to set a new "
        "password.]]</p>\n<div class=\"panel\">">(out);
    markup.input({.name = "email",
                  .label = tr<"E-mail address">(),
                  .type = "email",
                  .autocomplete = "username",
                  .maxlength = 254,
                  .required = true,
                  .autofocus = true});
    out += markup.submit(tr<"Send the link">(), FormMarkup::Button::normal, "/sign-in").str();
    render<
        "</div>\n<p class=\"note\">[[The link works once, for an hour. Nothing arrives? Look into the folder for spam, "
        "and wait five minutes before you ask again.]]</p>\n">(out);
  } else {
    render<
        "<p class=\"lead\">[[Your organisation's administrator can ask the CERT for a link with which you set a new "
        "one. It works once, and for a short time.]]</p>\n">(out);
    const auto contact = app.site_text("contact");
    if (!contact.empty()) render<"<p>[[If there is none, write to {}.]]</p>\n">(out, contact);
  }
  out += "</div>\n";
  Page page;
  page.title = tr<"Forgotten the password?">();
  page.hide_header_search = true;
  page.main = Html::from_trusted(std::move(out));
  return pages::form_page(app, request, page, form);
}

Result<http::Response> show(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({pages::kNoticeParameter}));
  return forgot_page(app, request, {});
}

Result<http::Response> ask(App& app, const http::Request& request) {
  TRY(auto form, Form::read(request, {"email"}));
  const auto asked = app.identity()->forgot_password(form.get("email"), access::where(request));
  if (asked) return pages::done("/forgot", "reset-asked");
  if (asked.error().code != Error::Code::unavailable) return asked.error();
  form.wrong("", asked.error().message);
  auto page = forgot_page(app, request, form);
  page.status = 429;
  return page;
}

}  // namespace

void add_forgot_routes(App& app, http::Router& router) {
  const auto before = [](http::Route& route) {
    route.before_second_factor = true;
    route.form_before_sign_in = true;
  };
  pages::add_page(
      router, http::Method::get, "/forgot", "forgot_page", domain::Permission::anyone,
      [&app](const http::Request& request) { return show(app, request); }, before);
  if (!app.mails()) return;
  pages::add_page(
      router, http::Method::post, "/forgot", "forgot", domain::Permission::anyone,
      [&app](const http::Request& request) { return ask(app, request); }, before);
}

}  // namespace tocsin::portal
