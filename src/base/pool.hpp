#pragma once
#include <cstddef>
#include <functional>
#include <memory>

namespace tocsin {

/// A fixed number of threads with a bounded queue, for whatever blocks (database, compression, hashing of passwords).
/// A full queue refuses instead of growing: the portal answers 503 with Retry-After.
class Pool {
 public:
  Pool(std::size_t threads, std::size_t queue_max);
  /// Runs what is queued to its end, then joins.
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  /// False where the queue is full or the pool is stopping; the job was not taken. A job must not throw.
  [[nodiscard]] bool try_submit(std::function<void()> job);
  std::size_t threads() const noexcept;
  /// Jobs waiting now.
  std::size_t queued() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tocsin
