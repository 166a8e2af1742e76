#include "formats/vers/range.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "formats/vers/orders.hpp"

namespace tocsin::formats::vers {
namespace {

constexpr std::string_view kScheme = "vers:";
constexpr std::string_view kBlanks = " \t\r\n\v\f";

bool is_below(Comparator comparator) noexcept {
  return comparator == Comparator::less || comparator == Comparator::less_or_equal;
}
bool is_above(Comparator comparator) noexcept {
  return comparator == Comparator::greater || comparator == Comparator::greater_or_equal;
}
/// A version that is in the range, or out of it, by its own constraint.
bool holds_own(Comparator comparator) noexcept {
  return comparator == Comparator::equal || comparator == Comparator::less_or_equal ||
         comparator == Comparator::greater_or_equal;
}

int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

Result<std::string> decode(std::string_view encoded, bool is_datetime) {
  std::string version;
  for (std::size_t i = 0; i < encoded.size(); ++i) {
    const char c = encoded[i];
    if (c != '%') {
      if (c == '>' || c == '<' || c == '=' || c == '!' || c == '*') {
        return Error::invalid(fmt::format("'{}' in a version is percent-encoded", c));
      }
      if (kBlanks.find(c) != std::string_view::npos && c != ' ')
        return Error::invalid("white space is percent-encoded");
      version += c;
      continue;
    }
    const int high = i + 2 < encoded.size() ? hex_value(encoded[i + 1]) : -1;
    const int low = high < 0 ? -1 : hex_value(encoded[i + 2]);
    if (low < 0)
      return Error::invalid(fmt::format("'{}' is no percent-encoding", text::shorten(encoded.substr(i, 3), 10)));
    const char decoded = static_cast<char>(high * 16 + low);
    if (is_datetime && decoded == ':') return Error::invalid("the colons of a datetime are not percent-encoded");
    version += decoded;
    i += 2;
  }
  return version;
}

/// `alone`: constraints without scheme, which may say "=1.2" for "1.2".
Result<Constraint> read_constraint(std::string_view text, bool is_datetime, bool alone) {
  constexpr std::pair<std::string_view, Comparator> kComparators[] = {{">=", Comparator::greater_or_equal},
                                                                      {"<=", Comparator::less_or_equal},
                                                                      {"!=", Comparator::not_equal},
                                                                      {">", Comparator::greater},
                                                                      {"<", Comparator::less}};
  if (text.empty()) return Error::invalid("a constraint is empty: '|' stands between two constraints only");
  Constraint constraint;
  for (const auto& [written, comparator] : kComparators) {
    if (!text.starts_with(written)) continue;
    constraint.comparator = comparator;
    text.remove_prefix(written.size());
    break;
  }
  if (alone && constraint.comparator == Comparator::equal && text.starts_with('=')) text.remove_prefix(1);
  if (text.starts_with('=')) return Error::invalid("a single version stands without '='");
  if (text.empty()) return Error::invalid("a comparator stands without a version");
  if (text.starts_with(' ')) return Error::invalid("white space is not allowed between constraints and comparators");
  auto version = decode(text, is_datetime);
  if (!version) return std::move(version).error();
  if (version->size() > kVersionBytesMax) return Error::too_large("version", kVersionBytesMax);
  constraint.version = std::move(*version);
  return constraint;
}

bool comes_before(std::string_view scheme, const Constraint& a, const Constraint& b) {
  const auto order = compare(scheme, a.version, b.version);
  return order && *order < 0;
}

Result<Range> read_constraints(Range range, std::string_view rest, bool alone = false) {
  if (rest == "*") {
    range.everything = true;
    return range;
  }
  if (range.scheme == "all" || range.scheme == "none") {
    return Error::invalid(fmt::format("the scheme {} takes '*' only", range.scheme));
  }
  if (rest.find('*') != std::string_view::npos) return Error::invalid("'*' stands alone, and matches every version");
  const bool is_datetime = range.scheme == "datetime";
  while (true) {
    if (range.constraints.size() == kConstraintsMax) return Error::too_large("list of constraints", kConstraintsMax);
    const auto bar = rest.find('|');
    auto constraint = read_constraint(rest.substr(0, bar), is_datetime, alone);
    if (!constraint) return std::move(constraint).error();
    range.constraints.push_back(std::move(*constraint));
    if (bar == std::string_view::npos) break;
    rest.remove_prefix(bar + 1);
  }
  if (!is_known_scheme(range.scheme)) return range;
  for (const auto& constraint : range.constraints) {
    if (auto checked = check_version(range.scheme, constraint.version); !checked) return checked.error();
  }
  return range;
}

Result<Range> read(std::string_view text) {
  if (text.size() > kRangeBytesMax) return Error::too_large("version range", kRangeBytesMax);
  if (!text.starts_with(kScheme)) return Error::invalid("a version range begins with 'vers:', in lower case");
  auto rest = text.substr(kScheme.size());
  const auto slash = rest.find('/');
  if (slash == std::string_view::npos) return Error::invalid("behind the scheme stands '/' and the constraints");
  const auto scheme = rest.substr(0, slash);
  const auto is_part = [](char c) { return is_digit(c) || is_letter(c) || c == '.' || c == '-'; };
  if (scheme.empty() || !is_letter(scheme.front()) || !std::ranges::all_of(scheme, is_part)) {
    return Error::invalid(
        fmt::format("'{}' is no scheme: letters, digits, '.' and '-', a letter first", text::shorten(scheme, 60)));
  }
  Range range{.scheme = text::lower_ascii(scheme), .everything = false, .constraints = {}};
  if (range.scheme == "invalid") return Error::invalid("the scheme 'invalid' is reserved: nothing of it is valid");
  return read_constraints(std::move(range), rest.substr(slash + 1));
}

/// Digits and dots: nobody orders those in another way.
bool is_plain(std::string_view version) noexcept {
  return std::ranges::all_of(version, [](char c) { return is_digit(c) || c == '.'; });
}

/// Clause 5.4, of constraints as they stand. `alone`: without a scheme, only plain versions have an order.
std::string broken_rule(const Range& range, bool alone = false) {
  const bool has_scheme_order = check_version(range.scheme, "1").has_value() || range.scheme == "datetime";
  const Constraint* bound = nullptr;     // The last that is < or >.
  const Constraint* previous = nullptr;  // The last but for !=.
  for (std::size_t i = 0; i < range.constraints.size(); ++i) {
    const auto& constraint = range.constraints[i];
    const bool has_order = has_scheme_order && i > 0 &&
                           (!alone || (is_plain(constraint.version) && is_plain(range.constraints[i - 1].version)));
    if (has_order) {
      const auto order = compare(range.scheme, range.constraints[i - 1].version, constraint.version);
      if (order && *order == 0)
        return fmt::format("the version '{}' stands more than once", text::shorten(constraint.version, 60));
      if (order && *order > 0) {
        return fmt::format("the versions are not sorted: '{}' stands behind '{}'",
                           text::shorten(constraint.version, 60), text::shorten(range.constraints[i - 1].version, 60));
      }
    }
    if (constraint.comparator == Comparator::not_equal) continue;
    if (previous != nullptr && previous->comparator == Comparator::equal && is_below(constraint.comparator)) {
      return fmt::format("'{}' says that all versions below are in the range, also '{}' before it",
                         text::shorten(constraint.version, 60), text::shorten(previous->version, 60));
    }
    if (constraint.comparator != Comparator::equal) {
      if (bound != nullptr && is_below(bound->comparator) == is_below(constraint.comparator)) {
        return fmt::format("of '{}{}' and '{}{}' one says nothing: upper and lower bounds take turns",
                           to_string(bound->comparator), text::shorten(bound->version, 60),
                           to_string(constraint.comparator), text::shorten(constraint.version, 60));
      }
      bound = &constraint;
    }
    previous = &constraint;
  }
  return {};
}

/// Without constraints that change nothing: of neighbours that both bound from above, or from below, the wider one
/// stays. `!=` and `=` are left out.
std::vector<Constraint> bounds_of(const Range& range) {
  std::vector<Constraint> bounds;
  for (const auto& constraint : range.constraints) {
    if (constraint.comparator == Comparator::equal || constraint.comparator == Comparator::not_equal) continue;
    if (!bounds.empty() && is_above(bounds.back().comparator) && is_above(constraint.comparator)) continue;
    if (!bounds.empty() && is_below(bounds.back().comparator) && is_below(constraint.comparator)) bounds.pop_back();
    bounds.push_back(constraint);
  }
  return bounds;
}

/// One stretch of versions; a bound that is missing is open.
struct Interval {
  std::optional<std::string> low, high;
  bool low_included = false, high_included = false;
};

std::vector<Interval> intervals_of(const Range& range) {
  std::vector<Interval> intervals;
  if (range.everything) {
    if (range.scheme != "none") intervals.emplace_back();
    return intervals;
  }
  for (const auto& constraint : range.constraints) {
    if (constraint.comparator == Comparator::equal) {
      intervals.push_back({constraint.version, constraint.version, true, true});
    }
  }
  const auto bounds = bounds_of(range);
  Interval open;
  bool is_open = false;
  for (const auto& bound : bounds) {
    if (is_above(bound.comparator)) {
      open = {bound.version, std::nullopt, bound.comparator == Comparator::greater_or_equal, false};
      is_open = true;
      continue;
    }
    auto interval = is_open ? open : Interval{};
    interval.high = bound.version;
    interval.high_included = bound.comparator == Comparator::less_or_equal;
    intervals.push_back(std::move(interval));
    is_open = false;
  }
  if (is_open) intervals.push_back(open);
  // Constraints that only leave out versions hold for all others.
  if (intervals.empty() && !range.constraints.empty()) intervals.emplace_back();
  return intervals;
}

/// Does `a` end before `b` begins?
Result<bool> ends_before(std::string_view scheme, const Interval& a, const Interval& b) {
  if (!a.high || !b.low) return false;
  const auto order = compare(scheme, *a.high, *b.low);
  if (!order) return order.error();
  return *order < 0 || (*order == 0 && !(a.high_included && b.low_included));
}

}  // namespace

std::string_view to_string(Comparator comparator) noexcept {
  switch (comparator) {
    case Comparator::equal:
      return "";
    case Comparator::not_equal:
      return "!=";
    case Comparator::less:
      return "<";
    case Comparator::less_or_equal:
      return "<=";
    case Comparator::greater:
      return ">";
    case Comparator::greater_or_equal:
      break;
  }
  return ">=";
}

/// A merge sort of our own: it keeps equal ones in their order, and ends well with the orders of ecosystems that have
/// cycles, which the library's sort need not.
void sort_by_version(Range& range) {
  auto& items = range.constraints;
  std::vector<Constraint> merged;
  merged.reserve(items.size());
  for (std::size_t width = 1; width < items.size(); width *= 2) {
    merged.clear();
    for (std::size_t begin = 0; begin < items.size(); begin += 2 * width) {
      const auto middle = std::min(begin + width, items.size());
      const auto end = std::min(begin + 2 * width, items.size());
      auto left = begin;
      auto right = middle;
      while (left < middle || right < end) {
        const bool take_right =
            left == middle || (right < end && comes_before(range.scheme, items[right], items[left]));
        merged.push_back(std::move(items[take_right ? right++ : left++]));
      }
    }
    items.swap(merged);
  }
}

Result<Range> parse(std::string_view text) {
  auto range = read(text);
  if (range) sort_by_version(*range);
  return range;
}

Result<Range> parse_constraints(std::string_view text) {
  if (text.size() > kRangeBytesMax) return Error::too_large("version range", kRangeBytesMax);
  auto range = read_constraints({.scheme = "generic", .everything = false, .constraints = {}}, text, true);
  if (range) sort_by_version(*range);
  return range;
}

std::string why_not_canonical(std::string_view text) {
  const auto range = read(text);
  if (!range) return range.error().message;
  if (auto rule = broken_rule(*range); !rule.empty()) return rule;
  if (const auto written = to_text(*range); written != text) {
    return fmt::format("its canonical form is '{}'", text::shorten(written, 120));
  }
  return {};
}

std::string why_not_canonical_constraints(std::string_view text) {
  if (text.find(' ') != std::string_view::npos) return "white space is percent-encoded";
  const auto range = read_constraints({.scheme = "generic", .everything = false, .constraints = {}}, text, true);
  return range ? broken_rule(*range, true) : range.error().message;
}

Result<std::string> canonical(std::string_view text) {
  const auto range = parse(text);
  if (!range) return range.error();
  return to_text(*range);
}

std::string to_text(const Range& range) {
  std::string text = fmt::format("{}{}/", kScheme, range.scheme);
  if (range.everything) return text + '*';
  for (std::size_t i = 0; i < range.constraints.size(); ++i) {
    if (i > 0) text += '|';
    text += to_string(range.constraints[i].comparator);
    for (const char c : range.constraints[i].version) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte <= ' ' || byte >= 0x7F || std::string_view{"><=!*|%"}.find(c) != std::string_view::npos) {
        text += fmt::format("%{:02X}", byte);
      } else {
        text += c;
      }
    }
  }
  return text;
}

