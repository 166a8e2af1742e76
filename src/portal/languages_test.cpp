#include "portal/languages.hpp"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/po.hpp"

namespace tocsin::portal {
namespace {

/// Messages of the tests themselves are nobody's to translate.
bool of_a_test(std::string_view message) {
  static const std::string sources = [] {
    std::string all;
    for (const auto* path : {"base/messages_test.cpp", "portal/html/template_test.cpp"}) {
      std::stringstream text;
      text << std::ifstream{fmt::format(TOCSIN_SOURCE_DIR "/src/{}", path)}.rdbuf();
      all += text.str();
    }
    std::erase(all, '\\');
    return all;
  }();
  std::string plain{message};
  std::erase(plain, '\\');
  // In quotes or marks, whole: "Test" heads a column elsewhere.
  for (const auto& [before, behind] : {std::pair{"\"", "\""}, {"#", "\""}, {"[[", "]]"}, {"#", "]]"}}) {
    if (sources.find(before + plain + behind) != std::string::npos) return true;
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
