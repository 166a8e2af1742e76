#include "store/glass.hpp"

#include <algorithm>

namespace tocsin::store {
namespace {

GlassGrant grant_of(const Row& row) {
  GlassGrant grant{.id = row.integer(0),
                   .person = {row.integer(1)},
                   .organisation = {row.integer(2)},
                   .record = {row.integer(3)},
                   .owner = {row.integer(4)},
                   .reason = row.string(5),
                   .began_at = row.time(6),
                   .until = row.time(7),
                   .ended_at = row.optional_time(8)};
  if (const auto by = row.optional_integer(9)) grant.ended_by = {*by};
  return grant;
}

Sql select() {
  return Sql{
      "SELECT g.id, g.person_id, g.organisation_id, g.record_id, g.owner_id, g.reason, g.began_at, g.until, "
      "g.ended_at, g.ended_by FROM break_glass g WHERE 1 = 1"};
}

}  // namespace

Result<std::int64_t> Glass::add(const GlassGrant& grant) {
  TRY(const auto id,
      connection_.first(
          Sql{"INSERT INTO break_glass (person_id, organisation_id, record_id, owner_id, reason, "
              "began_at, until) VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id",
              grant.person, grant.organisation, grant.record, grant.owner, grant.reason, grant.began_at, grant.until},
          [](const Row& row) { return row.integer(0); }));
  if (!id) return Error::internal("An INSERT returned no row");
  return *id;
}

Result<std::optional<GlassGrant>> Glass::find(std::int64_t id) {
  return connection_.first(select().append(" AND g.id = ?", id), grant_of);
}

Result<std::vector<GlassGrant>> Glass::list(const GlassFilter& filter, int limit) {
  auto sql = select();
  if (filter.person) sql.append(" AND g.person_id = ?", *filter.person);
  if (filter.owner) sql.append(" AND g.owner_id = ?", *filter.owner);
  if (filter.record) sql.append(" AND g.record_id = ?", *filter.record);
  if (filter.either) {
    sql.append(" AND (g.person_id = ? OR g.owner_id = ?)", filter.either->first, filter.either->second);
  }
  if (filter.in_force_at) {
    sql.append(" AND g.ended_at IS NULL AND g.began_at <= ? AND g.until > ?", *filter.in_force_at, *filter.in_force_at);
  }
  sql.append(" ORDER BY g.id DESC LIMIT ?", limit);
  return connection_.all(sql, grant_of);
}

Result<std::vector<domain::policy::Glass>> Glass::open(domain::PersonId person, domain::OrganisationId organisation,
                                                       Timestamp now) {
  TRY(auto open,
      connection_.all(Sql{"SELECT record_id, id, until FROM break_glass WHERE person_id = ? AND organisation_id = ? "
                          "AND ended_at IS NULL AND began_at <= ? AND until > ?",
                          person, organisation, now, now},
                      [](const Row& row) {
                        return domain::policy::Glass{
                            .record = {row.integer(0)}, .grant = row.integer(1), .until = row.time(2)};
                      }));
  std::ranges::sort(open);
  return open;
}

Result<std::int64_t> Glass::end(std::int64_t id, std::optional<domain::PersonId> by, Timestamp now) {
  return connection_.run(
      Sql{"UPDATE break_glass SET ended_at = ?, ended_by = ? WHERE id = ? AND ended_at IS NULL AND until > ?", now, by,
          id, now});
}

}  // namespace tocsin::store
