#include "engine/exposure/sketch.hpp"

#include <gtest/gtest.h>

#include "engine/exposure/targets.hpp"
#include "engine/exposure/testing/pairs.hpp"

namespace tocsin::engine::exposure {
namespace {

/// Things as inventories write them, with slips of the keyboard: a glance takes all that fit() gives something for, and
/// not much else.
TEST(Sketch, LeavesOutNothingThatFits) {
  const auto advisories = testing::real_advisories();
  if (advisories.empty()) GTEST_SKIP() << "csaf/cisa-ot-2017-2022.tar.zst is not in TOCSIN_DATA";
  Targets targets;
  for (const auto& advisory : advisories) targets.add(advisory);
  targets.prepare();
  ASSERT_EQ(targets.sketches.size(), targets.names.size());
  const auto pairs = testing::labelled_pairs();
  std::size_t asked = 0, taken = 0, fitting = 0;
  for (std::size_t i = 0; i < pairs.size(); i += 8) {
    auto item = pairs[i].item;
    if (i % 3 == 1) item.vendor.clear();
    if (i % 3 == 2 && item.product.size() > 6) std::swap(item.product[3], item.product[4]);
    // "Sigm aSpectrum"
    if (const auto blank = item.product.find(' '); i % 5 == 4 && blank != item.product.npos && blank > 1) {
      std::swap(item.product[blank - 1], item.product[blank]);
    }
    const auto words = words_of(item, targets);
    for (std::size_t name = 0; name < targets.names.size(); ++name) {
      const auto full = fit(targets.names[name], words);
      const bool is_taken = may_fit(targets.sketches[name], targets.sketch_terms, words);
      const bool fits = full.confidence > 0 || full.may_stand;
      EXPECT_TRUE(is_taken || !fits) << item.product << " / " << targets.names[name].text;
      ++asked;
      taken += is_taken ? 1 : 0;
      fitting += fits ? 1 : 0;
    }
  }
  EXPECT_GT(fitting, 50U);
  EXPECT_LT(taken, asked / 10);
}

}  // namespace
}  // namespace tocsin::engine::exposure
