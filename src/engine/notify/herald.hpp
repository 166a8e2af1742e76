#pragma once
#include <cstdint>
#include <functional>
#include <memory>

#include "base/result.hpp"
#include "base/time.hpp"
#include "base/zone.hpp"
#include "engine/notify/channel.hpp"
#include "engine/post/post.hpp"
#include "engine/search/catalogue.hpp"
#include "engine/search/search.hpp"
#include "store/database.hpp"

/// Tells people of what they subscribed to (docs/decisions/0012-notifications.md).
///
/// Noticing reads the change feed under the cursor "notices", behind the search index and the matching of inventories,
/// and compares how each record stands with how it stood: what somebody may see now and could not, or knows in another
/// revision that matters, becomes a notice. Notices and cursor are one transaction, so a killed process neither loses
/// nor repeats; one row per person, record and revision, so a change is told once however many subscriptions match.
///
/// Sending turns due notices into letters of the outgoing post, per person in one transaction, after the policy has
/// been asked again. The post sends; a receiver who fails holds up nobody. Two processes do no harm.
namespace tocsin::engine::notify {

struct NoticeStep {
  std::int64_t changes = 0;  ///< Handled in this step.
  std::int64_t notices = 0;  ///< Made, or added to.
  bool caught_up = false;    ///< Nothing was left that is ready to be told.
};
struct SendStep {
  std::int64_t people = 0, letters = 0, sent = 0, dropped = 0;
  bool caught_up = false;
};

class Herald {
 public:
  struct Options {
    std::function<std::shared_ptr<const Zone>()> site_zone = {};  ///< Of people who chose none; absent: UTC.
    Channel hook = {};  ///< Where subscriptions tell by hook; absent: nowhere.
    AssetsChannel assets_hook = {};
    /// identity::Options::second_factor_by_role: who owes one is told nothing.
    bool factors_by_role = false;
  };
  /// All outlive it. One thread at a time.
  Herald(store::Database& database, search::SearchEngine& search, search::Catalogue& catalogue, const post::Post& post,
         Options options)
      : database_(database), search_(search), catalogue_(catalogue), post_(post), options_(std::move(options)) {}

  /// One batch of at most `changes_max` changes.
  Result<NoticeStep> notice(Timestamp now, int changes_max = 256);
  /// What the assets of one organisation are affected by since they were added or changed, into one notice of each
  /// person; behind notice(), and not before all of them have been matched and decided.
  Result<NoticeStep> notice_assets(Timestamp now);
  /// What has newly to do with what people's organisations shared, of at most `changes_max` changes of threat
  /// knowledge, under the cursor "connections", behind their derivation.
  Result<NoticeStep> notice_connections(Timestamp now, int changes_max = 256);
  /// What is due, of at most `people_max` people. One person's failure does not stop the others; the first is returned
  /// when all had their turn.
  Result<SendStep> send(Timestamp now, int people_max = 100);
  /// All until caught up; ends earlier where `go_on` says false.
  Status turn(const Clock& clock, const std::function<bool()>& go_on = {});

 private:
  store::Database& database_;
  search::SearchEngine& search_;
  search::Catalogue& catalogue_;
  const post::Post& post_;
  Options options_;
  std::optional<Timestamp> tidied_;
};

/// Kept so long after they were sent: what was told can be looked up, and a letter's unsubscribe link works.
inline constexpr int kNoticesKeptDays = 400;

}  // namespace tocsin::engine::notify
