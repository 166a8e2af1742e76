#include "formats/csaf/advisory.hpp"

#include <set>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.hpp"
#include "formats/csaf/compare.hpp"
#include "formats/csaf/product_tree.hpp"
#include "formats/csaf/validate/testing.hpp"
#include "formats/testing/corpus.hpp"

namespace tocsin::formats::csaf {
namespace {

using testing::advisory_from;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::sample;
using ::testing::SizeIs;

// A document with the given product tree and vulnerabilities and the least of all else.
std::string document(std::string_view tree, std::string_view vulnerabilities = "[]") {
  return fmt::format(
      R"({{"document":{{"category":"csaf_base","csaf_version":"2.0","title":"T",
"publisher":{{"category":"vendor","name":"N","namespace":"https://n.example"}},
"tracking":{{"current_release_date":"2022-01-01T00:00:00Z","id":"X-1","initial_release_date":"2022-01-01T00:00:00Z",
"revision_history":[],"status":"final","version":"1"}}}},"product_tree":{},"vulnerabilities":{}}})",
      tree, vulnerabilities);
}

std::vector<std::string> ids_of(const Advisory& advisory) {
  std::vector<std::string> ids;
  for (const auto& product : advisory.products) ids.push_back(product.id);
  return ids;
}

TEST(ReadAdvisory, FlattensTheProductTree) {
  const auto advisory = sample("full-2.0.json");
  EXPECT_THAT(ids_of(advisory), ElementsAre("P-1", "P-2", "P-3", "P-4", "P-5", "P-6", "P-7"));

  const auto& pump = advisory.products[0];
  EXPECT_EQ(pump.name, "Norvatek PumpMaster 300 < V4.5");
  EXPECT_EQ(pump.vendor, "Norvatek Controls, Inc.");
  EXPECT_EQ(pump.family, "PumpMaster");
  EXPECT_EQ(pump.product, "PumpMaster 300");
  EXPECT_EQ(pump.version, "< V4.5");
  EXPECT_TRUE(pump.version_is_range);
  EXPECT_THAT(pump.model_numbers, ElementsAre("NPM300-24DC", "NPM300-230AC"));
  EXPECT_THAT(pump.skus, ElementsAre("11-300-24"));
  EXPECT_THAT(pump.serial_numbers, ElementsAre("SN-2021-*"));
  EXPECT_THAT(pump.purls, ElementsAre("pkg:generic/norvatek/pumpmaster-300@4.4"));
  EXPECT_EQ(pump.cpe, "cpe:2.3:o:norvatek:pumpmaster_300_firmware:*:*:*:*:*:*:*:*");

  EXPECT_FALSE(advisory.products[1].version_is_range);
  ASSERT_THAT(advisory.products[1].hashes, SizeIs(1));
  EXPECT_EQ(advisory.products[1].hashes[0].algorithm, "sha256");
}

TEST(ReadAdvisory, TakesServicePacksIntoTheVersion) {
  const auto advisory = sample("full-2.0.json");
  EXPECT_EQ(advisory.find_product("P-4")->version, "V2 SP1");
}

TEST(ReadAdvisory, NamesAProductWithoutBranchesByItsFullName) {
  const auto advisory = sample("full-2.0.json");
  const auto* tool = advisory.find_product("P-6");
  ASSERT_NE(tool, nullptr);
  EXPECT_EQ(tool->product, "Norvatek ServiceTool");
  EXPECT_EQ(tool->vendor, "");
}

TEST(ReadAdvisory, GivesARelationshipItsComponentsVendorAndVersion) {
  const auto advisory = sample("full-2.0.json");
  const auto* installed = advisory.find_product("P-7");
  ASSERT_NE(installed, nullptr);
  EXPECT_EQ(installed->relationship, "installed_on");
  EXPECT_EQ(installed->component, "P-4");
  EXPECT_EQ(installed->related_to, "P-5");
  EXPECT_EQ(installed->vendor, "Norvatek Controls, Inc.");
  EXPECT_EQ(installed->product, "FlowGate");
  EXPECT_EQ(installed->version, "V2 SP1");
  EXPECT_EQ(installed->name, "Norvatek FlowGate V2 SP1 installed on Brunnhof Panel PC 12 2.1");
}

