// Test 6.3.8 with a dictionary of a few words: what is looked at, what is told, what ends it.
#include <set>

#include <boost/json.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "formats/csaf/validate/field_words.hpp"
#include "formats/csaf/validate/testing.hpp"
#include "formats/csaf/validate/validate.hpp"
#include "formats/csaf/validate/words.hpp"

namespace tocsin::formats::csaf {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// Knows "good", "better", "goodness", the words of testing::document() and, for the tests of limits, all that begins
/// with "known".
class FewWords final : public Dictionary {
 public:
  bool knows(std::string_view word) override {
    ++asked;
    static const std::set<std::string_view> kKnown{"good",  "better", "goodness", "don't",   "Lamp",    "stays",
                                                   "First", "one",    "Good",     "release", "Goodness"};
    return word.starts_with("known") || kKnown.contains(word);
  }
  std::string suggestion(std::string_view word) override {
    ++suggested;
    return one_letter_off(word, [this](std::string_view other) { return knows(other); });
  }
  int asked = 0, suggested = 0;
};

class FewWordsOfEnglish final : public Speller {
 public:
  Dictionary* dictionary(std::string_view tag) override { return tag == "en" ? &words : nullptr; }
  FewWords words;
};

std::vector<Finding> findings(std::string_view json_text, FewWordsOfEnglish& speller) {
  TapeReader reader;
  const auto root = reader.read(json_text);
  EXPECT_TRUE(root);
  if (!root) return {};
  const auto verdict = validate(*root, [](const TestInfo& test) { return test.id == "6.3.8"; }, &speller);
  EXPECT_THAT(verdict.not_run, IsEmpty());
  return verdict.findings;
}

std::string note(std::string_view text) {
  return testing::document(
      "2.0", fmt::format("{{'document': {{'lang': 'en', 'notes': [{{'category': 'other', 'text': '{}'}}]}}}}", text));
}

struct SpellCase {
  std::string_view name, patch;
  std::string_view paths;  ///< With a blank between them.
};
void PrintTo(const SpellCase& each, std::ostream* out) { *out << each.patch; }

constexpr SpellCase kCases[] = {
    {"Good", "{'document': {'notes': [{'text': 'good better'}]}}", ""},
    {"Notes", "{'document': {'notes': [{'text': 'good'}, {'text': 'baad', 'title': 'baaad', 'audience': 'baaaad'}]}}",
     "/document/notes/1/audience /document/notes/1/text /document/notes/1/title"},
    {"FirstPlaceOnly", "{'document': {'notes': [{'text': 'baad'}, {'text': 'baad baad'}]}}", "/document/notes/0/text"},
    {"Title", "{'document': {'title': 'baad'}}", "/document/title"},
    {"Reference", "{'document': {'references': [{'summary': 'baad', 'url': 'https://baad.example'}]}}",
     "/document/references/0/summary"},
    {"Revision", "{'document': {'tracking': {'revision_history': [{'number': '1', 'summary': 'baad'}]}}}",
     "/document/tracking/revision_history/0/summary"},
    {"Severity", "{'document': {'aggregate_severity': {'text': 'baad'}, 'distribution': {'text': 'baaad'}}}",
     "/document/aggregate_severity/text /document/distribution/text"},
    {"Acknowledgments", "{'document': {'acknowledgments': [{'summary': 'baad'}]}}",
     "/document/acknowledgments/0/summary"},
    {"Group", "{'product_tree': {'product_groups': [{'group_id': 'baad', 'summary': 'baaad'}]}}",
     "/product_tree/product_groups/0/summary"},
    {"Remediation",
     "{'vulnerabilities': [{'remediations': [{'details': 'baad', 'entitlements': ['baaad'], 'restart_required': "
     "{'details': 'baaaad', 'category': 'baax'}}]}]}",
     "/vulnerabilities/0/remediations/0/details /vulnerabilities/0/remediations/0/entitlements/0 "
     "/vulnerabilities/0/remediations/0/restart_required/details"},
    {"Vulnerability",
     "{'vulnerabilities': [{'title': 'baad', 'threats': [{'details': 'baaad'}], 'notes': [{'text': 'baaaad'}], "
     "'involvements': [{'summary': 'baaaaad'}]}]}",
     "/vulnerabilities/0/involvements/0/summary /vulnerabilities/0/notes/0/text "
     "/vulnerabilities/0/threats/0/details /vulnerabilities/0/title"},
    {"FieldWords",
     "{'document': {'title': 'firmware Firmware classpathes unauthenticated mitigations deserialization'}}",
     "/document/title"},  // "classpathes": a plural of another kind than by s.
    {"FieldWordsOnly", "{'document': {'title': 'firmware Firmware hotfix fieldbuses unauthenticated mitigations'}}",
     ""},
    {"Apostrophe", "{'document': {'title': 'don\u2019t good\u2019s'}}", ""},
    {"ProductNames",
     "{'document': {'title': 'baad vendr thingy products thingys'}, 'product_tree': {'branches': [{'category': "
     "'vendor', 'name': 'Baad_vendr 7', 'branches': [{'category': 'product_name', 'name': 'x', 'product': {'name': "
     "'Thingy products', 'product_id': 'P'}}]}]}}",
     ""},
    {"NamesOfPeople",
     "{'document': {'title': 'reported by baad of wrng', 'acknowledgments': [{'names': ['Reported Baad'], "
     "'organization': 'Wrng'}]}}",
     ""},
    {"NamesElsewhere",
     "{'vulnerabilities': [{'title': 'baad wrng', 'acknowledgments': [{'names': ['Baad']}], 'cwe': {'id': 'CWE-1', "
     "'name': 'Wrng'}}]}",
     ""},
    {"CapitalMayBeAName", "{'document': {'title': 'Heinzl Yokogawa'}}", ""},
    {"CapitalNearAWord", "{'document': {'title': 'Godness'}}", "/document/title"},
    {"ShortCapitalNearAWord", "{'document': {'title': 'good Bettr'}}", ""},
    {"CapitalInFront", "{'document': {'title': 'Goood one'}}", "/document/title"},
    {"ShortCapitalInFront", "{'document': {'title': 'Godd good'}}", ""},
    {"NotText", "{'document': {'title': 7, 'notes': {'text': 'baad'}}, 'vulnerabilities': [3]}", ""},
};

class SpellCheck : public ::testing::TestWithParam<SpellCase> {};
TEST_P(SpellCheck, TellsWhere) {
  for (const auto* version : {"2.0", "2.1"}) {
    auto document = boost::json::parse(testing::document(version, GetParam().patch));
    document.at("document").as_object()["lang"] = "en";
    FewWordsOfEnglish speller;
    std::string paths;
    for (const auto& each : findings(boost::json::serialize(document), speller)) {
      EXPECT_EQ(each.test, "6.3.8");
      EXPECT_EQ(each.group, Finding::Group::informative);
      EXPECT_FALSE(each.message.ends_with('.')) << each.message;
      EXPECT_TRUE(each.mend.ends_with('.')) << each.mend;
      paths += fmt::format("{}{}", paths.empty() ? "" : " ", each.path);
    }
    EXPECT_EQ(paths, GetParam().paths) << version;
  }
}
INSTANTIATE_TEST_SUITE_P(Documents, SpellCheck, ::testing::ValuesIn(kCases),
                         [](const auto& each) { return std::string{each.param.name}; });

TEST(SpellCheck, NamesWordsAndWhatMayBeMeant) {
  FewWordsOfEnglish speller;
  const auto found = findings(note("good goood baad betetr baad"), speller);
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].message,
            "the dictionary does not know 'goood' (perhaps 'good'), 'baad', 'betetr' (perhaps 'better')");
}

