#include "formats/vers/native.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include "base/text.hpp"
#include "formats/vers/orders.hpp"

namespace tocsin::formats::vers {
namespace {

using Constraints = std::vector<Constraint>;

Error unreadable(std::string_view part) {
  return Error::invalid(fmt::format("'{}' cannot be read", text::shorten(part, 80)));
}

/// How an ecosystem writes a list of comparators.
struct Dialect {
  std::string_view scheme;
  char and_separator = ' ';  ///< ' ' or ','; blanks separate in both.
  bool single_bar = false;   ///< '|' alone is OR as well.
  std::string (*normalise)(std::string_view version) = nullptr;
  bool has_caret = false, has_tilde = false, has_x = false, has_hyphen = false;
  /// Where "~1.2.3" and "^1.2.3" end, and whether a bare version begins a caret range.
  enum class Tilde : std::uint8_t { none, npm, composer, gem, pypi, conan } tilde = Tilde::none;
  bool bare_is_caret = false;
};

std::string as_semver(std::string_view version) {
  const auto made = coerce_semver(version);
  return made ? to_text(*made) : std::string{version};
}
std::string as_is(std::string_view version) { return std::string{version}; }

constexpr std::array kDialects = {
    Dialect{.scheme = "cargo",
            .and_separator = ',',
            .normalise = as_semver,
            .has_caret = true,
            .has_tilde = true,
            .has_x = true,
            .tilde = Dialect::Tilde::npm,
            .bare_is_caret = true},
    Dialect{.scheme = "composer",
            .and_separator = ',',
            .single_bar = true,
            .normalise = as_semver,
            .has_caret = true,
            .has_tilde = true,
            .has_x = true,
            .has_hyphen = true,
            .tilde = Dialect::Tilde::composer},
    Dialect{
        .scheme = "conan", .normalise = as_is, .has_caret = true, .has_tilde = true, .tilde = Dialect::Tilde::conan},
    Dialect{.scheme = "gem", .and_separator = ',', .normalise = as_is, .has_tilde = true, .tilde = Dialect::Tilde::gem},
    Dialect{.scheme = "generic", .and_separator = ',', .normalise = as_is},
    Dialect{.scheme = "golang", .and_separator = ',', .normalise = as_semver},
    Dialect{
        .scheme = "hex", .and_separator = ',', .normalise = as_semver, .has_tilde = true, .tilde = Dialect::Tilde::gem},
    Dialect{.scheme = "intdot", .and_separator = ',', .normalise = as_is},
    Dialect{.scheme = "npm",
            .normalise = as_semver,
            .has_caret = true,
            .has_tilde = true,
            .has_x = true,
            .has_hyphen = true,
            .tilde = Dialect::Tilde::npm},
    Dialect{
        .scheme = "pub", .and_separator = ' ', .normalise = as_semver, .has_caret = true, .tilde = Dialect::Tilde::npm},
    Dialect{.scheme = "pypi",
            .and_separator = ',',
            .normalise = normalise_pypi,
            .has_tilde = true,
            .has_x = true,
            .tilde = Dialect::Tilde::pypi},
    Dialect{.scheme = "semver",
            .and_separator = ',',
            .normalise = as_semver,
            .has_caret = true,
            .has_tilde = true,
            .has_x = true,
            .has_hyphen = true,
            .tilde = Dialect::Tilde::npm},
    Dialect{.scheme = "swift", .and_separator = ',', .normalise = as_semver},
};

/// Leading numbers of a version: "1.2.x" has two.
std::vector<std::string> numbers_of(std::string_view version) {
  std::vector<std::string> numbers;
  if (version.size() > 1 && (version[0] == 'v' || version[0] == 'V')) version.remove_prefix(1);
  while (!version.empty() && is_digit(version.front())) {
    numbers.emplace_back(without_zeros(take_digits(version)));
    if (!version.starts_with('.')) break;
    version.remove_prefix(1);
  }
  return numbers;
}

std::string plus_one(std::string digits) {
  for (auto i = digits.size(); i-- > 0;) {
    if (digits[i] != '9') {
      ++digits[i];
      return digits;
    }
    digits[i] = '0';
  }
  return '1' + digits;
}

/// "1.2.3" with the number at `place` one higher, and nothing behind it.
std::string bumped(const std::vector<std::string>& numbers, std::size_t place) {
  std::string text;
  for (std::size_t i = 0; i <= place && i < numbers.size(); ++i) {
    if (i > 0) text += '.';
    text += i == place ? plus_one(numbers[i]) : numbers[i];
  }
  return text;
}

bool is_wild(char c) noexcept { return c == '*' || c == 'x' || c == 'X'; }

/// "1.2.x", "1.*", "*": a wildcard in the place of a number.
bool has_wildcard(std::string_view version) noexcept {
  for (std::size_t i = 0; i < version.size(); ++i) {
    const bool begins = i == 0 || version[i - 1] == '.';
    const bool ends = i + 1 == version.size() || version[i + 1] == '.';
    if (is_wild(version[i]) && begins && ends) return true;
  }
  return false;
}

class DialectReader {
 public:
  explicit DialectReader(const Dialect& dialect) : dialect_(dialect) {}

