#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include <boost/json.hpp>

#include "engine/hooks/hooks.hpp"
#include "portal/app.hpp"
#include "portal/http/message.hpp"

/// What pages, forms, API and command line of webhooks share.
namespace tocsin::portal::pages {

std::string webhook_url(std::int64_t id);
/// The webhook in the address. Errors: not_found, also for another organisation's.
Result<engine::hooks::WebhookRow> webhook_of(App& app, const http::Request& request);
/// Of the app. Errors: conflict where this portal has none.
Result<const engine::hooks::Hooks*> hooks_of(const App& app);
/// What was put into the queue is sent now.
void wake_hooks(const App& app);

boost::json::object webhook_json(const engine::hooks::WebhookRow& row);
boost::json::object delivery_json(const store::WebhookDelivery& delivery);

}  // namespace tocsin::portal::pages
