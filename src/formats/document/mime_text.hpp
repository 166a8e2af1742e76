#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// How MIME writes bytes and letters as ASCII. Lenient: what is broken stays as it is, nothing is an error.
namespace tocsin::formats::document {

std::string decode_quoted_printable(std::string_view text);
/// Whatever is no letter of its alphabet is passed over; the padding ends it.
std::string decode_base64(std::string_view text);
/// "=?utf-8?Q?Pumpe?= x" as "Pumpe x" (RFC 2047).
std::string decode_words(std::string_view text);

/// "text/plain; charset=utf-8; name*0*=...": the value in lower case, and its parameters, names in lower case, joined
/// and decoded (RFC 2231).
struct FieldValue {
  std::string value;
  std::vector<std::pair<std::string, std::string>> parameters;
  std::string_view parameter(std::string_view name) const noexcept;
};
FieldValue read_field(std::string_view text);

}  // namespace tocsin::formats::document
