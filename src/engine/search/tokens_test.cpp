#include "engine/search/tokens.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tocsin::engine::search {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

TEST(Tokens, AreFoldedWords) {
  EXPECT_THAT(tokens("SIMATIC S7-1500, Geutebrück!"), ElementsAre("simatic", "s7", "1500", "geutebruck"));
  EXPECT_THAT(tokens("a\xC2\xA0\x62 “c”–d"), ElementsAre("a", "b", "c", "d"));
  EXPECT_THAT(tokens(" &%… "), IsEmpty());
  EXPECT_THAT(tokens(""), IsEmpty());
  EXPECT_THAT(tokens("насос 泵"), ElementsAre("насос", "泵"));
}

TEST(Tokens, LongRunsAreCutBetweenCharacters) {
  EXPECT_THAT(tokens(std::string(65, 'x')), ElementsAre(std::string(64, 'x')));
  EXPECT_THAT(tokens(std::string(64, 'x')), ElementsAre(std::string(64, 'x')));
  std::string wide = "x";
  for (int i = 0; i < 40; ++i) wide += "ж";
  const auto found = tokens(wide);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].size(), 63U);
}

TEST(Tokens, IllFormedBytesEndNothingAndLoopNowhere) {
  EXPECT_THAT(tokens("a\xFF"
                     "b\xC3"),
              ElementsAre("ab"));
}

TEST(Identifiers, HaveTheirTails) {
  EXPECT_THAT(identifier_tokens("CPU 1515 (6ES7515-2AM02-0AB0)"),
              ElementsAre("6es75152am020ab0", "5152am020ab0", "2am020ab0", "0ab0"));
  EXPECT_THAT(identifier_tokens("6ES7 515-2AM02-0AB0"),
              ElementsAre("6es75152am020ab0", "5152am020ab0", "2am020ab0", "0ab0"));
  EXPECT_THAT(identifier_tokens("see CVE-2021-22893."), ElementsAre("cve202122893", "202122893", "22893"));
  EXPECT_THAT(identifier_tokens("SIMATIC S7-1500"), ElementsAre("s71500", "1500"));
}

TEST(Identifiers, AreNoProse) {
  EXPECT_THAT(identifier_tokens("a state-of-the-art device, 1500 pieces, version 2.9.1"), IsEmpty());
  EXPECT_THAT(identifier_tokens("6ES7 is a prefix"), ElementsAre("6es7"));
  EXPECT_THAT(identifier_tokens("6ES7"), ElementsAre("6es7"));
  EXPECT_THAT(identifier_tokens("6ES7 51"), ElementsAre("6es7"));
}

TEST(Identifiers, KnownOnesNeedNotLookLikeOne) {
  EXPECT_THAT(identifier_tails("ACME Advisory"), ElementsAre("acmeadvisory", "advisory"));
  EXPECT_THAT(identifier_tails(""), IsEmpty());
}

TEST(Identifiers, TypedOnes) {
  EXPECT_EQ(compact_identifier("6ES7515"), "6es7515");
  EXPECT_EQ(compact_identifier("515-2AM02"), "5152am02");
  EXPECT_EQ(compact_identifier("2021-22893"), "202122893");
  EXPECT_EQ(compact_identifier("CVE\xE2\x80\x93"
                               "2021"),
            "cve2021");
  EXPECT_EQ(compact_identifier("1500"), "");
  EXPECT_EQ(compact_identifier("schneider-electric"), "");
  EXPECT_EQ(compact_identifier("2.9"), "");
}

TEST(Versions, AreOneTokenEach) {
  EXPECT_THAT(version_tokens("< V2.9.1"), ElementsAre("2_9_1"));
  EXPECT_THAT(version_tokens(">= 6.02 | <= 6.05"), ElementsAre("6_02", "6_05"));
  EXPECT_THAT(version_tokens("< V14 SP1 Upd 9"), ElementsAre("14", "sp1", "9"));
  EXPECT_THAT(version_tokens("all versions"), IsEmpty());
}

TEST(Words, StandWhereTheyStand) {
  const std::string text = "Ein Überlauf!";
  std::vector<std::string> seen;
  for (const auto& each : words_in(text)) seen.push_back(text.substr(each.begin, each.end - each.begin));
  EXPECT_THAT(seen, ElementsAre("Ein", "Überlauf"));
}

}  // namespace
}  // namespace tocsin::engine::search
