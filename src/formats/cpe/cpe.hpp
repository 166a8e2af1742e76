#pragma once
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

/// CPE names (Common Platform Enumeration): the URI of 2.2 and the formatted string of 2.3 after NISTIR 7695, compared
/// after NISTIR 7696. Pure functions: any thread may call them.
namespace tocsin::formats::cpe {

/// Bytes. The longest names of the public dictionary have some 200.
inline constexpr std::size_t kNameBytesMax = 4096;

enum class Part : std::size_t {
  part,
  vendor,
  product,
  version,
  update,
  edition,
  language,
  sw_edition,
  target_sw,
  target_hw,
  other
};
inline constexpr std::size_t kParts = 11;
std::string_view to_string(Part part) noexcept;  ///< "vendor"

/// What a name says of one attribute.
struct Attribute {
  enum class Kind { any, not_applicable, text };
  Kind kind = Kind::any;
  std::string text;  ///< Lower case, nothing quoted; without the wildcards at its ends.
  /// Wildcards before and behind the text: kMany for '*', else the number of '?', each for at most one character.
  int before = 0;
  int behind = 0;
  static constexpr int kMany = -1;

  bool has_wildcards() const noexcept { return before != 0 || behind != 0; }
  bool operator==(const Attribute&) const = default;
};

struct Name {
  std::array<Attribute, kParts> attributes;
  const Attribute& operator[](Part part) const noexcept { return attributes[static_cast<std::size_t>(part)]; }
  Attribute& operator[](Part part) noexcept { return attributes[static_cast<std::size_t>(part)]; }
  bool operator==(const Name&) const = default;
};

/// Either form. A formatted string is taken exactly where CSAF's pattern takes it; a URI must also make sense: only the
/// percent-encodings of NISTIR 7695, a whole packed edition, a language that is one.
/// Letters are lower-cased, for names are compared without case.
/// Errors: too_large; invalid_input, `where` = 1-based column.
Result<Name> parse(std::string_view text);

/// "cpe:2.3:o:example:plc_firmware:4.1:*:*:*:*:*:*:*": the canonical form.
std::string to_formatted_string(const Name& name);
/// "cpe:/o:example:plc_firmware:4.1", or nothing where the part is not applicable, which a URI cannot say.
std::optional<std::string> to_uri(const Name& name);

/// What the source says, seen from the target: superset where the source holds for everything that the target holds
/// for. Undefined where the target has wildcards, or attributes differ in both directions.
enum class Relation { equal, superset, subset, disjoint, undefined };
std::string_view to_string(Relation relation) noexcept;
/// NISTIR 7696 table 6-2.
Relation compare(const Attribute& source, const Attribute& target) noexcept;
/// NISTIR 7696 section 6.2, over all attributes.
Relation compare(const Name& source, const Name& target) noexcept;
/// Does the pattern hold for all that the target names?
bool covers(const Name& pattern, const Name& target) noexcept;

}  // namespace tocsin::formats::cpe
