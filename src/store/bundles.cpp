#include "store/bundles.hpp"

namespace tocsin::store {

Result<std::optional<BundleRow>> Bundles::find(BundleDirection direction, std::string_view key_id,
                                               std::string_view recipient, std::optional<std::int64_t> sequence) {
  Sql sql{
      "SELECT id, direction, key_id, recipient, sequence, digest, at FROM bundle WHERE direction = ? AND key_id = ? "
      "AND recipient = ?",
      direction, key_id, recipient};
  if (sequence) sql.append(" AND sequence = ?", *sequence);
  sql.append(" ORDER BY sequence DESC LIMIT 1");
  return connection_.first(sql, [](const Row& row) {
    return BundleRow{.id = row.integer(0),
                     .direction = static_cast<BundleDirection>(row.integer(1)),
                     .key_id = row.string(2),
                     .recipient = row.string(3),
                     .sequence = row.integer(4),
                     .digest = row.string(5),
                     .at = row.time(6)};
  });
}

Result<std::int64_t> Bundles::add(const BundleRow& row) {
  TRY(const auto id, connection_.first(Sql{"INSERT INTO bundle (direction, key_id, recipient, sequence, digest, at) "
                                           "VALUES (?, ?, ?, ?, ?, ?) RETURNING id",
                                           row.direction, row.key_id, row.recipient, row.sequence, row.digest, row.at},
                                       [](const Row& inserted) { return inserted.integer(0); }));
  return id.value_or(0);
}

Result<Bundles::Told> Bundles::told(std::int64_t bundle) {
  Told told;
  TRY_VOID(
      connection_.each(Sql{"SELECT record_id, revision_id, marking FROM bundle_content WHERE bundle_id = ?", bundle},
                       [&](const Row& row) {
                         told[row.integer(0)] = {.revision = {row.integer(1)}, .marking = row.string(2)};
                         return ok();
                       }));
  return told;
}

Status Bundles::put_told(std::int64_t bundle, const Told& told) {
  std::vector<Sql> statements;
  for (const auto& [record, each] : told) {
    statements.emplace_back(
        "INSERT INTO bundle_content (bundle_id, record_id, revision_id, marking) VALUES (?, ?, ?, ?)", bundle, record,
        each.revision, each.marking);
  }
  return connection_.run_all(statements);
}

Status Bundles::forget_told(std::string_view key_id, std::string_view recipient, int keep) {
  TRY_VOID(connection_.run(
      Sql{"DELETE FROM bundle_content WHERE bundle_id IN (SELECT id FROM bundle WHERE direction = ? AND key_id = ? AND "
          "recipient = ? ORDER BY sequence DESC LIMIT 1000000 OFFSET ?)",
          BundleDirection::made, key_id, recipient, keep}));
  return ok();
}

}  // namespace tocsin::store
