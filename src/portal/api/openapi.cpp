#include "portal/api/openapi.hpp"

#include "base/check.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "portal/api/schemas.hpp"

namespace tocsin::portal::api {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

/// Our own text: what does not parse is our mistake. The copy lives outside the parser's arena.
value parsed(std::string_view text) {
  const auto result = json::parse(text);
  TOCSIN_CHECK(result.has_value());
  return value(result->root(), boost::json::storage_ptr());
}

object reference(std::string_view section, std::string_view name) {
  object made;
  made["$ref"] = "#/components/" + std::string{section} + "/" + std::string{name};
  return made;
}

object parameter(std::string_view name, std::string_view in, std::string_view description, value schema) {
  object made;
  made["name"] = name;
  made["in"] = in;
  if (in == "path") made["required"] = true;
  made["description"] = description;
  made["schema"] = std::move(schema);
  return made;
}

/// "/a/{rest...}" as OpenAPI writes it: "/a/{rest}".
std::string path_of(std::string_view pattern) {
  std::string path{pattern};
  if (const auto dots = path.find("...}"); dots != std::string::npos) path.erase(dots, 3);
  return path;
}

object content(std::string_view media_type, object schema) {
  object media;
  media["schema"] = std::move(schema);
  object made;
  made[media_type] = std::move(media);
  return made;
}

object operation_of(const http::Route& route, const Operation& declared) {
  object made;
  made["operationId"] = route.name;
  made["summary"] = route.summary;
  if (!declared.description.empty()) made["description"] = declared.description;

  array parameters;
  std::string_view rest = route.pattern;
  for (auto open = rest.find('{'); open != std::string_view::npos; open = rest.find('{')) {
    const auto close = rest.find('}', open);
    auto name = rest.substr(open + 1, close - open - 1);
    if (name.ends_with("...")) name.remove_suffix(3);
    object string_schema;
    string_schema["type"] = "string";
    parameters.push_back(parameter(name, "path", path_parameter(name), std::move(string_schema)));
    rest.remove_prefix(close + 1);
  }
  for (const auto& query : declared.query) {
    parameters.push_back(parameter(query.name, "query", query.description, parsed(query.schema)));
  }
  if (declared.if_match) {
    object tag;
    tag["type"] = "string";
    auto match = parameter("If-Match", "header", "ETag of the answer to GET; * for whichever.", std::move(tag));
    match["required"] = true;
    parameters.push_back(std::move(match));
  }
  if (!parameters.empty()) made["parameters"] = std::move(parameters);

  if (!declared.body.empty()) {
    object body;
    body["required"] = true;
    body["content"] = content(declared.body_media_type, reference("schemas", declared.body));
    made["requestBody"] = std::move(body);
  }

  const bool is_post = route.method == http::Method::post;
  const bool reads = route.method == http::Method::get;
  object good;
  good["description"] = !reads ? "The answer." : "The answer; its ETag can be sent back as If-None-Match.";
  object schema;
  if (!declared.schema.empty()) {
    schema = reference("schemas", declared.schema);
  } else if (declared.media_type != "application/json") {
    schema["type"] = "string";
  }
  if (declared.status != 204) good["content"] = content(declared.media_type, std::move(schema));
  object responses;
  responses[std::to_string(declared.status)] = std::move(good);
  if (reads) responses["304"] = reference("responses", "NotModified");
  responses["400"] = reference("responses", "Problem");
  if (route.permission != domain::Permission::anyone) {
    for (const auto* status : {"401", "403"}) responses[status] = reference("responses", "Problem");
    array schemes;
    for (const auto* scheme : {"session", "token"}) {
      if (route.session_only && std::string_view{scheme} == "token") continue;
      object one;
      one[scheme] = array{};
      schemes.push_back(std::move(one));
    }
    made["security"] = std::move(schemes);
  }
  if (route.pattern.find('{') != std::string::npos) responses["404"] = reference("responses", "Problem");
  if (declared.if_match) {
    for (const auto* status : {"412", "428"}) responses[status] = reference("responses", "Problem");
  }
  if (!reads && !declared.body.empty()) responses["409"] = reference("responses", "Problem");
  if (is_post) responses["413"] = reference("responses", "Problem");
  responses["503"] = reference("responses", "Problem");
  made["responses"] = std::move(responses);
  return made;
}

}  // namespace

std::string openapi_document(const http::Router& router, std::string_view public_url) {
  object info;
  info["title"] = "Tocsin API";
  info["version"] = "1";
  info["description"] =
      "Advisories on industrial control systems, with the vulnerabilities, vendors and products they speak of. What "
      "is stored answers GET; lists are read page by page, following `next` until it is null; errors are problem "
      "details "
      "(RFC 9457).";
  object license;
  license["name"] = "Apache-2.0";
  license["identifier"] = "Apache-2.0";
  info["license"] = std::move(license);

  object paths;
  for (const auto& route : router.routes()) {
    if (!route->pattern.starts_with("/api/v1") || route->summary.empty()) continue;
    // What nobody has described is better left out than described wrongly; a test finds it.
    const auto* declared = find_operation(route->name);
    if (declared == nullptr) continue;
    auto& path = paths[path_of(route->pattern)];
    if (!path.is_object()) path.emplace_object();
    path.as_object()[text::lower_ascii(http::to_string(route->method))] = operation_of(*route, *declared);
  }

  object problem;
  problem["description"] = "Why there is no such answer.";
  problem["content"] = content("application/problem+json", reference("schemas", "Problem"));
  object not_modified;
  not_modified["description"] = "What the client has is still right.";
  object responses;
  responses["Problem"] = std::move(problem);
  responses["NotModified"] = std::move(not_modified);
  object components;
  auto& schemas = components["schemas"];
  schemas = parsed(schemas_json());
  for (const auto text : {advisory_schemas_json(), csaf_schemas_json(), account_schemas_json(), member_schemas_json(),
                          change_schemas_json(), case_schemas_json(), manage_schemas_json(), inventory_schemas_json(),
                          webhook_schemas_json(), peer_schemas_json(), collection_schemas_json(), status_schemas_json(),
                          sums_schemas_json(), subscription_schemas_json(), list_schemas_json(), threat_schemas_json(),
                          attack_schemas_json(), shared_schemas_json()}) {
    const auto area = parsed(text);
    for (const auto& [name, schema] : area.as_object()) schemas.as_object()[name] = schema;
  }
  components["responses"] = std::move(responses);
  object token;
  token["type"] = "http";
  token["scheme"] = "bearer";
  object session;
  session["type"] = "apiKey";
  session["in"] = "cookie";
  session["name"] = public_url.starts_with("https://") ? "__Host-tocsin" : "tocsin";
  session["description"] = "Of a browser that has signed in; what changes something needs X-CSRF-Token as well.";
  object schemes;
  schemes["session"] = std::move(session);
  schemes["token"] = std::move(token);
  components["securitySchemes"] = std::move(schemes);

  object document;
  document["openapi"] = "3.1.0";
  document["info"] = std::move(info);
  if (!public_url.empty()) {
    object server;
    server["url"] = public_url;
    document["servers"] = array{std::move(server)};
  }
  document["paths"] = std::move(paths);
  document["components"] = std::move(components);
  return json::write_pretty(document);
}

}  // namespace tocsin::portal::api
