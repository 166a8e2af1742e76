#include "formats/csaf/structure_formats.hpp"

#include <algorithm>

#include <re2/re2.h>

#include "base/time.hpp"

namespace tocsin::formats::csaf {
namespace {

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// RFC 3986 section 3: an absolute URI, by its scheme and the characters it may hold.
bool is_uri(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0 || !is_alpha(text.front())) return false;
  const auto in_scheme = [](char c) { return is_alpha(c) || is_digit(c) || c == '+' || c == '-' || c == '.'; };
  if (!std::ranges::all_of(text.substr(0, colon), in_scheme)) return false;
  constexpr std::string_view kAllowed = "-._~:/?#[]@!$&'()*+,;=";
  for (std::size_t i = colon + 1; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size() || !is_hex(text[i + 1]) || !is_hex(text[i + 2])) return false;
      i += 2;
    } else if (!is_alpha(c) && !is_digit(c) && kAllowed.find(c) == std::string_view::npos) {
      return false;
    }
  }
  // One fragment at most.
  return std::ranges::count(text, '#') <= 1;
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !is_hex(text[i])) return false;
  }
  return true;
}

bool is_regex(std::string_view text) {
  constexpr std::size_t kRegexBytesMax = 10'000;
  if (text.size() > kRegexBytesMax) return false;
  re2::RE2::Options options;
  options.set_log_errors(false);
  return re2::RE2{re2::StringPiece{text.data(), text.size()}, options}.ok();
}

}  // namespace

bool has_format(std::string_view text, GrammarFormat format) {
  switch (format) {
    case GrammarFormat::none:
      return true;
    case GrammarFormat::date_time:
      return parse_rfc3339(text).has_value();
    case GrammarFormat::uri:
      return is_uri(text);
    case GrammarFormat::regex:
      return is_regex(text);
    case GrammarFormat::uuid:
      break;
  }
  return is_uuid(text);
}

std::string_view describe(GrammarFormat format) noexcept {
  switch (format) {
    case GrammarFormat::none:
      return "a text";
    case GrammarFormat::date_time:
      return "a date and time with offset such as 2022-05-10T13:05:00Z";
    case GrammarFormat::uri:
      return "an absolute URI such as https://example.com/x";
    case GrammarFormat::regex:
      return "a regular expression";
    case GrammarFormat::uuid:
      break;
  }
  return "a UUID such as 6f9619ff-8b86-4011-b42d-00c04fc964ff";
}

}  // namespace tocsin::formats::csaf
