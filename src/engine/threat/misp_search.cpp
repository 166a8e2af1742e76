#include "engine/threat/misp_search.hpp"

#include <algorithm>
#include <charconv>
#include <set>

#include <fmt/format.h>

#include "base/text.hpp"
#include "engine/threat/misp.hpp"
#include "engine/threat/text.hpp"
#include "engine/threat/threat_row.hpp"
#include "formats/misp/event.hpp"
#include "formats/stix/ids.hpp"

namespace tocsin::engine::threat {
namespace {

namespace misp = formats::misp;
namespace stix = formats::stix;
using boost::json::object;
using domain::policy::Viewer;
using store::Sql;

/// Objects that have the words of a value: where there are more, they narrow nothing.
constexpr std::size_t kNarrowedMax = 4'000;
/// Values that are asked for one by one.
constexpr std::size_t kWordsMax = 100;
/// An observable stands in what was observed, which a report has; it may stand in another observable first.
constexpr int kStepsUp = 3;

std::string uuid_of(const ThreatRow& row) { return row.id.substr(row.id.find("--") + 2); }

Error too_many(std::string what) { return Error{Error::Code::too_large, std::move(what), {}, {}}; }

/// Has `s` the words of one of the values? nullopt: the words cannot say.
std::optional<Sql> words_of_any(store::Dialect dialect, const std::vector<std::string>& values) {
  if (values.empty() || values.size() > kWordsMax) return std::nullopt;
  Sql sql{"(1 = 0"};
  for (const auto& each : values) {
    // Of "%" what is asked for may be parts of words.
    if (each.find('%') != each.npos) return std::nullopt;
    const auto words = words_condition(dialect, each);
    if (!words) return std::nullopt;
    sql.append(" OR ").append(*words);
    // An autonomous system has a number in STIX.
    if (const auto folded = text::fold(each); folded.starts_with("as")) {
      if (const auto number = words_condition(dialect, folded.substr(2))) sql.append(" OR ").append(*number);
    }
  }
  sql.append(")");
  return sql;
}

/// Ids of objects from which those lead up that have the words. nullopt: too many to narrow anything.
Result<std::optional<std::set<std::string>>> around(store::Connection& connection, const Viewer& viewer,
                                                    const Sql& words, Timestamp now) {
  std::optional<std::set<std::string>> none;
  std::set<std::string> ids;
  std::vector<std::string> newest;
  const auto take = [&](const store::Row& row) {
    auto id = row.string(0);
    if (ids.insert(id).second) newest.push_back(std::move(id));
    return ok();
  };
  Sql having{"SELECT s.stix_id FROM stix_object s JOIN record r ON r.id = s.record_id WHERE "};
  having.append(words).append(" AND ").append(domain::policy::visible_sql(viewer, now));
  having.append(" LIMIT ?", static_cast<std::int64_t>(kNarrowedMax));
  TRY_VOID(connection.each(having, take));
  for (int i = 0; i < kStepsUp && !newest.empty() && ids.size() < kNarrowedMax; ++i) {
    Sql above{
        "SELECT s.stix_id FROM stix_reference f JOIN stix_object s ON s.record_id = f.record_id JOIN record r ON r.id "
        "= s.record_id WHERE s.type NOT IN ('report', 'relationship') AND f.target_id IN "};
    above.append_list(std::span<const std::string>{newest}).append(" AND ");
    above.append(domain::policy::visible_sql(viewer, now));
    above.append(" LIMIT ?", static_cast<std::int64_t>(kNarrowedMax));
    newest.clear();
    TRY_VOID(connection.each(above, take));
  }
  if (ids.size() >= kNarrowedMax) return none;
  return std::optional{std::move(ids)};
}

/// Every report that may be asked for, the newest first.
Result<std::vector<ThreatRow>> candidates(store::Connection& connection, const Viewer& viewer, const misp::Query& query,
                                          Timestamp now) {
  Sql sql{"SELECT " TOCSIN_THREAT_COLUMNS
          " FROM stix_object s JOIN record r ON r.id = s.record_id WHERE s.type = 'report' AND s.revoked = 0 AND "};
  sql.append(domain::policy::visible_sql(viewer, now));
  append_first_of_id(sql, viewer, now);
  if (query.event_timestamp.from) sql.append(" AND s.modified >= ?", *query.event_timestamp.from);
  if (query.publish_timestamp.from) {
    sql.append(" AND EXISTS (SELECT 1 FROM stix_time t WHERE t.record_id = s.record_id AND t.ended >= ?)",
               *query.publish_timestamp.from);
  }
  for (const auto* wanted : {&query.value, &query.uuid}) {
    const auto words = words_of_any(connection.dialect(), wanted->any);
    if (!words) continue;
    TRY(const auto found, around(connection, viewer, *words, now));
    // UUIDs that follow from others (of what other than MISP made) stand in no index.
    if (!found || (found->empty() && wanted == &query.uuid)) continue;
    const std::vector<std::string> ids(found->begin(), found->end());
    sql.append(" AND (s.stix_id IN ").append_list(std::span<const std::string>{ids});
    sql.append(
        " OR EXISTS (SELECT 1 FROM stix_reference f WHERE f.record_id = s.record_id AND f.property = 'object_refs' AND "
        "f.target_id IN ");
    sql.append_list(std::span<const std::string>{ids}).append("))");
  }
  sql.append(" ORDER BY s.modified DESC, s.stix_id DESC");
  TRY(auto rows, connection.all(sql, [](const store::Row& row) { return read_threat_row(row); }));
  std::erase_if(rows, [&](const ThreatRow& row) { return !misp::may_be(query, uuid_of(row)); });
  return rows;
}

/// How many of a search's results are before the page, and how many are on it.
struct PageOf {
  std::size_t skip = 0, take = 0;
  bool open = false;  ///< No limit was given.

