#include "engine/search/query.hpp"

#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tocsin::engine::search {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Term only(std::string_view text) {
  const auto query = parse_query(text);
  EXPECT_TRUE(query) << (query ? "" : query.error().to_string());
  if (!query || query->terms.size() != 1) {
    ADD_FAILURE() << text;
    return {};
  }
  return query->terms.front();
}

struct Canonical {
  std::string_view typed, text;
};
void PrintTo(const Canonical& each, std::ostream* out) { *out << each.typed; }
constexpr Canonical kCanonical[] = {
    {"", ""},
    {"  siemens   s7 1500 ", "siemens s7 1500"},
    {R"(siemens vendor:"Schneider Electric" cvss>=9 cve:CVE-2021-22893 sector:energy published:2021..2022 -rejected)",
     R"(siemens vendor:"Schneider Electric" cvss>=9 cve:CVE-2021-22893 sector:energy published:2021..2022 -rejected)"},
    {"\"buffer overflow\"", "\"buffer overflow\""},
    {"\"never closed", "\"never closed\""},
    {R"("say \"hi\"")", R"("say \"hi\"")"},
    {"6ES7515*", "6ES7515*"},
    {"& ... \"\" - *", ""},
    {"-vendor:abb", "-vendor:abb"},
    {"VENDOR:abb", "vendor:abb"},
    {"vendor:\"abb\"", "vendor:abb"},
    {"vendor:abb,,\"Schneider Electric\",", "vendor:abb,\"Schneider Electric\""},
    {"severity:HIGH,critical,high", "severity:high,critical"},
    {"severity=high", "severity:high"},
    {"cvss:9.0", "cvss:9"},
    {"cvss:7..8.9", "cvss:7..8.9"},
    {"cvss:..5", "cvss:0..5"},
    {"cwe:787", "cwe:CWE-787"},
    {"cve:2021-22893", "cve:CVE-2021-22893"},
    {"cve:cve-2021*", "cve:CVE-2021*"},
    {"sector:Energy,health", "sector:energy,healthcare"},
    {"tlp:WHITE", "tlp:clear"},
    {"has:Fix", "has:fix"},
    {"kev:YES", "kev:yes"},
    {"epss>=0.50", "epss>=0.5"},
    {"epss:..0.1", "epss:0..0.1"},
    {"epss<1.000", "epss<1"},
    {"namespace:https://a.example*", "namespace:https://a.example*"},
    {"revised>=2021-05", "revised>=2021-05"},
    {"status:Interim", "status:interim"},
    {"published:2021,2022", "published:2021,2022"},
    {"updated>=2021-05-10", "updated>=2021-05-10"},
    {"http://portal.example/x", "http://portal.example/x"},
    {"C:\\temp", "C:\\temp"},
    {"S7:foo", "S7:foo"},
    {"S7: foo", "S7: foo"},
    {"note: foo", "note: foo"},
    {"x=24", "x=24"},
    {"\"note:foo\"", "\"note:foo\""},
    {"vendor:sch*", "vendor:sch*"},
    {"id:\"A*\"", "id:\"A*\""},
    {"vendor:\"schneider el\"*", "vendor:\"schneider el\"*"},
    {"cve:\u201Dj*", "cve:\"\\\"J\"*"},
};
class CanonicalText : public ::testing::TestWithParam<Canonical> {};
TEST_P(CanonicalText, IsWrittenAndReadBack) {
  const auto query = parse_query(GetParam().typed);
  ASSERT_TRUE(query) << query.error().to_string();
  EXPECT_EQ(to_text(*query), GetParam().text);
  const auto again = parse_query(to_text(*query));
  ASSERT_TRUE(again) << again.error().to_string();
  EXPECT_EQ(*again, *query);
}
INSTANTIATE_TEST_SUITE_P(Query, CanonicalText, ::testing::ValuesIn(kCanonical));

