#include "base/text.hpp"

#include <limits>
#include <ostream>
#include <random>

#include <gtest/gtest.h>

namespace tocsin::text {
namespace {

constexpr auto kNone = std::string_view::npos;

struct Utf8Case {
  std::string_view name, bytes;
  std::size_t invalid_at;
};
void PrintTo(const Utf8Case& each, std::ostream* out) { *out << each.name; }
constexpr Utf8Case kUtf8Cases[] = {
    {"Empty", "", kNone},
    {"Ascii", "plain text, more than eight bytes", kNone},
    {"TwoThreeFourBytes", "\xc2\x80 \xe0\xa0\x80 \xf0\x90\x80\x80", kNone},
    {"LastScalar", "\xf4\x8f\xbf\xbf", kNone},
    {"AroundTheSurrogates", "\xed\x9f\xbf\xee\x80\x80", kNone},
    {"BadAfterEightAscii", "12345678\xff", 8},
    {"LoneContinuation", "a\x80", 1},
    {"OverlongTwo", "\xc1\xbf", 0},
    {"OverlongThree", "\xe0\x9f\xbf", 0},
    {"OverlongFour", "\xf0\x8f\xbf\xbf", 0},
    {"Surrogate", "\xed\xa0\x80", 0},
    {"BeyondUnicode", "\xf4\x90\x80\x80", 0},
    {"NoSuchLead", "\xf5\x80\x80\x80", 0},
    {"CutShort", "ab\xe2\x80", 2},
    {"ThirdByteBad", "\xe2\x80\x41", 0},
};
class Utf8 : public testing::TestWithParam<Utf8Case> {};
TEST_P(Utf8, FindsTheFirstBadByte) { EXPECT_EQ(invalid_utf8_at(GetParam().bytes), GetParam().invalid_at); }
INSTANTIATE_TEST_SUITE_P(Table37, Utf8, testing::ValuesIn(kUtf8Cases),
                         [](const auto& each) { return std::string{each.param.name}; });

TEST(Utf8, EveryScalarValueIsWrittenAndRead) {
  for (char32_t c = 0; c <= 0x10FFFF; ++c) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    std::string text;
    append_utf8(text, c);
    ASSERT_EQ(utf8_length_at(text, 0), text.size()) << static_cast<unsigned>(c);
  }
  EXPECT_EQ(utf8_length_at("", 0), 0U);
}

TEST(Blanks, TrimAndSqueezeKnowNoBreakSpace) {
  EXPECT_EQ(trim(" \t\r\n\v\f"), "");
  EXPECT_EQ(trim("\xc2\xa0 a b \xc2\xa0"), "a b");
  EXPECT_EQ(trim("\xc3\xa0"), "\xc3\xa0");  // Ends in the same byte as U+00A0, but is a letter.
  EXPECT_EQ(squeeze("  a \xc2\xa0\n b\tc "), "a b c");
  EXPECT_EQ(squeeze(" \n "), "");
}

TEST(Split, KeepsEmptyParts) {
  EXPECT_EQ(split("a,,b,", ','), (std::vector<std::string_view>{"a", "", "b", ""}));
  EXPECT_EQ(split("", ','), (std::vector<std::string_view>{""}));
}

TEST(AsciiCase, LeavesOtherBytesAlone) {
  EXPECT_EQ(lower_ascii("CSAF \xc3\x84[@"), "csaf \xc3\x84[@");
  EXPECT_TRUE(equals_ignore_case_ascii("Content-Type", "content-TYPE"));
  EXPECT_FALSE(equals_ignore_case_ascii("a", "ab"));
  EXPECT_FALSE(equals_ignore_case_ascii("[", "{"));
  EXPECT_TRUE(contains("advisory", "iso"));
  EXPECT_FALSE(contains("advisory", "ISO"));
  EXPECT_TRUE(contains_ignore_case_ascii("adVIsory", "viS"));
  EXPECT_TRUE(contains_ignore_case_ascii("", ""));
  EXPECT_FALSE(contains_ignore_case_ascii("", "a"));
}

struct FoldCase {
  std::string_view name, text, folded;
};
void PrintTo(const FoldCase& each, std::ostream* out) { *out << each.text; }
constexpr FoldCase kFoldCases[] = {
    {"Ascii", "Siemens SIMATIC S7-1500", "siemens simatic s7-1500"},
    {"German", "Geutebrück GRÖẞE Straße", "geutebruck grosse strasse"},
    {"French", "Œuvre Évêque ÇA", "oeuvre eveque ca"},
    {"Nordic", "Ærø Åland Þór Ðe", "aero aland thor de"},
    {"Polish", "Łódź ŻÓŁĆ", "lodz zolc"},
    {"CzechAndTurkish", "Příšerně İzmir ılık Ğ", "priserne izmir ilik g"},
    {"VietnameseAndRomanian", "Việt Nguyễn Țară", "viet nguyen tara"},
    {"Decomposed", "Geutebru\u0308ck e\u0301", "geutebruck e"},
    {"Dashes", "a\u2010b\u2013c\u2014d\u2212e", "a-b-c-d-e"},
    {"Quotes", "\u201eSo\u201c \u2019s \u00abja\u00bb", "\"so\" 's \"ja\""},
    {"Blanks", "a\u00a0b\u202fc\u3000d\te\n", "a b c d e "},
    {"Invisible", "Sie\u00admens\u200b\ufeff", "siemens"},
    {"Ellipsis", "more\u2026", "more..."},
    {"Ligatures", "e\ufb03cient", "efficient"},
    {"FullWidth", "\uff33\uff37\uff0d\uff11", "sw-1"},
    {"Greek", "ΆΛΦΑ ΟΔΟΣ οδος ϊ", "αλφα οδοσ οδοσ ι"},
    {"GreekPolytonic", "Ἀθῆναι", "αθηναι"},
    {"Cyrillic", "ЁЖ Йод ЇЖАК Ћ Ѡ Ӂ", "ёж йод їжак ћ ѡ ӂ"},
    {"CyrillicDecomposed", "И\u0306од е\u0308ж", "йод ёж"},
    {"CyrillicStressIsNoLetter", "за\u0301мок", "замок"},
    {"IllFormedIsDropped",
     "a\xff"
     "b\xe2\x80"
     "c\xc3",
     "abc"},
    {"OtherScriptsStay", "日本 ©", "日本 ©"},
};
class Fold : public testing::TestWithParam<FoldCase> {};
TEST_P(Fold, SearchesLikePeopleType) { EXPECT_EQ(fold(GetParam().text), GetParam().folded); }
INSTANTIATE_TEST_SUITE_P(Scripts, Fold, testing::ValuesIn(kFoldCases),
                         [](const auto& each) { return std::string{each.param.name}; });

TEST(Fold, IsWellFormedAndStableForEveryScalarValue) {
  for (char32_t c = 0; c <= 0x10FFFF; ++c) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    std::string text;
    append_utf8(text, c);
    const auto once = fold(text);
    ASSERT_EQ(invalid_utf8_at(once), kNone) << static_cast<unsigned>(c);
    ASSERT_EQ(fold(once), once) << static_cast<unsigned>(c);
  }
}

