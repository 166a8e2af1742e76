#include <fmt/format.h>

#include "base/json.hpp"
#include "engine/identity/principal.hpp"
#include "engine/members/program.hpp"
#include "engine/threat/misp.hpp"
#include "engine/threat/misp_search.hpp"
#include "formats/misp/describe_types.hpp"
#include "formats/misp/event.hpp"
#include "formats/misp/search.hpp"
#include "portal/access.hpp"
#include "portal/misp/misp.hpp"
#include "store/organisations.hpp"

/// The reading half: who one is, what types there are, searching, events.
namespace tocsin::portal {
namespace {

namespace formats_misp = formats::misp;
namespace threat = engine::threat;
using boost::json::array;
using boost::json::object;
using formats_misp::Scope;

/// MISP's version whose addresses and answers these are.
constexpr const char* kVersion = "2.5.0";

http::Response json_answer(const boost::json::value& body) { return http::Response::json(json::write(body)); }

bool may_add(const http::Request& request) {
  const auto actor = access::actor(request);
  return actor.viewer.organisation && engine::require_writing(actor);
}

Result<http::Response> version(App&, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  return json_answer(object{{"version", kVersion},
                            {"pymisp_recommended_version", kVersion},
                            {"perm_sync", false},
                            {"perm_sighting", false},
                            {"perm_galaxy_editor", false},
                            {"request_encoding", array{}},
                            {"filter_sightings", false}});
}

Result<http::Response> pymisp_version(App&, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  return json_answer(object{{"version", kVersion}});
}

Result<http::Response> user(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  const auto& principal = *request.principal;
  object organisation{{"id", "0"}, {"name", ""}, {"uuid", ""}};
  if (principal.viewer.organisation) {
    TRY(const auto found, app.database().read([&](store::Connection& connection) {
      return store::Organisations{connection}.find(*principal.viewer.organisation);
    }));
    if (found) {
      organisation = {
          {"id", std::to_string(formats_misp::number_of(found->uuid))}, {"name", found->name}, {"uuid", found->uuid}};
    }
  }
  const bool adds = may_add(request);
  // Accounts have no number here that others could count: everybody is number 1 to themselves.
  object body;
  body["User"] = object{{"id", "1"},
                        {"org_id", organisation.at("id")},
                        {"email", principal.email},
                        {"autoalert", false},
                        {"role_id", "1"},
                        {"disabled", false}};
  body["Role"] = object{{"id", "1"},
                        {"name", adds ? "User" : "Read Only"},
                        {"perm_auth", true},
                        {"perm_add", adds},
                        {"perm_modify", adds},
                        {"perm_modify_org", adds},
                        {"perm_publish", false},
                        {"perm_sync", false},
                        {"perm_admin", false},
                        {"perm_site_admin", false}};
  body["UserSetting"] = object{};
  body["Organisation"] = std::move(organisation);
  return json_answer(body);
}

Result<http::Response> types(App&, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  return json_answer(object{{"result", formats_misp::describe_types()}});
}

/// The filters of a query string, as a body would say them: what stands in it several times is a list.
object filters_of(const http::Fields& query) {
  object body;
  for (const auto& [name, value] : query.list()) {
    auto key = std::string_view{name};
    const bool list = key.ends_with("[]");
    if (list) key.remove_suffix(2);
    auto* there = body.if_contains(key);
    if (there == nullptr) {
      body[key] = list ? boost::json::value(array{value}) : boost::json::value(value);
    } else if (there->is_array()) {
      there->get_array().emplace_back(value);
    } else {
      *there = array{*there, value};
    }
  }
  return body;
}

Result<formats_misp::Query> query_of(const http::Request& request, Scope scope) {
  if (request.method != http::Method::post) {
    return formats_misp::read_query(filters_of(request.query), scope, request.now);
  }
  TRY_VOID(request.only_known({}));
  if (request.body.empty()) return formats_misp::read_query({}, scope, request.now);
  TRY(const auto parsed, json::parse(request.body, {.bytes_max = misp::kSearchBytesMax}));
  const auto* body = parsed.root().if_object();
  if (body == nullptr) return Error::invalid("The body is an object of filters: {\"value\": \"198.51.100.7\"}");
  return formats_misp::read_query(*body, scope, request.now);
}

Result<std::vector<object>> events_of(App& app, const http::Request& request, const formats_misp::Query& query) {
  return app.database().snapshot([&](store::Connection& connection) {
    return threat::search_misp_events(connection, request.viewer, query, request.now);
  });
}

Result<http::Response> search_events(App& app, const http::Request& request) {
  TRY(const auto query, query_of(request, Scope::events));
  TRY(auto events, events_of(app, request, query));
  array list;
  for (auto& each : events) list.emplace_back(object{{"Event", std::move(each)}});
  return json_answer(object{{"response", std::move(list)}});
}

Result<http::Response> search_attributes(App& app, const http::Request& request) {
  TRY(const auto query, query_of(request, Scope::attributes));
  TRY(auto attributes, app.database().snapshot([&](store::Connection& connection) {
    return threat::search_misp_attributes(connection, request.viewer, query, request.now);
  }));
  array list;
  for (auto& each : attributes) list.emplace_back(std::move(each));
  return json_answer(object{{"response", object{{"Attribute", std::move(list)}}}});
}

/// Headers alone, each without "Event" around it.
Result<http::Response> index(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({"limit", "page"}));
  TRY(auto query, query_of(request, Scope::events));
  query.metadata = true;
  if (!query.limit) query.limit = threat::kFoundEventsMax;
  TRY(auto events, events_of(app, request, query));
  array list;
  for (auto& each : events) list.emplace_back(std::move(each));
  return json_answer(list);
}

Result<http::Response> view(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  TRY(auto event, app.database().snapshot([&](store::Connection& connection) -> Result<std::optional<object>> {
    TRY(const auto uuid, threat::misp_event_uuid(connection, request.viewer, request.parameter("id"), request.now));
    if (!uuid) return std::optional<object>{};
    return threat::misp_event(connection, request.viewer, *uuid, request.now);
  }));
  if (!event) return Error{Error::Code::not_found, "Invalid event", {}, {}};
  return json_answer(object{{"Event", formats_misp::for_rest(*std::move(event))}});
}

Result<http::Response> tags(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  TRY(const auto names, app.database().snapshot([&](store::Connection& connection) {
    return threat::misp_tags(connection, request.viewer, request.now);
  }));
  array list;
  for (const auto& each : names) list.emplace_back(object{{"name", each}, {"exportable", true}});
  return json_answer(object{{"Tag", std::move(list)}});
}

}  // namespace

