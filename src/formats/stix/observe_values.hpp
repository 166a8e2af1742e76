#pragma once
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/stix/observe.hpp"
#include "formats/stix/pattern.hpp"

namespace re2 {
class RE2;
}

/// The works of observe.hpp: one comparison of a pattern against one value that was observed (section 9.6).
namespace tocsin::formats::stix {

/// A value that was observed, and how its property's name says that it is written (section 3.1).
struct Value {
  csaf::Node node;
  std::string_view name;
  /// What "_bin" and "_hex" hold; of others nothing.
  std::optional<std::string> bytes() const;
};

/// An address or a network, as bytes and the length of its prefix.
struct Network {
  std::array<unsigned char, 16> bytes{};
  int family = 0;
  unsigned bits = 0;

  static std::optional<Network> read(std::string_view text);
  bool holds(const Network& other) const noexcept;
};

/// One comparison with its constants made ready: read once for all observations.
struct Test {
  const Comparison* comparison = nullptr;
  std::vector<std::optional<std::string>> bytes;  ///< Of each constant; of texts, where they have them.
  std::vector<double> numbers;
  std::vector<std::optional<StixTime>> times;
  std::string like;
  std::shared_ptr<re2::RE2> regex, regex_of_bytes;
  std::optional<Network> network;
};

/// Errors: invalid_input for what cannot be evaluated.
Result<Test> prepare(const Comparison& comparison);
/// Without regard to NOT. Errors: invalid_input for a text that is held against a time, but is none.
Result<Match> holds(const Test& test, const Value& value);

}  // namespace tocsin::formats::stix
