#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

/// Options of `tocsin taxii`.
namespace tocsin::cli {

struct TaxiiOptions {
  enum class What { list, add, change, remove } what = What::list;
  std::string collection;  ///< change, remove: its id or alias.
  std::optional<std::string> title, description, alias, words, readers, writers;
  std::optional<std::string> tlp_max;
  std::optional<int> confidence_min;
  std::optional<std::vector<std::string>> types, labels;
};

/// The subcommands of `taxii`; `common` adds to each what all commands have, and its examples.
void add_taxii_commands(CLI::App& group, TaxiiOptions& into,
                        const std::function<void(CLI::App* command, const char* examples)>& common);

}  // namespace tocsin::cli
