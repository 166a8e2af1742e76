#pragma once
#include <compare>
#include <cstdint>
#include <string>

#include "base/time.hpp"
#include "domain/organisation.hpp"

namespace tocsin::domain {

struct CommunityId {
  std::int64_t value = 0;
  friend auto operator<=>(const CommunityId&, const CommunityId&) = default;
};

/// A sharing group: member organisations and single people. An empty one reaches nobody.
struct Community {
  CommunityId id;
  std::string uuid;  ///< MISP's sharing-group UUID and CSAF 2.1's sharing_group/id, kept where one came from outside.
  std::string name;
  std::string description;
  OrganisationId owner = kOwnOrganisation;
  bool members_hidden = false;  ///< Members do not see who else is one.
  bool closed = false;          ///< Takes no new records; reaches nobody.
  Timestamp created_at;
};

}  // namespace tocsin::domain
