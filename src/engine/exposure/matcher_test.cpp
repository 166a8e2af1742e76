#include "engine/exposure/matcher.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/exposure/product_name.hpp"
#include "engine/exposure/testing/leaves.hpp"
#include "engine/exposure/vendor_group.hpp"

namespace tocsin::engine::exposure {
namespace {

using formats::inventory::Item;
using leaves::advisory;
using leaves::item;
using testing::ElementsAre;
using testing::HasSubstr;

class Exposure : public testing::Test {
 protected:
  Exposure() {
    matcher_.add(advisory("A-1", "Siemens",
                          {{"SIMATIC S7-1500 CPU 1515-2 PN (6ES7515-2AM01-0AB0)", "< V2.9.2", "6ES7515-2AM01-0AB0"},
                           {"SIMATIC S7-1500 CPU 1516-3 PN/DP (6ES7516-3AN01-0AB0)", "< V2.9.2", "6ES7516-3AN01-0AB0"},
                           {"SCALANCE X-200 switch family (incl. SIPLUS NET variants)", "< V5.2.5"},
                           {"SCALANCE X-200RNA switch family", "< V3.2.7"}}));
    matcher_.add(advisory("A-2", "Schneider Electric", {{"Modicon M340 CPU", "vers:all/*"}}, ""));
    matcher_.add(advisory("A-3", "Rockwell Automation", {{"CompactLogix 5370 L3 controllers", "<= 33.011"}}));
    matcher_.add(advisory("A-4", "Siemens", {{"SIMATIC S7-1500 CPU family (incl. SIPLUS variants)", "< V2.6"}}));
    matcher_.add(advisory("A-5", "Mitsubishi Electric", {{"MELSEC iQ-R Series R00/01/02CPU", "<= 24"}}));
    matcher_.add(advisory("A-6", "ABB", {{"AC500 V3", "3.5.1", {}, "fixed"}, {"AC500 V3", "< 3.5.1"}}));
    matcher_.prepare();
  }

