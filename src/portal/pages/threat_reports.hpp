#pragma once
#include <vector>

#include <boost/json.hpp>

#include "base/result.hpp"
#include "domain/record.hpp"
#include "engine/threat/report.hpp"
#include "portal/app.hpp"
#include "portal/html/safe.hpp"
#include "portal/http/message.hpp"

/// What the pages of objects and of what we shared show the same way.
namespace tocsin::portal::pages {

/// Who saw it too; empty where nobody did.
html::Html seen_too_html(const std::vector<engine::threat::SeenToo>& seen);
/// How many organisations said thanks, and which, as far as those who gave it may know; empty where none did.
html::Html thanks_html(const engine::threat::OwnReport& report);
/// Who gave it, as far as the reader may know, "Thank who shared it", and "We saw this too".
Result<html::Html> given_html(App& app, const http::Request& request, const domain::Record& record);
boost::json::object own_report_json(const engine::threat::OwnReport& report);

}  // namespace tocsin::portal::pages
