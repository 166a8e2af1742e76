#include "engine/threat/threats.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "engine/keyset.hpp"
#include "engine/threat/decay.hpp"
#include "engine/threat/duplicates.hpp"
#include "engine/threat/text.hpp"
#include "engine/threat/threat_row.hpp"
#include "store/records.hpp"

namespace tocsin::engine::threat {
namespace {

using domain::RecordKind;
using domain::policy::Viewer;
using store::Sql;

/// No id or label has such bytes, and PostgreSQL would refuse them.
bool is_askable(std::string_view text) {
  return text.find('\0') == text.npos && text::invalid_utf8_at(text) == std::string_view::npos;
}

/// What the filter leaves of what the viewer may see, from "FROM" on; nullopt: nothing.
std::optional<Sql> matching(store::Dialect dialect, const Viewer& viewer, const Filter& filter,
                            const domain::DecayRules& rules, bool of_type, Timestamp now) {
  if (!is_askable(filter.text) || !is_askable(filter.type) || !is_askable(filter.label)) return std::nullopt;
  Sql sql{" FROM stix_object s JOIN record r ON r.id = s.record_id WHERE "};
  sql.append(domain::policy::visible_sql(viewer, now));
  append_first_of_id(sql, viewer, now);
  if (!of_type || filter.type.empty()) {
    if (of_type) sql.append(" AND s.on_lists = 1");
  } else {
    sql.append(" AND s.type = ?", filter.type);
  }
  if (!filter.text.empty()) {
    const auto words = words_condition(dialect, filter.text);
    if (!words) return std::nullopt;
    sql.append(" AND ").append(*words);
  }
  if (!filter.label.empty()) {
    sql.append(" AND EXISTS (SELECT 1 FROM stix_label l WHERE l.label = ? AND l.record_id = s.record_id)",
               text::fold(filter.label));
  }
  if (filter.tlp) sql.append(" AND r.tlp = ?", *filter.tlp);
  if (filter.revoked) sql.append(" AND s.revoked = ?", *filter.revoked);
  if (filter.expired) {
    if (*filter.expired) {
      sql.append(" AND s.valid_until <= ?", now);
    } else {
      sql.append(" AND (s.valid_until IS NULL OR s.valid_until > ?)", now);
    }
  }
  if (filter.confidence_now_least) append_worth(sql.append(" AND "), viewer, rules, *filter.confidence_now_least, now);
  if (filter.faded) append_faded(sql.append(" AND "), viewer, rules, *filter.faded, now);
  if (filter.duplicate) {
    append_is_duplicate(*filter.duplicate ? sql.append(" AND ") : sql.append(" AND NOT "), viewer, now);
  }
  if (filter.modified_after) sql.append(" AND s.modified > ?", *filter.modified_after);
  if (filter.ids) {
    sql.append(" AND s.revoked = 0 AND s.stix_id IN ").append_list(std::span<const std::string>{*filter.ids});
  }
  return sql;
}

char letter_of(Sort sort) noexcept {
  switch (sort) {
    case Sort::modified:
      return 'm';
    case Sort::name:
      return 'n';
    case Sort::type:
      return 't';
    case Sort::confidence:
      return 'c';
    case Sort::confidence_now:
      break;
  }
  return 'w';
}

/// Behind the cursor, and the order. Text keys are "key~id": ids have no tilde.
Status append_order(Sql& sql, Sort sort, std::string_view cursor, int count) {
  std::optional<Keyset> after;
  if (!cursor.empty()) {
    TRY(after, parse_keyset(letter_of(sort), cursor));
  }
  std::string key, id;
  if (after) {
    const auto tilde = after->text.rfind('~');
    id = tilde == after->text.npos ? after->text : after->text.substr(tilde + 1);
    key = tilde == after->text.npos ? std::string{} : after->text.substr(0, tilde);
  }
  switch (sort) {
    case Sort::modified:
      if (after) {
        sql.append(" AND (s.modified < ? OR (s.modified = ? AND s.stix_id < ?))", after->number, after->number, id);
      }
      sql.append(" ORDER BY s.modified DESC, s.stix_id DESC");
      break;
    case Sort::confidence:
      if (after) {
        sql.append(" AND (coalesce(s.confidence, -1) < ? OR (coalesce(s.confidence, -1) = ? AND s.stix_id < ?))",
                   after->number, after->number, id);
      }
      sql.append(" ORDER BY coalesce(s.confidence, -1) DESC, s.stix_id DESC");
      break;
    case Sort::name:
      if (after) sql.append(" AND (s.sort_name > ? OR (s.sort_name = ? AND s.stix_id > ?))", key, key, id);
      sql.append(" ORDER BY s.sort_name, s.stix_id");
      break;
    case Sort::type:
      if (after) sql.append(" AND (s.type > ? OR (s.type = ? AND s.stix_id > ?))", key, key, id);
      sql.append(" ORDER BY s.type, s.stix_id");
      break;
    case Sort::confidence_now:
      // By then it is computed already (list).
      if (after) sql.append(" WHERE q.worth < ? OR (q.worth = ? AND q.stix_id < ?)", after->number, after->number, id);
      sql.append(" ORDER BY q.worth DESC, q.stix_id DESC");
      break;
  }
  sql.append(" LIMIT ?", count);
  return ok();
}

/// What is worth so much now is worth less a moment later: all pages of a list are of the moment of the first.
Timestamp moment_of(std::string_view cursor, Timestamp now) {
  const auto after = parse_keyset(letter_of(Sort::confidence_now), cursor);
  if (!after) return now;
  std::int64_t micros = 0;
  const auto& text = after->text;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), micros);
  const bool whole = error == std::errc{} && end != text.data() + text.size() && *end == '~';
  // Of the future nobody knows, and numbers that are none of ours overflow.
  return whole && micros > 0 ? std::min(now, Timestamp{micros}) : now;
}