  Result<Range> read(std::string_view text) {
    Range range{.scheme = std::string{dialect_.scheme}, .everything = false, .constraints = {}};
    for (auto alternative : alternatives(text)) {
      alternative = text::trim(alternative);
      if (alternative.empty()) continue;
      if (auto done = read_alternative(alternative, range); !done) return done.error();
    }
    if (range.constraints.size() > kConstraintsMax) return Error::too_large("list of constraints", kConstraintsMax);
    return range;
  }

 private:
  std::vector<std::string_view> alternatives(std::string_view text) const {
    std::vector<std::string_view> found;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] != '|') continue;
      const bool two = i + 1 < text.size() && text[i + 1] == '|';
      if (!two && !dialect_.single_bar) continue;
      found.push_back(text.substr(begin, i - begin));
      i += two ? 1 : 0;
      begin = i + 1;
    }
    found.push_back(text.substr(begin));
    return found;
  }

  Status read_alternative(std::string_view alternative, Range& range) {
    // Options of Conan stand behind a comma.
    if (dialect_.tilde == Dialect::Tilde::conan) {
      const auto comma = alternative.find(',');
      const bool pre =
          comma != std::string_view::npos && alternative.find("include_prerelease", comma) != std::string_view::npos;
      alternative = text::trim(alternative.substr(0, comma));
      if (pre && alternative == "*") return add(range, Comparator::greater_or_equal, "0.0.0");
    }
    if (alternative == "*" || (dialect_.has_x && alternative.size() == 1 && is_wild(alternative[0]))) {
      range.everything = true;
      return ok();
    }
    if (dialect_.has_hyphen) {
      if (const auto hyphen = alternative.find(" - "); hyphen != std::string_view::npos) {
        return read_hyphen(text::trim(alternative.substr(0, hyphen)), text::trim(alternative.substr(hyphen + 3)),
                           range);
      }
    }
    auto rest = alternative;
    while (true) {
      take_while(rest, [](char c) { return c == ' ' || c == '\t' || c == ','; });
      if (rest.empty()) return ok();
      auto comparator =
          take_while(rest, [](char c) { return std::string_view{"<>=!~^"}.find(c) != std::string_view::npos; });
      take_while(rest, [](char c) { return c == ' ' || c == '\t'; });
      const auto version = take_while(rest, [&](char c) {
        return c != ' ' && c != '\t' && c != ',' && std::string_view{"<>=!~^"}.find(c) == std::string_view::npos;
      });
      if (dialect_.scheme == "hex" && comparator.empty() && (version == "and" || version == "or")) continue;
      if (version.empty()) return unreadable(alternative);
      if (auto done = read_comparator(comparator, version, range); !done) return done;
    }
  }

  Status read_comparator(std::string_view comparator, std::string_view version, Range& range) {
    if (dialect_.has_x && has_wildcard(version)) {
      if (comparator == "!=") return read_excluded_wildcard(version);
      return read_wildcard(version, range);
    }
    if (comparator == "^" && dialect_.has_caret) return read_caret(version, range);
    const bool tilde = comparator == "~" || comparator == "~>" || comparator == "~=";
    if (tilde && dialect_.has_tilde) return read_tilde(comparator, version, range);
    if (comparator.empty() && dialect_.bare_is_caret) return read_caret(version, range);
    constexpr std::pair<std::string_view, Comparator> kComparators[] = {{"", Comparator::equal},
                                                                        {"=", Comparator::equal},
                                                                        {"==", Comparator::equal},
                                                                        {"===", Comparator::equal},
                                                                        {"!=", Comparator::not_equal},
                                                                        {"<>", Comparator::not_equal},
                                                                        {"<", Comparator::less},
                                                                        {"<=", Comparator::less_or_equal},
                                                                        {"=<", Comparator::less_or_equal},
                                                                        {">", Comparator::greater},
                                                                        {">=", Comparator::greater_or_equal},
                                                                        {"=>", Comparator::greater_or_equal}};
    const auto* found = std::ranges::find(kComparators, comparator, &std::pair<std::string_view, Comparator>::first);
    if (found == std::end(kComparators)) return unreadable(fmt::format("{}{}", comparator, version));
    return add(range, found->second, version);
  }

  Status add(Range& range, Comparator comparator, std::string_view version) {
    // "1.2-" of Conan: with pre-releases of 1.2.
    if (dialect_.tilde == Dialect::Tilde::conan && is_lower(comparator) && version.ends_with('-'))
      version.remove_suffix(1);
    if (auto checked = check_version(dialect_.scheme, version); !checked) return checked;
    auto normal = dialect_.normalise(version);
    // "1" becomes "1.0.0", which may be too long by now.
    if (auto checked = check_version(dialect_.scheme, normal); !checked) return checked;
    range.constraints.push_back({comparator, std::move(normal)});
    return ok();
  }
  static bool is_lower(Comparator comparator) noexcept {
    return comparator == Comparator::greater || comparator == Comparator::greater_or_equal;
  }
  Status add_interval(Range& range, std::string_view low, std::string_view high) {
    if (auto done = add(range, Comparator::greater_or_equal, low); !done) return done;
    return add(range, Comparator::less, high);
  }

  Status read_wildcard(std::string_view version, Range& range) {
    const auto numbers = numbers_of(version);
    if (numbers.empty()) {
      range.everything = true;
      return ok();
    }
    std::string low = numbers[0];
    for (std::size_t i = 1; i < numbers.size(); ++i) low += '.' + numbers[i];
    return add_interval(range, low, bumped(numbers, numbers.size() - 1));
  }
  static Status read_excluded_wildcard(std::string_view version) {
    return Error::invalid(
        fmt::format("'!={}' leaves out a range of versions, which vers cannot say", text::shorten(version, 60)));
  }

  /// Up to the first number that is not 0.
  Status read_caret(std::string_view version, Range& range) {
    const auto numbers = numbers_of(version);
    if (numbers.empty()) return unreadable(version);
    std::size_t place = 0;
    while (place + 1 < numbers.size() && numbers[place] == "0") ++place;
    auto high = bumped(numbers, place);
    if (dialect_.tilde == Dialect::Tilde::conan) high += '-';
    return add_interval(range, version, high);
  }

  Status read_tilde(std::string_view comparator, std::string_view version, Range& range) {
    const auto numbers = numbers_of(version);
    if (numbers.empty()) return unreadable(version);
    // npm and Cargo: the minor version is fixed where it is written. The others: all numbers but the last.
    const bool minor = dialect_.tilde == Dialect::Tilde::npm || (dialect_.tilde == Dialect::Tilde::conan);
    const std::size_t place = minor ? (numbers.size() > 1 ? 1 : 0) : (numbers.size() > 1 ? numbers.size() - 2 : 0);
    if (dialect_.tilde == Dialect::Tilde::pypi && (comparator != "~=" || numbers.size() < 2)) {
      return unreadable(fmt::format("{}{}", comparator, version));
    }
    auto high = bumped(numbers, place);
    if (dialect_.tilde == Dialect::Tilde::conan) high += '-';
    return add_interval(range, version, high);
  }

  /// "1.2 - 2.3": 2.3.x is in.
  Status read_hyphen(std::string_view low, std::string_view high, Range& range) {
    if (auto done = add(range, Comparator::greater_or_equal, low); !done) return done;
    const auto numbers = numbers_of(high);
    if (!numbers.empty() && numbers.size() < 3 && high.find_first_of("-+") == std::string_view::npos) {
      return add(range, Comparator::less, bumped(numbers, numbers.size() - 1));
    }
    return add(range, Comparator::less_or_equal, high);
  }

  const Dialect& dialect_;
};

