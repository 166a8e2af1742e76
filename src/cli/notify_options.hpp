#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

/// Options of `tocsin notify`.
namespace tocsin::cli {

struct NotifyOptions {
  enum class What { list, add, remove, test, sent } what = What::list;
  std::string person;   ///< Address or number.
  std::int64_t id = 0;  ///< remove, test
  int limit = 50;       ///< sent
  std::string name, query, site;
  bool exposure = false, connections = false;
  std::vector<std::string> statuses, decisions, by;
  std::string pace = "now";
};

/// The subcommands of `notify`; `common` adds to each what all commands have, and its examples.
void add_notify_commands(CLI::App& group, NotifyOptions& into,
                         const std::function<void(CLI::App* command, const char* examples)>& common);

}  // namespace tocsin::cli
