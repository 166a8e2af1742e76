#pragma once
#include <span>
#include <string_view>

/// The decision points of SSVC's registered namespaces, generated from the project's object registry.
namespace tocsin::formats::ssvc {

struct Value {
  std::string_view key;   ///< "N"
  std::string_view name;  ///< "None"
};

struct DecisionPoint {
  std::string_view name_space;    ///< "ssvc"
  std::string_view key;           ///< "E"
  std::string_view version;       ///< "1.1.0"
  std::string_view name;          ///< "Exploitation"
  std::span<const Value> values;  ///< In their order, which selections must keep.
};

/// Sorted by namespace, key (bytes) and version (numbers).
std::span<const DecisionPoint> decision_points() noexcept;
/// Namespaces that hold a decision point, sorted: "basic", "cisa", "cvss", ...
std::span<const std::string_view> registered_namespaces() noexcept;

}  // namespace tocsin::formats::ssvc
