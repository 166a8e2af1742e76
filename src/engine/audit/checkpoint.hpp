#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "base/time.hpp"
#include "engine/audit/verify.hpp"
#include "engine/members/actor.hpp"
#include "store/audit.hpp"
#include "store/database.hpp"

/// Signed statements about the audit log, and its retention, which needs one.
namespace tocsin::engine::audit {

/// Appends an entry "audit.checkpoint" and signs that the log ends with it. Whoever changes or removes an entry up to
/// there needs the key as well as the database. Errors: unavailable.
Result<store::AuditCheckpoint> checkpoint(store::Database& database, const Actor& actor, const SigningKey& key,
                                          Timestamp now);

/// The same within the caller's transaction, which holds lock_changes().
Result<store::AuditCheckpoint> checkpoint_in(store::Connection& connection, const Actor& actor, const SigningKey& key,
                                             Timestamp now);

/// One JSON object in one line without its end, to be kept elsewhere: sequence, at, hash, key_id, signature,
/// public_key.
std::string checkpoint_line(const store::AuditCheckpoint& checkpoint, std::string_view public_key);
/// Reads such a line; the signature is not looked at. Errors: invalid_input, too_large.
Result<store::AuditCheckpoint> parse_checkpoint(std::string_view line);

inline constexpr int kKeepDaysMax = 36'500;
struct Pruned {
  std::int64_t removed = 0;
  std::int64_t through = 0;  ///< Number of the last entry that went; 0: none was old enough.
};
/// Removes what is older than `keep_days` (1..kKeepDaysMax) whole days, in one transaction with a checkpoint at the cut
/// and an entry "audit.prune". What is damaged stays, as it is evidence: conflict, unless `even_damaged`.
Result<Pruned> prune(store::Database& database, const Actor& actor, int keep_days, const SigningKey& key,
                     const Trust& trust, Timestamp now, bool even_damaged = false);
/// The same up to an entry whose hash is `basis`, within the transaction of whoever approves it (engine/guard), after
/// `report` looked at the whole log. Errors: conflict also where it is another entry by now.
Result<Pruned> prune_through(store::Connection& connection, const Actor& actor, std::int64_t through,
                             std::string_view basis, const SigningKey& key, const VerifyReport& report, Timestamp now);

}  // namespace tocsin::engine::audit
