#include "exchange/curl.hpp"

#include <fmt/format.h>

#include "base/check.hpp"

namespace tocsin::exchange::curl {
namespace {

struct Started {
  Started() { TOCSIN_CHECK(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK); }
};

long milliseconds(std::chrono::milliseconds limit) noexcept {
  return static_cast<long>(std::max<std::int64_t>(limit.count(), 1));  // 0 would mean "for ever".
}

}  // namespace

Handle new_handle() {
  static const Started started;
  Handle handle{curl_easy_init()};
  TOCSIN_CHECK(handle != nullptr);
  return handle;
}

void append(List& list, const std::string& text) {
  auto* longer = curl_slist_append(list.get(), text.c_str());
  TOCSIN_CHECK(longer != nullptr);
  static_cast<void>(list.release());
  list.reset(longer);
}

void set_common(CURL* handle, const std::string& ca_file, std::chrono::milliseconds connect,
                std::chrono::milliseconds total) {
  set(handle, CURLOPT_NOSIGNAL, 1L);
  set(handle, CURLOPT_PROXY, "");
  set(handle, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  set(handle, CURLOPT_CONNECTTIMEOUT_MS, milliseconds(connect));
  set(handle, CURLOPT_TIMEOUT_MS, milliseconds(total));
  set(handle, CURLOPT_SSL_VERIFYPEER, 1L);
  set(handle, CURLOPT_SSL_VERIFYHOST, 2L);
  set(handle, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!ca_file.empty()) {
    set(handle, CURLOPT_CAINFO, ca_file.c_str());
    set(handle, CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  }
}

std::string part(CURLU* url, CURLUPart which, unsigned flags) {
  char* text = nullptr;
  if (curl_url_get(url, which, &text, flags) != CURLUE_OK) return {};
  std::string out{text};
  curl_free(text);
  return out;
}

Error error_of(CURLcode code, std::string_view peer, const char* detail) {
  std::string more{*detail != '\0' ? detail : curl_easy_strerror(code)};
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
      return Error::timeout(fmt::format("{} did not answer in time", peer));
    case CURLE_PEER_FAILED_VERIFICATION: {
      auto error = Error::forbidden(fmt::format("the certificate of {} is not trusted or is another's", peer));
      error.detail = std::move(more);
      return error;
    }
    case CURLE_SSL_CACERT_BADFILE:
      return Error::unavailable("the file of trusted certificates cannot be read", more);
    case CURLE_COULDNT_RESOLVE_HOST:
      return Error::unavailable(fmt::format("no address is known for {}", peer), more);
    case CURLE_COULDNT_CONNECT:
      return Error::unavailable(fmt::format("{} takes no connection", peer), more);
    case CURLE_SSL_CONNECT_ERROR:
      return Error::unavailable(fmt::format("no TLS connection to {}", peer), more);
    default:
      return Error::unavailable(fmt::format("the connection to {} broke", peer), more);
  }
}

}  // namespace tocsin::exchange::curl
