#include "domain/subscription.hpp"

#include <gtest/gtest.h>

namespace tocsin::domain {
namespace {

struct DueCase {
  std::string_view name;
  Pace pace;
  std::string_view zone, now, due;
  ReadingTimes times = {};
};
void PrintTo(const DueCase& each, std::ostream* out) { *out << each.zone << ' ' << each.now; }

constexpr ReadingTimes kNight{.quiet_from = 22 * 60, .quiet_until = 6 * 60 + 30};
constexpr ReadingTimes kLunch{.quiet_from = 12 * 60, .quiet_until = 13 * 60};
constexpr ReadingTimes kHalfPastTwo{.digest_minute = 2 * 60 + 30};
constexpr ReadingTimes kFridayNoon{.digest_minute = 12 * 60, .digest_weekday = 5};
constexpr ReadingTimes kMidnight{.digest_minute = 0};
constexpr ReadingTimes kUntilHalfPastTwo{.quiet_from = 22 * 60, .quiet_until = 2 * 60 + 30};

const DueCase kDueCases[] = {
    {"AtOnce", Pace::now, "UTC", "2026-11-28T23:00:00Z", "2026-11-28T23:00:00Z"},
    {"QuietBeforeMidnight", Pace::now, "UTC", "2026-11-28T23:00:00Z", "2026-11-29T06:30:00Z", kNight},
    {"QuietAfterMidnight", Pace::now, "UTC", "2026-11-29T01:00:00Z", "2026-11-29T06:30:00Z", kNight},
    {"QuietBegins", Pace::now, "UTC", "2026-11-28T22:00:00Z", "2026-11-29T06:30:00Z", kNight},
    {"QuietHasEnded", Pace::now, "UTC", "2026-11-29T06:30:00Z", "2026-11-29T06:30:00Z", kNight},
    {"JustBeforeQuiet", Pace::now, "UTC", "2026-11-28T21:59:59Z", "2026-11-28T21:59:59Z", kNight},
    {"QuietByOnesOwnClock", Pace::now, "Europe/Berlin", "2026-11-28T21:00:00Z", "2026-11-29T05:30:00Z", kNight},
    {"NotQuietElsewhere", Pace::now, "America/New_York", "2026-11-28T23:00:00Z", "2026-11-28T23:00:00Z", kNight},
    {"QuietAtLunch", Pace::now, "UTC", "2026-11-28T12:15:00Z", "2026-11-28T13:00:00Z", kLunch},
    {"NotQuietAfterLunch", Pace::now, "UTC", "2026-11-28T14:15:00Z", "2026-11-28T14:15:00Z", kLunch},
    // Clocks go forward at 02:00 on 29 March 2026 and back at 03:00 on 25 October 2026.
    {"QuietNightThatIsShorter", Pace::now, "Europe/Berlin", "2026-03-28T22:00:00Z", "2026-03-29T04:30:00Z", kNight},
    {"QuietNightThatIsLonger", Pace::now, "Europe/Berlin", "2026-10-24T21:00:00Z", "2026-10-25T05:30:00Z", kNight},
    {"QuietEndsInTheHourLeftOut", Pace::now, "Europe/Berlin", "2026-03-28T22:00:00Z", "2026-03-29T01:30:00Z",
     kUntilHalfPastTwo},
    {"QuietEndsInTheHourThatComesTwice", Pace::now, "Europe/Berlin", "2026-10-24T22:00:00Z", "2026-10-25T00:30:00Z",
     kUntilHalfPastTwo},
    {"DigestToday", Pace::daily, "UTC", "2026-11-28T06:59:59Z", "2026-11-28T07:00:00Z"},
    {"DigestTomorrowOnceItsHourHasCome", Pace::daily, "UTC", "2026-11-28T07:00:00Z", "2026-11-29T07:00:00Z"},
    {"DigestByOnesOwnClock", Pace::daily, "Asia/Tokyo", "2026-11-28T21:00:00Z", "2026-11-28T22:00:00Z"},
    {"DigestWestOfUtc", Pace::daily, "America/Los_Angeles", "2026-11-28T02:00:00Z", "2026-11-28T15:00:00Z"},
    {"DigestInTheHourLeftOut", Pace::daily, "Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-29T01:30:00Z",
     kHalfPastTwo},
    {"DigestInTheHourThatComesTwiceComesOnce", Pace::daily, "Europe/Berlin", "2026-10-25T00:30:00Z",
     "2026-10-26T01:30:00Z", kHalfPastTwo},
    {"DigestAtMidnight", Pace::daily, "Europe/Berlin", "2026-11-28T22:59:00Z", "2026-11-28T23:00:00Z", kMidnight},
    {"WeeklyOnMonday", Pace::weekly, "UTC", "2026-11-28T12:00:00Z", "2026-11-30T07:00:00Z"},
    {"WeeklyTodayStill", Pace::weekly, "UTC", "2026-11-27T11:00:00Z", "2026-11-27T12:00:00Z", kFridayNoon},
    {"WeeklyNotTodayAnyMore", Pace::weekly, "UTC", "2026-11-27T12:00:00Z", "2026-12-04T12:00:00Z", kFridayNoon},
    {"WeeklyByOnesOwnCalendar", Pace::weekly, "Pacific/Auckland", "2026-11-26T22:00:00Z", "2026-11-26T23:00:00Z",
     kFridayNoon},
};

class DueAt : public testing::TestWithParam<DueCase> {};
TEST_P(DueAt, IsByTheClockOfThePerson) {
  const auto& each = GetParam();
  const auto zone = find_zone(each.zone);
  ASSERT_TRUE(zone) << "the system has no tzdata";
  const auto due = due_at(each.pace, each.times, **zone, parse_rfc3339(each.now).value());
  EXPECT_EQ(format_rfc3339(due), each.due);
}
INSTANTIATE_TEST_SUITE_P(Rows, DueAt, testing::ValuesIn(kDueCases),
                         [](const auto& each) { return std::string{each.param.name}; });

TEST(Subscription, MinutesOfTheDayAreReadStrictly) {
  EXPECT_EQ(parse_minute("00:00"), 0);
  EXPECT_EQ(parse_minute("23:59"), 23 * 60 + 59);
  EXPECT_EQ(write_minute(7 * 60 + 5), "07:05");
  for (const auto* bad : {"", "7:00", "24:00", "12:60", "ab:cd", "12-30", "12:3", "12:345", "-1:00"}) {
    EXPECT_EQ(parse_minute(bad), std::nullopt) << bad;
  }
}

TEST(Subscription, PacesAreWrittenAsTheyAreRead) {
  for (const auto pace : {Pace::now, Pace::daily, Pace::weekly}) EXPECT_EQ(parse_pace(to_string(pace)), pace);
  EXPECT_EQ(parse_pace("hourly"), std::nullopt);
}

}  // namespace
}  // namespace tocsin::domain
