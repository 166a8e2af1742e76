#include "portal/api/body.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "engine/identity/identity.hpp"
#include "portal/api/problem.hpp"

namespace tocsin::portal::api {
namespace {

constexpr std::size_t kListMax = 500;
/// Places that no member has: they say which status the error is.
constexpr std::string_view kNeedsMatch = "If-Match";
constexpr std::string_view kOtherVersion = "/version";

std::string pointer(std::string_view name) { return fmt::format("/{}", name); }

const boost::json::value* present(const boost::json::value& root, std::string_view name) {
  const auto* found = json::find(root, name);
  return found == nullptr || found->is_null() ? nullptr : found;
}

Error wrong_type(std::string_view name, std::string_view what) {
  return Error::invalid(fmt::format("'{}' is {}", name, what), pointer(name));
}

}  // namespace

Result<Body> Body::read(const http::Request& request, std::initializer_list<std::string_view> known) {
  TRY(auto parsed, json::parse(request.body));
  if (!parsed.root().is_object()) return Error::invalid("the body is a JSON object");
  for (const auto& member : parsed.root().get_object()) {
    const std::string_view name = member.key();
    if (std::ranges::find(known, name) == known.end()) {
      return Error::invalid(
          fmt::format("there is no member '{}' here; there are {}", text::shorten(name, 64), fmt::join(known, ", ")),
          pointer(text::shorten(name, 64)));
    }
  }
  return Body{std::move(parsed)};
}

Result<std::optional<std::string>> Body::text(std::string_view name) const {
  const auto* found = present(parsed_->root(), name);
  if (found == nullptr) return std::optional<std::string>{};
  if (!found->is_string()) return wrong_type(name, "a text");
  return std::optional{std::string{std::string_view{found->get_string()}}};
}

Result<std::optional<std::vector<std::string>>> Body::texts(std::string_view name) const {
  const auto* found = present(parsed_->root(), name);
  if (found == nullptr) return std::optional<std::vector<std::string>>{};
  if (!found->is_array() || found->get_array().size() > kListMax) {
    return wrong_type(name, fmt::format("a list of at most {} texts", kListMax));
  }
  std::vector<std::string> texts;
  for (const auto& each : found->get_array()) {
    if (!each.is_string()) return wrong_type(name, "a list of texts");
    texts.emplace_back(std::string_view{each.get_string()});
  }
  return std::optional{std::move(texts)};
}

Result<std::optional<bool>> Body::flag(std::string_view name) const {
  const auto* found = present(parsed_->root(), name);
  if (found == nullptr) return std::optional<bool>{};
  if (!found->is_bool()) return wrong_type(name, "true or false");
  return std::optional{found->get_bool()};
}

Result<std::optional<std::int64_t>> Body::number(std::string_view name) const {
  const auto* found = present(parsed_->root(), name);
  if (found == nullptr) return std::optional<std::int64_t>{};
  if (!found->is_int64()) return wrong_type(name, "a whole number");
  return std::optional{found->get_int64()};
}

Error at_pointer(Error error) {
  if (error.where.empty() || error.where.starts_with('/') || error.where == kNeedsMatch) return error;
  const bool field = std::ranges::all_of(
      error.where, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.'; });
  // Places of other kinds, such as a line and column of the body, stay.
  if (field) error.where = pointer(error.where);
  return error;
}

Result<std::string> expected_version(const http::Request& request) {
  auto tag = text::trim(request.header("if-match"));
  if (tag.empty()) {
    return Error::invalid("Say which version you have seen: send the ETag of the answer to GET as If-Match",
                          std::string{kNeedsMatch});
  }
  if (tag == "*") return std::string{};
  // Weak where the answer came compressed: the same version all the same.
  if (tag.starts_with("W/")) tag.remove_prefix(2);
  if (tag.size() < 3 || tag.front() != '"' || tag.back() != '"') return std::string{"none"};
  return std::string{tag.substr(1, tag.size() - 2)};
}

http::Response with_version(http::Response response, std::string_view version) {
  return response.with("ETag", fmt::format("\"{}\"", version));
}

Status require_fresh(App& app, const http::Request& request) {
  const auto& principal = *request.principal;
  if (principal.by != engine::identity::Principal::By::session) return ok();
  if (app.identity()->fresh(principal, request.now)) return ok();
  return Error::forbidden("This asks for a recent proof of who you are: see /confirm.");
}

http::Handler writes(App& app, Result<http::Response> (*handler)(App&, const http::Request&), bool takes_query) {
  return [&app, handler, takes_query](const http::Request& request) -> Result<http::Response> {
    if (auto known = request.only_known({}); !takes_query && !known) return std::move(known).error();
    auto made = handler(app, request);
    if (made) return made;
    auto error = at_pointer(std::move(made).error());
    if (error.where == kNeedsMatch) return problem(request, error, 428);
    if (error.where == kOtherVersion) return problem(request, error, 412);
    return error;
  };
}

http::Response personal_json(const boost::json::object& body, int status) {
  auto response = http::Response::json(json::write(body), status);
  response.cache_control = "no-store";
  return response;
}

void add_write_route(App& app, http::Router& router, const WriteRoute& from) {
  http::Route route;
  route.method = from.method;
  route.pattern = std::string{from.pattern};
  route.name = std::string{from.name};
  route.summary = std::string{from.summary};
  route.permission = from.permission;
  route.session_only = from.session_only;
  route.body_bytes_max = from.body_bytes_max;
  route.handler = writes(app, from.handler, from.takes_query);
  router.add(std::move(route));
}

}  // namespace tocsin::portal::api
