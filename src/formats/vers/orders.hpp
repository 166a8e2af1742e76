#pragma once
#include <string>
#include <string_view>

#include "base/result.hpp"

/// The orders of versions, one for each family of schemes. Negative, 0, positive. Internal to formats/vers.
namespace tocsin::formats::vers {

// ---- orders.cpp: without an ecosystem
int compare_generic(std::string_view a, std::string_view b);
int compare_intdot(std::string_view a, std::string_view b);
int compare_lexicographic(std::string_view a, std::string_view b);
int compare_datetime(std::string_view a, std::string_view b);  ///< Both checked.
Status check_datetime(std::string_view version);
Status check_starts_with_digit(std::string_view version);

// ---- orders_semver.cpp
/// "v1.2" as "1.2.0", "1.2.3.4" as "1.2.3+4", "1.2.3a" as "1.2.3-a": how sloppy versions become SemVer 2.0.0. Nothing
/// that begins with a number (behind "v" or "V") is left over.
struct Semver {
  std::string major, minor, patch;  ///< Digits without leading zeros.
  std::string prerelease, build;    ///< Without '-' and '+'.
  bool is_partial = false;          ///< Fewer than three numbers were written.
};
Result<Semver> coerce_semver(std::string_view version);
std::string to_text(const Semver& version);
int compare_semver(const Semver& a, const Semver& b);
int compare_semver_text(std::string_view a, std::string_view b);    ///< Both checked.
int compare_composer_text(std::string_view a, std::string_view b);  ///< Build metadata decide what is else equal.
Status check_semver(std::string_view version);
int compare_nuget(std::string_view a, std::string_view b);

// ---- orders_linux.cpp
int compare_deb(std::string_view a, std::string_view b);
int compare_rpm(std::string_view a, std::string_view b);
int compare_alpm(std::string_view a, std::string_view b);
int compare_gentoo(std::string_view a, std::string_view b);  ///< Also Alpine's.

// ---- orders_languages.cpp
int compare_gem(std::string_view a, std::string_view b);
int compare_maven(std::string_view a, std::string_view b);
int compare_conan(std::string_view a, std::string_view b);
int compare_openssl(std::string_view a, std::string_view b);
int compare_cpan(std::string_view a, std::string_view b);
int compare_pypi(std::string_view a, std::string_view b);  ///< Both checked (PEP 440).
Status check_pypi(std::string_view version);
/// "1.11alpha" as "1.11a0". `version` was checked.
std::string normalise_pypi(std::string_view version);

// ---- Helpers of all
bool is_digit(char c) noexcept;
bool is_letter(char c) noexcept;
/// Digits of any length as numbers; no digits at all are 0.
int compare_digits(std::string_view a, std::string_view b) noexcept;
std::string_view without_zeros(std::string_view digits) noexcept;  ///< "007" as "7", "000" as "0".
/// Takes the longest beginning of which each character fulfils `wanted`.
template <class Wanted>
std::string_view take_while(std::string_view& text, const Wanted& wanted) noexcept {
  std::size_t length = 0;
  while (length < text.size() && wanted(text[length])) ++length;
  const auto taken = text.substr(0, length);
  text.remove_prefix(length);
  return taken;
}
inline std::string_view take_digits(std::string_view& text) noexcept { return take_while(text, is_digit); }
inline std::string_view take_letters(std::string_view& text) noexcept { return take_while(text, is_letter); }
constexpr int sign(auto difference) noexcept { return difference < 0 ? -1 : difference > 0 ? 1 : 0; }

}  // namespace tocsin::formats::vers
