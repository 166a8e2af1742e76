#include <algorithm>

#include "base/ids.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "engine/guard/second_person.hpp"
#include "engine/members/input.hpp"
#include "engine/members/members.hpp"
#include "engine/members/writing.hpp"
#include "store/people.hpp"

namespace tocsin::engine::members {
namespace {

using domain::Permission;

constexpr audit::Action kChange = "organisation.change";

/// What changed, old and new, for the audit log.
boost::json::object difference(const domain::Organisation& before, const domain::Organisation& after) {
  boost::json::object detail;
  const auto differ = [&](std::string_view field, std::string_view was, std::string_view is) {
    if (was != is) detail[field] = boost::json::object{{"was", was}, {"is", is}};
  };
  differ("name", before.name, after.name);
  differ("kind", domain::slug(before.kind), domain::slug(after.kind));
  differ("homepage", before.homepage, after.homepage);
  if (before.sectors != after.sectors) detail["sectors"] = "changed";
  if (before.countries != after.countries) detail["countries"] = "changed";
  if (before.vendor_keys != after.vendor_keys) detail["vendor_keys"] = boost::json::value_from(after.vendor_keys);
  if (before.description != after.description) detail["description"] = "changed";
  return detail;
}

/// Another kind may take the ground from roles that are held.
Status check_roles_fit(store::Connection& connection, const domain::Organisation& organisation) {
  TRY(const auto memberships, store::People{connection}.memberships_of(organisation.id));
  for (const auto& each : memberships) {
    if (!domain::may_hold(each.roles, organisation)) {
      return Error::conflict(
          std::string{tr<"Somebody holds a role here that an organisation of this kind cannot give">()}, "kind");
    }
  }
  return ok();
}

bool sees_all(const Actor& actor) { return actor.may(Permission::vet_organisations); }

bool is_own(const Actor& actor, domain::OrganisationId id) { return actor.viewer.organisation == id; }

Result<std::int64_t> people_shown(store::Connection& connection, const Actor& actor, domain::OrganisationId id) {
  const bool shown = sees_all(actor) || (is_own(actor, id) && actor.may(Permission::manage_own_people));
  if (!shown) return 0;
  return store::Organisations{connection}.people(id);
}

}  // namespace

Result<domain::Organisation> need_organisation(store::Connection& connection, domain::OrganisationId id) {
  TRY(auto found, store::Organisations{connection}.find(id));
  if (!found) return Error::not_found("organisation");
  return std::move(*found);
}

Result<domain::OrganisationId> create_organisation(store::Database& database, const Actor& actor,
                                                   const OrganisationInput& input, Timestamp now) {
  TRY_VOID(actor.require(Permission::manage_organisations));
  domain::Organisation organisation;
  TRY_VOID(read_organisation_input(input, organisation));
  // That it becomes a member is then another step, which another person approves.
  organisation.status = guard::wants_second(actor, domain::Act::admit_organisation)
                            ? domain::OrganisationStatus::vetted
                            : domain::OrganisationStatus::active;
  organisation.uuid = random_uuid();
  organisation.created_at = now;
  return write_members(database, [&](store::Connection& connection) -> Result<domain::OrganisationId> {
    TRY(const auto id, store::Organisations{connection}.insert(organisation));
    TRY_VOID(note(connection, actor, now, "organisation.create", audit::object_of(id), id,
                  {{"name", organisation.name}, {"kind", domain::slug(organisation.kind)}}));
    return id;
  });
}

Status change_organisation(store::Database& database, const Actor& actor, domain::OrganisationId id,
                           const OrganisationInput& input, Timestamp now, std::string_view expected) {
  TRY_VOID(actor.require(Permission::manage_organisations, Permission::manage_own_organisation, id));
  domain::Organisation wanted;
  TRY_VOID(read_organisation_input(input, wanted));
  return write_members(database, [&](store::Connection& connection) -> Status {
    TRY(const auto before, need_organisation(connection, id));
    TRY_VOID(check_version(version_of(before), expected));
    wanted.id = id;
    if (!actor.may(Permission::manage_organisations)) {
      wanted.kind = before.kind;
      wanted.vendor_keys = before.vendor_keys;
    }
    if (id == domain::kOwnOrganisation && wanted.kind != domain::OrganisationKind::cert) {
      return Error::conflict(std::string{tr<"The organisation that runs this installation stays a CERT">()}, "kind");
    }
    if (wanted.kind != before.kind) TRY_VOID(check_roles_fit(connection, wanted));
    TRY_VOID(store::Organisations{connection}.update(wanted));
    return note(connection, actor, now, kChange, audit::object_of(id), id, difference(before, wanted));
  });
}

Result<OrganisationPage> list_organisations(store::Database& database, const Actor& actor,
                                            const OrganisationFilter& filter) {
  if (!sees_all(actor)) TRY_VOID(actor.require(Permission::read_as_member));
  TRY_VOID(check_limit(filter.limit));
  TRY(const auto text, one_line(filter.text, "text", 0, kNameBytesMax));
  TRY(const auto after, read_cursor(filter.cursor));
  store::OrganisationQuery query{.folded_text = text::fold(text), .kind = filter.kind, .status = filter.status};
  if (!sees_all(actor)) {
    if (filter.status && *filter.status != domain::OrganisationStatus::active) return OrganisationPage{};
    query.status = domain::OrganisationStatus::active;
  }
  return database.snapshot([&](store::Connection& connection) -> Result<OrganisationPage> {
    store::Organisations organisations{connection};
    OrganisationPage page;
    TRY(page.total, organisations.count(query));
    TRY(auto found, organisations.list(query, after, filter.limit + 1));
    const bool more = found.size() > static_cast<std::size_t>(filter.limit);
    if (more) found.pop_back();
    if (more) page.next_cursor = write_cursor({text::fold(found.back().name), found.back().id.value});
    for (auto& each : found) {
      TRY(const auto people, people_shown(connection, actor, each.id));
      page.rows.push_back({.organisation = std::move(each), .people = people});
    }
    return page;
  });
}

Result<std::optional<OrganisationDetail>> find_organisation(store::Database& database, const Actor& actor,
                                                            domain::OrganisationId id, Timestamp now) {
  if (!sees_all(actor)) TRY_VOID(actor.require(Permission::read_as_member));
  return database.snapshot([&](store::Connection& connection) -> Result<std::optional<OrganisationDetail>> {
    store::Organisations organisations{connection};
    TRY(auto found, organisations.find(id));
    const bool known = found && (sees_all(actor) || found->status == domain::OrganisationStatus::active);
    if (!known) return std::optional<OrganisationDetail>{};
    OrganisationDetail detail;
    detail.organisation = std::move(*found);
    TRY(detail.contacts, organisations.contacts(id));
    TRY(detail.keys, organisations.keys(id));
    if (actor.require(Permission::manage_organisations, Permission::manage_own_organisation, id)) {
      TRY(detail.clients, organisations.clients(id));
      TRY(detail.providers, organisations.providers(id));
    }
    TRY(detail.people, people_shown(connection, actor, id));
    TRY(detail.records, organisations.visible_records(id, actor.viewer, now));
    return std::optional{std::move(detail)};
  });
}

}  // namespace tocsin::engine::members
