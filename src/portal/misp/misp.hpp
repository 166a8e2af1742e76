#pragma once
#include <string>
#include <string_view>

#include <boost/json.hpp>

#include "base/result.hpp"
#include "portal/app.hpp"
#include "portal/http/message.hpp"

/// The addresses by which clients of MISP (PyMISP and what is built on it) search and add events, as MISP's own server
/// answers them. Which filters there are is formats/misp/search.hpp's business; docs/misp.md is for readers.
namespace tocsin::portal::misp {

inline constexpr std::string_view kPath = "/misp/";
/// Largest event that is taken, and largest search.
inline constexpr std::size_t kBodyBytesMax = 10 << 20;
inline constexpr std::size_t kSearchBytesMax = 1 << 20;

/// Is this one of these addresses?
bool is_misp(std::string_view path) noexcept;
/// The token as these clients send it: the whole of Authorization, or X-MISP-AUTH. Empty: there is none so.
std::string key_of(const http::Request& request);
/// An error as MISP tells it; what is 401 elsewhere is 403.
http::Response error(const http::Request& request, const Error& error, int status);

}  // namespace tocsin::portal::misp

namespace tocsin::portal {
void add_misp_routes(App& app, http::Router& router);        ///< /misp/
void add_misp_write_routes(App& app, http::Router& router);  ///< Of the former, those that change something.
}  // namespace tocsin::portal