struct Behind {
  std::string sort_name;
  std::int64_t worth = 0;
  Timestamp moment;
};
std::string cursor_behind(const ThreatRow& row, const Behind& last, Sort sort) {
  switch (sort) {
    case Sort::confidence_now:
      return keyset_text('w', {.number = last.worth, .text = fmt::format("{}~{}", last.moment.micros, row.id)});
    case Sort::modified:
      return keyset_text('m', {.number = row.modified ? row.modified->micros : 0, .text = row.id});
    case Sort::confidence:
      return keyset_text('c', {.number = row.confidence.value_or(-1), .text = row.id});
    case Sort::name:
      return keyset_text('n', {.number = 0, .text = last.sort_name + "~" + row.id});
    case Sort::type:
      break;
  }
  return keyset_text('t', {.number = 0, .text = row.type + "~" + row.id});
}

/// An object `o` that is to be joined only where the viewer may see it; where several have its id, one of them.
void append_other_visible(Sql& sql, const Viewer& viewer, Timestamp now) {
  sql.append(" AND EXISTS (SELECT 1 FROM stix_object s JOIN record r ON r.id = s.record_id WHERE s.record_id = ");
  sql.append("o.record_id AND ").append(domain::policy::visible_sql(viewer, now));
  append_first_of_id(sql, viewer, now);
  sql.append(")");
}

#define TOCSIN_OTHER_COLUMNS                                                                 \
  "o.record_id, o.stix_id, o.type, o.name, o.created, o.modified, o.confidence, o.revoked, " \
  "(SELECT q.tlp FROM record q WHERE q.id = o.record_id), o.valid_until"

/// By relationship objects that the viewer may see as well.
Status add_relationships(store::Connection& connection, const Viewer& viewer, std::string_view id, bool outgoing,
                         Timestamp now, std::vector<Edge>& edges) {
  const std::string_view here = outgoing ? "source_ref" : "target_ref", there = outgoing ? "target_ref" : "source_ref";
  Sql sql{
      "SELECT s.verb, s.stix_id, " TOCSIN_OTHER_COLUMNS
      " FROM stix_reference a JOIN stix_object s ON s.record_id = a.record_id AND s.type = 'relationship' "
      "JOIN record r ON r.id = s.record_id JOIN stix_reference b ON b.record_id = s.record_id AND b.property = ? "
      "JOIN stix_object o ON o.stix_id = b.target_id WHERE a.target_id = ? AND a.property = ? AND s.revoked = 0 AND ",
      there, id, here};
  sql.append(domain::policy::visible_sql(viewer, now));
  append_first_of_id(sql, viewer, now);
  append_other_visible(sql, viewer, now);
  sql.append(" ORDER BY s.verb, o.sort_name, o.stix_id, s.stix_id LIMIT ?", kEdgesMax + 1);
  return connection.each(sql, [&](const store::Row& row) {
    edges.push_back(
        {.verb = row.string(0), .outgoing = outgoing, .via = row.string(1), .other = read_threat_row(row, 2)});
    return ok();
  });
}

