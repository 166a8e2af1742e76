#pragma once
#include <string_view>

#include "domain/record.hpp"
#include "portal/app.hpp"
#include "portal/html/safe.hpp"
#include "portal/http/message.hpp"

/// Writing objects of STIX in the browser: what other pages show of it.
namespace tocsin::portal::pages {

inline constexpr std::string_view kNewObjectPath = "/threats/new";

/// "Edit it" and "Revoke it".
html::Html author_actions_html(std::string_view slug);
/// The same for who may; nothing for others.
Result<html::Html> author_line_html(App& app, const http::Request& request, const domain::Record& record);

}  // namespace tocsin::portal::pages
