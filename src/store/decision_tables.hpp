#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "domain/organisation.hpp"
#include "domain/person.hpp"
#include "store/database.hpp"

namespace tocsin::store {

/// By what an organisation decides, as of one version. Rules: engine/exposure/decision_table.hpp.
struct DecisionTableVersion {
  domain::OrganisationId organisation = {};
  std::int64_t version = 0;   ///< From 1; 0: none was ever chosen.
  std::string base = {};      ///< A built-in table's name, or "own".
  std::string document = {};  ///< own: JSON.
  std::string note = {};
  std::optional<domain::PersonId> person = {};  ///< Absent: at the console.
  std::string person_name = {};                 ///< Read only.
  Timestamp at = {};
};

class DecisionTables {
 public:
  explicit DecisionTables(Connection& connection) : connection_(connection) {}
  /// The newest.
  Result<std::optional<DecisionTableVersion>> current(domain::OrganisationId organisation);
  Result<std::optional<DecisionTableVersion>> find(domain::OrganisationId organisation, std::int64_t version);
  /// Newest first, without documents, at most `limit`.
  Result<std::vector<DecisionTableVersion>> history(domain::OrganisationId organisation, int limit);
  /// Errors: conflict where the version is taken.
  Status add(const DecisionTableVersion& version);

 private:
  Connection& connection_;
};

}  // namespace tocsin::store
