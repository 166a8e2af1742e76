#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "engine/threat/report.hpp"

/// "We saw this too": a STIX sighting of an indicator or report, one per organisation and object, for those whose the
/// object is and for the CERT. Under the organisation's name, or anonymously under the CERT's.
namespace tocsin::engine::threat {

/// Of objects of other types nobody says so.
bool can_be_seen_too(const domain::Record& record) noexcept;

/// As the field of STIX has it.
inline constexpr int kSightingCountMax = 999'999'999;
inline constexpr std::size_t kSightingRemarkBytesMax = 2'000;

/// As it was typed; whatever is empty is not said.
struct SightingInput {
  std::string count = {};
  std::string first_seen = {}, last_seen = {};  ///< As ReportInput has them.
  std::string remark = {};
};
/// Pure. Errors: invalid_input with `where` = the field.
Result<SightingFacts> read_sighting(const SightingInput& input, Timestamp now);

struct OwnSighting {
  bool may_add = false;
  bool made = false;  ///< By the organisation acted for.
  bool anonymous = false;
  Timestamp at;
  SightingFacts facts;
};
/// Of a record that the actor was allowed to see.
Result<OwnSighting> own_sighting(store::Connection& connection, const Actor& actor, const domain::Record& record);
/// Errors: not_found; forbidden for what their own organisation gave; conflict where there is one; as read_sighting().
Status add_sighting(store::Database& database, const Actor& actor, domain::RecordId record, Attribution attribution,
                    const SightingInput& input, Timestamp now);
/// Revokes it. By anybody of the organisation who may add one. Errors: not_found.
Status withdraw_sighting(store::Database& database, const Actor& actor, domain::RecordId record, Timestamp now);

/// Who saw it, for those who handle the object for its owner (sharing::may_look); for others empty.
Result<std::vector<SeenToo>> seen_too(store::Connection& connection, const Actor& actor, const domain::Record& record,
                                      Timestamp now);

}  // namespace tocsin::engine::threat
