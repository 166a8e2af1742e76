// A decoder accepts exactly what its encoder gives, so that no two texts mean the same bytes.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.hpp"
#include "base/encoding.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tocsin;
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  if (const auto bytes = base64_decode(text)) TOCSIN_CHECK(base64_encode(*bytes) == text);
  if (const auto bytes = base64url_decode(text)) TOCSIN_CHECK(base64url_encode(*bytes) == text);
  if (const auto bytes = base32_decode(text)) TOCSIN_CHECK(base32_encode(*bytes) == text);
  TOCSIN_CHECK(base64_decode(base64_encode(text)).value() == text);
  TOCSIN_CHECK(base64url_decode(base64url_encode(text)).value() == text);
  TOCSIN_CHECK(base32_decode(base32_encode(text)).value() == text);
  return 0;
}
