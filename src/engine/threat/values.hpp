#pragma once
#include <cstdint>
#include <string_view>

#include "base/result.hpp"
#include "domain/record.hpp"
#include "formats/stix/facts.hpp"
#include "store/database.hpp"
#include "store/value_index.hpp"

/// Derives from the change feed which STIX objects have which values (store/value_index.hpp), under a cursor of its
/// own. The functions of indexer.hpp run it; benchmarks run it alone.
namespace tocsin::engine::threat {

inline constexpr std::string_view kValuesReader = "threat.values";

/// Of one object, for who reads it anyway.
store::RecordValues values_of(formats::stix::Node root, const formats::stix::Facts& facts, std::int64_t record);

/// Steps until caught up, each a transaction.
Status index_values(store::Database& database);
/// Both within a transaction.
Status forget_values(store::Connection& connection, domain::RecordId record);
Status reset_values(store::Connection& connection);

}  // namespace tocsin::engine::threat
