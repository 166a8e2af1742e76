#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "engine/exposure/sums.hpp"

/// Of tests: whoever keeps all figures that were ever published.
namespace tocsin::engine::exposure {

/// Adds and subtracts all figures of two publications in all ways, with what really stands behind them.
class Attacker {
 public:
  using Vector = std::map<std::int64_t, std::int64_t>;  ///< What each organisation adds to a figure.

  static std::vector<Vector> figures(const SumPublication& publication) {
    std::vector<Vector> all(1);
    for (const auto& each : publication.behind) all[0][each.organisation] += each.assets;
    for (const auto& sector : publication.sectors) {
      auto& figure = all.emplace_back();
      for (const auto& each : publication.behind) {
        if (each.sector == sector) figure[each.organisation] += each.assets;
      }
    }
    return all;
  }
  /// The fewest organisations that a sum or difference speaks of; 0 where none speaks of any.
  static std::size_t fewest(const SumPublication& a, const SumPublication& b) {
    auto all = figures(a);
    for (auto& each : figures(b)) all.push_back(std::move(each));
    std::size_t ways = 1, least = 0;
    for (std::size_t i = 0; i < all.size(); ++i) ways *= 3;
    for (std::size_t way = 0; way < ways; ++way) {
      Vector sum;
      auto rest = way;
      for (const auto& each : all) {
        const auto sign = static_cast<std::int64_t>(rest % 3) - 1;
        rest /= 3;
        if (sign == 0) continue;
        for (const auto& [organisation, assets] : each) sum[organisation] += sign * assets;
      }
      const auto support =
          static_cast<std::size_t>(std::ranges::count_if(sum, [](const auto& each) { return each.second != 0; }));
      if (support > 0 && (least == 0 || support < least)) least = support;
    }
    return least;
  }
};

}  // namespace tocsin::engine::exposure
