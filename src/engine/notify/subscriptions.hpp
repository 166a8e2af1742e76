#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "domain/subscription.hpp"
#include "engine/members/actor.hpp"
#include "engine/notify/letters.hpp"
#include "engine/post/post.hpp"
#include "store/asset_notices.hpp"
#include "store/database.hpp"
#include "store/notices.hpp"

/// What somebody is told of, when, and what they were told: for page, API and command line. Everybody decides for
/// themselves alone; the console for anybody. For a token there is only what belongs to its organisation, and of that,
/// without the scope of the inventory, only what does not follow it; it writes with the scope of records alone. Every
/// write is audited. Errors: forbidden; not_found, also for what is somebody else's; invalid_input with `where` = the
/// field.
namespace tocsin::engine::notify {

inline constexpr std::int64_t kSubscriptionsMax = 50;
inline constexpr std::size_t kNameBytesMax = 120;
inline constexpr std::size_t kSiteBytesMax = 200;

struct SubscriptionInput {
  std::string name = {};   ///< Empty: from what it asks for.
  std::string query = {};  ///< engine/search/query.hpp; empty: everything.
  bool exposure = false;   ///< Needs read_inventory.
  /// Of engine/exposure/matcher.hpp: "affected", ...; none: those that want attention.
  std::vector<std::string> statuses = {};
  std::vector<std::string> decisions = {};  ///< "act_now", ...; none: any.
  std::string site = {};
  /// No advisories, but what comes to share something with what the organisation shared; then nothing of the above but
  /// the name, and no webhook.
  bool connections = false;
  domain::Pace pace = domain::Pace::now;
  domain::Channels channels = {.mail = true};
  bool paused = false;
};
/// What a subscription asks for, as a form shows it.
SubscriptionInput input_of(const domain::Subscription& subscription);

Result<std::vector<domain::Subscription>> list(store::Database& database, const Actor& actor, domain::PersonId person);
Result<std::optional<domain::Subscription>> find(store::Database& database, const Actor& actor, domain::PersonId person,
                                                 std::int64_t id);
/// For the organisation that the actor acts for; of the console, the first in which the person is. Errors: conflict
/// where they act for none, or have kSubscriptionsMax.
Result<std::int64_t> subscribe(store::Database& database, const Actor& actor, domain::PersonId person,
                               const SubscriptionInput& input, Timestamp now);
Status change(store::Database& database, const Actor& actor, domain::PersonId person, std::int64_t id,
              const SubscriptionInput& input, Timestamp now);
Status remove(store::Database& database, const Actor& actor, domain::PersonId person, std::int64_t id, Timestamp now);
/// Puts a letter into the post that says so. Errors: conflict where no mail is sent.
Status send_test(store::Database& database, const Actor& actor, domain::PersonId person, std::int64_t id,
                 const post::Post& post, Timestamp now);

Result<domain::ReadingTimes> times(store::Database& database, const Actor& actor, domain::PersonId person);
Status set_times(store::Database& database, const Actor& actor, domain::PersonId person,
                 const domain::ReadingTimes& times, Timestamp now);

/// A notice as its reader sees it: `item` is absent where they may not see the record now.
struct NoticeRow {
  store::Notice notice;
  std::optional<Item> item = {};
  std::string slug = {};  ///< Of the record; empty where hidden.
};
struct NoticePage {
  std::vector<NoticeRow>
      rows;               ///< Newest first. Without the names of subscriptions where the inventory is out of scope.
  std::int64_t next = 0;  ///< For `before`; 0 on the last page.
};
Result<NoticePage> notices(store::Database& database, const Actor& actor, domain::PersonId person, std::int64_t before,
                           int limit, Timestamp now);
/// A message about assets as its reader sees it: counts and advisories as far as they may see them now.
struct AssetsRow {
  store::AssetNotice notice;
  AssetsItem item;
};
/// Newest first. Nothing for a token without the scope of the inventory.
Result<std::vector<AssetsRow>> asset_notices(store::Database& database, const Actor& actor, domain::PersonId person,
                                             int limit, Timestamp now);
/// One's own. Errors: not_found.
Result<AssetsRow> asset_notice(store::Database& database, const Actor& actor, std::int64_t id, Timestamp now);

/// What somebody was told since they last looked at the list of it, or since `after`; shown to them as they sit there.
struct News {
  std::int64_t unread = 0;  ///< Since they looked, at most kUnreadMax.
  struct Line {
    std::string text;  ///< Of a notice, in the present language.
    std::string path;
  };
  std::int64_t fresh = 0;   ///< Since `after`, at most kUnreadMax.
  std::vector<Line> lines;  ///< Of these the newest, newest first, at most kNewsLines.
  store::NoticesSeen newest;
};
inline constexpr std::int64_t kUnreadMax = 100;
inline constexpr int kNewsLines = 5;
/// Through the eyes that each was noticed with. `after` absent: no lines.
Result<News> news(store::Connection& connection, domain::PersonId person, std::optional<store::NoticesSeen> after,
                  bool factors_by_role, Timestamp now);
/// They have looked at the list.
Status look_through(store::Database& database, domain::PersonId person);

/// Where a letter's link leads.
struct Followed {
  std::string slug;
  bool threat = false;  ///< Of threat knowledge, not of an advisory.
};
/// Errors: not_found.
Result<Followed> follow(store::Database& database, const Actor& actor, std::int64_t notice, Timestamp now);

/// The subscriptions that led to a letter and tell by mail still; nullopt for a token that is none.
Result<std::optional<std::vector<domain::Subscription>>> of_letter(store::Database& database, std::string_view token);
/// They tell by mail no more; those that have no other way are paused. Whoever has the token may; doing it again does
/// nothing. Errors: not_found.
Status unsubscribe(store::Database& database, const Actor& actor, std::string_view token, Timestamp now);

/// The token of one's own feed, which is nowhere else: the one before is void.
Result<std::string> make_feed_token(store::Database& database, const Actor& actor, domain::PersonId person,
                                    Timestamp now);
Status revoke_feed_token(store::Database& database, const Actor& actor, domain::PersonId person, Timestamp now);
Result<std::optional<Timestamp>> feed_made_at(store::Database& database, const Actor& actor, domain::PersonId person);
/// Messages about assets in a feed; as below.
Result<std::vector<AssetsRow>> asset_feed(store::Database& database, std::string_view token, bool factors_by_role,
                                          Timestamp now);
/// What a feed holds: newest first, at most 50, as far as its reader may see it now. Errors: not_found for a token that
/// is none.
Result<std::vector<NoticeRow>> feed(store::Database& database, std::string_view token, bool factors_by_role,
                                    Timestamp now);

}  // namespace tocsin::engine::notify