TEST(ReadAdvisory, ReadsAProductPathLikeARelationship) {
  const auto advisory = sample("full-2.1.json");
  const auto* part = advisory.find_product("K-4");
  ASSERT_NE(part, nullptr);
  EXPECT_EQ(part->relationship, "default_component_of");
  EXPECT_EQ(part->component, "K-3");
  EXPECT_EQ(part->related_to, "K-1");
  EXPECT_EQ(part->vendor, "Kestrel Fieldworks");
  EXPECT_EQ(part->product, "Loader");
}

TEST(ReadAdvisory, FollowsChainsOfRelationshipsAndSurvivesRings) {
  const auto advisory = advisory_from(document(
      R"({"branches":[{"category":"vendor","name":"Acme","branches":[{"category":"product_name","name":"Base",
"product":{"name":"Base","product_id":"B"}}]}],"relationships":[
{"category":"installed_on","product_reference":"R2","relates_to_product_reference":"B","full_product_name":{"name":"outer","product_id":"R1"}},
{"category":"installed_on","product_reference":"B","relates_to_product_reference":"B","full_product_name":{"name":"inner","product_id":"R2"}},
{"category":"installed_on","product_reference":"R4","relates_to_product_reference":"B","full_product_name":{"name":"ring a","product_id":"R3"}},
{"category":"installed_on","product_reference":"R3","relates_to_product_reference":"B","full_product_name":{"name":"ring b","product_id":"R4"}}]})"));
  EXPECT_EQ(advisory.find_product("R1")->vendor, "Acme");
  EXPECT_EQ(advisory.find_product("R1")->product, "Base");
  EXPECT_EQ(advisory.find_product("R3")->vendor, "");
  EXPECT_EQ(advisory.find_product("R3")->product, "ring a");
}

TEST(ReadAdvisory, ResolvesGroupsSortsAndDropsRepeats) {
  const auto advisory = sample("full-2.0.json");
  ASSERT_THAT(advisory.groups, SizeIs(2));
  EXPECT_THAT(advisory.groups[0].product_ids, ElementsAre("P-1", "P-3"));
  const auto& remediations = advisory.vulnerabilities[0].remediations;
  ASSERT_THAT(remediations, SizeIs(5));
  EXPECT_EQ(remediations[2].category, RemediationCategory::mitigation);
  EXPECT_THAT(remediations[2].product_ids, ElementsAre("P-1", "P-3", "P-6", "P-7"));
}

TEST(ReadAdvisory, KeepsReferencesToProductsThatDoNotExistAtTheEnd) {
  const auto advisory = advisory_from(document(R"({"full_product_names":[{"name":"A","product_id":"a"}]})",
                                               R"([{"product_status":{"known_affected":["ghost","a","ghost"]}}])"));
  EXPECT_THAT(advisory.vulnerabilities[0].statuses[0].product_ids, ElementsAre("a", "ghost"));
  EXPECT_EQ(advisory.find_product("ghost"), nullptr);
}

TEST(ReadAdvisory, TakesTheFirstOfTwoProductsWithOneId) {
  const auto advisory = advisory_from(
      document(R"({"full_product_names":[{"name":"A","product_id":"a"},{"name":"B","product_id":"a"}]})"));
  ASSERT_THAT(advisory.products, SizeIs(1));
  EXPECT_EQ(advisory.products[0].name, "A");
}

TEST(ReadAdvisory, OrdersRemediationsByUse) {
  std::vector<std::string_view> categories;
  const auto advisory = sample("full-2.0.json");
  for (const auto& each : advisory.vulnerabilities[0].remediations) categories.push_back(to_string(each.category));
  EXPECT_THAT(categories, ElementsAre("vendor_fix", "workaround", "mitigation", "no_fix_planned", "none_available"));
  const auto& fix = advisory.vulnerabilities[0].remediations[0];
  EXPECT_EQ(fix.details, "Update to V4.5 or later.");
  EXPECT_EQ(fix.url, "https://norvatek.example/download/4.5");
  EXPECT_EQ(fix.restart_required, "machine");
  EXPECT_EQ(format_date(fix.date.value()), "2022-05-10");
}

TEST(ReadAdvisory, KnowsTheRemediationsOf21) {
  std::vector<std::string_view> categories;
  const auto advisory = sample("full-2.1.json");
  for (const auto& each : advisory.vulnerabilities[0].remediations) categories.push_back(to_string(each.category));
  EXPECT_THAT(categories, ElementsAre("vendor_fix", "fix_planned", "optional_patch"));
  EXPECT_THAT(advisory.vulnerabilities[0].remediations[0].product_ids, ElementsAre("K-1", "K-4"));
}

