#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "domain/role.hpp"

/// Groups of an identity provider become roles here, as the administrator's table says.
namespace tocsin::domain {

inline constexpr std::size_t kGroupRolesMax = 1000;  ///< Lines.

struct GroupRole {
  std::string group;         ///< Compared byte for byte.
  std::string organisation;  ///< Name or UUID, as written.
  Roles roles{Role::member};
  friend bool operator==(const GroupRole&, const GroupRole&) = default;
};
/// One line a rule: "GROUP = ORGANISATION: ROLE ROLE". The last " = " separates, for names of directories have '='
/// ("cn=ot-analysts,ou=groups"), and the last ':' does; '#' starts a comment line. Without roles: member. Errors:
/// invalid_input with `where` = "line N" for what is no rule, an unknown role, a repeated group and organisation.
Result<std::vector<GroupRole>> parse_group_roles(std::string_view text);

struct GrantedMembership {
  std::string organisation;
  Roles roles;
  friend bool operator==(const GrantedMembership&, const GrantedMembership&) = default;
};
/// What these groups give: one entry an organisation, roles of all groups together, in the order of the table.
std::vector<GrantedMembership> memberships_of(std::span<const std::string> groups, std::span<const GroupRole> table);

}  // namespace tocsin::domain
