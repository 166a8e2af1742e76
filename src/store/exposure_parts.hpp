#pragma once
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "domain/policy.hpp"
#include "store/exposures.hpp"

/// Single vulnerabilities of matches: how many things one affects, and what was done about each.
namespace tocsin::store {

/// Things of the organisation that each of these vulnerabilities affects, and at how many sites, by the advisories that
/// the viewer may see. Of those that affect something.
Result<std::map<std::string, ExposureAtRecord>> exposure_at_vulnerabilities(
    Connection& connection, const domain::policy::Viewer& viewer, domain::OrganisationId organisation,
    std::span<const std::string> vulnerabilities, Timestamp now);
/// The same of products (`product.id`), of which a match says which it is about.
Result<std::map<std::int64_t, ExposureAtRecord>> exposure_at_products(Connection& connection,
                                                                      const domain::policy::Viewer& viewer,
                                                                      domain::OrganisationId organisation,
                                                                      std::span<const std::int64_t> products,
                                                                      Timestamp now);
/// CVEs that matches of the organisation are about and that threat knowledge names, whether anybody may see it or not:
/// to be asked about.
Result<std::vector<std::string>> vulnerabilities_perhaps_named(Connection& connection,
                                                               domain::OrganisationId organisation);
/// The newest of each single vulnerability of a match; the caller has been allowed to see it.
Result<std::vector<AssetState>> current_vulnerability_states(Connection& connection,
                                                             domain::OrganisationId organisation, std::int64_t asset,
                                                             domain::RecordId record);

}  // namespace tocsin::store
