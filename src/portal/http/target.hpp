#pragma once
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "portal/http/message.hpp"

namespace tocsin::portal::http {

struct Target {
  std::string path;
  Fields query;
};

/// Splits and decodes a request target ("/a%20b?x=1&x=2"), tolerant of what browsers send raw ('|', '[', '"', UTF-8).
/// Errors: invalid_input for NUL, bad escapes, "..", backslashes, ill-formed UTF-8, targets not starting with '/';
/// too_large over 8 KiB or 256 fields.
Result<Target> parse_target(std::string_view target);
/// application/x-www-form-urlencoded.
Result<Fields> parse_form(std::string_view body);
/// Percent-encodes everything but RFC 3986 unreserved: for one path segment or query value.
std::string encode_component(std::string_view text);
/// "/advisories" + {{"q","a b"}} -> "/advisories?q=a%20b"; empty values are left out.
std::string with_query(std::string_view path,
                       std::initializer_list<std::pair<std::string_view, std::string_view>> fields);

}  // namespace tocsin::portal::http
