#include <memory>
#include <utility>

#include "base/json.hpp"
#include "engine/threat/misp.hpp"
#include "portal/app.hpp"
#include "portal/tools/limit.hpp"

/// A feed of MISP: what the asker may see, as MISP and PyMISP read it. Visitors get what is TLP:CLEAR, programs with a
/// token what is for them.
namespace tocsin::portal {
namespace {

namespace threat = engine::threat;

constexpr Message kFeedIsMade = message<"The feed is being made for another visitor. Please try again in a moment.">;

/// No cache keeps it: the catalogue's generation knows nothing of threats.
http::Response answer(std::string body, std::string_view type) {
  auto response = http::Response::json(std::move(body));
  response.content_type = type;
  return response;
}

/// Both read every event. Members answer for their tokens; of visitors, who may be anybody, one at a time is served, so
/// that they do not take the threads of everybody else.
struct Whole {
  tools::Turns visitors;

  Result<tools::Turns::Turn> turn_of(const http::Request& request) {
    if (request.principal) return tools::Turns::Turn{};
    auto turn = visitors.take();
    if (turn == nullptr) return Error::unavailable(std::string{kFeedIsMade.text()});
    return turn;
  }
};

Result<http::Response> manifest(App& app, const http::Request& request, Whole& whole) {
  TRY_VOID(request.only_known({}));
  TRY(const auto turn, whole.turn_of(request));
  TRY(const auto made, app.database().snapshot([&](store::Connection& connection) {
    return threat::misp_manifest(connection, request.viewer, request.now);
  }));
  return answer(json::write(made), "application/json");
}

Result<http::Response> hashes(App& app, const http::Request& request, Whole& whole) {
  TRY_VOID(request.only_known({}));
  TRY(const auto turn, whole.turn_of(request));
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
  const auto add = [&](std::string pattern, std::string name, http::Handler handler) {
    http::Route route;
    route.pattern = std::move(pattern);
    route.name = std::move(name);
    route.handler = std::move(handler);
    router.add(std::move(route));
  };
  const auto whole = std::make_shared<Whole>();
  add("/feeds/misp/manifest.json", "misp_feed_manifest",
      [&app, whole](const http::Request& request) { return manifest(app, request, *whole); });
  add("/feeds/misp/hashes.csv", "misp_feed_hashes",
      [&app, whole](const http::Request& request) { return hashes(app, request, *whole); });
  add("/feeds/misp/{uuid}.json", "misp_feed_event",
      [&app](const http::Request& request) { return event(app, request); });
}

}  // namespace tocsin::portal
