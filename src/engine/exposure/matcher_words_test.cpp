#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/exposure/matcher.hpp"
#include "engine/exposure/testing/leaves.hpp"

// What plants write beside and instead of names, and what names say besides.
namespace tocsin::engine::exposure {
namespace {

using formats::inventory::Item;
using leaves::advisory;
using leaves::item;
using leaves::Leaf;
using testing::HasSubstr;

struct Told {
  std::string status = "nothing", because, question;
};

/// What one advisory of these products says of the thing; "nothing" for what is not worth showing.
Told told(const std::string& vendor, const std::vector<Leaf>& leaves, const Item& thing, const std::string& title = "t",
          const std::string& fix = "Update") {
  Matcher matcher;
  matcher.add(advisory("A-1", vendor, leaves, fix, title));
  matcher.prepare();
  for (const auto& match : matcher.match(thing)) {
    if (is_worth_showing(match)) return {std::string{to_string(match.status)}, match.because, match.question};
  }
  return {};
}

Item with_hardware(Item thing, std::string hardware) {
  thing.hardware = std::move(hardware);
  return thing;
}
Item with_serial(Item thing, std::string serial) {
  thing.serial = std::move(serial);
  return thing;
}

TEST(MatcherWords, BoundsInNamesCount) {
  const std::vector<Leaf> wincc = {{"SIMATIC WinCC V7.2 and earlier", "vers:all/*"}};
  EXPECT_EQ(told("Siemens", wincc, item("Siemens", "SIMATIC WinCC", "V7.0 SP3")).status, "affected");
  EXPECT_EQ(told("Siemens", wincc, item("Siemens", "SIMATIC WinCC", "7.2 SP1")).status, "affected");
  EXPECT_EQ(told("Siemens", wincc, item("Siemens", "SIMATIC WinCC", "V7.3")).status, "not_affected");
  EXPECT_EQ(told("Siemens", wincc, item("Siemens", "SIMATIC WinCC", "")).status, "undecidable");
}

TEST(MatcherWords, HardwareDecides) {
  const std::vector<Leaf> leaves = {{"SIMATIC S7-400 CPU hardware version 5.0 (incl. SIPLUS variants)", "< V5.2"}};
  const auto cpu = item("Siemens", "SIMATIC S7-400 CPU", "5.1");
  EXPECT_EQ(told("Siemens", leaves, with_hardware(cpu, "5.0")).status, "affected");
  const auto other = told("Siemens", leaves, with_hardware(cpu, "6.0"));
  EXPECT_EQ(other.status, "not_affected");
  EXPECT_THAT(other.because, HasSubstr("hardware version 6.0 is outside of"));
  EXPECT_EQ(told("Siemens", leaves, cpu).status, "undecidable");
}

TEST(MatcherWords, SeriesOfHardwareDecide) {
  const std::vector<Leaf> leaves = {{"ControlLogix Communications Modules 1756-EN2T Series A", "vers:all/*"},
                                    {"ControlLogix Communications Modules 1756-EN2T Series D", "<= 10.10"}};
  const std::string vendor = "Rockwell Automation";
  EXPECT_EQ(told(vendor, leaves, item("Allen-Bradley", "1756-EN2T/D", "11.002")).status, "fixed");
  EXPECT_EQ(told(vendor, leaves, item("Allen-Bradley", "1756-EN2T Series D", "10.007")).status, "affected");
  EXPECT_EQ(told(vendor, leaves, with_hardware(item("Rockwell", "1756-EN2T", "11.002"), "A")).status, "affected");
}

TEST(MatcherWords, SerialNumbersInNamesDecide) {
  const std::vector<Leaf> leaves = {{"FX5U(C)-**M*/** Serial number 179**** and prior", "< 1.073"},
                                    {"FX5U(C)-**M*/** with serial number 17X**** or later", "< 1.270"}};
  const auto plc = item("Mitsubishi Electric", "MELSEC iQ-F", "1.100", "FX5UC-32MT/D");
  EXPECT_EQ(told("Mitsubishi Electric", leaves, with_serial(plc, "1780001")).status, "fixed");
  EXPECT_EQ(told("Mitsubishi Electric", leaves, with_serial(plc, "17Y0001")).status, "affected");
  EXPECT_EQ(told("Mitsubishi Electric", leaves, plc).status, "undecidable");
}

TEST(MatcherWords, FiveDigitsOfAMakerAreThoseOfSerialNumbers) {
  const std::vector<Leaf> leaves = {{"Q03/04/06/13/26UDVCPU", "<= 20081"}};
  const auto cpu = item("Mitsubishi Electric", "Q13UDVCPU", "");
  EXPECT_EQ(told("Mitsubishi Electric", leaves, with_serial(cpu, "190520000000000")).status, "affected");
  EXPECT_NE(told("Mitsubishi Electric", leaves, with_serial(cpu, "20082")).status, "affected");
  const std::vector<Leaf> others = {{"Gauge 26UDV", "<= 20081"}};
  EXPECT_EQ(told("Example", others, with_serial(item("Example", "Gauge 26UDV", ""), "19052")).status, "undecidable");
}

TEST(MatcherWords, FunctionStatesDecide) {
  const std::vector<Leaf> leaves = {
      {"SIMATIC S7-200 SMART CPU SR20", "All versions <= V2.5.0 and Function State (FS) <= 11"}};
  EXPECT_EQ(told("Siemens", leaves, item("Siemens", "S7-200 SMART CPU SR20", "V2.4.0 FS8")).status, "affected");
  EXPECT_EQ(told("Siemens", leaves, item("Siemens", "S7-200 SMART CPU SR20", "V2.5.0 (FS 12)")).status, "not_affected");
  EXPECT_EQ(told("Siemens", leaves, item("Siemens", "S7-200 SMART CPU SR20", "V2.5.0")).status, "undecidable");
}

TEST(MatcherWords, OptionsAreAskedFor) {
  const std::vector<Leaf> leaves = {{"SINAMICS GM150 (with option X30)", "vers:all/*"}};
  const auto without = told("Siemens", leaves, item("Siemens", "SINAMICS GM150", ""));
  EXPECT_EQ(without.status, "undecidable");
  EXPECT_EQ(without.question, "Has it option X30?");
  EXPECT_EQ(told("Siemens", leaves, item("Siemens", "SINAMICS GM150, option X30", "")).status, "affected");
}

TEST(MatcherWords, VersionsStandInNames) {
  for (const char* name : {"ProClima v7.1 SP1", "ProClima 7.1.0.2", "ProClima 7.1", "ProClima V7.1 Update 2"}) {
    EXPECT_EQ(told("Example", {{"ProClima", "< 8.0.0"}}, item("Example", name, "")).status, "affected") << name;
  }
  EXPECT_EQ(told("Example", {{"ProClima", "< 8.0.0"}}, item("Example", "ProClima V8.1", "")).status, "fixed");
  // A whole number may be a part of the name.
  EXPECT_EQ(told("Example", {{"Station 7", "< 8.0.0"}}, item("Example", "Station 7", "")).status, "undecidable");
}

TEST(MatcherWords, TheModelsColumnSaysIt) {
  const std::vector<Leaf> leaves = {{"Desigo PXC100-E.D", ">= 2.3"}};
  EXPECT_EQ(told("Siemens", leaves, item("Siemens", "automation station", "4.1", "PXC100-E.D")).status, "affected");
  EXPECT_EQ(told("Siemens", leaves, item("Siemens", "automation station", "4.1", "PXC36-E.D")).status, "nothing");
}

TEST(MatcherWords, LinesOfModelsAreToldByTwoDigits) {
  const std::vector<Leaf> leaves = {{"GT27 model", "<= 01.38.000"}, {"GT21 model", "<= 01.39.000"}};
  EXPECT_EQ(
      told("Mitsubishi Electric", leaves, item("Mitsubishi Electric", "GOT2000", "01.38.000", "GT2710-VTBA")).status,
      "affected");
  EXPECT_EQ(told("Mitsubishi Electric", leaves, item("Mitsubishi Electric", "GT2505-VTBD", "01.22.000")).status,
            "nothing");
}

TEST(MatcherWords, OrderCodesBeginWithTheSeries) {
  EXPECT_EQ(told("Omron", {{"SYSMAC CJ2H", "< 1.5"}}, item("Omron", "CJ2H-CPU64-EIP", "1.4")).status, "affected");
  EXPECT_EQ(told("Omron", {{"SYSMAC NJ/NX Series", "< 1.49"}}, item("OMRON", "NJ501-1300", "1.21")).status, "affected");
  EXPECT_EQ(told("Omron", {{"SYSMAC CJ2H", "< 1.5"}}, item("Omron", "CJ2M-CPU31", "1.4")).status, "nothing");
}

TEST(MatcherWords, SmallWordsDescribe) {
  const std::vector<Leaf> leaves = {{"ProClima", "< 8.0.0"}};
  EXPECT_EQ(told("Example", leaves, item("Example", "ProClima thermal calculation software", "7.0")).status,
            "affected");
  // Capitals may make another product of it.
  EXPECT_EQ(told("Example", leaves, item("Example", "ProClima Fusion", "7.0")).status, "undecidable");
}

TEST(MatcherWords, TheTitleNamesItToo) {
  const std::vector<Leaf> leaves = {{"XHQ", "< 6.1"}};
  const auto thing = item("Siemens", "XHQ Operations Intelligence", "5.1");
  EXPECT_EQ(told("Siemens", leaves, thing, "Siemens XHQ Operations Intelligence").status, "affected");
  EXPECT_EQ(told("Siemens", leaves, thing, "Siemens XHQ").status, "undecidable");
}

TEST(MatcherWords, OneOfSeveralThatAreAllAffectedIsAffected) {
  const auto thing = item("Siemens", "SIMATIC Energy Manager", "7.1");
  EXPECT_EQ(
      told("Siemens", {{"SIMATIC Energy Manager Basic", "< V7.3"}, {"SIMATIC Energy Manager PRO", "< V7.3"}}, thing)
          .status,
      "affected");
  EXPECT_EQ(
      told("Siemens", {{"SIMATIC Energy Manager Basic", "< V7.3"}, {"SIMATIC Energy Manager PRO", "< V7.0"}}, thing)
          .status,
      "undecidable");
}

TEST(MatcherWords, ReleasesInNamesAreAskedFor) {
  const std::vector<Leaf> leaves = {{"Femap V2020.2", "vers:all/*"}};
  EXPECT_EQ(told("Siemens", leaves, item("Siemens", "Femap", "")).status, "undecidable");
  EXPECT_EQ(told("Siemens", leaves, item("Siemens", "Femap", "2020.2.1")).status, "affected");
}

TEST(MatcherWords, FamiliesOfCpusAreToldByTheirNumbers) {
  const std::vector<Leaf> leaves = {{"SIMATIC S7-400 PN/DP CPU family", "vers:all/*"}};
  EXPECT_EQ(told("Siemens", leaves, item("Siemens", "CPU 414-3 PN/DP", "6.0")).status, "affected");
  EXPECT_EQ(told("Siemens", leaves, item("Siemens", "CPU 315-2 PN/DP", "3.2")).status, "nothing");
}

TEST(MatcherWords, VendorsTellWhySomethingIsNotAffected) {
  auto made = advisory("A-1", "Example", {{"Pump 300X", "vers:all/*", {}, "known_not_affected"}});
  made.vulnerabilities[0].flags.push_back({.label = "vulnerable_code_not_present", .product_ids = {"P1"}});
  Matcher matcher;
  matcher.add(made);
  matcher.prepare();
  const auto matches = matcher.match(item("Example", "Pump 300X", "1.0"));
  ASSERT_EQ(matches.size(), 1U);
  EXPECT_EQ(matches[0].status, Status::not_affected);
  EXPECT_THAT(matches[0].because, HasSubstr(", the vendor says that the vulnerable code is not in it"));
}

}  // namespace
}  // namespace tocsin::engine::exposure
