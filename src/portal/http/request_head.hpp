#pragma once
#include <optional>
#include <string_view>

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "base/result.hpp"
#include "portal/http/message.hpp"

/// From Beast's parser to our Request, with the rules of HTTP that the parser leaves to its user. Internal to the
/// server.
namespace tocsin::portal::http {

namespace beast = boost::beast;
using Parser = beast::http::request_parser<beast::http::string_body>;

/// Why a request is answered without a handler.
struct Refusal {
  int status = 400;
  Error error;
};
std::optional<Refusal> refuse(int status, std::string message);
/// What the parser's error means to the client; `input` is what it was given.
std::optional<Refusal> refusal_of(const beast::error_code& error, std::string_view input);
/// Beast joins folded lines without a word; RFC 9112 section 5.2 lets a server refuse them, and folding only hides.
bool has_folded_line(std::string_view header) noexcept;

/// What a request says about its connection.
struct RequestHead {
  bool unknown_method = false;
  bool keep_alive = false;
  bool http_1_0 = false;
};
/// Fills method, target, path, query, headers, representation and, where the client named one, the request id.
std::optional<Refusal> read_head(const Parser::value_type& message, Request& request, RequestHead& head);

}  // namespace tocsin::portal::http
