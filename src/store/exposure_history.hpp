#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "domain/remediation.hpp"
#include "domain/tlp.hpp"
#include "store/database.hpp"
#include "store/exposure_scope.hpp"
#include "store/exposures.hpp"

namespace tocsin::store {

/// So much more (or less) is open from this moment on.
struct ExposureMove {
  Timestamp at;  ///< Beginning of a quarter of an hour, UTC: the clocks of the world differ by those.
  std::int64_t by = 0;
};

/// A match whose status is another than at the beginning of a period. Absent: there was, or is, no match.
struct ExposureChange {
  std::int64_t asset = 0;
  domain::RecordId record = {};
  std::optional<int> before, after;
  Timestamp at = {};        ///< Of the last change.
  bool asset_gone = false;  ///< It is in the inventory no more.
  std::string label, site, slug, tracking_id, title;
  domain::Tlp tlp = domain::Tlp::clear;
};
struct ExposureChangeCount {
  std::optional<int> before, after;
  std::int64_t count = 0;
};
/// Something that a person said of a match.
struct ExposureSaid {
  std::int64_t asset = 0;
  domain::RemediationState state = domain::RemediationState::open;
  std::string vulnerability, person, evidence;
  Timestamp at = {};
  std::string label, site, slug, tracking_id;
  domain::Tlp tlp = domain::Tlp::clear;
};
struct ExposureSaidCount {
  domain::RemediationState state = domain::RemediationState::open;
  std::int64_t count = 0;
};
/// How long it took, of the matches that were remediated in a period.
struct RemediationTime {
  std::size_t period = 0;
  std::int64_t count = 0;
  std::int64_t mean_s = 0, median_s = 0;
};

/// Since when matches have been what they are, and what they were: kept beside them, in the same transactions. Unlike
/// matches, it is in backups and survives that everything is matched anew.
class ExposureHistory {
 public:
  explicit ExposureHistory(Connection& connection) : connection_(connection) {}

  // --- keeping ---
  /// Of the matches in `put`, notes those that are new or have another status; those in `gone` end. Idempotent.
  /// `risen`: gets those of `put` that wait for somebody (affected, undecidable, under investigation), and did not
  /// before, or less urgently.
  Status note(std::span<const AssetMatch> put, std::span<const AssetMatch> gone, Timestamp now,
              std::vector<const AssetMatch*>* risen = nullptr);
  /// Before an asset is removed.
  Status note_removal(std::int64_t asset, Timestamp now);
  /// Ends what has no match any more, of assets that have been matched: after everything was matched anew, or restored
  /// from a backup. Number of rows.
  Result<std::int64_t> settle(Timestamp now);
  /// Forgets what ended before; at most `limit` rows. Number of rows.
  Result<std::int64_t> prune(Timestamp before, int limit);

  // --- looking ---
  /// When the history of what the scope shows begins.
  Result<std::optional<Timestamp>> begins(const ExposureScope& scope, Timestamp now);
  /// By time. All before `from` is in the first. Open are affected, undecidable and under investigation, while neither
  /// done nor accepted; an acceptance that ends opens it again.
  Result<std::vector<ExposureMove>> moves(const ExposureScope& scope, Timestamp from, Timestamp now);
  /// Time from being found affected (or, of what never was, found open) to the first of: done, as somebody said; fixed,
  /// as the inventory says. `periods` are their beginnings, by time; the last ends now. At most 16. Each match counts
  /// once.
  Result<std::vector<RemediationTime>> remediation_times(const ExposureScope& scope, std::span<const Timestamp> periods,
                                                         Timestamp now);
  Result<std::vector<ExposureChangeCount>> change_counts(const ExposureScope& scope, Timestamp since, Timestamp now);
  /// Those that concern something open, before or now; open now first, newest first.
  Result<std::vector<ExposureChange>> changes(const ExposureScope& scope, Timestamp since, int limit, Timestamp now);
  Result<std::vector<ExposureSaidCount>> said_counts(const ExposureScope& scope, Timestamp since, Timestamp now);
  /// Newest first.
  Result<std::vector<ExposureSaid>> said(const ExposureScope& scope, Timestamp since, int limit, Timestamp now);

 private:
  Connection& connection_;
};

}  // namespace tocsin::store
