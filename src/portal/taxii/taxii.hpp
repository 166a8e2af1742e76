#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "engine/taxii/objects.hpp"
#include "portal/app.hpp"
#include "portal/http/message.hpp"

/// TAXII 2.1 (OASIS Standard, 10 June 2021): what its requests say, and what its answers look like. The addresses are
/// in routes.cpp.
namespace tocsin::portal::taxii {

inline constexpr std::string_view kMediaType = "application/taxii+json;version=2.1";
inline constexpr std::string_view kStixMediaType = "application/stix+json;version=2.1";
/// Largest body that is taken.
inline constexpr std::int64_t kBodyBytesMax = 10 << 20;
inline constexpr std::string_view kPath = "/taxii2/";

/// Is this one of TAXII's addresses?
bool is_taxii(std::string_view path) noexcept;
/// Does the Accept header take TAXII 2.1 (section 1.6.8.4)? Without one: yes.
bool accepts(std::string_view accept) noexcept;
/// Is this the type of a TAXII 2.1 body? Without parameter: yes.
bool is_media_type(std::string_view content_type) noexcept;

/// The error message resource (section 3.6.1).
http::Response error(const http::Request& request, const Error& error, int status);
http::Response json(const boost::json::value& body, int status = 200);
/// Runs the handler where Accept takes what it gives; else 406.
Result<http::Response> answer(App& app, const http::Request& request,
                              Result<http::Response> (*handler)(App&, const http::Request&));
/// Browsers of other sites may ask as well (section 1.6.9), with a token and never with a cookie.
void allow_other_sites(const http::Request& request, http::Response& response);

/// `added_after`, `limit`, `next` and `match[...]`, those of `match` that `matches` names. Errors: invalid_input, where
/// the parameter.
Result<engine::taxii::ObjectQuery> query_of(const http::Request& request,
                                            std::initializer_list<std::string_view> matches);
/// What `next` says: where the page after this one begins. Nobody but this server reads it.
std::string next_of(std::int64_t added);
/// "2016-01-01T00:00:00.000001Z": always six digits, so that texts are in the order of times.
std::string timestamp(std::int64_t micros);

}  // namespace tocsin::portal::taxii

namespace tocsin::portal {
void add_taxii_routes(App& app, http::Router& router);        ///< /taxii2/
void add_taxii_write_routes(App& app, http::Router& router);  ///< Of the former, those that change something.
}  // namespace tocsin::portal
