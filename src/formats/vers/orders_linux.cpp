#include <algorithm>
#include <array>

#include "formats/vers/orders.hpp"

/// How Linux distributions order the versions of packages.
namespace tocsin::formats::vers {
namespace {

struct Evr {
  std::string_view epoch = "0", version, release;
  bool has_release = false;
};

/// "epoch:version-release".
Evr cut(std::string_view text) noexcept {
  Evr evr;
  const auto colon = text.find(':');
  if (colon != std::string_view::npos && colon > 0 && std::ranges::all_of(text.substr(0, colon), is_digit)) {
    evr.epoch = text.substr(0, colon);
    text.remove_prefix(colon + 1);
  }
  const auto dash = text.rfind('-');
  if (dash != std::string_view::npos) {
    evr.release = text.substr(dash + 1);
    evr.has_release = true;
  }
  evr.version = text.substr(0, dash);
  return evr;
}

// ---- Debian: deb-version(7)

/// '~' before the end, the end before letters, letters before all else.
int weight(char c) noexcept {
  if (c == '~') return -1;
  if (is_letter(c)) return static_cast<unsigned char>(c);
  return static_cast<unsigned char>(c) + 256;
}

int compare_deb_part(std::string_view a, std::string_view b) noexcept {
  while (!a.empty() || !b.empty()) {
    while ((!a.empty() && !is_digit(a.front())) || (!b.empty() && !is_digit(b.front()))) {
      const int left = a.empty() || is_digit(a.front()) ? 0 : weight(a.front());
      const int right = b.empty() || is_digit(b.front()) ? 0 : weight(b.front());
      if (left != right) return left < right ? -1 : 1;
      a.remove_prefix(1);
      b.remove_prefix(1);
    }
    const auto left = take_digits(a);
    const auto right = take_digits(b);
    if (const int order = compare_digits(left, right); order != 0) return order;
  }
  return 0;
}

// ---- RPM: rpmvercmp

bool is_rpm_separator(char c) noexcept { return !is_digit(c) && !is_letter(c) && c != '~' && c != '^'; }

int compare_rpm_part(std::string_view a, std::string_view b) noexcept {
  while (!a.empty() || !b.empty()) {
    take_while(a, is_rpm_separator);
    take_while(b, is_rpm_separator);
    const char left = a.empty() ? '\0' : a.front();
    const char right = b.empty() ? '\0' : b.front();
    if (left == '~' || right == '~') {
      if (left != right) return left == '~' ? -1 : 1;
      a.remove_prefix(1);
      b.remove_prefix(1);
      continue;
    }
    if (left == '^' || right == '^') {
      if (a.empty()) return -1;
      if (b.empty()) return 1;
      if (left != right) return left == '^' ? -1 : 1;
      a.remove_prefix(1);
      b.remove_prefix(1);
      continue;
    }
    if (a.empty() || b.empty()) break;
    if (is_digit(left) != is_digit(right)) return is_digit(left) ? 1 : -1;
    const bool numbers = is_digit(left);
    const auto part_a = numbers ? take_digits(a) : take_letters(a);
    const auto part_b = numbers ? take_digits(b) : take_letters(b);
    const int order = numbers ? compare_digits(part_a, part_b) : sign(part_a.compare(part_b));
    if (order != 0) return order;
  }
  return static_cast<int>(!a.empty()) - static_cast<int>(!b.empty());
}

// ---- Arch Linux: vercmp(8)

bool is_other(char c) noexcept { return !is_digit(c) && !is_letter(c); }

int compare_alpm_part(std::string_view a, std::string_view b) noexcept {
  while (!a.empty() && !b.empty()) {
    const auto separators_a = take_while(a, is_other);
    const auto separators_b = take_while(b, is_other);
    if (a.empty() || b.empty()) break;
    if (separators_a.size() != separators_b.size()) return separators_a.size() < separators_b.size() ? -1 : 1;
    if (is_digit(a.front()) != is_digit(b.front())) return is_digit(a.front()) ? 1 : -1;
    const bool numbers = is_digit(a.front());
    const auto part_a = numbers ? take_digits(a) : take_letters(a);
    const auto part_b = numbers ? take_digits(b) : take_letters(b);
    const int order = numbers ? compare_digits(part_a, part_b) : sign(part_a.compare(part_b));
    if (order != 0) return order;
  }
  if (a.empty() && b.empty()) return 0;
  // What is left over makes a version newer, but letters: "1.5b" comes before "1.5".
  const bool older = (a.empty() && !is_letter(b.front())) || (!a.empty() && is_letter(a.front()));
  return older ? -1 : 1;
}

// ---- Gentoo (PMS section 3.3) and Alpine

/// Suffixes in their order; the release itself stands in the middle.
constexpr std::array<std::string_view, 9> kSuffixes{"alpha", "beta", "pre", "rc", "cvs", "svn", "git", "hg", "p"};
constexpr int kRelease = 4;

int suffix_rank(std::string_view name) noexcept {
  const auto found = std::ranges::find(kSuffixes, name) - kSuffixes.begin();
  return static_cast<int>(found) < kRelease ? static_cast<int>(found) : static_cast<int>(found) + 1;
}

/// Numbers behind the first that begin with 0 are decimals: "1.01" comes before "1.1".
int compare_component(std::string_view a, std::string_view b) noexcept {
  if (!a.starts_with('0') && !b.starts_with('0')) return compare_digits(a, b);
  while (a.ends_with('0')) a.remove_suffix(1);
  while (b.ends_with('0')) b.remove_suffix(1);
  return sign(a.compare(b));
}

}  // namespace

int compare_deb(std::string_view a, std::string_view b) {
  const auto left = cut(a);
  const auto right = cut(b);
  if (const int order = compare_digits(left.epoch, right.epoch); order != 0) return order;
  if (const int order = compare_deb_part(left.version, right.version); order != 0) return order;
  return compare_deb_part(left.release, right.release);
}

int compare_rpm(std::string_view a, std::string_view b) {
  const auto left = cut(a);
  const auto right = cut(b);
  if (const int order = compare_digits(left.epoch, right.epoch); order != 0) return order;
  if (const int order = compare_rpm_part(left.version, right.version); order != 0) return order;
  return compare_rpm_part(left.release, right.release);
}

int compare_alpm(std::string_view a, std::string_view b) {
  const auto left = cut(a);
  const auto right = cut(b);
  if (const int order = compare_digits(left.epoch, right.epoch); order != 0) return order;
  if (const int order = compare_alpm_part(left.version, right.version); order != 0) return order;
  return left.has_release && right.has_release ? compare_alpm_part(left.release, right.release) : 0;
}

int compare_gentoo(std::string_view a, std::string_view b) {
  if (const int order = compare_digits(take_digits(a), take_digits(b)); order != 0) return order;
  while (true) {
    const bool more_a = a.size() > 1 && a[0] == '.' && is_digit(a[1]);
    const bool more_b = b.size() > 1 && b[0] == '.' && is_digit(b[1]);
    if (more_a != more_b) return more_a ? 1 : -1;
    if (!more_a) break;
    a.remove_prefix(1);
    b.remove_prefix(1);
    const auto left = take_digits(a);
    const auto right = take_digits(b);
    if (const int order = compare_component(left, right); order != 0) return order;
  }
  const auto letter_a = take_letters(a);
  const auto letter_b = take_letters(b);
  if (const int order = sign(letter_a.compare(letter_b)); order != 0) return order;
  while (a.starts_with('_') || b.starts_with('_')) {
    const auto take = [](std::string_view& rest) {
      if (!rest.starts_with('_')) return std::pair{kRelease, std::string_view{}};
      rest.remove_prefix(1);
      const int rank = suffix_rank(take_letters(rest));
      return std::pair{rank, take_digits(rest)};
    };
    const auto [rank_a, number_a] = take(a);
    const auto [rank_b, number_b] = take(b);
    if (rank_a != rank_b) return rank_a < rank_b ? -1 : 1;
    if (const int order = compare_digits(number_a, number_b); order != 0) return order;
  }
  const auto revision = [](std::string_view rest) {
    if (!rest.starts_with("-r")) return std::string_view{};
    rest.remove_prefix(2);
    return take_digits(rest);
  };
  if (const int order = compare_digits(revision(a), revision(b)); order != 0) return order;
  // Texts that are no versions of this form: whatever is left decides, so that only equal ones are equal.
  const auto rest = [](std::string_view text) {
    if (text.starts_with("-r")) {
      text.remove_prefix(2);
      take_digits(text);
    }
    return text;
  };
  return sign(rest(a).compare(rest(b)));
}

}  // namespace tocsin::formats::vers
