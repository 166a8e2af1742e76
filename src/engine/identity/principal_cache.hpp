#pragma once
#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/keyed_hash.hpp"
#include "base/time.hpp"
#include "engine/identity/networks.hpp"
#include "engine/identity/principal.hpp"

namespace tocsin::engine::identity {

/// Who was resolved lately, by the hash of session or token. An entry holds as long as the members' generation it was
/// read at is the newest that this process knows of, and until its moment to look at the database again. Any thread;
/// one short lock of a sixteenth.
class PrincipalCache {
 public:
  struct Entry {
    PrincipalPtr principal;
    std::vector<Network> networks;  ///< Tokens: where it may be used; empty: anywhere.
    Timestamp look_again_at;        ///< Of idle limit, end and the minute of "last seen" the first.
    std::int64_t generation = 0;
  };
  static constexpr std::size_t kEntriesMax = 50'000;

  /// A copy: nothing of it is under the lock any more. `principal` is null where there is none that holds.
  Entry find(std::string_view hash, Timestamp now) const {
    auto& shard = shard_of(hash);
    const std::scoped_lock lock{shard.mutex};
    const auto found = shard.entries.find(hash);
    if (found == shard.entries.end() || found->second.generation != generation_.load() ||
        found->second.look_again_at <= now) {
      return {};
    }
    return found->second;
  }

  void put(std::string hash, Entry entry) {
    advance(entry.generation);
    auto& shard = shard_of(hash);
    const std::scoped_lock lock{shard.mutex};
    if (shard.entries.insert_or_assign(hash, std::move(entry)).second) shard.order.push_back(std::move(hash));
    if (shard.order.size() <= kEntriesMax / kShards) return;
    shard.entries.erase(shard.order.front());
    shard.order.pop_front();
  }

  /// The generation moved: what was resolved before it is no answer any more. Never goes back, so that whoever read the
  /// database before somebody else's revocation cannot bring back what it ended.
  void advance(std::int64_t generation) {
    auto known = generation_.load();
    while (known < generation) {
      if (!generation_.compare_exchange_weak(known, generation)) continue;
      for (auto& shard : shards_) {
        const std::scoped_lock lock{shard.mutex};
        std::erase_if(shard.entries, [&](const auto& each) { return each.second.generation < generation; });
        std::erase_if(shard.order, [&](const auto& hash) { return !shard.entries.contains(hash); });
      }
      return;
    }
  }

  std::size_t size() const {
    std::size_t count = 0;
    for (const auto& shard : shards_) {
      const std::scoped_lock lock{shard.mutex};
      count += shard.entries.size();
    }
    return count;
  }

 private:
  static constexpr std::size_t kShards = 16;
  struct Shard {
    mutable std::mutex mutex;
    HashMap<std::string, Entry> entries;
    std::deque<std::string> order;  ///< Oldest first; exactly the keys of `entries`.
  };
  const Shard& shard_of(std::string_view hash) const noexcept { return shards_[KeyedHash{}(hash) % kShards]; }
  Shard& shard_of(std::string_view hash) noexcept { return shards_[KeyedHash{}(hash) % kShards]; }

  std::array<Shard, kShards> shards_;
  std::atomic<std::int64_t> generation_{0};
};

/// What waits a few minutes for its answer: half sessions, challenges. By the hash of a secret, taken once. In memory:
/// a restart only means starting again. Any thread.
template <class T>
class Pending {
 public:
  static constexpr std::size_t kMax = 20'000;

  void put(std::string hash, T value, Timestamp expires_at, Timestamp now) {
    const std::scoped_lock lock{mutex_};
    while (!order_.empty() && (order_.size() >= kMax || order_.front().second <= now)) {
      waiting_.erase(order_.front().first);
      order_.pop_front();
    }
    order_.emplace_back(hash, expires_at);
    waiting_.insert_or_assign(std::move(hash), std::pair{std::move(value), expires_at});
  }
  /// Looks at it, or changes it, under the lock: `look` is `T2(T&)`, and gives nullopt where there is none.
  template <class F>
  auto look(std::string_view hash, Timestamp now, F with) -> std::optional<std::invoke_result_t<F, T&>> {
    const std::scoped_lock lock{mutex_};
    const auto found = waiting_.find(hash);
    if (found == waiting_.end() || found->second.second <= now) return std::nullopt;
    return with(found->second.first);
  }
  /// It is gone then: of two that take it one is too late.
  std::optional<T> take(std::string_view hash, Timestamp now) {
    const std::scoped_lock lock{mutex_};
    const auto found = waiting_.find(hash);
    if (found == waiting_.end()) return std::nullopt;
    auto [value, expires_at] = std::move(found->second);
    waiting_.erase(found);
    if (expires_at <= now) return std::nullopt;
    return std::move(value);
  }

 private:
  std::mutex mutex_;
  HashMap<std::string, std::pair<T, Timestamp>> waiting_;
  std::deque<std::pair<std::string, Timestamp>> order_;  ///< In the order of their ends; also those taken.
};

}  // namespace tocsin::engine::identity
