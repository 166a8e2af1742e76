#pragma once
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "engine/hooks/hooks.hpp"
#include "exchange/fetch.hpp"
#include "store/database.hpp"
#include "store/webhooks.hpp"

/// Delivers what engine/hooks put into the queue, signed after "Standard Webhooks" 1.0.
///
/// An endpoint is leased before anything is sent to it, so that one worker of all processes talks to it at a time, and
/// only for kTurn. A delivery is marked as begun before it is sent; a process that dies between the receiver's answer
/// and our commit leaves it begun, and it is sent again under the same webhook-id when the lease has run out: nothing
/// is lost, and receivers can drop the double.
///
/// An endpoint that failed is left alone for a while, longer each time, and is from then on served by workers of its
/// own kind (store::Pace) until it answers: those that answer never wait for those that do not. Redirects are not
/// followed, and the addresses that may be reached are judged when the socket is opened (exchange/fetch.hpp).
namespace tocsin::exchange {

/// How long an endpoint is talked to before others take their turn.
inline constexpr std::chrono::seconds kHookTurn{10};
/// Of an answer no more is read: nothing in it matters to us.
inline constexpr std::uint64_t kHookAnswerBytesMax = 4'096;
inline constexpr int kHookAttemptsMax = 10;

struct HookSettings {
  FetchSettings fetch = {};
  std::chrono::milliseconds timeout{10'000};  ///< For a whole attempt.
  int answering_workers = 4, failing_workers = 2;
};

class HookSender {
 public:
  using Post = std::function<Result<FetchAnswer>(std::string_view url, const FetchBody& body, const FetchOptions&)>;
  /// All outlive it. `post`: what sends; unless given, Fetch with these settings.
  HookSender(store::Database& database, const engine::hooks::Hooks& hooks, HookSettings settings, const Clock& clock,
             Post post = {});
  ~HookSender();

  /// Begins to send, on threads of its own, until the destructor, which lets what is in hand finish.
  void start();
  /// There may be something new to send. Any thread; returns at once.
  void wake();

  /// One turn of one endpoint that has something due: false where none has. start() does so; tests do it by hand.
  Result<bool> work_once(store::Pace pace);
  /// Longer than a turn may take.
  std::chrono::microseconds lease_time() const { return kHookTurn + settings_.timeout * 2; }
  /// How long a delivery waits after its n-th attempt (1..), without jitter.
  static std::chrono::seconds wait_after(std::int64_t attempts) noexcept;

  struct Counts {
    std::uint64_t delivered = 0, put_off = 0, dead = 0;
  };
  Counts counts() const noexcept { return {delivered_.load(), put_off_.load(), dead_.load()}; }

 private:
  struct Outcome {
    enum class What { delivered, refused, failed, gone } what = What::failed;
    std::optional<std::int64_t> status;
    std::string problem;
    std::optional<std::chrono::seconds> retry_after;
    bool slow = false;
  };
  void run(store::Pace pace);
  Status tidy(Timestamp now);
  Outcome attempt(const store::Webhook& webhook, const store::WebhookDelivery& delivery);
  Result<std::string> signatures(const store::Webhook& webhook, const store::WebhookDelivery& delivery,
                                 std::int64_t seconds) const;
  Status note(const store::Webhook& webhook, const store::WebhookDelivery& delivery, const Outcome& outcome);

  store::Database& database_;
  const engine::hooks::Hooks& hooks_;
  HookSettings settings_;
  const Clock& clock_;
  Fetch fetch_;
  Post post_;
  std::atomic<std::uint64_t> delivered_{0}, put_off_{0}, dead_{0};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Timestamp> tidied_;  ///< Under mutex_, as are the next two.
  std::uint64_t wakes_ = 0;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace tocsin::exchange
