#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/keyed_hash.hpp"
#include "base/result.hpp"
#include "engine/exposure/decision.hpp"
#include "engine/exposure/decision_table.hpp"
#include "engine/exposure/exposure.hpp"

/// What to do about matches that are stored. Kept beside each match, so that lists can be filtered and sorted by it,
/// and decided again when anything changed that it follows from: the match, the asset, the advisory, what is known of
/// its vulnerabilities, the organisation's table, or the day (an outage comes near, or has passed).
namespace tocsin::engine::exposure {

/// Of one match, by what is known now. What is due at once stays due on the day that was stored first.
Decision decide_stored(const store::AssetMatch& match, const formats::inventory::Item& item, const AdvisoryFacts& facts,
                       const evidence::Book& book, const Rules& rules, Timestamp now);

/// By the organisation's table, in the order of the rows, which are those that list() gave to the same actor. Decided
/// when somebody looks: what a row holds may be older by a moment.
Result<std::vector<Decision>> decisions_on(store::Database& database, const Actor& actor,
                                           const inventory::Access& access, std::span<const store::ExposureRow> rows,
                                           Timestamp now);
/// The same by other tables: for each of `rules` the decisions on all rows.
Result<std::vector<std::vector<Decision>>> decisions_by(store::Database& database, const Actor& actor,
                                                        const inventory::Access& access,
                                                        std::span<const store::ExposureRow> rows,
                                                        std::span<const Rules* const> rules, Timestamp now);

struct DecideStep {
  std::int64_t decided = 0;  ///< Matches.
  bool caught_up = false;    ///< Nothing was left when the step ended.
};

/// Stores the decisions of matches whose time has come. In batches, each a transaction: stop it anywhere, run it again,
/// the rows are the same. Two processes do no harm.
class Deciding {
 public:
  explicit Deciding(store::Database& database) : database_(database) {}
  /// One batch of at most `matches_max` matches.
  Result<DecideStep> step(Timestamp now, int matches_max = 500);
  /// Steps until caught up; `progress` after each, and an end where it says false.
  tocsin::Status all(const Clock& clock, const std::function<bool(const DecideStep&)>& progress = {});

 private:
  struct Known {
    std::int64_t revision = 0;
    AdvisoryFacts facts;
  };
  Result<DecideStep> decide(store::Connection& connection, const std::vector<store::ToDecide>& waiting, Timestamp now);
  tocsin::Status load_facts(store::Connection& connection, std::span<const std::int64_t> records);

  store::Database& database_;
  HashMap<std::int64_t, Known> facts_;  ///< Kept from step to step: an advisory may match thousands of assets.
};

}  // namespace tocsin::engine::exposure
