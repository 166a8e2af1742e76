#pragma once
#include "base/result.hpp"
#include "domain/record.hpp"
#include "engine/members/actor.hpp"
#include "store/database.hpp"

/// What the files of this folder share.
namespace tocsin::engine::manage {

struct Seen {
  domain::Record record;
  domain::policy::Decision decision;  ///< The console's is "seen", as the owner's people.
};
/// The record, where a rule shows it to the actor. Errors: not_found, also for what a broken glass alone opens: it lets
/// read, and nothing else.
Result<Seen> need_record(store::Connection& connection, const Actor& actor, domain::RecordId id, Timestamp now);

}  // namespace tocsin::engine::manage
