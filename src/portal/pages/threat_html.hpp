#pragma once
#include <boost/json.hpp>

#include "engine/threat/threats.hpp"
#include "portal/html/safe.hpp"

namespace tocsin::portal::pages {

/// Nothing where it is not revoked.
html::Html revoked_tag(bool revoked);
/// Nothing where it is not expired.
html::Html expired_tag(bool expired);
/// What joins two objects, for people: "uses", "Contained in".
std::string edge_heading(const engine::threat::Edge& edge);
/// What the page of one object has beside the object.
struct ThreatParts {
  html::Html above;    ///< Who gave it and why it is seen.
  html::Html worth;    ///< What is left of its confidence (threat_decay.hpp).
  html::Html same;     ///< What it is the same as (threat_same.hpp).
  html::Html links;    ///< What has to do with it beyond STIX (threat_links.hpp).
  html::Html through;  ///< What its duplicates are connected with.
  html::Html shared;   ///< What it has in common with others.
  html::Html below;    ///< What people say of it.
};
/// The page of one object. `object`: itself, read.
html::Html threat_html(const engine::threat::Threat& threat, const boost::json::value& object, const ThreatParts& parts,
                       Timestamp now);

}  // namespace tocsin::portal::pages
