#include "store/exposure_digest.hpp"

namespace tocsin::store {

Result<std::int64_t> exposure_digest(Connection& connection, const domain::policy::Viewer& viewer,
                                     domain::OrganisationId organisation, Timestamp now) {
  // Sums, for the order of rows says nothing; the asset's number in them, so that two that swap do not cancel out.
  Sql sql{
      "SELECT count(*), coalesce(max(m.changed_at), 0), coalesce(sum((m.asset_id % 1009 + 1) * (m.record_id % 997 + 1) "
      "* (m.status + 7 * m.decision + 53 * m.state + 1)), 0), coalesce(sum(m.decision_due / 1000000 % 1000003), 0) "
      "FROM asset_match m JOIN record r ON r.id = m.record_id WHERE m.organisation_id = ? AND ",
      organisation};
  sql.append(domain::policy::visible_sql(viewer, now));
  TRY(const auto found, connection.first(sql, [](const Row& row) {
    auto mixed = static_cast<std::uint64_t>(row.integer(0));
    for (const int column : {1, 2, 3}) {
      mixed = (mixed ^ (mixed >> 29)) * 0x9E3779B97F4A7C15U + static_cast<std::uint64_t>(row.integer(column));
    }
    return static_cast<std::int64_t>(mixed);
  }));
  return found.value_or(0);
}

}  // namespace tocsin::store
