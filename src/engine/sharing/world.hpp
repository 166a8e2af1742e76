#pragma once
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "domain/community.hpp"
#include "domain/organisation.hpp"
#include "engine/sharing/sharing.hpp"
#include "store/database.hpp"

/// Everybody who might look, as the policy sees them, loaded at once. Of this folder only.
namespace tocsin::engine::sharing {

struct World {
  struct Organisation {
    std::string name;
    domain::OrganisationKind kind = domain::OrganisationKind::cert;
    bool active = false;
    std::vector<domain::CommunityId> communities;   ///< Open ones. Sorted.
    std::vector<domain::OrganisationId> providers;  ///< Active ones. Sorted.
  };
  struct Community {
    std::string name;
    bool closed = false, empty = true;
  };
  /// One who might look: a person acting for an organisation or for none; an organisation's member to come (`plain`).
  struct Looker {
    domain::policy::Viewer viewer;
    bool plain = false;
  };
  std::map<std::int64_t, Organisation> organisations;
  std::map<std::int64_t, std::string> people;  ///< Active ones.
  std::map<std::int64_t, Community> communities;
  /// The first is anonymous, the second a member of an organisation to come.
  std::vector<Looker> lookers;

  static Result<World> load(store::Connection& connection);
  std::vector<domain::policy::Decision> decide(const domain::policy::Facts& facts, Timestamp now) const;
  /// Of decisions as decide() gives them. `complete`: whoever is not seen is counted as not seeing.
  Reach reach(domain::OrganisationId owner, const std::vector<domain::policy::Decision>& decisions,
              bool complete) const;
  std::optional<std::string> name_of(const domain::Grantee& grantee) const;
  bool is_idle(const domain::Grantee& grantee) const;
};

Difference difference(const World& world, domain::OrganisationId owner, const Marking& before, const Marking& after,
                      Timestamp now);

}  // namespace tocsin::engine::sharing
