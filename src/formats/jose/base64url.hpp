#pragma once
#include <optional>
#include <string>
#include <string_view>

/// base64url without padding, as RFC 7515 (section 2) and RFC 7636 use it.
namespace tocsin::formats::jose {

std::string base64url_encode(std::string_view bytes);
/// Canonical text only: no padding, no blanks, no other alphabet, and the unused bits of the last character are zero,
/// so that each byte string has one spelling. Anything else is nullopt.
std::optional<std::string> base64url_decode(std::string_view text);

}  // namespace tocsin::formats::jose
