#include "engine/exposure/asset_finder.hpp"

#include <algorithm>
#include <array>

#include <gtest/gtest.h>

#include "engine/exposure/testing/pairs.hpp"

namespace tocsin::engine::exposure {
namespace {

using formats::inventory::Item;

/// Things of every third pair, also without vendor, with a number alone, mistyped, and under a name of their own.
std::vector<Item> things() {
  std::vector<Item> items;
  std::size_t number = 0;
  for (const auto& pair : testing::labelled_pairs()) {
    if (number++ % 3 != 0) continue;
    items.push_back(pair.item);
    items.push_back(pair.item);
    items.back().vendor.clear();
    items.back().serial = "S-" + std::to_string(items.size());
    items.push_back(pair.item);
    if (auto& product = items.back().product; product.size() > 6) std::swap(product[4], product[5]);
    items.push_back(pair.item);
    if (auto& product = items.back().product; product.size() > 8) product.erase(6, 1);
    items.push_back(pair.item);
    items.back().name = "Pumpstation " + std::to_string(items.size());
    if (pair.item.model.empty()) continue;
    items.push_back(pair.item);
    items.back().product.clear();
    if (items.back().model.size() > 12) items.back().model[11] = 'x';
  }
  return items;
}

/// Holds the finder to what the matcher says: nothing of which it says something may be missing.
void expect_all_found(AssetFinder& finder, const Matcher& asked, const std::vector<Item>& items, std::size_t& matches,
                      std::size_t& found_count) {
  const auto found = finder.find(asked);
  found_count += found ? found->size() : items.size();
  std::vector<const Item*> pointers;
  for (const auto& item : items) pointers.push_back(&item);
  asked.match_each(pointers, 1, [&](std::size_t item, const std::vector<Match>& told) {
    if (told.empty()) return;
    matches += told.size();
    if (!found) return;
    EXPECT_TRUE(std::ranges::binary_search(*found, static_cast<std::int64_t>(item)))
        << asked.id_of(0) << ": " << items[item].vendor << " | " << items[item].product << " | " << items[item].name
        << " | " << items[item].model << ": " << told.front().because;
  });
}

TEST(AssetFinder, FindsAllOfWhichTheMatcherSaysSomething) {
  const auto advisories = testing::real_advisories();
  if (advisories.empty()) GTEST_SKIP() << "csaf/cisa-ot-2017-2022.tar.zst is not in TOCSIN_DATA";
  Matcher all, half;
  for (std::size_t i = 0; i < advisories.size(); ++i) {
    all.add(advisories[i]);
    if (i % 2 == 0) half.add(advisories[i]);
  }
  all.prepare();
  half.prepare();
  const auto items = things();
  // Kept when half as many advisories were known, and when all were.
  for (const auto* known : {&half, &all}) {
    AssetFinder finder;
    const std::array matchers{known};
    for (std::size_t i = 0; i < items.size(); ++i) finder.add(static_cast<std::int64_t>(i), items[i], matchers);
    std::size_t matches = 0, found = 0, asked = 0;
    for (std::size_t at = 1; at < advisories.size(); at += 70) {
      Matcher fresh, part;
      fresh.add(advisories[at]);
      fresh.prepare(known);
      expect_all_found(finder, fresh, items, matches, found);
      part.add(advisories[at]);
      part.prepare(&all, true);
      expect_all_found(finder, part, items, matches, found);
      asked += 2;
    }
    EXPECT_GT(matches, 30U);
    // And it does find: not simply everything.
    EXPECT_LT(found, asked * items.size() / 5);
  }
}

TEST(AssetFinder, FindsBySerialNumbersHashesAndPackages) {
  formats::csaf::Advisory advisory;
  advisory.header.tracking_id = "EX-1";
  auto& product = advisory.products.emplace_back();
  product.id = "P1";
  product.vendor = "Example Pumps";
  product.name = product.product = "Flow Controller";
  product.serial_numbers = {"SN-0001"};
  product.purls = {"pkg:npm/pump@1.0"};
  Matcher none, asked;
  none.prepare();
  asked.add(advisory);
  asked.prepare(&none);
  AssetFinder finder;
  const std::array<const Matcher*, 1> known{&none};
  Item serial, package, other;
  serial.serial = "sn 0001";
  package.purls = {"pkg:npm/pump@2.0"};
  other.product = "Level meter";
  finder.add(7, other, known);
  finder.add(9, package, known);
  finder.add(8, serial, known);
  finder.add(8, serial, known, true);
  EXPECT_EQ(finder.find(asked), (std::vector<std::int64_t>{8, 9}));
}

TEST(AssetFinder, FindsAnythingOnceItWouldTakeTooMuch) {
  Matcher none;
  none.prepare();
  const std::array<const Matcher*, 1> known{&none};
  AssetFinder finder{40};
  for (int i = 0; i < 40; ++i) {
    Item item;
    item.product = "Level meter " + std::to_string(i);
    finder.add(i, item, known);
  }
  EXPECT_TRUE(finder.is_full());
  EXPECT_EQ(finder.entries(), 0U);
  EXPECT_EQ(finder.find(none), std::nullopt);
  // A number that does not fit.
  AssetFinder large;
  large.add(std::int64_t{1} << 32U, Item{}, known);
  EXPECT_EQ(large.find(none), std::nullopt);
}

}  // namespace
}  // namespace tocsin::engine::exposure
