#pragma once
#include <cstdint>
#include <functional>

#include "base/result.hpp"
#include "domain/record.hpp"
#include "store/database.hpp"

/// Derives the normalised tables, the full-text index and the packed catalogue rows from the change feed, under the
/// cursor "search". Idempotent: stop it anywhere, run it again; two processes take turns.
namespace tocsin::engine::search {

struct IndexStep {
  std::int64_t changes = 0;  ///< Handled in this step.
  std::int64_t cursor = 0;   ///< Where the cursor stands now.
  bool caught_up = false;    ///< Nothing was left when the step ended.
};

/// One transaction over at most `changes_max` changes.
Result<IndexStep> index_step(store::Database& database, int changes_max = 256);
/// Steps until caught up; `progress` after each.
Status index_all(store::Database& database, const std::function<void(const IndexStep&)>& progress = {});
/// Within the transaction that removes a record: what was derived of it goes, and whoever derives at the moment takes
/// turns with it.
Status forget_record(store::Connection& connection, domain::RecordId record);
/// Forgets everything derived and the cursor, so that index_all derives it anew (after an upgrade of the derivation).
Status reset_index(store::Database& database);

}  // namespace tocsin::engine::search
