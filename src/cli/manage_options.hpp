#pragma once
#include <functional>
#include <string>

namespace CLI {
class App;
}

/// Options of `tocsin comment` and `tocsin remove`.
namespace tocsin::cli {

struct ManageOptions {
  enum class What { list, add, remove_comment, remove_advisory };
  What what = What::list;
  std::string comment;  ///< Its id.
  std::string text;     ///< "-": standard input.
  bool everyone = false;
  std::string reason;
};

/// `prepare` adds what every command has; `id` takes the advisory's.
using PrepareManage = std::function<void(CLI::App*, const char*)>;
void add_comment_commands(CLI::App& group, ManageOptions& into, std::string& id, const PrepareManage& prepare);
void add_remove_options(CLI::App& command, ManageOptions& into, std::string& id, const PrepareManage& prepare);

}  // namespace tocsin::cli
