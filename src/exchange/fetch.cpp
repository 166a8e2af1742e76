#include "exchange/fetch.hpp"

#include <cctype>
#include <charconv>
#include <cstring>
#include <mutex>

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.hpp"
#include "exchange/curl.hpp"

namespace tocsin::exchange {
namespace {

using curl::set;

constexpr std::size_t kUrlBytesMax = 2048;
constexpr std::size_t kAnswerHeaderBytesMax = std::size_t{64} << 10;
constexpr std::size_t kRequestHeadersMax = 50;
constexpr std::size_t kIdleHandlesMax = 8;
constexpr int kRedirectsMax = 10;

bool is_token(std::string_view name) noexcept {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !name.empty() && std::ranges::all_of(name, [&](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || kMarks.find(c) != std::string_view::npos;
  });
}
bool is_field_value(std::string_view value) noexcept {
  return std::ranges::all_of(value, [](char c) { return (c >= 0x20 && c != 0x7F) || c == '\t'; });
}

/// Names that belong to the transfer itself: set by hand they would give a second meaning to the request.
Status check_headers(const FetchHeaders& headers) {
  if (headers.size() > kRequestHeadersMax) return Error::invalid("too many headers for a request");
  for (const auto& [name, value] : headers) {
    if (!is_token(name) || !is_field_value(value)) {
      return Error::invalid(fmt::format("the header '{}' has a name or value that no header has",
                                        text::shorten(text::squeeze(name), 60)));
    }
    for (const auto* own : {"host", "content-length", "transfer-encoding", "connection", "expect", "upgrade", "te"}) {
      if (text::equals_ignore_case_ascii(name, own)) {
        return Error::invalid(fmt::format("the header '{}' is not the caller's to set", name));
      }
    }
  }
  return ok();
}

Error bad_url(std::string_view url, std::string_view why) {
  return Error::invalid(fmt::format("'{}' is not fetched: {}", text::shorten(url, 120), why));
}

/// Parses with libcurl's own parser, and hands the parsed form to libcurl: two parsers could disagree about the host.
Result<curl::Url> parse_url(std::string_view url, bool allow_http, CURLU* base) {
  if (url.size() > kUrlBytesMax) return bad_url(url, fmt::format("it has more than {} bytes", kUrlBytesMax));
  for (const char c : url) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte >= 0x7F || c == '\\') {
      return bad_url(text::squeeze(url), "it contains blanks, control characters or letters that must be encoded");
    }
  }
  curl::Url parsed{base == nullptr ? curl_url() : curl_url_dup(base)};
  if (parsed == nullptr) return Error::internal("out of memory");
  const auto code = curl_url_set(parsed.get(), CURLUPART_URL, std::string{url}.c_str(), CURLU_DISALLOW_USER);
  if (code == CURLUE_USER_NOT_ALLOWED) return bad_url(url, "it contains a user name");
  if (code != CURLUE_OK && code != CURLUE_UNSUPPORTED_SCHEME) return bad_url(url, "it is no URL");
  const auto scheme = curl::part(parsed.get(), CURLUPART_SCHEME);
  if (code != CURLUE_OK || (scheme != "https" && !(allow_http && scheme == "http"))) {
    return bad_url(url, allow_http ? "it must start with https:// or http://" : "it must start with https://");
  }
  if (!curl::part(parsed.get(), CURLUPART_USER).empty() || !curl::part(parsed.get(), CURLUPART_PASSWORD).empty()) {
    return bad_url(url, "it contains a user name");
  }
  curl_url_set(parsed.get(), CURLUPART_FRAGMENT, nullptr, 0);
  return parsed;
}

std::string origin_of(CURLU* url) {
  return text::lower_ascii(fmt::format("{}://{}:{}", curl::part(url, CURLUPART_SCHEME), curl::part(url, CURLUPART_HOST),
                                       curl::part(url, CURLUPART_PORT, CURLU_DEFAULT_PORT)));
}

std::optional<Address> address_of(const curl_sockaddr& socket_address) {
  Address address;
  if (socket_address.family == AF_INET6) {
    sockaddr_in6 six{};
    std::memcpy(&six, &socket_address.addr, std::min<std::size_t>(sizeof six, socket_address.addrlen));
    std::memcpy(address.bytes.data(), &six.sin6_addr, address.bytes.size());
    return address;
  }
  if (socket_address.family != AF_INET) return std::nullopt;
  sockaddr_in four{};
  std::memcpy(&four, &socket_address.addr, sizeof four);
  address.bytes[10] = address.bytes[11] = 0xFF;
  std::memcpy(address.bytes.data() + 12, &four.sin_addr, sizeof four.sin_addr);
  return address;
}

/// One request on its way: what libcurl's callbacks write into.
struct Transfer {
  const FetchSettings& settings;
  const FetchOptions& options;
  FetchAnswer answer;
  std::size_t header_bytes = 0;
  bool too_large = false, headers_too_large = false, cut = false;
  std::string refused_address;
};

