#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "domain/audit.hpp"
#include "store/database.hpp"

/// The append-only, hash-chained log of what was done. An entry's number is one more than the last one's, so a number
/// that is missing was removed.
namespace tocsin::store {

// Bytes that are kept of each text, cut between characters. What no database takes (NUL, ill-formed UTF-8) becomes
// U+FFFD.
inline constexpr std::size_t kAuditAgentBytesMax = 200;
inline constexpr std::size_t kAuditDetailBytesMax = 4'096;
inline constexpr std::size_t kAuditNameBytesMax = 200;  ///< Action, object, request id, address.

struct AuditRow {
  domain::audit::Entry entry;
  bool personal_erased = false;
  std::string personal_hash, previous_hash, hash, salt;
};

/// Which entries; every member that is set narrows.
struct AuditFilter {
  std::optional<domain::PersonId> person = {};
  std::optional<domain::OrganisationId> organisation = {};  ///< For whom was acted.
  std::optional<domain::OrganisationId> owner = {};         ///< Whose thing it was.
  std::string action = {};                                  ///< Exact, or "record.*".
  std::string object = {};
  std::optional<domain::audit::Outcome> outcome = {};
  std::optional<Timestamp> from = {}, to = {};  ///< from <= at < to
};

struct AuditCheckpoint {
  std::int64_t sequence = 0;
  Timestamp at = {};
  std::string hash = {}, key_id = {}, signature = {};
};

/// What the next entry follows on.
struct AuditLink {
  std::int64_t sequence = 0;
  std::string hash = std::string(64, '0');
};

class Audit {
 public:
  explicit Audit(Connection& connection) : connection_(connection) {}
  /// Inside a write transaction; takes lock_changes(), so that the chain has one order. Returns the sequence.
  Result<std::int64_t> append(const domain::audit::Entry& entry);
  /// The last entry, or the last checkpoint where that is later.
  Result<AuditLink> newest_link();
  /// Newest first, before `before` (0: from the newest), at most `limit` (1,000 at once).
  Result<std::vector<AuditRow>> newest(const AuditFilter& filter, std::int64_t before, int limit);
  /// Oldest first, after `after`.
  Result<std::vector<AuditRow>> after(std::int64_t after, int limit, const AuditFilter& filter = {});
  /// The last of the entries that are all older than `time`, counted from the oldest; 0: there is none.
  Result<std::int64_t> last_before(Timestamp time);
  /// The same of those that still have their personal part.
  Result<std::int64_t> personal_before(Timestamp time);
  Result<std::int64_t> count(const AuditFilter& filter);
  /// By sequence.
  Result<std::vector<AuditCheckpoint>> checkpoints();
  /// Errors: conflict where that sequence has one already.
  Status add_checkpoint(const AuditCheckpoint& checkpoint);
  /// Removes address, agent and detail of what a person did and of what was done to their account (its details hold
  /// their names, also where nobody was signed in); the chain still verifies. Returns how many.
  Result<std::int64_t> erase_personal(domain::PersonId person);
  /// The same of all entries up to and including `through`.
  Result<std::int64_t> erase_personal_through(std::int64_t through);
  /// Removes entries up to and including `through`, which must have a checkpoint with its hash. Returns how many.
  /// Errors: conflict where it has none.
  Result<std::int64_t> remove_through(std::int64_t through);

 private:
  Connection& connection_;
};

}  // namespace tocsin::store