  static Result<PageOf> read(const misp::Query& query, std::size_t most, std::string_view what) {
    if (!query.limit) {
      if (query.page > 1) return Error::invalid("'page' goes with a 'limit'", "page");
      return PageOf{.skip = 0, .take = most, .open = true};
    }
    if (*query.limit > most) {
      return Error::invalid(
          fmt::format("'limit' is at most {} {} here; the next ones are on the next 'page'", most, what), "limit");
    }
    return PageOf{.skip = (query.page - 1) * *query.limit, .take = *query.limit, .open = false};
  }
};

/// Goes through events whose headers match, within what one search may read.
class Walk {
 public:
  Walk(store::Connection& connection, const Viewer& viewer, const misp::Query& query, Timestamp now)
      : connection_(connection), viewer_(viewer), query_(query), now_(now) {}

  /// `visit(row, header)`: false ends it.
  template <class Visit>
  Status run(const Visit& visit) {
    TRY(const auto rows, candidates(connection_, viewer_, query_, now_));
    std::size_t headers = 0;
    for (const auto& row : rows) {
      if (++headers > kReadHeadersMax) {
        return too_many(fmt::format(
            "More than {} events would have to be looked at: ask by value, eventid or timestamp", kReadHeadersMax));
      }
      TRY(const auto header, misp_header_of(connection_, viewer_, row, now_));
      if (!header || !misp::header_matches(query_, *header)) continue;
      TRY(const bool more, visit(row, *header));
      if (!more) return ok();
    }
    return ok();
  }

  Result<std::optional<object>> whole(const ThreatRow& row) {
    if (++read_ > kReadEventsMax) {
      return too_many(fmt::format(
          "More than {} events would have to be read: ask also by value, eventid, org, from, last or timestamp",
          kReadEventsMax));
    }
    return misp_event_of(connection_, viewer_, row, now_);
  }

