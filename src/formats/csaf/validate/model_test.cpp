#include "formats/csaf/validate/model.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tocsin::formats::csaf {
namespace {

using ::testing::ElementsAre;

TEST(VersionNumber, IsReadStrictly) {
  for (const auto* text : {"0", "1", "10", "18446744073709551616"}) {
    EXPECT_EQ(read_version_number(text).kind, VersionNumber::Kind::integer) << text;
  }
  for (const auto* text : {"0.1.0", "1.0.0-rc.1", "1.0.0+b.01", "1.2.3-a.0-1+x"}) {
    EXPECT_EQ(read_version_number(text).kind, VersionNumber::Kind::semantic) << text;
  }
  for (const auto* text :
       {"", "01", "1.0", "1.0.0.0", "v1", "1.0.0-", "1.0.0-01", "1.0.0+", "1.0.0-a..b", " 1", "1.x"}) {
    EXPECT_EQ(read_version_number(text).kind, VersionNumber::Kind::invalid) << text;
  }
}

TEST(VersionNumber, IsOrderedAsSemVerSays) {
  constexpr std::string_view kAscending[] = {"bad",
                                             "0",
                                             "1.0.0-alpha",
                                             "1.0.0-alpha.1",
                                             "1.0.0-alpha.beta",
                                             "1.0.0-beta.2",
                                             "1.0.0-beta.11",
                                             "1.0.0-rc.1",
                                             "1.0.0",
                                             "1.0.10",
                                             "1.9.0",
                                             "2.0.0",
                                             "10.0.0"};
  for (std::size_t i = 0; i + 1 < std::size(kAscending); ++i) {
    const auto a = read_version_number(kAscending[i]);
    const auto b = read_version_number(kAscending[i + 1]);
    EXPECT_LT(compare(a, b), 0) << a.text << " " << b.text;
    EXPECT_GT(compare(b, a), 0) << a.text << " " << b.text;
    EXPECT_EQ(compare(a, a), 0) << a.text;
  }
  EXPECT_EQ(compare(read_version_number("1.0.0+a"), read_version_number("1.0.0+b")), 0);
}

TEST(Model, NumbersProductsAndResolvesGroups) {
  TapeReader reader;
  const auto root = reader.read(R"({
    "document": {"category": "csaf_vex", "tracking": {"status": "final", "version": "2",
      "revision_history": [{"number": "2", "date": "2026-02-01T00:00:00Z"}, {"number": "1", "date": "2026-01-01T00:00:00Z"}]}},
    "product_tree": {
      "branches": [{"name": "Vendor", "category": "vendor", "branches": [
        {"name": "1.0", "category": "product_version", "product": {"product_id": "A", "name": "A 1.0"}}]}],
      "full_product_names": [{"product_id": "B", "name": "B"}, {"product_id": "A", "name": "A again"}],
      "relationships": [{"product_reference": "A", "relates_to_product_reference": "B", "category": "installed_on",
        "full_product_name": {"product_id": "C", "name": "A on B"}}],
      "product_groups": [{"group_id": "G", "product_ids": ["A", "C"]}]},
    "vulnerabilities": [{"product_status": {"known_affected": ["A", "X"], "fixed": ["C"]},
      "remediations": [{"group_ids": ["G", "H"], "product_ids": ["C", "B"]}]}]})");
  ASSERT_TRUE(root) << root.error().to_string();
  const Model model{*root, CsafVersion::v2_0};
  EXPECT_EQ(model.category, "csaf_vex");
  EXPECT_EQ(model.definitions.size(), 4U);
  EXPECT_EQ(model.branches.size(), 2U);
  EXPECT_EQ(model.branches[1].depth, 2U);
  EXPECT_TRUE(model.is_defined(model.product("C")));
  EXPECT_FALSE(model.is_defined(model.product("X")));
  EXPECT_EQ(model.product("Y"), kNone);
  ASSERT_EQ(model.vulnerabilities.size(), 1U);
  ASSERT_EQ(model.vulnerabilities[0].status.size(), 3U);
  EXPECT_EQ(model.vulnerabilities[0].status[2].member, StatusMember::fixed);
  Node remediation;
  for (const auto each : model.vulnerabilities[0].node["remediations"].elements()) remediation = each;
  EXPECT_THAT(model.products_of(remediation), ElementsAre(model.product("C"), model.product("B"), model.product("A")));
  EXPECT_EQ(model.group_references.size(), 2U);
  const auto revisions = model.revisions_by_date();
  ASSERT_EQ(revisions.size(), 2U);
  EXPECT_EQ(revisions[0]->number.text, "1");
}

TEST(Model, KnowsListsOfProducts) {
  TapeReader reader;
  const auto root = reader.read(R"({"vulnerabilities": [
    {"product_status": {"known_affected": ["A", "B"], "fixed": ["C"]}, "remediations": [
      {"product_ids": ["A", "B"]}, {"product_ids": ["B", "A", "B"]}, {"product_ids": ["A", 7]}, {"product_ids": ["", "A"]}]},
    {"product_status": {"known_affected": ["A", "B"]}}]})");
  ASSERT_TRUE(root);
  Model model{*root, CsafVersion::v2_0};
  EXPECT_EQ(model.lists.size(), 4U);
  std::vector<Node> remediations;
  for (const auto each : model.vulnerabilities[0].node["remediations"].elements()) remediations.push_back(each);
  const auto list = [&](std::size_t i) { return model.list_of(remediations[i]["product_ids"]); };
  ASSERT_NE(list(0), nullptr);
  EXPECT_TRUE(list(0)->distinct && list(0)->all_named);
  EXPECT_THAT(list(0)->products, ElementsAre(model.product("A"), model.product("B")));
  EXPECT_FALSE(list(1)->distinct);
  EXPECT_THAT(model.products_of(remediations[1]), ElementsAre(model.product("B"), model.product("A")));
  EXPECT_EQ(list(2), nullptr);
  EXPECT_THAT(model.products_of(remediations[2]), ElementsAre(model.product("A")));
  EXPECT_FALSE(list(3)->all_named);
  ASSERT_EQ(model.vulnerabilities[1].status.size(), 2U);
  EXPECT_EQ(model.vulnerabilities[1].status[1].node.pointer(), "/vulnerabilities/1/product_status/known_affected/1");

  // Nothing stays of the document before.
  TapeReader second_reader;
  const auto second = second_reader.read(R"({"vulnerabilities": [{"product_status": {"fixed": ["B"]}}]})");
  model.read(*second, CsafVersion::v2_1);
  EXPECT_EQ(model.lists.size(), 1U);
  EXPECT_EQ(model.product("A"), kNone);
  ASSERT_EQ(model.vulnerabilities.size(), 1U);
  EXPECT_THAT(model.vulnerabilities[0].status, ::testing::SizeIs(1));
}

TEST(Model, TakesAnything) {
  TapeReader reader;
  for (const auto* text : {"7", "[]", "{}", R"({"document":[],"product_tree":7,"vulnerabilities":{}})",
                           R"({"product_tree":{"branches":[7,{"product":[]},{"branches":"x"}],"product_groups":[{}]},)"
                           R"("vulnerabilities":[7,{"product_status":{"fixed":[7,{}]},"remediations":[7]}]})"}) {
    const auto root = reader.read(text);
    ASSERT_TRUE(root) << text;
    for (const auto version : {CsafVersion::v2_0, CsafVersion::v2_1}) {
      const Model model{*root, version};
      EXPECT_TRUE(model.definitions.empty()) << text;
    }
  }
}

}  // namespace
}  // namespace tocsin::formats::csaf
