#include "store/exposure_history.hpp"

#include <map>
#include <set>
#include <utility>

#include "base/check.hpp"

namespace tocsin::store {
namespace {

using Key = std::pair<std::int64_t, std::int64_t>;
constexpr std::size_t kAssetsAtOnce = 4'096;
constexpr std::size_t kPeriodsMax = 16;
/// Of the statuses, the last that waits for somebody: under investigation.
constexpr int kWaitsUntil = 2;
constexpr std::int64_t kQuarterOfAnHour = 900'000'000;

std::optional<int> optional_int(const Row& row, int column) {
  const auto value = row.optional_integer(column);
  return value ? std::optional{static_cast<int>(*value)} : std::nullopt;
}

/// " WHERE ..." over the aliases s (what has an organisation and an asset), r, and a where the site matters.
void append_scope(Sql& sql, const ExposureScope& scope, Timestamp now) {
  sql.append(" WHERE s.organisation_id = ? AND ", scope.organisation);
  sql.append(domain::policy::visible_sql(scope.viewer, now));
}

/// The site of an asset that is there is its own; of one that went, that which it had.
void append_span_site(Sql& sql, const ExposureScope& scope) {
  if (scope.site) sql.append(" AND coalesce(a.site, s.site) = ?", *scope.site);
  if (scope.sites) {
    sql.append(" AND coalesce(a.site, s.site) IN ").append_list(std::span<const std::string>{*scope.sites});
  }
}
void append_asset_site(Sql& sql, const ExposureScope& scope) {
  if (scope.site) sql.append(" AND a.site = ?", *scope.site);
  if (scope.sites) sql.append(" AND a.site IN ").append_list(std::span<const std::string>{*scope.sites});
}

}  // namespace

Status ExposureHistory::note(std::span<const AssetMatch> put, std::span<const AssetMatch> gone, Timestamp now,
                             std::vector<const AssetMatch*>* risen) {
  std::set<std::int64_t> assets;
  for (const auto& each : put) assets.insert(each.asset);
  for (const auto& each : gone) assets.insert(each.asset);
  if (assets.empty()) return ok();
  std::map<Key, int> present;
  const std::vector<std::int64_t> ids(assets.begin(), assets.end());
  for (std::size_t at = 0; at < ids.size(); at += kAssetsAtOnce) {
    Sql sql{"SELECT asset_id, record_id, status FROM asset_match_span WHERE until IS NULL AND asset_id IN "};
    sql.append_list(std::span{ids}.subspan(at, std::min(kAssetsAtOnce, ids.size() - at)));
    TRY_VOID(connection_.each(sql, [&](const Row& row) -> Status {
      present[{row.integer(0), row.integer(1)}] = static_cast<int>(row.integer(2));
      return ok();
    }));
  }
  std::vector<Sql> statements;
  const auto end = [&](const AssetMatch& match) {
    // A clock that was set back makes no span that ends before it begins.
    statements.emplace_back(
        "UPDATE asset_match_span SET until = CASE WHEN since > ? THEN since ELSE ? END WHERE asset_id = ? AND "
        "record_id = ? AND until IS NULL",
        now, now, match.asset, match.record);
  };
  for (const auto& each : put) {
    const auto found = present.find({each.asset, each.record.value});
    if (found != present.end()) {
      if (found->second == each.status) continue;
      end(each);
    }
    const bool waits = each.status <= kWaitsUntil && each.state != domain::RemediationState::done &&
                       each.state != domain::RemediationState::accepted;
    if (risen != nullptr && waits && (found == present.end() || each.status < found->second)) risen->push_back(&each);
    // Twice at the same moment: what was said last counts.
    statements.emplace_back(
        "INSERT INTO asset_match_span (organisation_id, asset_id, record_id, status, since, until, label, site) VALUES "
        "(?, ?, ?, ?, ?, NULL, '', '') ON CONFLICT (asset_id, record_id, since) DO UPDATE SET status = "
        "excluded.status, until = NULL",
        each.organisation, each.asset, each.record, each.status, found == present.end() ? each.found_at : now);
  }
  for (const auto& each : gone) {
    if (present.contains({each.asset, each.record.value})) end(each);
  }
  return connection_.run_all(statements);
}

Status ExposureHistory::note_removal(std::int64_t asset, Timestamp now) {
  // What people said of it goes with the asset: what was done by then counts as ended when it was.
  TRY_VOID(connection_.run(
      Sql{"UPDATE asset_match_span SET until = coalesce((SELECT max(t.at) FROM asset_state t WHERE t.asset_id = "
          "asset_match_span.asset_id AND t.record_id = asset_match_span.record_id AND t.vulnerability = '' AND "
          "t.is_current = 1 AND t.at >= asset_match_span.since AND (t.state = 2 OR (t.state = 3 AND (t.until IS NULL "
          "OR t.until > ?)))), CASE WHEN since > ? THEN since ELSE ? END) WHERE asset_id = ? AND until IS NULL",
          now, now, now, asset}));
  TRY_VOID(
      connection_.run(Sql{"UPDATE asset_match_span SET label = coalesce((SELECT a.label FROM asset a WHERE a.id = "
                          "asset_match_span.asset_id), ''), site = coalesce((SELECT a.site FROM asset a WHERE a.id = "
                          "asset_match_span.asset_id), '') WHERE asset_id = ?",
                          asset}));
  return ok();
}

Result<std::int64_t> ExposureHistory::settle(Timestamp now) {
  return connection_.run(
      Sql{"UPDATE asset_match_span SET until = CASE WHEN since > ? THEN since ELSE ? END WHERE until IS NULL AND NOT "
          "EXISTS (SELECT 1 FROM asset_match m WHERE m.asset_id = asset_match_span.asset_id AND m.record_id = "
          "asset_match_span.record_id) AND NOT EXISTS (SELECT 1 FROM asset a WHERE a.id = asset_match_span.asset_id "
          "AND a.due = 1)",
          now, now});
}

Result<std::int64_t> ExposureHistory::prune(Timestamp before, int limit) {
  return connection_.run(
      Sql{"DELETE FROM asset_match_span WHERE id IN (SELECT id FROM asset_match_span WHERE until IS NOT NULL AND until "
          "< ? ORDER BY until LIMIT ?)",
          before, limit});
}

Result<std::optional<Timestamp>> ExposureHistory::begins(const ExposureScope& scope, Timestamp now) {
  Sql sql{"SELECT s.since FROM asset_match_span s JOIN record r ON r.id = s.record_id"};
  if (scope.needs_site()) sql.append(" LEFT JOIN asset a ON a.id = s.asset_id");
  append_scope(sql, scope, now);
  append_span_site(sql, scope);
  sql.append(" ORDER BY s.since LIMIT 1");
  return connection_.first(sql, [](const Row& row) { return row.time(0); });
}

namespace {

/// "WITH span AS (...), settled AS (...)": when matches had a status that waits for somebody, and when somebody had
/// said that they do not.
Sql spans_and_settled(const ExposureScope& scope, Timestamp now) {
  Sql sql{
      "WITH span AS (SELECT s.asset_id, s.record_id, s.since, s.until FROM asset_match_span s JOIN record r ON r.id = "
      "s.record_id"};
  if (scope.needs_site()) sql.append(" LEFT JOIN asset a ON a.id = s.asset_id");
  append_scope(sql, scope, now);
  append_span_site(sql, scope);
  sql.append(
      " AND s.status <= 2), said AS (SELECT asset_id, record_id, state, at, until, lead(at) OVER (PARTITION BY "
      "asset_id, record_id ORDER BY id) AS next FROM asset_state WHERE organisation_id = ? AND vulnerability = ''), "
      "settled AS (SELECT asset_id, record_id, at AS since, CASE WHEN state = 3 AND until IS NOT NULL AND (next IS "
      "NULL OR until < next) THEN until ELSE next END AS until FROM said WHERE state >= 2)",
      scope.organisation);
  return sql;
}

}  // namespace

Result<std::vector<ExposureMove>> ExposureHistory::moves(const ExposureScope& scope, Timestamp from, Timestamp now) {
  auto sql = spans_and_settled(scope, now);
  // What is both: begins with the later of the two beginnings, ends with the earlier end. From what somebody said to
  // the spans by their index: SQLite would hold each of the ones against each of the others.
  sql.append(
      ", both_of AS (SELECT CASE WHEN s.since > d.since THEN s.since ELSE d.since END AS since, CASE WHEN s.until IS "
      "NULL THEN d.until WHEN d.until IS NULL THEN s.until WHEN s.until < d.until THEN s.until ELSE d.until END AS "
      "until FROM settled d CROSS JOIN asset_match_span s JOIN record r ON r.id = s.record_id");
  if (scope.needs_site()) sql.append(" LEFT JOIN asset a ON a.id = s.asset_id");
  append_scope(sql, scope, now);
  append_span_site(sql, scope);
  sql.append(
      " AND s.asset_id = d.asset_id AND s.record_id = d.record_id AND s.status <= 2 AND (s.until IS NULL OR d.since < "
      "s.until) AND (d.until IS NULL OR s.since < d.until)), move AS (SELECT since AS at, 1 AS step FROM span UNION "
      "ALL SELECT until, -1 FROM span WHERE until IS NOT NULL UNION ALL SELECT since, -1 FROM both_of UNION ALL SELECT "
      "until, 1 FROM both_of WHERE until IS NOT NULL) SELECT CAST(CASE WHEN at < ? THEN ? ELSE at END AS bigint) / "
      "CAST(? AS bigint) AS quarter, CAST(sum(step) AS bigint) FROM move WHERE at <= ? GROUP BY quarter ORDER BY "
      "quarter",
      from, from, kQuarterOfAnHour, now);
  return connection_.all(
      sql, [](const Row& row) { return ExposureMove{{row.integer(0) * kQuarterOfAnHour}, row.integer(1)}; });
}

Result<std::vector<RemediationTime>> ExposureHistory::remediation_times(const ExposureScope& scope,
                                                                        std::span<const Timestamp> periods,
                                                                        Timestamp now) {
  TOCSIN_CHECK(!periods.empty() && periods.size() <= kPeriodsMax);
  // From what ended to when it was found, by the index of spans, one by one: how many ended is far less than what there
  // is, and SQLite would hold each of the ones against each of the others.
  Sql sql{
      "WITH ended AS (SELECT t.asset_id, t.record_id, t.at FROM asset_state t WHERE t.organisation_id = ? AND "
      "t.vulnerability = '' AND t.state = 2 UNION ALL SELECT x.asset_id, x.record_id, x.since FROM asset_match_span x "
      "WHERE x.organisation_id = ? AND x.status = 3), dated AS MATERIALIZED (SELECT e.asset_id, e.record_id, e.at, "
      "(SELECT coalesce(min(CASE WHEN s.status = 0 THEN s.since END), min(s.since)) FROM asset_match_span s JOIN "
      "record r ON r.id = s.record_id",
      scope.organisation, scope.organisation};
  if (scope.needs_site()) sql.append(" LEFT JOIN asset a ON a.id = s.asset_id");
  append_scope(sql, scope, now);
  append_span_site(sql, scope);
  sql.append(
      " AND s.asset_id = e.asset_id AND s.record_id = e.record_id AND s.status <= 2) AS since FROM ended e WHERE e.at "
      "<= ?), took AS (SELECT min(d.at) AS at, min(d.at - d.since) AS took FROM dated d WHERE d.at >= d.since GROUP BY "
      "d.asset_id, d.record_id), each_one AS (SELECT took / CAST(1000000 AS bigint) AS took, CAST(CASE",
      now);
  for (std::size_t i = periods.size(); i-- > 0;) {
    sql.append(" WHEN at >= ? THEN CAST(? AS bigint)", periods[i], static_cast<std::int64_t>(i));
  }
  sql.append(
      " END AS bigint) AS period FROM took WHERE at >= ?), ranked AS (SELECT period, took, row_number() OVER "
      "(PARTITION BY period ORDER BY took) AS place, count(*) OVER (PARTITION BY period) AS total FROM each_one) "
      "SELECT "
      "period, count(*), CAST(avg(took) AS bigint), CAST(avg(CASE WHEN place = (total + 1) / 2 OR place = (total + 2) "
      "/ 2 THEN took END) AS bigint) FROM ranked GROUP BY period ORDER BY period",
      periods.front());
  return connection_.all(sql, [](const Row& row) {
    return RemediationTime{static_cast<std::size_t>(row.integer(0)), row.integer(1), row.integer(2), row.integer(3)};
  });
}

namespace {

/// "WITH changed AS (...)": pairs whose status is another than at `since`. Only spans that began or ended since are
/// looked at: of a pair that has none there is no news.
Sql changed_since(const ExposureScope& scope, Timestamp since, Timestamp now) {
  Sql sql{
      "WITH touched AS (SELECT s.organisation_id, s.asset_id, s.record_id, s.status, s.since, s.until, s.label, s.site "
      "FROM asset_match_span s WHERE s.organisation_id = ? AND s.since > ? UNION ALL SELECT s.organisation_id, "
      "s.asset_id, s.record_id, s.status, s.since, s.until, s.label, s.site FROM asset_match_span s WHERE "
      "s.organisation_id = ? AND s.until > ? AND s.since <= ?), changed AS (SELECT s.asset_id, "
      "s.record_id, max(CASE WHEN s.since <= ? THEN s.status END) AS was, max(CASE WHEN s.until IS NULL THEN s.status "
      "END) AS becomes, max(coalesce(s.until, s.since)) AS at, max(s.label) AS label, max(s.site) AS site FROM touched "
      "s JOIN record r ON r.id = s.record_id",
      scope.organisation,
      since,
      scope.organisation,
      since,
      since,
      since};
  if (scope.needs_site()) sql.append(" LEFT JOIN asset a ON a.id = s.asset_id");
  append_scope(sql, scope, now);
  append_span_site(sql, scope);
  // An ended span of no length is nothing that ever was.
  sql.append(" AND (s.until IS NULL OR s.until > s.since) GROUP BY s.asset_id, s.record_id)");
  return sql;
}

}  // namespace

Result<std::vector<ExposureChangeCount>> ExposureHistory::change_counts(const ExposureScope& scope, Timestamp since,
                                                                        Timestamp now) {
  auto sql = changed_since(scope, since, now);
  sql.append(
      " SELECT was, becomes, count(*) FROM changed WHERE coalesce(was, -1) <> coalesce(becomes, -1) GROUP BY was, "
      "becomes ORDER BY was, becomes");
  return connection_.all(sql, [](const Row& row) {
    return ExposureChangeCount{optional_int(row, 0), optional_int(row, 1), row.integer(2)};
  });
}

Result<std::vector<ExposureChange>> ExposureHistory::changes(const ExposureScope& scope, Timestamp since, int limit,
                                                             Timestamp now) {
  auto sql = changed_since(scope, since, now);
  // Which they are first; only then what they are called.
  sql.append(
      ", told AS (SELECT * FROM changed c WHERE coalesce(c.was, -1) <> coalesce(c.becomes, -1) AND (c.was <= 2 OR "
      "c.becomes <= 2) ORDER BY coalesce(c.becomes, 9), c.at DESC, c.record_id DESC, c.asset_id LIMIT ?) SELECT "
      "c.asset_id, c.record_id, c.was, c.becomes, c.at, CASE WHEN a.id IS NULL THEN 1 ELSE 0 END, coalesce(a.label, "
      "c.label), coalesce(a.site, c.site), r.slug, r.record_key, r.title, r.tlp FROM told c JOIN record r ON r.id = "
      "c.record_id LEFT JOIN asset a ON a.id = c.asset_id ORDER BY coalesce(c.becomes, 9), c.at DESC, c.record_id "
      "DESC, c.asset_id",
      limit);
  return connection_.all(sql, [](const Row& row) {
    ExposureChange it;
    it.asset = row.integer(0);
    it.record = {row.integer(1)};
    it.before = optional_int(row, 2);
    it.after = optional_int(row, 3);
    it.at = row.time(4);
    it.asset_gone = row.boolean(5);
    it.label = row.string(6);
    it.site = row.string(7);
    it.slug = row.string(8);
    it.tracking_id = row.string(9);
    it.title = row.string(10);
    it.tlp = static_cast<domain::Tlp>(row.integer(11));
    return it;
  });
}

namespace {

void append_said(Sql& sql, const ExposureScope& scope, Timestamp since, Timestamp now) {
  sql.append(" FROM asset_state s JOIN record r ON r.id = s.record_id JOIN asset a ON a.id = s.asset_id");
  sql.append(" LEFT JOIN person p ON p.id = s.person_id");
  append_scope(sql, scope, now);
  append_asset_site(sql, scope);
  sql.append(" AND s.at > ? AND s.at <= ?", since, now);
}

}  // namespace

Result<std::vector<ExposureSaidCount>> ExposureHistory::said_counts(const ExposureScope& scope, Timestamp since,
                                                                    Timestamp now) {
  Sql sql{"SELECT s.state, count(*)"};
  append_said(sql, scope, since, now);
  sql.append(" GROUP BY s.state ORDER BY s.state");
  return connection_.all(sql, [](const Row& row) {
    return ExposureSaidCount{static_cast<domain::RemediationState>(row.integer(0)), row.integer(1)};
  });
}

Result<std::vector<ExposureSaid>> ExposureHistory::said(const ExposureScope& scope, Timestamp since, int limit,
                                                        Timestamp now) {
  Sql sql{
      "SELECT s.asset_id, s.state, s.vulnerability, coalesce(p.name, ''), s.evidence, s.at, a.label, a.site, r.slug, "
      "r.record_key, r.tlp"};
  append_said(sql, scope, since, now);
  sql.append(" ORDER BY s.at DESC, s.id DESC LIMIT ?", limit);
  return connection_.all(sql, [](const Row& row) {
    ExposureSaid it;
    it.asset = row.integer(0);
    it.state = static_cast<domain::RemediationState>(row.integer(1));
    it.vulnerability = row.string(2);
    it.person = row.string(3);
    it.evidence = row.string(4);
    it.at = row.time(5);
    it.label = row.string(6);
    it.site = row.string(7);
    it.slug = row.string(8);
    it.tracking_id = row.string(9);
    it.tlp = static_cast<domain::Tlp>(row.integer(10));
    return it;
  });
}

}  // namespace tocsin::store
