// Law: what is read is written so that it reads the same, and writing again changes nothing.
#include <cstdint>

#include "base/check.hpp"
#include "formats/language/language.hpp"
#include "formats/purl/purl.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tocsin::formats;
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  static_cast<void>(language::check_tag(text));
  const auto first = purl::parse(text);
  if (!first) {
    TOCSIN_CHECK(!first.error().message.empty());
    return 0;
  }
  const auto written = purl::to_text(*first);
  if (written.size() > purl::kPurlBytesMax) return 0;
  const auto second = purl::parse(written);
  TOCSIN_CHECK(second.has_value());
  TOCSIN_CHECK(*second == *first);
  TOCSIN_CHECK(purl::to_text(*second) == written);
  return 0;
}
