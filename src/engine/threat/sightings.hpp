#pragma once
#include <cstdint>
#include <vector>

#include "base/result.hpp"
#include "engine/threat/report.hpp"

/// "We saw this too": a STIX sighting of an indicator or report, one per organisation and object, for those whose the
/// object is and for the CERT. Under the organisation's name, or anonymously under the CERT's.
namespace tocsin::engine::threat {

/// Of objects of other types nobody says so.
bool can_be_seen_too(const domain::Record& record) noexcept;

struct OwnSighting {
  bool may_add = false;
  bool made = false;  ///< By the organisation acted for.
  bool anonymous = false;
  Timestamp at;
};
/// Of a record that the actor was allowed to see.
Result<OwnSighting> own_sighting(store::Connection& connection, const Actor& actor, const domain::Record& record);
/// Errors: not_found; forbidden for what their own organisation gave; conflict where there is one.
Status add_sighting(store::Database& database, const Actor& actor, domain::RecordId record, Attribution attribution,
                    Timestamp now);
/// Revokes it. By anybody of the organisation who may add one. Errors: not_found.
Status withdraw_sighting(store::Database& database, const Actor& actor, domain::RecordId record, Timestamp now);

/// Who saw it, for those who handle the object for its owner (sharing::may_look); for others empty.
Result<std::vector<SeenToo>> seen_too(store::Connection& connection, const Actor& actor, const domain::Record& record,
                                      Timestamp now);

}  // namespace tocsin::engine::threat
