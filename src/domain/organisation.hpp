#pragma once
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.hpp"

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
std::string_view to_string(OrganisationKind kind) noexcept;

struct Organisation {
  OrganisationId id;
  OrganisationKind kind = OrganisationKind::cert;
  std::string name;
  Timestamp created_at;
};

struct Person {
  PersonId id;
  OrganisationId organisation;
  std::string name;
  std::string email;
  Timestamp created_at;
};

}  // namespace tocsin::domain
