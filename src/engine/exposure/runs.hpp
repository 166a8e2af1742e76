#pragma once
#include <cstdint>
#include <functional>
#include <optional>

#include "base/result.hpp"
#include "engine/exposure/alias_book.hpp"
#include "engine/exposure/asset_finder.hpp"
#include "engine/exposure/matchers.hpp"
#include "store/assets.hpp"
#include "store/database.hpp"
#include "store/exposures.hpp"

/// Holds what is new against what is there: advisories that came or changed against every asset of every organisation,
/// under a cursor in the change feed, of which only those are looked at that it may speak of (asset_finder.hpp); assets
/// that came or changed, or that an alias was learnt for (alias_book.hpp), against every advisory. In batches, each a
/// transaction: stop it anywhere, run it again, the rows are the same. Two processes do no harm.
namespace tocsin::engine::exposure {

struct RunStep {
  std::int64_t assets = 0;   ///< Looked at.
  std::int64_t matches = 0;  ///< Written anew, changed or removed.
  bool caught_up = false;    ///< Nothing was left when the step ended.
};

class Runs {
 public:
  /// `every_asset`: advisories are held against every asset, whatever they may speak of. The rows are the same.
  explicit Runs(store::Database& database, bool every_asset = false) : database_(database), every_asset_(every_asset) {}
  /// One batch: assets that wait, each of which is held against every advisory, or more of those that new advisories
  /// may speak of, each of which gets a row or none.
  Result<RunStep> step(Timestamp now) { return step(now, 500, 4'000); }
  /// Of at most so many assets.
  Result<RunStep> step(Timestamp now, int assets_max) { return step(now, assets_max, assets_max); }
  /// Before the first advisory after a start needs it: reads the advisories and by what assets are found, a part at a
  /// time. True where nothing is left to read, or nobody has assets. Only worth it once caught up.
  Result<bool> prepare(Timestamp now);
  /// Steps until caught up; `progress` after each, and an end where it says false.
  tocsin::Status all(const Clock& clock, const std::function<bool(const RunStep&)>& progress = {});

  /// The same for what somebody asked for (asked_runs.hpp), the oldest first: one batch of it. Never together with what
  /// happens by itself. The rows become what they would be anyway; what has not changed in what matters is no news.
  Result<RunStep> asked_step(Timestamp now, int assets_max = 500);
  tocsin::Status asked(const Clock& clock, const std::function<bool(const RunStep&)>& progress = {});

 private:
  Result<RunStep> step(Timestamp now, int waiting_max, int spoken_of_max);
  tocsin::Status load(std::int64_t newest, Timestamp now);
  tocsin::Status read_aliases(store::Connection& connection);
  /// Keeps an asset in the finder by what it says and by each of its readings.
  void keep(const store::Asset& asset, bool anew = false);
  /// The same anew, where the advisories of part_ tell more of by what it is found.
  void keep_named(const store::Asset& asset);
  Result<RunStep> match_due(const std::vector<store::Asset>& assets, Timestamp now);
  Result<RunStep> match_advisories(const store::Exposures::Cursor& cursor, Timestamp now, int assets_max);
  tocsin::Status read_part(const store::Exposures::Cursor& cursor);
  /// Goes on with finder_; false where some is left.
  Result<bool> fill_finder();
  /// In the transaction that writes matches: what finder_ is good for from then on.
  Result<std::int64_t> next_generation(store::Connection& connection) const;

  /// Advisories that are being matched.
  struct Part {
    Matchers matchers;
    std::int64_t until = 0;
    std::vector<std::int64_t> records;
    bool is_found = false;
    std::optional<std::vector<std::int64_t>> assets = {};  ///< That they may speak of, once found; absent: any.
  };
  /// By what assets are found, of those that were matched up to a generation (store::Exposures::generation).
  struct Kept {
    AssetFinder finder;
    std::int64_t generation = 0;
    std::int64_t after = 0;  ///< While it is being filled: the last asset.
    bool is_whole = false;
  };

  /// Advisories that somebody asked for.
  struct Asked {
    std::int64_t run = 0;
    Matchers matchers;
  };

  store::Database& database_;
  bool every_asset_ = false;
  std::optional<Matchers> matchers_;  ///< Kept from step to step.
  AliasBook aliases_;                 ///< Likewise, as they were in this generation of theirs.
  std::int64_t aliases_generation_ = -1;
  std::optional<Part> part_;
  std::optional<Asked> asked_;
  std::optional<Kept> kept_;
};

/// Lays what was found of a reading into what was found of the thing itself, both by record: of one advisory the surer
/// one counts.
void take_reading(std::vector<Found>& found, std::vector<Found> read, const Reading& reading);

/// What counts once people's verdicts are heard: changes status, confidence, because and verdict.
void hear(store::AssetMatch& match, const store::AssetVerdict* of_asset,
          const std::vector<const store::AssetVerdict*>& nevers);

}  // namespace tocsin::engine::exposure
