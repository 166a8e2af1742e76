#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.hpp"
#include "formats/vers/vendor_kinds.hpp"

namespace tocsin::formats::vers {
namespace {

constexpr std::size_t kValueBytesMax = 40;

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool is_alnum(char c) noexcept { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

std::string upper(std::string_view text) {
  std::string out{text};
  std::ranges::transform(out, out.begin(), [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return out;
}

std::optional<std::size_t> count_in_words(std::string_view word) noexcept {
  constexpr std::array kCounts =
      std::to_array<std::string_view>({"one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"});
  if (const auto found = std::ranges::find(kCounts, word); found != kCounts.end()) {
    return static_cast<std::size_t>(found - kCounts.begin()) + 1;
  }
  if (word.empty() || word.size() > 2 || !std::ranges::all_of(word, is_digit)) return std::nullopt;
  std::size_t count = 0;
  for (const char c : word) count = count * 10 + static_cast<std::size_t>(c - '0');
  return count;
}

bool is_noise(std::string_view word) noexcept {
  constexpr std::array kNoise =
      std::to_array<std::string_view>({"the", "with", "of", "first", "digit", "digits", "are", "is", "serial", "number",
                                       "numbers", "no", "no.", "a", "and", "s/n", "sn", "nos", "nos."});
  return std::ranges::find(kNoise, word) != kNoise.end();
}

/// The signs of the text as words of their own.
std::vector<std::string> words_and_signs(std::string_view lower) {
  std::string spaced;
  for (const char c : lower) {
    const bool sign = c == '<' || c == '>' || c == '=';
    const bool inside = !spaced.empty() && (spaced.back() == '<' || spaced.back() == '>' || spaced.back() == '=');
    if (sign != inside) spaced += ' ';
    spaced += c;
  }
  std::vector<std::string> words;
  const auto squeezed = text::squeeze(spaced);
  for (const auto word : text::split(squeezed, ' ')) {
    if (!word.empty()) words.emplace_back(word);
  }
  return words;
}

std::size_t digits_named(std::string_view product) {
  const auto lower = text::lower_ascii(product);
  const auto at = lower.find("first ");
  if (at == std::string::npos) return 0;
  const auto words = words_and_signs(std::string_view{lower}.substr(at));
  const bool says_so =
      words.size() >= 5 && (words[2] == "digit" || words[2] == "digits") && words[3] == "of" && words[4] == "serial";
  return says_so ? count_in_words(words[1]).value_or(0) : 0;
}

}  // namespace

bool is_about_serials(std::string_view lower) noexcept {
  return text::contains(lower, "serial") || text::contains(lower, "digits");
}

bool is_serial_by_product(std::string_view product, VendorReading& reading) {
  const auto digits = digits_named(product);
  if (digits == 0 || reading.kind != VendorReading::Kind::range) return false;
  std::vector<const VendorBound*> bounds;
  for (const auto* intervals : {&reading.intervals, &reading.possible}) {
    for (const auto& [low, high] : *intervals) {
      if (low) bounds.push_back(&*low);
      if (high) bounds.push_back(&*high);
    }
  }
  const auto fits = [&](const VendorBound* bound) {
    const auto& parts = bound->version.parts;
    return parts.size() == 1 && parts[0].kind == VersionPart::Kind::number && parts[0].width == digits &&
           bound->version.component.empty();
  };
  if (bounds.empty() || !std::ranges::all_of(bounds, fits)) return false;
  const auto& bound = *bounds.front();
  if (bounds.size() == 1) {
    const auto& number = bound.version.parts.front().text;
    reading.serial = VendorSerial{.digits = digits,
                                  .below = !reading.intervals.empty() && reading.intervals.front().high.has_value(),
                                  .inclusive = bound.inclusive,
                                  .value = std::string(digits - number.size(), '0') + number};
  }
  if (bounds.size() > 1 || reading.intervals.empty()) reading.serial.reset();
  reading.kind = VendorReading::Kind::serial_number;
  reading.intervals.clear();
  reading.possible.clear();
  return true;
}

std::optional<VendorSerial> read_serial(std::string_view text) {
  const auto lower = text::lower_ascii(text);
  VendorSerial serial;
  const auto words = words_and_signs(lower);
  bool sign = false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i];
    if (word.front() == '<' || word.front() == '>' || word.front() == '=') {
      if (sign) return std::nullopt;
      sign = true;
      if (word == "<" || word == ">") {
        serial.inclusive = false;
      } else if (word != "<=" && word != ">=" && word != "=<" && word != "=>") {
        return std::nullopt;
      }
      serial.below = text::contains(word, "<");
      continue;
    }
    const bool digits_behind = i + 1 < words.size() && words[i + 1].starts_with("digit");
    if (const auto count = digits_behind ? count_in_words(word) : std::nullopt) {
      if (serial.digits != 0 || *count == 0) return std::nullopt;
      serial.digits = *count;
      continue;
    }
    if (is_noise(word)) continue;
    const bool value = std::ranges::all_of(word, is_alnum) && std::ranges::any_of(word, is_digit);
    if (!value || word.size() > kValueBytesMax || (!serial.value.empty() && serial.value != upper(word))) {
      return std::nullopt;
    }
    serial.value = upper(word);
  }
  const bool whole = sign && !serial.value.empty() && (serial.digits == 0 || serial.digits == serial.value.size());
  return whole ? std::optional{std::move(serial)} : std::nullopt;
}

std::string to_text(const VendorSerial& serial) {
  const std::string_view sign = serial.below ? (serial.inclusive ? "<=" : "<") : (serial.inclusive ? ">=" : ">");
  const auto of = serial.digits == 0 ? std::string{} : fmt::format("first {} digits of ", serial.digits);
  return fmt::format("{}serial number {}{}", of, sign, serial.value);
}

std::optional<std::string> serial_of_installed(std::string_view installed) {
  const auto clean = normalise_vendor_text(installed);
  const auto lower = text::lower_ascii(clean);
  std::string_view rest;
  for (const std::string_view words : {"serial number", "serial no.", "serial no", "serial", "s/n", "sn"}) {
    if (!lower.starts_with(words)) continue;
    rest = std::string_view{clean}.substr(words.size());
    break;
  }
  while (!rest.empty() && (rest.front() == ' ' || rest.front() == ':' || rest.front() == '#')) rest.remove_prefix(1);
  const bool number = !rest.empty() && rest.size() <= kValueBytesMax && std::ranges::all_of(rest, is_alnum) &&
                      std::ranges::any_of(rest, is_digit);
  return number ? std::optional{upper(rest)} : std::nullopt;
}

std::optional<bool> is_in(const VendorSerial& serial, std::string_view number) {
  if (serial.digits != 0) {
    if (number.size() < serial.digits) return std::nullopt;
    number = number.substr(0, serial.digits);
  }
  // Digits come before letters in serial numbers that count months so: 9, X, Y, Z. Others are not known to.
  const bool digits = std::ranges::all_of(number, is_digit);
  const bool digits_only = std::ranges::all_of(serial.value, is_digit);
  if (number.size() != serial.value.size() || (digits_only && !digits)) return std::nullopt;
  if (serial.digits == 0 && !digits_only) return std::nullopt;
  const auto order = number.compare(serial.value);
  if (order == 0) return serial.inclusive;
  return serial.below == (order < 0);
}

}  // namespace tocsin::formats::vers
