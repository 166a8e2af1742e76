#include <gtest/gtest.h>

#include "formats/csaf/validate/test_groups.hpp"
#include "formats/csaf/validate/testing.hpp"

namespace tocsin::formats::csaf {
namespace {

using testing::TestCase;

#define CWE(...) "{'vulnerabilities':[{'cwe':{" __VA_ARGS__ "}}]}"
#define CWES(...) "{'vulnerabilities':[{'cwes':[" __VA_ARGS__ "]}]}"
#define HELPER(...)                                                                                                    \
  "{'product_tree':{'full_product_names':[{'product_id':'P1','name':'P','product_identification_helper':{" __VA_ARGS__ \
  "}}]}}"
#define HELPER_AT "/product_tree/full_product_names/0/product_identification_helper/"

constexpr TestCase kCases[] = {
    {"Newest", "6.1.11", "2.0", CWE("'id':'CWE-20','name':'Improper Input Validation'"), ""},
    {"NameOfItsTime", "6.1.11", "2.0", CWE("'id':'CWE-20','name':'Insufficient Input Validation'"), ""},
    {"NeverCalledSo", "6.1.11", "2.0", CWE("'id':'CWE-20','name':'IMPROPER INPUT VALIDATION'"),
     "/vulnerabilities/0/cwe/name"},
    {"Category", "6.1.11", "2.0", CWE("'id':'CWE-19','name':'Data Processing Errors'"), "/vulnerabilities/0/cwe/id"},
    {"OfItsVersion", "6.1.11", "2.1", CWES("{'id':'CWE-20','name':'Improper Input Validation','version':'4.13'}"), ""},
    {"OfAnotherVersion", "6.1.11", "2.1",
     CWES("{'id':'CWE-20','name':'Insufficient Input Validation','version':'4.13'}"), "/vulnerabilities/0/cwes/0/name"},
    {"NoSuchVersion", "6.1.11", "2.1", CWES("{'id':'CWE-20','name':'Improper Input Validation','version':'4.99'}"),
     "/vulnerabilities/0/cwes/0/version"},
    {"NotYet", "6.1.11", "2.1", CWES("{'id':'CWE-1390','name':'Weak Authentication','version':'1.0'}"),
     "/vulnerabilities/0/cwes/0/id"},
    {"Deprecated", "6.2.23", "2.1",
     CWES("{'id':'CWE-365','name':'DEPRECATED: Race Condition in Switch','version':'4.13'}"),
     "/vulnerabilities/0/cwes/0/id"},
    {"Discouraged", "6.2.25", "2.1", CWES("{'id':'CWE-20','name':'Improper Input Validation','version':'4.13'}"),
     "/vulnerabilities/0/cwes/0/id"},
    {"WithReview", "6.2.26", "2.1",
     CWES("{'id':'CWE-1023','name':'Incomplete Comparison with Missing Factors','version':'4.13'}"),
     "/vulnerabilities/0/cwes/0/id"},
    {"Allowed", "6.2.26", "2.1", CWES("{'id':'CWE-112','name':'Missing XML Validation','version':'4.13'}"), ""},

    {"Language", "6.1.12", "2.0", "{'document':{'lang':'de-CH','source_lang':'en'}}", ""},
    {"NoLanguage", "6.1.12", "2.1", "{'document':{'lang':'EZ','source_lang':'en-ZB'}}",
     "/document/lang /document/source_lang"},

    {"Purl", "6.1.13", "2.0", HELPER("'purl':'pkg:npm/left-pad@1.3.0'"), ""},
    {"PurlWithoutName", "6.1.13", "2.0", HELPER("'purl':'pkg:maven/@1.3.4'"), HELPER_AT "purl"},
    {"SecondPurl", "6.1.13", "2.1", HELPER("'purls':['pkg:npm/left-pad@1.3.0','pkg:maven/@1.3.4']"),
     HELPER_AT "purls/1"},
};

class IdentifierTests : public ::testing::TestWithParam<TestCase> {};
TEST_P(IdentifierTests, FindWhatIsWrong) { testing::check(GetParam()); }
INSTANTIATE_TEST_SUITE_P(Csaf, IdentifierTests, ::testing::ValuesIn(kCases),
                         [](const auto& each) { return testing::name_of(each.param); });

TEST(IdentifierTestsOf, AnythingEndWell) {
  for (const auto tests : {identifier_tests(), cwe_tests()}) {
    testing::check_takes_anything(tests, testing::document("2.0", HELPER("'purl':'pkg:npm/a'")));
    testing::check_takes_anything(
        tests, testing::document("2.1", CWES("{'id':'CWE-20','name':'Improper Input Validation','version':'4.12'}")));
  }
}

}  // namespace
}  // namespace tocsin::formats::csaf
