#include "cli/webhooking.hpp"

#include <filesystem>

#include "base/text.hpp"

namespace tocsin::cli {

Result<engine::hooks::Hooks> open_hooks(const Location& location, const Settings& settings, bool silent) {
  TRY(auto key, SealingKey::open_or_create(std::filesystem::path{location.folder} / kSealingKeyFile));
  return engine::hooks::Hooks{std::move(key), {.allow_http = settings.boolean("webhooks.allow_http"), .on = !silent}};
}

Result<exchange::HookSettings> webhook_settings(const Location& location, const Settings& settings) {
  exchange::HookSettings hooks;
  hooks.timeout = std::chrono::seconds{settings.integer("webhooks.timeout")};
  hooks.fetch.contact = settings.text("public_url");
  hooks.fetch.allow_http = settings.boolean("webhooks.allow_http");
  hooks.fetch.ca_file = file_path(location, settings.value("webhooks.ca_file"));
  std::error_code failure;
  if (!hooks.fetch.ca_file.empty() && !std::filesystem::is_regular_file(hooks.fetch.ca_file, failure)) {
    return Error::invalid("There is no such file: " + hooks.fetch.ca_file, "webhooks.ca_file");
  }
  const auto& networks = settings.text("webhooks.networks");
  for (const auto each : text::split(networks, ',')) {
    const auto word = text::trim(each);
    if (word.empty()) continue;
    auto network = exchange::parse_network(word);
    if (!network) return Error::invalid("webhooks.networks: " + network.error().message, "webhooks.networks");
    hooks.fetch.allow_networks.push_back(*network);
  }
  return hooks;
}

}  // namespace tocsin::cli
