#include "engine/notify/subscriptions.hpp"

#include <fmt/format.h>

#include "portal/access.hpp"
#include "portal/api/body.hpp"
#include "portal/http/target.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/member_parts.hpp"
#include "portal/pages/threat_json.hpp"

/// What the person behind the session or token subscribes to, and what they were told, over the API.
namespace tocsin::portal {
namespace {

namespace notify = engine::notify;
using domain::Permission;
using domain::Subscription;
using http::Method;
using notify::SubscriptionInput;

constexpr std::string_view kSubscriptions = "/api/v1/subscriptions";
constexpr std::string_view kNotices = "/api/v1/notices";
constexpr int kNoticesDefault = 50, kNoticesMax = 200;

domain::PersonId me(const http::Request& request) { return request.principal->person; }

// --- as JSON ---

boost::json::array texts_json(const std::vector<std::string>& texts) {
  return boost::json::array(texts.begin(), texts.end());
}

boost::json::array channels_json(const domain::Channels& channels) {
  boost::json::array out;
  if (channels.mail) out.emplace_back("mail");
  if (channels.feed) out.emplace_back("feed");
  if (channels.hook) out.emplace_back("hook");
  return out;
}

boost::json::object subscription_json(const Subscription& it) {
  const auto input = notify::input_of(it);
  boost::json::object out;
  out["id"] = it.id;
  out["page"] = fmt::format("/notifications/subscriptions/{}", it.id);
  out["organisation"] = it.organisation.value;
  out["name"] = it.name;
  out["query"] = it.query;
  out["exposure"] = it.exposure;
  out["statuses"] = texts_json(input.statuses);
  out["decisions"] = texts_json(input.decisions);
  out["site"] = it.site;
  out["connections"] = it.connections;
  out["pace"] = to_string(it.pace);
  out["channels"] = channels_json(it.channels);
  out["paused"] = it.paused;
  out["created_at"] = format_rfc3339(it.created_at);
  out["changed_at"] = format_rfc3339(it.changed_at);
  return out;
}

std::string_view word_of(store::NoticeKind kind) {
  switch (kind) {
    case store::NoticeKind::created:
      return "created";
    case store::NoticeKind::changed:
      return "changed";
    case store::NoticeKind::connected:
      return "connected";
    case store::NoticeKind::withdrawn:
      break;
  }
  return "withdrawn";
}

std::string_view word_of(store::NoticeState state) {
  switch (state) {
    case store::NoticeState::waiting:
      return "waiting";
    case store::NoticeState::sent:
      return "sent";
    case store::NoticeState::dropped:
      break;
  }
  return "dropped";
}

boost::json::value word_of(store::NoticeDropped dropped) {
  switch (dropped) {
    case store::NoticeDropped::hidden:
      return "hidden";
    case store::NoticeDropped::unsubscribed:
      return "unsubscribed";
    case store::NoticeDropped::replaced:
      return "replaced";
    case store::NoticeDropped::paused:
      return "paused";
    case store::NoticeDropped::not_dropped:
      break;
  }
  return nullptr;
}

boost::json::object advisory_json(const notify::NoticeRow& row) {
  boost::json::object out;
  out["id"] = row.item->key;
  out["slug"] = row.slug;
  out["url"] = pages::advisory_url(row.slug);
  out["title"] = row.item->title;
  out["publisher"] = row.item->publisher;
  out["tlp"] = domain::to_string(row.item->tlp);
  out["severity"] = formats::cvss::to_string(row.item->severity);
  out["score"] = pages::score_json(row.item->score_tenths);
  return out;
}

boost::json::object threat_json(const notify::NoticeRow& row) {
  return {{"slug", row.slug},
          {"url", pages::threat_url(row.slug)},
          {"title", row.item->title},
          {"tlp", domain::to_string(row.item->tlp)}};
}

boost::json::object notice_json(const notify::NoticeRow& row) {
  const auto& it = row.notice;
  boost::json::object out;
  out["id"] = it.id;
  out["organisation"] = it.organisation.value;
  out["advisory"] = nullptr;
  out["threat"] = nullptr;
  if (row.item && it.kind == store::NoticeKind::connected) {
    out["threat"] = threat_json(row);
  } else if (row.item) {
    out["advisory"] = advisory_json(row);
  }
  out["news"] = word_of(it.kind);
  out["state"] = word_of(it.state);
  out["dropped_because"] = word_of(it.dropped);
  out["pace"] = to_string(it.pace);
  out["channels"] = channels_json(it.channels);
  out["mailed"] = it.letter.has_value();
  out["subscriptions"] = texts_json(it.why);
  out["noticed_at"] = format_rfc3339(it.noticed_at);
  out["due_at"] = format_rfc3339(it.due_at);
  out["settled_at"] = pages::time_json(it.settled_at);
  return out;
}

// --- from JSON ---

/// What the body names is put into `input`, the rest stays.
Status read_into(SubscriptionInput& input, const http::Request& request) {
  TRY(const auto body, api::Body::read(request, {"name", "query", "exposure", "statuses", "decisions", "site",
                                                 "connections", "pace", "channels", "paused"}));
  const auto put = [](auto& to, auto from) {
    if (from) to = *std::move(from);
  };
  TRY(auto name, body.text("name"));
  put(input.name, std::move(name));
  TRY(auto query, body.text("query"));
  put(input.query, std::move(query));
  TRY(auto exposure, body.flag("exposure"));
  put(input.exposure, exposure);
  TRY(auto statuses, body.texts("statuses"));
  TRY(auto decisions, body.texts("decisions"));
  TRY(auto site, body.text("site"));
  if (!input.exposure) {
    const auto ours_alone = [](std::string_view member) {
      return Error::invalid(fmt::format("'{}' is of what speaks of your own assets: set 'exposure' as well", member),
                            std::string{member});
    };
    if (statuses && !statuses->empty()) return ours_alone("statuses");
    if (decisions && !decisions->empty()) return ours_alone("decisions");
    if (site && !site->empty()) return ours_alone("site");
  }
  put(input.statuses, std::move(statuses));
  put(input.decisions, std::move(decisions));
  put(input.site, std::move(site));
  TRY(auto connections, body.flag("connections"));
  put(input.connections, connections);
  TRY(const auto pace_text, body.text("pace"));
  if (pace_text) {
    const auto pace = domain::parse_pace(*pace_text);
    if (!pace) return Error::invalid("'pace' is now, daily or weekly", "pace");
    input.pace = *pace;
  }
  TRY(const auto channels, body.texts("channels"));
  if (channels) {
    input.channels = {};
    for (const auto& each : *channels) {
      if (each != "mail" && each != "feed" && each != "hook") {
        return Error::invalid("'channels' are mail, feed and hook", "channels");
      }
      input.channels.mail = input.channels.mail || each == "mail";
      input.channels.feed = input.channels.feed || each == "feed";
      input.channels.hook = input.channels.hook || each == "hook";
    }
  }
  TRY(auto paused, body.flag("paused"));
  put(input.paused, paused);
  return ok();
}

/// The subscription in the address. Errors: not_found, also for another's.
Result<Subscription> meant(App& app, const http::Request& request) {
  const auto id = pages::id_in_path(request, "subscription");
  if (!id) return Error::not_found("subscription");
  TRY(auto found, notify::find(app.database(), access::actor(request), me(request), *id));
  if (!found) return Error::not_found("subscription");
  return std::move(*found);
}

// --- the routes ---

Result<http::Response> list(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  TRY(const auto all, notify::list(app.database(), access::actor(request), me(request)));
  boost::json::array items;
  for (const auto& each : all) items.push_back(subscription_json(each));
  return api::personal_json(pages::page_json(std::move(items), "", static_cast<std::int64_t>(all.size())));
}

Result<http::Response> show(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  TRY(const auto subscription, meant(app, request));
  return api::personal_json(subscription_json(subscription));
}

Result<http::Response> create(App& app, const http::Request& request) {
  SubscriptionInput input;
  TRY_VOID(read_into(input, request));
  const auto actor = access::actor(request);
  TRY(const auto id, notify::subscribe(app.database(), actor, me(request), input, request.now));
  TRY(const auto made, notify::find(app.database(), actor, me(request), id));
  if (!made) return Error::not_found("subscription");
  return api::personal_json(subscription_json(*made), 201).with("Location", fmt::format("{}/{}", kSubscriptions, id));
}

Result<http::Response> change(App& app, const http::Request& request) {
  TRY(const auto before, meant(app, request));
  auto input = notify::input_of(before);
  TRY_VOID(read_into(input, request));
  TRY_VOID(notify::change(app.database(), access::actor(request), me(request), before.id, input, request.now));
  TRY(const auto after, meant(app, request));
  return api::personal_json(subscription_json(after));
}

Result<http::Response> remove(App& app, const http::Request& request) {
  TRY(const auto subscription, meant(app, request));
  TRY_VOID(notify::remove(app.database(), access::actor(request), me(request), subscription.id, request.now));
  return http::Response::nothing();
}

Result<http::Response> test(App& app, const http::Request& request) {
  TRY(const auto subscription, meant(app, request));
  TRY_VOID(api::Body::read(request, {}));
  if (!app.mails()) return Error::conflict(std::string{tr<"This portal sends no mail.">()});
  TRY_VOID(notify::send_test(app.database(), access::actor(request), me(request), subscription.id, *app.post(),
                             request.now));
  return api::personal_json({{"to", request.principal->email}}, 202);
}

Result<http::Response> notices(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({"limit", "cursor"}));
  TRY(const int limit, request.integer("limit", kNoticesDefault, 1, kNoticesMax));
  std::int64_t before = 0;
  if (const auto cursor = request.query.get("cursor"); !cursor.empty()) {
    const auto number = pages::id_of(cursor);
    if (!number) return Error::invalid("'cursor' is none of this list: take it from `next`", "cursor");
    before = *number;
  }
  TRY(const auto page,
      notify::notices(app.database(), access::actor(request), me(request), before, limit, request.now));
  boost::json::array items;
  for (const auto& row : page.rows) items.push_back(notice_json(row));
  std::string next;
  if (page.next != 0) {
    next = http::with_query(kNotices, {{"limit", limit == kNoticesDefault ? std::string{} : std::to_string(limit)},
                                       {"cursor", std::to_string(page.next)}});
  }
  return api::personal_json(pages::page_json(std::move(items), next, std::nullopt));
}

boost::json::object asset_notice_json(const notify::AssetsRow& row) {
  boost::json::array worst;
  for (const auto& each : row.item.worst) {
    worst.push_back({{"id", each.item.key},
                     {"slug", each.slug},
                     {"url", pages::advisory_url(each.slug)},
                     {"title", each.item.title},
                     {"tlp", domain::to_string(each.item.tlp)},
                     {"severity", formats::cvss::to_string(each.item.severity)},
                     {"assets", each.assets}});
  }
  boost::json::array why(row.notice.why.begin(), row.notice.why.end());
  return {{"id", row.notice.id},
          {"url", notify::assets_url({}, row.notice.id)},
          {"organisation", row.notice.organisation.value},
          {"assets", row.item.assets},
          {"added", row.item.added},
          {"advisories", row.item.advisories},
          {"most_urgent", std::move(worst)},
          {"state", word_of(row.notice.state)},
          {"dropped_because", word_of(row.notice.dropped)},
          {"subscriptions", std::move(why)},
          {"noticed_at", format_rfc3339(row.notice.noticed_at)},
          {"due_at", format_rfc3339(row.notice.due_at)}};
}

Result<http::Response> asset_notices(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({"limit"}));
  TRY(const int limit, request.integer("limit", kNoticesDefault, 1, kNoticesMax));
  TRY(const auto rows, notify::asset_notices(app.database(), access::actor(request), me(request), limit, request.now));
  boost::json::array items;
  for (const auto& row : rows) items.push_back(asset_notice_json(row));
  return api::personal_json(pages::page_json(std::move(items), {}, std::nullopt));
}

}  // namespace

