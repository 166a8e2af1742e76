#include <gtest/gtest.h>

#include "formats/csaf/validate/test_groups.hpp"
#include "formats/csaf/validate/testing.hpp"

namespace tocsin::formats::csaf {
namespace {

using testing::TestCase;

#define LEAF(category, name, id) \
  "{'category':'" category "','name':'" name "','product':{'name':'" name "','product_id':'" id "'}}"
/// Lamps 1 to 3 of three kinds, a switch, a hotfix for lamps, two products without a place in the tree.
#define TREE \
  "'full_product_names':[{'name':'Torch 1','product_id':'T1'},{'name':'Torch 2','product_id':'T2'}],"              \
  "'branches':[{'category':'vendor','name':'Lantern Works','branches':["                                           \
  "{'category':'product_name','name':'Lamp','branches':[" LEAF("product_version", "1", "L1") ","                   \
  LEAF("product_version", "2", "L2") ",{'category':'architecture','name':'arm','branches':["                       \
  LEAF("product_version_range", "<2", "L0") "]}]},"                                                                \
  "{'category':'product_name','name':'Switch','branches':[" LEAF("product_version", "1", "S1") ","                 \
  LEAF("service_pack", "2", "S2") "]},"                                                                            \
  "{'category':'product_name','name':'Lamp Hotfix','branches':[" LEAF("patch_level", "7", "H7") "]},"              \
  "{'category':'product_family','name':'Chimes','branches':[" LEAF("product_version", "1", "C1") ","               \
  LEAF("product_version", "2", "C2") "]}]},"                                                                       \
  "{'category':'vendor','name':'Other Lights','branches':[{'category':'product_name','name':'Lamp','branches':["   \
  LEAF("product_version", "1", "O1") "]}]}]"
#define PATH(id, begin, ...)                                                                     \
  "{'beginning_product_reference':'" begin "','full_product_name':{'name':'x','product_id':'" id \
  "'},"                                                                                          \
  "'subpaths':[" __VA_ARGS__ "]}"
#define ON(id) "{'category':'installed_on','next_product_reference':'" id "'}"
#define WITH(id) "{'category':'installed_with','next_product_reference':'" id "'}"
#define PATHS \
  "'product_paths':[" PATH("L1onS1", "L1", ON("S1")) "," PATH("L2onS1", "L2", ON("S1")) "," PATH("L2onS2", "L2", ON("S2")) \
  "," PATH("L1withH7", "L1", WITH("H7")) "," PATH("L1onS1withH7", "L1", ON("S1") "," WITH("H7")) ","                    \
  PATH("NestedWithH7", "L2onS1", WITH("H7")) "," PATH("T1onS1", "T1", ON("S1")) "," PATH("T2onS1", "T2", ON("S1"))   \
  "," PATH("L1withS1", "L1", WITH("S1")) "]"
#define ADVISORY(...)                                                                 \
  "{'document':{'category':'csaf_security_advisory'},'product_tree':{" TREE "," PATHS \
  "},'vulnerabilities':["                                                             \
  "{'product_status':{" __VA_ARGS__ "}}]}"
#define FIXED_PATH "/vulnerabilities/0/product_status/fixed/"

constexpr TestCase kCases[] = {
    {"NothingFixed", "6.1.27.13", "2.1", ADVISORY("'known_affected':['L1']"), ""},
    {"OtherVersion", "6.1.27.13", "2.1", ADVISORY("'fixed':['L2'],'known_affected':['L1']"), ""},
    {"RangeOfOneArchitecture", "6.1.27.13", "2.1", ADVISORY("'fixed':['L2'],'known_affected':['L0']"), ""},
    {"ServicePack", "6.1.27.13", "2.1", ADVISORY("'fixed':['S2'],'known_affected':['S1']"), ""},
    {"WithoutProductName", "6.1.27.13", "2.1", ADVISORY("'fixed':['C2'],'known_affected':['C1']"), ""},
    {"LastAffected", "6.1.27.13", "2.1", ADVISORY("'fixed':['L2'],'last_affected':['L1']"), ""},
    {"NothingAffected", "6.1.27.13", "2.1", ADVISORY("'fixed':['L1','L2'],'under_investigation':['L0']"),
     FIXED_PATH "0 " FIXED_PATH "1"},
    {"FirstFixedCounts", "6.1.27.13", "2.1", ADVISORY("'first_fixed':['L2']"),
     "/vulnerabilities/0/product_status/first_fixed/0"},
    {"OtherProduct", "6.1.27.13", "2.1", ADVISORY("'fixed':['L2','S2'],'known_affected':['S1']"), FIXED_PATH "0"},
    {"OtherVendor", "6.1.27.13", "2.1", ADVISORY("'fixed':['L2'],'known_affected':['O1']"), FIXED_PATH "0"},
    {"OnlyItself", "6.1.27.13", "2.1", ADVISORY("'fixed':['L2'],'known_affected':['L2']"), FIXED_PATH "0"},
    {"ItselfAndAnother", "6.1.27.13", "2.1", ADVISORY("'fixed':['L2'],'known_affected':['L2','L1']"), ""},
    {"NamesTellNothing", "6.1.27.13", "2.1", ADVISORY("'fixed':['T2','L2'],'known_affected':['T1']"), ""},
    {"NotEvenNames", "6.1.27.13", "2.1", ADVISORY("'fixed':['T2']"), FIXED_PATH "0"},
    {"UndefinedIsForAnotherTest", "6.1.27.13", "2.1", ADVISORY("'fixed':['X']"), ""},

    {"PathInAnotherVersion", "6.1.27.13", "2.1", ADVISORY("'fixed':['L2onS1'],'known_affected':['L1onS1']"), ""},
    {"PathOnAnotherVersion", "6.1.27.13", "2.1", ADVISORY("'fixed':['L2onS2'],'known_affected':['L2onS1']"), ""},
    {"PathWithBothChanged", "6.1.27.13", "2.1", ADVISORY("'fixed':['L2onS2'],'known_affected':['L1onS1']"),
     FIXED_PATH "0"},
    {"PathOfOtherRelation", "6.1.27.13", "2.1", ADVISORY("'fixed':['L2onS1'],'known_affected':['L1withS1']"),
     FIXED_PATH "0"},
    {"PathOfProductsWithoutPlace", "6.1.27.13", "2.1", ADVISORY("'fixed':['T2onS1'],'known_affected':['T1onS1']"), ""},
    {"PathAndPart", "6.1.27.13", "2.1", ADVISORY("'fixed':['L2onS1'],'known_affected':['S1']"), FIXED_PATH "0"},

    {"InstalledWith", "6.1.27.13", "2.1", ADVISORY("'fixed':['L1withH7'],'known_affected':['L1']"), ""},
    {"InstalledWithOnOther", "6.1.27.13", "2.1", ADVISORY("'fixed':['L1withH7'],'known_affected':['S1']"),
     FIXED_PATH "0"},
    {"PathInstalledWith", "6.1.27.13", "2.1", ADVISORY("'fixed':['L1onS1withH7'],'known_affected':['L1onS1']"), ""},
    {"NestedPathInstalledWith", "6.1.27.13", "2.1", ADVISORY("'fixed':['NestedWithH7'],'known_affected':['L2onS1']"),
     ""},
    {"NotItsBeginning", "6.1.27.13", "2.1", ADVISORY("'fixed':['L1onS1withH7'],'known_affected':['L1']"),
     FIXED_PATH "0"},
    {"TheHotfixItself", "6.1.27.13", "2.1", ADVISORY("'first_fixed':['H7'],'known_affected':['L1']"), ""},
    {"TheHotfixOfAnother", "6.1.27.13", "2.1", ADVISORY("'fixed':['H7'],'known_affected':['L2']"), FIXED_PATH "0"},

    {"OtherVulnerability", "6.1.27.13", "2.1",
     "{'document':{'category':'csaf_security_advisory'},'product_tree':{" TREE "},'vulnerabilities':["
     "{'product_status':{'known_affected':['L1']}},{'product_status':{'fixed':['L2']}}]}",
     "/vulnerabilities/1/product_status/fixed/0"},
    {"OtherProfile", "6.1.27.13", "2.1",
     "{'document':{'category':'csaf_vex'},'product_tree':{" TREE "},'vulnerabilities':["
     "{'product_status':{'fixed':['L2']}}]}",
     ""},
    {"NotIn20", "6.1.27.13", "2.0", ADVISORY("'fixed':['L2']"), ""},
};

class CorrespondenceTests : public ::testing::TestWithParam<TestCase> {};
TEST_P(CorrespondenceTests, FindWhatIsWrong) { testing::check(GetParam()); }
INSTANTIATE_TEST_SUITE_P(Csaf, CorrespondenceTests, ::testing::ValuesIn(kCases),
                         [](const auto& each) { return testing::name_of(each.param); });

/// Two paths of `components` components that differ in both ends, one fixed and one affected.
std::string long_paths(int components) {
  std::string middle;
  for (int i = 2; i < components; ++i) middle += ON("M") ",";
  return "{'document':{'category':'csaf_security_advisory'},'product_tree':{" TREE ",'product_paths':["
         "{'beginning_product_reference':'L1','full_product_name':{'name':'x','product_id':'A'},'subpaths':[" +
         middle + ON("S1") "]},{'beginning_product_reference':'L2','full_product_name':{'name':'x','product_id':'B'},'subpaths':[" +
         middle + ON("S2") "]}]},'vulnerabilities':[{'product_status':{'fixed':['B'],'known_affected':['A']}}]}";
}

TEST(CorrespondenceTests, SayNothingOfVeryLongPaths) {
  EXPECT_EQ(testing::findings_of("6.1.27.13", testing::document("2.1", long_paths(64))).size(), 1U);
  EXPECT_EQ(testing::findings_of("6.1.27.13", testing::document("2.1", long_paths(65))).size(), 0U);
}

TEST(CorrespondenceTests, TakePathsOfThemselves) {
  constexpr std::string_view kPatch =
      "{'document':{'category':'csaf_security_advisory'},'product_tree':{'product_paths':[" PATH(
          "A", "A", WITH("A") "," ON("B") "," ON("B")) "," PATH("B", "A", ON("A") "," ON("A") "," WITH("B")) "]},"
      "'vulnerabilities':[{'product_status':{'fixed':['A'],'known_affected':['B']}}]}";
  EXPECT_LE(testing::findings_of("6.1.27.13", testing::document("2.1", kPatch)).size(), 1U);
}

TEST(CorrespondenceTests, TakeAnything) {
  testing::check_takes_anything(
      correspondence_tests(),
      testing::document(
          "2.1",
          "{'document':{'category':'csaf_security_advisory'},'product_tree':{'branches':["
          "{'category':'product_name','name':'Lamp','branches':[" LEAF("product_version", "1", "L1") "," LEAF(
              "product_version", "2",
              "L2") "]}],"
                    "'product_paths':[" PATH("P1", "L1", WITH("L2") "," ON("L1")) "," PATH(
                        "P2", "P1", ON("L2")) "]},'vulnerabilities':[{'product_status':{'fixed':['L2','P2'],"
                                              "'known_affected':['P1']}}]}"));
}

}  // namespace
}  // namespace tocsin::formats::csaf
