#pragma once
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>

/// Roles of a person within an organisation, and the permissions underneath. Which documents somebody may read is the
/// policy's business (domain/policy.hpp); this says what they may do.
namespace tocsin::domain {

/// Stored as bit 1 << number of a membership; only ever added to. `analyst` to `administrator` are given in the CERT's
/// own organisation only, `vendor_coordinator` in organisations of kind vendor only.
enum class Role : std::uint8_t {
  member = 0,                      ///< Every membership has it.
  organisation_administrator = 1,  ///< Manages the organisation's people and profile.
  vendor_coordinator = 2,          ///< Handles the vendor's reports, drafts and RED.
  analyst = 3,                     ///< CERT: edits drafts, publishes up to what four-eyes allows.
  coordinator = 4,                 ///< CERT: vets members, publishes, handles RED.
  auditor = 5,                     ///< Reads the audit log and what is public, nothing else.
  administrator = 6                ///< Operates; reads no AMBER or RED by virtue of operating.
};
std::span<const Role> all_roles() noexcept;
/// "organisation-administrator": for URLs, JSON and the command line.
std::string_view slug(Role role) noexcept;
/// "Organisation administrator"
std::string_view name(Role role) noexcept;
std::optional<Role> parse_role(std::string_view slug) noexcept;

/// A set of roles, as a membership stores it.
class Roles {
 public:
  constexpr Roles() = default;
  constexpr Roles(std::initializer_list<Role> roles) {
    for (const auto role : roles) bits_ |= bit(role);
  }
  static constexpr Roles from_bits(std::int64_t bits) noexcept {
    Roles roles;
    roles.bits_ = static_cast<std::uint32_t>(bits) & kKnown;
    return roles;
  }
  constexpr std::int64_t bits() const noexcept { return bits_; }
  constexpr bool has(Role role) const noexcept { return (bits_ & bit(role)) != 0; }
  constexpr bool empty() const noexcept { return bits_ == 0; }
  constexpr Roles with(Role role) const noexcept { return from_bits(bits_ | bit(role)); }
  constexpr Roles without(Role role) const noexcept { return from_bits(bits_ & ~bit(role)); }
  friend constexpr bool operator==(Roles, Roles) = default;

 private:
  static constexpr std::uint32_t bit(Role role) noexcept { return 1U << static_cast<unsigned>(role); }
  static constexpr std::uint32_t kKnown = (1U << 7) - 1;
  std::uint32_t bits_ = 0;
};
/// "member, analyst": slugs, in the order of the enum.
std::string to_string(Roles roles);

/// What somebody may do. Write is not delete, publish is not edit.
enum class Permission : std::uint8_t {
  anyone,          ///< Also without an account.
  signed_in,       ///< Own profile, security, tokens, sessions. An account without an organisation has it, too.
  read_as_member,  ///< What the policy shows to an active organisation.
  manage_own_organisation,  ///< Profile, contacts, keys of the organisation acted for.
  manage_own_people,        ///< Invites, roles, suspends within the organisation acted for.
  edit_record,
  publish_record,
  delete_record,
  vet_organisations,     ///< Accept, refuse, suspend organisations.
  manage_organisations,  ///< Create and change any organisation.
  manage_people,         ///< Any person's memberships, roles, factors; hands out links.
  manage_communities,
  handle_cases,  ///< Opens cases of the organisation acted for, and says who takes part.
  read_audit,
  administer,      ///< Settings, installation.
  break_glass,     ///< Opens one record that the policy does not show, for a while (engine/guard/break_glass.hpp).
  read_inventory,  ///< Assets and exposure of the organisation acted for.
  edit_inventory   ///< Imports and changes them, says what was done, grants the CERT to read.
};
std::span<const Permission> all_permissions() noexcept;
std::string_view slug(Permission permission) noexcept;  ///< "vet-organisations"
/// Do these roles, held in an active organisation, allow it? `anyone` and `signed_in` always.
bool allows(Roles roles, Permission permission) noexcept;
/// Roles that demand a second factor by default: all but member.
bool demands_second_factor(Roles roles) noexcept;

}  // namespace tocsin::domain
