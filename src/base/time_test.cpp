#include "base/time.hpp"

#include <limits>
#include <ostream>

#include <gtest/gtest.h>

namespace tocsin {
namespace {

constexpr std::int64_t kSecond = 1'000'000;

struct ReadCase {
  std::string_view name, text;
  std::int64_t micros;
};
void PrintTo(const ReadCase& each, std::ostream* out) { *out << each.text; }
constexpr ReadCase kReadCases[] = {
    {"Epoch", "1970-01-01T00:00:00Z", 0},
    {"SixDigitFraction", "2022-05-10T00:00:00.000000Z", 1652140800 * kSecond},
    {"OneDigitFraction", "1970-01-01T00:00:00.5Z", 500'000},
    {"BeyondMicrosecondsIsCut", "1970-01-01T00:00:00.1234569999Z", 123'456},
    {"LowerCaseLetters", "1970-01-01t00:00:01z", kSecond},
    {"EastIsEarlier", "1970-01-01T02:00:00+02:00", 0},
    {"WestIsLater", "1969-12-31T18:30:00-05:30", 0},
    {"UnknownOffset", "1970-01-01T00:00:00-00:00", 0},
    {"LeapSecondIsTheOneBefore", "2016-12-31T23:59:60Z", 1483228799 * kSecond},
    {"BeforeTheEpoch", "1969-12-31T23:59:59.999999Z", -1},
    {"LeapDay", "2024-02-29T12:00:00Z", 1709208000 * kSecond},
    {"FirstYear", "0001-01-01T00:00:00Z", -62135596800 * kSecond},
    {"LastYear", "9999-12-31T23:59:59Z", 253402300799 * kSecond},
};
class ReadTime : public testing::TestWithParam<ReadCase> {};
TEST_P(ReadTime, AsRfc3339Says) {
  const auto time = parse_rfc3339(GetParam().text);
  ASSERT_TRUE(time.has_value()) << time.error().message;
  EXPECT_EQ(time->micros, GetParam().micros);
  const auto again = parse_rfc3339(format_rfc3339(*time));
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(*again, *time);
}
INSTANTIATE_TEST_SUITE_P(Rfc3339, ReadTime, testing::ValuesIn(kReadCases),
                         [](const auto& each) { return std::string{each.param.name}; });

struct RefuseCase {
  std::string_view name, text;
};
void PrintTo(const RefuseCase& each, std::ostream* out) { *out << each.text; }
constexpr RefuseCase kRefuseCases[] = {
    {"Empty", ""},
    {"DateOnly", "2022-05-10"},
    {"NoOffset", "2022-05-10T00:00:00"},
    {"BlankForT", "2022-05-10 00:00:00Z"},
    {"NoSuchDay", "2023-02-29T00:00:00Z"},
    {"MonthThirteen", "2022-13-10T00:00:00Z"},
    {"Hour24", "2022-05-10T24:00:00Z"},
    {"Minute60", "2022-05-10T00:60:00Z"},
    {"Second61", "2022-05-10T00:00:61Z"},
    {"EmptyFraction", "2022-05-10T00:00:00.Z"},
    {"CommaFraction", "2022-05-10T00:00:00,5Z"},
    {"FractionWithoutOffset", "2022-05-10T00:00:00.5"},
    {"TrailingText", "2022-05-10T00:00:00Z "},
    {"OffsetWithoutColon", "2022-05-10T00:00:00+0200"},
    {"OffsetHour24", "2022-05-10T00:00:00+24:00"},
    {"OffsetCutShort", "2022-05-10T00:00:00+02"},
    {"SignInYear", "+022-05-10T00:00:00Z"},
    {"YearZero", "0000-05-10T00:00:00Z"},
    {"OffsetLeadsBeforeYearOne", "0001-01-01T00:00:00+00:01"},
    {"OffsetLeadsBeyondYear9999", "9999-12-31T23:59:59-00:01"},
};
class RefuseTime : public testing::TestWithParam<RefuseCase> {};
TEST_P(RefuseTime, WithInvalidInput) {
  const auto time = parse_rfc3339(GetParam().text);
  ASSERT_FALSE(time.has_value());
  EXPECT_EQ(time.error().code, Error::Code::invalid_input);
}
INSTANTIATE_TEST_SUITE_P(Rfc3339, RefuseTime, testing::ValuesIn(kRefuseCases),
                         [](const auto& each) { return std::string{each.param.name}; });

TEST(FormatTime, ForEachReader) {
  const auto time = parse_rfc3339("2022-05-10T13:05:09.25Z").value();
  EXPECT_EQ(format_rfc3339(time), "2022-05-10T13:05:09.250000Z");
  EXPECT_EQ(format_rfc3339(parse_rfc3339("2022-05-10T15:05:09+02:00").value()), "2022-05-10T13:05:09Z");
  EXPECT_EQ(format_date(time), "2022-05-10");
  EXPECT_EQ(format_minute(time), "2022-05-10 13:05 UTC");
  EXPECT_EQ(format_http_date(time), "Tue, 10 May 2022 13:05:09 GMT");
  EXPECT_EQ(year_of(time), 2022);
  // RFC 9110's own example.
  EXPECT_EQ(format_http_date(Timestamp{784111777 * kSecond}), "Sun, 06 Nov 1994 08:49:37 GMT");
}

TEST(FormatTime, MomentsNobodyCanWriteBecomeTheNearestOne) {
  EXPECT_EQ(format_rfc3339({std::numeric_limits<std::int64_t>::max()}), "9999-12-31T23:59:59.999999Z");
  EXPECT_EQ(format_rfc3339({std::numeric_limits<std::int64_t>::min()}), "0001-01-01T00:00:00Z");
}

TEST(FromDate, KnowsTheCalendar) {
  EXPECT_EQ(from_date(2022, 5, 10).value(), parse_rfc3339("2022-05-10T00:00:00Z").value());
  EXPECT_TRUE(from_date(2000, 2, 29).has_value());
  EXPECT_FALSE(from_date(1900, 2, 29).has_value());
  EXPECT_FALSE(from_date(0, 1, 1).has_value());
  EXPECT_FALSE(from_date(10000, 1, 1).has_value());
  EXPECT_EQ(from_date(2022, 0, 1).error().code, Error::Code::invalid_input);
}

TEST(ManualClock, StandsStillUntilTold) {
  ManualClock clock{Timestamp{5}};
  EXPECT_EQ(clock.now(), Timestamp{5});
  clock.advance(std::chrono::seconds{1});
  EXPECT_EQ(clock.now(), Timestamp{5 + kSecond});
  clock.set(Timestamp{7});
  EXPECT_EQ(clock.now(), Timestamp{7});
}

TEST(SystemClock, IsInThisCentury) {
  EXPECT_GE(year_of(system_clock().now()), 2024);
  EXPECT_LT(year_of(system_clock().now()), 2100);
}

}  // namespace
}  // namespace tocsin
