#include "engine/exposure/sums.hpp"

#include <algorithm>
#include <array>
#include <random>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "engine/exposure/testing/attacker.hpp"

namespace tocsin::engine::exposure {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> lines(const std::optional<SumPublication>& publication) {
  std::vector<std::string> out;
  if (!publication) return out;
  for (const auto& each : cells_of(*publication)) {
    out.push_back(fmt::format("{}:{}/{}", each.sector, each.organisations, each.assets));
  }
  return out;
}

/// Organisations 1 to n, all of one sector.
std::vector<Contribution> some(int n, std::int64_t assets = 4, const std::string& sector = "water", int from = 1) {
  std::vector<Contribution> all;
  for (int i = 0; i < n; ++i) all.push_back({.organisation = from + i, .sector = sector, .assets = assets});
  return all;
}
std::vector<Contribution> joined(std::vector<Contribution> a, const std::vector<Contribution>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}
std::set<std::int64_t> of(const std::vector<Contribution>& all) {
  std::set<std::int64_t> present;
  for (const auto& each : all) present.insert(each.organisation);
  return present;
}
std::optional<SumPublication> publish(const std::vector<Contribution>& now,
                                      const std::vector<SumPublication>& earlier = {}, int k = 5) {
  return next_publication(now, earlier, of(now), k);
}

TEST(Sums, RestOnEnoughOrganisations) {
  EXPECT_THAT(lines(publish(some(4))), ElementsAre());
  EXPECT_THAT(lines(publish(some(5))), ElementsAre(":5/20", "water:5/20"));
  EXPECT_THAT(lines(publish(some(3), {}, 3)), ElementsAre(":5/10", "water:5/10"));
  // However low it is set.
  EXPECT_THAT(lines(publish(some(2), {}, 1)), ElementsAre());
  EXPECT_THAT(lines(publish({})), ElementsAre());
}

TEST(Sums, NoneStandsForMostOfAFigure) {
  auto all = some(5, 1);
  all[0].assets = 22;  // of 26: 84.6 %
  EXPECT_THAT(lines(publish(all)), ElementsAre(":5/25", "water:5/25"));
  all[0].assets = 23;  // of 27: 85.2 %
  EXPECT_THAT(lines(publish(all)), ElementsAre());
}

TEST(Sums, WhatIsLeftOfTheWholeIsNoneToo) {
  // Subtracting the sector from all would tell of one.
  EXPECT_THAT(lines(publish(joined(some(6), some(1, 4, "energy", 10)))), ElementsAre(":5/30"));
  // Of five it would not.
  EXPECT_THAT(lines(publish(joined(some(6), some(5, 4, "energy", 10)))),
              ElementsAre(":10/45", "energy:5/20", "water:5/25"));
  // The smaller sector joins those that are too few.
  const auto three = joined(joined(some(6), some(5, 4, "energy", 10)), some(2, 4, "food", 20));
  EXPECT_THAT(lines(publish(three)), ElementsAre(":15/50", "water:5/25"));
}

TEST(Sums, ADifferenceOfDaysIsNone) {
  const auto first = publish(some(6)).value();
  EXPECT_FALSE(publish(some(6), {first})) << "the same";
  EXPECT_FALSE(publish(some(7), {first})) << "one came";
  EXPECT_FALSE(publish(some(10), {first})) << "four came";
  EXPECT_TRUE(publish(some(11), {first})) << "five came";
  EXPECT_FALSE(publish(some(5), {first})) << "one has nothing left";
  auto other = some(6);
  other[2].assets = 9;
  EXPECT_FALSE(publish(other, {first})) << "one has more";
  for (auto& each : other) each.assets = 9;
  EXPECT_TRUE(publish(other, {first})) << "all have more";
  other = some(6, 5);
  other[0].assets = 4 + 40;
  EXPECT_FALSE(publish(other, {first})) << "nearly all of the difference is of one";
}

/// Who withdraws changes no figure by that, neither at once nor by bringing the next about.
TEST(Sums, AWithdrawalShowsInNothing) {
  const auto first = publish(some(10)).value();
  EXPECT_FALSE(publish(some(9), {first}));
  EXPECT_FALSE(publish(some(5), {first})) << "not even five of them";
  // Four have changed; that a fifth has left is not what it waited for.
  auto others = some(9);
  for (int i = 0; i < 4; ++i) others[static_cast<std::size_t>(i)].assets = 7;
  EXPECT_FALSE(publish(others, {first}));
  others[4].assets = 7;
  const auto second = publish(others, {first});
  ASSERT_TRUE(second);
  EXPECT_THAT(lines(second), ElementsAre(":10/50", "water:10/50"));
  // Who left and came back is one, not two.
  auto forgotten = first;
  forgotten.behind[9].organisation = 0;
  others = some(10);
  for (int i = 0; i < 4; ++i) others[static_cast<std::size_t>(i)].assets = 7;
  EXPECT_FALSE(publish(others, {forgotten}));
}

/// Random plants that patch, buy, join, leave and come back; whatever is published, no arithmetic over any two
/// publications of one advisory speaks of fewer than k organisations.
TEST(Sums, NoArithmeticSpeaksOfFew) {
  constexpr std::array<const char*, 4> kSectors{"", "energy", "food", "water"};
  std::size_t published = 0, compared = 0;
  for (unsigned seed = 0; seed < 120; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random{seed};
    const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
    const int k = 3 + below(3);
    struct Plant {
      std::string sector;
      std::int64_t assets = 0;
      bool takes_part = false;
    };
    std::vector<Plant> plants(static_cast<std::size_t>(k * 2 + below(14)));
    for (auto& each : plants) {
      each = {.sector = kSectors[static_cast<std::size_t>(below(4))], .assets = below(6), .takes_part = below(4) > 0};
    }
    // As the database keeps them, and as they really were.
    std::vector<SumPublication> kept, real;
    for (int day = 0; day < 12; ++day) {
      const int busy = 1 + below(static_cast<int>(plants.size()));
      for (int i = 0; i < busy; ++i) {
        const auto at = static_cast<std::size_t>(below(static_cast<int>(plants.size())));
        auto& plant = plants[at];
        if (below(3) == 0) {
          plant.takes_part = !plant.takes_part;
          if (plant.takes_part) continue;
          for (auto& each : kept) {
            for (auto& part : each.behind) {
              if (part.organisation == static_cast<std::int64_t>(at) + 1) part.organisation = 0;
            }
          }
        } else {
          plant.assets = below(6);
        }
      }
      std::vector<Contribution> now;
      std::set<std::int64_t> present;
      for (std::size_t i = 0; i < plants.size(); ++i) {
        if (!plants[i].takes_part) continue;
        present.insert(static_cast<std::int64_t>(i) + 1);
        if (plants[i].assets == 0) continue;
        now.push_back(
            {.organisation = static_cast<std::int64_t>(i) + 1, .sector = plants[i].sector, .assets = plants[i].assets});
      }
      const auto next = next_publication(now, kept, present, k);
      if (!next) continue;
      ++published;
      ASSERT_EQ(next->behind, now);
      kept.push_back(*next);
      real.push_back(*next);
      const auto alone = Attacker::fewest(*next, {});
      ASSERT_GE(alone, static_cast<std::size_t>(k));
      for (std::size_t i = 0; i + 1 < real.size(); ++i) {
        ++compared;
        ASSERT_GE(Attacker::fewest(real[i], *next), static_cast<std::size_t>(k)) << "day " << day;
      }
    }
  }
  // It did have something to attack.
  EXPECT_GT(published, 120U);
  EXPECT_GT(compared, 20U);
}

}  // namespace
}  // namespace tocsin::engine::exposure
