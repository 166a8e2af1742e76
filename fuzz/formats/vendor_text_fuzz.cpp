// Laws: every text has a reading; a reading's text is read to the same text; only "ask" has a question; what is not
// understood or names a model is never answered with "no".
// The input is a line of product, a line of text and a version.
#include <algorithm>
#include <cstdint>
#include <string_view>

#include "base/check.hpp"
#include "formats/vers/vendor_text.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tocsin::formats::vers;
  std::string_view rest{reinterpret_cast<const char*>(data), size};
  const auto line = [&] {
    const auto end = std::min(rest.find('\n'), rest.size());
    const auto taken = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return taken;
  };
  const auto product = line();
  const auto text = line();
  const auto version = line();
  for (const auto branch : {BranchKind::product_version_range, BranchKind::product_name}) {
    const auto reading = read_vendor_text(branch, product, text);
    const auto written = to_text(reading);
    const auto again = to_text(read_vendor_text(BranchKind::product_version_range, product, written));
    if (branch == BranchKind::product_version_range) TOCSIN_CHECK(again == written);
    const auto affected = affects(reading, version);
    TOCSIN_CHECK(affected.question.empty() == (affected.answer != Affected::Answer::ask));
    if (!is_understood(reading) || reading.kind == VendorReading::Kind::model) {
      TOCSIN_CHECK(affected.answer != Affected::Answer::no);
    }
    // A range that is given on means what the reading means.
    if (as_range(reading)) TOCSIN_CHECK(is_understood(reading));
  }
  // What compares, compares the other way round.
  const auto a = read_vendor_version(text);
  const auto b = read_vendor_version(version);
  if (a && b) {
    const auto forth = compare(*a, *b);
    const auto back = compare(*b, *a);
    TOCSIN_CHECK((forth == VendorOrder::less) == (back == VendorOrder::greater));
    TOCSIN_CHECK((forth == VendorOrder::equal) == (back == VendorOrder::equal));
  }
  return 0;
}
