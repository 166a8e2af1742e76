#include "formats/csaf/validate/profile_findings.hpp"

#include <fmt/format.h>

#include "base/messages.hpp"
#include "base/text.hpp"

namespace tocsin::formats::csaf {

void add_at_member(Sink& sink, Node parent, std::string_view name, std::string_view message, std::string_view mend) {
  if (const auto member = parent[name]) {
    sink.add(member, message, mend);
  } else {
    sink.add(parent, fmt::format("/{}", name), message, mend);
  }
}

const Translation* titles_of(const Model& model, Sink& sink, std::string_view what, bool foreign_only) {
  const auto lang = model.document["lang"];
  if (foreign_only && (lang.text().empty() || is_english(lang.text()))) return nullptr;
  const auto* titles = translation_of(lang.text());
  if (titles == nullptr) {
    sink.add_as(
        Finding::Group::informative, lang,
        tr<"no translation of '{}' into '{}' is known: this was not tested">(what, text::shorten(lang.text(), 40)),
        tr<"Nothing is to be mended.">());
  }
  return titles;
}

}  // namespace tocsin::formats::csaf
