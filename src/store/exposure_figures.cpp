#include "store/exposure_figures.hpp"

#include <algorithm>
#include <set>

#include "base/check.hpp"
#include "store/asset_json.hpp"
#include "store/evidence.hpp"

namespace tocsin::store {
namespace {

constexpr std::size_t kBoundsMax = 8, kCvesAtOnce = 4'096;

/// " WHERE ..." over the aliases m, r and, where a site is asked for, a.
void append_open(Sql& sql, const ExposureScope& scope, Timestamp now) {
  sql.append(
      " WHERE m.organisation_id = ? AND m.status IN (0, 1, 2) AND (m.state < 2 OR (m.state = 3 AND m.state_until <= "
      "?)) AND ",
      scope.organisation, now);
  sql.append(domain::policy::visible_sql(scope.viewer, now));
  if (scope.site) sql.append(" AND a.site = ?", *scope.site);
  if (scope.sites) sql.append(" AND a.site IN ").append_list(std::span<const std::string>{*scope.sites});
}

void append_asset(Sql& sql, const ExposureScope& scope) {
  if (scope.needs_site()) sql.append(" JOIN asset a ON a.id = m.asset_id");
}

}  // namespace

Result<ExposureTotals> ExposureFigures::totals(const ExposureScope& scope, Timestamp now) {
  Sql sql{
      "SELECT count(*), coalesce(CAST(sum(CASE WHEN m.status = 0 THEN 1 ELSE 0 END) AS bigint), 0), "
      "coalesce(CAST(sum(CASE WHEN m.state = 1 THEN 1 ELSE 0 END) AS bigint), 0), count(DISTINCT m.asset_id), "
      "count(DISTINCT m.record_id), max(r.tlp) FROM asset_match m JOIN record r ON r.id = m.record_id"};
  append_asset(sql, scope);
  append_open(sql, scope, now);
  TRY(const auto found, connection_.first(sql, [](const Row& row) {
    ExposureTotals it{.matters = row.integer(0),
                      .affected = row.integer(1),
                      .in_progress = row.integer(2),
                      .assets = row.integer(3),
                      .advisories = row.integer(4),
                      .tlp = {}};
    if (const auto tlp = row.optional_integer(5)) it.tlp = static_cast<domain::Tlp>(*tlp);
    return it;
  }));
  return found.value_or(ExposureTotals{});
}

Result<std::vector<ExposureShare>> ExposureFigures::groups(const ExposureScope& scope, By by, int limit,
                                                           Timestamp now) {
  // By asset first, from an index alone; only then what stands in the wide rows of assets, once each.
  Sql sql{
      "WITH counted AS (SELECT m.asset_id, coalesce(v.severity, 0) AS severity, count(*) AS matters, CAST(sum(CASE "
      "WHEN "
      "m.status = 0 THEN 1 ELSE 0 END) AS bigint) AS affected FROM asset_match m JOIN record r ON r.id = m.record_id "
      "LEFT JOIN advisory v ON v.record_id = m.record_id"};
  append_asset(sql, scope);
  append_open(sql, scope, now);
  sql.append(
      " GROUP BY m.asset_id, coalesce(v.severity, 0)), each_one AS (SELECT asset_id, CAST(sum(matters) AS bigint) AS "
      "matters, CAST(sum(affected) AS bigint) AS affected, CAST(sum(CASE severity WHEN 0 THEN matters ELSE 0 END) AS "
      "bigint) AS s0, CAST(sum(CASE severity WHEN 1 THEN matters ELSE 0 END) AS bigint) AS s1, CAST(sum(CASE severity "
      "WHEN 2 THEN matters ELSE 0 END) AS bigint) AS s2, CAST(sum(CASE severity WHEN 3 THEN matters ELSE 0 END) AS "
      "bigint) AS s3, CAST(sum(CASE severity WHEN 4 THEN matters ELSE 0 END) AS bigint) AS s4 FROM counted GROUP BY "
      "asset_id) ");
  if (by == By::site) {
    sql.append("SELECT p.site, '' AS name");
  } else if (by == By::zone) {
    sql.append("SELECT p.site, p.zone AS name");
  } else {
    sql.append("SELECT '' AS site, p.vendor AS name");
  }
  sql.append(
      ", CAST(sum(e.matters) AS bigint) AS matters, CAST(sum(e.affected) AS bigint), count(*), CAST(sum(e.s0) AS "
      "bigint), CAST(sum(e.s1) AS bigint), CAST(sum(e.s2) AS bigint), CAST(sum(e.s3) AS bigint), CAST(sum(e.s4) AS "
      "bigint) FROM each_one e JOIN asset p ON p.id = e.asset_id");
  if (by == By::site) {
    sql.append(" GROUP BY p.site ORDER BY matters DESC, p.site LIMIT ?", limit);
  } else if (by == By::zone) {
    sql.append(" GROUP BY p.site, p.zone ORDER BY matters DESC, p.site, p.zone LIMIT ?", limit);
  } else {
    sql.append(" GROUP BY p.vendor ORDER BY matters DESC, p.vendor LIMIT ?", limit);
  }
  return connection_.all(sql, [](const Row& row) {
    ExposureShare it;
    it.site = row.string(0);
    it.name = row.string(1);
    it.matters = row.integer(2);
    it.affected = row.integer(3);
    it.assets = row.integer(4);
    for (std::size_t i = 0; i < kSeverities; ++i) it.severities[i] = row.integer(5 + static_cast<int>(i));
    return it;
  });
}

Result<std::vector<std::int64_t>> ExposureFigures::ages(const ExposureScope& scope, std::span<const Timestamp> bounds,
                                                        Timestamp now) {
  TOCSIN_CHECK(bounds.size() <= kBoundsMax);
  // What went and came again is as old as it first was.
  Sql sql{
      "WITH aged AS MATERIALIZED (SELECT coalesce((SELECT min(s.since) FROM asset_match_span s WHERE s.asset_id = "
      "m.asset_id AND "
      "s.record_id = m.record_id AND s.status <= 2), CAST(? AS bigint)) AS since FROM asset_match m JOIN record r ON "
      "r.id = m.record_id",
      now};
  append_asset(sql, scope);
  append_open(sql, scope, now);
  sql.append(") SELECT CASE");
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    sql.append(" WHEN since > ? THEN CAST(? AS bigint)", bounds[i], static_cast<std::int64_t>(i));
  }
  sql.append(" ELSE CAST(? AS bigint) END AS age, count(*) FROM aged GROUP BY age",
             static_cast<std::int64_t>(bounds.size()));
  std::vector<std::int64_t> counts(bounds.size() + 1, 0);
  TRY_VOID(connection_.each(sql, [&](const Row& row) -> Status {
    counts[static_cast<std::size_t>(row.integer(0))] = row.integer(1);
    return ok();
  }));
  return counts;
}

