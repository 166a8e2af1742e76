#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "formats/vers/range.hpp"
#include "formats/vers/vendor_kinds.hpp"
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

Affected ask_what_it_is(const VendorReading& reading) {
  return ask(fmt::format("Is the installed product what the advisory calls {}?", quoted(reading.text)));
}

/// What holds for the installed product besides its version.
Affected ask_condition(const VendorReading& reading) {
  if (reading.models.empty()) {
    return ask(fmt::format("Does this hold for the installed product: {}?", quoted(reading.condition)));
  }
  return ask(fmt::format("Is the installed product {}, and does this hold for it: {}?", quoted(reading.models.front()),
                         quoted(reading.condition)));
}

Affected affects_serial(const VendorReading& reading, std::string_view installed) {
  if (!reading.serial) {
    return ask(fmt::format("Does the serial number of the installed product fall under {}?", quoted(reading.text)));
  }
  const auto& serial = *reading.serial;
  if (const auto number = serial_of_installed(installed)) {
    if (const auto in = is_in(serial, *number)) return {*in ? Answer::yes : Answer::no, {}};
  }
  const std::string_view side =
      serial.below ? (serial.inclusive ? "at most" : "below") : (serial.inclusive ? "at least" : "above");
  if (serial.digits == 0) {
    return ask(fmt::format("Is the serial number of the installed product {} {}?", side, serial.value));
  }
  return ask(fmt::format("Are the first {} digits of the installed product's serial number {} {}?", serial.digits, side,
                         serial.value));
}

std::string written_day(const VendorVersion& version) {
  const std::string_view digits = version.parts.front().text;
  return fmt::format("{}-{}-{}", digits.substr(0, 4), digits.substr(4, 2), digits.substr(6));
}

std::string days_in_words(const VendorReading& reading) {
  std::string out;
  for (const auto& [low, high] : reading.intervals) {
    out += out.empty() ? "" : " or ";
    if (low && high && low->inclusive && high->inclusive && low->version.parts == high->version.parts) {
      out.append("on ").append(written_day(low->version));
      continue;
    }
    if (low) out.append(low->inclusive ? "on or after " : "after ").append(written_day(low->version));
    if (low && high) out += " and ";
    if (high) out.append(high->inclusive ? "on or before " : "before ").append(written_day(high->version));
  }
  return out;
}

/// Whether the words with an installed date say the same as those of the text: "produced 2020-05" and "production
/// date".
bool speak_of_the_same(std::string_view text, std::string_view installed) {
  constexpr std::size_t kStemBytes = 6;
  const auto a = text::lower_ascii(text);
  const auto b = text::lower_ascii(installed);
  for (const auto word : text::split(a, ' ')) {
    if (word.size() < 4 || word == "date" || word == "from" || word == "with") continue;
    for (const auto other : text::split(b, ' ')) {
      if (word.substr(0, kStemBytes) == other.substr(0, kStemBytes)) return true;
    }
  }
  return false;
}

/// A date said of nothing in particular is that of the version.
bool is_plain_subject(std::string_view words) {
  const auto lower = text::lower_ascii(words);
  return lower.empty() || lower == "date" || lower == "firmware" || lower == "software" || lower == "build" ||
         lower == "release" || lower == "released" || lower == "dated";
}

/// "distributed" and "before 2018-04-01" as a question that a person would ask.
std::string date_question(std::string_view date_of, std::string_view days) {
  constexpr std::string_view kDone[] = {"built",    "delivered", "distributed", "made",    "manufactured",
                                        "produced", "purchased", "released",    "shipped", "sold"};
  const auto lower = text::lower_ascii(text::squeeze(date_of));
  if (std::ranges::find(kDone, lower) != std::end(kDone)) {
    return fmt::format("Was the installed product {} {}?", lower, days);
  }
  if (lower.ends_with(" date")) return fmt::format("Is the {} of the installed product {}?", lower, days);
  return fmt::format("The advisory speaks of {}: is the date of it {} for the installed product?", quoted(date_of),
                     days);
}

Affected affects_date(const VendorReading& reading, std::string_view installed) {
  if (reading.intervals.empty()) {
    return ask(fmt::format("Does the date of the installed product fall under {}?", quoted(reading.text)));
  }
  const auto found = days_of_installed(installed);
  const bool comparable = found && (reading.date_of.empty() ? is_plain_subject(found->second)
                                                            : speak_of_the_same(reading.date_of, found->second));
  if (comparable) {
    bool first = false;
    bool last = false;
    bool within = false;  // some day between the two may be meant
    const auto& days = found->first;
    for (const auto& [low, high] : reading.intervals) {
      const auto holds = [&](const std::string& day) {
        const auto above = low ? day.compare(low->version.parts.front().text) : 1;
        const auto below = high ? day.compare(high->version.parts.front().text) : -1;
        return (above > 0 || (above == 0 && low->inclusive)) && (below < 0 || (below == 0 && high->inclusive));
      };
      const bool first_in = holds(days.first);
      const bool last_in = holds(days.last);
      within = within || first_in != last_in ||
               (low && low->version.parts.front().text > days.first && low->version.parts.front().text < days.last);
      first = first || first_in;
      last = last || last_in;
    }
    if (!within) return {first && last ? Answer::yes : Answer::no, {}};
  }
  const auto days = days_in_words(reading);
  if (reading.date_of.empty()) {
    return ask(fmt::format("Which date does the installed version bear, and is it {}?", days));
  }
  return ask(date_question(reading.date_of, days));
}

