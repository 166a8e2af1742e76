// Laws: a pattern that we take is written in one way, which is taken too and written alike; both ways of writing match
// the same observations, or cannot be evaluated.
#include <cstdint>
#include <string>

#include "base/check.hpp"
#include "formats/stix/observe.hpp"
#include "formats/stix/pattern.hpp"

namespace {

constexpr std::string_view kSeen = R"([
{"type":"observed-data","first_observed":"2024-01-01T00:00:00Z","last_observed":"2024-01-01T00:00:02Z","number_observed":3,
 "objects":{"0":{"type":"file","name":"a","size":5,"hashes":{"MD5":"00"},"magic_number_hex":"4d5a","parent_directory_ref":"1"},
            "1":{"type":"directory","path":"/tmp","contains_refs":["0"]}}},
{"type":"observed-data","first_observed":"2024-01-01T00:00:01Z","last_observed":"2024-01-01T00:00:01Z","number_observed":1,
 "objects":{"0":{"type":"ipv4-addr","value":"198.51.100.3"},"1":{"type":"file","name":"\u0103","ctime":"2024-01-01T00:00:00Z"}}}])";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tocsin;
  using namespace tocsin::formats;
  static stix::TapeReader reader;
  static const auto root = reader.read(kSeen, {});
  static const auto seen = stix::observed_in(root.value());
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  for (const auto version : {stix::PatternVersion::v2_0, stix::PatternVersion::v2_1}) {
    const stix::PatternLimits limits{.bytes_max = 4096, .depth_max = 32};
    const auto first = stix::parse_pattern(text, version, limits);
    if (!first) {
      TOCSIN_CHECK(!first.error().message.empty());
      continue;
    }
    const auto written = stix::to_string(*first);
    const auto second = stix::parse_pattern(written, version, {.bytes_max = 65536, .depth_max = 256});
    TOCSIN_CHECK(second.has_value() && stix::to_string(*second) == written);
    const stix::MatchLimits few{.steps_max = 20'000};
    const auto once = stix::match(*first, seen, few), again = stix::match(*second, seen, few);
    TOCSIN_CHECK(once.has_value() == again.has_value());
    TOCSIN_CHECK(!once || *once == *again);
    (void)stix::equal_values(*first);
  }
  return 0;
}
