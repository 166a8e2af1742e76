#pragma once
#include <string>
#include <vector>

namespace CLI {
class App;
}

/// Options of `tocsin match`.
namespace tocsin::cli {

struct MatchOptions {
  std::string assets;                   ///< File, or "-".
  std::vector<std::string> advisories;  ///< Files, folders, archives.
  std::vector<std::string> columns;     ///< "Header=field"
  std::string sheet;                    ///< Of a workbook; empty: the first with something in it.
  std::vector<std::string> bundles;     ///< Of `tocsin bundle create`, the first one whole.
  std::string bundle_key;               ///< Public key that the bundles have to be signed with.
  std::string kev, epss;                ///< Files with evidence; may be empty.
  std::string decision_table;           ///< Name of a built-in one, else a file; empty: the bundle's, else "ot".
  double confidence = 0.5;
  bool all = false;  ///< Also what is fixed and not affected.
  std::string format = "text";
};

void add_match_options(CLI::App& command, MatchOptions& into);
extern const char* const kMatchExamples;

}  // namespace tocsin::cli
