#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "base/text_parts.hpp"

namespace tocsin::text {
namespace {

constexpr std::size_t kWordBytesMax = 64;
constexpr std::string_view kEllipsis = "\xe2\x80\xa6";
constexpr std::string_view kNoBreakSpace = "\xc2\xa0";

using parts::byte_at;
using parts::decode;
using parts::is_blank_ascii;
using parts::lower;

/// Bytes of the white space that starts at `at`, or 0.
std::size_t blank_at(std::string_view text, std::size_t at) noexcept {
  if (is_blank_ascii(text[at])) return 1;
  return text.substr(at).starts_with(kNoBreakSpace) ? kNoBreakSpace.size() : 0;
}

/// Eight bytes at once are ASCII.
bool ascii8(const char* bytes) noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof word);
  return (word & 0x8080808080808080U) == 0;
}

/// Windows-1252 byte of a code point, or -1. The five bytes that Windows-1252 leaves open read as C1 controls, as the
/// WHATWG Encoding Standard has it; all of C1 is taken, so Latin-1 is covered by the same map.
int cp1252_byte(char32_t c) noexcept {
  static constexpr char32_t kHigh[32] = {0x20AC, 0x81,   0x201A, 0x192,  0x201E, 0x2026, 0x2020, 0x2021,
                                         0x2C6,  0x2030, 0x160,  0x2039, 0x152,  0x8D,   0x17D,  0x8F,
                                         0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                         0x2DC,  0x2122, 0x161,  0x203A, 0x153,  0x9D,   0x17E,  0x178};
  if (c <= 0xFF) return static_cast<int>(c);
  const auto* const found = std::find(std::begin(kHigh), std::end(kHigh), c);
  return found == std::end(kHigh) ? -1 : static_cast<int>(0x80 + (found - std::begin(kHigh)));
}

/// One step of repair_mojibake; empty where there is nothing to repair.
std::string unread_cp1252(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size());
  bool high = false;
  for (std::size_t at = 0; at < text.size();) {
    const auto length = utf8_length_at(text, at);
    if (length == 0) return {};
    const int byte = cp1252_byte(decode(text, at, length));
    if (byte < 0) return {};
    high = high || byte >= 0x80;
    bytes += static_cast<char>(byte);
    at += length;
  }
  if (!high || invalid_utf8_at(bytes) != std::string_view::npos) return {};
  return bytes;
}

}  // namespace

std::size_t utf8_length_at(std::string_view bytes, std::size_t at) noexcept {
  if (at >= bytes.size()) return 0;
  const unsigned lead = byte_at(bytes, at);
  if (lead < 0x80) return 1;
  if (lead < 0xC2 || lead > 0xF4) return 0;
  const std::size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (bytes.size() - at < length) return 0;
  // Table 3-7: only the second byte has ranges of its own. They shut out overlong forms, surrogates and what is
  // beyond U+10FFFF.
  const unsigned low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const unsigned high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  const unsigned second = byte_at(bytes, at + 1);
  if (second < low || second > high) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if ((byte_at(bytes, at + i) & 0xC0) != 0x80) return 0;
  }
  return length;
}

std::size_t invalid_utf8_at(std::string_view bytes) noexcept {
  for (std::size_t at = 0; at < bytes.size();) {
    if (bytes.size() - at >= 8 && ascii8(bytes.data() + at)) {
      at += 8;
      continue;
    }
    const auto length = utf8_length_at(bytes, at);
    if (length == 0) return at;
    at += length;
  }
  return std::string_view::npos;
}

void append_utf8(std::string& out, char32_t c) {
  const auto tail = [](char32_t bits) { return static_cast<char>(0x80 | (bits & 0x3F)); };
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += {static_cast<char>(0xC0 | c >> 6), tail(c)};
  } else if (c < 0x10000) {
    out += {static_cast<char>(0xE0 | c >> 12), tail(c >> 6), tail(c)};
  } else {
    out += {static_cast<char>(0xF0 | c >> 18), tail(c >> 12), tail(c >> 6), tail(c)};
  }
}

std::string_view trim(std::string_view text) noexcept {
  while (!text.empty()) {
    const auto length = blank_at(text, 0);
    if (length == 0) break;
    text.remove_prefix(length);
  }
  while (!text.empty()) {
    if (is_blank_ascii(text.back())) {
      text.remove_suffix(1);
    } else if (text.ends_with(kNoBreakSpace)) {
      text.remove_suffix(kNoBreakSpace.size());
    } else {
      break;
    }
  }
  return text;
}

