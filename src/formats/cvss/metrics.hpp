#pragma once
#include <cstdint>
#include <span>
#include <string_view>

#include "formats/cvss/cvss.hpp"

/// The metrics of each CVSS version as tables: what may be written, and what it means to somebody who runs a plant.
namespace tocsin::formats::cvss {

struct ValueSpec {
  std::string_view value;
  std::string_view name;
  std::string_view explanation;
  int weight = 0;
};

struct MetricSpec {
  std::string_view metric;
  std::string_view name;
  std::string_view group;
  std::span<const ValueSpec> values;  ///< Without the "not defined" value.
  bool required = false;              ///< Base metrics, which every vector must have.
};

/// In the order of the specification.
std::span<const MetricSpec> metrics_of(Version version) noexcept;
/// What the version writes for "not defined": "ND" in 2.0, else "X".
std::string_view not_defined(Version version) noexcept;

}  // namespace tocsin::formats::cvss
