#include <algorithm>
#include <map>

#include "base/hash.hpp"
#include "engine/advisories.hpp"
#include "engine/members/program.hpp"
#include "engine/notify/reader.hpp"
#include "engine/notify/subscriptions.hpp"
#include "store/notices.hpp"
#include "store/subscriptions.hpp"

/// What somebody was told, read through the policy as it stands now.
namespace tocsin::engine::notify {
namespace {

using domain::PersonId;

constexpr int kListMax = 200, kFeedEntries = 50;

Result<std::vector<NoticeRow>> rows_of(store::Connection& connection, PersonId person,
                                       std::vector<store::Notice> notices, Timestamp now,
                                       bool factors_by_role = false) {
  // Through the eyes that it was noticed with: a person may act for several organisations.
  std::map<std::int64_t, std::vector<std::int64_t>> records;
  for (const auto& each : notices) records[each.organisation.value].push_back(each.record.value);
  std::map<std::pair<std::int64_t, std::int64_t>, AdvisoryCard> cards;
  for (const auto& [organisation, ids] : records) {
    const domain::OrganisationId seat{organisation};
    TRY(const auto viewer, reader_of(connection, person, seat, factors_by_role));
    if (viewer.organisation != seat) continue;
    TRY(auto seen, advisory_cards(connection, viewer, ids, now));
    for (auto& card : seen) cards.insert_or_assign({organisation, card.id.value}, std::move(card));
  }
  std::vector<NoticeRow> rows;
  for (auto& notice : notices) {
    NoticeRow row{.notice = std::move(notice), .item = {}};
    const auto card = cards.find({row.notice.organisation.value, row.notice.record.value});
    if (card != cards.end()) {
      const auto& of = card->second;
      row.slug = of.slug;
      row.item = Item{.notice = row.notice.id,
                      .kind = row.notice.kind,
                      .tlp = of.tlp,
                      .key = of.key,
                      .title = of.title,
                      .summary = of.summary,
                      .publisher = of.publisher,
                      .severity = of.severity,
                      .score_tenths = of.score_tenths,
                      .why = row.notice.why};
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace

Result<NoticePage> notices(store::Database& database, const Actor& actor, PersonId person, std::int64_t before,
                           int limit, Timestamp now) {
  if (!actor.console && actor.viewer.person != person) return Error::not_found("notice");
  if (limit < 1 || limit > kListMax) return Error::invalid("a page has 1 to 200 entries", "limit");
  return database.read([&](store::Connection& connection) -> Result<NoticePage> {
    store::NoticesWanted wanted;
    if (actor.program) wanted.organisation = actor.viewer.organisation.value_or(domain::OrganisationId{});
    wanted.without_inventory = !in_scope(actor, domain::Permission::read_inventory);
    TRY(auto found, store::Notices{connection}.list(person, before, limit + 1, wanted));
    NoticePage page;
    if (std::cmp_greater(found.size(), limit)) {
      found.pop_back();
      page.next = found.back().id;
    }
    // One of them may follow the inventory.
    if (wanted.without_inventory) std::ranges::for_each(found, [](auto& each) { each.why.clear(); });
    TRY(page.rows, rows_of(connection, person, std::move(found), now));
    return page;
  });
}

Result<std::string> follow(store::Database& database, const Actor& actor, std::int64_t notice, Timestamp now) {
  if (!actor.viewer.person) return Error::not_found("notice");
  return database.read([&](store::Connection& connection) -> Result<std::string> {
    TRY(auto found, store::Notices{connection}.find(*actor.viewer.person, notice));
    if (!found) return Error::not_found("notice");
    TRY(const auto rows, rows_of(connection, *actor.viewer.person, {std::move(*found)}, now));
    if (rows.front().slug.empty()) return Error::not_found("notice");
    return rows.front().slug;
  });
}

Result<std::vector<NoticeRow>> feed(store::Database& database, std::string_view token, bool factors_by_role,
                                    Timestamp now) {
  return database.read([&](store::Connection& connection) -> Result<std::vector<NoticeRow>> {
    TRY(const auto person, store::Subscriptions{connection}.of_feed(sha256_hex(token)));
    if (!person) return Error::not_found("feed");
    TRY(auto found, store::Notices{connection}.feed(*person, kFeedEntries));
    TRY(auto rows, rows_of(connection, *person, std::move(found), now, factors_by_role));
    std::erase_if(rows, [](const auto& row) { return !row.item; });
    return rows;
  });
}

}  // namespace tocsin::engine::notify
