#pragma once
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/messages.hpp"
#include "portal/html/template.hpp"
#include "portal/languages.hpp"

namespace tocsin::portal::testing {

/// A test's own catalogue in the place of a language's while it lives; no portal runs when it comes and goes.
class OtherCatalogue {
 public:
  OtherCatalogue(Language language, const std::string& po) : language_(language) {
    load_languages();
    problems_ = take(po);
  }
  ~OtherCatalogue() {
    std::stringstream text;
    text << std::ifstream{fmt::format(TOCSIN_SOURCE_DIR "/languages/{}.po", tag_of(language_))}.rdbuf();
    take(text.str());
  }
  OtherCatalogue(const OtherCatalogue&) = delete;
  OtherCatalogue& operator=(const OtherCatalogue&) = delete;
  const std::vector<messages::Problem>& problems() const noexcept { return problems_; }

 private:
  std::vector<messages::Problem> take(const std::string& po) const {
    auto problems = messages::load(language_, po);
    html::detail::TemplateEntry::localise_all();
    return problems;
  }
  Language language_;
  std::vector<messages::Problem> problems_;
};

}  // namespace tocsin::portal::testing
