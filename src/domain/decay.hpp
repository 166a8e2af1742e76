#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

/// How much an indicator is still worth: the confidence that was stated fades with the time since somebody last
/// asserted it. The polynomial of "Decaying Indicators of Compromise" (arXiv 1803.11052, which MISP's models follow):
///
///     share(age) = 1 - (age / lifetime) ^ (1 / speed)
///
/// 1 at first, 0 from the end of the lifetime on; with a speed of 1 a straight line, below 1 it falls late, above 1
/// early. Pure functions; whatever an object says stays as it is.
namespace tocsin::domain {

/// What an indicator looks for, by how long that stays true. The numbers are stored: new ones only at the end.
enum class DecayKind : std::uint8_t {
  address,  ///< IP and MAC addresses, autonomous systems: hosts move within weeks.
  url,      ///< Pages are taken down within months.
  domain,   ///< Also mail addresses: registered for a year, lost or blocked within it.
  file,     ///< Hashes, certificates: the same bytes are the same for ever, but nobody uses them for ever.
  rule,     ///< YARA, Sigma, Suricata and such.
  other     ///< File names, registry keys, what is not understood.
};
inline constexpr std::size_t kDecayKinds = 6;
/// "address": stable, for programs and settings.
std::string_view to_string(DecayKind kind) noexcept;

struct DecayRule {
  std::int64_t days = 1;                ///< Lifetime.
  std::int64_t speed_hundredths = 100;  ///< Of the formula.
  friend bool operator==(const DecayRule&, const DecayRule&) = default;
};
struct DecayRules {
  /// By kind.
  std::array<DecayRule, kDecayKinds> kinds{{{60, 100}, {120, 90}, {270, 70}, {1'825, 40}, {1'095, 50}, {365, 70}}};
  std::int64_t confidence = 50;   ///< Of what states none.
  std::int64_t faded_below = 20;  ///< What is worth less counts as faded.
  const DecayRule& of(DecayKind kind) const noexcept { return kinds[static_cast<std::size_t>(kind)]; }
  friend bool operator==(const DecayRules&, const DecayRules&) = default;
};

/// Microseconds: longer than anything lasts, and far from what would overflow.
inline constexpr std::int64_t kDecayForever = std::int64_t{1} << 61;
/// Shares are whole percents, rounded: up to which age (microseconds) at least so much of the confidence is left. Falls
/// with the percentage; of 0 percent kDecayForever. Lists look it up in a table of these (engine/threat/decay.hpp), so
/// that no database computes powers, and one number is everybody's.
std::int64_t decay_lasts(const DecayRule& rule, int percent) noexcept;
/// The largest percentage that lasts so long; ages below 0 are 0.
int decay_percent(const DecayRule& rule, std::int64_t age) noexcept;
/// What is left of a stated confidence (0 to 100), rounded.
constexpr std::int64_t decayed(std::int64_t stated, std::int64_t percent) noexcept {
  return (stated * percent + 50) / 100;
}

}  // namespace tocsin::domain
