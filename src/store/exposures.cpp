#include "store/exposures.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "domain/organisation.hpp"
#include "store/asset_json.hpp"
#include "store/exposure_rows.hpp"
#include "store/exposure_where.hpp"

namespace tocsin::store {
namespace {

using domain::MatchVerdict;
using domain::RemediationState;

#define TOCSIN_MATCH_COLUMNS                                                                                  \
  "m.asset_id, m.record_id, m.organisation_id, m.status, m.found_status, m.confidence, m.found_confidence, "  \
  "m.product_ids, m.product_keys, m.cves, m.because, m.question, m.digest, m.verdict, m.decision, m.state, "  \
  "m.state_until, m.found_at, m.changed_at, m.found_because, m.decision_due, m.decision_table, m.decide_at, " \
  "m.decision_basis"
constexpr int kMatchColumns = 24;

template <class Enum>
Enum enum_of(std::int64_t number) {
  return number >= 0 && number <= 3 ? static_cast<Enum>(number) : Enum{};
}

AssetMatch read_match(const Row& row) {
  return {.asset = row.integer(0),
          .record = {row.integer(1)},
          .organisation = {row.integer(2)},
          .status = static_cast<int>(row.integer(3)),
          .found_status = static_cast<int>(row.integer(4)),
          .confidence = static_cast<int>(row.integer(5)),
          .found_confidence = static_cast<int>(row.integer(6)),
          .product_ids = texts_of(row.text(7)),
          .product_keys = texts_of(row.text(8)),
          .cves = texts_of(row.text(9)),
          .because = row.string(10),
          .found_because = row.string(19),
          .question = row.string(11),
          .digest = row.string(12),
          .verdict = enum_of<MatchVerdict>(row.integer(13)),
          .decision = static_cast<int>(row.integer(14)),
          .decision_due = row.optional_time(20),
          .decision_table = row.string(21),
          .decision_basis = row.string(23),
          .decide_at = row.optional_time(22),
          .state = enum_of<RemediationState>(row.integer(15)),
          .state_until = row.optional_time(16),
          .found_at = row.time(17),
          .changed_at = row.time(18)};
}

#define TOCSIN_EXPOSURE_ROW                                                                                        \
  "SELECT " TOCSIN_MATCH_COLUMNS                                                                                   \
  ", r.slug, r.record_key, r.title, r.tlp, v.score_tenths, a.label, a.vendor, a.site, a.zone, a.criticality FROM " \
  "asset_match m JOIN record r ON r.id = m.record_id JOIN asset a ON a.id = m.asset_id LEFT JOIN advisory v ON "   \
  "v.record_id = m.record_id"

ExposureRow read_row(const Row& row) {
  ExposureRow out;
  out.match = read_match(row);
  int at = kMatchColumns;
  out.slug = row.string(at++);
  out.tracking_id = row.string(at++);
  out.title = row.string(at++);
  out.tlp = static_cast<domain::Tlp>(row.integer(at++));
  if (const auto score = row.optional_integer(at++)) out.score_tenths = static_cast<int>(*score);
  out.label = row.string(at++);
  out.vendor = row.string(at++);
  out.site = row.string(at++);
  out.zone = row.string(at++);
  out.criticality = row.string(at++);
  return out;
}

AssetState read_state(const Row& row) {
  return {.id = row.integer(0),
          .organisation = {row.integer(1)},
          .asset = row.integer(2),
          .record = {row.integer(3)},
          .vulnerability = row.string(4),
          .state = enum_of<RemediationState>(row.integer(5)),
          .person = row.is_null(6) ? std::nullopt : std::optional{domain::PersonId{row.integer(6)}},
          .person_name = row.string(7),
          .slug = row.string(8),
          .at = row.time(9),
          .evidence = row.string(10),
          .until = row.optional_time(11)};
}

/// What has no due date comes after all that has one.
#define TOCSIN_DUE_ORDER "coalesce(m.decision_due, 9223372036854775807)"
constexpr std::int64_t kDueNever = 9'223'372'036'854'775'807;

#define TOCSIN_AFTER_NUMBER(column, order) \
  " AND (" column order " ? OR (" column " = ? AND (m.record_id < ? OR (m.record_id = ? AND m.asset_id > ?))))"

void append_after(Sql& sql, ExposureSort sort, const ExposureAfter& after) {
  const auto n = after.number, r = after.record;
  switch (sort) {
    case ExposureSort::status:
      sql.append(TOCSIN_AFTER_NUMBER("m.status", " >"), n, n, r, r, after.asset);
      return;
    case ExposureSort::decision:
      sql.append(TOCSIN_AFTER_NUMBER("m.decision", " >"), n, n, r, r, after.asset);
      return;
    case ExposureSort::due:
      sql.append(TOCSIN_AFTER_NUMBER(TOCSIN_DUE_ORDER, " >"), n, n, r, r, after.asset);
      return;
    case ExposureSort::confidence:
      sql.append(TOCSIN_AFTER_NUMBER("m.confidence", " <"), n, n, r, r, after.asset);
      return;
    case ExposureSort::site:
      break;
  }
  sql.append(TOCSIN_AFTER_NUMBER("a.site", " >"), after.text, after.text, r, r, after.asset);
}

void append_order(Sql& sql, ExposureSort sort) {
  switch (sort) {
    case ExposureSort::status:
      sql.append(" ORDER BY m.status");
      break;
    case ExposureSort::decision:
      sql.append(" ORDER BY m.decision");
      break;
    case ExposureSort::due:
      sql.append(" ORDER BY " TOCSIN_DUE_ORDER);
      break;
    case ExposureSort::site:
      sql.append(" ORDER BY a.site");
      break;
    case ExposureSort::confidence:
      sql.append(" ORDER BY m.confidence DESC");
      break;
  }
  sql.append(", m.record_id DESC, m.asset_id");
}

}  // namespace

void append_exposure_where(Sql& sql, const domain::policy::Viewer& viewer, domain::OrganisationId organisation,
                           const ExposureFilter& filter, Timestamp now, ExposureStateOf whose) {
  sql.append(" WHERE m.organisation_id = ? AND ", organisation);
  sql.append(domain::policy::visible_sql(viewer, now));
  if (!filter.statuses.empty()) sql.append(" AND m.status IN ").append_list(std::span{filter.statuses});
  if (!filter.states.empty()) {
    if (whose == ExposureStateOf::vulnerability) {
      sql.append(" AND " TOCSIN_STATE_NOW_ONE " IN ", now, now);
    } else {
      sql.append(" AND " TOCSIN_STATE_NOW " IN ", now);
    }
    sql.append_list(std::span{filter.states});
  }
  if (filter.site) sql.append(" AND a.site = ?", *filter.site);
  if (!filter.zone.empty()) sql.append(" AND a.zone = ?", filter.zone);
  if (!filter.vendor.empty()) sql.append(" AND a.vendor = ?", filter.vendor);
  if (!filter.product.empty()) sql.append(" AND a.identity = ?", filter.product);
  if (filter.bom) {
    sql.append(" AND m.asset_id IN (SELECT b.asset_id FROM inventory_bom_part b WHERE b.bom_id = ?)", *filter.bom);
  }
  if (filter.asset) sql.append(" AND m.asset_id = ?", *filter.asset);
  if (filter.record) sql.append(" AND m.record_id = ?", *filter.record);
  if (!filter.cve.empty()) {
    sql.append(" AND m.cves LIKE ?", "%\"" + filter.cve + "\"%");
    if (whose == ExposureStateOf::vulnerability) sql.append(" AND j.value = ?", filter.cve);
  }
  if (filter.cves) {
    sql.append(
        " AND EXISTS (SELECT 1 FROM advisory_vulnerability n WHERE n.record_id = m.record_id AND m.cves LIKE '%\"' || "
        "n.vuln_id || '\"%' AND n.vuln_id IN ");
    sql.append_list(std::span<const std::string>{*filter.cves}).append(")");
    // Whose state is asked about is one vulnerability: only these are.
    if (whose == ExposureStateOf::vulnerability) {
      sql.append(" AND j.value IN ").append_list(std::span<const std::string>{*filter.cves});
    }
  }
  if (filter.sites) sql.append(" AND a.site IN ").append_list(std::span<const std::string>{*filter.sites});
  if (!filter.decisions.empty()) sql.append(" AND m.decision IN ").append_list(std::span{filter.decisions});
  if (filter.due_from) sql.append(" AND m.decision_due >= ?", *filter.due_from);
  if (filter.due_before) sql.append(" AND m.decision_due < ?", *filter.due_before);
  if (filter.no_due) sql.append(" AND m.decision_due IS NULL");
  if (filter.score_from) sql.append(" AND v.score_tenths >= ?", *filter.score_from);
}

void append_exposure_joins(Sql& sql, const ExposureFilter& filter, bool asset) {
  sql.append(" FROM asset_match m JOIN record r ON r.id = m.record_id");
  if (asset || filter.site || !filter.zone.empty() || !filter.vendor.empty() || !filter.product.empty() ||
      filter.sites) {
    sql.append(" JOIN asset a ON a.id = m.asset_id");
  }
  if (filter.score_from) sql.append(" LEFT JOIN advisory v ON v.record_id = m.record_id");
}

Result<std::vector<ExposureRow>> Exposures::page(const domain::policy::Viewer& viewer,
                                                 domain::OrganisationId organisation, const ExposureFilter& filter,
                                                 ExposureSort sort, const std::optional<ExposureAfter>& after,
                                                 int limit, Timestamp now) {
  Sql sql{TOCSIN_EXPOSURE_ROW};
  append_exposure_where(sql, viewer, organisation, filter, now);
  if (after) append_after(sql, sort, *after);
  append_order(sql, sort);
  sql.append(" LIMIT ?", limit);
  return connection_.all(sql, read_row);
}

Result<std::vector<ExposureRow>> ExposureRows::most_urgent(const ExposureFilter& filter, int limit, Timestamp now) {
  Sql sql{TOCSIN_EXPOSURE_ROW};
  append_exposure_where(sql, viewer_, organisation_, filter, now);
  sql.append(" ORDER BY m.decision, " TOCSIN_DUE_ORDER ", m.status, a.site, m.record_id DESC, m.asset_id LIMIT ?",
             limit);
  return connection_.all(sql, read_row);
}

Result<std::vector<ToDecide>> ExposureRows::numbers(const ExposureFilter& filter, ExposureSort sort, int limit,
                                                    Timestamp now) {
  Sql sql{"SELECT m.asset_id, m.record_id"};
  append_exposure_joins(sql, filter, sort == ExposureSort::site);
  append_exposure_where(sql, viewer_, organisation_, filter, now);
  append_order(sql, sort);
  sql.append(" LIMIT ?", limit);
  return connection_.all(sql, [](const Row& row) { return ToDecide{row.integer(0), {row.integer(1)}}; });
}

Result<std::vector<ExposureRow>> ExposureRows::of(std::span<const ToDecide> numbers, Timestamp now) {
  std::map<std::pair<std::int64_t, std::int64_t>, std::size_t> place;
  std::vector<std::int64_t> assets, records;
  for (const auto& each : numbers) {
    place.emplace(std::pair{each.asset, each.record.value}, place.size());
    assets.push_back(each.asset);
    records.push_back(each.record.value);
  }
  const auto make_unique = [](std::vector<std::int64_t>& ids) {
    std::ranges::sort(ids);
    ids.erase(std::ranges::unique(ids).begin(), ids.end());
  };
  make_unique(assets);
  make_unique(records);
  Sql sql{TOCSIN_EXPOSURE_ROW};
  append_exposure_where(sql, viewer_, organisation_, {}, now);
  sql.append(" AND m.asset_id IN ").append_list(std::span<const std::int64_t>{assets});
  sql.append(" AND m.record_id IN ").append_list(std::span<const std::int64_t>{records});
  std::map<std::size_t, ExposureRow> found;
  TRY_VOID(connection_.each(sql, [&](const Row& row) -> Status {
    // An asset may have matches with others of these records.
    const auto at = place.find({row.integer(0), row.integer(1)});
    if (at != place.end()) found.emplace(at->second, read_row(row));
    return ok();
  }));
  std::vector<ExposureRow> rows;
  rows.reserve(found.size());
  for (auto& [at, row] : found) rows.push_back(std::move(row));
  return rows;
}

ExposureAfter Exposures::after(const ExposureRow& row, ExposureSort sort) {
  const auto& match = row.match;
  ExposureAfter after{.record = match.record.value, .asset = match.asset};
  switch (sort) {
    case ExposureSort::status:
      after.number = match.status;
      break;
    case ExposureSort::decision:
      after.number = match.decision;
      break;
    case ExposureSort::due:
      after.number = match.decision_due ? match.decision_due->micros : kDueNever;
      break;
    case ExposureSort::site:
      after.text = row.site;
      break;
    case ExposureSort::confidence:
      after.number = match.confidence;
      break;
  }
  return after;
}

Result<std::vector<ExposureCount>> Exposures::counts(const domain::policy::Viewer& viewer,
                                                     domain::OrganisationId organisation, const ExposureFilter& filter,
                                                     Timestamp now) {
  Sql sql{"SELECT m.status, sum(CASE WHEN " TOCSIN_STATE_NOW " < 2 THEN 1 ELSE 0 END), count(*)", now};
  append_exposure_joins(sql, filter);
  append_exposure_where(sql, viewer, organisation, filter, now);
  sql.append(" GROUP BY m.status ORDER BY m.status");
  return connection_.all(sql, [](const Row& row) {
    return ExposureCount{static_cast<int>(row.integer(0)), row.integer(1), row.integer(2) - row.integer(1)};
  });
}

Result<std::vector<DecisionCount>> Exposures::decision_counts(const domain::policy::Viewer& viewer,
                                                              domain::OrganisationId organisation,
                                                              const ExposureFilter& filter, Timestamp now) {
  Sql sql{"SELECT m.decision, count(*)"};
  append_exposure_joins(sql, filter);
  append_exposure_where(sql, viewer, organisation, filter, now);
  sql.append(" GROUP BY m.decision ORDER BY m.decision");
  return connection_.all(
      sql, [](const Row& row) { return DecisionCount{static_cast<int>(row.integer(0)), row.integer(1)}; });
}

Result<std::vector<ExposureGroup>> Exposures::groups(const domain::policy::Viewer& viewer,
                                                     domain::OrganisationId organisation, const ExposureFilter& filter,
                                                     ExposureGroupBy by, int limit, Timestamp now) {
  Sql sql;
  switch (by) {
    case ExposureGroupBy::site:
      sql.append("SELECT a.site, m.decision, count(*)");
      break;
    case ExposureGroupBy::zone:
      sql.append("SELECT a.zone, m.decision, count(*)");
      break;
    case ExposureGroupBy::vendor:
      sql.append("SELECT a.vendor, m.decision, count(*)");
      break;
  }
  append_exposure_joins(sql, filter, true);
  append_exposure_where(sql, viewer, organisation, filter, now);
  sql.append(" GROUP BY 1, 2 ORDER BY 1, 2");
  std::vector<ExposureGroup> groups;
  TRY_VOID(connection_.each(sql, [&](const Row& row) -> Status {
    if (groups.empty() || groups.back().value != row.text(0)) groups.push_back({row.string(0), {}});
    groups.back().counts.push_back({static_cast<int>(row.integer(1)), row.integer(2)});
    return ok();
  }));
  const auto more_urgent = [](const ExposureGroup& a, const ExposureGroup& b) {
    // Most of the most urgent decision that either has.
    for (std::size_t i = 0; i < std::min(a.counts.size(), b.counts.size()); ++i) {
      if (a.counts[i].decision != b.counts[i].decision) return a.counts[i].decision < b.counts[i].decision;
      if (a.counts[i].count != b.counts[i].count) return a.counts[i].count > b.counts[i].count;
    }
    if (a.counts.size() != b.counts.size()) return a.counts.size() > b.counts.size();
    return a.value < b.value;
  };
  std::ranges::sort(groups, more_urgent);
  if (std::cmp_greater(groups.size(), limit)) groups.resize(static_cast<std::size_t>(limit));
  return groups;
}

Result<std::int64_t> Exposures::waiting(const domain::policy::Viewer& viewer, domain::OrganisationId organisation,
                                        const ExposureFilter& filter, Timestamp now) {
  Sql sql{"SELECT count(*)"};
  append_exposure_joins(sql, filter);
  append_exposure_where(sql, viewer, organisation, filter, now);
  sql.append(" AND m.decide_at <= ?", now);
  TRY(const auto found, connection_.first(sql, [](const Row& row) { return row.integer(0); }));
  return found.value_or(0);
}

Result<ExposureAtRecord> Exposures::at_record(domain::OrganisationId organisation, domain::RecordId record,
                                              const std::optional<std::vector<std::string>>& sites) {
  Sql sql{
      "SELECT count(*), count(DISTINCT a.site) FROM asset_match m JOIN asset a ON a.id = m.asset_id WHERE "
      "m.organisation_id = ? AND m.record_id = ? AND m.status = 0",
      organisation, record};
  if (sites) sql.append(" AND a.site IN ").append_list(std::span<const std::string>{*sites});
  TRY(const auto found,
      connection_.first(sql, [](const Row& row) { return ExposureAtRecord{row.integer(0), row.integer(1)}; }));
  return found.value_or(ExposureAtRecord{});
}

Result<std::optional<ExposureRow>> Exposures::find(const domain::policy::Viewer& viewer,
                                                   domain::OrganisationId organisation, std::int64_t asset,
                                                   domain::RecordId record, Timestamp now) {
  TRY(auto rows, page(viewer, organisation, {.asset = asset, .record = record}, ExposureSort::status, {}, 1, now));
  if (rows.empty()) return std::optional<ExposureRow>{};
  return std::optional{std::move(rows.front())};
}

#define TOCSIN_STATE_COLUMNS                                                                                        \
  "s.id, s.organisation_id, s.asset_id, s.record_id, s.vulnerability, s.state, s.person_id, coalesce(p.name, ''), " \
  "r.slug, s.at, s.evidence, s.until"

Result<std::vector<AssetState>> Exposures::history(const domain::policy::Viewer& viewer,
                                                   domain::OrganisationId organisation, std::int64_t asset,
                                                   Timestamp now, int limit) {
  Sql sql{"SELECT " TOCSIN_STATE_COLUMNS
          " FROM asset_state s JOIN record r ON r.id = s.record_id LEFT JOIN person p ON p.id = s.person_id WHERE "
          "s.organisation_id = ? AND s.asset_id = ? AND ",
          organisation, asset};
  sql.append(domain::policy::visible_sql(viewer, now)).append(" ORDER BY s.id DESC LIMIT ?", limit);
  return connection_.all(sql, read_state);
}

Status Exposures::set_state(const AssetState& it) {
  std::vector<Sql> statements;
  statements.emplace_back(
      "UPDATE asset_state SET is_current = 0 WHERE asset_id = ? AND record_id = ? AND vulnerability = ? AND "
      "is_current = 1",
      it.asset, it.record, it.vulnerability);
  statements.emplace_back(
      "INSERT INTO asset_state (organisation_id, asset_id, record_id, vulnerability, state, person_id, at, evidence, "
      "until, is_current) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 1)",
      it.organisation, it.asset, it.record, it.vulnerability, it.state, it.person, it.at, it.evidence, it.until);
  if (it.vulnerability.empty()) {
    statements.emplace_back("UPDATE asset_match SET state = ?, state_until = ? WHERE asset_id = ? AND record_id = ?",
                            it.state, it.until, it.asset, it.record);
  }
  return connection_.run_all(statements);
}

Status Exposures::set_verdict(const AssetVerdict& it) {
  if (it.asset != 0) {
    TRY_VOID(remove_verdict(it.organisation, it.asset, it.record));
    TRY_VOID(connection_.run(
        Sql{"INSERT INTO asset_verdict (organisation_id, verdict, asset_id, record_id, identity, product_key, reason, "
            "person_id, at) VALUES (?, ?, ?, ?, '', '', ?, ?, ?)",
            it.organisation, it.verdict, it.asset, it.record, it.reason, it.person, it.at}));
    return ok();
  }
  TRY_VOID(remove_never(it.organisation, it.identity, it.product_key));
  TRY_VOID(connection_.run(
      Sql{"INSERT INTO asset_verdict (organisation_id, verdict, identity, product_key, reason, person_id, at) VALUES "
          "(?, ?, ?, ?, ?, ?, ?)",
          it.organisation, it.verdict, it.identity, it.product_key, it.reason, it.person, it.at}));
  return ok();
}

Result<std::int64_t> Exposures::remove_verdict(domain::OrganisationId organisation, std::int64_t asset,
                                               domain::RecordId record) {
  return connection_.run(Sql{"DELETE FROM asset_verdict WHERE organisation_id = ? AND asset_id = ? AND record_id = ?",
                             organisation, asset, record});
}

Result<std::int64_t> Exposures::remove_never(domain::OrganisationId organisation, std::string_view identity,
                                             std::string_view product_key) {
  return connection_.run(
      Sql{"DELETE FROM asset_verdict WHERE organisation_id = ? AND asset_id IS NULL AND identity = ? AND product_key = "
          "?",
          organisation, identity, product_key});
}

Result<std::vector<AssetMatch>> Exposures::of_assets(std::span<const std::int64_t> assets) {
  Sql sql{"SELECT " TOCSIN_MATCH_COLUMNS " FROM asset_match m WHERE m.asset_id IN "};
  sql.append_list(assets).append(" ORDER BY m.asset_id, m.record_id");
  return connection_.all(sql, read_match);
}

Result<std::vector<AssetMatch>> Exposures::of_assets(std::span<const std::int64_t> assets,
                                                     std::span<const std::int64_t> records) {
  Sql sql{"SELECT " TOCSIN_MATCH_COLUMNS " FROM asset_match m WHERE m.asset_id IN "};
  sql.append_list(assets).append(" AND m.record_id IN ").append_list(records);
  sql.append(" ORDER BY m.asset_id, m.record_id");
  return connection_.all(sql, read_match);
}

namespace {
#define TOCSIN_VERDICT_ROW                                                                                          \
  "SELECT organisation_id, verdict, coalesce(asset_id, 0), coalesce(record_id, 0), identity, product_key, reason, " \
  "person_id, at FROM asset_verdict"
AssetVerdict read_verdict(const Row& row) {
  return {.organisation = {row.integer(0)},
          .verdict = enum_of<MatchVerdict>(row.integer(1)),
          .asset = row.integer(2),
          .record = {row.integer(3)},
          .identity = row.string(4),
          .product_key = row.string(5),
          .reason = row.string(6),
          .person = row.is_null(7) ? std::nullopt : std::optional{domain::PersonId{row.integer(7)}},
          .at = row.time(8)};
}
}  // namespace

Result<std::vector<AssetVerdict>> Exposures::verdicts(std::span<const std::int64_t> assets) {
  Sql sql{TOCSIN_VERDICT_ROW " WHERE asset_id IN "};
  sql.append_list(assets);
  return connection_.all(sql, read_verdict);
}

Result<std::vector<AssetVerdict>> Exposures::nevers(std::span<const std::string> identities) {
  Sql sql{TOCSIN_VERDICT_ROW " WHERE asset_id IS NULL AND identity IN "};
  sql.append_list(identities);
  return connection_.all(sql, read_verdict);
}

Result<std::vector<AssetState>> Exposures::current_states(std::span<const std::int64_t> assets) {
  Sql sql{
      "SELECT s.id, s.organisation_id, s.asset_id, s.record_id, s.vulnerability, s.state, s.person_id, '', '', s.at, "
      "s.evidence, s.until FROM asset_state s WHERE s.is_current = 1 AND s.vulnerability = '' AND s.asset_id IN "};
  sql.append_list(assets);
  return connection_.all(sql, read_state);
}

Status Exposures::put(std::span<const AssetMatch> matches) {
  std::vector<Sql> statements;
  for (const auto& it : matches) {
    statements.emplace_back(
        "INSERT INTO asset_match (asset_id, record_id, organisation_id, status, found_status, confidence, "
        "found_confidence, product_ids, product_keys, cves, because, found_because, question, digest, verdict, "
        "state, state_until, found_at, changed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
        "?, ?, ?) ON CONFLICT (asset_id, record_id) DO UPDATE SET status = excluded.status, found_status = "
        "excluded.found_status, confidence = excluded.confidence, found_confidence = excluded.found_confidence, "
        "product_ids = excluded.product_ids, product_keys = excluded.product_keys, cves = excluded.cves, because = "
        "excluded.because, found_because = excluded.found_because, question = excluded.question, digest = "
        "excluded.digest, verdict = excluded.verdict, state = excluded.state, state_until = excluded.state_until, "
        "changed_at = excluded.changed_at, decide_at = 0",
        it.asset, it.record, it.organisation, it.status, it.found_status, it.confidence, it.found_confidence,
        json_of(it.product_ids), json_of(it.product_keys), json_of(it.cves), it.because, it.found_because, it.question,
        it.digest, it.verdict, it.state, it.state_until, it.found_at, it.changed_at);
  }
  return connection_.run_all(statements);
}

Status Exposures::remove(std::span<const AssetMatch> matches) {
  std::vector<Sql> statements;
  for (const auto& it : matches) {
    statements.emplace_back("DELETE FROM asset_match WHERE asset_id = ? AND record_id = ?", it.asset, it.record);
  }
  return connection_.run_all(statements);
}

Result<std::vector<ToDecide>> Exposures::to_decide(Timestamp now, int limit) {
  return connection_.all(Sql{"SELECT asset_id, record_id FROM asset_match WHERE decide_at <= ? ORDER BY decide_at, "
                             "record_id, asset_id LIMIT ?",
                             now, limit},
                         [](const Row& row) { return ToDecide{row.integer(0), {row.integer(1)}}; });
}

Status Exposures::set_decisions(std::span<const AssetMatch> matches) {
  std::vector<Sql> statements;
  for (const auto& it : matches) {
    statements.emplace_back(
        "UPDATE asset_match SET decision = ?, decision_due = ?, decision_table = ?, decision_basis = ?, decide_at = ? "
        "WHERE asset_id = ? AND record_id = ?",
        it.decision, it.decision_due, it.decision_table, it.decision_basis, it.decide_at, it.asset, it.record);
  }
  return connection_.run_all(statements);
}

Status Exposures::decide_again(std::span<const std::int64_t> records) {
  if (records.empty()) return ok();
  Sql sql{"UPDATE asset_match SET decide_at = 0 WHERE record_id IN "};
  sql.append_list(records);
  TRY_VOID(connection_.run(sql));
  return ok();
}

Status Exposures::decide_again(domain::OrganisationId organisation) {
  TRY_VOID(connection_.run(Sql{"UPDATE asset_match SET decide_at = 0 WHERE organisation_id = ?", organisation}));
  return ok();
}

Status Exposures::decide_all_again() {
  TRY_VOID(connection_.run(Sql{"UPDATE asset_match SET decide_at = 0"}));
  return ok();
}

Result<std::int64_t> Exposures::decided_sequence() {
  TRY(const auto found, connection_.first(Sql{"SELECT sequence FROM exposure_cursor WHERE name = 'decisions'"},
                                          [](const Row& row) { return row.integer(0); }));
  return found.value_or(0);
}

Status Exposures::set_decided_sequence(std::int64_t sequence) {
  TRY_VOID(connection_.run(Sql{"UPDATE exposure_cursor SET sequence = ? WHERE name = 'decisions'", sequence}));
  return ok();
}

Result<Exposures::Cursor> Exposures::cursor() {
  TRY(const auto found,
      connection_.first(Sql{"SELECT sequence, until, asset_id FROM exposure_cursor WHERE name = 'advisories'"},
                        [](const Row& row) { return Cursor{row.integer(0), row.integer(1), row.integer(2)}; }));
  return found.value_or(Cursor{});
}

Status Exposures::set_cursor(const Cursor& cursor) {
  TRY_VOID(
      connection_.run(Sql{"UPDATE exposure_cursor SET sequence = ?, until = ?, asset_id = ? WHERE name = 'advisories'",
                          cursor.sequence, cursor.until, cursor.asset}));
  return ok();
}

Result<std::int64_t> Exposures::generation() {
  TRY(const auto found, connection_.first(Sql{"SELECT sequence FROM exposure_cursor WHERE name = 'matched'"},
                                          [](const Row& row) { return row.integer(0); }));
  return found.value_or(0);
}

Status Exposures::set_generation(std::int64_t generation) {
  TRY_VOID(
      connection_.run(Sql{"INSERT INTO exposure_cursor (name, sequence, until, asset_id) VALUES ('matched', ?, 0, "
                          "0) ON CONFLICT (name) DO UPDATE SET sequence = excluded.sequence",
                          generation}));
  return ok();
}

Result<std::vector<std::int64_t>> Exposures::assets_of(std::span<const std::int64_t> records) {
  Sql sql{"SELECT DISTINCT asset_id FROM asset_match WHERE record_id IN "};
  sql.append_list(records).append(" ORDER BY asset_id");
  return connection_.all(sql, [](const Row& row) { return row.integer(0); });
}

Status Exposures::reset() {
  TRY_VOID(connection_.run(Sql{"DELETE FROM asset_match"}));
  TRY_VOID(connection_.run(Sql{"UPDATE asset SET due = 1"}));
  return set_cursor({});
}

}  // namespace tocsin::store
