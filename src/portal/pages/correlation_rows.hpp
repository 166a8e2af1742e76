#pragma once
#include "portal/pages/correlation_parts.hpp"

/// Values and who shares them, the same on every page and in the API. For the pages of correlation and
/// the command line.
namespace tocsin::portal::pages {

/// Cut where it is long.
std::string shown_value(const engine::threat::SharedValue& value);
/// "7 objects share it".
std::string shared_by(const engine::threat::Sharers& sharers);
/// Of what is set aside.
std::string why_aside(const engine::threat::Sharers& sharers);
void append_objects(std::string& out, const std::vector<engine::threat::ThreatRow>& rows);

boost::json::array rows_json(const std::vector<engine::threat::ThreatRow>& rows);
boost::json::object value_json(const engine::threat::SharedValue& value);
boost::json::object sharers_json(const engine::threat::Sharers& sharers,
                                 const std::vector<engine::threat::ThreatRow>& rows);

}  // namespace tocsin::portal::pages
