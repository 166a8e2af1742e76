#include "domain/organisation.hpp"

#include <array>

namespace tocsin::domain {
namespace {

struct KindWords {
  OrganisationKind kind;
  std::string_view slug, name;
};
constexpr std::array kKinds{
    KindWords{OrganisationKind::cert, "cert", "CERT or CSIRT"},
    KindWords{OrganisationKind::asset_owner, "asset-owner", "asset owner"},
    KindWords{OrganisationKind::vendor, "vendor", "vendor"},
    KindWords{OrganisationKind::government, "government", "government agency"},
    KindWords{OrganisationKind::isac, "isac", "ISAC"},
    KindWords{OrganisationKind::researcher, "researcher", "researcher"},
    KindWords{OrganisationKind::integrator, "integrator", "integrator"},
};
constexpr std::array kKindList{
    OrganisationKind::cert, OrganisationKind::asset_owner, OrganisationKind::vendor,    OrganisationKind::government,
    OrganisationKind::isac, OrganisationKind::researcher,  OrganisationKind::integrator};
constexpr std::array kStatusList{OrganisationStatus::applied, OrganisationStatus::vetted, OrganisationStatus::active,
                                 OrganisationStatus::suspended, OrganisationStatus::left};
constexpr std::array<std::string_view, 5> kStatusNames{"applied", "vetted", "active", "suspended", "left"};

}  // namespace

std::span<const std::string_view> contact_roles() noexcept {
  static constexpr std::string_view kRoles[] = {"security", "technical", "management",
                                                "legal",    "press",     "around-the-clock"};
  return kRoles;
}

std::span<const OrganisationKind> all_organisation_kinds() noexcept { return kKindList; }
std::string_view to_string(OrganisationKind kind) noexcept { return kKinds[static_cast<std::size_t>(kind)].name; }
std::string_view slug(OrganisationKind kind) noexcept { return kKinds[static_cast<std::size_t>(kind)].slug; }
std::optional<OrganisationKind> parse_organisation_kind(std::string_view text) noexcept {
  for (const auto& each : kKinds) {
    if (each.slug == text) return each.kind;
  }
  return std::nullopt;
}

std::span<const OrganisationStatus> all_organisation_statuses() noexcept { return kStatusList; }
std::string_view to_string(OrganisationStatus status) noexcept {
  return kStatusNames[static_cast<std::size_t>(status)];
}
std::optional<OrganisationStatus> parse_organisation_status(std::string_view text) noexcept {
  for (std::size_t i = 0; i < kStatusNames.size(); ++i) {
    if (kStatusNames[i] == text) return kStatusList[i];
  }
  return std::nullopt;
}

bool may_become(OrganisationStatus from, OrganisationStatus to) noexcept {
  using enum OrganisationStatus;
  switch (from) {
    case applied:
      return to == vetted || to == active || to == left;
    case vetted:
      return to == active || to == left;
    case active:
      return to == suspended || to == left;
    case suspended:
      return to == active || to == left;
    case left:
      return to == applied;
  }
  return false;
}

}  // namespace tocsin::domain
