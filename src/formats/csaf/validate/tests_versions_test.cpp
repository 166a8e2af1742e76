#include <fmt/format.h>
#include <gtest/gtest.h>

#include "formats/csaf/validate/test_groups.hpp"
#include "formats/csaf/validate/testing.hpp"

namespace tocsin::formats::csaf {
namespace {

std::string document_with(std::string_view range) {
  return testing::document(
      "2.1", fmt::format("{{'product_tree': {{'branches': [{{'category': 'product_version_range', 'name': '{}', "
                         "'product': {{'name': 'x', 'product_id': 'A'}}}}]}}}}",
                         range));
}

TEST(VersionTests, TakeVersAndConstraintsAlone) {
  for (const auto* range :
       {"vers:all/*", "vers:npm/1.2.3|>=2.0.0|<5.0.0", "vers:gem/>=2.2.0|!=2.2.1|<2.3.0", "<=2", "<4.2", "<V3.0.29",
        ">=8.1.5", ">10.9a|!=10.9c|!=10.9f|<=10.9k", ">abc|<=def", "<v0.8.15", "1.0.0|1.1.0", "!=2"})
    EXPECT_TRUE(testing::findings_of("6.1.50", document_with(range)).empty()) << range;
}

TEST(VersionTests, FindWhatIsNeither) {
  for (const auto* range :
       {"all versions < 4.2.0", "*", "1.0", "=1.0", "<", "<1||>2", "<1|<2", ">1|<1", "vers:npm/*", "vers:npm/<1.0.0 ",
        "vers:npm/>=2.0.0|<1.0.0", "vers:npm/>=1.0.0|1.5.0|<2.0.0", "vers:all/<V3.1.2.2", "vers:invalid/1",
        "vers:", "VERS:npm/<1.0.0", "prior to 4.2", "test/<1=2"}) {
    const auto found = testing::findings_of("6.1.50", document_with(range));
    ASSERT_EQ(found.size(), 1U) << range;
    EXPECT_EQ(found[0].path, "/product_tree/branches/0/name") << range;
    EXPECT_EQ(found[0].group, Finding::Group::mandatory) << range;
    EXPECT_FALSE(found[0].mend.empty());
  }
}

TEST(VersionTests, OnlyWarnOfSchemesThatAreNotKnown) {
  const auto found = testing::findings_of("6.1.50", document_with("vers:tomee/>=8.0.0-M1|<=8.0.1"));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].group, Finding::Group::recommended);
  EXPECT_NE(found[0].message.find("'tomee'"), std::string::npos);
  const auto broken = testing::findings_of("6.1.50", document_with("vers:tomee/<8|<9"));
  ASSERT_EQ(broken.size(), 1U);
  EXPECT_EQ(broken[0].group, Finding::Group::mandatory);
}

#define SIBLINGS(first, second, status)                                                                 \
  "{'product_tree':{'branches':[{'category':'product_name','name':'Pump','branches':[" first "," second \
  "]}]},"                                                                                               \
  "'vulnerabilities':[{'product_status':{" status "}}]}"
#define LEAF(category, name, id) \
  "{'category':'" category "','name':'" name "','product':{'name':'" id "','product_id':'" id "'}}"
#define RANGE_LEAF(name, id) LEAF("product_version_range", name, id)
#define VERSION_LEAF(name, id) LEAF("product_version", name, id)
#define INNER(category, name) "{'category':'" category "','name':'" name "','branches':[]}"
#define CONTRADICTING "'known_affected':['A'],'known_not_affected':['B']"
#define SAME "'fixed':['A'],'first_fixed':['B']"
#define STATUS "/vulnerabilities/0/product_status"
#define NAME1 "/product_tree/branches/0/branches/1/name"

