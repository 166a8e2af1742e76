#pragma once
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "base/result.hpp"
#include "exchange/import.hpp"

/// Documents on their way through an import, from who reads them by those who check them to who writes them.
namespace tocsin::exchange {

/// Between the reader and the writer: enough to keep every thread busy, little enough for a small machine. One document
/// that is larger goes alone.
inline constexpr std::size_t kInFlightBytesMax = std::size_t{24} << 20;
inline constexpr std::size_t kInFlightDocumentsMax = 1024;

/// A document on its way, in the order it was read.
struct ImportWork {
  std::uint64_t number = 0;
  std::string name;
  std::string bytes;
  std::optional<Error> unreadable;  ///< The source could not read it.
  bool found = false;               ///< Nobody named it (SourceDocument).
  std::size_t size = 0;
};

struct CheckedDocument {
  std::string name;
  Prepared prepared;
  std::size_t size = 0;
};

/// Joins reader, checkers and writer: hands work out in order, takes results in any order, gives them back in order.
class ImportPipeline {
 public:
  /// Waits while too much is on its way. False: stopped.
  bool put(ImportWork work) {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [&] {
      return stopped_ || in_flight_ == 0 ||
             (in_flight_ < kInFlightDocumentsMax && in_flight_bytes_ + work.size <= kInFlightBytesMax);
    });
    if (stopped_) return false;
    work.number = next_read_++;
    ++in_flight_;
    in_flight_bytes_ += work.size;
    waiting_.push_back(std::move(work));
    lock.unlock();
    work_.notify_one();
    return true;
  }
  void close() {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    work_.notify_all();
    done_.notify_all();
  }
  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stopped_ = true;
    }
    room_.notify_all();
    work_.notify_all();
    done_.notify_all();
  }

  std::optional<ImportWork> take() {
    std::unique_lock lock(mutex_);
    work_.wait(lock, [&] { return stopped_ || closed_ || !waiting_.empty(); });
    if (stopped_ || waiting_.empty()) return std::nullopt;
    auto work = std::move(waiting_.front());
    waiting_.pop_front();
    return work;
  }
  void give(std::uint64_t number, CheckedDocument checked) {
    bool next = false;
    {
      const std::lock_guard lock(mutex_);
      next = number == next_written_;
      checked_.emplace(number, std::move(checked));
    }
    if (next) done_.notify_one();
  }

  enum class Next { document, nothing_yet, end };
  /// The next document in order; waits a moment for it.
  Next next(CheckedDocument& checked, std::chrono::milliseconds wait) {
    std::unique_lock lock(mutex_);
    const auto ready = [&] {
      return stopped_ || (!checked_.empty() && checked_.begin()->first == next_written_) || finished();
    };
    if (!done_.wait_for(lock, wait, ready)) return Next::nothing_yet;
    if (stopped_ || finished()) return Next::end;
    auto first = checked_.extract(checked_.begin());
    checked = std::move(first.mapped());
    ++next_written_;
    --in_flight_;
    in_flight_bytes_ -= checked.size;
    lock.unlock();
    room_.notify_one();
    return Next::document;
  }

 private:
  bool finished() const { return closed_ && next_written_ == next_read_; }

  std::mutex mutex_;
  std::condition_variable room_, work_, done_;
  std::deque<ImportWork> waiting_;
  std::map<std::uint64_t, CheckedDocument> checked_;
  std::uint64_t next_read_ = 0, next_written_ = 0;
  std::size_t in_flight_ = 0, in_flight_bytes_ = 0;
  bool closed_ = false, stopped_ = false;
};

}  // namespace tocsin::exchange
