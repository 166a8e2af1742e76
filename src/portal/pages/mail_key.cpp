#include "engine/post/mail_key.hpp"

#include <fmt/format.h>

#include "portal/access.hpp"
#include "portal/html/template.hpp"
#include "portal/pages/account.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/session.hpp"

/// The key that one's own mail is encrypted to.
namespace tocsin::portal {
namespace {

namespace post = engine::post;
using html::fragment;
using html::Html;
using html::render;
using pages::Form;
using pages::FormMarkup;
using store::MailOtherwise;

constexpr const char* kHere = "/account/mail-key";
constexpr const char* kRemove = "/account/mail-key/remove";

std::vector<pages::Option> otherwise_options() {
  return {{"notice", std::string{tr<"Send a notice that says that there is a message, and nothing of it">()}},
          {"nothing", std::string{tr<"Send nothing">()}}};
}

Html panel_of(const http::Request& request, const engine::post::MailKeyState& state) {
  const bool openpgp = state.row.kind == store::MailKeyRow::Kind::openpgp;
  std::string out;
  render<"<section class=\"panel\"><h2>[[Your key]]</h2>\n">(out);
  if (!state.key) {
    render<"<p class=\"callout callout-warn\">[[This key cannot be used any more: {}.]]</p>\n">(out, state.problem);
  } else if (!state.is_theirs(request.principal->email)) {
    render<
        "<p class=\"callout callout-warn\">[[The key does not say that it belongs to <strong>{}</strong>. Mail is "
        "encrypted to it all the same; look whether it is the right one.]]</p>\n">(out, request.principal->email);
  }
  render<"<dl class=\"kv\"><dt>[[Kind]]</dt><dd>{}</dd><dt>[[Fingerprint]]</dt><dd><code>{}</code></dd>\n">(
      out, openpgp ? "OpenPGP" : tr<"S/MIME certificate">(), formats::keys::grouped(state.row.fingerprint));
  if (state.key) {
    render<"<dt>[[Encrypts with]]</dt><dd>{}</dd><dt>[[Can be used until]]</dt><dd>{}</dd>\n">(
        out, state.key->algorithm,
        state.key->expires_at ? Html::from_text(format_rfc3339(*state.key->expires_at).substr(0, 10))
                              : fragment<"[[It does not expire]]">());
    std::string addresses;
    for (const auto& each : state.key->addresses) addresses += (addresses.empty() ? "" : ", ") + each;
    if (!addresses.empty()) render<"<dt>[[Belongs to]]</dt><dd>{}</dd>\n">(out, addresses);
  }
  out += "</dl>\n";
  out += pages::button_form(request, kRemove, tr<"Remove the key">(), {}, FormMarkup::Button::danger).str();
  out += "</section>\n";
  return Html::from_trusted(std::move(out));
}

Result<http::Response> key_page(App& app, const http::Request& request, Form form) {
  TRY(const auto state,
      engine::post::mail_key(app.database(), access::actor(request), request.principal->person, request.now));
  if (form.get("otherwise").empty()) {
    form.with("otherwise", state && state->row.otherwise == MailOtherwise::nothing ? "nothing" : "notice");
  }
  std::string out;
  render<"<h1>[[Encrypted mail]]</h1>\n">(out);
  out += pages::error_summary(form).str();
  render<
      "<p class=\"lead\">[[With a key of yours, mails of the portal to you are encrypted: on their way and in your "
      "mailbox nobody else reads subject and text.]]</p>\n<div class=\"grid-2\">\n">(out);
  FormMarkup markup{request, kHere, form};
  markup.textarea({.name = "key",
                   .label = state ? tr<"Another key">() : tr<"Public key">(),
                   .hint = tr<"An armoured OpenPGP public key, or a PEM certificate for S/MIME. Never a secret key.">(),
                   .maxlength = static_cast<int>(formats::keys::kPublicKeyBytesMax),
                   .required = !state,
                   .code = true},
                  10);
  markup.radios("otherwise", tr<"Where the key cannot be used, for it has expired">(), otherwise_options(),
                tr<"What a mail says is never sent unencrypted to you while there is a key.">());
  out += "<section class=\"panel\">" + markup.submit(tr<"Save">(), FormMarkup::Button::normal, "/account").str() +
         "</section>\n";
  out += state ? panel_of(request, *state).str() : "";
  render<
      "<section class=\"panel\"><h2>[[Good to know]]</h2><p>[[Keep the secret half: without it, a link for a new "
      "password cannot be read either, and an administrator of the CERT has to help. That a key was set or removed is "
      "told to you unencrypted. Sender, receiver, time and size of a mail stay visible.]]</p></section>\n</div>\n">(
      out);
  return pages::form_page(app, request, pages::account_page(tr<"Encrypted mail">(), "/account", std::move(out)), form);
}

Result<http::Response> show(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({pages::kNoticeParameter}));
  // Whoever sets a key decides who reads the mail: not from a browser that somebody left open.
  if (auto first = pages::confirm_first(app, request, kHere)) return std::move(*first);
  return key_page(app, request, {});
}

Result<http::Response> save(App& app, const http::Request& request) {
  TRY(auto form, Form::read(request, {"key", "otherwise"}));
  if (auto first = pages::confirm_first(app, request, kHere)) return std::move(*first);
  const auto chosen = form.get("otherwise");
  if (chosen != "notice" && chosen != "nothing") {
    form.wrong("otherwise", tr<"Choose one of the two.">());
    return key_page(app, request, std::move(form));
  }
  const auto otherwise = chosen == "nothing" ? MailOtherwise::nothing : MailOtherwise::notice;
  auto& database = app.database();
  const auto person = request.principal->person;
  const auto actor = access::actor(request);
  TRY(const auto there, post::mail_key(database, actor, person, request.now));
  const auto saved =
      there && form.get("key").empty()
          ? post::set_mail_otherwise(database, actor, person, otherwise, request.now)
          : post::set_mail_key(database, actor, person, form.get("key"), otherwise, app.post(), request.now);
  if (!saved) {
    TRY_VOID(form.take(saved.error()));
    return key_page(app, request, std::move(form));
  }
  return pages::done(kHere, "saved");
}

Result<http::Response> remove(App& app, const http::Request& request) {
  TRY_VOID(Form::read(request, {}));
  if (auto first = pages::confirm_first(app, request, kHere)) return std::move(*first);
  TRY_VOID(post::remove_mail_key(app.database(), access::actor(request), request.principal->person, app.post(),
                                 request.now));
  return pages::done(kHere, "removed");
}

}  // namespace

namespace pages {

void add_mail_key_routes(App& app, http::Router& router) {
  const auto own = [](http::Route& route) { route.session_only = true; };
  const auto add = [&](http::Method method, const char* path, const char* name, auto function) {
    add_page(
        router, method, path, name, domain::Permission::signed_in,
        [&app, function](const http::Request& request) { return function(app, request); }, own);
  };
  add(http::Method::get, kHere, "mail_key_page", show);
  add(http::Method::post, kHere, "mail_key_save", save);
  add(http::Method::post, kRemove, "mail_key_remove", remove);
}

}  // namespace pages
}  // namespace tocsin::portal
