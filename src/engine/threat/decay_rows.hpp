#pragma once
#include "base/result.hpp"
#include "store/database.hpp"

/// Internal to engine/threat.
namespace tocsin::engine::threat {

/// Within the transaction of the index: the built-in rules where there are none yet.
Status ensure_decay_rules(store::Connection& connection);

}  // namespace tocsin::engine::threat
