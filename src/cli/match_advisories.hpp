#pragma once
#include <vector>

#include "base/result.hpp"
#include "cli/command_line.hpp"
#include "engine/evidence/book.hpp"
#include "engine/exposure/alias_book.hpp"
#include "engine/exposure/decision.hpp"
#include "engine/exposure/matcher.hpp"

namespace tocsin::cli {

/// What `tocsin match` holds an inventory against.
struct Knowledge {
  engine::exposure::Matcher matcher;
  std::vector<engine::exposure::AdvisoryFacts> facts;  ///< Of each of the matcher's advisories.
  engine::evidence::Book book;
  engine::exposure::Rules rules;
  engine::exposure::AliasBook aliases;  ///< Of the bundles.
};

/// Advisories, evidence and the table as the command line names them. Errors: what cannot be read; invalid_input where
/// no advisory could be.
Result<Knowledge> read_knowledge(const CommandLine& line);

}  // namespace tocsin::cli
