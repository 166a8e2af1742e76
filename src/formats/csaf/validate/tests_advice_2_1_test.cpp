#include <gtest/gtest.h>

#include "formats/csaf/validate/test_groups.hpp"
#include "formats/csaf/validate/testing.hpp"

/// Recommended and informative tests that only CSAF 2.1 has.
namespace tocsin::formats::csaf {
namespace {

using testing::TestCase;

#define DOCUMENT(...) "{'document':{" __VA_ARGS__ "}}"
#define CLEAR "'distribution':{'tlp':{'label':'CLEAR'}}"
#define GREEN "'distribution':{'tlp':{'label':'GREEN'}}"
#define VULNERABILITY(...) "{'vulnerabilities':[{" __VA_ARGS__ "}]}"
#define METRIC(...) VULNERABILITY("'metrics':[{'products':['A'],'content':{" __VA_ARGS__ "}}]")
#define SSVC(label, name_space)                                                                     \
  "{'document':{" label                                                                             \
  "},'vulnerabilities':[{'metrics':[{'content':{'ssvc_v2':{'selections':[{'namespace':'" name_space \
  "','key':'TI','version':'1.0.0'}]}}}]}]}"
#define SSVC_AT "/vulnerabilities/0/metrics/0/content/ssvc_v2"
#define NAMESPACE_AT SSVC_AT "/selections/0/namespace"
#define PRODUCT(id, helper) "{'name':'x','product_id':'" id "','product_identification_helper':{" helper "}}"
#define PRODUCTS(...) "{'product_tree':{'full_product_names':[" __VA_ARGS__ "]}}"
#define PRODUCT_AT "/product_tree/full_product_names/"
#define HELPER_AT "/product_identification_helper/"
#define BRANCHES(version, helper)                                                                                    \
  "{'product_tree':{'branches':[{'category':'vendor','name':'Lantern Works','branches':[{'category':'product_name'," \
  "'name':'Lamp','branches':[{'category':'product_version','name':'" version                                         \
  "','product':" PRODUCT("A", helper) "}]}]}]}}"
#define BRANCH_AT "/product_tree/branches/0/branches/0/branches/0/product/product_identification_helper/"
#define EXTENSION(more) "[{'$schema':'https://lantern.example/schema/wick_1.0.0.json','content':{'a':1}" more "}]"
#define TRACKING(...) "'tracking':{" __VA_ARGS__ "}"
#define REMEDY(category, status)                                                               \
  VULNERABILITY("'product_status':{'" status "':['A']},'remediations':[{'category':'" category \
                "','product_ids':['A']}]")
#define VERSIONS(status, remedy)                                                                                      \
  "{'document':{'category':'csaf_security_advisory'},'product_tree':{'branches':[{'category':'product_name','name':'" \
  "Lamp',"                                                                                                            \
  "'branches':[{'category':'product_version','name':'1','product':{'name':'x','product_id':'A'}},{'category':"        \
  "'product_version','name':'2','product':{'name':'y','product_id':'B'}}]}]},'vulnerabilities':[{'product_status':"   \
  "{" status "},'remediations':[" remedy "]}]}"

constexpr TestCase kCases[] = {
    {"PlannedForUnaffected", "6.2.27", "2.1", REMEDY("fix_planned", "known_not_affected"),
     "/vulnerabilities/0/remediations/0"},
    {"PatchForFixed", "6.2.27", "2.1", REMEDY("optional_patch", "fixed"), "/vulnerabilities/0/remediations/0"},
    {"NoneForUnknown", "6.2.27", "2.1", REMEDY("none_available", "unknown"), ""},
    {"FixForAffected", "6.2.27", "2.1", REMEDY("vendor_fix", "known_affected"), ""},

    {"Max", "6.2.28", "2.1", DOCUMENT("'distribution':{'sharing_group':{'id':'ffffffff-ffff-ffff-ffff-ffffffffffff'}}"),
     "/document/distribution/sharing_group/id"},
    {"Nil", "6.2.29", "2.1", DOCUMENT("'distribution':{'sharing_group':{'id':'00000000-0000-0000-0000-000000000000'}}"),
     "/document/distribution/sharing_group/id"},
    {"Other", "6.2.29", "2.1",
     DOCUMENT("'distribution':{'sharing_group':{'id':'5868d6c3-7f9c-4a3c-8c54-3d4f6a0c3a11'}}"), ""},
    {"Group", "6.2.30", "2.1", DOCUMENT("'distribution':{'tlp':{'label':'CLEAR'},'sharing_group':{}}"),
     "/document/distribution/sharing_group"},
    {"GroupOfFew", "6.2.30", "2.1", DOCUMENT("'distribution':{'tlp':{'label':'RED'},'sharing_group':{}}"), ""},

    {"NoPath", "6.2.31", "2.1", PRODUCTS(PRODUCT("A", "'serial_numbers':['1']") "," PRODUCT("B", "'cpe':'cpe:/h:x'")),
     PRODUCT_AT "0"},
    {"InAPath", "6.2.31", "2.1",
     "{'product_tree':{'full_product_names':[" PRODUCT(
         "A", "'model_numbers':['1']") "],'product_paths':[{'beginning_product_"
                                       "reference':'B','subpaths':[{'next_product_reference':'A'}],'full_product_name':"
                                       "{'name':'z','product_id':'Z'}}]}}",
     ""},

    {"SameSerial", "6.2.32", "2.1",
     PRODUCTS(PRODUCT("A", "'serial_numbers':['1','2']") "," PRODUCT("B", "'serial_numbers':['3','2']")),
     PRODUCT_AT "1" HELPER_AT "serial_numbers/1"},
    {"SerialAndModel", "6.2.32", "2.1",
     PRODUCTS(PRODUCT("A", "'serial_numbers':['1']") "," PRODUCT("B", "'model_numbers':['1']")), ""},
    {"HashesInAnyOrder", "6.2.32", "2.1",
     PRODUCTS(PRODUCT("A",
                      "'hashes':[{'filename':'f','file_hashes':[{'algorithm':'a','value':'1'},{'algorithm':'b','value':"
                      "'2'}]}]") "," PRODUCT("B",
                                             "'hashes':[{'file_hashes':[{'value':'2','algorithm':'b'},{'algorithm':'a',"
                                             "'value':'1'}],'filename':'f'"
                                             "}]")),
     PRODUCT_AT "1" HELPER_AT "hashes/0"},

    {"Late", "6.2.33", "2.1", VULNERABILITY("'disclosure_date':'2024-03-01T10:00:01Z'"),
     "/vulnerabilities/0/disclosure_date"},
    {"SameMoment", "6.2.33", "2.1", VULNERABILITY("'disclosure_date':'2024-03-01T11:00:00+01:00'"), ""},
    {"StillToCome", "6.2.33", "2.1", VULNERABILITY("'disclosure_date':'9999-01-01T00:00:00Z'"), ""},

    {"Own", "6.2.34", "2.1", SSVC(GREEN, "x_lantern.example#a"), NAMESPACE_AT},
    {"Registered", "6.2.34", "2.1", SSVC(CLEAR, "ssvc"), ""},
    {"Example", "6.2.34", "2.1", SSVC(CLEAR, "example"), ""},
    {"OwnInClear", "6.2.35", "2.1", SSVC(CLEAR, "x_lantern.example#a"), NAMESPACE_AT},
    {"OwnInGreen", "6.2.35", "2.1", SSVC(GREEN, "x_lantern.example#a"), ""},
    {"OwnInGreen", "6.3.14", "2.1", SSVC(GREEN, "x_lantern.example#a"), NAMESPACE_AT},
    {"OwnInClear", "6.3.14", "2.1", SSVC(CLEAR, "x_lantern.example#a"), ""},
    {"ExtendedInClear", "6.2.36", "2.1", SSVC(CLEAR, "ssvc//.lantern.example#a"), NAMESPACE_AT},
    {"ExtendedInGreen", "6.3.15", "2.1", SSVC(GREEN, "ssvc//.lantern.example#a"), NAMESPACE_AT},
    {"ExtendedTest", "6.3.15", "2.1", SSVC(GREEN, "test//.lantern.example#a"), ""},
    {"NoResource", "6.2.37", "2.1", SSVC(CLEAR, "x_lantern.example#a"), SSVC_AT "/decision_point_resources"},
    {"Resource", "6.2.37", "2.1",
     METRIC("'ssvc_v2':{'decision_point_resources':[{'summary':'What x_lantern.example#a "
            "means'}],'selections':[{'namespace':"
            "'x_lantern.example#a'}]}"),
     ""},
    {"Earlier", "6.3.13", "2.1", METRIC("'ssvc_v2':{'selections':[{'namespace':'ssvc','key':'MI','version':'1.0.0'}]}"),
     SSVC_AT "/selections/0"},
    {"Latest", "6.3.13", "2.1", METRIC("'ssvc_v2':{'selections':[{'namespace':'ssvc','key':'MI','version':'2.0.0'}]}"),
     ""},

    {"Deprecated", "6.2.38", "2.1", DOCUMENT("'category':'csaf_deprecated_security_advisory'"), "/document/category"},
    {"NothingFixed", "6.2.39.1", "2.1",
     VERSIONS("'known_affected':['A']", "{'category':'vendor_fix','product_ids':['A']}"),
     "/vulnerabilities/0/product_status/known_affected/0"},
    {"FixedBeside", "6.2.39.1", "2.1", VERSIONS("'known_affected':['A'],'fixed':['B']", ""), ""},
    {"NoFixPlanned", "6.2.39.1", "2.1",
     VERSIONS("'known_affected':['A']", "{'category':'no_fix_planned','product_ids':['A']}"), ""},
    {"NoneButAFix", "6.2.39.1", "2.1",
     VERSIONS("'known_affected':['A']",
              "{'category':'none_available','product_ids':['A']},{'category':'vendor_fix','product_ids':['A']}"),
     "/vulnerabilities/0/product_status/known_affected/0"},
    {"WithoutReasoning", "6.2.39.2", "2.1", DOCUMENT("'category':'csaf_withdrawn','lang':'de'"), "/document/notes"},
    {"English", "6.2.39.2", "2.1", DOCUMENT("'category':'csaf_withdrawn','lang':'en-GB'"), ""},
    {"UnknownLanguage", "6.2.39.3", "2.1", DOCUMENT("'category':'csaf_superseded','lang':'fr'"), "/document/lang"},
    {"OtherCategory", "6.2.39.4", "2.1",
     DOCUMENT("'category':'csaf_superseded','lang':'de','references':[{'category':'self','summary':'Ersetzendes "
              "Dokument X'}]"),
     "/document/references/0/category"},
    {"External", "6.2.39.4", "2.1",
     DOCUMENT("'category':'csaf_superseded','lang':'de','references':[{'summary':'Ersetzendes Dokument X'}]"), ""},
    {"Extended", "6.2.39.5", "2.1",
     "{'document':{'category':'csaf_withdrawn','x_extensions':" EXTENSION("") "},'x_extensions':" EXTENSION("") "}",
     "/document/x_extensions /x_extensions"},
    {"WithoutProduct", "6.2.40", "2.1",
     DOCUMENT("'notes':[{'category':'description','title':'Product Description of Lamp'}]"), "/document/notes/0"},
    {"WithGroup", "6.2.40", "2.1",
     DOCUMENT("'notes':[{'category':'description','title':'Product Description','group_ids':['G']}]"), ""},

    {"Old", "6.2.41", "2.1", METRIC("'epss':{'timestamp':'2024-02-15T09:59:59Z'}"),
     "/vulnerabilities/0/metrics/0/content/epss/timestamp"},
    {"FifteenDays", "6.2.41", "2.1", METRIC("'epss':{'timestamp':'2024-02-15T10:00:00Z'}"), ""},
    {"Draft", "6.2.41", "2.1",
     "{'document':{" TRACKING(
         "'status':'draft'") "},'vulnerabilities':[{'metrics':[{'content':{'epss':{'timestamp':'2023-02-15T10:00"
                             ":00Z'}}}]}]}",
     ""},

    {"Agree", "6.2.42", "2.1",
     BRANCHES("V2.2", "'cpe':'cpe:2.3:h:lantern:lamp:2.2:*:*:*:*:*:*:*','purls':['pkg:generic/lamp@2.2']"), ""},
    {"OtherVersion", "6.2.42", "2.1", BRANCHES("2.2", "'cpe':'cpe:2.3:h:lantern:lamp:2.3:*:*:*:*:*:*:*'"),
     BRANCH_AT "cpe"},
    {"VersionLeftOpen", "6.2.42", "2.1", BRANCHES("2.2", "'cpe':'cpe:2.3:h:lantern:lamp:*:*:*:*:*:*:*:*'"),
     BRANCH_AT "cpe"},
    {"ExtraLanguage", "6.2.42", "2.1", BRANCHES("2.2", "'cpe':'cpe:2.3:h:lantern:lamp:2.2:*:*:de:*:*:*:*'"),
     BRANCH_AT "cpe"},
    {"PurlOfOtherVersion", "6.2.42", "2.1",
     BRANCHES("2.2", "'purls':['pkg:generic/lamp@2.2','pkg:generic/lamp@2.3','pkg:generic/lamp']"),
     BRANCH_AT "purls/1 " BRANCH_AT "purls/2"},

    {"OwnRating", "6.2.47", "2.1", METRIC("'qualitative_severity_rating':'low'"), "/vulnerabilities/0/metrics/0"},
    {"OtherSource", "6.2.47", "2.1",
     VULNERABILITY("'metrics':[{'source':'https://other.example','content':{'qualitative_severity_rating':'low'}}]"),
     ""},
    {"CanonicalSource", "6.2.47", "2.1",
     "{'document':{'references':[{'category':'self','url':'https://lantern.example/"
     "lw-2024-01.json'}]},'vulnerabilities':[{'metrics':"
     "[{'source':'https://lantern.example/lw-2024-01.json','content':{'qualitative_severity_rating':'low'}}]}]}",
     "/vulnerabilities/0/metrics/0"},
    {"AnySource", "6.3.18", "2.1",
     VULNERABILITY("'metrics':[{'source':'https://other.example','content':{'qualitative_severity_rating':'low'}}]"),
     "/vulnerabilities/0/metrics/0"},

    {"OpenSource", "6.2.48", "2.1", "{'product_tree':{'branches':[{'category':'vendor','name':'Open-Source'}]}}",
     "/product_tree/branches/0/name"},
    {"Ltd", "6.2.48", "2.1", "{'product_tree':{'branches':[{'category':'vendor','name':'Open Source Ltd.'}]}}", ""},
    {"Unknown", "6.2.52", "2.1",
     PRODUCTS(PRODUCT("A", "'hashes':[{'file_hashes':[{'algorithm':'sha256'},{'algorithm':'wick9'}]}]")),
     PRODUCT_AT "0" HELPER_AT "hashes/0/file_hashes/1/algorithm"},

    {"NoEuvd", "6.2.53", "2.1",
     VULNERABILITY("'ids':[{'system_name':'https://euvd.enisa.europa.eu','text':'EUVD-26-1'}]"),
     "/vulnerabilities/0/ids/0/text"},
    {"Euvd", "6.2.53", "2.1",
     VULNERABILITY("'ids':[{'system_name':'https://euvd.enisa.europa.eu','text':'EUVD-2026-4660'}]"), ""},
    {"Issue", "6.2.53", "2.1",
     VULNERABILITY("'ids':[{'system_name':'https://github.com/oasis-tcs/csaf','text':'#017'}]"),
     "/vulnerabilities/0/ids/0/text"},
    {"NotRegistered", "6.3.20", "2.1", VULNERABILITY("'ids':[{'system_name':'Lantern bugs','text':'1'}]"),
     "/vulnerabilities/0/ids/0/system_name"},

    {"NotRegistered", "6.2.54.1", "2.1", "{'x_extensions':" EXTENSION("") "}", "/x_extensions/0"},
    {"Official", "6.2.54.1", "2.1", "{'x_extensions':[{'$schema':'https://docs.oasis-open.org/csaf/x/y_1.0.0.json'}]}",
     ""},
    {"NotOfficial", "6.2.54.2", "2.1", DOCUMENT("'x_extensions':" EXTENSION("")), "/document/x_extensions/0"},
    {"Critical", "6.2.54.3", "2.1", "{'x_extensions':" EXTENSION(",'critical':true") "}", "/x_extensions/0/critical"},
    {"InClear", "6.2.54.4", "2.1", "{'document':{" CLEAR "},'x_extensions':" EXTENSION("") "}", "/x_extensions/0"},
    {"InGreen", "6.3.21.2", "2.1", "{'document':{" GREEN "},'x_extensions':" EXTENSION("") "}", "/x_extensions/0"},
    {"Essential", "6.3.21.1", "2.1", "{'x_extensions':" EXTENSION(",'category':'essential'") "}",
     "/x_extensions/0/category"},
    {"OfDocument", "6.3.21.3", "2.1", DOCUMENT("'x_extensions':" EXTENSION("")), "/document/x_extensions"},
    {"OfRootOnly", "6.3.21.3", "2.1", "{'x_extensions':" EXTENSION("") "}", ""},
    {"OfVulnerability", "6.3.21.8", "2.1", VULNERABILITY("'x_extensions':" EXTENSION("")),
     "/vulnerabilities/0/x_extensions"},
    {"OfMetric", "6.3.21.7", "2.1", METRIC("'x_extensions':" EXTENSION("")),
     "/vulnerabilities/0/metrics/0/content/x_extensions"},
    {"OfRoot", "6.3.21.9", "2.1", "{'x_extensions':" EXTENSION("") "}", "/x_extensions"},

    {"V2Alone", "6.3.1", "2.1", METRIC("'cvss_v2':{}"), "/vulnerabilities/0/metrics/0/content/cvss_v2"},
    {"V2BesideV4OfOthers", "6.3.1", "2.1",
     VULNERABILITY(
         "'metrics':[{'products':['A'],'content':{'cvss_v2':{}}},{'products':['B'],'content':{'cvss_v4':{}}}]"),
     "/vulnerabilities/0/metrics/0/content/cvss_v2"},
    {"V2BesideV3", "6.3.1", "2.0", VULNERABILITY("'scores':[{'products':['A'],'cvss_v2':{},'cvss_v3':{}}]"), ""},
    {"V3_0", "6.3.2", "2.0", VULNERABILITY("'scores':[{'cvss_v3':{'version':'3.0','vectorString':'CVSS:3.0/AV:N'}}]"),
     "/vulnerabilities/0/scores/0/cvss_v3/version /vulnerabilities/0/scores/0/cvss_v3/vectorString"},
    {"NoCve", "6.3.3", "2.0", VULNERABILITY("'title':'x'"), "/vulnerabilities/0/cve"},
    {"NoCwe", "6.3.4", "2.1", VULNERABILITY("'cwes':[]"), "/vulnerabilities/0/cwes"},
    {"Cwe", "6.3.4", "2.0", VULNERABILITY("'cwe':{'id':'CWE-1'}"), ""},
    {"Short", "6.3.5", "2.0", PRODUCTS(PRODUCT("A", "'hashes':[{'file_hashes':[{'value':'00112233'}]}]")),
     PRODUCT_AT "0" HELPER_AT "hashes/0/file_hashes/0/value"},
    {"InOrder", "6.3.9", "2.0", BRANCHES("1", ""), ""},
    {"WithoutVendor", "6.3.9", "2.1", VERSIONS("", ""),
     "/product_tree/branches/0/branches/0/product /product_tree/branches/0/branches/1/product"},
    {"Range", "6.3.10", "2.0", "{'product_tree':{'branches':[{'category':'product_version_range'}]}}",
     "/product_tree/branches/0/category"},
    {"V", "6.3.11", "2.1", BRANCHES("v4", ""), "/product_tree/branches/0/branches/0/branches/0/name"},
    {"VAlone", "6.3.11", "2.1", BRANCHES("vista", ""), ""},
    {"NoV4", "6.3.12", "2.1", METRIC("'cvss_v3':{}"), "/vulnerabilities/0/metrics/0/content"},
    {"NotCovered", "6.3.12", "2.1",
     VULNERABILITY(
         "'product_status':{'known_affected':['A','B']},'metrics':[{'products':['A'],'content':{'cvss_v4':{}}}]"),
     "/vulnerabilities/0/product_status/known_affected/1"},
    {"EpssAlone", "6.3.12", "2.1", METRIC("'epss':{}"), ""},
    {"Nested", "6.3.22", "2.1",
     "{'product_tree':{'product_paths':[{'beginning_product_reference':'A','full_product_name':{'product_id':'P'}},{'"
     "beginning_product_"
     "reference':'P','subpaths':[{'next_product_reference':'A'}],'full_product_name':{'product_id':'Q'}}]}}",
     "/product_tree/product_paths/1/beginning_product_reference"},
};

class Advice21Tests : public ::testing::TestWithParam<TestCase> {};
TEST_P(Advice21Tests, FindWhatIsWrong) { testing::check(GetParam()); }
INSTANTIATE_TEST_SUITE_P(Csaf, Advice21Tests, ::testing::ValuesIn(kCases),
                         [](const auto& each) { return testing::name_of(each.param); });

TEST(Advice21Tests, TakeAnything) {
  for (const auto* patch :
       {SSVC(CLEAR, "x_lantern.example#a"),
        BRANCHES("2.2", "'cpe':'cpe:2.3:h:lantern:lamp:2.3:*:*:*:*:*:*:*','purls':['pkg:generic/lamp@1']"),
        VERSIONS("'known_affected':['A'],'fixed':['B']", "{'category':'vendor_fix','product_ids':['A']}"),
        "{'document':{'category':'csaf_withdrawn','lang':'de','notes':[{'category':'summary','title':'x'}],'x_"
        "extensions':" EXTENSION("") "}}",
        METRIC("'epss':{'timestamp':'2024-02-15T09:59:59Z'},'qualitative_severity_rating':'low','cvss_v2':{}"),
        VULNERABILITY("'ids':[{'system_name':'https://"
                      "euvd.enisa.europa.eu','text':'EUVD-26-1'}],'disclosure_date':'2024-03-01T10:00:01Z'")}) {
    const auto document = testing::document("2.1", patch);
    for (const auto tests :
         {advice_helper_tests(), advice_vulnerability_tests(), advice_profile_tests(), info_product_tests(),
          info_vulnerability_tests(), extension_tests(), correspondence_tests()}) {
      testing::check_takes_anything(tests, document);
    }
  }
}

}  // namespace
}  // namespace tocsin::formats::csaf
