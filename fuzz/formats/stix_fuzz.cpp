// Laws: whatever the bytes are, there is a verdict, and the same one again; objects are cut out as they stand, in order
// and apart; an object that was cut out and can be read has facts; what is a bundle of objects is told as one.
#include <cstdint>
#include <string>

#include "base/check.hpp"
#include "formats/stix/facts.hpp"
#include "formats/stix/observe.hpp"
#include "formats/stix/validate.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tocsin;
  using namespace tocsin::formats;
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  const stix::ReadLimits limits{.bytes_max = std::size_t{1} << 20, .object_bytes_max = std::size_t{1} << 16};
  static stix::Validator validator{limits};
  std::size_t behind = 0, objects = 0;
  const auto verdict = validator.validate(bytes, [&](const stix::RawObject& raw, stix::Node object) {
    TOCSIN_CHECK(raw.offset >= behind && bytes.substr(raw.offset, raw.bytes.size()) == raw.bytes);
    behind = raw.offset + raw.bytes.size();
    ++objects;
    const auto facts = stix::read_facts(object);
    std::size_t types = 0;
    for (const auto [name, value] : object.members()) types += name == "type" ? 1 : 0;
    TOCSIN_CHECK(types > 1 || facts.type == object.text_at("type"));
    stix::observed_in(object);
  });
  TOCSIN_CHECK(objects <= verdict.content.objects || verdict.content.objects == 0);
  for (const auto& each : verdict.findings) TOCSIN_CHECK(!each.test.empty() && !each.message.empty());
  const auto again = validator.validate(bytes);
  TOCSIN_CHECK(again.findings.size() == verdict.findings.size() && again.version == verdict.version);
  for (std::size_t i = 0; i < again.findings.size(); ++i) {
    TOCSIN_CHECK(again.findings[i].test == verdict.findings[i].test &&
                 again.findings[i].path == verdict.findings[i].path &&
                 again.findings[i].message == verdict.findings[i].message);
  }
  (void)stix::looks_like_stix(bytes);
  return 0;
}
