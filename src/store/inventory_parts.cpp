#include "store/inventory_parts.hpp"

namespace tocsin::store {
namespace {

#define TOCSIN_GRANT_ROW                                                                                         \
  "SELECT g.id, g.organisation_id, o.name, g.site, g.reason, g.granted_by, coalesce(p.name, ''), g.granted_at, " \
  "g.revoked_at FROM inventory_grant g JOIN organisation o ON o.id = g.organisation_id LEFT JOIN person p ON "   \
  "p.id = g.granted_by"

InventoryGrant read_grant(const Row& row) {
  return {.id = row.integer(0),
          .organisation = {row.integer(1)},
          .organisation_name = row.string(2),
          .site = row.string(3),
          .reason = row.string(4),
          .granted_by = row.is_null(5) ? std::nullopt : std::optional{domain::PersonId{row.integer(5)}},
          .granted_by_name = row.string(6),
          .granted_at = row.time(7),
          .revoked_at = row.optional_time(8)};
}

}  // namespace

Result<std::vector<std::pair<std::string, std::string>>> InventoryParts::mapping(domain::OrganisationId organisation) {
  return connection_.all(
      Sql{"SELECT header, field FROM inventory_mapping WHERE organisation_id = ? ORDER BY header", organisation},
      [](const Row& row) { return std::pair{row.string(0), row.string(1)}; });
}

Status InventoryParts::remember(domain::OrganisationId organisation, std::string_view header, std::string_view field) {
  TRY_VOID(
      connection_.run(Sql{"INSERT INTO inventory_mapping (organisation_id, header, field) VALUES (?, ?, ?) ON CONFLICT "
                          "(organisation_id, header) DO UPDATE SET field = excluded.field",
                          organisation, header, field}));
  return ok();
}

Status InventoryParts::put_upload(const InventoryUpload& it) {
  TRY_VOID(connection_.run(Sql{"DELETE FROM inventory_upload WHERE organisation_id = ? AND person_id = ?",
                               it.organisation, it.person ? it.person->value : 0}));
  TRY_VOID(connection_.run(
      Sql{"INSERT INTO inventory_upload (id, organisation_id, person_id, file_name, bytes, sent_at) VALUES (?, ?, ?, "
          "?, ?, ?)",
          it.id, it.organisation, it.person, it.file_name, Blob{it.bytes}, it.sent_at}));
  return ok();
}

Result<std::optional<InventoryUpload>> InventoryParts::upload(domain::OrganisationId organisation,
                                                              domain::PersonId person, std::string_view id) {
  return connection_.first(
      Sql{"SELECT id, organisation_id, person_id, file_name, bytes, sent_at FROM inventory_upload WHERE id = ? AND "
          "organisation_id = ? AND person_id = ?",
          id, organisation, person},
      [](const Row& row) {
        return InventoryUpload{.id = row.string(0),
                               .organisation = {row.integer(1)},
                               .person = domain::PersonId{row.integer(2)},
                               .file_name = row.string(3),
                               .bytes = row.string(4),
                               .sent_at = row.time(5)};
      });
}

Status InventoryParts::remove_upload(std::string_view id) {
  TRY_VOID(connection_.run(Sql{"DELETE FROM inventory_upload WHERE id = ?", id}));
  return ok();
}

Status InventoryParts::remove_uploads_before(Timestamp at) {
  TRY_VOID(connection_.run(Sql{"DELETE FROM inventory_upload WHERE sent_at < ?", at}));
  return ok();
}

Result<std::int64_t> InventoryParts::add_grant(const InventoryGrant& it) {
  TRY(const auto id, connection_.first(Sql{"INSERT INTO inventory_grant (organisation_id, site, reason, granted_by, "
                                           "granted_at) VALUES (?, ?, ?, ?, ?) RETURNING id",
                                           it.organisation, it.site, it.reason, it.granted_by, it.granted_at},
                                       [](const Row& row) { return row.integer(0); }));
  return id.value_or(0);
}

Result<std::int64_t> InventoryParts::revoke_grant(domain::OrganisationId organisation, std::int64_t id,
                                                  std::optional<domain::PersonId> by, Timestamp now) {
  return connection_.run(
      Sql{"UPDATE inventory_grant SET revoked_by = ?, revoked_at = ? WHERE id = ? AND organisation_id = ? AND "
          "revoked_at IS NULL",
          by, now, id, organisation});
}

Result<std::vector<InventoryGrant>> InventoryParts::grants(domain::OrganisationId organisation) {
  return connection_.all(Sql{TOCSIN_GRANT_ROW " WHERE g.organisation_id = ? ORDER BY g.id DESC", organisation},
                         read_grant);
}

Result<std::vector<InventoryGrant>> InventoryParts::open_grants(std::optional<domain::OrganisationId> organisation) {
  Sql sql{TOCSIN_GRANT_ROW " WHERE g.revoked_at IS NULL AND o.status = ?", domain::OrganisationStatus::active};
  if (organisation) sql.append(" AND g.organisation_id = ?", *organisation);
  sql.append(" ORDER BY o.folded_name, g.site, g.id");
  return connection_.all(sql, read_grant);
}

}  // namespace tocsin::store
