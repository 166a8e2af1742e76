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
/// "vers:all/>=V2.9.2<V2.9.4", "12.2.*", "prior to 11.2", "distributed before May 2018". Read into one canonical form
/// or kept as text and said to be unread; never guessed. What exposure matching stands on. Pure functions, total: any
/// thread, any input.
namespace tocsin::formats::vers {

/// Bytes of a text; a longer one is not read.
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

/// "the first 5 digits of serial number 24031", with the sign before or behind it.
struct VendorSerial {
  std::size_t digits = 0;  ///< How many characters at the front count; 0: the whole number.
  bool below = true;       ///< The value and what comes before it; false: and what comes behind.
  bool inclusive = true;
  std::string value;  ///< Upper case.
};

/// What a text means. `kind` says which of the members count; `text` is always there.
struct VendorReading {
  enum class Kind : std::uint8_t {
    all,            ///< Every version.
    none,           ///< No version ("No version").
    range,          ///< One interval, perhaps with more that is `possible`.
    list,           ///< Single versions or several intervals; any of them counts.
    vers,           ///< A valid vers of a scheme with an order: `vers_text`.
    condition,      ///< `intervals` (none: all), but only where `condition` holds.
    serial_number,  ///< Not a version but the serial number decides: `serial`; without it the bound was not found.
    date,           ///< A day decides: `intervals` of dates, of what `date_of` says; none: the bound was not found.
    model,          ///< The text names products: `models`.
    not_a_version,  ///< Prose that names neither versions nor products.
    unread,         ///< Versions are meant, but which could not be found out.
  };
  Kind kind = Kind::unread;
  std::vector<VendorInterval> intervals;  ///< What the text names for certain.
  /// What it may name besides: "<= 2.22 | <= 1.01" names everything up to 1.01, and up to 2.22 if both bounds are
  /// meant for the same number. An interval without bounds: other versions may be meant, nobody can say which.
  std::vector<VendorInterval> possible;
  std::string vers_text;
  std::string condition;  ///< The words that restrict the reading.
  /// What has the version, where a name that is not the product's says so: "BIOS" of "BIOS < V22.01.04". A version of
  /// something else is not compared.
  std::string component;
  bool foreign = false;  ///< That is no part of the product ("6.3 of telerik"): only a version that names it decides.
  std::optional<VendorSerial> serial;
  /// What bears the date: "production date", "distributed"; empty: the version itself is a date.
  std::string date_of;
  std::vector<std::string> models;  ///< Also of conditions: the order number or model that the condition is about.
  std::string text;                 ///< The text that was read, blanks and mojibake put right.
};
/// "range", "serial number", ...: for people.
std::string_view name_of(VendorReading::Kind kind) noexcept;

/// Whether kind and bounds are established, so that `affects` decides or asks the one question that decides. False for
/// unread texts and prose, for a serial number or a date without its bound, and where other versions than those named
/// may be meant (docs/csaf-conformance.md, "Versions").
bool is_understood(const VendorReading& reading) noexcept;

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
