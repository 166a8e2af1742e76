#pragma once
#include <functional>
#include <string>

namespace CLI {
class App;
}

/// Options of `tocsin case`.
namespace tocsin::cli {

struct CaseOptions {
  enum class What { list, show, open, rename, add, remove, close, reopen } what = What::list;
  std::string number;                    ///< Of the case.
  std::string title, kind, owner, part;  ///< open, rename; add
  std::string organisation, person;      ///< add, remove
  std::string text, state;               ///< list
};

/// The subcommands of `case`; `common` adds to each what all commands have, and its examples.
void add_case_commands(CLI::App& group, CaseOptions& into,
                       const std::function<void(CLI::App* command, const char* examples)>& common);

}  // namespace tocsin::cli
