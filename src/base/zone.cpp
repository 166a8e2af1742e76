#include "base/zone.hpp"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <map>
#include <mutex>
#include <optional>

#include <fmt/format.h>

#include "base/messages.hpp"
#include "base/text.hpp"

namespace tocsin {
namespace {

constexpr const char* kFolder = "/usr/share/zoneinfo/";
constexpr std::size_t kNameBytesMax = 64;
constexpr std::size_t kFileBytesMax = 256 << 10;
constexpr std::size_t kTableBytesMax = 1 << 20;
/// RFC 8536 section 3.2: the offsets of real places are within this.
constexpr std::int32_t kOffsetMax_s = 26 * 3600;
constexpr std::int64_t kSecond = 1'000'000;

Error broken(std::string_view name) { return Error::invalid(tr<"the zone file of {} is broken">(name)); }

/// Big-endian numbers, one after the other; past the end they are 0 and `good` falls.
class Cursor {
 public:
  explicit Cursor(std::string_view bytes) : bytes_(bytes) {}
  std::string_view take(std::size_t count) {
    if (count > bytes_.size() - at_) {
      good_ = false;
      return {};
    }
    at_ += count;
    return bytes_.substr(at_ - count, count);
  }
  std::uint32_t number32() {
    std::uint32_t value = 0;
    for (const char c : take(4)) value = value << 8U | static_cast<unsigned char>(c);
    return value;
  }
  std::int64_t number64() {
    std::uint64_t value = 0;
    for (const char c : take(8)) value = value << 8U | static_cast<unsigned char>(c);
    return static_cast<std::int64_t>(value);
  }
  std::string_view rest() const noexcept { return bytes_.substr(at_); }
  bool good() const noexcept { return good_; }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
  bool good_ = true;
};

struct Header {
  char version = 0;
  std::uint32_t ut_count = 0, standard_count = 0, leap_count = 0, time_count = 0, type_count = 0, letters = 0;
  std::uint64_t body_bytes(std::size_t time_bytes) const noexcept {
    return std::uint64_t{time_count} * (time_bytes + 1) + std::uint64_t{type_count} * 6 + letters +
           std::uint64_t{leap_count} * (time_bytes + 4) + standard_count + ut_count;
  }
};
std::optional<Header> read_header(Cursor& from) {
  if (from.take(4) != "TZif") return std::nullopt;
  Header header;
  const auto version = from.take(1);
  from.take(15);
  header.ut_count = from.number32();
  header.standard_count = from.number32();
  header.leap_count = from.number32();
  header.time_count = from.number32();
  header.type_count = from.number32();
  header.letters = from.number32();
  if (!from.good() || header.type_count == 0 || header.type_count > 256) return std::nullopt;
  header.version = version[0];
  return header;
}

/// Reads POSIX's TZ from left to right.
class RuleText {
 public:
  explicit RuleText(std::string_view text) : text_(text) {}
  bool done() const noexcept { return text_.empty(); }
  bool skip(char c) {
    if (!text_.starts_with(c)) return false;
    text_.remove_prefix(1);
    return true;
  }
  /// "CET" or "<+03>".
  bool name() {
    if (skip('<')) {
      const auto end = text_.find('>');
      if (end == std::string_view::npos) return false;
      text_.remove_prefix(end + 1);
      return true;
    }
    std::size_t letters = 0;
    while (letters < text_.size() &&
           ((text_[letters] >= 'A' && text_[letters] <= 'Z') || (text_[letters] >= 'a' && text_[letters] <= 'z'))) {
      ++letters;
    }
    text_.remove_prefix(letters);
    return letters >= 3;
  }
  std::optional<int> number() {
    int value = 0;
    std::size_t digits = 0;
    while (digits < text_.size() && digits < 4 && text_[digits] >= '0' && text_[digits] <= '9') {
      value = value * 10 + (text_[digits++] - '0');
    }
    text_.remove_prefix(digits);
    return digits == 0 ? std::nullopt : std::optional{value};
  }
  /// "[+-]hh[:mm[:ss]]" in seconds.
  std::optional<std::int32_t> time() {
    const bool negative = skip('-');
    if (!negative) skip('+');
    const auto hours = number();
    if (!hours || *hours > 167) return std::nullopt;
    std::int32_t seconds = *hours * 3600;
    for (const int unit : {60, 1}) {
      if (!skip(':')) break;
      const auto part = number();
      if (!part || *part > 59) return std::nullopt;
      seconds += *part * unit;
    }
    return negative ? -seconds : seconds;
  }
  std::optional<Zone::Turn> turn() {
    Zone::Turn turn;
    if (skip('M')) {
      const auto month = number();
      if (!month || !skip('.')) return std::nullopt;
      const auto week = number();
      if (!week || !skip('.')) return std::nullopt;
      const auto day = number();
      if (!day || *month < 1 || *month > 12 || *week < 1 || *week > 5 || *day > 6) return std::nullopt;
      turn.month = *month;
      turn.week = *week;
      turn.day = *day;
    } else {
      turn.kind = skip('J') ? Zone::Turn::Kind::julian : Zone::Turn::Kind::day;
      const auto day = number();
      if (!day || *day > 365) return std::nullopt;
      turn.day = *day;
    }
    if (skip('/')) {
      const auto at = time();
      if (!at) return std::nullopt;
      turn.time_s = *at;
    }
    return turn;
  }

