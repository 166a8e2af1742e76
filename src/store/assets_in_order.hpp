#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "store/assets.hpp"
#include "store/database.hpp"

namespace tocsin::store {

/// The fields of an asset that are as many columns as they have entries.
struct AssetColumns {
  std::int64_t id = 0;
  std::vector<formats::inventory::Version> versions = {};
  std::vector<std::pair<std::string, std::string>> others = {};
};

/// An organisation's assets in the order of their numbers, which is that in which they were entered and never changes:
/// for what reads all of them page by page, in a transaction each.
class AssetsInOrder {
 public:
  /// `sites`: only of these, where it is set.
  AssetsInOrder(Connection& connection, domain::OrganisationId organisation,
                const std::optional<std::vector<std::string>>& sites)
      : connection_(connection), organisation_(organisation), sites_(sites) {}
  /// Those after `after`, at most `limit`.
  Result<std::vector<Asset>> page(std::int64_t after, int limit);
  Result<std::vector<AssetColumns>> columns(std::int64_t after, int limit);

 private:
  void append_after(Sql& sql, std::int64_t after, int limit) const;

  Connection& connection_;
  domain::OrganisationId organisation_;
  const std::optional<std::vector<std::string>>& sites_;
};

}  // namespace tocsin::store
