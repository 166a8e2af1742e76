#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.hpp"
#include "portal/access.hpp"
#include "portal/http/cookie.hpp"
#include "portal/http/target.hpp"

/// Laws: a cookie that is found is made of harmless bytes and stands in the header once; where we send people after
/// signing in is a path of ours, and goes through unchanged when it is asked again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tocsin;
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  if (const auto found = portal::http::cookie_of(text, "tocsin")) {
    TOCSIN_CHECK(!found->empty() && found->find_first_of("; \r\n\"\\,=") == std::string::npos);
    TOCSIN_CHECK(text.find("tocsin=" + *found) != std::string_view::npos);
    TOCSIN_CHECK(!portal::http::cookie_of(std::string{text} + ";tocsin=" + *found, "tocsin"));
  }
  const auto next = portal::access::safe_next(text);
  TOCSIN_CHECK(next.starts_with('/') && !next.starts_with("//") && next.find_first_of("\r\n\\") == std::string::npos);
  TOCSIN_CHECK(next == "/" || next == text);
  TOCSIN_CHECK(portal::access::safe_next(next) == next);
  TOCSIN_CHECK(portal::http::parse_target(next).has_value());
  return 0;
}
