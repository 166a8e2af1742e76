#pragma once
#include <cstdint>
#include <optional>
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
  std::optional<std::int64_t> asset = {};
  std::optional<domain::RecordId> record = {};
  int limit = 50;  ///< 1..200
  std::string cursor = {};
};
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
inline constexpr std::size_t kSubjectsMax = 500;
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