/// By a property: of this object, or of another that is no relationship.
Status add_properties(store::Connection& connection, const Viewer& viewer, domain::RecordId record, std::string_view id,
                      Timestamp now, std::vector<Edge>& edges) {
  Sql out{"SELECT a.property, " TOCSIN_OTHER_COLUMNS
          " FROM stix_reference a JOIN stix_object o ON o.stix_id = a.target_id WHERE a.record_id = ? AND "
          "o.record_id <> ?",
          record, record};
  append_other_visible(out, viewer, now);
  out.append(" ORDER BY a.property, o.sort_name, o.stix_id LIMIT ?", kEdgesMax + 1);
  TRY_VOID(connection.each(out, [&](const store::Row& row) {
    edges.push_back({.verb = row.string(0), .outgoing = true, .via = {}, .other = read_threat_row(row, 1)});
    return ok();
  }));
  Sql in{"SELECT a.property, " TOCSIN_OTHER_COLUMNS
         " FROM stix_reference a JOIN stix_object o ON o.record_id = a.record_id WHERE a.target_id = ? AND "
         "o.type <> 'relationship' AND a.property <> 'created_by_ref' AND o.record_id <> ?",
         id, record};
  append_other_visible(in, viewer, now);
  in.append(" ORDER BY a.property, o.sort_name, o.stix_id LIMIT ?", kEdgesMax + 1);
  return connection.each(in, [&](const store::Row& row) {
    edges.push_back({.verb = row.string(0), .outgoing = false, .via = {}, .other = read_threat_row(row, 1)});
    return ok();
  });
}

}  // namespace

std::string_view to_string(Sort sort) noexcept {
  switch (sort) {
    case Sort::modified:
      return "modified";
    case Sort::name:
      return "name";
    case Sort::type:
      return "type";
    case Sort::confidence:
      return "confidence";
    case Sort::confidence_now:
      break;
  }
  return "confidence_now";
}

std::optional<Sort> parse_sort(std::string_view text) noexcept {
  for (const auto sort : {Sort::modified, Sort::name, Sort::type, Sort::confidence, Sort::confidence_now}) {
    if (to_string(sort) == text) return sort;
  }
  return std::nullopt;
}

Result<Page> list(store::Connection& connection, const Viewer& viewer, const Filter& filter, Sort sort, int limit,
                  std::string_view cursor, Timestamp now) {
  const int most = std::clamp(limit, 1, kLimitMax);
  Page page;
  TRY(const auto rules, decay_rules(connection));
  const auto found = matching(connection.dialect(), viewer, filter, rules, true, now);
  if (!found) return page;
  TRY(const auto total,
      connection.first(Sql{"SELECT count(*)"}.append(*found), [](const store::Row& row) { return row.integer(0); }));
  page.total = total.value_or(0);
  const bool by_worth = sort == Sort::confidence_now;
  Behind last{.sort_name = {}, .moment = by_worth ? moment_of(cursor, now) : now};
  Sql sql{"SELECT " TOCSIN_THREAT_COLUMNS};
  if (by_worth) {
    Sql inner = std::exchange(sql, Sql{"SELECT q.* FROM ("});
    append_confidence_now(inner.append(", "), viewer, rules, last.moment, now);
    sql.append(inner).append(" AS worth").append(*found).append(") q");
  } else {
    sql.append(*found);
  }
  TRY_VOID(append_order(sql, sort, cursor, most + 1));
  TRY_VOID(connection.each(sql, [&](const store::Row& row) {
    if (page.rows.size() == static_cast<std::size_t>(most)) {
      page.next_cursor = cursor_behind(page.rows.back(), last, sort);
      return ok();
    }
    page.rows.push_back(read_threat_row(row));
    last.sort_name = row.string(kThreatColumns - 1);
    if (by_worth) last.worth = row.integer(kThreatColumns);
    return ok();
  }));
  TRY_VOID(add_confidence_now(connection, viewer, page.rows, now));
  TRY_VOID(add_duplicates(connection, viewer, page.rows, now));
  return page;
}

