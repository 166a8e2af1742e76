#pragma once
#include <string>

#include "portal/http/router.hpp"

namespace tocsin::portal::api {

/// The OpenAPI 3.1 document of the routes under /api/v1, as JSON text. Schemas of the answers are declared beside it
/// and tested against what the server really answers.
std::string openapi_document(const http::Router& router, std::string_view public_url);

}  // namespace tocsin::portal::api
