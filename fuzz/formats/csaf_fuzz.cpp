// Law: every reader of CSAF is total, and a document equals itself.
#include <cstdint>

#include "base/check.hpp"
#include "base/json.hpp"
#include "formats/csaf/advisory.hpp"
#include "formats/csaf/compare.hpp"
#include "formats/csaf/structure.hpp"
#include "formats/recognise.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tocsin;
  const auto parsed = json::parse({reinterpret_cast<const char*>(data), size});
  if (!parsed) return 0;
  static_cast<void>(formats::recognise(parsed->root()));
  const auto findings = formats::csaf::check_structure(parsed->root());
  for (const auto& finding : findings) TOCSIN_CHECK(!finding.message.empty());
  const auto advisory = formats::csaf::read_advisory(parsed->root());
  // What the grammar takes, the reader reads.
  TOCSIN_CHECK(!findings.empty() || advisory.has_value() || !formats::csaf::read_header(parsed->root()).has_value());
  if (advisory) TOCSIN_CHECK(formats::csaf::compare(*advisory, *advisory).empty());
  return 0;
}