Result<bool> contains(const Range& range, std::string_view version) {
  if (range.scheme == "all" || range.scheme == "none") return range.scheme == "all";
  if (auto checked = check_version(range.scheme, version); !checked) return checked.error();
  if (range.everything) return true;
  for (const auto& constraint : range.constraints) {
    const auto order = compare(range.scheme, version, constraint.version);
    if (!order) return order.error();
    if (*order != 0) continue;
    if (constraint.comparator == Comparator::not_equal) return false;
    if (holds_own(constraint.comparator)) return true;
  }
  for (const auto& interval : intervals_of(range)) {
    const Interval alone{std::string{version}, std::string{version}, true, true};
    const auto before = ends_before(range.scheme, alone, interval);
    if (!before) return before.error();
    const auto behind = ends_before(range.scheme, interval, alone);
    if (!behind) return behind.error();
    if (!*before && !*behind) return true;
  }
  return false;
}

Result<bool> overlap(const Range& a, const Range& b) {
  const bool all = a.scheme == "all" || b.scheme == "all";
  if (a.scheme == "none" || b.scheme == "none") return false;
  if (a.scheme != b.scheme && !all) return Error::invalid("the ranges are of different schemes");
  const auto of_a = intervals_of(a);
  const auto of_b = intervals_of(b);
  if (all) return !of_a.empty() && !of_b.empty();
  const auto leaves_out = [](const Range& range, const Interval& interval) {
    return interval.low && interval.high && *interval.low == *interval.high &&
           std::ranges::any_of(range.constraints, [&](const Constraint& each) {
             return each.comparator == Comparator::not_equal && each.version == *interval.low;
           });
  };
  for (const auto& x : of_a) {
    for (const auto& y : of_b) {
      const auto before = ends_before(a.scheme, x, y);
      if (!before) return before.error();
      const auto behind = ends_before(a.scheme, y, x);
      if (!behind) return behind.error();
      if (!*before && !*behind && !leaves_out(b, x) && !leaves_out(a, y)) return true;
    }
  }
  return false;
}

bool is_open_above(const Range& range) noexcept {
  if (range.everything) return range.scheme != "none";
  for (auto i = range.constraints.size(); i-- > 0;) {
    const auto comparator = range.constraints[i].comparator;
    if (comparator == Comparator::not_equal) continue;
    return is_above(comparator);
  }
  return !range.constraints.empty();
}

}  // namespace tocsin::formats::vers
