#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "domain/organisation.hpp"
#include "domain/person.hpp"
#include "store/database.hpp"

namespace tocsin::store {

/// What an organisation says of a zone ("": everywhere) of its plants.
struct CoverageStatement {
  std::string zone, attack_id;
  bool in_place = true;
};

/// Assets of one class of ATT&CK in one zone.
struct ClassCount {
  std::string zone;          ///< Empty: of no zone.
  std::string attack_class;  ///< Empty: of no class that is known.
  std::int64_t assets = 0;
};

/// What techniques of ATT&CK find in an organisation's plants. Rules: engine/threat/coverage.hpp.
class Coverage {
 public:
  explicit Coverage(Connection& connection) : connection_(connection) {}
  /// By zone and id.
  Result<std::vector<CoverageStatement>> statements(domain::OrganisationId organisation);
  /// What is said of this zone from now on; what is said already stays as it was said.
  Status replace(domain::OrganisationId organisation, const std::string& zone,
                 std::span<const CoverageStatement> statements, std::optional<domain::PersonId> by, Timestamp now);
  /// By zone and class; `sites`: of these sites alone.
  Result<std::vector<ClassCount>> classes(domain::OrganisationId organisation,
                                          const std::optional<std::vector<std::string>>& sites);

 private:
  Connection& connection_;
};

}  // namespace tocsin::store
