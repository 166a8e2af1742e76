#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "base/zone.hpp"
#include "domain/organisation.hpp"

/// What somebody wants to be told of, and when. Storage: store/subscriptions; deciding and sending: engine/notify.
namespace tocsin::domain {

/// How soon a letter follows. Stored as its number.
enum class Pace : std::uint8_t { now = 1, daily = 2, weekly = 3 };
std::string_view to_string(Pace pace) noexcept;  ///< "now", "daily", "weekly"
std::optional<Pace> parse_pace(std::string_view text) noexcept;

/// By which ways something is told.
struct Channels {
  bool mail = false, feed = false, hook = false;
  bool none() const noexcept { return !mail && !feed && !hook; }
  /// Ways that wait for a moment to be sent at: what is told by the feed alone stands there at once.
  bool sent() const noexcept { return mail || hook; }
  friend bool operator==(const Channels&, const Channels&) = default;
};

struct Subscription {
  std::int64_t id = 0;
  PersonId person = {};
  OrganisationId organisation = {};  ///< Acted for: through its eyes records are seen.
  std::string name = {};
  std::string query = {};  ///< A search expression in its canonical text (engine/search/query.hpp); empty: everything.
  /// Only advisories that speak of the organisation's assets with one of `statuses` (engine/exposure/matcher.hpp), and
  /// one of `decisions` (engine/exposure/decision.hpp) where some are named, at `site` where one is named.
  bool exposure = false;
  std::vector<std::int64_t> statuses = {}, decisions = {};
  std::string site = {};
  /// No advisories, but what comes to share something with what the organisation shared
  /// (engine/notify/connections.hpp); the members above are empty then.
  bool connections = false;
  Pace pace = Pace::now;
  Channels channels = {};
  bool paused = false;
  Timestamp created_at = {}, changed_at = {};
};

/// When somebody reads. Times of day are minutes from midnight, by the person's own clock.
struct ReadingTimes {
  int digest_minute = 7 * 60;
  int digest_weekday = 1;  ///< 1 Monday .. 7 Sunday
  /// From..until, over midnight where `until` is not after `from`. Equal: none.
  int quiet_from = 0, quiet_until = 0;
  bool paused = false;  ///< Nothing is told, and what happens meanwhile is not told later.
  friend bool operator==(const ReadingTimes&, const ReadingTimes&) = default;
};

/// When a letter about something noticed at `now` is due: at once, but for quiet hours, which it waits out; a digest at
/// the next hour (and weekday) of digests that is still to come. By the clocks of `zone`: an hour that a change of
/// clocks leaves out is read as the one after it, one that comes twice as the first.
Timestamp due_at(Pace pace, const ReadingTimes& times, const Zone& zone, Timestamp now);

/// "07:30", and nullopt for what is none.
std::string write_minute(int minute);
std::optional<int> parse_minute(std::string_view text) noexcept;

}  // namespace tocsin::domain
