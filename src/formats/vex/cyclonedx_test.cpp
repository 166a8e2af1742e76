#include "formats/vex/cyclonedx.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "formats/csaf/validate/validate.hpp"
#include "formats/recognise.hpp"
#include "formats/testing/corpus.hpp"
#include "formats/testing/golden.hpp"

namespace tocsin::formats::vex {
namespace {

std::string told(const Made& made) {
  std::string text = json::write_pretty(made.document) + "\n";
  for (const auto& loss : made.losses) text += "lost " + loss.path + ": " + loss.message + "\n";
  return text;
}

std::string at(const Made& made, std::string_view pointer) {
  const auto* found = json::at_pointer(made.document, pointer);
  return found == nullptr ? "" : json::write(*found);
}

/// A BOM with one component "drive" and these vulnerabilities.
Result<Made> from(std::string_view vulnerabilities) {
  const auto text = fmt::format(
      R"({{"bomFormat":"CycloneDX","specVersion":"1.6","serialNumber":"urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79",
"version":1,"metadata":{{"timestamp":"2024-02-03T04:05:06Z","supplier":{{"name":"Orme Drives","url":["https://orme.example"]}}}},
"components":[{{"type":"device","name":"Cabinet","bom-ref":"cabinet","components":[
{{"type":"firmware","bom-ref":"drive","name":"Drive","version":"1","purl":"pkg:generic/drive@1"}}]}}],"vulnerabilities":{}}})",
      vulnerabilities);
  const auto parsed = json::parse(text);
  return from_cyclonedx_vex(parsed.value().root());
}

Result<Made> from_entry(std::string_view members) {
  return from(fmt::format(R"([{{"id":"CVE-2024-90001","affects":[{{"ref":"drive"}}],{}}}])", members));
}

TEST(CycloneDxVex, TimeOfTheBomMustBeOne) {
  const auto parsed = json::parse(R"({"bomFormat":"CycloneDX","metadata":{"timestamp":"soon"}})");
  EXPECT_EQ(from_cyclonedx_vex(parsed.value().root()).error().where, "/metadata/timestamp");
}

TEST(CycloneDxVex, Golden) {
  for (const std::string stem : {"full-2.0", "full-2.1"}) {
    const auto made = to_cyclonedx_vex(testing::sample(stem + ".json"));
    ASSERT_TRUE(made) << made.error().to_string();
    EXPECT_EQ(recognise(made->document), DocumentKind::cyclonedx);
    testing::expect_golden("vex/testdata/" + stem + ".expected.cyclonedx.txt", told(*made));
    const auto back = from_cyclonedx_vex(made->document);
    ASSERT_TRUE(back) << back.error().to_string();
    testing::expect_golden("vex/testdata/" + stem + ".expected.cyclonedx-and-back.txt", told(*back));
  }
}

struct FromCase {
  std::string_view name, members, pointer, expected;
};
void PrintTo(const FromCase& each, std::ostream* out) { *out << each.members; }

#define ONE "/vulnerabilities/0/"
constexpr FromCase kFromCases[] = {
    {"Resolved", R"("analysis":{"state":"resolved"})", ONE "product_status/fixed", R"(["P-1"])"},
    {"Triage", R"("analysis":{"state":"in_triage"})", ONE "product_status/under_investigation", R"(["P-1"])"},
    {"NotReachable", R"("analysis":{"state":"not_affected","justification":"code_not_reachable"})", ONE "flags/0/label",
     R"("vulnerable_code_not_in_execute_path")"},
    {"ReasonWithoutFlag", R"("analysis":{"state":"not_affected","justification":"requires_environment"})",
     ONE "threats/0/details", R"("requires environment")"},
    {"FalsePositive", R"("analysis":{"state":"false_positive","detail":"Other library."})", ONE "threats/0/details",
     R"("false positive: Other library.")"},
    {"Exploitable", R"("recommendation":"Update.","analysis":{"state":"exploitable"})", ONE "remediations/0/details",
     R"("Update.")"},
    {"Response", R"("analysis":{"state":"exploitable","response":["will_not_fix"]})", ONE "remediations/0/details",
     R"("will not fix")"},
    {"NoAction", R"("analysis":{"state":"exploitable"})", ONE "remediations/0/category", R"("none_available")"},
    {"NestedComponent", R"("analysis":{"state":"resolved"})", "/product_tree/full_product_names/0/name",
     R"("Drive 1")"},
    {"PackageUrl", R"("analysis":{"state":"resolved"})",
     "/product_tree/full_product_names/0/product_identification_helper/purls", R"(["pkg:generic/drive@1"])"},
};
class FromCycloneDxCase : public ::testing::TestWithParam<FromCase> {};
TEST_P(FromCycloneDxCase, BecomesCsaf) {
  const auto made = from_entry(GetParam().members);
  ASSERT_TRUE(made) << made.error().to_string();
  EXPECT_EQ(at(*made, GetParam().pointer), GetParam().expected) << json::write_pretty(made->document);
}
INSTANTIATE_TEST_SUITE_P(CycloneDxVex, FromCycloneDxCase, ::testing::ValuesIn(kFromCases),
                         [](const auto& each) { return std::string{each.param.name}; });

