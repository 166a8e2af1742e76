#include "engine/taxii/objects.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <utility>
#include <vector>

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
  std::size_t bytes = 0;
  bool current = false;
};
/// What one look found, in the order of moments.
struct Found {
  std::vector<Row> rows;
  bool all = false;  ///< Nothing comes after them. Otherwise their last moment may have more of them.
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

/// As in lists (threat/text.hpp). Most objects have no issuer and are not looked up.
void append_first(Sql& sql, const Viewer& viewer, Timestamp now) {
  sql.append(" AND (r.issuer = '' OR EXISTS (SELECT 1 FROM stix_object s WHERE s.record_id = t.record_id");
  threat::append_first_of_id(sql, viewer, now);
  sql.append("))");
}

/// Older versions have markings of their own.
Status keep_visible(store::Connection& connection, const Viewer& viewer, std::vector<Row> rows, Timestamp now,
                    std::vector<Row>& kept) {
  std::set<std::int64_t> visible, records;
  for (const auto& each : rows) {
    if (!each.current) records.insert(each.version.record);
  }
  if (!records.empty()) {
    store::Records store{connection};
    const std::vector<std::int64_t> ids(records.begin(), records.end());
    TRY(const auto headers, store.headers(viewer, ids, now));
    for (const auto& header : headers) {
      TRY(const auto revisions, store.revisions(viewer, header, now));
      for (const auto& each : revisions) visible.insert(each.id.value);
    }
  }
  std::erase_if(rows, [&](const Row& each) { return !each.current && !visible.contains(each.version.revision); });
  if (kept.empty()) {
    kept = std::move(rows);
  } else {
    std::ranges::move(rows, std::back_inserter(kept));
  }
  return ok();
}

/// What is read, of whom, for whom: the same for each look of a page.
struct Asked {
  const Viewer& viewer;
  const CollectionFilter& filter;
  const ObjectQuery& query;
  bool with_bytes = false;  ///< A page of them: their sizes count.
  bool at_once = false;     ///< Their bytes come with them, and are not read for those that make the page.
  Timestamp now;
};

bool reads_sizes(const Asked& asked) { return asked.with_bytes && !asked.at_once; }

/// `sql`: "SELECT ...", of versions `t` and their records `r`, and of what else is asked of them. Nothing where nothing
/// can be found.
std::optional<Sql> select(Sql sql, store::Dialect dialect, const Asked& asked, std::int64_t after) {
  const auto& query = asked.query;
  if (!are_askable(query.ids) || !are_askable(query.types)) return std::nullopt;
  Sql narrowed;
  if (!append_filter(narrowed, dialect, asked.filter)) return std::nullopt;
  // Of what is derived of an object, most collections ask nothing: then it is not looked up.
  const bool of_object = asked.filter.confidence_min || !asked.filter.labels.empty() || !asked.filter.words.empty();
  const bool sizes = reads_sizes(asked);
  sql.append(" FROM ");
  // In the order of moments, and not all of them sorted: SQLite keeps to the order of a CROSS JOIN.
  if (!query.ids.empty()) sql.append("stix_object s CROSS JOIN ");
  sql.append("taxii_version t CROSS JOIN record r");
  if (query.ids.empty() && of_object) sql.append(" CROSS JOIN stix_object s");
  if (asked.at_once) sql.append(" CROSS JOIN revision_document d");
  if (sizes) sql.append(" CROSS JOIN revision v");
  sql.append(" WHERE r.id = t.record_id");
  if (!query.ids.empty() || of_object) sql.append(" AND s.record_id = t.record_id");
  if (asked.at_once) sql.append(" AND d.revision_id = t.revision_id");
  if (sizes) sql.append(" AND v.id = t.revision_id");
  // What is asked of a record or an object is asked beside each version (CASE): asked of all of them beforehand, as
  // SQLite does for a Bloom filter where it takes them for few, each page would read the whole table.
  sql.append(" AND t.added > ? AND CASE WHEN t.added > ? THEN ", after, after);
  sql.append(domain::policy::visible_sql(asked.viewer, asked.now)).append(narrowed).append(" ELSE FALSE END");
  if (!query.ids.empty()) sql.append(" AND s.stix_id IN ").append_list(std::span{query.ids});
  if (!query.types.empty()) {
    // Of several types all would be sorted by SQLite, for each page: it looks through the order of moments instead.
    const bool looked_through = dialect == store::Dialect::sqlite && query.types.size() > 1;
    if (looked_through) {
      sql.append(" AND t.type || '' IN ");
    } else {
      sql.append(" AND t.type IN ");
    }
    sql.append_list(std::span{query.types});
  }
  append_versions(sql, query.versions);
  append_first(sql, asked.viewer, asked.now);
  append_ends(sql, asked.viewer, asked.now);
  return sql;
}

std::optional<Sql> statement(store::Dialect dialect, const Asked& asked, std::int64_t after, int limit,
                             std::optional<std::int64_t> until) {
  Sql columns{"SELECT t.added, t.version_at, t.record_id, t.revision_id, r.current_revision_id, r.record_key, t.type"};
  if (asked.at_once) columns.append(", d.bytes");
  if (reads_sizes(asked)) columns.append(", v.bytes");
  auto sql = select(std::move(columns), dialect, asked, after);
  if (!sql) return sql;
  if (until) sql->append(" AND t.added <= ?", *until);
  sql->append(" ORDER BY t.added, t.revision_id LIMIT ?", limit);
  return sql;
}

/// The first ones after a moment: at most so many, and once there are bytes for a page of them, no more than that.
Result<Found> look(store::Connection& connection, const Asked& asked, std::int64_t after, int limit,
                   std::optional<std::int64_t> until = {}) {
  Found found;
  const auto sql = statement(connection.dialect(), asked, after, limit, until);
  if (!sql) return Found{.rows = {}, .all = true};
  auto& rows = found.rows;
  rows.reserve(static_cast<std::size_t>(std::min(limit, kPageMax + 1)));
  std::size_t bytes = 0;
  bool enough = false;
  auto status = connection.each(*sql, [&](const store::Row& row) -> Status {
    const auto added = row.integer(0), version = row.integer(1);
    auto& made = rows.emplace_back(Row{.version = {.added = added,
                                                   .id = {},
                                                   .type = {},
                                                   .version = version == 0 ? added : version,
                                                   .bytes = {},
                                                   .record = row.integer(2),
                                                   .revision = row.integer(3)},
                                       .bytes = 0,
                                       .current = row.integer(3) == row.integer(4)});
    made.version.id = row.text(5);
    made.version.type = row.text(6);
    if (!asked.with_bytes) return ok();
    if (asked.at_once) {
      made.version.bytes = row.text(7);
      made.bytes = made.version.bytes.size();
    } else {
      made.bytes = static_cast<std::size_t>(row.integer(7));
    }
    bytes += made.bytes;
    enough = !until && bytes > kPageBytesMax && added > rows.front().version.added;
    return enough ? Status{Error::too_large("page", kPageBytesMax)} : ok();
  });
  if (!enough) TRY_VOID(std::move(status));
  found.all = !enough && std::cmp_less(rows.size(), limit);
  return found;
}

/// How many make the page: at most `limit` and not too many bytes, unless more were added at its first moment.
std::size_t page_length(const std::vector<Row>& rows, std::size_t limit) {
  std::size_t length = 0, bytes = 0;
  for (std::size_t at = 0; at < rows.size();) {
    auto end = at;
    std::size_t more = 0;
    for (; end < rows.size() && rows[end].version.added == rows[at].version.added; ++end) {
      more += rows[end].bytes;
    }
    if (length > 0 && (end > limit || bytes + more > kPageBytesMax)) break;
    bytes += more;
    length = at = end;
  }
  return length;
}

Status load_bytes(store::Connection& connection, std::vector<Row>& rows) {
  std::map<std::int64_t, std::string*> wanted;
  std::vector<std::int64_t> ids;
  for (auto& each : rows) {
    wanted.emplace(each.version.revision, &each.version.bytes);
    ids.push_back(each.version.revision);
  }
  if (ids.empty()) return ok();
  Sql sql{"SELECT revision_id, bytes FROM revision_document WHERE revision_id IN "};
  sql.append_list(ids);
  return connection.each(sql, [&](const store::Row& row) {
    *wanted.at(row.integer(0)) = row.text(1);
    return ok();
  });
}

/// What refers to what is not known while the index is made anew, and what may not be told could not be told from what
/// may.
Status check_index(store::Connection& connection) {
  TRY(const auto indexed, store::Changes{connection}.cursor("threat"));
  TRY(const auto told, connection.first(Sql{"SELECT sequence FROM taxii_clock WHERE id = 1"},
                                        [](const store::Row& row) { return row.integer(0); }));
  if (indexed >= told.value_or(0)) return ok();
  return Error::unavailable("The index of threat knowledge is being made anew");
}

}  // namespace

