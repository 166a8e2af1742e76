// Law: what converts from CVRF without an error is valid by our own validator, whatever the bytes are.
#include <cstdint>

#include "base/check.hpp"
#include "base/json.hpp"
#include "formats/csaf/validate/validate.hpp"
#include "formats/cvrf/cvrf.hpp"
#include "formats/recognise.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tocsin;
  namespace csaf = formats::csaf;
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  const auto kind = formats::recognise_xml(bytes);
  formats::cvrf::Options options{.publisher = "Example", .publisher_namespace = "https://example.com"};
  options.mend = size % 2 == 0;
  static csaf::Validator validator;
  for (const bool to_2_1 : {false, true}) {
    const auto conversion =
        to_2_1 ? formats::cvrf::to_csaf_2_1(bytes, options) : formats::cvrf::to_csaf_2_0(bytes, options);
    if (!conversion) {
      TOCSIN_CHECK(!conversion.error().message.empty());
      continue;
    }
    TOCSIN_CHECK(kind.has_value());
    for (const auto& note : conversion->notes) TOCSIN_CHECK(!note.message.empty());
    const auto verdict = validator.validate(json::write(conversion->document));
    TOCSIN_CHECK(!conversion->is_good() || verdict.is_valid());
  }
  return 0;
}
