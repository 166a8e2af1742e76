#include "portal/languages.hpp"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/po.hpp"

namespace tocsin::portal {
namespace {

/// Messages of the tests themselves are nobody's to translate: they say so, by a word of its own ("latest" is none, and
/// "Test" alone heads a column).
bool of_a_test(std::string_view message) {
  if (message.starts_with("Hostile")) return true;
  if (message == "Test") return false;
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  for (auto at = message.find("est"); at != std::string_view::npos; at = message.find("est", at + 1)) {
    if (at == 0 || (message[at - 1] != 't' && message[at - 1] != 'T')) continue;
    auto end = at + 3;
    if (end < message.size() && message[end] == 's') ++end;
    if ((at < 2 || !is_letter(message[at - 2])) && (end >= message.size() || !is_letter(message[end]))) return true;
  }
  return false;
}

std::string file_of(Language language) { return fmt::format(TOCSIN_SOURCE_DIR "/languages/{}.po", tag_of(language)); }

/// `TOCSIN_UPDATE_LANGUAGES=1 portal_tests --gtest_filter='Languages.*'` writes what is new into languages/*.po and
/// takes out what the program does not say any more; a translator fills in the rest.
TEST(Languages, EveryMessageIsTranslated) {
  for (const auto language : kLanguages) {
    if (language == Language::en) continue;
    if (const auto* wanted = std::getenv("TOCSIN_UPDATE_LANGUAGES"); wanted != nullptr) {
      load_languages();
      std::ifstream before{file_of(language)};
      std::stringstream text;
      text << before.rdbuf();
      auto items = po::read(messages::update(text.str(), language));
      ASSERT_TRUE(items.has_value()) << items.error().to_string();
      std::erase_if(*items, [](const po::Item& item) { return of_a_test(item.id); });
      std::ofstream{file_of(language)} << po::write(*items);
      continue;
    }
    std::string report;
    int shown = 0;
    for (const auto& problem : language_problems(language)) {
      if (of_a_test(problem.message)) continue;
      if (++shown <= 20) report += fmt::format("\n  {}: {}", problem.message, problem.what);
    }
    EXPECT_EQ(shown, 0) << tag_of(language) << report;
  }
}

}  // namespace
}  // namespace tocsin::portal
