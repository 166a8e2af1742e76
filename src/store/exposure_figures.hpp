#pragma once
#include <array>
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

/// What is open: matches that are affected, undecidable or under investigation, neither done nor accepted.
struct ExposureTotals {
  std::int64_t matters = 0, affected = 0, in_progress = 0;
  std::int64_t assets = 0, advisories = 0;
  std::optional<domain::Tlp> tlp;  ///< The highest of these advisories.
};
/// Numbers of formats::cvss::Severity, from none to critical.
inline constexpr std::size_t kSeverities = 5;
struct ExposureShare {
  std::string site, name;  ///< Name of the zone, or of the vendor; empty where groups are sites.
  std::int64_t matters = 0, affected = 0, assets = 0;
  std::array<std::int64_t, kSeverities> severities{};  ///< Matters; of the advisory.
};

/// When something is due, from a day on.
enum class DueBand : std::uint8_t { overdue, week, month, later, none };
inline constexpr std::size_t kDueBands = 5;
/// Open matters of a site that are decided alike and due in the same time.
struct ExposureDecided {
  std::string site;
  int decision = 0;  ///< As AssetMatch has it.
  DueBand due = DueBand::none;
  std::int64_t matters = 0;
  std::int64_t waiting = 0;  ///< Of these, how many wait to be decided again.
};
/// What is open by place, vendor and decision.
struct ExposureShares {
  std::vector<ExposureShare> sites, zones, vendors;  ///< Most matters first; a zone is that of its site.
  std::vector<ExposureDecided> decided;              ///< By what is stored beside each.
};

/// Counted by the database, whatever the size of the plant.
class ExposureFigures {
 public:
  explicit ExposureFigures(Connection& connection) : connection_(connection) {}

  Result<ExposureTotals> totals(const ExposureScope& scope, Timestamp now);
  /// At most `limit` sites, zones and vendors; `today`: midnight of this day, which is no longer overdue.
  Result<ExposureShares> shares(const ExposureScope& scope, Timestamp today, int limit, Timestamp now);
  /// How many open matters were first found open how long ago. `bounds`: moments, latest first; counted are those after
  /// the first, those up to it and after the second, and so on, at last those up to the last. At most 8.
  Result<std::vector<std::int64_t>> ages(const ExposureScope& scope, std::span<const Timestamp> bounds, Timestamp now);
  /// Vulnerabilities that open matters name and that are known to be exploited, each once, by number.
  Result<std::vector<std::string>> exploited(const ExposureScope& scope, Timestamp now);

 private:
  Connection& connection_;
};

}  // namespace tocsin::store
