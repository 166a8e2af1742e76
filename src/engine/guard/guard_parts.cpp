#include "engine/guard/guard_parts.hpp"

#include "domain/organisation.hpp"

namespace tocsin::engine::guard {

using domain::Permission;
using domain::Role;
using domain::Roles;

Result<std::vector<domain::PersonId>> watchers_of(store::Connection& connection, domain::OrganisationId owner) {
  constexpr Roles kOfOwner{Role::organisation_administrator, Role::vendor_coordinator, Role::coordinator,
                           Role::administrator};
  constexpr Roles kOfCert{Role::coordinator};
  return connection.all(
      store::Sql{"SELECT DISTINCT p.id FROM person p JOIN membership m ON m.person_id = p.id WHERE p.status = "
                 "? AND ((m.organisation_id = ? AND (m.roles & ?) <> 0) OR (m.organisation_id = ? AND (m.roles & ?) <> "
                 "0)) ORDER BY p.id",
                 domain::PersonStatus::active, owner, kOfOwner.bits(), domain::kOwnOrganisation, kOfCert.bits()},
      [](const store::Row& row) { return domain::PersonId{row.integer(0)}; });
}

bool watches_own(const Actor& actor) noexcept {
  return actor.viewer.organisation &&
         (actor.may(Permission::manage_own_organisation) || actor.may(Permission::publish_record));
}

bool sees_all_glass(const Actor& actor) noexcept {
  return actor.console || actor.may(Permission::read_audit) || actor.may(Permission::break_glass);
}

bool may_end(const Actor& actor, const store::GlassGrant& grant) noexcept {
  if (actor.console || actor.viewer.person == grant.person) return true;
  if (actor.program) return false;
  return actor.may(Permission::break_glass) || (watches_own(actor) && actor.viewer.organisation == grant.owner);
}

}  // namespace tocsin::engine::guard