 private:
  std::string_view text_;
};

/// Seconds since 1970 on the local clock at which the turn of this year is.
std::int64_t local_turn_s(const Zone::Turn& turn, int year_number) {
  using namespace std::chrono;
  const year y{year_number};
  sys_days day{};
  switch (turn.kind) {
    case Zone::Turn::Kind::month_week_day: {
      const month m{static_cast<unsigned>(turn.month)};
      const weekday w{static_cast<unsigned>(turn.day)};
      day = turn.week == 5 ? sys_days{year_month_weekday_last{y, m, weekday_last{w}}}
                           : sys_days{year_month_weekday{y, m, weekday_indexed{w, static_cast<unsigned>(turn.week)}}};
      break;
    }
    case Zone::Turn::Kind::julian:
      // February 29 is never counted.
      day = sys_days{y / January / 1} + days{turn.day - 1 + (y.is_leap() && turn.day >= 60 ? 1 : 0)};
      break;
    case Zone::Turn::Kind::day:
      day = sys_days{y / January / 1} + days{turn.day};
      break;
  }
  return std::int64_t{day.time_since_epoch().count()} * 86'400 + turn.time_s;
}

Timestamp moved(Timestamp time, std::int32_t offset_s) { return {time.micros + offset_s * kSecond}; }

std::string offset_text(std::int32_t offset_s) {
  const auto minutes = std::abs(offset_s) / 60;
  return fmt::format("{}{:02}:{:02}", offset_s < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

bool is_utc(const Zone& zone) { return zone.name() == "UTC"; }

Result<std::string> read_file(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  if (!file) return Error::not_found("file");
  std::string bytes(kFileBytesMax + 1, '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(file.gcount()));
  return bytes;
}

}  // namespace

bool Zone::read_rule(std::string_view text) {
  RuleText rule{text};
  if (!rule.name()) return false;
  const auto standard = rule.time();
  if (!standard || std::abs(*standard) > kOffsetMax_s) return false;
  // POSIX counts westwards.
  standard_s_ = summer_s_ = -*standard;
  if (rule.done()) return has_rule_ = true;
  if (!rule.name()) return false;
  summer_s_ = standard_s_ + 3'600;
  if (!rule.skip(',')) {
    const auto summer = rule.time();
    if (!summer || std::abs(*summer) > kOffsetMax_s || !rule.skip(',')) return false;
    summer_s_ = -*summer;
  }
  const auto to_summer = rule.turn();
  if (!to_summer || !rule.skip(',')) return false;
  const auto to_standard = rule.turn();
  if (!to_standard || !rule.done()) return false;
  to_summer_ = *to_summer;
  to_standard_ = *to_standard;
  return has_rule_ = rule_turns_ = true;
}

Result<Zone> Zone::parse(std::string name, std::string_view bytes) {
  if (bytes.size() > kFileBytesMax) return Error::too_large("zone file", kFileBytesMax);
  Cursor from{bytes};
  auto header = read_header(from);
  if (!header) return broken(name);
  std::size_t time_bytes = 4;
  if (header->version >= '2') {
    // The first part is for readers that know 32 bits only; the second says the same with 64.
    const auto skipped = header->body_bytes(4);
    if (skipped > kTableBytesMax) return broken(name);
    from.take(static_cast<std::size_t>(skipped));
    header = read_header(from);
    if (!header) return broken(name);
    time_bytes = 8;
  }
  if (header->body_bytes(time_bytes) > from.rest().size()) return broken(name);
  Zone zone;
  zone.name_ = std::move(name);
  zone.changes_.resize(header->time_count);
  for (auto& change : zone.changes_) {
    change.at_s = time_bytes == 8 ? from.number64() : static_cast<std::int32_t>(from.number32());
  }
  const auto which = from.take(header->time_count);
  std::vector<std::int32_t> offsets(header->type_count);
  for (auto& offset : offsets) {
    offset = static_cast<std::int32_t>(from.number32());
    from.take(2);
    if (std::abs(offset) > kOffsetMax_s) return broken(zone.name_);
  }
  for (std::size_t i = 0; i < zone.changes_.size(); ++i) {
    const auto type = static_cast<unsigned char>(which[i]);
    if (type >= offsets.size()) return broken(zone.name_);
    if (i > 0 && zone.changes_[i].at_s <= zone.changes_[i - 1].at_s) return broken(zone.name_);
    zone.changes_[i].offset_s = offsets[type];
  }
  zone.first_offset_s_ = offsets[0];
  from.take(header->letters + header->leap_count * (time_bytes + 4) + header->standard_count + header->ut_count);
  if (!from.good()) return broken(zone.name_);
  auto footer = from.rest();
  if (time_bytes == 8 && footer.starts_with('\n')) {
    footer.remove_prefix(1);
    footer = footer.substr(0, footer.find('\n'));
    if (!footer.empty() && !zone.read_rule(footer)) return broken(zone.name_);
  }
  return zone;
}

const Zone& Zone::utc() {
  static const Zone zone = [] {
    Zone made;
    made.name_ = "UTC";
    return made;
  }();
  return zone;
}

std::int32_t Zone::offset_s(Timestamp time) const noexcept {
  const auto at = time.micros / kSecond - (time.micros % kSecond < 0 ? 1 : 0);
  const auto next = std::ranges::upper_bound(changes_, at, {}, &Change::at_s);
  const auto before = next == changes_.begin() ? first_offset_s_ : std::prev(next)->offset_s;
  if (next != changes_.end() || !has_rule_) return before;
  if (!rule_turns_) return standard_s_;
  const int year = year_of(moved(time, standard_s_));
  const auto summer = local_turn_s(to_summer_, year) - standard_s_;
  const auto standard = local_turn_s(to_standard_, year) - summer_s_;
  const bool is_summer = summer < standard ? at >= summer && at < standard : at >= summer || at < standard;
  return is_summer ? summer_s_ : standard_s_;
}

bool zone_like(std::string_view name) noexcept {
  if (name.empty() || name.size() > kNameBytesMax || name.front() == '/' || name.back() == '/') return false;
  // No dot: neither "..", nor the tables beside the zones.
  return name.find("//") == std::string_view::npos && std::ranges::all_of(name, [](unsigned char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' || c == '_' ||
                  c == '+' || c == '-';
         });
}

Result<std::shared_ptr<const Zone>> find_zone(std::string_view name) {
  static const auto utc = std::make_shared<const Zone>(Zone::utc());
  if (name.empty() || name == "UTC") return utc;
  const auto unknown = [] {
    return Error::invalid(
        std::string{tr<"A time zone has an IANA name that this system knows, such as Europe/Berlin">()});
  };
  if (!zone_like(name)) return unknown();
  // Only names that exist are kept: as many as the system has zones.
  static std::mutex mutex;
  static std::map<std::string, std::shared_ptr<const Zone>, std::less<>> known;
  const std::lock_guard lock(mutex);
  if (const auto found = known.find(name); found != known.end()) return found->second;
  const auto bytes = read_file(kFolder + std::string{name});
  if (!bytes) return unknown();
  auto zone = Zone::parse(std::string{name}, *bytes);
  if (!zone) return unknown();
  return known.emplace(name, std::make_shared<const Zone>(std::move(zone).value())).first->second;
}

const std::vector<std::string>& zone_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> found;
    // zone1970.tab: codes, coordinates, name, comments; the zones that differ since 1970.
    for (const auto* file : {"zone1970.tab", "zone.tab"}) {
      const auto text = read_file(std::string{kFolder} + file);
      if (!text) continue;
      for (const auto line : text::split(*text, '\n')) {
        const auto columns = text::split(line, '\t');
        if (line.starts_with('#') || columns.size() < 3 || !zone_like(columns[2])) continue;
        found.emplace_back(columns[2]);
      }
    }
    std::ranges::sort(found);
    const auto repeats = std::ranges::unique(found);
    found.erase(repeats.begin(), repeats.end());
    found.insert(found.begin(), "UTC");
    return found;
  }();
  return names;
}

std::string format_rfc3339(Timestamp time, const Zone& zone) {
  const auto offset = zone.offset_s(time);
  if (is_utc(zone)) return format_rfc3339(time);
  auto text = format_rfc3339(moved(time, offset));
  text.pop_back();
  return text + offset_text(offset);
}

std::string format_date(Timestamp time, const Zone& zone) { return format_date(moved(time, zone.offset_s(time))); }

std::string format_minute(Timestamp time, const Zone& zone) {
  if (is_utc(zone)) return format_minute(time);
  const auto offset = zone.offset_s(time);
  auto text = format_minute(moved(time, offset));
  text.resize(text.size() - std::string_view{"UTC"}.size());
  return text + offset_text(offset);
}

}  // namespace tocsin
