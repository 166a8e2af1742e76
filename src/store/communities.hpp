#pragma once
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "domain/community.hpp"
#include "domain/person.hpp"
#include "domain/record.hpp"
#include "store/database.hpp"

namespace tocsin::store {

/// Communities and who is in them. Rules and permissions: engine/members.
class Communities {
 public:
  explicit Communities(Connection& connection) : connection_(connection) {}
  Result<std::optional<domain::Community>> find(domain::CommunityId id);
  /// All but id. Errors: conflict where the UUID is known.
  Result<domain::CommunityId> insert(const domain::Community& community);
  /// Name, description, members_hidden, closed.
  Status update(const domain::Community& community);
  /// All, or those that list one of the two; by name.
  Result<std::vector<domain::Community>> all();
  Result<std::vector<domain::Community>> listing(std::optional<domain::PersonId> person,
                                                 std::optional<domain::OrganisationId> organisation);
  Result<std::int64_t> count(domain::CommunityId id, domain::Grantee::Kind kind);
  /// Number of rows: 0 where it is a member already. `kind` is organisation or person.
  Result<std::int64_t> add(domain::CommunityId id, const domain::Grantee& member, Timestamp now);
  Result<std::int64_t> remove(domain::CommunityId id, const domain::Grantee& member);
  Result<std::vector<domain::OrganisationId>> organisations(domain::CommunityId id);
  Result<std::vector<domain::PersonId>> people(domain::CommunityId id);

 private:
  Connection& connection_;
};

}  // namespace tocsin::store
