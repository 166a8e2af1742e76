#include "domain/summary.hpp"

#include <gtest/gtest.h>

#include "domain/advisory_facts.hpp"
#include "formats/testing/corpus.hpp"

namespace tocsin::domain {
namespace {

using formats::csaf::Advisory;
using formats::csaf::Note;
using formats::csaf::Vulnerability;

Advisory with_notes(std::vector<Note> notes) {
  Advisory advisory;
  advisory.notes = std::move(notes);
  Vulnerability vulnerability;
  vulnerability.cve = "CVE-2022-90001";
  vulnerability.cwes = {{"CWE-787", "Out-of-bounds Write"}};
  advisory.vulnerabilities.push_back(std::move(vulnerability));
  return advisory;
}

TEST(Summary, TakesTheRiskNoteFirst) {
  EXPECT_EQ(summary_of(with_notes({{"summary", "Summary", "A pump may stop.", ""},
                                   {"summary", "Risk evaluation", "An attacker could stop the pump.", ""}})),
            "An attacker could stop the pump.");
}

TEST(Summary, FallsBackToSummaryThenDescription) {
  EXPECT_EQ(summary_of(with_notes({{"description", "", "A web server that reads too far.", ""},
                                   {"summary", "", "An update may be needed.", ""}})),
            "An update may be needed.");
  EXPECT_EQ(summary_of(with_notes({{"description", "", "A web server that reads too far.", ""}})),
            "A web server that reads too far.");
}

TEST(Summary, PassesOverWhatSaysNothing) {
  const std::string composed = "CVE-2022-90001: Out-of-bounds Write";
  EXPECT_EQ(summary_of(with_notes({})), composed);
  for (const std::string_view text : {
           "ATTENTION: Remotely exploitable/low skill level to exploit.",
           "ATTENTION: Exploitable remotely/low skill level to exploit. Public exploits are available.",
           "Vendor: Moxa",
           "REPOSTED INFORMATION",
           "AFFECTED PRODUCTS",
           "Worldwide",
           "Low skill level is needed to exploit.",
           "The vendor strongly recommends affected users update to V1.2.3.",
           "This updated advisory is a follow-up to the original advisory titled X (Update A).",
           "Sharon Ipsum of Lichtung Labs reported these vulnerabilities to the vendor.",
           "",
       }) {
    EXPECT_EQ(summary_of(with_notes({{"summary", "Risk evaluation", std::string{text}, ""}})), composed) << text;
  }
  EXPECT_EQ(summary_of(with_notes({{"legal_disclaimer", "Legal Notice", "No warranty.", ""},
                                   {"general", "Recommended Practices", "Close ports.", ""}})),
            composed);
}

TEST(Summary, KeepsWhatFollowsTheAttentionLabel) {
  EXPECT_EQ(
      summary_of(with_notes({{"summary", "Risk evaluation",
                              "ATTENTION: Low skill level to exploit. Exploitation could crash the device.", ""}})),
      "Exploitation could crash the device.");
}

TEST(Summary, PassesOverNotesThatOnlyClaimToSummarise) {
  EXPECT_EQ(summary_of(with_notes({{"summary", "Countries/areas deployed", "Worldwide", ""},
                                   {"summary", "Update Summary", "Update A could allow more.", ""}})),
            "CVE-2022-90001: Out-of-bounds Write");
}

TEST(Summary, EndsBeforeIdentifiersAndFigures) {
  EXPECT_EQ(
      summary_of(with_notes({{"summary", "Risk evaluation",
                              "A request could stop the pump.CVE-2022-90001 has been assigned to this vulnerability. "
                              "A CVSS v3 base score of 8.8 has been assigned.",
                              ""}})),
      "A request could stop the pump.");
}

TEST(Summary, ComposesFromTheFirstVulnerability) {
  auto advisory = with_notes({});
  advisory.vulnerabilities[0].notes = {{"summary", "Vulnerability Summary", "A long header overflows a buffer.", ""}};
  EXPECT_EQ(summary_of(advisory), "A long header overflows a buffer.");
  EXPECT_EQ(summary_of(Advisory{}), "");
}

TEST(FirstSentences, TakesOneOrTwo) {
  EXPECT_EQ(first_sentences("One. Two. Three."), "One. Two.");
  EXPECT_EQ(first_sentences("A flaw in V1.2 e.g. the web server. It is old. More."),
            "A flaw in V1.2 e.g. the web server. It is old.");
  EXPECT_EQ(first_sentences("  Lines\n and   blanks "), "Lines and blanks");
  EXPECT_EQ(first_sentences("The vendor 's device"), "The vendor's device");
  EXPECT_EQ(first_sentences("Philips ' analysis"), "Philips' analysis");
  const std::string long_first = std::string(200, 'a') + ".";
  EXPECT_EQ(first_sentences(long_first + " Second."), long_first);
}

TEST(FirstSentences, IsBounded) {
  std::string text;
  for (int i = 0; i < 300; ++i) text += "word ";
  EXPECT_LE(first_sentences(text).size(), kSummaryBytesMax);
  EXPECT_GT(first_sentences(text).size(), kSummaryBytesMax / 2);
}

TEST(Boilerplate, IsWhatEveryDocumentRepeats) {
  EXPECT_TRUE(is_boilerplate({"general", "Recommended Practices", "Anything", ""}));
  EXPECT_TRUE(is_boilerplate({"general", "CISA Disclaimer", "Anything", ""}));
  EXPECT_TRUE(is_boilerplate({"legal_disclaimer", "", "Anything", ""}));
  EXPECT_TRUE(is_boilerplate({"general", "General Security Recommendations", "As a general measure...", ""}));
  EXPECT_TRUE(is_boilerplate({"general", "Additional Resources", "For further inquiries...", ""}));
  EXPECT_TRUE(is_boilerplate({"legal_disclaimer", "Terms of Use", "Terms", ""}));
  EXPECT_FALSE(is_boilerplate({"summary", "Risk evaluation", "Successful exploitation could...", ""}));
  EXPECT_FALSE(is_boilerplate({"general", "Notes on Affected Products", "Only with option B.", ""}));
  EXPECT_FALSE(is_boilerplate({"details", "License Manager", "The license manager is affected.", ""}));
}

}  // namespace
}  // namespace tocsin::domain
