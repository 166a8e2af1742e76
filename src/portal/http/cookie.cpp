#include "portal/http/cookie.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace tocsin::portal::http {
namespace {

/// What our values are made of: base64url and a few marks; a part of RFC 6265's cookie-octet.
bool good_value(std::string_view value) noexcept {
  return std::all_of(value.begin(), value.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.' || c == '~';
  });
}

}  // namespace

std::optional<std::string> cookie_of(std::string_view header, std::string_view name) {
  if (header.size() > kCookieBytesMax) return std::nullopt;
  std::optional<std::string> found;
  std::size_t count = 0;
  while (!header.empty()) {
    if (++count > kCookiesMax) return std::nullopt;
    const auto end = std::min(header.find(';'), header.size());
    const auto pair = text::trim(header.substr(0, end));
    header.remove_prefix(std::min(end + 1, header.size()));
    const auto equals = pair.find('=');
    if (equals == std::string_view::npos || pair.substr(0, equals) != name) continue;
    if (found) return std::nullopt;
    found = std::string{pair.substr(equals + 1)};
  }
  if (found && (found->empty() || !good_value(*found))) return std::nullopt;
  return found;
}

std::optional<std::string> cookie(const Request& request, std::string_view name) {
  std::string all;
  for (const auto& [key, value] : request.headers) {
    if (key != "cookie") continue;
    if (!all.empty()) all += "; ";
    all += value;
  }
  return cookie_of(all, name);
}

std::string set_cookie(const NewCookie& cookie) {
  auto text =
      fmt::format("{}={}; Path=/; HttpOnly; SameSite={}", cookie.name, cookie.value, cookie.strict ? "Strict" : "Lax");
  if (cookie.secure) text += "; Secure";
  if (cookie.max_age_s) text += fmt::format("; Max-Age={}", *cookie.max_age_s);
  return text;
}

}  // namespace tocsin::portal::http
