
#include <fmt/format.h>

#include "base/json.hpp"
#include "engine/taxii/collections.hpp"
#include "portal/access.hpp"
#include "portal/http/target.hpp"
#include "portal/taxii/taxii.hpp"

/// The addresses of TAXII 2.1: discovery, API roots, collections, manifests, objects and versions.
namespace tocsin::portal {
namespace {

using engine::taxii::ApiRoot;
using engine::taxii::Collection;
using engine::taxii::ObjectPage;
using engine::taxii::ObjectQuery;

/// What one request is about.
struct Place {
  ApiRoot root;
  Collection collection;
};

std::string root_url(const App& app, const http::Request& request, const ApiRoot& root) {
  return fmt::format("{}/taxii2/{}/", app.base_url(request), root.name);
}

Result<http::Response> discovery(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  TRY(const auto roots, app.database().read([&](store::Connection& connection) {
    return engine::taxii::api_roots(connection, access::actor(request));
  }));
  boost::json::object body{{"title", app.site_text("site_name")}};
  if (const auto contact = app.site_text("contact"); !contact.empty()) body["contact"] = contact;
  auto& list = body["api_roots"].emplace_array();
  for (const auto& each : roots) list.emplace_back(root_url(app, request, each));
  body["default"] = root_url(app, request, roots.front());
  return taxii::json(body);
}

Result<http::Response> root(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  TRY(const auto found, app.database().read([&](store::Connection& connection) {
    return engine::taxii::api_root(connection, access::actor(request), request.parameter("root"));
  }));
  return taxii::json(boost::json::object{{"title", found.title},
                                         {"description", found.description},
                                         {"versions", boost::json::array{taxii::kMediaType}},
                                         {"max_content_length", taxii::kBodyBytesMax}});
}

boost::json::object collection_json(const Collection& collection) {
  boost::json::object out{{"id", collection.id},
                          {"title", collection.title},
                          {"can_read", true},
                          {"can_write", collection.can_write},
                          {"media_types", boost::json::array{taxii::kStixMediaType}}};
  if (!collection.description.empty()) out["description"] = collection.description;
  if (!collection.alias.empty()) out["alias"] = collection.alias;
  return out;
}

Result<http::Response> collections(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  TRY(const auto found, app.database().read([&](store::Connection& connection) -> Result<std::vector<Collection>> {
    const auto actor = access::actor(request);
    TRY(const auto where, engine::taxii::api_root(connection, actor, request.parameter("root")));
    return engine::taxii::collections(connection, actor, where);
  }));
  boost::json::object body;
  // Section 5.1: without collections the list is left out.
  if (!found.empty()) {
    auto& list = body["collections"].emplace_array();
    for (const auto& each : found) list.emplace_back(collection_json(each));
  }
  return taxii::json(body);
}

Result<Place> place_of(store::Connection& connection, const http::Request& request) {
  const auto actor = access::actor(request);
  Place place;
  TRY(place.root, engine::taxii::api_root(connection, actor, request.parameter("root")));
  TRY(place.collection, engine::taxii::collection(connection, actor, place.root, request.parameter("collection")));
  return place;
}

Result<http::Response> collection(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  TRY(const auto place,
      app.database().read([&](store::Connection& connection) { return place_of(connection, request); }));
  return taxii::json(collection_json(place.collection));
}

/// `object`: of this one only. Errors: not_found, also where the collection has no version of it for the asker.
Result<ObjectPage> page_of(App& app, const http::Request& request, ObjectQuery query, bool with_bytes,
                           std::string_view object = {}) {
  return app.database().snapshot([&](store::Connection& connection) -> Result<ObjectPage> {
    TRY(const auto place, place_of(connection, request));
    const auto& filter = place.collection.filter;
    if (!object.empty()) query.ids = {std::string{object}};
    TRY(auto page, engine::taxii::objects(connection, request.viewer, filter, query, with_bytes, request.now));
    if (!object.empty() && page.objects.empty()) {
      ObjectQuery any{.ids = query.ids, .types = {}, .versions = {.all = true}, .limit = 1};
      TRY(const auto some, engine::taxii::objects(connection, request.viewer, filter, any, false, request.now));
      if (some.objects.empty()) return Error::not_found("object");
    }
    return page;
  });
}

http::Response with_dates(http::Response response, const ObjectPage& page) {
  if (page.objects.empty()) return response;
  return std::move(response)
      .with("X-TAXII-Date-Added-First", taxii::timestamp(page.objects.front().added))
      .with("X-TAXII-Date-Added-Last", taxii::timestamp(page.objects.back().added));
}

/// The envelope (section 3.7): objects stand in it byte for byte as they are kept.
http::Response envelope(const ObjectPage& page) {
  std::size_t bytes = 128;
  for (const auto& each : page.objects) bytes += each.bytes.size() + 1;
  std::string body;
  body.reserve(bytes);
  body += '{';
  if (page.more) {
    body += fmt::format(R"("more":true,"next":"{}",)", taxii::next_of(page.objects.back().added));
  } else if (!page.objects.empty()) {
    body += R"("more":false,)";
  }
  if (!page.objects.empty()) {
    body += "\"objects\":[";
    for (const auto& each : page.objects) {
      body += each.bytes;
      body += ',';
    }
    body.back() = ']';
  }
  body += '}';
  auto response = http::Response::json(std::move(body));
  response.content_type = taxii::kMediaType;
  return with_dates(std::move(response), page);
}

Result<http::Response> objects(App& app, const http::Request& request) {
  TRY(const auto query, taxii::query_of(request, {"id", "type", "version", "spec_version"}));
  TRY(const auto page, page_of(app, request, query, true));
  return envelope(page);
}

Result<http::Response> object(App& app, const http::Request& request) {
  TRY(const auto query, taxii::query_of(request, {"version", "spec_version"}));
  TRY(const auto page, page_of(app, request, query, true, request.parameter("object")));
  return envelope(page);
}

Result<http::Response> manifest(App& app, const http::Request& request) {
  TRY(const auto query, taxii::query_of(request, {"id", "type", "version", "spec_version"}));
  TRY(const auto page, page_of(app, request, query, false));
  boost::json::object body;
  if (!page.objects.empty()) {
    body["more"] = page.more;
    // Not in the standard's resource, and of use to whom pages by it: the other addresses give it as well.
    if (page.more) body["next"] = taxii::next_of(page.objects.back().added);
    auto& list = body["objects"].emplace_array();
    for (const auto& each : page.objects) {
      list.push_back(boost::json::object{{"id", each.id},
                                         {"date_added", taxii::timestamp(each.added)},
                                         {"version", taxii::timestamp(each.version)},
                                         {"media_type", taxii::kStixMediaType}});
    }
  }
  return with_dates(taxii::json(body), page);
}

Result<http::Response> versions(App& app, const http::Request& request) {
  TRY(auto query, taxii::query_of(request, {"spec_version"}));
  query.versions = {.last = false, .first = false, .all = true};
  TRY(const auto page, page_of(app, request, query, false, request.parameter("object")));
  boost::json::object body;
  if (!page.objects.empty()) {
    body["more"] = page.more;
    if (page.more) body["next"] = taxii::next_of(page.objects.back().added);
    auto& list = body["versions"].emplace_array();
    for (const auto& each : page.objects) list.emplace_back(taxii::timestamp(each.version));
  }
  return with_dates(taxii::json(body), page);
}

}  // namespace

void add_taxii_routes(App& app, http::Router& router) {
  const auto add = [&](std::string_view pattern, std::string_view name,
                       Result<http::Response> (*handler)(App&, const http::Request&)) {
    // Addresses end with '/' (section 1.6.3); whoever leaves it out means the same.
    for (const bool slash : {true, false}) {
      http::Route route;
      route.pattern = fmt::format("/taxii2{}{}", pattern, slash ? "/" : "");
      route.name = slash ? std::string{name} : fmt::format("{}_bare", name);
      route.handler = [&app, handler](const http::Request& request) { return taxii::answer(app, request, handler); };
      // Discovery holds absolute URLs.
      route.varies_by_host = app.settings().public_url.empty();
      router.add(std::move(route));
    }
  };
  add("", "taxii_discovery", discovery);
  add("/{root}", "taxii_root", root);
  add("/{root}/collections", "taxii_collections", collections);
  add("/{root}/collections/{collection}", "taxii_collection", collection);
  add("/{root}/collections/{collection}/manifest", "taxii_manifest", manifest);
  add("/{root}/collections/{collection}/objects", "taxii_objects", objects);
  add("/{root}/collections/{collection}/objects/{object}", "taxii_object", object);
  add("/{root}/collections/{collection}/objects/{object}/versions", "taxii_versions", versions);
  add_taxii_write_routes(app, router);
}

}  // namespace tocsin::portal
