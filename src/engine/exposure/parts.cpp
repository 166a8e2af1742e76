#include "engine/exposure/parts.hpp"

#include <algorithm>
#include <set>

#include "engine/threat/vulnerabilities.hpp"
#include "store/exposure_parts.hpp"

namespace tocsin::engine::exposure {

using domain::Permission;
using domain::RemediationState;

Result<std::optional<store::ExposureAtRecord>> at_vulnerability(store::Database& database, const Actor& actor,
                                                                std::string_view vulnerability, Timestamp now) {
  const std::vector<std::string> one{std::string{vulnerability}};
  TRY(const auto found, at_vulnerabilities(database, actor, one, now));
  return found.empty() ? std::optional<store::ExposureAtRecord>{} : std::optional{found.begin()->second};
}

Result<std::map<std::string, store::ExposureAtRecord>> at_vulnerabilities(store::Database& database, const Actor& actor,
                                                                          std::span<const std::string> vulnerabilities,
                                                                          Timestamp now) {
  if (!actor.viewer.organisation || !actor.may(Permission::read_inventory)) {
    return std::map<std::string, store::ExposureAtRecord>{};
  }
  return database.read([&](store::Connection& connection) {
    return store::exposure_at_vulnerabilities(connection, actor.viewer, *actor.viewer.organisation, vulnerabilities,
                                              now);
  });
}

Result<std::map<std::int64_t, store::ExposureAtRecord>> at_products(store::Database& database, const Actor& actor,
                                                                    std::span<const std::int64_t> products,
                                                                    Timestamp now) {
  if (!actor.viewer.organisation || !actor.may(Permission::read_inventory)) {
    return std::map<std::int64_t, store::ExposureAtRecord>{};
  }
  return database.read([&](store::Connection& connection) {
    return store::exposure_at_products(connection, actor.viewer, *actor.viewer.organisation, products, now);
  });
}

Result<std::map<std::string, std::vector<threat::ThreatRow>>> attackers_on(store::Database& database,
                                                                           const Actor& actor,
                                                                           const inventory::Access& access,
                                                                           std::span<const store::ExposureRow> rows,
                                                                           std::size_t each_max, Timestamp now) {
  TRY_VOID(actor.require(Permission::read_inventory));
  std::set<std::string> distinct;
  for (const auto& row : rows) distinct.insert(row.match.cves.begin(), row.match.cves.end());
  const std::vector<std::string> cves(distinct.begin(), distinct.end());
  return database.snapshot([&](store::Connection& connection) {
    return threat::attackers(connection, reader_of(actor, access), cves, each_max, now);
  });
}

Result<std::vector<std::string>> attacked_vulnerabilities(store::Database& database, const Actor& actor,
                                                          const inventory::Access& access, Timestamp now) {
  TRY_VOID(actor.require(Permission::read_inventory));
  return database.snapshot([&](store::Connection& connection) -> Result<std::vector<std::string>> {
    TRY(const auto perhaps, store::vulnerabilities_perhaps_named(connection, access.organisation));
    TRY(const auto found, threat::attackers(connection, reader_of(actor, access), perhaps, 1, now));
    std::vector<std::string> cves;
    for (const auto& [cve, rows] : found) cves.push_back(cve);
    return cves;
  });
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
