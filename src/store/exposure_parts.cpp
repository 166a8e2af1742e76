#include "store/exposure_parts.hpp"

#include <fmt/format.h>

namespace tocsin::store {

Result<ExposureAtRecord> exposure_at_vulnerability(Connection& connection, const domain::policy::Viewer& viewer,
                                                   domain::OrganisationId organisation, std::string_view vulnerability,
                                                   Timestamp now) {
  Sql sql{
      "SELECT count(DISTINCT m.asset_id), count(DISTINCT a.site) FROM asset_match m JOIN record r ON r.id = "
      "m.record_id "
      "JOIN asset a ON a.id = m.asset_id WHERE m.organisation_id = ? AND m.status = 0 AND m.cves LIKE ? AND ",
      organisation, fmt::format("%\"{}\"%", vulnerability)};
  sql.append(domain::policy::visible_sql(viewer, now));
  TRY(const auto found,
      connection.first(sql, [](const Row& row) { return ExposureAtRecord{row.integer(0), row.integer(1)}; }));
  return found.value_or(ExposureAtRecord{});
}

Result<std::vector<AssetState>> current_vulnerability_states(Connection& connection,
                                                             domain::OrganisationId organisation, std::int64_t asset,
                                                             domain::RecordId record) {
  return connection.all(Sql{"SELECT s.id, s.vulnerability, s.state, s.at, s.evidence, s.until, coalesce(p.name, '') "
                            "FROM asset_state s LEFT JOIN person p ON p.id = s.person_id WHERE s.organisation_id = ? "
                            "AND s.asset_id = ? AND s.record_id = ? AND s.vulnerability <> '' AND s.is_current = 1 "
                            "ORDER BY s.vulnerability",
                            organisation, asset, record},
                        [&](const Row& row) {
                          return AssetState{.id = row.integer(0),
                                            .organisation = organisation,
                                            .asset = asset,
                                            .record = record,
                                            .vulnerability = row.string(1),
                                            .state = static_cast<domain::RemediationState>(row.integer(2)),
                                            .person_name = row.string(6),
                                            .at = row.time(3),
                                            .evidence = row.string(4),
                                            .until = row.optional_time(5)};
                        });
}

}  // namespace tocsin::store
