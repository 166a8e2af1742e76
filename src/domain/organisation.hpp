#pragma once
#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "domain/sector.hpp"

namespace tocsin::domain {

struct OrganisationId {
  std::int64_t value = 0;
  friend auto operator<=>(const OrganisationId&, const OrganisationId&) = default;
};
struct PersonId {
  std::int64_t value = 0;
  friend auto operator<=>(const PersonId&, const PersonId&) = default;
};

/// The CERT that runs this installation: created by `init`, owns what is imported by hand.
inline constexpr OrganisationId kOwnOrganisation{1};

enum class OrganisationKind {
  cert = 0,
  asset_owner = 1,
  vendor = 2,
  government = 3,
  isac = 4,
  researcher = 5,
  integrator = 6
};
std::span<const OrganisationKind> all_organisation_kinds() noexcept;
std::string_view to_string(OrganisationKind kind) noexcept;  ///< "asset owner"
std::string_view slug(OrganisationKind kind) noexcept;       ///< "asset-owner"
std::optional<OrganisationKind> parse_organisation_kind(std::string_view slug) noexcept;

/// Stored as its number. Only `active` counts as a member for the policy.
enum class OrganisationStatus { applied = 0, vetted = 1, active = 2, suspended = 3, left = 4 };
std::span<const OrganisationStatus> all_organisation_statuses() noexcept;
std::string_view to_string(OrganisationStatus status) noexcept;
std::optional<OrganisationStatus> parse_organisation_status(std::string_view text) noexcept;
/// applied -> vetted, active, left (refused); vetted -> active, left; active -> suspended, left; suspended -> active,
/// left; left -> applied.
bool may_become(OrganisationStatus from, OrganisationStatus to) noexcept;

struct Organisation {
  OrganisationId id;
  OrganisationKind kind = OrganisationKind::cert;
  OrganisationStatus status = OrganisationStatus::active;
  std::string name;
  std::string uuid;                    ///< Also its id in MISP and in STIX identities.
  std::vector<Sector> sectors;         ///< Sorted.
  std::vector<std::string> countries;  ///< ISO 3166-1 alpha-2, upper case, sorted.
  std::string homepage;                ///< http or https, or empty.
  std::string description;
  std::vector<std::string> vendor_keys;  ///< Vendors: whose products in the catalogue are theirs.
  Timestamp created_at;
};

/// "security", "technical", "management", "legal", "press", "around-the-clock".
std::span<const std::string_view> contact_roles() noexcept;

/// Whom to reach at an organisation, by role ("security", "technical", "management", "legal", "press",
/// "around-the-clock").
struct OrganisationContact {
  std::int64_t id = 0;
  std::string role, name, email, phone;
};

/// An OpenPGP key or an X.509 certificate of an organisation, public part only.
struct OrganisationKey {
  std::int64_t id = 0;
  enum class Kind { openpgp = 0, certificate = 1 } kind = Kind::openpgp;
  std::string fingerprint;  ///< Upper-case hex.
  std::string label;
  std::string body;  ///< Armoured.
  Timestamp created_at;
};

}  // namespace tocsin::domain
