#include "engine/exposure/portable.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "base/json.hpp"
#include "base/packing.hpp"
#include "engine/exposure/advisory_pack.hpp"
#include "engine/exposure/matcher.hpp"
#include "engine/exposure/portable_form.hpp"
#include "engine/exposure/testing/pairs.hpp"
#include "engine/testing/samples.hpp"
#include "store/records.hpp"

namespace tocsin::engine::exposure {
namespace {

using engine::testing::Sample;
using ::testing::ElementsAre;

std::string text_of(const Matcher& matcher, const std::vector<Match>& matches) {
  std::string out;
  for (const auto& each : matches) {
    out += fmt::format("{}|{}|{:.6f}|{:.6f}|{}|{}|{}|{}\n", matcher.id_of(each.advisory), to_string(each.status),
                       each.confidence, each.fit, fmt::join(each.product_ids, ","), fmt::join(each.cves, ","),
                       each.because, each.question);
  }
  return out;
}

formats::csaf::Advisory advisory_of(const Sample& sample) {
  return formats::csaf::read_advisory(json::parse(engine::testing::document_of(sample)).value().root()).value();
}

TEST(AdvisoryPack, MatchesLikeTheAdvisory) {
  const auto advisories = testing::real_advisories();
  if (advisories.empty()) GTEST_SKIP() << "csaf/cisa-ot-2017-2022.tar.zst is not in TOCSIN_DATA";
  Matcher whole, packed;
  for (const auto& advisory : advisories) {
    whole.add(advisory);
    const auto again = unpack_advisory(pack_advisory(advisory));
    ASSERT_TRUE(again) << advisory.header.tracking_id;
    packed.add(*again);
  }
  whole.prepare();
  packed.prepare();
  std::size_t matches = 0;
  for (const auto& pair : testing::labelled_pairs()) {
    const auto expected = whole.match(pair.item);
    matches += expected.size();
    EXPECT_EQ(text_of(packed, packed.match(pair.item)), text_of(whole, expected)) << "line " << pair.item.row + 1;
  }
  EXPECT_GT(matches, 300U);
}

TEST(AdvisoryPack, KeepsWhatDecides) {
  formats::csaf::Advisory advisory;
  advisory.header.tracking_id = "EX-1";
  auto& device = advisory.products.emplace_back();
  device.id = "D";
  device.vendor = "Example";
  device.name = "Only a name";
  device.serial_numbers = {"S1", "S2"};
  device.purls = {"pkg:npm/a@1"};
  device.hashes = {{.filename = "left out", .algorithm = "sha256", .value = "00ff"}};
  auto& part = advisory.products.emplace_back();
  part.id = "P";
  part.product = "Part";
  part.version = "< 2";
  part.version_is_range = true;
  part.model_numbers = {"M-1*"};
  part.skus = {"SKU"};
  part.cpe = "cpe:2.3:a:example:part:*:*:*:*:*:*:*:*";
  part.related_to = "D";
  auto& vulnerability = advisory.vulnerabilities.emplace_back();
  vulnerability.ids = {{"system", "X-7"}};
  vulnerability.statuses = {{.status = formats::csaf::ProductStatus::fixed, .product_ids = {"D", "P", "unknown"}}};
  auto& fix = vulnerability.remediations.emplace_back();
  fix.category = formats::csaf::RemediationCategory::vendor_fix;
  fix.details = "Update to V1.2 or later";
  fix.product_ids = {"P"};
  vulnerability.flags = {{.label = "component_not_present", .product_ids = {"P"}},
                         {.label = "vulnerable_code_not_present", .product_ids = {}}};
  auto& other = vulnerability.remediations.emplace_back();
  other.product_ids = {"D"};

  const auto again = unpack_advisory(pack_advisory(advisory));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->header.tracking_id, "EX-1");
  ASSERT_EQ(again->products.size(), 2U);
  EXPECT_EQ(again->products[0].name, "Only a name");
  EXPECT_THAT(again->products[0].serial_numbers, ElementsAre("S1", "S2"));
  EXPECT_THAT(again->products[0].purls, ElementsAre("pkg:npm/a@1"));
  EXPECT_EQ(again->products[0].hashes.at(0).value, "00ff");
  EXPECT_EQ(again->products[0].related_to, "");
  EXPECT_TRUE(again->products[1].version_is_range);
  EXPECT_EQ(again->products[1].version, "< 2");
  EXPECT_EQ(again->products[1].related_to, "D");
  EXPECT_EQ(again->products[1].cpe, part.cpe);
  EXPECT_THAT(again->products[1].model_numbers, ElementsAre("M-1*"));
  EXPECT_THAT(again->products[1].skus, ElementsAre("SKU"));
  ASSERT_EQ(again->vulnerabilities.size(), 1U);
  EXPECT_EQ(again->vulnerabilities[0].ids.at(0).second, "X-7");
  EXPECT_THAT(again->vulnerabilities[0].statuses.at(0).product_ids, ElementsAre("D", "P"));
  EXPECT_THAT(again->vulnerabilities[0].remediations.at(0).product_ids, ElementsAre("P"));
}

TEST(AdvisoryPack, RefusesWhatIsCutAndSurvivesWhatIsDamaged) {
  const auto bytes = pack_advisory(advisory_of({}));
  ASSERT_TRUE(unpack_advisory(bytes));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(unpack_advisory(std::string_view{bytes}.substr(0, size))) << size;
  }
  EXPECT_FALSE(unpack_advisory(bytes + '\0'));
  std::size_t refused = 0;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (const char damage : {'\0', '\x7F', '\xFF'}) {
      auto damaged = bytes;
      damaged[at] = damage;
      refused += unpack_advisory(damaged) ? 0U : 1U;
    }
  }
  EXPECT_GT(refused, 0U);
}

