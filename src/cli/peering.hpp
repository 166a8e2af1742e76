#pragma once
#include "base/result.hpp"
#include "cli/installation.hpp"
#include "engine/taxii/peers.hpp"

namespace tocsin::cli {

/// Peers as the settings have them. `silent`: nothing is read.
Result<engine::taxii::Peers> open_peers(const Location& location, const Settings& settings, bool silent = false);

}  // namespace tocsin::cli
