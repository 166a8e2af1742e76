#include "domain/subscription.hpp"

#include <array>

#include <fmt/format.h>

namespace tocsin::domain {
namespace {

constexpr std::int64_t kMinute = 60LL * 1'000'000;
constexpr std::int64_t kDay = 24 * 60 * kMinute;
constexpr int kMinutesOfDay = 24 * 60;
constexpr std::int64_t kDaysOfWeek = 7;
/// 1 January 1970 was a Thursday.
constexpr std::int64_t kFirstWeekday = 4;

std::int64_t offset(const Zone& zone, std::int64_t micros) {
  return std::int64_t{zone.offset_s(Timestamp{micros})} * 1'000'000;
}

std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

/// The moment at which clocks show this, `local` being written as if it were UTC.
std::int64_t moment_of(const Zone& zone, std::int64_t local) {
  // No place is further than a day from UTC, nor changes its clocks twice within two.
  const auto before = offset(zone, local - kDay), after = offset(zone, local + kDay);
  const auto early = local - std::max(before, after), late = local - std::min(before, after);
  if (early + offset(zone, early) == local) return early;
  return late;
}

}  // namespace

std::string_view to_string(Pace pace) noexcept {
  switch (pace) {
    case Pace::now:
      return "now";
    case Pace::daily:
      return "daily";
    case Pace::weekly:
      break;
  }
  return "weekly";
}

std::optional<Pace> parse_pace(std::string_view text) noexcept {
  for (const auto pace : {Pace::now, Pace::daily, Pace::weekly}) {
    if (text == to_string(pace)) return pace;
  }
  return std::nullopt;
}

Timestamp due_at(Pace pace, const ReadingTimes& times, const Zone& zone, Timestamp now) {
  const auto local = now.micros + offset(zone, now.micros);
  const auto day = floor_div(local, kDay);
  if (pace == Pace::now) {
    const auto minute = static_cast<int>((local - day * kDay) / kMinute);
    const int from = times.quiet_from, until = times.quiet_until;
    if (from == until) return now;
    const bool over_midnight = until < from;
    const bool quiet = over_midnight ? minute >= from || minute < until : minute >= from && minute < until;
    if (!quiet) return now;
    const auto end_day = over_midnight && minute >= from ? day + 1 : day;
    return std::max(now, Timestamp{moment_of(zone, end_day * kDay + until * kMinute)});
  }
  // Of the next eight days one is the weekday, and its hour still to come.
  for (std::int64_t ahead = 0; ahead <= kDaysOfWeek; ++ahead) {
    const auto weekday = (day + ahead + kFirstWeekday - 1) % kDaysOfWeek + 1;
    if (pace == Pace::weekly && weekday != times.digest_weekday) continue;
    const auto at = moment_of(zone, (day + ahead) * kDay + times.digest_minute * kMinute);
    if (at > now.micros) return {at};
  }
  return now;
}

std::string write_minute(int minute) { return fmt::format("{:02}:{:02}", minute / 60, minute % 60); }

std::optional<int> parse_minute(std::string_view text) noexcept {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  for (const std::size_t at : {0U, 1U, 3U, 4U}) {
    if (text[at] < '0' || text[at] > '9') return std::nullopt;
  }
  const int hours = (text[0] - '0') * 10 + (text[1] - '0'), minutes = (text[3] - '0') * 10 + (text[4] - '0');
  if (minutes >= 60 || hours * 60 + minutes >= kMinutesOfDay) return std::nullopt;
  return hours * 60 + minutes;
}

}  // namespace tocsin::domain
