#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "domain/organisation.hpp"
#include "store/database.hpp"

namespace tocsin::store {

struct ApiToken {
  std::int64_t id = 0;
  std::string token_hash = {};  ///< SHA-256, hex. The token itself is nowhere.
  domain::PersonId person = {};
  domain::OrganisationId organisation = {};
  std::string name = {};
  std::vector<std::string> scopes = {}, networks = {};
  Timestamp created_at = {}, expires_at = {};
  std::optional<Timestamp> last_used_at = {};
  std::string last_used_address = {};
  std::optional<Timestamp> revoked_at = {};
};

/// Tokens of programs. Revoked ones stay, so that people see what there was.
class ApiTokens {
 public:
  explicit ApiTokens(Connection& connection) : connection_(connection) {}
  Result<std::int64_t> add(const ApiToken& token);
  Result<std::optional<ApiToken>> find(std::string_view token_hash);
  /// Newest first.
  Result<std::vector<ApiToken>> of(domain::PersonId person);
  /// Neither revoked nor expired.
  Result<std::int64_t> count_valid(domain::PersonId person, Timestamp now);
  Status used(std::int64_t id, std::string_view address, Timestamp now);
  /// 1 where it was in force.
  Result<std::int64_t> revoke(domain::PersonId person, std::int64_t id, Timestamp now);

 private:
  Connection& connection_;
};

}  // namespace tocsin::store