/// "[1.0,2.0)", "(,1.0]", "[1.5]", "1.0" (and later), several of them.
Result<Range> read_brackets(std::string_view scheme, std::string_view text) {
  Range range{.scheme = std::string{scheme}, .everything = false, .constraints = {}};
  auto rest = text::trim(text);
  if (rest == "*" || rest == "(,)") {
    range.everything = true;
    return range;
  }
  const auto add = [&](Comparator comparator, std::string_view version) -> Status {
    version = text::trim(version);
    if (version.empty()) return ok();
    if (auto checked = check_version(scheme, version); !checked) return checked;
    range.constraints.push_back({comparator, std::string{version}});
    return ok();
  };
  while (!rest.empty()) {
    if (rest.front() == ',' || rest.front() == ' ') {
      rest.remove_prefix(1);
      continue;
    }
    if (rest.front() != '[' && rest.front() != '(') {
      // A version alone is the least that is wanted.
      const auto version = take_while(rest, [](char c) { return c != ','; });
      if (auto done = add(Comparator::greater_or_equal, version); !done) return done.error();
      continue;
    }
    const auto end = rest.find_first_of("])");
    if (end == std::string_view::npos) return unreadable(rest);
    const auto inside = rest.substr(1, end - 1);
    const bool low_included = rest.front() == '[';
    const bool high_included = rest[end] == ']';
    rest.remove_prefix(end + 1);
    const auto comma = inside.find(',');
    if (comma == std::string_view::npos) {
      if (!low_included || !high_included) return unreadable(inside);
      if (auto done = add(Comparator::equal, inside); !done) return done.error();
      continue;
    }
    if (auto done = add(low_included ? Comparator::greater_or_equal : Comparator::greater, inside.substr(0, comma));
        !done) {
      return done.error();
    }
    if (auto done = add(high_included ? Comparator::less_or_equal : Comparator::less, inside.substr(comma + 1));
        !done) {
      return done.error();
    }
  }
  return range;
}

