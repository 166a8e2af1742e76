#include <algorithm>
#include <map>
#include <set>

#include "base/json.hpp"
#include "base/log.hpp"
#include "engine/notify/asked.hpp"
#include "engine/notify/herald.hpp"
#include "engine/notify/reader.hpp"
#include "engine/search/index_state.hpp"
#include "engine/search/query.hpp"
#include "formats/csaf/compare.hpp"
#include "store/changes.hpp"
#include "store/exposures.hpp"
#include "store/notices.hpp"
#include "store/people.hpp"
#include "store/records.hpp"
#include "store/subscriptions.hpp"

namespace tocsin::engine::notify {
namespace {

using domain::RecordStatus;
using domain::Subscription;
using domain::policy::Viewer;
using store::Notice;
using store::NoticeKind;
using store::NoticeState;

constexpr std::string_view kReader = "notices";
constexpr int kReleasedAtOnce = 256;

/// One record that something happened to.
struct News {
  domain::Record record;
  domain::policy::Facts facts;
  std::optional<store::NoticedRecord> before;  ///< None: never seen here.
  Timestamp changed_at;
};

/// All that a step reads, from one state of the database.
struct Batch {
  std::int64_t cursor = 0, next = 0;
  std::int64_t changes = 0;
  bool caught_up = false;
  std::vector<News> news;
  std::vector<Subscription> subscriptions;
  std::map<std::pair<std::int64_t, std::int64_t>, Notice> known;  ///< The newest by person and record.
};

Result<Batch> read_batch(store::Connection& connection, std::int64_t catalogue, Timestamp now, int changes_max) {
  Batch batch;
  store::Changes changes{connection};
  store::Notices notices{connection};
  TRY(batch.cursor, changes.cursor(kReader));
  TRY(const auto newest, changes.newest());
  TRY(const auto matched, store::Exposures{connection}.cursor());
  TRY(auto some, changes.after(batch.cursor, changes_max));
  // What is not yet indexed cannot be searched, and what is not yet matched concerns nobody's assets.
  const auto ready = std::min(catalogue, matched.sequence);
  std::erase_if(some, [&](const auto& each) { return each.sequence > ready; });
  batch.next = some.empty() ? batch.cursor : some.back().sequence;
  batch.changes = static_cast<std::int64_t>(some.size());
  std::map<std::int64_t, Timestamp> when;
  for (const auto& each : some) when[each.record.value] = std::max(when[each.record.value], each.at);
  TRY(const auto released, notices.released(now, kReleasedAtOnce));
  for (const auto id : released) when.try_emplace(id, now);
  batch.caught_up = batch.next >= std::min(newest, ready) && std::cmp_less(released.size(), kReleasedAtOnce);
  if (when.empty()) return batch;
  std::vector<std::int64_t> ids;
  for (const auto& [id, at] : when) ids.push_back(id);
  TRY(const auto before, notices.records(ids));
  store::Records records{connection};
  for (const auto& [id, at] : when) {
    TRY(auto record, records.load(domain::RecordId{id}));
    if (!record) continue;
    News news{.record = std::move(*record), .facts = {}, .before = {}, .changed_at = at};
    news.facts = domain::policy::facts_of(news.record);
    const auto stood = std::ranges::find(before, domain::RecordId{id}, &store::NoticedRecord::record);
    if (stood != before.end()) news.before = *stood;
    batch.news.push_back(std::move(news));
  }
  TRY(batch.subscriptions, store::Subscriptions{connection}.in_force());
  std::erase_if(batch.subscriptions, [](const auto& each) { return each.connections; });
  if (batch.subscriptions.empty()) return batch;
  TRY(auto known, notices.newest(ids));
  for (auto& each : known) batch.known[{each.person.value, each.record.value}] = std::move(each);
  return batch;
}

/// Whether what a revision says differs from another in a way that matters to who runs the products.
class Differences {
 public:
  explicit Differences(store::Connection& connection) : connection_(connection) {}

