#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "engine/members/actor.hpp"
#include "engine/threat/correlation.hpp"
#include "engine/threat/threats.hpp"

/// "This is the same as that": a relationship duplicate-of of STIX 2.1 (section 3.7) from an object to the one that
/// stands for both, with the reason as its description. Nothing is merged or rewritten: whoever sees both ends and the
/// relationship reads them together, and it can be taken back. docs/decisions/0043.
namespace tocsin::engine::threat {

/// What is told of one object, and what its duplicates bring.
inline constexpr std::int64_t kSameMax = 50;
inline constexpr std::size_t kThroughMax = 200;
inline constexpr std::size_t kCandidatesMax = 10;

struct SameAs {
  bool is_duplicate = false;  ///< The object that is looked at is the duplicate of `other`; else the other way round.
  ThreatRow other;
  std::string via;     ///< STIX id of the relationship.
  std::string reason;  ///< As it was written; may be empty where it came from elsewhere.
  std::string by;      ///< Name of who says so; empty where the viewer may not see that.
  bool own = false;    ///< Said by the viewer's organisation: theirs to take back.
};
/// What a duplicate of the object is joined with.
struct Through {
  ThreatRow duplicate;
  Edge edge;
};
struct Sameness {
  std::vector<SameAs> said;      ///< First what it is a duplicate of, then its duplicates; at most kSameMax.
  std::vector<Through> through;  ///< Of its duplicates, without what joins them with each other; at most kThroughMax.
  bool more_through = false;
};
/// Of an object that the viewer may see.
Result<Sameness> sameness(store::Connection& connection, const domain::policy::Viewer& viewer, std::string_view stix_id,
                          Timestamp now);

/// Objects of the same type with an equal name or alias, or, where it is an indicator or an observable, an equal value:
/// of what the correlations found. Without what is said to be the same already.
std::vector<ThreatRow> maybe_same(std::string_view stix_id, const Correlations& correlations, const Sameness& known);

/// One transaction: the relationship, for no more than those who see both ends, the identity of the organisation,
/// changes and audit entry. The relationship's id. Errors: forbidden (as may_share, and where they could not read it
/// themselves); not_found; invalid_input with `where` = "of" (not there or hidden, another type, itself), "reason";
/// conflict where their organisation says so already.
Result<std::string> say_same(store::Database& database, const Actor& actor, std::string_view stix_id,
                             std::string_view of, std::string_view reason, Timestamp now);
/// Revokes it. By anybody of the organisation who may say so. Errors: forbidden; not_found, also for what another
/// organisation says.
Status take_back_same(store::Database& database, const Actor& actor, std::string_view stix_id,
                      std::string_view relationship, Timestamp now);

/// Into ThreatRow::duplicate.
Status add_duplicates(store::Connection& connection, const domain::policy::Viewer& viewer, std::vector<ThreatRow>& rows,
                      Timestamp now);
/// A condition over `stix_object s`: somebody says that it is a duplicate of another, and the viewer sees all of that.
void append_is_duplicate(store::Sql& sql, const domain::policy::Viewer& viewer, Timestamp now);

}  // namespace tocsin::engine::threat
