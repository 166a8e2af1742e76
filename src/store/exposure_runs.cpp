#include "store/exposure_runs.hpp"

#include <boost/json.hpp>

#include "base/json.hpp"

namespace tocsin::store {
namespace {

#define TOCSIN_RUN_COLUMNS                                                                                        \
  "SELECT e.id, e.organisation_id, e.person_id, coalesce(p.name, ''), e.records, e.assets, e.asked_at, e.state, " \
  "e.ended_at, e.after_asset, e.looked_at FROM exposure_run e LEFT JOIN person p ON p.id = e.person_id "

std::string numbers_text(const std::vector<std::int64_t>& numbers) {
  return json::write(boost::json::array(numbers.begin(), numbers.end()));
}

std::vector<std::int64_t> numbers_of(std::string_view text) {
  std::vector<std::int64_t> numbers;
  const auto parsed = json::parse(text);
  if (!parsed || !parsed->root().is_array()) return numbers;
  for (const auto& each : parsed->root().get_array()) {
    if (each.is_int64()) numbers.push_back(each.get_int64());
  }
  return numbers;
}

AskedRun read_run(const Row& row) {
  return {.id = row.integer(0),
          .organisation = {row.integer(1)},
          .person = row.is_null(2) ? std::nullopt : std::optional{domain::PersonId{row.integer(2)}},
          .person_name = row.string(3),
          .records = numbers_of(row.text(4)),
          .assets = numbers_of(row.text(5)),
          .asked_at = row.time(6),
          .done = row.integer(7) != 0,
          .ended_at = row.optional_time(8),
          .after_asset = row.integer(9),
          .looked_at = row.integer(10)};
}

}  // namespace

Result<std::int64_t> ExposureRuns::add(const AskedRun& run) {
  TRY(const auto id,
      connection_.first(
          Sql{"INSERT INTO exposure_run (organisation_id, person_id, records, assets, asked_at, state, "
              "after_asset, looked_at) VALUES (?, ?, ?, ?, ?, 0, 0, 0) RETURNING id",
              run.organisation, run.person, numbers_text(run.records), numbers_text(run.assets), run.asked_at},
          [](const Row& row) { return row.integer(0); }));
  return *id;
}

Status ExposureRuns::fill(const domain::policy::Viewer& viewer, AskedRun& run, Timestamp now) {
  Sql changes{
      "SELECT count(*), coalesce(sum(CASE WHEN c.is_news = 1 THEN 1 ELSE 0 END), 0) FROM exposure_run_change c JOIN "
      "record r ON r.id = c.record_id "
      "WHERE c.run_id = ? AND ",
      run.id};
  changes.append(domain::policy::visible_sql(viewer, now));
  TRY(const auto counts,
      connection_.first(changes, [](const Row& row) { return std::pair{row.integer(0), row.integer(1)}; }));
  run.changed = counts ? counts->first : 0;
  run.news = counts ? counts->second : 0;
  if (run.records.empty()) return ok();
  Sql slugs{"SELECT r.slug FROM record r WHERE r.id IN "};
  slugs.append_list(std::span<const std::int64_t>{run.records}).append(" AND ");
  slugs.append(domain::policy::visible_sql(viewer, now)).append(" ORDER BY r.slug");
  TRY(run.slugs, connection_.all(slugs, [](const Row& row) { return row.string(0); }));
  run.hidden = static_cast<std::int64_t>(run.records.size() - run.slugs.size());
  return ok();
}

Result<std::vector<AskedRun>> ExposureRuns::list(const domain::policy::Viewer& viewer,
                                                 domain::OrganisationId organisation, int limit, Timestamp now) {
  TRY(auto runs, connection_.all(Sql{TOCSIN_RUN_COLUMNS "WHERE e.organisation_id = ? ORDER BY e.id DESC LIMIT ?",
                                     organisation, limit},
                                 read_run));
  for (auto& run : runs) TRY_VOID(fill(viewer, run, now));
  return runs;
}

Result<std::optional<AskedRun>> ExposureRuns::find(const domain::policy::Viewer& viewer,
                                                   domain::OrganisationId organisation, std::int64_t id,
                                                   Timestamp now) {
  TRY(auto run, connection_.first(Sql{TOCSIN_RUN_COLUMNS "WHERE e.organisation_id = ? AND e.id = ?", organisation, id},
                                  read_run));
  if (run) TRY_VOID(fill(viewer, *run, now));
  return run;
}

Result<std::size_t> ExposureRuns::visible(const domain::policy::Viewer& viewer, std::span<const std::int64_t> records,
                                          Timestamp now) {
  // "+": the ids lead to the records. SQLite would go through every record of the kind.
  Sql sql{"SELECT count(*) FROM record r WHERE +r.kind = ? AND r.id IN ", domain::RecordKind::advisory};
  sql.append_list(records).append(" AND ").append(domain::policy::visible_sql(viewer, now));
  TRY(const auto count, connection_.first(sql, [](const Row& row) { return row.integer(0); }));
  return static_cast<std::size_t>(count.value_or(0));
}

Result<std::int64_t> ExposureRuns::open(domain::OrganisationId organisation) {
  TRY(const auto count,
      connection_.first(Sql{"SELECT count(*) FROM exposure_run WHERE organisation_id = ? AND state = 0", organisation},
                        [](const Row& row) { return row.integer(0); }));
  return count.value_or(0);
}

Status ExposureRuns::forget(domain::OrganisationId organisation, int keep) {
  TRY_VOID(connection_.run(Sql{
      "DELETE FROM exposure_run WHERE organisation_id = ? AND state <> 0 AND id NOT IN (SELECT id FROM exposure_run "
      "WHERE organisation_id = ? ORDER BY id DESC LIMIT ?)",
      organisation, organisation, keep}));
  return ok();
}

Result<std::optional<AskedRun>> ExposureRuns::next() {
  return connection_.first(Sql{TOCSIN_RUN_COLUMNS "WHERE e.state = 0 ORDER BY e.id LIMIT 1"}, read_run);
}

Result<std::int64_t> ExposureRuns::advance(const AskedRun& before, const AskedRun& after) {
  return connection_.run(
      Sql{"UPDATE exposure_run SET state = ?, ended_at = ?, after_asset = ?, looked_at = ? WHERE id "
          "= ? AND state = 0 AND after_asset = ?",
          after.done, after.ended_at, after.after_asset, after.looked_at, before.id, before.after_asset});
}

Status ExposureRuns::note(std::int64_t run, std::span<const RunChange> changes) {
  std::vector<Sql> statements;
  statements.reserve(changes.size());
  for (const auto& each : changes) {
    statements.emplace_back(
        "INSERT INTO exposure_run_change (run_id, asset_id, record_id, is_news) VALUES (?, ?, ?, ?) ON CONFLICT DO "
        "NOTHING",
        run, each.asset, each.record, each.is_news);
  }
  return connection_.run_all(statements);
}

}  // namespace tocsin::store
