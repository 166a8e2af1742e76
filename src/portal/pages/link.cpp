#include <fmt/format.h>

#include "portal/access.hpp"
#include "portal/html/template.hpp"
#include "portal/http/target.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/layout.hpp"
#include "portal/pages/session.hpp"

/// Links that work once: invitation, proof of an address, a new password. The address is the secret, so it goes into no
/// log, no Referer and no cache.
namespace tocsin::portal {
namespace {

using engine::identity::Link;
using engine::identity::LinkPurpose;
using html::fragment;
using html::Html;
using html::render;
using pages::Form;
using pages::FormMarkup;
using pages::Page;

constexpr int kPasswordBytesMax = 1024;

std::string title_of(LinkPurpose purpose) {
  switch (purpose) {
    case LinkPurpose::invitation:
      return std::string{tr<"Welcome">()};
    case LinkPurpose::email_proof:
      return std::string{tr<"Confirm your address">()};
    case LinkPurpose::password_reset:
      return std::string{tr<"Set a new password">()};
  }
  return {};
}

http::Response link_page(App& app, const http::Request& request, const Link& link, const Form& form) {
  const auto title = title_of(link.purpose);
  const auto action = "/link/" + http::encode_component(request.parameter("secret"));
  std::string out;
  render<"<div class=\"narrow\">\n<h1>{}</h1>\n">(out, title);
  out += pages::error_summary(form).str();
  FormMarkup markup{request, action, form};
  if (link.purpose == LinkPurpose::email_proof) {
    render<"<p class=\"lead\">[[Does <strong>{}</strong> belong to you?]]</p>\n">(out, link.email);
    out += "<div class=\"panel\">" + markup.submit(tr<"Yes, confirm it">()).str() + "</div>\n";
  } else {
    if (link.purpose == LinkPurpose::invitation) {
      render<
          "<p class=\"lead\">[[You have been invited to {} as <strong>{}</strong>. Choose a password, and the account "
          "is yours.]]</p>\n">(out, app.site_text("site_name"), link.email);
    } else {
      render<"<p class=\"lead\">[[For <strong>{}</strong>. All your sessions end when it is set.]]</p>\n">(out,
                                                                                                           link.email);
    }
    markup.input({.name = "password",
                  .label = tr<"New password">(),
                  .hint = tr<"A few words make a good one: long counts, special characters do not.">(),
                  .type = "password",
                  .autocomplete = "new-password",
                  .maxlength = kPasswordBytesMax,
                  .required = true,
                  .autofocus = true});
    markup.input({.name = "again",
                  .label = tr<"The same once more">(),
                  .type = "password",
                  .autocomplete = "new-password",
                  .maxlength = kPasswordBytesMax,
                  .required = true});
    out += "<div class=\"panel\">" + markup.submit(tr<"Set password">()).str() + "</div>\n";
  }
  render<"<p class=\"note\">[[The link works once, until {}.]]</p>\n</div>\n">(out,
                                                                               pages::datetime_html(link.expires_at));
  Page page;
  page.title = title;
  page.hide_header_search = true;
  page.main = Html::from_trusted(std::move(out));
  return pages::form_page(app, request, page, form);
}

http::Response dead_link(App& app, const http::Request& request) {
  Page page;
  page.title = tr<"This link does not work">();
  page.noindex = true;
  page.main = fragment<
      "<article class=\"prose\"><h1>[[This link does not work]]</h1>\n<p class=\"lead\">[[It was used already, has "
      "expired, or a newer one has taken its place. Take the address from the mail as a whole, or ask for a new "
      "link.]]</p>\n<p><a href=\"/sign-in\">[[Sign in]]</a></p></article>\n">();
  auto response = pages::render_page(app, request, page, 404);
  response.cache_control = "no-store";
  return response;
}

Result<http::Response> show(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  TRY(const auto link, app.identity()->find_link(request.parameter("secret")));
  return link ? link_page(app, request, *link, {}) : dead_link(app, request);
}

Result<http::Response> use(App& app, const http::Request& request) {
  TRY(auto form, Form::read(request, {"password", "again"}));
  const auto secret = request.parameter("secret");
  TRY(const auto link, app.identity()->find_link(secret));
  if (!link) return dead_link(app, request);
  if (link->purpose == LinkPurpose::email_proof) {
    TRY_VOID(app.identity()->prove_email(secret, access::where(request)));
    return pages::done(request.principal != nullptr ? "/account" : "/sign-in", "email-proven");
  }
  if (form.raw("password") != form.raw("again")) {
    form.wrong("again", tr<"The two are not the same.">());
    return link_page(app, request, *link, form);
  }
  const auto used = app.identity()->use_link(secret, form.raw("password"), access::where(request));
  if (!used) {
    if (used.error().code == Error::Code::not_found) return dead_link(app, request);
    TRY_VOID(form.take(used.error()));
    return link_page(app, request, *link, form);
  }
  return pages::done("/sign-in", "password-set");
}

}  // namespace

void add_link_routes(App& app, http::Router& router) {
  const auto secret = [](http::Route& route) {
    route.before_second_factor = true;
    route.form_before_sign_in = true;
    route.secret_path = true;
  };
  pages::add_page(
      router, http::Method::get, "/link/{secret}", "link_page", domain::Permission::anyone,
      [&app](const http::Request& request) { return show(app, request); }, secret);
  pages::add_page(
      router, http::Method::post, "/link/{secret}", "link", domain::Permission::anyone,
      [&app](const http::Request& request) { return use(app, request); }, secret);
}

}  // namespace tocsin::portal
