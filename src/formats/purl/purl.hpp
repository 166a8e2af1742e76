#pragma once
#include <map>
#include <string>
#include <string_view>

#include "base/result.hpp"

/// Package URLs (ECMA-427): the identifiers of software packages, "pkg:npm/%40angular/animation@12.3.1?arch=x#lib".
/// Pure functions; the rules of each type come from a generated table.
namespace tocsin::formats::purl {

/// Bytes.
inline constexpr std::size_t kPurlBytesMax = 8192;

/// Decoded and normalised as the type demands; what is absent is empty.
struct Purl {
  std::string type;
  std::string name_space;  ///< Segments between '/'.
  std::string name;
  std::string version;
  std::map<std::string, std::string> qualifiers;  ///< Keys in lower case; none is empty.
  std::string subpath;                            ///< Segments between '/', none is "." or "..".

  friend bool operator==(const Purl&, const Purl&) = default;
};

/// Reads one. Errors: too_large; invalid_input with what the standard or the type demands.
Result<Purl> parse(std::string_view text);
/// Puts components together: checked and normalised as by parse. Errors: as parse.
Result<Purl> build(Purl parts);
/// The canonical text.
std::string to_text(const Purl& purl);

}  // namespace tocsin::formats::purl
