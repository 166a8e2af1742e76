#pragma once
#include <string>
#include <string_view>

#include <boost/json.hpp>

#include "engine/threat/correlation.hpp"
#include "portal/app.hpp"
#include "portal/html/safe.hpp"
#include "portal/http/router.hpp"

/// What objects have in common, on the page of one object, on pages of their own and in the API.
namespace tocsin::portal::pages {

inline constexpr const char* kValuesPath = "/threats/values";
inline constexpr const char* kConnectionsPath = "/threats/connections";

/// "SHA-256 hash", in the reader's language.
std::string_view value_kind_title(engine::threat::ValueKind kind);
/// The look-up of a value.
std::string value_url(const engine::threat::SharedValue& value);
/// The part of an object's page; nothing where it shares nothing.
html::Html correlations_html(const engine::threat::Correlations& found);
boost::json::object correlations_json(const engine::threat::Correlations& found);

/// /threats/values and /threats/connections, and the API beside them and for one object.
void add_correlation_routes(App& app, http::Router& router);

}  // namespace tocsin::portal::pages
