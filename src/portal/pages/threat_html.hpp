#pragma once
#include <boost/json.hpp>

#include "engine/threat/threats.hpp"
#include "portal/html/safe.hpp"

namespace tocsin::portal::pages {

/// Nothing where it is not revoked.
html::Html revoked_tag(bool revoked);
/// The page of one object. `object`: itself, read.
html::Html threat_html(const engine::threat::Threat& threat, const boost::json::value& object);

}  // namespace tocsin::portal::pages
