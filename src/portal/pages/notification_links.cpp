#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "base/hash.hpp"
#include "engine/notify/subscriptions.hpp"
#include "formats/feed/atom.hpp"
#include "portal/access.hpp"
#include "portal/html/template.hpp"
#include "portal/pages/account.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/layout.hpp"
#include "portal/pages/session.hpp"

/// What an address that holds a secret leads to, whoever has it: the way out of letters, and one's own feed.
namespace tocsin::portal {
namespace {

namespace notify = engine::notify;
using domain::Permission;
using html::Html;
using html::render;
using pages::FormMarkup;

http::Response plain_page(App& app, const http::Request& request, std::string title, std::string body,
                          int status = 200) {
  pages::Page page;
  page.title = std::move(title);
  page.noindex = true;
  page.main = Html::from_trusted(std::move(body));
  auto response = pages::render_page(app, request, page, status);
  response.cache_control = "no-store";
  return response;
}

http::Response dead_letter(App& app, const http::Request& request) {
  std::string out;
  render<
      "<div class=\"narrow\"><h1>[[This link is not valid]]</h1><p>[[It belongs to no letter that is known here. Sign "
      "in to "
      "change <a href=\"/notifications\">what you are told</a>.]]</p></div>\n">(out);
  return plain_page(app, request, std::string{tr<"This link is not valid">()}, std::move(out), 404);
}

Result<http::Response> ask_unsubscribe(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  const auto token = request.parameter("token");
  TRY(const auto found, notify::of_letter(app.database(), token));
  if (!found) return dead_letter(app, request);
  std::string out;
  render<"<div class=\"narrow\"><h1>[[Unsubscribe]]</h1>\n">(out);
  if (found->empty()) {
    render<"<p>[[No subscription that led to this letter sends mail any more.]]</p>\n">(out);
  } else {
    // Their names stay with who signs in: the letter may have been passed on.
    render<"<p>{}</p>\n">(
        out, trn<"The subscription that led to this letter will send you no more mail once you press the button.",
                 "The {} subscriptions that led to this letter will send you no more mail once you "
                 "press the button.">(static_cast<std::int64_t>(found->size()), found->size()));
    out += pages::button_form(request, fmt::format("/unsubscribe/{}", token), tr<"No more mail">(), {},
                              FormMarkup::Button::normal)
               .str();
  }
  render<
      "<p class=\"note\">[[Everything else is set on the page <a "
      "href=\"/notifications\">Notifications</a>.]]</p></div>\n">(out);
  return plain_page(app, request, std::string{tr<"Unsubscribe">()}, std::move(out));
}

/// The page's button, or a mail program that sends List-Unsubscribe=One-Click and reads nothing but the status (RFC
/// 8058 section 3.1 wants no redirect).
Result<http::Response> unsubscribe(App& app, const http::Request& request) {
  const auto done =
      notify::unsubscribe(app.database(), access::actor(request), request.parameter("token"), request.now);
  if (!done) {
    if (done.error().code == Error::Code::not_found) return dead_letter(app, request);
    return done.error();
  }
  std::string out;
  render<
      "<div class=\"narrow\"><h1>[[You are unsubscribed]]</h1><p>[[No more such mail is sent. To take it up again, "
      "sign in "
      "and open <a href=\"/notifications\">Notifications</a>.]]</p></div>\n">(out);
  return plain_page(app, request, std::string{tr<"You are unsubscribed">()}, std::move(out));
}

/// An IRI that never changes, whatever address the portal gets (RFC 4287 section 4.2.6): of a hash of what it names.
std::string permanent_id(std::string_view name) { return "urn:sha256:" + sha256_hex(name); }

Result<http::Response> feed(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({"token"}));
  const auto token = request.query.get("token");
  TRY(const auto rows,
      notify::feed(app.database(), token, app.identity() != nullptr && app.identity()->factors_by_role(), request.now));
  const auto base = app.base_url(request);
  formats::feed::AtomFeed atom;
  atom.id = permanent_id(token);
  atom.title = fmt::format("{}: {}", app.site_text("site_name"), "notifications");
  // The address is the secret: it does not stand in what is passed on.
  atom.self_url = base + "/feeds/mine.atom";
  atom.site_url = base + "/notifications";
  TRY(const auto of_assets,
      notify::asset_feed(app.database(), token, app.identity() != nullptr && app.identity()->factors_by_role(),
                         request.now));
  for (const auto& row : of_assets) {
    formats::feed::AtomEntry entry;
    entry.id = permanent_id(fmt::format("{} assets {}", token, row.notice.id));
    entry.title = notify::heading(row.item);
    entry.url = notify::assets_url(base, row.notice.id);
    entry.updated = row.notice.noticed_at;
    entry.author = app.site_text("site_name");
    atom.updated = std::max(atom.updated, entry.updated);
    atom.entries.push_back(std::move(entry));
  }
  for (const auto& row : rows) {
    formats::feed::AtomEntry entry;
    entry.id = permanent_id(fmt::format("{} {}", token, row.notice.id));
    entry.title = notify::heading(*row.item);
    entry.url = notify::notice_url(base, row.notice.id);
    entry.updated = row.notice.noticed_at;
    entry.author = app.site_text("site_name");
    if (notify::may_travel(row.item->tlp)) {
      entry.summary = row.item->summary;
      entry.author = row.item->publisher;
    }
    atom.updated = std::max(atom.updated, entry.updated);
    atom.entries.push_back(std::move(entry));
  }
  std::ranges::sort(atom.entries,
                    [](const auto& a, const auto& b) { return std::tie(b.updated, a.id) < std::tie(a.updated, b.id); });
  http::Response response;
  response.body = std::make_shared<const std::string>(formats::feed::write_atom(atom));
  response.content_type = "application/atom+xml; charset=utf-8";
  response.cache_control = "no-store";
  return response;
}

}  // namespace

void add_notification_link_routes(App& app, http::Router& router) {
  using http::Method;
  const auto bind = [&app](auto function) {
    return [&app, function](const http::Request& request) { return function(app, request); };
  };
  const auto secret = [](http::Route& route) {
    route.before_second_factor = true;
    route.secret_path = true;
  };
  pages::add_page(router, Method::get, "/unsubscribe/{token}", "unsubscribe_page", Permission::anyone,
                  bind(ask_unsubscribe), secret);
  pages::add_page(router, Method::post, "/unsubscribe/{token}", "unsubscribe", Permission::anyone, bind(unsubscribe),
                  [&](http::Route& route) {
                    secret(route);
                    route.secret_is_enough = true;
                    route.takes_files = true;  // RFC 8058 section 3.2: multipart/form-data, too.
                    route.body_bytes_max = 4'096;
                  });
  pages::add_page(router, Method::get, "/feeds/mine.atom", "own_feed", Permission::anyone, bind(feed),
                  [&](http::Route& route) {
                    secret(route);
                    route.varies_by_host = app.settings().public_url.empty();
                  });
}

}  // namespace tocsin::portal
