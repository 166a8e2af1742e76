#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "domain/record.hpp"
#include "domain/sector.hpp"
#include "engine/members/actor.hpp"
#include "engine/sharing/sharing.hpp"
#include "formats/threat_text/doubts.hpp"
#include "formats/threat_text/extract.hpp"
#include "store/database.hpp"

/// What members saw, told by themselves: a form becomes STIX objects, each a record, under the organisation's name or,
/// anonymously, under the CERT's (docs/decisions/0033). Page and API call these and nothing below.
namespace tocsin::engine::threat {

struct Threat;  // threats.hpp

inline constexpr std::size_t kReportTitleBytesMax = 200;
inline constexpr std::size_t kReportTextBytesMax = 20'000;
inline constexpr std::size_t kReportListBytesMax = 100'000;
inline constexpr std::size_t kIndicatorsMax = 500;
/// CVEs, and techniques.
inline constexpr std::size_t kReportIdsMax = 50;

/// As it was typed.
struct ReportInput {
  std::string title, text;            ///< The text is Markdown.
  std::string first_seen, last_seen;  ///< "2026-03-01T12:00" in UTC, a date, or RFC 3339; empty: nobody knows.
  std::vector<std::string> sectors, countries;  ///< Slugs; ISO 3166-1 alpha-2.
  std::string indicators, cves, techniques;     ///< One a line; the last two also behind blanks and commas.
  std::vector<std::string> keep;                ///< Values of doubtful indicators that are meant all the same.
};

struct ReviewedIndicator {
  formats::threat_text::Found found;
  std::size_t line = 0;  ///< From 1.
  std::optional<formats::threat_text::Doubt> doubt;
  bool kept = true;
};
struct UnreadLine {
  std::string_view field;  ///< "indicators", "cves", "techniques".
  std::size_t line = 0;
  std::string text;
};
/// What was understood of it.
struct Review {
  ReportInput input;
  std::string title, text;
  std::optional<Timestamp> first_seen, last_seen;
  std::vector<domain::Sector> sectors;
  std::vector<std::string> countries;
  std::vector<ReviewedIndicator> indicators;  ///< Each once.
  std::vector<std::string> cves, techniques;
  std::vector<UnreadLine> unread;
  /// What stands in the text, and in none of the lists.
  std::vector<formats::threat_text::Found> also_in_text;
};
/// Pure. Errors: invalid_input with `where` = the field.
Result<Review> review_report(const ReportInput& input, Timestamp now);
/// What products are looked for in (products.hpp): what product_text_of() of the report that it becomes has of it.
std::string product_text_of(const Review& review);

/// Under whose name.
enum class Attribution { named, anonymous };
/// For whom, as a form asks it.
struct ReportAudience {
  enum class Whom { members, sector, listed, cert };
  Whom whom = Whom::members;
  domain::Tlp tlp = domain::Tlp::amber;
  std::vector<std::string> addressees = {};  ///< Of Whom::listed: as sharing::add_addressee reads them.
  std::optional<Timestamp> embargo_until = {};
};
std::string_view to_string(ReportAudience::Whom whom) noexcept;
std::optional<ReportAudience::Whom> parse_whom(std::string_view text) noexcept;

/// May they share something? Who reads as a member and acts for an organisation. Errors: forbidden.
Status may_share(const Actor& actor);
/// Whose records they become.
domain::OrganisationId owner_of_report(const Actor& actor, Attribution attribution);
/// Errors: invalid_input with `where` = "listed", "audience", "tlp" (where they could not read it themselves).
Result<sharing::Marking> marking_of_report(store::Database& database, const Actor& actor,
                                           const ReportAudience& audience, Timestamp now);

/// One transaction: a report, its indicators, a sighting where it was said when, vulnerabilities that are not here yet;
/// each a record with its change, and the audit entry, which of an anonymous report does not say who. Returns the
/// report's STIX id. Errors: forbidden; invalid_input.
Result<std::string> share_report(store::Database& database, const Actor& actor, const Review& review,
                                 const sharing::Marking& marking, Attribution attribution, Timestamp now);
/// A later version of all of it, by who gave it; indicators that are gone are revoked. Errors: not_found for others'
/// reports; forbidden; conflict where it is revoked.
Status change_report(store::Database& database, const Actor& actor, std::string_view stix_id, const Review& review,
                     const sharing::Marking& marking, Timestamp now);
/// Says that it does not hold any more. Errors: as change_report.
Status revoke_report(store::Database& database, const Actor& actor, std::string_view stix_id, Timestamp now);

/// How much was seen, as far as somebody said so.
struct SightingFacts {
  std::optional<int> count;
  std::optional<Timestamp> first_seen, last_seen;
  std::string remark;
};
/// Who saw it too, as those who gave it are told.
struct SeenToo {
  std::string organisation;  ///< Empty: anonymous.
  std::string object;        ///< Title of what they saw.
  Timestamp at;              ///< When they said so.
  SightingFacts facts;
};
struct OwnReport {
  domain::Record record;
  bool object = false;  ///< Written as an object (author.hpp): `input` is empty.
  bool anonymous = false;
  bool revoked = false;
  bool may_change = false;
  std::string by;  ///< Name of the person, for their own organisation; empty once erased.
  Timestamp shared_at;
  ReportInput input;
  std::size_t objects = 0;
  std::vector<SeenToo> seen_too;
  std::int64_t organisations_seen = 0;
  std::int64_t organisations_read = 0;  ///< Others, of whom somebody marked it as read.
  std::int64_t organisations_thanked = 0;
  std::vector<std::string> thanked_by;  ///< Empty where it is anonymous: they cannot know whom they name themselves to.
};
/// What the organisation acted for gave, newest first, as far as the actor reads its own.
Result<std::vector<OwnReport>> own_reports(store::Database& database, const Actor& actor, Timestamp now);
/// Errors: not_found.
Result<OwnReport> own_report(store::Database& database, const Actor& actor, std::string_view stix_id, Timestamp now);

/// An object as a bundle: of a report with what it refers to, of all with their author, as far as the viewer may see
/// it; with observables of their indicators and the definitions of their markings.
Result<std::string> bundle_of(store::Connection& connection, const domain::policy::Viewer& viewer, const Threat& threat,
                              Timestamp now);

/// What a reader of an object is told of who gave it.
struct Giver {
  bool given_here = false;
  bool anonymous = false;
  std::string organisation;    ///< Of what is named; of what is anonymous for the CERT's coordinators alone.
  bool own = false;            ///< The actor's organisation gave it, and they may know: it is named.
  bool only_you_know = false;  ///< It is anonymous, and they are one of the coordinators.
};
/// Of a record that the actor was allowed to see.
Result<Giver> giver_of(store::Connection& connection, const Actor& actor, domain::RecordId record);

}  // namespace tocsin::engine::threat
