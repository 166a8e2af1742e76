#include "store/decision_history.hpp"

#include <set>
#include <utility>

#include "domain/policy.hpp"

namespace tocsin::store {
namespace {

#define TOCSIN_DECISION_FROM                                                                          \
  " FROM asset_decision d JOIN record r ON r.id = d.record_id JOIN asset a ON a.id = d.asset_id AND " \
  "a.organisation_id = d.organisation_id WHERE d.organisation_id = ? AND "

void append_scope(Sql& sql, const ExposureScope& scope, Timestamp now) {
  sql.append(domain::policy::visible_sql(scope.viewer, now));
  if (scope.site) sql.append(" AND a.site = ?", *scope.site);
  if (scope.sites) sql.append(" AND a.site IN ").append_list(std::span<const std::string>{*scope.sites});
}

Sql rows_of(const ExposureScope& scope, Timestamp now) {
  Sql sql{
      "SELECT d.id, d.asset_id, d.record_id, d.at, d.before_action, d.before_due, d.after_action, d.after_due, "
      "d.because, a.label, a.site, r.slug, r.record_key, r.title, r.tlp, d.organisation_id" TOCSIN_DECISION_FROM,
      scope.organisation};
  append_scope(sql, scope, now);
  return sql;
}

DecisionChange read_change(const Row& row) {
  DecisionChange it;
  it.id = row.integer(0);
  it.asset = row.integer(1);
  it.record = {row.integer(2)};
  it.at = row.time(3);
  it.before = static_cast<int>(row.integer(4));
  it.due_before = row.optional_time(5);
  it.after = static_cast<int>(row.integer(6));
  it.due_after = row.optional_time(7);
  it.because = row.string(8);
  it.label = row.string(9);
  it.site = row.string(10);
  it.slug = row.string(11);
  it.tracking_id = row.string(12);
  it.title = row.string(13);
  it.tlp = static_cast<domain::Tlp>(row.integer(14));
  it.organisation = {row.integer(15)};
  return it;
}

}  // namespace

Status DecisionHistory::note(std::span<const DecisionChange> changes) {
  std::vector<Sql> statements;
  std::set<std::pair<std::int64_t, std::int64_t>> matches;
  for (const auto& it : changes) {
    statements.emplace_back(
        "INSERT INTO asset_decision (organisation_id, asset_id, record_id, at, before_action, before_due, "
        "after_action, after_due, because) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        it.organisation, it.asset, it.record, it.at, it.before, it.due_before, it.after, it.due_after, it.because);
    matches.emplace(it.asset, it.record.value);
  }
  for (const auto& [asset, record] : matches) {
    statements.emplace_back(
        "DELETE FROM asset_decision WHERE asset_id = ? AND record_id = ? AND id <= (SELECT id FROM asset_decision "
        "WHERE asset_id = ? AND record_id = ? ORDER BY id DESC LIMIT 1 OFFSET ?)",
        asset, record, asset, record, kKeptOfMatch);
  }
  return connection_.run_all(statements);
}

Result<std::vector<DecisionChange>> DecisionHistory::of_match(const ExposureScope& scope, std::int64_t asset,
                                                              domain::RecordId record, int limit, Timestamp now) {
  auto sql = rows_of(scope, now);
  sql.append(" AND d.asset_id = ? AND d.record_id = ? ORDER BY d.id DESC LIMIT ?", asset, record, limit);
  return connection_.all(sql, read_change);
}

Result<std::vector<DecisionChange>> DecisionHistory::changes(const ExposureScope& scope, Timestamp since, int limit,
                                                             Timestamp now) {
  auto sql = rows_of(scope, now);
  sql.append(" AND d.at > ? AND d.at <= ? ORDER BY d.at DESC, d.id DESC LIMIT ?", since, now, limit);
  return connection_.all(sql, read_change);
}

Result<std::int64_t> DecisionHistory::count(const ExposureScope& scope, Timestamp since, Timestamp now) {
  Sql sql{"SELECT count(*)" TOCSIN_DECISION_FROM, scope.organisation};
  append_scope(sql, scope, now);
  sql.append(" AND d.at > ? AND d.at <= ?", since, now);
  TRY(const auto found, connection_.first(sql, [](const Row& row) { return row.integer(0); }));
  return found.value_or(0);
}

Result<std::int64_t> DecisionHistory::prune(Timestamp before, int limit) {
  return connection_.run(
      Sql{"DELETE FROM asset_decision WHERE id IN (SELECT id FROM asset_decision WHERE at < ? ORDER BY at, id LIMIT ?)",
          before, limit});
}

}  // namespace tocsin::store
