#include <fmt/format.h>

#include "base/json.hpp"
#include "engine/identity/principal.hpp"
#include "engine/taxii/statuses.hpp"
#include "exchange/taxii_add.hpp"
#include "exchange/taxii_remove.hpp"
#include "portal/access.hpp"
#include "portal/taxii/taxii.hpp"

/// TAXII 2.1, the writing half: adding objects (section 5.5), what became of them (4.3), deleting one (5.7).
namespace tocsin::portal {
namespace {

/// A browser adds its cookie to whatever another site makes it send: here nobody writes by one, whatever token a form
/// brings along.
Status only_programs(const http::Request& request) {
  if (request.principal != nullptr && request.principal->by != engine::identity::Principal::By::session) return ok();
  return Error::forbidden("Writing by TAXII takes a token or a client certificate; who has signed in has neither");
}

http::Response of_status(std::string body, int status) {
  auto response = http::Response::json(std::move(body), status);
  response.content_type = taxii::kMediaType;
  response.cache_control = "no-store";
  return response;
}

Result<http::Response> add_objects(App& app, const http::Request& request) {
  TRY_VOID(only_programs(request));
  if (!taxii::is_media_type(request.header("content-type"))) {
    return taxii::error(request,
                        Error::invalid(fmt::format("The body's type is {}", taxii::kMediaType), "Content-Type"), 415);
  }
  TRY_VOID(request.only_known({}));
  const auto added = exchange::add_to_collection(app.database(), access::actor(request), request.parameter("root"),
                                                 request.parameter("collection"), request.body, {}, request.now);
  if (added) return of_status(json::write(engine::taxii::to_json(*added)), 202);
  // Section 5.5: what cannot be processed, apart from what is wrong with the request itself.
  if (added.error().code == Error::Code::invalid_input) return taxii::error(request, added.error(), 422);
  return added.error();
}

Result<http::Response> status(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  TRY(auto body, app.database().read([&](store::Connection& connection) -> Result<std::string> {
    const auto actor = access::actor(request);
    TRY(const auto root, engine::taxii::api_root(connection, actor, request.parameter("root")));
    return engine::taxii::find_status(connection, actor, root.name, request.parameter("status"), request.now);
  }));
  return of_status(std::move(body), 200);
}

Result<http::Response> delete_object(App& app, const http::Request& request) {
  TRY_VOID(only_programs(request));
  for (const auto* filter : {"added_after", "limit", "next"}) {
    if (request.query.has(filter)) {
      return Error::invalid(fmt::format("'{}' is no filter of deleting", filter), filter);
    }
  }
  TRY(const auto query, taxii::query_of(request, {"version", "spec_version"}));
  TRY_VOID(exchange::remove_from_collection(app.database(), access::actor(request), request.parameter("root"),
                                            request.parameter("collection"), request.parameter("object"), query,
                                            request.query.has("match[version]"), request.now));
  return of_status("{}", 200);
}

}  // namespace

void add_taxii_write_routes(App& app, http::Router& router) {
  const auto add = [&](http::Method method, std::string_view pattern, std::string_view name,
                       Result<http::Response> (*handler)(App&, const http::Request&)) {
    for (const bool slash : {true, false}) {
      http::Route route;
      route.method = method;
      route.pattern = fmt::format("/taxii2/{{root}}{}{}", pattern, slash ? "/" : "");
      route.name = slash ? std::string{name} : fmt::format("{}_bare", name);
      route.permission = domain::Permission::read_as_member;
      if (method != http::Method::get) route.body_bytes_max = static_cast<std::size_t>(taxii::kBodyBytesMax);
      route.handler = [&app, handler](const http::Request& request) { return taxii::answer(app, request, handler); };
      router.add(std::move(route));
    }
  };
  add(http::Method::get, "/status/{status}", "taxii_status", status);
  add(http::Method::post, "/collections/{collection}/objects", "taxii_add_objects", add_objects);
  add(http::Method::delete_, "/collections/{collection}/objects/{object}", "taxii_delete_object", delete_object);
}

}  // namespace tocsin::portal
