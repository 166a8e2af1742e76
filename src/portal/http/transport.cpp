#include "portal/http/transport.hpp"

#include <cerrno>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl.hpp>
#include <fmt/format.h>
#include <sys/socket.h>

#include "base/hash.hpp"
#include "base/log.hpp"

namespace tocsin::portal::http {
namespace {

using boost::system::error_code;
using Tcp = asio::ip::tcp;
using Socket = asio::basic_stream_socket<Tcp, Executor>;
using Acceptor = asio::basic_socket_acceptor<Tcp, Executor>;

/// std::span as a sequence that Asio may copy.
class Buffers {
 public:
  using value_type = asio::const_buffer;
  using const_iterator = const asio::const_buffer*;
  explicit Buffers(std::span<const asio::const_buffer> buffers) : buffers_(buffers) {}
  const_iterator begin() const noexcept { return buffers_.data(); }
  const_iterator end() const noexcept { return buffers_.data() + buffers_.size(); }

 private:
  std::span<const asio::const_buffer> buffers_;
};

/// Looks without taking.
bool has_stirred(int socket) noexcept {
  char byte = 0;
  const auto got = ::recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return got >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

class PlainTransport final : public Transport {
 public:
  explicit PlainTransport(Socket socket) : socket_(std::move(socket)) {}

  Task<bool> handshake() override { co_return true; }
  Task<std::size_t> read_some(asio::mutable_buffer into) override {
    error_code error;
    const auto bytes = co_await socket_.async_read_some(into, asio::redirect_error(use_task, error));
    co_return error ? 0 : bytes;
  }
  std::size_t try_write(std::span<const asio::const_buffer> buffers) noexcept override {
    error_code error;
    const auto bytes = socket_.write_some(Buffers{buffers}, error);
    return error ? 0 : bytes;
  }
  Task<std::size_t> write_some(std::span<const asio::const_buffer> buffers) override {
    error_code error;
    const auto bytes = co_await socket_.async_write_some(Buffers{buffers}, asio::redirect_error(use_task, error));
    co_return error ? 0 : bytes;
  }
  Task<void> shutdown() override {
    error_code ignored;
    socket_.shutdown(Socket::shutdown_send, ignored);
    co_return;
  }
  void cancel() noexcept override {
    error_code ignored;
    socket_.cancel(ignored);
  }
  void close() noexcept override {
    error_code ignored;
    socket_.close(ignored);
  }
  bool tls() const noexcept override { return false; }
  bool stirred() noexcept override { return has_stirred(socket_.native_handle()); }

 private:
  Socket socket_;
};

class TlsTransport final : public Transport {
 public:
  TlsTransport(Socket socket, asio::ssl::context& context) : stream_(std::move(socket), context) {}

  Task<bool> handshake() override {
    error_code error;
    co_await stream_.async_handshake(asio::ssl::stream_base::server, asio::redirect_error(use_task, error));
    co_return !error;
  }
  Task<std::size_t> read_some(asio::mutable_buffer into) override {
    error_code error;
    const auto bytes = co_await stream_.async_read_some(into, asio::redirect_error(use_task, error));
    co_return error ? 0 : bytes;
  }
  std::size_t try_write(std::span<const asio::const_buffer>) noexcept override { return 0; }
  Task<std::size_t> write_some(std::span<const asio::const_buffer> buffers) override {
    error_code error;
    const auto bytes = co_await stream_.async_write_some(Buffers{buffers}, asio::redirect_error(use_task, error));
    co_return error ? 0 : bytes;
  }
  Task<void> shutdown() override {
    error_code error;
    co_await stream_.async_shutdown(asio::redirect_error(use_task, error));
  }
  void cancel() noexcept override {
    error_code ignored;
    stream_.next_layer().cancel(ignored);
  }
  void close() noexcept override {
    error_code ignored;
    stream_.next_layer().close(ignored);
  }
  bool tls() const noexcept override { return true; }
  bool stirred() noexcept override { return has_stirred(stream_.next_layer().native_handle()); }
  std::string client_certificate() const override {
    // OpenSSL's handle is not const.
    SSL* const ssl = const_cast<asio::ssl::stream<Socket>&>(stream_).native_handle();
    const X509* certificate = SSL_get0_peer_certificate(ssl);
    if (certificate == nullptr || SSL_get_verify_result(ssl) != X509_V_OK) return {};
    const auto size = i2d_X509(certificate, nullptr);
    if (size <= 0) return {};
    std::string der(static_cast<std::size_t>(size), '\0');
    auto* into = reinterpret_cast<unsigned char*>(der.data());
    i2d_X509(certificate, &into);
    return sha256_hex(der);
  }

 private:
  asio::ssl::stream<Socket> stream_;
};

class OpenTls final : public TlsContext {
 public:
  asio::ssl::context context{asio::ssl::context::tls_server};
};

int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* in, unsigned in_size,
                    void*) {
  static constexpr unsigned char kHttp11[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, out_size, kHttp11, sizeof kHttp11, in, in_size) != OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;  // RFC 7301 section 3.2
  }
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

std::string group_of(const asio::ip::address& address) {
  if (address.is_v4()) return address.to_string();
  // Whoever has one address of a /64 has all of them.
  auto bytes = address.to_v6().to_bytes();
  std::fill(bytes.begin() + 8, bytes.end(), static_cast<unsigned char>(0));
  return asio::ip::address_v6{bytes}.to_string();
}

class TcpListener final : public Listener {
 public:
  TcpListener(Acceptor acceptor, std::shared_ptr<OpenTls> tls) : acceptor_(std::move(acceptor)), tls_(std::move(tls)) {}

