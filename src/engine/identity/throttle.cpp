#include "engine/identity/throttle.hpp"

#include <algorithm>

#include "engine/identity/networks.hpp"

namespace tocsin::engine::identity {
namespace {

/// Waiting times are told in whole seconds, rounded up.
std::chrono::seconds rounded(std::chrono::microseconds wait) {
  return std::max(std::chrono::seconds{1}, std::chrono::ceil<std::chrono::seconds>(wait));
}

}  // namespace

Buckets::Buckets(Rate rate, std::size_t slots) : rate_(rate) {
  for (auto& row : full_at_) row.assign(slots, 0);
}

std::array<std::size_t, 2> Buckets::slots_of(std::string_view key) const noexcept {
  // Two halves of one hash are as good as two hashes: both are drawn from all of its bits.
  const auto hash = KeyedHash{}(key);
  return {(hash & 0xFFFF'FFFF) % full_at_[0].size(), (hash >> 32) % full_at_[1].size()};
}

std::optional<std::chrono::microseconds> Buckets::wait(std::string_view key, Timestamp now) const noexcept {
  const auto [first, second] = slots_of(key);
  const auto full_at = std::min(full_at_[0][first], full_at_[1][second]);
  const auto free_at = full_at - (rate_.burst - 1) * rate_.every.count();
  if (free_at <= now.micros) return std::nullopt;
  return std::chrono::microseconds{free_at - now.micros};
}

void Buckets::take(std::string_view key, Timestamp now) noexcept {
  const auto slots = slots_of(key);
  // A slot that others share and have emptied stays at empty: more would make everybody wait for longer than a burst.
  const auto empty = now.micros + rate_.burst * rate_.every.count();
  for (std::size_t row = 0; row < slots.size(); ++row) {
    auto& full_at = full_at_[row][slots[row]];
    full_at = std::min(std::max(full_at, now.micros) + rate_.every.count(), std::max(empty, full_at));
  }
}

void Buckets::give_back(std::string_view key) noexcept {
  const auto slots = slots_of(key);
  for (std::size_t row = 0; row < slots.size(); ++row) full_at_[row][slots[row]] -= rate_.every.count();
}

Throttle::Throttle() = default;

Throttle::Keys Throttle::keys_of(std::string_view account, std::string_view address) {
  Keys keys{.account = std::string{account},
            .address = network_key(address, 32, 64),
            .network = network_key(address, 24, 48),
            .pair = {}};
  keys.pair = keys.account + '\n' + keys.address;
  return keys;
}

std::optional<std::chrono::seconds> Throttle::attempt(std::string_view account, std::string_view address,
                                                      Timestamp now) {
  const auto keys = keys_of(account, address);
  const std::scoped_lock lock{mutex_};
  if (!account.empty() && known_.contains(keys.pair)) {
    if (const auto wait = pairs_.wait(keys.pair, now)) return rounded(*wait);
    pairs_.take(keys.pair, now);
    return std::nullopt;
  }
  std::chrono::microseconds longest{0};
  if (!account.empty()) longest = std::max(longest, accounts_.wait(keys.account, now).value_or(longest));
  longest = std::max(longest, addresses_.wait(keys.address, now).value_or(longest));
  longest = std::max(longest, networks_.wait(keys.network, now).value_or(longest));
  if (longest.count() > 0) return rounded(longest);
  if (!account.empty()) accounts_.take(keys.account, now);
  addresses_.take(keys.address, now);
  networks_.take(keys.network, now);
  return std::nullopt;
}

void Throttle::succeeded(std::string_view account, std::string_view address) {
  const auto keys = keys_of(account, address);
  const std::scoped_lock lock{mutex_};
  if (!account.empty() && known_.contains(keys.pair)) {
    pairs_.give_back(keys.pair);
    return;
  }
  if (!account.empty()) accounts_.give_back(keys.account);
  addresses_.give_back(keys.address);
  networks_.give_back(keys.network);
}

bool Throttle::knows(std::string_view account, std::string_view address) {
  const auto keys = keys_of(account, address);
  const std::scoped_lock lock{mutex_};
  return known_.contains(keys.pair);
}

void Throttle::remember(std::string_view account, std::string_view address) {
  auto pair = keys_of(account, address).pair;
  const std::scoped_lock lock{mutex_};
  if (!known_.insert(pair).second) return;
  known_order_.push_back(std::move(pair));
  if (known_order_.size() <= kKnownMax) return;
  known_.erase(known_order_.front());
  known_order_.pop_front();
}

bool Throttle::worth_noting(std::string_view key, Timestamp now) {
  const std::scoped_lock lock{mutex_};
  if (noting_.wait(key, now)) return false;
  noting_.take(key, now);
  return true;
}

}  // namespace tocsin::engine::identity
