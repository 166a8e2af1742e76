#include "domain/organisation.hpp"

namespace tocsin::domain {

std::string_view to_string(OrganisationKind kind) noexcept {
  switch (kind) {
    case OrganisationKind::cert:
      return "cert";
    case OrganisationKind::asset_owner:
      return "asset_owner";
    case OrganisationKind::vendor:
      return "vendor";
    case OrganisationKind::government:
      return "government";
    case OrganisationKind::isac:
      return "isac";
    case OrganisationKind::researcher:
      return "researcher";
    case OrganisationKind::integrator:
      break;
  }
  return "integrator";
}

}  // namespace tocsin::domain
