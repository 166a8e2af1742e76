#pragma once
#include "base/result.hpp"
#include "engine/threat/report.hpp"
#include "store/shared_threats.hpp"

/// What comes back to the organisation that shared a report: thanks, and a letter when somebody saw it too. Nothing of
/// it tells a reader who gave what is anonymous, nor its giver who is not named.
namespace tocsin::engine::threat {

struct OwnThanks {
  bool may_say = false;
  bool said = false;  ///< By the organisation acted for.
};
/// Of a record that the actor was allowed to see.
Result<OwnThanks> own_thanks(store::Connection& connection, const Actor& actor, const domain::Record& record);
/// One per organisation and report; saying it again does nothing. Errors: not_found, also for what nobody shared here;
/// forbidden for what their own organisation shared.
Status say_thanks(store::Database& database, const Actor& actor, domain::RecordId record, Timestamp now);

/// Theirs is taken back; where there is none nothing happens. Errors: not_found, as for saying it.
Status take_thanks_back(store::Database& database, const Actor& actor, domain::RecordId record, Timestamp now);

/// Within the transaction in which the actor's organisation says that it saw `record`: puts a letter into the post for
/// whoever shared it, or what it came with. Does nothing where nobody shared it here by name, where they were told of
/// this organisation before, and where actor.post is not on.
Status tell_giver(store::Connection& connection, const Actor& actor, const domain::Record& record, Timestamp now);

}  // namespace tocsin::engine::threat
