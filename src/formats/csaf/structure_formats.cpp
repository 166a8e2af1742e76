#include "formats/csaf/structure_formats.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include <re2/re2.h>

#include "base/messages.hpp"
#include "base/time.hpp"

namespace tocsin::formats::csaf {
namespace {

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
constexpr bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// The characters that stand in a URI as themselves, wherever it is (RFC 3986 section 2.2 and 2.3): not "#", which
/// stands once.
constexpr auto kInUri = [] {
  std::array<bool, 256> allowed{};
  for (const char c : std::string_view{"-._~:/?[]@!$&'()*+,;="}) allowed[static_cast<unsigned char>(c)] = true;
  for (int c = 0; c < 128; ++c) {
    if (is_alpha(static_cast<char>(c)) || is_digit(static_cast<char>(c))) allowed[static_cast<std::size_t>(c)] = true;
  }
  return allowed;
}();

/// Sixteen characters that are looked at together.
using Block = unsigned char __attribute__((vector_size(16)));

/// Not zero where a character is none of kInUri.
Block unknown_in(const char* text) {
  Block c;
  std::memcpy(&c, text, sizeof c);
  return Block((c <= ' ') | (c >= 0x7F) | ((c | 1) == '#') | (c == '%') | ((c | 2) == '>') | ((c | 2) == '^') |
               (c == '`') | ((c >= '{') & (c <= '}')));
}

/// Whether all are of kInUri, without branches: nearly every URI is read to its end. False of short ones says nothing.
bool has_plain_characters_only(std::string_view text) {
  if (text.size() < sizeof(Block)) return false;
  // The last block overlaps the one before it.
  auto unknown = unknown_in(text.data() + text.size() - sizeof(Block));
  for (std::size_t at = 0; at + sizeof(Block) < text.size(); at += sizeof(Block))
    unknown |= unknown_in(text.data() + at);
  std::array<std::uint64_t, 2> halves{};
  std::memcpy(halves.data(), &unknown, sizeof unknown);
  return (halves[0] | halves[1]) == 0;
}

/// RFC 3986 section 3.1: its length, or 0 where there is none.
std::size_t scheme_length(std::string_view text) {
  for (const std::string_view usual : {"https:", "http:"}) {
    if (text.starts_with(usual)) return usual.size() - 1;
  }
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0 || !is_alpha(text.front())) return 0;
  const auto in_scheme = [](char c) { return is_alpha(c) || is_digit(c) || c == '+' || c == '-' || c == '.'; };
  return std::ranges::all_of(text.substr(0, colon), in_scheme) ? colon : 0;
}

/// RFC 3986 section 3: an absolute URI, by its scheme and the characters it may hold.
bool is_uri(std::string_view text) {
  const auto colon = scheme_length(text);
  if (colon == 0) return false;
  text.remove_prefix(colon + 1);
  if (has_plain_characters_only(text)) return true;
  bool in_fragment = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size() || !is_hex(text[i + 1]) || !is_hex(text[i + 2])) return false;
      i += 2;
    } else if (c == '#') {
      if (in_fragment) return false;
      in_fragment = true;
    } else if (!kInUri[static_cast<unsigned char>(c)]) {
      return false;
    }
  }
  return true;
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
      return tr<"a text">();
    case GrammarFormat::date_time:
      return tr<"a date and time with offset such as 2022-05-10T13:05:00Z">();
    case GrammarFormat::uri:
      return tr<"an absolute URI such as https://example.com/x">();
    case GrammarFormat::regex:
      return tr<"a regular expression">();
    case GrammarFormat::uuid:
      break;
  }
  return tr<"a UUID such as 6f9619ff-8b86-4011-b42d-00c04fc964ff">();
}

}  // namespace tocsin::formats::csaf
