#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "domain/organisation.hpp"
#include "store/database.hpp"

namespace tocsin::store {

/// Any of these begins one of an asset's terms.
using TermChoice = std::vector<std::string>;

/// An asset whose terms are not in the index yet.
struct UnindexedAsset {
  std::int64_t id = 0;
  domain::OrganisationId organisation = {};
  std::string search;  ///< Asset::search
};

/// The full-text index of assets: terms of letters and digits alone, found by how they begin, by organisation.
class AssetText {
 public:
  explicit AssetText(Connection& connection) : connection_(connection) {}

  /// Statements that write an asset's terms, instead of those that were there.
  static void append_put(Dialect dialect, domain::OrganisationId organisation, std::int64_t id,
                         std::span<const std::string> terms, std::vector<Sql>& statements);
  /// The same of one that was just inserted, by its key.
  static void append_insert(Dialect dialect, domain::OrganisationId organisation, std::string_view key,
                            std::span<const std::string> terms, std::vector<Sql>& statements);

  /// Is every asset of the organisation in the index?
  Result<bool> is_whole(domain::OrganisationId organisation);
  /// Those that have all that is asked for.
  Result<std::int64_t> count(domain::OrganisationId organisation, std::span<const TermChoice> asked);
  /// By no order, at most `limit`.
  Result<std::vector<std::int64_t>> find(domain::OrganisationId organisation, std::span<const TermChoice> asked,
                                         int limit);
  /// "SELECT number FROM ...", for conditions.
  static Sql select(Dialect dialect, domain::OrganisationId organisation, std::span<const TermChoice> asked);

  /// Of all organisations, at most `limit`.
  Result<std::vector<UnindexedAsset>> unindexed(int limit);
  /// Their terms are in the index from now on, and their classes known: Asset::attack_class, by number.
  Status set_indexed(std::span<const std::pair<std::int64_t, std::string>> classes);

 private:
  Connection& connection_;
};

}  // namespace tocsin::store
