#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "formats/vers/range.hpp"
#include "formats/vers/vendor_text.hpp"

namespace tocsin::formats::vers {
namespace {

using Part = VersionPart;
using Answer = Affected::Answer;

constexpr std::size_t kQuotedBytesMax = 200;

/// The surer of two answers to "one of them": yes, ask, no.
Answer either(Answer a, Answer b) noexcept {
  if (a == Answer::yes || b == Answer::yes) return Answer::yes;
  return a == Answer::ask || b == Answer::ask ? Answer::ask : Answer::no;
}
/// Both must hold.
Answer both(Answer a, Answer b) noexcept {
  if (a == Answer::no || b == Answer::no) return Answer::no;
  return a == Answer::ask || b == Answer::ask ? Answer::ask : Answer::yes;
}

/// A name with a number ("HEN04103") need not be counted like the bound.
bool comparable(const VendorVersion& installed, const VendorVersion& bound) {
  if (installed.component.empty() || !bound.component.empty()) return true;
  return !text::lower_ascii(installed.text).starts_with(installed.component);
}

Answer is_below(const VendorVersion& installed, const VendorBound& bound) {
  if (!comparable(installed, bound.version)) return Answer::ask;
  const auto relation = relate(installed, bound.version);
  const auto answer = [&](VendorOrder order) {
    switch (order) {
      case VendorOrder::less:
        return Answer::yes;
      case VendorOrder::equal:
        return bound.inclusive ? Answer::yes : Answer::no;
      case VendorOrder::greater:
        // "4.00.02" may be a build of the 4.00 that is still affected.
        return bound.inclusive && relation.a_extends ? Answer::ask : Answer::no;
      case VendorOrder::unknown:
        break;
    }
    return Answer::ask;
  };
  const auto decided = answer(relation.order);
  return decided == answer(relation.decimal) ? decided : Answer::ask;
}

Answer is_above(const VendorVersion& installed, const VendorBound& bound) {
  if (!comparable(installed, bound.version)) return Answer::ask;
  const auto relation = relate(installed, bound.version);
  const auto answer = [&](VendorOrder order) {
    switch (order) {
      case VendorOrder::greater:
        return Answer::yes;
      case VendorOrder::equal:
        return bound.inclusive ? Answer::yes : Answer::no;
      case VendorOrder::less:
        // "2.9" may be short for the 2.9.2 that is the first affected one.
        return relation.b_extends || relation.a_extends ? Answer::ask : Answer::no;
      case VendorOrder::unknown:
        break;
    }
    return Answer::ask;
  };
  const auto decided = answer(relation.order);
  return decided == answer(relation.decimal) ? decided : Answer::ask;
}

/// The numbers of a version, zeros at the end left out.
std::vector<std::string_view> numbers_of(const VendorVersion& version) {
  std::vector<std::string_view> numbers;
  for (const auto& part : version.parts) {
    if (part.kind == Part::Kind::number) numbers.push_back(part.text);
  }
  while (numbers.size() > 1 && numbers.back() == "0") numbers.pop_back();
  return numbers;
}

/// Versions written in ways that do not compare may still be one, if the numbers of one stand in the other.
bool may_be_the_same(const VendorVersion& a, const VendorVersion& b) {
  const auto left = numbers_of(a);
  const auto right = numbers_of(b);
  if (left.empty() || right.empty()) return true;
  const auto& shorter = left.size() < right.size() ? left : right;
  const auto& longer = left.size() < right.size() ? right : left;
  return !std::ranges::search(longer, shorter).empty();
}

Answer is_that(const VendorVersion& installed, const VendorVersion& version) {
  const auto relation = relate(installed, version);
  if (relation.order == VendorOrder::unknown || !comparable(installed, version)) {
    return may_be_the_same(installed, version) ? Answer::ask : Answer::no;
  }
  if (relation.order == VendorOrder::equal) {
    // "11" may be the release line: whether its 11.00.00 is meant, the text does not say.
    const bool coarse =
        version.parts.size() == 1 && version.parts[0].kind == Part::Kind::number && installed.parts.size() > 1;
    return coarse ? Answer::ask : Answer::yes;
  }
  if (relation.decimal == VendorOrder::equal || relation.a_extends || relation.b_extends) return Answer::ask;
  return Answer::no;
}

Answer is_in(const VendorVersion& installed, const std::vector<VendorInterval>& intervals) {
  auto answer = Answer::no;
  for (const auto& interval : intervals) {
    const bool exact = interval.low && interval.high && interval.low->inclusive && interval.high->inclusive &&
                       interval.low->version.parts == interval.high->version.parts;
    if (exact) {
      answer = either(answer, is_that(installed, interval.low->version));
    } else {
      answer = either(answer, both(interval.low ? is_above(installed, *interval.low) : Answer::yes,
                                   interval.high ? is_below(installed, *interval.high) : Answer::yes));
    }
    if (answer == Answer::yes) break;
  }
  return answer;
}

/// Years and other numbers count releases in two ways: "2018 R2" may be 3.4. Whether the reading knows how the
/// installed one is counted.
bool counted_alike(const VendorVersion& installed, const VendorReading& reading) {
  const auto by_year = [](const VendorVersion& version) {
    const auto& first = version.parts.front();
    return first.kind == Part::Kind::number && first.text.size() == 4 &&
           (first.text.starts_with("19") || first.text.starts_with("20"));
  };
  const bool year = by_year(installed);
  bool bounds = false;
  for (const auto* intervals : {&reading.intervals, &reading.possible}) {
    for (const auto& interval : *intervals) {
      for (const auto* bound : {interval.low ? &*interval.low : nullptr, interval.high ? &*interval.high : nullptr}) {
        if (bound == nullptr) continue;
        bounds = true;
        if (by_year(bound->version) == year) return true;
      }
    }
  }
  return !bounds;
}

std::string quoted(std::string_view text) { return "\"" + text::shorten(text, kQuotedBytesMax) + "\""; }

Affected ask(std::string question) { return {Answer::ask, std::move(question)}; }

Affected ask_undecidable(const VendorReading& reading) {
  switch (reading.subject) {
    case VendorReading::Subject::serial_number:
      return ask(fmt::format("Does the serial number of the installed product fall under {}?", quoted(reading.text)));
    case VendorReading::Subject::date:
      return ask(fmt::format("Does the date of the installed product fall under {}?", quoted(reading.text)));
    case VendorReading::Subject::version:
      break;
  }
  return ask(fmt::format("Is the installed product what the advisory calls {}?", quoted(reading.text)));
}

/// By the order of the range's own scheme.
Affected affects_vers(const VendorReading& reading, std::string_view installed_version) {
  const auto range = parse(reading.vers_text);
  if (!range) return ask_undecidable(reading);
  const auto in = contains(*range, text::trim(installed_version));
  if (in) return {*in ? Answer::yes : Answer::no, {}};
  return ask(fmt::format("Is the installed version {} one of those in {}?", quoted(text::squeeze(installed_version)),
                         quoted(reading.text)));
}

}  // namespace

std::optional<Range> as_range(const VendorReading& reading) {
  Range range{.scheme = "generic", .everything = reading.kind == VendorReading::Kind::all, .constraints = {}};
  if (range.everything) return range;
  if (reading.kind != VendorReading::Kind::ranges || !reading.possible.empty() || reading.intervals.empty()) {
    return std::nullopt;
  }
  for (const auto& [low, high] : reading.intervals) {
    if (low && high && low->inclusive && high->inclusive && low->version.parts == high->version.parts) {
      range.constraints.push_back({Comparator::equal, low->version.text});
      continue;
    }
    if (low) {
      range.constraints.push_back(
          {low->inclusive ? Comparator::greater_or_equal : Comparator::greater, low->version.text});
    }
    if (high) {
      range.constraints.push_back({high->inclusive ? Comparator::less_or_equal : Comparator::less, high->version.text});
    }
  }
  sort_by_version(range);
  return range;
}

Affected affects(const VendorReading& reading, std::string_view installed_version) {
  using Kind = VendorReading::Kind;
  switch (reading.kind) {
    case Kind::all:
      return {Answer::yes, {}};
    case Kind::none:
      // It stands among affected products, so one of the two is wrong.
      return ask(fmt::format("The advisory names the product but says {}: what does the vendor say about it?",
                             quoted(reading.text)));
    case Kind::undecidable:
      return ask_undecidable(reading);
    case Kind::vers:
      return affects_vers(reading, installed_version);
    case Kind::ranges:
    case Kind::condition:
      break;
  }
  const auto installed = read_vendor_version(installed_version);
  const bool unbounded = reading.intervals.empty() && reading.possible.empty();
  if (!installed) {
    if (reading.kind == Kind::condition && unbounded) {
      return ask(fmt::format("Does this hold for the installed product: {}?", quoted(reading.condition)));
    }
    return ask(fmt::format("Which version is installed, and is it one of {}?", quoted(reading.text)));
  }
  auto answer = unbounded ? Answer::yes : is_in(*installed, reading.intervals);
  if (answer == Answer::no && is_in(*installed, reading.possible) != Answer::no) answer = Answer::ask;
  if (answer == Answer::no && !counted_alike(*installed, reading)) answer = Answer::ask;
  if (reading.kind == Kind::condition && answer != Answer::no) {
    return ask(fmt::format("Does this hold for the installed product: {}?", quoted(reading.condition)));
  }
  if (answer != Answer::ask) return {answer, {}};
  return ask(fmt::format("Is the installed version {} one of those that the advisory calls {}?",
                         quoted(text::squeeze(installed_version)), quoted(reading.text)));
}

}  // namespace tocsin::formats::vers
