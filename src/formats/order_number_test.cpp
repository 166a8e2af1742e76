#include "formats/order_number.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

}  // namespace
}  // namespace tocsin::formats
