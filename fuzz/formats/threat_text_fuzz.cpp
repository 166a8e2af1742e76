// Laws: whatever the bytes are, what is found stands where it is said to stand, in order; what is read alone is what is
// found; values are stable: reading one again gives itself. Indicators and observables of it are written without harm.
// Ids of vulnerabilities are what they are alone. As a list of what is good, too, they are read without harm, and what
// was added is what is counted.
#include <cstdint>
#include <string>

#include "base/check.hpp"
#include "base/text.hpp"
#include "formats/cve/cve.hpp"
#include "formats/stix/pattern.hpp"
#include "formats/stix/write.hpp"
#include "formats/threat_text/doubts.hpp"
#include "formats/threat_text/extract.hpp"
#include "formats/threat_text/known_good.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tocsin;
  using namespace tocsin::formats;
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  threat_text::KnownGood lists;
  const auto added = lists.add(bytes);
  TOCSIN_CHECK(lists.size() == (added ? added->known : 0));
  std::size_t behind = 0;
  for (const auto& each : threat_text::extract(bytes)) {
    TOCSIN_CHECK(each.begin < each.end && each.end <= bytes.size() && each.begin >= behind);
    behind = each.begin;
    const auto again = threat_text::read_one(each.value);
    TOCSIN_CHECK(again && again->kind == each.kind && again->value == each.value);
    const auto whole = threat_text::read_one(threat_text::spelled(each));
    TOCSIN_CHECK(whole && whole->kind == each.kind && whole->value == each.value && whole->port == each.port);
    (void)threat_text::doubt_of(each);
    TOCSIN_CHECK(!lists.has(each) || added);
    if (!threat_text::is_observable(each.kind) || text::invalid_utf8_at(each.value) != std::string_view::npos) continue;
    TOCSIN_CHECK(stix::parse_pattern(stix::pattern_of(each)));
    TOCSIN_CHECK(!stix::write_observable(each, "amber").at("id").get_string().empty());
  }
  for (const auto& id : cve::ids_in(bytes)) TOCSIN_CHECK(cve::canonical(id) == id && cve::ids_in(id).size() == 1);
  (void)threat_text::read_one(bytes);
  return 0;
}
