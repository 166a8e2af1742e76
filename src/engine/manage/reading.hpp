#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "domain/record.hpp"
#include "engine/members/actor.hpp"
#include "store/database.hpp"

/// Who has read what: a mark of a person on a record, which lasts until a revision comes that concerns who runs the
/// products (formats::csaf::matters_to_owners). Nobody sees the marks of others; who shared something is told of how
/// many organisations somebody has read it (engine/threat/report.hpp).
namespace tocsin::engine::manage {

/// Errors: not_found for what the actor may not see, or sees through a broken glass only; forbidden for who has not
/// signed in as a person. Marking twice changes nothing.
Status mark_read(store::Database& database, const Actor& actor, domain::RecordId record, Timestamp now);
Status mark_unread(store::Database& database, const Actor& actor, domain::RecordId record, Timestamp now);
/// Those of `records` that the actor may see and that were stored at `until` or before: what came while somebody looked
/// at a list is news. How many were unread.
Result<std::int64_t> mark_all_read(store::Database& database, const Actor& actor, std::span<const std::int64_t> records,
                                   Timestamp until, Timestamp now);
/// Has the person read it as it is now?
Result<bool> is_read(store::Connection& connection, domain::PersonId person, domain::RecordId record);

}  // namespace tocsin::engine::manage
