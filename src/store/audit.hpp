#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "domain/audit.hpp"
#include "store/database.hpp"

/// The append-only, hash-chained log of what was done.
namespace tocsin::store {

struct AuditRow {
  domain::audit::Entry entry;
  bool personal_erased = false;
  std::string personal_hash, previous_hash, hash, salt;
};

/// Which entries; every member that is set narrows.
struct AuditFilter {
  std::optional<domain::PersonId> person;
  std::optional<domain::OrganisationId> organisation;  ///< For whom was acted.
  std::optional<domain::OrganisationId> owner;         ///< Whose thing it was.
  std::string action;                                  ///< Exact, or "record.*".
  std::string object;
  std::optional<domain::audit::Outcome> outcome;
  std::optional<Timestamp> from, to;  ///< from <= at < to
};

struct AuditCheckpoint {
  std::int64_t sequence = 0;
  Timestamp at;
  std::string hash, key_id, signature;
};

class Audit {
 public:
  explicit Audit(Connection& connection) : connection_(connection) {}
  /// Inside a write transaction; takes lock_changes(), so that the chain has one order. Returns the sequence.
  Result<std::int64_t> append(const domain::audit::Entry& entry);
  /// Newest first, before `before` (0: from the newest), at most `limit`.
  Result<std::vector<AuditRow>> newest(const AuditFilter& filter, std::int64_t before, int limit);
  /// Oldest first, after `after`.
  Result<std::vector<AuditRow>> after(std::int64_t after, int limit);
  Result<std::int64_t> count(const AuditFilter& filter);
  Result<std::vector<AuditCheckpoint>> checkpoints();
  Status add_checkpoint(const AuditCheckpoint& checkpoint);
  /// Removes address, agent and detail of a person's entries; the chain still verifies. Returns how many.
  Result<std::int64_t> erase_personal(domain::PersonId person);
  /// Removes entries up to and including `through`, which must be a checkpoint's. Errors: conflict where it is none.
  Result<std::int64_t> remove_through(std::int64_t through);

 private:
  Connection& connection_;
};

}  // namespace tocsin::store
