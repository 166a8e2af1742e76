#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "domain/person.hpp"
#include "store/database.hpp"

namespace tocsin::store {

/// People as far as signing in needs them and changes them.
class Accounts {
 public:
  explicit Accounts(Connection& connection) : connection_(connection) {}
  Result<std::optional<domain::Person>> find(domain::PersonId person);
  Result<std::optional<domain::Person>> find_by_email(std::string_view folded_email);
  /// What somebody is a member of, active or not, by the organisation's number.
  struct Held {
    domain::OrganisationId organisation;
    std::string name;
    domain::Roles roles;
  };
  Result<std::vector<Held>> held(domain::PersonId person);
  Status signed_in(domain::PersonId person, Timestamp now);
  /// invited -> active. Returns how many: 0 where the person was not `invited`.
  Result<std::int64_t> activate(domain::PersonId person);
  /// Another address, not proven. Errors: conflict where somebody has it.
  Status change_email(domain::PersonId person, std::string_view email, std::string_view folded_email);
  /// Marks the address as proven, as long as it is still this one. Returns how many.
  Result<std::int64_t> prove_email(domain::PersonId person, std::string_view email, Timestamp now);

 private:
  Connection& connection_;
};

}  // namespace tocsin::store
