#include "store/cases.hpp"

namespace tocsin::store {
namespace {

#define TOCSIN_CASE_ROW "f.id, f.number, f.uuid, f.kind, f.title, f.state, f.owner_id, f.opened_at, f.closed_at"

domain::Case read_case(const Row& row) {
  domain::Case it{.id = {row.integer(0)},
                  .number = row.string(1),
                  .uuid = row.string(2),
                  .kind = static_cast<domain::CaseKind>(row.integer(3)),
                  .title = row.string(4),
                  .state = static_cast<domain::CaseState>(row.integer(5)),
                  .owner = {row.integer(6)},
                  .opened_at = row.time(7),
                  .closed_at = {}};
  if (!row.is_null(8)) it.closed_at = row.time(8);
  return it;
}

std::int64_t first_integer(const Row& row) { return row.integer(0); }

}  // namespace

Result<std::optional<domain::Case>> Cases::find(domain::CaseId id) {
  return connection_.first(Sql{"SELECT " TOCSIN_CASE_ROW " FROM case_file f WHERE f.id = ?", id.value}, read_case);
}

Result<std::optional<domain::Case>> Cases::find(std::string_view number) {
  return connection_.first(Sql{"SELECT " TOCSIN_CASE_ROW " FROM case_file f WHERE f.number = ?", number}, read_case);
}

Result<std::optional<domain::CaseId>> Cases::insert(const domain::Case& it) {
  return connection_.first(
      Sql{"INSERT INTO case_file (number, uuid, kind, title, state, owner_id, opened_at, closed_at) VALUES (?, ?, ?, "
          "?, ?, ?, ?, ?) ON CONFLICT (number) DO NOTHING RETURNING id",
          it.number, it.uuid, it.kind, it.title, it.state, it.owner, it.opened_at, it.closed_at},
      [](const Row& row) { return domain::CaseId{row.integer(0)}; });
}

Status Cases::update(const domain::Case& it) {
  TRY_VOID(connection_.run(Sql{"UPDATE case_file SET title = ?, state = ?, closed_at = ? WHERE id = ?", it.title,
                               it.state, it.closed_at, it.id.value}));
  return ok();
}

Result<std::vector<domain::Case>> Cases::all() {
  return connection_.all(Sql{"SELECT " TOCSIN_CASE_ROW " FROM case_file f ORDER BY f.opened_at DESC, f.number"},
                         read_case);
}

Result<std::vector<domain::Case>> Cases::among(std::span<const domain::CaseId> ids) {
  if (ids.empty()) return std::vector<domain::Case>{};
  Sql sql{"SELECT " TOCSIN_CASE_ROW " FROM case_file f WHERE f.id IN "};
  std::vector<std::int64_t> numbers;
  numbers.reserve(ids.size());
  for (const auto each : ids) numbers.push_back(each.value);
  sql.append_list(numbers).append(" ORDER BY f.opened_at DESC, f.number");
  return connection_.all(sql, read_case);
}

Result<std::vector<domain::CaseParticipant>> Cases::participants(domain::CaseId id) {
  return connection_.all(Sql{"SELECT kind, grantee_id, part, added_at, added_by FROM case_participant WHERE case_id = "
                             "? ORDER BY part, added_at, kind, grantee_id",
                             id.value},
                         [](const Row& row) {
                           domain::CaseParticipant it{
                               .who = {static_cast<domain::Grantee::Kind>(row.integer(0)), row.integer(1)},
                               .part = static_cast<domain::CasePart>(row.integer(2)),
                               .added_at = row.time(3),
                               .added_by = {}};
                           if (!row.is_null(4)) it.added_by = domain::PersonId{row.integer(4)};
                           return it;
                         });
}

Result<std::int64_t> Cases::participant_count(domain::CaseId id) {
  TRY(const auto count,
      connection_.first(Sql{"SELECT count(*) FROM case_participant WHERE case_id = ?", id.value}, first_integer));
  return count.value_or(0);
}

Result<std::int64_t> Cases::add(domain::CaseId id, const domain::CaseParticipant& participant) {
  return connection_.run(
      Sql{"INSERT INTO case_participant (case_id, kind, grantee_id, part, added_at, added_by) "
          "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
          id.value, participant.who.kind, participant.who.id, participant.part, participant.added_at,
          participant.added_by});
}

Status Cases::set_part(domain::CaseId id, const domain::Grantee& who, domain::CasePart part) {
  TRY_VOID(connection_.run(Sql{"UPDATE case_participant SET part = ? WHERE case_id = ? AND kind = ? AND grantee_id = ?",
                               part, id.value, who.kind, who.id}));
  return ok();
}

Result<std::int64_t> Cases::remove(domain::CaseId id, const domain::Grantee& who) {
  return connection_.run(Sql{"DELETE FROM case_participant WHERE case_id = ? AND kind = ? AND grantee_id = ?", id.value,
                             who.kind, who.id});
}

Result<std::vector<domain::CaseId>> Cases::of(const domain::Grantee& who) {
  return connection_.all(
      Sql{"SELECT case_id FROM case_participant WHERE kind = ? AND grantee_id = ? ORDER BY case_id", who.kind, who.id},
      [](const Row& row) { return domain::CaseId{row.integer(0)}; });
}

Result<std::int64_t> Cases::owned(domain::OrganisationId owner) {
  TRY(const auto count,
      connection_.first(Sql{"SELECT count(*) FROM case_file WHERE owner_id = ?", owner}, first_integer));
  return count.value_or(0);
}

Status Cases::hand_on(domain::OrganisationId from, domain::OrganisationId to, Timestamp now) {
  constexpr auto kOrganisation = domain::Grantee::Kind::organisation;
  return connection_.run_all(
      {Sql{"INSERT INTO case_participant (case_id, kind, grantee_id, part, added_at) SELECT id, CAST(? AS bigint), "
           "CAST(? AS bigint), CAST(? AS bigint), CAST(? AS bigint) FROM case_file WHERE owner_id = ? ON CONFLICT "
           "(case_id, kind, grantee_id) DO UPDATE SET part = excluded.part",
           kOrganisation, to, domain::CasePart::coordinator, now, from},
       Sql{"UPDATE case_file SET owner_id = ? WHERE owner_id = ?", to, from}});
}

}  // namespace tocsin::store
