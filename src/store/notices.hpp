#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "domain/policy.hpp"
#include "domain/subscription.hpp"
#include "store/database.hpp"

namespace tocsin::store {

/// Stored as their numbers; only ever added to.
enum class NoticeKind {
  created = 1,
  changed = 2,
  withdrawn = 3,
  connected = 4  ///< Of threat knowledge: it shares something with what the organisation shared.
};
enum class NoticeState { waiting = 1, sent = 2, dropped = 3 };
enum class NoticeDropped {
  not_dropped = 0,
  hidden = 1,        ///< The person may not see it any more.
  unsubscribed = 2,  ///< No subscription asks for it any more.
  replaced = 3,      ///< A later notice of the same record tells of both.
  paused = 4,
};

/// That a change is told to a person.
struct Notice {
  std::int64_t id = 0;
  domain::PersonId person = {};
  domain::OrganisationId organisation = {};
  domain::RecordId record = {};
  domain::RevisionId revision = {};
  NoticeKind kind = NoticeKind::created;
  NoticeState state = NoticeState::waiting;
  NoticeDropped dropped = NoticeDropped::not_dropped;
  domain::Pace pace = domain::Pace::now;
  domain::Channels channels = {};
  std::vector<std::string> why = {};             ///< Names of the subscriptions, as they were.
  std::vector<std::int64_t> subscriptions = {};  ///< To be written; never read.
  Timestamp changed_at = {}, noticed_at = {}, due_at = {};
  std::optional<Timestamp> settled_at = {};  ///< When it was sent or dropped.
  std::optional<std::int64_t> letter = {};
};

/// How a record stood when it was last looked at for notices.
struct NoticedRecord {
  domain::RecordId record = {};
  domain::RevisionId revision = {};
  domain::policy::Facts facts = {};
  Timestamp at = {};
};

/// Which of somebody's notices are listed.
struct NoticesWanted {
  std::optional<domain::OrganisationId> organisation = {};  ///< Through whose eyes it was noticed; absent: any.
  /// Only those to which a subscription led, still there, that does not follow the inventory.
  bool without_inventory = false;
};

class Notices {
 public:
  explicit Notices(Connection& connection) : connection_(connection) {}

  // --- how records stood ---
  /// In the order of the ids; unknown ones are left out. `records`: at most Sql::kListMax.
  Result<std::vector<NoticedRecord>> records(std::span<const std::int64_t> records);
  Status put_records(const std::vector<NoticedRecord>& records);
  /// Whose embargo has ended since they were looked at; at most `limit`.
  Result<std::vector<std::int64_t>> released(Timestamp now, int limit);

  // --- notices ---
  /// False where this was told, or waits, already; one that had been dropped waits again.
  Result<bool> add(const Notice& notice);
  /// The newest of each person and record that was not dropped. `records`: at most Sql::kListMax.
  Result<std::vector<Notice>> newest(std::span<const std::int64_t> records);
  /// People for whom something is due, longest first.
  Result<std::vector<domain::PersonId>> due_people(Timestamp now, int limit);
  /// Oldest first.
  Result<std::vector<Notice>> due(domain::PersonId person, Timestamp now, int limit);
  /// Which of its subscriptions still ask for it: not removed, not paused.
  struct Asking {
    std::string name;
    domain::Channels channels;
  };
  Result<std::vector<Asking>> asking(std::int64_t notice);
  /// 1 where it was waiting.
  Result<std::int64_t> settle(std::int64_t id, NoticeState state, NoticeDropped dropped,
                              std::optional<std::int64_t> letter, Timestamp now);
  /// All that wait for somebody.
  Result<std::int64_t> drop_waiting(domain::PersonId person, NoticeDropped dropped, Timestamp now);
  /// Newest first, before the id `before` where it is not 0.
  Result<std::vector<Notice>> list(domain::PersonId person, std::int64_t before, int limit,
                                   const NoticesWanted& wanted = {});
  /// Of their feed; those that were dropped are left out.
  Result<std::vector<Notice>> feed(domain::PersonId person, int limit);
  Result<std::optional<Notice>> find(domain::PersonId person, std::int64_t id);
  /// Sent and dropped ones, and letters, from before then go, but the newest of each person and record. Their number.
  Result<std::int64_t> tidy(Timestamp before);

  // --- letters ---
  /// `tests`: the subscription that a test letter is of.
  Result<std::int64_t> add_letter(domain::PersonId person, std::string_view token_hash, Timestamp now,
                                  std::optional<std::int64_t> tests = {});
  struct Letter {
    std::int64_t id = 0;
    domain::PersonId person;
  };
  Result<std::optional<Letter>> letter(std::string_view token_hash);
  /// Subscriptions that led to it and tell by mail still.
  Result<std::vector<domain::Subscription>> subscriptions_of_letter(std::int64_t letter);

 private:
  Connection& connection_;
};

}  // namespace tocsin::store
