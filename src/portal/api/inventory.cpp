#include <algorithm>

#include "base/time.hpp"
#include "portal/access.hpp"
#include "portal/api/body.hpp"
#include "portal/pages/inventory_parts.hpp"
#include "portal/pages/member_parts.hpp"
#include "store/records.hpp"

/// The inventory and what was done about matches, over the API.
namespace tocsin::portal {
namespace {

namespace exposure = engine::exposure;
namespace inventory = engine::inventory;
using api::Body;
using domain::Permission;
using http::Method;

#define TOCSIN_ASSET_MEMBERS                                                                                         \
  "key", "name", "vendor", "family", "product", "model", "hardware", "versions", "serial", "cpe", "purls", "hashes", \
      "addresses", "site", "zone", "conduit", "purdue_level", "criticality", "exposure", "safety", "environment",    \
      "production", "owner", "next_outage", "tags", "others"

Result<store::Asset> asset_of(App& app, const http::Request& request, std::int64_t id) {
  TRY(const auto access, inventory::access(app.database(), access::actor(request), {}, request.now));
  TRY(auto found, inventory::find(app.database(), access, id));
  if (!found) return Error::not_found("asset");
  return std::move(*found);
}

Result<store::Asset> known(App& app, const http::Request& request) {
  const auto id = pages::id_in_path(request, "asset");
  if (!id) return Error::not_found("asset");
  return asset_of(app, request, *id);
}

http::Response answer(const store::Asset& asset, int status = 200) {
  return api::with_version(api::personal_json(pages::asset_json(asset), status), inventory::version_of(asset));
}

Result<http::Response> create(App& app, const http::Request& request) {
  TRY(const auto body, Body::read(request, {TOCSIN_ASSET_MEMBERS}));
  TRY(auto item, pages::item_from_json(body.object()));
  TRY(const auto id, inventory::add(app.database(), access::actor(request), std::move(item), request.now));
  TRY(const auto asset, asset_of(app, request, id));
  return answer(asset, 201).with("Location", "/api/v1" + pages::asset_url(id));
}

Result<http::Response> replace(App& app, const http::Request& request) {
  TRY(const auto asset, known(app, request));
  TRY(const auto expected, api::expected_version(request));
  TRY(const auto body, Body::read(request, {TOCSIN_ASSET_MEMBERS}));
  TRY(auto item, pages::item_from_json(body.object()));
  TRY_VOID(inventory::change(app.database(), access::actor(request), asset.id, std::move(item), request.now, expected));
  TRY(const auto after, asset_of(app, request, asset.id));
  return answer(after);
}

Result<http::Response> remove(App& app, const http::Request& request) {
  TRY(const auto asset, known(app, request));
  TRY(const auto expected, api::expected_version(request));
  TRY_VOID(inventory::remove(app.database(), access::actor(request), asset.id, request.now, expected));
  return http::Response::nothing();
}

Result<bool> flag(const http::Request& request, std::string_view name) {
  const auto value = request.query.get(name);
  if (value.empty() || value == "false") return false;
  if (value == "true") return true;
  return Error::invalid("true or false", std::string{name});
}

/// The body is the file.
Result<http::Response> import(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({"dry_run", "keep_good_rows", "remove_missing", "digest", "bom"}));
  inventory::ImportOptions options;
  TRY(const bool dry_run, flag(request, "dry_run"));
  TRY(options.keep_good_rows, flag(request, "keep_good_rows"));
  TRY(options.remove_missing, flag(request, "remove_missing"));
  options.expected_digest = std::string{request.query.get("digest")};
  const auto actor = access::actor(request);
  TRY_VOID(actor.require(Permission::edit_inventory));
  TRY(const auto reading,
      inventory::read_file(app.database(), actor.viewer.organisation.value_or(domain::OrganisationId{}), request.body,
                           {}, request.query.get("bom")));
  TRY_VOID(inventory::check_columns(reading));
  options.bom = reading.bom;
  options.kind = reading.kind;
  auto items = inventory::items_of(reading);
  auto difference = dry_run ? inventory::compare(app.database(), actor, std::move(items), options)
                            : inventory::import(app.database(), actor, std::move(items), options, request.now);
  if (!difference) return difference.error();
  return api::personal_json(pages::difference_json(*difference));
}

Result<std::vector<exposure::Subject>> subjects_of(App& app, const http::Request& request, const Body& body) {
  std::vector<exposure::Subject> subjects;
  const auto found = body.object().find("matches");
  if (found == body.object().end() || !found->value().is_array()) {
    return Error::invalid("a list of objects with asset and advisory", "matches");
  }
  if (found->value().get_array().size() > exposure::kSubjectsMax) return Error::invalid("too many", "matches");
  for (const auto& each : found->value().get_array()) {
    const auto* asset = each.is_object() ? each.get_object().if_contains("asset") : nullptr;
    const auto* advisory = each.is_object() ? each.get_object().if_contains("advisory") : nullptr;
    if (asset == nullptr || !asset->is_int64() || advisory == nullptr || !advisory->is_string()) {
      return Error::invalid("a list of objects with asset and advisory", "matches");
    }
    TRY(const auto record, app.database().read([&](store::Connection& connection) {
      return store::Records{connection}.find(request.viewer, domain::RecordKind::advisory,
                                             std::string_view{advisory->get_string()}, request.now);
    }));
    if (!record) return Error::not_found("match");
    subjects.push_back({.asset = asset->get_int64(), .record = record->id});
  }
  return subjects;
}

Result<http::Response> set_state(App& app, const http::Request& request) {
  TRY(const auto body, Body::read(request, {"matches", "state", "evidence", "until", "vulnerability"}));
  TRY(const auto subjects, subjects_of(app, request, body));
  TRY(const auto word, body.text("state"));
  const auto state = domain::parse_remediation_state(word.value_or(""));
  if (!state) return Error::invalid("one of open, in_progress, done, accepted", "state");
  exposure::StateInput input{.state = *state};
  TRY(const auto evidence, body.text("evidence"));
  input.evidence = evidence.value_or("");
  TRY(const auto vulnerability, body.text("vulnerability"));
  input.vulnerability = vulnerability.value_or("");
  TRY(const auto until, body.text("until"));
  if (until) {
    TRY(input.until, parse_rfc3339(*until));
  }
  TRY_VOID(exposure::set_state(app.database(), access::actor(request), subjects, input, request.now));
  return http::Response::nothing();
}

Result<http::Response> set_verdict(App& app, const http::Request& request) {
  TRY(const auto body, Body::read(request, {"matches", "verdict", "reason"}));
  TRY(const auto subjects, subjects_of(app, request, body));
  TRY(const auto word, body.text("verdict"));
  const auto verdict = domain::parse_match_verdict(word.value_or(""));
  if (!verdict) return Error::invalid("one of confirmed, rejected, never, none", "verdict");
  TRY(const auto reason, body.text("reason"));
  TRY_VOID(exposure::set_verdict(app.database(), access::actor(request), subjects, *verdict, reason.value_or(""),
                                 request.now));
  return http::Response::nothing();
}

}  // namespace

void add_inventory_api(App& app, http::Router& router) {
  constexpr auto kEdit = Permission::edit_inventory;
  const api::WriteRoute routes[] = {
      {Method::post, "/api/v1/inventory", "asset_create", "Enter an asset", kEdit, create},
      {Method::put, "/api/v1/inventory/{asset}", "asset_replace", "Replace an asset", kEdit, replace},
      {Method::delete_, "/api/v1/inventory/{asset}", "asset_delete", "Remove an asset", kEdit, remove},
      {.method = Method::post,
       .pattern = "/api/v1/inventory/import",
       .name = "inventory_import",
       .summary = "Import a file, or say what that would change",
       .permission = kEdit,
       .handler = import,
       .body_bytes_max = inventory::kUploadBytesMax,
       .takes_query = true},
      {Method::post, "/api/v1/exposure/state", "exposure_state", "Say what was done about matches", kEdit, set_state},
      {Method::post, "/api/v1/exposure/verdict", "exposure_verdict", "Confirm or reject matches", kEdit, set_verdict}};
  for (const auto& route : routes) api::add_write_route(app, router, route);
}

}  // namespace tocsin::portal
