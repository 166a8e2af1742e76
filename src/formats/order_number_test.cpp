#include "formats/order_number.hpp"

#include <algorithm>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <re2/re2.h>

namespace tocsin::formats {
namespace {

struct NumberCase {
  std::string_view name, text;
  std::vector<std::string> numbers;
};
void PrintTo(const NumberCase& each, std::ostream* out) { *out << each.text; }
const NumberCase kNumbers[] = {
    {"Siemens", "SIMATIC S7-1500 CPU 1515-2 PN (6ES7515-2AM02-0AB0)", {"6ES7515-2AM02-0AB0"}},
    {"SiemensWithBlank", "CPU 1515-2 PN, 6ES7 515-2AM02-0AB0, all versions", {"6ES7 515-2AM02-0AB0"}},
    {"SiemensShort", "SIMATIC RF650R (6GT2811-6AB20)", {"6GT2811-6AB20"}},
    {"SiemensMeter", "POWER METER SICAM Q100 (7KG9501-0AA31-2AA1)", {"7KG9501-0AA31-2AA1"}},
    {"SiemensTwo",
     "SIMATIC S7-1500 CPU 1518-4 PN/DP MFP (MLFB: 6ES7518-4AX00-1AC0, 6AG1518-4AX00-4AC0, incl. SIPLUS variant)",
     {"6ES7518-4AX00-1AC0", "6AG1518-4AX00-4AC0"}},
    {"SiemensTorn", "SCALANCE X302-7 EEC (6GK5302- 7GD00-3EA3)", {"6GK5302- 7GD00-3EA3"}},
    {"SiemensAlone", "6ED1052-1CC01-0BA8", {"6ED1052-1CC01-0BA8"}},
    {"SiemensBuilding", "Desigo DXR2 (S55376-C100)", {"S55376-C100"}},
    {"SiemensFamily", "MLFB 6SR52..-...-... with option A30", {}},
    {"SiemensPattern", "SIMATIC ET200SP (6ES7515-xxxxx)", {}},
    {"NotSiemens", "SINAMICS S120 V4.7 SP1 Control Unit (incl. SIPLUS variants)", {}},
    {"Rockwell", "1756 ControlLogix EtherNet/IP Communications Modules 1756-EN2T Series D", {"1756-EN2T"}},
    {"RockwellTwo", "1756-EWEB (includes 1756-EWEBK)", {"1756-EWEB", "1756-EWEBK"}},
    {"RockwellLong", "CompactLogix 1769-L18ER-BB1B", {"1769-L18ER-BB1B"}},
    {"RockwellSoftware", "Connected Components Workbench - Developer Edition 9328-CCWDEVITE", {"9328-CCWDEVITE"}},
    {"NotRockwell", "700-1500 W inverter", {}},
    {"SchneiderCpu", "Modicon M340 BMXP342020 firmware", {"BMXP342020"}},
    {"SchneiderThree",
     "Premium processors with integrated Ethernet COPRO TSXP574634 TSXP575634 TSXP576634",
     {"TSXP574634", "TSXP575634", "TSXP576634"}},
    {"SchneiderQuantum", "Quantum communication modules 140NOC77101", {"140NOC77101"}},
    {"SchneiderM221", "Modicon M221 TM221CE16R", {"TM221CE16R"}},
    {"SchneiderFamily", "Modicon M340 CPU (part numbers BMXP34*)", {}},
    {"SchneiderFamilies", "Modicon M580 CPU (part numbers BMEP* and BMEH*)", {}},
    {"Wago", "750-8202/025-001", {"750-8202/025-001"}},
    {"WagoSwitch", "Industrial Managed Switch 852-1305", {"852-1305"}},
    {"WagoPattern", "750-331/xxx-xxx", {"750-331"}},
    {"Abb", "CP635 (1SAP500900R0001)", {"1SAP500900R0001"}},
    {"Omron", "NX701-1600 controller", {"NX701-1600"}},
    {"PhoenixNamed", "ILC 2050 BI-L (Article number 2404671)", {"2404671"}},
    {"PhoenixUnnamed", "ILC 2050 BI-L 2404671", {}},
    {"PartNumber", "CLICK Programming Software (Part Number C0-PGMSW)", {"C0-PGMSW"}},
    {"PartNo", "3500/22M Firmware Part No. 288055-01", {"288055-01"}},
    {"PartFamily", "System 1 Part No. 3071/xx & 3072/xx", {}},
    {"PartWord", "Spare part number plate", {}},
    {"VersionIsNone", "AutoPLC V3.5 SP17", {}},
    {"YearRange", "Versions 2011-2015", {}},
    {"Repeated", "1756-EN2T and 1756-EN2T", {"1756-EN2T"}},
    {"InsideAnotherNumber", "X1756-EN2T", {}},
    {"Empty", "", {}},
};
class OrderNumbers : public ::testing::TestWithParam<NumberCase> {};
TEST_P(OrderNumbers, AreFoundAsWritten) { EXPECT_EQ(order_numbers_in(GetParam().text), GetParam().numbers); }
INSTANTIATE_TEST_SUITE_P(Domain, OrderNumbers, ::testing::ValuesIn(kNumbers),
                         [](const auto& each) { return std::string{each.param.name}; });

TEST(OrderNumbers, AreLookedForInABoundedText) {
  const std::string far(kOrderNumberTextBytesMax - 4, ' ');
  EXPECT_THAT(order_numbers_in(far + "1756-EN2T"), ::testing::IsEmpty());
  EXPECT_THAT(order_numbers_in(std::string(kOrderNumberTextBytesMax - 9, ' ') + "1756-EN2T"),
              ::testing::ElementsAre("1756-EN2T"));
}

/// The same schemes as patterns of RE2: what is read by hand must be what they match.
class Patterns {
 public:
  std::vector<std::string> numbers_in(std::string_view name) const {
    std::vector<std::string> numbers;
    if (std::ranges::none_of(name, [](char c) { return c >= '0' && c <= '9'; })) return numbers;
    scan(schemes_, name, numbers, [](std::string_view) { return true; });
    scan(named_, name, numbers, [](std::string_view number) {
      return std::ranges::any_of(number, [](char c) { return c >= '0' && c <= '9'; }) &&
             number.find("xx") == std::string_view::npos;
    });
    return numbers;
  }

