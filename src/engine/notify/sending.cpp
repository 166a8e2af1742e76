#include <algorithm>
#include <map>

#include "base/hash.hpp"
#include "base/log.hpp"
#include "base/secret.hpp"
#include "engine/advisories.hpp"
#include "engine/notify/assets.hpp"
#include "engine/notify/herald.hpp"
#include "engine/notify/letters.hpp"
#include "engine/notify/reader.hpp"
#include "engine/threat/own_connections.hpp"
#include "store/asset_notices.hpp"
#include "store/notices.hpp"
#include "store/people.hpp"
#include "store/records.hpp"
#include "store/subscriptions.hpp"

namespace tocsin::engine::notify {
namespace {

using domain::Pace;
using domain::policy::Viewer;
using store::Notice;
using store::NoticeDropped;
using store::NoticeState;

/// Of one person in one transaction.
constexpr int kNoticesAtOnce = 400;
/// More than that at one moment are no longer a letter each: an import of thousands must not fill a letter box.
constexpr std::size_t kLettersAtOnce = 20;
constexpr std::int64_t kDayMicros = std::int64_t{86'400} * 1'000'000;
constexpr std::int64_t kTidyMicros = kDayMicros / 24;

/// What is due to one person, sorted into what goes where. Of one transaction.
class Sending {
 public:
  Sending(store::Connection& connection, const post::Post& post, const post::Options& options, const Channel& hook,
          bool factors_by_role, domain::Person person, Timestamp now)
      : connection_(connection),
        notices_(connection),
        post_(post),
        options_(options),
        hook_(hook),
        factors_by_role_(factors_by_role),
        person_(std::move(person)),
        now_(now) {}

  Status all(const std::vector<Notice>& due) {
    for (const auto& notice : due) TRY_VOID(one(notice));
    for (auto& [pace, items] : by_mail_) TRY_VOID(write_letters(pace, std::move(items)));
    return ok();
  }
  SendStep done;

 private:
  Result<const Viewer*> viewer(domain::OrganisationId organisation) {
    const auto found = viewers_.find(organisation.value);
    if (found != viewers_.end()) return &found->second;
    TRY(auto made, reader_of(connection_, person_.id, organisation, factors_by_role_));
    return &viewers_.emplace(organisation.value, std::move(made)).first->second;
  }

  Status drop(const Notice& notice, NoticeDropped why) {
    TRY_VOID(notices_.settle(notice.id, NoticeState::dropped, why, {}, now_));
    ++done.dropped;
    return ok();
  }

  /// The policy once more: between noticing and sending a membership may have ended, and a marking been narrowed.
  Status one(const Notice& notice) {
    TRY(const auto* seen_by, viewer(notice.organisation));
    if (seen_by->organisation != notice.organisation) return drop(notice, NoticeDropped::hidden);
    if (notice.kind == store::NoticeKind::connected) return connected(notice, *seen_by);
    TRY(auto cards, advisory_cards(connection_, *seen_by, {notice.record.value}, now_));
    TRY(const auto record, store::Records{connection_}.load(notice.record));
    if (cards.empty() || !record || record->status == domain::RecordStatus::draft) {
      return drop(notice, NoticeDropped::hidden);
    }
    TRY(const auto asking, notices_.asking(notice.id));
    if (asking.empty()) return drop(notice, NoticeDropped::unsubscribed);
    domain::Channels channels;
    Item item = item_of(notice, cards.front());
    std::vector<std::string> by_hook;
    for (const auto& each : asking) {
      channels.mail = channels.mail || each.channels.mail;
      channels.feed = channels.feed || each.channels.feed;
      if (each.channels.mail) item.why.push_back(each.name);
      if (each.channels.hook) by_hook.push_back(each.name);
    }
    if (!channels.mail && !channels.feed && by_hook.empty()) return drop(notice, NoticeDropped::unsubscribed);
    if (!by_hook.empty() && hook_)
      TRY_VOID(hook_(connection_, told(notice, *record, cards.front(), std::move(by_hook))));
    if (channels.mail && post_.on()) {
      by_mail_[notice.pace].push_back(std::move(item));
      return ok();
    }
    TRY_VOID(notices_.settle(notice.id, NoticeState::sent, NoticeDropped::not_dropped, {}, now_));
    ++done.sent;
    return ok();
  }

  /// Neither by webhook nor in words: see connections.hpp.
  Status connected(const Notice& notice, const Viewer& seen_by) {
    threat::OwnConnections own{connection_, seen_by, notice.organisation, now_};
    TRY(const bool still, own.still(notice.record));
    if (!still) return drop(notice, NoticeDropped::hidden);
    TRY(const auto asking, notices_.asking(notice.id));
    domain::Channels channels;
    for (const auto& each : asking) {
      channels.mail = channels.mail || each.channels.mail;
      channels.feed = channels.feed || each.channels.feed;
    }
    if (channels.none()) return drop(notice, NoticeDropped::unsubscribed);
    if (channels.mail && post_.on()) {
      by_mail_[notice.pace].push_back({.notice = notice.id, .kind = notice.kind, .tlp = domain::Tlp::red});
      return ok();
    }
    TRY_VOID(notices_.settle(notice.id, NoticeState::sent, NoticeDropped::not_dropped, {}, now_));
    ++done.sent;
    return ok();
  }

  static Item item_of(const Notice& notice, const AdvisoryCard& card) {
    return {.notice = notice.id,
            .kind = notice.kind,
            .tlp = card.tlp,
            .key = card.key,
            .title = card.title,
            .summary = card.summary,
            .publisher = card.publisher,
            .severity = card.severity,
            .score_tenths = card.score_tenths};
  }

  Told told(const Notice& notice, const domain::Record& record, const AdvisoryCard& card,
            std::vector<std::string> subscriptions) const {
    const auto action = notice.kind == store::NoticeKind::withdrawn ? store::ChangeAction::withdrawn
                        : notice.kind == store::NoticeKind::changed ? store::ChangeAction::updated
                                                                    : store::ChangeAction::created;
    return {.notice = notice.id,
            .person = notice.person,
            .organisation = notice.organisation,
            .record = record.slug,
            .record_id = record.id,
            .revision = record.current_revision,
            .title = record.title,
            .tlp = record.tlp,
            .severity = card.severity,
            .url = fmt::format("{}/advisories/{}", options_.public_url, record.slug),
            .action = action,
            .subscriptions = std::move(subscriptions),
            .at = notice.changed_at};
  }

  Status write_letters(Pace pace, std::vector<Item> items) {
    const bool each_alone = pace == Pace::now && items.size() <= kLettersAtOnce;
    const std::size_t most = each_alone ? 1 : kItemsPerLetter;
    for (std::size_t at = 0; at < items.size(); at += most) {
      const auto end = std::min(at + most, items.size());
      const std::vector<Item> some(std::make_move_iterator(items.begin() + static_cast<std::ptrdiff_t>(at)),
                                   std::make_move_iterator(items.begin() + static_cast<std::ptrdiff_t>(end)));
      const auto token = random_token();
      TRY(const auto id, notices_.add_letter(person_.id, sha256_hex(token), now_));
      TRY_VOID(post_.put(connection_, letter(options_, person_, pace, some, token, now_), now_));
      for (const auto& item : some) {
        TRY_VOID(notices_.settle(item.notice, NoticeState::sent, NoticeDropped::not_dropped, id, now_));
      }
      ++done.letters;
      done.sent += static_cast<std::int64_t>(some.size());
    }
    return ok();
  }

  store::Connection& connection_;
  store::Notices notices_;
  const post::Post& post_;
  const post::Options& options_;
  const Channel& hook_;
  bool factors_by_role_;
  domain::Person person_;
  Timestamp now_;
  std::map<std::int64_t, Viewer> viewers_;
  std::map<Pace, std::vector<Item>> by_mail_;
};

Result<SendStep> send_to(store::Connection& connection, const post::Post& post, const Herald::Options& told_by,
                         domain::PersonId id, Timestamp now) {
  // Another process that sends to the same person waits here, and then finds nothing.
  TRY_VOID(
      connection.run(store::Sql{"UPDATE notice SET due_at = due_at WHERE person_id = ? AND state = ? AND due_at <= ?",
                                id, NoticeState::waiting, now}));
  store::Notices notices{connection};
  TRY(const auto person, store::People{connection}.find(id));
  const auto drop_all = [&](NoticeDropped why) -> Result<SendStep> {
    SendStep none;
    TRY(none.dropped, notices.drop_waiting(id, why, now));
    TRY(const auto of_assets, store::AssetNotices{connection}.drop_waiting(id, why, now));
    none.dropped += of_assets;
    return none;
  };
  if (!person || person->status != domain::PersonStatus::active) return drop_all(NoticeDropped::hidden);
  TRY(const auto times, store::Subscriptions{connection}.times(id));
  if (times.paused) return drop_all(NoticeDropped::paused);
  TRY(const auto due, notices.due(id, now, kNoticesAtOnce));
  TRY(const auto options, post.options(connection));
  Sending sending{connection, post, options, told_by.hook, told_by.factors_by_role, *person, now};
  TRY_VOID(sending.all(due));
  TRY(const auto of_assets,
      send_assets(connection, post, options, told_by.assets_hook, told_by.factors_by_role, *person, now));
  auto done = sending.done;
  done.letters += of_assets.letters;
  done.sent += of_assets.sent;
  done.dropped += of_assets.dropped;
  return done;
}

}  // namespace

Result<SendStep> Herald::send(Timestamp now, int people_max) {
  TRY(const auto people, database_.read([&](store::Connection& connection) -> Result<std::vector<domain::PersonId>> {
    TRY(auto due, store::Notices{connection}.due_people(now, people_max));
    TRY(const auto of_assets, store::AssetNotices{connection}.due_people(now, people_max));
    for (const auto each : of_assets) {
      if (std::ranges::find(due, each) == due.end()) due.push_back(each);
    }
    return due;
  }));
  SendStep sum;
  std::optional<Error> failed;
  for (const auto person : people) {
    const auto step = database_.write(
        [&](store::Connection& connection) { return send_to(connection, post_, options_, person, now); });
    if (!step) {
      log::error("notify.person_failed",
                 {{"person", person.value}, {"message", step.error().message}, {"detail", step.error().detail}});
      if (!failed) failed = step.error();
      continue;
    }
    ++sum.people;
    sum.letters += step->letters;
    sum.sent += step->sent;
    sum.dropped += step->dropped;
  }
  if (failed) return *failed;
  sum.caught_up = people.empty();
  return sum;
}

Status Herald::turn(const Clock& clock, const std::function<bool()>& go_on) {
  for (;;) {
    const auto now = clock.now();
    TRY(const auto noticed, notice(now));
    TRY(const auto of_assets, notice_assets(now));
    TRY(const auto of_connections, notice_connections(now));
    // What is due goes out while much is still to be noticed.
    TRY(const auto sent, send(now));
    if (noticed.caught_up && of_assets.caught_up && of_connections.caught_up && sent.caught_up) break;
    if (go_on && !go_on()) return ok();
  }
  const auto now = clock.now();
  if (tidied_ && now.micros - tidied_->micros < kTidyMicros) return ok();
  tidied_ = now;
  return database_.write([&](store::Connection& connection) -> Status {
    // Before the letters that they are of.
    TRY_VOID(store::AssetNotices{connection}.tidy({now.micros - kNoticesKeptDays * kDayMicros}));
    TRY_VOID(store::Notices{connection}.tidy({now.micros - kNoticesKeptDays * kDayMicros}));
    return ok();
  });
}

}  // namespace tocsin::engine::notify
