#include "portal/access.hpp"
#include "portal/html/template.hpp"
#include "portal/pages/account.hpp"
#include "portal/pages/session.hpp"

/// One's own mail address: a new one takes effect when the link in the mail to it was used.
namespace tocsin::portal {
namespace {

using html::Html;
using html::render;
using pages::Form;
using pages::FormMarkup;

constexpr const char* kHere = "/account/address";

Result<http::Response> address_page(App& app, const http::Request& request, const Form& form) {
  std::string out;
  render<"<div class=\"narrow\"><h1>[[E-mail address]]</h1>\n">(out);
  out += pages::error_summary(form).str();
  render<"<p class=\"lead\">[[You sign in with <strong>{}</strong>, and mails of the portal go there.]]</p>\n">(
      out, request.principal->email);
  if (!app.mails()) {
    render<"<p>[[An administrator of the CERT changes it for you.]]</p></div>\n">(out);
    return pages::form_page(app, request, pages::account_page(tr<"E-mail address">(), "/account", std::move(out)),
                            form);
  }
  TRY(const auto awaited, app.identity()->awaited_address(request.principal->person));
  if (awaited) {
    render<
        "<p class=\"callout callout-warn\">[[A mail with a link is on its way to <strong>{}</strong>. Until it is "
        "used, nothing changes. The link works for a day.]]</p>\n">(out, *awaited);
  }
  FormMarkup markup{request, kHere, form};
  markup.input(
      {.name = "email",
       .label = tr<"Address">(),
       .hint = tr<"A link goes there. When you open it, the address is yours here, and the old one is told. To "
                  "confirm the present one, enter it again.">(),
       .type = "email",
       .autocomplete = "email",
       .maxlength = 254,
       .required = true});
  out += "<div class=\"panel\">" + markup.submit(tr<"Send the link">(), FormMarkup::Button::normal, "/account").str() +
         "</div></div>\n";
  return pages::form_page(app, request, pages::account_page(tr<"E-mail address">(), "/account", std::move(out)), form);
}

Result<http::Response> show(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({pages::kNoticeParameter}));
  if (!app.mails()) return address_page(app, request, {});
  // Whoever has the address gets in: not from a browser that somebody left open.
  if (auto first = pages::confirm_first(app, request, kHere)) return std::move(*first);
  return address_page(app, request, {});
}

Result<http::Response> change(App& app, const http::Request& request) {
  TRY(auto form, Form::read(request, {"email"}));
  if (auto first = pages::confirm_first(app, request, kHere)) return std::move(*first);
  const auto changed =
      app.identity()->change_address(request.principal->person, form.get("email"), access::actor(request));
  if (!changed) {
    TRY_VOID(form.take(changed.error()));
    return address_page(app, request, form);
  }
  return pages::done(kHere, "proof-sent");
}

}  // namespace

void add_address_routes(App& app, http::Router& router) {
  const auto own = [](http::Route& route) { route.session_only = true; };
  pages::add_page(
      router, http::Method::get, kHere, "address_page", domain::Permission::signed_in,
      [&app](const http::Request& request) { return show(app, request); }, own);
  pages::add_page(
      router, http::Method::post, kHere, "address_change", domain::Permission::signed_in,
      [&app](const http::Request& request) { return change(app, request); }, own);
}

}  // namespace tocsin::portal
