#include <algorithm>
#include <map>
#include <set>

#include "engine/threat/attack_rows.hpp"

namespace tocsin::engine::threat {
namespace {

using domain::policy::Viewer;
using domain::policy::visible_sql;
using store::Sql;

/// What is told of it by the knowledge base: absent for what is no part of it.
Result<std::map<std::int64_t, bool>> parts_in_force(store::Connection& connection, const std::vector<Joint>& of) {
  std::vector<std::int64_t> records;
  for (const auto& each : of) records.push_back(each.record);
  Sql sql{"SELECT a.record_id, a.in_force FROM attack_object a WHERE a.record_id IN "};
  sql.append_list(records);
  std::map<std::int64_t, bool> out;
  TRY_VOID(connection.each(sql, [&](const store::Row& row) {
    out.emplace(row.integer(0), row.boolean(1));
    return ok();
  }));
  return out;
}

/// Which releases that the viewer may see name these STIX ids.
Result<std::map<std::string, std::set<std::int64_t>>> named_by_releases(store::Connection& connection,
                                                                        const Viewer& viewer,
                                                                        const std::set<std::string>& ids,
                                                                        Timestamp now) {
  std::map<std::string, std::set<std::int64_t>> out;
  Sql releases{"SELECT a.record_id FROM attack_object a JOIN record r ON r.id = a.record_id WHERE a.kind = ? AND ",
               AttackKind::collection};
  releases.append(visible_sql(viewer, now));
  TRY(const auto found, connection.all(releases, [](const store::Row& row) { return row.integer(0); }));
  const std::vector<std::string> all(ids.begin(), ids.end());
  for (const auto release : found) {
    for (std::size_t at = 0; at < all.size(); at += Sql::kListMax) {
      Sql sql{
          "SELECT f.target_id FROM stix_reference f WHERE f.record_id = ? AND f.property = 'object_ref' AND "
          "f.target_id IN ",
          release};
      sql.append_list(std::span{all}.subspan(at, std::min(Sql::kListMax, all.size() - at)));
      TRY_VOID(connection.each(sql, [&](const store::Row& row) {
        out[row.string(0)].insert(release);
        return ok();
      }));
    }
  }
  return out;
}

}  // namespace

Result<std::vector<Joint>> joints(store::Connection& connection, const Viewer& viewer,
                                  std::span<const std::string> from, bool outgoing, Timestamp now) {
  std::vector<Joint> out;
  if (from.empty()) return out;
  const std::string_view here = outgoing ? "source_ref" : "target_ref", there = outgoing ? "target_ref" : "source_ref";
  // From the ends to what refers to them, in this order: left to itself, SQLite begins with all relationships there
  // are, and there may be hundreds of thousands that have nothing to do with ATT&CK.
  Sql sql{
      "SELECT v.record_id, v.verb, v.stix_id, e.target_id, f.target_id FROM stix_reference e CROSS JOIN stix_object v "
      "CROSS JOIN record r CROSS JOIN stix_reference f WHERE v.record_id = e.record_id AND r.id = v.record_id AND "
      "f.record_id = v.record_id AND f.property = ? AND v.type = 'relationship' AND v.revoked = 0 AND e.property = ? "
      "AND e.target_id IN ",
      there, here};
  sql.append_list(from.subspan(0, std::min(from.size(), Sql::kListMax))).append(" AND ");
  sql.append(visible_sql(viewer, now)).append(" ORDER BY v.stix_id LIMIT ?", Sql::kListMax);
  TRY(out, connection.all(sql, [](const store::Row& row) {
    return Joint{.record = row.integer(0),
                 .verb = row.string(1),
                 .via = row.string(2),
                 .here = row.string(3),
                 .other = row.string(4)};
  }));
  if (out.empty()) return out;
  TRY(const auto parts, parts_in_force(connection, out));
  std::set<std::string> ids;
  for (const auto& each : out) {
    if (parts.contains(each.record)) ids.insert({each.via, each.here, each.other});
  }
  TRY(const auto named, named_by_releases(connection, viewer, ids, now));
  const auto releases = [&](const std::string& id) -> const std::set<std::int64_t>& {
    static const std::set<std::int64_t> kNone;
    const auto found = named.find(id);
    return found == named.end() ? kNone : found->second;
  };
  std::erase_if(out, [&](const Joint& each) {
    const auto part = parts.find(each.record);
    if (part == parts.end()) return false;
    if (!part->second) return true;
    if (!releases(each.via).empty()) return false;
    return std::ranges::any_of(releases(each.here),
                               [&](std::int64_t release) { return releases(each.other).contains(release); });
  });
  return out;
}

}  // namespace tocsin::engine::threat