TEST(SpellCheck, NamesAFewOfMany) {
  FewWordsOfEnglish speller;
  const auto found = findings(note("waa wab wac wad wae waf wag wah wai waj"), speller);
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_THAT(found[0].message, HasSubstr("'wah' and 2 more"));
}

TEST(SpellCheck, SuggestsForWordsOfUsualLengthOnly) {
  constexpr std::size_t kMin = 5, kMax = 32;
  for (const auto length : {kMin - 1, kMin, kMax, kMax + 1}) {
    FewWordsOfEnglish speller;
    EXPECT_THAT(findings(note(std::string(length, 'w')), speller), SizeIs(1));
    EXPECT_EQ(speller.words.suggested, length >= kMin && length <= kMax ? 1 : 0) << length;
  }
}

TEST(SpellCheck, PassesOverADocumentWithoutLanguage) {
  FewWordsOfEnglish speller;
  EXPECT_THAT(findings(testing::document("2.1", "{'document': {'title': 'baad'}}"), speller), IsEmpty());
}

TEST(SpellCheck, FailsForALanguageWithoutDictionary) {
  FewWordsOfEnglish speller;
  const auto found = findings(testing::document("2.1", "{'document': {'title': 'baad', 'lang': 'fr'}}"), speller);
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].path, "/document/lang");
  EXPECT_THAT(found[0].message, HasSubstr("'fr'"));
}

