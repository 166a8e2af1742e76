#include "formats/epss/epss.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "formats/testing/corpus.hpp"

namespace tocsin::formats::epss {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kHead = "#model_version:v2026.06.15,score_date:2026-08-16T12:00:00Z\ncve,epss,percentile\n";

TEST(Epss, ReadsTheDailyFile) {
  const auto read = epss::read(std::string{kHead} + "CVE-2023-0002,0.97123,0.99912\r\nCVE-2021-0001,5e-05,0\n");
  ASSERT_TRUE(read) << read.error().to_string();
  EXPECT_EQ(read->model, "v2026.06.15");
  EXPECT_EQ(format_date(*read->date), "2026-08-16");
  ASSERT_EQ(read->scores.size(), 2U);
  EXPECT_EQ(read->scores[0].cve, "CVE-2021-0001") << "sorted by CVE";
  EXPECT_EQ(read->scores[0].probability, 50);
  EXPECT_EQ(read->scores[1].probability, 971'230);
  EXPECT_EQ(read->scores[1].percentile, 999'120);
}

TEST(Epss, ReadsOldFilesWithoutDateAndPercentile) {
  const auto read = epss::read("cve,epss\nCVE-2021-0001,0.5\n");
  ASSERT_TRUE(read) << read.error().to_string();
  EXPECT_FALSE(read->date);
  EXPECT_FALSE(read->scores.at(0).percentile);
  EXPECT_EQ(format_date(*date_of_name("x/epss_scores-2021-04-14.csv.gz")), "2021-04-14");
  EXPECT_FALSE(date_of_name("epss_scores-current.csv.gz"));
  const auto offset =
      epss::read("#model_version:v2022.01.01,score_date:2022-02-04T00:00:00+0000\ncve,epss,percentile\n");
  ASSERT_TRUE(offset) << offset.error().to_string();
  EXPECT_EQ(format_date(*offset->date), "2022-02-04");
}

TEST(Epss, RefusesWhatIsNoneAndSaysTheLine) {
  struct Case {
    std::string text, line, message;
  };
  const std::string head{kHead};
  const Case cases[] = {{"", "1", "names of the columns"},
                        {"#model_version:v1,score_date:2026-13-01\n", "1", "no date"},
                        {"a,b\n", "1", "columns are called"},
                        {head + "CVE-2021-0001,1.5,0.1\n", "3", "from 0 to 1"},
                        {head + "CVE-2021-0001,nan,0.1\n", "3", "from 0 to 1"},
                        {head + "CVE-2021-0001,-0,0.1x\n", "3", "percentile"},
                        {head + "CVE-2021-0001,0.5\n", "3", "3 cells"},
                        {head + "CVE-2021-0001,0.5,0.5,0.5\n", "3", "3 cells"},
                        {head + "\nCVE-21-1,0.5,0.5\n", "4", "no CVE id"},
                        {head + "# more\n", "3", "first line only"},
                        {head + "CVE-2021-0001,0.1,0.1\nCVE-2021-0001,0.1,0.1\n", "", "stands twice"},
                        {head + std::string(600, 'x'), "3", "larger than"}};
  for (const auto& each : cases) {
    const auto read = epss::read(each.text);
    ASSERT_FALSE(read) << each.text;
    EXPECT_EQ(read.error().where, each.line) << each.text;
    EXPECT_THAT(read.error().message, HasSubstr(each.message)) << each.text;
  }
}

TEST(Epss, ReadsARealFile) {
  const auto bytes = formats::testing::uncompressed("vuln/epss-2026-08-16-sample.csv.gz");
  if (!bytes) GTEST_SKIP() << "vuln/epss-2026-08-16-sample.csv.gz is not there";
  EXPECT_TRUE(recognise(*bytes));
  const auto read = epss::read(*bytes);
  ASSERT_TRUE(read) << read.error().to_string();
  EXPECT_EQ(read->scores.size(), 14'545U);
}

}  // namespace
}  // namespace tocsin::formats::epss
