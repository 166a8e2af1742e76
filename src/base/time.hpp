#pragma once
#include <atomic>
#include <chrono>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace tocsin {

/// A moment, in microseconds since 1970-01-01T00:00:00Z; stored as int64 in both databases.
struct Timestamp {
  std::int64_t micros = 0;
  friend auto operator<=>(const Timestamp&, const Timestamp&) = default;
};

/// Reads RFC 3339 section 5.6 ("2022-05-10T00:00:00.000000Z", offsets, lower-case t and z, leap second :60 read as
/// :59). Fractions beyond microseconds are cut. Years 0001..9999. Errors: invalid_input.
Result<Timestamp> parse_rfc3339(std::string_view text);
/// "2022-05-10T00:00:00Z"; with fraction only where it is not zero ("...00.250000Z").
std::string format_rfc3339(Timestamp time);
/// "2022-05-10".
std::string format_date(Timestamp time);
/// "2022-05-10 13:05 UTC": for people.
std::string format_minute(Timestamp time);
/// "Tue, 10 May 2022 00:00:00 GMT" (RFC 9110 section 5.6.7), for HTTP headers.
std::string format_http_date(Timestamp time);
/// Midnight UTC of a civil date. Errors: invalid_input for a date that does not exist.
Result<Timestamp> from_date(int year, unsigned month, unsigned day);
/// Year of the moment in UTC.
int year_of(Timestamp time);

/// Source of "now": real in the product, set by hand in tests.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Timestamp now() const = 0;
};
/// The system's clock.
const Clock& system_clock();
/// Stands still until told. Any thread.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Timestamp start) : now_(start.micros) {}
  Timestamp now() const override { return {now_.load()}; }
  void set(Timestamp now) { now_ = now.micros; }
  void advance(std::chrono::microseconds by) { now_ += by.count(); }

 private:
  std::atomic<std::int64_t> now_;
};

}  // namespace tocsin
