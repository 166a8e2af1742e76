#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

/// STIX patterns (STIX 2.1 section 9; 2.0 part 5): the grammar.
namespace tocsin::formats::stix {

struct PatternLimits {
  std::size_t bytes_max = std::size_t{1} << 20;
  std::size_t depth_max = 128;  ///< Of parentheses.
};

/// A literal as it stands: strings without quotes and escapes.
struct Constant {
  enum class Kind : std::uint8_t { string, integer, real, boolean, timestamp, hex, binary };
  Kind kind = Kind::string;
  std::string text;
};

/// ".name", "['quoted']" and "[3]", "[*]".
struct PathStep {
  enum class Kind : std::uint8_t { name, index, any };
  Kind kind = Kind::name;
  std::string name;
  std::int64_t index = 0;
};

enum class Operator : std::uint8_t {
  equal,
  not_equal,
  greater,
  less,
  less_equal,
  greater_equal,
  in,
  like,
  matches,
  is_subset,
  is_superset,
  exists
};

/// Of one observation: comparisons joined by AND and OR.
struct Comparison {
  enum class Kind : std::uint8_t { test, all, any };
  Kind kind = Kind::test;
  std::vector<Comparison> parts;
  std::string object_type;
  std::vector<PathStep> path;
  Operator op = Operator::equal;
  bool negated = false;
  std::vector<Constant> constants;
};

struct Qualifier {
  enum class Kind : std::uint8_t { within, repeats, start_stop };
  Kind kind = Kind::within;
  double number = 0;  ///< Seconds, or times.
  std::string start, stop;
};

struct Observation {
  enum class Kind : std::uint8_t { single, all, any, followed_by };
  Kind kind = Kind::single;
  Comparison comparison;
  std::vector<Observation> parts;
  std::vector<Qualifier> qualifiers;
};

struct Pattern {
  Observation root;
};

enum class PatternVersion : std::uint8_t { v2_0, v2_1 };

/// Errors: too_large; invalid_input with `where` = "1:17" (line and column, from 1) and a sentence of what was
/// expected.
Result<Pattern> parse_pattern(std::string_view text, PatternVersion version = PatternVersion::v2_1,
                              const PatternLimits& limits = {});
/// Written again in one way: what is parsed and written twice is equal.
std::string to_string(const Pattern& pattern);
/// Every "type:path" that the pattern asks for with "=" or IN and a string, for an index of indicators.
struct PatternValue {
  std::string path;  ///< "file:hashes.'SHA-256'"
  std::string value;
};
std::vector<PatternValue> equal_values(const Pattern& pattern);

}  // namespace tocsin::formats::stix
