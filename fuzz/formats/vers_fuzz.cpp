// Law: ranges, native notations and versions are read totally; canonical text is a fixed point; an order is the same
// from both sides; what a range holds overlaps with it.
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.hpp"
#include "formats/vers/native.hpp"
#include "formats/vers/range.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tocsin::formats;
  if (size < 2) return 0;
  const auto schemes = vers::known_schemes();
  const auto scheme = schemes[data[0] % schemes.size()];
  const std::string_view text{reinterpret_cast<const char*>(data) + 1, size - 1};

  if (const auto range = vers::parse(text)) {
    const auto written = vers::to_text(*range);
    const auto again = vers::canonical(written);
    // The order of some ecosystems has cycles: there, sorting twice need not give the same.
    if (range->scheme != "alpm" && range->scheme != "alpine" && range->scheme != "conan" && range->scheme != "maven") {
      TOCSIN_CHECK(again && *again == written);
    }
    if (vers::why_not_canonical(text).empty()) TOCSIN_CHECK(written == text);
    static_cast<void>(vers::overlap(*range, *range));
    static_cast<void>(vers::is_open_above(*range));
    for (const auto& constraint : range->constraints) static_cast<void>(vers::contains(*range, constraint.version));
  }
  static_cast<void>(vers::why_not_canonical_constraints(text));
  if (const auto native = vers::from_native(scheme, text)) {
    for (const auto& constraint : native->constraints) {
      TOCSIN_CHECK(vers::check_version(native->scheme, constraint.version).has_value());
    }
  }
  const auto half = text.find('\n');
  const auto a = text.substr(0, half);
  const auto b = half == std::string_view::npos ? text : text.substr(half + 1);
  const auto forth = vers::compare(scheme, a, b);
  const auto back = vers::compare(scheme, b, a);
  TOCSIN_CHECK(forth.has_value() == back.has_value());
  if (forth) TOCSIN_CHECK((*forth < 0) == (*back > 0) && (*forth == 0) == (*back == 0));
  return 0;
}
