#include "store/boms.hpp"

#include <algorithm>

namespace tocsin::store {
namespace {

#define TOCSIN_BOM_COLUMNS                                                                                             \
  "b.id, b.organisation_id, b.name, b.kind, b.file_name, b.imported_at, b.imported_by, coalesce(p.name, ''), (SELECT " \
  "count(*) FROM inventory_bom_part c JOIN asset a ON a.id = c.asset_id WHERE c.bom_id = b.id"
#define TOCSIN_BOM_FROM ") FROM inventory_bom b LEFT JOIN person p ON p.id = b.imported_by WHERE b.organisation_id = ?"

Bom read_bom(const Row& row) {
  return {.id = row.integer(0),
          .organisation = {row.integer(1)},
          .name = row.string(2),
          .kind = row.string(3),
          .file_name = row.string(4),
          .imported_at = row.time(5),
          .imported_by = row.is_null(6) ? std::nullopt : std::optional{domain::PersonId{row.integer(6)}},
          .imported_by_name = row.string(7),
          .components = row.integer(8)};
}

}  // namespace

Result<std::int64_t> Boms::put(const Bom& bom) {
  TRY(const auto id,
      connection_.first(Sql{"INSERT INTO inventory_bom (organisation_id, name, kind, file_name, imported_at, "
                            "imported_by) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (organisation_id, name) DO UPDATE SET "
                            "kind = excluded.kind, file_name = excluded.file_name, imported_at = excluded.imported_at, "
                            "imported_by = excluded.imported_by RETURNING id",
                            bom.organisation, bom.name, bom.kind, bom.file_name, bom.imported_at, bom.imported_by},
                        [](const Row& row) { return row.integer(0); }));
  TRY_VOID(connection_.run(Sql{"DELETE FROM inventory_bom_part WHERE bom_id = ?", *id}));
  return *id;
}

Status Boms::add_parts(std::int64_t bom, std::span<const std::int64_t> assets) {
  std::vector<Sql> statements;
  statements.reserve(assets.size());
  for (const auto asset : assets) {
    statements.emplace_back("INSERT INTO inventory_bom_part (bom_id, asset_id) VALUES (?, ?) ON CONFLICT DO NOTHING",
                            bom, asset);
  }
  return connection_.run_all(statements);
}

Result<std::vector<Bom>> Boms::list(domain::OrganisationId organisation,
                                    const std::optional<std::vector<std::string>>& sites, int limit) {
  Sql sql{"SELECT " TOCSIN_BOM_COLUMNS};
  if (sites) sql.append(" AND a.site IN ").append_list(std::span<const std::string>{*sites});
  sql.append(TOCSIN_BOM_FROM " ORDER BY b.name LIMIT ?", organisation, limit);
  TRY(auto found, connection_.all(sql, read_bom));
  if (sites) std::erase_if(found, [](const Bom& bom) { return bom.components == 0; });
  return found;
}

Result<std::optional<Bom>> Boms::find(domain::OrganisationId organisation, std::int64_t id) {
  return connection_.first(Sql{"SELECT " TOCSIN_BOM_COLUMNS TOCSIN_BOM_FROM " AND b.id = ?", organisation, id},
                           read_bom);
}

Result<std::vector<Bom>> Boms::of_asset(domain::OrganisationId organisation, std::int64_t asset) {
  return connection_.all(
      Sql{"SELECT " TOCSIN_BOM_COLUMNS TOCSIN_BOM_FROM
          " AND b.id IN (SELECT c.bom_id FROM inventory_bom_part c WHERE c.asset_id = ?) ORDER BY b.name LIMIT 200",
          organisation, asset},
      read_bom);
}

Result<std::vector<std::int64_t>> Boms::parts(std::int64_t bom, bool alone) {
  Sql sql{"SELECT c.asset_id FROM inventory_bom_part c WHERE c.bom_id = ?", bom};
  if (alone) {
    sql.append(
        " AND NOT EXISTS (SELECT 1 FROM inventory_bom_part o WHERE o.asset_id = c.asset_id AND o.bom_id <> c.bom_id)");
  }
  sql.append(" ORDER BY c.asset_id");
  return connection_.all(sql, [](const Row& row) { return row.integer(0); });
}

Status Boms::remove(std::int64_t bom) {
  TRY_VOID(connection_.run(Sql{"DELETE FROM inventory_bom WHERE id = ?", bom}));
  return ok();
}

}  // namespace tocsin::store
