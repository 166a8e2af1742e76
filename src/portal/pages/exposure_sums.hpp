#pragma once
#include "domain/record.hpp"
#include "portal/app.hpp"
#include "portal/html/safe.hpp"
#include "portal/http/message.hpp"

/// Sums over organisations, where other pages show them.
namespace tocsin::portal::pages {

/// How exposed the sectors are to an advisory that the asker may see; empty for who may not read sums.
Result<html::Html> sums_section_html(App& app, const http::Request& request, const domain::Record& record);

}  // namespace tocsin::portal::pages