bool may_reach(const FetchSettings& settings, const Address& address) {
  return settings.allow_private || is_public_address(address) ||
         std::ranges::any_of(settings.allow_networks, [&](const auto& each) { return each.contains(address); });
}

// The callbacks run inside C code: nothing may be thrown through it.
curl_socket_t open_socket(void* data, curlsocktype purpose, curl_sockaddr* peer) noexcept {
  auto& transfer = *static_cast<Transfer*>(data);
  try {
    const auto address = address_of(*peer);
    if (purpose != CURLSOCKTYPE_IPCXN || !address || !may_reach(transfer.settings, *address)) {
      transfer.refused_address = address ? to_string(*address) : "an address of another kind";
      return CURL_SOCKET_BAD;
    }
    return ::socket(peer->family, peer->socktype | SOCK_CLOEXEC, peer->protocol);
  } catch (...) {
    return CURL_SOCKET_BAD;
  }
}

std::size_t take_body(char* bytes, std::size_t, std::size_t size, void* data) noexcept {
  auto& transfer = *static_cast<Transfer*>(data);
  try {
    const auto room = transfer.options.body_bytes_max - transfer.answer.body.size();
    if (size > room && transfer.options.cut_body) {
      transfer.answer.body.append(bytes, room);
      transfer.cut = true;
      return 0;
    }
    if (size > room) {
      transfer.too_large = true;
      return 0;
    }
    transfer.answer.body.append(bytes, size);
    return size;
  } catch (...) {
    return 0;
  }
}

std::size_t take_header(char* bytes, std::size_t, std::size_t size, void* data) noexcept {
  auto& transfer = *static_cast<Transfer*>(data);
  try {
    transfer.header_bytes += size;
    if (transfer.header_bytes > kAnswerHeaderBytesMax) {
      transfer.headers_too_large = true;
      return 0;
    }
    const std::string_view line{bytes, size};
    if (line.starts_with("HTTP/")) transfer.answer.headers.clear();  // After "100 Continue" the real one comes.
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) return size;
    transfer.answer.headers.emplace_back(text::lower_ascii(line.substr(0, colon)), text::trim(line.substr(colon + 1)));
    return size;
  } catch (...) {
    return 0;
  }
}

bool is_redirect(int status) noexcept {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

}  // namespace

std::string_view FetchAnswer::header(std::string_view name) const noexcept {
  for (const auto& [each, value] : headers) {
    if (each == name) return value;
  }
  return {};
}

std::optional<std::chrono::seconds> FetchAnswer::retry_after() const noexcept {
  const auto text = header("retry-after");
  std::int64_t value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || failed != std::errc{} || end != text.data() + text.size() || value < 0) return std::nullopt;
  return std::chrono::seconds{value};
}

struct Fetch::Inside {
  FetchSettings settings;
  std::string user_agent;
  std::mutex mutex;
  std::vector<curl::Handle> idle;

  curl::Handle take() {
    {
      const std::lock_guard lock{mutex};
      if (!idle.empty()) {
        auto handle = std::move(idle.back());
        idle.pop_back();
        return handle;
      }
    }
    return curl::new_handle();
  }
  void give_back(curl::Handle handle) {
    curl_easy_reset(handle.get());  // Its connections stay open.
    const std::lock_guard lock{mutex};
    if (idle.size() < kIdleHandlesMax) idle.push_back(std::move(handle));
  }

  Result<FetchAnswer> once(CURLU* url, const FetchBody* body, const FetchOptions& options, const FetchHeaders& headers,
                           std::chrono::milliseconds total);
  Result<FetchAnswer> run(std::string_view url, const FetchBody* body, const FetchOptions& options);
};