void add_misp_routes(App& app, http::Router& router) {
  const auto add = [&](http::Method method, std::string_view pattern, std::string_view name,
                       Result<http::Response> (*handler)(App&, const http::Request&)) {
    http::Route route;
    route.method = method;
    route.pattern = fmt::format("/misp/{}", pattern);
    route.name = std::string{name};
    route.permission = domain::Permission::read_as_member;
    if (method == http::Method::post) route.body_bytes_max = misp::kSearchBytesMax;
    route.handler = [&app, handler](const http::Request& request) { return handler(app, request); };
    router.add(std::move(route));
  };
  using http::Method;
  add(Method::get, "servers/getVersion", "misp_version", version);
  add(Method::get, "servers/getVersion.json", "misp_version_json", version);
  add(Method::get, "servers/getPyMISPVersion", "misp_pymisp_version", pymisp_version);
  add(Method::get, "servers/getPyMISPVersion.json", "misp_pymisp_version_json", pymisp_version);
  add(Method::get, "users/view/me", "misp_user", user);
  add(Method::get, "users/view/me.json", "misp_user_json", user);
  add(Method::get, "attributes/describeTypes", "misp_types", types);
  add(Method::get, "attributes/describeTypes.json", "misp_types_json", types);
  add(Method::get, "events/restSearch", "misp_search_events", search_events);
  add(Method::post, "events/restSearch", "misp_search_events_by_post", search_events);
  add(Method::get, "attributes/restSearch", "misp_search_attributes", search_attributes);
  add(Method::post, "attributes/restSearch", "misp_search_attributes_by_post", search_attributes);
  add(Method::get, "events/index", "misp_events", index);
  add(Method::get, "events/view/{id}", "misp_event", view);
  add(Method::get, "tags/index", "misp_tags", tags);
  add_misp_write_routes(app, router);
}

}  // namespace tocsin::portal
