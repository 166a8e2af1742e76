#pragma once
#include <cstdint>

#include "base/result.hpp"
#include "base/time.hpp"
#include "domain/policy.hpp"
#include "store/database.hpp"

namespace tocsin::store {

/// Another number whenever something changes in what the viewer sees of an organisation's matches: which there are,
/// their status, decision, due day, and what was done about them.
Result<std::int64_t> exposure_digest(Connection& connection, const domain::policy::Viewer& viewer,
                                     domain::OrganisationId organisation, Timestamp now);

}  // namespace tocsin::store
