#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "formats/cvss/cvss.hpp"

/// The scores that a vector computes to, exactly as FIRST's specifications define them: 2.0 guide section 3.2, 3.0
/// section 8, 3.1 section 7 and appendix A, 4.0 section 8. All arithmetic is on integers (score.cpp says how), so no
/// score depends on how a machine rounds.
namespace tocsin::formats::cvss {

/// In tenths, 0..100.
struct Scores {
  Version version = Version::v3_1;
  /// 4.0: the one score, of all metrics together.
  int base_tenths = 0;
  /// 3.x: always, since "not defined" weighs 1 there; 2.0: where the vector names a metric of the group; 4.0: never.
  std::optional<int> temporal_tenths;
  std::optional<int> environmental_tenths;
  /// 4.0: which metric groups the score stands on, "CVSS-B", "CVSS-BT", "CVSS-BE" or "CVSS-BTE"; else empty.
  std::string_view nomenclature;
  /// 4.0: "212201", one digit for each of EQ1 .. EQ6; else empty.
  std::string macro_vector;

  Severity severity() const noexcept { return severity_of(base_tenths, version); }
};

/// Never fails: a Vector that parse_vector() made has all base metrics.
Scores scores_of(const Vector& vector);

/// The vector's text in the specification's order, without metrics that are not defined; 2.0 without brackets.
std::string canonical(const Vector& vector);

/// 98 -> "9.8".
std::string score_text(int tenths);

}  // namespace tocsin::formats::cvss
