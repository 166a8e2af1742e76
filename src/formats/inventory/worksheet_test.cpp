#include "formats/inventory/worksheet.hpp"

#include <algorithm>
#include <span>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "formats/inventory/number_format.hpp"
#include "formats/inventory/testing/workbook.hpp"
#include "formats/inventory/zip.hpp"

namespace tocsin::formats::inventory {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::pack;
using testing::Workbook;

std::string text_cell(const std::string& place, const std::string& text) {
  return "<c r=\"" + place + "\" t=\"inlineStr\"><is><t>" + text + "</t></is></c>";
}
std::string head(const std::string& a, const std::string& b) {
  return "<row r=\"1\">" + text_cell("A1", a) + text_cell("B1", b) + "</row>";
}

TEST(NumberFormat, ShowsWhatTheCellShows) {
  struct Case {
    double number;
    const char* format;
    const char* shown;
  };
  const Case cases[] = {
      {4.5, "General", "4.5"},
      {2.1, "0.00", "2.10"},
      {2.1000000000000001, "General", "2.1"},
      {0.1 + 0.2, "General", "0.3"},
      {123, "000000", "000123"},
      {-3, "0", "-3"},
      {-3, "0;(0)", "(3)"},
      {3, "0;(0)", "3"},
      {2.1, "\"V\"0.00", "V2.10"},
      {2.1, "V0.00", "V2.10"},
      {123456, "000\\-000", "123-456"},
      {7151552, "0-000-000", "7-151-552"},
      {1234567, "#,##0", "1234567"},
      {1234.5, "#,##0.00", "1234.50"},
      {0.5, "0%", "50%"},
      {0.25, "0.##", "0.25"},
      {1, "0.##", "1"},
      {3, "[Red]0.0", "3.0"},
      {6150000000000., "0", "6150000000000"},
      {6150000000000., "General", "6150000000000"},
      {1e20, "General", "100000000000000000000"},
      {0.5, "# ?/?", "0.5"},
      {12345, "0.00E+00", "12345"},
      {1500, "0,", "1500"},
      {45717, "yyyy-mm-dd", "2025-03-01"},
      {45717, "dd.mm.yyyy", "2025-03-01"},
      {45717, "[$-409]mmm yy", "2025-03-01"},
      {45717.604166666664, "d/m/yy h:mm", "2025-03-01T14:30:00"},
      {45717.604166666664, "m/d/yyyy h:mm AM/PM", "2025-03-01T14:30:00"},
      {0.604166666666667, "h:mm:ss", "14:30:00"},
      {1.5, "[h]:mm", "36:00:00"},
      {1, "yyyy-mm-dd", "1900-01-01"},
      {61, "yyyy-mm-dd", "1900-03-01"},
      {-1, "yyyy-mm-dd", "-1"},
      {1e10, "yyyy-mm-dd", "10000000000"},
      {5, "@", "5"},
      {5, "", "5"},
      {5, "\"open", "5"},
  };
  for (const auto& each : cases) EXPECT_EQ(shown(each.number, each.format), each.shown) << each.format;
  EXPECT_EQ(shown(44255, "yyyy-mm-dd", true), "2025-03-01") << "the calendar of old Macintosh files";
  EXPECT_EQ(built_in_format(14), "yyyy-mm-dd");
  EXPECT_EQ(built_in_format(49), "General") << "text is as it stands";
}

TEST(Worksheet, ReadsWhatSpreadsheetsWrite) {
  const auto table = read_worksheet(pack({
      .sheets =
          {{"Empty", ""},
           {"Plant &amp; more",
            "<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c></row>"
            "<row r=\"3\"><c r=\"A3\" t=\"s\"><v>1</v></c><c r=\"B3\" t=\"s\"><v>2</v></c><c r=\"D3\" "
            "t=\"inlineStr\"><is>"
            "<r><t>Fi</t></r><r><t>rmware</t></r><rPh><t>x</t></rPh></is></c></row>"
            "<row r=\"4\" hidden=\"1\"><c r=\"A4\" t=\"s\"><v>3</v></c><c r=\"B4\" s=\"1\"><v>2.1</v></c><c r=\"C4\" "
            "t=\"b\"><v>1</v></c>"
            "<c r=\"D4\" t=\"str\"><f>A1&amp;\"x\"</f><v>V2.8</v></c></row>"
            "<row><c t=\"e\"><v>#REF!</v></c><c><v>4.5</v></c><c s=\"2\"><v>45717</v></c><c "
            "t=\"d\"><v>2025-03-01</v></c></row>"
            "<row r=\"9\"><c r=\"F9\" t=\"inlineStr\"><is><t>a remark</t></is></c><c r=\"A9\"><v>1</v></c></row>"}},
      .texts = "<si><t>Inventory of plant 3</t></si><si><t xml:space=\"preserve\"> Product "
               "</t></si><si><t>Order_x0020_number</t></si>"
               "<si><t>A&#10;B_x000D_\xC3\xA4 &lt;</t></si>",
      .styles = "<numFmts><numFmt numFmtId=\"164\" formatCode=\"0.00\"/></numFmts><cellXfs><xf numFmtId=\"0\"/>"
                "<xf numFmtId=\"164\"/><xf numFmtId=\"14\"/></cellXfs>",
      .properties = "",
      .hidden = "",
  }));
  ASSERT_TRUE(table) << table.error().to_string();
  EXPECT_THAT(table->headers, ElementsAre("Product", "Order number", "", "Firmware", "", ""));
  ASSERT_EQ(table->rows.size(), 3U);
  EXPECT_THAT(table->rows[0], ElementsAre("A B ä <", "2.10", "TRUE", "V2.8", "", ""));
  EXPECT_THAT(table->rows[1], ElementsAre("", "4.5", "2025-03-01", "2025-03-01", "", ""));
  EXPECT_THAT(table->rows[2], ElementsAre("1", "", "", "", "", "a remark")) << "what stands outside is kept";
  EXPECT_THAT(table->lines, ElementsAre(4U, 5U, 9U));
}

TEST(Worksheet, TakesTheOneThatIsNamedElseAVisibleOne) {
  const Workbook book{.sheets = {{"Lists", head("a", "b")}, {"Plant", head("product", "c")}},
                      .texts = "",
                      .styles = "",
                      .properties = "<workbookPr date1904=\"1\"/>",
                      .hidden = "Lists"};
  EXPECT_THAT(read_worksheet(pack(book))->headers, ElementsAre("product", "c"));
  EXPECT_THAT(read_worksheet(pack(book), "lists")->headers, ElementsAre("a", "b"));
  const auto none = read_worksheet(pack(book), "Other");
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().message, HasSubstr("Lists, Plant"));
}

