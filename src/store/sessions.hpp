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

struct Session {
  std::int64_t id = 0;
  std::string token_hash = {};  ///< SHA-256, hex. The token itself is nowhere.
  domain::PersonId person = {};
  std::optional<domain::OrganisationId> organisation = {};  ///< They act for; none: the first active one.
  std::string method = {};                                  ///< "password", "password, code", "passkey", ...
  bool second_factor = false;
  std::string address = {}, agent = {};
  Timestamp created_at = {}, authenticated_at = {}, last_seen_at = {}, expires_at = {};
};

/// Who is signed in. What has ended is deleted.
class Sessions {
 public:
  explicit Sessions(Connection& connection) : connection_(connection) {}
  Result<std::int64_t> add(const Session& session);
  Result<std::optional<Session>> find(std::string_view token_hash);
  /// Newest first.
  Result<std::vector<Session>> of(domain::PersonId person);
  Status seen(std::int64_t id, Timestamp now);
  /// A new token in place of the old one. 1 where the old one was still in force.
  Result<std::int64_t> replace(std::string_view old_token_hash, const Session& session);
  // Each returns how many ended.
  Result<std::int64_t> remove(domain::PersonId person, std::int64_t id);
  /// All of them but `keep` (0: all).
  Result<std::int64_t> remove_others(domain::PersonId person, std::int64_t keep);
  /// Those that were begun without second factor, but `keep`.
  Result<std::int64_t> remove_single_factor(domain::PersonId person, std::int64_t keep);
  /// Those whose method begins so, but `keep`.
  Result<std::int64_t> remove_by_method(domain::PersonId person, std::string_view method, std::int64_t keep);
  /// Those beyond the newest `max`.
  Result<std::int64_t> trim(domain::PersonId person, int max);
  /// Those whose time is over: absolute, or not seen since `idle_before`.
  Result<std::int64_t> remove_expired(Timestamp now, Timestamp idle_before);
  /// Has this person been signed in from there, in a session that is kept?
  Result<std::int64_t> count_from(domain::PersonId person, std::string_view address);

 private:
  Connection& connection_;
};

}  // namespace tocsin::store