 private:
  static bool is_word(char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }
  static bool stands_alone(std::string_view name, std::size_t begin, std::size_t end) {
    if (begin > 0 && (is_word(name[begin - 1]) || name[begin - 1] == '-' || name[begin - 1] == '_')) return false;
    if (end >= name.size()) return true;
    if (is_word(name[end]) || name[end] == '*' || name[end] == '_') return false;
    return name[end] != '-' || end + 1 == name.size() || (!is_word(name[end + 1]) && name[end + 1] != '*');
  }
  template <class Accept>
  static void scan(const re2::RE2& pattern, std::string_view name, std::vector<std::string>& numbers, Accept accept) {
    const re2::StringPiece text{name.data(), name.size()};
    for (std::size_t at = 0; at < name.size();) {
      re2::StringPiece found[2];
      if (!pattern.Match(text, at, name.size(), re2::RE2::UNANCHORED, found, 2)) return;
      const auto begin = static_cast<std::size_t>(found[1].data() - name.data());
      const auto end = begin + found[1].size();
      const std::string number{name.substr(begin, end - begin)};
      if (!stands_alone(name, begin, end) || !accept(number)) {
        at = begin + 1;
        continue;
      }
      if (std::ranges::find(numbers, number) == numbers.end()) numbers.push_back(number);
      at = end;
    }
  }
  re2::RE2 schemes_{
      R"(([1-9][A-Z][A-Z0-9][0-9] ?[0-9A-Z]{3}- ?[0-9][A-Z0-9]{4}(?:-[0-9][A-Z]{2}[0-9A-Z])?)"
      R"(|S5[0-9]{4}-[A-Z][0-9]{3})"
      R"(|(?:17(?:34|38|46|47|5[67]|6[0-9]|71|83|84|85|88|89|94|98)|2080|2085|2097|2198|271[135]|50(?:15|32|69|94)|93(?:0[0-9]|2[0-9]))-[A-Z][A-Z0-9]{2,}(?:-[A-Z0-9]{2,6})?)"
      R"(|BM[EX][A-Z]{1,3}[0-9]{4,6}[A-Z]?|TSX[A-Z]{1,3}[0-9]{4,7}[A-Z]?|TM[1-5][0-9]{2}[A-Z]{1,4}[0-9]{1,2}[A-Z]{0,2})"
      R"(|140(?:CPU|NOC|NOE|NOP|CRA|CRP|DDI|DDO|ACI|ACO)[0-9]{5}|METSE[A-Z]{2,3}[0-9]{3,4}[A-Z]?|AP9[0-9]{3}|NB[A-Z]{2}[0-9]{4})"
      R"(|(?:75[0-37]|762|768|787|852|857)-[0-9]{3,4}(?:/[0-9]{3}-[0-9]{3})?)"
      R"(|[13][A-Z]{3}[0-9]{6}R[0-9]{1,4})"
      R"(|N[JX][0-9][0-9A-Z]{2}-[0-9]{4}|C[JPS][12][A-Z]-(?:CPU|EM|EL|ER|ET|X|XA|Y|L|M|N|E)[0-9]{2}[A-Z]?))"};
  re2::RE2 named_{
      R"((?i:\b(?:article|art\.?|order|ordering|part|item|catalog|catalogue|cat\.?)\s*(?:numbers?|no\.?|nr\.?|n°|code|#)\s*[:=]?\s*))"
      R"(([A-Za-z0-9][A-Za-z0-9./-]{3,31}[A-Za-z0-9]))"};
};

TEST(OrderNumbersByHand, AreThoseOfThePatterns) {
  const Patterns patterns;
  for (const auto& each : kNumbers) EXPECT_EQ(order_numbers_in(each.text), patterns.numbers_in(each.text)) << each.text;
  // Pieces of numbers and of what stands around them, put together and spoilt at random, so that most nearly fit.
  constexpr std::string_view kPieces[] = {
      "6ES7",  "515-",  "2AM02",    "-0AB0", "6GT2", "811-",      " ",        "- ",     "S5",      "5661",  "-J101",
      "17",    "34",    "1756",     "2711",  "93",   "05",        "-",        "EN2T",   "L18ER",   "-BB1B", "BM",
      "E",     "XP",    "3420",     "20",    "TSX",  "P57",       "4634",     "TM2",    "21CE16",  "R",     "140",
      "CPU",   "65150", "METSE",    "PM",    "556",  "0",         "AP9",      "631",    "NB",      "RK",    "0250",
      "750",   "753",   "852",      "-8202", "/025", "-001",      "1SAP",     "500900", "R0001",   "NX7",   "01",
      "-1600", "CJ2M",  "-CPU",     "31",    "-XA",  "-X",        "-E",       "-EM",    "A",       "x",     "article",
      "Art.",  "ORDER", "ordering", "part",  "item", "catalogue", "Cat",      "number", "numbers", "No.",   "nr",
      "n°",    "N°",    "code",     "#",     ":",    "=",         "(",        ")",      "_",       "*",     ".",
      "/",     "xx",    "\t",       "\v",    "ü",    "2404671",   "C0-PGMSW", "abcd1"};
  constexpr std::string_view kWhole[] = {
      "6ES7515-2AM02-0AB0", "6GT2811- 6AB20", "S55661-J101", "1756-EN2T",         "1769-L18ER-BB1B",
      "2711P-T10C4",        "BMXP342020",     "TSXP574634",  "TM221CE16R",        "140CPU65150",
      "METSEPM5560",        "AP9631",         "NBRK0250",    "750-8202/025-001",  "1SAP500900R0001",
      "NX701-1600",         "CJ2M-CPU31",     "CS1W-XA10",   "Part No. C0-PGMSW", "article number: 2404671",
      "order code # 1756EN"};
  std::mt19937 random{20'250'101};
  std::size_t found = 0;
  for (int round = 0; round < 30'000; ++round) {
    std::string name;
    for (auto pieces = 1 + random() % 6; pieces > 0; --pieces) name += kPieces[random() % std::size(kPieces)];
    name += " ";
    name += kWhole[random() % std::size(kWhole)];
    for (auto pieces = random() % 3; pieces > 0; --pieces) name += kPieces[random() % std::size(kPieces)];
    for (auto spoilt = random() % 3; spoilt > 0; --spoilt) {
      constexpr std::string_view kSpoil = "09AZaz -./*_#";
      const auto at = random() % name.size();
      if (static_cast<unsigned char>(name[at]) < 0x80) name[at] = kSpoil[random() % kSpoil.size()];
    }
    const auto expected = patterns.numbers_in(name);
    found += expected.size();
    ASSERT_EQ(order_numbers_in(name), expected) << name;
  }
  EXPECT_GT(found, 5'000U);
}

}  // namespace
}  // namespace tocsin::formats
