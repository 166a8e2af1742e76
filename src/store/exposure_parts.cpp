#include "store/exposure_parts.hpp"

#include <algorithm>

namespace tocsin::store {

Result<std::map<std::string, ExposureAtRecord>> exposure_at_vulnerabilities(
    Connection& connection, const domain::policy::Viewer& viewer, domain::OrganisationId organisation,
    std::span<const std::string> vulnerabilities, Timestamp now) {
  std::map<std::string, ExposureAtRecord> found;
  if (vulnerabilities.empty()) return found;
  // The index gives the advisories; a match may be about some of what its advisory speaks of.
  Sql sql{
      "SELECT n.vuln_id, count(DISTINCT m.asset_id), count(DISTINCT a.site) FROM advisory_vulnerability n JOIN "
      "asset_match m ON m.record_id = n.record_id JOIN record r ON r.id = m.record_id JOIN asset a ON a.id = "
      "m.asset_id WHERE m.organisation_id = ? AND m.status = 0 AND m.cves LIKE '%\"' || n.vuln_id || '\"%' AND "
      "n.vuln_id IN ",
      organisation};
  sql.append_list(vulnerabilities.subspan(0, std::min(vulnerabilities.size(), Sql::kListMax)));
  sql.append(" AND ").append(domain::policy::visible_sql(viewer, now)).append(" GROUP BY n.vuln_id");
  TRY_VOID(connection.each(sql, [&](const Row& row) {
    found.emplace(row.string(0), ExposureAtRecord{row.integer(1), row.integer(2)});
    return ok();
  }));
  return found;
}

Result<std::map<std::int64_t, ExposureAtRecord>> exposure_at_products(Connection& connection,
                                                                      const domain::policy::Viewer& viewer,
                                                                      domain::OrganisationId organisation,
                                                                      std::span<const std::int64_t> products,
                                                                      Timestamp now) {
  std::map<std::int64_t, ExposureAtRecord> found;
  if (products.empty()) return found;
  Sql sql{
      "SELECT p.id, count(DISTINCT m.asset_id), count(DISTINCT a.site) FROM advisory_product x JOIN product p ON p.id "
      "= x.product_id JOIN vendor w ON w.id = p.vendor_id JOIN asset_match m ON m.record_id = x.record_id JOIN record "
      "r ON r.id = m.record_id JOIN asset a ON a.id = m.asset_id WHERE m.organisation_id = ? AND m.status = 0 AND "
      "m.product_keys LIKE '%\"' || w.vendor_key || '/' || p.product_key || '\"%' AND x.product_id IN ",
      organisation};
  sql.append_list(products.subspan(0, std::min(products.size(), Sql::kListMax)));
  sql.append(" AND ").append(domain::policy::visible_sql(viewer, now)).append(" GROUP BY p.id");
  TRY_VOID(connection.each(sql, [&](const Row& row) {
    found.emplace(row.integer(0), ExposureAtRecord{row.integer(1), row.integer(2)});
    return ok();
  }));
  return found;
}

Result<std::vector<std::string>> vulnerabilities_perhaps_named(Connection& connection,
                                                               domain::OrganisationId organisation) {
  return connection.all(
      Sql{"SELECT DISTINCT n.vuln_id FROM advisory_vulnerability n WHERE n.vuln_id IN (SELECT t.cve FROM "
          "stix_vulnerability t) AND EXISTS (SELECT 1 FROM asset_match m WHERE m.organisation_id = ? AND m.record_id = "
          "n.record_id) ORDER BY n.vuln_id LIMIT ?",
          organisation, Sql::kListMax},
      [](const Row& row) { return row.string(0); });
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
