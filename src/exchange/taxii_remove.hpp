#pragma once
#include <optional>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"
#include "engine/members/actor.hpp"
#include "engine/taxii/objects.hpp"
#include "store/database.hpp"

namespace tocsin::exchange {

/// Deleting an object of a TAXII collection (TAXII 2.1 section 5.7): its record goes for good, as by the portal's
/// removal, by who may remove it there. `versions`: only those of them; where the newest goes, the one before it is the
/// current one again. Errors: not_found, also for what the collection does not show the actor; forbidden for who may
/// not write to it, or not remove the record; conflict with `where` = "approvals/ID" where it waits for a second
/// person.
Status remove_from_collection(store::Database& database, const engine::Actor& actor, std::string_view root,
                              std::string_view collection, std::string_view object,
                              const engine::taxii::ObjectQuery& query, bool some_versions, Timestamp now);

}  // namespace tocsin::exchange
