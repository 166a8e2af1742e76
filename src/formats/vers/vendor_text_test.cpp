#include "formats/vers/vendor_text.hpp"

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <map>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "formats/testing/corpus.hpp"

namespace tocsin::formats::vers {
namespace {

using Kind = VendorReading::Kind;

std::string_view word(Affected::Answer answer) {
  return answer == Affected::Answer::yes ? "yes" : answer == Affected::Answer::no ? "no" : "maybe";
}

VendorReading read(std::string_view text, std::string_view product = "Orbit Controller") {
  return read_vendor_text(BranchKind::product_version_range, product, text);
}

struct ReadingCase {
  std::string_view name, text, expected;
  std::string_view product = "Orbit Controller";
};
std::ostream& operator<<(std::ostream& out, const ReadingCase& row) { return out << row.name; }

class VendorTextReading : public ::testing::TestWithParam<ReadingCase> {};

TEST_P(VendorTextReading, MeansWhatItSays) {
  const auto& row = GetParam();
  EXPECT_EQ(to_text(read(row.text, row.product)), row.expected) << row.text;
}

INSTANTIATE_TEST_SUITE_P(
    Everything, VendorTextReading,
    ::testing::Values(ReadingCase{"star", "*", "*"}, ReadingCase{"star with blanks", " *  ", "*"},
                      ReadingCase{"vers all", "vers:all/*", "*"}, ReadingCase{"all versions", "All versions", "*"},
                      ReadingCase{"any version", "Any version", "*"}, ReadingCase{"all", "all", "*"},
                      ReadingCase{"note that restricts nothing", "* (end-of-life 2011)", "*"},
                      ReadingCase{"all in a list", "* | 1.5.0", "*"}, ReadingCase{"no version", "No version", "none"},
                      ReadingCase{"none", "none", "none"}, ReadingCase{"vers none", "vers:none/*", "none"}));

INSTANTIATE_TEST_SUITE_P(
    OneBound, VendorTextReading,
    ::testing::Values(
        ReadingCase{"below", "< V4.5", "<4.5"}, ReadingCase{"below or alike", "<= 4.00", "<=4.0"},
        ReadingCase{"from", ">=V2.13", ">=2.13"}, ReadingCase{"above", "> 1.5", ">1.5"},
        ReadingCase{"native text behind vers:all", "vers:all/<V5.6.0", "<5.6.0"},
        ReadingCase{"all versions below", "All versions < V9.1 SP2", "<9.1 SP2"},
        ReadingCase{"all firmware versions", "All firmware versions < V6.00.320", "<6.0.320"},
        ReadingCase{"versions", "Versions < V1.2", "<1.2"}, ReadingCase{"blank behind the letter", "< V 4.20", "<4.20"},
        ReadingCase{"point behind the letter", "< v.4.20", "<4.20"},
        ReadingCase{"misprinted operators", "=< 3.2", "<=3.2"}, ReadingCase{"misprinted from", "=> 3.2", ">=3.2"},
        ReadingCase{"mathematical sign", "\u2264 3.2", "<=3.2"}, ReadingCase{"escaped sign", "&lt; 3.2", "<3.2"},
        ReadingCase{"in brackets", "<=(R4.02)", "<=4.2"}, ReadingCase{"firmware", "< FW11", "<11"},
        ReadingCase{"underscores", "<=firmware_65", "<=65"}, ReadingCase{"revision", "< rev. 1.2.6", "<1.2.6"},
        ReadingCase{"misprinted V", "< VX.17 Update 5", "<17 Update 5"},
        ReadingCase{"a name before the sign", "BIOS < V22.01.04", "BIOS <22.1.4"},
        ReadingCase{"a name with a number before the sign", "ORB2 <= 6.9.6", "ORB2 <=6.9.6"},
        ReadingCase{"a name behind the sign", "<= OrbOS 07.0.02", "OrbOS <=7.0.2"},
        ReadingCase{"the product's name behind the sign", "< Orbit Controller 2010 SP3", "<2010 SP3"},
        ReadingCase{"of another thing", "< Some Long Name 7.55", "Some Long Name <7.55"},
        ReadingCase{"of another thing, behind", "< 6.3 of telerik software", "telerik <6.3"},
        ReadingCase{"of another thing, both bounds", ">=Collection 2012 | <= Collection 2021",
                    "Collection >=2012|<=2021"},
        ReadingCase{"names that are versioned apart", "<=Viewer R7.50 | <=Simulator R4.20", "<=4.20 ? *"},
        ReadingCase{"the model in front is the product", "< ORB4000_v2.16_170401", "<2.16.170401", "ORB-4000 firmware"},
        ReadingCase{"service pack of a release", "< Service Pack R8.2 SP2", "<8.2 SP2"},
        ReadingCase{"more of the version behind", "< 9 Linux Image 2019-12-13", "<9 ? <10"},
        ReadingCase{"unreadable part", "< 17.0 ?.10", "<17.0 ? <17.1"},
        ReadingCase{"misprinted suffix", "<= 2019 SPI", "<=2019 ? <2020"},
        ReadingCase{"bound on the line", "V4.7: < V4.7 HF27", ">=4.7|<4.7 HF27"},
        ReadingCase{"ends with a point", "<= 3.09.00.", "<=3.9.0"},
        ReadingCase{"hotfixes included", "<=v2.11_including_hotfixes", "<2.12"}));

INSTANTIATE_TEST_SUITE_P(
    Tokens, VendorTextReading,
    ::testing::Values(
        ReadingCase{"update and its short form", "< V14 SP1 Upd 9", "<14 SP1 Update 9"},
        ReadingCase{"hotfix", "<= 9.4_FP2_Hotfix_4", "<=9.4 FP2 HF4"},
        ReadingCase{"service release", "vers:all/<V18 SR 1", "<18 SR1"},
        ReadingCase{"service pack in words", "< 1.8.4 Service Pack 01", "<1.8.4 SP1"},
        ReadingCase{"service pack in brackets", "< V4.5 (SP1)", "<4.5 SP1"},
        ReadingCase{"security patch", "< V4.70 SP9 Security Patch 1", "<4.70 SP9 Patch 1"},
        ReadingCase{"patch attached", "< V3.14-P021", "<3.14 Patch 21"},
        ReadingCase{"maintenance pack", "< V2020.2.MP3", "<2020.2 MP3"},
        ReadingCase{"letters in front", "< SE2021MP8", "<se2021 MP8"},
        ReadingCase{"build", "<= 3.3.8 Build 16102416", "<=3.3.8 Build 16102416"},
        ReadingCase{"build without a word", "<=2.9 17030709", "<=2.9 Build 17030709"},
        ReadingCase{"switch trains", "<= 15.2(5)EA.fc4", "<=15.2.5.ea.fc.4"},
        ReadingCase{"release of a year", "2018R2", "2018 R2"}, ReadingCase{"quotes", "<= \"24\"", "<=24"},
        ReadingCase{"release of a year with a dash", "<= 2023-R1", "<=2023 R1"},
        ReadingCase{"quarter", "< V23Q4", "<23Q.4"}, ReadingCase{"release and version", "< R400-V0", "<400V.0"},
        ReadingCase{"revision letter", "<= 1.285X", "<=1.285X"},
        ReadingCase{"revision letter apart", "<= 1.05 F", "<=1.5F"}, ReadingCase{"letters only", "<=LF", "<=LF"},
        ReadingCase{"pre-release", "< 1.5.0.0 Beta 4", "<1.5.0.0 beta 4"},
        ReadingCase{"date", "< 2021-8-13", "<2021-08-13"},
        ReadingCase{"date with points", "< 29.3.2007", "<2007-03-29"},
        ReadingCase{"no date", "< V2.1.2019", "<2.1.2019"},
        ReadingCase{"not the date alone", "< 8.2_20170817", "<8.2.20170817"},
        ReadingCase{"any line", "< V3.X.17", "<3.x.17"}, ReadingCase{"generally available", "<= 2.5-GA", "<=2.5"},
        ReadingCase{"joined by underscores", "< 5_7_04_6469", "<5.7.4.6469"},
        ReadingCase{"only a suffix", "< SP3 Update 6", "<2014 SP3 Update 6", "Orbit Historian 2014"},
        ReadingCase{"only a release", "<= R2", "<=2020 R2", "Orbit Edge 2020"},
        ReadingCase{"a release as version", "<= R12", "<=12"}));

INSTANTIATE_TEST_SUITE_P(
    TwoBounds, VendorTextReading,
    ::testing::Values(ReadingCase{"bar", ">= 2.0 | <= 3.2", ">=2.0|<=3.2"},
                      ReadingCase{"bar without blanks", ">=10.90|<=10.97", ">=10.90|<=10.97"},
                      ReadingCase{"no separator", "vers:all/>=V2.9.2<V2.9.4", ">=2.9.2|<2.9.4"},
                      ReadingCase{"prefix on one side", "vers:all/>=2.3<V3.0", ">=2.3|<3.0"},
                      ReadingCase{"and", ">V1.1 and <V2.0.1", ">1.1|<2.0.1"},
                      ReadingCase{"comma", ">= 1.0, < 2.0", ">=1.0|<2.0"},
                      ReadingCase{"upper bound first", "<=3.2 and >=2.0", ">=2.0|<=3.2"},
                      ReadingCase{"from a version to below", "A10 < A11", ">=A.10|<A.11"},
                      ReadingCase{"from a version to", "16 <= 20", ">=16|<=20"},
                      ReadingCase{"slip of the bar", ">=R6.01.01 -| <=R8.03.01", ">=6.1.1|<=8.3.1"},
                      ReadingCase{"pairs", "> 4.001 | < 4.005 | > 5.011 | < 5.017", ">4.1|<4.5 || >5.11|<5.17"},
                      ReadingCase{"version and range", "V04.00.02 and all versions >= V04.00.15 < 04.00.18",
                                  "4.0.2 || >=4.0.15|<4.0.18"},
                      ReadingCase{"letters in front", ">=BT02 | <= BT06", ">=bt2|<=bt6"},
                      ReadingCase{"two alternatives", "<=9.4 FP1 | >= 10.2.1", "<=9.4 FP1 || >=10.2.1"},
                      ReadingCase{"strict alternatives", ">=1.0 <1.5 || >=2.0 <2.5", ">=1.0|<1.5 || >=2.0|<2.5"},
                      ReadingCase{"note widens the product", ">= R4.01.00 | <= R6.07.00 (Including Orbit Entry Class)",
                                  ">=4.1.0|<=6.7.0"}));

INSTANTIATE_TEST_SUITE_P(
    Words, VendorTextReading,
    ::testing::Values(
        ReadingCase{"prior to", "prior to 11.2", "<11.2"},
        ReadingCase{"all versions prior to", "All versions prior to V1.5.1", "<1.5.1"},
        ReadingCase{"before", "Versions before 3.1", "<3.1"}, ReadingCase{"earlier than", "earlier than 3.1", "<3.1"},
        ReadingCase{"and prior", "Version 5.1 and prior", "<=5.1"},
        ReadingCase{"and earlier versions", "5.1 and all earlier versions", "<=5.1"},
        ReadingCase{"or below", "5.1 or below", "<=5.1"},
        ReadingCase{"or newer", "Orbit Unit NEW with Software 04.00.00 or newer", ">=4.0.0"},
        ReadingCase{"in brackets", "4.2.0 (and earlier)", "<=4.2.0"},
        ReadingCase{"in brackets, newer", "4.2.0 (or newer)", ">=4.2.0"},
        ReadingCase{"said twice", "<4.2.0 (and earlier)", "<=4.2.0"},
        ReadingCase{"said otherwise", "5.0 (all previous ones too)", "5.0 ? *"},
        ReadingCase{"list and below", "V1.0, V1.1 and earlier", "1.0 || <=1.1"},
        ReadingCase{"of a line", "5.x prior to 5.4.2, 6.x prior to 6.1", ">=5|<5.4.2 || >=6|<6.1"},
        ReadingCase{"and later", "2.0 and later", ">=2.0"}, ReadingCase{"plus", "2.0+", ">=2.0"},
        ReadingCase{"up to", "up to 2.4", "<=2.4"},
        ReadingCase{"up to and including", "up to and including 2.4", "<=2.4"},
        ReadingCase{"sign left open", "3.0 and <", "<=3.0"}, ReadingCase{"to", "Versions 2.00 to 6.11", ">=2.0|<=6.11"},
        ReadingCase{"through", "2.0 through 2.5", ">=2.0|<=2.5"},
        ReadingCase{"until", "2.2.3 until 2.2.3.3", ">=2.2.3|<=2.2.3.3"},
        ReadingCase{"from to", "from 1.0 to 2.0", ">=1.0|<=2.0"},
        ReadingCase{"from to before", "from 1.0 to < 2.0", ">=1.0|<2.0"},
        ReadingCase{"up to between", "1.0 up to 2.0", ">=1.0|<=2.0"},
        ReadingCase{"between", "between 1.0 and 2.0", ">=1.0|<=2.0"},
        ReadingCase{"between with marks", "All versions between V2.5 (including) and V2.7 (excluding)", ">=2.5|<2.7"},
        ReadingCase{"marks alone", "2.0.3.00.016 (including) and 2.0.6 (excluding)", ">=2.0.3.0.16|<2.0.6"},
        ReadingCase{"possibly more", "4.1.1 (and possibly prior versions)", "4.1.1 ? <=4.1.1"}));

INSTANTIATE_TEST_SUITE_P(
    Lists, VendorTextReading,
    ::testing::Values(ReadingCase{"exact", "12.6", "12.6"}, ReadingCase{"exact with a prefix", "FW 01", "1"},
                      ReadingCase{"bars", "11 | 12 | 13", "11 || 12 || 13"},
                      ReadingCase{"commas and an and", "V15, V15.1 and V16", "15 || 15.1 || 16"},
                      ReadingCase{"lost bar", "2.02 | 2.51 2.52", "2.2 || 2.51 || 2.52"},
                      ReadingCase{"in brackets", "(Release 1.3.2 1.4.0)", "1.3.2 || 1.4.0"},
                      ReadingCase{"letter and numbers", "B.02 | C.02", "B.2 || C.2"},
                      ReadingCase{"cut off", "V5.00.204, V5.00.260, and", "5.0.204 || 5.0.260 ? *"},
                      ReadingCase{"dash", "V1.81.01 - V1.81.03", ">=1.81.1|<=1.81.3"},
                      ReadingCase{"dash without blanks", "12.0.1-12.0.13", ">=12.0.1|<=12.0.13"},
                      ReadingCase{"dash of numbers", "20-33", ">=20|<=33"},
                      ReadingCase{"dash of revisions", "Rev B-M", ">=B|<=M"},
                      ReadingCase{"long dash", "1.275M\u20141.280S", ">=1.275M|<=1.280S"},
                      ReadingCase{"order numbers have dashes too", "750-852", "\"750-852\""},
                      ReadingCase{"wildcard", "12.2.*", ">=12.2|<12.3"},
                      ReadingCase{"wildcard apart", "2.2.4 *", ">=2.2.4|<2.2.5"}, ReadingCase{"x", "V2.x", ">=2|<3"},
                      ReadingCase{"only", "V2.x only", ">=2|<3"}, ReadingCase{"several x", "5.x.x", ">=5|<6"},
                      ReadingCase{"digits left open", "7.4x", ">=7.40|<7.50 ? >=7.4|<7.5"},
                      ReadingCase{"up to a wildcard", "<= 11.x", "<12"},
                      ReadingCase{"below a wildcard", "< 3.x", "<3 ? <4"},
                      ReadingCase{"above a wildcard", "> 2.x", ">=3 ? >=2"},
                      ReadingCase{"from a wildcard", ">= 4.0.x | <= 4.6.4", ">=4.0|<=4.6.4"},
                      ReadingCase{"a version and its day", "<= 6.01.00/29.03.2007", "<=6.1.0"},
                      ReadingCase{"a sign for both", "<= 2.0.11 / 3.0.11", "<=2.0.11 || >=3.0|<=3.0.11 ? >=2.1|<3.0"}));

INSTANTIATE_TEST_SUITE_P(
    Traps, VendorTextReading,
    ::testing::Values(
        ReadingCase{"the bar was a blank", "4.5 | SP6 (including) and V4.5 SP6 Hotfix 8 (excluding)",
                    ">=4.5 SP6|<4.5 SP6 HF8"},
        ReadingCase{"the bar was a blank behind a bound", "< 4.8 | SP5", "<4.8 SP5"},
        ReadingCase{"the bar was an update", "< 16 | 6", "<16 Update 6", "Orbit Portal V16"},
        ReadingCase{"the bar may have been an update", "< 15.1 | 7", "<15.1 ? <15.1 Update 7", "Orbit Portal V15"},
        ReadingCase{"lost operator", ">= 2.0.0 | 2.6.2", ">=2.0.0|<=2.6.2 ? >=2.0.0"},
        ReadingCase{"lost operator in another line", "<= 3.14.25 | 3.15.18", "<=3.14.25 || 3.15.18 ? <=3.15.18"},
        ReadingCase{"two lower bounds", ">= 1.0 | >= 2.4", "? >=1.0 || >=2.4"},
        ReadingCase{"components", "<=2.22 | <=1.01", "<=1.1 ? <=2.22"},
        ReadingCase{"bounds of two numbers", "<= 3.2, <= 4.1, <= 5.7", "<=3.2 ? <=5.7"},
        ReadingCase{"release lines", "< 6.0.1 | < 5.0.1 | < 3.2.4",
                    "<3.2.4 || >=5.0|<5.0.1 || >=6.0|<6.0.1 ? >=3.3|<5.0 || >=5.1|<6.0"},
        ReadingCase{"bounds the wrong way round", ">= 4.5.0 | <= 3.5.2", "\">= 4.5.0 | <= 3.5.2\""},
        ReadingCase{"mixed letters", "11.3 | 14.3 | R5.1 | <= R6", "11.3 || 14.3 || 5.1 || <=6 ? *"},
        ReadingCase{"another count", "< V12.1a (2018 R1)", "<12.1A || >=1000|<2018 R1"},
        ReadingCase{"another count in words", "<= 2018 SP3 Version 3.4.430", "<=3.4.430 || >=1000|<=2018 SP3"},
        ReadingCase{"build in brackets", "< V22.2a (80)", "<22.2A ? >=22.2A|<22.2A Build 80"},
        ReadingCase{"mojibake and no-break blanks", "\u00c2\u00a0<\u00c2\u00a03.2", "<3.2"},
        ReadingCase{"models", "ORB04103L", "\"ORB04103L\""},
        ReadingCase{"large number", "24950 | 24952", "\"24950 | 24952\""},
        ReadingCase{"codes that may be versions", "ORB3", "=orb3 ? *"},
        ReadingCase{"letters of the product", "OE2021MP3", "=oe2021 MP3", "Orbit Edge OE2021"},
        ReadingCase{"quarter with more", "V16Q3.1", "=16Q.3.1"},
        ReadingCase{"release of a year with a letter", "2020 R2S", "2020 R2S"},
        ReadingCase{"name in front of a version", "ORC 3.5.12.P30", "ORC 3.5.12 Patch 30"},
        ReadingCase{"scheme of CSAF tools", "vers:intdot/<5.0", "<5.0"},
        ReadingCase{"scheme of CSAF tools, both bounds", "vers:intdot/>=2.0|<3.1", ">=2.0|<3.1"},
        ReadingCase{"generic", "vers:generic/<4.5", "<4.5"},
        ReadingCase{"line in the scheme", "vers:ORBIT_V4/*", "* [ORBIT V4]"},
        ReadingCase{"no slash behind the scheme", "vers:ORBIT_V4.2", "4.2"},
        ReadingCase{"product leaks into the scheme", "vers:ORBIT_V4/<4.2", "<4.2"}));

INSTANTIATE_TEST_SUITE_P(
    Conditions, VendorTextReading,
    ::testing::Values(
        ReadingCase{"only if", "< V10.3.3 only if web components are used",
                    "<10.3.3 [only if web components are used]"},
        ReadingCase{"another product", "All versions only when running on Orbit OS < V2.15.1",
                    "* [only when running on Orbit OS < V2.15.1]"},
        ReadingCase{"with another product", "All versions with Orbit Guardian before V22.6.2",
                    "* [with Orbit Guardian before V22.6.2]"},
        ReadingCase{"option", "* (with option G28)", "* [with option G28]"},
        ReadingCase{"platform", "<=11.2 on Windows 8.1", "<=11.2 [on Windows 8.1]"},
        ReadingCase{"in brackets, cut off", "< V3.0 (only affected by CVE-2019", "<3.0 [only affected by CVE-2019]"},
        ReadingCase{"unbalanced brackets", "6.x (Battery Modules (16 | 17D19 | >= 20D29)",
                    ">=6|<7 [Battery Modules (16 | 17D19 | >= 20D29)]"},
        ReadingCase{"all but one", "All versions but V5.0", "* [but V5.0]"},
        ReadingCase{"series", "Series A, FRN 16.023 and earlier", "<=16.23 [Series A]"},
        ReadingCase{"bound in two parts", "< V8.1 SP1 with OrbitCC V7.3 Upd 13",
                    "<8.1 SP1 ? 8.1 SP1 [with OrbitCC V7.3 Upd 13]"},
        ReadingCase{"a commit", ">= 1.5 | <= a3b04b7bc4872a5a39e5de3fdc5fbde52c09e10e",
                    ">=1.5 [<= a3b04b7bc4872a5a39e5de3fdc5fbde52c09e10e]"},
        ReadingCase{"edition behind a bound", "<=3.1 C++ / Matlab", "<=3.1 ? <3.2 [C++ / Matlab]"},
        ReadingCase{"modules behind a version", "8.2 Advanced Reports | Dashboards Module",
                    "8.2 [Advanced Reports | Dashboards Module]"},
        ReadingCase{"taken out", "<= 4.11.00 (Versions removed from the scope)",
                    "<=4.11.0 [Versions removed from the scope]"},
        ReadingCase{"shipped", "with view option (shipped between 2016-August 2018)",
                    "* [with view option (shipped between 2016-August 2018)]"},
        ReadingCase{"exceptions", "<= 9.6 (excluding 9.4.2.6)", "<=9.6 [excluding 9.4.2.6]"},
        ReadingCase{"function state", "All versions <= V2.3.0 and Function State (FS) <= 3",
                    "<=2.3.0 [Function State <= 3]"},
        ReadingCase{"words behind a bar", "<= 5.12 | all plain operating systems", "<=5.12 [plain operating systems]"},
        ReadingCase{"configuration", "All versions in default configuration", "* [in default configuration]"}));

INSTANTIATE_TEST_SUITE_P(
    KeptAsText, VendorTextReading,
    ::testing::Values(ReadingCase{"empty", "", "\"\""}, ReadingCase{"model", "ORB Control V3", "\"ORB Control V3\""},
                      ReadingCase{"model of the product", "Orbit HMI V3", "\"Orbit HMI V3\""},
                      ReadingCase{"order number", "1ORB565100R0001 (revision index B1 with BSP <= UN30 1.76)",
                                  "\"1ORB565100R0001 (revision index B1 with BSP <= UN30 1.76)\""},
                      ReadingCase{"two components", "< Main r1600 Stop_v24", "\"< Main r1600 Stop v24\""},
                      ReadingCase{"two components", "<= S4 A.07.107", "\"<= S4 A.07.107\""},
                      ReadingCase{"words", "2nd Edition", "\"2nd Edition\""},
                      ReadingCase{"not affected", "2.0 and later are not affected",
                                  "\"2.0 and later are not affected\""},
                      ReadingCase{"a day alone", "/ 29.03.2007", "\"/ 29.03.2007\""},
                      ReadingCase{"day without a year", "< august 28", "\"< august 28\""},
                      ReadingCase{"day and version", "<= 4.1 | < january 20 2017.", "\"<= 4.1 | < january 20 2017.\""},
                      ReadingCase{"lost bar behind a bound", "< 9.0.0 9.0.1", "\"< 9.0.0 9.0.1\""},
                      ReadingCase{"two signs", ">= <= 2.2", "\">= <= 2.2\""},
                      ReadingCase{"not equal", "!= 2.2", "\"!= 2.2\""},
                      ReadingCase{"unfinished", "* and > could be affected", "\"* and > could be affected\""},
                      ReadingCase{"another product as well", "<= 10.1.3 and Orbit Intelligence <= 2014R3",
                                  "\"<= 10.1.3 and Orbit Intelligence <= 2014R3\"", "Desk"},
                      ReadingCase{"open bracket of signs", "1.0 < x < 2.0", "\"1.0 < x < 2.0\""},
                      ReadingCase{"exact with exceptions", "6.02 (excluding 5.83 and later)",
                                  "\"6.02 (excluding 5.83 and later)\""}));

TEST(VendorText, SpellingsOfOneRangeHaveOneText) {
  for (const std::string_view text :
       {"< V4.05 SP1", "vers:all/<4.5 Service Pack 1", "All versions < V 4.05 SP 01", "prior to v4.5_SP1"}) {
    EXPECT_EQ(to_text(read(text)), "<4.5 SP1") << text;
  }
}

struct KindCase {
  std::string_view text;
  Kind kind;
  bool understood = true;
  std::string_view product = "Orbit Controller";
};

constexpr KindCase kKinds[] = {
    {"vers:all/*", Kind::all},
    {"No version", Kind::none},
    {"< V4.5", Kind::range},
    {">= 2.0 | <= 3.2", Kind::range},
    {"12.2.*", Kind::range},
    {"12.6", Kind::list},
    {"11 | 12", Kind::list},
    {"<=9.4 FP1 | >= 10.2.1", Kind::list},
    {"vers:npm/>=1.0.0", Kind::vers},
    {"< V3.0 only if used", Kind::condition},
    {"MLFB 6ORB32..-.... with option A30 (large ones)", Kind::condition},
    {"1ORB520100R0001 | G1 with BSP <= UN31 1.76", Kind::condition},
    {"<=the_first_5_digits_of_serial_number_24031", Kind::serial_number},
    {"5 digits of serial number <= 24031", Kind::serial_number},
    {"<= first five digits of serial number 24061 24061", Kind::serial_number},
    {"<=23121", Kind::serial_number, true, "Orbit Q03 The first 5 digits of serial No."},
    {"All versions < 03121", Kind::serial_number, true, "Orbit Q03 The first 5 digits of serial No."},
    {">= 23121 | <= 24001", Kind::serial_number, false, "Orbit Q03 The first 5 digits of serial No."},
    {"23121", Kind::serial_number, false, "Orbit Q03 The first 5 digits of serial No."},
    {"<=23121", Kind::range},
    {"<= 1.073", Kind::range, true, "Orbit Q03 The first 5 digits of serial No."},
    {"< serial numbers ending 9A", Kind::serial_number, false},
    {"serial number 5 to 9", Kind::serial_number, false},
    {"<= first 4 digits of serial number 24061", Kind::serial_number, false},
    {"<April/27/2023", Kind::date},
    {"distributed  < april 1, 2018", Kind::date},
    {"<=November 11, 2017", Kind::date},
    {"<= 27th April 2023.", Kind::date},
    {"January 2019 and earlier", Kind::date},
    {"< 2021-8-13", Kind::date},
    {"<= February 30 2019", Kind::date, false},
    {"< august 28", Kind::date, false},
    {"< March 13, 2019 | < 4.003", Kind::date, false},
    {"ORB04103L", Kind::model},
    {"ORB-IPC-HDW1XXX, and", Kind::model},
    {"1783-SAD2T2SBK9", Kind::model},
    {"2700291", Kind::model},
    {"O2W2PC1M", Kind::model},
    {"S2-LP-1501 | S2-LP-1502", Kind::model},
    {"7100 | 7900 MRI", Kind::model},
    {"2nd Edition", Kind::model},
    {"ORB Control RTE V3 (for boxes)", Kind::model},
    {"TSX4103 *", Kind::model},
    {"UDP", Kind::model},
    // May be versions.
    {"ORB3", Kind::list, false},
    {"1812 | 1909", Kind::list, false},
    {"OE2021MP3", Kind::list, false},
    {"OR 16 | OR16", Kind::list, false},
    {"ORB Control 3.5 tools", Kind::unread, false},
    {"SSA-761844 and ICSA-21-103-10", Kind::unread, false},
    {"latest", Kind::unread, false},
    {"A program to renew the radio parts of old vehicles has been active for years", Kind::not_a_version, false},
    {"2.0 and later are not affected", Kind::unread, false},
    {"< Main r1600 Stop_v24", Kind::unread, false},
    {"", Kind::unread, false},
};

TEST(VendorText, KindsOfTexts) {
  for (const auto& row : kKinds) {
    const auto reading = read(row.text, row.product);
    EXPECT_EQ(name_of(reading.kind), name_of(row.kind)) << row.text << ", read as " << to_text(reading);
    EXPECT_EQ(is_understood(reading), row.understood) << row.text << ", read as " << to_text(reading);
  }
}

TEST(VendorText, RangesOfVersionsOnly) {
  for (const std::string_view text : {"< 4.5", "1.0 | 2.0", "*", "< 20210813"})
    EXPECT_TRUE(as_range(read(text))) << text;
  for (const std::string_view text : {"< May 2018", "distributed < 2018-04-01", "< 6.3 of telerik software",
                                      "ORB04103L", "< 3.x", "< 4.5 only if used", "<= serial number 5"}) {
    EXPECT_FALSE(as_range(read(text))) << text;
  }
}

TEST(VendorText, ProductNamesAreReadOnlyForTheirBounds) {
  const auto in_name = [](std::string_view text) {
    return to_text(read_vendor_text(BranchKind::product_name, "Orbit", text));
  };
  EXPECT_EQ(in_name("Orbit 4 Controller"), "\"Orbit 4 Controller\"");
  EXPECT_EQ(in_name("Orbit 4.2"), "\"Orbit 4.2\"");
  EXPECT_EQ(in_name("Orbit prior to 4.2"), "<4.2");
}

TEST(VendorText, ProductNamesThatSoundLikeSomethingElseChangeNothing) {
  for (const std::string_view product :
       {"Orbit digits7", "Orbit may7", "Orbit dated 7", "Orbit serial7", "Orbit May 7", "SSA3.15"}) {
    for (const std::string_view text : {"SR540", "< SP1", "SP1 | SP2", "< P018"}) {
      const auto once = to_text(read(text, product));
      EXPECT_EQ(to_text(read(once, product)), once) << text << " of " << product;
    }
  }
}

TEST(VendorText, BranchCategories) {
  EXPECT_EQ(parse_branch_kind("product_version"), BranchKind::product_version);
  EXPECT_EQ(parse_branch_kind("product_version_range"), BranchKind::product_version_range);
  EXPECT_EQ(parse_branch_kind("product_name"), BranchKind::product_name);
  EXPECT_EQ(parse_branch_kind("product_family"), BranchKind::other);
  EXPECT_EQ(parse_branch_kind("range"), std::nullopt);
}

TEST(VendorText, TooLongIsNotRead) {
  const std::string blank_text = "< 4.5" + std::string(kVendorTextBytesMax, ' ');
  EXPECT_EQ(to_text(read(blank_text)), "<4.5");
  EXPECT_EQ(read("< " + std::string(kVendorTextBytesMax, '4')).kind, Kind::unread);
  EXPECT_EQ(read("< " + std::string(kVendorTextBytesMax - 2, '4')).kind, Kind::range);
  EXPECT_EQ(read_vendor_version(std::string(kVendorVersionBytesMax + 1, '4')), std::nullopt);
}

TEST(VendorText, EveryTextHasAReading) {
  const std::string_view pieces[] = {"<",   "<=",   ">",     "|",   "||", "-",       "(",           ")",   "*",
                                     "x",   "V1.0", "SP1",   "and", "to", "between", "(including)", "[",   "]",
                                     " ? ", "\"",   "vers:", "R2",  "A",  ",",       "/",           "\xff"};
  for (const auto a : pieces) {
    for (const auto b : pieces) {
      for (const auto c : pieces) {
        for (const std::string_view blank : {"", " "}) {
          std::string text;
          text.append(a).append(blank).append(b).append(blank).append(c);
          const auto once = to_text(read(text));
          ASSERT_EQ(to_text(read(once)), once) << text;
          const auto answer = affects(read(text), "1.0");
          ASSERT_EQ(answer.question.empty(), answer.answer != Affected::Answer::ask) << text;
        }
      }
    }
  }
}

TEST(VendorVersion, OrderIsTotalAmongItsLike) {
  const std::string_view ascending[] = {
      "1.0 alpha",   "1.0 beta 1",  "1.0 beta 2",       "1.0 RC1",          "1.0",
      "1.0 Build 5", "1.0 HF1",     "1.0 Update 1",     "1.0 Update 1 HF1", "1.0 Update 10",
      "1.0 SP1",     "1.0 SP1 HF1", "1.0 SP1 Update 1", "1.0 SP2",          "1.0 R2",
      "1.1"};
  for (std::size_t i = 0; i < std::size(ascending); ++i) {
    for (std::size_t j = 0; j < std::size(ascending); ++j) {
      const auto a = read_vendor_version(ascending[i]);
      const auto b = read_vendor_version(ascending[j]);
      ASSERT_TRUE(a && b);
      const auto expected = i < j ? VendorOrder::less : i > j ? VendorOrder::greater : VendorOrder::equal;
      EXPECT_EQ(compare(*a, *b), expected) << ascending[i] << " and " << ascending[j];
    }
  }
}

TEST(VendorVersion, WhatDoesNotCompareIsUnknown) {
  const std::pair<std::string_view, std::string_view> pairs[] = {
      {"1.0 SP1", "1.0.1"},  {"1.0a", "1.0 SP1"},    {"1.0 SP1", "1.0 FP1"}, {"A1", "1"},
      {"2021-08-13", "5.0"}, {"1.0.EA1", "1.0.FC1"}, {"ORB1", "ABC2"}};
  for (const auto& [left, right] : pairs) {
    const auto a = read_vendor_version(left);
    const auto b = read_vendor_version(right);
    ASSERT_TRUE(a && b) << left << right;
    EXPECT_EQ(compare(*a, *b), VendorOrder::unknown) << left << " and " << right;
    EXPECT_EQ(compare(*b, *a), VendorOrder::unknown) << left << " and " << right;
  }
}

TEST(VendorVersion, IsOneVersionOrNothing) {
  for (const std::string_view text :
       {"", "unknown", "n/a", "1.0 and 2.0", "< 1.0", "1.0 | 2.0", "1.*", "Model Four", "6ED1052-1CC08"}) {
    EXPECT_FALSE(read_vendor_version(text)) << text;
  }
  for (const std::string_view text :
       {"1", "V1.0", "Firmware version 2.3", "BIOS V21.01", "2018R2", "A", "V12.1a (2018 R1)", "15.2(5)EA.fc4"}) {
    EXPECT_TRUE(read_vendor_version(text)) << text;
  }
}

/// Everything labelled, against the shared archive.
TEST(VendorTextCorpus, EveryLabelledProbeIsAnsweredRight) {
  const auto path = testing::data_root() / "product-id/version-text-labelled.json";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "no " << path;
  const auto labelled = boost::json::parse(testing::read_file(path));
  int probes = 0;
  for (const auto& value : labelled.at("cases").as_array()) {
    const auto text = std::string{value.at("text").as_string()};
    const auto branch = parse_branch_kind(std::string{value.at("branch").as_string()});
    ASSERT_TRUE(branch);
    const auto reading = read_vendor_text(*branch, std::string{value.at("product").as_string()}, text);
    for (const auto& probe : value.at("probes").as_array()) {
      ++probes;
      const auto version = std::string{probe.at("version").as_string()};
      const auto answer = affects(reading, version);
      EXPECT_EQ(word(answer.answer), std::string{probe.at("affected").as_string()})
          << '\'' << text << "' and '" << version << "', read as " << name_of(reading.kind) << ' ' << to_text(reading);
    }
  }
  EXPECT_GE(probes, 300);
}

TEST(VendorTextCorpus, MostLeavesAreUnderstood) {
  const auto table = testing::uncompressed("product-id/cisa-version-texts.tsv.gz");
  if (!table) GTEST_SKIP() << "no product-id/cisa-version-texts.tsv.gz in " << testing::data_root();
  long long leaves = 0;
  long long understood = 0;
  std::map<std::string, std::pair<long long, long long>> by_kind;
  bool header = true;
  for (const auto line : text::split(*table, '\n')) {
    const auto fields = text::split(line, '\t');
    if (std::exchange(header, false) || fields.size() < 7) continue;
    const auto branch = parse_branch_kind(fields[0]);
    ASSERT_TRUE(branch) << fields[0];
    const auto reading = read_vendor_text(*branch, fields[6], fields[1]);
    const auto products = std::stoll(std::string{fields[3]});
    leaves += products;
    if (is_understood(reading)) understood += products;
    auto& [texts, count] =
        by_kind[std::string{name_of(reading.kind)} + (is_understood(reading) ? "" : ", not understood")];
    ++texts;
    count += products;
    const auto again = read_vendor_text(*branch, fields[6], to_text(reading));
    EXPECT_EQ(to_text(again), to_text(reading)) << fields[1];
  }
  for (const auto& [kind, counts] : by_kind) {
    std::cout << "  " << kind << ": " << counts.first << " texts, " << counts.second << " leaves\n";
  }
  std::cout << "  understood: " << understood << " of " << leaves << " leaves\n";
  EXPECT_GE(understood * 1000, leaves * 985);
}

TEST(VendorTextOf, RangesOfAnEcosystemAreReadByItsOwnOrder) {
  const auto reading = read_vendor_text(BranchKind::product_version_range, "Lamp", "vers:npm/>=1.0.0|<2.0.0");
  EXPECT_EQ(reading.kind, VendorReading::Kind::vers);
  EXPECT_EQ(to_text(reading), "vers:npm/>=1.0.0|<2.0.0");
  EXPECT_EQ(affects(reading, "1.5.0").answer, Affected::Answer::yes);
  EXPECT_EQ(affects(reading, "2.0.0").answer, Affected::Answer::no);
  EXPECT_EQ(affects(reading, "2.0.0-rc.1").answer, Affected::Answer::yes);
  EXPECT_EQ(affects(reading, "the latest").answer, Affected::Answer::ask);
}

}  // namespace
}  // namespace tocsin::formats::vers
