#include "cli/peering.hpp"

#include <filesystem>

namespace tocsin::cli {

Result<engine::taxii::Peers> open_peers(const Location& location, const Settings& settings, bool silent) {
  TRY(auto key, SealingKey::open_or_create(std::filesystem::path{location.folder} / kSealingKeyFile));
  return engine::taxii::Peers{std::move(key), {.allow_http = settings.boolean("peers.allow_http"), .on = !silent}};
}

}  // namespace tocsin::cli