 private:
  store::Connection& connection_;
  const Viewer& viewer_;
  const misp::Query& query_;
  Timestamp now_;
  std::size_t read_ = 0;
};

Error page_is_full(std::size_t most, std::string_view what) {
  return too_many(fmt::format("More than {} {} match: ask for them by 'limit' and 'page'", most, what));
}

void drop_data(object& event) {
  const auto drop = [](object& of) {
    auto* list = of.if_contains("Attribute");
    if (list == nullptr || !list->is_array()) return;
    for (auto& each : list->get_array()) {
      if (auto* one = each.if_object()) one->stable_erase("data");
    }
  };
  drop(event);
  auto* objects = event.if_contains("Object");
  if (objects == nullptr || !objects->is_array()) return;
  for (auto& each : objects->get_array()) {
    if (auto* one = each.if_object()) drop(*one);
  }
}

}  // namespace

Result<std::vector<object>> search_misp_events(store::Connection& connection, const Viewer& viewer,
                                               const misp::Query& query, Timestamp now) {
  TRY(auto page, PageOf::read(query, kFoundEventsMax, "events"));
  const bool deep = query.asks_attributes();
  std::vector<object> out;
  Walk walk{connection, viewer, query, now};
  TRY_VOID(walk.run([&](const ThreatRow& row, const object& header) -> Result<bool> {
    std::optional<object> event;
    if (deep) {
      TRY(event, walk.whole(row));
      if (!event || !misp::event_matches(query, *event)) return true;
    }
    if (page.skip > 0) {
      --page.skip;
      return true;
    }
    if (out.size() == page.take) {
      if (page.open) return page_is_full(page.take, "events");
      return false;
    }
    if (query.metadata) {
      out.push_back(misp::metadata_of(misp::for_rest(header)));
      return true;
    }
    if (!deep) {
      TRY(event, walk.whole(row));
    }
    if (!event) return true;
    if (!query.with_attachments) drop_data(*event);
    out.push_back(misp::for_rest(*std::move(event)));
    return true;
  }));
  return out;
}

Result<std::vector<object>> search_misp_attributes(store::Connection& connection, const Viewer& viewer,
                                                   const misp::Query& query, Timestamp now) {
  TRY(auto page, PageOf::read(query, kFoundAttributesMax, "attributes"));
  std::vector<object> out;
  Walk walk{connection, viewer, query, now};
  TRY_VOID(walk.run([&](const ThreatRow& row, const object&) -> Result<bool> {
    TRY(auto event, walk.whole(row));
    if (!event) return true;
    const auto numbered = misp::for_rest(*std::move(event));
    for (const auto& place : misp::matching_attributes(query, numbered)) {
      if (page.skip > 0) {
        --page.skip;
        continue;
      }
      if (out.size() == page.take) {
        if (page.open) return page_is_full(page.take, "attributes");
        return false;
      }
      out.push_back(misp::attribute_for_rest(query, numbered, place));
    }
    return true;
  }));
  return out;
}

Result<std::optional<std::string>> misp_event_uuid(store::Connection& connection, const Viewer& viewer,
                                                   std::string_view number_or_uuid, Timestamp now) {
  std::optional<std::string> none;
  auto lower = text::lower_ascii(number_or_uuid);
  if (stix::parse_id("report--" + lower)) {
    const std::vector<std::string> ids{"report--" + lower};
    TRY(const auto rows, among(connection, viewer, ids, now));
    return rows.empty() || rows.front().revoked ? none : std::optional{std::move(lower)};
  }
  std::int64_t number = 0;
  const auto [end, failed] = std::from_chars(lower.data(), lower.data() + lower.size(), number);
  if (failed != std::errc{} || end != lower.data() + lower.size() || number <= 0) return none;
  Sql sql{
      "SELECT s.stix_id FROM stix_object s JOIN record r ON r.id = s.record_id WHERE s.type = 'report' AND "
      "s.revoked = 0 AND s.stix_id LIKE ? AND ",
      fmt::format("%-{:012x}", number)};
  sql.append(domain::policy::visible_sql(viewer, now));
  append_first_of_id(sql, viewer, now);
  sql.append(" ORDER BY s.stix_id LIMIT 1");
  TRY(const auto id, connection.first(sql, [](const store::Row& row) { return row.string(0); }));
  return id ? std::optional{id->substr(id->find("--") + 2)} : none;
}

Result<std::vector<std::string>> misp_tags(store::Connection& connection, const Viewer& viewer, Timestamp now) {
  TRY(const auto rows, candidates(connection, viewer, {}, now));
  std::set<std::string> names;
  std::size_t read = 0;
  for (const auto& row : rows) {
    if (++read > kFeedEventsMax) break;
    TRY(const auto header, misp_header_of(connection, viewer, row, now));
    if (!header) continue;
    for (const auto* tag : misp::objects_at(*header, "Tag")) {
      if (auto name = misp::text_at(*tag, "name"); !name.empty()) names.insert(std::move(name));
    }
  }
  return std::vector<std::string>(names.begin(), names.end());
}

}  // namespace tocsin::engine::threat