  Result<bool> matter(domain::RecordId record, domain::RevisionId before, domain::RevisionId after) {
    const auto [found, added] = known_.try_emplace({before.value, after.value}, true);
    if (!added) return found->second;
    TRY(const auto old_one, read(record, before));
    TRY(const auto new_one, read(record, after));
    // What cannot be compared is told rather than kept from people.
    if (old_one && new_one) {
      found->second = formats::csaf::matters_to_owners(formats::csaf::compare(*old_one, *new_one));
    }
    return found->second;
  }

 private:
  Result<std::optional<formats::csaf::Advisory>> read(domain::RecordId record, domain::RevisionId revision) {
    TRY(const auto bytes, store::Records{connection_}.document(record, revision));
    if (!bytes) return std::optional<formats::csaf::Advisory>{};
    const auto parsed = json::parse(*bytes);
    if (!parsed) return std::optional<formats::csaf::Advisory>{};
    auto advisory = formats::csaf::read_advisory(parsed->root());
    return advisory ? std::optional{std::move(*advisory)} : std::nullopt;
  }

  store::Connection& connection_;
  std::map<std::pair<std::int64_t, std::int64_t>, bool> known_;
};

struct Telling {
  NoticeKind kind = NoticeKind::created;
  const Notice* replaces = nullptr;  ///< It waits still, and tells of an earlier revision.
};

/// Is it news to this person, and what kind of?
Result<std::optional<Telling>> telling(const News& news, const Viewer& viewer, const Notice* known,
                                       Differences& differences, Timestamp now) {
  const std::optional<Telling> nothing;
  const auto& record = news.record;
  const bool is_withdrawn = record.status == RecordStatus::withdrawn;
  // Who works on a draft knows of it; it is told when it is published.
  if (record.status == RecordStatus::draft || !domain::policy::may_see(viewer, news.facts, now)) return nothing;
  if (known != nullptr) {
    const bool same = known->revision == record.current_revision;
    if (is_withdrawn) {
      if (known->kind == NoticeKind::withdrawn) return nothing;
      return Telling{NoticeKind::withdrawn, known->state == NoticeState::waiting ? known : nullptr};
    }
    if (same) return nothing;
    if (known->state == NoticeState::waiting) return Telling{known->kind, known};
    if (known->kind == NoticeKind::withdrawn) return Telling{NoticeKind::changed};
    TRY(const bool matters, differences.matter(record.id, known->revision, record.current_revision));
    return matters ? std::optional{Telling{NoticeKind::changed}} : nothing;
  }
  const bool seen = news.before && news.before->facts.status != RecordStatus::draft &&
                    domain::policy::may_see(viewer, news.before->facts, news.before->at);
  // Nobody needs to be told that what they never knew of is gone.
  if (!seen) return is_withdrawn ? nothing : std::optional{Telling{NoticeKind::created}};
  if (is_withdrawn) {
    return news.before->facts.status == RecordStatus::withdrawn ? nothing
                                                                : std::optional{Telling{NoticeKind::withdrawn}};
  }
  if (news.before->revision == record.current_revision) return nothing;
  TRY(const bool matters, differences.matter(record.id, news.before->revision, record.current_revision));
  return matters ? std::optional{Telling{NoticeKind::changed}} : nothing;
}

/// Which of the records speak of assets of the organisation in the way that the subscription asks for.
Result<std::set<std::int64_t>> exposing(store::Connection& connection, const Subscription& subscription,
                                        const std::vector<std::int64_t>& records) {
  store::Sql sql{
      "SELECT DISTINCT m.record_id FROM asset_match m JOIN asset a ON a.id = m.asset_id WHERE m.organisation_id = ?",
      subscription.organisation};
  sql.append(" AND m.status IN ").append_list(std::span<const std::int64_t>{subscription.statuses});
  if (!subscription.decisions.empty())
    sql.append(" AND m.decision IN ").append_list(std::span<const std::int64_t>{subscription.decisions});
  if (!subscription.site.empty()) sql.append(" AND a.site = ?", subscription.site);
  sql.append(" AND m.record_id IN ").append_list(std::span<const std::int64_t>{records});
  TRY(const auto found, connection.all(sql, [](const store::Row& row) { return row.integer(0); }));
  return std::set<std::int64_t>(found.begin(), found.end());
}

/// Works out who is to be told of what. Reads only.
class Noticing {
 public:
  Noticing(store::Connection& connection, search::SearchEngine& search, const Batch& batch, const Zone& site_zone,
           bool factors_by_role, Timestamp now)
      : connection_(connection),
        search_(search),
        batch_(batch),
        site_zone_(site_zone),
        factors_by_role_(factors_by_role),
        now_(now),
        differences_(connection) {}

