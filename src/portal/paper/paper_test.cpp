#include "portal/paper/paper.hpp"

#include <thread>

#include <gmock/gmock.h>

#include "base/text.hpp"
#include "portal/paper/text_flow.hpp"

/// The layout itself; what an advisory looks like on paper is read back with other tools in tests/cli.
namespace tocsin::portal::paper {
namespace {

struct PrintableCase {
  std::string_view name, text, expected;
};
void PrintTo(const PrintableCase& each, std::ostream* out) { *out << each.text; }

constexpr PrintableCase kPrintable[] = {
    {"Plain", "Pump V4.5 <b>&amp;", "Pump V4.5 <b>&amp;"},
    {"Controls", "a\x01\x1b[31mb\x7f\xC2\x85z", "a[31mbz"},
    {"Tab", "a\tb", "a b"},
    {"LineEnds",
     "a\r\nb\rc\nd\xE2\x80\xA8"
     "e\xE2\x80\xA9"
     "f",
     "a\nb\nc\nd\ne\nf"},
    {"EmptyLines", "\n\na\n\n\n\nb  \n", "a\n\nb"},
    {"IllFormed", "a\xFF\xE2\x82z", "a\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBDz"},
    {"Override",
     "a\xE2\x80\xAE"
     "fdp.exe",
     "afdp.exe"},
    {"RightToLeft", "\xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D", "\xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D"},
    {"Marks", "e\xCC\x81", "e\xCC\x81"},
    {"Empty", "", ""},
    {"Blanks", " \t\r\n ", ""},
};
class Printable : public ::testing::TestWithParam<PrintableCase> {};
TEST_P(Printable, KeepsWhatCanBePrinted) { EXPECT_EQ(printable(GetParam().text), GetParam().expected); }
INSTANTIATE_TEST_SUITE_P(Paper, Printable, ::testing::ValuesIn(kPrintable),
                         [](const auto& each) { return std::string{each.param.name}; });

TEST(PrintableText, AThousandMarksOnOneLetterBecomeFew) {
  std::string text = "Z";
  for (int i = 0; i < 1000; ++i) text += "\xCC\x81";
  EXPECT_EQ(printable(text + "e\xCC\x81").size(), 1 + 8 * 2 + 3);
  std::string parted = "Z";
  for (int i = 0; i < 1000; ++i) parted += "\xCC\x81\x01\xE2\x80\xAE";
  EXPECT_EQ(printable(parted).size(), 1 + 8 * 2);
  std::string invisible;
  for (int i = 0; i < 1000; ++i) invisible += "\xE2\x80\x8B";
  EXPECT_EQ(printable(invisible).size(), 8 * 3);
}

struct Flowed {
  std::size_t lines = 0;
  double height = 0;
};
Flowed flow(const std::string& text, double width) {
  const auto fonts = Fonts::open("en").value();
  TextFlow flow{fonts, text, {}, width};
  Flowed result;
  while (!flow.done()) {
    ++result.lines;
    result.height += flow.height();
    flow.take_line(nullptr, 0, 0);
  }
  return result;
}

TEST(TextFlow, AnEmptyTextHasNoLine) { EXPECT_EQ(flow("", 100).lines, 0U); }

TEST(TextFlow, LinesAreLines) {
  EXPECT_EQ(flow("one", 400).lines, 1U);
  EXPECT_EQ(flow("one\ntwo\n\nthree", 400).lines, 4U);
}

TEST(TextFlow, LongTextsAreLaidOutPieceByPieceAsIfTheyWereOne) {
  const auto fonts = Fonts::open("").value();
  std::string text;
  for (int i = 0; i < 2000; ++i) text += "word" + std::to_string(i) + " ";
  const auto clean = printable(text);
  const auto whole = fonts.layout(clean, {}, 300);
  EXPECT_EQ(flow(clean, 300).lines, static_cast<std::size_t>(pango_layout_get_line_count(whole.get())));
}

TEST(TextFlow, WordsLongerThanALineAreBroken) {
  const std::string word(20'000, 'x');
  const auto fonts = Fonts::open("").value();
  const auto in_a_line = 300 / fonts.width("x", {});
  const auto lines = static_cast<double>(flow(word, 300).lines);
  EXPECT_NEAR(lines, 20'000 / in_a_line, lines / 20);
}

Frame frame() {
  Frame frame;
  frame.id = "X-1";
  frame.title = "Title";
  frame.author = "Publisher";
  frame.date = parse_rfc3339("2024-03-01T08:00:00Z").value();
  frame.marking = Marking{"TLP:GREEN", {0.2, 1, 0}};
  return frame;
}

TEST(Paper, EqualInputGivesEqualBytes) {
  const auto write = [](Paper& paper) {
    paper.heading(1, "Title", "");
    paper.heading(2, "Chapter", "c1");
    paper.item(0, "Text", "https://x.example/a'b\\\xC3\xBC", "link");
    paper.table({{{.text = "A"}, {.text = "B"}}, {{.text = "1", .link = {{}, "c1"}}, {.text = "2"}}});
  };
  const auto first = make_pdf(frame(), 10, write);
  ASSERT_TRUE(first.has_value()) << first.error().to_string();
  EXPECT_EQ(first->pages, 1);
  EXPECT_FALSE(first->lacks_glyphs);
  EXPECT_TRUE(first->bytes.starts_with("%PDF-1."));
  EXPECT_TRUE(text::contains(first->bytes, "/CreationDate (20240301080000Z)"));
  EXPECT_TRUE(make_pdf(frame(), 10, write)->bytes == first->bytes);
}

TEST(Paper, ThreadsDoNotMeet) {
  const auto make = [] {
    const auto pdf = make_pdf(frame(), 50, [](Paper& paper) {
      for (int i = 0; i < 200; ++i) {
        paper.heading(3, "Chapter", "");
        paper.fact("Label", "\xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D and more");
      }
    });
    return pdf ? pdf->bytes : std::string{};
  };
  const auto expected = make();
  ASSERT_FALSE(expected.empty());
  std::vector<std::string> made(4);
  std::vector<std::thread> threads;
  for (auto& each : made) threads.emplace_back([&each, &make] { each = make(); });
  for (auto& each : threads) each.join();
  for (const auto& each : made) EXPECT_TRUE(each == expected);
}

TEST(Paper, ADocumentOfNothingIsOnePage) {
  const auto pdf = make_pdf(frame(), 1, [](Paper&) {});
  ASSERT_TRUE(pdf.has_value()) << pdf.error().to_string();
  EXPECT_EQ(pdf->pages, 1);
}

TEST(Paper, EmptyTextsAndOddLevelsAreNoError) {
  const auto pdf = make_pdf(frame(), 1, [](Paper& paper) {
    paper.heading(0, "zero", "");
    paper.heading(9, "nine", "");
    paper.heading(2, "", "nowhere");
    paper.paragraph("");
    paper.fact("", "");
    paper.item(7, "", "", "");
    paper.table({});
    paper.table({{}});
    paper.table({{{.text = "alone"}}});
    paper.table({{{.text = "A"}, {.text = "B"}}, {{.text = "fewer"}}});
  });
  ASSERT_TRUE(pdf.has_value()) << pdf.error().to_string();
}

TEST(Paper, AChartTakesWhateverNumbersThereAre) {
  const std::vector<std::vector<std::int64_t>> all{
      {}, {0}, {0, 0, 0}, {1}, {7, 0, 7}, std::vector<std::int64_t>(1'000, 999'999'999'999), {0, 123'456}};
  for (const auto& values : all) {
    const auto pdf = make_pdf({}, 5, [&](Paper& paper) {
      for (int i = 0; i < 6; ++i) paper.chart(values, "2026-01-01", "2026-12-31");
    });
    ASSERT_TRUE(pdf) << pdf.error().message;
    // Six of them do not fit on one page, and none is torn.
    EXPECT_EQ(pdf->pages, values.empty() ? 1 : 2);
  }
}

TEST(Paper, MorePagesThanAllowedAreRefusedBeforeAnyIsDrawn) {
  int calls = 0;
  const auto pdf = make_pdf(frame(), 3, [&](Paper& paper) {
    ++calls;
    for (int i = 0; i < 1000; ++i) paper.paragraph("line");
  });
  ASSERT_FALSE(pdf.has_value());
  EXPECT_EQ(pdf.error().code, Error::Code::too_large);
  EXPECT_THAT(pdf.error().message, ::testing::HasSubstr("more than 3 pages"));
  EXPECT_EQ(calls, 1);
}

TEST(Paper, WhatGoesOverManyPagesIsWrittenWhole) {
  const std::string word(30'000, 'w');
  const auto pdf = make_pdf(frame(), 400, [&](Paper& paper) {
    paper.heading(2, std::string(20'000, 'h'), "long");
    paper.fact(word, word);
    paper.item(2, word, "https://x.example/" + word.substr(0, 1500), word);
    paper.table({{{.text = "A"}, {.text = "B"}}, {{.text = word, .link = {{}, "long"}}, {.text = word}}});
  });
  ASSERT_TRUE(pdf.has_value()) << pdf.error().to_string() << pdf.error().detail;
  EXPECT_GT(pdf->pages, 30);
}

}  // namespace
}  // namespace tocsin::portal::paper
