#include "engine/exposure/parts.hpp"

#include <algorithm>

#include "store/exposure_parts.hpp"

namespace tocsin::engine::exposure {

using domain::Permission;
using domain::RemediationState;

Result<std::optional<store::ExposureAtRecord>> at_vulnerability(store::Database& database, const Actor& actor,
                                                                std::string_view vulnerability, Timestamp now) {
  if (!actor.viewer.organisation || !actor.may(Permission::read_inventory)) {
    return std::optional<store::ExposureAtRecord>{};
  }
  TRY(const auto found, database.read([&](store::Connection& connection) {
    return store::exposure_at_vulnerability(connection, actor.viewer, *actor.viewer.organisation, vulnerability, now);
  }));
  if (found.assets == 0) return std::optional<store::ExposureAtRecord>{};
  return std::optional{found};
}

Result<MatchParts> match_parts(store::Database& database, const Actor& actor, const Subject& subject, Timestamp now) {
  TRY_VOID(actor.require(Permission::read_inventory));
  if (!actor.viewer.organisation) return Error::not_found("match");
  const auto organisation = *actor.viewer.organisation;
  return database.read([&](store::Connection& connection) -> Result<MatchParts> {
    TRY(auto row, store::Exposures{connection}.find(reader_of(actor, {.organisation = organisation}), organisation,
                                                    subject.asset, subject.record, now));
    if (!row) return Error::not_found("match");
    MatchParts parts{.row = std::move(*row), .states = {}, .decisions = {}};
    TRY(const auto said, store::current_vulnerability_states(connection, organisation, subject.asset, subject.record));
    for (const auto& cve : parts.row.match.cves) {
      const auto found = std::ranges::find(said, cve, &store::AssetState::vulnerability);
      parts.states.push_back(found != said.end() ? *found
                                                 : store::AssetState{.organisation = organisation,
                                                                     .asset = subject.asset,
                                                                     .record = subject.record,
                                                                     .vulnerability = cve});
    }
    using store::DecisionHistory;
    TRY(parts.decisions, DecisionHistory{connection}.of_match(
                             {.viewer = reader_of(actor, {.organisation = organisation}), .organisation = organisation},
                             subject.asset, subject.record, DecisionHistory::kKeptOfMatch, now));
    return parts;
  });
}

RemediationState state_at(const store::AssetState& state, Timestamp now) noexcept {
  const bool ended = state.state == RemediationState::accepted && state.until && *state.until <= now;
  return ended ? RemediationState::open : state.state;
}

}  // namespace tocsin::engine::exposure
