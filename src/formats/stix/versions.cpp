#include "formats/stix/versions.hpp"

#include <fmt/format.h>

#include "formats/stix/validate.hpp"

namespace tocsin::formats::stix {
namespace {

bool same_text(std::string_view a, std::string_view b) {
  if (a == b) return true;
  const auto one = parse_time(a), other = parse_time(b);
  return one && other && *one == *other;
}

}  // namespace

std::string version_order(std::string_view modified, bool lifted) {
  const auto time = parse_time(modified);
  std::string order{modified};
  // Behind the seconds, the text of a time is its fraction alone; before them all times have the same length.
  constexpr std::size_t kSeconds = 19;
  if (time) order = fmt::format("{}.{:09}Z", modified.substr(0, kSeconds), time->nanos);
  return order + (lifted ? "-" : "~");
}

bool same_object(Node a, Node b) {
  if (a.is_number() && b.is_number()) return a.number() == b.number();
  if (a.tag() != b.tag()) return false;
  if (a.is_string()) return same_text(a.text(), b.text());
  if (a.is_array()) {
    if (a.size() != b.size()) return false;
    auto other = b.elements().begin();
    for (const auto each : a.elements()) {
      if (!same_object(each, *other)) return false;
      ++other;
    }
    return true;
  }
  if (a.is_object()) {
    if (a.size() != b.size()) return false;
    for (const auto [name, value] : a.members()) {
      // Of repeated members the first counts, on both sides.
      const auto other = b[name];
      if (!other || !same_object(a[name], other)) return false;
    }
    for (const auto [name, value] : b.members()) {
      if (!a[name]) return false;
    }
  }
  return true;
}

}  // namespace tocsin::formats::stix
