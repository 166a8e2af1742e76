#include "portal/access.hpp"
#include "portal/api/body.hpp"
#include "portal/pages/member_parts.hpp"

/// Communities over the API.
namespace tocsin::portal {
namespace {

namespace members = engine::members;
using api::Body;
using domain::CommunityId;
using domain::Grantee;
using domain::Permission;
using http::Method;

Result<members::CommunityDetail> detail_of(App& app, const http::Request& request, CommunityId id) {
  TRY(auto detail, members::find_community(app.database(), access::actor(request), id));
  if (!detail) return Error::not_found("community");
  return std::move(*detail);
}

Result<members::CommunityDetail> known(App& app, const http::Request& request) {
  const auto id = pages::id_in_path(request, "community");
  if (!id) return Error::not_found("community");
  return detail_of(app, request, {*id});
}

http::Response answer(const members::CommunityDetail& detail, int status = 200) {
  return api::with_version(api::personal_json(pages::community_detail_json(detail), status),
                           members::version_of(detail.row.community));
}

Status read_fields(const Body& body, members::CommunityInput& input) {
  TRY(auto name, body.text("name"));
  if (name) input.name = *std::move(name);
  TRY(auto description, body.text("description"));
  if (description) input.description = *std::move(description);
  TRY(const auto hidden, body.flag("members_hidden"));
  if (hidden) input.members_hidden = *hidden;
  return ok();
}

Result<http::Response> create(App& app, const http::Request& request) {
  TRY(const auto body, Body::read(request, {"name", "description", "members_hidden", "uuid"}));
  members::CommunityInput input;
  TRY_VOID(read_fields(body, input));
  TRY(const auto uuid, body.text("uuid"));
  input.uuid = uuid.value_or("");
  TRY(const auto id, members::create_community(app.database(), access::actor(request), input, request.now));
  TRY(const auto detail, detail_of(app, request, id));
  return answer(detail, 201).with("Location", "/api/v1" + pages::community_url(id));
}

Result<http::Response> change(App& app, const http::Request& request) {
  TRY(const auto detail, known(app, request));
  const auto& community = detail.row.community;
  TRY(const auto expected, api::expected_version(request));
  TRY(const auto body, Body::read(request, {"name", "description", "members_hidden", "closed"}));
  members::CommunityInput input{.uuid = community.uuid,
                                .name = community.name,
                                .description = community.description,
                                .members_hidden = community.members_hidden};
  TRY_VOID(read_fields(body, input));
  TRY(const auto closed, body.flag("closed"));
  const auto version = members::version_of(community);
  if (!expected.empty() && expected != version) {
    return Error::conflict("Somebody else has changed it meanwhile: look at it again, then change it", "version");
  }
  TRY_VOID(members::change_community(app.database(), access::actor(request), community.id, input,
                                     closed.value_or(community.closed), request.now, version));
  TRY(const auto after, detail_of(app, request, community.id));
  return answer(after);
}

Result<Grantee> member_of(const http::Request& request) {
  for (const auto& [kind, name] :
       {std::pair{Grantee::Kind::organisation, "organisation"}, std::pair{Grantee::Kind::person, "person"}}) {
    if (request.parameter(name).empty()) continue;
    const auto id = pages::id_in_path(request, name);
    if (!id) return Error::not_found(name);
    return Grantee{kind, *id};
  }
  return Error::not_found("member");
}

Result<http::Response> put_member(App& app, const http::Request& request) {
  TRY(const auto detail, known(app, request));
  TRY(const auto member, member_of(request));
  // Twice is once.
  const auto is_in = [&](const auto& all) {
    return std::ranges::any_of(all, [&](const auto& each) { return each.id.value == member.id; });
  };
  if (member.kind == Grantee::Kind::organisation ? is_in(detail.organisations) : is_in(detail.people)) {
    return http::Response::nothing();
  }
  const auto actor = access::actor(request);
  // Numbers of people are for those who may see them.
  if (member.kind == Grantee::Kind::person) {
    TRY_VOID(actor.require(Permission::manage_people));
  }
  TRY_VOID(members::add_to_community(app.database(), actor, detail.row.community.id, member, request.now));
  return http::Response::nothing();
}

Result<http::Response> remove_member(App& app, const http::Request& request) {
  TRY(const auto detail, known(app, request));
  // Those who do not see people's numbers say the address.
  if (const auto person = request.parameter("person"); person.find('@') != std::string_view::npos) {
    TRY_VOID(members::unlist_from_community(app.database(), access::actor(request), detail.row.community.id, person,
                                            request.now));
    return http::Response::nothing();
  }
  TRY(const auto member, member_of(request));
  TRY_VOID(members::remove_from_community(app.database(), access::actor(request), detail.row.community.id, member,
                                          request.now));
  return http::Response::nothing();
}

/// By mail address: the answer is the same whether somebody has it or not, for those who may not manage people.
Result<http::Response> list_person(App& app, const http::Request& request) {
  TRY(const auto detail, known(app, request));
  TRY(const auto body, Body::read(request, {"email"}));
  TRY(const auto email, body.text("email"));
  TRY_VOID(members::list_in_community(app.database(), access::actor(request), detail.row.community.id,
                                      email.value_or(""), request.now));
  TRY(const auto after, detail_of(app, request, detail.row.community.id));
  return answer(after);
}

}  // namespace

void add_community_api(App& app, http::Router& router) {
  constexpr auto kManage = Permission::manage_communities;
  const api::WriteRoute routes[] = {
      {Method::post, "/api/v1/communities", "community_create", "Make a community", kManage, create},
      {Method::patch, "/api/v1/communities/{community}", "community_change", "Change, close or open a community",
       kManage, change},
      {Method::put, "/api/v1/communities/{community}/organisations/{organisation}", "community_organisation_put",
       "Add an organisation to a community", kManage, put_member},
      {Method::delete_, "/api/v1/communities/{community}/organisations/{organisation}", "community_organisation_delete",
       "Take an organisation out of a community", kManage, remove_member},
      {Method::post, "/api/v1/communities/{community}/people", "community_person_list",
       "Add a single person to a community, by mail address", kManage, list_person},
      {Method::put, "/api/v1/communities/{community}/people/{person}", "community_person_put",
       "Add a single person to a community, by number", kManage, put_member},
      {Method::delete_, "/api/v1/communities/{community}/people/{person}", "community_person_delete",
       "Take a single person out of a community", kManage, remove_member}};
  for (const auto& route : routes) api::add_write_route(app, router, route);
}

}  // namespace tocsin::portal
