#include "formats/cwe/cwe.hpp"

#include <gtest/gtest.h>

#include "formats/cwe/table.hpp"

namespace tocsin::formats::cwe {
namespace {

TEST(Cwe, KnowsEachVersionsName) {
  ASSERT_TRUE(find("CWE-79", "4.13"));
  EXPECT_EQ(find("CWE-79", "4.13")->name,
            "Improper Neutralization of Input During Web Page Generation ('Cross-site Scripting')");
  EXPECT_EQ(find("CWE-79", "4.13")->usage, Usage::allowed);
  EXPECT_EQ(find("CWE-40", "4.13")->name, R"(Path Traversal: '\\UNC\share\name\' (Windows UNC Share))");
  EXPECT_FALSE(find("CWE-79", "4.999"));
  EXPECT_FALSE(find("CWE-1", latest_version())) << "a category long gone";
  EXPECT_FALSE(find("CWE-1003", latest_version())) << "a view";
  for (const auto* id : {"", "CWE-", "CWE-0", "CWE-079", "cwe-79", "CWE-79 ", "CWE-65537", "79", "CWE-99999999999"}) {
    EXPECT_FALSE(find(id, "4.13")) << id;
    EXPECT_FALSE(is_known(id)) << id;
  }
}

TEST(Cwe, KnowsNamesOfAllTimes) {
  EXPECT_TRUE(was_ever_named("CWE-20", "Improper Input Validation"));
  EXPECT_TRUE(was_ever_named("CWE-20", "Insufficient Input Validation"));
  EXPECT_FALSE(was_ever_named("CWE-20", "Improper input validation"));
  EXPECT_EQ(newest_name("CWE-20"), "Improper Input Validation");
}

TEST(Cwe, FindsTheVersionOfAMapping) {
  const auto before = version_that_matches("CWE-20", "Improper Input Validation", "2022-05-10");
  ASSERT_FALSE(before.empty());
  EXPECT_EQ(before, version_of_day("2022-05-09"));
  // Only a newer list has the name: the first of those.
  EXPECT_EQ(version_that_matches("CWE-20", "Insufficient Input Validation", "2008-01-01"), "1.0");
  EXPECT_EQ(version_that_matches("CWE-20", "No such name", "2022-05-10"), "");
  EXPECT_EQ(version_of_day("2000-01-01"), "");
  EXPECT_EQ(version_of_day("2999-01-01"), latest_version());
}

TEST(Cwe, TableIsInOrder) {
  const auto versions = version_table();
  for (std::size_t i = 1; i < versions.size(); ++i) EXPECT_LE(versions[i - 1].date, versions[i].date);
  const auto spans = span_table();
  for (std::size_t i = 0; i < spans.size(); ++i) {
    EXPECT_LE(spans[i].first, spans[i].last);
    EXPECT_LT(spans[i].last, versions.size());
    if (i == 0) continue;
    const bool rising = spans[i - 1].number < spans[i].number ||
                        (spans[i - 1].number == spans[i].number && spans[i - 1].last < spans[i].first);
    EXPECT_TRUE(rising) << spans[i].number;
  }
}

}  // namespace
}  // namespace tocsin::formats::cwe
