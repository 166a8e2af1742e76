#pragma once
#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "engine/exposure/decisions.hpp"
#include "engine/exposure/exposure.hpp"

namespace tocsin::engine::exposure {

/// Everything that fits, in the order of the list, with what to do about it: for files. Which matches these are is
/// noted at the beginning (sixteen bytes each), so that none is told twice or left out while others come and go; the
/// rows are read some hundred at a time, and in between nothing of the database is held. What has gone meanwhile, or
/// may no longer be seen, is left out. The database has to outlive it.
class EveryMatch {
 public:
  /// Errors: invalid_input where more than `matches_max` fit.
  static Result<EveryMatch> begin(store::Database& database, const Actor& actor, const inventory::Access& access,
                                  const ListInput& input, std::size_t matches_max, Timestamp now);
  EveryMatch(EveryMatch&& other) noexcept;
  EveryMatch& operator=(EveryMatch&& other) noexcept;
  ~EveryMatch();
  struct Some {
    std::vector<store::ExposureRow> rows;
    std::vector<Decision> decisions;  ///< Of each.
  };
  /// Nothing: that was all.
  Result<std::optional<Some>> next();

 private:
  struct State;
  explicit EveryMatch(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace tocsin::engine::exposure
