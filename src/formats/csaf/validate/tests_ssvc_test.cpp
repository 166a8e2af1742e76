#include <gtest/gtest.h>

#include "formats/csaf/validate/test_groups.hpp"
#include "formats/csaf/validate/testing.hpp"

namespace tocsin::formats::csaf {
namespace {

using testing::TestCase;

#define SSVC(...)                                                                                                    \
  "{'vulnerabilities':[{'cve':'CVE-1900-0001','ids':[{'system_name':'Bugs','text':'B-7'}],'metrics':[{'products':['" \
  "P1'],"                                                                                                            \
  "'content':{'ssvc_v2':{'schemaVersion':'2.0.0','timestamp':'2024-01-24T10:00:00Z'," __VA_ARGS__ "}}}]}]}"
#define CHOICE(name_space, key, version, ...) \
  "'selections':[{'namespace':'" name_space "','key':'" key "','version':'" version "','values':[" __VA_ARGS__ "]}]"
#define AT "/vulnerabilities/0/metrics/0/content/ssvc_v2/"

constexpr TestCase kCases[] = {
    {"Whole", "6.1.46", "2.1", SSVC(CHOICE("ssvc", "E", "1.1.0", "{'key':'N'}")), ""},
    {"NoSelections", "6.1.46", "2.1", SSVC("'target_ids':['B-7']"), AT "selections"},
    {"SelectionWithoutValues", "6.1.46", "2.1", SSVC("'selections':[{'namespace':'ssvc','key':'E','version':'1.1.0'}]"),
     AT "selections/0/values"},

    {"CveAndId", "6.1.47", "2.1", SSVC("'target_ids':['CVE-1900-0001','B-7']"), ""},
    {"AnotherCve", "6.1.47", "2.1", SSVC("'target_ids':['B-7','CVE-1900-0002']"), AT "target_ids/1"},
    {"PartOfAnId", "6.1.47", "2.1", SSVC("'target_ids':['7']"), AT "target_ids/0"},

    {"Known", "6.1.48", "2.1", SSVC(CHOICE("ssvc", "E", "1.1.0", "{'key':'N'},{'key':'P'},{'key':'A'}")), ""},
    {"Unregistered", "6.1.48", "2.1", SSVC(CHOICE("x_example.test#plant", "Q", "1.0.0", "{'key':'Z'}")), ""},
    {"NoSuchPoint", "6.1.48", "2.1", SSVC(CHOICE("ssvc", "NOSUCH", "1.0.0", "{'key':'N'}")), AT "selections/0/key"},
    {"NoSuchVersion", "6.1.48", "2.1", SSVC(CHOICE("ssvc", "E", "99.0.0", "{'key':'N'}")), AT "selections/0/version"},
    {"NoSuchValue", "6.1.48", "2.1", SSVC(CHOICE("ssvc", "E", "1.1.0", "{'key':'N'},{'key':'QQ'}")),
     AT "selections/0/values/1"},
    {"OutOfOrder", "6.1.48", "2.1", SSVC(CHOICE("ssvc", "E", "1.1.0", "{'key':'A'},{'key':'N'}")),
     AT "selections/0/values/1"},
    {"ReservedAsInvalid", "6.1.48", "2.1", SSVC(CHOICE("invalid", "E", "1.0.0", "{'key':'N'}")),
     AT "selections/0/namespace"},
};

class SsvcTests : public ::testing::TestWithParam<TestCase> {};
TEST_P(SsvcTests, FindWhatIsWrong) { testing::check(GetParam()); }
INSTANTIATE_TEST_SUITE_P(Csaf, SsvcTests, ::testing::ValuesIn(kCases),
                         [](const auto& each) { return testing::name_of(each.param); });

TEST(SsvcTestsOf, DocumentsOfSeveralVulnerabilitiesAreNoTarget) {
  const auto document = testing::document("2.1",
                                          "{'document':{'tracking':{'id':'D-1'}},'vulnerabilities':[{'ids':[{'system_"
                                          "name':'x','text':'D-1'}],'metrics':[{'content':"
                                          "{'ssvc_v2':{'target_ids':['D-1']}}}]},{'cve':'CVE-1900-0002'}]}");
  EXPECT_EQ(testing::findings_of("6.1.47", document).size(), 1U);
}

TEST(SsvcTestsOf, AnythingEndWell) {
  testing::check_takes_anything(
      ssvc_tests(),
      testing::document("2.1", SSVC(CHOICE("ssvc", "E", "1.1.0", "{'key':'A'},{'key':'N'}") ",'target_ids':['7']")));
}

}  // namespace
}  // namespace tocsin::formats::csaf
