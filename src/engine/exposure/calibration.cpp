#include "engine/exposure/calibration.hpp"

#include <algorithm>
#include <iterator>
#include <span>

namespace tocsin::engine::exposure {
namespace {

/// Between two knots along a straight line, outside of them as at the nearest. Fitted by isotonic regression on
/// inventory lines made from one half of the vendors (benchmarks: `exposure_quality fit`, which also tells which half);
/// what the other half says of them is in docs/exposure.md. Where the fit had no samples, a line from nothing leads to
/// its first.
struct Knot {
  double fit, share;
};
/// Kinds without enough samples: as they are.
constexpr Knot kSame[] = {{0, 0}, {1, 1}};
constexpr Knot kOrderNumber[] = {{0, 0}, {0.97, 0.99}};
constexpr Knot kOrderPattern[] = {{0, 0}, {0.9, 0.99}};
constexpr Knot kName[] = {{0, 0}, {0.620, 0.596}, {0.867, 0.988}, {0.970, 0.995}};
constexpr Knot kNameAlone[] = {{0, 0}, {0.900, 0.788}, {0.969, 0.995}};

std::span<const Knot> curve(Evidence evidence) noexcept {
  switch (evidence) {
    case Evidence::order_number:
      return kOrderNumber;
    case Evidence::order_pattern:
      return kOrderPattern;
    case Evidence::name:
      return kName;
    case Evidence::name_alone:
      return kNameAlone;
    case Evidence::identifier:
    case Evidence::numbers_name:
    case Evidence::narrower:
      return kSame;
  }
  return kSame;
}

}  // namespace

std::string_view to_string(Evidence evidence) noexcept {
  switch (evidence) {
    case Evidence::identifier:
      return "identifier";
    case Evidence::order_number:
      return "order_number";
    case Evidence::order_pattern:
      return "order_pattern";
    case Evidence::name:
      return "name";
    case Evidence::name_alone:
      return "name_alone";
    case Evidence::numbers_name:
      return "numbers_name";
    case Evidence::narrower:
      return "narrower";
  }
  return "name";
}

double calibrated(Evidence evidence, double fit) noexcept {
  const auto knots = curve(evidence);
  if (fit <= knots.front().fit) return knots.front().share;
  const auto above = std::ranges::find_if(knots, [&](const Knot& each) { return each.fit >= fit; });
  if (above == knots.end()) return knots.back().share;
  const auto below = std::prev(above);
  return below->share + (above->share - below->share) * (fit - below->fit) / (above->fit - below->fit);
}

}  // namespace tocsin::engine::exposure
