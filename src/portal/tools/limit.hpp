#pragma once
#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/messages.hpp"
#include "engine/identity/throttle.hpp"
#include "portal/http/message.hpp"

/// How much anybody may have worked out here: the tools are open to everybody and cost more than a page.
namespace tocsin::portal::tools {

/// Bytes of one request to the tools: a document as large as this takes seconds at most.
inline constexpr std::size_t kBodyBytesMax = std::size_t{8} << 20;

/// One for all tools of a server. Any thread.
class Limit {
 public:
  /// Takes one piece of work for the address, or says how long to wait and takes none.
  std::optional<std::chrono::seconds> take(const std::string& address, Timestamp now) {
    const std::lock_guard lock(mutex_);
    if (const auto wait = buckets_.wait(address, now)) return std::chrono::ceil<std::chrono::seconds>(*wait);
    buckets_.take(address, now);
    return std::nullopt;
  }

  static constexpr engine::identity::Rate kRate{60, std::chrono::seconds{2}};

 private:
  static constexpr std::size_t kSlots = 1 << 14;
  std::mutex mutex_;
  engine::identity::Buckets buckets_{kRate, kSlots};
};

/// Work that is done for one at a time: whoever comes meanwhile is sent away instead of being let wait on a thread. Any
/// thread.
class Turns {
  struct End {
    void operator()(std::atomic<bool>* taken) const noexcept { taken->store(false); }
  };

 public:
  /// Until it goes, nobody else has one.
  using Turn = std::unique_ptr<std::atomic<bool>, End>;
  /// Empty where somebody has it.
  Turn take() noexcept { return taken_.exchange(true) ? nullptr : Turn{&taken_}; }

 private:
  std::atomic<bool> taken_{false};
};

inline constexpr Message kTooMuch = message<"Too much was asked for from your address. Try again in a little while.">;

}  // namespace tocsin::portal::tools
