#pragma once
#include <cstdint>
#include <functional>

#include "base/result.hpp"
#include "domain/record.hpp"
#include "store/database.hpp"

/// Derives the tables of STIX objects (migrations 0027, 0039, 0043) from the change feed, under the cursor "threat",
/// and what has to do with ATT&CK in them and in advisories (migration 0031). Idempotent: stop it anywhere, run it
/// again; two processes take turns.
namespace tocsin::engine::threat {

struct IndexStep {
  std::int64_t changes = 0;  ///< Handled in this step.
  std::int64_t cursor = 0;   ///< Where the cursor stands now.
};

/// One transaction over at most `changes_max` changes of STIX objects.
Result<IndexStep> index_step(store::Database& database, int changes_max = 4'096);
/// Steps until caught up, of ATT&CK and of values too; `progress` after each of STIX objects.
Status index_all(store::Database& database, const std::function<void(const IndexStep&)>& progress = {});
/// Steps up to the changes of STIX objects that are there when it begins, so that who writes the next need not wait for
/// those. ATT&CK and values, where they stand elsewhere, are for index_all.
Status index_written(store::Database& database);
/// Up to which change of STIX objects everything is derived: what answers say of threat knowledge stays the same as
/// long as this and what embargoes hide does.
Result<std::int64_t> indexed_until(store::Connection& connection);
/// Within the transaction that removes a record, of whatever kind: what was derived of it goes.
Status forget_record(store::Connection& connection, domain::RecordId record);
/// Forgets everything derived and the cursor, so that index_all derives it anew.
Status reset_index(store::Database& database);

}  // namespace tocsin::engine::threat
