#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/pool.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "portal/http/cache.hpp"
#include "portal/http/forwarded.hpp"
#include "portal/http/router.hpp"

/// HTTP/1.1 on Asio coroutines, one io_context per network thread with SO_REUSEPORT, TLS by OpenSSL.
namespace tocsin::portal::http {

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;             ///< 0 takes a free one: see Server::port().
  std::string tls_certificate, tls_key;  ///< PEM files; both or none. TLS 1.2 and 1.3.
  std::string tls_client_ca = {};        ///< PEM file of authorities: clients may prove themselves by a certificate.
  int network_threads = 2;
  int blocking_threads = 4;
  std::size_t blocking_queue_max = 1024;               ///< Full: 503 with Retry-After.
  std::size_t header_bytes_max = 16 << 10;             ///< Else 431.
  std::size_t body_bytes_max = std::size_t{64} << 20;  ///< Else 413.
  int connections_max = 10'000;                        ///< Beyond it the newest is closed with 503.
  int connections_per_address_max = 1'000;
  int header_timeout_ms = 10'000;  ///< First byte to end of header.
  int body_timeout_ms = 60'000;
  int write_timeout_ms = 60'000;  ///< Without progress.
  int idle_timeout_ms = 60'000;   ///< Keep-alive between requests.
  int drain_timeout_ms = 30'000;  ///< Shutdown waits for running requests this long.
  std::size_t cache_bytes_max = std::size_t{256} << 20;
  TrustedProxies trusted_proxies;  ///< Whose X-Forwarded-For counts.
  bool access_log = true;
};

class Server;

/// What the server asks of the application.
struct ServerHooks {
  /// Who is asking, as far as memory knows; on the network thread, because the answer cache asks for the viewer too: it
  /// must not block. Fills principal, viewer and asker. False: `identify` must find out. Default: anonymous.
  std::function<bool(Request&)> identify_from_memory;
  /// The same from the database, on the blocking pool, in the same hop as the handler.
  std::function<Status(Request&)> identify;
  /// May the asker call the route, as it is? Any thread, no blocking. False: `admit` is asked on the pool, nothing
  /// comes from the cache. Default: yes.
  std::function<bool(const Route&, const Request&)> open_to;
  /// On the pool, before the handler: reads forms, refuses, redirects. The response that it gives, if any, is the
  /// answer; `status` and `headers` go with its error.
  struct Admission {
    std::optional<Response> instead;
    std::optional<Error> refused;
    int status = 403;
    std::vector<std::pair<std::string, std::string>> headers = {};
  };
  std::function<Admission(const Route&, Request&)> admit;
  /// On the pool: the handler has refused what was asked for (Error::Code::forbidden).
  std::function<void(const Route&, const Request&, const Error&)> refused;
  /// Generation of the data for the answer cache; must be cheap and any-thread (an atomic load). Asked before the
  /// moment of the answer (Request::now) is taken.
  std::function<std::int64_t()> generation;
  /// Page or problem document for an error, for this request's representation (404, 405, 413, 500 ...). May run on a
  /// network thread: it must not block.
  std::function<Response(const Request&, const Error&, int status)> error;
  /// Security headers and the like for every answer of this content type.
  std::function<void(const Request&, Response&)> decorate;
  /// Told the server once it listens, and nullptr before it goes: for metrics.
  std::function<void(const Server*)> opened;
  /// Metrics; called once per answer.
  std::function<void(std::string_view route, int status, std::uint64_t micros, std::size_t bytes)> observe;
};

class Server {
 public:
  /// Binds and listens, so that a port in use is an error here. Errors: unavailable (address in use, not permitted),
  /// invalid_input (address, certificate).
  static Result<std::unique_ptr<Server>> open(ServerOptions options, Router router, ServerHooks hooks,
                                              const Clock& clock);
  virtual ~Server() = default;
  virtual std::uint16_t port() const noexcept = 0;
  /// Serves until stop(); returns when every connection is closed.
  virtual void run() = 0;
  /// Any thread, any number of times: stops listening, lets running requests finish, closes idle connections.
  virtual void stop() = 0;
  virtual int connections() const noexcept = 0;
  virtual std::size_t queued() const noexcept = 0;
  virtual const AnswerCache& cache() const noexcept = 0;
};

/// HTTP status for an error code: invalid_input 400, too_large 413, not_found 404, conflict 409, forbidden 403,
/// timeout 504, unavailable 503, internal 500.
int status_of(Error::Code code) noexcept;

}  // namespace tocsin::portal::http
