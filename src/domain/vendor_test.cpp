#include "domain/vendor.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "domain/vendor_table.hpp"

namespace tocsin::domain {
namespace {

struct VendorCase {
  std::string_view name, spelling, key, display;
};
void PrintTo(const VendorCase& each, std::ostream* out) { *out << each.spelling; }
constexpr VendorCase kVendors[] = {
    {"Plain", "Siemens", "siemens", "Siemens"},
    {"Shouting", "SIEMENS AG", "siemens", "Siemens"},
    {"Blank", "Hitachi Energy ", "hitachi-energy", "Hitachi Energy"},
    {"Inc", "Johnson Controls Inc", "johnson-controls", "Johnson Controls"},
    {"IncDot", "Johnson Controls Inc.", "johnson-controls", "Johnson Controls"},
    {"CommaInc", "Johnson Controls, Inc.", "johnson-controls", "Johnson Controls"},
    {"AbsorbedBrand", "Sensormatic Electronics, LLC, a subsidiary of Johnson Controls Inc.", "johnson-controls",
     "Johnson Controls"},
    {"AbsorbedBrandShort", "Exacq Technologies, Johnson Controls Inc.", "johnson-controls", "Johnson Controls"},
    {"MisspeltOwner", "Contolled Electronic Management Systems Ltd, Johnson Contols Inc.", "johnson-controls",
     "Johnson Controls"},
    {"BrandWithOwner", "Bently Nevada (Subsidiary of Baker Hughes)", "bently-nevada", "Bently Nevada"},
    {"BrandCommaOwner", "Bently Nevada, Baker Hughes", "bently-nevada", "Bently Nevada"},
    {"FormerName", "PSI GridConnect GmbH (formerly PSI Nentec GmbH)", "psi-gridconnect", "PSI GridConnect"},
    {"Mojibake",
     "Geutebr\xC3\x83\xC2\xBC"
     "ck GmbH",
     "geutebruck",
     "Geutebr\xC3\xBC"
     "ck"},
    {"MojibakeTwice", "Innokas Yhtym\xC3\x83\xC6\x92\xC3\x82\xC2\xA4 Oy", "innokas-yhtyma", "Innokas Yhtym\xC3\xA4"},
    {"WithoutDiacritics", "Geutebruck", "geutebruck",
     "Geutebr\xC3\xBC"
     "ck"},
    {"Transcribed", "Weidmueller", "weidmueller", "Weidm\xC3\xBCller"},
    {"Umlaut", "Weidm\xC3\xBCller Interface GmbH & Co. KG", "weidmueller", "Weidm\xC3\xBCller"},
    {"LongLegalForm", "LCDS - Le\xC3\x83\xC2\xA3o Consultoria e Desenvolvimento de Sistemas Ltda ME", "lcds", "LCDS"},
    {"LegalFormBracket", "Pilz GmbH & Co. KG (Pilz)", "pilz", "Pilz"},
    {"Abbreviation", "General Electric (GE)", "general-electric", "GE"},
    {"AbbreviationAlone", "GE", "general-electric", "GE"},
    {"TwoVendors", "General Electric (GE) and Emerson", "general-electric", "GE"},
    {"OtherCompanyOfThatName", "GE Healthcare", "ge-healthcare", "GE Healthcare"},
    {"ManyVendors", "ENEA, Green Hills Software, ITRON, IP Infusion, and Wind River", "multiple-vendors",
     "Multiple vendors"},
    {"Multiple", "multiple", "multiple-vendors", "Multiple vendors"},
    {"Misspelt", "Phillips", "philips", "Philips"},
    {"Renamed", "3S-Smart Software Solutions GmbH", "codesys", "CODESYS"},
    {"CommaInTheName", "Becton, Dickinson and Company (BD)", "becton-dickinson", "BD (Becton, Dickinson)"},
    {"SoftwareArm", "Schneider Electric Software, LLC", "schneider-electric", "Schneider Electric"},
    {"Plus", "PEPPERL+FUCHS", "pepperl-fuchs", "Pepperl+Fuchs"},
    {"Ampersand", "B&R Industrial Automation GmbH", "b-r-industrial-automation", "B&R Industrial Automation"},
    {"AndIsAmpersand", "Johnson and Johnson", "johnson-johnson", "Johnson and Johnson"},
    {"CoLtd", "Hangzhou Xiongmai Technology Co, Ltd", "hangzhou-xiongmai-technology", "Xiongmai"},
    {"Stroke", "Clorius Controls A/S", "clorius-controls", "Clorius Controls A/S"},
    {"OneWord", "Marel", "marel", "Marel"},
    {"SuffixIsTheName", "Co", "co", "Co"},
    {"DotsInTheName", "i.MX", "imx", "i.MX"},
    {"NoName", "n/a", "unknown", "Unknown vendor"},
    {"Empty", "", "unknown", "Unknown vendor"},
    {"OnlySigns", "***", "unknown", "Unknown vendor"},
    {"Path", "../../etc/passwd", "etc-passwd", "../../etc/passwd"},
};
class Vendor : public ::testing::TestWithParam<VendorCase> {};
TEST_P(Vendor, HasKeyAndDisplayName) {
  EXPECT_EQ(vendor_key(GetParam().spelling), GetParam().key);
  EXPECT_EQ(vendor_display_name(GetParam().spelling), GetParam().display);
}
INSTANTIATE_TEST_SUITE_P(Domain, Vendor, ::testing::ValuesIn(kVendors),
                         [](const auto& each) { return std::string{each.param.name}; });

TEST(VendorTable, LeadsNowhereTwice) {
  for (const auto& alias : vendor_aliases()) {
    for (const auto& other : vendor_aliases()) EXPECT_NE(alias.canonical, other.key) << alias.key;
    EXPECT_EQ(vendor_key(alias.key), alias.canonical);
  }
}

TEST(VendorTable, ShowsNamesThatLeadBackToTheirKey) {
  for (const auto& display : vendor_displays()) {
    EXPECT_EQ(vendor_key(display.key), display.key);
    EXPECT_EQ(vendor_key(display.name), display.key) << display.name;
  }
}

TEST(VendorKey, IsBoundedAndKeepsLongNamesApart) {
  const std::string long_name(300, 'a');
  const auto first = vendor_key(long_name + "1");
  const auto second = vendor_key(long_name + "2");
  EXPECT_LE(first.size(), 120U);
  EXPECT_NE(first, second);
}

struct ProductCase {
  std::string_view name, spelling, key, display;
};
void PrintTo(const ProductCase& each, std::ostream* out) { *out << each.spelling; }
constexpr ProductCase kProducts[] = {
    {"Plain", "SIMATIC S7-1500", "simatic-s7-1500", "SIMATIC S7-1500"},
    {"BlankForDash", "SIMATIC S7 1500", "simatic-s7-1500", "SIMATIC S7 1500"},
    {"Blanks", "  SIMATIC\xC2\xA0 S7-1500 ", "simatic-s7-1500", "SIMATIC S7-1500"},
    {"OtherDash",
     "SIMATIC S7\xE2\x80\x93"
     "1500",
     "simatic-s7-1500",
     "SIMATIC S7\xE2\x80\x93"
     "1500"},
    {"Underscores", "SCALANCE_W_700_series", "scalance-w-700-series", "SCALANCE W 700 series"},
    {"UnderscoreAmongBlanks", "Module A_1 rev 2", "module-a-1-rev-2", "Module A_1 rev 2"},
    {"Brackets", "SIMATIC RF650R (6GT2811-6AB20)", "simatic-rf650r-6gt2811-6ab20", "SIMATIC RF650R (6GT2811-6AB20)"},
    {"Plus", "Config+", "config-plus", "Config+"},
    {"NotPlus", "Config", "config", "Config"},
    {"Dots", "CS 3.5.1", "cs-3.5.1", "CS 3.5.1"},
    {"Mojibake", "Topline TopFD-2125 (part n\xC3\x82\xC2\xB0 5.02820)", "topline-topfd-2125-part-n\xC2\xB0-5.02820",
     "Topline TopFD-2125 (part n\xC2\xB0 5.02820)"},
    {"Markup", "<script>alert(1)</script>", "script-alert-1-script", "<script>alert(1)</script>"},
    {"ParentFolder", "..", "unknown", ".."},
    {"Empty", "", "unknown", ""},
};
class ProductName : public ::testing::TestWithParam<ProductCase> {};
TEST_P(ProductName, HasKeyAndDisplayName) {
  EXPECT_EQ(product_key(GetParam().spelling), GetParam().key);
  EXPECT_EQ(product_display_name(GetParam().spelling), GetParam().display);
}
INSTANTIATE_TEST_SUITE_P(Domain, ProductName, ::testing::ValuesIn(kProducts),
                         [](const auto& each) { return std::string{each.param.name}; });

TEST(ProductKey, IsBoundedAndKeepsLongNamesApart) {
  std::string long_name;
  for (int i = 0; i < 60; ++i) long_name += "\xC3\xB6\xE6\xBC\xA2 ";
  const auto first = product_key(long_name + "one");
  EXPECT_LE(first.size(), 120U);
  EXPECT_NE(first, product_key(long_name + "two"));
  EXPECT_EQ(product_key(std::string(120, 'a')), std::string(120, 'a'));
  EXPECT_LE(product_key(std::string(121, 'a')).size(), 120U);
}

struct VersionCase {
  std::string_view name, text, display;
};
void PrintTo(const VersionCase& each, std::ostream* out) { *out << each.text; }
constexpr VersionCase kVersions[] = {
    {"Exact", "V4.5", "V4.5"},
    {"Blanks", "  1.000.HW01  ", "1.000.HW01"},
    {"Comparator", "<3.215", "< 3.215"},
    {"ComparatorSetOff", "< V4.1.1 Patch 05", "< V4.1.1 Patch 05"},
    {"LessOrEqual", "<=10.97.1", "<= 10.97.1"},
    {"All", "vers:all/*", "all versions"},
    {"Star", "*", "all versions"},
    {"VersBound", "vers:all/<V1.2.1", "< V1.2.1"},
    {"VersTwoBounds", "vers:all/>=V2.9.2<V2.9.4", ">= V2.9.2 < V2.9.4"},
    {"VersBar", "vers:all/>=1|<=2", ">= 1 | <= 2"},
    {"VersScheme", "vers:intdot/<5.0", "< 5.0"},
    {"VersOfOtherScheme", "vers:npm/1.2.3", "1.2.3"},
    {"And", ">=V3.1.39 and < V3.3", ">= V3.1.39 and < V3.3"},
    {"Bar", "1.00|1.04", "1.00 | 1.04"},
    {"Prefix", "All versions<V9.1", "All versions < V9.1"},
    {"Underscores", "<=the_first_5_digits_of_serial_number_24031", "<= the first 5 digits of serial number 24031"},
    {"MisprintStays", "=<5", "=< 5"},
    {"EqualSignOfAName", "FX5UJ x=24,40,60", "FX5UJ x=24,40,60"},
    {"NotEqual", "!=2.0", "!= 2.0"},
    {"Arrow", "V1->V2", "V1->V2"},
    {"StarWithCondition", "* (with option G28)", "* (with option G28)"},
    {"VersWithoutSlash", "vers:all", "vers:all"},
    {"Empty", "", ""},
};
class VersionText : public ::testing::TestWithParam<VersionCase> {};
TEST_P(VersionText, IsTidyAndMeansTheSame) { EXPECT_EQ(version_display_text(GetParam().text), GetParam().display); }
INSTANTIATE_TEST_SUITE_P(Domain, VersionText, ::testing::ValuesIn(kVersions),
                         [](const auto& each) { return std::string{each.param.name}; });

}  // namespace
}  // namespace tocsin::domain
