#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Versions as vendors write them: "V14 SP1 Upd 9", "15.2(5)EA.fc4", "1.285X", "2018 R2", "07.0.02", "C.00.04". One
/// tokeniser for all of them: numbers as numbers, suffixes in their order, letters as revisions.
namespace tocsin::formats::vers {

/// Levels of suffixes: the lower one counts more, and a level that is not written is its zero.
inline constexpr std::uint8_t kRankPre = 0;  ///< Comes before the version it is put behind.
inline constexpr std::uint8_t kRankRelease = 1;
inline constexpr std::uint8_t kRankPack = 2;
inline constexpr std::uint8_t kRankUpdate = 3;
inline constexpr std::uint8_t kRankFix = 4;
inline constexpr std::uint8_t kRankBuild = 5;

struct VersionPart {
  enum class Kind : std::uint8_t {
    number,
    letters,
    suffix,  ///< A known word: its numbers follow as parts of their own.
    date,    ///< Year, month and day in one: comparable with dates only.
    any,     ///< The X in "V3.X.17": whatever stands there.
  };
  Kind kind = Kind::number;
  std::string text;         ///< Digits without leading zeros, letters in lower case, the suffix' canonical name.
  std::uint8_t rank = 0;    ///< Of suffixes.
  std::uint32_t width = 0;  ///< Of numbers: digits as written.
  friend bool operator==(const VersionPart& a, const VersionPart& b) {
    return a.kind == b.kind && a.text == b.text && a.rank == b.rank;
  }
};

/// Numbers compare as numbers, "SP1" < "SP1 Update 2" < "SP2", letters as revisions; no suffix comes before any.
struct VendorVersion {
  enum class Wildcard : std::uint8_t {
    none,
    line,    ///< "12.2.*": everything that begins so.
    digits,  ///< "7.4x": one more digit.
  };
  std::string text;       ///< As written, blanks collapsed.
  std::string component;  ///< Letters in front that name what is versioned ("se" of "SE2021MP8"), lower case.
  std::string prefix;     ///< "v", "r", "fw", ... in front, lower case.
  std::vector<VersionPart> parts;
  Wildcard wildcard = Wildcard::none;
};

/// What a comparison of two vendor versions may say: they may be written in ways that do not compare.
enum class VendorOrder : std::uint8_t { less, equal, greater, unknown };

/// Nothing where the text is no single version (also: longer than kVendorVersionBytesMax). Notes in brackets behind the
/// version are left out.
inline constexpr std::size_t kVendorVersionBytesMax = 512;
std::optional<VendorVersion> read_vendor_version(std::string_view text);
VendorOrder compare(const VendorVersion& a, const VendorVersion& b);

/// A comparison with what makes it uncertain.
struct VendorRelation {
  VendorOrder order = VendorOrder::unknown;
  /// The order if "7.9" stands for "7.90"; `order` where nothing like that is in question.
  VendorOrder decimal = VendorOrder::unknown;
  bool a_extends = false;  ///< a is b with something behind it: "4.00.02" and "4.00", "9.4 SP1" and "9.4".
  bool b_extends = false;
};
VendorRelation relate(const VendorVersion& a, const VendorVersion& b);

/// The version in a form that is read again to equal parts, whatever its spelling was.
std::string canonical_text(const VendorVersion& version);

/// For readers of longer texts.
enum class LettersFirst : std::uint8_t {
  with_digits,  ///< "C.02", "SE2021" are versions, "LF" is a word.
  alone,        ///< "LF" is a version too.
};
/// Reads the version that starts at `at` of a text that normalise_vendor_text gave; the offset behind it, or `at`
/// where none starts.
std::size_t scan_vendor_version(std::string_view text, std::size_t at, LettersFirst letters, VendorVersion& version);
/// "january", "jan".
bool is_month(std::string_view lower_word) noexcept;
/// The number of a note that names a build: "Build Nr. 1.2.14002", "96".
std::optional<std::string> build_of_note(std::string_view note);
/// Mojibake repaired, blanks collapsed, underscores as blanks, mathematical signs and dashes as ASCII. Doing it twice
/// gives what doing it once gave.
std::string normalise_vendor_text(std::string_view text);

}  // namespace tocsin::formats::vers
