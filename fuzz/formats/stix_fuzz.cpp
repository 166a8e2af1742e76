// Laws: whatever the bytes are, there is a verdict, and the same one again; objects are cut out as they stand, in order
// and apart; an object that was cut out and can be read has facts, and values that it may share: each once, within the
// limits, with one key; what is a bundle of objects is told as one.
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "base/check.hpp"
#include "formats/stix/facts.hpp"
#include "formats/stix/observe.hpp"
#include "formats/stix/shared_values.hpp"
#include "formats/stix/validate.hpp"

namespace {

using namespace tocsin::formats;

void check_shared(stix::Node object, const stix::Facts& facts) {
  const auto values = stix::shared_values(object, facts);
  TOCSIN_CHECK(values.size() <= stix::kSharedMax);
  std::set<std::pair<stix::ValueKind, std::string_view>> seen;
  for (const auto& each : values) {
    TOCSIN_CHECK(!each.text.empty() && each.text.size() <= stix::kSharedBytesMax);
    TOCSIN_CHECK(seen.emplace(each.kind, each.text).second);
    TOCSIN_CHECK(stix::value_key(each.kind, each.text) >= 0);
    (void)stix::commonplace_of(each.kind, each.text);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tocsin;
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
    check_shared(object, facts);
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
  for (const auto& each : stix::values_meant(bytes)) TOCSIN_CHECK(!each.text.empty());
  (void)stix::looks_like_stix(bytes);
  return 0;
}