  std::uint16_t port() const noexcept override {
    error_code ignored;
    return acceptor_.local_endpoint(ignored).port();
  }

  Task<Accepted> accept() override {
    Accepted accepted;
    error_code error;
    Tcp::endpoint peer;
    Socket socket{acceptor_.get_executor()};
    co_await acceptor_.async_accept(socket, peer, asio::redirect_error(use_task, error));
    if (error) {
      accepted.out_of_resources = error == asio::error::no_descriptors || error == asio::error::no_buffer_space ||
                                  error == asio::error::no_memory ||
                                  error == boost::system::errc::too_many_files_open_in_system;
      co_return accepted;
    }
    socket.non_blocking(true, error);
    socket.set_option(Tcp::no_delay{true}, error);
    auto address = peer.address();
    if (address.is_v6() && address.to_v6().is_v4_mapped()) {
      address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
    }
    accepted.remote_address = address.to_string();
    accepted.address_group = group_of(address);
    if (tls_) {
      accepted.transport = std::make_unique<TlsTransport>(std::move(socket), tls_->context);
    } else {
      accepted.transport = std::make_unique<PlainTransport>(std::move(socket));
    }
    co_return accepted;
  }

  void close() noexcept override {
    error_code ignored;
    acceptor_.close(ignored);
  }

 private:
  Acceptor acceptor_;
  std::shared_ptr<OpenTls> tls_;
};

Status ask_for_certificates(SSL_CTX* context, const std::string& file) {
  auto* names = SSL_load_client_CA_file(file.c_str());
  if (names == nullptr || SSL_CTX_load_verify_file(context, file.c_str()) != 1) {
    sk_X509_NAME_pop_free(names, X509_NAME_free);
    return Error::invalid("the authorities of client certificates could not be read: the file should be PEM", file);
  }
  SSL_CTX_set_client_CA_list(context, names);  // Takes them over.
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  // Each connection proves it anew: a resumed one would live on what a certificate was worth when it began.
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
  SSL_CTX_set_num_tickets(context, 0);
  return ok();
}

}  // namespace

Result<std::shared_ptr<TlsContext>> TlsContext::open(const std::string& certificate_file, const std::string& key_file,
                                                     const std::string& client_ca_file) {
  auto tls = std::make_shared<OpenTls>();
  auto& context = tls->context;
  SSL_CTX* const native = context.native_handle();
  error_code error;
  // NOLINTNEXTLINE(hicpp-signed-bitwise): OpenSSL's macros.
  context.set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_compression |
                          SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA | SSL_OP_NO_RENEGOTIATION,
                      error);
  if (error) return Error::internal("TLS could not be set up", error.message());
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(native, "ECDHE+AESGCM:ECDHE+CHACHA20");
  SSL_CTX_set1_groups_list(native, "X25519:P-256:P-384");
  // Idle connections keep no buffers.
  SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_alpn_select_cb(native, choose_protocol, nullptr);
  static constexpr unsigned char kSessionContext[] = {'t', 'o', 'c', 's', 'i', 'n'};
  SSL_CTX_set_session_id_context(native, kSessionContext, sizeof kSessionContext);
  SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);  // tickets instead: no memory per client
  context.use_certificate_chain_file(certificate_file, error);
  if (error) {
    return Error{Error::Code::invalid_input, "the TLS certificate could not be read: it should be a PEM chain",
                 certificate_file, error.message()};
  }
  context.use_private_key_file(key_file, asio::ssl::context::pem, error);
  if (error) {
    return Error{Error::Code::invalid_input, "the TLS key could not be read, or does not belong to the certificate",
                 key_file, error.message()};
  }
  if (SSL_CTX_check_private_key(native) != 1) {
    return Error::invalid("the TLS key does not belong to the certificate", key_file);
  }
  if (!client_ca_file.empty()) TRY_VOID(ask_for_certificates(native, client_ca_file));
  return std::shared_ptr<TlsContext>{std::move(tls)};
}

Result<std::unique_ptr<Listener>> listen(asio::io_context& context, const std::string& address, std::uint16_t port,
                                         Share share, std::shared_ptr<TlsContext> tls) {
  error_code error;
  const auto ip = asio::ip::make_address(address == "localhost" ? "127.0.0.1" : address, error);
  if (error) {
    return Error::invalid(fmt::format("'{}' is not an IP address to listen on, like 127.0.0.1 or ::1", address));
  }
  const auto unavailable = [&](std::string_view what) {
    return Error::unavailable(fmt::format("cannot listen on {} port {}: {}", address, port, error.message()),
                              std::string{what});
  };
  Acceptor acceptor{context.get_executor()};
  const Tcp::endpoint endpoint{ip, port};
  acceptor.open(endpoint.protocol(), error);
  if (error) return unavailable("socket");
  acceptor.set_option(Acceptor::reuse_address{true}, error);
  if (error) return unavailable("SO_REUSEADDR");
  using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;
  // Were SO_REUSEPORT set before the first bind, a second server of the same user would quietly take half of the
  // connections. Set afterwards, the first bind still fails where somebody listens, and our own listeners may join.
  if (share == Share::beside) {
    acceptor.set_option(ReusePort{true}, error);
    if (error) return unavailable("SO_REUSEPORT");
  }
  acceptor.bind(endpoint, error);
  if (error) return unavailable("bind");
  if (share == Share::first) {
    acceptor.set_option(ReusePort{true}, error);
    if (error) return unavailable("SO_REUSEPORT");
  }
  acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) return unavailable("listen");
  return std::unique_ptr<Listener>{
      std::make_unique<TcpListener>(std::move(acceptor), std::static_pointer_cast<OpenTls>(std::move(tls)))};
}

}  // namespace tocsin::portal::http
