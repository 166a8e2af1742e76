#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "domain/policy.hpp"
#include "store/database.hpp"

namespace tocsin::store {

/// A record that somebody opened although the policy does not show it to them (engine/guard/break_glass.hpp).
struct GlassGrant {
  std::int64_t id = 0;
  domain::PersonId person = {};
  domain::OrganisationId organisation = {};  ///< They acted for it, and it counts while they do.
  domain::RecordId record = {};
  domain::OrganisationId owner = {};  ///< Whose the record was.
  std::string reason = {};
  Timestamp began_at = {}, until = {};
  std::optional<Timestamp> ended_at = {};  ///< Before its time.
  std::optional<domain::PersonId> ended_by = {};
  bool in_force(Timestamp now) const noexcept { return !ended_at && began_at <= now && now < until; }
};

/// Every member that is set narrows.
struct GlassFilter {
  std::optional<domain::PersonId> person = {};
  std::optional<domain::OrganisationId> owner = {};
  std::optional<domain::RecordId> record = {};
  /// Those of this person, or over what this organisation owns.
  std::optional<std::pair<domain::PersonId, domain::OrganisationId>> either = {};
  std::optional<Timestamp> in_force_at = {};
};

class Glass {
 public:
  explicit Glass(Connection& connection) : connection_(connection) {}
  Result<std::int64_t> add(const GlassGrant& grant);
  Result<std::optional<GlassGrant>> find(std::int64_t id);
  /// Newest first, at most `limit`.
  Result<std::vector<GlassGrant>> list(const GlassFilter& filter, int limit);
  /// What a person who acts for this organisation has open at this moment. Sorted.
  Result<std::vector<domain::policy::Glass>> open(domain::PersonId person, domain::OrganisationId organisation,
                                                  Timestamp now);
  /// 1 where it was in force.
  Result<std::int64_t> end(std::int64_t id, std::optional<domain::PersonId> by, Timestamp now);

 private:
  Connection& connection_;
};

}  // namespace tocsin::store