  Status seat(std::span<const Subscription> subscriptions) {
    const auto& first = subscriptions.front();
    TRY(const auto viewer, reader_of(connection_, first.person, first.organisation, factors_by_role_));
    // They are not in it any more, it is not active, or they owe a second factor.
    if (viewer.organisation != first.organisation) return ok();
    std::map<std::int64_t, std::pair<const News*, Telling>> told;
    for (const auto& news : batch_.news) {
      const auto known = batch_.known.find({first.person.value, news.record.id.value});
      TRY(const auto it,
          telling(news, viewer, known == batch_.known.end() ? nullptr : &known->second, differences_, now_));
      if (it) told.emplace(news.record.id.value, std::pair{&news, *it});
    }
    if (told.empty()) return ok();
    for (const auto& subscription : subscriptions) {
      TRY(const auto records, asked_for(subscription, viewer, told));
      for (const auto id : records) {
        const auto& [news, how] = told.at(id);
        TRY_VOID(add(subscription, *news, how));
      }
    }
    return ok();
  }

  struct Made {
    Notice notice;
    std::optional<std::int64_t> replaces;
  };
  std::map<std::pair<std::int64_t, std::int64_t>, Made> made;  ///< By person and record.

 private:
  Result<std::vector<std::int64_t>> asked_for(const Subscription& subscription, const Viewer& viewer,
                                              const std::map<std::int64_t, std::pair<const News*, Telling>>& told) {
    std::vector<std::int64_t> records;
    for (const auto& [id, it] : told) {
      // What was there before they asked is no news.
      if (it.first->changed_at >= subscription.created_at) records.push_back(id);
    }
    if (records.empty()) return records;
    if (subscription.exposure) {
      if (!domain::allows(viewer.roles, domain::Permission::read_inventory)) return std::vector<std::int64_t>{};
      TRY(const auto exposed, exposing(connection_, subscription, records));
      std::erase_if(records, [&](const auto id) { return !exposed.contains(id); });
    }
    if (records.empty() || subscription.query.empty()) return records;
    auto& queries = found_[fmt::format("{}\n{}", viewer.cache_key(), subscription.query)];
    if (const auto known = queries.find(records); known != queries.end()) return known->second;
    const auto query = search::parse_query(subscription.query);
    if (!query) {
      log::error("notify.query_unreadable", {{"subscription", subscription.id}, {"message", query.error().message}});
      return std::vector<std::int64_t>{};
    }
    TRY(auto found, search_.among(viewer, *query, records, now_));
    queries.emplace(records, found);
    return found;
  }

  Status add(const Subscription& subscription, const News& news, const Telling& how) {
    TRY(const auto due, due_at(subscription));
    const auto [found, first] = made.try_emplace({subscription.person.value, news.record.id.value});
    auto& notice = found->second.notice;
    if (first) {
      notice = {.person = subscription.person,
                .organisation = subscription.organisation,
                .record = news.record.id,
                .revision = news.record.current_revision,
                .kind = how.kind,
                .state = NoticeState::sent,
                .pace = subscription.pace,
                .changed_at = news.changed_at,
                .noticed_at = now_,
                .due_at = now_,
                .settled_at = now_};
      if (how.replaces != nullptr) found->second.replaces = how.replaces->id;
    }
    ask_for(notice, subscription, how.replaces == nullptr ? due : std::min(due, how.replaces->due_at));
    notice.why.push_back(subscription.name);
    notice.subscriptions.push_back(subscription.id);
    return ok();
  }

