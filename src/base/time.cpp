#include "base/time.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

namespace tocsin {
namespace {

using std::chrono::day;
using std::chrono::month;
using std::chrono::sys_days;
using std::chrono::year;
using std::chrono::year_month_day;

constexpr std::int64_t kMicrosPerSecond = 1'000'000;
constexpr std::int64_t kMicrosPerDay = 86'400 * kMicrosPerSecond;
// 0001-01-01T00:00:00Z and the last microsecond of 9999: what RFC 3339 has digits for.
constexpr Timestamp kFirst{sys_days{year{1} / 1 / 1}.time_since_epoch().count() * kMicrosPerDay};
constexpr Timestamp kLast{(sys_days{year{9999} / 12 / 31}.time_since_epoch().count() + 1) * kMicrosPerDay - 1};

/// Reads exactly `count` digits at `at`; nothing else.
std::optional<int> digits(std::string_view text, std::size_t at, std::size_t count) {
  if (at + count > text.size()) return std::nullopt;
  int value = 0;
  for (const char c : text.substr(at, count)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

Error not_a_time(std::string_view text) {
  return Error::invalid(
      fmt::format("'{}' is not a date and time as RFC 3339 writes it (2022-05-10T13:05:00Z)", text.substr(0, 64)));
}

struct Civil {
  year_month_day date;
  std::int64_t second_of_day;
  std::int64_t fraction;
};

/// Moments beyond the years 1 to 9999 are written as the first or last one: there is no other way to write them.
Civil split(Timestamp time) {
  time = std::clamp(time, kFirst, kLast);
  std::int64_t days = time.micros / kMicrosPerDay;
  std::int64_t rest = time.micros % kMicrosPerDay;
  if (rest < 0) {
    rest += kMicrosPerDay;
    --days;
  }
  return {year_month_day{sys_days{std::chrono::days{days}}}, rest / kMicrosPerSecond, rest % kMicrosPerSecond};
}

std::string date_text(const Civil& civil) {
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(civil.date.year()),
                     static_cast<unsigned>(civil.date.month()), static_cast<unsigned>(civil.date.day()));
}

}  // namespace

Result<Timestamp> from_date(int y, unsigned m, unsigned d) {
  const year_month_day date{year{y}, month{m}, day{d}};
  if (y < 1 || y > 9999 || !date.ok()) {
    return Error::invalid(fmt::format("there is no date {:04}-{:02}-{:02}", y, m, d));
  }
  return Timestamp{sys_days{date}.time_since_epoch().count() * kMicrosPerDay};
}

Result<Timestamp> parse_rfc3339(std::string_view text) {
  // Shortest: 2022-05-10T00:00:00Z
  if (text.size() < 20 || text.size() > 64) return not_a_time(text);
  const auto y = digits(text, 0, 4), mo = digits(text, 5, 2), d = digits(text, 8, 2);
  const auto h = digits(text, 11, 2), mi = digits(text, 14, 2), s = digits(text, 17, 2);
  if (!y || !mo || !d || !h || !mi || !s || text[4] != '-' || text[7] != '-' || (text[10] != 'T' && text[10] != 't') ||
      text[13] != ':' || text[16] != ':' || *h > 23 || *mi > 59 || *s > 60) {
    return not_a_time(text);
  }
  std::size_t at = 19;
  std::int64_t fraction = 0;
  if (text[at] == '.') {
    ++at;
    std::int64_t scale = kMicrosPerSecond / 10;
    const std::size_t begin = at;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) {
      fraction += (text[at] - '0') * scale;
      scale /= 10;
    }
    if (at == begin) return not_a_time(text);
  }
  if (at >= text.size()) return not_a_time(text);
  std::int64_t offset_minutes = 0;
  if (text[at] == 'Z' || text[at] == 'z') {
    ++at;
  } else {
    const auto oh = digits(text, at + 1, 2), om = digits(text, at + 4, 2);
    if ((text[at] != '+' && text[at] != '-') || !oh || !om || text[at + 3] != ':' || *oh > 23 || *om > 59) {
      return not_a_time(text);
    }
    offset_minutes = (std::int64_t{*oh} * 60 + *om) * (text[at] == '-' ? -1 : 1);
    at += 6;
  }
  if (at != text.size()) return not_a_time(text);
  const auto midnight = from_date(*y, static_cast<unsigned>(*mo), static_cast<unsigned>(*d));
  if (!midnight) return not_a_time(text);
  // A leap second has no name in POSIX time: the second before it is the nearest truth.
  const std::int64_t seconds =
      std::int64_t{*h} * 3600 + std::int64_t{*mi} * 60 + (*s == 60 ? 59 : *s) - offset_minutes * 60;
  const Timestamp time{midnight->micros + seconds * kMicrosPerSecond + fraction};
  // An offset may lead out of the years that can be written again.
  if (time < kFirst || time > kLast) return not_a_time(text);
  return time;
}

std::string format_rfc3339(Timestamp time) {
  const auto civil = split(time);
  const auto s = civil.second_of_day;
  auto text = fmt::format("{}T{:02}:{:02}:{:02}", date_text(civil), s / 3600, s / 60 % 60, s % 60);
  if (civil.fraction != 0) text += fmt::format(".{:06}", civil.fraction);
  return text + "Z";
}

std::string format_date(Timestamp time) { return date_text(split(time)); }

std::string format_minute(Timestamp time) {
  const auto civil = split(time);
  return fmt::format("{} {:02}:{:02} UTC", date_text(civil), civil.second_of_day / 3600, civil.second_of_day / 60 % 60);
}

std::string format_http_date(Timestamp time) {
  static constexpr std::array kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto civil = split(time);
  const auto s = civil.second_of_day;
  const std::chrono::weekday weekday{sys_days{civil.date}};
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kDays[weekday.c_encoding()],
                     static_cast<unsigned>(civil.date.day()), kMonths[static_cast<unsigned>(civil.date.month()) - 1],
                     static_cast<int>(civil.date.year()), s / 3600, s / 60 % 60, s % 60);
}

int year_of(Timestamp time) { return static_cast<int>(split(time).date.year()); }

const Clock& system_clock() {
  class System final : public Clock {
   public:
    Timestamp now() const override {
      return {std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch())
                  .count()};
    }
  };
  static const System clock;
  return clock;
}

}  // namespace tocsin
