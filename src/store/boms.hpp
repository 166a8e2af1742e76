#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "domain/organisation.hpp"
#include "store/database.hpp"

namespace tocsin::store {

/// A bill of materials that an organisation has imported: the name under which its components belong together.
struct Bom {
  std::int64_t id = 0;
  domain::OrganisationId organisation = {};
  std::string name = {};  ///< Unique within the organisation.
  std::string kind = {};  ///< "CycloneDX BOM"
  std::string file_name = {};
  Timestamp imported_at = {};
  std::optional<domain::PersonId> imported_by = {};
  std::string imported_by_name = {};  ///< Read only.
  std::int64_t components = 0;        ///< Read only: assets that it names.
};

/// Which assets stand in which bill of materials. Assets that are removed leave it.
class Boms {
 public:
  explicit Boms(Connection& connection) : connection_(connection) {}
  /// Instead of the one of the same name, whose components it loses. Returns its number.
  Result<std::int64_t> put(const Bom& bom);
  Status add_parts(std::int64_t bom, std::span<const std::int64_t> assets);
  /// By name. `sites`: as AssetFilter has it; counts only assets there and leaves out bills without any.
  Result<std::vector<Bom>> list(domain::OrganisationId organisation,
                                const std::optional<std::vector<std::string>>& sites, int limit);
  Result<std::optional<Bom>> find(domain::OrganisationId organisation, std::int64_t id);
  /// Those in which an asset stands, by name.
  Result<std::vector<Bom>> of_asset(domain::OrganisationId organisation, std::int64_t asset);
  /// Its assets by number; `alone`: only those that stand in no other.
  Result<std::vector<std::int64_t>> parts(std::int64_t bom, bool alone = false);
  /// The assets stay.
  Status remove(std::int64_t bom);

 private:
  Connection& connection_;
};

}  // namespace tocsin::store
