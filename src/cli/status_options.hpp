#pragma once
#include <string>
#include <vector>

namespace CLI {
class App;
}

/// Options of `tocsin status`.
namespace tocsin::cli {

struct StatusOptions {
  std::string vendor, product, model, version, at;
  std::string known_by = "published";
  std::vector<std::string> advisories;  ///< Files, folders, archives, instead of the database.
  std::string format = "text";
};

void add_status_options(CLI::App& command, StatusOptions& into);
extern const char* const kStatusExamples;

}  // namespace tocsin::cli
