#include <algorithm>
#include <span>
#include <tuple>

#include "engine/keyset.hpp"
#include "engine/threat/correlation.hpp"
#include "engine/threat/sharers.hpp"
#include "engine/threat/text.hpp"
#include "engine/threat/threat_row.hpp"

namespace tocsin::engine::threat {
namespace {

namespace stix = formats::stix;
using domain::policy::Viewer;
using store::Sql;

constexpr int kReadAtOnce = 50;

struct Arrived {
  ThreatRow object;
  Timestamp at;
  std::vector<SharedValue> values;
};

/// The next of what arrived before `before`, newest first: ids of records are given in the order of arrival.
Result<std::vector<Arrived>> arrivals(store::Connection& connection, const Viewer& viewer, std::int64_t before,
                                      int limit, Timestamp now) {
  Sql sql{"SELECT " TOCSIN_THREAT_COLUMNS
          ", r.created_at, d.bytes FROM stix_object s JOIN record r ON r.id = s.record_id JOIN revision_document d ON "
          "d.revision_id = r.current_revision_id WHERE s.on_lists = 1 AND s.record_id < ? AND ",
          before};
  sql.append(domain::policy::visible_sql(viewer, now));
  append_first_of_id(sql, viewer, now);
  sql.append(" ORDER BY s.record_id DESC LIMIT ?", limit);
  stix::TapeReader reader;
  stix::Facts facts;
  return connection.all(sql, [&](const store::Row& row) {
    Arrived made{.object = read_threat_row(row), .at = row.time(kThreatColumns), .values = {}};
    if (const auto root = reader.read(row.text(kThreatColumns + 1))) {
      stix::read_facts(*root, facts);
      made.values = stix::shared_values(*root, facts);
    }
    return made;
  });
}

/// Nothing where it joins it to nothing that was there before.
Result<std::optional<Link>> link_of(SharersOf& among, const SharedValue& value, const ThreatRow& object) {
  std::optional<Link> none;
  TRY(const auto* candidates, among.candidates(value));
  if (candidates->empty() || candidates->front() >= object.record.value) return none;
  if (stix::commonplace_of(value.kind, value.text)) return none;
  TRY(const auto seen, among.seen(*candidates, object.id, static_cast<std::size_t>(common_above(value.kind)) + 1));
  TRY(const bool common, among.is_common(value.kind, static_cast<std::int64_t>(seen.size())));
  if (common) return none;
  Link link;
  link.value = value;
  for (const auto& each : seen) {
    if (each.record.value >= object.record.value) continue;
    ++link.earlier;
    if (link.first.size() < kEarlierShown) link.first.push_back(each);
  }
  return link.earlier > 0 ? std::optional{std::move(link)} : none;
}

}  // namespace

Result<ArrivalsPage> new_connections(store::Connection& connection, const Viewer& viewer, std::optional<ValueKind> kind,
                                     int limit, std::string_view cursor, Timestamp now) {
  const auto most = static_cast<std::size_t>(std::clamp(limit, 1, kLimitMax));
  SharersOf among{connection, viewer, now};
  TRY(auto before, record_before(among, 'c', cursor));
  ArrivalsPage page;
  for (;;) {
    TRY(const auto some, arrivals(connection, viewer, before, kReadAtOnce, now));
    for (const auto& each : some) {
      ++page.looked_at;
      Arrival made{.object = each.object, .arrived = each.at, .links = {}};
      for (const auto& value : std::span{each.values}.first(std::min(each.values.size(), kArrivalValues))) {
        if (kind && value.kind != *kind) continue;
        TRY(auto link, link_of(among, value, each.object));
        if (link) made.links.push_back(*std::move(link));
      }
      std::ranges::sort(made.links, [](const Link& a, const Link& b) {
        return std::tie(a.earlier, a.value.derived, a.value.kind, a.value.text) <
               std::tie(b.earlier, b.value.derived, b.value.kind, b.value.text);
      });
      if (!made.links.empty()) page.rows.push_back(std::move(made));
      before = each.object.record.value;
      if (page.rows.size() == most || page.looked_at == kArrivalsLookedAt) {
        page.next_cursor = keyset_text('c', {.number = 0, .text = each.object.id});
        break;
      }
    }
    if (!page.next_cursor.empty() || some.size() < static_cast<std::size_t>(kReadAtOnce)) break;
  }
  // A last page that is full has nothing behind it.
  if (!page.next_cursor.empty()) {
    TRY(const auto further, arrivals(connection, viewer, before, 1, now));
    if (further.empty()) page.next_cursor.clear();
  }
  return page;
}

}  // namespace tocsin::engine::threat
