#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "domain/group_roles.hpp"
#include "domain/person.hpp"
#include "engine/members/actor.hpp"
#include "store/database.hpp"

/// Roles that groups of a sign-in provider give, beside those given by hand. Inside a write transaction that holds the
/// changes' lock (Connection::lock_changes); the caller moves the members' generation where something changed.
namespace tocsin::engine::members {

/// By number, UUID or name, as the operator wrote it. Nothing for one that is unknown or has left.
Result<std::optional<domain::Organisation>> organisation_named(store::Connection& connection, std::string_view text);

enum class RolesChanged { no, yes };
/// Makes memberships what was given by hand and `granted` together: a group that is lost takes its roles, and the
/// membership where nothing else is left of it, with the sessions and tokens that act for it. Roles that the kind of
/// organisation does not have, and unknown organisations, are passed over and logged. The last administrator of the
/// CERT stays one. Each change is an audit entry.
Result<RolesChanged> apply_outside_roles(store::Connection& connection, const Actor& actor, domain::PersonId person,
                                         std::span<const domain::GrantedMembership> granted, Timestamp now);

}  // namespace tocsin::engine::members
