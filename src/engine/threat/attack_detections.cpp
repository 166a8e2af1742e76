#include <algorithm>

#include "engine/threat/attack.hpp"
#include "engine/threat/attack_rows.hpp"

namespace tocsin::engine::threat {
namespace {

using domain::policy::Viewer;
using domain::policy::visible_sql;
using store::Sql;

/// One step of the way. A question for each: joined all at once, planners begin anywhere.
using Ids = std::vector<std::string>;

Ids ids_of(const std::vector<AttackRow>& rows) {
  Ids out;
  for (const auto& each : rows) out.push_back(each.object.id);
  return out;
}

Result<std::vector<AttackRow>> rows_of(store::Connection& connection, const Sql& sql) {
  TRY(auto rows, connection.all(sql, [](const store::Row& row) { return read_attack_row(row); }));
  // Several objects of one id: the first.
  std::vector<AttackRow> out;
  for (auto& each : rows) {
    if (std::ranges::find(out, each.attack_id, &AttackRow::attack_id) == out.end()) out.push_back(std::move(each));
  }
  return out;
}

/// What these refer to by the property, or what refers to them.
Result<std::vector<AttackRow>> by_property(store::Connection& connection, const Viewer& viewer, const Ids& from,
                                           std::string_view property, bool outgoing, Timestamp now) {
  if (from.empty()) return std::vector<AttackRow>{};
  const auto some = std::span{from}.subspan(0, std::min(from.size(), Sql::kListMax));
  Sql sql{"SELECT " TOCSIN_ATTACK_COLUMNS TOCSIN_ATTACK_FROM " WHERE a.in_force = 1 AND "};
  if (outgoing) {
    sql.append(
        "s.stix_id IN (SELECT f.target_id FROM stix_object h JOIN stix_reference f ON f.record_id = h.record_id WHERE "
        "f.property = ? AND h.stix_id IN ",
        property);
  } else {
    sql.append("s.record_id IN (SELECT f.record_id FROM stix_reference f WHERE f.property = ? AND f.target_id IN ",
               property);
  }
  sql.append_list(some).append(") AND ").append(visible_sql(viewer, now));
  sql.append(" ORDER BY s.sort_name, a.attack_id, s.stix_id");
  return rows_of(connection, sql);
}

/// What these detect, or what detects them.
Result<std::vector<AttackRow>> by_detection(store::Connection& connection, const Viewer& viewer, const Ids& from,
                                            bool outgoing, Timestamp now) {
  TRY(const auto found, joints(connection, viewer, from, outgoing, now));
  std::set<std::string> distinct;
  for (const auto& each : found) {
    if (each.verb == "detects") distinct.insert(each.other);
  }
  if (distinct.empty()) return std::vector<AttackRow>{};
  Sql sql{"SELECT " TOCSIN_ATTACK_COLUMNS TOCSIN_ATTACK_FROM " WHERE a.in_force = 1 AND s.stix_id IN "};
  sql.append_list(Ids(distinct.begin(), distinct.end())).append(" AND ").append(visible_sql(viewer, now));
  sql.append(" ORDER BY s.sort_name, a.attack_id, s.stix_id");
  return rows_of(connection, sql);
}

}  // namespace

/// Since its version 18 ATT&CK says in steps how something is detected: a strategy detects a technique and has
/// analytics, which read data components.
Result<std::vector<AttackRow>> detected(store::Connection& connection, const Viewer& viewer, const AttackRow& row,
                                        Timestamp now) {
  constexpr std::string_view kAnalytics = "x_mitre_analytic_refs", kComponents = "x_mitre_data_component_ref";
  const Ids from{row.object.id};
  if (row.kind == AttackKind::technique) {
    TRY(const auto strategies, by_detection(connection, viewer, from, false, now));
    TRY(const auto analytics, by_property(connection, viewer, ids_of(strategies), kAnalytics, true, now));
    return by_property(connection, viewer, ids_of(analytics), kComponents, true, now);
  }
  if (row.kind != AttackKind::data_component) return std::vector<AttackRow>{};
  TRY(const auto analytics, by_property(connection, viewer, from, kComponents, false, now));
  TRY(const auto strategies, by_property(connection, viewer, ids_of(analytics), kAnalytics, false, now));
  return by_detection(connection, viewer, ids_of(strategies), true, now);
}

}  // namespace tocsin::engine::threat
