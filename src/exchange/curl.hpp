#pragma once
#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include <curl/curl.h>

#include "base/result.hpp"

/// What fetch.cpp and mail.cpp share of libcurl. Not for other files: they include fetch.hpp and mail.hpp.
namespace tocsin::exchange::curl {

struct Cleanup {
  void operator()(CURL* handle) const noexcept { curl_easy_cleanup(handle); }
  void operator()(CURLU* url) const noexcept { curl_url_cleanup(url); }
  void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
};
using Handle = std::unique_ptr<CURL, Cleanup>;
using Url = std::unique_ptr<CURLU, Cleanup>;
using List = std::unique_ptr<curl_slist, Cleanup>;

/// A new handle; libcurl itself is started with the first.
Handle new_handle();
void append(List& list, const std::string& text);

/// TLS, time limits, no signals, no proxy and no files of the user: what every transfer here has.
void set_common(CURL* handle, const std::string& ca_file, std::chrono::milliseconds connect,
                std::chrono::milliseconds total);

template <class Value>
void set(CURL* handle, CURLoption option, Value value) {
  curl_easy_setopt(handle, option, value);  // NOLINT(cppcoreguidelines-pro-type-vararg)
}

/// A part of a URL, or empty.
std::string part(CURLU* url, CURLUPart which, unsigned flags = 0);
/// libcurl's answer as an error: timeout, forbidden (certificate), unavailable (everything else). `peer` is who was
/// talked to, for the reader.
Error error_of(CURLcode code, std::string_view peer, const char* detail);

}  // namespace tocsin::exchange::curl
