#include "engine/exposure/asset_index.hpp"

#include <algorithm>
#include <map>

#include <gtest/gtest.h>

#include "engine/exposure/testing/pairs.hpp"

namespace tocsin::engine::exposure {
namespace {

using Told = std::map<std::pair<std::size_t, std::size_t>, std::string>;

void tell(Told& told, std::size_t asset, const Match& match) {
  auto& text = told[{asset, match.advisory}];
  EXPECT_EQ(text, "") << "told twice";
  text = std::string{to_string(match.status)} + " " + std::to_string(match.confidence) + " " + match.because + " " +
         match.question;
  for (const auto& id : match.product_ids) text += " " + id;
}

/// All things of the pairs, each also without its vendor and with its number alone, against every tenth advisory as the
/// new one: the index says what the matcher says of each thing.
TEST(AssetIndex, SaysWhatTheMatcherSays) {
  const auto advisories = testing::real_advisories();
  if (advisories.empty()) GTEST_SKIP() << "csaf/cisa-ot-2017-2022.tar.zst is not in TOCSIN_DATA";
  Matcher known;
  for (const auto& advisory : advisories) known.add(advisory);
  known.prepare();
  std::vector<formats::inventory::Item> items;
  for (const auto& pair : testing::labelled_pairs()) {
    items.push_back(pair.item);
    items.push_back(pair.item);
    items.back().vendor.clear();
    items.back().serial = "S-" + std::to_string(items.size());
    if (pair.item.model.empty()) continue;
    items.push_back(pair.item);
    items.back().product.clear();
    if (items.back().model.size() > 12) items.back().model[11] = 'x';
  }
  AssetIndex index{&known};
  for (const auto& item : items) index.add(item);
  ASSERT_EQ(index.size(), items.size());
  std::size_t matches = 0;
  for (std::size_t at = 0; at < advisories.size(); at += 10) {
    Matcher one;
    one.add(advisories[at]);
    one.prepare(&known);
    Told expected, told;
    for (std::size_t asset = 0; asset < items.size(); ++asset) {
      for (const auto& match : one.match(items[asset])) tell(expected, asset, match);
    }
    for (const auto& found : index.match(one, 2)) tell(told, found.asset, *found.match);
    EXPECT_EQ(told, expected) << one.id_of(0);
    matches += told.size();
  }
  EXPECT_GT(matches, 300U);
}

TEST(AssetIndex, HasNothingToSayOfNothing) {
  AssetIndex index;
  Matcher none;
  none.prepare();
  EXPECT_TRUE(index.match(none).empty());
  EXPECT_EQ(index.add(formats::inventory::Item{}), 0U);
  EXPECT_TRUE(index.match(none, 2).empty());
}

}  // namespace
}  // namespace tocsin::engine::exposure
