#pragma once
#include <string_view>

#include <boost/json.hpp>

#include "exchange/threat_import.hpp"

/// Importing files of threat knowledge: what page and API share.
namespace tocsin::portal::pages {

inline constexpr std::string_view kThreatImportPath = "/threats/import";

/// As the API tells what became, or would become, of a file. `done`: it was imported.
boost::json::object threat_import_json(const exchange::ThreatImport& import, bool done);

}  // namespace tocsin::portal::pages
