#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "portal/http/cache.hpp"
#include "portal/http/message.hpp"
#include "portal/http/negotiate.hpp"
#include "portal/http/server.hpp"

/// From a handler's Response to the bytes of an answer; internal to the server. Any thread.
namespace tocsin::portal::http {

std::string_view reason(int status) noexcept;

/// Adds ETag, Vary and the like, compresses where it gains, and writes the head.
/// Errors: internal for a header name or value that HTTP does not allow (CR, LF, NUL): never written as it is.
Result<std::shared_ptr<const CachedAnswer>> make_answer(const Request& request, Response response, Encoding encoding);

/// "HTTP/1.1 304 Not Modified" with those headers of the answer that a 304 has too.
std::string not_modified_head(const CachedAnswer& answer);

/// Is the client's copy still good (RFC 9110 section 13.2.2)?
bool not_modified(const Request& request, const CachedAnswer& answer);

/// Asks whether the request may pass, runs the handler and makes its answer. Never throws: whatever goes wrong becomes
/// an error answer.
std::shared_ptr<const CachedAnswer> run_handler(const Route& route, const ServerHooks& hooks, Request& request,
                                                Encoding encoding, bool* cacheable);

/// The answer for an error, by hooks.error or as plain text.
std::shared_ptr<const CachedAnswer> error_answer(const ServerHooks& hooks, const Request& request, const Error& error,
                                                 int status, Encoding encoding,
                                                 std::vector<std::pair<std::string, std::string>> headers = {});

}  // namespace tocsin::portal::http
