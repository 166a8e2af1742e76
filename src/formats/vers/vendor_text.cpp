#include "formats/vers/vendor_text.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.hpp"
#include "formats/vers/range.hpp"
#include "formats/vers/vendor_items.hpp"
#include "formats/vers/vendor_kinds.hpp"

namespace tocsin::formats::vers {
namespace {

using ReadingKind = VendorReading::Kind;

constexpr std::string_view kPossiblySeparator = " ? ";

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
bool read_plain(std::string_view text, std::vector<VendorInterval>& intervals, VendorReading& reading) {
  if (text.empty()) return true;
  reading = {};
  const auto tokens = tokenise_vendor_text(text, {});
  if (!tokens.condition.empty() || !tokens.notes.empty() || tokens.cut_off) return false;
  const auto items = read_vendor_items(tokens, text, {}, Slips::none);
  if (!items || !group_vendor_items(*items, tokens.notes, {}, Slips::none, reading)) return false;
  if (reading.kind == ReadingKind::all) {
    intervals.assign(1, VendorInterval{});
    return true;
  }
  intervals = std::move(reading.intervals);
  return reading.kind == ReadingKind::range && reading.possible.empty();
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
    VendorReading plain;
    if (possible.empty() || !read_plain(possible, reading.possible, plain) || !plain.component.empty()) return false;
  } else if (certain.empty()) {
    return false;
  }
  VendorReading plain;
  if (!read_plain(certain, reading.intervals, plain)) return false;
  reading.component = plain.component;
  reading.foreign = plain.foreign;
  reading.kind = ReadingKind::range;
  if (bracket == std::string_view::npos) return true;
  reading.kind = ReadingKind::condition;
  reading.condition = text::trim(text.substr(bracket + 2, text.size() - bracket - 3));
  if (certain == "*" && reading.possible.empty()) reading.intervals.clear();
  return !reading.condition.empty() && reading.condition.find_first_of("[]") == std::string::npos;
}

bool is_date(const VendorVersion& version) noexcept {
  return version.parts.size() == 1 && version.parts[0].kind == VersionPart::Kind::date;
}

/// A range may be a list, or one of days.
void name_kind(VendorReading& reading) {
  if (reading.kind != ReadingKind::range) return;
  std::vector<VendorInterval> all = reading.intervals;
  all.insert(all.end(), reading.possible.begin(), reading.possible.end());
  const bool dates = std::ranges::all_of(all, [](const VendorInterval& interval) {
    return (interval.low || interval.high) && (!interval.low || is_date(interval.low->version)) &&
           (!interval.high || is_date(interval.high->version));
  });
  const auto& named = reading.intervals.empty() ? reading.possible : reading.intervals;
  const bool list = named.size() > 1 || std::ranges::any_of(named, is_exact);
  reading.kind = dates && !all.empty() ? ReadingKind::date : list ? ReadingKind::list : ReadingKind::range;
}

std::string_view without_quotes(std::string_view text) {
  while (text.size() >= 2 && text.front() == '"' && text.back() == '"') {
    text = text::trim(text.substr(1, text.size() - 2));
  }
  return text;
}

/// An order number at the front and what is said of it: "2404267 version 1.x", "1SAP5 (index B1 with BSP <= UN30)".
bool read_order_number(std::string_view text, std::string_view product, VendorReading& reading) {
  const auto end = end_of_order_number(text);
  if (end == 0 || end >= text.size() || (text[end] != ' ' && text[end] != '|')) return false;
  auto rest = text::trim(text.substr(end));
  if (rest.starts_with('|')) rest = text::trim(rest.substr(1));
  if (rest.find_first_of("0123456789") == std::string_view::npos) return false;
  reading.kind = ReadingKind::condition;
  reading.models.emplace_back(text.substr(0, end));
  reading.condition = rest;
  // A range of versions may stand there, but a sign behind other words is of another thing.
  const auto tokens = tokenise_vendor_text(rest, product);
  VendorReading versions;
  const auto items = read_vendor_items(tokens, rest, product, Slips::mended);
  if (!items || items->doubtful || items->everything || !items->condition.empty() || !items->component.empty() ||
      std::ranges::any_of(items->items, [](const VendorItem& item) { return !item.words.empty(); }) ||
      !group_vendor_items(*items, tokens.notes, product, Slips::mended, versions)) {
    return true;
  }
  const bool weak = std::ranges::any_of(items->items, [](const VendorItem& item) {
    return !item.operator_written && item.version.prefix.empty() && is_weak(item.version);
  });
  if (weak) return true;
  reading.intervals = std::move(versions.intervals);
  reading.possible = std::move(versions.possible);
  return true;
}

bool is_doubtful(const VendorReading& reading) noexcept {
  return std::ranges::any_of(reading.possible,
                             [](const VendorInterval& interval) { return !interval.low && !interval.high; });
}

VendorReading read_once(BranchKind branch, std::string_view product, std::string_view text) {
  VendorReading reading;
  reading.text = normalise_vendor_text(text);
  reading.text = std::string{without_quotes(reading.text)};
  if (reading.text.empty() || reading.text.size() > kVendorTextBytesMax) return reading;
  std::string_view native = reading.text;
  std::string line;  // A product's name where a scheme should be: "vers:PROMOD_V4/*".
  auto lower = text::lower_ascii(native);
  if (lower.starts_with("vers:")) {
    const auto slash = lower.find('/');
    if (slash == std::string::npos) {
      // "vers:PROMOD_V11.2"
      native = text::trim(native.substr(5));
    } else {
      const auto scheme = std::string_view{lower}.substr(5, slash - 5);
      if (scheme == "none") {
        if (lower.substr(slash + 1) == "*") reading.kind = ReadingKind::none;
        return reading;
      }
      // "all" stands before native text in most advisories; "generic" and "intdot" order as vendors do, and a reading
      // of them knows what a longer version may mean.
      const bool known = is_known_scheme(scheme);
      if (scheme != "all" && scheme != "generic" && scheme != "intdot" && known) {
        if (const auto range = parse(reading.text); range) {
          reading.kind = range->everything ? ReadingKind::all : ReadingKind::vers;
          if (!range->everything) reading.vers_text = to_text(*range);
          return reading;
        }
      }
      if (!known && scheme.find_first_of("0123456789") != std::string_view::npos) {
        line = text::trim(native.substr(5, slash - 5));
      }
      native = text::trim(native.substr(slash + 1));
    }
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
    name_kind(marked);
    return marked;
  }
  if (is_about_serials(lower)) {
    reading.serial = read_serial(native);
    reading.kind = ReadingKind::serial_number;
    return reading;
  }
  const bool restricts = lower.starts_with("with ") || lower.starts_with("without ");
  if (!restricts && is_about_dates(lower)) {
    if (!read_dates(native, reading)) reading.kind = ReadingKind::date;
    return reading;
  }
  if (contains_any(lower, {"not affected", "unaffected", "not vulnerable", "not impacted", "fixed in"})) return reading;
  const auto tokens = tokenise_vendor_text(native, product);
  const auto items = read_vendor_items(tokens, native, product, Slips::mended);
  const bool sure_of_versions =
      branch != BranchKind::product_name ||
      (items && (items->everything || std::ranges::any_of(items->items, &VendorItem::operator_written)));
  const bool read =
      items && sure_of_versions && group_vendor_items(*items, tokens.notes, product, Slips::mended, reading);
  const auto keep_text = [&] {
    VendorReading kept;
    kept.text = std::move(reading.text);
    reading = std::move(kept);
  };
  if (!read) keep_text();
  if (read && is_serial_by_product(normalise_vendor_text(product), reading)) return reading;
  if (!read || is_doubtful(reading)) {
    VendorReading other;
    if (read_models(native, other) || read_order_number(native, product, other)) {
      other.text = std::move(reading.text);
      reading = std::move(other);
    } else if (!read && is_prose(native)) {
      reading.kind = ReadingKind::not_a_version;
    }
  }
  // All versions of the line that the scheme names.
  if (!line.empty() && reading.kind == ReadingKind::all) {
    reading.kind = ReadingKind::condition;
    reading.condition = std::move(line);
    std::ranges::replace_if(reading.condition, [](char c) { return c == '[' || c == ']'; }, '|');
  }
  name_kind(reading);
  return reading;
}

bool names_letters(const VendorReading& reading) {
  const auto has = [](const VendorInterval& interval) {
    return (interval.low && !interval.low->version.component.empty()) ||
           (interval.high && !interval.high->version.component.empty());
  };
  return std::ranges::any_of(reading.intervals, has) || std::ranges::any_of(reading.possible, has);
}

/// Whether the texts that stand for readings would be read again to the same.
bool is_stable(BranchKind branch, std::string_view product, const VendorReading& reading) {
  const auto written = to_text(reading);
  return to_text(read_once(branch, product, written)) == written;
}

}  // namespace

