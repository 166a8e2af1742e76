#include "portal/api/problem.hpp"

#include "base/json.hpp"

namespace tocsin::portal::api {
namespace {

std::string_view title_of(int status) noexcept {
  switch (status) {
    case 400:
      return "The request is not valid";
    case 401:
      return "Sign in first";
    case 403:
      return "Not allowed";
    case 404:
      return "Not found";
    case 405:
      return "Method not allowed";
    case 408:
      return "The request took too long to arrive";
    case 409:
      return "Conflict";
    case 412:
      return "It has changed meanwhile";
    case 413:
      return "The request is too large";
    case 414:
      return "The address is too long";
    case 428:
      return "Say which version you have seen";
    case 429:
      return "Too many attempts";
    case 417:
      return "Expectation not met";
    case 431:
      return "The request's header is too large";
    case 501:
      return "Not implemented";
    case 503:
      return "Temporarily unavailable";
    case 504:
      return "It took too long";
    case 505:
      return "HTTP version not supported";
    default:
      return status >= 500 ? "Something went wrong on our side" : "The request failed";
  }
}

}  // namespace

http::Response problem(const http::Request& request, const Error& error, int status) {
  // "about:blank": the status says all that a type URI would (RFC 9457 section 4.2.1); `code` is finer and stable.
  boost::json::object body;
  body["type"] = "about:blank";
  body["title"] = title_of(status);
  body["status"] = status;
  body["detail"] = error.message;
  body["instance"] = "urn:tocsin:request:" + request.request_id;
  body["code"] = to_string(error.code);
  if (!error.where.empty()) body["where"] = error.where;
  auto response = http::Response::json(json::write(body), status);
  response.content_type = "application/problem+json";
  response.cache_control = "no-store";
  return response;
}

}  // namespace tocsin::portal::api
