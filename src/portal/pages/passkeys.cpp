#include <fmt/format.h>

#include "base/json.hpp"
#include "portal/access.hpp"
#include "portal/html/template.hpp"
#include "portal/http/cookie.hpp"
#include "portal/pages/session.hpp"

/// What web/src/passkeys.ts asks for: options for the browser, and its answers. The bodies are the JSON that browsers
/// make (WebAuthn level 3, section 5.1), the form token comes as X-CSRF-Token, answers are JSON.
namespace tocsin::portal {
namespace pages {

html::Html passkey_button(const App& app, const http::Request& request, std::string_view task, std::string_view label,
                          std::string_view next) {
  if (app.settings().public_url.empty()) return {};
  std::string out;
  html::render<"<div class=\"passkey\" data-passkey=\"{}\" data-csrf=\"{}\" data-next=\"{}\" hidden>\n">(
      out, task, access::csrf(request), next);
  if (task == "add") {
    out +=
        "<div class=\"field\"><label for=\"passkey-label\">Name of the device</label><input id=\"passkey-label\" "
        "type=\"text\" maxlength=\"100\" value=\"\" autocomplete=\"off\" data-passkey-label></div>";
  }
  html::render<
      "<button class=\"button-quiet\" type=\"button\">{}</button><p class=\"passkey-status\" "
      "role=\"status\"></p></div>\n">(out, label);
  return html::Html::from_trusted(std::move(out));
}

}  // namespace pages

namespace {

using engine::identity::SignIn;

constexpr std::size_t kResponseBytesMax = 64 << 10;
constexpr const char* kSecurity = "/account/security";

http::Response private_json(std::string text) {
  auto response = http::Response::json(std::move(text));
  response.cache_control = "no-store";
  return response;
}

/// Where the script goes on: it cannot follow a redirect into a page.
http::Response go_to(http::Response redirect) {
  boost::json::object body;
  for (auto it = redirect.headers.begin(); it != redirect.headers.end(); ++it) {
    if (it->first != "Location") continue;
    body["location"] = it->second;
    redirect.headers.erase(it);
    break;
  }
  auto response = private_json(json::write(body));
  response.headers = std::move(redirect.headers);
  return response;
}

std::string half_of(const App& app, const http::Request& request) {
  return http::cookie(request, access::cookie_names(app, request).half).value_or("");
}

Result<http::Response> sign_in_options(App& app, std::string_view half) {
  TRY(auto options, app.identity()->passkey_request_options(half));
  return private_json(std::move(options));
}

Result<http::Response> sign_in(App& app, const http::Request& request, std::string_view half) {
  TRY_VOID(request.only_known({"next"}));
  TRY(const auto result, app.identity()->sign_in_with_passkey(half, request.body, access::where(request)));
  if (result.next == SignIn::Next::refused) return Error::forbidden(result.message);
  return go_to(pages::enter(app, request, result, request.query.get("next")));
}

Result<http::Response> creation_options(App& app, const http::Request& request) {
  if (auto first = pages::confirm_first(app, request, kSecurity)) return go_to(std::move(*first));
  TRY(auto options, app.identity()->passkey_creation_options(*request.principal));
  return private_json(std::move(options));
}

Result<http::Response> add(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({"label"}));
  if (auto first = pages::confirm_first(app, request, kSecurity)) return go_to(std::move(*first));
  TRY_VOID(app.identity()->add_passkey(*request.principal, request.body, std::string{request.query.get("label")},
                                       access::actor(request)));
  return go_to(pages::done(kSecurity, "passkey-added"));
}

}  // namespace

void add_passkey_routes(App& app, http::Router& router) {
  if (app.settings().public_url.empty()) return;
  using domain::Permission;
  const auto before = [](http::Route& route) {
    route.before_second_factor = true;
    route.body_bytes_max = kResponseBytesMax;
  };
  const auto own = [&before](http::Route& route) {
    before(route);
    route.session_only = true;
  };
  const auto post = [&](std::string pattern, std::string name, Permission permission, http::Handler handler,
                        const std::function<void(http::Route&)>& more) {
    pages::add_page(router, http::Method::post, std::move(pattern), std::move(name), permission, std::move(handler),
                    more);
  };
  post(
      "/sign-in/passkey/options", "passkey_sign_in_options", Permission::anyone,
      [&app](const http::Request&) { return sign_in_options(app, {}); }, before);
  post(
      "/sign-in/passkey", "passkey_sign_in", Permission::anyone,
      [&app](const http::Request& request) { return sign_in(app, request, {}); }, before);
  post(
      "/sign-in/second-factor/passkey/options", "passkey_second_factor_options", Permission::anyone,
      [&app](const http::Request& request) -> Result<http::Response> {
        const auto half = half_of(app, request);
        if (half.empty()) return go_to(pages::done("/sign-in"));
        return sign_in_options(app, half);
      },
      before);
  post(
      "/sign-in/second-factor/passkey", "passkey_second_factor", Permission::anyone,
      [&app](const http::Request& request) -> Result<http::Response> {
        const auto half = half_of(app, request);
        if (half.empty()) return go_to(pages::done("/sign-in"));
        return sign_in(app, request, half);
      },
      before);
  post(
      "/account/security/passkeys/options", "passkey_options", Permission::signed_in,
      [&app](const http::Request& request) { return creation_options(app, request); }, own);
  post(
      "/account/security/passkeys", "passkey_add", Permission::signed_in,
      [&app](const http::Request& request) { return add(app, request); }, own);
}

}  // namespace tocsin::portal