void add_subscription_api(App& app, http::Router& router) {
  constexpr auto kOwn = Permission::signed_in;
  const auto get = [&](std::string_view pattern, std::string name, std::string summary,
                       Result<http::Response> (*handler)(App&, const http::Request&)) {
    http::Route route;
    route.pattern = std::string{pattern};
    route.name = std::move(name);
    route.summary = std::move(summary);
    route.permission = kOwn;
    route.handler = [&app, handler](const http::Request& request) { return handler(app, request); };
    router.add(std::move(route));
  };
  get(kSubscriptions, "subscriptions", "What the asker subscribes to", list);
  get("/api/v1/subscriptions/{subscription}", "subscription", "One of the asker's subscriptions", show);
  get(kNotices, "notices", "What the asker was told, newest first", notices);
  get("/api/v1/notices/assets", "asset_notices",
      "What the asker was told of assets that were added or changed, newest first", asset_notices);
  const api::WriteRoute routes[] = {{Method::post, kSubscriptions, "subscription_create", "Subscribe", kOwn, create},
                                    {Method::patch, "/api/v1/subscriptions/{subscription}", "subscription_change",
                                     "Change, pause or take up a subscription", kOwn, change},
                                    {Method::delete_, "/api/v1/subscriptions/{subscription}", "subscription_delete",
                                     "Remove a subscription", kOwn, remove},
                                    {Method::post, "/api/v1/subscriptions/{subscription}/test", "subscription_test",
                                     "Send a test letter of a subscription", kOwn, test}};
  for (const auto& route : routes) api::add_write_route(app, router, route);
}

}  // namespace tocsin::portal
