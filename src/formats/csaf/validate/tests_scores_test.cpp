#include <gtest/gtest.h>

#include "formats/csaf/validate/test_groups.hpp"
#include "formats/csaf/validate/testing.hpp"

namespace tocsin::formats::csaf {
namespace {

using testing::TestCase;

#define V2(...) "{'vulnerabilities':[{'scores':[{'products':['P1'],'cvss_v2':{" __VA_ARGS__ "}}]}]}"
#define V3(...) "{'vulnerabilities':[{'scores':[{'products':['P1'],'cvss_v3':{" __VA_ARGS__ "}}]}]}"
#define V4(...) "{'vulnerabilities':[{'metrics':[{'products':['P1'],'content':{'cvss_v4':{" __VA_ARGS__ "}}}]}]}"
#define V2_AT "/vulnerabilities/0/scores/0/cvss_v2/"
#define V3_AT "/vulnerabilities/0/scores/0/cvss_v3/"
#define V4_AT "/vulnerabilities/0/metrics/0/content/cvss_v4/"
#define HIGH_3 "'version':'3.1','vectorString':'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
#define HIGH_4 "'version':'4.0','vectorString':'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"

constexpr TestCase kCases[] = {
    {"Whole", "6.1.8", "2.0", V3(HIGH_3 "','baseScore':9.8,'baseSeverity':'CRITICAL'"), ""},
    {"NoSeverity", "6.1.8", "2.0", V3(HIGH_3 "','baseScore':9.8"), V3_AT "baseSeverity"},
    {"NoVersion2", "6.1.8", "2.0", V2("'vectorString':'AV:L/AC:L/Au:M/C:C/I:C/A:C','baseScore':6.5"), V2_AT "version"},
    {"Whole4", "6.1.8", "2.1", V4(HIGH_4 "','baseScore':9.3,'baseSeverity':'CRITICAL'"), ""},
    {"NoScore4", "6.1.8", "2.1", V4(HIGH_4 "','baseSeverity':'CRITICAL'"), V4_AT "baseScore"},

    {"Right", "6.1.9", "2.0", V3(HIGH_3 "','baseScore':9.8,'baseSeverity':'CRITICAL'"), ""},
    {"RightAsInteger", "6.1.9", "2.0",
     V3("'version':'3.1','vectorString':'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H','baseScore':10"), ""},
    {"WrongScoreAndSeverity", "6.1.9", "2.0", V3(HIGH_3 "','baseScore':9.7,'baseSeverity':'HIGH'"),
     V3_AT "baseScore " V3_AT "baseSeverity"},
    {"TemporalOfItsOwnMetrics", "6.1.9", "2.0", V3(HIGH_3 "/E:U','temporalScore':9.0,'temporalSeverity':'CRITICAL'"),
     ""},
    {"TemporalWithoutMetricsIsTheBase", "6.1.9", "2.0", V3(HIGH_3 "','temporalScore':9.8"), ""},
    {"WrongTemporal", "6.1.9", "2.0", V3(HIGH_3 "/E:U','temporalScore':9.8"), V3_AT "temporalScore"},
    {"WrongEnvironmental", "6.1.9", "2.0", V3(HIGH_3 "/MAV:P','environmentalScore':9.8,'environmentalSeverity':'LOW'"),
     V3_AT "environmentalScore " V3_AT "environmentalSeverity"},
    {"Right2", "6.1.9", "2.0", V2("'vectorString':'AV:N/AC:L/Au:N/C:P/I:P/A:P','baseScore':7.5"), ""},
    {"Wrong2", "6.1.9", "2.0", V2("'vectorString':'AV:N/AC:L/Au:N/C:P/I:P/A:P','baseScore':7"), V2_AT "baseScore"},
    {"Right4", "6.1.9", "2.1", V4(HIGH_4 "','baseScore':9.3,'baseSeverity':'CRITICAL'"), ""},
    {"Wrong4", "6.1.9", "2.1", V4(HIGH_4 "/E:U','baseScore':9.3"), V4_AT "baseScore"},
    {"VectorThatCannotBeRead", "6.1.9", "2.0", V3("'vectorString':'CVSS:3.1/AV:N','baseScore':1"), ""},
    {"VectorOfAnotherVersion", "6.1.9", "2.0", V3("'vectorString':'AV:N/AC:L/Au:N/C:P/I:P/A:P','baseScore':1"), ""},

    {"Agrees", "6.1.10", "2.0",
     V3(HIGH_3 "','attackVector':'NETWORK','scope':'UNCHANGED','remediationLevel':'NOT_DEFINED'"), ""},
    {"Adjacent", "6.1.10", "2.0",
     V3("'vectorString':'CVSS:3.0/AV:A/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H','attackVector':'ADJACENT_NETWORK'"), ""},
    {"Contradicts", "6.1.10", "2.0", V3(HIGH_3 "','attackVector':'LOCAL','userInteraction':'NONE','scope':'CHANGED'"),
     V3_AT "attackVector " V3_AT "scope"},
    {"DefinedOnlyAsMember", "6.1.10", "2.0", V3(HIGH_3 "','exploitCodeMaturity':'HIGH'"), ""},
    {"NotDefinedAsMember", "6.1.10", "2.0", V3(HIGH_3 "/E:H','exploitCodeMaturity':'NOT_DEFINED'"),
     V3_AT "exploitCodeMaturity"},
    {"OtherVersion", "6.1.10", "2.0",
     V3("'version':'3.0','vectorString':'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H'"), V3_AT "version"},
    {"Agrees2", "6.1.10", "2.0",
     V2("'vectorString':'AV:N/AC:L/Au:S/C:P/I:P/A:P/"
        "E:POC','authentication':'SINGLE','exploitability':'PROOF_OF_CONCEPT'"),
     ""},
    {"Contradicts2", "6.1.10", "2.0",
     V2("'vectorString':'AV:N/AC:L/Au:S/C:P/I:P/A:P','confidentialityImpact':'COMPLETE'"),
     V2_AT "confidentialityImpact"},
    {"Agrees4", "6.1.10", "2.1",
     V4(HIGH_4 "/S:P/U:Red','Safety':'PRESENT','providerUrgency':'RED','subIntegrityImpact':'NONE'"), ""},
    {"Contradicts4", "6.1.10", "2.1", V4(HIGH_4 "/AU:N','attackRequirements':'PRESENT','Automatable':'YES'"),
     V4_AT "attackRequirements " V4_AT "Automatable"},
};

class ScoreTests : public ::testing::TestWithParam<TestCase> {};
TEST_P(ScoreTests, FindWhatIsWrong) { testing::check(GetParam()); }
INSTANTIATE_TEST_SUITE_P(Csaf, ScoreTests, ::testing::ValuesIn(kCases),
                         [](const auto& each) { return testing::name_of(each.param); });

TEST(ScoreTestsOf, AnythingEndWell) {
  testing::check_takes_anything(
      score_tests(),
      testing::document("2.0", V3(HIGH_3 "','baseScore':9.8,'baseSeverity':'CRITICAL','scope':'CHANGED'")));
  testing::check_takes_anything(score_tests(),
                                testing::document("2.1", V4(HIGH_4 "','baseScore':9.3,'attackVector':'NETWORK'")));
}

}  // namespace
}  // namespace tocsin::formats::csaf
