#include "portal/http/message.hpp"

#include <charconv>

#include <fmt/format.h>

#include "base/messages.hpp"
#include "base/text.hpp"

namespace tocsin::portal::http {

std::string_view to_string(Method method) noexcept {
  switch (method) {
    case Method::get:
      return "GET";
    case Method::head:
      return "HEAD";
    case Method::post:
      return "POST";
    case Method::put:
      return "PUT";
    case Method::patch:
      return "PATCH";
    case Method::delete_:
      return "DELETE";
    case Method::options:
      return "OPTIONS";
  }
  return "GET";
}

std::string_view Fields::get(std::string_view name) const noexcept {
  for (const auto& [key, value] : fields_) {
    if (key == name) return value;
  }
  return {};
}

bool Fields::has(std::string_view name) const noexcept {
  return std::any_of(fields_.begin(), fields_.end(), [name](const auto& field) { return field.first == name; });
}

std::vector<std::string_view> Fields::all(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const auto& [key, value] : fields_) {
    if (key == name) values.emplace_back(value);
  }
  return values;
}

std::string_view Request::header(std::string_view lower_case_name) const noexcept {
  for (const auto& [name, value] : headers) {
    if (name == lower_case_name) return value;
  }
  return {};
}

std::string_view Request::parameter(std::string_view name) const noexcept {
  const auto found = parameters.find(name);
  return found == parameters.end() ? std::string_view{} : std::string_view{found->second};
}

Result<int> Request::integer(std::string_view name, int otherwise, int min, int max) const {
  if (!query.has(name)) return otherwise;
  const auto text = query.get(name);
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < min || number > max) {
    return Error::invalid(tr<"'{}' takes a whole number from {} to {}">(name, min, max), std::string{name});
  }
  return number;
}

Status Request::only_known(std::initializer_list<std::string_view> known) const {
  for (const auto& [name, value] : query.list()) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    // Two slips at most: "lmit" is limit, "x" is nothing.
    constexpr int kSlipsMax = 2;
    std::string_view meant;
    int best = kSlipsMax + 1;
    for (const auto candidate : known) {
      const int distance = text::edit_distance(name, candidate, kSlipsMax);
      if (distance < best && static_cast<std::size_t>(distance) < candidate.size() / 2 + 1) {
        best = distance;
        meant = candidate;
      }
    }
    auto message = fmt::format("unknown query parameter '{}'", text::shorten(name, 64));
    if (!meant.empty()) {
      message += fmt::format(": did you mean {}?", meant);
    } else if (known.size() == 0) {
      message += ": this address takes none";
    } else {
      message += ": this address takes ";
      for (auto it = known.begin(); it != known.end(); ++it) {
        if (it != known.begin()) message += ", ";
        message += *it;
      }
    }
    return Error::invalid(std::move(message), text::shorten(name, 64));
  }
  return ok();
}

namespace {

Response of_type(std::string body, int status, std::string content_type) {
  Response response;
  response.status = status;
  response.content_type = std::move(content_type);
  response.body = std::make_shared<const std::string>(std::move(body));
  return response;
}

}  // namespace

Response Response::html(std::string body, int status) {
  return of_type(std::move(body), status, "text/html; charset=utf-8");
}
Response Response::json(std::string body, int status) { return of_type(std::move(body), status, "application/json"); }
Response Response::text(std::string body, int status) {
  return of_type(std::move(body), status, "text/plain; charset=utf-8");
}

Response Response::nothing() {
  Response response;
  response.status = 204;
  response.cache_control = "no-store";
  return response;
}

Response Response::redirect(std::string location, int status) {
  Response response = text({}, status);
  response.with("Location", std::move(location));
  return response;
}

}  // namespace tocsin::portal::http
