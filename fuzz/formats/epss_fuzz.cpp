// Law: any bytes are read as scores or refused with a reason; what was read is sorted, each CVE once, within 0 and 1.
#include <algorithm>
#include <cstdint>

#include "base/check.hpp"
#include "formats/epss/epss.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace epss = tocsin::formats::epss;
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  static_cast<void>(epss::date_of_name(text));
  const auto read = epss::read(text);
  if (!read) {
    TOCSIN_CHECK(!read.error().message.empty());
    return 0;
  }
  const auto& scores = read->scores;
  TOCSIN_CHECK(std::ranges::adjacent_find(scores, std::greater_equal{}, &epss::Score::cve) == scores.end());
  for (const auto& each : scores) {
    TOCSIN_CHECK(each.probability >= 0 && each.probability <= epss::kOne);
    TOCSIN_CHECK(!each.percentile || (*each.percentile >= 0 && *each.percentile <= epss::kOne));
  }
  return 0;
}
