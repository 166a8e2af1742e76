#include <charconv>

#include <fmt/format.h>

#include "base/text.hpp"
#include "portal/access.hpp"
#include "portal/html/template.hpp"
#include "portal/http/cookie.hpp"
#include "portal/http/target.hpp"
#include "portal/pages/layout.hpp"
#include "portal/pages/member_parts.hpp"
#include "portal/pages/outside.hpp"
#include "portal/pages/session.hpp"

/// Signing in, in one step or two, signing out, proving again who one is, acting for another organisation.
namespace tocsin::portal {
namespace pages {

using engine::identity::SignIn;

http::Response enter(const App& app, const http::Request& request, const SignIn& result, std::string_view next,
                     std::string_view notice) {
  constexpr int kHalfSeconds = 600;
  const auto names = access::cookie_names(app, request);
  const auto target = access::safe_next(next);
  // Redirects that began elsewhere carry no strict cookies.
  const bool from_another_site = request.method == http::Method::get;
  if (result.next == SignIn::Next::second_factor) {
    auto response = done(http::with_query("/sign-in/second-factor", {{"next", target == "/" ? "" : target}}));
    return response.with("Set-Cookie", http::set_cookie({.name = names.half,
                                                         .value = result.token,
                                                         .secure = names.secure,
                                                         .strict = !from_another_site,
                                                         .max_age_s = kHalfSeconds}));
  }
  auto response = done(target, notice);
  response.with("Set-Cookie", http::set_cookie({.name = names.session, .value = result.token, .secure = names.secure}));
  return response.with(
      "Set-Cookie",
      http::set_cookie({.name = names.half, .value = "", .secure = names.secure, .strict = true, .max_age_s = 0}));
}

void note_refusal(Form& form, const SignIn& result) {
  form.wrong("", result.message.empty() ? std::string{tr<"That did not work. Please try again.">()} : result.message);
}

http::Response refused(http::Response page, const SignIn& result) {
  if (!result.retry_after) return page;
  page.status = 429;
  return page.with("Retry-After", std::to_string(std::max<std::int64_t>(1, result.retry_after->count())));
}

}  // namespace pages

namespace {

using engine::identity::SignIn;
using html::fragment;
using html::Html;
using html::render;
using html::Url;
using pages::Form;
using pages::FormMarkup;
using pages::Page;

constexpr int kPasswordBytesMax = 1024;

Page narrow_page(std::string_view title, std::string body) {
  Page page;
  page.title = title;
  page.hide_header_search = true;
  page.main = Html::from_trusted("<div class=\"narrow\">\n" + std::move(body) + "</div>\n");
  return page;
}

std::string next_of(std::string_view next) {
  auto safe = access::safe_next(next);
  return safe == "/" ? std::string{} : safe;
}

bool offers_demo_people(const App& app) { return app.settings().demo && !app.settings().demo_people.empty(); }

void append_demo_people(std::string& out, const App& app, const http::Request& request, std::string_view next) {
  render<
      "<section class=\"panel\" aria-labelledby=\"demo-people\"><h2 id=\"demo-people\">[[Look around as "
      "somebody]]</h2>\n<p>[[The people of this demonstration are invented. Each sees what their role and organisation "
      "may.]]</p>\n<ul class=\"plain-list demo-people\">\n">(out);
  for (const auto& each : app.settings().demo_people) {
    out += "<li>";
    out += pages::button_form(request, "/sign-in/as", tr<"Sign in as {}">(each.name),
                              {{"person", std::to_string(each.id.value)}, {"next", next}})
               .str();
    std::string seats;
    for (const auto& seat : each.seats) {
      seats += fmt::format("{}{}, {}", seats.empty() ? "" : "; ", pages::role_names(seat.roles), seat.organisation);
    }
    render<"<span class=\"hint\">{}</span></li>\n">(out, seats);
  }
  out += "</ul></section>\n";
}

http::Response sign_in_page(App& app, const http::Request& request, const Form& form, std::string_view next) {
  std::string out;
  render<"<h1>[[Sign in]]</h1>\n">(out);
  out += pages::error_summary(form).str();
  if (offers_demo_people(app)) append_demo_people(out, app, request, next);
  out += pages::outside_sign_out(app, request).str();
  out += pages::outside_sign_in(app, request, next).str();
  FormMarkup markup{request, "/sign-in", form};
  if (!next.empty()) markup.hidden("next", next);
  markup.input({.name = "email",
                .label = tr<"E-mail address">(),
                .type = "email",
                .autocomplete = "username",
                .maxlength = 254,
                .required = true,
                .autofocus = !offers_demo_people(app)});
  markup.input({.name = "password",
                .label = tr<"Password">(),
                .type = "password",
                .autocomplete = "current-password",
                .maxlength = kPasswordBytesMax,
                .required = true});
  out += "<div class=\"panel\">";
  out += markup.submit(tr<"Sign in">()).str();
  out += pages::passkey_form(app, request, "/sign-in/passkey", tr<"Sign in with a passkey">(), next).str();
  render<
      "</div>\n<p><a href=\"/forgot\">[[Forgotten the password?]]</a></p>\n<p class=\"note\">[[Accounts are for "
      "members: organisations that this CERT has accepted. What is public can be read without one.]]</p>\n">(out);
  return pages::form_page(app, request, narrow_page(tr<"Sign in">(), std::move(out)), form);
}

Result<http::Response> show_sign_in(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({"next", pages::kNoticeParameter}));
  const auto next = next_of(request.query.get("next"));
  if (request.principal != nullptr) return pages::done(next.empty() ? "/" : next);
  return sign_in_page(app, request, {}, next);
}

Result<http::Response> do_sign_in(App& app, const http::Request& request) {
  TRY(auto form, Form::read(request, {"email", "password", "next"}));
  const auto next = next_of(form.raw("next"));
  TRY(const auto result, app.identity()->sign_in(form.get("email"), form.raw("password"), access::where(request)));
  if (result.next != SignIn::Next::refused) return pages::enter(app, request, result, next);
  pages::note_refusal(form, result);
  return pages::refused(sign_in_page(app, request, form, next), result);
}

/// Only where offers_demo_people: there the route exists at all.
Result<http::Response> do_sign_in_as(App& app, const http::Request& request) {
  TRY(const auto form, Form::read(request, {"person", "next"}));
  const auto wanted = form.get("person");
  const auto& people = app.settings().demo_people;
  // Nobody but them: somebody may have invited real people into a demonstration.
  const auto found =
      std::ranges::find_if(people, [&](const auto& each) { return std::to_string(each.id.value) == wanted; });
  if (found == people.end()) return Error::not_found("person");
  TRY(const auto result, app.identity()->sign_in_as(found->id, access::where(request)));
  return pages::enter(app, request, result, next_of(form.raw("next")));
}

http::Response second_factor_page(App& app, const http::Request& request, const Form& form, std::string_view next) {
  std::string out;
  render<"<h1>[[Second factor]]</h1>\n">(out);
  out += pages::error_summary(form).str();
  FormMarkup markup{request, "/sign-in/second-factor", form};
  if (!next.empty()) markup.hidden("next", next);
  markup.input({.name = "code",
                .label = tr<"Code">(),
                .hint = tr<"Six digits of your authenticator app, or one of your recovery codes.">(),
                .autocomplete = "one-time-code",
                .maxlength = 64,
                .required = true,
                .autofocus = true,
                .code = true});
  out += "<div class=\"panel\">";
  out += markup.submit(tr<"Go on">(), FormMarkup::Button::normal, "/sign-in").str();
  out += pages::passkey_form(app, request, "/sign-in/second-factor/passkey", tr<"Use a passkey">(), next).str();
  render<
      "</div>\n<details class=\"fold\"><summary>[[Lost the device?]]</summary><p>[[A recovery code works in its place, "
      "once each. Without one, ask your organisation's administrator or the CERT: they make sure that it is you and "
      "take the factor away.]]</p></details>\n">(out);
  return pages::form_page(app, request, narrow_page(tr<"Second factor">(), std::move(out)), form);
}

std::optional<std::string> half_of(const App& app, const http::Request& request) {
  return http::cookie(request, access::cookie_names(app, request).half);
}

Result<http::Response> show_second_factor(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({"next", pages::kNoticeParameter}));
  if (request.principal != nullptr) return pages::done("/");
  if (!half_of(app, request)) return pages::done("/sign-in");
  return second_factor_page(app, request, {}, next_of(request.query.get("next")));
}