TEST(ReadAdvisory, PutsTheNewestScoringFirst) {
  const auto old_document = sample("full-2.0.json");
  ASSERT_THAT(old_document.vulnerabilities[0].scores, SizeIs(2));
  const auto* best = old_document.vulnerabilities[0].headline_score();
  EXPECT_EQ(best->version, cvss::Version::v3_1);
  EXPECT_EQ(best->base_tenths, 98);
  EXPECT_EQ(best->severity, cvss::Severity::critical);
  EXPECT_THAT(best->product_ids, ElementsAre("P-1", "P-3", "P-7"));
  EXPECT_EQ(old_document.vulnerabilities[0].scores[1].severity, cvss::Severity::high);
  EXPECT_EQ(old_document.vulnerabilities[1].headline_score()->version, cvss::Version::v3_0);
  EXPECT_EQ(old_document.top_score_tenths(), 98);

  const auto new_document = sample("full-2.1.json");
  ASSERT_THAT(new_document.vulnerabilities[0].scores, SizeIs(3));
  EXPECT_EQ(new_document.vulnerabilities[0].headline_score()->version, cvss::Version::v4_0);
  EXPECT_EQ(new_document.vulnerabilities[0].headline_score()->base_tenths, 92);
}

TEST(ReadAdvisory, RoundsScoresRightAndRefusesImpossibleOnes) {
  const auto advisory = advisory_from(document("{}", R"([{"scores":[
{"products":[],"cvss_v3":{"version":"3.1","baseScore":8.3}},
{"products":[],"cvss_v3":{"version":"3.1","baseScore":7}},
{"products":[],"cvss_v3":{"version":"3.1","baseScore":-1}},
{"products":[],"cvss_v3":{"version":"3.1","baseScore":10.1}},
{"products":[],"cvss_v3":{"version":"3.1","baseScore":"9"}}]}])"));
  ASSERT_THAT(advisory.vulnerabilities[0].scores, SizeIs(2));
  EXPECT_EQ(advisory.vulnerabilities[0].scores[0].base_tenths, 83);
  EXPECT_EQ(advisory.vulnerabilities[0].scores[0].severity, cvss::Severity::high);
  EXPECT_EQ(advisory.vulnerabilities[0].scores[1].base_tenths, 70);
}

TEST(ReadAdvisory, ReadsTheOtherMembersOfAVulnerability) {
  const auto advisory = sample("full-2.0.json");
  const auto& first = advisory.vulnerabilities[0];
  EXPECT_EQ(first.cve, "CVE-2022-90001");
  EXPECT_THAT(first.ids, ElementsAre(std::pair<std::string, std::string>("Norvatek tracker", "NT-4711")));
  EXPECT_EQ(first.cwes[0].id, "CWE-787");
  EXPECT_EQ(format_date(first.discovery_date.value()), "2022-03-01");
  EXPECT_EQ(format_date(first.release_date.value()), "2022-05-10");
  EXPECT_EQ(first.flags[0].label, "component_not_present");
  EXPECT_EQ(first.involvements[0].party, "vendor");
  EXPECT_THAT(first.threats[0].product_ids, ElementsAre("P-1", "P-3"));
  EXPECT_EQ(first.acknowledgments[0].names[0], "Ines Varga");
  std::vector<std::string_view> statuses;
  for (const auto& group : first.statuses) statuses.push_back(to_string(group.status));
  EXPECT_THAT(statuses, ElementsAre("known_affected", "first_affected", "under_investigation", "known_not_affected",
                                    "fixed", "recommended"));
}

TEST(ReadAdvisory, ReadsWhat21Adds) {
  const auto advisory = sample("full-2.1.json");
  EXPECT_EQ(advisory.header.csaf_version, CsafVersion::v2_1);
  const auto& first = advisory.vulnerabilities[0];
  EXPECT_THAT(first.cwes, SizeIs(2));
  EXPECT_DOUBLE_EQ(first.epss.value(), 0.1742);
  EXPECT_EQ(first.qualitative_severity, cvss::Severity::critical);
  EXPECT_EQ(format_date(first.release_date.value()), "2025-09-01");
  EXPECT_EQ(format_date(first.first_known_exploitation.value()), "2025-08-28");
  EXPECT_EQ(first.statuses.back().status, ProductStatus::unknown);
  EXPECT_THAT(advisory.products[0].purls, SizeIs(2));
  EXPECT_EQ(advisory.products[0].version, "vers:intdot/<2.4.1");
}

