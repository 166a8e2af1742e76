#pragma once
#include <string>

#include "base/result.hpp"
#include "cli/match_options.hpp"
#include "engine/evidence/book.hpp"
#include "engine/exposure/decision.hpp"

namespace tocsin::cli {

/// A built-in table by its name, else the file of an SSVC decision table. Errors: not_found; those of the table, with
/// the file in `where`.
Result<engine::exposure::Rules> read_rules(const std::string& name_or_file);
/// The files of --kev and --epss. Errors: what cannot be read, with the file in `where`.
Result<engine::evidence::Book> read_evidence(const MatchOptions& options);

}  // namespace tocsin::cli
