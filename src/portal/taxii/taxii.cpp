#include "portal/taxii/taxii.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "exchange/source.hpp"
#include "portal/http/answer.hpp"

namespace tocsin::portal::taxii {
namespace {

constexpr std::string_view kBareType = "application/taxii+json";
constexpr std::size_t kMatchMax = 1'000;

/// Of "type;a=b; c=d" the value of a parameter, in lower case and without quotes; nullopt where it is not there.
std::optional<std::string> parameter_of(std::string_view type, std::string_view name) {
  const auto parts = text::split(type, ';');
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const auto part = text::trim(parts[i]);
    const auto equals = part.find('=');
    if (equals == part.npos || !text::equals_ignore_case_ascii(text::trim(part.substr(0, equals)), name)) continue;
    auto value = text::trim(part.substr(equals + 1));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
    return text::lower_ascii(value);
  }
  return std::nullopt;
}

bool is_2_1(std::string_view type) {
  const auto version = parameter_of(type, "version");
  return !version || *version == "2.1";
}

Error bad(std::string_view where, std::string message) {
  return Error::invalid(std::move(message), std::string{where});
}

Result<std::vector<std::string>> match_of(const http::Request& request, std::string_view name) {
  std::vector<std::string> out;
  for (const auto value : request.query.all(name)) {
    for (const auto each : text::split(value, ',')) {
      const auto trimmed = text::trim(each);
      if (trimmed.empty()) return bad(name, "values are separated by commas, and none is empty");
      out.emplace_back(trimmed);
    }
  }
  if (out.size() > kMatchMax) return bad(name, fmt::format("at most {} values can be asked for at once", kMatchMax));
  return out;
}

Result<std::int64_t> time_of(std::string_view text, std::string_view where) {
  const auto time = parse_rfc3339(text);
  if (!time || time->micros < 0) {
    return bad(where, "a time is written 2016-01-01T01:01:01.000Z");
  }
  return time->micros;
}

Status read_versions(const std::vector<std::string>& values, std::string_view name,
                     engine::taxii::WantedVersions& wanted) {
  if (values.empty()) return ok();
  wanted.last = false;
  for (const auto& each : values) {
    if (each == "last") {
      wanted.last = true;
    } else if (each == "first") {
      wanted.first = true;
    } else if (each == "all") {
      wanted.all = true;
    } else {
      TRY(const auto at, time_of(each, name));
      wanted.at.push_back(at);
    }
  }
  return ok();
}

Result<std::int64_t> read_next(std::string_view text) {
  std::int64_t added = -1;
  const auto digits = text.starts_with('a') ? text.substr(1) : std::string_view{};
  const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), added, 36);
  if (failed != std::errc{} || end != digits.data() + digits.size() || added < 0) {
    return bad("next", "'next' is what the page before this one gave, as it was given");
  }
  return added;
}

}  // namespace

bool is_taxii(std::string_view path) noexcept { return path.starts_with(kPath) || path == "/taxii2"; }

bool accepts(std::string_view accept) noexcept {
  if (text::trim(accept).empty()) return true;
  return std::ranges::any_of(text::split(accept, ','), [](std::string_view each) {
    const auto bare = text::trim(each.substr(0, each.find(';')));
    if (parameter_of(each, "q").value_or("1") == "0") return false;
    if (bare == "*/*" || text::equals_ignore_case_ascii(bare, "application/*")) return true;
    return text::equals_ignore_case_ascii(bare, kBareType) && is_2_1(each);
  });
}

bool is_media_type(std::string_view content_type) noexcept {
  return text::equals_ignore_case_ascii(text::trim(content_type.substr(0, content_type.find(';'))), kBareType) &&
         is_2_1(content_type);
}

http::Response json(const boost::json::value& body, int status) {
  auto response = http::Response::json(json::write(body), status);
  response.content_type = kMediaType;
  return response;
}

