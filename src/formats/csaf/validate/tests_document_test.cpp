#include <gtest/gtest.h>

#include "formats/csaf/validate/test_groups.hpp"
#include "formats/csaf/validate/testing.hpp"

namespace tocsin::formats::csaf {
namespace {

using testing::TestCase;

#define DOCUMENT(...) "{'document':{" __VA_ARGS__ "}}"
#define INVOLVEMENTS(...) "{'vulnerabilities':[{'involvements':[" __VA_ARGS__ "]}]}"
#define FILE_HASHES(...)                                                                       \
  "{'product_identification_helper':{'hashes':[{'filename':'lamp','file_hashes':[" __VA_ARGS__ \
  "]}]},'name':'Lamp','product_id':'P1'}"
#define NAMED(products) "{'product_tree':{'full_product_names':[" products "]}}"
#define VERSION(name)                                                                                  \
  "{'product_tree':{'branches':[{'category':'vendor','name':'Lantern Works, all versions','branches':" \
  "[{'category':'product_version','name':'" name "'}]}]}}"
#define VERSION_PATH "/product_tree/branches/0/branches/0/name"
#define FILE_HASH_PATH "/product_identification_helper/hashes/0/file_hashes/"

constexpr TestCase kCases[] = {
    {"Vendor", "6.1.15", "2.0", "{}", ""},
    {"Missing", "6.1.15", "2.0", DOCUMENT("'publisher':{'category':'translator'}"), "/document/source_lang"},
    {"Empty", "6.1.15", "2.1", DOCUMENT("'source_lang':'','publisher':{'category':'translator'}"),
     "/document/source_lang"},
    {"Set", "6.1.15", "2.1", DOCUMENT("'source_lang':'de','publisher':{'category':'translator'}"), ""},

    {"Different", "6.1.23", "2.0", "{'vulnerabilities':[{'cve':'CVE-2024-1000'},{'cve':'CVE-2024-1001'},{}]}", ""},
    {"Twice", "6.1.23", "2.0", "{'vulnerabilities':[{'cve':'CVE-2024-1000'},{},{'cve':'CVE-2024-1000'}]}",
     "/vulnerabilities/2/cve"},
    {"ThreeTimes", "6.1.23", "2.1",
     "{'vulnerabilities':[{'cve':'CVE-2024-1000'},{'cve':'CVE-2024-1000'},{'cve':'CVE-2024-1000'}]}",
     "/vulnerabilities/1/cve /vulnerabilities/2/cve"},

    {"TwoParties", "6.1.24", "2.0",
     INVOLVEMENTS("{'party':'vendor','date':'2024-02-01T00:00:00Z'},{'party':'user','date':'2024-02-01T00:00:00Z'}"),
     ""},
    {"TwoDates", "6.1.24", "2.0",
     INVOLVEMENTS("{'party':'vendor','date':'2024-02-01T00:00:00Z'},{'party':'vendor','date':'2024-02-02T00:00:00Z'}"),
     ""},
    {"SamePartyAndDate", "6.1.24", "2.0",
     INVOLVEMENTS("{'party':'vendor','status':'open','date':'2024-02-01T00:00:00Z'},"
                  "{'party':'vendor','status':'completed','date':'2024-02-01T00:00:00Z'}"),
     "/vulnerabilities/0/involvements/1"},
    {"SameMomentElsewhere", "6.1.24", "2.1",
     INVOLVEMENTS("{'party':'vendor','date':'2024-02-01T00:00:00Z'},"
                  "{'party':'vendor','date':'2024-02-01T02:00:00.000+02:00'}"),
     "/vulnerabilities/0/involvements/1"},
    {"WithoutDate", "6.1.24", "2.1", INVOLVEMENTS("{'party':'vendor'},{'party':'vendor'}"), ""},
    {"OtherVulnerability", "6.1.24", "2.1",
     "{'vulnerabilities':[{'involvements':[{'party':'vendor','date':'2024-02-01T00:00:00Z'}]},"
     "{'involvements':[{'party':'vendor','date':'2024-02-01T00:00:00Z'}]}]}",
     ""},

    {"Different", "6.1.25", "2.0",
     NAMED(FILE_HASHES("{'algorithm':'sha256','value':'00'},{'algorithm':'sha512','value':'00'}")), ""},
    {"Twice", "6.1.25", "2.0",
     NAMED(FILE_HASHES("{'algorithm':'sha256','value':'00'},{'algorithm':'sha256','value':'11'}")),
     "/product_tree/full_product_names/0" FILE_HASH_PATH "1"},
    {"InAnotherCase", "6.1.25", "2.1",
     NAMED(FILE_HASHES("{'algorithm':'sha256','value':'00'},{'algorithm':'SHA256','value':'11'}")),
     "/product_tree/full_product_names/0" FILE_HASH_PATH "1"},
    {"InABranch", "6.1.25", "2.1",
     "{'product_tree':{'branches':[{'branches':[{'product':" FILE_HASHES(
         "{'algorithm':'md5'},{'algorithm':'md5'}") "}]}]}}",
     "/product_tree/branches/0/branches/0/product" FILE_HASH_PATH "1"},
    {"InARelationship", "6.1.25", "2.0",
     "{'product_tree':{'relationships':[{'full_product_name':" FILE_HASHES(
         "{'algorithm':'md5'},{'algorithm':'md5'}") "}]}}",
     "/product_tree/relationships/0/full_product_name" FILE_HASH_PATH "1"},
    {"InAProductPath", "6.1.25", "2.1",
     "{'product_tree':{'product_paths':[{'full_product_name':" FILE_HASHES(
         "{'algorithm':'md5'},{'algorithm':'md5'}") "}]}}",
     "/product_tree/product_paths/0/full_product_name" FILE_HASH_PATH "1"},
    {"InTwoFiles", "6.1.25", "2.1",
     NAMED("{'product_id':'P1','product_identification_helper':{'hashes':[{'file_hashes':[{'algorithm':'sha256'}]},"
           "{'file_hashes':[{'algorithm':'sha256'}]}]}}"),
     ""},

    {"Another", "6.1.28", "2.0", DOCUMENT("'lang':'en-US','source_lang':'en-GB'"), ""},
    {"Same", "6.1.28", "2.0", DOCUMENT("'lang':'en-US','source_lang':'en-US'"), "/document/source_lang"},
    {"SameInAnotherCase", "6.1.28", "2.1", DOCUMENT("'lang':'en-US','source_lang':'en-us'"), "/document/source_lang"},
    {"NoSource", "6.1.28", "2.1", DOCUMENT("'lang':'en'"), ""},
    {"BothEmpty", "6.1.28", "2.1", DOCUMENT("'lang':'','source_lang':''"), ""},

    {"Version", "6.1.31", "2.0", VERSION("4.1"), ""},
    {"Operator", "6.1.31", "2.0", VERSION("<=4.1"), VERSION_PATH},
    {"Greater", "6.1.31", "2.1", VERSION("4.1 >"), VERSION_PATH},
    {"OperatorOfOneSign", "6.1.31", "2.1", VERSION("\u2264 4.1"), VERSION_PATH},
    {"Word", "6.1.31", "2.0", VERSION("Prior to 4.2"), VERSION_PATH},
    {"LastWord", "6.1.31", "2.1", VERSION("4.1 and EARLIER"), VERSION_PATH},
    {"WordInBrackets", "6.1.31", "2.1", VERSION("4.1 (and later)"), VERSION_PATH},
    {"WordBetweenTabs", "6.1.31", "2.1", VERSION("3.X\\tversions\\t"), VERSION_PATH},
    {"PartOfAWordDoesNotCount", "6.1.31", "2.0", VERSION("nodejs-yallist 2, small install"), ""},
    {"WordBetweenSigns", "6.1.31", "2.0", VERSION("vers:all/*"), VERSION_PATH},
    {"WordBetweenBrackets", "6.1.31", "2.0", VERSION("8.2 (All editions)"), VERSION_PATH},
    {"PartOfAWordDoesNotCount", "6.1.31", "2.1", VERSION("overall otter, installed afterwards"), ""},
    {"OnlyBlanksAndPunctuation", "6.1.31", "2.1", VERSION(" ( ) ,  ."), ""},
};

class DocumentTests : public ::testing::TestWithParam<TestCase> {};
TEST_P(DocumentTests, FindWhatIsWrong) { testing::check(GetParam()); }
INSTANTIATE_TEST_SUITE_P(Csaf, DocumentTests, ::testing::ValuesIn(kCases),
                         [](const auto& each) { return testing::name_of(each.param); });

TEST(DocumentTests, TellAMissingSourceLanguageFromAnEmptyOne) {
  const auto message = [](std::string_view patch) {
    return testing::findings_of("6.1.15", testing::document("2.1", patch)).at(0).message;
  };
  EXPECT_NE(message(DOCUMENT("'publisher':{'category':'translator'}")),
            message(DOCUMENT("'source_lang':'','publisher':{'category':'translator'}")));
}

TEST(DocumentTests, TakeAnything) {
  constexpr std::string_view kPatch =
      "{'document':{'lang':'en','source_lang':'en','publisher':{'category':'translator'}},"
      "'product_tree':{'branches':[{'category':'product_version','name':'<4','product':" FILE_HASHES(
          "{'algorithm':'md5'},{'algorithm':'md5'}") "}]},"
      "'vulnerabilities':[{'cve':'CVE-2024-1000','involvements':[{'party':'vendor','date':'2024-02-01T00:00:00Z'},"
      "{'party':'vendor','date':'2024-02-01T00:00:00Z'}]},{'cve':'CVE-2024-1000'}]}";
  for (const auto* version : {"2.0", "2.1"}) {
    testing::check_takes_anything(document_tests(), testing::document(version, kPatch));
  }
}

}  // namespace
}  // namespace tocsin::formats::csaf
