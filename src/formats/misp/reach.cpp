#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "formats/misp/event.hpp"
#include "formats/misp/to_stix.hpp"

namespace tocsin::formats::misp {
namespace {

using boost::json::object;

/// MISP's levels: 0 your organisation only, 1 this community, 2 connected communities, 3 all, 4 sharing group,
/// 5 inherit.
enum Level : std::int64_t { own = 0, community = 1, connected = 2, all = 3, sharing_group = 4, inherit = 5 };

Reach nobody() { return {.to = Reach::To::nobody}; }

Reach group_of(const object& part) {
  const auto groups = objects_at(part, "SharingGroup");
  if (groups.empty()) return nobody();
  const auto& group = *groups.front();
  // Where the lists are told and are empty, the group has nobody in it.
  bool told = false, anybody = false;
  for (const std::string_view name : {"SharingGroupOrg", "SharingGroupServer"}) {
    if (!group.contains(name)) continue;
    told = true;
    anybody = anybody || !objects_at(group, name).empty();
  }
  const auto* active = group.if_contains("active");
  if ((told && !anybody) || (active != nullptr && !flag_at(group, "active"))) return nobody();
  Reach out{.to = Reach::To::group,
            .group_uuid = text::lower_ascii(text_at(group, "uuid")),
            .group_name = text_at(group, "name")};
  return out.group_uuid.empty() && out.group_name.empty() ? nobody() : out;
}

constexpr std::array<std::string_view, 6> kLevels{"", "clear", "green", "amber", "amber+strict", "red"};

}  // namespace

Reach narrower(const Reach& a, const Reach& b) {
  if (a.to == Reach::To::group && b.to == Reach::To::group) return a == b ? a : nobody();
  return a.to >= b.to ? a : b;
}

Reach reach_of(const object& part) {
  if (!part.contains("distribution")) return {};
  switch (number_at(part, "distribution").value_or(own)) {
    case all:
    case inherit:
      return {};
    case community:
    case connected:
      return {.to = Reach::To::members};
    case sharing_group:
      return group_of(part);
    default:
      return nobody();
  }
}

std::string_view tlp_of(const object& part) {
  std::string_view strictest;
  for (const auto* tag : objects_at(part, "Tag")) {
    auto name = text::lower_ascii(text_at(*tag, "name"));
    if (!name.starts_with("tlp:")) continue;
    name.erase(0, 4);
    if (name == "white") name = "clear";
    const auto* level = std::ranges::find(kLevels, std::string_view{name});
    if (level != kLevels.end()) strictest = stricter(strictest, *level);
  }
  return strictest;
}

std::string_view stricter(std::string_view a, std::string_view b) noexcept {
  return std::ranges::find(kLevels, a) >= std::ranges::find(kLevels, b) ? a : b;
}

}  // namespace tocsin::formats::misp
