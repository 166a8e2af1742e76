#pragma once
#include <string>
#include <string_view>

#include <boost/json.hpp>

#include "engine/threat/threats.hpp"

/// Threat knowledge as the API tells it.
namespace tocsin::portal::pages {

std::string threat_url(std::string_view id);
boost::json::object threat_row_json(const engine::threat::ThreatRow& row);
/// With what lists alone know: what is left of its confidence.
boost::json::object listed_threat_json(const engine::threat::ThreatRow& row);
/// `object`: the STIX object itself, read.
boost::json::object threat_json(const engine::threat::Threat& threat, boost::json::value object);

}  // namespace tocsin::portal::pages
