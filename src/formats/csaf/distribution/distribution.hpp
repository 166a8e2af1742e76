#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "formats/csaf/header.hpp"
#include "formats/csaf/validate/tape.hpp"
#include "formats/finding.hpp"
#include "formats/recognise.hpp"

/// What lies beside advisories so that they are found (CSAF 2.0 and 2.1, section 7): provider-metadata.json,
/// aggregator.json, and ROLIE's feeds, services and categories as CSAF uses them.
namespace tocsin::formats::csaf {

/// Provider metadata, aggregator, ROLIE feed, service or category document.
bool is_distribution(DocumentKind kind) noexcept;

struct DistributionCheck {
  /// Of metadata and aggregators what they say, of a feed that of its entries; nothing where none is said, or several.
  std::optional<CsafVersion> version;
  /// Of the grammar: test "schema". Of the prose: the section's number, "7.1.15" for requirement 15, "7.2.3" for a
  /// role; what MUST be is mandatory, what SHOULD be is recommended. TOC-011 and TOC-012 are of group quality.
  std::vector<Finding> findings;
};

/// Everything that can be told from the document alone: nothing is fetched. `now` is for the days on which a file is
/// maintained (2.1, requirement 7), which are not looked at without it. Total; `root` is of a kind for which
/// is_distribution holds.
DistributionCheck check_distribution(Node root, DocumentKind kind, std::optional<Timestamp> now);

}  // namespace tocsin::formats::csaf