/// Debian, RPM, Alpine, Arch, Gentoo: a list of comparators, Debian's "<<" and ">>" for less and greater.
Result<Range> read_packages(std::string_view scheme, std::string_view text) {
  Range range{.scheme = std::string{scheme}, .everything = false, .constraints = {}};
  if (text::trim(text) == "*") {
    range.everything = true;
    return range;
  }
  while (!text.empty()) {
    const auto separator = text.find_first_of(",|");
    auto part = text::trim(text.substr(0, separator));
    text.remove_prefix(separator == std::string_view::npos ? text.size() : separator + 1);
    while (!part.empty()) {
      const auto comparator = take_while(part, [](char c) { return c == '<' || c == '>' || c == '=' || c == '!'; });
      take_while(part, [](char c) { return c == ' '; });
      const auto version = take_while(part, [](char c) { return c != ' '; });
      take_while(part, [](char c) { return c == ' '; });
      constexpr std::pair<std::string_view, Comparator> kComparators[] = {
          {"", Comparator::equal},           {"=", Comparator::equal},
          {"==", Comparator::equal},         {"!=", Comparator::not_equal},
          {"<", Comparator::less},           {"<<", Comparator::less},
          {"<=", Comparator::less_or_equal}, {">", Comparator::greater},
          {">>", Comparator::greater},       {">=", Comparator::greater_or_equal}};
      const auto* found = std::ranges::find(kComparators, comparator, &std::pair<std::string_view, Comparator>::first);
      if (found == std::end(kComparators) || version.empty()) return unreadable(part.empty() ? comparator : part);
      if (auto checked = check_version(scheme, version); !checked) return checked.error();
      range.constraints.push_back({found->second, std::string{version}});
    }
  }
  return range;
}

