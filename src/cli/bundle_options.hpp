#pragma once
#include <functional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

/// Options of `tocsin bundle`.
namespace tocsin::cli {

struct BundleOptions {
  enum class What { create, verify, apply, program };
  What what = What::create;
  std::string file;                   ///< The bundle.
  std::string since;                  ///< Number, or file, of an earlier one.
  std::string key;                    ///< create: file of the signing key; else the public key or a file with it.
  std::string recipient;              ///< Organisation.
  std::string decision_table;         ///< File that goes along.
  std::vector<std::string> programs;  ///< create: files of Tocsin that go along; "this" is the one that runs.
  std::string out;                    ///< program: the file that is written.
  std::string machine;                ///< program: for which; empty: this one.
};

/// The subcommands; `common` adds to each what all commands have, and its examples; `database` says whether it needs
/// one.
void add_bundle_commands(CLI::App& group, BundleOptions& into,
                         const std::function<void(CLI::App*, const char* examples, bool database)>& common);

}  // namespace tocsin::cli
