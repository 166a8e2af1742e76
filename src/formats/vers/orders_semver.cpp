#include <algorithm>

#include "base/text.hpp"
#include "formats/vers/orders.hpp"

/// Semantic Versioning 2.0.0 and the schemes that follow it more or less.
namespace tocsin::formats::vers {
namespace {

/// Dotted identifiers (section 11.4): numbers before words, numbers as numbers, fewer before more.
int compare_identifiers(std::string_view a, std::string_view b) {
  while (true) {
    const auto dot_a = a.find('.');
    const auto dot_b = b.find('.');
    const auto left = a.substr(0, dot_a);
    const auto right = b.substr(0, dot_b);
    const bool number_left = !left.empty() && std::ranges::all_of(left, is_digit);
    const bool number_right = !right.empty() && std::ranges::all_of(right, is_digit);
    int order = 0;
    if (number_left != number_right) {
      order = number_left ? -1 : 1;
    } else {
      order = number_left ? compare_digits(left, right) : sign(left.compare(right));
    }
    if (order != 0) return order;
    if (dot_a == std::string_view::npos || dot_b == std::string_view::npos) {
      return static_cast<int>(dot_a != std::string_view::npos) - static_cast<int>(dot_b != std::string_view::npos);
    }
    a.remove_prefix(dot_a + 1);
    b.remove_prefix(dot_b + 1);
  }
}

Semver coerced(std::string_view version) {
  auto made = coerce_semver(version);
  return made ? std::move(*made) : Semver{};
}

}  // namespace

Result<Semver> coerce_semver(std::string_view version) {
  version = text::trim(version);
  if (version.size() > 1 && (version[0] == 'v' || version[0] == 'V')) version.remove_prefix(1);
  if (version.empty() || !is_digit(version.front())) {
    return Error::invalid("the version does not begin with a number");
  }
  Semver made;
  auto rest = version;
  made.major = without_zeros(take_digits(rest));
  std::string* const parts[] = {&made.minor, &made.patch};
  for (auto* part : parts) {
    *part = "0";
    if (rest.size() > 1 && rest[0] == '.' && is_digit(rest[1])) {
      rest.remove_prefix(1);
      *part = without_zeros(take_digits(rest));
    } else {
      made.is_partial = true;
    }
    if (made.is_partial) made.patch = "0";
    if (made.is_partial) break;
  }
  std::string tail{rest};
  for (auto& c : tail) {
    if (!is_digit(c) && !is_letter(c) && c != '+' && c != '.' && c != '-') c = '-';
  }
  if (tail.empty()) return made;
  const char first = tail.front();
  if (first == '+' || first == '.') {
    made.build = tail.substr(1);
  } else {
    const auto begin = first == '-' ? std::size_t{1} : std::size_t{0};
    const auto plus = tail.find('+', begin);
    made.prerelease = tail.substr(begin, plus == std::string::npos ? plus : plus - begin);
    if (plus != std::string::npos) made.build = tail.substr(plus + 1);
  }
  std::ranges::replace(made.build, '+', '.');
  return made;
}

std::string to_text(const Semver& version) {
  auto text = version.major + '.' + version.minor + '.' + version.patch;
  if (!version.prerelease.empty()) text += '-' + version.prerelease;
  if (!version.build.empty()) text += '+' + version.build;
  return text;
}

int compare_semver(const Semver& a, const Semver& b) {
  if (const int order = compare_digits(a.major, b.major); order != 0) return order;
  if (const int order = compare_digits(a.minor, b.minor); order != 0) return order;
  if (const int order = compare_digits(a.patch, b.patch); order != 0) return order;
  if (a.prerelease.empty() || b.prerelease.empty()) {
    return static_cast<int>(a.prerelease.empty()) - static_cast<int>(b.prerelease.empty());
  }
  return compare_identifiers(a.prerelease, b.prerelease);
}

int compare_semver_text(std::string_view a, std::string_view b) { return compare_semver(coerced(a), coerced(b)); }

int compare_composer_text(std::string_view a, std::string_view b) {
  const auto left = coerced(a);
  const auto right = coerced(b);
  if (const int order = compare_semver(left, right); order != 0) return order;
  if (left.build.empty() || right.build.empty()) {
    return static_cast<int>(!left.build.empty()) - static_cast<int>(!right.build.empty());
  }
  return compare_generic(left.build, right.build);
}

Status check_semver(std::string_view version) {
  if (auto made = coerce_semver(version); !made) return std::move(made).error();
  return ok();
}

/// Up to four numbers, release labels without case, build metadata without weight.
int compare_nuget(std::string_view a, std::string_view b) {
  const auto cut = [](std::string_view version) {
    version = text::trim(version);
    version = version.substr(0, version.find('+'));
    const auto dash = version.find('-');
    return std::pair{version.substr(0, dash),
                     dash == std::string_view::npos ? std::string{} : text::lower_ascii(version.substr(dash + 1))};
  };
  const auto [numbers_a, label_a] = cut(a);
  const auto [numbers_b, label_b] = cut(b);
  if (const int order = compare_intdot(numbers_a, numbers_b); order != 0) return order;
  if (label_a.empty() || label_b.empty()) return static_cast<int>(label_a.empty()) - static_cast<int>(label_b.empty());
  return compare_identifiers(label_a, label_b);
}

}  // namespace tocsin::formats::vers
