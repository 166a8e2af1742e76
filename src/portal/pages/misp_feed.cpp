#include <fmt/format.h>

#include "base/json.hpp"
#include "engine/threat/misp.hpp"
#include "portal/app.hpp"

/// A feed of MISP: what the asker may see, as MISP and PyMISP read it. Visitors get what is TLP:CLEAR, programs with a
/// token what is for them.
namespace tocsin::portal {
namespace {

namespace threat = engine::threat;

/// No cache keeps it: the catalogue's generation knows nothing of threats.
http::Response answer(std::string body, std::string_view type) {
  auto response = http::Response::json(std::move(body));
  response.content_type = type;
  return response;
}

Result<http::Response> manifest(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  TRY(const auto made, app.database().snapshot([&](store::Connection& connection) {
    return threat::misp_manifest(connection, request.viewer, request.now);
  }));
  return answer(json::write(made), "application/json");
}

Result<http::Response> hashes(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  TRY(auto made, app.database().snapshot([&](store::Connection& connection) {
    return threat::misp_hashes(connection, request.viewer, request.now);
  }));
  return answer(std::move(made), "text/csv; charset=utf-8");
}

Result<http::Response> event(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  TRY(auto made, app.database().snapshot([&](store::Connection& connection) {
    return threat::misp_event(connection, request.viewer, request.parameter("uuid"), request.now);
  }));
  if (!made) return Error::not_found("event");
  boost::json::object body;
  body["Event"] = *std::move(made);
  return answer(json::write(body), "application/json");
}

}  // namespace

void add_misp_feed_routes(App& app, http::Router& router) {
  const auto add = [&](std::string pattern, std::string name,
                       Result<http::Response> (*handler)(App&, const http::Request&)) {
    http::Route route;
    route.pattern = std::move(pattern);
    route.name = std::move(name);
    route.handler = [&app, handler](const http::Request& request) { return handler(app, request); };
    router.add(std::move(route));
  };
  add("/feeds/misp/manifest.json", "misp_feed_manifest", manifest);
  add("/feeds/misp/hashes.csv", "misp_feed_hashes", hashes);
  add("/feeds/misp/{uuid}.json", "misp_feed_event", event);
}

}  // namespace tocsin::portal
