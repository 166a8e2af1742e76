#include "portal/http/request_head.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "portal/http/negotiate.hpp"
#include "portal/http/target.hpp"

namespace tocsin::portal::http {
namespace {

constexpr std::size_t kRequestIdBytesMax = 64;

bool good_request_id(std::string_view id) noexcept {
  return !id.empty() && id.size() <= kRequestIdBytesMax && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '-';
  });
}

/// Host goes into URLs of feeds, so it is a name or address with a port, nothing else (RFC 9110 section 7.2).
bool good_host(std::string_view host) noexcept {
  return !host.empty() && host.size() <= 255 && std::all_of(host.begin(), host.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
           c == '_' || c == ':' || c == '[' || c == ']';
  });
}

std::optional<Method> method_of(beast::http::verb verb) noexcept {
  switch (verb) {
    case beast::http::verb::get:
      return Method::get;
    case beast::http::verb::head:
      return Method::head;
    case beast::http::verb::post:
      return Method::post;
    case beast::http::verb::put:
      return Method::put;
    case beast::http::verb::patch:
      return Method::patch;
    case beast::http::verb::delete_:
      return Method::delete_;
    case beast::http::verb::options:
      return Method::options;
    default:
      return std::nullopt;
  }
}

}  // namespace

bool has_folded_line(std::string_view header) noexcept {
  for (auto at = header.find('\n'); at != std::string_view::npos && at + 1 < header.size();
       at = header.find('\n', at + 1)) {
    if (header[at + 1] == '\r') return false;
    if (header[at + 1] == ' ' || header[at + 1] == '\t') return true;
  }
  return false;
}

std::optional<Refusal> refuse(int status, std::string message) {
  return Refusal{status, Error::invalid(std::move(message))};
}

std::optional<Refusal> refusal_of(const beast::error_code& error, std::string_view input) {
  using beast::http::error;
  if (error == error::header_limit || error == error::buffer_overflow) {
    return refuse(431, "the request's header is larger than this server takes");
  }
  if (error == error::body_limit) return refuse(413, "the request's body is larger than this server takes");
  // "HTTP/1.1" before a bare line feed is called a bad version too.
  if (const auto line = input.find('\n');
      error == error::bad_version && line > 0 && line < input.size() && input[line - 1] == '\r') {
    return refuse(505, "this server speaks HTTP/1.1 and HTTP/1.0");
  }
  return refuse(400, fmt::format("the request is not well-formed HTTP: {}", error.message()));
}

std::optional<Refusal> read_head(const Parser::value_type& message, Request& request, RequestHead& head) {
  head.http_1_0 = message.version() == 10;
  request.headers.reserve(16);
  std::size_t hosts = 0;
  std::string_view transfer_encoding;
  for (const auto& field : message) {
    const std::string_view name{field.name_string().data(), field.name_string().size()};
    const std::string_view value{field.value().data(), field.value().size()};
    if (field.name() == beast::http::field::host) ++hosts;
    if (field.name() == beast::http::field::transfer_encoding) transfer_encoding = value;
    request.headers.emplace_back(text::lower_ascii(name), std::string{value});
  }
  const auto id = request.header("x-request-id");
  if (good_request_id(id)) request.request_id = std::string{id};
  head.keep_alive = message.keep_alive();

  const auto method = method_of(message.method());
  head.unknown_method = !method;
  request.method = method.value_or(Method::get);
  request.target.assign(message.target().data(), message.target().size());
  // A fragment never belongs on the wire, and must not make another page of it for the answer cache.
  request.target.erase(std::min(request.target.find('#'), request.target.size()));

  // absolute-form (RFC 9112 section 3.2.2): its authority counts, the Host field does not.
  std::string_view target = request.target;
  std::string authority{request.header("host")};
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (target.size() < scheme.size() || !text::equals_ignore_case_ascii(target.substr(0, scheme.size()), scheme)) {
      continue;
    }
    const auto begin = scheme.size();
    const auto end = std::min(target.find_first_of("/?#", begin), target.size());
    authority = std::string{target.substr(begin, end - begin)};
    auto rest = std::string{target.substr(end)};
    if (!rest.starts_with('/')) rest.insert(0, 1, '/');
    request.target = std::move(rest);
    for (auto& [name, value] : request.headers) {
      if (name == "host") value = authority;
    }
    break;
  }
  // Before anything is refused, so that a program gets its problem details.
  request.representation =
      request.target.starts_with("/api/") ? Representation::json : choose_representation(request.header("accept"));
  if (hosts > 1 || (hosts == 0 && !head.http_1_0)) return refuse(400, "a request has exactly one Host header");
  if (!(head.http_1_0 && authority.empty()) && !good_host(authority))
    return refuse(400, "the Host header names no host");
  if (!transfer_encoding.empty()) {
    if (head.http_1_0) return refuse(400, "HTTP/1.0 has no Transfer-Encoding");
    // Anything else would be a body whose end nobody knows.
    if (!text::equals_ignore_case_ascii(transfer_encoding, "chunked")) {
      return refuse(501, "the only Transfer-Encoding this server takes is chunked");
    }
  }
  if (request.method == Method::options && request.target == "*") {
    request.path = "*";
    return std::nullopt;
  }
  auto parsed = parse_target(request.target);
  if (!parsed) {
    const bool long_target = parsed.error().code == Error::Code::too_large;
    return Refusal{long_target ? 414 : 400, std::move(parsed).error()};
  }
  request.path = std::move(parsed->path);
  request.query = std::move(parsed->query);
  if (request.path.starts_with("/api/")) request.representation = Representation::json;
  return std::nullopt;
}

}  // namespace tocsin::portal::http
