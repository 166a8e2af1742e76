#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "domain/tlp.hpp"
#include "store/database.hpp"
#include "store/exposure_scope.hpp"

namespace tocsin::store {

/// What was decided about a match became something else. Actions as AssetMatch::decision.
struct DecisionChange {
  std::int64_t id = 0;  ///< Read only.
  domain::OrganisationId organisation = {};
  std::int64_t asset = 0;
  domain::RecordId record = {};
  Timestamp at = {};
  int before = 0, after = 0;
  std::optional<Timestamp> due_before = {}, due_after = {};
  std::string because = {};  ///< In English, stored as it was said then.
  // Read only:
  std::string label = {}, site = {}, slug = {}, tracking_id = {}, title = {};
  domain::Tlp tlp = domain::Tlp::clear;
};

/// History of decisions, in backups like the history of matches. Changes of one match that are more than kKeptOfMatch
/// push out the oldest.
class DecisionHistory {
 public:
  static constexpr int kKeptOfMatch = 100;
  explicit DecisionHistory(Connection& connection) : connection_(connection) {}

  Status note(std::span<const DecisionChange> changes);
  /// Newest first.
  Result<std::vector<DecisionChange>> of_match(const ExposureScope& scope, std::int64_t asset, domain::RecordId record,
                                               int limit, Timestamp now);
  /// After `since`, newest first. Of things that are in the inventory no more there are none.
  Result<std::vector<DecisionChange>> changes(const ExposureScope& scope, Timestamp since, int limit, Timestamp now);
  Result<std::int64_t> count(const ExposureScope& scope, Timestamp since, Timestamp now);
  /// Forgets what is older; at most `limit` rows. Number of rows.
  Result<std::int64_t> prune(Timestamp before, int limit);

 private:
  Connection& connection_;
};

}  // namespace tocsin::store
