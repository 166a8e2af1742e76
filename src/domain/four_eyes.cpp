#include "domain/four_eyes.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.hpp"

namespace tocsin::domain {
namespace {

struct ActRow {
  Act act;
  std::string_view slug, name;
  Permission permission;
};
constexpr std::array kActs{
    ActRow{Act::widen_sharing, "widen_sharing", "Let a record reach more", Permission::publish_record},
    ActRow{Act::admit_organisation, "admit_organisation", "Admit an organisation", Permission::vet_organisations},
    ActRow{Act::grant_role, "grant_role", "Give a weighty role", Permission::manage_people},
    ActRow{Act::break_glass, "break_glass", "Break the glass", Permission::break_glass},
    ActRow{Act::prune_audit, "prune_audit", "Remove entries of the audit log", Permission::administer},
    ActRow{Act::remove_record, "remove_record", "Remove an advisory", Permission::delete_record},
};
constexpr auto kActList = [] {
  std::array<Act, kActs.size()> list{};
  for (std::size_t i = 0; i < list.size(); ++i) list[i] = kActs[i].act;
  return list;
}();

const ActRow& row_of(Act act) noexcept { return kActs[static_cast<std::size_t>(act) - 1]; }

}  // namespace

std::span<const Act> all_acts() noexcept { return kActList; }
std::string_view slug(Act act) noexcept { return row_of(act).slug; }
std::string_view name(Act act) noexcept { return row_of(act).name; }
Permission permission_of(Act act) noexcept { return row_of(act).permission; }

std::optional<Act> act_of(std::int64_t number) noexcept {
  if (number < 1 || number > static_cast<std::int64_t>(kActs.size())) return std::nullopt;
  return static_cast<Act>(number);
}

Result<FourEyes> FourEyes::parse(std::string_view text) {
  FourEyes wanted;
  for (const auto part : text::split(text, ',')) {
    const auto typed = text::trim(part);
    if (typed.empty()) continue;
    const auto* found = std::ranges::find(kActs, typed, &ActRow::slug);
    if (found == kActs.end()) {
      std::string all;
      for (const auto& each : kActs) all += fmt::format("{}{}", all.empty() ? "" : ", ", each.slug);
      return Error::invalid(
          fmt::format("four_eyes takes {}, separated by commas; '{}' is none of them", all, text::shorten(typed, 60)));
    }
    wanted.want(found->act);
  }
  return wanted;
}

}  // namespace tocsin::domain
