#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "base/result.hpp"
#include "domain/person.hpp"
#include "store/database.hpp"
#include "store/organisations.hpp"

namespace tocsin::store {

struct PersonQuery {
  std::string folded_text;  ///< Part of the folded name or address.
  std::optional<domain::OrganisationId> organisation;
  std::optional<domain::PersonStatus> status;
};

/// People and their memberships. Rules and permissions: engine/members.
class People {
 public:
  explicit People(Connection& connection) : connection_(connection) {}
  Result<std::optional<domain::Person>> find(domain::PersonId id);
  /// `folded`: domain::folded_email.
  Result<std::optional<domain::Person>> find_by_email(std::string_view folded);
  /// All but id. Errors: conflict where the address is known.
  Result<domain::PersonId> insert(const domain::Person& person);
  /// Name, address with its proof, language, time zone. Errors: as insert.
  Status update(const domain::Person& person);
  Status set_status(domain::PersonId id, domain::PersonStatus status);
  /// By folded name; `after` excluded. Erased people are in no list.
  Result<std::vector<domain::Person>> list(const PersonQuery& query, const NameCursor& after, int limit);
  Result<std::int64_t> count(const PersonQuery& query);

  /// By organisation.
  Result<std::vector<domain::Membership>> memberships(domain::PersonId person);
  Result<std::vector<domain::Membership>> memberships_of(domain::OrganisationId organisation);
  Result<std::optional<domain::Membership>> membership(domain::PersonId person, domain::OrganisationId organisation);
  /// New, or with other roles.
  Status put_membership(const domain::Membership& membership);
  Status remove_membership(domain::PersonId person, domain::OrganisationId organisation);
  /// Others than `but` of one of these statuses who hold the role.
  Result<std::int64_t> other_holders(domain::OrganisationId organisation, domain::Role role, domain::PersonId but,
                                     bool invited_too);

  /// Sessions, tokens and unused links that act for the organisation (absent: for any) as this person.
  Status end_sessions(domain::PersonId person, std::optional<domain::OrganisationId> organisation = {});
  /// Those of anybody who acts for it.
  Status end_sessions(domain::OrganisationId organisation);

  // people_erase.cpp
  /// Leaves the number with status erased; everything else about the person goes from the tables of people.
  Status erase(domain::PersonId id);
  /// What identity keeps of a person, without secrets: arrays "credentials", "sessions", "tokens", "links" and
  /// "roles_by_groups".
  Result<boost::json::object> identity_facts(domain::PersonId id);

 private:
  Connection& connection_;
};

}  // namespace tocsin::store
