#pragma once
#include <cstdint>
#include <string_view>

namespace tocsin::formats::csaf {

/// tracking.version and revision_history[].number: "7" or "1.2.0-rc.1+b" (2.0 section 3.1.11, 2.1 section 3.1.19).
struct VersionNumber {
  enum class Kind : std::uint8_t { invalid, integer, semantic };
  Kind kind = Kind::invalid;
  std::string_view text;
  std::string_view major, minor, patch;  ///< Digits; major alone for integers.
  std::string_view prerelease, build;    ///< Without '-' and '+'.
  /// Major version 0.
  bool is_zero() const noexcept { return major == "0"; }
};
VersionNumber read_version_number(std::string_view text) noexcept;
/// Negative, 0, positive; build metadata does not count (SemVer 2.0.0 section 11). Invalid ones come first.
int compare(const VersionNumber& a, const VersionNumber& b) noexcept;

}  // namespace tocsin::formats::csaf
