#pragma once
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/vers/vendor_phrases.hpp"
#include "formats/vers/vendor_text.hpp"

/// Between the words of a vendor's text and its meaning: each version with the sign that belongs to it.
namespace tocsin::formats::vers {

/// One version of the text with the sign that belongs to it.
struct VendorItem {
  enum class Sign : std::uint8_t { exact, below, from };
  enum class Joint : std::uint8_t { blank, word, slash, bar, either };
  Sign sign = Sign::exact;
  Joint joint = Joint::blank;  ///< To the item before.
  bool inclusive = true;
  bool operator_written = false;  ///< As a sign or a word.
  bool marked = false;            ///< By "(including)" or "(excluding)".
  bool possibly_below = false;
  bool numbering = false;  ///< The item before by another count.
  VendorVersion version;
  std::vector<std::string> words;  ///< Names in front of the sign or of the version.
  bool goes_on = false;            ///< More that belongs to the version stands behind it and could not be read.
};

struct VendorItems {
  std::vector<VendorItem> items;
  bool everything = false;  ///< Every version, whatever else is named.
  bool doubtful = false;    ///< Other versions than those that are named may be meant.
  std::string condition;
  std::string component;  ///< What is versioned, where a name that is not the product's says so.
  bool foreign = false;   ///< That is no part of the product.
};

/// Whether slips of the writer are looked for: signs, bars and suffixes that were lost. Not in what to_text wrote.
enum class Slips : std::uint8_t { mended, none };

/// Nothing where the tokens of `text` make no sense together.
std::optional<VendorItems> read_vendor_items(const VendorTokens& tokens, std::string_view text,
                                             std::string_view product, Slips slips);
/// What the items mean together: fills kind, intervals and what is possible besides. False where they mean nothing.
bool group_vendor_items(const VendorItems& items, const std::vector<std::string>& notes, std::string_view product,
                        Slips slips, VendorReading& reading);

/// The numbers a version begins with.
std::size_t leading_numbers(const VendorVersion& version) noexcept;
bool is_year(const VersionPart& part) noexcept;
/// The version a product's name ends with: "Historian 2014 R2", "Runtime V7.3".
std::optional<VendorVersion> version_at_end(std::string_view product);
/// What may be the number of a model or an option, and then says nothing about versions.
bool is_weak(const VendorVersion& version);
bool contains_any(std::string_view text, std::initializer_list<std::string_view> words);

}  // namespace tocsin::formats::vers
