#pragma once
#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <limits>
#include <mutex>
#include <thread>

#include "base/result.hpp"
#include "engine/search/indexer.hpp"
#include "engine/threat/indexer.hpp"
#include "exchange/import.hpp"
#include "store/database.hpp"

/// What an import derives while it writes.
namespace tocsin::exchange {

/// Derives the index of what was committed, beside the writer: PostgreSQL writes it on a connection of its own. SQLite
/// has one writer, so there it is done in turn; but what is derived of objects of STIX is read and parsed meanwhile.
class ImportIndexer {
 public:
  ImportIndexer(store::Database& database, const ImportOptions& options)
      : database_(database), changes_max_(std::max(options.batch, 1)), enabled_(options.index) {
    if (enabled_) thread_ = std::thread([this] { run(); });
  }
  ~ImportIndexer() { end(); }

  /// Records, of whatever kind.
  Status committed() {
    if (!enabled_) return ok();
    if (database_.dialect() != store::Dialect::postgres) return step();
    hand_over(kNoLimit);
    return ok();
  }
  /// Objects of STIX. Waits where the index is far behind.
  Status committed_objects() {
    if (enabled_) hand_over(kBatchesBehindMax);
    return ok();
  }
  /// What is left, also of an import that was killed.
  Status finish() {
    end();
    if (!enabled_) return ok();
    TRY_VOID(engine::search::index_all(database_));
    return engine::threat::index_all(database_);
  }

 private:
  static constexpr std::int64_t kBatchesBehindMax = 1;
  static constexpr std::int64_t kNoLimit = std::numeric_limits<std::int64_t>::max();

  void hand_over(std::int64_t behind_max) {
    std::unique_lock lock(mutex_);
    ++committed_;
    wake_.notify_one();
    caught_up_.wait(lock, [&] { return ended_ || committed_ - done_ <= behind_max; });
  }
  Status step() {
    TRY_VOID(engine::search::index_step(database_, changes_max_));
    // Takes no turn to write where there is nothing of it.
    return engine::threat::index_all(database_);
  }
  Status written() {
    // SQLite: done in turn, and asking for a turn would wait for the next batch.
    if (database_.dialect() == store::Dialect::postgres) {
      TRY_VOID(engine::search::index_step(database_, changes_max_));
    }
    return engine::threat::index_written(database_);
  }
  void end() {
    if (!thread_.joinable()) return;
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
    }
    wake_.notify_one();
    thread_.join();
  }
  void run() {
    for (;;) {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [&] { return ended_ || committed_ > done_; });
      if (ended_) return;
      lock.unlock();
      bool good = false;
      try {
        // finish() meets whatever goes wrong here again, and reports it.
        good = written().has_value();
      } catch (const std::exception&) {
        good = false;
      }
      lock.lock();
      ++done_;
      ended_ = ended_ || !good;
      caught_up_.notify_one();
    }
  }

  store::Database& database_;
  const int changes_max_;
  const bool enabled_;
  std::mutex mutex_;
  std::condition_variable wake_, caught_up_;
  std::int64_t committed_ = 0, done_ = 0;
  bool ended_ = false;
  std::thread thread_;
};

}  // namespace tocsin::exchange