/// "0.8.40+" (this and later of its branch, or of all where the branch is the one of development), "0.7.52-0.8.39".
Result<Range> read_nginx(std::string_view text) {
  Range range{.scheme = "nginx", .everything = false, .constraints = {}};
  if (text::trim(text) == "all") {
    range.everything = true;
    return range;
  }
  while (!text.empty()) {
    const auto comma = text.find(',');
    auto part = text::trim(text.substr(0, comma));
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
    if (part.empty() || part == "none") continue;
    const auto dash = part.find('-');
    const bool later = part.ends_with('+');
    const auto first = text::trim(later ? part.substr(0, part.size() - 1) : part.substr(0, dash));
    if (auto checked = check_version("nginx", first); !checked) return checked.error();
    const auto low = later || dash != std::string_view::npos ? Comparator::greater_or_equal : Comparator::equal;
    range.constraints.push_back({low, std::string{first}});
    if (later) {
      const auto numbers = numbers_of(first);
      const bool is_stable = numbers.size() > 1 && (numbers[1].back() - '0') % 2 == 0;
      if (!is_stable) continue;
      auto end = bumped(numbers, 1) + ".0";
      if (auto checked = check_version("nginx", end); !checked) return checked.error();
      range.constraints.push_back({Comparator::less, std::move(end)});
    } else if (dash != std::string_view::npos) {
      const auto last = text::trim(part.substr(dash + 1));
      if (auto checked = check_version("nginx", last); !checked) return checked.error();
      range.constraints.push_back({Comparator::less_or_equal, std::string{last}});
    }
  }
  return range;
}

/// A list of versions.
Result<Range> read_list(std::string_view scheme, std::string_view text) {
  Range range{.scheme = std::string{scheme}, .everything = false, .constraints = {}};
  while (!text.empty()) {
    const auto comma = text.find(',');
    const auto version = text::trim(text.substr(0, comma));
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
    if (version.empty()) continue;
    if (auto checked = check_version(scheme, version); !checked) return checked.error();
    range.constraints.push_back({Comparator::equal, std::string{version}});
  }
  return range;
}

Result<Range> read_native(std::string_view scheme, std::string_view text) {
  const auto dialect = std::ranges::find(kDialects, scheme, &Dialect::scheme);
  if (dialect != kDialects.end()) return DialectReader{*dialect}.read(text);
  if (scheme == "maven" || scheme == "nuget") return read_brackets(scheme, text);
  if (scheme == "nginx") return read_nginx(text);
  if (scheme == "openssl") return read_list(scheme, text);
  for (const auto* each : {"alpine", "alpm", "apk", "deb", "ebuild", "gentoo", "rpm"}) {
    if (scheme == each) return read_packages(scheme, text);
  }
  return Error{.code = Error::Code::not_found,
               .message = fmt::format("there is no native notation of the scheme '{}' here", text::shorten(scheme, 60)),
               .where = {},
               .detail = {}};
}

}  // namespace

Result<Range> from_native(std::string_view scheme, std::string_view text) {
  if (text.size() > kRangeBytesMax) return Error::too_large("version range", kRangeBytesMax);
  auto range = read_native(scheme, text);
  if (!range) return range;
  if (range->everything) {
    range->constraints.clear();
    return range;
  }
  sort_by_version(*range);
  const auto repeated = std::ranges::unique(range->constraints);
  range->constraints.erase(repeated.begin(), repeated.end());
  return range;
}

}  // namespace tocsin::formats::vers
