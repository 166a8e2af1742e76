#include "cli/notes.hpp"

#include <cstdio>

#include <fmt/format.h>

#include "base/json.hpp"
#include "cli/text_table.hpp"

namespace tocsin::cli {

void tell(const formats::csaf::ConversionNote& note, bool json) {
  std::string text;
  if (json) {
    boost::json::object object;
    object["level"] = formats::csaf::to_string(note.level);
    object["path"] = note.path;
    object["message"] = note.message;
    text = json::write(object);
  } else {
    text = safe_text(fmt::format("{}: {}: {}", formats::csaf::to_string(note.level),
                                 note.path.empty() ? "/" : note.path, note.message));
  }
  text += '\n';
  std::fwrite(text.data(), 1, text.size(), stderr);
}

}  // namespace tocsin::cli
