#include <gtest/gtest.h>

#include "formats/csaf/validate/test_groups.hpp"
#include "formats/csaf/validate/testing.hpp"

namespace tocsin::formats::csaf {
namespace {

using testing::TestCase;

#define CATEGORY(name) "{'document':{'category':'" name "'}}"
#define DOCUMENT(name, ...) "{'document':{'category':'" name "'," __VA_ARGS__ "}}"
#define VULNERABILITIES(name, ...) "{'document':{'category':'" name "'},'vulnerabilities':[" __VA_ARGS__ "]}"
#define GROUPS "'product_tree':{'product_groups':[{'group_id':'G1','product_ids':['P1','P2']}]},"
#define VEX(...) "{" GROUPS "'document':{'category':'csaf_vex'},'vulnerabilities':[{" __VA_ARGS__ "}]}"
#define STATUS_PATH "/vulnerabilities/0/product_status"

constexpr TestCase kNames[] = {
    {"Base", "6.1.26", "2.0", CATEGORY("csaf_base"), ""},
    {"OwnName", "6.1.26", "2.0", CATEGORY("Lantern Works Security Advisory"), ""},
    {"OwnWord", "6.1.26", "2.1", CATEGORY("vexation"), ""},
    {"Profile", "6.1.26", "2.0", CATEGORY("csaf_vex"), ""},
    {"ProfileOf21", "6.1.26", "2.1", CATEGORY("csaf_withdrawn"), ""},
    {"ProfileOf21In20", "6.1.26", "2.0", CATEGORY("csaf_withdrawn"), "/document/category"},
    {"ReservedPrefix", "6.1.26", "2.0", CATEGORY("Csaf_a"), "/document/category"},
    {"PrefixInCapitals", "6.1.26", "2.1", CATEGORY("CSAF_BASE"), "/document/category"},
    {"PrefixWithoutUnderscore", "6.1.26", "2.1", CATEGORY("csaf-a"), ""},
    {"Words", "6.1.26", "2.0", CATEGORY("Informational Advisory"), "/document/category"},
    {"Hyphens", "6.1.26", "2.0", CATEGORY("security-incident-response"), "/document/category"},
    {"ManyBlanks", "6.1.26", "2.0", CATEGORY("Security      Advisory"), "/document/category"},
    {"MixedCase", "6.1.26", "2.0", CATEGORY("veX"), "/document/category"},
    {"UnderscoreInside", "6.1.26", "2.0", CATEGORY("V_eX"), "/document/category"},
    {"ValueWithoutUnderscore", "6.1.26", "2.1", CATEGORY("csafvex"), "/document/category"},
    {"ValueInWords", "6.1.26", "2.0", CATEGORY("CSAF Security Advisory"), "/document/category"},
    {"EmDash", "6.1.26", "2.1", CATEGORY("CSafDeprecatedSecurity\u2014Advisory"), "/document/category"},
    {"FullwidthLowLine", "6.1.26", "2.1", CATEGORY("Security\uff3fAdvisory"), "/document/category"},
    {"CombiningLowLine", "6.1.26", "2.1", CATEGORY("V\u0332EX"), "/document/category"},
    {"MinusAndNoBreakSpace", "6.1.26", "2.1", CATEGORY("security\u2212incident\u00a0response"), "/document/category"},
    {"Withdrawn", "6.1.26", "2.1", CATEGORY("withdrawn"), "/document/category"},
    {"WithdrawnIsNoProfileOf20", "6.1.26", "2.0", CATEGORY("withdrawn"), ""},
    {"DeprecatedSecurityAdvisory", "6.1.26", "2.1", CATEGORY("Deprecated Security Advisory"), "/document/category"},
    {"OnlySeparators", "6.1.26", "2.1", CATEGORY("- _"), ""},
};

constexpr TestCase kDocuments[] = {
    {"OtherProfile", "6.1.27.1", "2.0", CATEGORY("csaf_base"), ""},
    {"NoNotes", "6.1.27.1", "2.0", CATEGORY("csaf_informational_advisory"), "/document/notes"},
    {"OnlyLegal", "6.1.27.1", "2.1",
     DOCUMENT("csaf_security_incident_response", "'notes':[{'category':'legal_disclaimer'}]"), "/document/notes"},
    {"Summary", "6.1.27.1", "2.0",
     DOCUMENT("csaf_informational_advisory", "'notes':[{'category':'faq'},{'category':'summary'}]"), ""},

    {"NoReferences", "6.1.27.2", "2.0", CATEGORY("csaf_informational_advisory"), "/document/references"},
    {"OnlySelf", "6.1.27.2", "2.1", DOCUMENT("csaf_security_incident_response", "'references':[{'category':'self'}]"),
     "/document/references"},
    {"External", "6.1.27.2", "2.0", DOCUMENT("csaf_informational_advisory", "'references':[{'category':'external'}]"),
     ""},
    {"ExternalByDefault", "6.1.27.2", "2.0", DOCUMENT("csaf_informational_advisory", "'references':[{'summary':'x'}]"),
     ""},

    {"Informational", "6.1.27.3", "2.0", VULNERABILITIES("csaf_informational_advisory", "{}"), "/vulnerabilities"},
    {"EmptyListIsThereToo", "6.1.27.3", "2.0", VULNERABILITIES("csaf_informational_advisory"), "/vulnerabilities"},
    {"Withdrawn", "6.1.27.3", "2.1", VULNERABILITIES("csaf_withdrawn", "{}"), "/vulnerabilities"},
    {"Superseded", "6.1.27.3", "2.1", VULNERABILITIES("csaf_superseded", "{}"), "/vulnerabilities"},
    {"WithdrawnIsNoProfileOf20", "6.1.27.3", "2.0", VULNERABILITIES("csaf_withdrawn", "{}"), ""},
    {"None", "6.1.27.3", "2.1", CATEGORY("csaf_withdrawn"), ""},

    {"Vex", "6.1.27.4", "2.0", CATEGORY("csaf_vex"), "/product_tree"},
    {"SecurityAdvisory", "6.1.27.4", "2.1", CATEGORY("csaf_security_advisory"), "/product_tree"},
    {"Deprecated", "6.1.27.4", "2.1", CATEGORY("csaf_deprecated_security_advisory"), "/product_tree"},
    {"Base", "6.1.27.4", "2.1", CATEGORY("csaf_base"), ""},
    {"There", "6.1.27.4", "2.0", "{'document':{'category':'csaf_vex'},'product_tree':{}}", ""},

    {"Missing", "6.1.27.5", "2.0", VULNERABILITIES("csaf_vex", "{'notes':[]},{}"), "/vulnerabilities/1/notes"},
    {"Deprecated", "6.1.27.5", "2.1", VULNERABILITIES("csaf_deprecated_security_advisory", "{}"),
     "/vulnerabilities/0/notes"},
    {"Base", "6.1.27.5", "2.1", VULNERABILITIES("csaf_base", "{}"), ""},

    {"Missing", "6.1.27.6", "2.0", VULNERABILITIES("csaf_security_advisory", "{}"), STATUS_PATH},
    {"There", "6.1.27.6", "2.1", VULNERABILITIES("csaf_deprecated_security_advisory", "{'product_status':{}}"), ""},
    {"NotForVex", "6.1.27.6", "2.1", VULNERABILITIES("csaf_vex", "{}"), ""},

    {"SecurityAdvisory", "6.1.27.11", "2.0", CATEGORY("csaf_security_advisory"), "/vulnerabilities"},
    {"Deprecated", "6.1.27.11", "2.1", CATEGORY("csaf_deprecated_security_advisory"), "/vulnerabilities"},
    {"There", "6.1.27.11", "2.0", VULNERABILITIES("csaf_vex", "{}"), ""},

    {"Missing", "6.1.27.12", "2.1", VULNERABILITIES("csaf_security_advisory", "{'product_status':{'fixed':['P1']}}"),
     STATUS_PATH "/known_affected"},
    {"NoStatus", "6.1.27.12", "2.1", VULNERABILITIES("csaf_security_advisory", "{}"), STATUS_PATH},
    {"There", "6.1.27.12", "2.1",
     VULNERABILITIES("csaf_security_advisory", "{'product_status':{'known_affected':['P1']}}"), ""},
    {"NotForDeprecated", "6.1.27.12", "2.1", VULNERABILITIES("csaf_deprecated_security_advisory", "{}"), ""},
    {"NotIn20", "6.1.27.12", "2.0", VULNERABILITIES("csaf_security_advisory", "{}"), ""},

    {"NoNotes", "6.1.27.14", "2.1", CATEGORY("csaf_withdrawn"), "/document/notes"},
    {"Summary", "6.1.27.14", "2.1", DOCUMENT("csaf_superseded", "'notes':[{'category':'summary'}]"), "/document/notes"},
    {"Description", "6.1.27.14", "2.1", DOCUMENT("csaf_superseded", "'notes':[{'category':'description'}]"), ""},

    {"Tree", "6.1.27.15", "2.1", "{'document':{'category':'csaf_superseded'},'product_tree':{}}", "/product_tree"},
    {"NoTree", "6.1.27.15", "2.1", CATEGORY("csaf_withdrawn"), ""},
    {"OtherProfile", "6.1.27.15", "2.1", "{'document':{'category':'csaf_vex'},'product_tree':{}}", ""},

    {"One", "6.1.27.16", "2.1", CATEGORY("csaf_withdrawn"), "/document/tracking/revision_history"},
    {"None", "6.1.27.16", "2.1", DOCUMENT("csaf_superseded", "'tracking':{'revision_history':null}"),
     "/document/tracking/revision_history"},
    {"NoTracking", "6.1.27.16", "2.1", DOCUMENT("csaf_superseded", "'tracking':null"), "/document/tracking"},
    {"Two", "6.1.27.16", "2.1", DOCUMENT("csaf_superseded", "'tracking':{'revision_history':[{},{}]}"), ""},

    {"NoNote", "6.1.27.17", "2.1", DOCUMENT("csaf_withdrawn", "'notes':[{'category':'description','title':'Why'}]"),
     "/document/notes"},
    {"NoNotes", "6.1.27.17", "2.1", DOCUMENT("csaf_withdrawn", "'lang':'en'"), "/document/notes"},
    {"OtherCategory", "6.1.27.17", "2.1",
     DOCUMENT("csaf_withdrawn", "'lang':'EN-gb','notes':[{'category':'summary','title':'Reasoning for Withdrawal'}]"),
     "/document/notes/0/category"},
    {"Two", "6.1.27.17", "2.1",
     DOCUMENT("csaf_withdrawn",
              "'notes':[{'category':'description','title':'Reasoning for Withdrawal'},"
              "{'category':'description','title':'Reasoning for Withdrawal'}]"),
     "/document/notes/1"},
    {"One", "6.1.27.17", "2.1",
     DOCUMENT("csaf_withdrawn", "'notes':[{'category':'description','title':'Reasoning for Withdrawal'}]"), ""},
    {"German", "6.1.27.17", "2.1", DOCUMENT("csaf_withdrawn", "'lang':'de-DE'"), ""},
    {"NotEnglish", "6.1.27.17", "2.1", DOCUMENT("csaf_withdrawn", "'lang':'enm'"), ""},
    {"Superseded", "6.1.27.17", "2.1", CATEGORY("csaf_superseded"), ""},

    {"NoNote", "6.1.27.18", "2.1",
     DOCUMENT("csaf_superseded", "'notes':[{'category':'description','title':'Reasoning for Withdrawal'}]"),
     "/document/notes"},
    {"OtherCategory", "6.1.27.18", "2.1",
     DOCUMENT("csaf_superseded", "'notes':[{'category':'details','title':'Reasoning for Supersession'}]"),
     "/document/notes/0/category"},
    {"One", "6.1.27.18", "2.1",
     DOCUMENT("csaf_superseded", "'notes':[{'category':'description','title':'Reasoning for Supersession'}]"), ""},
    {"Withdrawn", "6.1.27.18", "2.1", CATEGORY("csaf_withdrawn"), ""},

    {"NoReferences", "6.1.27.19", "2.1", CATEGORY("csaf_superseded"), "/document/references"},
    {"OtherSummary", "6.1.27.19", "2.1",
     DOCUMENT("csaf_superseded", "'references':[{'category':'external','summary':'The Superseding Document'}]"),
     "/document/references"},
    {"OtherCategory", "6.1.27.19", "2.1",
     DOCUMENT("csaf_superseded", "'references':[{'category':'self','summary':'Superseding Document'}]"),
     "/document/references/0/category"},
    {"Begins", "6.1.27.19", "2.1",
     DOCUMENT("csaf_superseded",
              "'references':[{'category':'self','summary':'Superseding Document'},"
              "{'category':'external','summary':'Superseding Document: LW-2024-02'}]"),
     ""},
    {"ExternalByDefault", "6.1.27.19", "2.1",
     DOCUMENT("csaf_superseded", "'references':[{'summary':'Superseding Document'}]"), ""},
    {"German", "6.1.27.19", "2.1", DOCUMENT("csaf_superseded", "'lang':'de'"), ""},
};

constexpr TestCase kVexes[] = {
    {"NoStatus", "6.1.27.7", "2.0", VEX("'title':'x'"), STATUS_PATH},
    {"OnlyOthers", "6.1.27.7", "2.1", VEX("'product_status':{'first_fixed':['P1'],'recommended':['P1']}"), STATUS_PATH},
    {"UnderInvestigation", "6.1.27.7", "2.0", VEX("'product_status':{'under_investigation':['P1']}"), ""},
    {"NotForAdvisories", "6.1.27.7", "2.0", VULNERABILITIES("csaf_security_advisory", "{}"), ""},

    {"Neither", "6.1.27.8", "2.0", VEX("'title':'x'"), "/vulnerabilities/0"},
    {"Cve", "6.1.27.8", "2.0", VEX("'cve':'CVE-2024-1000'"), ""},
    {"Ids", "6.1.27.8", "2.0", VEX("'ids':[{'text':'LW1'}]"), ""},
    {"IdForSomeProducts", "6.1.27.8", "2.1",
     VEX("'ids':[{'group_ids':['G1']},{'product_ids':['P3']}],"
         "'product_status':{'fixed':['P1','P4'],'recommended':['P3','P5']}"),
     STATUS_PATH "/fixed/1 " STATUS_PATH "/recommended/1"},
    {"IdForSomeAndCve", "6.1.27.8", "2.1",
     VEX("'cve':'CVE-2024-1000','ids':[{'product_ids':['P1']}],'product_status':{'fixed':['P4']}"), ""},
    {"IdForAll", "6.1.27.8", "2.1",
     VEX("'ids':[{'product_ids':['P1']},{'text':'LW1'}],'product_status':{'fixed':['P4']}"), ""},

    {"Flag", "6.1.27.9", "2.0", VEX("'product_status':{'known_not_affected':['P1']},'flags':[{'product_ids':['P1']}]"),
     ""},
    {"FlagOfGroup", "6.1.27.9", "2.0",
     VEX("'product_status':{'known_not_affected':['P1','P2','P3']},'flags':[{'group_ids':['G1']}]"),
     STATUS_PATH "/known_not_affected/2"},
    {"Impact", "6.1.27.9", "2.1",
     VEX("'product_status':{'known_not_affected':['P1']},'threats':[{'category':'impact','product_ids':['P1']}]"), ""},
    {"OtherThreat", "6.1.27.9", "2.1",
     VEX("'product_status':{'known_not_affected':['P1']},'threats':[{'category':'target_set','product_ids':['P1']}]"),
     STATUS_PATH "/known_not_affected/0"},
    {"ImpactOnNobody", "6.1.27.9", "2.1",
     VEX("'product_status':{'known_not_affected':['P1']},'threats':[{'category':'impact'}]"),
     STATUS_PATH "/known_not_affected/0"},
    {"OnlyNotAffectedOnes", "6.1.27.9", "2.1", VEX("'product_status':{'known_affected':['P1']}"), ""},

    {"Remediation", "6.1.27.10", "2.0",
     VEX("'product_status':{'known_affected':['P1','P4']},"
         "'remediations':[{'category':'none_available','product_ids':['P4'],'group_ids':['G1']}]"),
     ""},
    {"NoRemediation", "6.1.27.10", "2.0", VEX("'product_status':{'known_affected':['P1'],'first_affected':['P2']}"),
     STATUS_PATH "/known_affected/0"},
    {"RemediationOfAnother", "6.1.27.10", "2.1",
     VEX("'product_status':{'known_affected':['P1','P3']},'remediations':[{'group_ids':['G1','G9']}]"),
     STATUS_PATH "/known_affected/1"},
    {"RemediationElsewhere", "6.1.27.10", "2.1",
     "{" GROUPS "'document':{'category':'csaf_vex'},'vulnerabilities':[{'remediations':[{'group_ids':['G1']}]},"
     "{'product_status':{'known_affected':['P1']}}]}",
     "/vulnerabilities/1/product_status/known_affected/0"},
};

class ProfileTests : public ::testing::TestWithParam<TestCase> {};
TEST_P(ProfileTests, FindWhatIsWrong) { testing::check(GetParam()); }
INSTANTIATE_TEST_SUITE_P(Names, ProfileTests, ::testing::ValuesIn(kNames),
                         [](const auto& each) { return testing::name_of(each.param); });
INSTANTIATE_TEST_SUITE_P(Documents, ProfileTests, ::testing::ValuesIn(kDocuments),
                         [](const auto& each) { return testing::name_of(each.param); });
INSTANTIATE_TEST_SUITE_P(Vexes, ProfileTests, ::testing::ValuesIn(kVexes),
                         [](const auto& each) { return testing::name_of(each.param); });

TEST(ProfileTests, TakeAnything) {
  for (const auto* category : {"csaf_vex", "csaf_security_advisory", "csaf_informational_advisory", "csaf_withdrawn",
                               "csaf_superseded", "Security_Advisory"}) {
    auto text = testing::document(
        "2.1", VEX("'ids':[{'group_ids':['G1']}],'flags':[{'group_ids':['G1']}],'threats':[{'category':'impact',"
                   "'product_ids':['P3']}],'remediations':[{'product_ids':['P1']}],'product_status':{'fixed':['P4'],"
                   "'known_affected':['P1','P5'],'known_not_affected':['P2','P3','P6']}"));
    const std::string_view vex = "csaf_vex";
    text.replace(text.find(vex), vex.size(), category);
    testing::check_takes_anything(profile_tests(), text);
  }
}

}  // namespace
}  // namespace tocsin::formats::csaf
