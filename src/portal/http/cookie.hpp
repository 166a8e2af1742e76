#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "portal/http/message.hpp"

/// Cookies (RFC 6265): read with suspicion, written in one form.
namespace tocsin::portal::http {

inline constexpr std::size_t kCookiesMax = 50;
inline constexpr std::size_t kCookieBytesMax = 8 << 10;  ///< Of the header.

/// The value of the one cookie with this name in a Cookie header's text. Absent where it is missing, where its value
/// has bytes that no cookie of ours has, where the header is beyond the limits, and where there are two of the name:
/// then one was put there by somebody else, a neighbouring host for one, and nobody knows which.
std::optional<std::string> cookie_of(std::string_view header, std::string_view name);
/// The same of a request; several Cookie headers count as one.
std::optional<std::string> cookie(const Request& request, std::string_view name);

struct NewCookie {
  std::string_view name, value;
  bool secure = true;
  bool strict = false;                ///< SameSite=Strict instead of Lax.
  std::optional<int> max_age_s = {};  ///< Absent: until the browser closes. 0 removes it.
};
/// Value of a Set-Cookie header: Path=/, HttpOnly, no Domain.
std::string set_cookie(const NewCookie& cookie);

}  // namespace tocsin::portal::http
