#pragma once
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"
#include "domain/organisation.hpp"
#include "domain/role.hpp"
#include "engine/members/actor.hpp"
#include "store/database.hpp"

/// Use cases of members.hpp that a second person may have to approve, within that person's transaction: every check is
/// made again. Of engine/guard only. Errors: as theirs; conflict where the state is not `basis` any more.
namespace tocsin::engine::members {

Status set_roles_in(store::Connection& connection, const Actor& actor, domain::PersonId person,
                    domain::OrganisationId organisation, domain::Roles roles, std::string_view basis, Timestamp now);
/// set_organisation_status to `active`.
Status admit_in(store::Connection& connection, const Actor& actor, domain::OrganisationId id, std::string_view reason,
                std::string_view basis, Timestamp now);

}  // namespace tocsin::engine::members
