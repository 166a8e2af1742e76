#include "engine/search/tokens.hpp"

#include "base/text.hpp"

namespace tocsin::engine::search {
namespace {

/// An identifier has few parts; what has more is prose joined by dashes.
constexpr std::size_t kIdentifierPartsMax = 8;
/// A tail that is shorter says nothing.
constexpr std::size_t kTailBytesMin = 3;

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_alnum_ascii(char c) noexcept { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_joint(char c) noexcept { return c == '-' || c == '.' || c == '/' || c == '_'; }

char32_t decode(std::string_view text, std::size_t at, std::size_t length) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<char32_t>(static_cast<unsigned char>(text[at + i])); };
  switch (length) {
    case 2:
      return ((byte(0) & 0x1F) << 6) | (byte(1) & 0x3F);
    case 3:
      return ((byte(0) & 0x0F) << 12) | ((byte(1) & 0x3F) << 6) | (byte(2) & 0x3F);
    case 4:
      return ((byte(0) & 0x07) << 18) | ((byte(1) & 0x3F) << 12) | ((byte(2) & 0x3F) << 6) | (byte(3) & 0x3F);
    default:
      return byte(0);
  }
}

/// Punctuation, symbols and blanks beyond ASCII; everything else beyond ASCII counts as a letter.
bool is_separator(char32_t c) noexcept {
  const auto between = [c](char32_t low, char32_t high) { return c >= low && c <= high; };
  if (between(0x80, 0xBF)) return c != 0xAA && c != 0xB5 && c != 0xBA && c != 0xAD;
  return c == 0xD7 || c == 0xF7 || between(0x2000, 0x200A) || between(0x2010, 0x2029) || between(0x202F, 0x205F) ||
         between(0x2070, 0x2BFF) || between(0x3000, 0x3004) || between(0x3007, 0x3030) || between(0xD800, 0xF8FF) ||
         between(0xFE10, 0xFE1F) || between(0xFE30, 0xFE6F) || between(0xFF01, 0xFF0F) || between(0xFF1A, 0xFF20) ||
         between(0xFF3B, 0xFF40) || between(0xFF5B, 0xFF65) || between(0xFFF0, 0xFFFF) || between(0x1F000, 0x1FAFF);
}

/// Bytes of the letter or digit at `at`, 0 where none stands there.
std::size_t letter_at(std::string_view text, std::size_t at) noexcept {
  if (static_cast<unsigned char>(text[at]) < 0x80) return is_alnum_ascii(text[at]) ? 1 : 0;
  const auto length = text::utf8_length_at(text, at);
  return length > 0 && !is_separator(decode(text, at, length)) ? length : 0;
}

std::string cut(std::string_view token) {
  if (token.size() <= kTokenBytesMax) return std::string{token};
  auto end = kTokenBytesMax;
  while (end > 0 && (static_cast<unsigned char>(token[end]) & 0xC0U) == 0x80U) --end;
  return std::string{token.substr(0, end)};
}

template <class Visit>
void each_run(std::string_view text, Visit&& visit) {
  for (std::size_t at = 0; at < text.size();) {
    auto end = at;
    while (end < text.size()) {
      const auto length = letter_at(text, end);
      if (length == 0) break;
      end += length;
    }
    if (end > at) {
      visit(at, end);
      at = end;
    } else {
      ++at;
    }
  }
}

/// "6ES7": the first part of a Siemens order number, mostly followed by a blank or by nothing.
bool is_order_number_head(std::string_view part) noexcept {
  return part.size() >= 4 && part[0] >= '1' && part[0] <= '9' && part[1] >= 'a' && part[1] <= 'z' &&
         is_alnum_ascii(part[2]) && is_digit(part[3]);
}

std::vector<std::string_view> parts_of(std::string_view folded) {
  std::vector<std::string_view> parts;
  each_run(folded, [&](std::size_t begin, std::size_t end) {
    const auto part = folded.substr(begin, end - begin);
    if (parts.empty() && part.size() == 7 && is_order_number_head(part)) {
      parts.push_back(part.substr(0, 4));
      parts.push_back(part.substr(4));
    } else {
      parts.push_back(part);
    }
  });
  return parts;
}

void add_once(std::vector<std::string>& tokens, std::string token) {
  if (std::ranges::find(tokens, token) == tokens.end()) tokens.push_back(std::move(token));
}

void add_tails(std::string_view folded, std::vector<std::string>& found) {
  const auto parts = parts_of(folded);
  const auto starts = std::min(parts.size(), kIdentifierPartsMax);
  for (std::size_t first = 0; first < starts; ++first) {
    std::string tail;
    for (auto i = first; i < parts.size(); ++i) tail += parts[i];
    if (first == 0 || tail.size() >= kTailBytesMin) add_once(found, cut(tail));
  }
}

/// End of the run of letters, digits and single joints between them that begins at `at`.
std::size_t identifier_end(std::string_view folded, std::size_t at) noexcept {
  auto end = at;
  while (end < folded.size()) {
    if (const auto length = letter_at(folded, end); length > 0) {
      end += length;
    } else if (is_joint(folded[end]) && end + 1 < folded.size() && letter_at(folded, end + 1) > 0) {
      ++end;
    } else {
      break;
    }
  }
  return end;
}

bool looks_like_identifier(std::string_view run) noexcept {
  bool digit = false, letter = false, dash = false;
  for (const char c : run) {
    digit = digit || is_digit(c);
    dash = dash || c == '-';
    letter = letter || (!is_digit(c) && !is_joint(c));
  }
  return digit && (letter || dash);
}

}  // namespace

