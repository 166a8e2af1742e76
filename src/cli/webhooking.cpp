#include "cli/webhooking.hpp"

#include <filesystem>

#include "cli/fetching.hpp"

namespace tocsin::cli {

Result<engine::hooks::Hooks> open_hooks(const Location& location, const Settings& settings, bool silent) {
  TRY(auto key, SealingKey::open_or_create(std::filesystem::path{location.folder} / kSealingKeyFile));
  return engine::hooks::Hooks{std::move(key), {.allow_http = settings.boolean("webhooks.allow_http"), .on = !silent}};
}

Result<exchange::HookSettings> webhook_settings(const Location& location, const Settings& settings) {
  exchange::HookSettings hooks;
  hooks.timeout = std::chrono::seconds{settings.integer("webhooks.timeout")};
  TRY(hooks.fetch, fetch_settings(location, settings, "webhooks"));
  return hooks;
}

}  // namespace tocsin::cli
