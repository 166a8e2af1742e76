#pragma once
#include <cstdint>
#include <functional>
#include <string>

namespace CLI {
class App;
}

/// Options of `tocsin approval`.
namespace tocsin::cli {

struct ApprovalOptions {
  enum class What { list, approve, reject } what = What::list;
  std::int64_t id = 0;  ///< approve, reject
  std::string why;      ///< reject
};

/// The subcommands of `approval`; `common` adds to each what all commands have, and its examples.
void add_approval_commands(CLI::App& group, ApprovalOptions& into,
                           const std::function<void(CLI::App* command, const char* examples)>& common);

}  // namespace tocsin::cli
