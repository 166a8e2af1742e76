#include "portal/pages/outside.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "base/log.hpp"
#include "exchange/openid.hpp"
#include "portal/access.hpp"
#include "portal/html/template.hpp"
#include "portal/http/cookie.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/layout.hpp"
#include "portal/pages/session.hpp"

/// Signing in by a provider outside: to it, back from it, and what of it stands on other pages.
namespace tocsin::portal {

using engine::identity::OutsideAttempt;
using exchange::OpenId;
using html::fragment;
using html::Html;
using html::render;
using html::Url;
using pages::Form;
using pages::FormMarkup;
using pages::Page;

namespace pages {
namespace {

constexpr std::array<std::string_view, 3> kPagesWithButton{"/sign-in", "/confirm", "/account/security"};

const OpenId* provider_of(const App& app) { return app.settings().openid.get(); }

const engine::identity::Factors::Outside* link_of(const OpenId& openid, const engine::identity::Factors& factors) {
  const auto found =
      std::ranges::find(factors.outside, openid.settings().issuer, &engine::identity::Factors::Outside::issuer);
  return found == factors.outside.end() ? nullptr : &*found;
}

}  // namespace

Html outside_sign_in(const App& app, const http::Request& request, std::string_view next) {
  const auto* openid = provider_of(app);
  if (openid == nullptr) return {};
  return fragment<"<div class=\"panel outside\">{}</div>\n">(button_form(request, "/sign-in/oidc",
                                                                         tr<"Sign in with {}">(openid->settings().name),
                                                                         {{"next", next}}, FormMarkup::Button::normal));
}

Html outside_sign_out(const App& app, const http::Request& request) {
  const auto* openid = provider_of(app);
  if (openid == nullptr || request.query.get(kNoticeParameter) != "signed-out") return {};
  const auto url = Url::external(openid->sign_out_url());
  if (url.empty()) return {};
  return fragment<
      "<p class=\"note\">[[Whoever came by {} is still signed in there: <a href=\"{}\">sign out there, "
      "too</a>.]]</p>\n">(openid->settings().name, url);
}

Html outside_confirm(const App& app, const http::Request& request, const engine::identity::Factors& factors,
                     std::string_view next) {
  const auto* openid = provider_of(app);
  if (openid == nullptr || link_of(*openid, factors) == nullptr) return {};
  return fragment<"<div class=\"panel outside\">{}</div>\n">(
      button_form(request, "/confirm/oidc", tr<"Prove it at {}">(openid->settings().name), {{"next", next}},
                  factors.password ? FormMarkup::Button::quiet : FormMarkup::Button::normal));
}

Html outside_panel(const App& app, const http::Request& request, const engine::identity::Factors& factors) {
  const auto* openid = provider_of(app);
  if (openid == nullptr && factors.outside.empty()) return {};
  std::string out;
  render<"<section class=\"panel\" id=\"outside\"><h2>[[Sign-in elsewhere]]</h2>\n">(out);
  if (!factors.outside.empty()) {
    out += "<ul class=\"plain-list\">\n";
    for (const auto& each : factors.outside) {
      const bool present = openid != nullptr && each.issuer == openid->settings().issuer;
      const auto& name = present ? openid->settings().name : each.issuer;
      render<"<li><span><strong>{}</strong>{}<br><span class=\"note\">{}</span></span>{}</li>\n">(
          out, name, each.label.empty() ? Html{} : fragment<" [[as {}]]">(each.label),
          each.last_used_at
              ? fragment<"[[connected {}, used {}]]">(date_html(each.created_at), date_html(*each.last_used_at))
              : fragment<"[[connected {}]]">(date_html(each.created_at)),
          button_form(request, fmt::format("/account/security/oidc/{}/remove", each.id), tr<"Disconnect">(), {},
                      FormMarkup::Button::quiet, name));
    }
    out += "</ul>\n";
  }
  if (openid != nullptr && link_of(*openid, factors) == nullptr) {
    render<"<p>[[Once your account is connected, you can sign in by {}.]]</p>\n{}">(
        out, openid->settings().name,
        button_form(request, "/account/security/oidc", tr<"Connect {}">(openid->settings().name)));
  }
  out += "</section>\n";
  return Html::from_trusted(std::move(out));
}

std::string outside_form_action(const App& app, std::string_view path) {
  const auto* openid = provider_of(app);
  if (openid == nullptr || std::ranges::find(kPagesWithButton, path) == kPagesWithButton.end()) return {};
  std::string sources;
  for (const auto& origin : openid->origins()) sources += " " + origin;
  return sources;
}

}  // namespace pages

namespace {

constexpr const char* kSecurity = "/account/security";
constexpr const char* kCallback = "/sign-in/oidc/callback";

std::string redirect_uri(const App& app) { return app.settings().public_url + kCallback; }

http::Response without_attempt(const App& app, const http::Request& request, http::Response response) {
  const auto names = access::cookie_names(app, request);
  response.with("Set-Cookie",
                http::set_cookie({.name = names.outside, .value = "", .secure = names.secure, .max_age_s = 0}));
  return response;
}

http::Response refusal_page(App& app, const http::Request& request, std::string_view message, int status = 403) {
  Page page;
  page.title = tr<"That did not work">();
  page.hide_header_search = true;
  std::string out;
  render<"<div class=\"narrow\">\n<h1>[[That did not work]]</h1>\n">(out);
  render<"<div class=\"callout callout-warn\" role=\"alert\"><p>{}</p></div>\n">(out, message);
  if (request.principal == nullptr) {
    render<"<p><a class=\"button\" href=\"/sign-in\">[[Back to the sign-in]]</a></p>\n">(out);
  } else {
    render<"<p><a class=\"button\" href=\"/account/security\">[[Back to Security]]</a></p>\n">(out);
  }
  page.main = Html::from_trusted(std::move(out) + "</div>\n");
  auto response = pages::form_page(app, request, page, {});
  response.status = status;
  return without_attempt(app, request, std::move(response));
}

/// To the provider, with what its answer must match kept for this browser.
Result<http::Response> leave(App& app, const http::Request& request, OutsideAttempt::For purpose, std::string next) {
  auto& openid = *app.settings().openid;
  const auto anew = purpose == OutsideAttempt::For::again ? OpenId::Anew::yes : OpenId::Anew::no;
  auto start = openid.start(redirect_uri(app), anew);
  if (!start) return refusal_page(app, request, start.error().message, http::status_of(start.error().code));
  OutsideAttempt attempt{.purpose = purpose,
                         .session = request.principal == nullptr ? 0 : request.principal->id,
                         .state = std::move(start->attempt.state),
                         .nonce = std::move(start->attempt.nonce),
                         .code_verifier = std::move(start->attempt.code_verifier),
                         .next = std::move(next)};
  const auto token = app.identity()->begin_outside(attempt, access::where(request));
  if (!token) {
    if (token.error().code != Error::Code::unavailable) return token.error();
    return refusal_page(app, request, token.error().message, 429);
  }
  auto response = http::Response::redirect(std::move(start->url));
  response.cache_control = "no-store";
  const auto names = access::cookie_names(app, request);
  // Not Strict: the browser comes back from another site.
  constexpr auto kLives = std::chrono::seconds{engine::identity::kOutsideAttemptLives};
  return response.with("Set-Cookie", http::set_cookie({.name = names.outside,
                                                       .value = *token,
                                                       .secure = names.secure,
                                                       .max_age_s = static_cast<int>(kLives.count())}));
}

Result<http::Response> leave_to_sign_in(App& app, const http::Request& request) {
  TRY(const auto form, Form::read(request, {"next"}));
  return leave(app, request, OutsideAttempt::For::sign_in, access::safe_next(form.raw("next")));
}

Result<http::Response> leave_to_confirm(App& app, const http::Request& request) {
  TRY(const auto form, Form::read(request, {"next"}));
  return leave(app, request, OutsideAttempt::For::again, access::safe_next(form.raw("next")));
}

Result<http::Response> leave_to_link(App& app, const http::Request& request) {
  TRY(const auto form, Form::read(request, {}));
  if (auto first = pages::confirm_first(app, request, kSecurity)) return std::move(*first);
  return leave(app, request, OutsideAttempt::For::link, kSecurity);
}

Result<http::Response> refuse(App& app, const http::Request& request, std::string_view why,
                              const std::string& message) {
  TRY(const auto refusal, app.identity()->refuse_outside(access::where(request), why));
  return refusal_page(app, request, message.empty() ? refusal.message : message);
}

bool same_session(const http::Request& request, const OutsideAttempt& attempt) {
  return request.principal != nullptr && request.principal->by == engine::identity::Principal::By::session &&
         request.principal->id == attempt.session;
}

Result<http::Response> proven(App& app, const http::Request& request, const OutsideAttempt& attempt,
                              const engine::identity::OutsideProof& proof) {
  using engine::identity::SignIn;
  auto& identity = *app.identity();
  const auto where = access::where(request);
  if (attempt.purpose == OutsideAttempt::For::sign_in) {
    TRY(const auto result, identity.sign_in_outside(proof, where));
    if (result.next == SignIn::Next::refused) return refusal_page(app, request, result.message);
    return without_attempt(app, request, pages::enter(app, request, result, attempt.next));
  }
  // Else somebody else's answer would be connected with, or speak for, whoever is signed in now.
  if (!same_session(request, attempt)) {
    return refuse(app, request, "callback: another session",
                  std::string{tr<"You have signed in or out since this was begun. Nothing was done; begin again.">()});
  }
  if (attempt.purpose == OutsideAttempt::For::again) {
    TRY(const auto result, identity.authenticate_again_outside(request.session_token, proof, where));
    if (result.next != SignIn::Next::signed_in) return refusal_page(app, request, result.message);
    return without_attempt(app, request, pages::enter(app, request, result, attempt.next, "confirmed"));
  }
  const auto linked = identity.link_outside(*request.principal, proof, access::actor(request));
  if (!linked) {
    if (linked.error().code == Error::Code::conflict) return refusal_page(app, request, linked.error().message);
    return linked.error();
  }
  return without_attempt(app, request, pages::done(kSecurity, "outside-connected"));
}

Result<http::Response> come_back(App& app, const http::Request& request) {
  auto& identity = *app.identity();
  const auto cookie = http::cookie(request, access::cookie_names(app, request).outside);
  std::optional<OutsideAttempt> attempt;
  if (cookie) {
    TRY(attempt, identity.take_outside(*cookie));
  }
  if (!attempt) {
    return refuse(
        app, request, "callback: nothing was begun",
        std::string{
            tr<"This answer belongs to no sign-in that was begun in this browser within the last minutes, or to one "
               "that is finished. Nothing was done; begin again.">()});
  }
  const auto anew = attempt->purpose == OutsideAttempt::For::again ? OpenId::Anew::yes : OpenId::Anew::no;
  const auto proof = app.settings().openid->finish(
      request.query.list(), {.state = attempt->state, .nonce = attempt->nonce, .code_verifier = attempt->code_verifier},
      redirect_uri(app), anew);
  if (proof) return proven(app, request, *attempt, *proof);
  if (proof.error().code == Error::Code::unavailable) return refusal_page(app, request, proof.error().message, 503);
  const auto& error = proof.error();
  log::warn("oidc.refused", {{"why", error.to_string()}, {"detail", error.detail}});
  const auto& name = app.settings().openid->settings().name;
  return refuse(app, request, "callback: " + (error.where.empty() ? error.message : error.where),
                tr<"The answer of {} does not let you in: {}.">(name, error.message));
}

Result<http::Response> unlink(App& app, const http::Request& request) {
  TRY(const auto form, Form::read(request, {}));
  const auto text = request.parameter("id");
  std::int64_t id = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (failed != std::errc{} || end != text.data() + text.size()) return Error::not_found("sign-in");
  if (auto first = pages::confirm_first(app, request, kSecurity)) return std::move(*first);
  const auto done =
      app.identity()->unlink_outside(request.principal->person, id, access::actor(request), request.principal->id);
  if (!done && done.error().code == Error::Code::conflict) return pages::done(kSecurity, "outside-only-way");
  TRY_VOID(done);
  return pages::done(kSecurity, "outside-disconnected");
}

}  // namespace

void add_outside_routes(App& app, http::Router& router) {
  using domain::Permission;
  using http::Method;
  const auto bind = [&app](auto function) {
    return [&app, function](const http::Request& request) { return function(app, request); };
  };
  const auto own = [](http::Route& route) {
    route.before_second_factor = true;
    route.session_only = true;
  };
  // Also where no provider is set any more: what is connected can be disconnected.
  pages::add_page(router, Method::post, "/account/security/oidc/{id}/remove", "outside_disconnect",
                  Permission::signed_in, bind(unlink), own);
  if (app.settings().openid == nullptr) return;
  pages::add_page(router, Method::post, "/sign-in/oidc", "outside_sign_in", Permission::anyone, bind(leave_to_sign_in),
                  [](http::Route& route) {
                    route.before_second_factor = true;
                    route.form_before_sign_in = true;
                  });
  pages::add_page(router, Method::get, kCallback, "outside_callback", Permission::anyone, bind(come_back),
                  [](http::Route& route) {
                    route.before_second_factor = true;
                    route.secret_path = true;
                  });
  pages::add_page(router, Method::post, "/confirm/oidc", "outside_confirm", Permission::signed_in,
                  bind(leave_to_confirm), own);
  pages::add_page(router, Method::post, "/account/security/oidc", "outside_connect", Permission::signed_in,
                  bind(leave_to_link), own);
}

}  // namespace tocsin::portal