TEST(Fold, IsWellFormedAndStableForRandomBytes) {
  std::mt19937 random{20240229};
  // Leads and marks of the scripts with rules, so that sequences form often.
  static constexpr std::string_view kBytes =
      "aZ \xc2\xa0\xc3\xc5\xcc\x86\x88\xcd\xce\xcf\xd0\xd1\xd8\xb5\xe2\x80\xef\xf0";
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes;
    for (auto size = random() % 12; size > 0; --size) bytes += kBytes[random() % kBytes.size()];
    const auto once = fold(bytes);
    ASSERT_EQ(invalid_utf8_at(once), kNone);
    ASSERT_EQ(fold(once), once) << bytes;
  }
}

struct DistanceCase {
  std::string_view name, a, b;
  int limit, distance;
};
void PrintTo(const DistanceCase& each, std::ostream* out) { *out << each.a << " " << each.b; }
constexpr DistanceCase kDistanceCases[] = {
    {"Equal", "siemens", "siemens", 2, 0},
    {"BothEmpty", "", "", 0, 0},
    {"Insert", "simens", "siemens", 2, 1},
    {"Replace", "siemans", "siemens", 2, 1},
    {"SwapIsOne", "seimens", "siemens", 2, 1},
    {"SwapAtTheEnd", "siemesn", "siemens", 1, 1},
    {"TwoSwaps", "badc", "abcd", 2, 2},
    {"Kitten", "kitten", "sitting", 3, 3},
    {"BeyondTheLimit", "kitten", "sitting", 2, 3},
    {"LengthsAlone", "a", "abcdef", 2, 3},
    {"AgainstNothing", "", "abc", 3, 3},
    {"LimitZero", "a", "b", 0, 1},
    {"NegativeLimit", "a", "a", -1, 0},
};
class Distance : public testing::TestWithParam<DistanceCase> {};
TEST_P(Distance, CountsEditsUpToTheLimit) {
  const auto& each = GetParam();
  EXPECT_EQ(edit_distance(each.a, each.b, each.limit), each.distance);
  EXPECT_EQ(edit_distance(each.b, each.a, each.limit), each.distance);
}
INSTANTIATE_TEST_SUITE_P(Words, Distance, testing::ValuesIn(kDistanceCases),
                         [](const auto& each) { return std::string{each.param.name}; });

