#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "exchange/address.hpp"

/// HTTPS client for addresses that others may have written: it cannot be turned against our own network, for each
/// address is judged when the socket is opened, after DNS has answered and after every redirect.
namespace tocsin::exchange {

struct FetchSettings {
  std::string contact =
      {};  ///< A URL or mail address for the User-Agent, so that operators know whom to ask; may be empty.
  std::string ca_file = {};                  ///< PEM; empty: the system's.
  bool allow_http = false;                   ///< https only, else.
  bool allow_private = false;                ///< Any address. For installations that stand beside their sources.
  std::vector<Network> allow_networks = {};  ///< Networks that may be fetched from although they are not public.
};

using FetchHeaders = std::vector<std::pair<std::string, std::string>>;
struct FetchOptions {
  FetchHeaders headers = {};
  std::uint64_t body_bytes_max = std::uint64_t{16} << 20;
  std::chrono::milliseconds connect_timeout{10'000};
  std::chrono::milliseconds total_timeout{60'000};  ///< All redirects together.
  /// Followed for get only, to the same scheme only; the headers given above are dropped at another origin.
  int redirects_max = 0;
  /// A body that is larger is no error: what fits is kept, the rest is not read.
  bool cut_body = false;
};
struct FetchAnswer {
  int status = 0;
  FetchHeaders headers = {};  ///< Names in lower case, in the order they came.
  std::string body;
  std::string url;  ///< Where the answer came from after redirects.
  /// The first header of this name (lower case), or empty.
  std::string_view header(std::string_view name) const noexcept;
  /// Of Retry-After, where it is a number of seconds; a date is passed over, for the other's clock is its own.
  std::optional<std::chrono::seconds> retry_after() const noexcept;
};
struct FetchBody {
  std::string content_type, bytes;
};

/// Any thread may call. Connections are kept for the next call. No proxy from the environment, no cookies, no
/// credentials from files. Any status is an answer, 404 and 500 too; a redirect that is not followed is one as well.
/// Errors: invalid_input for a URL that is none of ours (scheme, user in it, control characters, 2,048 bytes), or a
/// header that would break the request; forbidden where every address of the host is outside what may be reached, or a
/// redirect leads to another scheme; too_large; timeout; unavailable for everything the network does.
class Fetch {
 public:
  explicit Fetch(FetchSettings settings);
  ~Fetch();
  Fetch(Fetch&&) noexcept;
  Fetch& operator=(Fetch&&) noexcept;

  Result<FetchAnswer> get(std::string_view url, const FetchOptions& options = {}) const;
  Result<FetchAnswer> post(std::string_view url, const FetchBody& body, const FetchOptions& options = {}) const;

 private:
  struct Inside;
  std::unique_ptr<Inside> inside_;
};

}  // namespace tocsin::exchange
