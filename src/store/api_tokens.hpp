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

/// Stored as its number.
enum class ApiTokenKind { secret = 1, certificate = 2 };

struct ApiToken {
  std::int64_t id = 0;
  ApiTokenKind kind = ApiTokenKind::secret;
  std::string token_hash = {};  ///< SHA-256, hex: of the token, which itself is nowhere; of a certificate's DER.
  std::string subject = {};     ///< Of a certificate.
  domain::PersonId person = {};
  domain::OrganisationId organisation = {};
  std::string name = {};
  std::vector<std::string> scopes = {}, networks = {};
  Timestamp created_at = {}, expires_at = {};
  std::optional<Timestamp> last_used_at = {};
  std::string last_used_address = {};
  std::optional<Timestamp> revoked_at = {};
};

/// What programs prove themselves by. Revoked ones stay, so that people see what there was.
class ApiTokens {
 public:
  explicit ApiTokens(Connection& connection) : connection_(connection) {}
  /// Errors: conflict where the hash is known: a certificate that was revoked does not come back.
  Result<std::int64_t> add(const ApiToken& token);
  Result<std::optional<ApiToken>> find(ApiTokenKind kind, std::string_view token_hash);
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
