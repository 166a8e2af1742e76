#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

/// CVSS vectors of versions 2.0, 3.0, 3.1 and 4.0, read and explained metric by metric in plain words, after FIRST's
/// specification documents. Pure functions: any thread may call them.
namespace tocsin::formats::cvss {

/// Bytes. A 4.0 vector with every metric has under 200; the rest is slack for sloppy writers.
inline constexpr std::size_t kVectorBytesMax = 512;

enum class Version { v2_0, v3_0, v3_1, v4_0 };
std::string_view to_string(Version version) noexcept;  ///< "2.0" ...

struct MetricValue {
  std::string_view metric;       ///< "AV"
  std::string_view metric_name;  ///< "Attack Vector"
  std::string_view group;        ///< "Base", "Temporal", "Environmental", "Threat", "Supplemental"
  std::string_view value;        ///< "N"
  std::string_view value_name;   ///< "Network"
  std::string_view explanation;  ///< "The attacker reaches the device over the network, from anywhere."
  /// How bad this value is for the defender: 0 harmless .. 3 worst; colours the explanation.
  int weight = 0;
};

struct Vector {
  Version version = Version::v3_1;
  std::vector<MetricValue> metrics;  ///< In the specification's order; metrics not defined (X / ND) are left out.
  /// The text names a metric of the group "Temporal" or "Environmental", be it as not defined: it asks for that score.
  bool names_temporal = false;
  bool names_environmental = false;
};

/// Parses "CVSS:3.1/AV:N/...", "AV:N/AC:L/Au:N/..." (2.0, also in brackets), with metrics in any order.
/// Errors: too_large; invalid_input for an unknown, repeated or missing base metric, `where` = 1-based column.
Result<Vector> parse_vector(std::string_view text);

enum class Severity { none, low, medium, high, critical };
std::string_view to_string(Severity severity) noexcept;                  ///< "none" ... "critical"
std::optional<Severity> parse_severity(std::string_view text) noexcept;  ///< Any case.
/// Qualitative rating of a score in tenths (0..100): 3.x and 4.0 scale; for 2.0 NVD's three levels.
Severity severity_of(int score_tenths, Version version) noexcept;

}  // namespace tocsin::formats::cvss
