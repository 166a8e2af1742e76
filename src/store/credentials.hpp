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
enum class CredentialKind { password = 1, totp = 2, recovery_code = 3, passkey = 4, openid_connect = 5 };

struct Credential {
  std::int64_t id = 0;
  domain::PersonId person = {};
  CredentialKind kind = CredentialKind::password;
  std::string external_id = {};  ///< Passkey's credential id, "issuer subject"; else empty.
  std::string label = {};
  std::string secret = {};  ///< A hash (password, recovery code), sealed (totp), JSON with the public key (passkey).
  /// totp: the last period used. passkey: the authenticator's count. openid_connect: 1 where the provider asked for a
  /// second factor that counts.
  std::int64_t counter = 0;
  Timestamp created_at = {};
  std::optional<Timestamp> last_used_at = {};
};

/// By what people prove who they are. What may be used once only is taken by one statement, so that of two requests at
/// once one is too late.
class Credentials {
 public:
  explicit Credentials(Connection& connection) : connection_(connection) {}
  /// By id.
  Result<std::vector<Credential>> of(domain::PersonId person);
  Result<std::optional<Credential>> find_external(CredentialKind kind, std::string_view external_id);
  /// `id` is given by the database. Errors: conflict where another has the external id.
  Result<std::int64_t> add(const Credential& credential);
  Status remove_kind(domain::PersonId person, CredentialKind kind);
  /// Returns how many.
  Result<std::int64_t> remove(domain::PersonId person, CredentialKind kind, std::int64_t id);
  /// The password, where there was one or not.
  Status set_password(domain::PersonId person, std::string_view hash, Timestamp now);
  /// The same password hashed anew; not where it was changed meanwhile.
  Status rehash(std::int64_t id, std::string_view old_hash, std::string_view hash);
  /// 1 where the counter was smaller, 0 where somebody was quicker.
  Result<std::int64_t> advance(std::int64_t id, std::int64_t counter, Timestamp now);
  /// The same for authenticators that do not count and always say 0.
  Result<std::int64_t> use_uncounted(std::int64_t id, Timestamp now);
  /// A sign-in elsewhere was used; `counter`: 1 where its second factor counted.
  Status used(std::int64_t id, std::int64_t counter, Timestamp now);
  /// 1 where there was such a code; it is gone then.
  Result<std::int64_t> take_recovery_code(domain::PersonId person, std::string_view hash);

 private:
  Connection& connection_;
};

}  // namespace tocsin::store
