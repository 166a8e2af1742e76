#include "portal/access.hpp"
#include "portal/api/body.hpp"
#include "portal/pages/case_parts.hpp"
#include "portal/pages/member_parts.hpp"

/// Cases over the API.
namespace tocsin::portal {
namespace {

namespace cases = engine::cases;
using api::Body;
using domain::Grantee;
using domain::Permission;
using http::Method;

http::Response answer(const cases::CaseDetail& detail, int status = 200) {
  return api::with_version(api::personal_json(pages::case_detail_json(detail), status),
                           cases::version_of(detail.row.it));
}

Result<domain::CasePart> part_of(const Body& body) {
  TRY(const auto text, body.text("part"));
  const auto part = domain::parse_case_part(text.value_or("other"));
  if (!part) {
    return Error::invalid("'part' is coordinator, reporter, vendor, asset-owner, agency or other", "part");
  }
  return *part;
}

Result<http::Response> create(App& app, const http::Request& request) {
  TRY(const auto body, Body::read(request, {"title", "kind"}));
  TRY(const auto title, body.text("title"));
  TRY(const auto kind_text, body.text("kind"));
  const auto kind = domain::parse_case_kind(kind_text.value_or("coordination"));
  if (!kind) return Error::invalid("'kind' is coordination or incident", "kind");
  const auto actor = access::actor(request);
  TRY(const auto number,
      cases::open_case(app.database(), actor, {.kind = *kind, .title = title.value_or(""), .owner = {}}, request.now));
  boost::json::object made;
  made["number"] = number;
  made["url"] = pages::case_url(number);
  return api::personal_json(made, 201).with("Location", "/api/v1" + pages::case_url(number));
}

Result<http::Response> change(App& app, const http::Request& request) {
  TRY(const auto detail, pages::case_of(app, request));
  const auto& it = detail.row.it;
  TRY(const auto expected, api::expected_version(request));
  TRY(const auto body, Body::read(request, {"title", "state"}));
  TRY(const auto title, body.text("title"));
  TRY(const auto state_text, body.text("state"));
  auto state = std::optional{it.state};
  if (state_text) state = domain::parse_case_state(*state_text);
  if (!state) return Error::invalid("'state' is open or closed", "state");
  const auto version = cases::version_of(it);
  if (!expected.empty() && expected != version) {
    return Error::conflict("Somebody else has changed it meanwhile: look at it again, then change it", "version");
  }
  TRY_VOID(cases::change_case(app.database(), access::actor(request), it.number, title.value_or(it.title), *state,
                              request.now, version));
  TRY(const auto after, pages::case_of(app, request));
  return answer(after);
}

Result<http::Response> put_organisation(App& app, const http::Request& request) {
  TRY(const auto detail, pages::case_of(app, request));
  const auto id = pages::id_in_path(request, "organisation");
  if (!id) return Error::not_found("organisation");
  TRY(const auto body, Body::read(request, {"part"}));
  TRY(const auto part, part_of(body));
  TRY_VOID(cases::add_participant(app.database(), access::actor(request), detail.row.it.number,
                                  Grantee{Grantee::Kind::organisation, *id}, part, request.now));
  return http::Response::nothing();
}

Result<http::Response> remove_organisation(App& app, const http::Request& request) {
  TRY(const auto detail, pages::case_of(app, request));
  const auto id = pages::id_in_path(request, "organisation");
  if (!id) return Error::not_found("organisation");
  TRY_VOID(cases::remove_participant(app.database(), access::actor(request), detail.row.it.number,
                                     Grantee{Grantee::Kind::organisation, *id}, request.now));
  return http::Response::nothing();
}

/// By mail address: the answer is the same whether somebody has it or not, for those who may not manage people.
Result<http::Response> add_person(App& app, const http::Request& request) {
  TRY(const auto detail, pages::case_of(app, request));
  TRY(const auto body, Body::read(request, {"email", "part"}));
  TRY(const auto email, body.text("email"));
  TRY(const auto part, part_of(body));
  TRY_VOID(cases::add_person(app.database(), access::actor(request), detail.row.it.number, email.value_or(""), part,
                             request.now));
  TRY(const auto after, pages::case_of(app, request));
  return answer(after);
}

Result<http::Response> remove_person(App& app, const http::Request& request) {
  TRY(const auto detail, pages::case_of(app, request));
  const auto actor = access::actor(request);
  const auto person = request.parameter("person");
  if (person.find('@') != std::string_view::npos) {
    TRY_VOID(cases::remove_person(app.database(), actor, detail.row.it.number, person, request.now));
    return http::Response::nothing();
  }
  const auto id = pages::id_of(person);
  if (!id) return Error::not_found("participant");
  TRY_VOID(cases::remove_participant(app.database(), actor, detail.row.it.number, Grantee{Grantee::Kind::person, *id},
                                     request.now));
  return http::Response::nothing();
}

}  // namespace

void add_case_api(App& app, http::Router& router) {
  constexpr auto kHandle = Permission::handle_cases;
  const api::WriteRoute routes[] = {
      {Method::post, "/api/v1/cases", "case_create", "Open a case", kHandle, create},
      {Method::patch, "/api/v1/cases/{case}", "case_change", "Change a case's title, close or reopen it", kHandle,
       change},
      {Method::put, "/api/v1/cases/{case}/organisations/{organisation}", "case_organisation_put",
       "Let an organisation take part in a case, or give it another part", kHandle, put_organisation},
      {Method::delete_, "/api/v1/cases/{case}/organisations/{organisation}", "case_organisation_delete",
       "Take an organisation out of a case", kHandle, remove_organisation},
      {Method::post, "/api/v1/cases/{case}/people", "case_person_add",
       "Let a single person take part in a case, by mail address", kHandle, add_person},
      {Method::delete_, "/api/v1/cases/{case}/people/{person}", "case_person_delete",
       "Take a single person out of a case, by mail address or number", kHandle, remove_person}};
  for (const auto& route : routes) api::add_write_route(app, router, route);
}

}  // namespace tocsin::portal
