#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "domain/person.hpp"
#include "store/database.hpp"

namespace tocsin::store {

/// What a provider's groups gave somebody in an organisation.
struct OutsideRole {
  domain::OrganisationId organisation;
  domain::Roles roles;  ///< Only what was not given by hand.
  Timestamp confirmed_at;
};

/// Sign-ins by a provider outside: those that were begun, and the roles that its groups gave.
class Outside {
 public:
  explicit Outside(Connection& connection) : connection_(connection) {}
  // --- attempts ---
  Status begin(std::string_view token_hash, std::string_view sealed, Timestamp expires_at);
  /// What was sealed; it is gone then, so that of two answers one is too late. Empty where there is none in time.
  Result<std::optional<std::string>> take(std::string_view token_hash, Timestamp now);
  Result<std::int64_t> count_attempts();
  Status remove_expired(Timestamp now);

  // --- roles ---
  /// By organisation.
  Result<std::vector<OutsideRole>> roles(domain::PersonId person);
  Status put_role(domain::PersonId person, const OutsideRole& role);
  Status remove_role(domain::PersonId person, domain::OrganisationId organisation);
  /// People with a role that no sign-in has confirmed since then; at most `limit`.
  Result<std::vector<domain::PersonId>> unconfirmed_since(Timestamp before, int limit);

 private:
  Connection& connection_;
};

}  // namespace tocsin::store
