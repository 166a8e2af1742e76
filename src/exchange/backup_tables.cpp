#include "exchange/backup_tables.hpp"

#include "exchange/backup.hpp"

namespace tocsin::exchange {
namespace {

using store::Sql;
using store::Value;

#define TOCSIN_SETTING_COLUMNS "key, value"
#define TOCSIN_ORGANISATION_COLUMNS "id, kind, name, created_at"
#define TOCSIN_PERSON_COLUMNS "id, organisation_id, name, email, created_at"
#define TOCSIN_RECORD_COLUMNS_ALL                                                                            \
  "id, kind, issuer, record_key, slug, title, tlp, owner_id, audience, status, embargo_until, version, "     \
  "version_order, format, sha512, current_revision_id, initial_release_at, current_release_at, created_at, " \
  "updated_at, labels"
#define TOCSIN_REVISION_COLUMNS                                                                            \
  "id, record_id, version, version_order, standing, format, document_status, sha512, bytes, released_at, " \
  "received_at, source"
#define TOCSIN_CHANGE_COLUMNS "sequence, at, action, record_id, revision_id"
#define TOCSIN_AUDIT_COLUMNS                                                                                 \
  "sequence, at, person_id, organisation_id, action, object, owner_id, outcome, request_id, personal_hash, " \
  "previous_hash, hash"
#define TOCSIN_AUDIT_PERSONAL_COLUMNS "sequence, salt, address, agent, detail"
#define TOCSIN_AUDIT_CHECKPOINT_COLUMNS "sequence, at, hash, key_id, signature"

constexpr BackupColumn kSetting[] = {{"key", true}, {"value", true}};
constexpr BackupColumn kOrganisation[] = {{"id"}, {"kind"}, {"name", true}, {"created_at"}};
constexpr BackupColumn kPerson[] = {{"id"}, {"organisation_id"}, {"name", true}, {"email", true}, {"created_at"}};
constexpr BackupColumn kRecord[] = {{"id"},
                                    {"kind"},
                                    {"issuer", true},
                                    {"record_key", true},
                                    {"slug", true},
                                    {"title", true},
                                    {"tlp"},
                                    {"owner_id"},
                                    {"audience"},
                                    {"status"},
                                    {"embargo_until"},
                                    {"version", true},
                                    {"version_order", true},
                                    {"format", true},
                                    {"sha512", true},
                                    {"current_revision_id"},
                                    {"initial_release_at"},
                                    {"current_release_at"},
                                    {"created_at"},
                                    {"updated_at"},
                                    {"labels", true}};
constexpr BackupColumn kRevision[] = {
    {"id"},       {"record_id"},    {"version", true},         {"version_order", true},
    {"standing"}, {"format", true}, {"document_status", true}, {"sha512", true},
    {"bytes"},    {"released_at"},  {"received_at"},           {"source", true}};
constexpr BackupColumn kAudit[] = {
    {"sequence"}, {"at"},      {"person_id"},        {"organisation_id"},     {"action", true},        {"object", true},
    {"owner_id"}, {"outcome"}, {"request_id", true}, {"personal_hash", true}, {"previous_hash", true}, {"hash", true}};
constexpr BackupColumn kAuditPersonal[] = {
    {"sequence"}, {"salt", true}, {"address", true}, {"agent", true}, {"detail", true}};
constexpr BackupColumn kAuditCheckpoint[] = {
    {"sequence"}, {"at"}, {"hash", true}, {"key_id", true}, {"signature", true}};
constexpr BackupColumn kChange[] = {{"sequence"}, {"at"}, {"action"}, {"record_id"}, {"revision_id"}};

/// Adds the values to a statement that ends before its brackets.
Sql with_values(Sql sql, const std::vector<Value>& values) {
  sql.append(" VALUES (");
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0) sql.append(", ");
    sql.append("?", values[i]);
  }
  sql.append(")");
  return sql;
}

#define TOCSIN_PAGE(table, columns, key)                                                                      \
  [](std::int64_t after, const std::string&, int limit) {                                                     \
    return Sql{"SELECT " columns " FROM " table " WHERE " key " > ? ORDER BY " key " LIMIT ?", after, limit}; \
  }
