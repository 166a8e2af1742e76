#include "store/coverage.hpp"

#include <map>

namespace tocsin::store {

Result<std::vector<CoverageStatement>> Coverage::statements(domain::OrganisationId organisation) {
  return connection_.all(
      Sql{"SELECT zone, attack_id, in_place FROM coverage_statement WHERE organisation_id = ? ORDER BY zone, attack_id",
          organisation},
      [](const Row& row) {
        return CoverageStatement{.zone = row.string(0), .attack_id = row.string(1), .in_place = row.boolean(2)};
      });
}

Status Coverage::replace(domain::OrganisationId organisation, const std::string& zone,
                         std::span<const CoverageStatement> wanted, std::optional<domain::PersonId> by, Timestamp now) {
  std::map<std::string, bool> there;
  TRY_VOID(
      connection_.each(Sql{"SELECT attack_id, in_place FROM coverage_statement WHERE organisation_id = ? AND zone = ?",
                           organisation, zone},
                       [&](const Row& row) {
                         there.emplace(row.string(0), row.boolean(1));
                         return ok();
                       }));
  std::vector<Sql> statements;
  for (const auto& each : wanted) {
    const auto known = there.find(each.attack_id);
    const bool same = known != there.end() && known->second == each.in_place;
    if (known != there.end()) there.erase(known);
    if (same) continue;
    statements.emplace_back(
        "INSERT INTO coverage_statement (organisation_id, zone, attack_id, in_place, stated_at, stated_by) VALUES (?, "
        "?, ?, ?, ?, ?) ON CONFLICT (organisation_id, zone, attack_id) DO UPDATE SET in_place = excluded.in_place, "
        "stated_at = excluded.stated_at, stated_by = excluded.stated_by",
        organisation, zone, each.attack_id, each.in_place, now, by);
  }
  for (const auto& [id, in_place] : there) {
    statements.emplace_back("DELETE FROM coverage_statement WHERE organisation_id = ? AND zone = ? AND attack_id = ?",
                            organisation, zone, id);
  }
  return connection_.run_all(statements);
}

Result<std::vector<ClassCount>> Coverage::classes(domain::OrganisationId organisation,
                                                  const std::optional<std::vector<std::string>>& sites) {
  Sql sql{"SELECT zone, attack_class, count(*) FROM asset WHERE organisation_id = ?", organisation};
  if (sites) sql.append(" AND site IN ").append_list(std::span<const std::string>{*sites});
  sql.append(" GROUP BY zone, attack_class ORDER BY zone, attack_class");
  return connection_.all(sql, [](const Row& row) {
    return ClassCount{.zone = row.string(0), .attack_class = row.string(1), .assets = row.integer(2)};
  });
}

}  // namespace tocsin::store