http::Response error(const http::Request& request, const Error& error, int status) {
  boost::json::object body{{"title", http::reason(status)},
                           {"description", error.message},
                           {"error_code", tocsin::to_string(error.code)},
                           {"http_status", std::to_string(status)}};
  if (!request.request_id.empty()) body["error_id"] = request.request_id;
  if (!error.where.empty()) body["details"] = boost::json::object{{"where", error.where}};
  auto response = json(body, status);
  response.cache_control = "no-store";
  return response;
}

Result<http::Response> answer(App& app, const http::Request& request,
                              Result<http::Response> (*handler)(App&, const http::Request&)) {
  if (!accepts(request.header("accept"))) {
    return error(request, Error::invalid(fmt::format("This speaks {}: ask for it in Accept", kMediaType), "Accept"),
                 406);
  }
  return handler(app, request);
}

void allow_other_sites(const http::Request& request, http::Response& response) {
  response.with("Access-Control-Allow-Origin", "*")
      .with("Access-Control-Expose-Headers", "X-TAXII-Date-Added-First, X-TAXII-Date-Added-Last, ETag");
  if (request.method != http::Method::options) return;
  response.with("Access-Control-Allow-Methods", "GET, HEAD, POST, DELETE, OPTIONS")
      .with("Access-Control-Allow-Headers", "Authorization, Accept, Content-Type, If-None-Match")
      .with("Access-Control-Max-Age", "86400");
}

std::string timestamp(std::int64_t micros) {
  constexpr std::int64_t kSecond = 1'000'000;
  auto fraction = micros % kSecond;
  if (fraction < 0) fraction += kSecond;
  auto text = format_rfc3339({micros - fraction});
  text.pop_back();
  return fmt::format("{}.{:06}Z", text, fraction);
}

std::string next_of(std::int64_t added) {
  char digits[16];
  const auto [end, failed] = std::to_chars(std::begin(digits), std::end(digits), added, 36);
  return failed == std::errc{} ? "a" + std::string{digits, end} : std::string{};
}

Result<engine::taxii::ObjectQuery> query_of(const http::Request& request,
                                            std::initializer_list<std::string_view> matches) {
  for (const auto& [name, value] : request.query.list()) {
    if (name == "added_after" || name == "limit" || name == "next") continue;
    // Section 3.4: what a server does not know it must not ignore in silence, for the answer would be another.
    const bool known =
        std::ranges::any_of(matches, [&](std::string_view each) { return name == fmt::format("match[{}]", each); });
    if (!known) return bad(name, fmt::format("'{}' is no filter of this address", exchange::printable_name(name)));
  }
  engine::taxii::ObjectQuery query;
  if (request.query.has("added_after")) {
    TRY(query.added_after, time_of(request.query.get("added_after"), "added_after"));
  }
  if (request.query.has("next")) {
    TRY(const auto next, read_next(request.query.get("next")));
    query.added_after = std::max(query.added_after.value_or(-1), next);
  }
  if (request.query.has("limit")) {
    std::int64_t limit = 0;
    const auto text = request.query.get("limit");
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), limit);
    if (failed != std::errc{} || end != text.data() + text.size() || limit < 1) {
      return bad("limit", "a whole number above 0 is wanted here");
    }
    // A server may give fewer.
    query.limit = static_cast<int>(std::min<std::int64_t>(limit, engine::taxii::kPageMax));
  }
  TRY(query.ids, match_of(request, "match[id]"));
  TRY(query.types, match_of(request, "match[type]"));
  TRY(const auto versions, match_of(request, "match[version]"));
  TRY_VOID(read_versions(versions, "match[version]", query.versions));
  TRY(const auto specs, match_of(request, "match[spec_version]"));
  // Everything here is of 2.1.
  if (!specs.empty() && std::ranges::find(specs, "2.1") == specs.end()) query.types = {""};
  return query;
}

}  // namespace tocsin::portal::taxii
