#pragma once
#include <atomic>
#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/pool.hpp"
#include "portal/http/answer.hpp"
#include "portal/http/server.hpp"
#include "portal/http/transport.hpp"

/// What connections share, what a network thread owns. Internal to the server.
namespace tocsin::portal::http {

using SteadyTime = std::chrono::steady_clock::time_point;

/// Any thread.
struct Shared {
  Shared(ServerOptions o, Router r, ServerHooks h, const Clock& c)
      : options(std::move(o)),
        router(std::move(r)),
        hooks(std::move(h)),
        clock(c),
        cache(options.cache_bytes_max),
        pool(static_cast<std::size_t>(std::max(1, options.blocking_threads)), options.blocking_queue_max) {}

  /// Counts a connection in, or refuses it.
  bool admit(const std::string& address_group);
  void release(const std::string& address_group);

  const ServerOptions options;
  const Router router;
  const ServerHooks hooks;
  const Clock& clock;
  AnswerCache cache;
  std::atomic<bool> stopping{false};
  std::atomic<int> connections{0};

 private:
  std::mutex mutex_;
  std::unordered_map<std::string, int> per_address_;

 public:
  /// Last, so that it ends first: its jobs use the rest.
  Pool pool;
};

/// A connection as its worker sees it.
class Watched {
 public:
  virtual ~Watched() = default;
  virtual bool overdue(SteadyTime now) const noexcept = 0;
  /// Its deadline has passed.
  virtual void expire() noexcept = 0;
  /// The server stops: what is idle goes.
  virtual void stop() noexcept = 0;
  /// The time for stopping is over: everything goes.
  virtual void abandon() noexcept = 0;

  Watched* next = nullptr;
  Watched* previous = nullptr;
};

/// One network thread: its io_context, its connections and their deadlines. Everything runs on that thread, but for
/// stop() and what is marked.
class Worker {
 public:
  Worker(Shared& s, std::uint32_t number);

  asio::io_context context{1};
  Shared& shared;

  /// "Mon, 23 Nov 2026 03:55:00 GMT", made anew once a second.
  std::string_view http_date(Timestamp now);
  /// 16 hex digits, unlike all others of this process; not a secret.
  std::string next_request_id();

  void enter(Watched& connection);
  void leave(Watched& connection) noexcept;
  /// Idle connections go at once, the others when they are done, all when the drain time is over.
  void drain();

 private:
  void arm();
  void sweep();

  Watched* first_ = nullptr;
  asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, Executor> timer_;
  bool armed_ = false;
  std::chrono::milliseconds tick_;
  std::optional<SteadyTime> drain_until_;
  std::int64_t date_second_ = -1;
  std::string date_;
  std::uint64_t id_seed_;
  std::uint64_t id_count_ = 0;
};

/// Serves one connection to its end.
Task<void> serve_connection(Worker& worker, Accepted accepted);

}  // namespace tocsin::portal::http
