#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"
#include "domain/organisation.hpp"
#include "store/database.hpp"

namespace tocsin::store {

/// Stored as its number.
enum class LinkPurpose { invitation = 1, email_proof = 2, password_reset = 3 };

struct OneTimeLink {
  std::int64_t id = 0;
  std::string token_hash = {};  ///< SHA-256, hex. The secret itself is nowhere.
  LinkPurpose purpose = LinkPurpose::invitation;
  domain::PersonId person = {};
  std::optional<domain::OrganisationId> organisation = {};
  std::string email = {};
  std::optional<domain::PersonId> created_by = {};
  Timestamp created_at = {}, expires_at = {};
};

/// Links by mail that work once.
class OneTimeLinks {
 public:
  explicit OneTimeLinks(Connection& connection) : connection_(connection) {}
  /// Earlier ones of the person and purpose go.
  Result<std::int64_t> add(const OneTimeLink& link);
  /// Neither used nor expired.
  Result<std::optional<OneTimeLink>> find(std::string_view token_hash, Timestamp now);
  /// The person's of this purpose that is neither used nor expired.
  Result<std::optional<OneTimeLink>> waiting(domain::PersonId person, LinkPurpose purpose, Timestamp now);
  /// 1 where it was still to be used and now is, 0 where somebody was quicker.
  Result<std::int64_t> use(std::int64_t id, Timestamp now);
  Status remove(domain::PersonId person, LinkPurpose purpose);

 private:
  Connection& connection_;
};

}  // namespace tocsin::store
