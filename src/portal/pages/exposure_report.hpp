#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include <boost/json.hpp>

#include "base/result.hpp"
#include "base/zone.hpp"
#include "engine/exposure/overview.hpp"
#include "portal/paper/paper.hpp"

/// An overview of the exposure as a file: for the plant manager, for other programs. In English, as all files that are
/// passed on; dates as the clocks of `zone` show them. The same overview gives the same bytes.
namespace tocsin::portal::pages {

/// What the API answers.
boost::json::object overview_json(const engine::exposure::Overview& overview, const Zone& zone);
/// The same with every open matter that was decided, as the command line prints it.
boost::json::object report_json(const engine::exposure::Overview& overview, const Zone& zone);
/// The worklist, most urgent first.
std::string report_csv(const engine::exposure::Overview& overview);
/// Worksheets: summary, worklist, by site, changes. Errors: those of formats::inventory::write_workbook.
Result<std::string> report_xlsx(const engine::exposure::Overview& overview, const Zone& zone);
/// Errors: those of paper::make_pdf.
Result<paper::Pdf> report_pdf(const engine::exposure::Overview& overview, const Zone& zone, int pages_max);
/// "exposure-2026-11-29", without ending.
std::string report_name(const engine::exposure::Overview& overview, const Zone& zone);

/// "3 days", "4 hours": of a time to remediate.
std::string duration_text(std::int64_t seconds);

}  // namespace tocsin::portal::pages
