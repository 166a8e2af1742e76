#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

/// Options of `tocsin peer`.
namespace tocsin::cli {

struct PeerOptions {
  enum class What { list, add, change, start, pause, remove, look, preview, read } what = What::list;
  std::string peer;  ///< Its name or number.
  std::optional<std::string> kind, name, url, account, secret_file, organisation, tlp_default, tlp_max, trust;
  bool token = false;      ///< What stands in secret_file is a token, no password.
  bool anonymous = false;  ///< Ask without credentials.
  std::optional<std::vector<std::string>> markings;
  std::optional<std::int64_t> every_minutes, all_every_days;
};

/// The subcommands of `peer`; `common` adds to each what all commands have, and its examples.
void add_peer_commands(CLI::App& group, PeerOptions& into,
                       const std::function<void(CLI::App* command, const char* examples)>& common);

}  // namespace tocsin::cli
