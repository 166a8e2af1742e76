#include "domain/country.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace tocsin::domain {
namespace {

TEST(Countries, AreSortedTwoLettersEachAndOnce) {
  const auto all = all_countries();
  EXPECT_GT(all.size(), 240U);
  EXPECT_TRUE(std::ranges::is_sorted(all, {}, &Country::code));
  EXPECT_EQ(std::ranges::adjacent_find(all, {}, &Country::code), all.end());
  for (const auto& each : all) {
    EXPECT_EQ(each.code.size(), 2U);
    EXPECT_FALSE(each.name.empty()) << each.code;
  }
}

TEST(Countries, AreFoundInAnyCase) {
  for (const auto code : {"DE", "de", "De"}) {
    const auto* found = find_country(code);
    ASSERT_NE(found, nullptr) << code;
    EXPECT_EQ(found->name, "Germany");
  }
}

TEST(Countries, WhatIsNoCodeIsNotFound) {
  for (const auto code : {"", "D", "DEU", "XX", "EU", "UK", "D\xC3\x8B", "DE "})
    EXPECT_EQ(find_country(code), nullptr) << code;
}

}  // namespace
}  // namespace tocsin::domain
