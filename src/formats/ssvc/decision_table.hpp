#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "base/result.hpp"

/// Decision tables of SSVC as data (schema DecisionTable 2.0.0): decision points with their values, and which values
/// together lead to which outcome. Anybody may bring their own.
namespace tocsin::formats::ssvc {

struct TableValue {
  std::string key;   ///< "N"
  std::string name;  ///< "None"
};
struct TablePoint {
  std::string id;  ///< "ssvc:E:1.1.0"
  std::string name_space, key, version;
  std::string name;  ///< "Exploitation"
  std::vector<TableValue> values;
  std::optional<std::size_t> find(std::string_view value_key) const noexcept;
};

/// Complete: every combination of the inputs' values has one outcome.
struct DecisionTable {
  std::string name_space, key, version, name;
  std::vector<TablePoint> inputs;  ///< In the order of the document: that of the path.
  TablePoint outcome;
  /// Index of outcome.values by combination: the last input varies fastest.
  std::vector<std::uint8_t> outcomes;

  std::string id() const;  ///< "cisa:DT_CO:2.0.3"
  /// Index of outcome.values. `values` has an index for each input, in their order.
  std::size_t decide(std::span<const std::size_t> values) const noexcept;
};

inline constexpr std::size_t kTablePointsMax = 16;
inline constexpr std::size_t kTableValuesMax = 32;
inline constexpr std::size_t kTableRowsMax = 100'000;

/// Errors: invalid_input with the pointer in `where`: what the schema demands and is missing, an identifier that is
/// none, a decision point of a registered namespace that has other values there, a row with an unknown point or value,
/// a combination that stands twice or, named, not at all. Versions of the schema other than 2.0.0 are refused.
Result<DecisionTable> read_decision_table(const boost::json::value& root);

}  // namespace tocsin::formats::ssvc
