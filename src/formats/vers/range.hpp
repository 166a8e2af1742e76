#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "formats/vers/scheme.hpp"

/// Version range specifiers (vers), "vers:npm/1.2.3|>=2.0.0|<5.0.0": reading, canonical text, containment, overlap.
/// Rules: VERS specification, clause 5.
namespace tocsin::formats::vers {

enum class Comparator : std::uint8_t { equal, not_equal, less, less_or_equal, greater, greater_or_equal };
/// "", "!=", "<", "<=", ">", ">=".
std::string_view to_string(Comparator comparator) noexcept;

struct Constraint {
  Comparator comparator = Comparator::equal;
  std::string version;  ///< Percent-decoded.
  friend bool operator==(const Constraint&, const Constraint&) = default;
};

struct Range {
  std::string scheme;                   ///< Lower case.
  bool everything = false;              ///< "*": no constraints. Of the scheme "none" it means nothing.
  std::vector<Constraint> constraints;  ///< In order of versions, where the scheme has one.
  friend bool operator==(const Range&, const Range&) = default;
};

/// Bytes of a range, constraints of a range: more is refused.
inline constexpr std::size_t kRangeBytesMax = 64 * 1024;
inline constexpr std::size_t kConstraintsMax = 4096;

/// Reads a range; constraints may stand in any order, and are sorted. Errors: invalid_input with the rule that is
/// broken; too_large. Schemes that are not known are read, and keep the order of their constraints (is_known_scheme
/// tells).
Result<Range> parse(std::string_view text);
/// The constraints alone, "<1.2|>=2.0", which CSAF calls vls; "=1.2" is "1.2". The scheme is "generic".
Result<Range> parse_constraints(std::string_view text);
/// Why the text is no valid vers in canonical form (clause 5.4: sorted, every version once, comparators in a sequence
/// that makes sense), in one sentence; empty where it is.
std::string why_not_canonical(std::string_view text);
/// The same of constraints alone. Only versions of digits and dots have an order there.
std::string why_not_canonical_constraints(std::string_view text);

/// Puts the constraints in order of versions; where a scheme has none, they stay.
void sort_by_version(Range& range);

/// The canonical text: constraints in order of versions, what must be percent-encoded. Errors: as parse.
Result<std::string> canonical(std::string_view text);
std::string to_text(const Range& range);

/// Whether the range holds the version, by the scheme's order. Errors: as compare.
Result<bool> contains(const Range& range, std::string_view version);
/// Whether some version lies in both, as far as their bounds tell. Errors: as compare; invalid_input where the schemes
/// differ.
Result<bool> overlap(const Range& a, const Range& b);
/// No upper bound: every version from some on is in the range.
bool is_open_above(const Range& range) noexcept;

}  // namespace tocsin::formats::vers
