#pragma once
#include <atomic>
#include <functional>
#include <string>
#include <string_view>
#include <thread>

/// A server on 127.0.0.1 that says what a test wants: one connection after the other, one thread.
namespace tocsin::exchange::testing {

class Connection {
 public:
  explicit Connection(int descriptor) : descriptor_(descriptor) {}
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Without its line end; empty at the end of the connection.
  std::string line();
  /// Head and body (Content-Length) of an HTTP request; empty at the end.
  std::string request();
  /// False once the peer is gone.
  bool write(std::string_view bytes);
  /// Serves TLS from here on with certificate and key of the PEM file. False where the peer does not take it.
  bool start_tls(const std::string& pem_file);
  /// Says nothing until the peer goes away.
  void wait_for_end();

 private:
  bool fill();
  int descriptor_;
  void* context_ = nullptr;  // SSL_CTX and SSL: no OpenSSL headers for those who only talk.
  void* tls_ = nullptr;
  std::string read_;
};

class LoopbackServer {
 public:
  /// `talk` is called in the server's thread, once a connection, which is closed after it.
  explicit LoopbackServer(std::function<void(Connection&)> talk);
  ~LoopbackServer();
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;

  int port() const noexcept { return port_; }
  /// "http://127.0.0.1:PORT/path"
  std::string url(std::string_view path, std::string_view scheme = "http", std::string_view host = "127.0.0.1") const;
  int connections() const noexcept { return connections_; }

 private:
  void serve();
  std::function<void(Connection&)> talk_;
  int listener_ = -1, port_ = 0;
  std::atomic<int> connections_ = 0, current_ = -1;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

/// PEM with a self-signed certificate for `names` ("DNS:localhost,IP:127.0.0.1") and its key: serves, and is the file
/// of trusted certificates of those who connect.
std::string self_signed_pem(const std::string& names);

}  // namespace tocsin::exchange::testing
