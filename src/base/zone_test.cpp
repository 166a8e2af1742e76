#include "base/zone.hpp"

#include <gtest/gtest.h>

namespace tocsin {
namespace {

struct ZoneCase {
  const char* name;
  const char* zone;
  const char* utc;
  const char* there;
};
constexpr ZoneCase kCases[] = {
    {"WinterInBerlin", "Europe/Berlin", "2022-01-10T23:30:00Z", "2022-01-11T00:30:00+01:00"},
    {"SummerInBerlin", "Europe/Berlin", "2022-07-10T23:30:00Z", "2022-07-11T01:30:00+02:00"},
    {"TheSecondBeforeSummer", "Europe/Berlin", "2022-03-27T00:59:59Z", "2022-03-27T01:59:59+01:00"},
    {"TheSecondOfSummer", "Europe/Berlin", "2022-03-27T01:00:00Z", "2022-03-27T03:00:00+02:00"},
    {"BeyondTheTable", "Europe/Berlin", "2090-07-01T12:00:00Z", "2090-07-01T14:00:00+02:00"},
    {"BeyondTheTableInWinter", "Europe/Berlin", "2090-12-01T12:00:00Z", "2090-12-01T13:00:00+01:00"},
    {"SouthernSummerSpansTheNewYear", "Australia/Sydney", "2090-01-15T00:00:00Z", "2090-01-15T11:00:00+11:00"},
    {"QuarterHours", "Asia/Kathmandu", "2022-01-01T00:00:00Z", "2022-01-01T05:45:00+05:45"},
    {"WestOfGreenwich", "America/New_York", "2022-05-10T00:00:00Z", "2022-05-09T20:00:00-04:00"},
    {"NoSummerAnyMore", "Asia/Tokyo", "2090-07-01T00:00:00Z", "2090-07-01T09:00:00+09:00"},
    {"TheLastOfTheTable", "Asia/Tokyo", "1990-07-01T00:00:00Z", "1990-07-01T09:00:00+09:00"},
    {"Utc", "UTC", "2022-05-10T00:00:00Z", "2022-05-10T00:00:00Z"},
    {"EmptyIsUtc", "", "2022-05-10T00:00:00.250000Z", "2022-05-10T00:00:00.250000Z"},
    {"FractionsStay", "Europe/Berlin", "2022-05-10T00:00:00.250000Z", "2022-05-10T02:00:00.250000+02:00"},
};
class ZoneTimes : public testing::TestWithParam<ZoneCase> {};
TEST_P(ZoneTimes, AreThoseOfThePlaceAndTheSameMoment) {
  const auto zone = find_zone(GetParam().zone);
  ASSERT_TRUE(zone.has_value()) << zone.error().message;
  const auto time = parse_rfc3339(GetParam().utc).value();
  EXPECT_EQ(format_rfc3339(time, **zone), GetParam().there);
  EXPECT_EQ(parse_rfc3339(format_rfc3339(time, **zone)).value(), time);
}
INSTANTIATE_TEST_SUITE_P(Base, ZoneTimes, testing::ValuesIn(kCases),
                         [](const auto& each) { return std::string{each.param.name}; });

TEST(Zone, WritesForPeople) {
  const auto zone = find_zone("Europe/Berlin").value();
  const auto time = parse_rfc3339("2022-05-10T23:05:00Z").value();
  EXPECT_EQ(format_date(time, *zone), "2022-05-11");
  EXPECT_EQ(format_minute(time, *zone), "2022-05-11 01:05 +02:00");
  EXPECT_EQ(format_minute(time, Zone::utc()), "2022-05-10 23:05 UTC");
}

TEST(Zone, NamesThatAreNoneAreRefusedAndReadNoOtherFile) {
  for (const auto* name : {"../../../etc/passwd", "/etc/passwd", "Europe/../Europe/Berlin", "Europe", "zone.tab",
                           "tzdata.zi", "Europe/Atlantis", "europe//berlin", "Europe/Berlin/", "Europe/Ber lin", "\n",
                           "leap-seconds.list", "Europe/Berlin\0x"}) {
    EXPECT_FALSE(find_zone(name).has_value() && std::string_view{name} != "Europe/Berlin") << name;
  }
  EXPECT_FALSE(find_zone(std::string(500, 'A')).has_value());
}

TEST(Zone, EveryNameToChooseFromCanBeRead) {
  EXPECT_GT(zone_names().size(), 200U);
  EXPECT_EQ(zone_names().front(), "UTC");
  for (const auto& name : zone_names()) EXPECT_TRUE(find_zone(name).has_value()) << name;
}

TEST(Zone, BrokenFilesAreRefused) {
  const std::string good = [] {
    // Version 2, no changes, one type, footer "CET-1CEST,M3.5.0,M10.5.0/3".
    const auto header = [](char version) {
      return std::string{"TZif"} + version + std::string(15, '\0') + std::string(19, '\0') + '\1' +
             std::string(3, '\0') + '\4';
    };
    const std::string body = std::string("\0\0\x0e\x10\0\0", 6) + std::string("CET\0", 4);
    return header('2') + body + header('2') + body + "\nCET-1CEST,M3.5.0,M10.5.0/3\n";
  }();
  const auto zone = Zone::parse("Test", good);
  ASSERT_TRUE(zone.has_value()) << zone.error().message;
  EXPECT_EQ(zone->offset_s(parse_rfc3339("2022-07-01T00:00:00Z").value()), 7'200);
  EXPECT_EQ(zone->offset_s(parse_rfc3339("2022-10-30T01:00:00Z").value()), 3'600);
  const auto footer = good.find("\nCET-1");
  for (std::size_t size = 0; size < footer; ++size) {
    EXPECT_FALSE(Zone::parse("Test", good.substr(0, size)).has_value()) << size;
  }
  for (const auto* bad : {"C-1", "CET", "CET-1CEST", "CET-1CEST,M3.6.0,M10.5.0", "CET-1CEST,M3.5.0", "CET-99", "<CET-1",
                          "CET-1CEST,M13.1.0,M10.5.0", "CET-1CEST,M3.5.0,M10.5.0/3x"}) {
    EXPECT_FALSE(Zone::parse("Test", good.substr(0, footer) + "\n" + bad + "\n").has_value()) << bad;
  }
}

}  // namespace
}  // namespace tocsin
