#include "store/read_marks.hpp"

#include <algorithm>

namespace tocsin::store {
namespace {

/// Records that one statement names.
constexpr std::size_t kAtOnce = 4'096;

}  // namespace

Result<std::set<std::int64_t>> ReadMarks::among(domain::PersonId person, std::span<const std::int64_t> records) {
  std::set<std::int64_t> read;
  if (records.empty()) return read;
  Sql sql{
      "SELECT r.id FROM record_read m JOIN record r ON r.id = m.record_id AND r.current_revision_id = m.revision_id "
      "WHERE m.person_id = ? AND r.id IN ",
      person};
  sql.append_list(records);
  TRY_VOID(connection_.each(sql, [&](const Row& row) -> Status {
    read.insert(row.integer(0));
    return ok();
  }));
  return read;
}

Result<std::vector<std::int64_t>> ReadMarks::all(domain::PersonId person) {
  return connection_.all(
      Sql{"SELECT r.id FROM record_read m JOIN record r ON r.id = m.record_id AND r.current_revision_id = "
          "m.revision_id WHERE m.person_id = ?",
          person},
      [](const Row& row) { return row.integer(0); });
}

Result<std::int64_t> ReadMarks::mark(domain::PersonId person, const domain::policy::Viewer& viewer,
                                     std::span<const std::int64_t> records, Timestamp until, Timestamp now) {
  std::int64_t marked = 0;
  for (std::size_t at = 0; at < records.size(); at += kAtOnce) {
    Sql sql{
        "INSERT INTO record_read (person_id, record_id, revision_id, read_at) SELECT CAST(? AS bigint), r.id, "
        "r.current_revision_id, CAST(? AS bigint) FROM record r WHERE r.updated_at <= ? AND r.id IN ",
        person, now, until};
    sql.append_list(records.subspan(at, std::min(kAtOnce, records.size() - at)));
    sql.append(" AND ").append(domain::policy::visible_sql(viewer, now));
    sql.append(
        " ON CONFLICT (person_id, record_id) DO UPDATE SET revision_id = excluded.revision_id, read_at = "
        "excluded.read_at WHERE record_read.revision_id <> excluded.revision_id");
    TRY(const auto rows, connection_.run(sql));
    marked += rows;
  }
  return marked;
}

Result<std::int64_t> ReadMarks::unmark(domain::PersonId person, domain::RecordId record) {
  return connection_.run(Sql{"DELETE FROM record_read WHERE person_id = ? AND record_id = ?", person, record});
}

}  // namespace tocsin::store
