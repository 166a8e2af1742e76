#include "engine/exposure/name_bounds.hpp"

#include <gtest/gtest.h>

namespace tocsin::engine::exposure {
namespace {

TEST(NameBounds, AreTakenOutOfNames) {
  struct Case {
    const char *name, *rest;
    const char *versions = "", *hardware = "", *serial = "", *option = "";
    char series = 0;
  };
  const Case cases[] = {
      {"SIMATIC WinCC V7.2 and earlier", "SIMATIC WinCC", "<7.3"},
      {"SIMATIC S7-400 H V6 CPU family and below (incl. SIPLUS variants)",
       "SIMATIC S7-400 H CPU family (incl. SIPLUS variants)", "<7"},
      {"SINAMICS S120 prior to V4.7 w. PN (incl. SIPLUS variants)", "SINAMICS S120 w. PN (incl. SIPLUS variants)",
       "<4.7"},
      {"SIMATIC S7-1200 CPU family < V4.x (incl. SIPLUS variants)",
       "SIMATIC S7-1200 CPU family (incl. SIPLUS variants)", "<4"},
      {"SIMATIC S7-400 CPU hardware version 4.0 and below (incl. SIPLUS", "SIMATIC S7-400 CPU (incl. SIPLUS", "",
       "<4.1"},
      {"SIMATIC S7-400 CPU hardware version 5.0 (incl. SIPLUS variants)", "SIMATIC S7-400 CPU (incl. SIPLUS variants)",
       "", ">=5.0|<5.1"},
      {"FX5U(C)-**M*/** Serial number 179**** and prior", "FX5U(C)-**M*/**", "", "", "<=179"},
      {"FX5UC-32M*/** with serial number 17X**** or later", "FX5UC-32M*/**", "", "", ">=17X"},
      {"MELSEC L Series L26CPU-(P)BT The first 5 digits of serial No.", "MELSEC L Series L26CPU-(P)BT"},
      {"1756 ControlLogix Modules 1756-EN2T Series D", "1756 ControlLogix Modules 1756-EN2T", "", "", "", "", 'D'},
      {"SINAMICS GM150 (with option X30)", "SINAMICS GM150", "", "", "", "X30"},
      {"SIMATIC HMI Comfort Panels 4\" - 22\" (incl. SIPLUS variants)",
       "SIMATIC HMI Comfort Panels (incl. SIPLUS variants)"},
      // What is part of the name, and what would be nothing without it.
      {"SIMATIC WinCC V7.3", "SIMATIC WinCC V7.3"},
      {"TIM 4R-IE and earlier", "TIM 4R-IE and earlier"},
      {"Hardware Version 8x", "Hardware Version 8x"},
      {"Siveillance VMS 2016 R1 and prior", "Siveillance VMS 2016 R1 and prior"},
      {"MELSEC iQ-R Series R00/01/02CPU", "MELSEC iQ-R Series R00/01/02CPU"},
      {"", ""},
  };
  const auto text = [](const std::optional<formats::vers::VendorReading>& reading) {
    return reading ? formats::vers::to_text(*reading) : std::string{};
  };
  const auto serial = [](const std::optional<formats::vers::VendorReading>& reading) {
    if (!reading) return std::string{};
    return (reading->serial->below ? "<=" : ">=") + reading->serial->value;
  };
  for (const auto& each : cases) {
    std::string name = each.name;
    const auto bounds = take_bounds(name);
    EXPECT_EQ(name, each.rest);
    EXPECT_EQ(text(bounds.versions), each.versions) << each.name;
    EXPECT_EQ(text(bounds.hardware), each.hardware) << each.name;
    EXPECT_EQ(serial(bounds.serial), each.serial) << each.name;
    EXPECT_EQ(bounds.option, each.option) << each.name;
    EXPECT_EQ(bounds.series, each.series) << each.name;
  }
}

TEST(NameBounds, SeriesAreToldInSeveralWays) {
  const struct {
    const char* text;
    bool alone;
    char wanted;
  } cases[] = {{"Series D", false, 'D'},
               {"1756-EN2T ser. b", false, 'B'},
               {"1756-EN2T/D", false, 'D'},
               {"D", true, 'D'},
               {"D", false, 0},
               {"EtherNet/IP", false, 0},
               {"PN/DP", false, 0},
               {"series of tests", false, 0},
               {"", true, 0}};
  for (const auto& each : cases) EXPECT_EQ(series_in(each.text, each.alone), each.wanted) << each.text;
}

}  // namespace
}  // namespace tocsin::engine::exposure