TEST(ReadAdvisory, ReadsTheDocumentLevel) {
  const auto advisory = sample("full-2.0.json");
  EXPECT_EQ(advisory.distribution_text, "Disclosure is not limited");
  EXPECT_EQ(advisory.aggregate_severity, "Critical");
  EXPECT_EQ(advisory.generator, "Handwritten 1.0");
  EXPECT_EQ(advisory.contact_details, "psirt@norvatek.example");
  EXPECT_EQ(advisory.issuing_authority, "Product security team of the vendor");
  EXPECT_EQ(advisory.notes[2].text, "Energy, Water and Wastewater Systems");
  EXPECT_EQ(advisory.notes[7].audience, "operators");
  EXPECT_EQ(advisory.references[1].category, "external");
  EXPECT_EQ(advisory.acknowledgments[0].organization, "Lichtung Labs");
  EXPECT_EQ(advisory.acknowledgments[0].urls[0], "https://lichtung-labs.example/people");
}

TEST(ReadAdvisory, PutsTheNewestRevisionLast) {
  const auto advisory = sample("full-2.0.json");
  ASSERT_THAT(advisory.history, SizeIs(2));
  EXPECT_EQ(advisory.history[0].number, "1");
  EXPECT_EQ(advisory.history[1].number, "2");
}

TEST(ReadAdvisory, LeavesHostileTextAloneButForControlCharactersAndEncoding) {
  const auto advisory = sample("hostile-2.0.json");
  EXPECT_EQ(advisory.products[0].vendor, "<iframe src=javascript:alert(11)>");
  EXPECT_EQ(advisory.references[0].url, "javascript:alert(6)");
  const auto& note = advisory.notes[2].text;
  EXPECT_EQ(note.find('\0'), std::string::npos);
  EXPECT_EQ(note.find('\x07'), std::string::npos);
  EXPECT_NE(note.find("Control and"), std::string::npos);
}

TEST(CleanText, TrimsAndRepairs) {
  EXPECT_EQ(clean_text("  Geutebr\xC3\x83\xC2\xBC"
                       "ck \n"),
            "Geutebr\xC3\xBC"
            "ck");
  EXPECT_EQ(clean_text("a\nb\tc"), "a\nb\tc");
  EXPECT_EQ(clean_text(std::string_view("a\0b\x7f", 4)), "ab");
  EXPECT_EQ(clean_text(""), "");
}

class AnyJson : public ::testing::TestWithParam<std::string_view> {};
TEST_P(AnyJson, IsReadWithoutFallingOver) {
  const auto parsed = json::parse(GetParam());
  ASSERT_TRUE(parsed.has_value());
  const auto advisory = read_advisory(parsed->root());
  if (!advisory) EXPECT_EQ(advisory.error().code, Error::Code::invalid_input);
}
INSTANTIATE_TEST_SUITE_P(ReadAdvisory, AnyJson,
                         ::testing::Values("null", "[]", "{}", "1", R"("text")", R"({"document":[]})",
                                           R"({"document":{"tracking":{"id":1}}})"));

TEST(ReadAdvisory, ReadsMembersOfWrongTypeAsAbsent) {
  const auto advisory = advisory_from(document(
      R"({"branches":{"a":1},"full_product_names":[1,null,{"product_id":7},{"product_id":"","name":"n"}],"product_groups":[5,{"group_id":3}],
"relationships":[{"full_product_name":"x"},null],"product_paths":[{"subpaths":[]},7]})",
      R"([null,5,{"cve":5,"cwe":"x","cwes":[1],"ids":[2],"scores":[{"cvss_v3":4}],"metrics":[{"content":7},{}],"notes":{},
"product_status":[1],"remediations":[{"category":"teleport"},3],"threats":[9],"flags":"f","involvements":[0],
"discovery_date":"yesterday","first_known_exploitation_dates":[{"exploitation_date":4}]}])"));
  EXPECT_THAT(advisory.products, IsEmpty());
  ASSERT_THAT(advisory.vulnerabilities, SizeIs(3));
  EXPECT_THAT(advisory.vulnerabilities[2].remediations, IsEmpty());
  EXPECT_THAT(advisory.vulnerabilities[2].scores, IsEmpty());
  EXPECT_EQ(advisory.vulnerabilities[2].headline_score(), nullptr);
  EXPECT_EQ(advisory.top_score_tenths(), std::nullopt);
  EXPECT_FALSE(advisory.vulnerabilities[2].discovery_date.has_value());
}

