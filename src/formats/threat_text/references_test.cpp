#include "formats/threat_text/references.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "formats/cve/cve_id.hpp"

namespace tocsin::formats::threat_text {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

#define TOCSIN_UUID "11111111-2222-4333-8444-555555555555"

std::string ids_of(std::string_view text) {
  std::string out;
  for (const auto& each : references_in(text, 100)) out += (out.empty() ? "" : " ") + each.id;
  return out;
}

struct TextCase {
  std::string_view name, text, ids;
};
void PrintTo(const TextCase& each, std::ostream* out) { *out << each.name; }

constexpr TextCase kNamed[] = {
    {"Alone", "T0855", "T0855"},
    {"InASentence", "They used T0855, and T1078.004.", "T0855 T1078.004"},
    {"InBrackets", "(T0855) [T0856] {T0857} <T0858>", "T0855 T0856 T0857 T0858"},
    {"InQuotes", "\"T0855\" 'T0856' „T0857“ «T0858» “… T0859.”", "T0855 T0856 T0857 T0858 T0859"},
    {"BehindPunctuation", "ids:T0855,T0856;T0857|T0858", "T0855 T0856 T0857 T0858"},
    {"InFrontOfPunctuation", "T0855: T0856! T0857? T0858... T0859… T0860's", "T0855 T0856 T0857 T0858 T0859 T0860"},
    {"WithSlashesBetween", "T0855/T0856/CVE-2024-1234", "T0855 T0856 CVE-2024-1234"},
    {"WithAWordBehindASlash", "T0855/brute force", "T0855"},
    {"Dashes", "T0855–T0860 — T0861—T0862", "T0855 T0860 T0861 T0862"},
    {"ScriptsWithoutBlanks", "利用CVE-2024-1234漏洞", "CVE-2024-1234"},
    {"EachKindOfAttack", "TA0100 G0034 S0603 S1009 C0025 M0801 M1013 A0003 DC0045 DS0002 DET0738 AN1881",
     "TA0100 G0034 S0603 S1009 C0025 M0801 M1013 A0003 DC0045 DS0002 DET0738 AN1881"},
    {"CveInAnyCase", "cve-2024-1234 Cve-2024-1234567890123456789", "CVE-2024-1234 CVE-2024-1234567890123456789"},
    {"CveInAWord", "CVE-2021-22893-PoC", "CVE-2021-22893"},
    {"CveWithNonBreakingHyphens", "CVE\u20112024\u20111234", "CVE-2024-1234"},
    {"CveWithFigureDashes", "CVE\u20122024\u20121234", "CVE-2024-1234"},
    {"CveWithEnDashes", "CVE\u20132024\u20131234", "CVE-2024-1234"},
    {"CveWithSoftHyphens", "CVE\u00AD2024\u00AD1234", "CVE-2024-1234"},
    {"CveThatMayBreak", "CVE-\u00AD2024\u00AD-1234", "CVE-2024-1234"},
    {"CveWhoseNumberIsBroken", "CVE-2024-1234\u00AD56", "CVE-2024-123456"},
    {"StixId", "See campaign--" TOCSIN_UUID ".", "campaign--" TOCSIN_UUID},
    {"StixIdOfAnExtension", "x-own-thing--" TOCSIN_UUID, "x-own-thing--" TOCSIN_UUID},
};
class Named : public testing::TestWithParam<TextCase> {};
TEST_P(Named, IsFound) { EXPECT_EQ(ids_of(GetParam().text), GetParam().ids); }
INSTANTIATE_TEST_SUITE_P(ThreatReferences, Named, testing::ValuesIn(kNamed),
                         [](const auto& each) { return std::string{each.param.name}; });

TEST(ThreatReferences, AreWordsOfTheirOwn) {
  for (const std::string_view none :
       {"",          "T",       "T085",     "T08555",     "t0855",        "XT0855",       "T0855X",  "_T0855",
        "T0855_1",   "ÜT0855",  "T0855ä",   "a-T0855",    "a\u2011T0855", "a\u00ADT0855", "T0855-5", "T0855-Technik",
        "T0855.pdf", "T0855.1", "T1078.04", "T1078.0045", "T1078.004.5",  "a.T0855",      "T0855\\x"}) {
    EXPECT_EQ(ids_of(none), "") << none;
  }
  for (const std::string_view none :
       {"CVE-", "CVE-2024", "CVE-2024-123", "CVE-24-1234", "CVE-2024-1234b", "CVE-2024-1234_1", "XCVE-2024-1234",
        "CVE 2024-1234", "CVE--2024-1234", "CVE-2024-12345678901234567890", "CVE-2024-1234\u00AD"}) {
    EXPECT_EQ(ids_of(none), "") << none;
  }
  for (const std::string_view none :
       {"Campaign--" TOCSIN_UUID, "campaign--AAAAAAAA-2222-4333-8444-555555555555", "campaign--" TOCSIN_UUID "0",
        "campaign--" TOCSIN_UUID "-", "campaign--" TOCSIN_UUID "G", "campaign--" TOCSIN_UUID ".json",
        "-campaign--" TOCSIN_UUID, "1campaign--" TOCSIN_UUID, "campaign-" TOCSIN_UUID, "ab--" TOCSIN_UUID,
        "a--b--" TOCSIN_UUID, "campaign--11111111-2222-9333-8444-555555555555", TOCSIN_UUID}) {
    EXPECT_EQ(ids_of(none), "") << none;
  }
}

TEST(ThreatReferences, AreNoPartsOfAddressesAndPaths) {
  for (const std::string_view none :
       {"https://x.example/T0855", "https://x.example/?a,T0855", "hxxps://x[.]example/CVE-2024-1234",
        "x.example/CVE-2024-1234", "x.example/a:T0855/T0856", "?id=T0855", "page#T0855", "T0855@x.example", "x@T0855",
        "C:\\T0855", "opc.tcp://plc/campaign--" TOCSIN_UUID}) {
    EXPECT_EQ(ids_of(none), "") << none;
  }
  EXPECT_EQ(ids_of("https://x.example/T0855 T0856"), "T0856");
}

TEST(ThreatReferences, DevicesAreNoPartsOfAttack) {
  for (const std::string_view none : {"S7000", "M2400", "A1000", "G9001", "C5000", "S7-1500", "AB0001"}) {
    EXPECT_EQ(ids_of(none), "") << none;
  }
}

TEST(ThreatReferences, StandWhereTheyAreSaidToStand) {
  const auto found = references_in("x (CVE\u20112024\u20111234) T0855", 100);
  ASSERT_THAT(found, SizeIs(2));
  EXPECT_EQ(found[0], (Reference{Reference::To::vulnerability, "CVE-2024-1234", 3, 20}));
  EXPECT_EQ(found[1], (Reference{Reference::To::attack, "T0855", 22, 27}));
  EXPECT_THAT(references_in("T0855 T0856", 1), SizeIs(1));
  EXPECT_THAT(references_in("T0855", 0), IsEmpty());
}

TEST(ThreatReferences, OneAlone) {
  EXPECT_EQ(read_reference("cve-2024-1234"), (Reference{Reference::To::vulnerability, "CVE-2024-1234", 0, 13}));
  EXPECT_TRUE(read_reference("campaign--" TOCSIN_UUID));
  for (const std::string_view none : {"", " T0855", "T0855 ", "T0855 T0856", "#T0855", "T0855.", "/T0855"}) {
    EXPECT_FALSE(read_reference(none)) << none;
  }
  EXPECT_FALSE(read_reference(std::string(1'000'000, 'a') + "--" TOCSIN_UUID));
}

TEST(ThreatReferences, HostileTextsAreReadOnce) {
  // A square of these would take hours.
  for (const std::string_view part : {"1", "a", "a-", "CVE-", "CVE-2024-", "CVE\u00AD", "campaign--", "T0855-",
                                      "T0855_", "\u00AD", "\u2011", "/", "x--" TOCSIN_UUID}) {
    std::string text;
    while (text.size() < std::size_t{1} << 20) text += part;
    EXPECT_EQ(ids_of(text), "") << part;
    EXPECT_EQ(ids_of("CVE-2024-" + text), "") << part;
  }
}

TEST(ThreatReferences, ACveIsReadWithWhateverHyphens) {
  for (const std::string_view written : {"CVE-2024-1234", "cve\u20102024\u20101234", "CVE\u20112024-1234",
                                         "CVE\u20122024\u20131234", "CVE\u00AD-2024\u00AD1234"}) {
    EXPECT_EQ(cve::cve_of(written), "CVE-2024-1234") << written;
  }
  for (const std::string_view none : {"", "CVE", "CVE\u2011", "CVE\u20112024\u2011123", "CVE\u20112024\u20111234 ",
                                      "CVE\u00AD\u00AD2024-1234", "CVE\u20142024\u20141234", "CVE-2024-1234x"}) {
    EXPECT_EQ(cve::cve_of(none), "") << none;
  }
}

}  // namespace
}  // namespace tocsin::formats::threat_text
