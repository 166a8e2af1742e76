#pragma once
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "engine/threat/attack.hpp"
#include "engine/threat/products.hpp"
#include "engine/threat/vulnerabilities.hpp"
#include "portal/app.hpp"
#include "portal/html/safe.hpp"
#include "portal/http/message.hpp"
#include "store/exposures.hpp"

/// Where threat knowledge, advisories and the reader's plants meet, on pages and in the API: what an object of STIX
/// names and which of the reader's devices that concerns; and what names the vulnerabilities of an advisory.
namespace tocsin::portal::pages {

/// Of one object.
struct ObjectLinks {
  engine::threat::NamedVulnerabilities named;
  bool has_inventory = false;                              ///< Of the reader's own: only then something is said of it.
  std::map<std::string, store::ExposureAtRecord> at_home;  ///< By CVE, of those that affect something.
};
Result<ObjectLinks> object_links(App& app, const http::Request& request, std::string_view stix_id);
html::Html object_links_html(const ObjectLinks& links);
/// Schema: "ThreatVulnerabilities".
boost::json::object object_links_json(const ObjectLinks& links);

/// What names some vulnerabilities: the newest, and how many there are.
Result<engine::threat::NamingThreats> naming_of(App& app, const http::Request& request,
                                                std::span<const std::string> cves);
/// `heading` above it; `all`: path of the list of all. Nothing where nothing names them.
html::Html naming_html(const engine::threat::NamingThreats& found, std::string_view heading, const std::string& all);
/// Schema: "NamingThreats".
boost::json::object naming_json(const engine::threat::NamingThreats& found);

/// What has to do with one advisory.
struct AdvisoryLinks {
  engine::threat::NamingThreats threats;
  std::vector<engine::threat::ProductThreat> by_product;  ///< That name its products; the newest.
  std::vector<engine::threat::AttackRow> techniques;      ///< That it names.
};
Result<AdvisoryLinks> advisory_links(store::Connection& connection, const domain::policy::Viewer& viewer,
                                     domain::RecordId record, Timestamp now);
/// Members "threats", "threats_by_product" and "techniques" of the schema "AdvisoryDetail".
void add_advisory_links(boost::json::object& out, const AdvisoryLinks& links);
html::Html advisory_links_html(const AdvisoryLinks& links, const domain::Record& record);

/// "Low tide (Campaign), Siltworm (Malware)", each a link.
html::Html attackers_html(std::span<const engine::threat::ThreatRow> rows);

}  // namespace tocsin::portal::pages
