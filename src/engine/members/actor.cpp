#include "engine/members/actor.hpp"

#include <vector>

#include <fmt/format.h>

#include "base/messages.hpp"

namespace tocsin::engine {
namespace {

/// "coordinator or administrator"
std::string who_may(domain::Permission permission) {
  std::vector<std::string_view> roles;
  for (const auto role : domain::all_roles()) {
    if (domain::allows(domain::Roles{role}, permission)) roles.push_back(domain::slug(role));
  }
  if (roles.empty()) return {};
  const auto last = roles.back();
  roles.pop_back();
  return roles.empty() ? std::string{last} : tr<"{} or {}">(fmt::format("{}", fmt::join(roles, ", ")), last);
}

}  // namespace

bool Actor::may(domain::Permission permission) const noexcept {
  if (console || permission == domain::Permission::anyone) return true;
  if (!viewer.person || ((withheld >> static_cast<unsigned>(permission)) & 1U) != 0) return false;
  if (permission == domain::Permission::signed_in) return true;
  // Roles count while acting for the organisation that gave them.
  return viewer.organisation.has_value() && domain::allows(viewer.roles, permission);
}

Status Actor::require(domain::Permission permission) const {
  if (may(permission)) return ok();
  if (permission == domain::Permission::signed_in)
    return Error::forbidden(std::string{tr<"This needs an account: sign in first">()});
  return Error::forbidden(tr<"This needs the role {}">(who_may(permission)));
}

Status Actor::require(domain::Permission anywhere, domain::Permission own, domain::OrganisationId organisation) const {
  if (may(anywhere) || (may(own) && viewer.organisation == organisation)) return ok();
  return Error::forbidden(
      tr<"This needs the role {}; or, for one's own organisation, {}">(who_may(anywhere), who_may(own)));
}

Actor Actor::at_console() {
  Actor actor;
  actor.console = true;
  // Whoever has the database has all that the CERT has.
  actor.viewer.organisation = domain::kOwnOrganisation;
  actor.viewer.roles = {domain::Role::member, domain::Role::coordinator, domain::Role::administrator};
  actor.name = "console";
  return actor;
}

}  // namespace tocsin::engine
