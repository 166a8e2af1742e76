// Law: what we parse we write, and what we wrote parses to the same.
#include <cstdint>

#include "base/check.hpp"
#include "base/json.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tocsin;
  const auto first = json::parse({reinterpret_cast<const char*>(data), size});
  if (!first) return 0;
  const auto written = json::write(first->root());
  const auto second = json::parse(written);
  TOCSIN_CHECK(second.has_value());
  TOCSIN_CHECK(json::write(second->root()) == written);
  TOCSIN_CHECK(json::parse(json::write_pretty(first->root())).has_value());
  return 0;
}
