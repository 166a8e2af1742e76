#include "store/exposure_lists.hpp"

#include <map>

#include <fmt/format.h>

#include "store/exposure_where.hpp"

namespace tocsin::store {
namespace {

/// As text, so that one order serves all; numbers with as many digits as any has.
#define TOCSIN_PADDED(number) "substr('0000000000000000000' || CAST(" number " AS text), -19)"
#define TOCSIN_PADDED_PG(number) "lpad(CAST(" number " AS text), 19, '0')"

std::string padded(std::int64_t number) { return fmt::format("{:019}", number); }

bool is_by_number(ExposureListBy by) { return by == ExposureListBy::bom || by == ExposureListBy::asset; }

/// Key, id, name, vendor, detail and marking of a group.
void append_columns(Sql& sql, ExposureListBy by, bool sqlite) {
  switch (by) {
    case ExposureListBy::product:
      sql.append(
          "a.identity AS k, 0 AS id, min(CASE WHEN a.product <> '' THEN a.product WHEN a.model <> '' THEN a.model WHEN "
          "a.family <> '' THEN a.family ELSE a.name END) AS name, min(a.vendor) AS vendor, min(a.model) AS detail, 0 "
          "AS "
          "tlp");
      return;
    case ExposureListBy::bom:
      if (sqlite) {
        sql.append(TOCSIN_PADDED("b.id") " AS k");
      } else {
        sql.append(TOCSIN_PADDED_PG("b.id") " AS k");
      }
      sql.append(", min(b.id) AS id, min(b.name) AS name, '' AS vendor, min(b.kind) AS detail, 0 AS tlp");
      return;
    case ExposureListBy::advisory:
      sql.append(
          "r.slug AS k, min(r.id) AS id, min(r.record_key) AS name, '' AS vendor, min(r.title) AS detail, min(r.tlp) "
          "AS "
          "tlp");
      return;
    case ExposureListBy::vulnerability:
      sql.append("j.value AS k, 0 AS id, min(j.value) AS name, '' AS vendor, '' AS detail, 0 AS tlp");
      return;
    case ExposureListBy::asset:
      break;
  }
  if (sqlite) {
    sql.append(TOCSIN_PADDED("m.asset_id") " AS k");
  } else {
    sql.append(TOCSIN_PADDED_PG("m.asset_id") " AS k");
  }
  sql.append(", min(m.asset_id) AS id, min(a.label) AS name, min(a.vendor) AS vendor, min(a.site) AS detail, 0 AS tlp");
}

void append_group(Sql& sql, ExposureListBy by) {
  switch (by) {
    case ExposureListBy::product:
      sql.append(" GROUP BY a.identity");
      return;
    case ExposureListBy::bom:
      sql.append(" GROUP BY b.id");
      return;
    case ExposureListBy::advisory:
      sql.append(" GROUP BY r.slug");
      return;
    case ExposureListBy::vulnerability:
      sql.append(" GROUP BY j.value");
      return;
    case ExposureListBy::asset:
      break;
  }
  sql.append(" GROUP BY m.asset_id");
}

/// The state that a match has in the list.
void append_state(Sql& sql, ExposureListBy by, Timestamp now) {
  if (by == ExposureListBy::vulnerability) {
    sql.append(TOCSIN_STATE_NOW_ONE, now, now);
  } else {
    sql.append(TOCSIN_STATE_NOW, now);
  }
}

/// One row a match, or a match and a vulnerability, or a match and a bill of materials.
Sql matches(const domain::policy::Viewer& viewer, domain::OrganisationId organisation, const ExposureFilter& filter,
            ExposureListBy by, bool sqlite, Timestamp now) {
  Sql sql{"SELECT "};
  append_columns(sql, by, sqlite);
  sql.append(", count(*) AS matches, count(DISTINCT m.asset_id) AS assets, count(DISTINCT m.record_id) AS advisories");
  for (const int status : {0, 1, 2, 3, 4}) sql.append(", sum(CASE WHEN m.status = ? THEN 1 ELSE 0 END)", status);
  for (const int decision : {0, 1, 2, 3, 4}) sql.append(", sum(CASE WHEN m.decision = ? THEN 1 ELSE 0 END)", decision);
  sql.append(", sum(CASE WHEN m.decision = ? THEN 1 ELSE 0 END)", kUndecided);
  for (const int state : {0, 1, 2, 3}) {
    sql.append(", sum(CASE WHEN ");
    append_state(sql, by, now);
    sql.append(" = ? THEN 1 ELSE 0 END)", state);
  }
  // What is fixed or not affected waits for nothing.
  sql.append(", min(CASE WHEN m.status < 3 AND ");
  append_state(sql, by, now);
  sql.append(" < 2 THEN m.decision ELSE 9 END) AS urgency, sum(CASE WHEN m.status < 3 AND ");
  append_state(sql, by, now);
  sql.append(" < 2 THEN 1 ELSE 0 END) AS waiting");
  append_exposure_joins(sql, filter, true);
  if (by == ExposureListBy::bom) {
    sql.append(" JOIN inventory_bom_part bp ON bp.asset_id = m.asset_id JOIN inventory_bom b ON b.id = bp.bom_id");
  }
  if (by == ExposureListBy::vulnerability) {
    if (sqlite) {
      sql.append(" JOIN json_each(m.cves) j");
    } else {
      sql.append(
          " CROSS JOIN LATERAL (SELECT w.value COLLATE \"C\" AS value FROM "
          "json_array_elements_text(CAST(m.cves AS json)) AS w(value)) j");
    }
    sql.append(
        " LEFT JOIN asset_state s ON s.asset_id = m.asset_id AND s.record_id = m.record_id AND s.vulnerability = "
        "j.value AND s.is_current = 1");
  }
  append_exposure_where(
      sql, viewer, organisation, filter, now,
      by == ExposureListBy::vulnerability ? ExposureStateOf::vulnerability : ExposureStateOf::advisory);
  if (by == ExposureListBy::bom && filter.bom) sql.append(" AND b.id = ?", *filter.bom);
  append_group(sql, by);
  return sql;
}

ExposureTally read_tally(const Row& row) {
  ExposureTally tally{.key = row.string(0),
                      .id = row.integer(1),
                      .name = row.string(2),
                      .vendor = row.string(3),
                      .detail = row.string(4),
                      .tlp = static_cast<domain::Tlp>(row.integer(5)),
                      .matches = row.integer(6),
                      .assets = row.integer(7),
                      .advisories = row.integer(8)};
  int at = 9;
  for (auto& each : tally.statuses) each = row.integer(at++);
  for (auto& each : tally.decisions) each = row.integer(at++);
  for (auto& each : tally.states) each = row.integer(at++);
  tally.urgency = row.integer(at++);
  tally.waiting = row.integer(at++);
  return tally;
}

/// How many there are of each in the inventory.
Status count_inventory(Connection& connection, domain::OrganisationId organisation, const ExposureFilter& filter,
                       ExposureListBy by, std::vector<ExposureTally>& tallies) {
  if (tallies.empty() || (by != ExposureListBy::product && by != ExposureListBy::bom)) return ok();
  Sql sql;
  if (by == ExposureListBy::product) {
    std::vector<std::string> keys;
    for (const auto& each : tallies) keys.push_back(each.key);
    sql.append("SELECT a.identity, count(*) FROM asset a WHERE a.organisation_id = ? AND a.identity IN ", organisation);
    sql.append_list(std::span<const std::string>{keys});
  } else {
    std::vector<std::int64_t> ids;
    for (const auto& each : tallies) ids.push_back(each.id);
    sql.append(
        "SELECT bp.bom_id, count(*) FROM inventory_bom_part bp JOIN asset a ON a.id = bp.asset_id WHERE "
        "a.organisation_id = ? AND bp.bom_id IN ",
        organisation);
    sql.append_list(std::span<const std::int64_t>{ids});
  }
  if (filter.sites) sql.append(" AND a.site IN ").append_list(std::span<const std::string>{*filter.sites});
  sql.append(" GROUP BY 1");
  std::map<std::string, std::int64_t> counts;
  TRY_VOID(connection.each(sql, [&](const Row& row) -> Status {
    counts[by == ExposureListBy::product ? row.string(0) : padded(row.integer(0))] = row.integer(1);
    return ok();
  }));
  for (auto& each : tallies) each.in_inventory = counts[by == ExposureListBy::product ? each.key : padded(each.id)];
  return ok();
}

}  // namespace

Result<std::vector<ExposureTally>> exposure_tallies(Connection& connection, const domain::policy::Viewer& viewer,
                                                    domain::OrganisationId organisation, const ExposureFilter& filter,
                                                    ExposureListBy by, const std::optional<ExposureTallyAfter>& after,
                                                    int limit, Timestamp now) {
  Sql sql{"SELECT * FROM ("};
  sql.append(matches(viewer, organisation, filter, by, connection.dialect() == Dialect::sqlite, now));
  sql.append(") g");
  if (after) {
    sql.append(" WHERE g.urgency > ? OR (g.urgency = ? AND (g.waiting < ? OR (g.waiting = ? AND g.k > ?)))",
               after->urgency, after->urgency, after->waiting, after->waiting, after->key);
  }
  sql.append(" ORDER BY g.urgency, g.waiting DESC, g.k LIMIT ?", limit);
  TRY(auto tallies, connection.all(sql, read_tally));
  TRY_VOID(count_inventory(connection, organisation, filter, by, tallies));
  return tallies;
}

ExposureTallyAfter after_tally(const ExposureTally& tally, ExposureListBy by) {
  return {.urgency = tally.urgency, .waiting = tally.waiting, .key = is_by_number(by) ? padded(tally.id) : tally.key};
}

Result<std::optional<std::string>> product_of(Connection& connection, domain::OrganisationId organisation,
                                              std::string_view identity) {
  return connection.first(
      Sql{"SELECT vendor, CASE WHEN product <> '' THEN product WHEN model <> '' THEN model WHEN family <> '' THEN "
          "family ELSE name END FROM asset WHERE organisation_id = ? AND identity = ? ORDER BY id LIMIT 1",
          organisation, identity},
      [](const Row& row) { return row.string(0) + (row.text(0).empty() ? "" : " ") + row.string(1); });
}

}  // namespace tocsin::store
