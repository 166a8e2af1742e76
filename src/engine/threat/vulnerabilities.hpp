#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "domain/policy.hpp"
#include "domain/record.hpp"
#include "engine/evidence/book.hpp"
#include "engine/threat/threats.hpp"
#include "formats/cvss/cvss.hpp"
#include "store/database.hpp"

/// Which vulnerabilities threat knowledge names, by CVE, and which advisories speak of them. One function behind page
/// and API. What may not be seen does not exist, as in threats.hpp: each object and each relationship on the way has to
/// be there for the viewer. What is revoked says nothing.
namespace tocsin::engine::threat {

/// How something comes to name a vulnerability, the surest first. Those of one object stand in the database as their
/// numbers.
enum class Naming : std::uint8_t {
  is = 0,                 ///< It is the STIX object of this vulnerability.
  relates = 1,            ///< A relationship leads from it to that object: "exploits", "targets".
  refers = 2,             ///< One of its external references is the CVE.
  says = 3,               ///< One of its texts.
  relationship_says = 4,  ///< A text of a relationship that begins at it.
  contains = 5,           ///< A report or such that has that object, or a sighting of it.
  through = 6             ///< It uses, indicates, or has attributed to it what names the vulnerability.
};
std::string_view to_string(Naming naming) noexcept;  ///< "relationship_says"

/// Objects and vulnerabilities that one question handles.
inline constexpr std::size_t kNamingMax = 10'000;
inline constexpr std::size_t kVulnerabilitiesShown = 100;
inline constexpr std::size_t kAdvisoriesShown = 5;

struct Way {
  std::string cve;
  Naming how = Naming::says;
  std::string verb = {};  ///< Type of the relationship, or the property that refers; may be empty.
  std::string via = {};   ///< STIX id of the object between, of Naming::through.
  friend auto operator<=>(const Way&, const Way&) = default;
};

/// STIX ids of what names one of these (upper case), each with its ways, the surest of each vulnerability, by CVE. Some
/// of the ids may be absent here, or hidden: whoever shows them asks (threats.hpp, among()).
Result<std::map<std::string, std::vector<Way>>> naming(store::Connection& connection,
                                                       const domain::policy::Viewer& viewer,
                                                       std::span<const std::string> cves, Timestamp now);
/// The same from the other end, by CVE. Nothing for what is not here for the viewer.
Result<std::vector<Way>> named_by(store::Connection& connection, const domain::policy::Viewer& viewer,
                                  std::string_view stix_id, Timestamp now);
/// CVEs that an advisory speaks of, in its order. The caller has been allowed to see it.
Result<std::vector<std::string>> vulnerabilities_of_advisory(store::Connection& connection, domain::RecordId advisory);
/// Narrows a filter to what names one of these vulnerabilities.
Status only_naming(store::Connection& connection, const domain::policy::Viewer& viewer,
                   std::span<const std::string> cves, Filter& filter, Timestamp now);

struct NamingThreat {
  ThreatRow row;
  std::vector<Way> ways;  ///< By CVE.
};
struct NamingThreats {
  std::vector<NamingThreat> rows;            ///< Newest version first.
  std::map<std::string, std::string> names;  ///< Of what they name it through, by STIX id, as far as it is to be seen.
  std::int64_t total = 0;
};
/// The first `limit`, with what is told of them.
Result<NamingThreats> naming_threats(store::Connection& connection, const domain::policy::Viewer& viewer,
                                     std::span<const std::string> cves, int limit, Timestamp now);
/// Who attacks by these: campaigns, intrusion sets, threat actors, malware and tools that name them, by CVE; in this
/// order, at most `each_max` of each, newest first.
Result<std::map<std::string, std::vector<ThreatRow>>> attackers(store::Connection& connection,
                                                                const domain::policy::Viewer& viewer,
                                                                std::span<const std::string> cves, std::size_t each_max,
                                                                Timestamp now);

/// An advisory that speaks of a vulnerability.
struct SpeakingAdvisory {
  std::string slug, key, title;
  domain::Tlp tlp = domain::Tlp::clear;
  std::optional<int> score_tenths;
  formats::cvss::Severity severity = formats::cvss::Severity::none;
};
struct NamedVulnerability {
  Way way;
  std::vector<SpeakingAdvisory> advisories;  ///< Newest first, at most kAdvisoriesShown.
  std::int64_t advisory_count = 0;
  std::optional<int> score_tenths;  ///< The highest that they give.
};
struct NamedVulnerabilities {
  /// Those of which advisories speak before others, by score; at most kVulnerabilitiesShown.
  std::vector<NamedVulnerability> items;
  std::map<std::string, std::string> names;  ///< As NamingThreats::names.
  std::int64_t total = 0;
  evidence::Book evidence;
};
/// What an object names, with the advisories on it.
Result<NamedVulnerabilities> named_vulnerabilities(store::Connection& connection, const domain::policy::Viewer& viewer,
                                                   std::string_view stix_id, Timestamp now);

}  // namespace tocsin::engine::threat