struct Refused {
  std::string_view typed, where, says;
};
void PrintTo(const Refused& each, std::ostream* out) { *out << each.typed; }
constexpr Refused kRefused[] = {
    {"pump vendr:siemens", "6", "did you mean vendor?"},
    {"ü vendr:siemens", "3", "did you mean vendor?"},
    {"vendors:siemens", "1", "did you mean vendor?"},
    {"note:foo", "1", "\"note:foo\""},
    {"severty>=high", "1", "did you mean severity?"},
    {"cvss>=eleven", "7", "a number from 0 to 10"},
    {"epss>=50", "7", "a number from 0 to 1"},
    {"epss:0.1,0.2", "10", "a number from 0 to 1"},
    {"epss:0.5..0.1", "6", "a number from 0 to 1"},
    {"epss:1.1", "6", "a number from 0 to 1"},
    {"kev:maybe", "5", "yes, no"},
    {"cvss:10.1", "6", "a number from 0 to 10"},
    {"cvss:9.81", "6", "a number from 0 to 10"},
    {"cvss:9..7", "6", "begins after its end"},
    {"cvss:7,8", "8", "cvss:7..8.9"},
    {"cvss>7..8", "6", "range"},
    {"cvss:..", "6", "a number"},
    {"vendor:", "8", "needs a value"},
    {"vendor: siemens", "8", "needs a value"},
    {"vendor>siemens", "8", "not ordered"},
    {"vendor:!!", "8", "letters or digits"},
    {"severity:hgh", "10", "none, low, medium, high or critical"},
    {"severity>low,high", "10", "one value"},
    {"sector:enery", "8", "did you mean energy?"},
    {"sector:zzzzzzzzzz", "8", "take one of"},
    {"published:2021-13", "11", "year, month or day"},
    {"published:2021-02-30", "11", "year, month or day"},
    {"published:21", "11", "year, month or day"},
    {"published:2022..2021", "11", "begins after its end"},
    {"updated:9999", "9", "year, month or day"},
    {"tlp:pink", "5", "amber-strict"},
    {"has:everything", "5", "fix, cve, cvss"},
    {"status:done", "8", "final"},
    {"cwe:buffer", "5", "cwe:CWE-787"},
    {"cwe:CWE-7*", "1", "takes no *"},
    {"cve:CVE-2021*,CVE-2022-1", "1", "every value"},
    {"a*", "1", "too short"},
};
class RefusedText : public ::testing::TestWithParam<Refused> {};
TEST_P(RefusedText, SaysWhereAndWhatWouldBeRight) {
  const auto query = parse_query(GetParam().typed);
  ASSERT_FALSE(query) << to_text(*query);
  EXPECT_EQ(query.error().code, Error::Code::invalid_input);
  EXPECT_EQ(query.error().where, GetParam().where);
  EXPECT_THAT(query.error().message, HasSubstr(GetParam().says));
}
INSTANTIATE_TEST_SUITE_P(Query, RefusedText, ::testing::ValuesIn(kRefused));

TEST(Query, HasLimits) {
  EXPECT_TRUE(parse_query(std::string(kQueryBytesMax, 'x')));
  EXPECT_EQ(parse_query(std::string(kQueryBytesMax + 1, 'x')).error().code, Error::Code::too_large);
  std::string words;
  for (std::size_t i = 0; i < kTermsMax; ++i) words += "w ";
  EXPECT_TRUE(parse_query(words));
  EXPECT_EQ(parse_query(words + "w").error().code, Error::Code::too_large);
  std::string values = "vendor:v0";
  for (std::size_t i = 1; i < kValuesMax; ++i) values += fmt::format(",v{}", i);
  EXPECT_TRUE(parse_query(values));
  EXPECT_EQ(parse_query(values + ",more").error().code, Error::Code::invalid_input);
  EXPECT_FALSE(parse_query("a\xFF"));
  EXPECT_FALSE(parse_query(std::string_view{"a\0b", 3}));
}

