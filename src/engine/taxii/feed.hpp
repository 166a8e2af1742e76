#pragma once
#include <cstdint>

#include "base/result.hpp"
#include "base/time.hpp"
#include "store/database.hpp"

/// When each version of a STIX object was added to what TAXII tells: read from the change feed. What was written in one
/// tenth of a second is told once that has passed, all at once, at moments of the tenth that follows: which, a
/// version's own bytes say. So moments grow in the order of commits, paging by them can neither loop nor skip while
/// others write, and a moment says nothing of what else was written, that the asker may not see. Kept in backups:
/// pollers remember.
namespace tocsin::engine::taxii {

/// Microseconds in which what was written is told together.
inline constexpr std::int64_t kWindow = 100'000;

struct FeedStep {
  std::int64_t changes = 0;  ///< Handled in this step.
  std::int64_t added = 0;    ///< Versions that were given a moment.
  bool caught_up = false;    ///< What is left, if any, has to wait for the next window.
};

/// One transaction over at most `changes_max` changes. Idempotent; two processes take turns.
Result<FeedStep> feed_step(store::Database& database, Timestamp now, int changes_max = 65'536);
/// Steps until caught up.
Status feed_all(store::Database& database, Timestamp now);

}  // namespace tocsin::engine::taxii
