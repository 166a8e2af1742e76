#include "engine/exposure/asset_finder.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "engine/exposure/matcher_state.hpp"
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

/// What looking at everything finds.
struct Sums {
  std::size_t matches = 0, told = 0;  ///< Matches, and things of which something is worth showing.
  std::size_t found = 0, answers = 0;
  AssetFinder::Effort effort;
};

/// All that is said of a thing.
std::string in_words(const std::vector<Match>& matches) {
  std::string words;
  for (const auto& each : matches) {
    words += fmt::format("{} {} {} {}\n", to_string(each.status), each.confidence, each.because, each.question);
  }
  return words;
}

/// Holds the finder to what the matcher says: nothing of which it says something worth showing may be missing.
void expect_all_found(AssetFinder& finder, const Matcher& asked, const std::vector<Item>& items, Sums& sums) {
  AssetFinder::Effort effort;
  KindAnswers answers;
  const auto found = finder.find(asked, &effort, &answers);
  sums.found += found ? found->size() : items.size();
  sums.effort.led_to += effort.led_to;
  sums.effort.asked += effort.asked;
  sums.effort.found += effort.found;
  std::vector<const Item*> pointers;
  for (const auto& item : items) pointers.push_back(&item);
  std::vector<std::string> anew(items.size());
  asked.match_each(pointers, 1, [&](std::size_t item, const std::vector<Match>& told) {
    anew[item] = in_words(told);
    if (std::ranges::none_of(told, [](const Match& each) { return is_worth_showing(each); })) return;
    ++sums.told;
    sums.matches += told.size();
    if (!found) return;
    EXPECT_TRUE(std::ranges::binary_search(*found, static_cast<std::int64_t>(item)))
        << asked.id_of(0) << ": " << items[item].vendor << " | " << items[item].product << " | " << items[item].name
        << " | " << items[item].model << ": " << told.front().because;
  });
  if (!found) return;
  // What was said while they were found is what is said of them, whatever else stands beside them.
  sums.answers += answers.by_kind.size();
  std::vector<const Item*> those;
  for (const auto each : *found) those.push_back(pointers[static_cast<std::size_t>(each)]);
  AssetFinder::match_each(
      asked, those,
      [&](std::size_t at, const std::vector<Match>& told) {
        EXPECT_EQ(in_words(told), anew[static_cast<std::size_t>((*found)[at])]) << asked.id_of(0);
      },
      answers);
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
  struct Case {
    const Matcher* known;  ///< When half as many advisories were known as there are, and when all were.
    std::size_t text_bytes_max;
  };
  const Case cases[] = {{&half, AssetFinder::kTextBytesMax}, {&all, AssetFinder::kTextBytesMax}, {&all, 0}};
  for (const auto& [known, text_bytes_max] : cases) {
    AssetFinder finder{AssetFinder::kEntriesMax, text_bytes_max};
    const std::array matchers{known};
    for (std::size_t i = 0; i < items.size(); ++i) finder.add(static_cast<std::int64_t>(i), items[i], matchers);
    Sums sums;
    std::size_t asked = 0;
    for (std::size_t at = 1; at < advisories.size(); at += 70) {
      Matcher fresh, part;
      fresh.add(advisories[at]);
      fresh.prepare(known);
      expect_all_found(finder, fresh, items, sums);
      part.add(advisories[at]);
      part.prepare(&all, true);
      expect_all_found(finder, part, items, sums);
      asked += 2;
    }
    EXPECT_GT(sums.matches, 30U);
    EXPECT_EQ(sums.answers > 0, text_bytes_max > 0) << "of kinds without text nothing is asked";
    // And it does find: not simply everything.
    EXPECT_LT(sums.found, asked * items.size() / 5);
    if (text_bytes_max != AssetFinder::kTextBytesMax) {
      EXPECT_GT(sums.found, sums.told) << "kinds without text are found by their keys";
      continue;
    }
    // Hardly more than there is: besides, only where each asset's own serial number decides.
    EXPECT_LT(sums.found, sums.told * 5 / 4 + 20);
    EXPECT_LT(sums.effort.asked, sums.effort.led_to * 4 / 5) << "things of other vendors are not asked about";
    RecordProperty("led_to", static_cast<int>(sums.effort.led_to));
    RecordProperty("asked", static_cast<int>(sums.effort.asked));
    RecordProperty("found", static_cast<int>(sums.effort.found));
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
  // Of the package the advisory claims nothing; the serial number may decide for the asset itself.
  EXPECT_EQ(finder.find(asked), (std::vector<std::int64_t>{8}));
  AssetFinder without_texts{AssetFinder::kEntriesMax, 0};
  without_texts.add(7, other, known);
  without_texts.add(9, package, known);
  without_texts.add(8, serial, known);
  EXPECT_EQ(without_texts.find(asked), (std::vector<std::int64_t>{8, 9}));
  // Now it does.
  auto claiming = advisory;
  auto& vulnerability = claiming.vulnerabilities.emplace_back();
  vulnerability.cve = "CVE-1900-0001";
  vulnerability.statuses.push_back({.status = formats::csaf::ProductStatus::known_affected, .product_ids = {"P1"}});
  Matcher claims;
  claims.add(claiming);
  claims.prepare(&none);
  EXPECT_EQ(finder.find(claims), (std::vector<std::int64_t>{8, 9}));
}

TEST(AssetFinder, TellsWhetherAnAdvisoryNamesOrderNumbers) {
  formats::csaf::Advisory advisory;
  advisory.header.tracking_id = "EX-1";
  auto& product = advisory.products.emplace_back();
  product.id = "P1";
  product.vendor = "Example Pumps";
  product.name = product.product = "Flow Controller";
  product.model_numbers = {"6ES7 515-2AM01-0AB0"};
  Matcher naming, none;
  naming.add(advisory);
  naming.prepare();
  none.prepare();
  struct Case {
    std::string_view name;
    Item item;
    bool is_named;
  };
  Item by_model, in_product, in_name, other;
  by_model.model = "6es7515-2am01-0ab0";
  in_product.product = "CPU 6ES7515-2AM01-0AB0";
  in_name.name = "Pump 3 (6ES7515-2AM01-0AB0)";
  other.model = "6ES7 515-2AM02-0AB0";
  const Case cases[] = {{"model", by_model, true},
                        {"product", in_product, true},
                        {"name", in_name, true},
                        {"another number", other, false},
                        {"nothing", Item{}, false}};
  for (const auto& each : cases) {
    EXPECT_EQ(AssetFinder::is_named_by(naming, each.item), each.is_named) << each.name;
    EXPECT_FALSE(AssetFinder::is_named_by(none, each.item)) << each.name;
  }
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
