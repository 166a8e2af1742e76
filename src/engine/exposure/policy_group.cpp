#include "engine/exposure/policy_group.hpp"

#include <fmt/format.h>

namespace tocsin::engine::exposure {

std::string policy_group(const domain::policy::Facts& facts) {
  auto name = fmt::format("{}|{}|{}|{}|{}", static_cast<int>(facts.tlp), static_cast<int>(facts.status),
                          static_cast<int>(facts.audience), facts.owner.value,
                          facts.embargo_until ? facts.embargo_until->micros : 0);
  for (const auto& grantee : facts.listed) {
    name += fmt::format("|{}:{}", static_cast<int>(grantee.kind), grantee.id);
  }
  return name;
}

}  // namespace tocsin::engine::exposure
