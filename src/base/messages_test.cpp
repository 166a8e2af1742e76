#include "base/messages.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/po.hpp"

namespace tocsin {
namespace {

using testing::HasSubstr;

constexpr Message kTable[] = {message<"Sector of the test">};

std::string with_head(std::string_view items) {
  return "msgid \"\"\nmsgstr \"Content-Type: text/plain; charset=UTF-8\\n\"\n\n" + std::string{items};
}

/// What load() says of one message.
std::string problem_of(const std::vector<messages::Problem>& problems, std::string_view english) {
  for (const auto& problem : problems) {
    if (problem.message == english) return problem.what;
  }
  return {};
}

/// Leaves the tests' messages as they were: other tests read them, too.
class Messages : public testing::Test {
 protected:
  std::vector<messages::Problem> load(std::string_view items) { return messages::load(Language::de, with_head(items)); }
};

TEST_F(Messages, EnglishIsWhatStandsInTheSource) {
  EXPECT_EQ(tr<"Nothing of the test was found">(), "Nothing of the test was found");
  EXPECT_EQ((tr<"{} of {} of the test">(2, "x")), "2 of x of the test");
  EXPECT_EQ((trn<"one test", "{} tests">(1, 1)), "one test");
  EXPECT_EQ((trn<"one test", "{} tests">(0, 0)), "0 tests");
  EXPECT_EQ(tr<"#verb#Open the test">(), "Open the test");
  EXPECT_EQ(fmt::format("{}", kTable[0]), "Sector of the test");
}

TEST_F(Messages, ATranslationIsUsedInItsScopeOnly) {
  load(
      "msgid \"{} of {} of the test\"\nmsgstr \"von {1} {0}\"\n\n"
      "msgid \"one test\"\nmsgid_plural \"{} tests\"\nmsgstr[0] \"ein Test\"\nmsgstr[1] \"{} Tests\"\n\n"
      "msgctxt \"verb\"\nmsgid \"Open the test\"\nmsgstr \"Öffnen\"\n\n"
      "msgid \"Sector of the test\"\nmsgstr \"Sektor\"\n");
  {
    const LanguageScope german{Language::de};
    EXPECT_EQ((tr<"{} of {} of the test">(2, "x")), "von x 2");
    EXPECT_EQ((trn<"one test", "{} tests">(1, 1)), "ein Test");
    EXPECT_EQ((trn<"one test", "{} tests">(12, 12)), "12 Tests");
    EXPECT_EQ(tr<"#verb#Open the test">(), "Öffnen");
    EXPECT_EQ(fmt::format("{}", kTable[0]), "Sektor");
    const LanguageScope spanish{Language::es};
    EXPECT_EQ(kTable[0].text(), "Sector of the test") << "what a language lacks is English";
  }
  EXPECT_EQ(kTable[0].text(), "Sector of the test");
}

TEST_F(Messages, AFaultyTranslationIsToldAndNotUsed) {
  const auto problems = load(
      "msgid \"{} of the faulty test\"\nmsgstr \"{} {} zu viel\"\n\n"
      "msgid \"{} without braces\"\nmsgstr \"{ allein\"\n\n"
      "msgid \"Fuzzy test\"\nmsgstr \"x\"\n\n"
      "#, fuzzy\nmsgid \"Guessed test\"\nmsgstr \"geraten\"\n\n"
      "msgid \"Nobody says this\"\nmsgstr \"x\"\n");
  EXPECT_THAT(problem_of(problems, "{} of the faulty test"), HasSubstr("the holes differ"));
  EXPECT_THAT(problem_of(problems, "{} without braces"), HasSubstr("stands alone"));
  EXPECT_EQ(problem_of(problems, "Fuzzy test"), "");
  EXPECT_EQ(problem_of(problems, "Guessed test"), "not translated");
  EXPECT_EQ(problem_of(problems, "Untranslated test"), "not translated");
  EXPECT_EQ(problem_of(problems, "Nobody says this"), "the program does not say this any more");
  const LanguageScope german{Language::de};
  EXPECT_EQ(tr<"{} of the faulty test">(1), "1 of the faulty test");
  EXPECT_EQ(tr<"{} without braces">(1), "1 without braces");
  EXPECT_EQ(tr<"Fuzzy test">(), "x");
  EXPECT_EQ(tr<"Guessed test">(), "Guessed test");
  EXPECT_EQ(tr<"Untranslated test">(), "Untranslated test");
}

TEST_F(Messages, TextOfTablesIsTranslatedWhereItWasNoted) {
  messages::note("Noted in a test");
  messages::note("Noted in a test");
  load("msgid \"Noted in a test\"\nmsgstr \"Vermerkt\"\n");
  EXPECT_EQ(tr_text("Noted in a test"), "Noted in a test");
  const LanguageScope german{Language::de};
  EXPECT_EQ(tr_text("Noted in a test"), "Vermerkt");
  EXPECT_EQ(tr_text("Never noted"), "Never noted");
}

TEST(Languages, TheReaderChooses) {
  const std::pair<const char*, Language> cases[] = {
      {"", Language::en},
      {"de", Language::de},
      {"de-AT,de;q=0.9,en;q=0.8", Language::de},
      {"fr-FR, fr;q=0.9, es;q=0.7, en;q=0.5", Language::es},
      {"en;q=0.5, es;q=0.9", Language::es},
      {"es;q=0, en", Language::en},
      {"ES-mx", Language::es},
      {"en, de", Language::en},
      {"*", Language::en},
      {"den, esp", Language::en},
      {"de;q=nonsense", Language::de},
      {",,;;q=", Language::en},
      {"de;level=1;q=0.1, es;q=0.2", Language::es},
  };
  for (const auto& [header, wanted] : cases) EXPECT_EQ(choose_language(header), wanted) << header;
  EXPECT_EQ(choose_language("fr, it", Language::de), Language::de);
  EXPECT_EQ(choose_language("", Language::de), Language::de);
  EXPECT_EQ(choose_language("en;q=0.1", Language::de), Language::en);
}

TEST(Po, ReadsWhatTranslatorsProgramsWrite) {
  const auto items = po::read(
      "# by hand\n#: src/a.cpp:3\nmsgctxt \"a\"\nmsgid \"\"\n\"two \\\"lines\\\"\\n\"\n\"here\"\nmsgstr \"x\\ty\"\n"
      "\n#~ msgid \"gone\"\n#~ msgstr \"weg\"\n\nmsgid \"one\"\nmsgid_plural \"many\"\nmsgstr[0] \"1\"\nmsgstr[1] "
      "\"2\"\r\n");
  ASSERT_TRUE(items) << items.error().message;
  ASSERT_EQ(items->size(), 2U);
  EXPECT_EQ((*items)[0].context, "a");
  EXPECT_EQ((*items)[0].id, "two \"lines\"\nhere");
  EXPECT_EQ((*items)[0].text, std::vector<std::string>{"x\ty"});
  EXPECT_EQ((*items)[0].comments.size(), 2U);
  EXPECT_EQ((*items)[1].plural, "many");
  EXPECT_EQ((*items)[1].text, (std::vector<std::string>{"1", "2"}));
  const auto again = po::read(po::write(*items));
  ASSERT_TRUE(again);
  EXPECT_EQ(po::write(*again), po::write(*items));
}

TEST(Po, SaysWhereItIsWrong) {
  const std::pair<const char*, const char*> cases[] = {
      {"msgid \"a\nmsgstr \"b\"\n", "Line 1: the closing quote is missing"},
      {"msgid \"a\"\nmsgstr \"b\" c\n", "Line 2: something stands behind the closing quote"},
      {"msgid \"a\\q\"\n", "Line 1: \\q is no escape"},
      {"msgstr \"a\"\n", "Line 1: msgstr without msgid"},
      {"nonsense \"a\"\n", "Line 1: 'nonsense' is no word"},
      {"\"a\"\n", "Line 1: a text that belongs to nothing"},
      {"msgid\n", "Line 1: a text in quotes was expected"},
  };
  for (const auto& [text, wanted] : cases) {
    const auto items = po::read(text);
    ASSERT_FALSE(items) << text;
    EXPECT_THAT(items.error().message, HasSubstr(wanted));
  }
}

}  // namespace
}  // namespace tocsin
