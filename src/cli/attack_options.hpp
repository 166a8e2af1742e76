#pragma once
#include <functional>
#include <string>

namespace CLI {
class App;
}

/// Options of `tocsin attack`.
namespace tocsin::cli {

struct AttackOptions {
  enum class What { show, layer, diff } what = What::show;
  std::string id;             ///< show: an ATT&CK id.
  std::string matrix, by;     ///< layer
  std::string before, after;  ///< diff: files.
  bool relations = false;     ///< diff: also them one by one.
};

/// The subcommands of `attack`; `common` adds to each what all commands have (`stored`: also what those have that read
/// the data folder), and its examples.
void add_attack_commands(CLI::App& group, AttackOptions& into,
                         const std::function<void(CLI::App* command, const char* examples, bool stored)>& common);

}  // namespace tocsin::cli
