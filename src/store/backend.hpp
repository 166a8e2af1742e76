#pragma once
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "store/database.hpp"

/// What the two databases share and nobody outside this room needs.
namespace tocsin::store {

Result<std::unique_ptr<Database>> open_sqlite(const DatabaseOptions& options);
Result<std::unique_ptr<Database>> open_postgres(const DatabaseOptions& options);

/// Errors: invalid_input for text with a NUL byte or that is not UTF-8. PostgreSQL refuses both; SQLite would keep them
/// and then disagree with itself about lengths, so both are refused everywhere.
Status check_parameters(const Sql& sql);

/// Prepared statements kept per connection; the one unused for longest goes when there are more.
inline constexpr std::size_t kStatementsMax = 256;

/// Lends out connections, opening them as they are needed, at most `max`. Thread-safe.
template <class C>
class ConnectionPool {
 public:
  using Open = std::function<Result<std::unique_ptr<C>>()>;
  ConnectionPool(int max, int wait_ms, Open open)
      : max_(static_cast<std::size_t>(std::max(max, 1))), wait_(wait_ms), open_(std::move(open)) {}

  /// Errors: unavailable where none came free in time, and what `open` says.
  Result<C*> take() {
    std::unique_lock lock(mutex_);
    if (!wake_.wait_for(lock, wait_, [this] { return !free_.empty() || count_ < max_; })) {
      return Error::unavailable("All database connections are busy; try again in a moment");
    }
    if (!free_.empty()) {
      // The last one back is the one with the warmest cache.
      auto connection = std::move(free_.back());
      free_.pop_back();
      return connection.release();
    }
    ++count_;
    lock.unlock();
    auto opened = open_();
    if (opened) return std::move(opened).value().release();
    lock.lock();
    --count_;
    lock.unlock();
    wake_.notify_one();
    return std::move(opened).error();
  }

  void give_back(C* connection) {
    {
      const std::lock_guard lock(mutex_);
      free_.emplace_back(connection);
    }
    wake_.notify_one();
  }

 private:
  const std::size_t max_;
  const std::chrono::milliseconds wait_;
  const Open open_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<std::unique_ptr<C>> free_;
  std::size_t count_ = 0;
};

}  // namespace tocsin::store
