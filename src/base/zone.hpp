#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

/// Time zones by their IANA names, from the system's tzdata (TZif files, RFC 8536).
namespace tocsin {

/// When clocks of one place stand how. Immutable; any thread may use it.
class Zone {
 public:
  /// Reads a TZif file of version 1 to 4, with the rule for later years in its footer. Errors: invalid_input for what
  /// is none or contradicts itself; too_large.
  static Result<Zone> parse(std::string name, std::string_view bytes);
  static const Zone& utc();

  const std::string& name() const noexcept { return name_; }
  /// Seconds east of UTC at that moment.
  std::int32_t offset_s(Timestamp time) const noexcept;

  /// A day on which the offset changes every year: "M3.5.0/2" of POSIX's TZ, "J60" and "59" likewise.
  struct Turn {
    enum class Kind { month_week_day, julian, day } kind = Kind::month_week_day;
    int month = 1, week = 1, day = 0;
    std::int32_t time_s = 7'200;  ///< After local midnight.
  };

 private:
  struct Change {
    std::int64_t at_s = 0;
    std::int32_t offset_s = 0;
  };
  std::string name_;
  std::int32_t first_offset_s_ = 0;  ///< Before the first change.
  std::vector<Change> changes_;      ///< By time.
  bool has_rule_ = false, rule_turns_ = false;
  std::int32_t standard_s_ = 0, summer_s_ = 0;
  Turn to_summer_, to_standard_;
  bool read_rule(std::string_view text);
};

/// Does the text look like an IANA name ("Europe/Berlin", "UTC")? No more: nothing that leaves the folder of zones
/// does.
bool zone_like(std::string_view name) noexcept;
/// Kept in memory once read. Empty is UTC. Errors: invalid_input for a name that the system's tzdata does not have.
Result<std::shared_ptr<const Zone>> find_zone(std::string_view name);
/// To choose from: "UTC", then places by name. Only "UTC" where the system has no tzdata.
const std::vector<std::string>& zone_names();

/// "2022-05-10T02:00:00+02:00"; in UTC as format_rfc3339(time).
std::string format_rfc3339(Timestamp time, const Zone& zone);
/// "2022-05-10": the day there.
std::string format_date(Timestamp time, const Zone& zone);
/// "2022-05-10 15:05 +02:00"; in UTC "2022-05-10 13:05 UTC".
std::string format_minute(Timestamp time, const Zone& zone);

}  // namespace tocsin
