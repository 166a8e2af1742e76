#pragma once
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "base/result.hpp"
#include "portal/app.hpp"
#include "portal/http/message.hpp"
#include "portal/http/router.hpp"

/// What programs send to change something: a JSON object whose members are known by name, and the version that they
/// have seen. Errors name the member by its JSON pointer (RFC 6901).
namespace tocsin::portal::api {

class Body {
 public:
  /// Errors: invalid_input for what is no JSON object, for a member that is not in `known` (nothing slips in), and for
  /// one that comes twice.
  static Result<Body> read(const http::Request& request, std::initializer_list<std::string_view> known);

  bool has(std::string_view name) const { return json::find(parsed_->root(), name) != nullptr; }
  /// Absent and null are nullopt. Errors: invalid_input for another type.
  Result<std::optional<std::string>> text(std::string_view name) const;
  Result<std::optional<std::vector<std::string>>> texts(std::string_view name) const;
  Result<std::optional<bool>> flag(std::string_view name) const;
  Result<std::optional<std::int64_t>> number(std::string_view name) const;
  const boost::json::object& object() const { return parsed_->root().get_object(); }

 private:
  explicit Body(json::Parsed parsed) { parsed_.emplace(std::move(parsed)); }
  std::optional<json::Parsed> parsed_;
};

/// "name" becomes "/name": the use cases know fields, programs know pointers.
Error at_pointer(Error error);

/// The version that the client has seen, from If-Match; "*" is empty: whichever. Errors: one that `writes` answers with
/// 428 where the header is missing.
Result<std::string> expected_version(const http::Request& request);
/// With ETag.
http::Response with_version(http::Response response, std::string_view version);

/// Weighty acts of people at a browser ask for a recent proof of who they are; programs have their scopes.
Status require_fresh(App& app, const http::Request& request);

/// A handler of the API that changes something: pointers in errors, 428 without If-Match where it is needed, 412 where
/// what is changed has changed meanwhile.
http::Handler writes(App& app, Result<http::Response> (*handler)(App&, const http::Request&), bool takes_query = false);

/// JSON for one asker, in no cache.
http::Response personal_json(const boost::json::object& body, int status = 200);

/// A route of the API that changes something.
struct WriteRoute {
  http::Method method;
  std::string_view pattern, name, summary;
  domain::Permission permission;
  Result<http::Response> (*handler)(App&, const http::Request&);
  bool session_only = false;
  std::size_t body_bytes_max = 64 << 10;
  bool takes_query = false;  ///< The handler says which parameters it knows.
};
void add_write_route(App& app, http::Router& router, const WriteRoute& route);

}  // namespace tocsin::portal::api
