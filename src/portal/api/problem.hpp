#pragma once
#include <string>

#include "base/result.hpp"
#include "portal/http/message.hpp"

namespace tocsin::portal::api {

/// RFC 9457 problem details as application/problem+json: type, title, status, detail, instance (request id), and
/// `where` where the error names a place.
http::Response problem(const http::Request& request, const Error& error, int status);

}  // namespace tocsin::portal::api
