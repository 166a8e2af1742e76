#include "formats/kev/kev.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.hpp"
#include "formats/testing/corpus.hpp"

namespace tocsin::formats::kev {
namespace {

using ::testing::HasSubstr;

Result<Catalogue> read_text(std::string_view text) {
  const auto parsed = json::parse(text);
  if (!parsed) return parsed.error();
  return read_json(parsed->root());
}

constexpr std::string_view kGood =
    R"({"title":"t","catalogVersion":"2026.05.01","dateReleased":"2026-05-01T10:00:00.1Z",
  "count":2,"vulnerabilities":[
  {"cveID":"CVE-2023-0002","vendorProject":"V","product":"P","vulnerabilityName":"N","dateAdded":"2023-01-03",
   "requiredAction":"Act","dueDate":"2023-01-24","knownRansomwareCampaignUse":"Known"},
  {"cveID":"CVE-2021-0001","vendorProject":"W","product":"Q","vulnerabilityName":"M","dateAdded":"2023-01-02",
   "requiredAction":"Act","dueDate":"","knownRansomwareCampaignUse":"Unknown"}]})";

TEST(Kev, ReadsTheCatalogue) {
  const auto read = read_text(kGood);
  ASSERT_TRUE(read) << read.error().to_string();
  EXPECT_EQ(read->version, "2026.05.01");
  EXPECT_EQ(format_rfc3339(*read->released), "2026-05-01T10:00:00.100000Z");
  ASSERT_EQ(read->entries.size(), 2U);
  const auto& first = read->entries[0];
  EXPECT_EQ(first.cve, "CVE-2021-0001") << "sorted by CVE";
  EXPECT_FALSE(first.due);
  EXPECT_FALSE(first.ransomware);
  const auto& second = read->entries[1];
  EXPECT_EQ(format_date(second.added), "2023-01-03");
  EXPECT_EQ(format_date(*second.due), "2023-01-24");
  EXPECT_TRUE(second.ransomware);
  EXPECT_EQ(format_date(read->newest()), "2023-01-03");
}

TEST(Kev, RefusesWhatIsNoCatalogueAndSaysWhere) {
  struct Case {
    std::string from, to, where, message;
  };
  const Case cases[] = {
      {R"("count":2)", R"("count":3)", "/count", "another count"},
      {"CVE-2023-0002", "CVE-2021-0001", "/vulnerabilities/1/cveID", "stands twice"},
      {"CVE-2023-0002", "cve-2023-0002", "/vulnerabilities/0/cveID", "no CVE id"},
      {"2023-01-03", "2023-02-30", "/vulnerabilities/0/dateAdded", "no date"},
      {"2023-01-24", "soon", "/vulnerabilities/0/dueDate", "no date"},
      {R"("dateAdded":"2023-01-02",)", "", "/vulnerabilities/1/dateAdded", "missing"},
      {"2026-05-01T10:00:00.1Z", "yesterday", "/dateReleased", ""},
      {R"("catalogVersion":"2026.05.01")", R"("catalogVersion":5)", "/catalogVersion", "missing or no"},
  };
  for (const auto& each : cases) {
    std::string text{kGood};
    const auto at = text.find(each.from);
    ASSERT_NE(at, std::string::npos) << each.from;
    text.replace(at, each.from.size(), each.to);
    const auto read = read_text(text);
    ASSERT_FALSE(read) << each.to;
    EXPECT_EQ(read.error().where, each.where);
    EXPECT_THAT(read.error().message, HasSubstr(each.message));
  }
}

TEST(Kev, ReadsTheTableToo) {
  const std::string table =
      "cveID,vendorProject,product,vulnerabilityName,dateAdded,shortDescription,requiredAction,dueDate,"
      "knownRansomwareCampaignUse,notes,cwes\n"
      "CVE-2023-0002,V,P,\"N, and more\",2023-01-03,d,Act,2023-01-24,Known,,CWE-1\n"
      "CVE-2021-0001,W,Q,M,2023-01-02,d,Act,,Unknown,,\n";
  EXPECT_TRUE(recognise_csv(table));
  EXPECT_FALSE(recognise_csv(kGood));
  const auto read = read_csv(table);
  ASSERT_TRUE(read) << read.error().to_string();
  ASSERT_EQ(read->entries.size(), 2U);
  EXPECT_EQ(read->entries[1].name, "N, and more");
  EXPECT_TRUE(read->entries[1].ransomware);
  EXPECT_FALSE(read->released);
  const auto wrong = read_csv(table + "CVE-2024-1,V,P,N,2023-01-03,d,Act,,,,\n");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().where, "4");
}

TEST(Kev, ReadsTheRealCatalogue) {
  const auto bytes = formats::testing::uncompressed("kev/known_exploited_vulnerabilities.json.gz");
  if (!bytes) GTEST_SKIP() << "kev/known_exploited_vulnerabilities.json.gz is not there";
  const auto read = read_text(*bytes);
  ASSERT_TRUE(read) << read.error().to_string();
  EXPECT_EQ(read->entries.size(), 1404U);
  EXPECT_EQ(format_date(read->newest()), "2025-08-25");
}

}  // namespace
}  // namespace tocsin::formats::kev
