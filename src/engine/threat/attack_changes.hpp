#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "domain/policy.hpp"
#include "engine/threat/attack.hpp"
#include "formats/attack/difference.hpp"
#include "store/database.hpp"

/// What changed between two releases of a knowledge base that are both here: as `tocsin attack diff` tells it of two
/// files. A release is a version of its x-mitre-collection, which says which object it has in which version.
namespace tocsin::engine::threat {

struct AttackRelease {
  std::string version;  ///< "18.1"
  Timestamp released;
  friend bool operator==(const AttackRelease&, const AttackRelease&) = default;
};

struct AttackChanges {
  std::vector<Domain> domains;
  std::optional<Domain> domain;         ///< Absent: none is here for the viewer.
  std::vector<AttackRelease> releases;  ///< Of the domain, newest first.
  std::optional<AttackRelease> before, after;
  /// Empty unless there are `before` and `after`.
  formats::attack::Difference difference;
};

/// `domain`: empty for the first. `before`, `after`: versions; empty for the newest and the one before it. What the
/// viewer may not see is in neither release. Errors: not_found for a domain or version that is not here for them;
/// invalid_input where both are the same.
Result<AttackChanges> attack_changes(store::Connection& connection, const domain::policy::Viewer& viewer,
                                     std::string_view domain, std::string_view before, std::string_view after,
                                     Timestamp now);

}  // namespace tocsin::engine::threat
