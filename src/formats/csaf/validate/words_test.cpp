#include "formats/csaf/validate/words.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace tocsin::formats::csaf {
namespace {

std::string words_of(std::string_view text) {
  std::vector<std::string_view> words;
  split_words(text, words);
  return fmt::format("{}", fmt::join(words, " "));
}

struct TextCase {
  std::string_view name, text, words;
};
void PrintTo(const TextCase& each, std::ostream* out) { *out << each.text; }

constexpr TextCase kTexts[] = {
    {"Sentence", "An attacker could crash the server, (remotely); \"here\"!",
     "attacker could crash the server remotely here"},
    {"Short", "a is of an", ""},
    {"Lines", "one\ntwo\r\n\tthree", "one two three"},
    {"LastWord", "the end.", "the end"},
    {"Ellipsis", "the end...", "the end"},
    {"Url", "See https://example.com/wrng and www.exmple.com, or ftp:wrng", "See and"},
    {"Mail", "Write to psirt@exmple.com or psirt(at)exmple.com.", "Write"},
    {"DefangedHost", "the host exmple[.]com answers", "the host answers"},
    {"Paths", "in /usr/shre/doc and C:\\Prgram and shre/doc", "and and"},
    {"Ids", "CVE-2024-1234 CWE-79 CVSS:3.1/AV:N icsa-21-001 6ES7512-1CK00 v1.2.3 0xdeadbeef", ""},
    {"Hash", "0123456789abcdef0123456789abcdef", ""},
    {"Acronyms", "PLC PLCs SCADA-Systm", "Systm"},
    {"NamesWithCapitalsInside", "OpenSSL WinCC vxWrks", ""},
    {"Identifiers", "memory_cpy std::vectr name=valu %temp% #includ a&b", ""},
    {"Call", "calls strncpi() twice", "calls twice"},
    {"FileName", "replace driver.dll and .htaccss", "replace and"},
    {"Reference", "the driver: it fails", "the driver fails"},
    {"Code", "run `rmdr foo bar` now", "run now"},
    {"CodeJoined", "the `foo br`s end", "the end"},
    {"Fence", "before\n```\nfoo br\nbaz\n```\nafter", "before after"},
    {"OpenFence", "before\n``` foo", "before foo"},
    {"OldQuotationMark", "the `quoted' word", "the word"},
    {"BacktickOverLines", "the `one\nline` more", "the more"},
    {"Hyphens", "third-party re-authenticate stateof\u2011the art\u2010work",
     "third party authenticate stateof the art work"},
    {"Genitive", "the vendor's and vendors' and vendor\u2019s 'quoted'", "the vendor and vendors and vendor quoted"},
    {"Contraction", "doesn't don\u2019t", "doesn't don\u2019t"},
    {"Plural", "the product(s)", "the product"},
    {"MarkUp", "**bold** <b>bold</b> *slanted*", "bold slanted"},
    {"Dashes", "one\u2014two \u2013 three\u2026 four\u00a0five", "one two three four five"},
    {"Signs", "the \u201equoted\u201c Name\u00ae Other\u2122 \u00abword\u00bb", "the quoted Name Other word"},
    {"Umlauts", "Die Sicherheitsl\u00fccke \u00dcbergr\u00f6\u00dfe",
     "Die Sicherheitsl\u00fccke \u00dcbergr\u00f6\u00dfe"},
    {"SoftHyphen", "vulner\u00adability", ""},
    {"Pictures", "the \U0001F512lock", "the lock"},
    {"Replacement", "the attack\ufffds end", "the attack end"},
    {"IllFormed", "the \xff\xfe end \xe2\x80", "the end"},
    {"OnlySigns", "--- ... ''' *** ()", ""},
    {"Empty", "", ""},
};

class SplitWords : public ::testing::TestWithParam<TextCase> {};
TEST_P(SplitWords, LeavesWhatADictionaryCanBeAskedAbout) { EXPECT_EQ(words_of(GetParam().text), GetParam().words); }
INSTANTIATE_TEST_SUITE_P(Texts, SplitWords, ::testing::ValuesIn(kTexts),
                         [](const auto& each) { return std::string{each.param.name}; });

TEST(SplitWords, PassesOverWhatIsTooLongForAWord) {
  EXPECT_EQ(words_of(std::string(kWordBytesMax, 'a')), std::string(kWordBytesMax, 'a'));
  EXPECT_EQ(words_of(std::string(kWordBytesMax + 1, 'a')), "");
}

TEST(SplitWords, LooksForTheEndOfManyFencesOnce) {
  // Each pair of backticks begins nothing that ends: looking to the end of the text for each would take minutes.
  constexpr std::size_t kFences = 500'000;
  std::string text;
  for (std::size_t i = 0; i < kFences; ++i) text += "`` ";
  text += "``` ``";
  EXPECT_EQ(words_of(text + " end"), "end");
}

TEST(RunsOfLetters, ComeOutOfWhateverAName) {
  std::string runs;
  each_run_of_letters("TIA_Portal-V15 (incl. \u00dcber4all) x Hub",
                      [&](std::string_view run) { runs += fmt::format("{} ", run); });
  EXPECT_EQ(runs, "TIA Portal incl \u00dcber all Hub ");
}

struct SlipCase {
  std::string_view name, word, known, found;
};
void PrintTo(const SlipCase& each, std::ostream* out) { *out << each.word; }

constexpr SlipCase kSlips[] = {
    {"Exchanged", "Secruity", "Security", "Security"},
    {"OneTooMany", "custormer", "customer", "customer"},
    {"OneMissing", "vulnerabilites", "vulnerabilities", "vulnerabilities"},
    {"MissingAtTheEnd", "workaroun", "workaround", "workaround"},
    {"Another", "reversable", "reversible", "reversible"},
    {"UmlautMissing", "\u00dcbergroe", "\u00dcbergroe", ""},
    {"UmlautExchanged", "Sicherheitsl\u00fckce", "Sicherheitsl\u00fccke", "Sicherheitsl\u00fccke"},
    {"UmlautReplaced", "f\u00fcr\u00f6", "f\u00fcr\u00fc", "f\u00fcr\u00fc"},
    {"TwoAway", "Secrutiy", "Security", ""},
    {"NotItself", "aa", "aa", ""},
    {"OtherCapital", "Vecna", "Recna", ""},
    {"Empty", "", "a", ""},
};

class OneLetterOff : public ::testing::TestWithParam<SlipCase> {};
TEST_P(OneLetterOff, FindsTheSlip) {
  EXPECT_EQ(one_letter_off(GetParam().word, [](std::string_view word) { return word == GetParam().known; }),
            GetParam().found);
}
INSTANTIATE_TEST_SUITE_P(Slips, OneLetterOff, ::testing::ValuesIn(kSlips),
                         [](const auto& each) { return std::string{each.param.name}; });

}  // namespace
}  // namespace tocsin::formats::csaf
