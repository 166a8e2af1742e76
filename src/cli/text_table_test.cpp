#include "cli/text_table.hpp"

#include <gtest/gtest.h>

namespace tocsin::cli {
namespace {

TEST(DisplayWidth, CountsColumns) {
  EXPECT_EQ(display_width("abc"), 3U);
  EXPECT_EQ(display_width("Geutebr\xC3\xBC"
                          "ck"),
            10U);
  EXPECT_EQ(display_width("e\xCC\x81"), 1U) << "combining accent";
  EXPECT_EQ(display_width("\xE4\xB8\x89\xE8\x8F\xB1"), 4U) << "two wide characters";
  EXPECT_EQ(display_width("a\xFF"), 2U) << "ill-formed";
}

TEST(Fit, CutsAtColumns) {
  EXPECT_EQ(fit("abcdef", 6), "abcdef");
  EXPECT_EQ(fit("abcdef", 5), "abcd\u2026");
  EXPECT_EQ(fit("abc def", 5), "abc\u2026");
  EXPECT_EQ(fit("\xE4\xB8\x89\xE8\x8F\xB1\xE9\x9B\xBB", 4), "\xE4\xB8\x89\u2026");
  EXPECT_EQ(fit("abc", 0), "");
}

TEST(SafeText, ReplacesWhatATerminalObeys) {
  EXPECT_EQ(safe_text("a\x1b]0;evil\x07"
                      "b"),
            "a\uFFFD]0;evil\uFFFDb");
  EXPECT_EQ(safe_text("a\tb\r\nc\rd"), "a b\nc\nd");
  EXPECT_EQ(safe_text("\xC2\x9B"
                      "2J"),
            "\uFFFD2J");
  EXPECT_EQ(safe_text("user\u202Egpj.exe"), "user\uFFFDgpj.exe");
  EXPECT_EQ(safe_text("\xFF"), "\uFFFD");
  EXPECT_EQ(safe_text("Gr\xC3\xBC\xC3\x9F"
                      "e"),
            "Gr\xC3\xBC\xC3\x9F"
            "e");
}

TEST(Wrap, BreaksBetweenWordsAndKeepsParagraphs) {
  EXPECT_EQ(wrap("one two three four five six", 22, 2), "  one two three four\n  five six\n");
  EXPECT_EQ(wrap("a\n\nb", 40), "a\n\nb\n");
  const std::string long_word(60, 'x');
  EXPECT_EQ(wrap("a " + long_word, 30), "a\n" + long_word + "\n");
}

TEST(TextTable, AlignsAndShrinksWhatMayShrink) {
  TextTable table{{{.title = "id"}, {.title = "score", .right = true}, {.title = "title", .shrinks = true}}};
  table.add({{"EX-1"}, {"9.8"}, {"A rather long title of an advisory"}});
  table.add({{"EX-22"}, {"10.0"}, {"Short"}});
  EXPECT_EQ(table.text(0, false),
            "id     score  title\n"
            "EX-1     9.8  A rather long title of an advisory\n"
            "EX-22   10.0  Short\n");
  EXPECT_EQ(table.text(30, false),
            "id     score  title\n"
            "EX-1     9.8  A rather long t\u2026\n"
            "EX-22   10.0  Short\n");
}

TEST(TextTable, StylesWithoutShiftingColumns) {
  TextTable table{{{.title = "a"}, {.title = "b"}}};
  table.add({{"x", "\x1b[31m"}, {"y"}});
  EXPECT_EQ(table.text(0, true), "\x1b[1ma\x1b[0m  \x1b[1mb\x1b[0m\n\x1b[31mx\x1b[0m  y\n");
}

TEST(TextTable, HasNoBlanksAtLineEnds) {
  TextTable table{{{.title = "a"}, {.title = "b"}}};
  table.add({{"x"}, {""}});
  EXPECT_EQ(table.text(0, false), "a  b\nx\n");
}

}  // namespace
}  // namespace tocsin::cli
