#include "formats/vers/vendor_text.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.hpp"
#include "formats/vers/range.hpp"
#include "formats/vers/vendor_items.hpp"

namespace tocsin::formats::vers {
namespace {

using ReadingKind = VendorReading::Kind;

constexpr std::string_view kPossiblySeparator = " ? ";

bool names_month(std::string_view lower) {
  for (std::size_t at = 0; at < lower.size();) {
    const auto begin = at;
    while (at < lower.size() && lower[at] >= 'a' && lower[at] <= 'z') ++at;
    const auto word = lower.substr(begin, at - begin);
    if (word.empty()) {
      ++at;
      continue;
    }
    if (!is_month(word)) continue;
    // "may also be affected" is no month: a day or a year stands beside one.
    const auto next = lower.find_first_not_of(" .,/-", at);
    const auto before = begin == 0 ? std::string_view::npos : lower.find_last_not_of(" .,/-", begin - 1);
    const auto digit = [&](std::size_t i) { return i != std::string_view::npos && lower[i] >= '0' && lower[i] <= '9'; };
    if (digit(next) || (digit(before) && word != "may" && word != "march")) return true;
  }
  return false;
}

void append(std::string& out, std::string_view sign, const VendorVersion& version) {
  out.append(sign).append(canonical_text(version));
}

bool is_exact(const VendorInterval& interval) {
  return interval.low && interval.high && interval.low->inclusive && interval.high->inclusive &&
         interval.low->version.parts == interval.high->version.parts;
}

std::string intervals_text(const std::vector<VendorInterval>& intervals) {
  std::vector<std::string> parts;
  for (const auto& interval : intervals) {
    std::string part;
    if (is_exact(interval)) {
      append(part, "", interval.low->version);
      // What would be doubted when it is read again.
      VendorVersion again;
      scan_vendor_version(part, 0, LettersFirst::alone, again);
      if (again.parts.empty() || is_weak(again)) part.insert(0, 1, '=');
    } else {
      if (interval.low) append(part, interval.low->inclusive ? ">=" : ">", interval.low->version);
      if (interval.low && interval.high) part += '|';
      if (interval.high) append(part, interval.high->inclusive ? "<=" : "<", interval.high->version);
      if (part.empty()) part = "*";
    }
    if (std::ranges::find(parts, part) == parts.end()) parts.push_back(std::move(part));
  }
  std::string out;
  for (const auto& part : parts) out.append(out.empty() ? "" : " || ").append(part);
  return out;
}

/// Intervals as to_text writes them, read without looking for slips.
bool read_plain(std::string_view text, std::vector<VendorInterval>& intervals) {
  if (text.empty()) return true;
  VendorReading reading;
  const auto tokens = tokenise_vendor_text(text, {});
  if (!tokens.condition.empty() || !tokens.notes.empty() || tokens.cut_off) return false;
  const auto items = read_vendor_items(tokens, text::lower_ascii(text), {}, Slips::none);
  if (!items || !group_vendor_items(*items, tokens.notes, {}, Slips::none, reading)) return false;
  if (reading.kind == ReadingKind::all) {
    intervals.assign(1, VendorInterval{});
    return true;
  }
  intervals = std::move(reading.intervals);
  return reading.kind == ReadingKind::ranges && reading.possible.empty();
}

/// What to_text wrote beyond plain intervals.
bool read_marked(std::string_view text, VendorReading& reading) {
  const auto bracket = text.ends_with(']') ? text.find(" [") : std::string_view::npos;
  const auto ranges = text.substr(0, bracket);
  const auto mark = ranges.starts_with(kPossiblySeparator.substr(1)) ? 0 : ranges.find(kPossiblySeparator);
  if (bracket == std::string_view::npos && mark == std::string_view::npos) return false;
  std::string_view certain = ranges;
  if (mark != std::string_view::npos) {
    certain = ranges.substr(0, mark);
    const auto possible = ranges.substr(mark + (mark == 0 ? 2 : kPossiblySeparator.size()));
    if (possible.empty() || !read_plain(possible, reading.possible)) return false;
  } else if (certain.empty()) {
    return false;
  }
  if (!read_plain(certain, reading.intervals)) return false;
  reading.kind = ReadingKind::ranges;
  if (bracket == std::string_view::npos) return true;
  reading.kind = ReadingKind::condition;
  reading.condition = text::trim(text.substr(bracket + 2, text.size() - bracket - 3));
  if (certain == "*" && reading.possible.empty()) reading.intervals.clear();
  return !reading.condition.empty() && reading.condition.find_first_of("[]") == std::string::npos;
}

/// Without what stands in brackets.
std::string outside_of_brackets(std::string_view text) {
  std::string out;
  int depth = 0;
  for (const char c : text) {
    if (c == '(') ++depth;
    if (depth == 0) out += c;
    if (c == ')' && depth > 0) --depth;
  }
  return out;
}

}  // namespace

std::optional<BranchKind> parse_branch_kind(std::string_view category) noexcept {
  if (category == "product_version") return BranchKind::product_version;
  if (category == "product_version_range") return BranchKind::product_version_range;
  if (category == "product_name") return BranchKind::product_name;
  constexpr std::array kOthers =
      std::to_array<std::string_view>({"architecture", "host_name", "language", "legacy", "patch_level", "platform",
                                       "product_family", "service_pack", "specification", "vendor"});
  return std::ranges::find(kOthers, category) != kOthers.end() ? std::optional{BranchKind::other} : std::nullopt;
}

VendorReading read_vendor_text(BranchKind branch, std::string_view product, std::string_view text) {
  VendorReading reading;
  reading.text = normalise_vendor_text(text);
  std::string_view unquoted = reading.text;
  while (unquoted.size() >= 2 && unquoted.front() == '"' && unquoted.back() == '"') {
    unquoted = text::trim(unquoted.substr(1, unquoted.size() - 2));
  }
  reading.text = std::string{unquoted};
  if (reading.text.empty() || reading.text.size() > kVendorTextBytesMax) return reading;
  std::string_view native = reading.text;
  auto lower = text::lower_ascii(native);
  if (lower.starts_with("vers:")) {
    const auto slash = lower.find('/');
    if (slash == std::string::npos) return reading;
    const auto scheme = std::string_view{lower}.substr(5, slash - 5);
    if (scheme == "none") {
      if (lower.substr(slash + 1) == "*") reading.kind = ReadingKind::none;
      return reading;
    }
    // "all" stands before native text in most advisories; "generic" and "intdot" order as vendors do, and a reading of
    // them knows what a longer version may mean.
    if (scheme != "all" && scheme != "generic" && scheme != "intdot" && is_known_scheme(scheme)) {
      if (const auto range = parse(reading.text); range) {
        reading.kind = range->everything ? ReadingKind::all : ReadingKind::vers;
        if (!range->everything) reading.vers_text = to_text(*range);
        return reading;
      }
    }
    native = text::trim(native.substr(slash + 1));
    lower = text::lower_ascii(native);
  }
  constexpr std::array kNothing = std::to_array<std::string_view>(
      {"none", "no version", "no versions", "no affected version", "no affected versions", "no version affected"});
  if (std::ranges::find(kNothing, lower) != kNothing.end()) {
    reading.kind = ReadingKind::none;
    return reading;
  }
  if (VendorReading marked; read_marked(native, marked)) {
    marked.text = std::move(reading.text);
    return marked;
  }
  const auto undecidable = [&](VendorReading::Subject subject) {
    VendorReading kept;
    kept.subject = subject;
    kept.text = reading.text;
    return kept;
  };
  if (contains_any(lower, {"serial", "digits"})) return undecidable(VendorReading::Subject::serial_number);
  if (contains_any(lower, {"manufactur", "production date", "production-date", "shipped", "distributed", "dated",
                           "date code"}) ||
      names_month(outside_of_brackets(lower))) {
    return undecidable(VendorReading::Subject::date);
  }
  if (contains_any(lower, {"not affected", "unaffected", "not vulnerable", "not impacted", "fixed in"})) {
    return undecidable(VendorReading::Subject::version);
  }
  const auto tokens = tokenise_vendor_text(native, product);
  const auto items = read_vendor_items(tokens, lower, product, Slips::mended);
  const bool sure_of_versions =
      branch != BranchKind::product_name ||
      (items && (items->everything || std::ranges::any_of(items->items, &VendorItem::operator_written)));
  if (!items || !sure_of_versions || !group_vendor_items(*items, tokens.notes, product, Slips::mended, reading)) {
    return undecidable(VendorReading::Subject::version);
  }
  return reading;
}

std::string to_text(const VendorReading& reading) {
  std::string out;
  switch (reading.kind) {
    case ReadingKind::all:
      return "*";
    case ReadingKind::none:
      return "none";
    case ReadingKind::vers:
      return reading.vers_text;
    case ReadingKind::undecidable:
      return "\"" + reading.text + "\"";
    case ReadingKind::ranges:
    case ReadingKind::condition:
      out = intervals_text(reading.intervals);
      if (out.empty() && reading.possible.empty()) out = "*";
      if (!reading.possible.empty()) {
        out.append(out.empty() ? kPossiblySeparator.substr(1) : kPossiblySeparator)
            .append(intervals_text(reading.possible));
      }
      if (reading.kind == ReadingKind::condition) out.append(" [").append(reading.condition).append("]");
      return out;
  }
  return out;
}

}  // namespace tocsin::formats::vers
