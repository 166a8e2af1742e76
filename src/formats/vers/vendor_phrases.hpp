#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "formats/vers/vendor_version.hpp"

/// The words and signs of a vendor's text, told apart from its versions.
namespace tocsin::formats::vers {

struct VendorToken {
  enum class Kind : std::uint8_t {
    less,
    less_or_equal,
    greater,
    greater_or_equal,
    equal,
    version,
    everything,  ///< "*", "All versions".
    bar,
    either,  ///< "||": two alternatives, whatever their signs.
    comma,   ///< Comma, semicolon, "and", "or".
    slash,
    dash,  ///< "-", "to", "through".
    between,
    including,  ///< "(including)" behind a bound.
    excluding,
    and_below,  ///< "and earlier" behind a version.
    and_above,
    possibly_below,  ///< "and possibly prior versions".
    word,            ///< Anything else.
  };
  Kind kind = Kind::word;
  std::size_t begin = 0;  ///< Bytes of the text.
  std::size_t end = 0;
  VendorVersion version;
  std::string word;              ///< Of words: as written.
  bool other_numbering = false;  ///< Of versions: the same release by another count ("2018 SP3 Version 3.4.430").
};

struct VendorTokens {
  std::vector<VendorToken> tokens;
  std::string condition;               ///< Words that restrict everything before them.
  std::vector<std::string> notes;      ///< What stood in brackets and restricts nothing.
  std::vector<std::string> component;  ///< "of telerik software" behind a version: the words of the other thing.
  bool cut_off = false;                ///< The text ends with a comma or an "and", or says that there may be more.
  bool software_named = false;         ///< "NAME with software 4.0": the words in front are the thing, not another one.
  bool refused = false;                ///< More than can be meant.
};

/// `text` as normalise_vendor_text gives it.
VendorTokens tokenise_vendor_text(std::string_view text, std::string_view product);

}  // namespace tocsin::formats::vers
