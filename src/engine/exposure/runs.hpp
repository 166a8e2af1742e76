#pragma once
#include <cstdint>
#include <functional>
#include <optional>

#include "base/result.hpp"
#include "engine/exposure/matchers.hpp"
#include "store/assets.hpp"
#include "store/database.hpp"
#include "store/exposures.hpp"

/// Holds what is new against what is there: advisories that came or changed against every asset of every organisation,
/// under a cursor in the change feed; assets that came or changed against every advisory. In batches, each a
/// transaction: stop it anywhere, run it again, the rows are the same. Two processes do no harm.
namespace tocsin::engine::exposure {

struct RunStep {
  std::int64_t assets = 0;   ///< Looked at.
  std::int64_t matches = 0;  ///< Written anew, changed or removed.
  bool caught_up = false;    ///< Nothing was left when the step ended.
};

class Runs {
 public:
  explicit Runs(store::Database& database) : database_(database) {}
  /// One batch of at most `assets_max` assets.
  Result<RunStep> step(Timestamp now, int assets_max = 500);
  /// Steps until caught up; `progress` after each, and an end where it says false.
  tocsin::Status all(const Clock& clock, const std::function<bool(const RunStep&)>& progress = {});

 private:
  tocsin::Status load(std::int64_t newest, Timestamp now);
  Result<RunStep> match_due(const std::vector<store::Asset>& assets, Timestamp now);
  Result<RunStep> match_advisories(const store::Exposures::Cursor& cursor, Timestamp now, int assets_max);

  store::Database& database_;
  std::optional<Matchers> matchers_;  ///< Kept from step to step while no advisory changes.
  std::optional<Matchers> part_;
  std::int64_t part_until_ = 0;
  std::vector<std::int64_t> part_records_;
};

/// What counts once people's verdicts are heard: changes status, confidence, because and verdict.
void hear(store::AssetMatch& match, const store::AssetVerdict* of_asset,
          const std::vector<const store::AssetVerdict*>& nevers);

}  // namespace tocsin::engine::exposure
