#include <algorithm>

#include "engine/threat/attack.hpp"
#include "engine/threat/attack_rows.hpp"

namespace tocsin::engine::threat {
namespace {

using domain::policy::Viewer;
using domain::policy::visible_sql;
using store::Sql;

/// Where a relationship joins two objects, it is the other end that has to do with what is named, and only whoever may
/// see the relationship is told so. `m` is attack_mention.
void append_through_relationships(Sql& sql, const Viewer& viewer, Timestamp now) {
  sql.append(" JOIN stix_object o ON o.stix_id = m.by_id JOIN record r ON r.id = m.record_id WHERE m.by_id <> '' AND ");
  sql.append(visible_sql(viewer, now));
}

}  // namespace

Result<std::map<std::string, std::int64_t>> mention_counts(store::Connection& connection, const Viewer& viewer,
                                                           Timestamp now) {
  // Named by ATT&CK id or by STIX id, by the record itself or by the other end of a relationship. UNION: each record
  // counts once, however often it names the technique.
  Sql sql{
      "SELECT x.attack_id, count(*) FROM ("
      "SELECT a.attack_id, m.record_id FROM attack_mention m JOIN attack_object a ON a.attack_id = m.named WHERE "
      "a.kind = ? AND m.by_id = '' UNION "
      "SELECT a.attack_id, m.record_id FROM attack_mention m JOIN stix_object s ON s.stix_id = m.named JOIN "
      "attack_object a ON a.record_id = s.record_id WHERE a.kind = ? AND m.by_id = '' UNION "
      "SELECT a.attack_id, o.record_id FROM attack_mention m JOIN attack_object a ON a.attack_id = m.named",
      AttackKind::technique, AttackKind::technique};
  append_through_relationships(sql, viewer, now);
  sql.append(
      " AND a.kind = ? UNION SELECT a.attack_id, o.record_id FROM attack_mention m JOIN stix_object s ON s.stix_id = "
      "m.named JOIN attack_object a ON a.record_id = s.record_id",
      AttackKind::technique);
  append_through_relationships(sql, viewer, now);
  sql.append(" AND a.kind = ?) x JOIN record r ON r.id = x.record_id WHERE ", AttackKind::technique);
  sql.append(visible_sql(viewer, now)).append(" GROUP BY x.attack_id");
  std::map<std::string, std::int64_t> out;
  TRY_VOID(connection.each(sql, [&](const store::Row& row) {
    out[row.string(0)] = row.integer(1);
    return ok();
  }));
  return out;
}

Result<std::vector<AttackRow>> techniques_named_by(store::Connection& connection, const Viewer& viewer,
                                                   domain::RecordId record, Timestamp now) {
  Sql sql{"SELECT " TOCSIN_ATTACK_COLUMNS TOCSIN_ATTACK_FROM
          " WHERE a.kind = ? AND a.in_force = 1 AND (a.attack_id IN (SELECT m.named FROM attack_mention m WHERE "
          "m.record_id = ? AND m.by_id = '') OR s.stix_id IN (SELECT m.named FROM attack_mention m WHERE m.record_id = "
          "? AND m.by_id = '')) AND ",
          AttackKind::technique, record, record};
  sql.append(visible_sql(viewer, now)).append(" ORDER BY a.attack_id, s.stix_id LIMIT ?", kMentionsShown);
  TRY(auto rows, connection.all(sql, [](const store::Row& row) { return read_attack_row(row); }));
  const auto [first, last] = std::ranges::unique(rows, {}, &AttackRow::attack_id);
  rows.erase(first, last);
  return rows;
}

Status add_mentions(store::Connection& connection, const Viewer& viewer, AttackObject& object, Timestamp now) {
  const auto matching = [&] {
    Sql sql{
        " FROM record r LEFT JOIN stix_object s ON s.record_id = r.id WHERE r.id IN (SELECT m.record_id FROM "
        "attack_mention m WHERE m.named IN (?, ?) AND m.by_id = '' UNION SELECT o.record_id FROM attack_mention m",
        object.row.attack_id, object.row.object.id};
    append_through_relationships(sql, viewer, now);
    sql.append(" AND m.named IN (?, ?)) AND ", object.row.attack_id, object.row.object.id);
    sql.append(visible_sql(viewer, now));
    return sql;
  }();
  TRY(const auto total,
      connection.first(Sql{"SELECT count(*)"}.append(matching), [](const store::Row& row) { return row.integer(0); }));
  object.mentions_total = total.value_or(0);
  if (object.mentions_total == 0) return ok();
  Sql sql{"SELECT r.kind, r.slug, r.title, s.type, r.tlp, r.current_release_at"};
  sql.append(matching).append(" ORDER BY r.current_release_at DESC, r.slug LIMIT ?", kMentionsShown);
  TRY(object.mentions, connection.all(sql, [](const store::Row& row) {
    return Mention{.kind = static_cast<domain::RecordKind>(row.integer(0)),
                   .slug = row.string(1),
                   .title = row.string(2),
                   .type = row.string(3),
                   .tlp = static_cast<domain::Tlp>(row.integer(4)),
                   .released_at = row.time(5)};
  }));
  return ok();
}

}  // namespace tocsin::engine::threat
