#include "domain/nis2.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace tocsin::domain {
namespace {

TEST(Nis2, TheAnnexesHaveElevenAndSevenSectors) {
  const auto in = [](int annex) { return std::ranges::count(all_nis2_sectors(), annex, &Nis2Sector::annex); };
  EXPECT_EQ(in(1), 11);
  EXPECT_EQ(in(2), 7);
  int annex = 1;
  int number = 0;
  for (const auto& each : all_nis2_sectors()) {
    if (each.annex != annex) number = 0;
    annex = each.annex;
    EXPECT_EQ(each.number, ++number) << each.name;
  }
}

TEST(Nis2, EverySectorButTwoHasACounterpart) {
  for (const auto sector : all_sectors()) {
    const bool none = sector == Sector::multiple || sector == Sector::commercial_facilities;
    EXPECT_EQ(nis2_sectors_of(sector).empty(), none) << slug(sector);
    for (const auto& each : nis2_sectors_of(sector)) {
      EXPECT_TRUE(std::ranges::any_of(all_nis2_sectors(), [&](const auto& known) { return known.name == each.name; }))
          << each.name;
    }
  }
}

}  // namespace
}  // namespace tocsin::domain
