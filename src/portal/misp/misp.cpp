#include "portal/misp/misp.hpp"

#include "base/json.hpp"
#include "base/text.hpp"

namespace tocsin::portal::misp {

bool is_misp(std::string_view path) noexcept { return path.starts_with(kPath) || path == "/misp"; }

std::string key_of(const http::Request& request) {
  if (!is_misp(request.path)) return {};
  if (const auto key = text::trim(request.header("x-misp-auth")); !key.empty()) return std::string{key};
  const auto value = text::trim(request.header("authorization"));
  // With a scheme before it, it is for somebody else to read.
  return value.find(' ') == value.npos ? std::string{value} : std::string{};
}

http::Response error(const http::Request& request, const Error& error, int status) {
  constexpr int kUnauthorized = 401, kForbidden = 403, kConflict = 409;
  if (status == kUnauthorized || status == kConflict) status = kForbidden;
  boost::json::object body{{"saved", false}, {"name", error.message}, {"message", error.message}};
  body["url"] = request.path.substr(std::min(request.path.size(), kPath.size() - 1));
  if (!error.where.empty()) body["errors"] = boost::json::object{{error.where, boost::json::array{error.message}}};
  if (!request.request_id.empty()) body["request_id"] = request.request_id;
  auto response = http::Response::json(json::write(body), status);
  response.cache_control = "no-store";
  return response;
}

}  // namespace tocsin::portal::misp
