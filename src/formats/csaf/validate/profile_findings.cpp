#include "formats/csaf/validate/profile_findings.hpp"

#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"

namespace tocsin::formats::csaf {

void add_at_member(Sink& sink, Node parent, std::string_view name, std::string message, std::string mend) {
  if (const auto member = parent[name]) {
    sink.add(member, std::move(message), std::move(mend));
  } else {
    sink.add(parent, fmt::format("/{}", name), std::move(message), std::move(mend));
  }
}

const Translation* titles_of(const Model& model, Sink& sink, std::string_view what, bool foreign_only) {
  const auto lang = model.document["lang"];
  if (foreign_only && (lang.text().empty() || is_english(lang.text()))) return nullptr;
  const auto* titles = translation_of(lang.text());
  if (titles == nullptr) {
    sink.add_as(Finding::Group::informative, lang,
                fmt::format("no translation of '{}' into '{}' is known: this was not tested", what,
                            text::shorten(lang.text(), 40)),
                "Nothing is to be mended.");
  }
  return titles;
}

}  // namespace tocsin::formats::csaf
