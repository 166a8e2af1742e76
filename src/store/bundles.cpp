#include "store/bundles.hpp"

namespace tocsin::store {

Result<std::optional<BundleRow>> Bundles::find(BundleDirection direction, std::string_view key_id,
                                               std::string_view recipient, std::optional<std::int64_t> sequence) {
  Sql sql{
      "SELECT id, direction, key_id, recipient, sequence, digest, at, table_version FROM bundle WHERE direction = ? "
      "AND key_id = ? "
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
                     .at = row.time(6),
                     .table_version = row.is_null(7) ? std::nullopt : std::optional{row.integer(7)}};
  });
}

Result<std::int64_t> Bundles::add(const BundleRow& row) {
  TRY(const auto id,
      connection_.first(
          Sql{"INSERT INTO bundle (direction, key_id, recipient, sequence, digest, at, table_version) "
              "VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id",
              row.direction, row.key_id, row.recipient, row.sequence, row.digest, row.at, row.table_version},
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

Status Bundles::forget_told(BundleDirection direction, std::string_view key_id, std::string_view recipient, int keep) {
#define TOCSIN_OLD_BUNDLES                                                                              \
  "(SELECT id FROM bundle WHERE direction = ? AND key_id = ? AND recipient = ? ORDER BY sequence DESC " \
  "LIMIT 1000000 OFFSET ?)"
  return connection_.run_all(
      {Sql{"DELETE FROM bundle_content WHERE bundle_id IN " TOCSIN_OLD_BUNDLES, direction, key_id, recipient, keep},
       Sql{"DELETE FROM bundle_gone WHERE bundle_id IN " TOCSIN_OLD_BUNDLES, direction, key_id, recipient, keep}});
#undef TOCSIN_OLD_BUNDLES
}

Result<std::vector<BundleGone>> Bundles::gone(std::int64_t bundle) {
  return connection_.all(
      Sql{"SELECT issuer, record_key FROM bundle_gone WHERE bundle_id = ? ORDER BY record_id", bundle},
      [](const Row& row) { return BundleGone{.issuer = row.string(0), .key = row.string(1)}; });
}

Result<bool> Bundles::came_by_bundle(domain::RecordId record) {
  TRY(const auto found,
      connection_.first(Sql{"SELECT 1 FROM bundle_content c JOIN bundle b ON b.id = c.bundle_id WHERE "
                            "c.record_id = ? AND b.direction = ? LIMIT 1",
                            record, BundleDirection::applied},
                        [](const Row& row) { return row.integer(0); }));
  return found.has_value();
}

Result<bool> Bundles::came_otherwise(domain::RecordId record, std::string_view key_id, std::string_view recipient) {
  TRY(const auto found,
      connection_.first(Sql{"SELECT 1 FROM bundle_content c JOIN bundle b ON b.id = c.bundle_id WHERE c.record_id = ? "
                            "AND b.direction = ? AND NOT (b.key_id = ? AND b.recipient = ?) LIMIT 1",
                            record, BundleDirection::applied, key_id, recipient},
                        [](const Row& row) { return row.integer(0); }));
  return found.has_value();
}

Result<bool> Bundles::brought_table(std::int64_t version) {
  TRY(const auto found, connection_.first(Sql{"SELECT 1 FROM bundle WHERE direction = ? AND table_version = ? LIMIT 1",
                                              BundleDirection::applied, version},
                                          [](const Row& row) { return row.integer(0); }));
  return found.has_value();
}

}  // namespace tocsin::store
