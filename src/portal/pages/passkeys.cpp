#include <fmt/format.h>

#include "portal/access.hpp"
#include "portal/html/template.hpp"
#include "portal/http/cookie.hpp"
#include "portal/pages/session.hpp"

/// Passkeys: the options that web/src/passkeys.ts asks for, as JSON, and the forms that it sends with the browser's
/// answer in the field `response` (WebAuthn level 3, section 5.1).
namespace tocsin::portal {
namespace pages {

using html::Html;
using html::render;
using html::Url;

html::Html passkey_form(const App& app, const http::Request& request, std::string_view action, std::string_view label,
                        std::string_view next) {
  if (app.settings().public_url.empty()) return {};
  std::string out;
  render<
      "<form class=\"form passkey\" method=\"post\" action=\"{}\">\n<input type=\"hidden\" name=\"csrf\" "
      "value=\"{}\">">(out, Url::own(std::string{action}), access::csrf(request));
  if (!next.empty()) render<"<input type=\"hidden\" name=\"next\" value=\"{}\">">(out, next);
  render<"<button class=\"button-quiet\" type=\"submit\" data-passkey-sign-in=\"{}\" hidden>{}</button></form>\n">(
      out, std::string{action} + "/options", label);
  return Html::from_trusted(std::move(out));
}

}  // namespace pages

namespace {

using engine::identity::SignIn;
using pages::Form;

constexpr const char* kSecurity = "/account/security";

http::Response private_json(std::string text) {
  auto response = http::Response::json(std::move(text));
  response.cache_control = "no-store";
  return response;
}

/// Which secret a ceremony stands on: none at sign-in, the half session's as second factor, the session's to confirm.
using Basis = std::function<std::string(const http::Request&)>;

Result<http::Response> options(App& app, const http::Request& request, const std::string& basis) {
  TRY(const auto form, Form::read(request, {}));
  TRY(auto text, app.identity()->passkey_request_options(basis, access::where(request)));
  return private_json(std::move(text));
}

Result<http::Response> sign_in(App& app, const http::Request& request, const std::string& basis) {
  TRY(const auto form, Form::read(request, {"response", "next"}));
  TRY(const auto result, app.identity()->sign_in_with_passkey(basis, form.raw("response"), access::where(request)));
  if (result.next == SignIn::Next::refused) {
    // Back to the page that the form stood on.
    constexpr std::string_view kEnd = "/passkey";
    return pages::done(std::string_view{request.path}.substr(0, request.path.size() - kEnd.size()), "passkey-refused");
  }
  return pages::enter(app, request, result, form.raw("next"));
}

Result<http::Response> creation_options(App& app, const http::Request& request) {
  TRY(const auto form, Form::read(request, {}));
  if (pages::confirm_first(app, request, kSecurity)) {
    return Error::forbidden(
        std::string{tr<"Please prove once more who you are: load the page again and choose to add a passkey.">()});
  }
  TRY(auto text, app.identity()->passkey_creation_options(*request.principal));
  return private_json(std::move(text));
}

Result<http::Response> add(App& app, const http::Request& request) {
  TRY(const auto form, Form::read(request, {"response", "label"}));
  if (auto first = pages::confirm_first(app, request, kSecurity)) return std::move(*first);
  TRY_VOID(
      app.identity()->add_passkey(*request.principal, form.raw("response"), form.get("label"), access::actor(request)));
  return pages::done(kSecurity, "passkey-added");
}

}  // namespace

void add_passkey_routes(App& app, http::Router& router) {
  if (app.settings().public_url.empty()) return;
  using domain::Permission;
  const auto post = [&](std::string pattern, std::string name, Permission permission, http::Handler handler) {
    pages::add_page(router, http::Method::post, std::move(pattern), std::move(name), permission, std::move(handler),
                    [permission](http::Route& route) {
                      route.before_second_factor = true;
                      route.session_only = permission != Permission::anyone;
                    });
  };
  const auto ceremony = [&](const std::string& pattern, const std::string& name, Permission permission,
                            const Basis& basis) {
    post(pattern + "/options", name + "_options", permission,
         [&app, basis](const http::Request& request) { return options(app, request, basis(request)); });
    post(pattern, name, permission,
         [&app, basis](const http::Request& request) { return sign_in(app, request, basis(request)); });
  };
  ceremony("/sign-in/passkey", "passkey_sign_in", Permission::anyone,
           [](const http::Request&) { return std::string{}; });
  ceremony("/sign-in/second-factor/passkey", "passkey_second_factor", Permission::anyone,
           [&app](const http::Request& request) {
             // No half session: a text that is none, for an empty one would mean "anybody's passkey".
             return http::cookie(request, access::cookie_names(app, request).half).value_or("none");
           });
  ceremony("/confirm/passkey", "passkey_confirm", Permission::signed_in,
           [](const http::Request& request) { return request.session_token; });
  post("/account/security/passkeys/options", "passkey_options", Permission::signed_in,
       [&app](const http::Request& request) { return creation_options(app, request); });
  post("/account/security/passkeys", "passkey_add", Permission::signed_in,
       [&app](const http::Request& request) { return add(app, request); });
}

}  // namespace tocsin::portal
