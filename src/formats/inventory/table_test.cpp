#include "formats/inventory/table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tocsin::formats::inventory {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Csv, ReadsWhatSpreadsheetsWrite) {
  const auto table =
      read_csv("\xEF\xBB\xBFVendor;Product;Version\r\nSiemens;\"S7-1500; \"\"CPU\"\"\";2.8.1\r\n;;\r\n\"A\nB\";C\r\n");
  ASSERT_TRUE(table) << table.error().message;
  EXPECT_THAT(table->headers, ElementsAre("Vendor", "Product", "Version"));
  ASSERT_EQ(table->rows.size(), 2U);
  EXPECT_THAT(table->rows[0], ElementsAre("Siemens", "S7-1500; \"CPU\"", "2.8.1"));
  EXPECT_THAT(table->rows[1], ElementsAre("A B", "C", ""));
  EXPECT_THAT(table->lines, ElementsAre(2U, 4U)) << "a line break in quotes counts";
}

TEST(Csv, FindsTheSeparator) {
  for (const char separator : {',', ';', '\t', '|'}) {
    std::string text = "vendor,product,note\nABB,AC500,\"a,b;c|d\"\n";
    for (auto& c : text) {
      if (c == ',') c = separator;
    }
    const auto table = read_csv(text);
    ASSERT_TRUE(table) << separator;
    EXPECT_EQ(table->headers.size(), 3U) << separator;
  }
  const auto told = read_csv("sep=|\na,b|c\n1,2|3\n");
  ASSERT_TRUE(told);
  EXPECT_THAT(told->headers, ElementsAre("a,b", "c"));
}

TEST(Csv, ReadsOtherEncodings) {
  const auto latin = read_csv(
      "Hersteller;Ger\xE4t\nGeutebr\xFC"
      "ck;\x80 1\n");
  ASSERT_TRUE(latin);
  EXPECT_THAT(latin->headers, ElementsAre("Hersteller", "Gerät"));
  EXPECT_THAT(latin->rows[0], ElementsAre("Geutebrück", "€ 1"));
  const std::string little{
      "\xFF\xFE"
      "a\0,\0b\0\n\0\xE9\0,\0002\0",
      16};
  const auto wide = read_csv(little);
  ASSERT_TRUE(wide);
  EXPECT_THAT(wide->rows[0], ElementsAre("é", "2"));
}

TEST(Csv, TitlesAboveTheTableAreNoTable) {
  const auto table = read_csv("Inventory of plant 3\n\nvendor,product\nABB,AC500\n");
  ASSERT_TRUE(table);
  EXPECT_THAT(table->headers, ElementsAre("vendor", "product"));
  EXPECT_THAT(table->lines, ElementsAre(4U));
}

TEST(Csv, SaysWhichLineIsWrong) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "The table is empty"},
      {"\n\n", "The table is empty"},
      {"a,b\n1,2\n1,2,3\n", "Line 3: 3 cells, but the line of names has 2"},
      {"a,b\n1,\"2\n3,4\n", "Line 2: a quote is opened and never closed"},
  };
  for (const auto& [text, wanted] : cases) {
    const auto table = read_csv(text);
    ASSERT_FALSE(table) << text;
    EXPECT_THAT(table.error().message, HasSubstr(wanted));
  }
}

}  // namespace
}  // namespace tocsin::formats::inventory
