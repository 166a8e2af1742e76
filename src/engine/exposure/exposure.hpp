#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "domain/remediation.hpp"
#include "engine/inventory/inventory.hpp"
#include "store/exposures.hpp"

/// What advisories mean for the plants of an organisation: read through the policy of who looks, changed by those who
/// may edit its inventory. Errors as in engine/inventory/inventory.hpp.
namespace tocsin::engine::exposure {

/// Whose eyes the advisories are seen with: the actor's; of the console, those of the organisation's people.
domain::policy::Viewer reader_of(const Actor& actor, const inventory::Access& access);

struct ListInput {
  std::vector<int> statuses = {};  ///< engine/exposure/matcher.hpp; none: every one.
  std::vector<domain::RemediationState> states = {};
  std::optional<std::string> site = {};
  std::string zone = {}, vendor = {}, cve = {};
  std::string product = {};              ///< store::Asset::identity
  std::optional<std::int64_t> bom = {};  ///< Components of this bill of materials.
  std::optional<std::int64_t> asset = {};
  std::optional<domain::RecordId> record = {};
  std::vector<int> decisions = {};     ///< Actions as decision.hpp numbers them; none: every one.
  std::string due = {};                ///< One of all_dues(); empty: whenever.
  std::optional<int> score_from = {};  ///< Tenths.
  /// Only matches about one of these: those by which somebody attacks (parts.hpp, attacked_vulnerabilities()).
  std::optional<std::vector<std::string>> cves = {};
  store::ExposureSort sort = store::ExposureSort::status;
  int limit = 50;  ///< 1..200
  std::string cursor = {};
};
/// "overdue", "week" (within seven days, or overdue), "month" (thirty), "none" (no day is set).
std::span<const std::string_view> all_dues() noexcept;
std::string_view to_string(store::ExposureSort sort) noexcept;  ///< "due"
std::optional<store::ExposureSort> parse_sort(std::string_view text) noexcept;
std::string_view to_string(store::ExposureGroupBy by) noexcept;  ///< "site"
std::optional<store::ExposureGroupBy> parse_group(std::string_view text) noexcept;

/// As the store takes it. Errors: invalid_input for a `due` that is none.
Result<store::ExposureFilter> filter_of(const inventory::Access& access, const ListInput& input, Timestamp now);

struct ExposurePage {
  std::vector<store::ExposureRow> rows;
  std::string next_cursor;
};
/// What wants attention: affected, undecidable, under investigation; neither done nor accepted.
ListInput open_matters();
Result<ExposurePage> list(store::Database& database, const Actor& actor, const inventory::Access& access,
                          const ListInput& input, Timestamp now);
Result<std::vector<store::ExposureCount>> counts(store::Database& database, const Actor& actor,
                                                 const inventory::Access& access, const ListInput& input,
                                                 Timestamp now);
/// By decision, whatever `decisions` says; `waiting`: of them, how many wait to be decided again, so that for a moment
/// they may be counted under what they were.
struct DecisionCounts {
  std::vector<store::DecisionCount> counts;
  std::int64_t waiting = 0;
};
Result<DecisionCounts> decision_counts(store::Database& database, const Actor& actor, const inventory::Access& access,
                                       ListInput input, Timestamp now);
/// At most 100, those with the most urgent decisions first.
Result<std::vector<store::ExposureGroup>> groups(store::Database& database, const Actor& actor,
                                                 const inventory::Access& access, const ListInput& input,
                                                 store::ExposureGroupBy by, Timestamp now);
/// Of the actor's own organisation: nothing where they may not read its inventory or there is nothing. The caller has
/// been allowed to see the record.
Result<std::optional<store::ExposureAtRecord>> at_record(store::Database& database, const Actor& actor,
                                                         domain::RecordId record);
/// Newest first, at most 200.
Result<std::vector<store::AssetState>> history(store::Database& database, const Actor& actor,
                                               const inventory::Access& access, std::int64_t asset, Timestamp now);
/// What an acceptance comes to at this moment: one that has ended is open again.
domain::RemediationState state_at(const store::AssetMatch& match, Timestamp now) noexcept;

/// One match that something is said of.
struct Subject {
  std::int64_t asset = 0;
  domain::RecordId record;
};
inline constexpr std::size_t kSubjectsMax = 2'000;
/// Everything that fits, in the order of the list. Errors: invalid_input where these are more than kSubjectsMax, and
/// where they are not as many as the actor was told: they have to look again.
Result<std::vector<Subject>> subjects_of(store::Database& database, const Actor& actor, const inventory::Access& access,
                                         ListInput input, std::int64_t told, Timestamp now);
struct StateInput {
  domain::RemediationState state = domain::RemediationState::open;
  std::string evidence = {};            ///< At most 2,000 bytes.
  std::optional<Timestamp> until = {};  ///< accepted only: when it has to be looked at again.
  std::string vulnerability = {};       ///< Of these only; empty: the advisories as a whole.
};
/// All or none. not_found where one of them is not there, or its record is hidden from the actor.
tocsin::Status set_state(store::Database& database, const Actor& actor, const std::vector<Subject>& subjects,
                         const StateInput& input, Timestamp now);
/// `none` takes back what was said. `never` holds for every asset of the same vendor, product and model.
tocsin::Status set_verdict(store::Database& database, const Actor& actor, const std::vector<Subject>& subjects,
                           domain::MatchVerdict verdict, std::string_view reason, Timestamp now);

}  // namespace tocsin::engine::exposure
