#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "base/result.hpp"
#include "domain/policy.hpp"
#include "store/database.hpp"

namespace tocsin::store {

/// What the policy needs to know of organisations, people, communities and cases, and when it changed.
class MembersState {
 public:
  explicit MembersState(Connection& connection) : connection_(connection) {}
  /// Grows with every write to organisations, people, memberships, communities and who takes part in cases.
  Result<std::int64_t> generation();
  /// Inside the write transaction that changes any of them.
  Status advance();

  /// An active organisation in which an active person holds roles.
  struct Seat {
    domain::OrganisationId organisation;
    std::string name;
    domain::Roles roles;
  };
  Result<bool> is_active(domain::PersonId person);
  /// By name, then number. Empty for a person who is not active.
  Result<std::vector<Seat>> active_seats(domain::PersonId person);
  /// Open communities that list the organisation or the person. Sorted.
  Result<std::vector<domain::CommunityId>> open_communities(domain::PersonId person,
                                                            std::optional<domain::OrganisationId> organisation);
  /// Active organisations whose client it is. Sorted.
  Result<std::vector<domain::OrganisationId>> active_providers(domain::OrganisationId client);

 private:
  Connection& connection_;
};

}  // namespace tocsin::store
