#pragma once
#include "portal/app.hpp"

namespace tocsin::portal {

/// /match, and the advisories for it.
void add_match_routes(App& app, http::Router& router);

}  // namespace tocsin::portal
