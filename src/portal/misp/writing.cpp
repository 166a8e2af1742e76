#include <fmt/format.h>

#include "base/json.hpp"
#include "engine/identity/principal.hpp"
#include "engine/threat/indexer.hpp"
#include "engine/threat/misp.hpp"
#include "engine/threat/misp_search.hpp"
#include "exchange/misp_add.hpp"
#include "formats/misp/search.hpp"
#include "portal/access.hpp"
#include "portal/misp/misp.hpp"

/// The writing half: an event is added, or changed.
namespace tocsin::portal {
namespace {

namespace formats_misp = formats::misp;
namespace threat = engine::threat;
using boost::json::object;

/// A browser adds its cookie to whatever another site makes it send: here nobody writes by one.
Status only_programs(const http::Request& request) {
  if (request.principal != nullptr && request.principal->by != engine::identity::Principal::By::session) return ok();
  return Error::forbidden(
      "Writing by this interface takes a token or a client certificate; who has signed in has neither");
}

/// "events/add/metadata:1": only what stands in the event itself is answered.
Result<bool> wants_metadata(const http::Request& request) {
  TRY_VOID(request.only_known({}));
  const auto option = request.parameter("option");
  if (option.empty() || option == "metadata:1") return !option.empty();
  return Error{Error::Code::not_found, "The only option of this address is metadata:1", {}, {}};
}

Result<http::Response> stored(App& app, const http::Request& request, const std::string& uuid, bool metadata) {
  // Who adds something reads it again at once.
  TRY_VOID(threat::index_all(app.database()));
  TRY(auto event, app.database().snapshot([&](store::Connection& connection) {
    return threat::misp_event(connection, request.viewer, uuid, request.now);
  }));
  // Marked so that they may not see it themselves.
  if (!event) event = object{{"uuid", uuid}, {"id", std::to_string(formats_misp::number_of(uuid))}};
  auto made = formats_misp::for_rest(*std::move(event));
  if (metadata) made = formats_misp::metadata_of(std::move(made));
  auto response = http::Response::json(json::write(object{{"Event", std::move(made)}}));
  response.cache_control = "no-store";
  return response;
}

/// As MISP refuses: 403, whatever is wrong with the event.
Result<http::Response> refused(const http::Request& request, Error error, std::string_view what) {
  constexpr std::string_view kReport = "report--";
  constexpr int kForbidden = 403;
  const auto code = error.code;
  if (code == Error::Code::conflict) {
    const auto uuid = error.where.starts_with(kReport) ? error.where.substr(kReport.size()) : std::string{};
    auto response = misp::error(request, error, kForbidden);
    if (!uuid.empty()) response.with("Location", "/misp/events/view/" + uuid);
    return response;
  }
  if (code != Error::Code::invalid_input) return error;
  if (error.where.empty()) error.where = "Event";
  error.message = fmt::format("{}: {}", what, error.message);
  return misp::error(request, error, kForbidden);
}

Result<http::Response> add_event(App& app, const http::Request& request) {
  TRY_VOID(only_programs(request));
  TRY(const bool metadata, wants_metadata(request));
  auto added = exchange::add_misp_event(app.database(), access::actor(request), request.body, {}, request.now);
  if (!added) return refused(request, std::move(added).error(), "Could not add Event");
  return stored(app, request, *added, metadata);
}

Result<http::Response> edit_event(App& app, const http::Request& request) {
  TRY_VOID(only_programs(request));
  TRY(const bool metadata, wants_metadata(request));
  const auto actor = access::actor(request);
  TRY_VOID(exchange::may_add_misp(actor));
  TRY(const auto uuid, app.database().snapshot([&](store::Connection& connection) {
    return threat::misp_event_uuid(connection, request.viewer, request.parameter("id"), request.now);
  }));
  if (!uuid) return Error{Error::Code::not_found, "Invalid event", {}, {}};
  auto changed = exchange::change_misp_event(app.database(), actor, *uuid, request.body, {}, request.now);
  if (!changed) return refused(request, std::move(changed).error(), "Could not edit Event");
  return stored(app, request, *uuid, metadata);
}

}  // namespace

void add_misp_write_routes(App& app, http::Router& router) {
  const auto add = [&](std::string_view pattern, std::string_view name,
                       Result<http::Response> (*handler)(App&, const http::Request&)) {
    http::Route route;
    route.method = http::Method::post;
    route.pattern = fmt::format("/misp/{}", pattern);
    route.name = std::string{name};
    route.permission = domain::Permission::read_as_member;
    route.body_bytes_max = misp::kBodyBytesMax;
    route.handler = [&app, handler](const http::Request& request) { return handler(app, request); };
    router.add(std::move(route));
  };
  add("events/add", "misp_add_event", add_event);
  add("events/add/{option}", "misp_add_event_with", add_event);
  add("events/edit/{id}", "misp_edit_event", edit_event);
  add("events/edit/{id}/{option}", "misp_edit_event_with", edit_event);
}

}  // namespace tocsin::portal
