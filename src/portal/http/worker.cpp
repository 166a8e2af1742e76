#include "base/ids.hpp"
#include "portal/http/connection.hpp"

namespace tocsin::portal::http {

using std::chrono::milliseconds;

bool Shared::admit(const std::string& address_group) {
  const std::lock_guard lock(mutex_);
  if (connections.load() >= options.connections_max) return false;
  auto& count = per_address_[address_group];
  if (count >= options.connections_per_address_max) return false;
  ++count;
  ++connections;
  return true;
}

void Shared::release(const std::string& address_group) {
  const std::lock_guard lock(mutex_);
  --connections;
  const auto found = per_address_.find(address_group);
  if (found != per_address_.end() && --found->second == 0) per_address_.erase(found);
}

Worker::Worker(Shared& s, std::uint32_t number) : shared(s), timer_(context.get_executor()) {
  const auto& o = s.options;
  const int shortest = std::min({o.header_timeout_ms, o.body_timeout_ms, o.write_timeout_ms, o.idle_timeout_ms});
  tick_ = milliseconds{std::clamp(shortest / 4, 5, 250)};
  // Random at start, so that ids of two runs differ; the worker's number keeps threads apart.
  const auto random = random_request_id();
  id_seed_ = std::stoull(random, nullptr, 16) ^ (std::uint64_t{number} << 56);
}

std::string_view Worker::http_date(Timestamp now) {
  const auto second = now.micros / 1'000'000;
  if (second != date_second_) {
    date_second_ = second;
    date_ = format_http_date(now);
  }
  return date_;
}

std::string Worker::next_request_id() {
  // splitmix64: a bijection of the counter, so no two are equal.
  auto x = id_seed_ + ++id_count_ * 0x9E3779B97F4A7C15U;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9U;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBU;
  x ^= x >> 31;
  std::string id(16, '0');
  for (auto it = id.rbegin(); it != id.rend(); ++it, x >>= 4) *it = "0123456789abcdef"[x & 15];
  return id;
}

void Worker::enter(Watched& connection) {
  connection.next = first_;
  if (first_ != nullptr) first_->previous = &connection;
  first_ = &connection;
  if (!armed_) arm();
}

void Worker::leave(Watched& connection) noexcept {
  if (connection.previous != nullptr) {
    connection.previous->next = connection.next;
  } else {
    first_ = connection.next;
  }
  if (connection.next != nullptr) connection.next->previous = connection.previous;
  if (first_ == nullptr) timer_.cancel();  // nothing to watch: an idle server sleeps
}

void Worker::arm() {
  armed_ = true;
  timer_.expires_after(tick_);
  timer_.async_wait([this](boost::system::error_code) {
    armed_ = false;
    sweep();
    if (first_ != nullptr) arm();
  });
}

// One look at each connection every tick instead of one timer each: ten thousand looks cost less than a millisecond,
// while a timer per read would be paid on every request.
void Worker::sweep() {
  const auto now = std::chrono::steady_clock::now();
  const bool drained = drain_until_ && now >= *drain_until_;
  for (auto* each = first_; each != nullptr; each = each->next) {
    if (drained) {
      each->abandon();
    } else if (each->overdue(now)) {
      each->expire();
    }
  }
}

void Worker::drain() {
  drain_until_ = std::chrono::steady_clock::now() + milliseconds{shared.options.drain_timeout_ms};
  for (auto* each = first_; each != nullptr; each = each->next) each->stop();
}

}  // namespace tocsin::portal::http
