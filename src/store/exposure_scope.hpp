#pragma once
#include <optional>
#include <string>
#include <vector>

#include "domain/organisation.hpp"
#include "domain/policy.hpp"

namespace tocsin::store {

/// Whose matches are counted, for whose eyes: what the viewer may not see counts nowhere.
struct ExposureScope {
  domain::policy::Viewer viewer;
  domain::OrganisationId organisation;
  std::optional<std::string> site = {};                ///< Only of this one; "" is that of assets without one.
  std::optional<std::vector<std::string>> sites = {};  ///< As AssetFilter has it.
  bool needs_site() const noexcept { return site || sites; }
};

}  // namespace tocsin::store
