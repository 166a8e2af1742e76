#include "portal/pages/account.hpp"

#include <fmt/format.h>

#include "engine/members/members.hpp"
#include "portal/access.hpp"
#include "portal/html/template.hpp"
#include "portal/http/cookie.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/layout.hpp"
#include "portal/pages/session.hpp"
#include "portal/pages/site.hpp"

/// One's own profile, the data that is stored about one, and its end.
namespace tocsin::portal {
namespace pages {

using html::attribute_if;
using html::Html;
using html::render;
using html::Url;

Page account_page(std::string_view title, std::string_view current, std::string body) {
  struct Tab {
    const char* path;
    Message label;
  };
  constexpr Tab kTabs[] = {{"/account", message<"Profile">},
                           {"/notifications", message<"Notifications">},
                           {"/account/security", message<"Security">},
                           {"/account/tokens", message<"Tokens">}};
  std::string out;
  render<"<nav class=\"tabs\" aria-label=\"[[Account]]\"><ul>">(out);
  for (const auto& tab : kTabs) {
    render<"<li><a href=\"{}\" {}>{}</a></li>">(out, Url::own(tab.path),
                                                attribute_if<"aria-current">(tab.path == current, "page"), tab.label);
  }
  out += "</ul></nav>\n";
  Page page;
  page.title = title;
  page.noindex = true;
  page.main = Html::from_trusted(std::move(out) + std::move(body));
  return page;
}

}  // namespace pages

namespace {

namespace members = engine::members;
using html::fragment;
using html::Html;
using html::render;
using pages::Form;
using pages::FormMarkup;

Html seats_panel(const engine::identity::Principal& principal) {
  if (principal.seats.empty()) {
    return fragment<
        "<section class=\"panel\"><h2>[[Organisations]]</h2><p>[[You are in no organisation now: you read what is "
        "public.]]</p></section>\n">();
  }
  std::string out;
  render<
      "<section class=\"panel\"><h2>[[Organisations]]</h2>\n<div class=\"table-wrap "
      "stack\"><table><thead><tr><th>[[Organisation]]</th><th>[[Your "
      "roles]]</th><th>[[Now]]</th></tr></thead><tbody>\n">(out);
  for (const auto& seat : principal.seats) {
    std::string roles;
    for (const auto role : domain::all_roles()) {
      if (seat.roles.has(role)) roles += (roles.empty() ? "" : ", ") + std::string{tr_text(domain::name(role))};
    }
    const bool current = principal.viewer.organisation == seat.organisation;
    render<
        "<tr><th scope=\"row\">{}</th><td data-label=\"[[Roles]]\">{}</td><td data-label=\"[[Now]]\">{}</td></tr>\n">(
        out, seat.name, roles,
        current       ? tr<"You act for it">()
        : seat.active ? tr<"Active">()
                      : tr<"Not active">());
  }
  out += "</tbody></table></div></section>\n";
  return Html::from_trusted(std::move(out));
}

http::Response profile_page(App& app, const http::Request& request, const domain::Person& person, const Form& form) {
  const auto& principal = *request.principal;
  std::string out;
  render<"<h1>[[Profile]]</h1>\n">(out);
  out += pages::error_summary(form).str();
  FormMarkup markup{request, "/account", form};
  markup.input({.name = "name", .label = tr<"Name">(), .autocomplete = "name", .required = true});
  markup.select({.name = "language", .label = tr<"Language">(), .hint = tr<"Of these pages, and of mails to you.">()},
                pages::language_options(tr<"As the browser says">()));
  markup.select(
      {.name = "time_zone", .label = tr<"Time zone">(), .hint = tr<"Dates on these pages are told on its clocks.">()},
      pages::zone_options(tr<"As the site: {}">(app.site()->zone->name()), form.raw("time_zone")));
  render<"<div class=\"grid-2\">\n<section class=\"panel\"><h2>[[About you]]</h2>\n">(out);
  render<
      "<dl class=\"kv\"><dt>[[E-mail address]]</dt><dd>{}{} <a "
      "href=\"/account/address\">[[Change]]</a></dd>\n<dt>[[Encrypted mail]]</dt><dd><a "
      "href=\"/account/mail-key\">[[Your key]]</a></dd></dl>\n">(
      out, person.email,
      person.email_verified_at ? Html{} : fragment<" <span class=\"tag\">[[not confirmed]]</span>">());
  out += markup.submit(tr<"Save">()).str();
  out += "</section>\n<div>\n";
  out += seats_panel(principal).str();
  render<
      "<section class=\"panel\"><h2>[[Your data]]</h2><p>[[Everything that is stored about you, as one JSON "
      "file.]]</p>\n<p><a class=\"button-quiet\" href=\"/account/data\" download>[[Download]]</a></p>\n<p>[[You can "
      "have your account erased, with name, address, password, sessions and tokens. What you did stays in the audit "
      "log under a number.]]</p>\n<p><a href=\"/account/erase\">[[Erase the "
      "account]]</a></p></section>\n</div></div>\n">(out);
  return pages::form_page(app, request, pages::account_page(tr<"Profile">(), "/account", std::move(out)), form);
}

Result<domain::Person> own_person(App& app, const http::Request& request) {
  TRY(const auto found, members::find_person(app.database(), access::actor(request), request.principal->person));
  if (!found) return Error::not_found("account");
  return found->person;
}

/// Which of the languages offered the stored one is; it may be finer, "de-AT", or one that the portal does not speak.
std::string offered_language(const domain::Person& person) {
  auto language = Language::en;
  return parse_language(person.language, language) ? std::string{tag_of(language)} : std::string{};
}

Result<http::Response> show_profile(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({pages::kNoticeParameter}));
  TRY(const auto person, own_person(app, request));
  Form form;
  form.with("name", person.name).with("language", offered_language(person)).with("time_zone", person.time_zone);
  return profile_page(app, request, person, form);
}

Result<http::Response> save_profile(App& app, const http::Request& request) {
  TRY(auto form, Form::read(request, {"name", "language", "time_zone"}));
  TRY(const auto person, own_person(app, request));
  members::PersonInput input;
  input.name = form.get("name");
  // The address identifies: it is changed with proof (address.cpp), or by those who manage people.
  input.email = person.email;
  input.language = form.get("language");
  auto known = Language::en;
  if (input.language == offered_language(person)) {
    input.language = person.language;
  } else if (!input.language.empty() && !parse_language(input.language, known)) {
    form.wrong("language", tr<"Choose a language from the list.">());
    return profile_page(app, request, person, form);
  }
  input.time_zone = form.get("time_zone");
  const auto saved = members::change_person(app.database(), access::actor(request), person.id, input, request.now);
  if (!saved) {
    TRY_VOID(form.take(saved.error()));
    return profile_page(app, request, person, form);
  }
  TRY_VOID(app.identity()->refresh());
  // A language chosen in this browser before would hide what was just saved.
  auto response = pages::done("/account", "saved");
  return response.with(
      "Set-Cookie",
      http::set_cookie({.name = access::kLanguageCookie, .value = "", .secure = request.tls, .max_age_s = 0}));
}

Result<http::Response> data(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  TRY(auto text,
      members::export_person(app.database(), access::actor(request), request.principal->person, request.now));
  auto response = http::Response::json(std::move(text));
  response.cache_control = "no-store";
  return response.with("Content-Disposition", "attachment; filename=\"tocsin-my-data.json\"");
}

http::Response erase_page(App& app, const http::Request& request, const Form& form) {
  std::string out;
  render<"<div class=\"narrow\"><h1>[[Erase the account]]</h1>\n">(out);
  out += pages::error_summary(form).str();
  render<
      "<p class=\"lead\">[[This cannot be undone. {} loses name, address, password, second factors, sessions, tokens "
      "and memberships at once.]]</p>\n">(out, request.principal->email);
  FormMarkup markup{request, "/account/erase", form};
  markup.input(
      {.name = "email", .label = tr<"Type your e-mail address to go on">(), .maxlength = 254, .required = true});
  out += "<div class=\"panel\">" + markup.submit(tr<"Erase for good">(), FormMarkup::Button::danger, "/account").str() +
         "</div></div>\n";
  return pages::form_page(app, request, pages::account_page(tr<"Erase the account">(), "/account", std::move(out)),
                          form);
}

Result<http::Response> show_erase(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({pages::kNoticeParameter}));
  if (auto first = pages::confirm_first(app, request, "/account/erase")) return std::move(*first);
  return erase_page(app, request, {});
}