std::string_view name_of(VendorReading::Kind kind) noexcept {
  switch (kind) {
    case ReadingKind::all:
      return "all";
    case ReadingKind::none:
      return "none";
    case ReadingKind::range:
      return "range";
    case ReadingKind::list:
      return "list";
    case ReadingKind::vers:
      return "vers";
    case ReadingKind::condition:
      return "condition";
    case ReadingKind::serial_number:
      return "serial number";
    case ReadingKind::date:
      return "date";
    case ReadingKind::model:
      return "model";
    case ReadingKind::not_a_version:
      return "not a version";
    case ReadingKind::unread:
      return "unread";
  }
  return "unread";
}

bool is_understood(const VendorReading& reading) noexcept {
  switch (reading.kind) {
    case ReadingKind::all:
    case ReadingKind::none:
    case ReadingKind::vers:
    case ReadingKind::model:
      return true;
    case ReadingKind::range:
    case ReadingKind::list:
    case ReadingKind::condition:
      return !is_doubtful(reading);
    case ReadingKind::serial_number:
      return reading.serial.has_value();
    case ReadingKind::date:
      return !reading.intervals.empty() && !is_doubtful(reading);
    case ReadingKind::not_a_version:
    case ReadingKind::unread:
      return false;
  }
  return false;
}

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
  auto reading = read_once(branch, product, text);
  // Names in front of bounds may read as something else again; then they are no names.
  if (!reading.component.empty() && !is_stable(BranchKind::product_version_range, product, reading)) {
    if (reading.foreign) reading.possible.assign(1, VendorInterval{});
    reading.component.clear();
    reading.foreign = false;
  }
  if ((reading.serial || !reading.date_of.empty()) && !is_stable(BranchKind::product_version_range, product, reading)) {
    reading.serial.reset();
    reading.date_of.clear();
    reading.intervals.clear();
  }
  // Letters of the product's name in front of a version ("dated7 SP1") may mean something else as well.
  if (names_letters(reading) && !is_stable(BranchKind::product_version_range, product, reading)) {
    VendorReading kept;
    kept.text = std::move(reading.text);
    return kept;
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
    case ReadingKind::serial_number:
      return reading.serial ? to_text(*reading.serial) : "\"" + reading.text + "\"";
    case ReadingKind::model:
    case ReadingKind::not_a_version:
    case ReadingKind::unread:
      return "\"" + reading.text + "\"";
    case ReadingKind::date:
    case ReadingKind::range:
    case ReadingKind::list:
    case ReadingKind::condition:
      break;
  }
  // What names products keeps its words.
  if (!reading.models.empty() || (reading.kind == ReadingKind::date && reading.intervals.empty())) {
    return "\"" + reading.text + "\"";
  }
  if (!reading.component.empty()) out.append(reading.component).append(" ");
  if (!reading.date_of.empty()) out.append(reading.date_of).append(" ");
  const auto intervals = intervals_text(reading.intervals);
  out += intervals.empty() && reading.possible.empty() ? "*" : intervals;
  if (!reading.possible.empty()) {
    out.append(intervals.empty() ? kPossiblySeparator.substr(1) : kPossiblySeparator)
        .append(intervals_text(reading.possible));
  }
  if (reading.kind == ReadingKind::condition) out.append(" [").append(reading.condition).append("]");
  return out;
}

}  // namespace tocsin::formats::vers
