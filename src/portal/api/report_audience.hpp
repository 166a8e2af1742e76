#pragma once
#include <optional>
#include <string>
#include <vector>

#include "engine/threat/report.hpp"
#include "portal/api/body.hpp"

namespace tocsin::portal::api {

/// As a program writes it.
struct AudienceTexts {
  std::string tlp, whom;
  std::vector<std::string> listed = {};
  std::optional<std::string> embargo_until = {};
};
/// Errors: invalid_input with `where` = "tlp", "audience", "embargo_until".
Result<engine::threat::ReportAudience> read_audience(const AudienceTexts& texts);
/// For whom, as programs say it of reports and objects: "tlp", "audience", "listed", "embargo_until". Errors:
/// invalid_input with `where` = the member.
Result<engine::threat::ReportAudience> read_audience(const Body& body);

}  // namespace tocsin::portal::api