std::string squeeze(std::string_view text) {
  text = trim(text);
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    auto length = blank_at(text, at);
    if (length == 0) {
      out += text[at++];
      continue;
    }
    out += ' ';
    // Trimmed before, so a run of blanks never reaches the end.
    for (; length != 0; length = blank_at(text, at)) at += length;
  }
  return out;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t begin = 0;;) {
    const auto end = text.find(separator, begin);
    parts.push_back(text.substr(begin, end == std::string_view::npos ? end : end - begin));
    if (end == std::string_view::npos) return parts;
    begin = end + 1;
  }
}

std::string lower_ascii(std::string_view text) {
  std::string out{text};
  for (char& c : out) c = lower(c);
  return out;
}

bool equals_ignore_case_ascii(std::string_view a, std::string_view b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

bool contains(std::string_view haystack, std::string_view needle) noexcept {
  return haystack.find(needle) != std::string_view::npos;
}

bool contains_ignore_case_ascii(std::string_view haystack, std::string_view needle) noexcept {
  return std::search(haystack.begin(), haystack.end(), needle.begin(), needle.end(),
                     [](char x, char y) { return lower(x) == lower(y); }) != haystack.end() ||
         needle.empty();
}

int edit_distance(std::string_view a, std::string_view b, int limit) {
  const int far = limit + 1;
  if (limit < 0 || a.size() > kWordBytesMax || b.size() > kWordBytesMax) return far;
  while (!a.empty() && !b.empty() && a.front() == b.front()) {
    a.remove_prefix(1);
    b.remove_prefix(1);
  }
  while (!a.empty() && !b.empty() && a.back() == b.back()) {
    a.remove_suffix(1);
    b.remove_suffix(1);
  }
  const int rows = static_cast<int>(a.size());
  const int columns = static_cast<int>(b.size());
  if (std::abs(rows - columns) > limit) return far;
  if (rows == 0 || columns == 0) return rows + columns;
  // Optimal string alignment: three rows of the usual table, the oldest for swaps.
  using Row = std::array<int, kWordBytesMax + 1>;
  Row before{}, previous{}, current{};
  for (int j = 0; j <= columns; ++j) previous[static_cast<std::size_t>(j)] = j;
  int previous_least = 0;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    current[0] = static_cast<int>(i);
    int least = current[0];
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const int replaced = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      int cost = std::min({replaced, previous[j] + 1, current[j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) cost = std::min(cost, before[j - 2] + 1);
      current[j] = cost;
      least = std::min(least, cost);
    }
    // A swap reaches back two rows, so both must be beyond the limit.
    if (least > limit && previous_least > limit) return far;
    previous_least = least;
    before = std::exchange(previous, current);
  }
  return std::min(previous[b.size()], far);
}

std::string repair_mojibake(std::string_view text) {
  std::string repaired{text};
  for (int round = 0; round < 2; ++round) {
    auto next = unread_cp1252(repaired);
    if (next.empty()) break;
    repaired = std::move(next);
  }
  return repaired;
}

std::string shorten(std::string_view text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) return std::string{text};
  if (max_bytes < kEllipsis.size()) return {};
  std::size_t cut = max_bytes - kEllipsis.size();
  // Never inside a character: steps back over at most three continuation bytes, so ill-formed text ends too.
  for (int i = 0; i < 3 && cut > 0 && (byte_at(text, cut) & 0xC0) == 0x80; ++i) --cut;
  std::size_t boundary = cut;
  while (boundary > 0 && blank_at(text, boundary) == 0) --boundary;
  // One long word (a URL, a hash) has no boundary: half a word says more than nothing.
  auto kept = trim(text.substr(0, boundary));
  if (kept.empty()) kept = trim(text.substr(0, cut));
  while (!kept.empty() && std::string_view{",;:"}.find(kept.back()) != std::string_view::npos) kept.remove_suffix(1);
  return std::string{kept}.append(kEllipsis);
}

std::string list_some(const std::vector<std::string>& texts) {
  constexpr std::size_t kAllMax = 5, kNamed = 3;
  const auto named = texts.size() <= kAllMax ? texts.size() : kNamed;
  std::string list;
  for (std::size_t i = 0; i < named; ++i) {
    if (i > 0) list += ", ";
    list += texts[i];
  }
  if (named < texts.size()) list += fmt::format(" and {} others", texts.size() - named);
  return list;
}

std::string count_of(long long count, std::string_view one, std::string_view many) {
  return thousands(count).append(" ").append(count == 1 ? one : many);
}

std::string thousands(long long number) {
  auto text = fmt::format_int(number).str();
  const std::size_t first = number < 0 ? 1 : 0;
  for (auto at = text.size(); at > first + 3;) {
    at -= 3;
    text.insert(at, 1, ',');
  }
  return text;
}

}  // namespace tocsin::text