Result<std::vector<TypeCount>> count_types(store::Connection& connection, const Viewer& viewer, const Filter& filter,
                                           Timestamp now) {
  TRY(const auto rules, decay_rules(connection));
  const auto found = matching(connection.dialect(), viewer, filter, rules, false, now);
  if (!found) return std::vector<TypeCount>{};
  Sql sql{"SELECT s.type, count(*)"};
  sql.append(*found).append(" GROUP BY s.type ORDER BY count(*) DESC, s.type");
  return connection.all(
      sql, [](const store::Row& row) { return TypeCount{.type = row.string(0), .count = row.integer(1)}; });
}

Result<std::optional<domain::Record>> find_record(store::Connection& connection, const Viewer& viewer,
                                                  std::string_view stix_id, Timestamp now) {
  store::Records records{connection};
  if (is_askable(stix_id)) {
    Sql sql{"SELECT r.id FROM record r WHERE r.kind = ? AND r.record_key = ? AND ", RecordKind::stix_object, stix_id};
    sql.append(domain::policy::visible_sql(viewer, now));
    sql.append(" ORDER BY CASE WHEN r.issuer = '' THEN 0 ELSE 1 END, r.id LIMIT 1");
    TRY(const auto id, connection.first(sql, [](const store::Row& row) { return row.integer(0); }));
    if (id) {
      const std::int64_t ids[] = {*id};
      TRY(auto found, records.headers(viewer, ids, now));
      if (!found.empty()) return std::optional{std::move(found.front())};
    }
  }
  // The slug of one that is not the first of its id would say that there is another.
  TRY(auto found, records.find(viewer, RecordKind::stix_object, stix_id, now));
  if (found && text::lower_ascii(found->key) != text::lower_ascii(stix_id)) found.reset();
  return found;
}

Result<std::vector<Edge>> edges_of(store::Connection& connection, const Viewer& viewer, domain::RecordId record,
                                   std::string_view stix_id, Timestamp now) {
  std::vector<Edge> edges;
  TRY_VOID(add_relationships(connection, viewer, stix_id, true, now, edges));
  TRY_VOID(add_relationships(connection, viewer, stix_id, false, now, edges));
  TRY_VOID(add_properties(connection, viewer, record, stix_id, now, edges));
  return edges;
}

Result<std::optional<Threat>> find(store::Connection& connection, const Viewer& viewer, std::string_view stix_id,
                                   Timestamp now) {
  store::Records records{connection};
  TRY(auto record, find_record(connection, viewer, stix_id, now));
  if (!record) return std::optional<Threat>{};
  Threat threat;
  threat.record = *std::move(record);
  TRY(auto bytes, records.document(threat.record.id, threat.record.current_revision));
  if (!bytes) return Error::internal("A record has no document");
  threat.bytes = *std::move(bytes);
  TRY(threat.revisions, records.revisions(viewer, threat.record, now));
  TRY(threat.edges, edges_of(connection, viewer, threat.record.id, threat.record.key, now));
  threat.more_edges = threat.edges.size() > static_cast<std::size_t>(kEdgesMax);
  if (threat.more_edges) threat.edges.resize(static_cast<std::size_t>(kEdgesMax));
  return std::optional{std::move(threat)};
}

Result<std::vector<ThreatRow>> among(store::Connection& connection, const Viewer& viewer,
                                     std::span<const std::string> stix_ids, Timestamp now) {
  Sql sql{"SELECT " TOCSIN_THREAT_COLUMNS
          " FROM stix_object s JOIN record r ON r.id = s.record_id WHERE s.stix_id IN "};
  sql.append_list(stix_ids.subspan(0, std::min(Sql::kListMax, stix_ids.size())));
  sql.append(" AND ").append(domain::policy::visible_sql(viewer, now));
  append_first_of_id(sql, viewer, now);
  sql.append(" ORDER BY s.sort_name, s.stix_id");
  return connection.all(sql, [](const store::Row& row) { return read_threat_row(row); });
}

}  // namespace tocsin::engine::threat
