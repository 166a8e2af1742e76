#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "domain/record.hpp"
#include "store/database.hpp"

/// The one change feed. Every write appends here in the same transaction as its data; all that is derived reads from
/// its own stored cursor, idempotently.
namespace tocsin::store {

enum class ChangeAction { created = 1, updated = 2, history = 3, conflicting = 4, withdrawn = 5, removed = 6 };

struct Change {
  std::int64_t sequence = 0;  ///< Strictly growing in commit order: a reader that has seen n never misses one below n.
  Timestamp at;
  ChangeAction action = ChangeAction::created;
  domain::RecordId record;  ///< `removed`: one that is gone, as is its revision.
  domain::RevisionId revision;
  domain::RecordKind kind = domain::RecordKind::advisory;
};

class Changes {
 public:
  explicit Changes(Connection& connection) : connection_(connection) {}
  /// Call inside a write transaction. PostgreSQL: takes a transaction-long advisory lock first, so that sequence order
  /// is commit order.
  Status append(ChangeAction action, domain::RecordKind kind, domain::RecordId record, domain::RevisionId revision,
                Timestamp now);
  /// The statement that append runs, for a caller that holds the lock and wants it among others in run_all.
  static Sql append_sql(ChangeAction action, domain::RecordKind kind, domain::RecordId record,
                        domain::RevisionId revision, Timestamp now);
  /// Changes of one kind of record after `sequence`, oldest first, at most `limit`.
  Result<std::vector<Change>> after(std::int64_t sequence, int limit,
                                    domain::RecordKind kind = domain::RecordKind::advisory);
  /// The newest of that kind. 0 where there was never one.
  Result<std::int64_t> newest(domain::RecordKind kind = domain::RecordKind::advisory);
  /// Cursor of a derived reader ("search"); 0 where it never ran. Inside a write transaction it locks the cursor row,
  /// so that two processes deriving the same thing take turns.
  Result<std::int64_t> cursor(std::string_view reader);
  Status set_cursor(std::string_view reader, std::int64_t sequence);

 private:
  Connection& connection_;
};

}  // namespace tocsin::store