TEST(ReadAdvisory, AnIdWithoutATextNamesNothing) {
  const auto advisory = advisory_from(document(
      "{}",
      R"([{"ids":[{"system_name":"A","text":" "},{"system_name":"B"},{"system_name":"C","text":"c-1"}]},{"ids":[{"system_name":"D"}]}])"));
  EXPECT_THAT(advisory.vulnerabilities.at(0).ids, ElementsAre(std::pair<std::string, std::string>("C", "c-1")));
  EXPECT_THAT(advisory.vulnerabilities.at(1).ids, IsEmpty());
  // It is the same vulnerability in the same document, too.
  EXPECT_THAT(compare(advisory, advisory), IsEmpty());
}

TEST(ReadAdvisory, ReadsDeepTreesWithoutRecursion) {
  // Deeper than any stack would bear; built as values, since the parser refuses such a text.
  constexpr int kDepth = 20'000;
  auto root = boost::json::parse(document("{}"));
  boost::json::array branches;
  branches.push_back(
      {{"category", "product_version"}, {"name", "1"}, {"product", {{"name", "P"}, {"product_id", "p"}}}});
  for (int i = 0; i < kDepth; ++i) {
    boost::json::object level;
    level["category"] = i % 2 == 0 ? "product_name" : "vendor";
    level["name"] = "N" + std::to_string(i);
    level["branches"] = std::move(branches);
    branches = boost::json::array();
    branches.push_back(std::move(level));
  }
  root.as_object()["product_tree"].as_object()["branches"] = std::move(branches);
  const auto advisory = read_advisory(root);
  ASSERT_TRUE(advisory.has_value());
  EXPECT_EQ(advisory->products[0].product, "N0");
  EXPECT_EQ(advisory->products[0].vendor, "N1");
  // Taken apart level by level: the library's own destructor recurses.
  boost::json::value rest = std::move(root.as_object()["product_tree"].as_object()["branches"]);
  while (rest.is_array() && !rest.as_array().empty() && rest.as_array()[0].is_object()) {
    auto* next = rest.as_array()[0].as_object().if_contains("branches");
    boost::json::value inner = next != nullptr ? std::move(*next) : boost::json::value();
    rest = std::move(inner);
  }
}

std::string many_products(std::size_t count) {
  std::string tree = R"({"full_product_names":[)";
  for (std::size_t i = 0; i < count; ++i)
    tree += fmt::format(R"({}{{"name":"n","product_id":"{}"}})", i == 0 ? "" : ",", i);
  return tree + "]}";
}

TEST(ReadAdvisory, HasALimitOfProducts) {
  const auto fits = json::parse(document(many_products(kProductsMax)));
  EXPECT_TRUE(read_advisory(fits->root()).has_value());
  const auto over = json::parse(document(many_products(kProductsMax + 1)));
  const auto refused = read_advisory(over->root());
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Error::Code::too_large);
  EXPECT_EQ(refused.error().where, "/product_tree");
}

TEST(ReadAdvisory, HasALimitOfReferencesThroughGroups) {
  // 1,000 products in one group, named by 6,000 remediations: six million references from a file of 300 kB.
  std::string tree = many_products(1000);
  tree.pop_back();
  tree += R"(,"product_groups":[{"group_id":"g","product_ids":[)";
  for (int i = 0; i < 1000; ++i) tree += fmt::format(R"({}"{}")", i == 0 ? "" : ",", i);
  tree += "]}]}";
  const auto vulnerabilities = [](int remediations) {
    std::string text = R"([{"remediations":[)";
    for (int i = 0; i < remediations; ++i) {
      text += fmt::format(R"({}{{"category":"mitigation","details":"d","group_ids":["g"]}})", i == 0 ? "" : ",");
    }
    return text + "]}]";
  };
  const auto fits = json::parse(document(tree, vulnerabilities(20)));
  const auto advisory = read_advisory(fits->root());
  ASSERT_TRUE(advisory.has_value());
  EXPECT_THAT(advisory->vulnerabilities[0].remediations[19].product_ids, SizeIs(1000));
  const auto over = json::parse(document(tree, vulnerabilities(6000)));
  const auto refused = read_advisory(over->root());
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Error::Code::too_large);
}

