#pragma once
#include <string_view>

#include "base/result.hpp"
#include "cli/installation.hpp"
#include "exchange/fetch.hpp"

namespace tocsin::cli {

/// What GROUP.networks, GROUP.allow_http and GROUP.ca_file say of whom may be talked to.
/// Errors: invalid_input, `where` = the setting.
Result<exchange::FetchSettings> fetch_settings(const Location& location, const Settings& settings,
                                               std::string_view group);

}  // namespace tocsin::cli
