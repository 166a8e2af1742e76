#pragma once
#include <span>
#include <vector>

#include "base/result.hpp"
#include "engine/exposure/decision.hpp"
#include "engine/exposure/exposure.hpp"

/// What to do about matches that are stored: decided when somebody looks, by what is known of the vulnerabilities now.
namespace tocsin::engine::exposure {

/// By the table "ot", in the order of the rows, which are those that list() gave to the same actor.
Result<std::vector<Decision>> decisions_on(store::Database& database, const Actor& actor,
                                           const inventory::Access& access, std::span<const store::ExposureRow> rows,
                                           Timestamp now);

}  // namespace tocsin::engine::exposure
