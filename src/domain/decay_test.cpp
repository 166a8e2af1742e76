#include "domain/decay.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace tocsin::domain {
namespace {

constexpr std::int64_t kDay = 86'400'000'000;

struct DecayCase {
  const char* name;
  DecayRule rule;
  std::int64_t stated, age_days, now;
};
constexpr DecayCase kCases[] = {
    {"FreshIsWhatWasStated", {60, 100}, 80, 0, 80},   {"StraightHalfway", {60, 100}, 80, 30, 40},
    {"StraightNearTheEnd", {60, 100}, 100, 54, 10},   {"NothingAtTheEnd", {60, 100}, 100, 60, 0},
    {"NothingEverAfter", {60, 100}, 100, 100'000, 0}, {"LateFall", {100, 50}, 100, 50, 75},  // 1 - 0.5 ^ 2
    {"EarlyFall", {100, 200}, 100, 25, 50},                                                  // 1 - 0.25 ^ (1 / 2)
    {"NothingOfNothing", {60, 100}, 0, 0, 0},         {"OfTheFutureIsFresh", {60, 100}, 70, -5, 70},
};

TEST(Decay, FollowsTheFormula) {
  for (const auto& each : kCases) {
    EXPECT_EQ(decayed(each.stated, decay_percent(each.rule, each.age_days * kDay)), each.now) << each.name;
  }
}

TEST(Decay, FallsAndNeverRises) {
  const DecayRules rules;
  for (const auto& rule : rules.kinds) {
    for (int percent = 1; percent <= 100; ++percent) {
      EXPECT_LT(decay_lasts(rule, percent), decay_lasts(rule, percent - 1));
      const auto last = decay_lasts(rule, percent);
      EXPECT_EQ(decay_percent(rule, last), percent);
      EXPECT_EQ(decay_percent(rule, last + 1), percent - 1);
    }
    // Within half a percent of the formula itself.
    for (std::int64_t day = 1; day < rule.days; day += 1 + rule.days / 50) {
      const double share = 1.0 - std::pow(static_cast<double>(day) / static_cast<double>(rule.days),
                                          100.0 / static_cast<double>(rule.speed_hundredths));
      EXPECT_NEAR(decay_percent(rule, day * kDay), share * 100, 0.501);
    }
  }
}

TEST(Decay, AnAddressFadesBeforeADomainAndThatBeforeAFile) {
  const DecayRules rules;
  const auto faded = [&](DecayKind kind) { return decay_lasts(rules.of(kind), 25); };
  EXPECT_LT(faded(DecayKind::address), faded(DecayKind::url));
  EXPECT_LT(faded(DecayKind::url), faded(DecayKind::domain));
  EXPECT_LT(faded(DecayKind::domain), faded(DecayKind::rule));
  EXPECT_LT(faded(DecayKind::rule), faded(DecayKind::file));
}

}  // namespace
}  // namespace tocsin::domain
