#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

/// The scores of CVSS 4.0's macro-vectors (specification section 8.3), generated.
namespace tocsin::formats::cvss {

/// Levels of EQ1 .. EQ6, 0 being the worst.
using MacroVector = std::array<int, 6>;

inline constexpr std::size_t kMacroVectors = 3 * 2 * 3 * 3 * 3 * 2;
inline constexpr std::uint8_t kNoMacroVector = 255;
extern const std::array<std::uint8_t, kMacroVectors> kMacroVectorTenths;

/// Score in tenths, or -1 where there is no such macro-vector.
inline int tenths_of(const MacroVector& eq) noexcept {
  constexpr MacroVector kLevels = {3, 2, 3, 3, 3, 2};
  std::size_t index = 0;
  for (std::size_t i = 0; i < eq.size(); ++i) {
    if (eq[i] < 0 || eq[i] >= kLevels[i]) return -1;
    index = index * static_cast<std::size_t>(kLevels[i]) + static_cast<std::size_t>(eq[i]);
  }
  const auto tenths = kMacroVectorTenths[index];
  return tenths == kNoMacroVector ? -1 : tenths;
}

}  // namespace tocsin::formats::cvss