std::vector<std::string> tokens(std::string_view text) {
  const auto folded = text::fold(text);
  std::vector<std::string> found;
  each_run(folded, [&](std::size_t begin, std::size_t end) {
    found.push_back(cut(std::string_view{folded}.substr(begin, end - begin)));
  });
  return found;
}

std::vector<WordAt> words_in(std::string_view text) {
  std::vector<WordAt> found;
  each_run(text, [&](std::size_t begin, std::size_t end) { found.push_back({begin, end}); });
  return found;
}

std::vector<std::string> identifier_tails(std::string_view identifier) {
  std::vector<std::string> found;
  add_tails(text::fold(identifier), found);
  return found;
}

std::vector<std::string> identifier_tokens(std::string_view text) {
  const auto folded = text::fold(text);
  const std::string_view view = folded;
  std::vector<std::string> found;
  for (std::size_t at = 0; at < view.size();) {
    if (letter_at(view, at) == 0) {
      ++at;
      continue;
    }
    auto end = identifier_end(view, at);
    // "6ES7 515-2AM02-0AB0": the blank belongs to the number.
    if (end - at == 4 && is_order_number_head(view.substr(at, 4)) && end + 4 < view.size() && view[end] == ' ') {
      const auto rest = view.substr(end + 1);
      if (is_alnum_ascii(rest[0]) && is_alnum_ascii(rest[1]) && is_alnum_ascii(rest[2]) && rest[3] == '-') {
        end = identifier_end(view, end + 1);
      }
    }
    const auto run = view.substr(at, end - at);
    if (looks_like_identifier(run)) add_tails(run, found);
    at = end;
  }
  return found;
}

std::string compact(std::string_view identifier) {
  const auto folded = text::fold(identifier);
  std::string out;
  each_run(folded, [&](std::size_t begin, std::size_t end) { out.append(folded, begin, end - begin); });
  return cut(out);
}

std::string compact_identifier(std::string_view word) {
  const auto folded = text::fold(word);
  return looks_like_identifier(folded) ? compact(word) : std::string{};
}

std::vector<std::string> version_tokens(std::string_view text) {
  const auto folded = text::fold(text);
  const std::string_view view = folded;
  std::vector<std::string> found;
  for (std::size_t at = 0; at < view.size();) {
    if (letter_at(view, at) == 0) {
      ++at;
      continue;
    }
    const auto end = identifier_end(view, at);
    auto run = view.substr(at, end - at);
    at = end;
    if (run.size() > 1 && run[0] == 'v' && is_digit(run[1])) run.remove_prefix(1);
    if (std::ranges::none_of(run, is_digit)) continue;
    std::string token;
    for (const char c : run) token += is_joint(c) ? '_' : c;
    add_once(found, cut(token));
  }
  return found;
}

}  // namespace tocsin::engine::search
