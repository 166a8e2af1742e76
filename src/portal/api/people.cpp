#include <fmt/format.h>

#include "engine/identity/identity.hpp"
#include "portal/access.hpp"
#include "portal/api/body.hpp"
#include "portal/pages/member_parts.hpp"

/// People over the API.
namespace tocsin::portal {
namespace {

namespace members = engine::members;
using api::Body;
using domain::OrganisationId;
using domain::Permission;
using domain::PersonId;
using domain::PersonStatus;
using engine::identity::LinkPurpose;
using http::Method;

Result<members::PersonRow> row_of(App& app, const http::Request& request, PersonId id) {
  TRY(auto row, members::find_person(app.database(), access::actor(request), id));
  if (!row) return Error::not_found("person");
  return std::move(*row);
}

Result<members::PersonRow> known(App& app, const http::Request& request) {
  const auto id = pages::id_in_path(request, "person");
  if (!id) return Error::not_found("person");
  return row_of(app, request, {*id});
}

Result<http::Response> answer(App& app, const members::PersonRow& row, int status = 200) {
  TRY(const auto organisations, pages::organisations_of(app, {row}));
  return api::with_version(api::personal_json(pages::person_json(row, organisations), status),
                           members::version_of(row.person));
}

Result<domain::Roles> roles_of(const Body& body) {
  domain::Roles roles{domain::Role::member};
  TRY(const auto slugs, body.texts("roles"));
  for (const auto& slug : slugs.value_or(std::vector<std::string>{})) {
    const auto role = domain::parse_role(slug);
    if (!role)
      return Error::invalid("a role is written as in docs/members.md, such as organisation-administrator", "roles");
    roles = roles.with(*role);
  }
  return roles;
}

Result<http::Response> invite(App& app, const http::Request& request) {
  TRY(const auto body, Body::read(request, {"name", "email", "organisation", "roles", "language", "time_zone"}));
  TRY(const auto name, body.text("name"));
  TRY(const auto email, body.text("email"));
  TRY(const auto language, body.text("language"));
  TRY(const auto zone, body.text("time_zone"));
  TRY(const auto number, body.number("organisation"));
  TRY(const auto roles, roles_of(body));
  const auto actor = access::actor(request);
  const auto organisation = number ? std::optional{OrganisationId{*number}} : actor.viewer.organisation;
  if (!organisation) return Error::invalid("say into which organisation", "organisation");
  TRY(const auto id, members::invite(app.database(), actor, *organisation,
                                     {.name = name.value_or(""),
                                      .email = email.value_or(""),
                                      .language = language.value_or(""),
                                      .time_zone = zone.value_or("")},
                                     roles, request.now));
  TRY(const auto row, row_of(app, request, id));
  TRY(auto response, answer(app, row, 201));
  return response.with("Location", "/api/v1" + pages::person_url(id));
}

/// Whoever may change this person: those who manage people, and the person.
Status read_person(const Body& body, members::PersonInput& input) {
  TRY(auto name, body.text("name"));
  if (name) input.name = *std::move(name);
  TRY(auto email, body.text("email"));
  if (email) input.email = *std::move(email);
  TRY(auto language, body.text("language"));
  if (language) input.language = *std::move(language);
  TRY(auto zone, body.text("time_zone"));
  if (zone) input.time_zone = *std::move(zone);
  return ok();
}

Result<http::Response> change_row(App& app, const http::Request& request, const members::PersonRow& row,
                                  const Body& body) {
  TRY(const auto expected, api::expected_version(request));
  const auto& person = row.person;
  members::PersonInput input{
      .name = person.name, .email = person.email, .language = person.language, .time_zone = person.time_zone};
  TRY_VOID(read_person(body, input));
  const auto version = members::version_of(person);
  if (!expected.empty() && expected != version) {
    return Error::conflict("Somebody else has changed it meanwhile: look at it again, then change it", "version");
  }
  TRY_VOID(members::change_person(app.database(), access::actor(request), person.id, input, request.now, version));
  TRY_VOID(app.identity()->refresh());
  TRY(const auto after, row_of(app, request, person.id));
  return answer(app, after);
}

Result<http::Response> change(App& app, const http::Request& request) {
  TRY(const auto row, known(app, request));
  TRY_VOID(access::actor(request).require(Permission::manage_people));
  TRY(const auto body, Body::read(request, {"name", "email", "language", "time_zone"}));
  return change_row(app, request, row, body);
}

Result<http::Response> change_me(App& app, const http::Request& request) {
  TRY(const auto row, row_of(app, request, request.principal->person));
  // The address identifies: it is changed by those who manage people.
  TRY(const auto body, Body::read(request, {"name", "language", "time_zone"}));
  return change_row(app, request, row, body);
}

Result<OrganisationId> seat_of(const http::Request& request) {
  const auto id = pages::id_in_path(request, "organisation");
  if (!id) return Error::not_found("membership");
  return OrganisationId{*id};
}

Result<http::Response> put_roles(App& app, const http::Request& request) {
  TRY(const auto row, known(app, request));
  TRY(const auto organisation, seat_of(request));
  TRY_VOID(api::require_fresh(app, request));
  TRY(const auto body, Body::read(request, {"roles"}));
  TRY(const auto roles, roles_of(body));
  TRY_VOID(members::set_roles(app.database(), access::actor(request), row.person.id, organisation, roles, request.now));
  TRY(const auto after, row_of(app, request, row.person.id));
  return answer(app, after);
}

Result<http::Response> end_membership(App& app, const http::Request& request) {
  TRY(const auto row, known(app, request));
  TRY(const auto organisation, seat_of(request));
  TRY_VOID(api::require_fresh(app, request));
  TRY_VOID(members::set_roles(app.database(), access::actor(request), row.person.id, organisation, {}, request.now));
  return http::Response::nothing();
}

Result<http::Response> set_status(App& app, const http::Request& request) {
  TRY(const auto row, known(app, request));
  TRY_VOID(api::require_fresh(app, request));
  TRY(const auto body, Body::read(request, {"status"}));
  TRY(const auto typed, body.text("status"));
  const auto status = domain::parse_person_status(typed.value_or(""));
  if (!status || (*status != PersonStatus::active && *status != PersonStatus::suspended)) {
    return Error::invalid("an account becomes active or suspended", "status");
  }
  TRY_VOID(members::set_person_status(app.database(), access::actor(request), row.person.id, *status, request.now));
  TRY(const auto after, row_of(app, request, row.person.id));
  return answer(app, after);
}

Result<http::Response> make_link(App& app, const http::Request& request) {
  TRY(const auto row, known(app, request));
  TRY_VOID(api::require_fresh(app, request));
  TRY_VOID(Body::read(request, {}));
  const auto actor = access::actor(request);
  const bool invited = row.person.status == PersonStatus::invited;
  std::optional<OrganisationId> organisation;
  if (invited) {
    for (const auto& membership : row.memberships) {
      if (!organisation || actor.viewer.organisation == membership.organisation) organisation = membership.organisation;
    }
  } else {
    TRY_VOID(actor.require(Permission::manage_people));
  }
  const auto purpose = invited ? LinkPurpose::invitation : LinkPurpose::password_reset;
  TRY(const auto secret, app.identity()->create_link(purpose, row.person.id, organisation, actor));
  return api::personal_json({{"purpose", invited ? "invitation" : "password-reset"},
                             {"link", fmt::format("{}/link/{}", app.base_url(request), secret)}},
                            201);
}

Result<http::Response> erase(App& app, const http::Request& request) {
  TRY(const auto row, known(app, request));
  TRY_VOID(access::actor(request).require(Permission::manage_people));
  TRY_VOID(api::require_fresh(app, request));
  TRY_VOID(members::erase_person(app.database(), access::actor(request), row.person.id, request.now));
  return http::Response::nothing();
}

Result<http::Response> export_data(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  TRY(const auto row, known(app, request));
  TRY_VOID(access::actor(request).require(Permission::manage_people));
  TRY(auto text, members::export_person(app.database(), access::actor(request), row.person.id, request.now));
  return pages::personal(http::Response::json(std::move(text)));
}

}  // namespace

void add_people_api(App& app, http::Router& router) {
  // Those who manage all people have this permission, too.
  constexpr auto kOwn = Permission::manage_own_people;
  constexpr auto kAll = Permission::manage_people;
  const api::WriteRoute routes[] = {
      {Method::post, "/api/v1/people", "person_invite_api", "Invite somebody into an organisation", kOwn, invite},
      {Method::patch, "/api/v1/people/{person}", "person_change", "Change name, address, language and time zone", kAll,
       change},
      {Method::patch, "/api/v1/me", "me_change", "Change one's own name, language and time zone", Permission::signed_in,
       change_me, true},
      {Method::put, "/api/v1/people/{person}/memberships/{organisation}", "membership_put", "Set somebody's roles",
       kOwn, put_roles},
      {Method::delete_, "/api/v1/people/{person}/memberships/{organisation}", "membership_delete", "End a membership",
       kOwn, end_membership},
      {Method::post, "/api/v1/people/{person}/status", "person_status_set", "Suspend an account, or open it again",
       kAll, set_status},
      {Method::post, "/api/v1/people/{person}/link", "person_link_api",
       "Make an invitation, or a link for a new password", kOwn, make_link, true},
      {Method::delete_, "/api/v1/people/{person}", "person_erase_api", "Erase an account for good", kAll, erase, true}};
  for (const auto& route : routes) api::add_write_route(app, router, route);
  http::Route data;
  data.pattern = "/api/v1/people/{person}/export";
  data.name = "person_export_data";
  data.summary = "All that is kept of a person";
  data.permission = kAll;
  data.session_only = true;
  data.handler = [&app](const http::Request& request) { return export_data(app, request); };
  router.add(std::move(data));
}

}  // namespace tocsin::portal
