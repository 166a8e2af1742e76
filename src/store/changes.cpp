#include "store/changes.hpp"

namespace tocsin::store {

Sql Changes::append_sql(ChangeAction action, domain::RecordKind kind, domain::RecordId record,
                        domain::RevisionId revision, Timestamp now) {
  return Sql{"INSERT INTO change (at, action, record_id, revision_id, kind) VALUES (?, ?, ?, ?, ?)",
             now,
             action,
             record,
             revision,
             kind};
}

Status Changes::append(ChangeAction action, domain::RecordKind kind, domain::RecordId record,
                       domain::RevisionId revision, Timestamp now) {
  // Numbers are given in the order of inserting; only who holds the lock inserts, and keeps it until the commit.
  TRY_VOID(connection_.lock_changes());
  TRY_VOID(connection_.run(append_sql(action, kind, record, revision, now)));
  return ok();
}

Result<std::vector<Change>> Changes::after(std::int64_t sequence, int limit, domain::RecordKind kind) {
  return connection_.all(
      Sql{"SELECT sequence, at, action, record_id, revision_id FROM change WHERE kind = ? AND sequence > ? "
          "ORDER BY sequence LIMIT ?",
          kind, sequence, limit},
      [kind](const Row& row) {
        return Change{.sequence = row.integer(0),
                      .at = row.time(1),
                      .action = static_cast<ChangeAction>(row.integer(2)),
                      .record = {row.integer(3)},
                      .revision = {row.integer(4)},
                      .kind = kind};
      });
}

Result<std::int64_t> Changes::newest(domain::RecordKind kind) {
  TRY(const auto sequence, connection_.first(Sql{"SELECT coalesce(max(sequence), 0) FROM change WHERE kind = ?", kind},
                                             [](const Row& row) { return row.integer(0); }));
  return sequence.value_or(0);
}

Result<std::int64_t> Changes::cursor(std::string_view reader) {
  Sql sql{"SELECT sequence FROM derived_cursor WHERE reader = ?", reader};
  if (connection_.writing() && connection_.dialect() == Dialect::postgres) {
    // What is not there cannot be locked. SQLite's writer has locked everything already.
    TRY_VOID(connection_.run(
        Sql{"INSERT INTO derived_cursor (reader, sequence) VALUES (?, 0) ON CONFLICT (reader) DO NOTHING", reader}));
    sql.append(" FOR UPDATE");
  }
  TRY(const auto sequence, connection_.first(sql, [](const Row& row) { return row.integer(0); }));
  return sequence.value_or(0);
}

Status Changes::set_cursor(std::string_view reader, std::int64_t sequence) {
  TRY_VOID(
      connection_.run(Sql{"INSERT INTO derived_cursor (reader, sequence) VALUES (?, ?) "
                          "ON CONFLICT (reader) DO UPDATE SET sequence = excluded.sequence",
                          reader, sequence}));
  return ok();
}

}  // namespace tocsin::store