Result<ObjectPage> objects(store::Connection& connection, const Viewer& viewer, const CollectionFilter& filter,
                           const ObjectQuery& query, bool with_bytes, Timestamp now) {
  TRY_VOID(check_index(connection));
  const auto limit = std::clamp(query.limit, 1, kPageMax);
  // Not where more would be read than the page: PostgreSQL hands a whole answer over, and what is found by ids or by
  // several types is sorted first.
  const bool at_once =
      with_bytes && connection.dialect() == store::Dialect::sqlite && query.ids.empty() && query.types.size() < 2;
  const Asked asked{
      .viewer = viewer, .filter = filter, .query = query, .with_bytes = with_bytes, .at_once = at_once, .now = now};
  std::vector<Row> kept;
  std::size_t count = 0;
  auto after = query.added_after.value_or(-1);
  for (;;) {
    // One more than the page, to know whether there is more.
    const auto wanted = std::max(1, limit + 1 - static_cast<int>(kept.size()));
    TRY(auto found, look(connection, asked, after, wanted));
    if (!found.rows.empty()) after = found.rows.back().version.added;
    TRY_VOID(keep_visible(connection, viewer, std::move(found.rows), now, kept));
    count = page_length(kept, static_cast<std::size_t>(limit));
    // What was added at the last moment that was seen is behind the page.
    if (found.all || count < kept.size()) break;
    // It may be on the page, and is all of it then: whoever asks for what came after it would miss the rest.
    constexpr int kEqualMax = 65'536;
    std::erase_if(kept, [&](const Row& each) { return each.version.added == after; });
    TRY(auto equal, look(connection, asked, after - 1, kEqualMax, after));
    TRY_VOID(keep_visible(connection, viewer, std::move(equal.rows), now, kept));
    count = page_length(kept, static_cast<std::size_t>(limit));
    if (count < kept.size()) break;
  }
  ObjectPage page;
  page.more = count < kept.size();
  kept.resize(count);
  if (with_bytes && !at_once) TRY_VOID(load_bytes(connection, kept));
  page.objects.reserve(kept.size());
  for (auto& each : kept) page.objects.push_back(std::move(each.version));
  return page;
}

