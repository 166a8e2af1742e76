#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "domain/record.hpp"
#include "store/database.hpp"

namespace tocsin::store {

/// A document that goes with its record.
struct RemovedDocument {
  std::string version, sha512;
};

/// Whether the documents of what is removed are remembered, so that nothing brings them back unasked.
enum class Remembered { yes, no };

class Removals {
 public:
  explicit Removals(Connection& connection) : connection_(connection) {}
  /// All revisions of a record, oldest first.
  Result<std::vector<RemovedDocument>> documents(domain::RecordId record);
  /// Within the caller's transaction, which holds the lock on changes: the record, its revisions and documents, who has
  /// read it, comments, and what inventories and bundles say of it; leaves what Records::put asks, and tells the feed.
  /// What the search index has derived of it must be gone (engine::search::forget_record).
  /// Bundles made here that told of it remember that it is gone.
  Status remove(const domain::Record& record, Timestamp now, Remembered remembered = Remembered::yes);
  /// The same for some of its revisions, of those that are left; what conflicts with one of them goes with it. `next`:
  /// where the current one is among them, the one that becomes it, with what only its document says. Errors: conflict
  /// where nothing would be left, or no `next` is given and one is needed.
  struct Next {
    domain::RevisionId revision;
    std::string title;
    std::vector<std::string> labels;
    Timestamp initial_release_at;
  };
  Status remove_revisions(const domain::Record& record, std::span<const std::int64_t> revisions,
                          const std::optional<Next>& next, Timestamp now);
  /// Were these very bytes removed here?
  Result<bool> was_removed(std::string_view sha512);

 private:
  Connection& connection_;
};

}  // namespace tocsin::store
