// Laws: whatever the bytes are, a list is read or refused; what is made of it is STIX that our validator finds nothing
// wrong with; read again later it is what it was.
#include <cstdint>
#include <string>

#include "base/check.hpp"
#include "formats/stix/validate.hpp"
#include "formats/threat_list/list_to_stix.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tocsin;
  using namespace tocsin::formats;
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  (void)threat_list::looks_like_list(bytes);
  const auto list = threat_list::read_list(bytes, {.bytes_max = std::size_t{1} << 20});
  if (!list) return 0;
  TOCSIN_CHECK(list->refused.size() <= list->refused_count && list->remarks.size() <= list->remark_count);
  const threat_list::ListSource source{.id = "fuzz", .title = "fuzz"};
  constexpr Timestamp kNow{1'772'359'200'123'456};
  const auto made = threat_list::list_to_stix(*list, source, kNow);
  const auto later = threat_list::list_to_stix(*list, source, {kNow.micros + 86'400'000'000});
  TOCSIN_CHECK(made.size() == later.size());
  for (std::size_t i = 0; i < made.size(); ++i) {
    TOCSIN_CHECK(threat_list::with_times_of(later[i].bytes, made[i].bytes, later[i].times, true) == made[i].bytes);
  }
  static stix::Validator validator{stix::ReadLimits{}};
  const auto verdict = validator.validate(threat_list::write_list_bundle(source, made));
  TOCSIN_CHECK(verdict.is_valid());
  return 0;
}
