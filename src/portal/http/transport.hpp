#pragma once
#include <memory>
#include <span>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/result.hpp"

/// Bytes in and out, plain or TLS, behind one interface: sockets and TLS streams are instantiated in transport.cpp
/// only, because they are what costs compile time. Internal to the server; one network thread each.
namespace tocsin::portal::http {

namespace asio = boost::asio;
/// A concrete executor instead of any_io_executor: no allocation and no virtual call per operation.
using Executor = asio::io_context::executor_type;
template <class T>
using Task = asio::awaitable<T, Executor>;
inline constexpr asio::use_awaitable_t<Executor> use_task{};

class Transport {
 public:
  virtual ~Transport() = default;
  /// False where it failed; true at once for plain connections.
  virtual Task<bool> handshake() = 0;
  /// At least one byte, or 0: closed, failed or cancelled.
  virtual Task<std::size_t> read_some(asio::mutable_buffer into) = 0;
  /// What can be written at once without waiting; 0 where nothing, or where the transport cannot tell.
  virtual std::size_t try_write(std::span<const asio::const_buffer> buffers) noexcept = 0;
  /// At least one byte, or 0: closed, failed or cancelled.
  virtual Task<std::size_t> write_some(std::span<const asio::const_buffer> buffers) = 0;
  /// Tells the peer that nothing more comes; what it still sends can be read.
  virtual Task<void> shutdown() = 0;
  /// Ends what is waiting; the connection stays usable.
  virtual void cancel() noexcept = 0;
  /// Ends everything at once.
  virtual void close() noexcept = 0;
  virtual bool tls() const noexcept = 0;
  /// Has the peer ended the connection, or sent something, while nobody reads? Does not wait.
  virtual bool stirred() noexcept = 0;
  /// After the handshake: Request::client_certificate.
  virtual std::string client_certificate() const { return {}; }
};

/// Certificate, key and rules of TLS; shared by all connections.
class TlsContext {
 public:
  /// TLS 1.2 and 1.3, AEAD suites with forward secrecy, ALPN http/1.1. With `client_ca_file` clients are asked for a
  /// certificate of these authorities: none is fine, one that does not verify ends the handshake. Errors: invalid_input
  /// naming the file.
  static Result<std::shared_ptr<TlsContext>> open(const std::string& certificate_file, const std::string& key_file,
                                                  const std::string& client_ca_file = {});
  virtual ~TlsContext() = default;
};

/// A connection that was accepted.
struct Accepted {
  std::unique_ptr<Transport> transport;  ///< nullptr where accepting failed.
  std::string remote_address;            ///< Without port; IPv4 written as such.
  std::string address_group;             ///< What limits per address count: IPv4 address, or /64 of an IPv6 address.
  bool out_of_resources = false;         ///< Too many open files or no memory: try again later.
};

class Listener {
 public:
  virtual ~Listener() = default;
  virtual std::uint16_t port() const noexcept = 0;
  virtual Task<Accepted> accept() = 0;
  /// Ends accept(); no further connections.
  virtual void close() noexcept = 0;
};

enum class Share { first, beside };
/// Binds and listens. `first` refuses a port that any process already listens on; `beside` joins what the first one
/// opened (SO_REUSEPORT), so that each network thread accepts for itself.
/// Errors: invalid_input (address), unavailable (in use, not permitted).
Result<std::unique_ptr<Listener>> listen(asio::io_context& context, const std::string& address, std::uint16_t port,
                                         Share share, std::shared_ptr<TlsContext> tls);

}  // namespace tocsin::portal::http
