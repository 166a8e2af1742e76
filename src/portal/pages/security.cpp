#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "formats/otp/qr.hpp"
#include "portal/access.hpp"
#include "portal/html/template.hpp"
#include "portal/pages/account.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/outside.hpp"
#include "portal/pages/session.hpp"

/// How one proves who one is: password, authenticator app, recovery codes, passkeys, and where one has signed in.
namespace tocsin::portal {
namespace {

using html::fragment;
using html::Html;
using html::render;
using html::Url;
using pages::Form;
using pages::FormMarkup;

constexpr const char* kHere = "/account/security";
constexpr int kPasswordBytesMax = 1024;

std::optional<std::int64_t> id_of(const http::Request& request) {
  const auto text = request.parameter("id");
  std::int64_t id = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (failed != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return id;
}

Html password_panel(const http::Request& request, const Form& form) {
  FormMarkup markup{request, "/account/security/password", form};
  // Password managers look for it to know whose password is changed.
  markup.html(fragment<"<input class=\"hidden\" type=\"email\" value=\"{}\" autocomplete=\"username\" readonly "
                       "tabindex=\"-1\" aria-hidden=\"true\">\n">(request.principal->email));
  markup.input({.name = "current",
                .label = tr<"Present password">(),
                .type = "password",
                .autocomplete = "current-password",
                .maxlength = kPasswordBytesMax,
                .required = true});
  markup.input({.name = "password",
                .label = tr<"New password">(),
                .hint = tr<"A few words make a good one: long counts, special characters do not.">(),
                .type = "password",
                .autocomplete = "new-password",
                .maxlength = kPasswordBytesMax,
                .required = true});
  return fragment<"<section class=\"panel\" id=\"password\"><h2>[[Password]]</h2>\n{}</section>\n">(
      markup.submit(tr<"Change password">()));
}

Html app_panel(const http::Request& request, const engine::identity::Factors& factors) {
  std::string out;
  render<"<section class=\"panel\" id=\"app\"><h2>[[Authenticator app]]</h2>\n">(out);
  if (factors.totp) {
    render<"<p>[[<span class=\"tag tag-fix\">in force</span> Codes of your app are asked for at sign-in.]]</p>\n">(out);
    out += pages::button_form(request, "/account/security/app/remove", tr<"Remove">(), {}, FormMarkup::Button::quiet,
                              tr<"the authenticator app">())
               .str();
  } else {
    render<
        "<p>[[An app on your phone shows a code that changes every half minute. Whoever learns your password still "
        "cannot sign in.]]</p>\n<p><a class=\"button\" href=\"/account/security/app\">[[Set it up]]</a></p>\n">(out);
  }
  render<"</section>\n<section class=\"panel\" id=\"recovery\"><h2>[[Recovery codes]]</h2>\n">(out);
  if (!factors.totp && factors.passkeys.empty()) {
    render<"<p>[[They come with a second factor, and work where it is lost.]]</p>\n">(out);
  } else {
    render<"<p>{}</p>\n">(out,
                          trn<"{} recovery code is left, each works once. New codes make the old ones worthless.",
                              "{} recovery codes are left, each works once. New codes make the old ones worthless.">(
                              factors.recovery_codes, text::thousands(factors.recovery_codes)));
    out += pages::button_form(request, "/account/security/recovery", tr<"Make new ones">()).str();
  }
  out += "</section>\n";
  return Html::from_trusted(std::move(out));
}

Html passkey_panel(App& app, const http::Request& request, const engine::identity::Factors& factors) {
  std::string out;
  render<"<section class=\"panel\" id=\"passkeys\"><h2>[[Passkeys]]</h2>\n">(out);
  if (app.settings().public_url.empty()) {
    render<"<p>[[Passkeys need the portal's public address, which is not set here (public_url).]]</p></section>\n">(
        out);
    return Html::from_trusted(std::move(out));
  }
  render<
      "<p>[[Your device signs in by fingerprint, face or PIN. Nothing to type, nothing that a false page could "
      "catch.]]</p>\n">(out);
  if (!factors.passkeys.empty()) {
    out += "<ul class=\"plain-list\">\n";
    for (const auto& key : factors.passkeys) {
      const auto since = pages::date_html(key.created_at);
      render<"<li><span><strong>{}</strong><br><span class=\"note\">{}</span></span>{}</li>\n">(
          out, key.label,
          key.last_used_at ? fragment<"[[added {}, used {}]]">(since, pages::date_html(*key.last_used_at))
                           : fragment<"[[added {}]]">(since),
          pages::button_form(request, fmt::format("/account/security/passkeys/{}/remove", key.id), tr<"Remove">(), {},
                             FormMarkup::Button::quiet, tr<"the passkey {}">(key.label)));
    }
    out += "</ul>\n";
  }
  if (!app.identity()->fresh(*request.principal, request.now)) {
    render<"<p><a class=\"button\" href=\"/confirm?next=/account/security\">[[Add a passkey]]</a></p>\n">(out);
  } else {
    render<
        "<form class=\"form\" method=\"post\" action=\"/account/security/passkeys\" "
        "data-passkey-register=\"/account/security/passkeys/options\" hidden>\n<input type=\"hidden\" name=\"csrf\" "
        "value=\"{}\"><div class=\"field\"><label for=\"passkey-label\">[[Name of the device]]</label><input "
        "id=\"passkey-label\" name=\"label\" type=\"text\" maxlength=\"100\" required autocomplete=\"off\"></div><div "
        "class=\"form-end\"><button class=\"button\" type=\"submit\">[[Add a passkey]]</button></div></form>\n<p "
        "class=\"note\" data-passkey-missing>[[This browser has no passkeys, or its JavaScript is off.]]</p>\n">(
        out, access::csrf(request));
  }
  out += "</section>\n";
  return Html::from_trusted(std::move(out));
}

/// What is stored is a list of steps: "password, recovery code".
std::string method_words(std::string_view method) {
  constexpr std::pair<std::string_view, Message> kSteps[] = {{"password", message<"password">},
                                                             {"code", message<"code">},
                                                             {"recovery code", message<"recovery code">},
                                                             {"passkey", message<"passkey">},
                                                             {"openid-connect", message<"sign-in elsewhere">},
                                                             {"demo", message<"demo">}};
  if (method.empty()) method = "password";
  std::string words;
  for (const auto step : text::split(method, ',')) {
    const auto name = text::trim(step);
    const auto* known = std::ranges::find(kSteps, name, [](const auto& each) { return each.first; });
    words += words.empty() ? "" : ", ";
    words += known == std::end(kSteps) ? name : known->second.text();
  }
  return words;
}

Html sessions_panel(const http::Request& request, const std::vector<engine::identity::SessionRow>& sessions) {
  std::string out;
  render<
      "<section class=\"panel\" id=\"sessions\"><h2>[[Where you have signed in]]</h2>\n<div class=\"table-wrap "
      "stack\"><table><thead><tr><th>[[Browser]]</th><th>[[Address]]</th><th>[[#way of signing "
      "in#By]]</th><th>[[Since]]</th><th>[[Last "
      "seen]]</th><th><span class=\"hidden\">[[Action]]</span></th></tr></thead><tbody>\n">(out);
  for (const auto& session : sessions) {
    render<
        "<tr><th scope=\"row\">{}</th><td data-label=\"[[Address]]\">{}</td><td data-label=\"[[#way of signing "
        "in#By]]\">{}</td><td "
        "data-label=\"[[Since]]\">{}</td><td data-label=\"[[Last seen]]\">{}</td><td>{}</td></tr>\n">(
        out, session.agent.empty() ? std::string{tr<"unknown">()} : text::shorten(session.agent, 90), session.address,
        method_words(session.method), pages::datetime_html(session.created_at),
        pages::datetime_html(session.last_seen_at),
        session.current
            ? fragment<"<span class=\"tag tag-fix\">[[this one]]</span>">()
            : pages::button_form(request, fmt::format("/account/security/sessions/{}/end", session.id),
                                 tr<"#a session#End">(), {}, FormMarkup::Button::quiet, tr<"this session">()));
  }
  out += "</tbody></table></div>\n";
  if (sessions.size() > 1) {
    out += pages::button_form(request, "/account/security/sessions/end", tr<"End all others">()).str();
  }
  out += "</section>\n";
  return Html::from_trusted(std::move(out));
}

Result<http::Response> security_page(App& app, const http::Request& request, const Form& password) {
  const auto& principal = *request.principal;
  TRY(const auto factors, app.identity()->factors(principal.person));
  TRY(const auto sessions, app.identity()->sessions(principal.person, principal.id));
  std::string out;
  render<"<h1>[[Security]]</h1>\n">(out);
  out += pages::error_summary(password).str();
  if (principal.must_add_factor) {
    render<
        "<div class=\"callout callout-warn\"><p>[[<strong>Your role needs a second factor.</strong> Add an "
        "authenticator app or a passkey; everything else opens then.]]</p></div>\n">(out);
  }
  out += "<div class=\"grid-2\">\n<div>\n";
  if (factors.password) out += password_panel(request, password).str();
  out += pages::outside_panel(app, request, factors).str();
  out += "</div><div>\n";
  out += app_panel(request, factors).str();
  out += passkey_panel(app, request, factors).str();
  out += "</div></div>\n";
  out += sessions_panel(request, sessions).str();
  return pages::form_page(app, request, pages::account_page(tr<"Security">(), kHere, std::move(out)), password);
}

Result<http::Response> show(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({pages::kNoticeParameter}));
  return security_page(app, request, {});
}

Result<http::Response> change_password(App& app, const http::Request& request) {
  TRY(auto form, Form::read(request, {"current", "password"}));
  const auto& principal = *request.principal;
  const auto changed = app.identity()->change_password(principal.person, form.raw("current"), form.raw("password"),
                                                       access::actor(request), principal.id);
  if (!changed) {
    if (changed.error().code == Error::Code::forbidden) {
      form.wrong("current", changed.error().message);
      return security_page(app, request, form);
    }
    if (changed.error().code == Error::Code::unavailable) {
      form.wrong("", changed.error().message);
      TRY(auto page, security_page(app, request, form));
      page.status = 429;
      return page;
    }
    TRY_VOID(form.take(changed.error()));
    return security_page(app, request, form);
  }
  return pages::done(kHere, "password-changed");
}

// --- authenticator app ---

Result<http::Response> app_page(App& app, const http::Request& request, const Form& form,
                                const engine::identity::Identity::TotpOffer& offer) {
  TRY(const auto picture, formats::otp::qr_svg(offer.uri, tr<"QR code for your authenticator app">()));
  std::string out;
  render<"<div class=\"narrow\"><h1>[[Set up an authenticator app]]</h1>\n">(out);
  out += pages::error_summary(form).str();
  render<"<ol class=\"steps\"><li><p>[[Scan this with the app, or type the key into it.]]</p>\n<div class=\"qr-box\">">(
      out);
  out += picture;
  out += "</div>\n";
  std::string grouped;
  for (std::size_t i = 0; i < offer.secret_base32.size(); i += 4) {
    grouped += (i == 0 ? "" : " ") + offer.secret_base32.substr(i, 4);
  }
  render<
      "<p>[[Key:]] <code class=\"secret\" data-copy=\"{}\" data-copy-label=\"[[the key]]\">{}</code></p></li>\n<li>">(
      out, offer.secret_base32, grouped);
  FormMarkup markup{request, "/account/security/app", form};
  // Sealed by the server: whoever has the page has the key anyhow, and cannot put another in its place.
  markup.hidden("sealed", offer.sealed);
  markup.input({.name = "code",
                .label = tr<"Code that the app shows now">(),
                .autocomplete = "one-time-code",
                .maxlength = 16,
                .required = true,
                .inputmode = "numeric",
                .code = true});
  out += markup.submit(tr<"Turn it on">(), FormMarkup::Button::normal, kHere).str();
  out += "</li></ol></div>\n";
  return pages::form_page(app, request, pages::account_page(tr<"Set up an authenticator app">(), kHere, std::move(out)),
                          form);
}

Result<http::Response> show_app(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({pages::kNoticeParameter}));
  if (auto first = pages::confirm_first(app, request, "/account/security/app")) return std::move(*first);
  TRY(const auto offer, app.identity()->offer_totp(request.principal->person));
  return app_page(app, request, {}, offer);
}

http::Response recovery_page(App& app, const http::Request& request, const std::vector<std::string>& codes) {
  std::string out;
  render<
      "<div class=\"narrow\"><h1>[[Recovery codes]]</h1>\n<p class=\"lead\">[[Each replaces your second factor once. "
      "Print them or write them down, and keep them where the device is not. They are shown only now.]]</p>\n<ul "
      "class=\"secrets\">">(out);
  for (const auto& code : codes) render<"<li><code>{}</code></li>">(out, code);
  render<"</ul>\n<p><a class=\"button\" href=\"/account/security\">[[I have kept them]]</a></p></div>\n">(out);
  return pages::form_page(app, request, pages::account_page(tr<"Recovery codes">(), kHere, std::move(out)), {});
}

Result<http::Response> confirm_app(App& app, const http::Request& request) {
  TRY(auto form, Form::read(request, {"sealed", "code"}));
  if (auto first = pages::confirm_first(app, request, "/account/security/app")) return std::move(*first);
  const auto codes = app.identity()->confirm_totp(request.principal->person, form.raw("sealed"), form.get("code"),
                                                  access::actor(request), request.principal->id);
  if (!codes) {
    TRY_VOID(form.take(codes.error()));
    // A new key: the old one has been on the screen for a while, and clocks that differ are found either way.
    TRY(const auto offer, app.identity()->offer_totp(request.principal->person));
    return app_page(app, request, form, offer);
  }
  if (codes->empty()) return pages::done(kHere, "factor-added");
  return recovery_page(app, request, *codes);
}

Result<http::Response> remove_app(App& app, const http::Request& request) {
  TRY(const auto form, Form::read(request, {}));
  if (auto first = pages::confirm_first(app, request, kHere)) return std::move(*first);
  TRY_VOID(app.identity()->remove_totp(request.principal->person, access::actor(request)));
  return pages::done(kHere, "factor-removed");
}

Result<http::Response> new_recovery_codes(App& app, const http::Request& request) {
  TRY(const auto form, Form::read(request, {}));
  if (auto first = pages::confirm_first(app, request, kHere)) return std::move(*first);
  TRY(const auto codes, app.identity()->new_recovery_codes(request.principal->person, access::actor(request)));
  return recovery_page(app, request, codes);
}

Result<http::Response> remove_passkey(App& app, const http::Request& request) {
  TRY(const auto form, Form::read(request, {}));
  const auto id = id_of(request);
  if (!id) return Error::not_found("passkey");
  if (auto first = pages::confirm_first(app, request, kHere)) return std::move(*first);
  TRY_VOID(app.identity()->remove_passkey(request.principal->person, *id, access::actor(request)));
  return pages::done(kHere, "passkey-removed");
}

// --- sessions ---

Result<http::Response> end_session(App& app, const http::Request& request) {
  TRY(const auto form, Form::read(request, {}));
  const auto id = id_of(request);
  if (!id) return Error::not_found("session");
  TRY_VOID(app.identity()->revoke_session(request.principal->person, *id, access::actor(request)));
  return pages::done(kHere, "session-ended");
}

Result<http::Response> end_sessions(App& app, const http::Request& request) {
  TRY(const auto form, Form::read(request, {}));
  const auto& principal = *request.principal;
  TRY_VOID(app.identity()->revoke_other_sessions(principal.person, principal.id, access::actor(request)));
  return pages::done(kHere, "sessions-ended");
}

}  // namespace

void add_security_routes(App& app, http::Router& router) {
  using http::Method;
  const auto own = [](http::Route& route) {
    route.session_only = true;
    route.before_second_factor = true;
  };
  const auto add = [&](Method method, std::string_view path, std::string name, auto function) {
    pages::add_page(
        router, method, kHere + std::string{path}, std::move(name), domain::Permission::signed_in,
        [&app, function](const http::Request& request) { return function(app, request); }, own);
  };
  add(Method::get, "", "security_page", show);
  add(Method::post, "/password", "password_change", change_password);
  add(Method::get, "/app", "authenticator_page", show_app);
  add(Method::post, "/app", "authenticator_add", confirm_app);
  add(Method::post, "/app/remove", "authenticator_remove", remove_app);
  add(Method::post, "/recovery", "recovery_codes_new", new_recovery_codes);
  add(Method::post, "/passkeys/{id}/remove", "passkey_remove", remove_passkey);
  add(Method::post, "/sessions/{id}/end", "session_end", end_session);
  add(Method::post, "/sessions/end", "sessions_end", end_sessions);
}

}  // namespace tocsin::portal