#define TOCSIN_INSERT(table, columns) \
  [](const std::vector<Value>& values) { return with_values(Sql{"INSERT INTO " table " (" columns ")"}, values); }

const BackupTableCode kTables[] = {
    {"setting", kSetting, true,
     [](std::int64_t, const std::string& after, int limit) {
       return Sql{"SELECT " TOCSIN_SETTING_COLUMNS " FROM setting WHERE key > ? ORDER BY key LIMIT ?", after, limit};
     },
     TOCSIN_INSERT("setting", TOCSIN_SETTING_COLUMNS)},
    {"organisation", kOrganisation, false, TOCSIN_PAGE("organisation", TOCSIN_ORGANISATION_COLUMNS, "id"),
     TOCSIN_INSERT("organisation", TOCSIN_ORGANISATION_COLUMNS)},
    {"person", kPerson, false, TOCSIN_PAGE("person", TOCSIN_PERSON_COLUMNS, "id"),
     TOCSIN_INSERT("person", TOCSIN_PERSON_COLUMNS)},
    {"record", kRecord, false, TOCSIN_PAGE("record", TOCSIN_RECORD_COLUMNS_ALL, "id"),
     TOCSIN_INSERT("record", TOCSIN_RECORD_COLUMNS_ALL)},
    {"revision", kRevision, false, TOCSIN_PAGE("revision", TOCSIN_REVISION_COLUMNS, "id"),
     TOCSIN_INSERT("revision", TOCSIN_REVISION_COLUMNS)},
    {"change", kChange, false, TOCSIN_PAGE("change", TOCSIN_CHANGE_COLUMNS, "sequence"),
     TOCSIN_INSERT("change", TOCSIN_CHANGE_COLUMNS)},
    {"audit", kAudit, false, TOCSIN_PAGE("audit", TOCSIN_AUDIT_COLUMNS, "sequence"),
     TOCSIN_INSERT("audit", TOCSIN_AUDIT_COLUMNS)},
    {"audit_personal", kAuditPersonal, false, TOCSIN_PAGE("audit_personal", TOCSIN_AUDIT_PERSONAL_COLUMNS, "sequence"),
     TOCSIN_INSERT("audit_personal", TOCSIN_AUDIT_PERSONAL_COLUMNS)},
    {"audit_checkpoint", kAuditCheckpoint, false,
     TOCSIN_PAGE("audit_checkpoint", TOCSIN_AUDIT_CHECKPOINT_COLUMNS, "sequence"),
     TOCSIN_INSERT("audit_checkpoint", TOCSIN_AUDIT_CHECKPOINT_COLUMNS)},
};

}  // namespace

std::span<const BackupTableCode> backup_table_list() { return kTables; }

std::vector<BackupTable> backup_tables() {
  std::vector<BackupTable> tables;
  for (const auto& each : kTables) {
    BackupTable table{.name = each.name, .columns = {}};
    for (const auto& column : each.columns) table.columns.push_back(column.name);
    tables.push_back(std::move(table));
  }
  // Kept as files of their own.
  tables.push_back({.name = "revision_document", .columns = {"revision_id", "bytes"}});
  return tables;
}

Status advance_identities(store::Connection& connection) {
  return connection.run_script(
      "SELECT setval(pg_get_serial_sequence('organisation', 'id'), (SELECT greatest(max(id), 1) FROM organisation));"
      "SELECT setval(pg_get_serial_sequence('person', 'id'), (SELECT greatest(max(id), 1) FROM person));"
      "SELECT setval(pg_get_serial_sequence('record', 'id'), (SELECT greatest(max(id), 1) FROM record));"
      "SELECT setval(pg_get_serial_sequence('revision', 'id'), (SELECT greatest(max(id), 1) FROM revision));"
      "SELECT setval(pg_get_serial_sequence('change', 'sequence'), (SELECT greatest(max(sequence), 1) FROM change));");
}

}  // namespace tocsin::exchange
