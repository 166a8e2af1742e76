#pragma once
#include <string>
#include <vector>

namespace CLI {
class App;
}

/// Options of `tocsin share`.
namespace tocsin::cli {

struct ShareOptions {
  std::string tlp, audience;
  std::vector<std::string> to;  ///< "organisation:3", "community:2", "person:MAIL".
  std::string embargo;          ///< RFC 3339, "none", or empty: as it is.
  bool publish = false;
  bool yes = false;
  bool changes() const noexcept {
    return !tlp.empty() || !audience.empty() || !to.empty() || !embargo.empty() || publish;
  }
};

void add_share_options(CLI::App& command, ShareOptions& into);
extern const char* const kShareExamples;

}  // namespace tocsin::cli
