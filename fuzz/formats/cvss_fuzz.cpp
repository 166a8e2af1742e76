// Law: a vector that we take explains every metric, and parses again to the same.
#include <cstdint>

#include "base/check.hpp"
#include "formats/cvss/cvss.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tocsin::formats;
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto vector = cvss::parse_vector(text);
  if (!vector) {
    TOCSIN_CHECK(!vector.error().message.empty());
    return 0;
  }
  for (const auto& metric : vector->metrics) TOCSIN_CHECK(!metric.explanation.empty() && !metric.value_name.empty());
  return 0;
}
