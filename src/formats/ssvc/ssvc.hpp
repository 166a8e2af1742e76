#pragma once
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "formats/ssvc/decision_points.hpp"

/// SSVC (Stakeholder-Specific Vulnerability Categorization) as CSAF 2.1 uses it: what a selection of a decision point
/// may say. Pure functions over a generated table.
namespace tocsin::formats::ssvc {

/// What stands behind a base namespace.
enum class Standing {
  registered,    ///< The SSVC project knows its decision points, and so does decision_points().
  unregistered,  ///< "x_...": somebody's own.
  unknown,       ///< Written like a registered one, and is none.
  test,          ///< "test", "x_test": reserved for tests, everything is valid.
  example,       ///< "example", "x_example": reserved for documentation, everything is valid.
  invalid,       ///< "invalid", "x_invalid": reserved, nothing is valid.
};

/// The parts of a namespace as SSVC's grammar cuts it: "ssvc/de-DE/.example.test#plant/en-GB". Views into the text.
struct Namespace {
  std::string_view full;
  std::string_view base;                    ///< "ssvc": all before the first '/', with its fragment.
  std::string_view extensions;              ///< "/de-DE/.example.test#plant/en-GB", or empty.
  std::vector<std::string_view> languages;  ///< "de-DE", "en-GB": of translations too ("...$de-DE"). Not checked.
  Standing standing = Standing::unknown;

  bool has_extension() const noexcept { return !extensions.empty(); }
};
/// Cuts any text; whether it is well-formed is the schema's pattern to say.
Namespace read_namespace(std::string_view text);

/// The decision point, or nullptr. `base` is a namespace without extensions: those keep keys, versions and values.
const DecisionPoint* find_decision_point(std::string_view base, std::string_view key,
                                         std::string_view version) noexcept;
/// Place of a value in the decision point's order.
std::optional<std::size_t> position_of(const DecisionPoint& point, std::string_view value_key) noexcept;
/// The newest version that the registry has of (namespace, key); empty where it has none.
std::string_view latest_version(std::string_view base, std::string_view key) noexcept;

enum class Fault {
  none,
  forbidden_namespace,     ///< Reserved as never valid.
  unknown_decision_point,  ///< No such key in this namespace.
  unknown_version,         ///< The key exists, in other versions.
  unknown_value,           ///< The decision point has no value of that key.
  repeated_value,
  wrong_order,  ///< The value stands behind one that follows it in the definition.
};
struct Verdict {
  Fault fault = Fault::none;
  std::size_t value = 0;  ///< Index of the value at fault, for the last three.
};
/// CSAF 2.1 section 6.1.48: a selection of a registered namespace, with any extensions, names an existing decision
/// point in an existing version, and some of its values in their order. Any other namespace passes, but for "invalid".
Verdict check_selection(std::string_view name_space, std::string_view key, std::string_view version,
                        std::span<const std::string_view> value_keys);

}  // namespace tocsin::formats::ssvc
