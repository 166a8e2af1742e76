#include "portal/access.hpp"
#include "portal/api/body.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/layout.hpp"
#include "portal/pages/member_parts.hpp"
#include "portal/pages/webhook_parts.hpp"

/// Webhooks over the API. Where one leads is for people who have signed in and proved anew who they are: a stolen token
/// must not be able to have everything sent elsewhere.
namespace tocsin::portal {
namespace {

namespace hooks = engine::hooks;
using domain::Permission;
using http::Method;

http::Response made_json(const hooks::Made& made, int status) {
  boost::json::object body;
  body["id"] = made.id;
  body["page"] = pages::webhook_url(made.id);
  body["secret"] = made.secret;
  auto response = api::personal_json(body, status);
  if (status != 201) return response;
  return std::move(response).with("Location", "/api/v1" + pages::webhook_url(made.id));
}

http::Response count_json(std::int64_t count) {
  boost::json::object body;
  body["deliveries"] = count;
  return api::personal_json(body);
}

Result<http::Response> create(App& app, const http::Request& request) {
  TRY_VOID(api::require_fresh(app, request));
  TRY(const auto body, api::Body::read(request, {"name", "url"}));
  TRY(const auto name, body.text("name"));
  TRY(const auto url, body.text("url"));
  TRY(const auto* desk, pages::hooks_of(app));
  TRY(const auto made, hooks::create(app.database(), access::actor(request), *desk,
                                     {.name = name.value_or(""), .url = url.value_or("")}, request.now));
  return made_json(made, 201);
}

Result<http::Response> change(App& app, const http::Request& request) {
  TRY_VOID(api::require_fresh(app, request));
  TRY(const auto row, pages::webhook_of(app, request));
  TRY(const auto body, api::Body::read(request, {"name", "url", "enabled"}));
  TRY(const auto name, body.text("name"));
  TRY(const auto url, body.text("url"));
  TRY(const auto enabled, body.flag("enabled"));
  TRY(const auto* desk, pages::hooks_of(app));
  TRY_VOID(hooks::change(app.database(), access::actor(request), *desk, row.it.id,
                         {.name = name.value_or(row.it.name), .url = url.value_or(row.it.url)},
                         enabled.value_or(row.it.enabled), request.now));
  pages::wake_hooks(app);
  TRY(const auto after, pages::webhook_of(app, request));
  return api::personal_json(pages::webhook_json(after));
}

Result<http::Response> rotate(App& app, const http::Request& request) {
  TRY_VOID(api::require_fresh(app, request));
  TRY(const auto row, pages::webhook_of(app, request));
  TRY_VOID(api::Body::read(request, {}));
  TRY(const auto* desk, pages::hooks_of(app));
  TRY(const auto made, hooks::rotate(app.database(), access::actor(request), *desk, row.it.id, request.now));
  return made_json(made, 200);
}

Result<http::Response> remove(App& app, const http::Request& request) {
  TRY(const auto row, pages::webhook_of(app, request));
  TRY_VOID(hooks::remove(app.database(), access::actor(request), row.it.id, request.now));
  return http::Response::nothing();
}

Result<http::Response> test(App& app, const http::Request& request) {
  TRY(const auto row, pages::webhook_of(app, request));
  TRY_VOID(api::Body::read(request, {}));
  TRY(const auto delivery, hooks::test(app.database(), access::actor(request), row.it.id, request.now));
  pages::wake_hooks(app);
  boost::json::object body;
  body["delivery"] = delivery;
  return api::personal_json(body, 202);
}

Result<http::Response> replay(App& app, const http::Request& request) {
  TRY(const auto row, pages::webhook_of(app, request));
  TRY_VOID(api::Body::read(request, {}));
  TRY(const auto count, hooks::replay(app.database(), access::actor(request), row.it.id, {}, request.now));
  pages::wake_hooks(app);
  return count_json(count);
}

Result<http::Response> replay_one(App& app, const http::Request& request) {
  TRY(const auto row, pages::webhook_of(app, request));
  TRY_VOID(api::Body::read(request, {}));
  const auto delivery = pages::id_in_path(request, "delivery");
  if (!delivery) return Error::not_found("delivery");
  TRY(const auto count, hooks::replay(app.database(), access::actor(request), row.it.id, delivery, request.now));
  pages::wake_hooks(app);
  return count_json(count);
}

Result<http::Response> deliveries(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({"state"}));
  TRY(const auto row, pages::webhook_of(app, request));
  std::optional<store::DeliveryState> state;
  if (const auto text = request.query.get("state"); !text.empty()) {
    state = store::parse_delivery_state(text);
    if (!state) return Error::invalid("'state' is waiting, delivered or dead", "state");
  }
  TRY(const auto rows, hooks::deliveries(app.database(), access::actor(request), row.it.id, state));
  boost::json::array items;
  for (const auto& each : rows) items.push_back(pages::delivery_json(each));
  const auto& counts = row.counts;
  const auto total = !state                                      ? counts.waiting + counts.delivered + counts.dead
                     : *state == store::DeliveryState::waiting   ? counts.waiting
                     : *state == store::DeliveryState::delivered ? counts.delivered
                                                                 : counts.dead;
  return api::personal_json(pages::page_json(std::move(items), "", total));
}

}  // namespace

void add_webhook_api(App& app, http::Router& router) {
  constexpr auto kManage = Permission::manage_own_organisation;
  pages::add_page(
      router, Method::get, "/api/v1/webhooks/{webhook}/deliveries", "webhook_deliveries", kManage,
      [&app](const http::Request& request) { return deliveries(app, request); },
      [](http::Route& route) { route.summary = "What was and is to be delivered to a webhook"; });
  const api::WriteRoute routes[] = {
      {Method::post, "/api/v1/webhooks", "webhook_create", "Make a webhook", kManage, create, true},
      {Method::patch, "/api/v1/webhooks/{webhook}", "webhook_change", "Change, enable or disable a webhook", kManage,
       change, true},
      {Method::post, "/api/v1/webhooks/{webhook}/rotate", "webhook_new_secret", "Give a webhook a new secret", kManage,
       rotate, true},
      {Method::delete_, "/api/v1/webhooks/{webhook}", "webhook_delete", "Remove a webhook", kManage, remove},
      {Method::post, "/api/v1/webhooks/{webhook}/test", "webhook_ping", "Send a test to a webhook", kManage, test},
      {Method::post, "/api/v1/webhooks/{webhook}/replay", "webhook_replay_dead",
       "Try all dead deliveries of a webhook again", kManage, replay},
      {Method::post, "/api/v1/webhooks/{webhook}/deliveries/{delivery}/replay", "webhook_replay_delivery",
       "Try a dead delivery again", kManage, replay_one}};
  for (const auto& route : routes) api::add_write_route(app, router, route);
}

}  // namespace tocsin::portal
