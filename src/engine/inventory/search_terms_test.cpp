#include "engine/inventory/search_terms.hpp"

#include <gmock/gmock.h>

#include "base/text.hpp"
#include "engine/inventory/testing.hpp"
#include "store/organisations.hpp"

namespace tocsin::engine::inventory {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(SearchTerms, EachPartOfAWordToItsEnd) {
  struct Case {
    std::string_view text;
    std::vector<std::string> terms;
  };
  const Case cases[] = {
      {"pump station", {"pump", "station"}},
      {"s7-1500", {"s71500", "71500", "1500"}},
      {"cpu1516f", {"cpu1516f", "1516f"}},
      {"10.0.12.7", {"100127", "0127", "127", "7"}},
      {"6es7 515-2am01", {"6es7", "7", "5152am01", "2am01", "01", "6es75152am01"}},
      {"6es75152am01", {"6es75152am01", "75152am01", "5152am01", "01"}},
      {"第一泵站", {"第一泵站", "一泵站", "泵站", "站"}},
      {"-- / ...", {}},
  };
  for (const auto& each : cases) {
    EXPECT_THAT(search_terms(each.text), testing::IsSupersetOf(each.terms)) << each.text;
    if (each.terms.empty()) EXPECT_THAT(search_terms(each.text), IsEmpty());
  }
  for (const auto& term : search_terms(std::string(3'000, 'x') + " a'b\"c:d*e\\f_g")) {
    EXPECT_EQ(term.find_first_of("'\"\\ _:*"), std::string::npos) << term;
    EXPECT_LE(term.size(), 64U);
  }
}

TEST(SearchTerms, WhatIsAskedFor) {
  EXPECT_THAT(asked_terms({"6es7", "515-2am01"}),
              ElementsAre(ElementsAre("6es7"), ElementsAre("5152am01", "6es75152am01")));
  EXPECT_THAT(asked_terms({"pump", "4711"}), ElementsAre(ElementsAre("pump"), ElementsAre("4711")));
  EXPECT_THAT(asked_terms({"-", "..."}), IsEmpty());
}

class AssetSearch : public InventoryTest {
 protected:
  void SetUp() override {
    InventoryTest::SetUp();
    ASSERT_TRUE(import_csv(editor,
                           "Key,Name,Vendor,Model,Serial,Site,Address\n"
                           "A,Pump station 12,Siemens,6ES7 515-2AM01-0AB0,SN0004711,Nord,10.0.12.7\n"
                           "B,Pumpe Süd,Siemens,6ES75152AM010AB0,SN0004712,West,10.0.12.70\n"
                           "C,Switch_3,Hirschmann,RS20-0800T1T1SDAE,,Nord,\n"
                           "D,S7-1500 rack,Siemens,S7-1500,,,\n"
                           "E,100% valve,Änlagen,CPU1516F,,West,\n"));
  }
  std::string keys(std::string words, std::optional<std::string> site = {}) {
    std::vector<std::string> found;
    ListInput input{.words = std::move(words), .site = std::move(site), .limit = 1};
    std::int64_t total = 0;
    for (;;) {
      const auto page = list(database(), own(editor), input);
      if (!page) return page.error().to_string();
      for (const auto& row : page->rows) found.push_back(row.item.key);
      total = page->total;
      if (page->next_cursor.empty()) break;
      input.cursor = page->next_cursor;
    }
    EXPECT_EQ(total, static_cast<std::int64_t>(found.size()));
    std::ranges::sort(found);
    std::string out;
    for (const auto& key : found) out += key;
    return out;
  }
  std::int64_t indexed() { return number(store::Sql{"SELECT count(*) FROM asset_text"}); }
  void forget_index() {
    ASSERT_TRUE(database().write([](store::Connection& connection) -> Status {
      TRY_VOID(connection.run(store::Sql{"DELETE FROM asset_text"}));
      TRY_VOID(connection.run(store::Sql{"UPDATE asset SET indexed = 0"}));
      return ok();
    }));
  }
};

TOCSIN_ON_BOTH_DATABASES(AssetSearch);

struct SearchCase {
  std::string_view words, keys;
  bool by_reading = true;  ///< Found as well by reading each asset's words.
};
constexpr SearchCase kSearches[] = {
    {"pump", "AB"},
    {"PUMP", "AB"},
    {"pump station", "A"},
    {"station pump", "A"},
    {"stat 12", "A"},
    {"süd", "B"},
    {"sud", "B"},
    {"anlagen", "E"},
    {"siemens", "ABD"},
    {"siem nord", "A"},
    {"6es7", "AB"},
    {"6ES7 515-2AM01", "AB", false},  // Before, only the one that is written like that.
    {"6ES7 515-2AM01-0AB0", "AB", false},
    {"515-2am", "AB", false},
    {"2am01-0", "A"},
    {"6ES75152AM01", "AB", false},
    {"6es75152am010ab0", "AB", false},
    {"sn0004711", "A"},
    {"4711", "", false},
    {"10.0.12.7", "AB"},
    {"10.0.12.70", "B"},
    {"s7-1500", "D"},
    {"s7-15", "D"},
    {"s71500", "D", false},
    {"1500", "D"},
    {"1516", "E"},
    {"switch_3", "C"},
    {"rs20-0800t1", "C"},
    {"sdae", "", false},
    {"100%", "ABE", false},  // "10.0.12.7" begins with these digits, too.
    {"nowhere-to-be-found", ""},
    {"pump nowhere", ""},
};

TEST_P(AssetSearch, FindsWhatBeginsWordsAndPartsOfCodes) {
  for (const auto& each : kSearches) {
    EXPECT_EQ(keys(std::string{each.words}), each.keys) << each.words;
  }
  // Not any more: what stands in the middle of letters, or of digits.
  EXPECT_EQ(keys("ump"), "");
  EXPECT_EQ(keys("711"), "");
  // What is no word narrows nothing.
  EXPECT_EQ(keys("- ..."), "ABCDE");
  EXPECT_EQ(keys("siemens", "West"), "B");
  EXPECT_EQ(keys("siemens", ""), "D");
}

TEST_P(AssetSearch, ReadsAssetsUntilTheyAreIndexed) {
  forget_index();
  for (const auto& each : kSearches) {
    if (each.by_reading) EXPECT_EQ(keys(std::string{each.words}), each.keys) << each.words;
  }
  EXPECT_EQ(index_assets(database(), 2).value(), 2);
  EXPECT_EQ(keys("pump"), "AB");
  EXPECT_EQ(index_assets(database(), 3).value(), 3);
  EXPECT_EQ(index_assets(database(), 3).value(), 0);
  EXPECT_EQ(keys("6ES75152AM01"), "AB");
}

TEST_P(AssetSearch, FollowsChangesAndRemovals) {
  const auto page = list(database(), own(editor), {.words = "switch"});
  ASSERT_EQ(page->rows.size(), 1U);
  auto item = page->rows.front().item;
  item.name = "Router 9";
  ASSERT_TRUE(change(database(), editor, page->rows.front().id, item, kTestNow));
  EXPECT_EQ(keys("switch"), "");
  EXPECT_EQ(keys("router"), "C");
  ASSERT_TRUE(remove(database(), editor, page->rows.front().id, kTestNow));
  EXPECT_EQ(keys("router"), "");
  EXPECT_EQ(indexed(), 4);
}

TEST_P(AssetSearch, FindsNothingOfOthers) {
  ASSERT_TRUE(import_csv(stranger, "Key,Name,Vendor\nZ,Pump of others,Siemens\n"));
  EXPECT_EQ(keys("pump"), "AB");
  EXPECT_EQ(keys("others"), "");
  EXPECT_EQ(list(database(), own(stranger), {.words = "pump"})->total, 1);
  // Nothing is left of an organisation that leaves.
  ASSERT_TRUE(database().write(
      [&](store::Connection& connection) { return store::Organisations{connection}.cut_ties(water); }));
  EXPECT_EQ(indexed(), 1);
}

}  // namespace
}  // namespace tocsin::engine::inventory
