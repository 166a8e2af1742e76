#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "base/messages.hpp"
#include "base/text.hpp"
#include "formats/csaf/convert/steps.hpp"
#include "formats/csaf/names.hpp"

/// The part of the conversion to 2.1 that concerns systems of vulnerability ids: the registry (RVISC) and its mapping
/// of names used before (RVISC-M), version 1 of 2026-02-06.
namespace tocsin::formats::csaf::convert {
namespace {

using boost::json::object;

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_blank(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }

/// "1217", "Issue 1217", "issues #01217" give "#1217".
std::optional<std::string> issue_number(std::string_view text) {
  if (const auto word = text::lower_ascii(text.substr(0, 5)); word == "issue") {
    text.remove_prefix(5);
    if (!text.empty() && (text.front() == 's' || text.front() == 'S')) text.remove_prefix(1);
    if (text.empty() || !is_blank(text.front())) return std::nullopt;
    text.remove_prefix(1);
    if (text.starts_with('#')) text.remove_prefix(1);
  }
  if (text.empty() || !std::ranges::all_of(text, is_digit)) return std::nullopt;
  text.remove_prefix(std::min(text.find_first_not_of('0'), text.size()));
  return "#" + std::string{text};
}

struct Mapping {
  std::string_view old_name;
  std::string_view registered_name;
  std::optional<std::string> (*convert)(std::string_view text);
};
constexpr Mapping kMappings[] = {
    {"OASIS Open CSAF TC GitHub Issues", "https://github.com/oasis-tcs/csaf", issue_number},
};

const IdSystem* registered(std::string_view name) {
  const auto systems = registered_id_systems();
  const auto found = std::ranges::find(systems, name, &IdSystem::system_name);
  return found == systems.end() ? nullptr : &*found;
}

void convert_id(object& id, const std::string& place, Notes& notes) {
  const auto name = text_of(id.if_contains("system_name"));
  const auto text = text_of(id.if_contains("text"));
  const auto* system = registered(name);
  if (system != nullptr && system->matches(text)) return;
  const auto* mapping = std::ranges::find_if(kMappings, [&](const Mapping& each) {
    return system != nullptr ? each.registered_name == name : each.old_name == name;
  });

  if (mapping == std::end(kMappings)) {
    notes.warn(place, system == nullptr
                          ? tr<"the id '{}' is from '{}', which may not be registered: nothing was changed">(
                                text::shorten(text, 80), text::shorten(name, 80))
                          : tr<"the id '{}' of '{}' is from a registered vulnerability system, but was not converted: "
                               "no mapping of its text is known">(text::shorten(text, 80), name));
    return;
  }
  const auto converted = mapping->convert(text);
  const auto* target = registered(mapping->registered_name);
  if (!converted || target == nullptr || !target->matches(*converted)) {
    const auto start = text::shorten(text, 80);
    notes.warn(place,
               system != nullptr
                   ? tr<"the id '{}' of '{}' is from a registered vulnerability system, but could not be converted: "
                        "its text is none that the mapping to '{}' knows">(start, name, mapping->registered_name)
                   : tr<"the id '{}' of '{}' is from a system with a known mapping, but could not be converted: its "
                        "text is none that the mapping to '{}' knows">(start, name, mapping->registered_name));
    return;
  }
  id["system_name"] = mapping->registered_name;
  id["text"] = *converted;
  notes.warn(
      place,
      system != nullptr
          ? tr<"the id '{}' of '{}' is from a registered vulnerability system and was converted to '{}' of '{}'">(
                text, name, *converted, mapping->registered_name)
          : tr<"the id '{}' of '{}' is from a system with a known mapping and was converted to '{}' of '{}'">(
                text, name, *converted, mapping->registered_name));
}

}  // namespace

void convert_ids(object& vulnerability, const std::string& path, Notes& notes) {
  auto* ids = vulnerability.if_contains("ids");
  if (ids == nullptr || !ids->is_array()) return;
  for (std::size_t i = 0; i < ids->get_array().size(); ++i) {
    if (auto* id = ids->get_array()[i].if_object(); id != nullptr)
      convert_id(*id, fmt::format("{}/ids/{}", path, i), notes);
  }
  drop_repeated(ids->get_array());
}

}  // namespace tocsin::formats::csaf::convert
