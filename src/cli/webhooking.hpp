#pragma once
#include "base/result.hpp"
#include "cli/installation.hpp"
#include "engine/hooks/hooks.hpp"
#include "exchange/hook_sender.hpp"

/// Webhooks as the settings have them.
namespace tocsin::cli {

/// `silent`: nothing is sent.
Result<engine::hooks::Hooks> open_hooks(const Location& location, const Settings& settings, bool silent = false);
Result<exchange::HookSettings> webhook_settings(const Location& location, const Settings& settings);

}  // namespace tocsin::cli
