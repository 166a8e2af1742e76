#include <algorithm>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "formats/vers/vendor_text.hpp"

namespace tocsin::formats::vers {
namespace {

std::string_view word(Affected::Answer answer) {
  return answer == Affected::Answer::yes ? "yes" : answer == Affected::Answer::no ? "no" : "maybe";
}

VendorReading read(std::string_view text, std::string_view product = "Orbit Controller") {
  return read_vendor_text(BranchKind::product_version_range, product, text);
}

struct AnswerCase {
  std::string_view text, version, answer;
};

// One row for each rule of comparison.
constexpr AnswerCase kAnswers[] = {
    {"*", "", "yes"},
    {"*", "anything", "yes"},
    {"none", "1.0", "maybe"},
    {"< V4.1.1", "4.1.0", "yes"},
    {"< V4.1.1", "V4.1.10", "no"},
    {"< 4.5", "4.5.0", "no"},
    // A bound that is a release line may mean its builds.
    {"<= 4.00", "4.00.02", "maybe"},
    {"<= 4.00", "4.0.0.0", "yes"},
    {"<= 9.4 FP2", "9.4 FP2 HF4", "maybe"},
    {"<= 9.4 FP2", "9.4 FP3", "no"},
    {"<= 9.4 FP2", "9.4", "yes"},
    {"<= 2.11 including hotfixes", "2.11 HF3", "yes"},
    // Leading zeros do not count, decimals neither, but 7.9 may be 7.90.
    {"<= 07", "7", "yes"},
    {">= 5.1 | <= 5.3", "5.001", "yes"},
    {">= 2.90 | <= 3.17", "3.5", "yes"},
    {"< V7.90", "V7.9", "maybe"},
    {"<= 7.9", "7.90", "maybe"},
    {"< V7.90", "7.09", "yes"},
    {"< A0.10", "A0.9", "yes"},
    // Suffixes.
    {"< V14 SP1 Upd 9", "V14", "yes"},
    {"< V14 SP1 Upd 9", "V14 SP1 Update 8", "yes"},
    {"< V14 SP1 Upd 9", "V14 SP1 Upd 10", "no"},
    {"< V14 SP1 Upd 9", "V14 Update 20", "yes"},
    {"< V14 SP1 Upd 9", "V14 SP2", "no"},
    {"< V17 Update 5", "V17.0 Update 4", "yes"},
    {"< V17 Update 5", "V17.0.6", "maybe"},
    {"< V17 Update 5", "V17 Patch 6", "maybe"},
    {"< 1.5.0 Beta 4", "1.5.0 Beta 3", "yes"},
    {"< 1.5.0 Beta 4", "1.5.0", "no"},
    {"< 1.5.0", "1.5.0 Beta 4", "yes"},
    {"< 2014 R2 SP1", "2014 SP1", "yes"},
    // A version that says less than the bound may be any of its own.
    {">= V17 Update 2", "V17", "maybe"},
    {">=V2.9.2<V2.9.4", "V2.9", "maybe"},
    {">=V2.9.2<V2.9.4", "V2.9.1", "no"},
    {">=V2.9.2<V2.9.4", "V2.9.3", "yes"},
    // Exact ones.
    {"12.6", "12.6.0", "yes"},
    {"12.6", "12.6.1", "maybe"},
    {"12.6", "12.7", "no"},
    {"3.0.1.0", "3.0.1", "yes"},
    {"3.0.1.0", "3.0.1.1", "no"},
    {"11 | 12", "11.00.00", "maybe"},
    {"13.3.0 | 13.3.1 R5", "13.3.1", "maybe"},
    {"2018 R2", "2018R2", "yes"},
    {"2018 R2", "2018 R3", "no"},
    {"B.02 | C.03", "C.04", "no"},
    {"4.0", "D.01", "no"},
    {"FW 01", "V1.0.1", "maybe"},
    // Letters.
    {"<=F", "G", "no"},
    {"<=LF", "AD", "yes"},
    {"<=LF", "Z", "yes"},
    {"< 1.285X", "1.285W", "yes"},
    {"< 1.285X", "1.290A", "no"},
    {"< 1.285X", "1.285", "yes"},
    {">= A1.5.3 | <= B1.2.4", "A1.9", "yes"},
    {">= A1.5.3 | <= B1.2.4", "B1.2.5", "no"},
    {"<= 15.2(5)EA.fc4", "15.2(4)EA5", "yes"},
    {"<= 15.2(5)EA.fc4", "15.2(5)E1", "maybe"},
    {"< 4.5", "ORB04103", "maybe"},
    {"< 4.5", "unknown", "maybe"},
    {"< 4.5", "", "maybe"},
    // Numbers of any length.
    {"< 99999999999999999999999999999999", "99999999999999999999999999999998", "yes"},
    {"< 99999999999999999999999999999999", "100000000000000000000000000000000", "no"},
    // Wildcards.
    {"12.2.*", "12.2.14", "yes"},
    {"12.2.*", "12.20.1", "no"},
    {"12.2.*", "12", "maybe"},
    {"<= 11.x", "11.9.3", "yes"},
    {"< 3.x", "3.1", "maybe"},
    {"< V3.X.17", "V3.2.16", "yes"},
    {"< V3.X.17", "V3.2.17", "no"},
    // What the bar may mean.
    {"<=2.22 | <=1.01", "1.00", "yes"},
    {"<=2.22 | <=1.01", "2.22", "maybe"},
    {"<=2.22 | <=1.01", "2.23", "no"},
    {"< 6.0.1 | < 5.0.1 | < 3.2.4", "5.0.1", "no"},
    {"< 6.0.1 | < 5.0.1 | < 3.2.4", "5.0.0", "yes"},
    {"< 6.0.1 | < 5.0.1 | < 3.2.4", "4.0.0", "maybe"},
    {"< 6.0.1 | < 5.0.1 | < 3.2.4", "3.2.4", "no"},
    {">= 2.0.0 | 2.6.2", "2.5", "yes"},
    {">= 2.0.0 | 2.6.2", "2.7", "maybe"},
    {">= 2.0.0 | 2.6.2", "1.9", "no"},
    {"< 1.99 | 2.20", "2.10", "maybe"},
    {"< 1.99 | 2.20", "2.30", "no"},
    // Other counts of the same release.
    {"< V12.1a (2018 R1)", "V12.1b", "no"},
    {"< V12.1a (2018 R1)", "2017 R3", "yes"},
    {"< V12.1a (2018 R1)", "2018 R2", "no"},
    {"<= 2018 SP3 Version 3.4.430", "3.4.431", "no"},
    {"< 2.15 (Firmware versions prior to 8.26.4)", "8.20", "maybe"},
    {"< V12.1a (2018 R1)", "V12.1a (2018 R1)", "no"},
    {"<1.2 HF10 (Build Nr. 1.2.14002.506)", "1.2 HF10", "no"},
    {"<1.2 HF10 (Build Nr. 1.2.14002.506)", "1.2 HF10 (Build Nr. 1.2.14002.400)", "maybe"},
    {"< V22.2a (80)", "V22.2a (70)", "maybe"},
    {"< V22.2a (80)", "V22.2a (81)", "no"},
    // Dates compare with dates.
    {"< 2021-8-13", "2021-07-30", "yes"},
    {"< 2021-8-13", "2021-09-01", "no"},
    {"< 2021-8-13", "V5.0", "maybe"},
    {"<= 29.03.2007", "30.01.2006", "yes"},
    {"<= 29.03.2007", "30.01.2008", "no"},
    {">= 20190812", "1.2", "maybe"},
    {">= 20190812", "20190811", "no"},
    // So do years with years.
    {"<= 4.1", "2018 R2", "maybe"},
    {">= 2018 R2", "3.4.1", "maybe"},
    {"<= 4.1", "20.1", "no"},
    // Conditions are asked where the version does not rule them out.
    {"<=11.2 on Windows 8.1", "11.2", "maybe"},
    {"<=11.2 on Windows 8.1", "11.3", "no"},
    {"* (with option G28)", "1.0", "maybe"},
    {"9.x (with Battery Module >= v22D19)", "v8.0", "no"},
    // What is no version decides nothing.
    {"ORB04103L", "1.0", "maybe"},
    {"ORB-V4.1.9", "ORB-V4.1.9", "yes"},
    {"ORB-V4.1.9", "ORB-V4.2", "maybe"},
    {"ORB Control V3", "2.0", "maybe"},
    {"1763-L16AWA", "1.0", "maybe"},
    {"< January 31 2014", "1.0", "maybe"},
    {"< January 31 2014", "2014-01-30", "yes"},
    {"< January 31 2014", "31 January 2014", "no"},
    {"< January 31 2014", "01/31/2014", "no"},
    {"< January 31 2014", "January 2014", "maybe"},
    {"< January 31 2014", "released 2013", "maybe"},
    {"< January 31 2014", "released 05.01.2014", "yes"},
    {"< January 31 2014", "2.1.2019", "maybe"},
    {"< January 31 2014", "manufactured 2015-01-01", "maybe"},
    {"<= January 2019", "2019-01-31", "yes"},
    {"<= January 2019", "January 2019", "yes"},
    {"<= January 2019", "2019-02", "no"},
    {"<= January 2019", "01/02/2019", "maybe"},
    {"< january 2019", "2019-01-01", "no"},
    {"prior to Q2 2023", "2023-03-31", "yes"},
    {"between May 2018 and June 2018", "2018-06-30", "yes"},
    {"between May 2018 and June 2018", "2018-04-30", "no"},
    {"between May 2018 and June 2018", "Q2 2018", "maybe"},
    // A date of something is compared with a date of the same.
    {"<=Production_date_July_2020", "produced 2020-07-31", "yes"},
    {"<=Production_date_July_2020", "production date August 1, 2020", "no"},
    {"<=Production_date_July_2020", "2020-08-01", "maybe"},
    {"<=Production_date_July_2020", "V3.0", "maybe"},
    {"distributed < april 1, 2018", "distributed 2018-04-01", "no"},
    {"< august 28", "2018-08-27", "maybe"},
    // Serial numbers, said to be such.
    {"<=the first 5 digits of serial number 24031", "serial number 24031110012345", "yes"},
    {"<=the first 5 digits of serial number 24031", "S/N 24032110012345", "no"},
    {"<=the first 5 digits of serial number 24031", "S/N 2403", "maybe"},
    {"<=the first 5 digits of serial number 24031", "S/N 24X32", "maybe"},
    {"<= first 2 digits of serial number are 04", "SN 05123", "no"},
    {"<=the first 3 digits of serial number 20X", "SN 209123", "yes"},
    {"<=the first 3 digits of serial number 20X", "SN 20Y123", "no"},
    {"<= serial number 500", "serial 499", "yes"},
    {"<= serial number 500", "serial 1499", "maybe"},
    {"<= serial number 500", "4.9", "maybe"},
    // What has another version is asked by its name.
    {"< 6.3 of telerik software", "6.2", "maybe"},
    {"< 6.3 of telerik software", "telerik 6.2", "yes"},
    {"< 6.3 of telerik software", "telerik 6.3", "no"},
    {"< 6.3 of telerik software", "firmware 6.3", "maybe"},
    {"ORC 3.5.12.P30", "3.5.13", "maybe"},
    {"BIOS < V22.01.04", "V22.01.04", "no"},
    {"BIOS < V22.01.04", "BIOS V22.01.03", "yes"},
    {"BIOS < V22.01.04", "Orbit BIOS 22.01.04", "no"},
    {"BIOS < V22.01.04", "FPGA V23", "maybe"},
    {"ORB2 <= 6.9.6", "ORB2 6.9.8", "no"},
    {"ORB2 <= 6.9.6", "ORB3 6.9.8", "maybe"},
    // A part that cannot be read may be the one that decides.
    {"< 9 Linux Image 2019-12-13", "8", "yes"},
    {"< 9 Linux Image 2019-12-13", "9", "maybe"},
    {"< 9 Linux Image 2019-12-13", "10", "no"},
    {"< V8.1 SP1 with OrbitCC V7.3 Upd 13", "V8.1", "maybe"},
    {"< V8.1 SP1 with OrbitCC V7.3 Upd 13", "V8.1 SP1", "maybe"},
    {"< V8.1 SP1 with OrbitCC V7.3 Upd 13", "V8.2", "no"},
    // Models are the product or not.
    {"ORB04103L", "orb04103l", "yes"},
    {"24950 | 24952", "24952", "yes"},
    {"24950 | 24952", "24953", "maybe"},
    {"2404267 version 1.x", "1.4", "maybe"},
    {"2404267 version 1.x", "2.0", "no"},
    {"vers:intdot/<5.0", "4.9", "yes"},
    {"vers:intdot/<5.0", "5.0.1", "no"},
    {"<=the first 5 digits of serial number 24031", "24032", "maybe"},
};

TEST(VendorAffects, AnswersForAnInstalledVersion) {
  for (const auto& row : kAnswers) {
    const auto reading = read(row.text);
    EXPECT_EQ(word(affects(reading, row.version).answer), row.answer)
        << row.text << " and '" << row.version << "', read as " << to_text(reading);
  }
}

TEST(VendorAffects, AsksInOneSentence) {
  for (const auto& row : kAnswers) {
    const auto affected = affects(read(row.text), row.version);
    EXPECT_EQ(affected.question.ends_with('?'), affected.answer == Affected::Answer::ask) << row.text;
    EXPECT_EQ(std::ranges::count(affected.question, '\n'), 0);
  }
  EXPECT_EQ(affects(read("* (with option G28)"), "1.0").question,
            "Does this hold for the installed product: \"with option G28\"?");
  EXPECT_EQ(affects(read("<= serial number 5"), "1.0").question,
            "Is the serial number of the installed product at most 5?");
}

TEST(VendorAffects, ReadsItsOwnTextAgain) {
  for (const auto& row : kAnswers) {
    const auto once = to_text(read(row.text));
    EXPECT_EQ(to_text(read(once)), once) << row.text;
    // And means the same by it.
    EXPECT_EQ(word(affects(read(once), row.version).answer), row.answer) << once << " and " << row.version;
  }
}

TEST(VendorAffects, QuestionsNameWhatDecides) {
  const std::pair<std::string_view, std::string_view> rows[] = {
      {"< January 31 2014", "Which date does the installed version bear, and is it before 2014-01-31?"},
      {"<=Production_date_July_2020", "Is the production date of the installed product on or before 2020-07-31?"},
      {"distributed < april 1, 2018", "Was the installed product distributed before 2018-04-01?"},
      {"Manufactured < May 2018", "Was the installed product manufactured before 2018-05-01?"},
      {"<=the_first_5_digits_of_serial_number_24031",
       "Are the first 5 digits of the installed product's serial number at most 24031?"},
      {"ORB04103L", "Is the installed product of the model \"ORB04103L\"?"},
      {"ORB04103L | ORB Control V3", "Is the installed product of one of the models \"ORB04103L | ORB Control V3\"?"},
      {"< 6.3 of telerik software",
       "Which version of \"telerik\" is installed, and is it one of \"< 6.3 of telerik software\"?"},
      {"1ORB565100R0001 (index B1 with BSP <= UN30 1.76)",
       "Is the installed product \"1ORB565100R0001\", and does this hold for it: \"(index B1 with BSP <= UN30 "
       "1.76)\"?"},
      {"< V10.3.3 only if web parts are used",
       "Does this hold for the installed product: \"only if web parts are used\"?"},
  };
  for (const auto& [text, question] : rows) EXPECT_EQ(affects(read(text), "1.0").question, question) << text;
  EXPECT_EQ(affects(read("BIOS < V22.01.04"), "not known").question,
            "Which version of \"BIOS\" is installed, and is it one of \"BIOS < V22.01.04\"?");
}

}  // namespace
}  // namespace tocsin::formats::vers
