#pragma once
#include <memory>

#include "portal/app.hpp"
#include "portal/tools/limit.hpp"

/// Tools for documents that are not stored here. Internal to portal/tools: app.hpp has the door.
namespace tocsin::portal::tools {

void add_csaf_api_routes(http::Router& router, const std::shared_ptr<Limit>& limit);
void add_csaf_page_routes(App& app, http::Router& router, const std::shared_ptr<Limit>& limit);

}  // namespace tocsin::portal::tools