TEST(CycloneDxVex, TellsVersionsApartByTheirStatus) {
  const auto made = from(
      R"([{"id":"CVE-2024-90001","analysis":{"state":"exploitable"},"affects":[{"ref":"drive","versions":[
{"range":"vers:generic/<2","status":"affected"},{"version":"2","status":"unaffected"},{"version":"3","status":"unknown"}]}]}])");
  ASSERT_TRUE(made) << made.error().to_string();
  EXPECT_EQ(at(*made, "/vulnerabilities/0/product_status"),
            R"({"known_affected":["P-1"],"known_not_affected":["P-2"],"under_investigation":["P-3"]})");
}

TEST(CycloneDxVex, OfTwoStatementsTheWorseCounts) {
  const auto made = from(
      R"([{"id":"CVE-2024-90001","analysis":{"state":"exploitable"},"affects":[{"ref":"drive"}]},
{"id":"CVE-2024-90001","analysis":{"state":"resolved"},"affects":[{"ref":"drive"}]}])");
  ASSERT_TRUE(made) << made.error().to_string();
  EXPECT_EQ(at(*made, "/vulnerabilities/0/product_status"), R"({"known_affected":["P-1"]})");
  EXPECT_TRUE(text::contains(told(*made), "the milder of two statements"));
}

TEST(CycloneDxVex, RefusesWhatMakesNoStatement) {
  for (const std::string_view list : {"[]", R"([{"id":"CVE-2024-90001","affects":[{"ref":"drive"}]}])",
                                      R"([{"id":"CVE-2024-90001","analysis":{"state":"resolved"}}])", "7"}) {
    const auto made = from(list);
    ASSERT_FALSE(made) << list;
    EXPECT_EQ(made.error().code, Error::Code::invalid_input);
  }
}

TEST(CycloneDxVex, TakesFromTheCallerWhatTheBomLeavesOut) {
  const auto parsed = json::parse(R"({"bomFormat":"CycloneDX","vulnerabilities":[
{"id":"CVE-2024-90001","analysis":{"state":"in_triage"},"affects":[{"ref":"urn:cdx:x/1#pump"}]}]})");
  const auto& root = parsed.value().root();
  EXPECT_TRUE(text::contains(from_cyclonedx_vex(root).error().message, "--id"));
  const auto made = from_cyclonedx_vex(root, {.tracking_id = "ORME-1",
                                              .publisher = "Orme Drives",
                                              .publisher_namespace = "https://orme.example",
                                              .now = parse_rfc3339("2024-02-03T00:00:00Z").value()});
  ASSERT_TRUE(made) << made.error().to_string();
  EXPECT_EQ(at(*made, "/document/tracking/id"), R"("ORME-1")");
  EXPECT_EQ(at(*made, "/document/tracking/initial_release_date"), R"("2024-02-03T00:00:00Z")");
  EXPECT_EQ(at(*made, "/product_tree/full_product_names/0/name"), R"("urn:cdx:x/1#pump")");
}

TEST(CycloneDxVex, RealAdvisoriesGoThereAndBack) {
  int made_count = 0;
  const bool there = testing::for_each_file("csaf/other-issuers.tar.zst", [&](const auto& name, const auto& bytes) {
    const auto parsed = json::parse(bytes);
    if (!parsed || made_count >= 60) return;
    const auto advisory = csaf::read_advisory(parsed->root());
    if (!advisory) return;
    const auto made = to_cyclonedx_vex(*advisory);
    if (!made) return;
    ++made_count;
    const auto back = from_cyclonedx_vex(made->document);
    ASSERT_TRUE(back) << name << ": " << back.error().to_string();
    const auto text = json::write(back->document);
    const auto& claims = made->document.at("vulnerabilities").as_array();
    for (const auto& each : claims) {
      EXPECT_TRUE(text::contains(text, json::write(each.at("id")))) << name << " " << each.at("id");
    }
  });
  if (!there) GTEST_SKIP() << "csaf/other-issuers.tar.zst of the shared archive is not here";
  EXPECT_GT(made_count, 0);
}

}  // namespace
}  // namespace tocsin::formats::vex
