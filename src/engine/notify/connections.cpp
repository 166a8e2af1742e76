#include "engine/notify/connections.hpp"

#include <algorithm>
#include <map>
#include <span>

#include "engine/notify/asked.hpp"
#include "engine/notify/herald.hpp"
#include "engine/notify/reader.hpp"
#include "engine/threat/own_connections.hpp"
#include "store/changes.hpp"
#include "store/records.hpp"
#include "store/subscriptions.hpp"

namespace tocsin::engine::notify {
namespace {

using domain::Subscription;
using store::Notice;
using store::NoticeKind;
using store::NoticeState;
using threat::NewValues;

constexpr std::string_view kReader = "connections";

/// All that a step reads, from one state of the database.
struct Batch {
  std::int64_t cursor = 0, next = 0, changes = 0;
  bool caught_up = false;
  std::vector<Subscription> subscriptions;
  std::vector<NewValues> objects;
};

Result<Batch> read_batch(store::Connection& connection, int changes_max) {
  Batch batch;
  store::Changes changes{connection};
  TRY(batch.cursor, changes.cursor(kReader));
  TRY(const auto newest, changes.newest(domain::RecordKind::stix_object));
  TRY(const auto derived, threat::connections_ready(connection));
  const auto ready = std::min(newest, derived);
  batch.next = batch.cursor;
  TRY(batch.subscriptions, store::Subscriptions{connection}.in_force());
  std::erase_if(batch.subscriptions, [](const auto& each) { return !each.connections; });
  if (batch.subscriptions.empty()) {
    // What nobody asks for is not looked for, and not told later.
    batch.next = std::max(batch.cursor, ready);
    batch.caught_up = true;
    return batch;
  }
  TRY(auto some, changes.after(batch.cursor, changes_max, domain::RecordKind::stix_object));
  std::erase_if(some, [&](const auto& each) { return each.sequence > ready; });
  if (!some.empty()) batch.next = some.back().sequence;
  batch.changes = static_cast<std::int64_t>(some.size());
  batch.caught_up = batch.next >= ready;
  // What was there before they asked is no news.
  const auto first = std::ranges::min_element(batch.subscriptions, {}, &Subscription::created_at)->created_at;
  std::erase_if(some, [&](const auto& each) { return each.at < first; });
  TRY(batch.objects, threat::new_values(connection, some));
  return batch;
}

using Made = std::map<std::pair<std::int64_t, std::int64_t>, Notice>;  ///< By person and record.

/// What is told to one person, acting for one organisation. Reads only.
Status look(store::Connection& connection, std::span<const Subscription> seat, const Batch& batch,
            const Zone& site_zone, bool factors_by_role, Timestamp now, Made& made) {
  const auto& first = seat.front();
  TRY(auto viewer, reader_of(connection, first.person, first.organisation, factors_by_role));
  if (viewer.organisation != first.organisation) return ok();
  threat::OwnConnections own{connection, std::move(viewer), first.organisation, now};
  for (const auto& object : batch.objects) {
    const auto asks = [&](const Subscription& each) { return object.at >= each.created_at; };
    if (std::ranges::none_of(seat, asks)) continue;
    TRY(const auto record, own.told_of(object, batch.objects));
    if (!record) continue;
    TRY(const auto told, store::Records{connection}.load(*record));
    if (!told) continue;
    for (const auto& subscription : seat) {
      if (!asks(subscription)) continue;
      TRY(const auto due, due_for(connection, subscription, site_zone, now));
      const auto [found, is_new] = made.try_emplace({first.person.value, record->value});
      auto& notice = found->second;
      if (is_new) {
        notice = {.person = first.person,
                  .organisation = first.organisation,
                  .record = *record,
                  .revision = told->current_revision,
                  .kind = NoticeKind::connected,
                  .state = NoticeState::sent,
                  .pace = subscription.pace,
                  .changed_at = object.at,
                  .noticed_at = now,
                  .due_at = now,
                  .settled_at = now};
      }
      if (std::ranges::find(notice.subscriptions, subscription.id) != notice.subscriptions.end()) continue;
      // Seen with the eyes of another of their organisations already.
      if (notice.organisation != subscription.organisation) continue;
      ask_for(notice, subscription, due);
      notice.why.push_back(subscription.name);
      notice.subscriptions.push_back(subscription.id);
    }
  }
  return ok();
}

/// One that waits still, and tells of an earlier version, is told with this one.
Status replace_waiting(store::Notices& notices, Notice& notice, Timestamp now) {
  const std::int64_t record[] = {notice.record.value};
  TRY(const auto known, notices.newest(record));
  const auto waits = std::ranges::find_if(known, [&](const Notice& each) {
    return each.person == notice.person && each.state == NoticeState::waiting && each.revision != notice.revision;
  });
  if (waits == known.end()) return ok();
  if (notice.state == NoticeState::waiting) notice.due_at = std::min(notice.due_at, waits->due_at);
  TRY_VOID(notices.settle(waits->id, NoticeState::dropped, store::NoticeDropped::replaced, {}, now));
  return ok();
}

}  // namespace

Result<NoticeStep> Herald::notice_connections(Timestamp now, int changes_max) {
  TRY(const auto batch,
      database_.snapshot([&](store::Connection& connection) { return read_batch(connection, changes_max); }));
  NoticeStep step{.changes = batch.changes, .caught_up = batch.caught_up};
  if (batch.next == batch.cursor) return step;
  const auto zone = options_.site_zone ? options_.site_zone() : nullptr;
  Made made;
  if (!batch.objects.empty()) {
    TRY_VOID(database_.snapshot([&](store::Connection& connection) -> Status {
      const auto& all = batch.subscriptions;
      for (std::size_t at = 0; at < all.size();) {
        auto end = at;
        while (end < all.size() && all[end].person == all[at].person && all[end].organisation == all[at].organisation)
          ++end;
        TRY_VOID(look(connection, std::span{all}.subspan(at, end - at), batch, zone ? *zone : Zone::utc(),
                      options_.factors_by_role, now, made));
        at = end;
      }
      return ok();
    }));
  }
  TRY(step.notices, database_.write([&](store::Connection& connection) -> Result<std::int64_t> {
    store::Changes changes{connection};
    TRY(const auto cursor, changes.cursor(kReader));
    // Another process was faster.
    if (cursor != batch.cursor) return 0;
    store::Notices notices{connection};
    std::int64_t added = 0;
    for (auto& [key, notice] : made) {
      TRY_VOID(replace_waiting(notices, notice, now));
      TRY(const bool is_new, notices.add(notice));
      added += is_new ? 1 : 0;
    }
    TRY_VOID(changes.set_cursor(kReader, batch.next));
    return added;
  }));
  return step;
}

Result<std::optional<ConnectedCard>> connected_card(store::Connection& connection, const domain::policy::Viewer& viewer,
                                                    domain::RecordId record, Timestamp now) {
  TRY(auto found, store::Records{connection}.load(record));
  if (!found || !domain::policy::may_see(viewer, domain::policy::facts_of(*found), now)) {
    return std::optional<ConnectedCard>{};
  }
  ConnectedCard card{.slug = std::move(found->slug), .title = std::move(found->title), .tlp = found->tlp};
  if (card.title.empty()) card.title = found->key;
  return std::optional{std::move(card)};
}

}  // namespace tocsin::engine::notify
