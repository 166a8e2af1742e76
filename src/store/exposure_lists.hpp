#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "store/exposures.hpp"

/// Matches counted by what they are about: a list for each product, bill of materials, advisory, vulnerability and
/// asset (CSAF 2.1 section 9.1.13 and 9.1.17).
namespace tocsin::store {

enum class ExposureListBy : std::uint8_t { product, bom, advisory, vulnerability, asset };

/// One line of such a list.
struct ExposureTally {
  std::string key;                       ///< Asset::identity of a product, slug of an advisory, id of a vulnerability.
  std::int64_t id = 0;                   ///< Of a bill of materials, record or asset.
  std::string name;                      ///< Product, bill, tracking id, vulnerability, label.
  std::string vendor;                    ///< Of a product, an asset.
  std::string detail;                    ///< Model of a product, title of an advisory, site of an asset.
  domain::Tlp tlp = domain::Tlp::clear;  ///< Of an advisory.
  /// Assets of a product, components of a bill, whether something is said of them or not.
  std::int64_t in_inventory = 0;
  std::int64_t matches = 0, assets = 0, advisories = 0;  ///< Of a vulnerability a match counts for itself.
  std::array<std::int64_t, 5> statuses{};                ///< By status.
  std::array<std::int64_t, 6> decisions{};               ///< By decision; the last are undecided.
  std::array<std::int64_t, 4> states{};                  ///< By domain::RemediationState as it holds now.
  std::int64_t urgency = 0;  ///< The most urgent decision on what waits for something; kNothingWaits.
  std::int64_t waiting = 0;  ///< Matches that wait for something.
};
inline constexpr std::int64_t kNothingWaits = 9;
struct ExposureTallyAfter {
  std::int64_t urgency = 0, waiting = 0;
  std::string key;
};

/// Most urgent first, then those with most that waits, then by `key`; at most `limit`, after `after`.
Result<std::vector<ExposureTally>> exposure_tallies(Connection& connection, const domain::policy::Viewer& viewer,
                                                    domain::OrganisationId organisation, const ExposureFilter& filter,
                                                    ExposureListBy by, const std::optional<ExposureTallyAfter>& after,
                                                    int limit, Timestamp now);
/// Where the next page begins.
ExposureTallyAfter after_tally(const ExposureTally& tally, ExposureListBy by);

/// "Example Pumps Flow Controller": what assets of an identity are called; nothing where there is none.
Result<std::optional<std::string>> product_of(Connection& connection, domain::OrganisationId organisation,
                                              std::string_view identity);

}  // namespace tocsin::store
