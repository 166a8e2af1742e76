#include "domain/advisory_facts.hpp"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.hpp"
#include "domain/vendor.hpp"
#include "formats/testing/corpus.hpp"

namespace tocsin::domain {
namespace {

using formats::csaf::Advisory;
using formats::csaf::ProductStatus;
using formats::cvss::Severity;
using formats::testing::sample;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(FactsOf, TidiesAWholeDocument) {
  const auto facts = facts_of(sample("full-2.0.json"));
  EXPECT_EQ(
      facts.summary,
      "Successful exploitation could allow an unauthenticated attacker to stop the pump controller or to change its "
      "set points. A restart brings the controller back.");
  EXPECT_EQ(facts.severity, Severity::critical);
  EXPECT_EQ(facts.score_tenths, 98);
  EXPECT_TRUE(facts.has_fix);
  EXPECT_TRUE(facts.low_skill);
  EXPECT_TRUE(facts.remotely_exploitable);
  EXPECT_THAT(facts.sectors, ElementsAre(Sector::energy, Sector::water));
  EXPECT_THAT(facts.countries, ElementsAre("Europe", "North America"));
  EXPECT_EQ(facts.headquarters, "Tallhaven, Wisconsin, United States");
  EXPECT_THAT(facts.vendor_keys, ElementsAre("norvatek-controls", "brunnhof-automation"));
  EXPECT_THAT(facts.vendor_names, ElementsAre("Norvatek Controls", "Brunnhof Automation"));
}

TEST(FactsOf, ListsProductsWithTheirWorstStatus) {
  const auto facts = facts_of(sample("full-2.0.json"));
  ASSERT_EQ(facts.products.size(), 7U);
  EXPECT_EQ(facts.products[0].product_key, "pumpmaster-300");
  EXPECT_EQ(facts.products[0].version, "< V4.5");
  EXPECT_EQ(facts.products[0].status, ProductStatus::known_affected);
  EXPECT_THAT(facts.products[0].order_numbers, ElementsAre("NPM300-24DC", "NPM300-230AC", "11-300-24"));
  EXPECT_EQ(facts.products[1].status, ProductStatus::recommended);
  EXPECT_EQ(facts.products[2].version, "all versions");
  EXPECT_EQ(facts.products[2].version_original, "vers:all/*");
  EXPECT_EQ(facts.products[3].status, ProductStatus::unknown);
  EXPECT_EQ(facts.products[4].status, ProductStatus::under_investigation);
  EXPECT_EQ(facts.products[5].status, ProductStatus::known_not_affected);
  // The publisher is a vendor, so what has no vendor is its own.
  EXPECT_EQ(facts.products[5].vendor_key, "norvatek-controls");
  EXPECT_EQ(facts.products[6].vendor_key, "norvatek-controls");
}

TEST(FactsOf, ListsVulnerabilities) {
  const auto facts = facts_of(sample("full-2.0.json"));
  ASSERT_EQ(facts.vulnerabilities.size(), 2U);
  EXPECT_EQ(facts.vulnerabilities[0].id, "CVE-2022-90001");
  EXPECT_EQ(facts.vulnerabilities[0].title, "Buffer overflow in the web server");
  EXPECT_THAT(facts.vulnerabilities[0].cwe_ids, ElementsAre("CWE-787"));
  EXPECT_EQ(facts.vulnerabilities[0].score_tenths, 98);
  EXPECT_EQ(facts.vulnerabilities[1].severity, Severity::medium);
}

TEST(FactsOf, ReadsCsaf21) {
  const auto facts = facts_of(sample("full-2.1.json"));
  EXPECT_EQ(facts.score_tenths, 92);
  EXPECT_EQ(facts.severity, Severity::critical);
  EXPECT_TRUE(facts.low_skill) << "it is exploited";
  EXPECT_THAT(facts.vulnerabilities[0].cwe_ids, ElementsAre("CWE-347", "CWE-494"));
  EXPECT_EQ(facts.summary, "A forged firmware package can be installed on Kestrel gateways.");
  EXPECT_EQ(facts.products[0].version, "< 2.4.1");
}

TEST(FactsOf, SpellingsOfOneVendorAreOneVendor) {
  Advisory advisory;
  for (const char* vendor :
       {"Johnson Controls Inc", "Sensormatic Electronics, LLC, a subsidiary of Johnson Controls, Inc.",
        "Johnson Controls, Inc."}) {
    formats::csaf::Product product;
    product.id = vendor;
    product.vendor = vendor;
    product.product = "Door";
    advisory.products.push_back(product);
  }
  const auto facts = facts_of(advisory);
  EXPECT_THAT(facts.vendor_keys, ElementsAre("johnson-controls"));
  EXPECT_EQ(facts.products[1].vendor_name, "Johnson Controls");
}

TEST(FactsOf, NamelessVendorsAreNoVendors) {
  Advisory advisory;
  advisory.header.publisher_category = "coordinator";
  advisory.header.publisher_name = "Some CERT";
  formats::csaf::Product product;
  product.id = "1";
  product.name = "A thing 1.0";
  advisory.products.push_back(product);
  const auto facts = facts_of(advisory);
  EXPECT_THAT(facts.vendor_keys, IsEmpty());
  EXPECT_EQ(facts.products[0].vendor_key, "unknown");
  EXPECT_EQ(facts.products[0].product_name, "A thing 1.0");
}

TEST(FactsOf, TakesTheSeverityInWordsWhereNoScoreStands) {
  Advisory advisory;
  advisory.aggregate_severity = "Important";
  EXPECT_EQ(facts_of(advisory).severity, Severity::high);
  advisory.aggregate_severity = "Moderate";
  EXPECT_EQ(facts_of(advisory).severity, Severity::medium);
  advisory.aggregate_severity = "N/A";
  EXPECT_EQ(facts_of(advisory).severity, Severity::none);
  advisory.vulnerabilities.emplace_back();
  advisory.vulnerabilities[0].qualitative_severity = Severity::low;
  EXPECT_EQ(facts_of(advisory).severity, Severity::low);
}

TEST(FactsOf, DoesNotCallExploitsKnownThatAreNot) {
  Advisory advisory;
  advisory.notes = {{"other", "Exploitability",
                     "No known public exploits specifically target this vulnerability. High skill "
                     "level is needed to exploit.",
                     ""}};
  EXPECT_FALSE(facts_of(advisory).low_skill);
  advisory.notes[0].text = "Exploits that target these vulnerabilities are publicly available.";
  EXPECT_TRUE(facts_of(advisory).low_skill);
}

TEST(FactsOf, SurvivesHostileText) {
  const auto facts = facts_of(sample("hostile-2.0.json"));
  EXPECT_EQ(facts.products.size(), 2U);
  EXPECT_EQ(facts.products[1].vendor_key, "etc-passwd");
  EXPECT_EQ(facts.products[1].product_key, "2e-2e-2f-x-1-y");
  for (const auto& key : facts.vendor_keys) EXPECT_EQ(key.find_first_of("/<>\"'% "), std::string::npos) << key;
}

// What the real documents hold, counted beforehand and independently of this code (2017-2022, 1,655 documents).
TEST(FactsOf, MakesTheRealDocumentsTidy) {
  std::size_t documents = 0, with_sectors_note = 0, with_sectors = 0, with_countries_note = 0, with_countries = 0;
  std::size_t worldwide = 0, with_summary = 0, with_fix = 0, products = 0, affected = 0, with_number = 0,
              manufacturing = 0;
  std::set<std::string> spellings, keys, displays, seats, places;
  const bool present = formats::testing::for_each_file(
      "csaf/cisa-ot-2017-2022.tar.zst", [&](const std::string& name, const std::string& bytes) {
        if (!name.ends_with(".json")) return;
        const auto advisory = formats::testing::advisory_from(bytes);
        const auto facts = facts_of(advisory);
        ++documents;
        for (const auto& note : advisory.notes) {
          if (text::contains(note.title, "sectors") && note.text != "Unknown") ++with_sectors_note;
          if (note.title == "Countries/areas deployed" && note.text != "Unknown" && note.text != "Multiple") {
            ++with_countries_note;
          }
        }
        if (!facts.sectors.empty()) ++with_sectors;
        if (!facts.countries.empty()) ++with_countries;
        if (std::find(facts.countries.begin(), facts.countries.end(), "Worldwide") != facts.countries.end())
          ++worldwide;
        places.insert(facts.countries.begin(), facts.countries.end());
        const auto& sectors = facts.sectors;
        if (std::find(sectors.begin(), sectors.end(), Sector::critical_manufacturing) != sectors.end()) ++manufacturing;
        EXPECT_LE(facts.summary.size(), 420U) << name;
        if (!facts.summary.empty()) ++with_summary;
        EXPECT_FALSE(facts.summary.starts_with("ATTENTION")) << name;
        if (facts.has_fix) ++with_fix;
        if (!facts.headquarters.empty()) seats.insert(facts.headquarters);
        for (const auto& product : advisory.products) spellings.insert(product.vendor);
        keys.insert(facts.vendor_keys.begin(), facts.vendor_keys.end());
        displays.insert(facts.vendor_names.begin(), facts.vendor_names.end());
        for (const auto& product : facts.products) {
          ++products;
          if (product.status == ProductStatus::known_affected) ++affected;
          if (!product.order_numbers.empty()) ++with_number;
          EXPECT_FALSE(product.version.starts_with("vers:")) << product.version;
          EXPECT_EQ(product.vendor_name.find("\xC3\x83"), std::string::npos) << product.vendor_name;
        }
        EXPECT_EQ(facts.vulnerabilities.size(), advisory.vulnerabilities.size());
      });
  if (!present) {
    GTEST_SKIP() << "csaf/cisa-ot-2017-2022.tar.zst is not under " << formats::testing::data_root();
  }
  EXPECT_EQ(documents, 1655U);
  EXPECT_EQ(with_sectors_note, 1481U);
  EXPECT_GE(with_sectors * 100, with_sectors_note * 99);
  EXPECT_GE(manufacturing, 700U);
  EXPECT_GE(with_countries * 100, with_countries_note * 99);
  EXPECT_GE(worldwide, 1388U + 30U);
  EXPECT_LE(places.size(), 60U);
  EXPECT_LE(seats.size(), 90U);
  // One document has no vulnerability note, heading or weakness to tell from.
  EXPECT_GE(with_summary, 1650U);
  EXPECT_GT(with_fix, documents / 3);
  EXPECT_LT(with_fix, documents);
  EXPECT_GE(spellings.size(), 330U);
  EXPECT_GE(keys.size(), 280U);
  EXPECT_LE(keys.size(), 305U);
  // No two vendors show the same name.
  EXPECT_EQ(displays.size(), keys.size());
  EXPECT_THAT(keys, Contains("schneider-electric"));
  EXPECT_GT(affected * 100, products * 85);
  EXPECT_GT(with_number, 1000U);
}

}  // namespace
}  // namespace tocsin::domain
