#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "domain/policy.hpp"
#include "store/database.hpp"

namespace tocsin::store {

/// Matching that somebody asked for.
struct AskedRun {
  std::int64_t id = 0;
  domain::OrganisationId organisation = {};
  std::optional<domain::PersonId> person = {};
  std::string person_name = {};            ///< Read only.
  std::vector<std::int64_t> records = {};  ///< Empty: every advisory.
  std::vector<std::int64_t> assets = {};   ///< By number; empty: every asset of the organisation.
  Timestamp asked_at = {};
  bool done = false;
  std::optional<Timestamp> ended_at = {};
  std::int64_t after_asset = 0;  ///< Assets up to here are done.
  std::int64_t looked_at = 0;    ///< How many that were.
  // Read only, as far as the viewer may see the advisories:
  std::vector<std::string> slugs = {};  ///< Of `records`.
  std::int64_t hidden = 0;              ///< Of `records`, those that are not shown.
  std::int64_t changed = 0;             ///< Matches that are other than before.
  std::int64_t news = 0;                ///< Of them in something that matters.
};
/// A match that a run changed.
struct RunChange {
  std::int64_t asset = 0;
  domain::RecordId record = {};
  bool is_news = false;
};

class ExposureRuns {
 public:
  explicit ExposureRuns(Connection& connection) : connection_(connection) {}
  Result<std::int64_t> add(const AskedRun& run);
  /// Newest first.
  Result<std::vector<AskedRun>> list(const domain::policy::Viewer& viewer, domain::OrganisationId organisation,
                                     int limit, Timestamp now);
  Result<std::optional<AskedRun>> find(const domain::policy::Viewer& viewer, domain::OrganisationId organisation,
                                       std::int64_t id, Timestamp now);
  /// How many of these records the viewer may see.
  Result<std::size_t> visible(const domain::policy::Viewer& viewer, std::span<const std::int64_t> records,
                              Timestamp now);
  /// How many wait or are being done.
  Result<std::int64_t> open(domain::OrganisationId organisation);
  /// Forgets all that are done but the newest `keep`.
  Status forget(domain::OrganisationId organisation, int keep);

  // --- for matching: no policy ---
  /// The oldest that is not done.
  Result<std::optional<AskedRun>> next();
  /// Number of rows: 0 where another process has gone on with it.
  Result<std::int64_t> advance(const AskedRun& before, const AskedRun& after);
  Status note(std::int64_t run, std::span<const RunChange> changes);

 private:
  Status fill(const domain::policy::Viewer& viewer, AskedRun& run, Timestamp now);
  Connection& connection_;
};

}  // namespace tocsin::store
