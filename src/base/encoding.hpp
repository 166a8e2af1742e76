#pragma once
#include <string>
#include <string_view>

#include "base/result.hpp"

/// Bytes as text, after RFC 4648. Encoders never fail. Decoders are strict, so that two texts never mean the same
/// bytes: no white space, no foreign characters, no bits set beyond the last byte, padding exactly as said.
/// Pure functions: any thread may call them. Limits are the caller's: a decoder's work and memory follow its input.
/// Errors: invalid_input, `where` = 1-based column. Messages never quote the text, which may be a secret.
namespace tocsin {

/// Section 5's alphabet ("-" and "_"), without padding: 32 bytes are 43 characters.
std::string base64url_encode(std::string_view bytes);
Result<std::string> base64url_decode(std::string_view text);

/// Section 4's alphabet ("+" and "/"), padded with "=" to a multiple of four.
std::string base64_encode(std::string_view bytes);
Result<std::string> base64_decode(std::string_view text);

/// Section 6's alphabet (A-Z and 2-7), without padding, as authenticator apps want their secrets: 20 bytes are 32
/// characters.
std::string base32_encode(std::string_view bytes);
/// Upper case only and without padding, the same text that base32_encode gives.
Result<std::string> base32_decode(std::string_view text);

/// Of a hexadecimal digit in either case; -1 for what is none.
constexpr int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace tocsin