  Result<Timestamp> due_at(const Subscription& subscription) {
    auto found = reading_.find(subscription.person.value);
    if (found == reading_.end()) {
      Reading reading;
      TRY(reading.times, store::Subscriptions{connection_}.times(subscription.person));
      TRY(const auto person, store::People{connection_}.find(subscription.person));
      if (person && !person->time_zone.empty()) {
        if (auto zone = find_zone(person->time_zone)) reading.zone = std::move(*zone);
      }
      found = reading_.emplace(subscription.person.value, std::move(reading)).first;
    }
    const auto& reading = found->second;
    return domain::due_at(subscription.pace, reading.times, reading.zone ? *reading.zone : site_zone_, now_);
  }

  struct Reading {
    domain::ReadingTimes times;
    std::shared_ptr<const Zone> zone;  ///< None: the site's.
  };
  store::Connection& connection_;
  search::SearchEngine& search_;
  const Batch& batch_;
  const Zone& site_zone_;
  bool factors_by_role_;
  Timestamp now_;
  Differences differences_;
  std::map<std::int64_t, Reading> reading_;
  /// By viewer and query: people of one organisation subscribe to the same things.
  std::map<std::string, std::map<std::vector<std::int64_t>, std::vector<std::int64_t>>> found_;
};

std::vector<store::NoticedRecord> as_they_stand(const Batch& batch, Timestamp now) {
  std::vector<store::NoticedRecord> records;
  for (const auto& news : batch.news) {
    records.push_back(
        {.record = news.record.id, .revision = news.record.current_revision, .facts = news.facts, .at = now});
  }
  return records;
}

}  // namespace

Result<NoticeStep> Herald::notice(Timestamp now, int changes_max) {
  TRY_VOID(catalogue_.refresh());
  const auto catalogue = catalogue_.generation() % search::IndexState::kEpoch;
  TRY(const auto batch, database_.snapshot([&](store::Connection& connection) {
    return read_batch(connection, catalogue, now, changes_max);
  }));
  NoticeStep step{.changes = batch.changes, .caught_up = batch.caught_up};
  if (batch.news.empty() && batch.next == batch.cursor) return step;
  const auto zone = options_.site_zone ? options_.site_zone() : nullptr;
  TRY(const auto made, database_.read([&](store::Connection& connection) -> Result<std::vector<Noticing::Made>> {
    Noticing noticing{connection, search_, batch, zone ? *zone : Zone::utc(), options_.factors_by_role, now};
    const auto& all = batch.subscriptions;
    for (std::size_t at = 0; at < all.size();) {
      auto end = at;
      while (end < all.size() && all[end].person == all[at].person && all[end].organisation == all[at].organisation)
        ++end;
      TRY_VOID(noticing.seat(std::span{all}.subspan(at, end - at)));
      at = end;
    }
    std::vector<Noticing::Made> list;
    for (auto& [key, each] : noticing.made) list.push_back(std::move(each));
    return list;
  }));
  TRY(step.notices, database_.write([&](store::Connection& connection) -> Result<std::int64_t> {
    store::Changes changes{connection};
    TRY(const auto cursor, changes.cursor(kReader));
    // Another process was faster.
    if (cursor != batch.cursor) return 0;
    store::Notices notices{connection};
    std::int64_t added = 0;
    for (const auto& each : made) {
      if (each.replaces) {
        TRY_VOID(notices.settle(*each.replaces, NoticeState::dropped, store::NoticeDropped::replaced, {}, now));
      }
      TRY(const bool is_new, notices.add(each.notice));
      added += is_new ? 1 : 0;
    }
    TRY_VOID(notices.put_records(as_they_stand(batch, now)));
    if (batch.next != cursor) TRY_VOID(changes.set_cursor(kReader, batch.next));
    return added;
  }));
  return step;
}

}  // namespace tocsin::engine::notify
