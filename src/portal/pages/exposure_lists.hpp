#pragma once
#include <boost/json.hpp>

#include "engine/exposure/asked_runs.hpp"
#include "engine/exposure/lists.hpp"
#include "portal/app.hpp"
#include "portal/html/safe.hpp"
#include "portal/http/message.hpp"

/// Lists of matches by what they are about, and runs that somebody asked for: as page, API and command line show them.
namespace tocsin::portal::pages {

boost::json::object tally_json(const store::ExposureTally& tally, store::ExposureListBy by);
boost::json::object run_json(const store::AskedRun& run);
boost::json::object bom_json(const store::Bom& bom);
/// "Match again": a button that asks for a run of one advisory or asset. Empty for who may not edit an inventory.
html::Html match_again_html(const http::Request& request, std::string_view field, std::string_view value);

}  // namespace tocsin::portal::pages
