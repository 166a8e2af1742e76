#include "formats/cve/cve.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "formats/cve/cve_id.hpp"

namespace tocsin::formats::cve {
namespace {

constexpr std::string_view kBegin = "CVE-";
constexpr std::size_t kYearDigits = 4, kNumberDigitsMin = 4, kNumberDigitsMax = 19;

bool is_digit(char each) noexcept { return each >= '0' && each <= '9'; }
bool is_word(char each) noexcept {
  return is_digit(each) || (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z') || each == '_';
}
char upper(char each) noexcept { return each >= 'a' && each <= 'z' ? static_cast<char>(each - 'a' + 'A') : each; }

std::size_t digits_at(std::string_view text, std::size_t at) noexcept {
  std::size_t count = 0;
  while (at + count < text.size() && is_digit(text[at + count])) ++count;
  return count;
}

/// Bytes of the id that begins there; 0 where none does.
std::size_t length_at(std::string_view text, std::size_t at) noexcept {
  if (text.size() - at < kBegin.size()) return 0;
  for (std::size_t i = 0; i < kBegin.size(); ++i) {
    if (upper(text[at + i]) != kBegin[i]) return 0;
  }
  const auto year = at + kBegin.size(), hyphen = year + kYearDigits;
  if (digits_at(text, year) != kYearDigits || hyphen >= text.size() || text[hyphen] != '-') return 0;
  const auto number = digits_at(text, hyphen + 1);
  if (number < kNumberDigitsMin || number > kNumberDigitsMax) return 0;
  const auto end = hyphen + 1 + number;
  return end < text.size() && is_word(text[end]) ? 0 : end - at;
}

/// "CVE" and something that is no letter, of whatever script.
bool begins_like_one(std::string_view text) noexcept {
  constexpr std::size_t kName = 3;
  return text.size() > kName && upper(text[1]) == kBegin[1] && upper(text[2]) == kBegin[2] && !is_word(text[kName]);
}

std::string in_upper_case(std::string_view id) {
  std::string out{id};
  std::ranges::transform(out, out.begin(), upper);
  return out;
}

}  // namespace

std::string canonical(std::string_view id) {
  return !id.empty() && length_at(id, 0) == id.size() ? in_upper_case(id) : std::string{};
}

std::vector<std::string> ids_in(std::string_view text) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < text.size() && out.size() < kIdsMax; ++at) {
    if (upper(text[at]) != 'C' || (at > 0 && is_word(text[at - 1]))) continue;
    // Few words begin like one: only these are read with everything that may join its parts.
    auto written = begins_like_one(text.substr(at)) ? cve_at_begin(text.substr(at)) : std::nullopt;
    if (!written) continue;
    const auto end = at + written->bytes;
    if (end < text.size() && is_word(text[end])) continue;
    if (std::ranges::find(out, written->id) == out.end()) out.push_back(std::move(written->id));
    at = end - 1;
  }
  return out;
}

}  // namespace tocsin::formats::cve
