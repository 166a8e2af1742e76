#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "domain/policy.hpp"
#include "domain/subscription.hpp"
#include "store/database.hpp"
#include "store/notices.hpp"

namespace tocsin::store {

/// That an advisory speaks of an asset, or does so more urgently, since the asset was added or changed.
struct AssetNews {
  domain::OrganisationId organisation = {};
  std::int64_t asset = 0;
  domain::RecordId record = {};
  bool is_new = false;        ///< The asset was added.
  std::int64_t sequence = 0;  ///< Of the change feed, up to which advisories were known.
  Timestamp at = {};
};

/// One message to a person about assets that were added or changed.
struct AssetNotice {
  std::int64_t id = 0;
  domain::PersonId person = {};
  domain::OrganisationId organisation = {};
  NoticeState state = NoticeState::waiting;
  NoticeDropped dropped = NoticeDropped::not_dropped;
  domain::Pace pace = domain::Pace::now;
  domain::Channels channels = {};
  std::vector<std::string> why = {};  ///< Names of the subscriptions, as they were.
  Timestamp noticed_at = {}, due_at = {};
  std::optional<Timestamp> settled_at = {};
  std::optional<std::int64_t> letter = {};
};

/// An advisory that a notice tells of, and of how many of the notice's assets it speaks.
struct AssetNoticeRecord {
  domain::RecordId record = {};
  std::int64_t assets = 0;
  int decision = 0, status = 0;  ///< Of those the most urgent; of what stands no more, the last numbers.
};
struct AssetNoticeCount {
  std::int64_t assets = 0, added = 0;
};

/// Up to which notices somebody has looked through their list.
struct NoticesSeen {
  std::int64_t notice = 0, asset_notice = 0;
  friend bool operator==(const NoticesSeen&, const NoticesSeen&) = default;
};

class AssetNotices {
 public:
  explicit AssetNotices(Connection& connection) : connection_(connection) {}

  // --- what came to be ---
  Status put_news(std::span<const AssetNews> news);
  /// An organisation all of whose news can be told: no asset of it waits to be matched, none of the matches to be
  /// decided, and advisories up to `sequence` have been told of.
  struct Ready {
    domain::OrganisationId organisation;
    std::int64_t until = 0;  ///< Number of the last.
  };
  Result<std::optional<Ready>> ready(std::int64_t sequence, Timestamp now);
  /// Advisories in the news, of those the ones that the viewer may see; none that is withdrawn.
  Result<std::vector<std::int64_t>> records(const Ready& ready, const domain::policy::Viewer& viewer, Timestamp now);
  /// Number of rows.
  Result<std::int64_t> remove_news(const Ready& ready);

  // --- notices ---
  /// All but id.
  Result<std::int64_t> add(const AssetNotice& notice);
  /// What waits for somebody about an organisation's assets; nobody sends it until the transaction ends.
  Result<std::optional<AssetNotice>> waiting(domain::PersonId person, domain::OrganisationId organisation);
  /// State, pace, channels, why, due and settled.
  Status update(const AssetNotice& notice);
  Status remove(std::int64_t id);
  /// Adds to the notice what the subscription asks for of the news that are about `records`, and links the two. What an
  /// advisory's own notice has told the person as a matter of their assets already is left out. How many matches it
  /// asks for, also where another subscription has added them before.
  Result<std::int64_t> collect(const AssetNotice& notice, const domain::Subscription& subscription, const Ready& ready,
                               std::span<const std::int64_t> records);
  Result<std::vector<domain::PersonId>> due_people(Timestamp now, int limit);
  /// Oldest first. Whoever else sends to the same person waits until the transaction ends.
  Result<std::vector<AssetNotice>> due(domain::PersonId person, Timestamp now);
  /// Its subscriptions that are neither removed nor paused.
  Result<std::vector<Notices::Asking>> asking(std::int64_t notice);
  Result<std::int64_t> settle(std::int64_t id, NoticeState state, NoticeDropped dropped,
                              std::optional<std::int64_t> letter, Timestamp now);
  Result<std::int64_t> drop_waiting(domain::PersonId person, NoticeDropped dropped, Timestamp now);
  /// Newest first. `organisation`: of this one only.
  Result<std::vector<AssetNotice>> list(domain::PersonId person, int limit,
                                        std::optional<domain::OrganisationId> organisation = {});
  Result<std::vector<AssetNotice>> feed(domain::PersonId person, int limit);
  Result<std::optional<AssetNotice>> find(domain::PersonId person, std::int64_t id);
  /// What it tells of as far as the viewer may see it, the most urgent first. `still`: only matches that still are
  /// open.
  Result<std::vector<AssetNoticeRecord>> told(std::int64_t notice, const domain::policy::Viewer& viewer, bool still,
                                              Timestamp now);
  Result<AssetNoticeCount> count(std::int64_t notice, const domain::policy::Viewer& viewer, bool still, Timestamp now);
  /// Sent and dropped ones from before then go. Their number.
  Result<std::int64_t> tidy(Timestamp before);

  // --- what was seen ---
  Result<NoticesSeen> seen(domain::PersonId person);
  /// The newest of both kinds.
  Result<NoticesSeen> newest(domain::PersonId person);
  /// Never goes back.
  Status set_seen(domain::PersonId person, const NoticesSeen& seen);

 private:
  Connection& connection_;
};

}  // namespace tocsin::store