Result<FetchAnswer> Fetch::Inside::once(CURLU* url, const FetchBody* body, const FetchOptions& options,
                                        const FetchHeaders& headers, std::chrono::milliseconds total) {
  auto handle = take();
  auto* const transport = handle.get();
  Transfer transfer{settings, options, {}, 0, false, false, false, {}};
  std::array<char, CURL_ERROR_SIZE> detail{};
  curl::set_common(transport, settings.ca_file, std::min(options.connect_timeout, total), total);
  set(transport, CURLOPT_CURLU, url);
  set(transport, CURLOPT_PROTOCOLS_STR, settings.allow_http ? "http,https" : "https");
  set(transport, CURLOPT_FOLLOWLOCATION, 0L);
  set(transport, CURLOPT_HTTP09_ALLOWED, 0L);
  set(transport, CURLOPT_USERAGENT, user_agent.c_str());
  set(transport, CURLOPT_ERRORBUFFER, detail.data());
  set(transport, CURLOPT_OPENSOCKETFUNCTION, &open_socket);
  set(transport, CURLOPT_OPENSOCKETDATA, static_cast<void*>(&transfer));
  set(transport, CURLOPT_WRITEFUNCTION, &take_body);
  set(transport, CURLOPT_WRITEDATA, static_cast<void*>(&transfer));
  set(transport, CURLOPT_HEADERFUNCTION, &take_header);
  set(transport, CURLOPT_HEADERDATA, static_cast<void*>(&transfer));
  if (!options.cut_body) {
    set(transport, CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(options.body_bytes_max));
  }
  curl::List lines;
  for (const auto& [name, value] : headers) {
    // "Name;" is libcurl's way to send a header without value; "Name:" would remove one.
    curl::append(lines, text::trim(value).empty() ? name + ";" : name + ": " + value);
  }
  if (body != nullptr) {
    set(transport, CURLOPT_POST, 1L);
    set(transport, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body->bytes.size()));
    set(transport, CURLOPT_POSTFIELDS, body->bytes.data());
    curl::append(lines, "Content-Type: " + body->content_type);
    curl::append(lines, "Expect:");
  }
  set(transport, CURLOPT_HTTPHEADER, lines.get());
  const auto code = curl_easy_perform(transport);
  long status = 0;
  curl_easy_getinfo(transport, CURLINFO_RESPONSE_CODE, &status);  // NOLINT(cppcoreguidelines-pro-type-vararg)
  give_back(std::move(handle));
  if (code == CURLE_OK || transfer.cut) {
    transfer.answer.status = static_cast<int>(status);
    transfer.answer.url = curl::part(url, CURLUPART_URL);
    return std::move(transfer.answer);
  }
  const auto peer = text::shorten(curl::part(url, CURLUPART_HOST), 120);
  if (transfer.too_large || code == CURLE_FILESIZE_EXCEEDED) {
    return Error::too_large("the answer of " + peer, options.body_bytes_max);
  }
  if (transfer.headers_too_large) return Error::too_large("the header of " + peer, kAnswerHeaderBytesMax);
  if (code == CURLE_COULDNT_CONNECT && !transfer.refused_address.empty()) {
    auto error =
        Error::forbidden(fmt::format("{} is not fetched from: its address is not in the public internet", peer));
    error.detail = transfer.refused_address;
    return error;
  }
  return curl::error_of(code, peer, detail.data());
}

Result<FetchAnswer> Fetch::Inside::run(std::string_view url_text, const FetchBody* body, const FetchOptions& options) {
  TRY_VOID(check_headers(options.headers));
  if (body != nullptr && !is_field_value(body->content_type)) return Error::invalid("that is no content type");
  TRY(auto url, parse_url(url_text, settings.allow_http, nullptr));
  const auto deadline = std::chrono::steady_clock::now() + options.total_timeout;
  auto headers = options.headers;
  for (int redirects = 0;; ++redirects) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (redirects > 0 && left.count() <= 0) {
      return Error::timeout(fmt::format("'{}' did not answer in time", text::shorten(url_text, 120)));
    }
    TRY(auto answer, once(url.get(), body, options, headers, left));
    const auto location = answer.header("location");
    const bool follow = body == nullptr && options.redirects_max > 0 && is_redirect(answer.status) && !location.empty();
    if (!follow) return answer;
    if (redirects == std::min(options.redirects_max, kRedirectsMax)) {
      return Error::unavailable(fmt::format("'{}' redirects more often than {} times", text::shorten(url_text, 120),
                                            std::min(options.redirects_max, kRedirectsMax)));
    }
    auto next = parse_url(location, settings.allow_http, url.get());
    if (!next) {
      return Error::forbidden(
          fmt::format("'{}' redirects to where it may not: {}", text::shorten(url_text, 120), next.error().message));
    }
    if (curl::part(next->get(), CURLUPART_SCHEME) != curl::part(url.get(), CURLUPART_SCHEME)) {
      return Error::forbidden(fmt::format("'{}' redirects to another scheme", text::shorten(url_text, 120)));
    }
    if (origin_of(next->get()) != origin_of(url.get())) headers.clear();
    url = std::move(*next);
  }
}

Fetch::Fetch(FetchSettings settings) : inside_(std::make_unique<Inside>()) {
  inside_->user_agent = "Tocsin/" TOCSIN_VERSION;
  if (!settings.contact.empty() && is_field_value(settings.contact)) {
    inside_->user_agent += " (+" + settings.contact + ")";
  }
  inside_->settings = std::move(settings);
}
Fetch::~Fetch() = default;
Fetch::Fetch(Fetch&&) noexcept = default;
Fetch& Fetch::operator=(Fetch&&) noexcept = default;

Result<FetchAnswer> Fetch::get(std::string_view url, const FetchOptions& options) const {
  return inside_->run(url, nullptr, options);
}
Result<FetchAnswer> Fetch::post(std::string_view url, const FetchBody& body, const FetchOptions& options) const {
  return inside_->run(url, &body, options);
}

}  // namespace tocsin::exchange
