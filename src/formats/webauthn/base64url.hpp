#pragma once
#include <string>
#include <string_view>

#include "base/result.hpp"

/// base64url without padding (RFC 4648, section 5), strict: no white space, no padding, no bits set beyond the last
/// byte, so that two texts never mean the same bytes. The same two functions as base/encoding.hpp, which takes their
/// place once it is there: then this file goes and the calls stay.
namespace tocsin::formats::webauthn {

std::string base64url_encode(std::string_view bytes);
/// Errors: invalid_input, `where` = 1-based column.
Result<std::string> base64url_decode(std::string_view text);

}  // namespace tocsin::formats::webauthn