Result<http::Response> erase(App& app, const http::Request& request) {
  TRY(auto form, Form::read(request, {"email"}));
  if (auto first = pages::confirm_first(app, request, "/account/erase")) return std::move(*first);
  if (form.get("email") != request.principal->email) {
    form.wrong("email", tr<"That is not the address of this account.">());
    return erase_page(app, request, form);
  }
  const auto erased =
      members::erase_person(app.database(), access::actor(request), request.principal->person, request.now);
  if (!erased) {
    TRY_VOID(form.take(erased.error()));
    return erase_page(app, request, form);
  }
  TRY_VOID(app.identity()->refresh());
  const auto names = access::cookie_names(app, request);
  auto response = pages::done("/sign-in", "erased");
  return response.with("Set-Cookie",
                       http::set_cookie({.name = names.session, .value = "", .secure = names.secure, .max_age_s = 0}));
}

}  // namespace

void add_account_routes(App& app, http::Router& router) {
  using domain::Permission;
  using http::Method;
  const auto bind = [&app](auto function) {
    return [&app, function](const http::Request& request) { return function(app, request); };
  };
  const auto own = [](http::Route& route) { route.session_only = true; };
  const auto add = [&](Method method, std::string pattern, std::string name, http::Handler handler) {
    pages::add_page(router, method, std::move(pattern), std::move(name), Permission::signed_in, std::move(handler),
                    own);
  };
  add(Method::get, "/account", "account_page", bind(show_profile));
  add(Method::post, "/account", "account_save", bind(save_profile));
  add(Method::get, "/account/data", "account_data", bind(data));
  add(Method::get, "/account/erase", "account_erase_page", bind(show_erase));
  add(Method::post, "/account/erase", "account_erase", bind(erase));
  pages::add_mail_key_routes(app, router);
}

}  // namespace tocsin::portal
