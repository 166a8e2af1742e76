#include "formats/vers/vendor_kinds.hpp"

#include <gtest/gtest.h>

namespace tocsin::formats::vers {
namespace {

struct DaysCase {
  std::string_view text, first, last;
  bool ambiguous = false;
};

constexpr DaysCase kDays[] = {
    {"2023-04-27", "20230427", "20230427"},       {"2023/4/7", "20230407", "20230407"},
    {"20230427", "20230427", "20230427"},         {"27.04.2023", "20230427", "20230427"},
    {"02.01.2023", "20230102", "20230102"},       {"27.4.2023", "20230427", "20230427"},
    {"04/27/2023", "20230427", "20230427"},       {"27/04/2023", "20230427", "20230427"},
    {"05/05/2023", "20230505", "20230505"},       {"04/05/2023", "20230405", "20230504", true},
    {"April 27, 2023", "20230427", "20230427"},   {"April/27/2023", "20230427", "20230427"},
    {"27-April-2023", "20230427", "20230427"},    {"27th Apr. 2023.", "20230427", "20230427"},
    {"February 29 2024", "20240229", "20240229"}, {"Sept 2023", "20230901", "20230930"},
    {"february 2023", "20230201", "20230228"},    {"2016-August", "20160801", "20160831"},
    {"2023-04", "20230401", "20230430"},          {"Q2 2023", "20230401", "20230630"},
    {"2023 Q4", "20231001", "20231231"},
};

TEST(VendorDays, AreReadWhole) {
  for (const auto& row : kDays) {
    const auto days = read_days(row.text);
    ASSERT_TRUE(days) << row.text;
    EXPECT_EQ(days->first, row.first) << row.text;
    EXPECT_EQ(days->last, row.last) << row.text;
    EXPECT_EQ(days->ambiguous, row.ambiguous) << row.text;
  }
}

TEST(VendorDays, OthersAreNone) {
  for (const std::string_view text : {"",
                                      "2023",
                                      "April",
                                      "April 27",
                                      "27 2023",
                                      "February 29 2023",
                                      "31.04.2023",
                                      "13/13/2023",
                                      "2.1.2023.4",
                                      "2.1.2023",
                                      "2023.1.2",
                                      "2023 1 2",
                                      "2023 4",
                                      "2023-4",
                                      "2023-13",
                                      "20231301",
                                      "Q5 2023",
                                      "Q2",
                                      "May 0 2018",
                                      "May 32 2018",
                                      "May 18",
                                      "1.2.3",
                                      "April 27th2 2023",
                                      "April (27) 2023",
                                      "99999999999999999999 May 2018",
                                      "on May 2018",
                                      "04-27.2023"}) {
    EXPECT_FALSE(read_days(text)) << text;
  }
}

TEST(VendorDays, OfInstallationsHaveWordsInFront) {
  const auto days = days_of_installed("production date: July 2020");
  ASSERT_TRUE(days);
  EXPECT_EQ(days->first.last, "20200731");
  EXPECT_EQ(days->second, "production date");
  EXPECT_FALSE(days_of_installed("V3.2 of July 2020"));
  EXPECT_FALSE(days_of_installed("July 2020 or so"));
}

TEST(VendorSerials, OfInstallationsSayThatTheyAreSuch) {
  for (const std::string_view text :
       {"serial number 24031a", "Serial no. 24031A", "S/N: 24031A", "SN 24031A", "serial #24031A"}) {
    EXPECT_EQ(serial_of_installed(text), "24031A") << text;
  }
  for (const std::string_view text :
       {"24031", "V2.4", "serial", "serial number", "serial number unknown", "SN 24 031", ""}) {
    EXPECT_FALSE(serial_of_installed(text)) << text;
  }
}

TEST(VendorModels, OrderNumbersAtTheFront) {
  EXPECT_EQ(end_of_order_number("1SAP565100R0001 (index)"), 15U);
  EXPECT_EQ(end_of_order_number("6ED1052-xyy08-0BA0 FS:01"), 18U);
  EXPECT_EQ(end_of_order_number("2404267 version 1.x"), 7U);
  for (const std::string_view text : {"", "12.2", "2018 R2", "V14 SP1", "24031", "1A2", "ORB4103"}) {
    EXPECT_EQ(end_of_order_number(text), 0U) << text;
  }
}

}  // namespace
}  // namespace tocsin::formats::vers
