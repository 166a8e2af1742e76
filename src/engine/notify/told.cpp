#include <algorithm>
#include <map>

#include "base/hash.hpp"
#include "engine/advisories.hpp"
#include "engine/members/program.hpp"
#include "engine/notify/assets.hpp"
#include "engine/notify/connections.hpp"
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
  std::map<std::int64_t, std::vector<std::int64_t>> connected;
  for (const auto& each : notices) {
    auto& of = each.kind == store::NoticeKind::connected ? connected : records;
    of[each.organisation.value].push_back(each.record.value);
  }
  std::map<std::pair<std::int64_t, std::int64_t>, AdvisoryCard> cards;
  std::map<std::pair<std::int64_t, std::int64_t>, ConnectedCard> connected_cards;
  for (const auto& [organisation, ids] : records) {
    const domain::OrganisationId seat{organisation};
    TRY(const auto viewer, reader_of(connection, person, seat, factors_by_role));
    if (viewer.organisation != seat) continue;
    TRY(auto seen, advisory_cards(connection, viewer, ids, now));
    for (auto& card : seen) cards.insert_or_assign({organisation, card.id.value}, std::move(card));
  }
  for (const auto& [organisation, ids] : connected) {
    const domain::OrganisationId seat{organisation};
    TRY(const auto viewer, reader_of(connection, person, seat, factors_by_role));
    if (viewer.organisation != seat) continue;
    for (const auto id : ids) {
      TRY(auto card, connected_card(connection, viewer, domain::RecordId{id}, now));
      if (card) connected_cards.insert_or_assign({organisation, id}, *std::move(card));
    }
  }
  std::vector<NoticeRow> rows;
  for (auto& notice : notices) {
    NoticeRow row{.notice = std::move(notice), .item = {}};
    const auto threat = connected_cards.find({row.notice.organisation.value, row.notice.record.value});
    if (row.notice.kind == store::NoticeKind::connected && threat != connected_cards.end()) {
      row.slug = threat->second.slug;
      row.item = Item{.notice = row.notice.id,
                      .kind = row.notice.kind,
                      .tlp = threat->second.tlp,
                      .title = threat->second.title,
                      .why = row.notice.why};
    }
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

Result<Followed> follow(store::Database& database, const Actor& actor, std::int64_t notice, Timestamp now) {
  if (!actor.viewer.person) return Error::not_found("notice");
  return database.read([&](store::Connection& connection) -> Result<Followed> {
    TRY(auto found, store::Notices{connection}.find(*actor.viewer.person, notice));
    if (!found) return Error::not_found("notice");
    TRY(const auto rows, rows_of(connection, *actor.viewer.person, {std::move(*found)}, now));
    if (rows.front().slug.empty()) return Error::not_found("notice");
    return Followed{.slug = rows.front().slug, .threat = rows.front().notice.kind == store::NoticeKind::connected};
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
    for (auto& row : rows) {
      if (row.notice.kind == store::NoticeKind::connected) {
        row.item = Item{.notice = row.notice.id, .kind = row.notice.kind, .tlp = domain::Tlp::red};
      }
    }
    return rows;
  });
}

namespace {

/// Without those that their reader may see nothing of now.
Result<std::vector<AssetsRow>> asset_rows(store::Connection& connection, std::vector<store::AssetNotice> notices,
                                          bool factors_by_role, Timestamp now) {
  std::map<std::int64_t, domain::policy::Viewer> viewers;
  std::vector<AssetsRow> rows;
  for (auto& notice : notices) {
    auto found = viewers.find(notice.organisation.value);
    if (found == viewers.end()) {
      TRY(auto viewer, reader_of(connection, notice.person, notice.organisation, factors_by_role));
      found = viewers.emplace(notice.organisation.value, std::move(viewer)).first;
    }
    const auto& viewer = found->second;
    if (viewer.organisation != notice.organisation) continue;
    if (!domain::allows(viewer.roles, domain::Permission::read_inventory)) continue;
    TRY(auto item, assets_item(connection, notice, viewer, false, now));
    if (item.assets == 0) continue;
    rows.push_back({.notice = std::move(notice), .item = std::move(item)});
  }
  return rows;
}

}  // namespace

Result<std::vector<AssetsRow>> asset_notices(store::Database& database, const Actor& actor, PersonId person, int limit,
                                             Timestamp now) {
  if (!actor.console && actor.viewer.person != person) return Error::not_found("notice");
  if (limit < 1 || limit > kListMax) return Error::invalid("a page has 1 to 200 entries", "limit");
  if (!in_scope(actor, domain::Permission::read_inventory)) return std::vector<AssetsRow>{};
  return database.read([&](store::Connection& connection) -> Result<std::vector<AssetsRow>> {
    std::optional<domain::OrganisationId> organisation;
    if (actor.program) organisation = actor.viewer.organisation.value_or(domain::OrganisationId{});
    TRY(auto found, store::AssetNotices{connection}.list(person, limit, organisation));
    return asset_rows(connection, std::move(found), false, now);
  });
}

Result<AssetsRow> asset_notice(store::Database& database, const Actor& actor, std::int64_t id, Timestamp now) {
  if (!actor.viewer.person || !in_scope(actor, domain::Permission::read_inventory)) return Error::not_found("notice");
  return database.read([&](store::Connection& connection) -> Result<AssetsRow> {
    TRY(auto found, store::AssetNotices{connection}.find(*actor.viewer.person, id));
    if (!found) return Error::not_found("notice");
    TRY(auto rows, asset_rows(connection, {std::move(*found)}, false, now));
    if (rows.empty()) return Error::not_found("notice");
    return std::move(rows.front());
  });
}

Result<std::vector<AssetsRow>> asset_feed(store::Database& database, std::string_view token, bool factors_by_role,
                                          Timestamp now) {
  return database.read([&](store::Connection& connection) -> Result<std::vector<AssetsRow>> {
    TRY(const auto person, store::Subscriptions{connection}.of_feed(sha256_hex(token)));
    if (!person) return Error::not_found("feed");
    TRY(auto found, store::AssetNotices{connection}.feed(*person, kFeedEntries));
    return asset_rows(connection, std::move(found), factors_by_role, now);
  });
}

Result<News> news(store::Connection& connection, PersonId person, std::optional<store::NoticesSeen> after,
                  bool factors_by_role, Timestamp now) {
  store::AssetNotices of_assets{connection};
  News all;
  TRY(all.newest, of_assets.newest(person));
  TRY(const auto seen, of_assets.seen(person));
  TRY(auto recent, store::Notices{connection}.list(person, 0, static_cast<int>(kUnreadMax)));
  const auto old = [&](const auto& each, std::int64_t last_seen, std::int64_t last_told) {
    const bool dropped = each.state == store::NoticeState::dropped;
    return dropped || (each.id <= last_seen && (!after || each.id <= last_told));
  };
  const auto told = after.value_or(all.newest);
  std::erase_if(recent, [&](const auto& each) { return old(each, seen.notice, told.notice); });
  TRY(auto assets, of_assets.list(person, static_cast<int>(kUnreadMax)));
  std::erase_if(assets, [&](const auto& each) { return old(each, seen.asset_notice, told.asset_notice); });
  if (recent.empty() && assets.empty()) return all;
  TRY(const auto rows, rows_of(connection, person, std::move(recent), now, factors_by_role));
  TRY(const auto asset_list, asset_rows(connection, std::move(assets), factors_by_role, now));
  const auto add = [&](std::int64_t id, std::int64_t last_told, std::string text, std::string path) {
    if (!after || id <= last_told) return;
    ++all.fresh;
    if (std::cmp_greater_equal(all.lines.size(), kNewsLines)) return;
    all.lines.push_back({std::move(text), std::move(path)});
  };
  for (const auto& row : asset_list) {
    if (row.notice.id > seen.asset_notice) ++all.unread;
    add(row.notice.id, told.asset_notice, heading(row.item), assets_url({}, row.notice.id));
  }
  for (const auto& row : rows) {
    if (!row.item) continue;
    if (row.notice.id > seen.notice) ++all.unread;
    // To themselves, signed in: nothing of it travels.
    auto item = *row.item;
    item.tlp = domain::Tlp::clear;
    add(row.notice.id, told.notice, heading(item), notice_url({}, row.notice.id));
  }
  all.unread = std::min(all.unread, kUnreadMax);
  all.fresh = std::min(all.fresh, kUnreadMax);
  return all;
}

Status look_through(store::Database& database, PersonId person) {
  TRY(const bool all, database.read([&](store::Connection& connection) -> Result<bool> {
    store::AssetNotices notices{connection};
    TRY(const auto newest, notices.newest(person));
    TRY(const auto seen, notices.seen(person));
    return newest.notice <= seen.notice && newest.asset_notice <= seen.asset_notice;
  }));
  if (all) return ok();
  return database.write([&](store::Connection& connection) -> Status {
    store::AssetNotices notices{connection};
    TRY(const auto newest, notices.newest(person));
    return notices.set_seen(person, newest);
  });
}

}  // namespace tocsin::engine::notify
