#include "engine/threat/attack.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>

#include "base/json.hpp"
#include "base/text.hpp"
#include "engine/threat/attack_rows.hpp"
#include "store/records.hpp"

namespace tocsin::engine::threat {
namespace {

using domain::policy::Viewer;
using domain::policy::visible_sql;
using store::Sql;

constexpr std::string_view kFirstDomain = "ics-attack";

std::optional<Timestamp> time_unless_none(std::int64_t micros) {
  return micros == 0 ? std::nullopt : std::optional{Timestamp{micros}};
}

bool is_subtechnique(const AttackRow& row) { return !formats::attack::parent_of(row.attack_id).empty(); }

/// What stands in the columns of a chain: tactics or techniques.
struct Placed {
  AttackRow row;
  std::string phase;
};
Result<std::vector<Placed>> placed(store::Connection& connection, const Viewer& viewer, std::string_view chain,
                                   AttackKind kind, Timestamp now) {
  Sql sql{"SELECT " TOCSIN_ATTACK_COLUMNS ", p.phase" TOCSIN_ATTACK_FROM
          " JOIN attack_phase p ON p.record_id = a.record_id WHERE p.chain = ? AND a.kind = ? AND a.in_force = 1 AND ",
          chain, kind};
  sql.append(visible_sql(viewer, now)).append(" ORDER BY s.sort_name, a.attack_id, s.stix_id");
  return connection.all(sql,
                        [](const store::Row& row) { return Placed{read_attack_row(row), row.string(kAttackColumns)}; });
}

/// The tactics of a domain's matrices, in their order, by STIX id.
Result<std::vector<std::string>> tactic_order(store::Connection& connection, const Viewer& viewer,
                                              std::string_view domain, Timestamp now) {
  Sql sql{"SELECT d.bytes" TOCSIN_ATTACK_FROM
          " JOIN revision_document d ON d.revision_id = r.current_revision_id WHERE a.attack_id = ? AND a.kind = ? AND "
          "a.in_force = 1 AND ",
          domain, AttackKind::matrix};
  sql.append(visible_sql(viewer, now)).append(" ORDER BY s.created, s.stix_id");
  std::vector<std::string> out;
  TRY_VOID(connection.each(sql, [&](const store::Row& row) {
    const auto parsed = json::parse(row.text(0));
    if (!parsed) return ok();
    for (const auto& each : json::array_at(parsed->root(), "tactic_refs")) {
      if (each.is_string()) out.emplace_back(std::string_view{each.get_string()});
    }
    return ok();
  }));
  return out;
}

void add_cells(Column& column, const std::vector<AttackRow>& techniques) {
  for (const auto& each : techniques) {
    if (!is_subtechnique(each)) column.cells.push_back({.technique = each, .below = {}});
  }
  std::vector<Cell> orphans;
  for (const auto& each : techniques) {
    if (!is_subtechnique(each)) continue;
    const auto parent = formats::attack::parent_of(each.attack_id);
    const auto cell =
        std::ranges::find_if(column.cells, [&](const Cell& c) { return c.technique.attack_id == parent; });
    if (cell != column.cells.end()) {
      cell->below.push_back(each);
    } else {
      // Its technique is hidden, or stands elsewhere.
      orphans.push_back({.technique = each, .below = {}});
    }
  }
  std::ranges::move(orphans, std::back_inserter(column.cells));
}

/// Those of several objects with one ATT&CK id that come first.
void keep_first(std::vector<AttackRow>& rows) {
  std::set<std::string> seen;
  std::erase_if(rows, [&](const AttackRow& row) { return !seen.insert(row.attack_id).second; });
}

/// Techniques of a tactic's columns, or tactics of a technique's.
Result<std::vector<AttackRow>> in_same_phase(store::Connection& connection, const Viewer& viewer, const AttackRow& of,
                                             AttackKind wanted, Timestamp now) {
  Sql sql{"SELECT DISTINCT " TOCSIN_ATTACK_COLUMNS ", s.sort_name" TOCSIN_ATTACK_FROM
          " JOIN attack_phase p ON p.record_id = a.record_id JOIN attack_phase q ON q.chain = p.chain AND q.phase = "
          "p.phase WHERE q.record_id = ? AND a.kind = ? AND a.in_force = 1 AND ",
          of.object.record, wanted};
  sql.append(visible_sql(viewer, now)).append(" ORDER BY s.sort_name, a.attack_id, s.stix_id");
  TRY(auto rows, connection.all(sql, [](const store::Row& row) { return read_attack_row(row); }));
  keep_first(rows);
  return rows;
}

/// Joined by relationships. Without the relationships' bytes.
Status add_relationships(store::Connection& connection, const Viewer& viewer, const AttackRow& of, bool outgoing,
                         Timestamp now, std::vector<Relation>& out, std::vector<std::int64_t>* records = nullptr) {
  const std::vector<std::string> from{of.object.id};
  TRY(auto found, joints(connection, viewer, from, outgoing, now));
  if (found.empty()) return ok();
  std::set<std::string> distinct;
  for (const auto& each : found) distinct.insert(each.other);
  const std::vector<std::string> ids(distinct.begin(), distinct.end());
  Sql ends{"SELECT " TOCSIN_ATTACK_COLUMNS TOCSIN_ATTACK_FROM " WHERE s.stix_id IN "};
  ends.append_list(ids).append(" AND ").append(visible_sql(viewer, now));
  std::map<std::string, AttackRow> rows;
  TRY_VOID(connection.each(ends, [&](const store::Row& row) {
    auto read = read_attack_row(row);
    auto id = read.object.id;
    rows.emplace(std::move(id), std::move(read));
    return ok();
  }));
  std::erase_if(found, [&](const Joint& each) {
    const auto row = rows.find(each.other);
    return row == rows.end() || (!row->second.in_force && each.verb != "revoked-by");
  });
  std::ranges::sort(found, {}, [&](const Joint& each) {
    const auto& row = rows.at(each.other);
    return std::tuple{std::string_view{each.verb}, row.kind, text::fold(row.object.name),
                      std::string_view{row.attack_id}, std::string_view{each.via}};
  });
  for (auto& each : found) {
    out.push_back({.verb = std::move(each.verb),
                   .outgoing = outgoing,
                   .via = std::move(each.via),
                   .other = rows.at(each.other),
                   .relationship = {}});
    if (records != nullptr) records->push_back(each.record);
  }
  return ok();
}

/// The bytes of relationships, by record.
Result<std::map<std::int64_t, std::string>> documents_of(store::Connection& connection,
                                                         const std::vector<std::int64_t>& records) {
  std::map<std::int64_t, std::string> out;
  if (records.empty()) return out;
  Sql sql{
      "SELECT r.id, d.bytes FROM record r JOIN revision_document d ON d.revision_id = r.current_revision_id WHERE "
      "r.id IN "};
  sql.append_list(records);
  TRY_VOID(connection.each(sql, [&](const store::Row& row) {
    out.emplace(row.integer(0), row.string(1));
    return ok();
  }));
  return out;
}

/// Joined by a property: detection strategies and analytics, data components and their sources.
Status add_properties(store::Connection& connection, const Viewer& viewer, const AttackRow& of, bool outgoing,
                      Timestamp now, std::vector<Relation>& out) {
  Sql sql{"SELECT DISTINCT " TOCSIN_ATTACK_COLUMNS ", f.property, s.sort_name" TOCSIN_ATTACK_FROM " JOIN "};
  if (outgoing) {
    sql.append("stix_reference f ON f.target_id = s.stix_id AND f.record_id = ?", of.object.record);
  } else {
    sql.append("stix_reference f ON f.record_id = s.record_id AND f.target_id = ?", of.object.id);
  }
  sql.append(" WHERE a.kind NOT IN (?, ?, ?) AND a.in_force = 1 AND ", AttackKind::matrix, AttackKind::relationship,
             AttackKind::collection);
  sql.append(visible_sql(viewer, now))
      .append(" ORDER BY f.property, s.sort_name, a.attack_id LIMIT ?", kRelationsMax + 1);
  return connection.each(sql, [&](const store::Row& row) {
    out.push_back({.verb = row.string(kAttackColumns),
                   .outgoing = outgoing,
                   .via = {},
                   .other = read_attack_row(row),
                   .relationship = {}});
    return ok();
  });
}

/// The version of the newest release that names the matrix.
Status note_release(store::Connection& connection, const Viewer& viewer, const std::string& matrix, Timestamp now,
                    Domain& domain) {
  Sql sql{"SELECT a.version, s.modified" TOCSIN_ATTACK_FROM
          " JOIN stix_reference f ON f.record_id = a.record_id AND f.property = 'object_ref' WHERE a.kind = ? AND "
          "f.target_id = ? AND ",
          AttackKind::collection, matrix};
  sql.append(visible_sql(viewer, now)).append(" ORDER BY s.modified DESC, s.stix_id LIMIT 1");
  return connection.each(sql, [&](const store::Row& row) {
    domain.version = row.string(0);
    domain.released = time_unless_none(row.integer(1));
    return ok();
  });
}

}  // namespace

AttackRow read_attack_row(const store::Row& row, int at) {
  return {.attack_id = row.string(at),
          .kind = static_cast<AttackKind>(row.integer(at + 1)),
          .version = row.string(at + 2),
          .in_force = row.boolean(at + 3),
          .object = {.record = {row.integer(at + 4)},
                     .id = row.string(at + 5),
                     .type = row.string(at + 6),
                     .name = row.string(at + 7),
                     .created = time_unless_none(row.integer(at + 8)),
                     .modified = time_unless_none(row.integer(at + 9)),
                     .confidence = row.optional_integer(at + 10),
                     .revoked = row.boolean(at + 11),
                     .tlp = static_cast<domain::Tlp>(row.integer(at + 12))}};
}

Result<std::vector<Domain>> domains(store::Connection& connection, const Viewer& viewer, Timestamp now) {
  Sql sql{"SELECT a.attack_id, p.chain, s.name, s.stix_id" TOCSIN_ATTACK_FROM
          " JOIN attack_phase p ON p.record_id = a.record_id WHERE a.kind = ? AND a.in_force = 1 AND ",
          AttackKind::matrix};
  sql.append(visible_sql(viewer, now)).append(" ORDER BY a.attack_id, s.created, s.stix_id");
  std::vector<Domain> out;
  TRY_VOID(connection.each(sql, [&](const store::Row& row) -> Status {
    if (!out.empty() && out.back().id == row.text(0)) return ok();
    out.push_back({.id = row.string(0), .chain = row.string(1), .name = row.string(2), .version = {}, .released = {}});
    return note_release(connection, viewer, row.string(3), now, out.back());
  }));
  std::ranges::sort(out, {}, [](const Domain& each) { return std::tuple{each.id != kFirstDomain, each.id}; });
  return out;
}

Result<std::optional<Matrix>> matrix(store::Connection& connection, const Viewer& viewer, std::string_view domain,
                                     Timestamp now) {
  TRY(const auto all, domains(connection, viewer, now));
  const auto found = std::ranges::find(all, domain, &Domain::id);
  if (found == all.end()) return std::optional<Matrix>{};
  Matrix out{.domain = *found, .columns = {}};
  TRY(const auto order, tactic_order(connection, viewer, domain, now));
  TRY(auto tactics, placed(connection, viewer, found->chain, AttackKind::tactic, now));
  std::ranges::sort(tactics, {}, [&](const Placed& each) {
    return std::tuple{std::ranges::find(order, each.row.object.id) - order.begin(), each.row.attack_id,
                      each.row.object.id};
  });
  TRY(auto techniques, placed(connection, viewer, found->chain, AttackKind::technique, now));
  std::map<std::string, std::vector<AttackRow>> by_phase;
  for (auto& each : techniques) by_phase[each.phase].push_back(std::move(each.row));
  for (auto& each : tactics) {
    Column column{.tactic = std::move(each.row), .cells = {}};
    if (const auto rows = by_phase.find(each.phase); rows != by_phase.end()) {
      keep_first(rows->second);
      // Two tactics of one name: each shows them.
      add_cells(column, rows->second);
    }
    out.columns.push_back(std::move(column));
  }
  return std::optional{std::move(out)};
}

Result<std::vector<AttackRow>> pickers(store::Connection& connection, const Viewer& viewer, const Domain& domain,
                                       Timestamp now) {
  // From the techniques of this chain to whatever a relationship joins to them: the other way round, each candidate
  // would walk through all relationships there are.
  Sql sql{
      "SELECT " TOCSIN_ATTACK_COLUMNS TOCSIN_ATTACK_FROM
      " WHERE a.in_force = 1 AND a.kind IN (?, ?, ?, ?, ?) AND s.stix_id IN (SELECT e.target_id FROM attack_phase p "
      "JOIN stix_object t ON t.record_id = p.record_id JOIN record r ON r.id = t.record_id JOIN stix_reference f ON "
      "f.target_id = t.stix_id AND f.property IN ('source_ref', 'target_ref') JOIN stix_object v ON v.record_id = "
      "f.record_id JOIN stix_reference e ON e.record_id = f.record_id AND e.property IN ('source_ref', 'target_ref') "
      "AND e.property <> f.property WHERE p.chain = ? AND v.revoked = 0 AND NOT EXISTS (SELECT 1 FROM attack_object "
      "x WHERE x.record_id = v.record_id AND x.in_force = 0) AND EXISTS (SELECT 1 FROM record r WHERE r.id = "
      "v.record_id AND ",
      AttackKind::group,
      AttackKind::software,
      AttackKind::campaign,
      AttackKind::asset,
      AttackKind::mitigation,
      domain.chain};
  sql.append(visible_sql(viewer, now)).append(") AND ").append(visible_sql(viewer, now)).append(") AND ");
  sql.append(visible_sql(viewer, now)).append(" ORDER BY a.kind, s.sort_name, a.attack_id");
  TRY(auto rows, connection.all(sql, [](const store::Row& row) { return read_attack_row(row); }));
  keep_first(rows);
  return rows;
}

Result<std::set<std::string>> techniques_of(store::Connection& connection, const Viewer& viewer, const AttackRow& row,
                                            Timestamp now) {
  std::vector<Relation> relations;
  for (const bool outgoing : {true, false}) {
    TRY_VOID(add_relationships(connection, viewer, row, outgoing, now, relations));
  }
  std::set<std::string> out;
  for (const auto& each : relations) {
    if (each.other.kind == AttackKind::technique && each.verb != "revoked-by" && each.verb != "subtechnique-of") {
      out.insert(each.other.attack_id);
    }
  }
  if (row.kind == AttackKind::data_component) {
    TRY(const auto more, detected(connection, viewer, row, now));
    for (const auto& each : more) out.insert(each.attack_id);
  }
  return out;
}

Result<std::optional<AttackRow>> find_attack_row(store::Connection& connection, const Viewer& viewer,
                                                 std::string_view attack_id, Timestamp now) {
  if (!formats::attack::kind_of_id(attack_id)) return std::optional<AttackRow>{};
  Sql sql{"SELECT " TOCSIN_ATTACK_COLUMNS TOCSIN_ATTACK_FROM " WHERE a.attack_id = ? AND ", attack_id};
  sql.append(visible_sql(viewer, now)).append(" ORDER BY a.in_force DESC, s.created, s.stix_id LIMIT 1");
  return connection.first(sql, [](const store::Row& row) { return read_attack_row(row); });
}

Result<std::set<std::string>> present(store::Connection& connection, const Viewer& viewer,
                                      std::span<const std::string> attack_ids, Timestamp now) {
  std::set<std::string> out;
  if (attack_ids.empty()) return out;
  Sql sql{"SELECT a.attack_id FROM attack_object a JOIN record r ON r.id = a.record_id WHERE a.attack_id IN "};
  sql.append_list(attack_ids.subspan(0, std::min(Sql::kListMax, attack_ids.size())));
  sql.append(" AND ").append(visible_sql(viewer, now));
  TRY_VOID(connection.each(sql, [&](const store::Row& row) {
    out.insert(row.string(0));
    return ok();
  }));
  return out;
}

Result<std::optional<AttackObject>> find_attack(store::Connection& connection, const Viewer& viewer,
                                                std::string_view attack_id, Timestamp now) {
  TRY(auto row, find_attack_row(connection, viewer, attack_id, now));
  if (!row) return std::optional<AttackObject>{};
  store::Records records{connection};
  TRY(auto record, records.find(viewer, domain::RecordKind::stix_object, row->object.id, now));
  if (!record) return std::optional<AttackObject>{};
  AttackObject out;
  out.row = *std::move(row);
  out.record = *std::move(record);
  TRY(auto bytes, records.document(out.record.id, out.record.current_revision));
  if (!bytes) return Error::internal("A record has no document");
  out.bytes = *std::move(bytes);
  std::vector<std::int64_t> relationships;  // of each relation; 0: a property
  for (const bool outgoing : {true, false}) {
    TRY_VOID(add_relationships(connection, viewer, out.row, outgoing, now, out.relations, &relationships));
    TRY_VOID(add_properties(connection, viewer, out.row, outgoing, now, out.relations));
    relationships.resize(out.relations.size());
  }
  out.more_relations = out.relations.size() > static_cast<std::size_t>(kRelationsMax);
  if (out.more_relations) {
    out.relations.resize(static_cast<std::size_t>(kRelationsMax));
    relationships.resize(out.relations.size());
  }
  TRY(auto documents, documents_of(connection, relationships));
  for (std::size_t i = 0; i < relationships.size(); ++i) {
    if (relationships[i] != 0) out.relations[i].relationship = std::move(documents[relationships[i]]);
  }
  if (out.row.kind == AttackKind::technique) {
    TRY(out.tactics, in_same_phase(connection, viewer, out.row, AttackKind::tactic, now));
  } else if (out.row.kind == AttackKind::tactic) {
    TRY(out.techniques, in_same_phase(connection, viewer, out.row, AttackKind::technique, now));
  }
  TRY(out.detected, detected(connection, viewer, out.row, now));
  TRY_VOID(add_mentions(connection, viewer, out, now));
  return std::optional{std::move(out)};
}

}  // namespace tocsin::engine::threat
