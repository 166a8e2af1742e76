#include "portal/pages/manage.hpp"

#include "base/json.hpp"
#include "engine/manage/comments.hpp"
#include "engine/manage/reading.hpp"
#include "engine/manage/removal.hpp"
#include "portal/access.hpp"
#include "portal/api/body.hpp"
#include "portal/pages/format.hpp"

/// Read marks, comments and removal of advisories over the API.
namespace tocsin::portal {
namespace {

namespace manage = engine::manage;
using api::Body;
using domain::Permission;
using http::Method;

Result<http::Response> get_read(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  TRY(const auto record, pages::record_of(app, request));
  if (!request.viewer.person) return Error::forbidden("Only a person who has signed in reads something");
  TRY(const bool read, app.database().read([&](store::Connection& connection) {
    return manage::is_read(connection, *request.viewer.person, record.id);
  }));
  return api::personal_json({{"read", read}});
}

Result<http::Response> put_read(App& app, const http::Request& request) {
  TRY(const auto record, pages::record_of(app, request));
  TRY_VOID(manage::mark_read(app.database(), access::actor(request), record.id, request.now));
  return http::Response::nothing();
}

Result<http::Response> delete_read(App& app, const http::Request& request) {
  TRY(const auto record, pages::record_of(app, request));
  TRY_VOID(manage::mark_unread(app.database(), access::actor(request), record.id, request.now));
  return http::Response::nothing();
}

Result<http::Response> add_comment(App& app, const http::Request& request) {
  TRY(const auto record, pages::record_of(app, request));
  TRY(const auto body, Body::read(request, {"text", "for"}));
  TRY(const auto text, body.text("text"));
  TRY(const auto audience, body.text("for"));
  const auto whom = audience.value_or("organisation");
  if (whom != "organisation" && whom != "everyone") {
    return Error::invalid("'for' is organisation or everyone", "for");
  }
  const auto actor = access::actor(request);
  TRY(const auto id,
      manage::add_comment(app.database(), actor, record.id, text.value_or(""), whom == "everyone", request.now));
  TRY(const auto row, manage::find_comment(app.database(), actor, record.id, id, request.now));
  return api::personal_json(pages::comment_json(row), 201)
      .with("Location", "/api/v1" + pages::record_url(record) + "/comments/" + id);
}

Result<http::Response> get_comment(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  TRY(const auto record, pages::record_of(app, request));
  TRY(const auto row, manage::find_comment(app.database(), access::actor(request), record.id,
                                           request.parameter("comment"), request.now));
  return api::personal_json(pages::comment_json(row));
}

Result<http::Response> change_comment(App& app, const http::Request& request) {
  TRY(const auto record, pages::record_of(app, request));
  TRY(const auto body, Body::read(request, {"text"}));
  TRY(const auto text, body.text("text"));
  const auto actor = access::actor(request);
  const auto id = request.parameter("comment");
  TRY_VOID(manage::change_comment(app.database(), actor, record.id, id, text.value_or(""), request.now));
  TRY(const auto row, manage::find_comment(app.database(), actor, record.id, id, request.now));
  return api::personal_json(pages::comment_json(row));
}

Result<http::Response> remove_comment(App& app, const http::Request& request) {
  TRY(const auto record, pages::record_of(app, request));
  TRY_VOID(manage::remove_comment(app.database(), access::actor(request), record.id, request.parameter("comment"),
                                  request.now));
  return http::Response::nothing();
}

Result<http::Response> remove_record(App& app, const http::Request& request) {
  TRY(const auto record, pages::record_of(app, request));
  auto actor = access::actor(request);
  TRY_VOID(manage::may_remove(actor, record));
  TRY_VOID(api::require_fresh(app, request));
  TRY(const auto body, Body::read(request, {"reason"}));
  TRY(const auto reason, body.text("reason"));
  actor.reason = reason.value_or("");
  TRY_VOID(manage::remove_record(app.database(), actor, record.id, request.now));
  return http::Response::nothing();
}

}  // namespace

void add_manage_api(App& app, http::Router& router) {
  const auto get = [&](std::string pattern, std::string name, std::string summary, Permission permission,
                       Result<http::Response> (*handler)(App&, const http::Request&)) {
    http::Route route;
    route.pattern = std::move(pattern);
    route.name = std::move(name);
    route.summary = std::move(summary);
    route.permission = permission;
    route.handler = [&app, handler](const http::Request& request) { return handler(app, request); };
    router.add(std::move(route));
  };
  constexpr auto kSignedIn = Permission::signed_in;
  constexpr auto kMember = Permission::read_as_member;
  get("/api/v1/advisories/{id}/read", "advisory_read", "Has the asker read an advisory as it is now?", kSignedIn,
      get_read);
  get("/api/v1/advisories/{id}/comments/{comment}", "comment", "One comment on an advisory", kMember, get_comment);
  get("/api/v1/threats/{id}/read", "threat_read", "Has the asker read a STIX object as it is now?", kSignedIn,
      get_read);
  get("/api/v1/threats/{id}/comments/{comment}", "threat_comment", "One comment on a STIX object", kMember,
      get_comment);
  const api::WriteRoute routes[] = {
      {Method::put, "/api/v1/advisories/{id}/read", "advisory_mark_read", "Mark an advisory as read", kSignedIn,
       put_read},
      {Method::delete_, "/api/v1/advisories/{id}/read", "advisory_mark_unread", "Mark an advisory as unread", kSignedIn,
       delete_read},
      {Method::post, "/api/v1/advisories/{id}/comments", "comment_add", "Comment on an advisory", kMember, add_comment},
      {Method::patch, "/api/v1/advisories/{id}/comments/{comment}", "comment_change", "Change an own comment", kMember,
       change_comment},
      {Method::delete_, "/api/v1/advisories/{id}/comments/{comment}", "comment_remove", "Remove a comment", kMember,
       remove_comment},
      {Method::post, "/api/v1/advisories/{id}/removal", "advisory_removal", "Remove an advisory for good",
       Permission::delete_record, remove_record},
      {Method::put, "/api/v1/threats/{id}/read", "threat_mark_read", "Mark a STIX object as read", kSignedIn, put_read},
      {Method::delete_, "/api/v1/threats/{id}/read", "threat_mark_unread", "Mark a STIX object as unread", kSignedIn,
       delete_read},
      {Method::post, "/api/v1/threats/{id}/comments", "threat_comment_add", "Comment on a STIX object", kMember,
       add_comment},
      {Method::patch, "/api/v1/threats/{id}/comments/{comment}", "threat_comment_change", "Change an own comment",
       kMember, change_comment},
      {Method::delete_, "/api/v1/threats/{id}/comments/{comment}", "threat_comment_remove", "Remove a comment", kMember,
       remove_comment},
      {Method::post, "/api/v1/threats/{id}/removal", "threat_removal", "Remove a STIX object for good",
       Permission::delete_record, remove_record}};
  for (const auto& route : routes) api::add_write_route(app, router, route);
}

}  // namespace tocsin::portal
