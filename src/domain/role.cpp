#include "domain/role.hpp"

#include <array>

namespace tocsin::domain {
namespace {

struct RoleWords {
  Role role;
  std::string_view slug, name;
};
constexpr std::array kRoles{
    RoleWords{Role::member, "member", "Member"},
    RoleWords{Role::organisation_administrator, "organisation-administrator", "Organisation administrator"},
    RoleWords{Role::vendor_coordinator, "vendor-coordinator", "Vendor coordinator"},
    RoleWords{Role::analyst, "analyst", "CERT analyst"},
    RoleWords{Role::coordinator, "coordinator", "CERT coordinator"},
    RoleWords{Role::auditor, "auditor", "Auditor"},
    RoleWords{Role::administrator, "administrator", "Administrator"},
};
constexpr std::array kRoleList{Role::member,
                               Role::organisation_administrator,
                               Role::vendor_coordinator,
                               Role::analyst,
                               Role::coordinator,
                               Role::auditor,
                               Role::administrator};

struct PermissionRow {
  Permission permission;
  std::string_view slug;
  Roles roles;  ///< Who has it; unused for the first two.
};
using enum Role;
/// The whole of who may do what; docs/policy.md shows it as a table.
constexpr std::array kPermissions{
    PermissionRow{Permission::anyone, "anyone", {}},
    PermissionRow{Permission::signed_in, "signed-in", {}},
    PermissionRow{Permission::read_as_member,
                  "read-as-member",
                  {member, organisation_administrator, vendor_coordinator, analyst, coordinator, administrator}},
    PermissionRow{Permission::manage_own_organisation,
                  "manage-own-organisation",
                  {organisation_administrator, coordinator, administrator}},
    PermissionRow{Permission::manage_own_people, "manage-own-people", {organisation_administrator, administrator}},
    PermissionRow{Permission::edit_record, "edit-record", {vendor_coordinator, analyst, coordinator}},
    PermissionRow{Permission::publish_record, "publish-record", {vendor_coordinator, coordinator}},
    PermissionRow{Permission::delete_record, "delete-record", {coordinator}},
    PermissionRow{Permission::vet_organisations, "vet-organisations", {coordinator, administrator}},
    PermissionRow{Permission::manage_organisations, "manage-organisations", {coordinator, administrator}},
    PermissionRow{Permission::manage_people, "manage-people", {administrator}},
    PermissionRow{Permission::manage_communities, "manage-communities", {coordinator, administrator}},
    PermissionRow{Permission::handle_cases, "handle-cases", {vendor_coordinator, coordinator}},
    PermissionRow{Permission::read_audit, "read-audit", {auditor}},
    PermissionRow{Permission::administer, "administer", {administrator}},
    PermissionRow{Permission::break_glass, "break-glass", {coordinator, administrator}},
    PermissionRow{Permission::read_inventory,
                  "read-inventory",
                  {member, organisation_administrator, vendor_coordinator, analyst, coordinator}},
    PermissionRow{Permission::edit_inventory,
                  "edit-inventory",
                  {organisation_administrator, vendor_coordinator, analyst, coordinator}},
};
constexpr auto kPermissionList = [] {
  std::array<Permission, kPermissions.size()> list{};
  for (std::size_t i = 0; i < list.size(); ++i) list[i] = kPermissions[i].permission;
  return list;
}();

const PermissionRow& row_of(Permission permission) noexcept {
  return kPermissions[static_cast<std::size_t>(permission)];
}

}  // namespace

std::span<const Role> all_roles() noexcept { return kRoleList; }
std::string_view slug(Role role) noexcept { return kRoles[static_cast<std::size_t>(role)].slug; }
std::string_view name(Role role) noexcept { return kRoles[static_cast<std::size_t>(role)].name; }
std::optional<Role> parse_role(std::string_view text) noexcept {
  for (const auto& each : kRoles) {
    if (each.slug == text) return each.role;
  }
  return std::nullopt;
}

std::string to_string(Roles roles) {
  std::string text;
  for (const auto role : kRoleList) {
    if (!roles.has(role)) continue;
    if (!text.empty()) text += ", ";
    text += slug(role);
  }
  return text;
}

std::span<const Permission> all_permissions() noexcept { return kPermissionList; }
std::string_view slug(Permission permission) noexcept { return row_of(permission).slug; }

bool allows(Roles roles, Permission permission) noexcept {
  if (permission == Permission::anyone || permission == Permission::signed_in) return true;
  // Every membership has the member's role; an auditor's reads no more than the public all the same.
  const bool as_member = permission == Permission::read_as_member || permission == Permission::read_inventory;
  if (as_member && roles.has(auditor)) roles = roles.without(member);
  // Who operates the installation has the member's role, too, and no business in a plant.
  if (permission == Permission::read_inventory && roles.has(administrator)) roles = roles.without(member);
  return (roles.bits() & row_of(permission).roles.bits()) != 0;
}

bool demands_second_factor(Roles roles) noexcept { return !roles.without(member).empty(); }

}  // namespace tocsin::domain
