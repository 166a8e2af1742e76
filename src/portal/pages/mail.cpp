#include <fmt/format.h>

#include "base/text.hpp"
#include "engine/post/desk.hpp"
#include "exchange/post_office.hpp"
#include "portal/access.hpp"
#include "portal/app.hpp"
#include "portal/html/template.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/layout.hpp"
#include "portal/pages/member_parts.hpp"

/// The outgoing post for the administrator: what waits, what failed and why, and what to do about it.
namespace tocsin::portal {
namespace {

namespace post = engine::post;
using domain::Permission;
using html::fragment;
using html::Html;
using html::render;
using pages::Form;
using pages::FormMarkup;

constexpr const char* kHere = "/admin/mail";

std::string_view words(store::MailPurpose purpose) {
  using enum store::MailPurpose;
  switch (purpose) {
    case invitation:
      return tr<"Invitation">();
    case email_proof:
      return tr<"Proof of an address">();
    case password_reset:
      return tr<"New password">();
    case alert:
      return tr<"#a mail#Alert">();
    case notice:
      return tr<"Notice about an account">();
    case test:
      return tr<"#a mail#Test">();
    case reset_request:
      return tr<"Request">();
  }
  return "";
}

void append_state(std::string& out, const App& app, const post::Desk& desk) {
  const auto trouble = app.office() != nullptr ? app.office()->trouble() : std::string{};
  if (!trouble.empty()) {
    render<
        "<p class=\"callout callout-error\">[[<b>The mail server takes nothing at this moment.</b> {}. Nothing is "
        "lost: it is tried again every few minutes. <code>tocsin doctor</code> looks at the settings.]]</p>\n">(
        out, trouble);
  } else if (desk.counts.given_up > 0) {
    render<
        "<p class=\"callout callout-warn\">[[<b>{}</b> could not be sent. Look at why, then try again or "
        "drop.]]</p>\n">(out, trn<"{} mail", "{} mails">(desk.counts.given_up, text::thousands(desk.counts.given_up)));
  } else if (desk.counts.waiting == 0) {
    render<"<p class=\"callout callout-good\">[[Everything has been sent.]]</p>\n">(out);
  }
}

Html row_state(const post::DeskRow& row, Timestamp now) {
  if (row.given_up) return fragment<"<span class=\"tag tag-warn\">[[#a mail#given up]]</span>">();
  if (row.next_try_at <= now) return fragment<"<span class=\"tag\">[[#a mail#waits]]</span>">();
  return fragment<"<span class=\"tag\">[[#a mail#waits]]</span> [[next try {}]]">(
      pages::datetime_html(row.next_try_at));
}

void append_rows(std::string& out, const http::Request& request, const post::Desk& desk) {
  if (desk.rows.empty()) return;
  render<
      "<div class=\"table-wrap stack\"><table><thead><tr><th>[[#a mail#To]]</th><th>[[What]]</th><th>[[Written]]</th>"
      "<th>[[State]]</th><th>[[Tries]]</th><th>[[Last problem]]</th><th><span class=\"hidden\">[[Actions]]</span></th>"
      "</tr></thead><tbody>\n">(out);
  for (const auto& row : desk.rows) {
    const auto path = fmt::format("{}/{}", kHere, row.id);
    const auto name = tr<"#a mail#{} to {}">(words(row.purpose), row.address);
    render<
        "<tr><th scope=\"row\">{}</th><td data-label=\"[[What]]\">{}</td><td data-label=\"[[Written]]\">{}</td>"
        "<td data-label=\"[[State]]\">{}</td><td data-label=\"[[Tries]]\">{}</td><td data-label=\"[[Last "
        "problem]]\">{}</td><td>{} {}</td></tr>\n">(
        out, row.address.empty() ? std::string{tr<"sealed by another key">()} : row.address, words(row.purpose),
        pages::datetime_html(row.created_at), row_state(row, request.now), row.attempts,
        row.problem.empty() ? std::string{tr<"#problem#none">()} : row.problem,
        pages::button_form(request, path + "/retry", tr<"Try again">(), {}, FormMarkup::Button::quiet, name),
        pages::button_form(request, path + "/drop", tr<"#a mail#Drop">(), {}, FormMarkup::Button::quiet, name));
  }
  out += "</tbody></table></div>\n";
  const auto all = desk.counts.waiting + desk.counts.given_up;
  if (all > static_cast<std::int64_t>(desk.rows.size())) {
    render<"<p class=\"note\">[[{} of {} are shown.]]</p>\n">(out, desk.rows.size(), text::thousands(all));
  }
}

http::Response off_page(App& app, const http::Request& request) {
  pages::Page page;
  page.title = tr<"Mail">();
  page.main = fragment<
      "<div class=\"page-head\"><h1>[[Mail]]</h1></div>\n<p class=\"callout\">[[No mail is sent here. "
      "Invitations and links for new passwords are shown to whoever makes them, to be handed on.]]</p>\n<p>[[To send "
      "them by mail, set <code>mail.url</code>, <code>mail.from</code> and <code>public_url</code> in "
      "<code>tocsin.toml</code>, look at <code>tocsin doctor</code>, and start the server again.]]</p>\n">();
  return pages::member_page(app, request, std::move(page), kHere);
}

Result<http::Response> show(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({pages::kNoticeParameter}));
  if (!app.mails()) return off_page(app, request);
  TRY(const auto desk, post::desk(app.database(), access::actor(request), *app.post()));
  std::string out;
  render<"<div class=\"page-head\"><h1>[[Mail]]</h1><div class=\"actions\">">(out);
  out += pages::button_form(request, std::string{kHere} + "/test", tr<"Send a test mail to me">()).str();
  if (!desk.rows.empty()) {
    out += ' ' + pages::button_form(request, std::string{kHere} + "/retry", tr<"Try all again">()).str();
  }
  out += "</div></div>\n";
  append_state(out, app, desk);
  out += "<dl class=\"kv\">\n";
  pages::append_fact(out, tr<"#mails#Waiting">(), text::thousands(desk.counts.waiting));
  if (desk.counts.oldest_waiting) {
    pages::append_fact(out, tr<"The oldest was written">(), pages::datetime_html(*desk.counts.oldest_waiting));
  }
  pages::append_fact(out, tr<"#mails#Given up">(), text::thousands(desk.counts.given_up));
  if (app.office() != nullptr) {
    pages::append_fact(out, tr<"Sent since the start">(),
                       text::thousands(static_cast<std::int64_t>(app.office()->counts().taken)));
  }
  out += "</dl>\n";
  append_rows(out, request, desk);
  render<
      "<p class=\"note\">[[What a mail says is not shown, for it may hold a link that lets in. From a shell on the "
      "server: <code>tocsin mail</code>.]]</p>\n">(out);
  pages::Page page;
  page.title = tr<"Mail">();
  page.main = Html::from_trusted(std::move(out));
  return pages::member_page(app, request, std::move(page), kHere);
}

void wake(const App& app) {
  if (app.office() != nullptr) app.office()->wake();
}

Result<http::Response> retry(App& app, const http::Request& request) {
  TRY_VOID(Form::read(request, {}));
  const auto id = pages::id_in_path(request, "mail");
  if (!id) return Error::not_found("mail");
  TRY_VOID(post::retry(app.database(), access::actor(request), id, request.now));
  wake(app);
  return pages::done(kHere, "mail-retry");
}

Result<http::Response> retry_all(App& app, const http::Request& request) {
  TRY_VOID(Form::read(request, {}));
  TRY_VOID(post::retry(app.database(), access::actor(request), std::nullopt, request.now));
  wake(app);
  return pages::done(kHere, "mail-retry");
}

Result<http::Response> drop(App& app, const http::Request& request) {
  TRY_VOID(Form::read(request, {}));
  const auto id = pages::id_in_path(request, "mail");
  if (!id) return Error::not_found("mail");
  TRY_VOID(post::drop(app.database(), access::actor(request), *id, request.now));
  return pages::done(kHere, "mail-dropped");
}

Result<http::Response> test(App& app, const http::Request& request) {
  TRY_VOID(Form::read(request, {}));
  if (!app.mails()) return pages::done(kHere);
  TRY_VOID(post::send_test(app.database(), access::actor(request), *app.post(), request.principal->email, request.now));
  wake(app);
  return pages::done(kHere, "mail-test");
}

}  // namespace

void add_mail_routes(App& app, http::Router& router) {
  pages::add_page(router, http::Method::get, kHere, "mail_page", Permission::administer,
                  [&app](const http::Request& request) { return show(app, request); });
  pages::add_action(app, router, "/admin/mail/retry", "mail_retry_all", Permission::administer, retry_all);
  pages::add_action(app, router, "/admin/mail/test", "mail_test", Permission::administer, test);
  pages::add_action(app, router, "/admin/mail/{mail}/retry", "mail_retry", Permission::administer, retry);
  pages::add_action(app, router, "/admin/mail/{mail}/drop", "mail_drop", Permission::administer, drop);
}

}  // namespace tocsin::portal
