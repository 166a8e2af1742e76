#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

/// Options of `tocsin inventory` and `tocsin exposure`.
namespace tocsin::cli {

struct InventoryOptions {
  enum class What { import, list, exported, exposure_list, exposure_run, exposure_report } what = What::list;
  std::string organisation;          ///< Number or name; empty: the CERT itself.
  std::string file;                  ///< import: a table, or "-".
  std::vector<std::string> columns;  ///< import: "Header=field"
  bool dry_run = false, keep_good_rows = false, remove_missing = false;
  std::string words;                           ///< list
  bool all = false;                            ///< exposure list: also what is done, fixed, not affected.
  std::string format = "pdf", since = "week";  ///< exposure report
  std::optional<std::string> site;             ///< exposure report
  bool from_new = false;                       ///< exposure run: forget what was found.
};

using CommonOptions = std::function<void(CLI::App* command, const char* examples)>;
void add_inventory_commands(CLI::App& group, InventoryOptions& into, const CommonOptions& common);
void add_exposure_commands(CLI::App& group, InventoryOptions& into, const CommonOptions& common);

}  // namespace tocsin::cli
