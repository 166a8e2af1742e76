#include "domain/decay.hpp"

#include <algorithm>
#include <cmath>

namespace tocsin::domain {
namespace {

constexpr double kDayMicros = 86'400e6;

}  // namespace

std::string_view to_string(DecayKind kind) noexcept {
  switch (kind) {
    case DecayKind::address:
      return "address";
    case DecayKind::url:
      return "url";
    case DecayKind::domain:
      return "domain";
    case DecayKind::file:
      return "file";
    case DecayKind::rule:
      return "rule";
    case DecayKind::other:
      break;
  }
  return "other";
}

std::int64_t decay_lasts(const DecayRule& rule, int percent) noexcept {
  if (percent <= 0) return kDecayForever;
  // Rounded: 80 is 80 from 79.5 on.
  const double gone = 1.0 - (std::min(percent, 100) - 0.5) / 100.0;
  const double speed = static_cast<double>(std::max<std::int64_t>(rule.speed_hundredths, 1)) / 100.0;
  return static_cast<std::int64_t>(static_cast<double>(rule.days) * kDayMicros * std::pow(gone, speed));
}

int decay_percent(const DecayRule& rule, std::int64_t age) noexcept {
  int low = 0, high = 100;  // What lasts long enough falls with the percentage.
  while (low < high) {
    const int middle = (low + high + 1) / 2;
    if (age <= decay_lasts(rule, middle)) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}

}  // namespace tocsin::domain
