#include "portal/http/cache.hpp"

#include <atomic>
#include <list>
#include <mutex>
#include <unordered_map>

namespace tocsin::portal::http {
namespace {

constexpr std::size_t kShards = 16;
/// What an entry costs beside its texts: list node, hash node, control blocks.
constexpr std::size_t kEntryOverhead = 256;

struct Entry {
  std::string key;
  std::int64_t generation;
  std::shared_ptr<const CachedAnswer> answer;
  std::size_t bytes;
};

struct Shard {
  std::mutex mutex;
  std::list<Entry> entries;                                                 // most recently used first
  std::unordered_map<std::string_view, std::list<Entry>::iterator> by_key;  // views into the entries' keys
  std::size_t bytes = 0;

  void erase(std::list<Entry>::iterator entry) {
    bytes -= entry->bytes;
    by_key.erase(entry->key);
    entries.erase(entry);
  }
};

}  // namespace

struct AnswerCache::State {
  std::size_t shard_bytes_max;
  std::array<Shard, kShards> shards;
  std::atomic<std::size_t> bytes{0};
  std::atomic<std::uint64_t> hits{0}, misses{0};

  Shard& shard_of(std::string_view key) {
    // The high bits: the map inside the shard uses the low ones.
    return shards[(std::hash<std::string_view>{}(key) >> 48) % kShards];
  }
};

AnswerCache::AnswerCache(std::size_t bytes_max) : state_(std::make_unique<State>()) {
  state_->shard_bytes_max = bytes_max / kShards;
}
AnswerCache::~AnswerCache() = default;

std::shared_ptr<const CachedAnswer> AnswerCache::find(std::string_view key, std::int64_t generation) {
  auto& shard = state_->shard_of(key);
  std::shared_ptr<const CachedAnswer> stale;  // destroyed after the lock is gone
  {
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.by_key.find(key);
    if (found != shard.by_key.end()) {
      const auto entry = found->second;
      if (entry->generation == generation) {
        shard.entries.splice(shard.entries.begin(), shard.entries, entry);
        state_->hits.fetch_add(1, std::memory_order_relaxed);
        return entry->answer;
      }
      if (entry->generation < generation) {
        stale = std::move(entry->answer);
        state_->bytes.fetch_sub(entry->bytes, std::memory_order_relaxed);
        shard.erase(entry);
      }
    }
  }
  state_->misses.fetch_add(1, std::memory_order_relaxed);
  return nullptr;
}

void AnswerCache::put(std::string_view key, std::int64_t generation, std::shared_ptr<const CachedAnswer> answer) {
  const auto bytes = 2 * key.size() + answer->head.size() + answer->body->size() + answer->etag.size() + kEntryOverhead;
  // One answer never fills a whole shard: it would empty it for a single reader.
  if (bytes > state_->shard_bytes_max / 2) return;
  auto& shard = state_->shard_of(key);
  std::list<Entry> dropped;  // destroyed after the lock is gone
  {
    const std::lock_guard lock(shard.mutex);
    if (const auto found = shard.by_key.find(key); found != shard.by_key.end()) {
      const auto entry = found->second;
      if (entry->generation > generation) return;  // a slow handler comes late
      shard.bytes -= entry->bytes;
      state_->bytes.fetch_sub(entry->bytes, std::memory_order_relaxed);
      shard.by_key.erase(found);
      dropped.splice(dropped.begin(), shard.entries, entry);
    }
    while (!shard.entries.empty() && shard.bytes + bytes > state_->shard_bytes_max) {
      const auto oldest = std::prev(shard.entries.end());
      shard.bytes -= oldest->bytes;
      state_->bytes.fetch_sub(oldest->bytes, std::memory_order_relaxed);
      shard.by_key.erase(oldest->key);
      dropped.splice(dropped.begin(), shard.entries, oldest);
    }
    shard.entries.push_front(Entry{std::string{key}, generation, std::move(answer), bytes});
    shard.by_key.emplace(shard.entries.front().key, shard.entries.begin());
    shard.bytes += bytes;
    state_->bytes.fetch_add(bytes, std::memory_order_relaxed);
  }
}

std::size_t AnswerCache::bytes() const noexcept { return state_->bytes.load(std::memory_order_relaxed); }
std::uint64_t AnswerCache::hits() const noexcept { return state_->hits.load(std::memory_order_relaxed); }
std::uint64_t AnswerCache::misses() const noexcept { return state_->misses.load(std::memory_order_relaxed); }

}  // namespace tocsin::portal::http
