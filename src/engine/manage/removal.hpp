#pragma once
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "domain/record.hpp"
#include "engine/members/actor.hpp"
#include "store/database.hpp"

/// Removing a record for good: its revisions and their documents, what was derived of it, matches, what organisations
/// noted about it, comments and read marks. The audit log keeps its id and the SHA-512 of its documents; importing one
/// of them again wants to be told so (exchange/import.hpp).
namespace tocsin::engine::manage {

/// delete_record while acting for the owner, by who sees it by rule; the console. Errors: forbidden.
Status may_remove(const Actor& actor, const domain::Record& record);
/// One transaction. `actor.reason` says why, for the log. Errors: not_found; forbidden; invalid_input with `where` =
/// "reason"; conflict with `where` = "approvals/ID" where it waits for a second person.
Status remove_record(store::Database& database, const Actor& actor, domain::RecordId record, Timestamp now);
/// The same within the transaction of whoever approves it. Errors: conflict where the record is not `basis` any more.
/// Of engine/guard only.
Status remove_record_in(store::Connection& connection, const Actor& actor, domain::RecordId record,
                        std::string_view basis, Timestamp now);

/// Takes back what came from elsewhere, by who may remove, where that place no longer tells it: as removing, but the
/// same documents may come again. Within the caller's transaction, which holds the lock on changes. `actor.reason` says
/// why, for the log.
Status take_back_in(store::Connection& connection, const Actor& actor, const domain::Record& record, Timestamp now);

}  // namespace tocsin::engine::manage
