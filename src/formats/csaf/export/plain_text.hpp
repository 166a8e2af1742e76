#pragma once
#include <cstddef>
#include <string>

#include "formats/csaf/advisory.hpp"

/// An advisory as plain text for mail.
namespace tocsin::formats::csaf {

/// Columns (code points) of a line. Only a word that is longer by itself, such as an address, goes beyond: broken, it
/// could not be followed.
inline constexpr std::size_t kTextColumns = 72;

/// The whole advisory, UTF-8. Texts of the document stand indented, so none can pass for a heading of ours, and no
/// line ends in a blank: none reads as the beginning of a mail's signature.
std::string to_plain_text(const Advisory& advisory);

}  // namespace tocsin::formats::csaf
