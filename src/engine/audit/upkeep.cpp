#include "engine/audit/upkeep.hpp"

#include "engine/audit/trail.hpp"

namespace tocsin::engine::audit {
namespace {

constexpr std::int64_t kHour = std::int64_t{3'600} * 1'000'000;
constexpr std::int64_t kDay = 24 * kHour;

Result<bool> checkpoint_due(store::Connection& connection, int hours, Timestamp now) {
  if (hours <= 0) return false;
  store::Audit log{connection};
  TRY(const auto newest, log.newest({}, 0, 1));
  if (newest.empty()) return false;
  TRY(const auto checkpoints, log.checkpoints());
  if (checkpoints.empty()) return true;
  const auto& last = checkpoints.back();
  return newest.front().entry.sequence > last.sequence && now.micros - last.at.micros >= hours * kHour;
}

/// Everything before it is old. Midnight, so that a day's entries go together and not one by one.
Timestamp cut_of(int days, Timestamp now) { return {now.micros / kDay * kDay - days * kDay}; }

Result<std::optional<store::AuditCheckpoint>> sign(store::Database& database, const UpkeepRules& rules,
                                                   const SigningKey& key, Timestamp now) {
  std::optional<store::AuditCheckpoint> none;
  const auto due = [&](store::Connection& connection) {
    return checkpoint_due(connection, rules.checkpoint_hours, now);
  };
  // Without the lock first: nearly always there is nothing to do.
  TRY(const auto maybe, database.snapshot(due));
  if (!maybe) return none;
  return database.write([&](store::Connection& connection) -> Result<std::optional<store::AuditCheckpoint>> {
    TRY_VOID(connection.lock_changes());
    TRY(const auto still, due(connection));
    if (!still) return none;
    TRY(auto made, checkpoint_in(connection, upkeep_actor(), key, now));
    return std::optional{std::move(made)};
  });
}

Result<std::int64_t> erase_personal(store::Database& database, int days, Timestamp now) {
  if (days <= 0) return 0;
  const auto cut = cut_of(days, now);
  const auto old = [&](store::Connection& connection) { return store::Audit{connection}.personal_before(cut); };
  TRY(const auto any, database.read(old));
  if (any == 0) return 0;
  return database.write([&](store::Connection& connection) -> Result<std::int64_t> {
    TRY_VOID(connection.lock_changes());
    TRY(const auto through, old(connection));
    if (through == 0) return 0;
    TRY(const auto erased, store::Audit{connection}.erase_personal_through(through));
    TRY_VOID(record(connection, upkeep_actor(), now, "audit.erase-personal", object_of("audit", through), {},
                    domain::audit::Outcome::done, {{"erased", erased}, {"personal_days", days}}));
    return erased;
  });
}

}  // namespace

Actor upkeep_actor() {
  Actor actor;
  actor.console = true;
  actor.name = "retention";
  return actor;
}

Result<Upkeep> keep_up(store::Database& database, const UpkeepRules& rules, const SigningKey& key, const Trust& trust,
                       Timestamp now) {
  Upkeep done;
  TRY(done.checkpoint, sign(database, rules, key, now));
  TRY(done.personal_erased, erase_personal(database, rules.personal_days, now));
  if (rules.keep_days <= 0) return done;
  const auto cut = cut_of(rules.keep_days, now);
  TRY(const auto old,
      database.read([&](store::Connection& connection) { return store::Audit{connection}.last_before(cut); }));
  if (old == 0) return done;
  TRY(done.pruned, prune(database, upkeep_actor(), rules.keep_days, key, trust, now));
  return done;
}

}  // namespace tocsin::engine::audit
