#include <string>

#include "base/messages.hpp"

/// Where there is one language, sentences are what they are in the source: the matcher in the browser says in English
/// what `tocsin match` says in English. What the page says around it is translated.
namespace tocsin {

Language current_language() noexcept { return Language::en; }
std::string_view tr_text(std::string_view english) noexcept { return english; }

namespace messages {

Entry::Entry(Kind kind, std::string_view source, std::string_view plural) : kind_(kind), next_(nullptr) {
  const auto end = source.starts_with('#') ? source.find('#', 1) : std::string_view::npos;
  if (end != std::string_view::npos) context_ = source.substr(1, end - 1);
  singular_.fill(end == std::string_view::npos ? source : source.substr(end + 1));
  plural_.fill(plural);
}
bool is_plural(Language, long long number) noexcept { return number != 1; }
std::string fill(std::string_view pattern, fmt::format_args arguments) { return fmt::vformat(pattern, arguments); }

}  // namespace messages
}  // namespace tocsin
