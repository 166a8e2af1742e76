#include "store/decision_tables.hpp"

namespace tocsin::store {
namespace {

#define TOCSIN_DECISION_TABLE_HEAD \
  "SELECT t.organisation_id, t.version, t.base, t.note, t.person_id, coalesce(p.name, ''), t.at"
#define TOCSIN_DECISION_TABLE_FROM " FROM decision_table t LEFT JOIN person p ON p.id = t.person_id"

DecisionTableVersion read_head(const Row& row) {
  return {.organisation = {row.integer(0)},
          .version = row.integer(1),
          .base = row.string(2),
          .note = row.string(3),
          .person = row.is_null(4) ? std::nullopt : std::optional{domain::PersonId{row.integer(4)}},
          .person_name = row.string(5),
          .at = row.time(6)};
}

DecisionTableVersion read_whole(const Row& row) {
  auto version = read_head(row);
  version.document = row.string(7);
  return version;
}

}  // namespace

Result<std::optional<DecisionTableVersion>> DecisionTables::current(domain::OrganisationId organisation) {
  return connection_.first(
      Sql{TOCSIN_DECISION_TABLE_HEAD ", t.document" TOCSIN_DECISION_TABLE_FROM
                                     " WHERE t.organisation_id = ? ORDER BY t.version DESC LIMIT 1",
          organisation},
      read_whole);
}

Result<std::optional<DecisionTableVersion>> DecisionTables::find(domain::OrganisationId organisation,
                                                                 std::int64_t version) {
  return connection_.first(Sql{TOCSIN_DECISION_TABLE_HEAD ", t.document" TOCSIN_DECISION_TABLE_FROM
                                                          " WHERE t.organisation_id = ? AND t.version = ?",
                               organisation, version},
                           read_whole);
}

Result<std::vector<DecisionTableVersion>> DecisionTables::history(domain::OrganisationId organisation, int limit) {
  return connection_.all(Sql{TOCSIN_DECISION_TABLE_HEAD TOCSIN_DECISION_TABLE_FROM
                             " WHERE t.organisation_id = ? ORDER BY t.version DESC LIMIT ?",
                             organisation, limit},
                         read_head);
}

Status DecisionTables::add(const DecisionTableVersion& it) {
  TRY_VOID(
      connection_.run(Sql{"INSERT INTO decision_table (organisation_id, version, base, document, note, person_id, "
                          "at) VALUES (?, ?, ?, ?, ?, ?, ?)",
                          it.organisation, it.version, it.base, it.document, it.note, it.person, it.at}));
  return ok();
}

}  // namespace tocsin::store