TEST(Worksheet, SaysWhatIsWrong) {
  const auto with = [](std::string rows) {
    return pack({.sheets = {{"S", std::move(rows)}}, .texts = "", .styles = "", .properties = "", .hidden = ""});
  };
  const auto good = with(head("a", "b"));
  std::string wide_row = "<row r=\"1\"><c r=\"XFD1\"><v>1</v></c></row>";
  std::string deep = "<row r=\"1\"><c r=\"A1\"><v>1</v>";
  for (int i = 0; i < 100; ++i) deep += "<x>";
  const std::string cut = good.substr(0, good.size() / 2);
  const std::pair<std::string, const char*> cases[] = {
      {"", "no workbook"},
      {"PK\3\4", "damaged"},
      {cut, "damaged"},
      {"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "password"},
      {write_zip({{"readme.txt", "x"}}), "no workbook"},
      {write_zip({{"mimetype", "application/vnd.oasis.opendocument.spreadsheet"}}), "OpenDocument"},
      {with(""), "Nothing stands in the workbook's worksheets (S)"},
      {with("<row r=\"1\"><c r=\"A1\" t=\"s\"><v>7</v></c></row>"), "a text that the workbook has not"},
      {with(wide_row), "more than 512 columns"},
      {with(deep), "nested more than 64 deep"},
      {with("<row r=\"1\"><c r=\"A1\"><v>&bomb;</v></c></row>"), "others are not expanded"},
      {with("<!DOCTYPE x [<!ENTITY a 'b'>]>"), "entities could hide"},
      {with("<row r=\"1\"><c r=\"A1\"><v>\xFF</v></c></row>"), "no well-formed UTF-8"},
      {with("<row r=\"1\"><c r=\"A1\"><v>1</c></row>"), "ends, but did not begin"},
      {with("<row r=\"1\"><c r=\"A1\" r=\"B1\"/></row>"), "twice"},
      {with("<row r=\"1\"><c r=\"A1\"><is><t>" + std::string(kCellBytesMax + 1, 'x') + "</t></is></c></row>"),
       "more than 65536 bytes"},
      {write_zip({{"_rels/.rels", "<a/>"}, {"_rels/.rels", "<a/>"}}), "twice"},
      {write_zip({{"_rels/.rels", "<a>" + std::string(std::size_t{17} << 20, ' ') + "</a>"}}), "larger than"},
  };
  ASSERT_TRUE(read_worksheet(good));
  for (const auto& [bytes, wanted] : cases) {
    const auto table = read_worksheet(bytes);
    ASSERT_FALSE(table) << wanted;
    EXPECT_THAT(table.error().to_string(), HasSubstr(wanted));
  }
  EXPECT_EQ(read_worksheet(with("\n<row r=\"1\"><c></row>")).error().where, "xl/worksheets/sheet1.xml:2:20");
}

TEST(Worksheet, FewBytesDoNotBecomeManyCells) {
  // A short row counts as wide as the widest.
  std::string rows = "<row><c r=\"A1\"><v>1</v></c><c r=\"SR1\"><v>1</v></c></row>";
  for (int i = 0; i < 100'000; ++i) rows += "<row><c><v>1</v></c></row>";
  const auto table =
      read_worksheet(pack({.sheets = {{"S", rows}}, .texts = "", .styles = "", .properties = "", .hidden = ""}));
  ASSERT_FALSE(table);
  EXPECT_THAT(table.error().message, HasSubstr("more than 40000000 cells"));
}

TEST(Worksheet, WhatIsWrittenIsReadBack) {
  Table table;
  table.headers = {"Product", "Order number", "Note"};
  table.rows = {{"S7-1500 <&> \"CPU\"", "007", "=1+1"},
                {"Größe 漏洞 \U0001F6A8", "2.10", "_x0041_ _x"},
                {"", "x", std::string("a\0b\x01", 4)}};
  const auto bytes = write_worksheet(table, "Plant [1]: 'a' & b");
  ASSERT_TRUE(bytes);
  EXPECT_EQ(*bytes, *write_worksheet(table, "Plant [1]: 'a' & b")) << "the same table gives the same bytes";
  const auto read = read_worksheet(*bytes, "Plant  1    a  & b");
  ASSERT_TRUE(read) << read.error().to_string();
  EXPECT_EQ(read->headers, table.headers);
  table.rows[2][2] = "ab";
  EXPECT_EQ(read->rows, table.rows);
  EXPECT_THAT(read->lines, ElementsAre(2U, 3U, 4U));
  Table huge;
  huge.headers.resize(20'000, "x");
  EXPECT_FALSE(write_worksheet(huge));
  EXPECT_TRUE(write_worksheet({})) << "an empty table is one, too";
}

TEST(Worksheet, SeveralStandInOneWorkbook) {
  Table one, other;
  one.headers = {"A", "B"};
  one.rows = {{"1", "2"}};
  other.headers = {"C"};
  other.rows = {{"3"}, {"4"}};
  const auto bytes = write_workbook({{"First", &one}, {"Second: more", &other}});
  ASSERT_TRUE(bytes) << bytes.error().to_string();
  EXPECT_EQ(read_worksheet(*bytes, "First")->rows, one.rows);
  EXPECT_EQ(read_worksheet(*bytes, "Second  more")->rows, other.rows);
  EXPECT_FALSE(write_workbook({}));
  // Spreadsheets do not open a workbook in which two have one name, in whatever case.
  EXPECT_FALSE(write_workbook({{"Sites", &one}, {"sites", &other}}));
}

TEST(Worksheet, PieceByPieceItIsTheSameTable) {
  Table table;
  table.headers = {"Product", "Order number"};
  for (int i = 0; i < 5'000; ++i) table.rows.push_back({i % 3 == 0 ? "" : "S7 <&>", fmt::format("{:06}", i)});
  for (const std::size_t rows_at_once : {1U, 700U, 5'000U}) {
    WorksheetStream stream{table.headers, "Exposure"};
    std::string bytes;
    std::size_t largest = 0;
    for (std::size_t at = 0; at < table.rows.size(); at += rows_at_once) {
      const auto piece = stream.add(std::span{table.rows}.subspan(at, std::min(rows_at_once, table.rows.size() - at)));
      ASSERT_TRUE(piece) << piece.error().to_string();
      largest = std::max(largest, piece->size());
      bytes += *piece;
    }
    const auto last = stream.finish();
    ASSERT_TRUE(last) << last.error().to_string();
    bytes += *last;
    const auto read = read_worksheet(bytes, "Exposure");
    ASSERT_TRUE(read) << read.error().to_string();
    EXPECT_EQ(read->headers, table.headers);
    EXPECT_EQ(read->rows, table.rows);
    EXPECT_TRUE(rows_at_once == 5'000U || largest < bytes.size() / 2) << "it comes before all is there";
    for (const auto* part : {"[Content_Types].xml", "_rels/.rels", "xl/_rels/workbook.xml.rels", "xl/styles.xml"}) {
      EXPECT_EQ(**read_part(bytes, part), **read_part(*write_worksheet(table, "Exposure"), part)) << part;
    }
    EXPECT_EQ(**read_part(bytes, "xl/workbook.xml"),
              **read_part(*write_worksheet(table, "Exposure"), "xl/workbook.xml"))
        << "the filter reaches to the last row";
  }
  EXPECT_FALSE(WorksheetStream{std::vector<std::string>(20'000, "x")}.add(table.rows));
  WorksheetStream nothing{{"Product"}};
  EXPECT_EQ(*read_part(*nothing.finish(), "xl/styles.xml"), *read_part(*write_worksheet(table), "xl/styles.xml"));
}

TEST(Zip, PartsAndGzipHaveLimits) {
  const auto zip = write_zip({{"a.txt", std::string(1000, 'a')}, {"b.txt", "b"}});
  EXPECT_EQ(**read_part(zip, "B.TXT"), "b");
  EXPECT_EQ(*read_part(zip, "c.txt"), std::nullopt);
  EXPECT_EQ(read_part(zip, "a.txt", 999).error().code, Error::Code::too_large);
  EXPECT_EQ((*read_part(zip, "a.txt", 1000))->size(), 1000U);
  EXPECT_FALSE(unpack_gzip("\x1F\x8B\x08 nothing"));
}

}  // namespace
}  // namespace tocsin::formats::inventory
