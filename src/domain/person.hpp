#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "domain/organisation.hpp"
#include "domain/role.hpp"

namespace tocsin::domain {

/// Stored as its number. Only `active` may sign in. `erased` keeps the number, so that the audit chain stays whole, and
/// nothing else.
enum class PersonStatus { invited = 0, active = 1, suspended = 2, erased = 3 };
std::string_view to_string(PersonStatus status) noexcept;
std::optional<PersonStatus> parse_person_status(std::string_view text) noexcept;

struct Person {
  PersonId id;
  std::string uuid;
  std::string name;
  std::string email;  ///< As typed; unique by folded_email.
  PersonStatus status = PersonStatus::invited;
  std::string language;   ///< BCP 47; empty: the browser's.
  std::string time_zone;  ///< IANA name; empty: the site's.
  Timestamp created_at;
  std::optional<Timestamp> email_verified_at, last_sign_in_at;
};

/// A person in an organisation. A suspended membership is deleted; roles always has Role::member.
struct Membership {
  PersonId person;
  OrganisationId organisation;
  Roles roles{Role::member};
  Timestamp created_at;
};

/// Lower-case ASCII form by which addresses are equal. Errors: invalid_input for what is no mail address (exactly one
/// '@', no blanks or control characters, at most 254 bytes, a dot in the domain unless it is "localhost").
Result<std::string> folded_email(std::string_view email);

/// May this role be given in an organisation of this kind? Errors: invalid_input with the rule.
Status may_hold(Roles roles, const Organisation& organisation);

}  // namespace tocsin::domain