  /// "A-1 affected", for each match that is told with some certainty.
  std::vector<std::string> found(const Item& wanted) {
    std::vector<std::string> all;
    for (const auto& match : matcher_.match(wanted)) {
      if (match.confidence < 0.5 && match.status != Status::undecidable) continue;
      all.push_back(matcher_.id_of(match.advisory) + " " + std::string{to_string(match.status)});
    }
    std::ranges::sort(all);
    return all;
  }
  Matcher matcher_;
};

TEST_F(Exposure, AnOrderNumberIsEnough) {
  const auto matches = matcher_.match(item("", "", "2.8.1", "6ES7 515-2AM01-0AB0"));
  ASSERT_FALSE(matches.empty());
  EXPECT_EQ(matcher_.id_of(matches[0].advisory), "A-1");
  EXPECT_EQ(matches[0].status, Status::affected);
  EXPECT_GE(matches[0].confidence, 0.95);
  EXPECT_THAT(matches[0].product_ids, ElementsAre("P1"));
  EXPECT_THAT(matches[0].cves, ElementsAre("CVE-2026-0001"));
  EXPECT_THAT(matches[0].because, HasSubstr("order number 6ES75152AM010AB0 is Siemens SIMATIC S7-1500 CPU 1515-2 PN"));
  EXPECT_THAT(matches[0].because, HasSubstr("2.8.1 is in \"< V2.9.2\""));
}

TEST_F(Exposure, TheVersionDecides) {
  struct Case {
    const char *version, *wanted;
  };
  const Case cases[] = {{"2.8.1", "A-1 affected"},
                        {"V2.9.1", "A-1 affected"},
                        {"2.9.2", "A-1 fixed"},
                        {"fw 3.0", "A-1 fixed"},
                        {"", "A-1 undecidable"}};
  for (const auto& each : cases) {
    const auto all = found(item("Siemens", "SIMATIC S7-1500 CPU 1515-2 PN", each.version, "6ES7515-2AM01-0AB0"));
    EXPECT_THAT(all, testing::Contains(each.wanted)) << each.version;
  }
}

TEST_F(Exposure, NamesAreReadAsPlantsWriteThem) {
  const Item lines[] = {item("siemens", "s7-1500 cpu 1515-2 pn", "2.8.1"),
                        item("", "Siemens SIMATIC S7-1500 CPU1515-2PN", "FW 2.8.1"),
                        item("SIEMENS AG", "SIMATIC S7 1500 CPU 1515 2 PN", "v2.8.1"),
                        item("Siemens", "SMIATIC S7-1500 CPU 1515-2 PN", "2.8.1")};
  for (const auto& line : lines) {
    EXPECT_THAT(found(line), testing::Contains("A-1 affected")) << line.product;
  }
}

TEST_F(Exposure, AFamilyCoversItsMembersAndNotItsCousins) {
  EXPECT_THAT(found(item("Siemens", "SIMATIC S7-1500 CPU 1518-4 PN/DP", "2.5")), ElementsAre("A-4 affected"));
  EXPECT_THAT(found(item("Siemens", "SIMATIC S7-1200 CPU 1214C", "2.5")), ElementsAre());
  // The RNA switches have a range of their own.
  EXPECT_THAT(found(item("Siemens", "SCALANCE X-200RNA switch family", "3.2.7")), ElementsAre("A-1 fixed"));
}

TEST_F(Exposure, FormerNamesAndBrandsCount) {
  EXPECT_THAT(found(item("Telemecanique", "Modicon M340 CPU", "2.1")), ElementsAre("A-2 affected"));
  EXPECT_THAT(found(item("Allen-Bradley", "CompactLogix 5370 L3", "32.011")), ElementsAre("A-3 affected"));
  EXPECT_THAT(found(item("ABB", "Modicon M340 CPU", "2.1")), ElementsAre()) << "another vendor's";
}

TEST_F(Exposure, ShortFormsOfSeveralModelsAreTold) {
  EXPECT_THAT(found(item("Mitsubishi Electric", "MELSEC iQ-R R01CPU", "20")), ElementsAre("A-5 affected"));
  EXPECT_THAT(found(item("Mitsubishi Electric", "MELSEC iQ-R R04CPU", "20")), ElementsAre());
}

TEST_F(Exposure, WhatSaysLessThanTheAdvisoryIsAsked) {
  const auto matches = matcher_.match(item("Siemens", "S7-1500", "2.8.1"));
  const auto asked =
      std::ranges::find_if(matches, [&](const Match& each) { return matcher_.id_of(each.advisory) == "A-1"; });
  ASSERT_NE(asked, matches.end());
  EXPECT_EQ(asked->status, Status::undecidable);
  EXPECT_THAT(asked->question, HasSubstr("Is it Siemens SIMATIC S7-1500 CPU"));
}

/// What is only called by the family's name, though others have it in theirs: "SIPLUS S7-1200 CP 1243-1".
TEST_F(Exposure, AFamilyIsMeantWhereOthersHaveCodesOfTheirOwn) {
  matcher_.add(advisory("A-7", "Siemens", {{"SIMATIC S7-1200 CPU family (incl. SIPLUS variants)", "< V4.5"}}));
  matcher_.add(advisory("A-8", "Siemens", {{"SIPLUS S7-1200 CP 1243-1 (6AG1243-1BX30-2AX0)", "< V3.3.46"}}));
  matcher_.prepare();
  for (const auto* product : {"S7-1200", "SIMATIC S7-1200", "S7 1200"}) {
    EXPECT_THAT(found(item("Siemens", product, "4.4")), testing::Contains("A-7 affected")) << product;
    EXPECT_THAT(found(item("Siemens", product, "4.4")), testing::Not(testing::Contains("A-8 affected"))) << product;
  }
}

TEST_F(Exposure, TheNameMayTellTheFirmware) {
  struct Case {
    const char *product, *wanted;
  };
  const Case cases[] = {{"SIMATIC S7-1500 CPU 1515-2 PN fw 2.8.1", "A-1 affected"},
                        {"SIMATIC S7-1500 CPU 1515-2 PN, Firmware: V2.8.1", "A-1 affected"},
                        {"SIMATIC S7-1500 CPU 1515-2 PN (firmware version 2.9.2)", "A-1 fixed"},
                        {"SIMATIC S7-1500 CPU 1515-2 PN FW2.9.2", "A-1 fixed"},
                        // No version is told there.
                        {"SIMATIC S7-1500 CPU 1515-2 PN firmware", "A-1 undecidable"},
                        {"SIMATIC S7-1500 CPU 1515-2 PN fwd 2", "A-1 undecidable"}};
  for (const auto& each : cases) {
    EXPECT_THAT(found(item("Siemens", each.product, "")), testing::Contains(each.wanted)) << each.product;
  }
  // What the inventory tells in its place counts.
  EXPECT_THAT(found(item("Siemens", "SIMATIC S7-1500 CPU 1515-2 PN fw 2.8.1", "2.9.2")),
              testing::Contains("A-1 fixed"));
}

/// Where all versions are named, the fix tells which are not: whether it is installed is asked.
TEST_F(Exposure, WhatMayHoldTheFixIsAsked) {
  struct Case {
    std::string fix;
    const char *version, *wanted;
  };
  const Case cases[] = {{"Update to V1.2 or later version", "2.0", "A-9 undecidable"},
                        {"Update to V1.2 or later version", "1.2", "A-9 undecidable"},
                        {"Update to V1.2 or later version", "1.1.9", "A-9 affected"},
                        {"Update to V1.2 or later version", "", "A-9 affected"},
                        {"Vendor recommends users upgrade to firmware version 1.2 or newer.", "1.3", "A-9 undecidable"},
                        {"Update to the version that fits, or later", "1.3", "A-9 affected"},
                        {"Update V1.2 or later", "1.3", "A-9 affected"}};
  for (const auto& each : cases) {
    Matcher one;
    one.add(advisory("A-9", "Siemens", {{"SCALANCE WAM763-1", "vers:all/*"}}, each.fix));
    one.prepare();
    const auto matches = one.match(item("Siemens", "SCALANCE WAM763-1", each.version));
    ASSERT_EQ(matches.size(), 1U) << each.fix;
    EXPECT_EQ("A-9 " + std::string{to_string(matches[0].status)}, each.wanted) << each.fix << " " << each.version;
    if (matches[0].status == Status::undecidable) {
      EXPECT_THAT(matches[0].question, HasSubstr("The advisory says to update to")) << each.fix;
    }
  }
}

TEST_F(Exposure, WildcardsInANameFitOrderNumbers) {
  matcher_.add(advisory("A-9", "Schneider Electric", {{"Modicon M340 CPU (part numbers BMXP34*)", "< 3.50"}}));
  matcher_.prepare();
  EXPECT_THAT(found(item("Schneider Electric", "", "3.4", "BMXP342020")), ElementsAre("A-9 affected"));
  EXPECT_THAT(found(item("Schneider Electric", "", "3.4", "BMX P34 1000")), ElementsAre("A-9 affected"));
  EXPECT_THAT(found(item("Schneider Electric", "", "3.4", "BMXNOE0100")), ElementsAre());
  // So short a pattern needs its maker.
  EXPECT_THAT(found(item("", "", "3.4", "BMXP342020")), ElementsAre());
}

TEST_F(Exposure, AFixedProductIsFixed) {
  EXPECT_THAT(found(item("ABB", "AC500 V3", "3.5.1")), ElementsAre("A-6 fixed"));
  EXPECT_THAT(found(item("ABB", "AC500 V3", "3.5.0")), ElementsAre("A-6 affected"));
}

TEST_F(Exposure, NothingIsMatchedByNothing) {
  EXPECT_TRUE(matcher_.match(Item{}).empty());
  EXPECT_TRUE(matcher_.match(item("Siemens", "", "1.0")).empty());
  EXPECT_TRUE(matcher_.match(item("", "controller", "1.0")).empty());
  EXPECT_TRUE(matcher_.match(item(std::string(100'000, 'a'), std::string(100'000, '('), "1")).empty());
}

/// Many at once, of which most read alike: each hears what it would hear alone, also where its serial number decides.
TEST_F(Exposure, ManyAreToldWhatEachIsTold) {
  matcher_.add(advisory("A-7", "ABB", {{"AC500 V3", "<=the first 4 digits of serial number 2000"}}));
  matcher_.prepare();
  std::vector<Item> items;
  for (const auto* serial : {"", "1000", "3000", "1000"}) {
    for (const auto* version : {"3.5.0", "3.5.1"}) {
      items.push_back(item("ABB", "AC500 V3", version));
      items.back().serial = serial;
      items.push_back(item("Schneider Electric", "Modicon M340", version));
    }
  }
  items.push_back(Item{});
  std::vector<const Item*> asked;
  for (const auto& each : items) asked.push_back(&each);
  const auto line = [&](const Match& match) {
    return fmt::format("{} {} {:a} {} {} {}", matcher_.id_of(match.advisory), to_string(match.status), match.confidence,
                       match.because, match.question, fmt::join(match.product_ids, ","));
  };
  for (const unsigned threads : {1U, 3U}) {
    std::vector<std::vector<std::string>> told(items.size());
    matcher_.match_each(asked, threads, [&](std::size_t at, const std::vector<Match>& matches) {
      for (const auto& match : matches) told[at].push_back(line(match));
    });
    for (std::size_t at = 0; at < items.size(); ++at) {
      std::vector<std::string> alone;
      for (const auto& match : matcher_.match(items[at])) alone.push_back(line(match));
      EXPECT_EQ(told[at], alone) << items[at].product << " " << items[at].serial;
    }
    EXPECT_NE(told[4], told[8]) << "the serial number decides";
    EXPECT_EQ(told[4], told[12]);
  }
}

TEST(ProductNames, AreTakenApart) {
  const auto name = read_product_name(
      "Siemens", "Siemens SIMATIC S7-1500 CPU 1515-2 PN (6ES7515-2AM01-0AB0) (incl. SIPLUS variants)");
  std::vector<std::string> words;
  for (const auto& term : name.terms) words.push_back(term.spellings.front());
  EXPECT_THAT(words, ElementsAre("simatic", "s71500", "cpu", "15152", "pn"));
  EXPECT_THAT(name.order_numbers, ElementsAre("6ES75152AM010AB0"));
  EXPECT_TRUE(name.with_variants);
  EXPECT_THAT(read_product_name("", "R120(EN)CPU").terms.front().spellings, ElementsAre("r120cpu", "r120encpu"));
  EXPECT_THAT(read_product_name("", "Q04/06/10UDEHCPU").terms.front().spellings,
              ElementsAre("q04udehcpu", "q06udehcpu", "q10udehcpu"));
}

TEST(VendorGroups, KnowFormerNames) {
  EXPECT_TRUE(
      may_be_one(vendor_group("Hirschmann"), vendor_group("Hirschmann Automation and Control GmbH, Belden Inc.")));
  EXPECT_TRUE(may_be_one(vendor_group("Modicon"), vendor_group("Schneider Electric Software, LLC")));
  EXPECT_FALSE(may_be_one(vendor_group("Siemens"), vendor_group("ABB")));
  EXPECT_TRUE(vendor_group("  ").empty());
}

}  // namespace
}  // namespace tocsin::engine::exposure
