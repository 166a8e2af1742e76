#include "formats/csaf/id_assignment.hpp"

#include <algorithm>
#include <optional>

#include "base/text.hpp"
#include "formats/csaf/names.hpp"

namespace tocsin::formats::csaf {
namespace {

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

}  // namespace

IdAssignment assign_id(std::string_view system_name, std::string_view text) {
  const auto* system = registered(system_name);
  IdAssignment result{.is_registered = system != nullptr};
  if (system != nullptr && system->matches(text)) return result;
  const auto* mapping = std::ranges::find_if(kMappings, [&](const Mapping& each) {
    return (system != nullptr ? each.registered_name : each.old_name) == system_name;
  });
  if (mapping == std::end(kMappings)) {
    result.state = IdAssignment::State::no_mapping;
    return result;
  }
  result.system_name = mapping->registered_name;
  const auto converted = mapping->convert(text);
  const auto* target = registered(mapping->registered_name);
  if (!converted || target == nullptr || !target->matches(*converted)) {
    result.state = IdAssignment::State::not_convertible;
    return result;
  }
  result.state = IdAssignment::State::assigned;
  result.text = *converted;
  return result;
}

}  // namespace tocsin::formats::csaf
