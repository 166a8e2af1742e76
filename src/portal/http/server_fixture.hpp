#pragma once
#include <string>
#include <string_view>
#include <thread>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.hpp"
#include "base/time.hpp"
#include "portal/http/server.hpp"

/// For tests: a server on a free loopback port, and a client that sends exactly the bytes it is told.
namespace tocsin::portal::http::testing {

/// Unlocks a test that hangs; nothing waits for it when the server is right.
inline constexpr int kPatienceSeconds = 120;

struct Reply {
  int status = 0;
  std::string head;  ///< With status line, without the empty line.
  std::string body;

  std::string header(std::string_view name) const {
    for (const auto line : text::split(head, '\n')) {
      const auto colon = line.find(':');
      if (colon != std::string_view::npos && text::equals_ignore_case_ascii(line.substr(0, colon), name)) {
        return std::string{text::trim(line.substr(colon + 1))};
      }
    }
    return {};
  }
};

class Client {
 public:
  explicit Client(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval patience{kPatienceSeconds, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    connected_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  ~Client() { ::close(socket_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  int socket() const noexcept { return socket_; }
  bool connected() const noexcept { return connected_; }
  /// False where the server has closed already.
  bool send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  /// Tells the server that nothing more comes.
  void finish() const { ::shutdown(socket_, SHUT_WR); }

  /// Next answer; status 0 where the connection ended before a whole one.
  Reply read(bool without_body = false) {
    Reply reply;
    std::size_t end = std::string::npos;
    while ((end = pending_.find("\r\n\r\n")) == std::string::npos) {
      if (!more()) return {};
    }
    reply.head = pending_.substr(0, end);
    pending_.erase(0, end + 4);
    reply.status = std::stoi(reply.head.substr(reply.head.find(' ') + 1));
    const auto length = reply.header("content-length");
    if (!without_body && reply.header("transfer-encoding") == "chunked") {
      return read_chunks(reply) ? reply : Reply{};
    }
    if (without_body || length.empty()) return reply;
    const auto bytes = std::stoul(length);
    while (pending_.size() < bytes) {
      if (!more()) return {};
    }
    reply.body = pending_.substr(0, bytes);
    pending_.erase(0, bytes);
    return reply;
  }
  /// Has the server closed the connection, with nothing left to read?
  bool ended() { return pending_.empty() && !more(); }

  Reply get(std::string_view target, std::string_view headers = {}) {
    send("GET " + std::string{target} + " HTTP/1.1\r\nHost: portal.example\r\n" + std::string{headers} + "\r\n");
    return read();
  }
  Reply post(std::string_view target, std::string_view body, std::string_view type = "application/json") {
    send("POST " + std::string{target} + " HTTP/1.1\r\nHost: portal.example\r\nContent-Type: " + std::string{type} +
         "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string{body});
    return read();
  }

 private:
  /// False where the last chunk did not come.
  bool read_chunks(Reply& reply) {
    for (;;) {
      std::size_t end = std::string::npos;
      while ((end = pending_.find("\r\n")) == std::string::npos) {
        if (!more()) return false;
      }
      const auto bytes = std::stoul(pending_.substr(0, end), nullptr, 16);
      pending_.erase(0, end + 2);
      while (pending_.size() < bytes + 2) {
        if (!more()) return false;
      }
      reply.body += pending_.substr(0, bytes);
      pending_.erase(0, bytes + 2);
      if (bytes == 0) return true;
    }
  }
  bool more() {
    char bytes[16384];
    const auto got = ::recv(socket_, bytes, sizeof bytes, 0);
    if (got <= 0) return false;
    pending_.append(bytes, static_cast<std::size_t>(got));
    return true;
  }

  int socket_;
  bool connected_ = false;
  std::string pending_;
};

/// Serves from construction to destruction.
class Running {
 public:
  explicit Running(Router router, ServerOptions options = {}, ServerHooks hooks = {},
                   const Clock& clock = system_clock())
      : server_(open(std::move(router), std::move(options), std::move(hooks), clock)),
        thread_([this] { server_->run(); }) {}
  ~Running() { stop(); }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  Server& server() noexcept { return *server_; }
  std::uint16_t port() const noexcept { return server_->port(); }
  /// Returns when run() has returned.
  void stop() {
    server_->stop();
    if (thread_.joinable()) thread_.join();
  }
  /// Waits until every connection is gone.
  void wait_for_connections(int count) const {
    while (server_->connections() != count) std::this_thread::yield();
  }

 private:
  static std::unique_ptr<Server> open(Router router, ServerOptions options, ServerHooks hooks, const Clock& clock) {
    options.port = 0;
    options.access_log = false;
    return Server::open(std::move(options), std::move(router), std::move(hooks), clock).value();
  }
  std::unique_ptr<Server> server_;
  std::thread thread_;
};

inline Route route(std::string pattern, Handler handler, Method method = Method::get) {
  Route made;
  made.method = method;
  made.name = pattern;
  made.pattern = std::move(pattern);
  made.handler = std::move(handler);
  return made;
}

}  // namespace tocsin::portal::http::testing
