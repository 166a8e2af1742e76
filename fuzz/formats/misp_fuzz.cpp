// Laws: whatever the bytes are, they are events or an error with a place; what an event becomes is STIX that has what
// an import demands, each object once, and the same each time; and the event comes back out of it as it was, but for
// what is told as refused or not taken. A search is read or refused by name, and finds nothing that is deleted.
#include <cstdint>
#include <set>
#include <string>

#include "base/check.hpp"
#include "formats/misp/event.hpp"
#include "formats/misp/search.hpp"
#include "formats/misp/to_misp.hpp"
#include "formats/misp/to_stix.hpp"
#include "formats/stix/validate.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tocsin;
  using namespace tocsin::formats;
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  const misp::Limits limits{.bytes_max = std::size_t{1} << 18, .depth_max = 32, .events_max = 100, .parts_max = 1'000};
  (void)misp::to_misp(bytes);
  auto asked = misp::Query{};
  if (const auto body = json::parse(bytes, {.bytes_max = limits.bytes_max}); body && body->root().is_object()) {
    for (const auto scope : {misp::Scope::events, misp::Scope::attributes}) {
      auto query = misp::read_query(body->root().get_object(), scope, Timestamp{1'767'400'000'000'000});
      TOCSIN_CHECK(query || !query.error().message.empty());
      if (query) asked = *std::move(query);
    }
  }
  const auto read = misp::read_events(bytes, limits);
  if (!read) {
    TOCSIN_CHECK(!read.error().message.empty());
    return 0;
  }
  for (const auto& each : read->events) {
    const auto made = misp::to_stix(each);
    const bool is_loose = each.kind == misp::Event::Kind::loose;
    TOCSIN_CHECK(!made.objects.empty() || is_loose);
    if (made.objects.empty()) continue;
    std::set<std::string_view> ids;
    for (const auto& object : made.objects) TOCSIN_CHECK(!object.id.empty() && ids.insert(object.id).second);
    const auto bundle = misp::write_bundle({made});
    TOCSIN_CHECK(bundle == misp::write_bundle({misp::to_stix(each)}));
    static stix::Validator validator;
    for (const auto& finding : validator.validate(bundle).findings) {
      TOCSIN_CHECK(finding.test != "STIX-json" && finding.test != "STIX-3-object" && finding.test != "STIX-2-type" &&
                   finding.test != "STIX-3-required" && finding.test != "STIX-3-one-of");
    }
    const auto back = misp::to_misp(bundle);
    TOCSIN_CHECK(back && back->events.size() == 1);
    const auto attributes = [](const boost::json::object& event) {
      return misp::objects_at(event, "Attribute").size();
    };
    const auto rest = misp::for_rest(*each.json);
    for (const auto& place : misp::matching_attributes(asked, rest)) {
      TOCSIN_CHECK(!misp::flag_at(*place.attribute, "deleted"));
      (void)misp::attribute_for_rest(asked, rest, place);
    }
    (void)misp::event_matches(asked, rest);
    // Without a report, a cluster that is a vulnerability reads as an attribute.
    if (made.refused.empty() && !is_loose) TOCSIN_CHECK(attributes(back->events.front()) == attributes(*each.json));
  }
  return 0;
}
