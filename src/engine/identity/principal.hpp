#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "domain/person.hpp"
#include "domain/policy.hpp"
#include "engine/members/actor.hpp"

namespace tocsin::engine::identity {

/// An organisation that a person may act for.
struct Seat {
  domain::OrganisationId organisation;
  std::string name;
  domain::Roles roles;
  bool active = false;  ///< The organisation is.
};

/// Who stands behind a request: resolved once from a session's or a token's secret and kept in memory until the
/// members' generation moves. Immutable.
struct Principal {
  enum class By { session, token, certificate };
  By by = By::session;
  std::int64_t id = 0;  ///< Of the session or token.
  domain::PersonId person;
  std::string person_name, email;
  std::string language, time_zone;
  domain::policy::Viewer viewer;  ///< As the policy sees them now.
  std::vector<Seat> seats;        ///< Sorted by name. Tokens: the one they are for.
  std::string csrf;               ///< Sessions: what forms must send back. 43 characters.
  bool second_factor = false;     ///< Was one given for this session?
  /// Their roles demand a second factor and they have none: they may do nothing but set one up.
  bool must_add_factor = false;
  domain::FourEyes four_eyes;        ///< What they may not do alone.
  const post::Post* post = nullptr;  ///< As of Actor.
  std::int64_t approvals = 0;        ///< Acts of others that wait for their decision.
  Timestamp authenticated_at;        ///< Last time they proved who they are: for dangerous acts.
  std::vector<std::string> scopes;   ///< Tokens: "read", "write-records", ...; sessions: empty, everything.
  /// A bit per domain::Permission that its roles may give and this session or token does not: outside a token's scopes,
  /// or all, while a second factor is missing.
  std::uint32_t withheld = 0;
  Timestamp expires_at;

  bool may(domain::Permission permission) const noexcept;
  Actor actor(std::string address, const std::string& agent, std::string request_id) const;
};
using PrincipalPtr = std::shared_ptr<const Principal>;

}  // namespace tocsin::engine::identity
