#include "formats/csaf/operations/testing.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/json.hpp"

namespace tocsin::formats::testing {

std::string quoted(std::string_view text) {
  std::string all{text};
  std::ranges::replace(all, '\'', '"');
  return all;
}

std::string at(const csaf::Changed& changed, std::string_view pointer) {
  const auto* value = json::at_pointer(changed.document, pointer);
  return value == nullptr ? "" : json::write(*value);
}

std::string notes_of(const csaf::Changed& changed) {
  std::string text;
  for (const auto& note : changed.notes) {
    text += fmt::format("{} {} {}\n", to_string(note.level), note.path, note.message);
  }
  return text;
}

}  // namespace tocsin::formats::testing
