#include "engine/exposure/testing/pairs.hpp"

#include <set>

#include <gtest/gtest.h>

namespace tocsin::engine::exposure {
namespace {

TEST(ExposurePairs, AreLabelledByHand) {
  const auto pairs = testing::labelled_pairs();
  EXPECT_GE(pairs.size(), 300U);
  std::set<std::string> labels;
  std::set<std::string> lines;
  for (const auto& pair : pairs) {
    labels.insert(pair.label);
    const auto& item = pair.item;
    EXPECT_TRUE(lines
                    .insert(item.vendor + "\t" + item.product + "\t" + item.model + "\t" + item.serial + "\t" +
                            (item.versions.empty() ? "" : item.versions.front().text) + "\t" + pair.advisory)
                    .second)
        << "twice: line " << item.row + 1;
  }
  EXPECT_EQ(labels, (std::set<std::string>{"affected", "fixed", "not_affected", "undecidable", "unrelated"}));
}

TEST(ExposurePairs, AreToldAsAPersonTellsThem) {
  const auto advisories = testing::real_advisories();
  if (advisories.empty()) GTEST_SKIP() << "csaf/cisa-ot-2017-2022.tar.zst is not in TOCSIN_DATA";
  Matcher matcher;
  for (const auto& advisory : advisories) matcher.add(advisory);
  matcher.prepare();
  // What is reached, with a little room: a change that makes it worse shows which lines it costs.
  const struct {
    std::string_view file;
    double recall;
  } sets[] = {{"pairs.tsv", 0.96},        {"pairs_second.tsv", 0.95}, {"pairs_third.tsv", 0.93},
              {"pairs_fourth.tsv", 0.85}, {"pairs_fifth.tsv", 0.85},  {"pairs_sixth.tsv", 0.82},
              {"pairs_seventh.tsv", 0.78}};
  for (const auto& set : sets) {
    const auto pairs = testing::labelled_pairs(set.file);
    const auto answers = testing::ask(matcher, pairs);
    const auto score = testing::score(answers);
    std::string wrong{set.file};
    for (const auto& answer : answers) {
      if (!answer.agrees_in_effect()) wrong += "\n" + testing::describe(answer);
    }
    EXPECT_GE(score.precision(), 0.97) << wrong;
    EXPECT_GE(score.recall(), set.recall) << wrong;
    EXPECT_GE(score.agree_in_effect, score.all * 4 / 5) << wrong;
  }
}

}  // namespace
}  // namespace tocsin::engine::exposure
