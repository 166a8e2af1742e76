#include <gtest/gtest.h>

#include "formats/csaf/validate/coverage.hpp"
#include "formats/csaf/validate/test_groups.hpp"
#include "formats/csaf/validate/testing.hpp"

namespace tocsin::formats::csaf {
namespace {

using testing::TestCase;

#define STATUS(...) "{'vulnerabilities':[{'product_status':{" __VA_ARGS__ "}}]}"
#define SCORES(...) "{'vulnerabilities':[{'scores':[" __VA_ARGS__ "]}]}"
#define METRICS(...) "{'vulnerabilities':[{'metrics':[" __VA_ARGS__ "]}]}"
#define FLAGS(...)                                                                  \
  "{'product_tree':{'product_groups':[{'group_id':'G1','product_ids':['P1','P2']}," \
  "{'group_id':'G2','product_ids':['P2','P3']}]},'vulnerabilities':[{'flags':[" __VA_ARGS__ "]}]}"
#define STATUS_PATH "/vulnerabilities/0/product_status/"
#define FLAG_PATH "/vulnerabilities/0/flags/"

constexpr TestCase kCases[] = {
    {"EachInOne", "6.1.6", "2.0", STATUS("'known_affected':['P1'],'fixed':['P2'],'known_not_affected':['P3']"), ""},
    {"SameClass", "6.1.6", "2.0",
     STATUS(
         "'first_affected':['P1'],'known_affected':['P1'],'last_affected':['P1'],'first_fixed':['P2'],'fixed':['P2']"),
     ""},
    {"Recommended", "6.1.6", "2.0", STATUS("'recommended':['P1','P2'],'known_affected':['P1'],'fixed':['P2']"), ""},
    {"AffectedAndNot", "6.1.6", "2.0", STATUS("'known_affected':['P1','P2'],'known_not_affected':['P3','P2']"),
     STATUS_PATH "known_not_affected/1"},
    {"FixedAndAffected", "6.1.6", "2.1", STATUS("'last_affected':['P1'],'first_fixed':['P1']"),
     STATUS_PATH "first_fixed/0"},
    {"InThree", "6.1.6", "2.1", STATUS("'fixed':['P1'],'known_affected':['P1'],'under_investigation':['P1']"),
     STATUS_PATH "known_affected/0 " STATUS_PATH "under_investigation/0"},
    {"UnknownAndFixed", "6.1.6", "2.1", STATUS("'fixed':['P1'],'unknown':['P1']"), STATUS_PATH "unknown/0"},
    {"UnknownAndUnderInvestigation", "6.1.6", "2.1", STATUS("'under_investigation':['P1'],'unknown':['P1']"),
     STATUS_PATH "unknown/0"},
    {"NoUnknownIn20", "6.1.6", "2.0", STATUS("'fixed':['P1'],'unknown':['P1']"), ""},
    {"OtherVulnerability", "6.1.6", "2.1",
     "{'vulnerabilities':[{'product_status':{'fixed':['P1']}},{'product_status':{'known_affected':['P1']}}]}", ""},

    {"TwoProducts", "6.1.7", "2.0",
     SCORES("{'cvss_v3':{'version':'3.1'},'products':['P1']},{'cvss_v3':{'version':'3.1'},'products':['P2']}"), ""},
    {"TwoVersions", "6.1.7", "2.0",
     SCORES("{'cvss_v3':{'version':'3.1'},'products':['P1']},{'cvss_v3':{'version':'3.0'},'products':['P1']}"), ""},
    {"BothInOneScore", "6.1.7", "2.0",
     SCORES("{'cvss_v2':{'version':'2.0'},'cvss_v3':{'version':'3.1'},'products':['P1']}"), ""},
    {"SameVersion", "6.1.7", "2.0",
     SCORES(
         "{'cvss_v3':{'version':'3.1'},'products':['P1','P2']},{'cvss_v3':{'version':'3.1'},'products':['P3','P2']}"),
     "/vulnerabilities/0/scores/1/products/1"},
    {"VersionFromTheVector", "6.1.7", "2.0",
     SCORES("{'cvss_v3':{'version':'3.1'},'products':['P1']},"
            "{'cvss_v3':{'vectorString':'CVSS:3.1/AV:N'},'products':['P1']}"),
     "/vulnerabilities/0/scores/1/products/0"},
    {"VersionFromTheName", "6.1.7", "2.0",
     SCORES("{'cvss_v2':{'version':'2.0'},'products':['P1']},{'cvss_v2':{},'products':['P1']}"),
     "/vulnerabilities/0/scores/1/products/0"},
    {"OtherVulnerability", "6.1.7", "2.0",
     "{'vulnerabilities':[{'scores':[{'cvss_v3':{'version':'3.1'},'products':['P1']}]},"
     "{'scores':[{'cvss_v3':{'version':'3.1'},'products':['P1']}]}]}",
     ""},
    {"NamedTwiceInOneScore", "6.1.7", "2.0",
     SCORES("{'cvss_v3':{'version':'3.1'},'products':['P1','P1']},{'cvss_v3':{'version':'3.1'},'products':['P2']}"),
     ""},
    {"TwoSources", "6.1.7", "2.1",
     METRICS("{'content':{'cvss_v4':{'version':'4.0'}},'products':['P1']},"
             "{'content':{'cvss_v4':{'version':'4.0'}},'products':['P1'],'source':'https://a.example'},"
             "{'content':{'cvss_v4':{'version':'4.0'}},'products':['P1'],'source':'https://b.example'}"),
     ""},
    {"SameSource", "6.1.7", "2.1",
     METRICS("{'content':{'cvss_v4':{'version':'4.0'}},'products':['P1'],'source':'https://a.example'},"
             "{'content':{'cvss_v4':{'version':'4.0'}},'products':['P1'],'source':'https://a.example'}"),
     "/vulnerabilities/0/metrics/1/products/0"},
    {"VersionThatCsafDoesNotKnow", "6.1.7", "2.1",
     METRICS("{'content':{'cvss_v5':{'version':'5.0'}},'products':['P1']},"
             "{'content':{'cvss_v5':{'version':'5.0'}},'products':['P1']}"),
     "/vulnerabilities/0/metrics/1/products/0"},
    {"NoCvss", "6.1.7", "2.1",
     METRICS("{'content':{'epss':{}},'products':['P1']},{'content':{'epss':{}},'products':['P1']}"), ""},

    {"Products", "6.1.29", "2.0", "{'vulnerabilities':[{'remediations':[{'product_ids':['P1']}]}]}", ""},
    {"Groups", "6.1.29", "2.1", "{'vulnerabilities':[{'remediations':[{'group_ids':['G1']}]}]}", ""},
    {"Neither", "6.1.29", "2.0", "{'vulnerabilities':[{},{'remediations':[{'product_ids':['P1']},{'details':'x'}]}]}",
     "/vulnerabilities/1/remediations/1"},

    {"Products", "6.1.32", "2.0", FLAGS("{'product_ids':['P1']}"), ""},
    {"Groups", "6.1.32", "2.1", FLAGS("{'group_ids':['G1']}"), ""},
    {"Neither", "6.1.32", "2.1", FLAGS("{'label':'component_not_present'}"), FLAG_PATH "0"},

    {"OneEach", "6.1.33", "2.0",
     FLAGS("{'label':'component_not_present','product_ids':['P1']},"
           "{'label':'vulnerable_code_not_present','product_ids':['P2']}"),
     ""},
    {"TwoDirectly", "6.1.33", "2.0",
     FLAGS("{'label':'component_not_present','product_ids':['P1']},"
           "{'label':'vulnerable_code_not_present','product_ids':['P2','P1']}"),
     FLAG_PATH "1"},
    {"SameLabelTwice", "6.1.33", "2.0",
     FLAGS("{'label':'component_not_present','product_ids':['P1']},"
           "{'label':'component_not_present','product_ids':['P1'],'date':'2024-02-01T00:00:00Z'}"),
     FLAG_PATH "1"},
    {"GroupThenProduct", "6.1.33", "2.1",
     FLAGS("{'label':'component_not_present','group_ids':['G1']},"
           "{'label':'vulnerable_code_not_present','product_ids':['P2']}"),
     FLAG_PATH "1"},
    {"ProductThenGroup", "6.1.33", "2.1",
     FLAGS("{'label':'component_not_present','product_ids':['P3']},"
           "{'label':'vulnerable_code_not_present','group_ids':['G2']}"),
     FLAG_PATH "1"},
    {"GroupsThatOverlap", "6.1.33", "2.1",
     FLAGS("{'label':'component_not_present','group_ids':['G1']},{'label':'vulnerable_code_not_present','group_ids':['"
           "G2']}"),
     FLAG_PATH "1"},
    {"SameGroup", "6.1.33", "2.1",
     FLAGS("{'label':'component_not_present','group_ids':['G1']},{'label':'vulnerable_code_not_present','group_ids':['"
           "G1']},"
           "{'label':'inline_mitigations_already_exist','group_ids':['G1']}"),
     FLAG_PATH "1 " FLAG_PATH "2"},
    {"TwiceInOneFlag", "6.1.33", "2.1",
     FLAGS("{'label':'component_not_present','group_ids':['G1','G1','G2'],'product_ids':['P1','P1']},"
           "{'label':'vulnerable_code_not_present','product_ids':['P4']}"),
     ""},
    {"OtherLabel", "6.1.33", "2.1",
     FLAGS("{'label':'component_not_present','product_ids':['P1']},{'label':'on_sale','product_ids':['P1']}"), ""},
    {"OtherVulnerability", "6.1.33", "2.1",
     "{'product_tree':{'product_groups':[{'group_id':'G1','product_ids':['P1']}]},"
     "'vulnerabilities':[{'flags':[{'label':'component_not_present','product_ids':['P2']},"
     "{'label':'component_not_present','group_ids':['G1']}]},{'flags':[{'label':'component_not_present','product_ids':"
     "['P1']},{'label':'component_not_present','product_ids':['P2']}]}]}",
     ""},
};

class StatusTests : public ::testing::TestWithParam<TestCase> {};
TEST_P(StatusTests, FindWhatIsWrong) { testing::check(GetParam()); }
INSTANTIATE_TEST_SUITE_P(Csaf, StatusTests, ::testing::ValuesIn(kCases),
                         [](const auto& each) { return testing::name_of(each.param); });

TEST(StatusTests, TakeAnything) {
  constexpr std::string_view kPatch =
      "{'product_tree':{'product_groups':[{'group_id':'G1','product_ids':['P1','P2']}]},'vulnerabilities':[{"
      "'product_status':{'fixed':['P1'],'known_affected':['P1']},'remediations':[{}],"
      "'scores':[{'cvss_v3':{'version':'3.1'},'products':['P1']},{'cvss_v3':{'version':'3.1'},'products':['P1']}],"
      "'metrics':[{'content':{'cvss_v4':{'version':'4.0'}},'products':['P1'],'source':'a'},"
      "{'content':{'cvss_v4':{}},'products':['P1'],'source':'a'}],"
      "'flags':[{'label':'component_not_present','group_ids':['G1']},"
      "{'label':'component_not_present','product_ids':['P1']},{}]}]}";
  for (const auto* version : {"2.0", "2.1"}) {
    testing::check_takes_anything(status_tests(), testing::document(version, kPatch));
  }
}

/// `count` ids "P0", "P1", ... as members of an array.
std::string ids(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += (i == 0 ? "\"P" : ",\"P") + std::to_string(i) + "\"";
  return text;
}

TEST(Coverage, IsTheSameForSmallAndLargeGroups) {
  for (const std::size_t products : {3U, 5000U}) {
    const auto text = R"({"product_tree":{"product_groups":[{"group_id":"G","product_ids":[)" + ids(products) +
                      R"(]},{"group_id":"H","product_ids":["X"]}]},"vulnerabilities":[{"threats":[)"
                      R"({"product_ids":["Y","unheard"],"group_ids":["G",7,"G"]},{"product_ids":"P1"}]}]})";
    TapeReader reader;
    const auto root = reader.read(text);
    ASSERT_TRUE(root);
    const Model model{*root, CsafVersion::v2_1};
    Coverage coverage{model};
    for (const auto threat : model.vulnerabilities.at(0).node["threats"].elements()) coverage.add(threat);
    // Many questions: first the table answers, then the group is spread.
    for (int round = 0; round < 3; ++round) {
      for (std::size_t i = 0; i < products; ++i) EXPECT_TRUE(coverage.contains(model.product("P" + std::to_string(i))));
      EXPECT_TRUE(coverage.contains(model.product("Y")));
      EXPECT_FALSE(coverage.contains(model.product("X")));
    }
    coverage.clear();
    EXPECT_FALSE(coverage.contains(model.product("Y")));
    EXPECT_FALSE(coverage.contains(model.product("P0")));
  }
}

}  // namespace
}  // namespace tocsin::formats::csaf
