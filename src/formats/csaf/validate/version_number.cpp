#include "formats/csaf/validate/version_number.hpp"

#include <algorithm>

namespace tocsin::formats::csaf {
namespace {

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

/// Digits without leading zeros at the beginning; they are cut off.
std::string_view take_number(std::string_view& text) noexcept {
  std::size_t size = 0;
  while (size < text.size() && is_digit(text[size])) ++size;
  if (size > 1 && text[0] == '0') size = 0;
  const auto number = text.substr(0, size);
  text.remove_prefix(size);
  return number;
}

bool is_identifier_text(std::string_view text) noexcept {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.';
  });
}

bool all_digits(std::string_view text) noexcept { return !text.empty() && std::ranges::all_of(text, is_digit); }

/// Dot-separated, none empty; numeric ones without leading zeros where `numbers_strict`.
bool identifiers(std::string_view text, bool numbers_strict) noexcept {
  if (!is_identifier_text(text)) return false;
  for (;;) {
    const auto dot = text.find('.');
    const auto part = text.substr(0, dot);
    if (part.empty() || (numbers_strict && part.size() > 1 && part[0] == '0' && all_digits(part))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

int compare_numbers(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
  return a.compare(b);
}

int compare_prerelease(std::string_view a, std::string_view b) noexcept {
  // A version without one is the release, which comes after.
  if (a.empty() || b.empty()) return static_cast<int>(a.empty()) - static_cast<int>(b.empty());
  for (;;) {
    const auto dot_a = a.find('.');
    const auto dot_b = b.find('.');
    const auto part_a = a.substr(0, dot_a);
    const auto part_b = b.substr(0, dot_b);
    const bool number_a = all_digits(part_a);
    const bool number_b = all_digits(part_b);
    int order = 0;
    if (number_a != number_b) {
      order = number_a ? -1 : 1;
    } else {
      order = number_a ? compare_numbers(part_a, part_b) : part_a.compare(part_b);
    }
    if (order != 0) return order;
    if (dot_a == std::string_view::npos || dot_b == std::string_view::npos) {
      return static_cast<int>(dot_a != std::string_view::npos) - static_cast<int>(dot_b != std::string_view::npos);
    }
    a.remove_prefix(dot_a + 1);
    b.remove_prefix(dot_b + 1);
  }
}

}  // namespace

VersionNumber read_version_number(std::string_view text) noexcept {
  VersionNumber invalid;
  invalid.text = text;
  VersionNumber version = invalid;
  auto rest = text;
  version.major = take_number(rest);
  if (version.major.empty()) return invalid;
  if (rest.empty()) {
    version.kind = VersionNumber::Kind::integer;
    return version;
  }
  for (auto* part : {&version.minor, &version.patch}) {
    if (!rest.starts_with('.')) return invalid;
    rest.remove_prefix(1);
    *part = take_number(rest);
    if (part->empty()) return invalid;
  }
  const auto plus = rest.find('+');
  if (plus != std::string_view::npos) {
    version.build = rest.substr(plus + 1);
    rest = rest.substr(0, plus);
    if (!identifiers(version.build, false)) return invalid;
  }
  if (rest.starts_with('-')) {
    version.prerelease = rest.substr(1);
    if (!identifiers(version.prerelease, true)) return invalid;
  } else if (!rest.empty()) {
    return invalid;
  }
  version.kind = VersionNumber::Kind::semantic;
  return version;
}

int compare(const VersionNumber& a, const VersionNumber& b) noexcept {
  const bool bad_a = a.kind == VersionNumber::Kind::invalid;
  const bool bad_b = b.kind == VersionNumber::Kind::invalid;
  if (bad_a || bad_b) return static_cast<int>(bad_b) - static_cast<int>(bad_a);
  if (const int order = compare_numbers(a.major, b.major); order != 0) return order;
  if (const int order = compare_numbers(a.minor, b.minor); order != 0) return order;
  if (const int order = compare_numbers(a.patch, b.patch); order != 0) return order;
  return compare_prerelease(a.prerelease, b.prerelease);
}

}  // namespace tocsin::formats::csaf
