#pragma once
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "base/result.hpp"
#include "domain/record.hpp"
#include "engine/members/actor.hpp"
#include "engine/sharing/sharing.hpp"
#include "formats/finding.hpp"
#include "store/database.hpp"

/// Objects of STIX that people write for their organisation: campaigns, malware, indicators, notes, ... Page and API
/// call these and nothing below (docs/decisions/0042). Whom they are for is asked as of a report (report.hpp).
namespace tocsin::engine::threat {

/// Bytes. A description of ATT&CK's longest has 12,000.
inline constexpr std::size_t kObjectBytesMax = 256 << 10;
inline constexpr std::size_t kRelationsMax = 50;
inline constexpr std::size_t kReasonBytesMax = 500;

/// Types that are written so. Reports have a form of their own, relationships come with their source. An identity that
/// is written is somebody else's: under which one an organisation speaks is given (report_parts.hpp).
std::span<const std::string_view> authored_types() noexcept;
bool is_authored_type(std::string_view type) noexcept;

/// From the object to another one.
struct RelationTo {
  std::string verb;    ///< "uses"
  std::string target;  ///< STIX id.
  friend bool operator==(const RelationTo&, const RelationTo&) = default;
};

/// As it was written.
struct Draft {
  /// The object. What tells versions apart (id, created_by_ref, created, modified) may be left out, and says the same
  /// where it is given; TLP follows the marking.
  std::string json;
  std::vector<RelationTo> relations;
};

/// What the standard says of a draft.
struct Checked {
  std::string title;
  boost::json::object object;              ///< As it would be kept; with an id of its own only once it is.
  std::vector<formats::Finding> problems;  ///< It cannot be kept so. `path`: into the object.
  std::vector<formats::Finding> remarks;   ///< Worth mending.
};
/// `before`: the version that it follows. Pure. Errors: invalid_input for what is no JSON object, `where` =
/// line:column.
Result<Checked> check_draft(const Draft& draft, domain::Tlp tlp, const boost::json::object* before, Timestamp now);
/// Without its TLP markings: the marking says them.
boost::json::object without_tlp(boost::json::object object);

struct Written {
  std::string id, version;
  std::vector<formats::Finding> remarks;
};
/// One transaction: the object, its relationships, the identity of the organisation, changes and audit entry. Errors:
/// forbidden (as may_share); invalid_input with `where` = pointer into the object, "/relationships/0/target" for what
/// is not there or hidden, or as check_marking.
Result<Written> create_object(store::Database& database, const Actor& actor, const Draft& draft,
                              const sharing::Marking& marking, Timestamp now);

/// What there is to change.
struct Editable {
  domain::Record record;
  boost::json::object object;
  std::vector<RelationTo> relations;  ///< In force.
};
/// Errors: not_found, also for what is hidden; forbidden for what another organisation, program or form wrote, with the
/// reason; conflict where it is revoked.
Result<Editable> editable(store::Database& database, const Actor& actor, std::string_view stix_id, Timestamp now);
/// For a link: would `editable` give it?
bool may_edit(store::Connection& connection, const Actor& actor, std::string_view stix_id, Timestamp now);

/// A later version; older ones stay as they are. Relationships that are not named any more are revoked. `expected`: the
/// version that was looked at; empty: whichever. Errors: as `editable` and create_object; conflict with `where` =
/// "version" where it is not the current one. Where nothing differs, nothing is written.
Result<Written> change_object(store::Database& database, const Actor& actor, std::string_view stix_id,
                              std::string_view expected, const Draft& draft, const sharing::Marking& marking,
                              Timestamp now);
/// Says that it does not hold any more, with the relationships that came with it. The reason is for the log. Errors: as
/// `editable`; invalid_input with `where` = "reason".
Status withdraw_object(store::Database& database, const Actor& actor, std::string_view stix_id, std::string_view reason,
                       Timestamp now);

/// The id of what somebody names: an id, the address of its page, or a name or alias that one object here has. Errors:
/// invalid_input, the same for what is hidden and what is not there.
Result<std::string> named_object(store::Connection& connection, const domain::policy::Viewer& viewer,
                                 std::string_view text, Timestamp now);

}  // namespace tocsin::engine::threat
