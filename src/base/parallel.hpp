#pragma once
#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

namespace tocsin {

/// Calls `work(index, thread)` for each of 0..count-1 by so many threads (the caller's is number 0), each index once,
/// whoever is free next. Returns when all is done. `work` must not throw.
template <class Work>
void each_index(std::size_t count, unsigned threads, const Work& work) {
  std::atomic<std::size_t> next = 0;
  const auto take = [&](unsigned thread) {
    for (auto at = next++; at < count; at = next++) work(at, thread);
  };
  std::vector<std::jthread> others;
  for (unsigned i = 1; i < threads && i < count; ++i) others.emplace_back(take, i);
  take(0);
}

}  // namespace tocsin