Result<std::vector<ExposureDecided>> ExposureFigures::decided(const ExposureScope& scope, Timestamp today,
                                                              Timestamp now) {
  const auto days_on = [&](std::int64_t days) { return Timestamp{today.micros + days * 86'400'000'000}; };
  Sql sql{
      "WITH counted AS (SELECT m.asset_id, m.decision, CASE WHEN m.decision_due IS NULL THEN CAST(4 AS bigint) WHEN "
      "m.decision_due < ? THEN CAST(0 AS bigint) WHEN m.decision_due < ? THEN CAST(1 AS bigint) WHEN m.decision_due < "
      "? THEN CAST(2 AS bigint) ELSE CAST(3 AS bigint) END AS band, count(*) AS matters, CAST(sum(CASE WHEN "
      "m.decide_at <= ? THEN 1 ELSE 0 END) AS bigint) AS waiting FROM asset_match m JOIN record r ON r.id = "
      "m.record_id",
      today, days_on(8), days_on(31), now};
  append_asset(sql, scope);
  append_open(sql, scope, now);
  sql.append(
      " GROUP BY 1, 2, 3) SELECT p.site, c.decision, c.band, CAST(sum(c.matters) AS bigint), CAST(sum(c.waiting) AS "
      "bigint) FROM counted c JOIN asset p ON p.id = c.asset_id GROUP BY p.site, c.decision, c.band");
  return connection_.all(sql, [](const Row& row) {
    return ExposureDecided{.site = row.string(0),
                           .decision = static_cast<int>(row.integer(1)),
                           .due = static_cast<DueBand>(row.integer(2)),
                           .matters = row.integer(3),
                           .waiting = row.integer(4)};
  });
}

Result<std::vector<std::string>> ExposureFigures::exploited(const ExposureScope& scope, Timestamp now) {
  // Only matches of advisories that name one are looked into, and few of these have different lists.
  Sql sql{"SELECT DISTINCT m.cves FROM asset_match m JOIN record r ON r.id = m.record_id"};
  append_asset(sql, scope);
  append_open(sql, scope, now);
  sql.append(
      " AND m.record_id IN (SELECT v.record_id FROM known_exploited k JOIN advisory_vulnerability v ON v.vuln_id = "
      "k.cve)");
  std::set<std::string> named;
  TRY_VOID(connection_.each(sql, [&](const Row& row) -> Status {
    for (auto& each : texts_of(row.text(0))) named.insert(std::move(each));
    return ok();
  }));
  const std::vector<std::string> cves(named.begin(), named.end());
  std::vector<std::string> out;
  for (std::size_t at = 0; at < cves.size(); at += kCvesAtOnce) {
    TRY(const auto known,
        Evidence{connection_}.known_exploited(std::span{cves}.subspan(at, std::min(kCvesAtOnce, cves.size() - at))));
    for (const auto& each : known) out.push_back(each.cve);
  }
  return out;
}

}  // namespace tocsin::store
