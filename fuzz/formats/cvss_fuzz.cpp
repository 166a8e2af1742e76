// Law: a vector that we take explains every metric, scores within 0..10, and its canonical text reads back to the same
// metrics and the same scores.
#include <algorithm>
#include <cstdint>

#include "base/check.hpp"
#include "formats/cvss/cvss.hpp"
#include "formats/cvss/score.hpp"

namespace {

void check_score(const std::optional<int>& tenths) {
  TOCSIN_CHECK(!tenths.has_value() || (*tenths >= 0 && *tenths <= 100));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tocsin::formats;
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto vector = cvss::parse_vector(text);
  if (!vector) {
    TOCSIN_CHECK(!vector.error().message.empty());
    return 0;
  }
  for (const auto& metric : vector->metrics) TOCSIN_CHECK(!metric.explanation.empty() && !metric.value_name.empty());
  const auto scores = cvss::scores_of(*vector);
  check_score(scores.base_tenths);
  check_score(scores.temporal_tenths);
  check_score(scores.environmental_tenths);

  const auto canonical = cvss::canonical(*vector);
  const auto again = cvss::parse_vector(canonical);
  TOCSIN_CHECK(again.has_value() && again->version == vector->version && cvss::canonical(*again) == canonical);
  TOCSIN_CHECK(
      std::ranges::equal(again->metrics, vector->metrics, {}, &cvss::MetricValue::value, &cvss::MetricValue::value));
  const auto same = cvss::scores_of(*again);
  TOCSIN_CHECK(same.base_tenths == scores.base_tenths && same.nomenclature == scores.nomenclature &&
               same.macro_vector == scores.macro_vector);
  // 2.0: a group that the text names only as not defined is no longer named.
  if (same.temporal_tenths) TOCSIN_CHECK(same.temporal_tenths == scores.temporal_tenths);
  if (same.environmental_tenths) TOCSIN_CHECK(same.environmental_tenths == scores.environmental_tenths);
  return 0;
}