using testing::TestCase;
constexpr TestCase kCases[] = {
    {"OpenAbove", "6.2.49", "2.1", SIBLINGS(RANGE_LEAF("vers:intdot/<1|>4.2", "A"), RANGE_LEAF("<1.2|=4", "B"), ""),
     "/product_tree/branches/0/branches/0/name"},
    {"OpenAboveAlone", "6.2.49", "2.1", SIBLINGS(RANGE_LEAF("vers:all/*", "A"), RANGE_LEAF(">=4.2", "B"), ""), NAME1},
    {"UnknownType", "6.2.51", "2.1",
     SIBLINGS(RANGE_LEAF("vers:intdot/<1", "A"), RANGE_LEAF("vers:unheardof/<1", "B"), ""), NAME1},
    {"Overlapping", "6.2.50.1", "2.1",
     SIBLINGS(RANGE_LEAF("vers:intdot/>2.1|<4.2", "A"), RANGE_LEAF("vers:intdot/>1.2|<2.4", "B"), CONTRADICTING),
     STATUS},
    {"Apart", "6.2.50.1", "2.1",
     SIBLINGS(RANGE_LEAF("vers:intdot/>2.4|<4.2", "A"), RANGE_LEAF("vers:intdot/>1.2|<=2.4", "B"), CONTRADICTING), ""},
    {"OtherSchemes", "6.2.50.1", "2.1",
     SIBLINGS(RANGE_LEAF("vers:npm/>2.1|<4.2", "A"), RANGE_LEAF("vers:intdot/>1.2|<2.4", "B"), CONTRADICTING), ""},
    {"SameGroup", "6.2.50.1", "2.1",
     SIBLINGS(RANGE_LEAF("vers:intdot/>2.1|<4.2", "A"), RANGE_LEAF("vers:intdot/>1.2|<2.4", "B"), SAME), ""},
    {"Overlapping", "6.2.50.2", "2.1",
     SIBLINGS(RANGE_LEAF(">2.1|<4.2", "A"), RANGE_LEAF(">1.2|<2.4", "B"), CONTRADICTING), STATUS},
    {"Inside", "6.2.50.3", "2.1",
     SIBLINGS(RANGE_LEAF("vers:intdot/>2.1|<4.2", "A"), VERSION_LEAF("2.4", "B"), CONTRADICTING), STATUS},
    {"LeftOut", "6.2.50.3", "2.1",
     SIBLINGS(RANGE_LEAF("vers:intdot/>2.1|!=2.4|<4.2", "A"), VERSION_LEAF("2.4", "B"), CONTRADICTING), ""},
    {"Recommended", "6.2.50.3", "2.1",
     SIBLINGS(RANGE_LEAF("vers:intdot/>2.1|<4.2", "A"), VERSION_LEAF("2.4", "B"),
              "'known_affected':['A'],'recommended':['B']"),
     ""},
    {"Overlapping", "6.3.19.1", "2.1",
     SIBLINGS(RANGE_LEAF("vers:intdot/>2.1|<4.2", "A"), RANGE_LEAF("vers:intdot/>1.2|<2.4", "B"), SAME), STATUS},
    {"Overlapping", "6.3.19.2", "2.1", SIBLINGS(RANGE_LEAF(">2.1|<4.2", "A"), RANGE_LEAF(">1.2|<2.4", "B"), SAME),
     STATUS},
    {"Inside", "6.3.19.3", "2.1", SIBLINGS(RANGE_LEAF("vers:intdot/>2.1|<4.2", "A"), VERSION_LEAF("2.4", "B"), SAME),
     STATUS},
    {"Branches", "6.3.19.4", "2.1",
     SIBLINGS(INNER("product_version_range", "vers:intdot/>2.1|<4.2"),
              INNER("product_version_range", "vers:intdot/>1.2|<2.4"), ""),
     NAME1},
    {"Branches", "6.3.19.5", "2.1",
     SIBLINGS(INNER("product_version_range", "vers:intdot/>2.1|<4.2"), INNER("product_version", "3.0"), ""), NAME1},
};

class VersionTables : public ::testing::TestWithParam<TestCase> {};
TEST_P(VersionTables, FindWhatIsWrong) { testing::check(GetParam()); }
INSTANTIATE_TEST_SUITE_P(Csaf, VersionTables, ::testing::ValuesIn(kCases),
                         [](const auto& each) { return testing::name_of(each.param); });

TEST(VersionTests, TakeAnything) {
  testing::check_takes_anything(
      version_tests(), testing::document("2.1", SIBLINGS(RANGE_LEAF("vers:intdot/>2.1|<4.2", "A"),
                                                         RANGE_LEAF("vers:intdot/>1.2|<2.4", "B"), CONTRADICTING)));
  testing::check_takes_anything(version_tests(), document_with("vers:npm/<1.0.0"));
}

}  // namespace
}  // namespace tocsin::formats::csaf
