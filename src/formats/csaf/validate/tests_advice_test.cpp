#include <gtest/gtest.h>

#include "formats/csaf/validate/test_groups.hpp"
#include "formats/csaf/validate/testing.hpp"

namespace tocsin::formats::csaf {
namespace {

using testing::TestCase;

#define DOCUMENT(...) "{'document':{" __VA_ARGS__ "}}"
#define TRACKING(...) "{'document':{'tracking':{" __VA_ARGS__ "}}}"
#define LAMP "'product_tree':{'full_product_names':[{'name':'Lamp','product_id':'P1'}]}"
#define LAMPS                                                                                              \
  "'product_tree':{'full_product_names':[{'name':'Lamp','product_id':'P1'},{'name':'Lantern','product_id'" \
  ":'P2'}],'product_groups':[{'group_id':'G1','product_ids':['P1','P2']}]}"
#define WITH_LAMPS(...) "{" LAMPS ",'vulnerabilities':[{" __VA_ARGS__ "}]}"
#define HASHES(...)                                                                                                \
  "{'product_tree':{'full_product_names':[{'name':'Lamp','product_id':'P1','product_identification_helper':{'hash" \
  "es':[{'filename':'lamp','file_hashes':[" __VA_ARGS__ "]}]}}]}}"
#define HASHES_PATH "/product_tree/full_product_names/0/product_identification_helper/hashes/0/file_hashes"
#define RANGE(name) "{'product_tree':{'branches':[{'category':'product_version_range','name':'" name "'}]}}"
#define RANGE_PATH "/product_tree/branches/0/name"
#define SELF(url) DOCUMENT("'references':[{'category':'self','summary':'This','url':'" url "'}]")
#define FIXED "'product_status':{'fixed':['P2','P1']}"
#define CVSS3(more) "'cvss_v3':{'version':'3.1','vectorString':'CVSS:3.1/AV:L/AC:L/PR:H/UI:R/S:U/C:H/I:H/A:H" more "'}"
#define CVSS4(more) \
  "'cvss_v4':{'version':'4.0','vectorString':'CVSS:4.0/AV:L/AC:L/AT:P/PR:H/UI:P/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H" more "'}"
#define SCORED(cvss) WITH_LAMPS(FIXED ",'scores':[{'products':['P1']," cvss "}]")
#define MEASURED(cvss) WITH_LAMPS(FIXED ",'metrics':[{'products':['P1'],'content':{" cvss "}}]")

constexpr TestCase kCases[] = {
    {"NeverUsed", "6.2.1", "2.0", "{" LAMP "}", "/product_tree/full_product_names/0/product_id"},
    {"Informational", "6.2.1", "2.1", "{'document':{'category':'csaf_informational_advisory'}," LAMP "}", ""},
    {"UsedInAGroup", "6.2.1", "2.1", "{" LAMPS "}", ""},
    {"UsedInAPath", "6.2.1", "2.1",
     "{'product_tree':{'full_product_names':[{'name':'Lamp','product_id':'P1'}],'product_paths':[{'beginning_product_"
     "refere"
     "nce':'P1','full_product_name':{'name':'Lamp in a lantern','product_id':'P2'}}]}}",
     "/product_tree/product_paths/0/full_product_name/product_id"},

    {"None", "6.2.2", "2.0", WITH_LAMPS("'product_status':{'known_affected':['P1'],'fixed':['P2']}"),
     "/vulnerabilities/0/product_status/known_affected/0"},
    {"UnderInvestigation", "6.2.2", "2.1",
     WITH_LAMPS("'product_status':{'under_investigation':['P1','P2']},'remediations':[{'product_ids':['P1']}]"),
     "/vulnerabilities/0/product_status/under_investigation/1"},
    {"ByGroup", "6.2.2", "2.1",
     WITH_LAMPS("'product_status':{'last_affected':['P1','P2']},'remediations':[{'group_ids':['G1']}]"), ""},
    {"OfTheOtherVulnerability", "6.2.2", "2.1",
     "{" LAMPS
     ",'vulnerabilities':[{'remediations':[{'product_ids':['P1']}],'product_status':{'first_affected':['P1']}},"
     "{'product_status':{'first_affected':['P1']}}]}",
     "/vulnerabilities/1/product_status/first_affected/0"},

    {"None", "6.2.3", "2.0", WITH_LAMPS("'product_status':{'first_affected':['P1'],'under_investigation':['P2']}"),
     "/vulnerabilities/0/product_status/first_affected/0"},
    {"ForOneOnly", "6.2.3", "2.0",
     WITH_LAMPS("'product_status':{'known_affected':['P1','P2']},'scores':[{'products':['P2']}]"),
     "/vulnerabilities/0/product_status/known_affected/0"},
    {"ForBoth", "6.2.3", "2.1",
     WITH_LAMPS("'product_status':{'known_affected':['P1','P2']},'metrics':[{'products':['P1']},{'products':['P2']}]"),
     ""},

    {"Build", "6.2.4", "2.0", TRACKING("'revision_history':[{'number':'1.0.0'},{'number':'1.0.1+exp.5'}]"),
     "/document/tracking/revision_history/1/number"},

    {"Older", "6.2.5", "2.0", TRACKING("'initial_release_date':'2024-03-01T09:59:59Z'"),
     "/document/tracking/initial_release_date"},
    {"SameMomentElsewhere", "6.2.5", "2.1", TRACKING("'initial_release_date':'2024-03-01T09:00:00-01:00'"), ""},
    {"OldestCounts", "6.2.5", "2.1",
     TRACKING("'initial_release_date':'2024-03-01T10:00:00Z','revision_history':[{'date':'2024-03-02T10:00:00Z','"
              "number':'2'},"
              "{'date':'2024-02-02T10:00:00Z','number':'1'}]"),
     ""},
    {"Older", "6.2.6", "2.0",
     TRACKING("'revision_history':[{'date':'2024-03-02T10:00:00Z','number':'2'},{'date':'2024-03-01T10:00:00Z','number'"
              ":'1'}]"),
     "/document/tracking/current_release_date"},
    {"Same", "6.2.6", "2.1", "{}", ""},

    {"WithoutDate", "6.2.7", "2.0", "{'vulnerabilities':[{'involvements':[{'party':'vendor'},{'date':'x'}]}]}",
     "/vulnerabilities/0/involvements/0"},

    {"Alone", "6.2.8", "2.0", HASHES("{'algorithm':'md5','value':'00'}"), HASHES_PATH},
    {"WithAnother", "6.2.8", "2.1", HASHES("{'algorithm':'md5','value':'00'},{'algorithm':'sha256','value':'00'}"), ""},
    {"OtherAlone", "6.2.8", "2.1", HASHES("{'algorithm':'sha1','value':'00'}"), ""},
    {"Alone", "6.2.9", "2.1", HASHES("{'algorithm':'sha1','value':'00'}"), HASHES_PATH},
    {"None", "6.2.9", "2.0", HASHES(""), ""},

    {"Missing", "6.2.10", "2.0", "{}", "/document/distribution"},
    {"LabelMissing", "6.2.10", "2.0", DOCUMENT("'distribution':{'tlp':{}}"), "/document/distribution/tlp/label"},
    {"Empty", "6.2.10", "2.0", DOCUMENT("'distribution':{'tlp':{'label':''}}"), "/document/distribution/tlp/label"},
    {"There", "6.2.10", "2.0", DOCUMENT("'distribution':{'tlp':{'label':'GREEN'}}"), ""},

    {"NoReferences", "6.2.11", "2.0", "{}", "/document/references"},
    {"Canonical", "6.2.11", "2.0", SELF("https://lantern.example/csaf/2024/lw-2024-01.json"), ""},
    {"NotHttps", "6.2.11", "2.1", SELF("http://lantern.example/csaf/2024/lw-2024-01.json"), "/document/references"},
    {"OtherName", "6.2.11", "2.1", SELF("https://lantern.example/csaf/LW-2024-01.json"), "/document/references"},

    {"Missing", "6.2.12", "2.0", "{}", "/document/lang"},
    {"Empty", "6.2.12", "2.1", DOCUMENT("'lang':''"), "/document/lang"},
    {"There", "6.2.12", "2.1", DOCUMENT("'lang':'en'"), ""},

    {"Sorted", "6.2.13", "2.0", "{}", ""},
    {"OncePerObject", "6.2.13", "2.0",
     "{'vulnerabilities':[{'title':'x','notes':[{'text':'a','category':'b'}],'cve':'y'}]}",
     "/vulnerabilities/0/notes /vulnerabilities/0/notes/0/category"},

    {"Language", "6.2.14", "2.0", DOCUMENT("'lang':'qaa','source_lang':'en-QMAA'"), "/document/lang"},
    {"Script", "6.2.14", "2.1", DOCUMENT("'lang':'en-Qaaa-US'"), "/document/lang"},
    {"Region", "6.2.14", "2.0", DOCUMENT("'source_lang':'de-xa'"), "/document/source_lang"},
    {"Singleton", "6.2.14", "2.1", DOCUMENT("'lang':'de-x-plant'"), "/document/lang"},
    {"WhollyPrivate", "6.2.14", "2.1", DOCUMENT("'lang':'x-plant'"), "/document/lang"},
    {"RegionCodeInAnExtension", "6.2.14", "2.1", DOCUMENT("'lang':'de-DE-u-zz'"), ""},
    {"Ordinary", "6.2.14", "2.0", DOCUMENT("'lang':'zh-Hant-TW'"), ""},
    {"Default", "6.2.15", "2.0", DOCUMENT("'lang':'I-Default','source_lang':'en'"), "/document/lang"},

    {"Without", "6.2.16", "2.0",
     "{'product_tree':{'full_product_names':[{'name':'Lamp','product_id':'P1','product_identification_helper':{}}],'"
     "branch"
     "es':[{'category':'vendor','product':{'name':'Lamp','product_id':'P2'}}]}}",
     "/product_tree/branches/0/product"},

    {"Cve", "6.2.17", "2.0", "{'vulnerabilities':[{'ids':[{'system_name':'a','text':'CVE-2024-10000'}]}]}",
     "/vulnerabilities/0/ids/0"},
    {"NoCve", "6.2.17", "2.1",
     "{'vulnerabilities':[{'ids':[{'text':'CVE-2024-100'},{'text':'cve-2024-1000'},{'text':'CVE-2024-1000 '}]}]}", ""},

    {"Vers", "6.2.18", "2.0", RANGE("vers:intdot/<4.5"), ""},
    {"PlusInType", "6.2.18", "2.1", RANGE("vers:+x/y"), ""},
    {"Comparator", "6.2.18", "2.0", RANGE(">4.2"), RANGE_PATH},
    {"DigitFirst", "6.2.18", "2.1", RANGE("vers:4x/y"), RANGE_PATH},
    {"NoConstraint", "6.2.18", "2.1", RANGE("vers:intdot/"), RANGE_PATH},
    {"Capitals", "6.2.18", "2.1", RANGE("vers:Intdot/1"), RANGE_PATH},

    {"StillSevere", "6.2.19", "2.0", SCORED(CVSS3("")), "/vulnerabilities/0/product_status/fixed/1"},
    {"OtherProduct", "6.2.19", "2.0",
     WITH_LAMPS("'product_status':{'fixed':['P2']},'scores':[{'products':['P1']," CVSS3("") "}]"), ""},
    {"PartlyNone", "6.2.19", "2.0", SCORED(CVSS3("/MC:N/MI:N")), "/vulnerabilities/0/product_status/fixed/1"},
    {"NoneInTheVector", "6.2.19", "2.0", SCORED(CVSS3("/MC:N/MI:N/MA:N")), ""},
    {"NoneInMembers", "6.2.19", "2.0",
     SCORED(
         "'cvss_v3':{'vectorString':'CVSS:3.1/AV:L/AC:L/PR:H/UI:R/S:U/C:N/I:L/A:N','modifiedIntegrityImpact':'NONE'}"),
     ""},
    {"EnvironmentalScore", "6.2.19", "2.0", SCORED("'cvss_v2':{'environmentalScore':0.0}"), ""},
    {"TargetsLow", "6.2.19", "2.0", SCORED("'cvss_v2':{'vectorString':'AV:A/AC:L/Au:N/C:P/I:N/A:C/TD:L'}"),
     "/vulnerabilities/0/product_status/fixed/1"},
    {"TargetsNone", "6.2.19", "2.0", SCORED("'cvss_v2':{'vectorString':'AV:A/AC:L/Au:N/C:P/I:N/A:C/TD:N'}"), ""},
    {"Version4", "6.2.19", "2.1", MEASURED(CVSS4("")), "/vulnerabilities/0/product_status/fixed/1"},
    {"Version4None", "6.2.19", "2.1", MEASURED(CVSS4("/MVC:N/MVI:N/MVA:N/MSC:N/MSI:N/MSA:N")), ""},
    {"OneOfTwoScores", "6.2.19", "2.1",
     WITH_LAMPS(FIXED
                ",'metrics':[{'products':['P1'],'content':{" CVSS3("/MC:N/MI:N/MA:N") "}},{'products':['P1','P2'],"
                                                                                      "'content':{" CVSS4("") "}}]"),
     "/vulnerabilities/0/product_status/fixed/0 /vulnerabilities/0/product_status/fixed/1"},

    {"Unknown", "6.2.20", "2.0", DOCUMENT("'plant':{'a':1}"), "/document/plant"},
    {"Known", "6.2.20", "2.0", "{}", ""},

    {"SameMoment", "6.2.21", "2.1",
     TRACKING("'revision_history':[{'date':'2024-03-01T10:00:00Z'},{'date':'2024-03-01T11:00:00+01:00'},{'date':'2024-"
              "03-01T10"
              ":00:01Z'},{'date':'2024-03-01T10:00:00.0Z'}]"),
     "/document/tracking/revision_history/1/date /document/tracking/revision_history/3/date"},

    {"Inside", "6.2.22", "2.1", DOCUMENT("'title':'Lamp (LW-2024-01) stays on'"), "/document/title"},
    {"OtherCase", "6.2.22", "2.1", DOCUMENT("'title':'Lamp lw-2024-01'"), ""},
    {"NoId", "6.2.22", "2.1", TRACKING("'id':''"), ""},
};

class AdviceTests : public ::testing::TestWithParam<TestCase> {};
TEST_P(AdviceTests, FindWhatIsWrong) { testing::check(GetParam()); }
INSTANTIATE_TEST_SUITE_P(Csaf, AdviceTests, ::testing::ValuesIn(kCases),
                         [](const auto& each) { return testing::name_of(each.param); });

TEST(AdviceTests, TellAMissingLanguageFromAnEmptyOne) {
  const auto message = [](std::string_view patch) {
    return testing::findings_of("6.2.12", testing::document("2.1", patch)).at(0).message;
  };
  EXPECT_NE(message("{}"), message(DOCUMENT("'lang':''")));
}

TEST(AdviceTests, TakeAnything) {
  const auto patches = {
      testing::document("2.0", SCORED(CVSS3("") ",'cvss_v2':{'environmentalScore':0}")),
      testing::document("2.1", MEASURED(CVSS4("/MVC:N"))),
      testing::document("2.1", HASHES("{'algorithm':'md5','value':'00'}")),
      testing::document("2.1", RANGE("<4")),
      testing::document(
          "2.0",
          "{'document':{'lang':'qaa','source_lang':'i-default','references':[{'category':'self','url':'https:'"
          "}]},'vulnerabilities':[{'ids':[{'text':'CVE-2024-10000'}],'involvements':[{}]}]}"),
  };
  for (const auto& document : patches) {
    testing::check_takes_anything(advice_product_tests(), document);
    testing::check_takes_anything(advice_document_tests(), document);
  }
}

}  // namespace
}  // namespace tocsin::formats::csaf
