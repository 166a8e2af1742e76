// The profile for vulnerability reports, and 6.1.62: each test with documents that fail it and documents that pass.
#include <gtest/gtest.h>

#include "formats/csaf/validate/test_groups.hpp"
#include "formats/csaf/validate/testing.hpp"
#include "formats/csaf/validate/validate.hpp"

namespace tocsin::formats::csaf {
namespace {

using testing::TestCase;

#define REPORT(DOCUMENT, VULNERABILITIES) \
  "{'document': {'category': 'csaf_vulnerability_report'" DOCUMENT "}, 'vulnerabilities': [" VULNERABILITIES "]}"
#define ADVISORY(VULNERABILITIES) \
  "{'document': {'category': 'csaf_security_advisory'}, 'vulnerabilities': [" VULNERABILITIES "]}"
#define NOTE(CATEGORY, TITLE) "{'notes': [{'category': '" CATEGORY "', 'text': 'x', 'title': '" TITLE "'}]}"
#define GERMAN ", 'lang': 'de-DE'"

constexpr TestCase kReports[] = {
    {"Report", "6.1.26", "2.1", REPORT("", ""), ""},
    {"ReportInWords", "6.1.26", "2.1", "{'document': {'category': 'Vulnerability Report'}}", "/document/category"},
    {"ReportIsNoProfileOf20", "6.1.26", "2.0", "{'document': {'category': 'Vulnerability Report'}}", ""},

    {"Summary", "6.1.27.20", "2.1", REPORT("", NOTE("summary", "Vulnerability Summary")), ""},
    {"Description", "6.1.27.20", "2.1", REPORT(", 'lang': 'en-US'", NOTE("description", "CVE Description")), ""},
    {"OtherCategory", "6.1.27.20", "2.1", REPORT("", "{}, " NOTE("description", "Vulnerability Summary")),
     "/vulnerabilities/0/notes /vulnerabilities/1/notes/0/category"},
    {"SecondNoteIsRight", "6.1.27.20", "2.1",
     REPORT("",
            "{'notes': [{'category': 'summary', 'title': 'CVE Description'}, "
            "{'category': 'summary', 'title': 'Vulnerability Summary'}]}"),
     ""},
    {"NoCategory", "6.1.27.20", "2.1", REPORT("", "{'notes': [{'title': 'CVE Description'}]}"),
     "/vulnerabilities/0/notes/0/category"},
    {"OtherTitle", "6.1.27.20", "2.1", REPORT("", NOTE("summary", "Vulnerability summary")),
     "/vulnerabilities/0/notes"},
    {"NoVulnerabilities", "6.1.27.20", "2.1", REPORT("", ""), ""},
    {"NotEnglish", "6.1.27.20", "2.1", REPORT(GERMAN, "{}"), ""},
    {"OtherProfile", "6.1.27.20", "2.1", ADVISORY("{}"), ""},
    {"NotIn20", "6.1.27.20", "2.0", REPORT("", "{}"), ""},

    {"German", "6.2.39.6", "2.1", REPORT(GERMAN, NOTE("summary", "Schwachstellenzusammenfassung")), ""},
    {"GermanDescription", "6.2.39.6", "2.1", REPORT(GERMAN, NOTE("description", "CVE Beschreibung")), ""},
    {"OtherCategory", "6.2.39.6", "2.1", REPORT(GERMAN, NOTE("summary", "CVE Beschreibung")),
     "/vulnerabilities/0/notes/0/category"},
    {"EnglishTitle", "6.2.39.6", "2.1", REPORT(GERMAN, NOTE("summary", "Vulnerability Summary")),
     "/vulnerabilities/0/notes"},
    {"NoTranslation", "6.2.39.6", "2.1", REPORT(", 'lang': 'fr'", "{}"), "/document/lang"},
    {"English", "6.2.39.6", "2.1", REPORT(", 'lang': 'en'", "{}"), ""},
    {"NoLanguage", "6.2.39.6", "2.1", REPORT("", "{}"), ""},

    {"Missing", "6.2.39.7", "2.1", REPORT("", ""), "/document/acknowledgments"},
    {"There", "6.2.39.7", "2.1", REPORT(", 'acknowledgments': [{'names': ['A']}]", ""), ""},
    {"OtherProfile", "6.2.39.7", "2.1", ADVISORY(""), ""},
    {"Missing", "6.2.39.8", "2.1", REPORT("", ""), "/document/aggregate_severity"},
    {"There", "6.2.39.8", "2.1", REPORT(", 'aggregate_severity': {'text': 'High'}", ""), ""},
    {"OtherProfile", "6.2.39.8", "2.1", ADVISORY(""), ""},
    {"Clear", "6.2.39.9", "2.1", REPORT("", ""), "/document/distribution/tlp/label"},
    {"Stricter", "6.2.39.9", "2.1", REPORT(", 'distribution': {'tlp': {'label': 'AMBER+STRICT'}}", ""),
     "/document/distribution/tlp/label"},
    {"Amber", "6.2.39.9", "2.1", REPORT(", 'distribution': {'tlp': {'label': 'AMBER'}}", ""), ""},
    {"NoLabel", "6.2.39.9", "2.1", REPORT(", 'distribution': null", ""), ""},
    {"OtherProfile", "6.2.39.9", "2.1", ADVISORY(""), ""},

    {"Missing", "6.2.39.10", "2.1", REPORT("", "{'metrics': []}, {}"), "/vulnerabilities/1/metrics"},
    {"OtherProfile", "6.2.39.10", "2.1", ADVISORY("{}"), ""},
    {"Missing", "6.2.39.11", "2.1", REPORT("", "{}, {'references': []}"), "/vulnerabilities/0/references"},
    {"OtherProfile", "6.2.39.11", "2.1", ADVISORY("{}"), ""},
    {"Missing", "6.2.39.12", "2.1", REPORT("", "{}, {'threats': []}"), "/vulnerabilities/0/threats"},
    {"OtherProfile", "6.2.39.12", "2.1", ADVISORY("{}"), ""},
    {"Missing", "6.2.39.13", "2.1", REPORT("", "{'title': 'x'}, {}"), "/vulnerabilities/1/title"},
    {"OtherProfile", "6.2.39.13", "2.1", ADVISORY("{}"), ""},

    {"Missing", "6.3.23.1", "2.1", REPORT("", "{}, {'involvements': []}"), "/vulnerabilities/0/involvements"},
    {"InTheDocument", "6.3.23.1", "2.1", REPORT(", 'involvement': {}", "{}"), ""},
    {"OtherProfile", "6.3.23.1", "2.1", ADVISORY("{}"), ""},
    {"Missing", "6.3.23.2", "2.1", REPORT("", "{}, {'disclosure_date': 'x'}"), "/vulnerabilities/0/disclosure_date"},
    {"OtherProfile", "6.3.23.2", "2.1", ADVISORY("{}"), ""},
    {"NotIn20", "6.3.23.2", "2.0", REPORT("", "{}"), ""},
};

#define VULNERABILITIES(LIST) "{'vulnerabilities': [" LIST "]}"
#define WITH_STATUS(STATUS, LIST) "{'document': {'tracking': {'status': '" STATUS "'}}, 'vulnerabilities': [" LIST "]}"

constexpr TestCase kDiscoveryDates[] = {
    {"AfterRevision", "6.1.62", "2.1", VULNERABILITIES("{}, {'discovery_date': '2024-03-01T10:00:01Z'}"),
     "/vulnerabilities/1/discovery_date"},
    {"SameMoment", "6.1.62", "2.1", VULNERABILITIES("{'discovery_date': '2024-03-01T12:00:00+02:00'}"), ""},
    {"AfterRevisionByZone", "6.1.62", "2.1", VULNERABILITIES("{'discovery_date': '2024-03-01T09:30:00-01:00'}"),
     "/vulnerabilities/0/discovery_date"},
    {"Interim", "6.1.62", "2.1", WITH_STATUS("interim", "{'discovery_date': '2024-04-01T10:00:00Z'}"),
     "/vulnerabilities/0/discovery_date"},
    {"Draft", "6.1.62", "2.1", WITH_STATUS("draft", "{'discovery_date': '2024-04-01T10:00:00Z'}"), ""},
    {"AfterDisclosure", "6.1.62", "2.1",
     WITH_STATUS("draft", "{'discovery_date': '2024-02-01T10:00:01Z', 'disclosure_date': '2024-02-01T10:00:00Z'}"),
     "/vulnerabilities/0/discovery_date"},
    {"AtDisclosure", "6.1.62", "2.1",
     VULNERABILITIES("{'discovery_date': '2024-02-01T10:00:00Z', 'disclosure_date': '2024-02-01T11:00:00+01:00'}"), ""},
    {"DisclosureOfAnother", "6.1.62", "2.1",
     VULNERABILITIES("{'discovery_date': '2024-02-01T10:00:00Z'}, {'disclosure_date': '2024-01-01T10:00:00Z'}"), ""},
    {"NoDate", "6.1.62", "2.1", VULNERABILITIES("{'discovery_date': 'spring'}"), ""},
    {"NotIn20", "6.1.62", "2.0", VULNERABILITIES("{'discovery_date': '2024-04-01T10:00:00Z'}"), ""},
};

class ReportTest : public ::testing::TestWithParam<TestCase> {};
TEST_P(ReportTest, FindsWhatIsToBeFound) { testing::check(GetParam()); }
INSTANTIATE_TEST_SUITE_P(Reports, ReportTest, ::testing::ValuesIn(kReports),
                         [](const auto& each) { return testing::name_of(each.param); });
INSTANTIATE_TEST_SUITE_P(DiscoveryDates, ReportTest, ::testing::ValuesIn(kDiscoveryDates),
                         [](const auto& each) { return testing::name_of(each.param); });

TEST(ReportTests, TakeAnything) {
  for (const auto* lang : {"en", "de"}) {
    testing::check_takes_anything(
        report_tests(),
        testing::document("2.1", std::string{"{'document': {'category': 'csaf_vulnerability_report', 'lang': '"} +
                                     lang +
                                     "'}, 'vulnerabilities': [" NOTE("summary", "CVE Beschreibung") ", " NOTE(
                                         "summary", "CVE Description") "]}"));
  }
}

}  // namespace
}  // namespace tocsin::formats::csaf
