#include "engine/exposure/other_names.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tocsin::engine::exposure {
namespace {

using testing::Contains;
using testing::IsEmpty;
using testing::Not;

TEST(OtherNames, AreFoundInNames) {
  const struct {
    const char *name, *other;
  } cases[] = {
      {"Unity Pro (formerly PL7 Pro)", "PL7 Pro"},
      {"MRD-315 MRD-355 MRD-455", "MRD-355"},
      {"ScadaPro Server and Client", "ScadaPro Client"},
      {"STEP 7 (TIA Portal) V13, V14", "STEP 7 (TIA Portal) V14"},
      {"Q03UDECPU, Q04/06/10/13/20/26/50/100UDEHCPU", "Q04/06/10/13/20/26/50/100UDEHCPU"},
      {"MiR100 MiR200 MiR250 MiR500 MiR1000 in MiR Robot Software", "MiR1000"},
      {"SIMATIC HMI KTP Mobile Panels KTP400F, KTP700, KTP700F, KTP900 and KTP900F",
       "SIMATIC HMI KTP Mobile Panels KTP700F"},
      {"NPort 5210 5230 and 5232", "NPort 5230"},
      {"GOT2000 models GT27 GT25 GT23", "GT25 model"},
      {"RUGGEDCOM ROX RX1400", "RX1400"},
      {"Relion 670 series", "670 series"},
      {"Control Center Server (CCS)", "CCS"},
      {"SCALANCE X-300 switch family (incl. X408 and SIPLUS NET variants)", "SCALANCE X408"},
      {"SIMATIC S7-1500 CPU family (incl. related ET200 CPUs and SIPLUS variants)", "CPU 1512SP-1 PN"},
      {"SIMATIC S7-1500 CPU family (incl. related ET200 CPUs and SIPLUS", "CPU 1510SP F-1 PN"},
      {"SIMATIC S7-300 CPU family (incl. related ET200 CPUs and SIPLUS variants)", "IM 151-8 PN/DP CPU"},
      {"GOT2000 compatible HMI software (GT SoftGOT2000)", "GT SoftGOT2000"},
      {"CODESYS HMI V3 containing the CmpUserMgr component", "CODESYS HMI V3"},
      {"TUG Home Base Server a server used to control robots", "TUG Home Base Server"},
      {"Conext ComBox model 865-1058", "Conext ComBox"},
      {"Connected Components Workbench - Developer Edition 9328-CCWDEVDEE",
       "Connected Components Workbench - Developer Edition"},
      {"System 1 Part No. 3071/xx", "System 1"},
  };
  for (const auto& each : cases) EXPECT_THAT(other_names(each.name, "< 1", false), Contains(each.other)) << each.name;
}

TEST(OtherNames, AreNotMadeOfWhatSaysNothing) {
  for (const char* name : {"SCALANCE X204-2", "Micro850", "SIMATIC WinCC V7.4", "Gateway", ""}) {
    for (const auto& other : other_names(name, "< 1", false)) {
      EXPECT_THAT(other, testing::AnyOf("X204-2", "WinCC V7.4")) << name;
    }
  }
  // "CODESYS Control for ..." is many things.
  EXPECT_THAT(other_names("CODESYS Control for PFC200", "", false), Not(Contains("CODESYS Control")));
  EXPECT_THAT(other_names("SICAM WEB firmware for SICAM A8000 RTUs", "", true), Contains("SICAM WEB firmware"));
  EXPECT_THAT(other_names("PI Vision 2020", "< PI Vision 2020", false), Contains("PI Vision"));
  EXPECT_THAT(names_within("SCALANCE XC208"), IsEmpty());
  EXPECT_EQ(line_in_name("XHQ 4", "< 4.7.1.3"), "4");
  EXPECT_EQ(line_in_name("XHQ 4", "< 14.7"), "");
}

}  // namespace
}  // namespace tocsin::engine::exposure