TEST(Query, ReadsDatesAsHalfOpenIntervals) {
  const auto day = [](int year, unsigned month, unsigned d) { return from_date(year, month, d).value(); };
  EXPECT_THAT(only("published:2021").intervals, ElementsAre(Interval{day(2021, 1, 1), day(2022, 1, 1)}));
  EXPECT_THAT(only("published:2021-12").intervals, ElementsAre(Interval{day(2021, 12, 1), day(2022, 1, 1)}));
  EXPECT_THAT(only("published:2020-02-29").intervals, ElementsAre(Interval{day(2020, 2, 29), day(2020, 3, 1)}));
  EXPECT_THAT(only("published:2021..2022-05").intervals, ElementsAre(Interval{day(2021, 1, 1), day(2022, 6, 1)}));
  EXPECT_THAT(only("published>2021").intervals, ElementsAre(Interval{day(2022, 1, 1), std::nullopt}));
  EXPECT_THAT(only("published>=2021").intervals, ElementsAre(Interval{day(2021, 1, 1), std::nullopt}));
  EXPECT_THAT(only("published<2021").intervals, ElementsAre(Interval{std::nullopt, day(2021, 1, 1)}));
  EXPECT_THAT(only("published<=2021").intervals, ElementsAre(Interval{std::nullopt, day(2022, 1, 1)}));
  EXPECT_THAT(only("published:..2021").intervals, ElementsAre(Interval{std::nullopt, day(2022, 1, 1)}));
}

TEST(Query, AppliesComparisonsToSeverities) {
  using formats::cvss::Severity;
  EXPECT_THAT(only("severity>=high").severities, ElementsAre(Severity::high, Severity::critical));
  EXPECT_THAT(only("severity<low").severities, ElementsAre(Severity::none));
  EXPECT_THAT(only("severity>critical").severities, IsEmpty());
}

TEST(Query, FacetLinksAddReplaceAndRemove) {
  const auto start = parse_query("pump").value();
  const auto one = with(start, Field::vendor, "siemens");
  EXPECT_EQ(to_text(one), "pump vendor:siemens");
  const auto two = with(one, Field::vendor, "Schneider Electric");
  EXPECT_EQ(to_text(two), "pump vendor:siemens,\"Schneider Electric\"");
  EXPECT_EQ(with(two, Field::vendor, "siemens"), two);
  EXPECT_EQ(to_text(with(two, Field::vendor, "abb", false)), "pump vendor:abb");
  EXPECT_EQ(to_text(without(two, Field::vendor, "siemens")), "pump vendor:\"Schneider Electric\"");
  EXPECT_EQ(without(one, Field::vendor, "siemens"), start);
  EXPECT_EQ(without(start, Field::vendor, "siemens"), start);
  EXPECT_EQ(to_text(with(with({}, Field::published, "2021"), Field::published, "2022")), "published:2021,2022");
  EXPECT_EQ(with(with({}, Field::published, "2021"), Field::published, "2022").terms[0].intervals.size(), 2U);
  EXPECT_EQ(to_text(with({}, Field::text, "note:foo bar")), "\"note:foo bar\"");
  EXPECT_TRUE(with({}, Field::sector, "nonsense").empty());
  // A negated filter is no choice.
  EXPECT_EQ(to_text(with(parse_query("-vendor:abb").value(), Field::vendor, "omron")), "-vendor:abb vendor:omron");
}

TEST(Query, HelpIsTrue) {
  for (const auto& each : filter_help()) {
    const auto query = parse_query(each.example);
    EXPECT_TRUE(query) << each.example;
  }
}

TEST(Query, AnyTextIsReadOrRefusedAndWrittenBackTheSame) {
  std::mt19937 random{20220510};
  static constexpr std::string_view kPieces[] = {
      "siemens", "\"",      " ",        " ",       ":",        ",",       "-",         "*",    "vendor:",
      "cvss>=",  "9",       "..",       "cve:",    "CVE-2021", "-22893",  "published", "2021", "=",
      "<",       "\\",      "energy",   "sector:", "é",        "S7-1500", "title:",    "a b",  "&",
      "product", "has:fix", "version:", "\t",      "severity", ">=high"};
  int read = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (auto pieces = random() % 9; pieces > 0; --pieces) text += kPieces[random() % std::size(kPieces)];
    const auto query = parse_query(text);
    if (!query) {
      EXPECT_FALSE(query.error().message.empty()) << text;
      continue;
    }
    ++read;
    const auto again = parse_query(to_text(*query));
    ASSERT_TRUE(again) << text << " | " << to_text(*query) << " | " << again.error().to_string();
    ASSERT_EQ(*again, *query) << text << " | " << to_text(*query);
  }
  EXPECT_GT(read, 2'000);
}

}  // namespace
}  // namespace tocsin::engine::search
