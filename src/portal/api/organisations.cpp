#include <fmt/format.h>

#include "engine/identity/identity.hpp"
#include "portal/access.hpp"
#include "portal/api/body.hpp"
#include "portal/api/problem.hpp"
#include "portal/pages/applications.hpp"
#include "portal/pages/member_parts.hpp"

/// Organisations over the API: what the pages do, by the same use cases.
namespace tocsin::portal {
namespace {

namespace members = engine::members;
using api::Body;
using domain::OrganisationId;
using domain::OrganisationStatus;
using domain::Permission;
using http::Method;

Result<OrganisationId> organisation_of(const http::Request& request) {
  const auto id = pages::id_in_path(request, "organisation");
  if (!id) return Error::not_found("organisation");
  return OrganisationId{*id};
}

/// As far as the asker may know of it.
Result<members::OrganisationDetail> detail_of(App& app, const http::Request& request, OrganisationId id) {
  TRY(auto detail, members::find_organisation(app.database(), access::actor(request), id, request.now));
  if (!detail) return Error::not_found("organisation");
  return std::move(*detail);
}

Result<members::OrganisationDetail> known(App& app, const http::Request& request) {
  TRY(const auto id, organisation_of(request));
  return detail_of(app, request, id);
}

http::Response answer(const members::OrganisationDetail& detail, int status = 200) {
  return api::with_version(api::personal_json(pages::organisation_detail_json(detail), status),
                           members::version_of(detail.organisation));
}

constexpr std::initializer_list<std::string_view> kProfile = {"name",     "kind",        "sectors",    "countries",
                                                              "homepage", "description", "vendor_keys"};

/// What the body names, over what was there.
Status read_profile(const Body& body, members::OrganisationInput& input) {
  TRY(auto name, body.text("name"));
  if (name) input.name = *std::move(name);
  TRY(const auto kind, body.text("kind"));
  if (kind) {
    const auto found = domain::parse_organisation_kind(*kind);
    if (!found) return Error::invalid("'kind' is a kind of organisation, such as asset-owner or vendor", "kind");
    input.kind = *found;
  }
  TRY(auto sectors, body.texts("sectors"));
  if (sectors) input.sectors = *std::move(sectors);
  TRY(auto countries, body.texts("countries"));
  if (countries) input.countries = *std::move(countries);
  TRY(auto homepage, body.text("homepage"));
  if (homepage) input.homepage = *std::move(homepage);
  TRY(auto description, body.text("description"));
  if (description) input.description = *std::move(description);
  TRY(auto keys, body.texts("vendor_keys"));
  if (keys) input.vendor_keys = *std::move(keys);
  return ok();
}

members::OrganisationInput stored_profile(const domain::Organisation& from) {
  members::OrganisationInput input{.kind = from.kind,
                                   .name = from.name,
                                   .sectors = {},
                                   .countries = from.countries,
                                   .homepage = from.homepage,
                                   .description = from.description,
                                   .vendor_keys = from.vendor_keys};
  for (const auto sector : from.sectors) input.sectors.emplace_back(domain::slug(sector));
  return input;
}

Result<http::Response> create(App& app, const http::Request& request) {
  TRY(const auto body, Body::read(request, kProfile));
  members::OrganisationInput input;
  TRY_VOID(read_profile(body, input));
  TRY(const auto id, members::create_organisation(app.database(), access::actor(request), input, request.now));
  TRY(const auto detail, detail_of(app, request, id));
  return answer(detail, 201).with("Location", "/api/v1" + pages::organisation_url(id));
}

Result<http::Response> change(App& app, const http::Request& request) {
  TRY(const auto detail, known(app, request));
  const auto& organisation = detail.organisation;
  const auto actor = access::actor(request);
  TRY_VOID(actor.require(Permission::manage_organisations, Permission::manage_own_organisation, organisation.id));
  TRY(const auto expected, api::expected_version(request));
  // Kind and vendor keys are the CERT's: to everybody else there are no such members.
  TRY(const auto body, actor.may(Permission::manage_organisations)
                           ? Body::read(request, kProfile)
                           : Body::read(request, {"name", "sectors", "countries", "homepage", "description"}));
  auto input = stored_profile(organisation);
  TRY_VOID(read_profile(body, input));
  // What the body leaves out is what was read here: it has to be the version that the client has seen.
  const auto version = members::version_of(organisation);
  if (!expected.empty() && expected != version) {
    return Error::conflict("Somebody else has changed it meanwhile: look at it again, then change it", "version");
  }
  TRY_VOID(members::change_organisation(app.database(), actor, organisation.id, input, request.now, version));
  TRY(const auto after, detail_of(app, request, organisation.id));
  return answer(after);
}

Result<http::Response> set_status(App& app, const http::Request& request) {
  TRY(const auto detail, known(app, request));
  const auto id = detail.organisation.id;
  const auto actor = access::actor(request);
  TRY_VOID(actor.require(Permission::vet_organisations, Permission::manage_own_organisation, id));
  TRY_VOID(api::require_fresh(app, request));
  TRY(const auto body, Body::read(request, {"status", "reason", "heir"}));
  TRY(const auto typed, body.text("status"));
  const auto status = domain::parse_organisation_status(typed.value_or(""));
  if (!status) return Error::invalid("'status' is one of applied, vetted, active, suspended, left", "status");
  TRY(const auto reason, body.text("reason"));
  if (reason.value_or("").empty())
    return Error::invalid("say why: whoever looks at this later will want to know", "reason");
  TRY(const auto heir, body.number("heir"));
  const auto to = heir ? std::optional{OrganisationId{*heir}} : std::nullopt;
  TRY_VOID(members::set_organisation_status(app.database(), actor, id, *status, *reason, to, request.now));
  TRY(const auto after, members::find_organisation(app.database(), actor, id, request.now));
  // Who let their own organisation leave sees it no more.
  if (!after)
    return api::personal_json(
        {{"id", id.value}, {"status", domain::to_string(*status)}, {"invitations", boost::json::array{}}});
  boost::json::array invitations;
  const bool admitted =
      *status == OrganisationStatus::active && (detail.organisation.status == OrganisationStatus::applied ||
                                                detail.organisation.status == OrganisationStatus::vetted);
  if (admitted && !actor.program) {
    TRY(const auto made, app.identity()->invite_applicants(id, actor));
    for (const auto& each : made) {
      invitations.push_back(
          boost::json::object{{"person", each.person.value},
                              {"name", each.name},
                              {"email", each.email},
                              {"link", fmt::format("{}/link/{}", app.base_url(request), each.secret)}});
    }
  }
  return api::personal_json(
      {{"id", id.value}, {"status", domain::to_string(*status)}, {"invitations", std::move(invitations)}});
}

Result<http::Response> apply(App& app, const http::Request& request) {
  if (const auto wait = pages::application_wait(app, request)) {
    const auto error = Error::unavailable("Too many applications have come from your address");
    return api::problem(request, error, 429).with("Retry-After", std::to_string(wait->count()));
  }
  TRY(const auto body, Body::read(request, {"name", "kind", "sectors", "countries", "homepage", "description",
                                            "person_name", "email", "note"}));
  members::Application application;
  TRY_VOID(read_profile(body, application.organisation));
  TRY(const auto person, body.text("person_name"));
  TRY(const auto email, body.text("email"));
  TRY(const auto note, body.text("note"));
  application.person_name = person.value_or("");
  application.email = email.value_or("");
  application.note = note.value_or("");
  TRY_VOID(members::apply(app.database(), access::actor(request), application, request.now));
  // The same whatever is known here.
  return api::personal_json({{"received", true}}, 202);
}

// --- contacts, keys, clients ---

http::Response created(std::int64_t id) { return api::personal_json({{"id", id}}, 201); }

Result<http::Response> add_contact(App& app, const http::Request& request) {
  TRY(const auto detail, known(app, request));
  TRY(const auto body, Body::read(request, {"role", "name", "email", "phone"}));
  TRY(const auto role, body.text("role"));
  TRY(const auto name, body.text("name"));
  TRY(const auto email, body.text("email"));
  TRY(const auto phone, body.text("phone"));
  TRY(const auto id, members::add_contact(app.database(), access::actor(request), detail.organisation.id,
                                          {.id = 0,
                                           .role = role.value_or(""),
                                           .name = name.value_or(""),
                                           .email = email.value_or(""),
                                           .phone = phone.value_or("")},
                                          request.now));
  return created(id);
}

Result<http::Response> add_key(App& app, const http::Request& request) {
  TRY(const auto detail, known(app, request));
  TRY(const auto body, Body::read(request, {"label", "key"}));
  TRY(const auto label, body.text("label"));
  TRY(const auto key, body.text("key"));
  auto added = members::add_key(app.database(), access::actor(request), detail.organisation.id, key.value_or(""),
                                label.value_or(""), request.now);
  if (!added) {
    auto error = std::move(added).error();
    if (error.where == "armoured" || error.where == "body") error.where = "key";
    return error;
  }
  return created(*added);
}

Result<std::int64_t> number_of(const http::Request& request, std::string_view what) {
  const auto id = pages::id_in_path(request, what);
  if (!id) return Error::not_found(what);
  return *id;
}

Result<http::Response> remove_contact(App& app, const http::Request& request) {
  TRY(const auto detail, known(app, request));
  TRY(const auto id, number_of(request, "contact"));
  TRY_VOID(members::remove_contact(app.database(), access::actor(request), detail.organisation.id, id, request.now));
  return http::Response::nothing();
}
Result<http::Response> remove_key(App& app, const http::Request& request) {
  TRY(const auto detail, known(app, request));
  TRY(const auto id, number_of(request, "key"));
  TRY_VOID(members::remove_key(app.database(), access::actor(request), detail.organisation.id, id, request.now));
  return http::Response::nothing();
}

Result<http::Response> put_client(App& app, const http::Request& request) {
  TRY(const auto detail, known(app, request));
  TRY(const auto id, number_of(request, "client"));
  const auto actor = access::actor(request);
  TRY_VOID(actor.require(Permission::manage_organisations));
  // Twice is once.
  for (const auto& each : detail.clients) {
    if (each.id.value == id) return http::Response::nothing();
  }
  TRY_VOID(members::add_client(app.database(), actor, detail.organisation.id, OrganisationId{id}, request.now));
  return http::Response::nothing();
}
Result<http::Response> remove_client(App& app, const http::Request& request) {
  TRY(const auto detail, known(app, request));
  TRY(const auto id, number_of(request, "client"));
  TRY_VOID(members::remove_client(app.database(), access::actor(request), detail.organisation.id, OrganisationId{id},
                                  request.now));
  return http::Response::nothing();
}

}  // namespace

void add_organisation_api(App& app, http::Router& router) {
  constexpr auto kOwn = Permission::manage_own_organisation;
  constexpr auto kAny = Permission::manage_organisations;
  constexpr std::size_t kKeyBytes = 300 << 10;
  const api::WriteRoute routes[] = {
      {Method::post, "/api/v1/organisations", "organisation_create", "Enter an organisation", kAny, create},
      {Method::post, "/api/v1/applications", "application_create", "Apply for membership", Permission::anyone, apply},
      // Coordinators and administrators have this permission, too.
      {Method::patch, "/api/v1/organisations/{organisation}", "organisation_change", "Change an organisation's profile",
       kOwn, change},
      {Method::post, "/api/v1/organisations/{organisation}/status", "organisation_status_set",
       "Vet, admit, suspend an organisation, or let it leave", kOwn, set_status},
      {Method::post, "/api/v1/organisations/{organisation}/contacts", "contact_create", "Add a contact", kOwn,
       add_contact},
      {Method::delete_, "/api/v1/organisations/{organisation}/contacts/{contact}", "contact_delete", "Remove a contact",
       kOwn, remove_contact},
      {Method::post, "/api/v1/organisations/{organisation}/keys", "key_create", "Add a public key or certificate", kOwn,
       add_key, false, kKeyBytes},
      {Method::delete_, "/api/v1/organisations/{organisation}/keys/{key}", "key_delete", "Remove a key", kOwn,
       remove_key},
      {Method::put, "/api/v1/organisations/{organisation}/clients/{client}", "client_put",
       "Name an organisation as another's client", kAny, put_client},
      {Method::delete_, "/api/v1/organisations/{organisation}/clients/{client}", "client_delete",
       "Say that it is its client no more", kAny, remove_client}};
  for (const auto& route : routes) api::add_write_route(app, router, route);
}

}  // namespace tocsin::portal
