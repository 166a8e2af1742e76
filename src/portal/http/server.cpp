#include "portal/http/server.hpp"

#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>

#include "base/log.hpp"
#include "portal/http/connection.hpp"

namespace tocsin::portal::http {
namespace {

constexpr std::chrono::milliseconds kResourcePause{100};

/// A connection too many hears so in one try, and costs nothing more.
void turn_away(Accepted accepted) {
  if (!accepted.transport->tls()) {
    static constexpr std::string_view kBusy =
        "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
    const asio::const_buffer busy{kBusy.data(), kBusy.size()};
    accepted.transport->try_write({&busy, 1});
  }
  accepted.transport->close();
}

class OpenServer final : public Server {
 public:
  OpenServer(ServerOptions options, Router router, ServerHooks hooks, const Clock& clock)
      : shared_(std::move(options), std::move(router), std::move(hooks), clock) {}

  ~OpenServer() override {
    if (shared_.hooks.opened) shared_.hooks.opened(nullptr);
  }

  Status listen() {
    const auto& options = shared_.options;
    std::shared_ptr<TlsContext> tls;
    if (options.tls_certificate.empty() != options.tls_key.empty()) {
      return Error::invalid("TLS needs both a certificate and a key");
    }
    if (!options.tls_certificate.empty()) {
      TRY(tls, TlsContext::open(options.tls_certificate, options.tls_key, options.tls_client_ca));
    }
    port_ = options.port;
    for (int i = 0; i < std::max(1, options.network_threads); ++i) {
      workers_.push_back(std::make_unique<Worker>(shared_, static_cast<std::uint32_t>(i)));
      TRY(auto listener,
          http::listen(workers_.back()->context, options.address, port_, i == 0 ? Share::first : Share::beside, tls));
      port_ = listener->port();
      listeners_.push_back(std::move(listener));
    }
    if (shared_.hooks.opened) shared_.hooks.opened(this);
    return ok();
  }

  std::uint16_t port() const noexcept override { return port_; }
  int connections() const noexcept override { return shared_.connections.load(std::memory_order_relaxed); }
  std::size_t queued() const noexcept override { return shared_.pool.queued(); }
  const AnswerCache& cache() const noexcept override { return shared_.cache; }

  void run() override {
    for (std::size_t i = 0; i < workers_.size(); ++i) {
      asio::co_spawn(workers_[i]->context, accept_loop(*workers_[i], *listeners_[i]), asio::detached);
    }
    std::vector<std::thread> threads;
    for (std::size_t i = 1; i < workers_.size(); ++i) {
      threads.emplace_back([this, i] { work(*workers_[i]); });
    }
    work(*workers_.front());
    for (auto& thread : threads) thread.join();
  }

  void stop() override {
    if (shared_.stopping.exchange(true)) return;
    for (std::size_t i = 0; i < workers_.size(); ++i) {
      asio::post(workers_[i]->context, [this, i] {
        listeners_[i]->close();
        workers_[i]->drain();
      });
    }
  }

 private:
  static void work(Worker& worker) {
    for (;;) {
      try {
        worker.context.run();
        return;
      } catch (const std::exception& exception) {
        // Only memory running out comes here; that connection is gone, the others go on.
        log::error("http.connection_failed", {{"detail", exception.what()}});
      }
    }
  }

  Task<void> accept_loop(Worker& worker, Listener& listener) {
    while (!shared_.stopping.load()) {
      auto accepted = co_await listener.accept();
      if (shared_.stopping.load()) co_return;
      if (accepted.transport == nullptr) {
        // Trying again at once would only spin while no descriptor is free.
        if (accepted.out_of_resources) {
          log::warn("http.out_of_descriptors");
          boost::system::error_code ignored;
          asio::steady_timer pause{worker.context, kResourcePause};
          co_await pause.async_wait(asio::redirect_error(use_task, ignored));
        }
        continue;
      }
      if (!shared_.admit(accepted.address_group)) {
        turn_away(std::move(accepted));
        continue;
      }
      asio::co_spawn(worker.context, serve_connection(worker, std::move(accepted)),
                     [](const std::exception_ptr& failure) {
                       if (failure) std::rethrow_exception(failure);
                     });
    }
  }

  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<std::unique_ptr<Listener>> listeners_;  // before the workers they listen on
  std::uint16_t port_ = 0;
  Shared shared_;
};

}  // namespace

Result<std::unique_ptr<Server>> Server::open(ServerOptions options, Router router, ServerHooks hooks,
                                             const Clock& clock) {
  auto server = std::make_unique<OpenServer>(std::move(options), std::move(router), std::move(hooks), clock);
  TRY_VOID(server->listen());
  return std::unique_ptr<Server>{std::move(server)};
}

}  // namespace tocsin::portal::http
