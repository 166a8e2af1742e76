#include "domain/group_roles.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace tocsin::domain {
namespace {

Result<GroupRole> parse_rule(std::string_view line, const std::string& where) {
  constexpr std::string_view kSeparator = " = ";
  const auto equals = line.rfind(kSeparator);
  if (equals == std::string_view::npos) {
    return Error::invalid("a rule looks like \"GROUP = ORGANISATION: ROLE ROLE\"", where);
  }
  const auto right = line.substr(equals + kSeparator.size());
  const auto colon = right.rfind(':');
  GroupRole rule;
  rule.group = text::trim(line.substr(0, equals));
  rule.organisation = text::trim(right.substr(0, colon));
  if (rule.group.empty() || rule.organisation.empty()) {
    return Error::invalid("a rule names a group and an organisation: \"GROUP = ORGANISATION: ROLE ROLE\"", where);
  }
  if (colon == std::string_view::npos) return rule;
  for (const auto word : text::split(right.substr(colon + 1), ' ')) {
    const auto slug_text = text::trim(word);
    if (slug_text.empty()) continue;
    const auto role = parse_role(slug_text);
    if (!role) return Error::invalid(fmt::format("there is no role '{}'", text::shorten(slug_text, 60)), where);
    rule.roles = rule.roles.with(*role);
  }
  return rule;
}

}  // namespace

Result<std::vector<GroupRole>> parse_group_roles(std::string_view text) {
  std::vector<GroupRole> rules;
  std::size_t number = 0;
  for (const auto raw : text::split(text, '\n')) {
    const auto where = fmt::format("line {}", ++number);
    const auto line = text::trim(raw);
    if (line.empty() || line.front() == '#') continue;
    if (rules.size() == kGroupRolesMax) return Error::invalid(fmt::format("more than {} rules", kGroupRolesMax), where);
    TRY(auto rule, parse_rule(line, where));
    for (const auto& other : rules) {
      if (other.group == rule.group && other.organisation == rule.organisation) {
        return Error::invalid(fmt::format("'{}' has a rule for '{}' already; write all its roles there",
                                          text::shorten(rule.group, 80), text::shorten(rule.organisation, 80)),
                              where);
      }
    }
    rules.push_back(std::move(rule));
  }
  return rules;
}

std::vector<GrantedMembership> memberships_of(std::span<const std::string> groups, std::span<const GroupRole> table) {
  std::vector<GrantedMembership> granted;
  for (const auto& rule : table) {
    if (std::ranges::find(groups, rule.group) == groups.end()) continue;
    auto found = std::ranges::find(granted, rule.organisation, &GrantedMembership::organisation);
    if (found == granted.end()) found = granted.insert(granted.end(), {rule.organisation, Roles{Role::member}});
    found->roles = Roles::from_bits(found->roles.bits() | rule.roles.bits());
  }
  return granted;
}

}  // namespace tocsin::domain