Result<http::Response> do_second_factor(App& app, const http::Request& request) {
  TRY(auto form, Form::read(request, {"code", "next"}));
  const auto half = half_of(app, request);
  if (!half) return pages::done("/sign-in");
  const auto next = next_of(form.raw("next"));
  TRY(const auto result, app.identity()->second_factor(*half, form.get("code"), access::where(request)));
  if (result.next == SignIn::Next::signed_in) return pages::enter(app, request, result, next);
  pages::note_refusal(form, result);
  return pages::refused(second_factor_page(app, request, form, next), result);
}

Result<http::Response> sign_out(App& app, const http::Request& request) {
  TRY(const auto form, Form::read(request, {}));
  TRY_VOID(app.identity()->sign_out(request.session_token, access::where(request)));
  const auto names = access::cookie_names(app, request);
  auto response = pages::done("/sign-in", "signed-out");
  response.with("Set-Cookie",
                http::set_cookie({.name = names.session, .value = "", .secure = names.secure, .max_age_s = 0}));
  // What was read stays in the browser's cache otherwise, for whoever sits down next.
  return response.with("Clear-Site-Data", "\"cache\"");
}

http::Response confirm_page(App& app, const http::Request& request, const Form& form,
                            const engine::identity::Factors& factors, std::string_view next) {
  std::string out;
  render<"<h1>[[Is it still you?]]</h1>\n">(out);
  out += pages::error_summary(form).str();
  render<
      "<p class=\"lead\">[[What you are about to do can lock people out or hand out access. Please prove once more who "
      "you are.]]</p>\n">(out);
  out += pages::outside_confirm(app, request, factors, next).str();
  FormMarkup markup{request, "/confirm", form};
  markup.hidden("next", next);
  markup.input({.name = "password",
                .label = tr<"Password">(),
                .type = "password",
                .autocomplete = "current-password",
                .maxlength = kPasswordBytesMax,
                .required = true,
                .autofocus = true});
  if (factors.totp) {
    markup.input({.name = "code",
                  .label = tr<"Code">(),
                  .hint = tr<"Six digits of your authenticator app, or a recovery code.">(),
                  .autocomplete = "one-time-code",
                  .maxlength = 64,
                  .required = true,
                  .code = true});
  }
  out += "<div class=\"panel\">";
  if (factors.password || factors.outside.empty()) {
    out += markup.submit(tr<"Go on">(), FormMarkup::Button::normal, next).str();
  }
  out += pages::passkey_form(app, request, "/confirm/passkey", tr<"Use a passkey">(), next).str();
  out += "</div>\n";
  if (offers_demo_people(app)) {
    render<
        "<p class=\"note\">[[The people of this demonstration have no password: sign out and in again, which counts as "
        "a proof for some minutes.]]</p>\n">(out);
  }
  return pages::form_page(app, request, narrow_page(tr<"Is it still you?">(), std::move(out)), form);
}

