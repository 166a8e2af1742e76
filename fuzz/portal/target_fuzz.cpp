#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.hpp"
#include "base/text.hpp"
#include "portal/http/target.hpp"

/// Laws: what is accepted is a clean path and well-formed text, and written out again it is read as the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tocsin;
  const auto first = portal::http::parse_target({reinterpret_cast<const char*>(data), size});
  if (!first) {
    TOCSIN_CHECK(!first.error().message.empty());
    return 0;
  }
  TOCSIN_CHECK(first->path.starts_with('/'));
  TOCSIN_CHECK(first->path.find_first_of(std::string_view{"\\\r\n\0", 4}) == std::string::npos);
  TOCSIN_CHECK(text::invalid_utf8_at(first->path) == std::string_view::npos);
  std::string again;
  for (const auto segment : text::split(std::string_view{first->path}.substr(1), '/')) {
    TOCSIN_CHECK(segment != "." && segment != "..");
    again += '/';
    again += portal::http::encode_component(segment);
  }
  char separator = '?';
  for (const auto& [name, value] : first->query.list()) {
    again += separator + portal::http::encode_component(name) + '=' + portal::http::encode_component(value);
    separator = '&';
  }
  // Encoded, it may have grown beyond the limit; anything else would be our mistake.
  const auto second = portal::http::parse_target(again);
  TOCSIN_CHECK(second || second.error().code == Error::Code::too_large);
  TOCSIN_CHECK(!second || (second->path == first->path && second->query.list() == first->query.list()));
  return 0;
}
