#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "base/result.hpp"
#include "engine/sharing/sharing.hpp"
#include "store/database.hpp"

/// change_marking within the transaction of whoever approves it: every check is made again. Of engine/guard only.
namespace tocsin::engine::sharing {

struct MarkingChange {
  domain::RecordId record;
  Marking marking;
  std::string digest;  ///< Of the difference that was shown.
};
/// As it is kept while it waits.
boost::json::object write_change(const MarkingChange& change);
Result<MarkingChange> change_of(const boost::json::object& parameters);

/// Communities that this actor may address something to.
Result<std::vector<std::int64_t>> known_communities(store::Database& database, const Actor& actor);
/// Of whom `marking` newly lists, compared with the record: do they exist, can they be reached, and does the actor know
/// them? Errors: invalid_input with `where` = "listed".
Status check_listed(store::Connection& connection, const Actor& actor,
                    const std::vector<std::int64_t>& known_communities, const domain::Record& record,
                    const Marking& marking);
/// Errors: as change_marking; conflict where the marking or the document is not `basis` any more, or it would reach
/// others than those that were shown.
Status change_marking_in(store::Connection& connection, const Actor& actor,
                         const std::vector<std::int64_t>& communities, const MarkingChange& change,
                         std::string_view basis, Timestamp now);

}  // namespace tocsin::engine::sharing
