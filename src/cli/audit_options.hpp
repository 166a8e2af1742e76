#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "store/audit.hpp"

namespace CLI {
class App;
}

/// Options of `tocsin audit`.
namespace tocsin::cli {

struct AuditOptions {
  enum class What { list, export_lines, verify, checkpoint, prune } what = What::list;
  store::AuditFilter filter;      ///< list, export
  int limit = 20;                 ///< list
  std::int64_t before = 0;        ///< list: 0 is from the newest.
  std::vector<std::string> keys;  ///< verify, prune: public parts of earlier keys.
  std::string checkpoints;        ///< verify: path of those kept elsewhere.
  int keep_days = 0;              ///< prune
  bool even_damaged = false;      ///< prune
  std::string reason;             ///< prune, where a second person has to approve it.
};

/// The subcommands of `audit`; `common` adds to each what all commands have, and its examples.
void add_audit_commands(CLI::App& group, AuditOptions& into,
                        const std::function<void(CLI::App* command, const char* examples)>& common);

}  // namespace tocsin::cli
