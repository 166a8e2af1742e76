#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "store/audit.hpp"
#include "store/database.hpp"

/// Whether the audit log is what was written, and if not, where it is not.
namespace tocsin::engine::audit {

/// What a checkpoint's signature is over: "tocsin audit checkpoint v1", sequence, time (RFC 3339) and hash, one a line,
/// without a line end after the last.
std::string statement_of(const store::AuditCheckpoint& checkpoint);

/// What does not come from the database: whoever can change the log could change that there, too.
struct Trust {
  std::vector<std::string> public_keys = {};  ///< SigningKey::public_key() of this installation and of earlier ones.
  std::vector<store::AuditCheckpoint> checkpoints = {};  ///< Kept elsewhere.
};

enum class Damage {
  altered,             ///< An entry does not have the hash of what it says.
  personal_altered,    ///< Its address, agent or detail do not.
  removed,             ///< Numbers are missing: in the middle, at the end, or at the beginning without a checkpoint.
  reordered,           ///< An entry stands in another's place.
  wrong_link,          ///< An entry names another hash before it than the one that is there.
  bad_signature,       ///< A checkpoint was changed, or not signed by the key it names.
  unknown_key,         ///< A checkpoint is signed by a key that nobody told us to trust.
  checkpoint_differs,  ///< The entry has another hash than was signed.
  unrecorded_cut       ///< Entries up to a checkpoint are gone, but no entry says that retention removed them.
};
std::string_view to_string(Damage damage) noexcept;  ///< "personal-altered": for JSON.

struct Finding {
  Damage damage = Damage::altered;
  std::int64_t sequence = 0;  ///< Of the entry, or the first of several.
  std::string text;           ///< A sentence.
};

/// More are counted, but not described.
inline constexpr std::size_t kFindingsMax = 1'000;
struct VerifyReport {
  std::int64_t entries = 0, first = 0, last = 0;
  std::int64_t erased = 0;  ///< Entries whose personal part is gone, as erasure is no damage.
  std::int64_t checkpoints = 0;
  std::int64_t damages = 0;
  std::vector<Finding> findings;  ///< By sequence.
  bool intact() const noexcept { return damages == 0; }
};

using VerifyProgress = std::function<void(std::uint64_t done, std::uint64_t total)>;
/// Walks the whole log, some entries at a time; inside Database::snapshot, so that nobody writes meanwhile. What was
/// cut off the end since the last checkpoint, or rewritten with all that follows, only a later checkpoint can tell.
Result<VerifyReport> verify(store::Connection& connection, const Trust& trust, const VerifyProgress& progress = {});

}  // namespace tocsin::engine::audit
