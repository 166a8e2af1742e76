#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "store/database.hpp"

/// Names beside the numbers that lists and the audit log hold. Whoever asks was given the numbers, so nothing is
/// checked.
namespace tocsin::engine::members {

using Names = std::map<std::int64_t, std::string>;
/// Those that exist; repeats in `ids` do no harm, at most 16,384 of them.
Result<Names> organisation_names(store::Connection& connection, const std::vector<std::int64_t>& ids);
Result<Names> person_names(store::Connection& connection, const std::vector<std::int64_t>& ids);

}  // namespace tocsin::engine::members
