#include "portal/languages.hpp"

#include <array>
#include <mutex>

#include "engine/search/query.hpp"
#include "portal/html/template.hpp"
#include "tocsin_languages.hpp"

namespace tocsin::portal {
namespace {

std::array<std::vector<messages::Problem>, kLanguageCount>& problems() {
  static std::array<std::vector<messages::Problem>, kLanguageCount> all;
  return all;
}

/// Names that lower rooms keep in tables: pages show them through tr_text.
void note_tables() {
  for (const auto& each : engine::search::filter_help()) messages::note(each.meaning);
}

void load_all() {
  note_tables();
  for (const auto& file : catalogues::files()) {
    auto language = Language::en;
    const auto tag = file.path.substr(0, file.path.find('.'));
    if (!parse_language(tag, language) || language == Language::en) continue;
    problems()[static_cast<std::size_t>(language)] = messages::load(language, file.bytes);
  }
  html::detail::TemplateEntry::localise_all();
}

}  // namespace

void load_languages() {
  static std::once_flag once;
  std::call_once(once, load_all);
}

const std::vector<messages::Problem>& language_problems(Language language) {
  load_languages();
  return problems()[static_cast<std::size_t>(language)];
}

}  // namespace tocsin::portal
