#include "exchange/spelling.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <thread>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "exchange/testing.hpp"
#include "formats/csaf/validate/validate.hpp"

namespace tocsin::exchange {
namespace {

using testing::TemporaryFolder;

void write_dictionary(const TemporaryFolder& folder, const std::string& name, std::string_view encoding,
                      std::string_view words) {
  folder.write(name + ".aff", fmt::format("SET {}\nSFX S Y 1\nSFX S 0 s .\n", encoding));
  folder.write(name + ".dic", fmt::format("{}\n{}", std::ranges::count(words, '\n'), words));
}

struct NameCase {
  std::string_view name, tag, dictionary;
};
void PrintTo(const NameCase& each, std::ostream* out) { *out << each.tag; }

constexpr NameCase kNames[] = {
    {"Region", "en-US", "en_US"},
    {"OtherRegion", "en-GB", ""},
    {"NoRegion", "en", "en_US"},
    {"Capitals", "EN-us", "en_US"},
    {"German", "de", "de_DE"},
    {"Austria", "de-AT", "de_AT"},
    {"Script", "de-Latn-DE", "de_DE"},
    {"Orthography", "de-1996", "de_DE"},
    {"OwnFile", "fr", "fr"},
    {"AnyRegion", "pt", "pt_AO"},
    {"SeveralCountries", "en-419", ""},
    {"Extension", "en-x-GB", "en_US"},
    {"None", "it", ""},
    {"OnlyAffixes", "nl", ""},
    {"Private", "qtx", ""},
    {"Empty", "", ""},
    {"Hyphens", "---", ""},
    {"OutOfTheFolder", "../de_DE", ""},
    {"NoLetters", "e/", ""},
};

class DictionaryNames : public ::testing::TestWithParam<NameCase> {};
TEST_P(DictionaryNames, FollowTheTag) {
  const TemporaryFolder folder;
  for (const auto* name : {"en_US", "de_DE", "de_AT", "fr", "pt_BR", "pt_AO"}) {
    write_dictionary(folder, name, "UTF-8", "word\n");
  }
  folder.write("nl.aff", "SET UTF-8\n");
  folder.write("it.dic", "0\n");
  const Dictionaries dictionaries{folder.path()};
  EXPECT_EQ(dictionaries.name_for(GetParam().tag), GetParam().dictionary);
}
INSTANTIATE_TEST_SUITE_P(Tags, DictionaryNames, ::testing::ValuesIn(kNames),
                         [](const auto& each) { return std::string{each.param.name}; });

TEST(Dictionaries, HaveNoneInAFolderThatIsNotThere) {
  const TemporaryFolder folder;
  Dictionaries dictionaries{folder.path() / "nowhere"};
  EXPECT_TRUE(dictionaries.empty());
  EXPECT_FALSE(dictionaries.can_load("en_US"));
  EXPECT_FALSE(dictionaries.knows("en_US", "word"));
  HunspellSpeller speller{dictionaries};
  EXPECT_EQ(speller.dictionary("en"), nullptr);
}

TEST(Dictionaries, KnowWordsInTheirEncoding) {
  const TemporaryFolder folder;
  write_dictionary(folder, "de_DE", "ISO8859-1",
                   "L\xfc"
                   "cke\ntest/S\n");
  write_dictionary(folder, "de_AT", "UTF-8",
                   "L\xc3\xbc"
                   "cke\n");
  write_dictionary(folder, "de_CH", "no-such-encoding", "test\n");
  Dictionaries dictionaries{folder.path()};
  for (const auto* name : {"de_DE", "de_AT"}) {
    EXPECT_TRUE(dictionaries.knows(name, "L\u00fccke")) << name;
    EXPECT_FALSE(dictionaries.knows(name, "Lucke")) << name;
    EXPECT_FALSE(dictionaries.knows(name, "L\u0159cke")) << name;
  }
  EXPECT_TRUE(dictionaries.knows("de_DE", "tests"));
  EXPECT_FALSE(dictionaries.can_load("de_CH"));
  EXPECT_FALSE(dictionaries.knows("de_CH", "test"));
}

TEST(HunspellSpeller, RemembersAndSuggests) {
  const TemporaryFolder folder;
  write_dictionary(folder, "en_US", "UTF-8", "security\nrelease\n");
  Dictionaries dictionaries{folder.path()};
  HunspellSpeller speller{dictionaries};
  auto* english = speller.dictionary("en");
  ASSERT_NE(english, nullptr);
  EXPECT_EQ(speller.dictionary("en-US"), english);
  EXPECT_EQ(speller.dictionary("de"), nullptr);
  for (int round = 0; round < 2; ++round) {
    EXPECT_TRUE(english->knows("Security"));
    EXPECT_FALSE(english->knows("secruity"));
    EXPECT_EQ(english->suggestion("secruity"), "security");
    EXPECT_EQ(english->suggestion("Secruity"), "Security");
    EXPECT_EQ(english->suggestion("unrelated"), "");
  }
}

TEST(HunspellSpeller, ForgetsWhatIsTooMuch) {
  const TemporaryFolder folder;
  write_dictionary(folder, "en_US", "UTF-8", "known\n");
  Dictionaries dictionaries{folder.path()};
  HunspellSpeller speller{dictionaries};
  auto* english = speller.dictionary("en");
  ASSERT_NE(english, nullptr);
  constexpr int kMoreThanIsRemembered = 50'100;
  for (int i = 0; i < kMoreThanIsRemembered; ++i) EXPECT_FALSE(english->knows(fmt::format("word{}", i)));
  EXPECT_TRUE(english->knows("known"));
  EXPECT_FALSE(english->knows("word1"));
}

TEST(HunspellSpeller, ServesManyThreadsFromOneDictionary) {
  const TemporaryFolder folder;
  write_dictionary(folder, "en_US", "UTF-8", "word/S\nsecurity\n");
  Dictionaries dictionaries{folder.path()};
  constexpr int kThreads = 4, kRounds = 200;
  std::vector<std::thread> threads;
  std::vector<int> right(kThreads);
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&dictionaries, &mine = right[static_cast<std::size_t>(thread)]] {
      HunspellSpeller speller{dictionaries};
      auto* english = speller.dictionary("en");
      for (int i = 0; english != nullptr && i < kRounds; ++i) {
        if (english->knows("words") && !english->knows(fmt::format("words{}", i)) &&
            english->suggestion("secruity") == "security") {
          ++mine;
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(right, std::vector<int>(kThreads, kRounds));
}

/// The official examples of test 6.3.8, with the dictionaries of this machine.
TEST(HunspellSpeller, AgreesWithTheOfficialExamples) {
  const auto* root = std::getenv("TOCSIN_DATA");
  auto& dictionaries = system_dictionaries();
  if (root == nullptr) GTEST_SKIP() << "TOCSIN_DATA is not set";
  if (dictionaries.name_for("en").empty()) GTEST_SKIP() << "no English dictionary is in " << kDictionaryFolder;
  HunspellSpeller speller{dictionaries};
  formats::csaf::Validator validator{formats::csaf::kValidatorLimits, &speller};
  for (const auto* version : {"2.0", "2.1"}) {
    const auto archive = fmt::format("{}/csaf/oasis-tests-{}.tar.zst", root, version);
    if (!std::filesystem::exists(archive)) GTEST_SKIP() << archive << " is not there";
    int examples = 0;
    SourceEvents events;
    events.visit = [&](const SourceDocument& document) -> Status {
      // "...6-3-08-01.json" is to fail, "...6-3-08-11.json" to pass.
      const auto at = document.name.find("-6-3-08-");
      if (at == std::string::npos || document.name.find(".result.") != std::string::npos) return ok();
      ++examples;
      std::vector<std::string> paths;
      for (const auto& each : validator.validate(document.bytes, formats::csaf::Mode::full).findings) {
        if (each.test == "6.3.8") paths.push_back(each.path);
      }
      const bool is_to_fail = document.name.substr(at + 8, 1) == "0";
      EXPECT_EQ(paths, is_to_fail ? std::vector<std::string>{"/document/notes/0/text"} : std::vector<std::string>{})
          << document.name;
      return ok();
    };
    EXPECT_TRUE(read_source(archive, {}, events)) << archive;
    EXPECT_EQ(examples, 2) << archive;
  }
}

}  // namespace
}  // namespace tocsin::exchange
