#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/vers/range.hpp"
#include "formats/vers/vendor_version.hpp"

/// What vendors write where a version or a range is asked for: "< V4.5", "All versions < V9.1 SP2", "1.00 | 1.04",
/// "vers:all/>=V2.9.2<V2.9.4", "12.2.*", "prior to 11.2". Read into one canonical form or kept as text and marked
/// undecidable; never guessed. What exposure matching stands on. Pure functions, total: any thread, any input.
namespace tocsin::formats::vers {

/// Bytes of a text; a longer one is undecidable.
inline constexpr std::size_t kVendorTextBytesMax = 4096;

/// The category of the branch that holds the text.
enum class BranchKind : std::uint8_t { product_version, product_version_range, product_name, other };
/// "product_version" and so on, the names of CSAF; every other category of CSAF is `other`, any other word nothing.
std::optional<BranchKind> parse_branch_kind(std::string_view category) noexcept;

struct VendorBound {
  VendorVersion version;
  bool inclusive = false;
};
/// All versions between two bounds; a side without a bound is open. Low and high alike and inclusive: that version.
struct VendorInterval {
  std::optional<VendorBound> low, high;
};

struct VendorReading {
  enum class Kind : std::uint8_t {
    all,          ///< Every version.
    none,         ///< No version ("No version").
    ranges,       ///< The union of `intervals`, and perhaps that of `possible`.
    vers,         ///< A valid vers of a scheme with an order: `vers_text`.
    condition,    ///< `intervals` (none: all), but only where `condition` holds.
    undecidable,  ///< A serial number, a date, a model, prose: `text` alone does not say.
  };
  /// What decides an undecidable text, as far as it can be seen.
  enum class Subject : std::uint8_t { version, serial_number, date };
  Kind kind = Kind::undecidable;
  Subject subject = Subject::version;
  std::vector<VendorInterval> intervals;  ///< What the text names for certain.
  /// What it may name besides: "<= 2.22 | <= 1.01" names everything up to 1.01, and up to 2.22 if both bounds are
  /// meant for the same number.
  std::vector<VendorInterval> possible;
  std::string vers_text;
  std::string condition;  ///< The words that restrict the reading.
  std::string text;       ///< The text that was read, blanks and mojibake put right.
};

/// `product` is the name of the product above: its words in front of a version are read over, and a text that is only
/// a suffix ("< SP3 Update 6") is completed with the version the name ends with.
VendorReading read_vendor_text(BranchKind branch, std::string_view product, std::string_view text);
/// One form for readings that mean the same: "<4.5", ">=2.0|<=3.2", "*", "none", or the text in quotes. What is only
/// possible follows after " ? ", a condition in square brackets. Read again it gives the same.
std::string to_text(const VendorReading& reading);

/// The reading as a range of the scheme "generic", versions as written; nothing where it is not certain, is not one of
/// versions, or cannot be said so.
std::optional<Range> as_range(const VendorReading& reading);

struct Affected {
  enum class Answer : std::uint8_t { yes, no, ask };
  Answer answer = Answer::ask;
  std::string question;  ///< For ask: what to ask the owner, one sentence that ends with "?".
};
/// Whether an installed version is one of those the reading speaks of. Never `no` where the text may mean it.
Affected affects(const VendorReading& reading, std::string_view installed_version);

}  // namespace tocsin::formats::vers
