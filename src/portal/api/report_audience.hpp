#pragma once
#include "engine/threat/report.hpp"
#include "portal/api/body.hpp"

namespace tocsin::portal::api {

/// For whom, as programs say it of reports and objects: "tlp", "audience", "listed", "embargo_until". Errors:
/// invalid_input with `where` = the member.
Result<engine::threat::ReportAudience> read_audience(const Body& body);

}  // namespace tocsin::portal::api
