#include "engine/taxii/objects.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "base/text.hpp"
#include "engine/threat/text.hpp"
#include "store/changes.hpp"
#include "store/records.hpp"

namespace tocsin::engine::taxii {
namespace {

using domain::policy::Viewer;
using store::Sql;

struct Row {
  ObjectVersion version;
  std::int64_t record = 0, revision = 0, bytes = 0;
  bool current = false;
};

bool is_askable(std::string_view text) {
  return text.find('\0') == text.npos && text::invalid_utf8_at(text) == std::string_view::npos;
}
bool are_askable(const std::vector<std::string>& texts) { return std::ranges::all_of(texts, is_askable); }

/// False: nothing can be found.
bool append_filter(Sql& sql, store::Dialect dialect, const CollectionFilter& filter) {
  if (!are_askable(filter.types) || !are_askable(filter.labels) || !is_askable(filter.words)) return false;
  if (!filter.types.empty()) sql.append(" AND t.type IN ").append_list(std::span{filter.types});
  if (filter.tlp_max) sql.append(" AND r.tlp <= ?", *filter.tlp_max);
  if (filter.confidence_min) sql.append(" AND s.confidence >= ?", *filter.confidence_min);
  if (!filter.labels.empty()) {
    std::vector<std::string> folded;
    for (const auto& each : filter.labels) folded.push_back(text::fold(each));
    sql.append(" AND EXISTS (SELECT 1 FROM stix_label l WHERE l.record_id = s.record_id AND l.label IN ");
    sql.append_list(std::span{folded}).append(")");
  }
  if (!filter.words.empty()) {
    const auto words = threat::words_condition(dialect, filter.words);
    if (!words) return false;
    sql.append(" AND ").append(*words);
  }
  return true;
}

void append_versions(Sql& sql, const WantedVersions& wanted) {
  if (wanted.all) return;
  sql.append(" AND (");
  bool any = false;
  const auto either = [&] {
    if (any) sql.append(" OR ");
    any = true;
  };
  if (wanted.last || (!wanted.first && wanted.at.empty())) {
    either();
    sql.append("t.revision_id = r.current_revision_id");
  }
  if (wanted.first) {
    either();
    sql.append("t.version_at = (SELECT min(f.version_at) FROM taxii_version f WHERE f.record_id = t.record_id)");
  }
  if (!wanted.at.empty()) {
    either();
    // What has no version of its own has that of being added.
    sql.append("(CASE WHEN t.version_at = 0 THEN t.added ELSE t.version_at END) IN ");
    sql.append_list(std::span{wanted.at});
  }
  sql.append(")");
}

/// An edge to what the viewer may not see does not exist for them; nor does one whose end is not here, for otherwise
/// the two could be told apart.
void append_ends(Sql& sql, const Viewer& viewer, Timestamp now) {
  sql.append(
      " AND (t.type NOT IN ('relationship', 'sighting') OR (EXISTS (SELECT 1 FROM stix_reference e WHERE e.record_id = "
      "t.record_id AND e.property IN ('source_ref', 'sighting_of_ref')) AND NOT EXISTS (SELECT 1 FROM stix_reference e "
      "WHERE e.record_id = t.record_id AND e.property IN ('source_ref', 'target_ref', 'sighting_of_ref') AND NOT "
      "EXISTS "
      "(SELECT 1 FROM stix_object o JOIN record r ON r.id = o.record_id WHERE o.stix_id = e.target_id AND ");
  sql.append(domain::policy::visible_sql(viewer, now)).append("))))");
}

/// Older versions have markings of their own.
Result<std::set<std::int64_t>> visible_revisions(store::Connection& connection, const Viewer& viewer,
                                                 const std::vector<Row>& rows, Timestamp now) {
  std::set<std::int64_t> out, records;
  for (const auto& each : rows) {
    if (!each.current) records.insert(each.record);
  }
  if (records.empty()) return out;
  store::Records store{connection};
  const std::vector<std::int64_t> ids(records.begin(), records.end());
  TRY(const auto headers, store.headers(viewer, ids, now));
  for (const auto& header : headers) {
    TRY(const auto revisions, store.revisions(viewer, header, now));
    for (const auto& each : revisions) out.insert(each.id.value);
  }
  return out;
}

Result<std::vector<Row>> rows_after(store::Connection& connection, const Viewer& viewer, const CollectionFilter& filter,
                                    const ObjectQuery& query, std::int64_t after, int limit, Timestamp now,
                                    std::optional<std::int64_t> until = {}) {
  std::vector<Row> rows;
  Sql sql{
      "SELECT t.added, s.stix_id, t.type, t.version_at, t.record_id, t.revision_id, v.bytes, r.current_revision_id "
      "FROM "};
  // In the order of moments, and not all of them sorted: SQLite keeps to the order of a CROSS JOIN.
  if (query.ids.empty()) {
    sql.append("taxii_version t CROSS JOIN record r CROSS JOIN stix_object s CROSS JOIN revision v");
  } else {
    sql.append("stix_object s CROSS JOIN taxii_version t CROSS JOIN record r CROSS JOIN revision v");
  }
  // What is asked of a record or an object is asked beside each version (CASE): asked of all of them beforehand, as
  // SQLite does for a Bloom filter where it takes them for few, each page would read the whole table.
  sql.append(
      " WHERE r.id = t.record_id AND s.record_id = t.record_id AND v.id = t.revision_id AND t.added > ? AND CASE WHEN "
      "t.added > ? THEN ",
      after, after);
  sql.append(domain::policy::visible_sql(viewer, now));
  if (!append_filter(sql, connection.dialect(), filter) || !are_askable(query.ids) || !are_askable(query.types)) {
    return rows;
  }
  sql.append(" ELSE FALSE END");
  if (!query.ids.empty()) sql.append(" AND s.stix_id IN ").append_list(std::span{query.ids});
  if (!query.types.empty()) sql.append(" AND t.type IN ").append_list(std::span{query.types});
  append_versions(sql, query.versions);
  threat::append_first_of_id(sql, viewer, now);
  append_ends(sql, viewer, now);
  if (until) sql.append(" AND t.added <= ?", *until);
  sql.append(" ORDER BY t.added, t.revision_id LIMIT ?", limit);
  TRY_VOID(connection.each(sql, [&](const store::Row& row) {
    const auto version = row.integer(3);
    rows.push_back({.version = {.added = row.integer(0),
                                .id = row.string(1),
                                .type = row.string(2),
                                .version = version == 0 ? row.integer(0) : version,
                                .bytes = {},
                                .record = row.integer(4),
                                .revision = row.integer(5)},
                    .record = row.integer(4),
                    .revision = row.integer(5),
                    .bytes = row.integer(6),
                    .current = row.integer(5) == row.integer(7)});
    return ok();
  }));
  return rows;
}

/// The rest of those that were added when the last of these was: whoever asks for what came after it would miss them.
Status add_equal(store::Connection& connection, const Viewer& viewer, const CollectionFilter& filter,
                 const ObjectQuery& query, Timestamp now, std::vector<Row>& rows) {
  const auto moment = rows.back().version.added;
  const auto first = std::ranges::find(rows, moment, [](const Row& each) { return each.version.added; });
  constexpr int kEqualMax = 65'536;
  TRY(auto equal, rows_after(connection, viewer, filter, query, moment - 1, kEqualMax, now, moment));
  rows.erase(first, rows.end());
  std::ranges::move(equal, std::back_inserter(rows));
  return ok();
}

/// How many make the page: at most `limit` and not too many bytes, unless more were added at its first moment.
std::size_t page_length(const std::vector<Row>& rows, std::size_t limit, bool with_bytes) {
  std::size_t length = 0;
  std::int64_t bytes = 0;
  for (std::size_t at = 0; at < rows.size();) {
    auto end = at;
    std::int64_t more = 0;
    for (; end < rows.size() && rows[end].version.added == rows[at].version.added; ++end) more += rows[end].bytes;
    if (length > 0 && (end > limit || (with_bytes && bytes + more > kPageBytesMax))) break;
    bytes += more;
    length = at = end;
  }
  return length;
}

Status load_bytes(store::Connection& connection, std::vector<Row>& rows) {
  std::map<std::int64_t, std::string*> wanted;
  std::vector<std::int64_t> ids;
  for (auto& each : rows) {
    wanted.emplace(each.revision, &each.version.bytes);
    ids.push_back(each.revision);
  }
  if (ids.empty()) return ok();
  Sql sql{"SELECT revision_id, bytes FROM revision_document WHERE revision_id IN "};
  sql.append_list(ids);
  return connection.each(sql, [&](const store::Row& row) {
    *wanted.at(row.integer(0)) = row.string(1);
    return ok();
  });
}

}  // namespace

Result<ObjectPage> objects(store::Connection& connection, const Viewer& viewer, const CollectionFilter& filter,
                           const ObjectQuery& query, bool with_bytes, Timestamp now) {
  store::Changes changes{connection};
  TRY(const auto indexed, changes.cursor("threat"));
  TRY(const auto told, connection.first(Sql{"SELECT sequence FROM taxii_clock WHERE id = 1"},
                                        [](const store::Row& row) { return row.integer(0); }));
  // What refers to what is not known then, and what may not be told could not be told from what may.
  if (indexed < told.value_or(0)) return Error::unavailable("The index of threat knowledge is being made anew");
  const auto limit = std::clamp(query.limit, 1, kPageMax);
  // More than the page, to know whether there is more; and where several were added at one moment, all of them.
  std::vector<Row> kept;
  std::size_t count = 0;
  auto after = query.added_after.value_or(-1);
  for (bool exhausted = false; !exhausted && count == kept.size();) {
    const auto wanted = std::max(1, limit + 1 - static_cast<int>(kept.size()));
    TRY(auto rows, rows_after(connection, viewer, filter, query, after, wanted, now));
    exhausted = std::cmp_less(rows.size(), wanted);
    if (!exhausted) TRY_VOID(add_equal(connection, viewer, filter, query, now, rows));
    if (!rows.empty()) after = rows.back().version.added;
    TRY(const auto visible, visible_revisions(connection, viewer, rows, now));
    for (auto& each : rows) {
      if (each.current || visible.contains(each.revision)) kept.push_back(std::move(each));
    }
    count = page_length(kept, static_cast<std::size_t>(limit), with_bytes);
  }
  ObjectPage page;
  page.more = count < kept.size();
  kept.resize(count);
  if (with_bytes) TRY_VOID(load_bytes(connection, kept));
  page.objects.reserve(kept.size());
  for (auto& each : kept) page.objects.push_back(std::move(each.version));
  return page;
}

}  // namespace tocsin::engine::taxii