std::string_view why_not_run(const Verdict& verdict) {
  for (const auto& each : verdict.not_run) {
    if (each.test == "6.3.8") return each.why;
  }
  return {};
}

TEST(SpellCheck, IsToldAsNotRunWithoutASpeller) {
  Validator without;
  const auto verdict = without.validate(note("baad"), Mode::full);
  EXPECT_FALSE(why_not_run(verdict).empty());
  EXPECT_TRUE(std::ranges::none_of(verdict.findings, [](const Finding& each) { return each.test == "6.3.8"; }));
  EXPECT_TRUE(why_not_run(without.validate(note("baad"), Mode::extended)).empty());
}

TEST(SpellCheck, RunsInModeFullOfAValidatorWithSpeller) {
  FewWordsOfEnglish speller;
  Validator with{kValidatorLimits, &speller};
  const auto verdict = with.validate(note("baad"), Mode::full);
  EXPECT_TRUE(why_not_run(verdict).empty());
  EXPECT_NE(std::ranges::find(verdict.findings, "6.3.8", &Finding::test), verdict.findings.end());
  EXPECT_TRUE(verdict.is_valid());
}

/// "known" or "wrong" and four letters.
std::string many_words(std::string_view beginning, int count) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    const auto letter = [&](int place) { return static_cast<char>('a' + i / place % 26); };
    text += fmt::format("{}{}{}{}{} ", beginning, letter(17576), letter(676), letter(26), letter(1));
  }
  return text;
}

TEST(SpellCheck, EndsAtTooManyUnknownWordsAndSaysSo) {
  constexpr int kUnknownMax = 500, kSuggestionsMax = 20;
  FewWordsOfEnglish speller;
  EXPECT_THAT(findings(note(many_words("wrong", kUnknownMax - 10)), speller), SizeIs(1));
  EXPECT_EQ(speller.words.suggested, kSuggestionsMax);
  const auto cut = findings(note(many_words("wrong", kUnknownMax + 10)), speller);
  ASSERT_THAT(cut, SizeIs(2));
  EXPECT_EQ(cut[1].path, "/document");
  EXPECT_THAT(cut[1].message, HasSubstr("the rest was not checked"));
}

TEST(SpellCheck, EndsAtTooManyDifferentWordsAndSaysSo) {
  constexpr int kAskedMax = 10'000;
  FewWordsOfEnglish speller;
  EXPECT_THAT(findings(note(many_words("known", kAskedMax - 10)), speller), IsEmpty());
  speller.words.asked = 0;
  const auto cut = findings(note(many_words("known", kAskedMax + 10)), speller);
  ASSERT_THAT(cut, SizeIs(1));
  EXPECT_EQ(cut[0].path, "/document");
  EXPECT_EQ(speller.words.asked, kAskedMax);
}

TEST(FieldWords, AreThose) {
  for (const auto* word : {"firmware", "hardcoded", "scada", "modbus", "zlib", "workarounds", "fieldbuses"}) {
    EXPECT_TRUE(is_field_word(word)) << word;
  }
  for (const auto* word : {"", "s", "secruity", "Firmware", "\n"}) EXPECT_FALSE(is_field_word(word)) << word;
}

}  // namespace
}  // namespace tocsin::formats::csaf
