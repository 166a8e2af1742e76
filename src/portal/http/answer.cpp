#include "portal/http/answer.hpp"

#include <fmt/format.h>

#include "base/hash.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "portal/http/compress.hpp"
#include "portal/http/source.hpp"
#include "portal/http/stream.hpp"

namespace tocsin::portal::http {
namespace {

bool token(std::string_view name) noexcept {
  static constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kMarks.find(c) != std::string_view::npos;
  });
}

/// Anything but control characters: a line end would begin another header, or another answer.
bool field_value(std::string_view value) noexcept {
  return std::all_of(value.begin(), value.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte >= 0x20 && byte != 0x7F) || c == '\t';
  });
}

class Head {
 public:
  explicit Head(int status) {
    text_.reserve(1024);
    fmt::format_to(std::back_inserter(text_), "HTTP/1.1 {} {}\r\n", status, reason(status));
  }
  void add(std::string_view name, std::string_view value) {
    if (!token(name) || !field_value(value)) {
      // The name is ours and safe to log once it is not a token: the log escapes it.
      if (bad_.empty()) bad_ = std::string{name};
      return;
    }
    text_ += name;
    text_ += ": ";
    text_ += value;
    text_ += "\r\n";
  }
  std::size_t size() const noexcept { return text_.size(); }
  bool good() const noexcept { return bad_.empty(); }
  const std::string& bad() const noexcept { return bad_; }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
  std::string bad_;
};

bool negotiated(const Request& request, std::string_view content_type) {
  return !request.path.starts_with("/api/") &&
         (content_type.starts_with("text/html") || content_type.ends_with("json"));
}

void add_vary(std::string& vary, std::string_view name) {
  if (text::contains_ignore_case_ascii(vary, name)) {
    // "Accept" is also the beginning of "Accept-Encoding": compare whole names.
    for (const auto each : text::split(vary, ',')) {
      if (text::equals_ignore_case_ascii(text::trim(each), name)) return;
    }
  }
  if (!vary.empty()) vary += ", ";
  vary += name;
}

std::string in_quotes(std::string_view etag) {
  if (etag.ends_with('"')) return std::string{etag};
  return fmt::format("\"{}\"", etag);
}

bool bodiless(int status) noexcept { return status == 204 || status == 304; }

}  // namespace

std::string_view reason(int status) noexcept {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 422:
      return "Unprocessable Content";
    case 428:
      return "Precondition Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return status < 400 ? "OK" : "Error";
  }
}

int status_of(Error::Code code) noexcept {
  switch (code) {
    case Error::Code::invalid_input:
      return 400;
    case Error::Code::too_large:
      return 413;
    case Error::Code::not_found:
      return 404;
    case Error::Code::conflict:
      return 409;
    case Error::Code::forbidden:
      return 403;
    case Error::Code::timeout:
      return 504;
    case Error::Code::unavailable:
      return 503;
    case Error::Code::internal:
      return 500;
  }
  return 500;
}

Result<std::shared_ptr<const CachedAnswer>> make_answer(const Request& request, Response response, Encoding encoding) {
  auto answer = std::make_shared<CachedAnswer>();
  answer->status = response.status;
  answer->body = response.body ? response.body : std::make_shared<const std::string>();
  const bool goes_on = stream_of(answer->body) != nullptr || source_of(answer->body) != nullptr;
  if (goes_on) response.cache_control = "no-store";

  std::string vary;
  bool encoded = false;
  for (const auto& [name, value] : response.headers) {
    if (text::equals_ignore_case_ascii(name, "vary")) {
      for (const auto each : text::split(value, ',')) add_vary(vary, text::trim(each));
    }
    if (text::equals_ignore_case_ascii(name, "content-encoding")) encoded = true;
  }
  if (negotiated(request, response.content_type)) add_vary(vary, "Accept");
  const bool may_compress = !encoded && compressible(response.content_type, answer->body->size());
  if (may_compress) add_vary(vary, "Accept-Encoding");

  const bool validated = response.status == 200 && response.cache_control != "no-store" &&
                         (request.method == Method::get || request.method == Method::head);
  if (validated) {
    answer->etag =
        response.etag.empty() ? fmt::format("\"{:016x}\"", fast_hash(*answer->body)) : in_quotes(response.etag);
    // One asker's validator says nothing to another, even where both get the same bytes: who signs out must not hear
    // "not modified" of what only members see.
    if (!request.asker.empty() && !response.cache_control.starts_with("public")) {
      answer->etag = fmt::format("\"{:016x}\"", fast_hash(request.asker + '\n' + answer->etag));
    }
  }
  const bool compressed = may_compress && encoding != Encoding::identity;
  if (compressed) {
    answer->body = std::make_shared<const std::string>(compress(*answer->body, encoding));
    // The compressed bytes are another representation of the same: equal in the weak sense only (RFC 9110 8.8.3.3).
    if (!answer->etag.empty() && !answer->etag.starts_with("W/")) answer->etag.insert(0, "W/");
  }

  Head head{response.status};
  if (!bodiless(response.status)) {
    if (!answer->body->empty() || goes_on) head.add("Content-Type", response.content_type);
    if (compressed) head.add("Content-Encoding", to_string(encoding));
    for (const auto& [name, value] : response.headers) {
      if (text::equals_ignore_case_ascii(name, "content-encoding")) head.add("Content-Encoding", value);
    }
    if (!goes_on) head.add("Content-Length", std::to_string(answer->body->size()));
  }
  answer->shared_at = head.size();
  if (!answer->etag.empty()) head.add("ETag", answer->etag);
  if (validated && response.last_modified && request.asker.empty())
    head.add("Last-Modified", format_http_date(*response.last_modified));
  if (!response.cache_control.empty()) head.add("Cache-Control", response.cache_control);
  if (!vary.empty()) head.add("Vary", vary);
  for (const auto& [name, value] : response.headers) {
    if (text::equals_ignore_case_ascii(name, "vary") || text::equals_ignore_case_ascii(name, "content-encoding")) {
      continue;
    }
    head.add(name, value);
  }
  if (!head.good()) {
    return Error::internal("the answer could not be written", fmt::format("illegal response header '{}'", head.bad()));
  }
  answer->head = head.take();
  return std::shared_ptr<const CachedAnswer>{std::move(answer)};
}

