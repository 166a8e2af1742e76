#pragma once
#include "base/result.hpp"
#include "domain/record.hpp"
#include "store/database.hpp"

/// Derives from the change feed which STIX objects have which values (store/value_index.hpp), under a cursor of its
/// own. The functions of indexer.hpp run it; benchmarks run it alone.
namespace tocsin::engine::threat {

/// Steps until caught up, each a transaction.
Status index_values(store::Database& database);
/// Both within a transaction.
Status forget_values(store::Connection& connection, domain::RecordId record);
Status reset_values(store::Connection& connection);

}  // namespace tocsin::engine::threat
