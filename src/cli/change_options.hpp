#pragma once
#include <string>
#include <vector>

#include "formats/csaf/operations/modify.hpp"

namespace CLI {
class App;
}

/// Options of the commands that change one document: withdraw, supersede, modify, translate, update-ids.
namespace tocsin::cli {

struct ChangeOptions {
  std::vector<std::string> reasons, by;
  std::string lang, note_title, reference_summary, summary;
  std::string date;          ///< RFC 3339; empty is now.
  std::string patch, texts;  ///< Paths.
  std::string level;         ///< "patch", "minor", "major", or empty.
  std::string tracking_id, tracking_id_prefix, original_url, source_lang;
  bool by_publisher = false;
  // update-ids
  std::string rules;  ///< Path.
  std::vector<std::string> ignored;
  std::string number;
  bool commit = false, dry_run = false, interactive = false, list_unregistered = false, list_nonconforming = false;
  formats::csaf::HeaderFacts header;  ///< The publisher's facts also of translate.
};

// Each adds what its command has beside the document, --keep-invalid and --format.
void add_withdraw_options(CLI::App& command, ChangeOptions& into);
void add_supersede_options(CLI::App& command, ChangeOptions& into);
void add_modify_options(CLI::App& command, ChangeOptions& into);
void add_translate_options(CLI::App& command, ChangeOptions& into);
void add_update_ids_options(CLI::App& command, ChangeOptions& into);

extern const char* const kWithdrawExamples;
extern const char* const kSupersedeExamples;
extern const char* const kModifyExamples;
extern const char* const kTranslateExamples;
extern const char* const kUpdateIdsExamples;

}  // namespace tocsin::cli
