#pragma once
#include <cstdint>
#include <optional>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "base/time.hpp"
#include "engine/audit/checkpoint.hpp"
#include "engine/audit/verify.hpp"
#include "engine/members/actor.hpp"
#include "store/audit.hpp"
#include "store/database.hpp"

/// What the audit log wants done while the server runs: signing its end, and retention. Any number of processes may
/// call it: each thing is done once.
namespace tocsin::engine::audit {

struct UpkeepRules {
  int checkpoint_hours = 24;  ///< 0: never.
  int keep_days = 0;          ///< Entries; 0: for ever.
  int personal_days = 0;      ///< Address, agent and detail of an entry; 0: as long as the entry.
};
struct Upkeep {
  std::optional<store::AuditCheckpoint> checkpoint;
  Pruned pruned;
  std::int64_t personal_erased = 0;
};
/// Does what is due. Signs where the last checkpoint is that old and something was written since. Retention goes by
/// whole days (UTC), so it acts once a day. Errors: conflict where the log is damaged among what would go (which
/// stays); the checkpoint was signed all the same.
Result<Upkeep> keep_up(store::Database& database, const UpkeepRules& rules, const SigningKey& key, const Trust& trust,
                       Timestamp now);
/// Who writes what keep_up writes.
Actor upkeep_actor();

}  // namespace tocsin::engine::audit
