#pragma once
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "engine/exposure/exposure.hpp"
#include "engine/threat/threats.hpp"
#include "store/decision_history.hpp"

/// What is said of single vulnerabilities. Errors as in exposure.hpp.
namespace tocsin::engine::exposure {

/// Things of the actor's own organisation that a vulnerability affects, by the advisories that they may see: nothing
/// where they may not read its inventory or there are none.
Result<std::optional<store::ExposureAtRecord>> at_vulnerability(store::Database& database, const Actor& actor,
                                                                std::string_view vulnerability, Timestamp now);

/// The same of several at once: those that affect something.
Result<std::map<std::string, store::ExposureAtRecord>> at_vulnerabilities(store::Database& database, const Actor& actor,
                                                                          std::span<const std::string> vulnerabilities,
                                                                          Timestamp now);
/// Of products, as the index of advisories numbers them: those of which something is affected.
Result<std::map<std::int64_t, store::ExposureAtRecord>> at_products(store::Database& database, const Actor& actor,
                                                                    std::span<const std::int64_t> products,
                                                                    Timestamp now);
/// Who attacks by the vulnerabilities of these matches (engine/threat/vulnerabilities.hpp, attackers()), as far as
/// whoever looks may see it; by CVE, at most `each_max` of each. read_inventory.
Result<std::map<std::string, std::vector<threat::ThreatRow>>> attackers_on(store::Database& database,
                                                                           const Actor& actor,
                                                                           const inventory::Access& access,
                                                                           std::span<const store::ExposureRow> rows,
                                                                           std::size_t each_max, Timestamp now);
/// Of all vulnerabilities of the organisation's matches those by which somebody attacks, as far as whoever looks may
/// see it. read_inventory.
Result<std::vector<std::string>> attacked_vulnerabilities(store::Database& database, const Actor& actor,
                                                          const inventory::Access& access, Timestamp now);

/// A match of the actor's own organisation, with what was done about each of its vulnerabilities.
struct MatchParts {
  store::ExposureRow row;
  std::vector<store::AssetState> states;  ///< One for each of row.match.cves, in their order; `id` 0: nothing said.
  std::vector<store::DecisionChange> decisions;  ///< How what to do about it changed, newest first, at most 100.
};
/// read_inventory. Errors: not_found.
Result<MatchParts> match_parts(store::Database& database, const Actor& actor, const Subject& subject, Timestamp now);
/// An acceptance that has ended is open again.
domain::RemediationState state_at(const store::AssetState& state, Timestamp now) noexcept;

}  // namespace tocsin::engine::exposure