TEST(ReadAdvisory, ReadsEveryRealDocument) {
  std::size_t documents = 0, products = 0, vulnerabilities = 0, remediations = 0, scored = 0, relationships = 0;
  std::size_t model_numbers = 0;
  std::set<std::string> cves;
  const bool present =
      testing::for_each_file("csaf/cisa-ot-2017-2022.tar.zst", [&](const std::string& name, const std::string& bytes) {
        if (!name.ends_with(".json")) return;
        const auto parsed = json::parse(bytes);
        ASSERT_TRUE(parsed.has_value()) << name;
        const auto advisory = read_advisory(parsed->root());
        ASSERT_TRUE(advisory.has_value()) << name << advisory.error().to_string();
        ++documents;
        products += advisory->products.size();
        vulnerabilities += advisory->vulnerabilities.size();
        for (const auto& product : advisory->products) {
          EXPECT_FALSE(product.vendor.empty() && product.relationship.empty()) << name << ' ' << product.id;
          if (!product.relationship.empty()) ++relationships;
          model_numbers += product.model_numbers.size();
        }
        for (const auto& vulnerability : advisory->vulnerabilities) {
          cves.insert(vulnerability.cve);
          remediations += vulnerability.remediations.size();
          if (vulnerability.headline_score() != nullptr) ++scored;
          for (const auto& group : vulnerability.statuses) {
            for (const auto& id : group.product_ids) EXPECT_NE(advisory->find_product(id), nullptr) << name << id;
          }
        }
      });
  if (!present) GTEST_SKIP() << "csaf/cisa-ot-2017-2022.tar.zst is not under " << testing::data_root();
  EXPECT_EQ(documents, 1655U);
  EXPECT_EQ(products - relationships, 10242U);
  EXPECT_EQ(vulnerabilities, 4717U);
  EXPECT_EQ(cves.size(), 4389U);
  EXPECT_GE(scored, 4714U);
  EXPECT_GT(remediations, 15000U);
  EXPECT_GT(model_numbers, 1000U);
}

TEST(ReadAdvisory, ReadsTheStandardsOwnTestDocuments) {
  std::size_t read = 0, refused = 0;
  bool present = false;
  for (const std::string_view archive : {"csaf/oasis-tests-2.0.tar.zst", "csaf/oasis-tests-2.1.tar.zst"}) {
    present |= testing::for_each_file(archive, [&](const std::string& name, const std::string& bytes) {
      if (!name.ends_with(".json")) return;
      const auto parsed = json::parse(bytes);
      if (!parsed) return;
      const auto advisory = read_advisory(parsed->root());
      ++(advisory ? read : refused);
    });
  }
  if (!present) GTEST_SKIP() << "csaf/oasis-tests-2.*.tar.zst are not under " << testing::data_root();
  EXPECT_GT(read, 300U);
  // Indexes, templates and documents whose header is what the test is about.
  EXPECT_LT(refused, read / 4);
}

TEST(ReadAdvisory, ALongNameAboveManyProductsIsRefused) {
  const auto document_of = [](std::size_t name_bytes) {
    auto root = boost::json::parse(testing::document("2.0", "{}"));
    boost::json::array leaves;
    for (int i = 0; i < 1000; ++i) {
      leaves.push_back({{"category", "product_version"},
                        {"name", std::to_string(i)},
                        {"product", {{"name", "P"}, {"product_id", "P-" + std::to_string(i)}}}});
    }
    boost::json::object vendor{{"category", "vendor"}, {"name", std::string(name_bytes, 'v')}};
    vendor["branches"] = std::move(leaves);
    root.get_object()["product_tree"].emplace_object()["branches"] = boost::json::array{std::move(vendor)};
    return root;
  };
  const auto read = read_advisory(document_of(1'000));
  ASSERT_TRUE(read) << read.error().to_string();
  EXPECT_EQ(read->products.size(), 1000U);
  const auto refused = read_advisory(document_of(kRepeatedBytesMax / 1000));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Error::Code::too_large);
  EXPECT_EQ(refused.error().where, "/product_tree");
}

}  // namespace
}  // namespace tocsin::formats::csaf
