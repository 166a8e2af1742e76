#pragma once
#include <string>

#include "domain/policy.hpp"

/// What must not weigh on each other's matches: names of those that exactly the same people may see. Of this folder
/// only.
namespace tocsin::engine::exposure {

/// Equal for objects of the same marking, owner and addressees, whatever they are.
std::string policy_group(const domain::policy::Facts& facts);

}  // namespace tocsin::engine::exposure