TEST(Distance, LongWordsAreFarApart) {
  const std::string longest(64, 'a');
  EXPECT_EQ(edit_distance(longest, longest, 2), 0);
  EXPECT_EQ(edit_distance(longest + "a", longest + "a", 2), 3);
}

/// The textbook table, without limit, trimming or early ends.
int naive_distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<int>> d(a.size() + 1, std::vector<int>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        d[i][j] = static_cast<int>(i + j);
        continue;
      }
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  }
  return d[a.size()][b.size()];
}

TEST(Distance, EqualsTheTextbook) {
  std::mt19937 random{7};
  const auto word = [&random] {
    std::string text;
    for (auto size = random() % 9; size > 0; --size) text += "abc"[random() % 3];
    return text;
  };
  for (int i = 0; i < 20'000; ++i) {
    const auto a = word(), b = word();
    const int limit = static_cast<int>(random() % 5);
    ASSERT_EQ(edit_distance(a, b, limit), std::min(naive_distance(a, b), limit + 1)) << a << " " << b << " " << limit;
  }
}

struct MojibakeCase {
  std::string_view name, text, repaired;
};
void PrintTo(const MojibakeCase& each, std::ostream* out) { *out << each.text; }
constexpr MojibakeCase kMojibakeCases[] = {
    {"Umlaut", "GeutebrÃ¼ck", "Geutebrück"},
    {"Twice", "GeutebrÃƒÂ¼ck", "Geutebrück"},
    {"Windows1252Quotes", "itâ€™s â€œfineâ€\u009d", "it’s “fine”"},
    {"Latin1Controls", "it\u00e2\u0080\u0099s", "it’s"},
    {"NoBreakSpace", "Ã\u00a0 la carte", "à la carte"},
    {"AsciiStays", "plain", "plain"},
    {"EmptyStays", "", ""},
    {"RightTextStays", "Geutebrück – Größe", "Geutebrück – Größe"},
    {"OneLatinLetterStays", "Ã", "Ã"},
    {"OtherScriptStays", "日本 Ã¼", "日本 Ã¼"},
    {"IllFormedStays", "Ã¼\xff", "Ã¼\xff"},
};
class Mojibake : public testing::TestWithParam<MojibakeCase> {};
TEST_P(Mojibake, IsRepairedOrLeftAlone) { EXPECT_EQ(repair_mojibake(GetParam().text), GetParam().repaired); }
INSTANTIATE_TEST_SUITE_P(Texts, Mojibake, testing::ValuesIn(kMojibakeCases),
                         [](const auto& each) { return std::string{each.param.name}; });

TEST(Shorten, CutsBetweenWordsAndSaysSo) {
  EXPECT_EQ(shorten("short", 5), "short");
  EXPECT_EQ(shorten("a long, long title", 12), "a long…");
  EXPECT_EQ(shorten("two words", 8), "two…");
  EXPECT_EQ(shorten("abcdefghij", 8), "abcde…");
  EXPECT_EQ(shorten("ab", 1), "");
  EXPECT_EQ(shorten("abcdef", 3), "…");
}

TEST(Shorten, NeverExceedsAndNeverSplitsACharacter) {
  constexpr std::string_view kText = "Größe über Straße — 日本語\u00a0und mehr";
  for (std::size_t max = 0; max <= kText.size(); ++max) {
    const auto cut = shorten(kText, max);
    EXPECT_LE(cut.size(), max);
    EXPECT_EQ(invalid_utf8_at(cut), kNone) << max;
  }
}

TEST(Numbers, ForPeople) {
  EXPECT_EQ(thousands(0), "0");
  EXPECT_EQ(thousands(999), "999");
  EXPECT_EQ(thousands(1655), "1,655");
  EXPECT_EQ(thousands(-123456), "-123,456");
  EXPECT_EQ(thousands(1234567), "1,234,567");
  EXPECT_EQ(thousands(std::numeric_limits<long long>::min()), "-9,223,372,036,854,775,808");
  EXPECT_EQ(count_of(1, "advisory", "advisories"), "1 advisory");
  EXPECT_EQ(count_of(0, "advisory", "advisories"), "0 advisories");
  EXPECT_EQ(count_of(1655, "advisory", "advisories"), "1,655 advisories");
}

TEST(ListSome, NamesFewAndCountsTheRest) {
  EXPECT_EQ(text::list_some({}), "");
  EXPECT_EQ(text::list_some({"A"}), "A");
  EXPECT_EQ(text::list_some({"A", "B", "C", "D", "E"}), "A, B, C, D, E");
  EXPECT_EQ(text::list_some({"A", "B", "C", "D", "E", "F"}), "A, B, C and 3 others");
}

}  // namespace
}  // namespace tocsin::text
