#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "formats/csaf/validate/testing.hpp"
#include "formats/csaf/validate/validate.hpp"
#include "formats/testing/corpus.hpp"

namespace tocsin::formats::csaf {
namespace {

using testing::TestCase;

#define BRANCHES(...)                                                                                               \
  "'product_tree':{'branches':[{'category':'vendor','name':'Lantern Works','branches':[{'category':'product_name'," \
  "'name':'Lamp','branches':[" __VA_ARGS__ "]}]}]}"
#define BRANCH(category, version, id, name, rest) \
  "{'category':'" category "','name':'" version "','product':{'product_id':'" id "','name':'" name "'" rest "}}"
#define VERSION(version, id) BRANCH("product_version", version, id, "Lamp " version, "")
#define RANGE(range, id) BRANCH("product_version_range", range, id, "Lamp " range, "")
#define WITH_HELPER(category, version, helper) \
  BRANCH(category, version, "P1", "Lamp", ",'product_identification_helper':{" helper "}")
#define STATUS(...) "'vulnerabilities':[{'product_status':{" __VA_ARGS__ "}}]"
#define BRANCHES_PATH "/product_tree/branches/0/branches/0/branches"
#define STATUS_PATH "/vulnerabilities/0/product_status"
#define SCORE(vector, score)                                                                            \
  "'vulnerabilities':[{'scores':[{'products':['P1'],'cvss_v3':{'version':'3.1','vectorString':'" vector \
  "','baseScore':" score "}}]}]"
#define CRITICAL SCORE("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "9.8")
#define SEVERITY(...) "'document':{'aggregate_severity':{" __VA_ARGS__ "}},"
#define DATES(first, now) \
  "'document':{'tracking':{'initial_release_date':'" first "','current_release_date':'" now "'}}"

constexpr TestCase kCases[] = {
    {"NoProducts", "TOC-001", "2.0", "{}", ""},
    {"TwoIdsOfOneProduct", "TOC-001", "2.0",
     "{" BRANCHES(VERSION("1.0", "P1") "," VERSION("1.0", "P2")) "," STATUS(
         "'known_affected':['P1'],'fixed':['P2']") "}",
     STATUS_PATH "/fixed/0"},
    {"AffectedAndNotAffected", "TOC-001", "2.1",
     "{" BRANCHES(VERSION("1.0", "P1") "," VERSION("1.0", "P2")) "," STATUS(
         "'known_not_affected':['P2'],'last_affected':['P1']") "}",
     STATUS_PATH "/last_affected/0"},
    {"OtherVersion", "TOC-001", "2.0",
     "{" BRANCHES(VERSION("1.0", "P1") "," VERSION("1.1", "P2")) "," STATUS(
         "'known_affected':['P1'],'fixed':['P2']") "}",
     ""},
    {"ToldApartByHelper", "TOC-001", "2.0",
     "{" BRANCHES(BRANCH("product_version", "1.0", "P1", "Lamp", "") "," BRANCH(
         "product_version", "1.0", "P2", "Lamp",
         ",'product_identification_helper':{'skus':['L-2']}")) "," STATUS("'known_affected':['P1'],'fixed':['P2']") "}",
     ""},
    {"SameIdIsForTheStandard", "TOC-001", "2.0",
     "{" BRANCHES(VERSION("1.0", "P1")) "," STATUS("'known_affected':['P1'],'fixed':['P1']") "}", ""},
    {"OtherVulnerability", "TOC-001", "2.0",
     "{" BRANCHES(VERSION("1.0", "P1") "," VERSION(
         "1.0",
         "P2")) ","
                "'vulnerabilities':[{'product_status':{'known_affected':['P1']}},{'product_status':{'fixed':['P2']}}]}",
     ""},

    {"FixInRange", "TOC-002", "2.0",
     "{" BRANCHES(RANGE("<=4.5", "P1") "," VERSION("4.5", "P2")) "," STATUS(
         "'known_affected':['P1'],'fixed':['P2']") "}",
     STATUS_PATH "/fixed/0"},
    {"FixBehindRange", "TOC-002", "2.0",
     "{" BRANCHES(RANGE("< V4.5", "P1") "," VERSION("V4.5", "P2")) "," STATUS(
         "'known_affected':['P1'],'first_fixed':['P2']") "}",
     ""},
    {"FixInAllVersions", "TOC-002", "2.1",
     "{" BRANCHES(RANGE("vers:all/*", "P1") "," VERSION("4.5", "P2")) "," STATUS(
         "'known_affected':['P1'],'first_fixed':['P2']") "}",
     STATUS_PATH "/first_fixed/0"},
    {"UndecidableRange", "TOC-002", "2.0",
     "{" BRANCHES(RANGE("see the manual", "P1") "," VERSION("4.5", "P2")) "," STATUS(
         "'known_affected':['P1'],'fixed':['P2']") "}",
     ""},

    {"SeverityOfWorstScore", "TOC-003", "2.0", "{" SEVERITY("'text':'Critical'") CRITICAL "}", ""},
    {"SeverityTooLow", "TOC-003", "2.0", "{" SEVERITY("'text':'low'") CRITICAL "}",
     "/document/aggregate_severity/text"},
    {"OtherScale", "TOC-003", "2.0",
     "{" SEVERITY("'text':'Low','namespace':'https://lantern.example/scale'") CRITICAL "}", ""},
    {"OtherWord", "TOC-003", "2.0", "{" SEVERITY("'text':'Important'") CRITICAL "}", ""},
    {"NoScore", "TOC-003", "2.0", "{'document':{'aggregate_severity':{'text':'Low'}}}", ""},

    {"ValidVers", "TOC-004", "2.0", "{" BRANCHES(RANGE("vers:npm/>=1.0.0|<2.0.0", "P1")) "}", ""},
    {"VersOutOfOrder", "TOC-004", "2.0", "{" BRANCHES(RANGE("vers:npm/<2.0.0|>=1.0.0", "P1")) "}",
     BRANCHES_PATH "/0/name"},
    {"NoVers", "TOC-004", "2.0", "{" BRANCHES(RANGE("< V4.5", "P1")) "}", ""},
    {"VersOfVersion", "TOC-004", "2.0", "{" BRANCHES(VERSION("vers:npm/", "P1")) "}", ""},

    {"InOrder", "TOC-005", "2.0", "{" DATES("2024-01-01T00:00:00Z", "2024-01-02T00:00:00Z") "}", ""},
    {"FirstReleaseLater", "TOC-005", "2.0", "{" DATES("2024-01-03T00:00:00Z", "2024-01-02T00:00:00Z") "}",
     "/document/tracking/initial_release_date"},
    {"SameMomentElsewhere", "TOC-005", "2.0", "{" DATES("2024-01-02T01:00:00+01:00", "2024-01-02T00:00:00Z") "}", ""},
    {"DiscoveryAfterRelease", "TOC-005", "2.0",
     "{'vulnerabilities':[{'discovery_date':'2024-02-02T00:00:00Z','release_date':'2024-02-01T00:00:00Z'}]}",
     "/vulnerabilities/0/discovery_date"},
    {"DiscoveryAfterDisclosure", "TOC-005", "2.1",
     "{'vulnerabilities':[{'discovery_date':'2024-02-02T00:00:00Z','disclosure_date':'2024-02-01T00:00:00Z'}]}",
     "/vulnerabilities/0/discovery_date"},
    {"ThreatFromTheFuture", "TOC-005", "2.0",
     "{'vulnerabilities':[{'threats':[{'category':'impact','details':'Darkness','date':'2025-02-01T00:00:00Z'}]}]}",
     "/vulnerabilities/0/threats/0/date"},
    {"NoDates", "TOC-005", "2.0", "{'vulnerabilities':[{'discovery_date':'soon'}]}", ""},

    {"NumberInName", "TOC-006", "2.0",
     "{" BRANCHES(BRANCH("product_version", "1.0", "P1", "SIMATIC CPU (6ES7515-2AM02-0AB0)", "")) "}",
     BRANCHES_PATH "/0/product/name"},
    {"NumberInHelper", "TOC-006", "2.0",
     "{" BRANCHES(BRANCH("product_version", "1.0", "P1", "SIMATIC CPU (6ES7515-2AM02-0AB0)",
                         ",'product_identification_helper':{'model_numbers':['6ES7515-2AM02-0AB0']}")) "}",
     ""},
    {"NoNumber", "TOC-006", "2.0", "{" BRANCHES(VERSION("1.0", "P1")) "}", ""},

    {"NothingSaid", "TOC-007", "2.0", "{" STATUS("'known_affected':['P1']") "}", "/vulnerabilities/0"},
    {"Remediation", "TOC-007", "2.0",
     "{'vulnerabilities':[{'product_status':{'known_affected':['P1']},"
     "'remediations':[{'category':'none_available','details':'None'}]}]}",
     ""},
    {"Note", "TOC-007", "2.1",
     "{'vulnerabilities':[{'product_status':{'known_affected':['P1']},"
     "'notes':[{'category':'description','text':'It burns'}]}]}",
     ""},
    {"NothingAffected", "TOC-007", "2.0", "{" STATUS("'known_not_affected':['P1']") "}", ""},

    {"SameVersion", "TOC-008", "2.0",
     "{" BRANCHES(WITH_HELPER("product_version", "V4.5.0", "'cpe':'cpe:2.3:o:lantern:lamp:4.5:*:*:*:*:*:*:*'")) "}",
     ""},
    {"OtherVersion", "TOC-008", "2.0",
     "{" BRANCHES(WITH_HELPER("product_version", "4.6", "'cpe':'cpe:2.3:o:lantern:lamp:4.5:*:*:*:*:*:*:*'")) "}",
     BRANCHES_PATH "/0/product/product_identification_helper/cpe"},
    {"AnyVersion", "TOC-008", "2.0",
     "{" BRANCHES(WITH_HELPER("product_version", "4.6", "'cpe':'cpe:/o:lantern:lamp'")) "}", ""},
    {"VersionInRange", "TOC-008", "2.0",
     "{" BRANCHES(
         WITH_HELPER("product_version_range", "<= 4.6", "'cpe':'cpe:2.3:o:lantern:lamp:4.5:*:*:*:*:*:*:*'")) "}",
     ""},
    {"EndOfRange", "TOC-008", "2.0",
     "{" BRANCHES(
         WITH_HELPER("product_version_range", "< V4.6", "'cpe':'cpe:2.3:o:lantern:lamp:4.6:*:*:*:*:*:*:*'")) "}",
     ""},
    {"VersionBesideRange", "TOC-008", "2.1",
     "{" BRANCHES(
         WITH_HELPER("product_version_range", "< 4.6", "'cpe':'cpe:2.3:o:lantern:lamp:5.1:*:*:*:*:*:*:*'")) "}",
     BRANCHES_PATH "/0/product/product_identification_helper/cpe"},
    {"WordsAreLeft", "TOC-008", "2.0",
     "{" BRANCHES(
         WITH_HELPER("product_version", "2021 SP1", "'cpe':'cpe:2.3:o:lantern:lamp:2021:sp1:*:*:*:*:*:*'")) "}",
     ""},

    {"ReadableRange", "TOC-009", "2.0", "{" BRANCHES(RANGE("prior to 11.2", "P1")) "}", ""},
    {"Prose", "TOC-009", "2.0", "{" BRANCHES(RANGE("see the manual", "P1")) "}", BRANCHES_PATH "/0/name"},
    {"ProseOfVersion", "TOC-009", "2.0", "{" BRANCHES(VERSION("see the manual", "P1")) "}", ""},
};

class QualityTests : public ::testing::TestWithParam<TestCase> {};
TEST_P(QualityTests, FindWhatCannotBeMeant) { testing::check(GetParam()); }
INSTANTIATE_TEST_SUITE_P(Quality, QualityTests, ::testing::ValuesIn(kCases), [](const auto& each) {
  auto name = testing::name_of(each.param);
  std::ranges::replace(name, '-', '_');
  return name;
});

TEST(Quality, TakesAnything) {
  testing::check_takes_anything(
      quality_tests(),
      testing::document(
          "2.0", "{" SEVERITY("'text':'Low'") BRANCHES(RANGE("<=4.5", "P1") "," WITH_HELPER(
                     "product_version", "4.5",
                     "'cpe':'cpe:2.3:o:lantern:lamp:4.4'")) "," STATUS("'known_affected':['P1'],'fixed':['P2']") "}"));
}

TEST(Quality, IsAskedForAndMakesNothingInvalid) {
  const auto text = testing::document("2.0", "{" BRANCHES(RANGE("see the manual", "P1")) "}");
  Validator validator;
  const auto without = validator.validate(text, Mode::full);
  EXPECT_TRUE(std::ranges::none_of(without.findings, [](const Finding& each) { return each.test.starts_with("TOC"); }));
  const auto with = validator.validate(text, Mode::basic, true);
  ASSERT_EQ(with.findings.size(), 1u);
  EXPECT_EQ(with.findings[0].test, "TOC-009");
  EXPECT_EQ(group_name(with.findings[0].group, with.version), "quality");
  EXPECT_TRUE(with.is_valid());
  for (const auto& each : tests_of(CsafVersion::v2_0)) EXPECT_FALSE(each.id.starts_with("TOC")) << each.id;
}

TEST(Quality, OfWhatIsNoDocumentSaysNothing) {
  TapeReader reader;
  const auto root = reader.read(R"({"document":{"csaf_version":"3.0"}})");
  ASSERT_TRUE(root);
  EXPECT_TRUE(check_quality(*root).empty());
}

}  // namespace
}  // namespace tocsin::formats::csaf
