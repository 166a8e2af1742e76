#include "domain/case.hpp"

#include <set>

#include <gtest/gtest.h>

namespace tocsin::domain {
namespace {

TEST(CaseNumber, IsTheYearAndDigits) {
  EXPECT_EQ(case_number(2026, "04821"), "CASE-2026-04821");
  EXPECT_EQ(parse_case_number("CASE-2026-04821"), "CASE-2026-04821");
  EXPECT_EQ(parse_case_number("case-2026-04821"), "CASE-2026-04821");
  EXPECT_EQ(parse_case_number("CASE-2026-123456789012"), "CASE-2026-123456789012");
}

TEST(CaseNumber, NothingElseIsOne) {
  for (const auto* text : {"", "CASE", "CASE-2026-", "CASE-2026-1234", "CASE-20261-2345", "CASE-2026-1234x",
                           "CASE-2026-12345 ", "KASE-2026-12345", "CASE-2026-1234567890123", "CASE_2026_12345"}) {
    EXPECT_EQ(parse_case_number(text), std::nullopt) << text;
  }
}

TEST(CaseWords, AreReadAsTheyAreWritten) {
  std::set<std::string_view> words;
  for (const auto kind : all_case_kinds()) {
    EXPECT_EQ(parse_case_kind(slug(kind)), kind);
    EXPECT_TRUE(words.insert(to_string(kind)).second);
  }
  for (const auto part : all_case_parts()) {
    EXPECT_EQ(parse_case_part(slug(part)), part);
    EXPECT_TRUE(words.insert(to_string(part)).second);
  }
  for (const auto state : {CaseState::open, CaseState::closed}) EXPECT_EQ(parse_case_state(to_string(state)), state);
  EXPECT_EQ(parse_case_kind("exercise"), std::nullopt);
  EXPECT_EQ(parse_case_part("owner"), std::nullopt);
  EXPECT_EQ(parse_case_state("Open"), std::nullopt);
}

}  // namespace
}  // namespace tocsin::domain
