#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "base/result.hpp"
#include "engine/members/actor.hpp"
#include "engine/sharing/sharing.hpp"
#include "engine/threat/report.hpp"
#include "formats/stix/write.hpp"
#include "store/database.hpp"
#include "store/shared_threats.hpp"

/// What sharing, changing and sighting have in common. Of this folder only.
namespace tocsin::engine::threat {

/// As the actor sees it without what an emergency has opened for them: nothing stays of that.
domain::policy::Viewer steady(const Actor& actor);
/// As STIX has it: "amber+strict".
std::string_view level_of(domain::Tlp tlp) noexcept;
/// Stores one object as the current version of a record; nothing else of it than its own members is looked at.
Result<domain::RecordId> put_object(store::Connection& connection, const boost::json::object& object,
                                    std::string_view title, domain::OrganisationId owner,
                                    const sharing::Marking& marking, Timestamp now, std::string_view issuer = {});
/// Could they address it so? It is for people who would read it themselves. Errors: invalid_input with `where` = "tlp",
/// "listed".
Status check_marking(store::Connection& connection, const Actor& actor, const std::vector<std::int64_t>& communities,
                     const domain::Record& record, const sharing::Marking& marking, Timestamp now);
/// Its last version: that it does not hold. Does nothing where it is revoked.
Status revoke_object(store::Connection& connection, const domain::Record& record, Timestamp now);
/// The id of the identity under which an organisation speaks, stored for those whom the marking reaches.
Result<std::string> identity_for(store::Connection& connection, domain::OrganisationId organisation,
                                 const sharing::Marking& marking, Timestamp now);
/// Who acts, as the log may know it: of what is anonymous nobody.
Actor logged_as(const Actor& actor, Attribution attribution);
/// A report that the actor's organisation gave. Errors: not_found.
struct Own {
  store::SharedReport shared;
  domain::Record record;
};
Result<Own> need_own(store::Connection& connection, const Actor& actor, std::string_view stix_id, Timestamp now);
/// Who gave it, and who answers for their organisation.
bool may_change_own(const Actor& actor, const Own& own);
/// Was it written as an object (author.hpp), and not as a report with its form?
inline bool is_object(const store::SharedReport& shared) noexcept { return shared.content.empty(); }

/// "2026-03-01T12:00" in UTC, a date, or RFC 3339; nullopt where it is empty. Errors: invalid_input with `where` =
/// field.
Result<std::optional<Timestamp>> read_seen_time(std::string_view typed, std::string_view field);
/// Neither has yet to come, and they stand in order. Errors: invalid_input with `where` = "first_seen", "last_seen".
Status check_seen_times(const std::optional<Timestamp>& first, const std::optional<Timestamp>& last, Timestamp now);

/// What those who gave an object are told of a sighting of it: its numbers and remark stand in its STIX object alone.
Result<SeenToo> told_of(store::Connection& connection, const store::SharedSighting& sighting);

std::string write_input(const ReportInput& input);
ReportInput read_input(std::string_view json);

}  // namespace tocsin::engine::threat
