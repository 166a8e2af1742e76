#include "domain/four_eyes.hpp"

#include <set>

#include <gtest/gtest.h>

namespace tocsin::domain {
namespace {

TEST(FourEyes, ReadsTheListOfTheSetting) {
  const auto none = FourEyes::parse("").value();
  EXPECT_FALSE(none.any());
  const auto some = FourEyes::parse(" break_glass,grant_role , ").value();
  EXPECT_TRUE(some.any());
  for (const auto act : all_acts()) {
    EXPECT_EQ(some.wanted(act), act == Act::break_glass || act == Act::grant_role) << slug(act);
  }
  const auto bad = FourEyes::parse("break_glass, everything");
  ASSERT_FALSE(bad);
  EXPECT_NE(bad.error().message.find("'everything'"), std::string::npos);
}

TEST(FourEyes, EveryActHasItsNumberAndItsOwnName) {
  std::set<std::string_view> slugs, names;
  for (const auto act : all_acts()) {
    EXPECT_EQ(act_of(static_cast<std::int64_t>(act)), act);
    slugs.insert(slug(act));
    names.insert(name(act));
    EXPECT_TRUE(FourEyes::parse(slug(act)).value().wanted(act));
    // What everybody may do needs no second person.
    EXPECT_FALSE(allows({Role::member}, permission_of(act)));
  }
  EXPECT_EQ(slugs.size(), all_acts().size());
  EXPECT_EQ(names.size(), all_acts().size());
  EXPECT_EQ(act_of(0), std::nullopt);
  EXPECT_EQ(act_of(static_cast<std::int64_t>(all_acts().size()) + 1), std::nullopt);
}

}  // namespace
}  // namespace tocsin::domain
