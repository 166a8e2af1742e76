#include <charconv>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "portal/access.hpp"
#include "portal/html/template.hpp"
#include "portal/pages/account.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/session.hpp"

/// Tokens with which programs act for a person in an organisation, as pages and API; and /api/v1/me.
namespace tocsin::portal {
namespace {

using boost::json::array;
using boost::json::object;
using engine::identity::NewToken;
using engine::identity::Principal;
using engine::identity::TokenRow;
using html::fragment;
using html::Html;
using html::render;
using pages::Form;
using pages::FormMarkup;
using pages::Option;

constexpr const char* kHere = "/account/tokens";
constexpr std::int64_t kDayMicros = std::int64_t{86'400} * 1'000'000;

struct Lifetime {
  std::string_view value;
  Message label;
  int days;
};
constexpr Lifetime kLifetimes[] = {{"30", message<"30 days">, 30},
                                   {"90", message<"90 days">, 90},
                                   {"180", message<"180 days">, 180},
                                   {"365", message<"a year">, 365}};

std::optional<std::int64_t> id_of(const http::Request& request) {
  const auto text = request.parameter("id");
  std::int64_t id = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (failed != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return id;
}

std::string_view seat_name(const Principal& principal, domain::OrganisationId organisation) {
  for (const auto& seat : principal.seats) {
    if (seat.organisation == organisation) return seat.name;
  }
  return {};
}

Result<domain::OrganisationId> acted_for(const Principal& principal) {
  if (!principal.viewer.organisation) {
    return Error::invalid(std::string{tr<"A token acts for an organisation, and you act for none now.">()});
  }
  return *principal.viewer.organisation;
}

// --- pages ---

Html state_of(const TokenRow& token, Timestamp now) {
  if (token.revoked_at) return fragment<"[[revoked {}]]">(pages::date_html(*token.revoked_at));
  if (token.expires_at <= now) return fragment<"[[expired {}]]">(pages::date_html(token.expires_at));
  return fragment<"[[until {}]]">(pages::date_html(token.expires_at));
}

Html name_html(const TokenRow& token) {
  if (!token.certificate) return Html::from_text(token.name);
  return fragment<"{}<br><span class=\"note\">certificate {}, SHA-256 <code>{}...</code></span>">(
      token.name, token.subject, token.fingerprint.substr(0, 16));
}

Result<http::Response> show(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({pages::kNoticeParameter}));
  const auto& principal = *request.principal;
  TRY(const auto tokens, app.identity()->tokens(principal.person));
  std::string out;
  render<"<div class=\"page-head\"><h1>[[Tokens for programs]]</h1>">(out);
  if (principal.viewer.organisation) render<"<a class=\"button\" href=\"/account/tokens/new\">[[New token]]</a>">(out);
  render<
      "</div>\n<p class=\"lead\">[[A program that asks the <a href=\"/api\">API</a> with a token sees and may what you "
      "may, within the token's scopes, for the organisation that you act for when you make it.]]</p>\n">(out);
  if (tokens.empty()) {
    render<"<p class=\"panel\">[[You have none.]]</p>\n">(out);
  } else {
    render<
        "<div class=\"table-wrap "
        "stack\"><table><thead><tr><th>[[Name]]</th><th>[[Organisation]]</th><th>[[Scopes]]</"
        "th><th>[[#networks#From]]</"
        "th><th>[[Last used]]</th><th>[[Valid]]</th><th><span "
        "class=\"hidden\">[[Action]]</span></th></tr></thead><tbody>\n">(out);
    for (const auto& token : tokens) {
      const bool alive = !token.revoked_at && token.expires_at > request.now;
      const auto used = token.last_used_at
                            ? fragment<"{} {}">(pages::date_html(*token.last_used_at), token.last_used_address)
                            : Html::from_text(tr<"never">());
      render<
          "<tr><th scope=\"row\">{}</th><td data-label=\"[[Organisation]]\">{}</td><td "
          "data-label=\"[[Scopes]]\">{}</td><td data-label=\"[[#networks#From]]\">{}</td><td data-label=\"[[Last "
          "used]]\">{}</td><td data-label=\"[[Valid]]\">{}</td><td>{}</td></tr>\n">(
          out, name_html(token), seat_name(principal, token.organisation),
          fmt::format("{}", fmt::join(token.scopes, ", ")),
          token.networks.empty() ? std::string{tr<"anywhere">()} : fmt::format("{}", fmt::join(token.networks, ", ")),
          used, state_of(token, request.now),
          alive ? pages::button_form(request, fmt::format("/account/tokens/{}/revoke", token.id), tr<"Revoke">(), {},
                                     FormMarkup::Button::quiet, tr<"the token {}">(token.name))
                : Html{});
    }
    out += "</tbody></table></div>\n";
  }
  return pages::form_page(app, request, pages::account_page(tr<"Tokens for programs">(), kHere, std::move(out)), {});
}

http::Response new_page(App& app, const http::Request& request, const Form& form) {
  const auto& principal = *request.principal;
  std::vector<Option> scopes;
  for (const auto& scope : engine::identity::scopes()) {
    scopes.push_back({std::string{scope.name}, std::string{scope.name}, std::string{tr_text(scope.meaning)}});
  }
  std::vector<Option> lifetimes;
  for (const auto& each : kLifetimes) lifetimes.push_back({std::string{each.value}, std::string{each.label.text()}});
  std::string out;
  render<"<div class=\"narrow\"><h1>[[New token]]</h1>\n">(out);
  out += pages::error_summary(form).str();
  if (principal.viewer.organisation) {
    render<"<p class=\"lead\">[[It acts for {}.]]</p>\n">(out, seat_name(principal, *principal.viewer.organisation));
  }
  FormMarkup markup{request, kHere, form};
  markup.input({.name = "name",
                .label = tr<"Name">(),
                .hint = tr<"What it is for and where it runs: \"SIEM import, plant 2\".">(),
                .maxlength = 100,
                .required = true,
                .autofocus = true});
  markup.checkboxes("scopes", tr<"Scopes">(), scopes, tr<"As few as the program needs.">());
  markup.select({.name = "days", .label = tr<"Valid for">(), .required = true}, lifetimes);
  markup.textarea({.name = "networks",
                   .label = tr<"Only from these networks">(),
                   .hint = tr<"One a line, such as 192.0.2.0/24 or 2001:db8::/32. Empty: from anywhere.">(),
                   .maxlength = 2000,
                   .code = true},
                  3);
  if (app.settings().client_certificates) {
    markup.textarea(
        {.name = "certificate",
         .label = tr<"Client certificate">(),
         .hint = tr<"PEM. The program proves itself by it, in TLS, instead of a secret. Empty: a secret.">(),
         .maxlength = 20'000,
         .code = true},
        4);
  }
  out += "<div class=\"panel\">" + markup.submit(tr<"Make the token">(), FormMarkup::Button::normal, kHere).str() +
         "</div></div>\n";
  return pages::form_page(app, request, pages::account_page(tr<"New token">(), kHere, std::move(out)), form);
}

Result<http::Response> show_new(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({pages::kNoticeParameter}));
  if (auto first = pages::confirm_first(app, request, "/account/tokens/new")) return std::move(*first);
  Form form;
  form.with("scopes", "read").with("days", "90");
  return new_page(app, request, form);
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  for (const auto line : text::split(text, '\n')) {
    if (const auto trimmed = text::trim(line); !trimmed.empty()) lines.emplace_back(trimmed);
  }
  return lines;
}

Result<http::Response> create(App& app, const http::Request& request) {
  TRY(auto form, Form::read(request, {"name", "days", "networks", "certificate"}, {"scopes"}));
  if (auto first = pages::confirm_first(app, request, "/account/tokens/new")) return std::move(*first);
  const auto& principal = *request.principal;
  const auto* lifetime = std::find_if(std::begin(kLifetimes), std::end(kLifetimes),
                                      [&](const Lifetime& each) { return each.value == form.raw("days"); });
  if (lifetime == std::end(kLifetimes)) {
    form.wrong("days", tr<"Choose how long it is valid.">());
    return new_page(app, request, form);
  }
  NewToken wanted;
  wanted.name = form.get("name");
  wanted.scopes = form.all("scopes");
  wanted.networks = lines_of(form.raw("networks"));
  wanted.expires_at = Timestamp{request.now.micros + lifetime->days * kDayMicros};
  const auto pem = form.get("certificate");
  const auto secret = [&]() -> Result<std::string> {
    TRY(const auto organisation, acted_for(principal));
    if (!pem.empty()) {
      TRY_VOID(
          app.identity()->register_certificate(principal.person, organisation, wanted, pem, access::actor(request)));
      return std::string{};
    }
    return app.identity()->create_token(principal.person, organisation, wanted, access::actor(request));
  }();
  if (!secret) {
    TRY_VOID(form.take(secret.error()));
    return new_page(app, request, form);
  }
  if (!pem.empty()) return pages::done(kHere, "certificate-registered");
  std::string out;
  render<
      "<div class=\"narrow\"><h1>[[The token]]</h1>\n<p class=\"lead\">[[Put it where <strong>{}</strong> finds it. It "
      "is shown only now; we keep no copy.]]</p>\n<p class=\"panel\"><code class=\"secret\" data-copy "
      "data-copy-label=\"[[the token]]\">{}</code></p>\n<p class=\"note\">[[Programs send it as <code>Authorization: "
      "Bearer ...</code>]]</p>\n<p><a class=\"button\" href=\"/account/tokens\">[[I have kept it]]</a></p></div>\n">(
      out, wanted.name, *secret);
  return pages::form_page(app, request, pages::account_page(tr<"The token">(), kHere, std::move(out)), {});
}

Result<http::Response> revoke(App& app, const http::Request& request) {
  TRY(const auto form, Form::read(request, {}));
  const auto id = id_of(request);
  if (!id) return Error::not_found("token");
  TRY_VOID(app.identity()->revoke_token(request.principal->person, *id, access::actor(request)));
  return pages::done(kHere, "token-revoked");
}

// --- API ---

http::Response private_json(const object& body, int status = 200) {
  auto response = http::Response::json(json::write(body), status);
  response.cache_control = "no-store";
  return response;
}

array strings(const std::vector<std::string>& texts) {
  array made;
  for (const auto& text : texts) made.emplace_back(text);
  return made;
}

array roles_json(domain::Roles roles) {
  array made;
  for (const auto role : domain::all_roles()) {
    if (roles.has(role)) made.emplace_back(domain::slug(role));
  }
  return made;
}

Result<http::Response> me(const http::Request& request) {
  TRY_VOID(request.only_known({}));
  const auto& principal = *request.principal;
  object person;
  person["id"] = principal.person.value;
  person["name"] = principal.person_name;
  person["email"] = principal.email;
  person["language"] = principal.language;
  person["time_zone"] = principal.time_zone;
  object body;
  body["person"] = std::move(person);
  body["organisation"] = nullptr;
  array organisations;
  for (const auto& seat : principal.seats) {
    object each;
    each["id"] = seat.organisation.value;
    each["name"] = seat.name;
    each["roles"] = roles_json(seat.roles);
    each["active"] = seat.active;
    if (principal.viewer.organisation == seat.organisation) body["organisation"] = each;
    organisations.push_back(std::move(each));
  }
  body["organisations"] = std::move(organisations);
  array permissions;
  for (const auto permission : domain::all_permissions()) {
    if (principal.may(permission)) permissions.emplace_back(domain::slug(permission));
  }
  body["permissions"] = std::move(permissions);
  body["by"] = principal.by == Principal::By::session ? "session"
               : principal.by == Principal::By::token ? "token"
                                                      : "certificate";
  body["scopes"] = strings(principal.scopes);
  body["expires_at"] = format_rfc3339(principal.expires_at);
  return private_json(body);
}

object token_json(const TokenRow& token) {
  object made;
  made["id"] = token.id;
  made["name"] = token.name;
  made["organisation"] = token.organisation.value;
  made["kind"] = token.certificate ? "certificate" : "secret";
  made["subject"] = token.subject;
  made["fingerprint"] = token.fingerprint;
  made["scopes"] = strings(token.scopes);
  made["networks"] = strings(token.networks);
  made["created_at"] = format_rfc3339(token.created_at);
  made["expires_at"] = format_rfc3339(token.expires_at);
  made["last_used_at"] = nullptr;
  made["last_used_from"] = nullptr;
  if (token.last_used_at) {
    made["last_used_at"] = format_rfc3339(*token.last_used_at);
    made["last_used_from"] = token.last_used_address;
  }
  made["revoked_at"] = nullptr;
  if (token.revoked_at) made["revoked_at"] = format_rfc3339(*token.revoked_at);
  return made;
}

Result<http::Response> list_tokens(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  TRY(const auto tokens, app.identity()->tokens(request.principal->person));
  array items;
  for (const auto& token : tokens) items.push_back(token_json(token));
  const auto total = static_cast<std::int64_t>(items.size());
  return private_json(pages::page_json(std::move(items), "", total));
}

Result<std::vector<std::string>> string_list(const boost::json::value& from, std::string_view name) {
  std::vector<std::string> texts;
  const auto* found = json::find(from, name);
  if (found == nullptr) return texts;
  if (!found->is_array()) return Error::invalid(fmt::format("'{}' is a list of strings", name), std::string{name});
  for (const auto& each : found->as_array()) {
    if (!each.is_string()) return Error::invalid(fmt::format("'{}' is a list of strings", name), std::string{name});
    texts.emplace_back(each.as_string());
  }
  return texts;
}

Result<NewToken> new_token_of(std::string_view body) {
  TRY(const auto parsed, json::parse(body));
  const auto& root = parsed.root();
  if (!root.is_object()) return Error::invalid("the body is a JSON object");
  for (const auto& [name, value] : root.as_object()) {
    if (name != "name" && name != "scopes" && name != "networks" && name != "expires_at" && name != "certificate") {
      return Error::invalid(fmt::format("a new token has no '{}'", text::shorten(std::string_view{name}, 64)));
    }
  }
  if (const auto* certificate = json::find(root, "certificate"); certificate != nullptr && !certificate->is_string()) {
    return Error::invalid("'certificate' is a text in PEM", "certificate");
  }
  NewToken token;
  token.name = std::string{json::string_at(root, "name")};
  TRY(token.scopes, string_list(root, "scopes"));
  TRY(token.networks, string_list(root, "networks"));
  const auto expires = parse_rfc3339(json::string_at(root, "expires_at"));
  if (!expires) return Error::invalid("'expires_at' is a time such as 2026-12-31T00:00:00Z", "expires_at");
  token.expires_at = *expires;
  return token;
}

/// new_token_of has checked the body's form.
std::string certificate_of(std::string_view body) {
  const auto parsed = json::parse(body);
  return parsed ? std::string{json::string_at(parsed->root(), "certificate")} : std::string{};
}

Result<http::Response> create_by_api(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  const auto& principal = *request.principal;
  if (!app.identity()->fresh(principal, request.now)) {
    return Error::forbidden("Making a token asks for a recent proof of who you are: see /confirm.");
  }
  TRY(const auto wanted, new_token_of(request.body));
  TRY(const auto organisation, acted_for(principal));
  object body;
  if (const auto pem = certificate_of(request.body); !pem.empty()) {
    TRY_VOID(app.identity()->register_certificate(principal.person, organisation, wanted, pem, access::actor(request)));
    body["token"] = nullptr;
  } else {
    TRY(body["token"], app.identity()->create_token(principal.person, organisation, wanted, access::actor(request)));
  }
  body["name"] = wanted.name;
  body["expires_at"] = format_rfc3339(wanted.expires_at);
  return private_json(body, 201);
}

Result<http::Response> revoke_by_api(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  const auto id = id_of(request);
  if (!id) return Error::not_found("token");
  TRY_VOID(app.identity()->revoke_token(request.principal->person, *id, access::actor(request)));
  return http::Response::nothing();
}

}  // namespace

void add_token_routes(App& app, http::Router& router) {
  using domain::Permission;
  using http::Method;
  const auto bind = [&app](auto function) {
    return [&app, function](const http::Request& request) { return function(app, request); };
  };
  const auto own = [](http::Route& route) { route.session_only = true; };
  const auto page = [&](Method method, std::string pattern, std::string name, http::Handler handler) {
    pages::add_page(router, method, std::move(pattern), std::move(name), Permission::signed_in, std::move(handler),
                    own);
  };
  page(Method::get, kHere, "tokens_page", bind(show));
  page(Method::post, kHere, "tokens_create_page", bind(create));
  page(Method::get, "/account/tokens/new", "tokens_new_page", bind(show_new));
  page(Method::post, "/account/tokens/{id}/revoke", "tokens_revoke_page", bind(revoke));

  const auto api = [&](Method method, std::string pattern, std::string name, std::string summary, bool session_only,
                       http::Handler handler) {
    pages::add_page(router, method, std::move(pattern), std::move(name), Permission::signed_in, std::move(handler),
                    [&](http::Route& route) {
                      route.summary = std::move(summary);
                      route.session_only = session_only;
                    });
  };
  api(Method::get, "/api/v1/me", "me", "Who the session or token stands for, and what it may do.", false, me);
  api(Method::get, "/api/v1/tokens", "tokens", "Your tokens.", true, bind(list_tokens));
  api(Method::post, "/api/v1/tokens", "token_create", "Makes a token.", true, bind(create_by_api));
  api(Method::delete_, "/api/v1/tokens/{id}", "token_revoke", "Revokes a token.", true, bind(revoke_by_api));
}

}  // namespace tocsin::portal