class PortableTest : public engine::testing::EngineTest {
 protected:
  /// Slug, and whether it can be unpacked.
  std::vector<std::string> held(const domain::policy::Viewer& viewer, Timestamp at = store_testing::kTestNow) {
    const auto file = portable_.of(database(), viewer, at);
    EXPECT_TRUE(file) << file.error().to_string();
    if (!file) return {};
    PackReader in{*file};
    EXPECT_EQ(in.text(), kPortableForm);
    std::vector<std::string> slugs;
    for (auto left = in.count(); left > 0 && in.good(); --left) {
      slugs.emplace_back(in.text());
      titles_[slugs.back()] = in.text();
      const auto advisory = unpack_advisory(in.text());
      EXPECT_TRUE(advisory) << slugs.back();
      if (advisory) products_[slugs.back()] = advisory->products.size();
    }
    EXPECT_TRUE(in.good() && in.at_end());
    return slugs;
  }
  PortableAdvisories portable_;
  std::map<std::string, std::string> titles_;
  std::map<std::string, std::size_t> products_;
};
TOCSIN_ON_BOTH_DATABASES(PortableTest);

TEST_P(PortableTest, HoldsWhatTheViewerMaySeeInTheOrderOfTheCommandLine) {
  put({.id = "EX-B", .publisher = "Z"});
  put({.id = "ex-a"});
  put({.id = "EX-C", .tlp = domain::Tlp::green});
  put({.id = "EX-D", .tlp = domain::Tlp::red, .audience = domain::Audience::owner_only});
  put({.id = "EX-E", .status = domain::RecordStatus::withdrawn});
  put({.id = "EX-F", .status = domain::RecordStatus::draft});
  EXPECT_THAT(held({}), ElementsAre("ex-a", "EX-B"));
  EXPECT_THAT(held(engine::testing::member()), ElementsAre("ex-a", "EX-B", "EX-C"));
  // What was packed for the member does not stay for others.
  EXPECT_THAT(held({}), ElementsAre("ex-a", "EX-B"));
}

TEST_P(PortableTest, FollowsRevisions) {
  put({.id = "EX-A"});
  EXPECT_THAT(held({}), ElementsAre("EX-A"));
  const auto before = products_["EX-A"];
  put({.id = "EX-A", .version = "2", .title = "Now two", .products = {{}, {.name = "Second"}}});
  EXPECT_THAT(held({}), ElementsAre("EX-A"));
  EXPECT_EQ(products_["EX-A"], before + 1);
  EXPECT_EQ(titles_["EX-A"], "Now two");
}

TEST_P(PortableTest, AnEmptyCatalogueIsAFile) { EXPECT_THAT(held({}), ElementsAre()); }

}  // namespace
}  // namespace tocsin::engine::exposure
