#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "domain/organisation.hpp"
#include "engine/identity/identity.hpp"
#include "exchange/source.hpp"
#include "store/database.hpp"

/// The demonstration's organisations, people, communities and cases (demo/members.json), and documents addressed to
/// them.
namespace tocsin::exchange {

/// A seat of one of the demonstration's people.
struct DemoSeat {
  domain::Roles roles;
  std::string organisation;  ///< Its name.
};

/// Whom anybody may sign in as while the demonstration runs.
struct DemoPerson {
  domain::PersonId id;
  std::string name;
  std::vector<DemoSeat> seats;
};

/// Adds what is missing, through engine/members as the console would: a second run changes nothing, and what somebody
/// changed stays. `marked` are the documents that `members_json` names, by file name. Returns the people that are
/// active. Errors: conflict where the installation has people or marked documents that are not the demonstration's,
/// because anybody could read those then; invalid_input for a mistake in `members_json`.
Result<std::vector<DemoPerson>> load_demo_members(store::Database& database, engine::identity::Identity& identity,
                                                  std::string_view members_json, std::vector<SourceDocument> marked,
                                                  const Clock& clock);

/// Gives the organisation of this name an inventory, where it has none. Errors: not_found; what the import says.
Status load_demo_inventory(store::Database& database, std::string_view organisation, std::string_view csv,
                           const Clock& clock);

}  // namespace tocsin::exchange
