#include "store/exposure_figures.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

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

namespace {

/// Open matters of one asset whose advisories are of one severity, that are decided alike and due in the same time.
struct Counted {
  std::int64_t asset = 0;
  std::size_t severity = 0;
  int decision = 0;
  DueBand due = DueBand::none;
  std::int64_t matters = 0, affected = 0, waiting = 0;
};

/// Shares by what they are of, while they are added up. Of one asset everything comes together.
class Shares {
 public:
  void add(const std::string& site, const std::string& name, const Counted& each, bool new_asset) {
    auto& share = shares_[{site, name}];
    share.matters += each.matters;
    share.affected += each.affected;
    share.assets += new_asset ? 1 : 0;
    share.severities[each.severity] += each.matters;
  }
  std::vector<ExposureShare> most(int limit) && {
    std::vector<ExposureShare> all;
    for (auto& [key, share] : shares_) {
      share.site = key.first;
      share.name = key.second;
      all.push_back(std::move(share));
    }
    std::ranges::sort(all, {}, [](const ExposureShare& it) {
      return std::tuple{-it.matters, std::string_view{it.site}, std::string_view{it.name}};
    });
    if (std::cmp_greater(all.size(), limit)) all.resize(static_cast<std::size_t>(limit));
    return all;
  }

 private:
  std::map<std::pair<std::string, std::string>, ExposureShare> shares_;
};

}  // namespace

Result<ExposureShares> ExposureFigures::shares(const ExposureScope& scope, Timestamp today, int limit, Timestamp now) {
  const auto days_on = [&](std::int64_t days) { return Timestamp{today.micros + days * 86'400'000'000}; };
  // All that is counted by place is counted in one go: by asset first, from an index alone; only then what stands in
  // the wide rows of assets, once each.
  Sql sql{
      "WITH counted AS MATERIALIZED (SELECT m.asset_id, coalesce(v.severity, 0) AS severity, m.decision, CASE WHEN "
      "m.decision_due IS NULL THEN CAST(4 AS bigint) WHEN m.decision_due < ? THEN CAST(0 AS bigint) WHEN "
      "m.decision_due < ? THEN CAST(1 AS bigint) WHEN m.decision_due < ? THEN CAST(2 AS bigint) ELSE CAST(3 AS "
      "bigint) END AS band, count(*) AS matters, CAST(sum(CASE WHEN m.status = 0 THEN 1 ELSE 0 END) AS bigint) AS "
      "affected, CAST(sum(CASE WHEN m.decide_at <= ? THEN 1 ELSE 0 END) AS bigint) AS waiting FROM asset_match m JOIN "
      "record r ON r.id = m.record_id LEFT JOIN advisory v ON v.record_id = m.record_id",
      today, days_on(8), days_on(31), now};
  append_asset(sql, scope);
  append_open(sql, scope, now);
  sql.append(
      " GROUP BY 1, 2, 3, 4) SELECT c.asset_id, c.severity, c.decision, c.band, c.matters, c.affected, c.waiting, "
      "p.site, p.zone, p.vendor FROM counted c JOIN asset p ON p.id = c.asset_id ORDER BY c.asset_id");
  Shares sites, zones, vendors;
  std::map<std::tuple<std::string, int, DueBand>, ExposureDecided> decided;
  std::int64_t last = 0;
  TRY_VOID(connection_.each(sql, [&](const Row& row) -> Status {
    const Counted each{.asset = row.integer(0),
                       .severity = std::min(static_cast<std::size_t>(row.integer(1)), kSeverities - 1),
                       .decision = static_cast<int>(row.integer(2)),
                       .due = static_cast<DueBand>(row.integer(3)),
                       .matters = row.integer(4),
                       .affected = row.integer(5),
                       .waiting = row.integer(6)};
    const auto site = row.string(7);
    const bool new_asset = each.asset != last;
    last = each.asset;
    sites.add(site, {}, each, new_asset);
    zones.add(site, row.string(8), each, new_asset);
    vendors.add({}, row.string(9), each, new_asset);
    auto& it = decided[{site, each.decision, each.due}];
    it.matters += each.matters;
    it.waiting += each.waiting;
    return ok();
  }));
  ExposureShares out{.sites = std::move(sites).most(limit),
                     .zones = std::move(zones).most(limit),
                     .vendors = std::move(vendors).most(limit),
                     .decided = {}};
  for (auto& [key, it] : decided) {
    std::tie(it.site, it.decision, it.due) = key;
    out.decided.push_back(std::move(it));
  }
  return out;
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
