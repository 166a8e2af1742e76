#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "domain/policy.hpp"
#include "store/exposures.hpp"

/// Single vulnerabilities of matches: how many things one affects, and what was done about each.
namespace tocsin::store {

/// Things of the organisation that a vulnerability affects, and at how many sites, by the advisories that the viewer
/// may see.
Result<ExposureAtRecord> exposure_at_vulnerability(Connection& connection, const domain::policy::Viewer& viewer,
                                                   domain::OrganisationId organisation, std::string_view vulnerability,
                                                   Timestamp now);
/// The newest of each single vulnerability of a match; the caller has been allowed to see it.
Result<std::vector<AssetState>> current_vulnerability_states(Connection& connection,
                                                             domain::OrganisationId organisation, std::int64_t asset,
                                                             domain::RecordId record);

}  // namespace tocsin::store
