#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/zone.hpp"
#include "engine/exposure/decisions.hpp"
#include "engine/exposure/exposure.hpp"
#include "store/decision_history.hpp"
#include "store/exposure_figures.hpp"
#include "store/exposure_history.hpp"

/// The plant's exposure in figures, and what changed: page, API, command line and report ask the same. Everything is
/// counted through the policy of who asks, also what was: a trend shows nobody an advisory that they may not see. Days
/// are those of a time zone, whatever the clocks did there.
namespace tocsin::engine::exposure {

inline constexpr std::size_t kActionCount = 5;  ///< Number of Action's values.

/// Open matters with what to do about them, most urgent first.
struct DecidedMatters {
  struct Matter {
    store::ExposureRow row;
    Decision decision;  ///< Made when somebody looks.
  };
  std::vector<Matter> matters;
  bool all = true;  ///< False: only the most urgent ones, of so many.
};

struct OverviewInput {
  std::optional<std::string> site = {};
  /// Of "what changed": "yesterday" (begin of that day), "week" (seven days ago), "visit" (the sign-in before this
  /// one), or a day "2027-05-31".
  std::string since = "yesterday";
  int days = 90;  ///< Of the trend, 7..730.
  int changes_max = 25;
  int matters_max = 0;  ///< That are listed; counted are all.
};
/// A report is read for longer, and lists more.
inline constexpr int kReportChangesMax = 1'000;
inline constexpr int kReportMattersMax = 5'000;

struct DayCount {
  Timestamp begin;        ///< Of the day.
  std::int64_t open = 0;  ///< At its end, or now.
};
struct MonthCount {
  Timestamp begin;
  std::int64_t remediated = 0, mean_s = 0, median_s = 0;
};
/// By what became of it; each match counts once.
struct ChangeCounts {
  std::int64_t appeared = 0;         ///< Open now, no match before.
  std::int64_t became_affected = 0;  ///< Affected now, another status before.
  std::int64_t reopened = 0;         ///< Open now in another way, or again.
  std::int64_t fixed = 0;            ///< Open before, fixed now.
  std::int64_t not_affected = 0;     ///< Open before, not affected now.
  std::int64_t gone = 0;             ///< Open before, no match now: the advisory or the asset changed, or went.
};
enum class Change : std::uint8_t { appeared, became_affected, reopened, fixed, not_affected, gone };
std::string_view to_string(Change change) noexcept;  ///< "became_affected"
/// Of one that concerns something open, before or now.
Change change_of(std::optional<int> before, std::optional<int> after) noexcept;

/// Days: up to 7, up to 30, up to 90, more.
inline constexpr std::size_t kAges = 4;
struct DueCounts {
  std::int64_t overdue = 0, week = 0, month = 0, later = 0, none = 0;
};
struct SiteHeat {
  std::string site;
  std::int64_t matters = 0, assets = 0;
  std::array<std::int64_t, store::kSeverities> severities{};
  std::array<std::int64_t, kActionCount> actions{};
};

struct Overview {
  std::string organisation;
  std::optional<std::string> site;
  Timestamp made, since;
  store::ExposureTotals totals;
  std::vector<std::string> exploited;  ///< Vulnerabilities that CISA knows to be exploited.
  /// Of all that is open, by what is stored beside each match.
  std::array<std::int64_t, kActionCount> actions{};
  DueCounts due;
  /// Of these, what waits to be decided again and for a moment is counted as it was; and what never was yet, which is
  /// in no action.
  std::int64_t waiting = 0, undecided = 0;
  DecidedMatters decided;
  std::vector<SiteHeat> sites;
  std::vector<store::ExposureShare> zones, vendors;
  std::array<std::int64_t, kAges> ages{};
  std::vector<DayCount> trend;
  std::vector<MonthCount> months;  ///< From the first with history, at most the last twelve.
  std::optional<Timestamp> history_since;
  ChangeCounts change_counts;
  std::vector<store::ExposureChange> changes;
  std::vector<store::ExposureSaidCount> said_counts;
  std::vector<store::ExposureSaid> said;
  std::int64_t decision_change_count = 0;
  std::vector<store::DecisionChange> decision_changes;  ///< Newest first.
  /// The highest marking of the advisories that are counted now or named among the changes.
  std::optional<domain::Tlp> tlp;
};

/// Begin of the day of a moment there.
Timestamp day_begin(Timestamp time, const Zone& zone);
/// Errors: forbidden; invalid_input for another `since` or `days`.
Result<Overview> overview(store::Database& database, const Actor& actor, const inventory::Access& access,
                          const OverviewInput& input, const Zone& zone, Timestamp now);
/// The same with everything that a report lists, written down in the audit log as an export first.
Result<Overview> report(store::Database& database, const Actor& actor, const inventory::Access& access,
                        OverviewInput input, const Zone& zone, Timestamp now);

struct HistoryUpkeep {
  std::int64_t settled = 0, forgotten = 0;
};
/// Ends what matching anew did not find again, and forgets what ended more than `keep_days` ago (0: never). A batch.
Result<HistoryUpkeep> keep_history(store::Database& database, int keep_days, Timestamp now);

}  // namespace tocsin::engine::exposure