Affected affects_model(const VendorReading& reading, std::string_view installed) {
  const auto clean = normalise_vendor_text(installed);
  const auto named = [&](const std::string& model) { return text::equals_ignore_case_ascii(model, clean); };
  if (std::ranges::any_of(reading.models, named)) return {Answer::yes, {}};
  if (reading.models.size() == 1) {
    return ask(fmt::format("Is the installed product of the model {}?", quoted(reading.models.front())));
  }
  return ask(fmt::format("Is the installed product of one of the models {}?", quoted(reading.text)));
}

/// The installed version as one of what the text is about: "telerik 6.2" is 6.2 of "telerik". Nothing for a version of
/// something else.
std::optional<VendorVersion> version_of_component(const VendorReading& reading, std::string_view installed) {
  const auto clean = normalise_vendor_text(installed);
  const auto& named = reading.component;
  const bool begins = clean.size() > named.size() && clean[named.size()] == ' ' &&
                      text::equals_ignore_case_ascii(std::string_view{clean}.substr(0, named.size()), named);
  if (begins) return read_vendor_version(std::string_view{clean}.substr(named.size() + 1));
  auto version = read_vendor_version(clean);
  if (!version || version->component.empty()) return reading.foreign ? std::nullopt : version;
  // "Orbit BIOS 4.1"
  const auto lower = text::lower_ascii(named);
  for (const auto word : text::split(version->component, ' ')) {
    for (const auto other : text::split(lower, ' ')) {
      if (word != other) continue;
      version->component.clear();
      return version;
    }
  }
  return std::nullopt;
}

/// By the order of the range's own scheme.
Affected affects_vers(const VendorReading& reading, std::string_view installed_version) {
  const auto range = parse(reading.vers_text);
  if (!range) return ask_what_it_is(reading);
  const auto in = contains(*range, text::trim(installed_version));
  if (in) return {*in ? Answer::yes : Answer::no, {}};
  return ask(fmt::format("Is the installed version {} one of those in {}?", quoted(text::squeeze(installed_version)),
                         quoted(reading.text)));
}

}  // namespace

std::optional<Range> as_range(const VendorReading& reading) {
  Range range{.scheme = "generic", .everything = reading.kind == VendorReading::Kind::all, .constraints = {}};
  if (range.everything) return range;
  using Kind = VendorReading::Kind;
  const bool versions = reading.kind == Kind::range || reading.kind == Kind::list || reading.kind == Kind::date;
  if (!versions || !reading.possible.empty() || reading.intervals.empty() || reading.foreign ||
      !reading.date_of.empty()) {
    return std::nullopt;
  }
  // Days are versions only as they were written.
  for (const auto& [low, high] : reading.intervals) {
    for (const auto* bound : {low ? &*low : nullptr, high ? &*high : nullptr}) {
      if (reading.kind == Kind::date && bound != nullptr && !text::contains(reading.text, bound->version.text)) {
        return std::nullopt;
      }
    }
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
    case Kind::serial_number:
      return affects_serial(reading, installed_version);
    case Kind::date:
      return affects_date(reading, installed_version);
    case Kind::model:
      return affects_model(reading, installed_version);
    case Kind::not_a_version:
    case Kind::unread:
      return ask_what_it_is(reading);
    case Kind::vers:
      return affects_vers(reading, installed_version);
    case Kind::range:
    case Kind::list:
    case Kind::condition:
      break;
  }
  const bool unbounded = reading.intervals.empty() && reading.possible.empty();
  const auto installed = reading.component.empty() ? read_vendor_version(installed_version)
                                                   : version_of_component(reading, installed_version);
  if (!installed) {
    if (reading.kind == Kind::condition && unbounded) return ask_condition(reading);
    const auto of = reading.component.empty() ? std::string{} : fmt::format(" of {}", quoted(reading.component));
    return ask(fmt::format("Which version{} is installed, and is it one of {}?", of, quoted(reading.text)));
  }
  auto answer = unbounded ? Answer::yes : is_in(*installed, reading.intervals);
  if (answer == Answer::no && is_in(*installed, reading.possible) != Answer::no) answer = Answer::ask;
  if (answer == Answer::no && !counted_alike(*installed, reading)) answer = Answer::ask;
  if (reading.kind == Kind::condition && answer != Answer::no) return ask_condition(reading);
  if (answer != Answer::ask) return {answer, {}};
  return ask(fmt::format("Is the installed version {} one of those that the advisory calls {}?",
                         quoted(text::squeeze(installed_version)), quoted(reading.text)));
}

}  // namespace tocsin::formats::vers