std::string not_modified_head(const CachedAnswer& answer) {
  std::string head = "HTTP/1.1 304 Not Modified\r\n";
  head.append(answer.head, answer.shared_at);
  return head;
}

bool not_modified(const Request& request, const CachedAnswer& answer) {
  if (answer.status != 200 || answer.etag.empty()) return false;
  if (const auto tags = request.header("if-none-match"); !tags.empty()) return etag_matches(tags, answer.etag);
  if (const auto since = request.header("if-modified-since"); !since.empty()) {
    // Clients send back the date they were given; one that was made up gets the whole answer, which is never wrong.
    return text::contains(answer.head, fmt::format("\r\nLast-Modified: {}\r\n", since));
  }
  return false;
}

std::shared_ptr<const CachedAnswer> error_answer(const ServerHooks& hooks, const Request& request, const Error& error,
                                                 int status, Encoding encoding,
                                                 std::vector<std::pair<std::string, std::string>> headers) {
  if (status >= 500 && status != 503) {
    log::error("request.failed", {{"request_id", request.request_id},
                                  {"path", request.secret_path ? std::string_view{} : std::string_view{request.path}},
                                  {"code", to_string(error.code)},
                                  {"message", error.message},
                                  {"where", error.where},
                                  {"detail", error.detail}});
  }
  const LanguageScope speaking{request.language};
  std::string failed;
  try {
    Response response = hooks.error ? hooks.error(request, error, status)
                                    : Response::text(fmt::format("{} {}\n{}\nRequest {}\n", status, reason(status),
                                                                 error.message, request.request_id),
                                                     status);
    response.cache_control = "no-store";
    for (auto& header : headers) response.headers.push_back(std::move(header));
    if (hooks.decorate) hooks.decorate(request, response);
    auto answer = make_answer(request, std::move(response), encoding);
    if (answer) return std::move(answer).value();
    failed = answer.error().detail;
  } catch (const std::exception& exception) {
    failed = exception.what();
  }
  log::error("request.error_page_failed", {{"request_id", request.request_id}, {"detail", failed}});
  // Last resort: no hook has a say in it, and nothing in it can be refused.
  return make_answer(request, Response::text(fmt::format("{} {}\n", status, reason(status)), status),
                     Encoding::identity)
      .value();
}

std::shared_ptr<const CachedAnswer> run_handler(const Route& route, const ServerHooks& hooks, Request& request,
                                                Encoding encoding, bool* cacheable) {
  *cacheable = false;
  const auto failed = [&](std::string detail) {
    // What a library says in an exception may hold paths or SQL: for the log, not for the reader.
    const auto error =
        Error::internal("Something went wrong on our side. The request's id helps us to find it.", std::move(detail));
    return error_answer(hooks, request, error, 500, encoding);
  };
  const LanguageScope speaking{request.language};
  int status_given = 403;
  std::vector<std::pair<std::string, std::string>> headers_given;
  try {
    bool turned_away = false;
    auto result = [&]() -> Result<Response> {
      if (hooks.admit) {
        auto admission = hooks.admit(route, request);
        turned_away = admission.refused || admission.instead;
        if (admission.refused) {
          status_given = admission.status;
          headers_given = std::move(admission.headers);
          return std::move(*admission.refused);
        }
        if (admission.instead) return std::move(*admission.instead);
      }
      return route.handler(request);
    }();
    if (!result) {
      if (!turned_away && result.error().code == Error::Code::forbidden && hooks.refused) {
        hooks.refused(route, request, result.error());
      }
      const auto status = turned_away ? status_given : status_of(result.error().code);
      auto headers = std::move(headers_given);
      if (status == 503) headers.emplace_back("Retry-After", "5");
      return error_answer(hooks, request, result.error(), status, encoding, std::move(headers));
    }
    auto response = std::move(result).value();
    const bool keep = response.cacheable && response.status == 200 && !turned_away &&
                      stream_of(response.body) == nullptr && source_of(response.body) == nullptr;
    if (hooks.decorate) hooks.decorate(request, response);
    auto answer = make_answer(request, std::move(response), encoding);
    if (!answer) return failed(answer.error().detail);
    *cacheable = keep;
    return std::move(answer).value();
  } catch (const ErrorException& exception) {
    return failed(exception.error().to_string() + " " + exception.error().detail);
  } catch (const std::exception& exception) {
    return failed(exception.what());
  } catch (...) {
    return failed("an exception of unknown type");
  }
}

}  // namespace tocsin::portal::http
