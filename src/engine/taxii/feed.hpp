#pragma once
#include <cstdint>

#include "base/result.hpp"
#include "base/time.hpp"
#include "store/database.hpp"

/// When each version of a STIX object was added to what TAXII tells: read from the change feed.
/// Every moment is given once and they grow in the order of commits, so that paging by them can neither loop
/// nor skip while others write. Kept in backups: pollers remember them.
namespace tocsin::engine::taxii {

struct FeedStep {
  std::int64_t changes = 0;  ///< Handled in this step.
  std::int64_t added = 0;    ///< Versions that were given a moment.
  bool caught_up = false;
};

/// One transaction over at most `changes_max` changes. Idempotent; two processes take turns.
Result<FeedStep> feed_step(store::Database& database, Timestamp now, int changes_max = 4'096);
/// Steps until caught up.
Status feed_all(store::Database& database, Timestamp now);

}  // namespace tocsin::engine::taxii
