// Law: a name that we take is written in both forms, each of which reads back as the same name; it equals itself where
// it has no wildcards, the name that says nothing covers it, and a comparison the other way round has the mirrored
// answer.
#include <algorithm>
#include <cstdint>

#include "base/check.hpp"
#include "formats/cpe/cpe.hpp"

namespace {

using tocsin::formats::cpe::Name;
using tocsin::formats::cpe::Relation;

bool has_wildcards(const Name& name) {
  return std::ranges::any_of(name.attributes, [](const auto& each) { return each.has_wildcards(); });
}

Relation mirrored(Relation relation) {
  if (relation == Relation::superset) return Relation::subset;
  return relation == Relation::subset ? Relation::superset : relation;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tocsin::formats;
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  // Two names, one a line.
  const auto end = std::min(text.find('\n'), text.size());
  const auto first = cpe::parse(text.substr(0, end));
  if (!first) {
    TOCSIN_CHECK(!first.error().message.empty());
    return 0;
  }
  const auto formatted = cpe::to_formatted_string(*first);
  const auto again = cpe::parse(formatted);
  TOCSIN_CHECK(again.has_value() && *again == *first && cpe::to_formatted_string(*again) == formatted);
  if (const auto uri = cpe::to_uri(*first)) {
    const auto from_uri = cpe::parse(*uri);
    TOCSIN_CHECK(from_uri.has_value() && *from_uri == *first);
  }
  if (!has_wildcards(*first)) {
    TOCSIN_CHECK(cpe::compare(*first, *first) == Relation::equal);
    TOCSIN_CHECK(cpe::covers(Name{}, *first));
  }
  if (end == text.size()) return 0;
  const auto second = cpe::parse(text.substr(end + 1));
  if (second && !has_wildcards(*first) && !has_wildcards(*second)) {
    TOCSIN_CHECK(cpe::compare(*first, *second) == mirrored(cpe::compare(*second, *first)));
  }
  return 0;
}