Result<Held> held(store::Connection& connection, const Viewer& viewer, const CollectionFilter& filter, Timestamp now) {
  TRY_VOID(check_index(connection));
  const ObjectQuery current;
  const Asked asked{
      .viewer = viewer, .filter = filter, .query = current, .with_bytes = false, .at_once = false, .now = now};
  constexpr std::int64_t kFromTheBeginning = -1;
  Held out;
  auto newest = select(Sql{"SELECT t.added, r.record_key, t.type, r.title, r.tlp"}, connection.dialect(), asked,
                       kFromTheBeginning);
  if (!newest) return out;
  newest->append(" ORDER BY t.added DESC, t.revision_id DESC LIMIT ?", kHeldNewest);
  TRY(out.newest, connection.all(*newest, [](const store::Row& row) {
    return HeldObject{.added = row.integer(0),
                      .id = row.string(1),
                      .type = row.string(2),
                      .name = row.string(3),
                      .tlp = static_cast<domain::Tlp>(row.integer(4))};
  }));
  out.objects = static_cast<std::int64_t>(out.newest.size());
  if (out.objects < kHeldNewest) return out;
  auto counted = select(Sql{"SELECT count(*) FROM (SELECT 1 AS one"}, connection.dialect(), asked, kFromTheBeginning);
  counted->append(" LIMIT ?) x", kHeldMax + 1);
  TRY(const auto count, connection.first(*counted, [](const store::Row& row) { return row.integer(0); }));
  out.more = count.value_or(0) > kHeldMax;
  out.objects = std::min(count.value_or(0), kHeldMax);
  return out;
}

}  // namespace tocsin::engine::taxii
