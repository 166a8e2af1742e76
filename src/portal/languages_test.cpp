#include "portal/languages.hpp"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace tocsin::portal {
namespace {

/// Messages of the tests themselves are nobody's to translate: they say so.
bool of_a_test(std::string_view message) {
  return message.find("test") != std::string_view::npos || message.find("Test") != std::string_view::npos ||
         message.starts_with("Hostile");
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
      auto updated = messages::update(text.str(), language);
      std::ofstream{file_of(language)} << updated;
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
