#pragma once
#include <string>
#include <string_view>

#include <boost/json.hpp>

#include "engine/cases/cases.hpp"
#include "portal/app.hpp"
#include "portal/http/message.hpp"

/// What pages, forms and API of cases share.
namespace tocsin::portal::pages {

std::string case_url(std::string_view number);
/// The case in the address. Errors: not_found, also for one that the asker may not know of.
Result<engine::cases::CaseDetail> case_of(App& app, const http::Request& request);

boost::json::object case_json(const engine::cases::CaseRow& row);
boost::json::object case_detail_json(const engine::cases::CaseDetail& detail);

}  // namespace tocsin::portal::pages
