#include "base/json.hpp"
#include "engine/threat/author.hpp"
#include "engine/threat/report.hpp"
#include "portal/access.hpp"
#include "portal/api/body.hpp"
#include "portal/api/report_audience.hpp"
#include "portal/pages/threat_json.hpp"

/// Writing objects of STIX over the API: the same as the form does.
namespace tocsin::portal {
namespace {

namespace threat = engine::threat;
using api::Body;
using http::Method;

constexpr std::size_t kBodyBytesMax = 1 << 20;

Result<std::vector<threat::RelationTo>> read_relations(const Body& body) {
  std::vector<threat::RelationTo> out;
  const auto* given = body.object().if_contains("relationships");
  if (given == nullptr || given->is_null()) return out;
  if (!given->is_array()) return Error::invalid("'relationships' is a list", "/relationships");
  std::size_t at = 0;
  for (const auto& each : given->get_array()) {
    const auto* members = each.if_object();
    auto verb = std::string{json::string_at(each, "type")}, target = std::string{json::string_at(each, "target")};
    if (members == nullptr || members->size() != 2 || verb.empty() || target.empty()) {
      return Error::invalid("A relationship has a 'type' and the 'target' that it leads to, and nothing else",
                            fmt::format("/relationships/{}", at));
    }
    out.push_back({.verb = std::move(verb), .target = std::move(target)});
    ++at;
  }
  return out;
}

Result<threat::Draft> read_draft(const Body& body) {
  threat::Draft draft;
  const auto* object = body.object().if_contains("object");
  if (object == nullptr || !object->is_object()) return Error::invalid("'object' is an object of STIX", "/object");
  draft.json = json::write(*object);
  TRY(draft.relations, read_relations(body));
  return draft;
}

/// Pointers into the object are those of the body.
Error in_body(Error error) {
  if (error.where == "/") {
    error.where = "/object";
  } else if (error.where.starts_with('/') && !error.where.starts_with("/relationships/")) {
    error.where = "/object" + error.where;
  }
  return error;
}

boost::json::array remarks_json(const std::vector<formats::Finding>& findings) {
  boost::json::array out;
  for (const auto& each : findings) {
    out.push_back(boost::json::object{
        {"test", each.test}, {"pointer", "/object" + each.path}, {"message", formats::sentence_of(each)}});
  }
  return out;
}

boost::json::object written_json(const threat::Written& written) {
  return {{"id", written.id},
          {"url", pages::threat_url(written.id)},
          {"version", written.version},
          {"problems", boost::json::array{}},
          {"remarks", remarks_json(written.remarks)}};
}

Result<http::Response> post_object(App& app, const http::Request& request) {
  const auto actor = access::actor(request);
  TRY_VOID(threat::may_share(actor));
  TRY(const auto body,
      Body::read(request, {"object", "relationships", "tlp", "audience", "listed", "embargo_until", "preview"}));
  TRY(const auto draft, read_draft(body));
  TRY(const auto audience, api::read_audience(body));
  TRY(const auto preview, body.flag("preview"));
  TRY(const auto marking, threat::marking_of_report(app.database(), actor, audience, request.now));
  if (preview.value_or(false)) {
    const auto checked = threat::check_draft(draft, marking.tlp, nullptr, request.now);
    if (!checked) return in_body(checked.error());
    return api::personal_json({{"id", nullptr},
                               {"url", nullptr},
                               {"version", nullptr},
                               {"problems", remarks_json(checked->problems)},
                               {"remarks", remarks_json(checked->remarks)}});
  }
  const auto made = threat::create_object(app.database(), actor, draft, marking, request.now);
  if (!made) return in_body(made.error());
  return api::with_version(api::personal_json(written_json(*made), 201), made->version)
      .with("Location", "/api/v1/threats/" + made->id);
}

Result<http::Response> put_object(App& app, const http::Request& request) {
  const auto actor = access::actor(request);
  const auto id = request.parameter("id");
  // Whoever may not is told so before anything of the body.
  TRY_VOID(threat::editable(app.database(), actor, id, request.now));
  TRY(const auto expected, api::expected_version(request));
  TRY(const auto body, Body::read(request, {"object", "relationships", "tlp", "audience", "listed", "embargo_until"}));
  TRY(const auto draft, read_draft(body));
  TRY(const auto audience, api::read_audience(body));
  TRY(const auto marking, threat::marking_of_report(app.database(), actor, audience, request.now));
  const auto made = threat::change_object(app.database(), actor, id, expected, draft, marking, request.now);
  if (!made) return in_body(made.error());
  return api::with_version(api::personal_json(written_json(*made)), made->version);
}

Result<http::Response> post_revocation(App& app, const http::Request& request) {
  TRY(const auto body, Body::read(request, {"reason"}));
  TRY(const auto reason, body.text("reason"));
  TRY_VOID(threat::withdraw_object(app.database(), access::actor(request), request.parameter("id"), reason.value_or(""),
                                   request.now));
  return http::Response::nothing();
}

}  // namespace

void add_threat_object_api(App& app, http::Router& router) {
  constexpr auto kMember = domain::Permission::read_as_member;
  const api::WriteRoute routes[] = {{.method = Method::post,
                                     .pattern = "/api/v1/threats",
                                     .name = "threat_create",
                                     .summary = "Write an object of STIX for the organisation",
                                     .permission = kMember,
                                     .handler = post_object,
                                     .body_bytes_max = kBodyBytesMax},
                                    {.method = Method::put,
                                     .pattern = "/api/v1/threats/{id}",
                                     .name = "threat_change",
                                     .summary = "Give a later version of an object that the organisation wrote",
                                     .permission = kMember,
                                     .handler = put_object,
                                     .body_bytes_max = kBodyBytesMax},
                                    {.method = Method::post,
                                     .pattern = "/api/v1/threats/{id}/revocation",
                                     .name = "threat_revoke",
                                     .summary = "Revoke it",
                                     .permission = kMember,
                                     .handler = post_revocation}};
  for (const auto& route : routes) api::add_write_route(app, router, route);
}

}  // namespace tocsin::portal
