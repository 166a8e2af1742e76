#include "engine/notify/assets.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/hash.hpp"
#include "base/log.hpp"
#include "base/secret.hpp"
#include "engine/advisories.hpp"
#include "engine/notify/asked.hpp"
#include "engine/notify/reader.hpp"
#include "engine/search/query.hpp"
#include "store/changes.hpp"
#include "store/notices.hpp"
#include "store/subscriptions.hpp"

namespace tocsin::engine::notify {
namespace {

using domain::Subscription;
using domain::policy::Viewer;
using store::AssetNotice;
using store::AssetNotices;
using store::NoticeDropped;
using store::NoticeState;

constexpr std::string_view kReader = "notices";

/// What one subscription may be told of.
struct Asked {
  Subscription subscription;
  std::vector<std::int64_t> records;
  Timestamp due_at;
};
/// Of one person, acting for the organisation.
struct Seat {
  domain::PersonId person;
  std::vector<Asked> asked;
};

/// The notice of what one person's subscriptions ask for: the one that waits, or a new one. False where that is
/// nothing.
Result<bool> tell(store::Connection& connection, const Seat& seat, const AssetNotices::Ready& ready, Timestamp now) {
  AssetNotices notices{connection};
  TRY(const auto waiting, notices.waiting(seat.person, ready.organisation));
  AssetNotice notice = waiting.value_or(AssetNotice{.person = seat.person,
                                                    .organisation = ready.organisation,
                                                    .state = NoticeState::sent,
                                                    .noticed_at = now,
                                                    .due_at = now,
                                                    .settled_at = now});
  if (!waiting) {
    TRY(notice.id, notices.add(notice));
  }
  bool any = false;
  for (const auto& [subscription, records, due] : seat.asked) {
    TRY(const auto count, notices.collect(notice, subscription, ready, records));
    if (count == 0) continue;
    any = true;
    ask_for(notice, subscription, due);
    if (std::ranges::find(notice.why, subscription.name) == notice.why.end()) notice.why.push_back(subscription.name);
  }
  if (any) {
    TRY_VOID(notices.update(notice));
  } else if (!waiting) {
    TRY_VOID(notices.remove(notice.id));
  }
  return any;
}

}  // namespace

Result<NoticeStep> Herald::notice_assets(Timestamp now) {
  struct Found {
    std::optional<AssetNotices::Ready> ready;
    std::vector<Subscription> subscriptions;
  };
  TRY(const auto found, database_.snapshot([&](store::Connection& connection) -> Result<Found> {
    Found read;
    // What advisories tell by themselves has been told before: else both would tell of the same.
    TRY(const auto cursor, store::Changes{connection}.cursor(kReader));
    TRY(read.ready, AssetNotices{connection}.ready(cursor, now));
    if (!read.ready) return read;
    TRY(read.subscriptions, store::Subscriptions{connection}.in_force());
    std::erase_if(read.subscriptions, [&](const Subscription& each) {
      return !each.exposure || each.organisation != read.ready->organisation;
    });
    return read;
  }));
  if (!found.ready) return NoticeStep{.caught_up = true};
  const auto& ready = *found.ready;
  const auto zone = options_.site_zone ? options_.site_zone() : nullptr;
  std::vector<Seat> seats;
  TRY_VOID(database_.read([&](store::Connection& connection) -> Status {
    std::map<std::string, std::vector<std::int64_t>> searched;
    for (const auto& each : found.subscriptions) {
      TRY(const auto viewer, reader_of(connection, each.person, each.organisation, options_.factors_by_role));
      if (viewer.organisation != each.organisation) continue;
      if (!domain::allows(viewer.roles, domain::Permission::read_inventory)) continue;
      const auto key = fmt::format("{}\n{}", viewer.cache_key(), each.query);
      auto known = searched.find(key);
      if (known == searched.end()) {
        TRY(auto records, AssetNotices{connection}.records(ready, viewer, now));
        if (!records.empty() && !each.query.empty()) {
          const auto query = search::parse_query(each.query);
          if (!query) {
            log::error("notify.query_unreadable", {{"subscription", each.id}, {"message", query.error().message}});
            continue;
          }
          TRY(auto some, search_.among(viewer, *query, records, now));
          records = std::move(some);
        }
        known = searched.emplace(key, std::move(records)).first;
      }
      if (known->second.empty()) continue;
      TRY(const auto due, due_for(connection, each, zone ? *zone : Zone::utc(), now));
      if (seats.empty() || seats.back().person != each.person) seats.push_back({.person = each.person, .asked = {}});
      seats.back().asked.push_back({each, known->second, due});
    }
    return ok();
  }));
  NoticeStep step;
  TRY_VOID(database_.write([&](store::Connection& connection) -> Status {
    // Where another process was faster there is nothing of it left, and nothing is told.
    TRY_VOID(connection.lock_changes());
    AssetNotices notices{connection};
    for (const auto& seat : seats) {
      TRY(const bool told, tell(connection, seat, ready, now));
      step.notices += told ? 1 : 0;
    }
    TRY(step.changes, notices.remove_news(ready));
    return ok();
  }));
  return step;
}

Result<AssetsItem> assets_item(store::Connection& connection, const AssetNotice& notice, const Viewer& viewer,
                               bool still, Timestamp now) {
  AssetNotices notices{connection};
  AssetsItem item{.notice = notice.id, .why = notice.why};
  TRY(const auto told, notices.told(notice.id, viewer, still, now));
  TRY(const auto count, notices.count(notice.id, viewer, still, now));
  item.assets = count.assets;
  item.added = count.added;
  item.advisories = static_cast<std::int64_t>(told.size());
  std::vector<std::int64_t> ids;
  for (const auto& each : told) {
    if (ids.size() == kWorstTold) break;
    ids.push_back(each.record.value);
  }
  TRY(const auto cards, advisory_cards(connection, viewer, ids, now));
  for (const auto& card : cards) {
    const auto row = std::ranges::find(told, card.id.value, [](const auto& each) { return each.record.value; });
    item.worst.push_back({.item = {.notice = notice.id,
                                   .tlp = card.tlp,
                                   .key = card.key,
                                   .title = card.title,
                                   .summary = card.summary,
                                   .publisher = card.publisher,
                                   .severity = card.severity,
                                   .score_tenths = card.score_tenths},
                          .assets = row == told.end() ? 0 : row->assets,
                          .slug = card.slug});
  }
  return item;
}

namespace {

AssetsTold told_of(const AssetNotice& notice, const AssetsItem& item, const post::Options& options,
                   std::vector<std::string> subscriptions) {
  AssetsTold told{.notice = notice.id,
                  .person = notice.person,
                  .organisation = notice.organisation,
                  .assets = item.assets,
                  .advisories = item.advisories,
                  .worst = {},
                  .url = assets_url(options.public_url, notice.id),
                  .subscriptions = std::move(subscriptions),
                  .at = notice.noticed_at};
  for (const auto& each : item.worst) {
    told.worst.push_back({.record = each.slug,
                          .title = each.item.title,
                          .url = fmt::format("{}/advisories/{}", options.public_url, each.slug),
                          .tlp = each.item.tlp,
                          .severity = each.item.severity,
                          .assets = each.assets});
  }
  return told;
}

}  // namespace

Result<SendStep> send_assets(store::Connection& connection, const post::Post& post, const post::Options& options,
                             const AssetsChannel& hook, bool factors_by_role, const domain::Person& person,
                             Timestamp now) {
  AssetNotices notices{connection};
  SendStep done;
  TRY(const auto due, notices.due(person.id, now));
  for (const auto& notice : due) {
    const auto drop = [&](NoticeDropped why) -> Status {
      TRY_VOID(notices.settle(notice.id, NoticeState::dropped, why, {}, now));
      ++done.dropped;
      return ok();
    };
    TRY(const auto viewer, reader_of(connection, person.id, notice.organisation, factors_by_role));
    if (viewer.organisation != notice.organisation ||
        !domain::allows(viewer.roles, domain::Permission::read_inventory)) {
      TRY_VOID(drop(NoticeDropped::hidden));
      continue;
    }
    TRY(const auto asking, notices.asking(notice.id));
    domain::Channels channels;
    std::vector<std::string> by_mail, by_hook;
    for (const auto& each : asking) {
      channels.feed = channels.feed || each.channels.feed;
      if (each.channels.mail) by_mail.push_back(each.name);
      if (each.channels.hook) by_hook.push_back(each.name);
    }
    if (by_mail.empty() && by_hook.empty() && !channels.feed) {
      TRY_VOID(drop(NoticeDropped::unsubscribed));
      continue;
    }
    TRY(auto item, assets_item(connection, notice, viewer, true, now));
    // Removed, remediated or hidden meanwhile.
    if (item.assets == 0 || item.worst.empty()) {
      TRY_VOID(drop(NoticeDropped::hidden));
      continue;
    }
    if (!by_hook.empty() && hook) TRY_VOID(hook(connection, told_of(notice, item, options, std::move(by_hook))));
    std::optional<std::int64_t> letter;
    if (!by_mail.empty() && post.on()) {
      item.why = std::move(by_mail);
      const auto token = random_token();
      TRY(letter, store::Notices{connection}.add_letter(person.id, sha256_hex(token), now));
      TRY_VOID(post.put(connection, assets_letter(options, person, item, token, now), now));
      ++done.letters;
    }
    TRY_VOID(notices.settle(notice.id, NoticeState::sent, NoticeDropped::not_dropped, letter, now));
    ++done.sent;
  }
  return done;
}

}  // namespace tocsin::engine::notify