Result<http::Response> show_confirm(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({"next", pages::kNoticeParameter}));
  TRY(const auto factors, app.identity()->factors(request.principal->person));
  return confirm_page(app, request, {}, factors, access::safe_next(request.query.get("next")));
}

Result<http::Response> do_confirm(App& app, const http::Request& request) {
  TRY(auto form, Form::read(request, {"password", "code", "next"}));
  const auto next = access::safe_next(form.raw("next"));
  TRY(const auto result, app.identity()->authenticate_again(request.session_token, form.raw("password"),
                                                            form.get("code"), access::where(request)));
  if (result.next == SignIn::Next::signed_in) return pages::enter(app, request, result, next, "confirmed");
  pages::note_refusal(form, result);
  TRY(const auto factors, app.identity()->factors(request.principal->person));
  return pages::refused(confirm_page(app, request, form, factors, next), result);
}

Result<http::Response> act_for(App& app, const http::Request& request) {
  TRY(const auto form, Form::read(request, {"organisation"}));
  const auto text = form.get("organisation");
  std::int64_t id = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (failed != std::errc{} || end != text.data() + text.size()) return Error::not_found("organisation");
  TRY(const auto result,
      app.identity()->act_for(request.session_token, domain::OrganisationId{id}, access::where(request)));
  if (result.next != SignIn::Next::signed_in) return Error::forbidden(result.message);
  return pages::enter(app, request, result, "/account", "acting-for");
}

}  // namespace

void add_sign_in_routes(App& app, http::Router& router) {
  using domain::Permission;
  using http::Method;
  const auto bind = [&app](auto function) {
    return [&app, function](const http::Request& request) { return function(app, request); };
  };
  const auto before = [](http::Route& route) {
    route.before_second_factor = true;
    route.form_before_sign_in = true;
  };
  const auto own = [](http::Route& route) {
    route.before_second_factor = true;
    route.session_only = true;
  };
  pages::add_page(router, Method::get, "/sign-in", "sign_in_page", Permission::anyone, bind(show_sign_in), before);
  pages::add_page(router, Method::post, "/sign-in", "sign_in", Permission::anyone, bind(do_sign_in), before);
  if (offers_demo_people(app)) {
    pages::add_page(router, Method::post, "/sign-in/as", "demo_sign_in", Permission::anyone, bind(do_sign_in_as),
                    before);
  }
  pages::add_page(router, Method::get, "/sign-in/second-factor", "second_factor_page", Permission::anyone,
                  bind(show_second_factor), before);
  pages::add_page(router, Method::post, "/sign-in/second-factor", "second_factor", Permission::anyone,
                  bind(do_second_factor), before);
  pages::add_page(router, Method::post, "/sign-out", "sign_out", Permission::signed_in, bind(sign_out), own);
  pages::add_page(router, Method::get, "/confirm", "confirm_page", Permission::signed_in, bind(show_confirm), own);
  pages::add_page(router, Method::post, "/confirm", "confirm", Permission::signed_in, bind(do_confirm), own);
  pages::add_page(router, Method::post, "/act-for", "act_for", Permission::signed_in, bind(act_for),
                  [](http::Route& route) { route.session_only = true; });
}

}  // namespace tocsin::portal
