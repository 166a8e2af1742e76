#pragma once
#include <cstdint>

#include "base/result.hpp"
#include "store/database.hpp"

namespace tocsin::engine::search {

/// Where the index stands: the cursor in the change feed, and how often it was derived anew.
struct IndexState {
  std::int64_t epoch = 0;
  std::int64_t cursor = 0;
  friend bool operator==(const IndexState&, const IndexState&) = default;
  /// One number that differs whenever the derived data may differ.
  std::int64_t generation() const noexcept { return epoch * kEpoch + cursor; }
  static constexpr std::int64_t kEpoch = std::int64_t{1} << 40;
};

inline constexpr char kIndexReader[] = "search";
Result<IndexState> read_index_state(store::Connection& connection);

}  // namespace tocsin::engine::search
