// Law: the canonical text of a query parses to the same query.
#include <cstdint>

#include "base/check.hpp"
#include "engine/search/query.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tocsin::engine::search;
  const auto first = parse_query({reinterpret_cast<const char*>(data), size});
  if (!first) {
    TOCSIN_CHECK(!first.error().message.empty());
    return 0;
  }
  const auto text = to_text(*first);
  if (text.size() > kQueryBytesMax) return 0;
  const auto second = parse_query(text);
  TOCSIN_CHECK(second.has_value());
  TOCSIN_CHECK(*second == *first);
  return 0;
}
