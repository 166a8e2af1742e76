#include "exchange/hook_sender.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/log.hpp"
#include "base/text.hpp"
#include "exchange/trying.hpp"

namespace tocsin::exchange {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using store::Pace;
using store::Webhook;
using store::WebhookDelivery;
using store::Webhooks;

/// After each attempt; together some three days, as Standard Webhooks advises.
constexpr seconds kWaits[kHookAttemptsMax - 1] = {seconds{5}, minutes{5}, minutes{30}, hours{2}, hours{5},
                                                  hours{10},  hours{14},  hours{20},   hours{24}};
/// An endpoint that failed is left alone so long, doubling; the same for one that was slow.
constexpr seconds kEndpointFirst{5}, kEndpointMost{600};
/// An answer that took longer ends the turn.
constexpr seconds kSlow{3};
constexpr seconds kRetryAfterMost{3'600};
/// Beside being woken: another process may have written, and moments come without anybody writing.
constexpr seconds kLookEvery{5};
constexpr seconds kPauseAfterFailure{5};
constexpr hours kDeliveredKept{24 * 7}, kDeadKept{24 * 30};
constexpr std::int64_t kTidyMicros = std::int64_t{3'600} * 1'000'000;

microseconds endpoint_wait(std::int64_t failures) {
  const auto doubled = kEndpointFirst.count() << std::clamp<std::int64_t>(failures - 1, 0, 20);
  return jittered(seconds{std::min<std::int64_t>(doubled, kEndpointMost.count())});
}

}  // namespace

HookSender::HookSender(store::Database& database, const engine::hooks::Hooks& hooks, HookSettings settings,
                       const Clock& clock, Post post)
    : database_(database),
      hooks_(hooks),
      settings_(std::move(settings)),
      clock_(clock),
      fetch_(settings_.fetch),
      post_(std::move(post)) {
  if (!post_) {
    post_ = [this](std::string_view url, const FetchBody& body, const FetchOptions& options) {
      return fetch_.post(url, body, options);
    };
  }
}

HookSender::~HookSender() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  for (auto& each : threads_) each.join();
}

void HookSender::start() {
  for (int i = 0; i < settings_.answering_workers; ++i) threads_.emplace_back([this] { run(Pace::answering); });
  for (int i = 0; i < settings_.failing_workers; ++i) threads_.emplace_back([this] { run(Pace::failing); });
}

void HookSender::wake() {
  {
    const std::lock_guard lock(mutex_);
    ++wakes_;
  }
  changed_.notify_all();
}

seconds HookSender::wait_after(std::int64_t attempts) noexcept {
  return kWaits[std::clamp<std::int64_t>(attempts - 1, 0, std::size(kWaits) - 1)];
}

void HookSender::run(Pace pace) {
  bool failing = false;
  for (std::uint64_t seen = 0;;) {
    {
      const std::lock_guard lock(mutex_);
      seen = wakes_;
      if (stopping_) return;
    }
    auto wait = std::chrono::duration_cast<microseconds>(kLookEvery);
    auto worked = Result<bool>{false};
    try {
      worked = work_once(pace);
      if (worked && !*worked) {
        const auto due =
            database_.read([&](store::Connection& connection) { return Webhooks{connection}.next_due(pace); });
        if (due && *due) wait = std::clamp(microseconds{(*due)->micros - clock_.now().micros}, microseconds{0}, wait);
      }
    } catch (const std::exception& exception) {
      worked = Error::internal("sending to webhooks failed", exception.what());
    }
    if (!worked && !failing) {
      log::error("webhook.queue_failed", {{"message", worked.error().message}, {"detail", worked.error().detail}});
    }
    failing = !worked;
    if (worked && *worked) continue;
    std::unique_lock lock(mutex_);
    // A database that is away is not asked at every wake.
    if (failing) {
      changed_.wait_for(lock, kPauseAfterFailure, [this] { return stopping_; });
    } else {
      changed_.wait_for(lock, wait, [&] { return stopping_ || wakes_ != seen; });
    }
  }
}

Status HookSender::tidy(Timestamp now) {
  {
    const std::lock_guard lock(mutex_);
    if (tidied_ && now.micros - tidied_->micros < kTidyMicros) return ok();
    tidied_ = now;
  }
  return database_.write([&](store::Connection& connection) -> Status {
    Webhooks webhooks{connection};
    TRY_VOID(webhooks.expire(now));
    TRY_VOID(webhooks.tidy(after(now, -kDeliveredKept), after(now, -kDeadKept)));
    return ok();
  });
}

Result<bool> HookSender::work_once(Pace pace) {
  const auto now = clock_.now();
  TRY_VOID(tidy(now));
  TRY(const auto found,
      database_.read([&](store::Connection& connection) { return Webhooks{connection}.due(now, pace); }));
  if (!found) return false;
  const auto& webhook = *found;
  const auto until = after(now, lease_time());
  std::string why_not;
  TRY(const auto leased, database_.write([&](store::Connection& connection) -> Result<std::int64_t> {
    TRY(why_not, engine::hooks::why_not(connection, webhook));
    if (!why_not.empty()) {
      TRY_VOID(Webhooks{connection}.disable(webhook.id, why_not));
      return 0;
    }
    return Webhooks{connection}.lease(webhook, until);
  }));
  if (!why_not.empty()) log::warn("webhook.disabled", {{"webhook", webhook.id}, {"message", why_not}});
  // Another worker was quicker, or there is nothing to send to any more.
  if (leased == 0) return true;

  std::int64_t failures = webhook.failures;
  std::optional<Timestamp> succeeded_at, failed_at;
  microseconds left_alone{0};
  for (bool goes_on = true; goes_on;) {
    const auto moment = clock_.now();
    if (moment.micros - now.micros >= microseconds{kHookTurn}.count()) break;
    TRY(const auto begun, database_.write([&](store::Connection& connection) -> Result<std::optional<WebhookDelivery>> {
      Webhooks webhooks{connection};
      // Somebody may have changed where it leads, or switched it off, meanwhile.
      TRY(const auto present, webhooks.find(webhook.id));
      if (!present || !present->enabled || present->url != webhook.url || present->person != webhook.person) {
        return std::optional<WebhookDelivery>{};
      }
      TRY(auto due, webhooks.due_delivery(webhook.id, moment));
      if (!due) return std::optional<WebhookDelivery>{};
      TRY(const auto rows, webhooks.begin_attempt(*due, until));
      if (rows == 0) return std::optional<WebhookDelivery>{};
      ++due->attempts;
      return due;
    }));
    if (!begun) break;
    const auto outcome = attempt(webhook, *begun);
    TRY_VOID(note(webhook, *begun, outcome));
    using What = Outcome::What;
    if (outcome.what == What::delivered) succeeded_at = clock_.now();
    if (outcome.what == What::delivered || outcome.what == What::refused) {
      failures = 0;
    } else {
      ++failures;
      failed_at = clock_.now();
      left_alone = outcome.retry_after ? microseconds{*outcome.retry_after} : endpoint_wait(failures);
      goes_on = false;
    }
    if (outcome.slow) goes_on = false;
    const std::lock_guard lock(mutex_);
    if (stopping_) goes_on = false;
  }
  TRY_VOID(database_.write([&](store::Connection& connection) {
    return Webhooks{connection}.release(webhook, until, after(clock_.now(), left_alone), failures, succeeded_at,
                                        failed_at);
  }));
  return true;
}

Result<std::string> HookSender::signatures(const Webhook& webhook, const WebhookDelivery& delivery,
                                           std::int64_t seconds) const {
  TRY(const auto secret, hooks_.open(webhook.uuid, webhook.secret));
  TRY(auto signature, engine::hooks::sign(secret.reveal(), delivery.message_id, seconds, delivery.payload));
  if (!webhook.former_secret.empty() && webhook.former_until && clock_.now() < *webhook.former_until) {
    TRY(const auto former, hooks_.open(webhook.uuid, webhook.former_secret));
    TRY(const auto another, engine::hooks::sign(former.reveal(), delivery.message_id, seconds, delivery.payload));
    signature += " " + another;
  }
  return signature;
}

HookSender::Outcome HookSender::attempt(const Webhook& webhook, const WebhookDelivery& delivery) {
  using What = Outcome::What;
  Outcome outcome;
  const auto began = clock_.now();
  const auto epoch = began.micros / 1'000'000;
  const auto signature = signatures(webhook, delivery, epoch);
  if (!signature) {
    outcome.problem = "Its secret was sealed by another key than this installation's sealing.key: rotate it";
    return outcome;
  }
  const FetchOptions options{.headers = {{"webhook-id", delivery.message_id},
                                         {"webhook-timestamp", std::to_string(epoch)},
                                         {"webhook-signature", *signature}},
                             .body_bytes_max = kHookAnswerBytesMax,
                             .connect_timeout = settings_.timeout,
                             .total_timeout = settings_.timeout,
                             .redirects_max = 0,
                             .cut_body = true};
  const auto answer = post_(webhook.url, {"application/json", delivery.payload}, options);
  outcome.slow = clock_.now().micros - began.micros > microseconds{kSlow}.count();
  if (!answer) {
    outcome.problem = problem_of(answer.error());
    return outcome;
  }
  outcome.status = answer->status;
  if (answer->status >= 200 && answer->status < 300) {
    outcome.what = What::delivered;
    return outcome;
  }
  outcome.problem = fmt::format("It answered {}", answer->status);
  if (answer->status == 410) {
    outcome.what = What::gone;
  } else if (answer->status == 408 || answer->status == 429 || answer->status >= 500) {
    outcome.retry_after = answer->retry_after();
    if (outcome.retry_after) outcome.retry_after = std::min(*outcome.retry_after, kRetryAfterMost);
  } else {
    // It is there, and does not want this one. So is a redirect: whoever moves tells us the new address.
    outcome.what = What::refused;
    if (answer->status >= 300 && answer->status < 400) outcome.problem += ", a redirect, which is not followed";
  }
  return outcome;
}

Status HookSender::note(const Webhook& webhook, const WebhookDelivery& delivery, const Outcome& outcome) {
  using What = Outcome::What;
  const auto now = clock_.now();
  const bool dead = delivery.attempts >= kHookAttemptsMax || delivery.expires_at <= now;
  return database_.write([&](store::Connection& connection) -> Status {
    Webhooks webhooks{connection};
    if (outcome.what == What::delivered) {
      ++delivered_;
      return webhooks.delivered(delivery.id, outcome.status.value_or(0), now);
    }
    if (outcome.what == What::gone) {
      ++dead_;
      log::warn("webhook.disabled", {{"webhook", webhook.id}, {"message", "410 Gone"}});
      TRY_VOID(webhooks.give_up(delivery.id, outcome.status, outcome.problem));
      return webhooks.disable(webhook.id, engine::hooks::kGone);
    }
    if (dead) {
      ++dead_;
      log::warn("webhook.dead",
                {{"webhook", webhook.id}, {"message_id", delivery.message_id}, {"message", outcome.problem}});
      return webhooks.give_up(delivery.id, outcome.status, outcome.problem);
    }
    ++put_off_;
    return webhooks.put_off(delivery.id, after(now, jittered(wait_after(delivery.attempts))), outcome.status,
                            outcome.problem);
  });
}

}  // namespace tocsin::exchange
