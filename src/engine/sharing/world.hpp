#pragma once
#include <cstddef>
#include <initializer_list>
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
    std::vector<domain::CaseId> cases;              ///< Sorted.
    std::vector<domain::OrganisationId> providers;  ///< Active ones. Sorted.
  };
  struct Community {
    std::string name;
    bool closed = false, empty = true;
  };
  struct Case {
    std::string number;
    bool empty = true;
  };
  /// One who might look: a person acting for an organisation or for none; an organisation's member to come (`plain`).
  struct Looker {
    domain::policy::Viewer viewer;
    bool plain = false;
    bool address = false;  ///< A person as an address, whether or not there is an account (Naming::addresses).
  };
  std::map<std::int64_t, Organisation> organisations;
  Naming naming = Naming::accounts;
  std::map<std::int64_t, std::string> people;  ///< Active ones; or addresses of all who are named or alone in a group.
  std::map<std::int64_t, Community> communities;
  std::map<std::int64_t, Case> cases;
  /// The first is anonymous, the second a member of an organisation to come.
  std::vector<Looker> lookers;

  /// `named`: all whom the markings list that will be asked about. Nobody's addresses stand under negative numbers.
  static Result<World> load(store::Connection& connection, Naming naming,
                            const std::map<std::int64_t, std::string>& named);
  std::vector<domain::policy::Decision> decide(const domain::policy::Facts& facts, Timestamp now) const;
  /// Of decisions as decide() gives them. `complete`: whoever is not seen is counted as not seeing.
  Reach reach(domain::OrganisationId owner, const std::vector<domain::policy::Decision>& decisions,
              bool complete) const;
  std::optional<std::string> name_of(const domain::Grantee& grantee) const;
  bool is_idle(const domain::Grantee& grantee) const;
};

/// A marking whose addresses are people: those that nobody has under the numbers -1, -2 and so on.
struct Resolved {
  Marking marking;
  std::map<std::int64_t, std::string> addresses;  ///< Of numbers below 0.
};
Result<Resolved> resolve(store::Connection& connection, const Marking& marking);
/// People whom markings list, by number, with what `resolved` calls them.
std::map<std::int64_t, std::string> named_in(std::initializer_list<const Marking*> markings,
                                             const std::map<std::int64_t, std::string>& addresses);

Difference difference(const World& world, domain::OrganisationId owner, const Marking& before, const Marking& after,
                      Timestamp now);

}  // namespace tocsin::engine::sharing
