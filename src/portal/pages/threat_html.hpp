#pragma once
#include <boost/json.hpp>

#include "engine/threat/threats.hpp"
#include "portal/html/safe.hpp"

namespace tocsin::portal::pages {

/// Nothing where it is not revoked.
html::Html revoked_tag(bool revoked);
/// Nothing where it is not expired.
html::Html expired_tag(bool expired);
/// The page of one object. `object`: itself, read. `above`: who gave it and why it is seen; `links`: what has to do
/// with it beyond STIX (threat_links.hpp); `shared`: what it has in common with others; `below`: what people say of it.
html::Html threat_html(const engine::threat::Threat& threat, const boost::json::value& object, const html::Html& above,
                       const html::Html& links, const html::Html& shared, const html::Html& below, Timestamp now);

}  // namespace tocsin::portal::pages
