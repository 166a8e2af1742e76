#include "engine/members/outside_roles.hpp"

#include <charconv>
#include <map>

#include "base/log.hpp"
#include "base/text.hpp"
#include "engine/members/input.hpp"
#include "engine/members/people_rules.hpp"
#include "engine/members/writing.hpp"
#include "store/outside.hpp"
#include "store/people.hpp"

namespace tocsin::engine::members {
namespace {

using domain::Role;
using domain::Roles;

Roles both(Roles a, Roles b) { return Roles::from_bits(a.bits() | b.bits()); }
Roles but(Roles all, Roles without) { return Roles::from_bits(all.bits() & ~without.bits()); }

/// Those that somebody in this organisation may hold.
Roles holdable(Roles wanted, const domain::Organisation& organisation) {
  Roles kept;
  for (const auto role : domain::all_roles()) {
    if (!wanted.has(role)) continue;
    if (domain::may_hold(kept.with(role), organisation)) {
      kept = kept.with(role);
    } else {
      log::warn("oidc.role_not_given", {{"organisation", organisation.name}, {"role", domain::slug(role)}});
    }
  }
  return kept;
}

struct Share {
  Roles before, now;  ///< By groups.
};

/// What the groups gave and give, by organisation.
Result<std::map<domain::OrganisationId, Share>> shares(store::Connection& connection, domain::PersonId person,
                                                       std::span<const domain::GrantedMembership> granted) {
  std::map<domain::OrganisationId, Share> all;
  TRY(const auto given, store::Outside{connection}.roles(person));
  for (const auto& each : given) all[each.organisation].before = each.roles;
  for (const auto& each : granted) {
    TRY(const auto host, organisation_named(connection, each.organisation));
    if (!host) {
      log::warn("oidc.organisation_unknown", {{"organisation", each.organisation}});
      continue;
    }
    auto& now = all[host->id].now;
    now = both(now, holdable(each.roles.with(Role::member), *host));
  }
  return all;
}

struct Writing {
  store::Connection& connection;
  const Actor& actor;
  domain::PersonId person;
  Timestamp now;
};

Result<RolesChanged> apply_one(const Writing& to, domain::OrganisationId organisation, const Share& share) {
  store::People people{to.connection};
  store::Outside outside{to.connection};
  TRY(const auto seat, people.membership(to.person, organisation));
  const auto held = seat ? seat->roles : Roles{};
  const auto by_hand = but(held, share.before);
  auto by_groups = but(share.now, by_hand);
  auto wanted = both(by_hand, by_groups);
  if (organisation == domain::kOwnOrganisation && held.has(Role::administrator) && !wanted.has(Role::administrator) &&
      !keep_last_cert_administrator(to.connection, to.person)) {
    log::warn("oidc.last_administrator_kept", {{"person", to.person.value}});
    by_groups = by_groups.with(Role::administrator);
    // The seat itself is the groups' as before, so that it goes with the role.
    if (share.before.has(Role::member)) by_groups = by_groups.with(Role::member);
    wanted = both(by_hand, by_groups);
  }
  if (!wanted.empty()) wanted = wanted.with(Role::member);
  if (by_groups.empty()) {
    TRY_VOID(outside.remove_role(to.person, organisation));
  } else {
    TRY_VOID(outside.put_role(to.person, {.organisation = organisation, .roles = by_groups, .confirmed_at = to.now}));
  }
  if (wanted == held) return RolesChanged::no;
  boost::json::object detail{{"by_groups", true}};
  if (seat) detail["was"] = domain::to_string(held);
  const auto object = audit::object_of(to.person);
  if (wanted.empty()) {
    TRY_VOID(people.remove_membership(to.person, organisation));
    TRY_VOID(people.end_sessions(to.person, organisation));
    TRY_VOID(note(to.connection, to.actor, to.now, "membership.remove", object, organisation, detail));
    return RolesChanged::yes;
  }
  TRY_VOID(people.put_membership({.person = to.person,
                                  .organisation = organisation,
                                  .roles = wanted,
                                  .created_at = seat ? seat->created_at : to.now}));
  if (seat) {
    detail["is"] = domain::to_string(wanted);
    TRY_VOID(note(to.connection, to.actor, to.now, "membership.change", object, organisation, detail));
  } else {
    detail["roles"] = domain::to_string(wanted);
    TRY_VOID(note(to.connection, to.actor, to.now, "membership.add", object, organisation, detail));
  }
  return RolesChanged::yes;
}

}  // namespace

Result<std::optional<domain::Organisation>> organisation_named(store::Connection& connection, std::string_view text) {
  store::Organisations organisations{connection};
  std::int64_t number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  std::optional<domain::Organisation> found;
  if (failed == std::errc{} && end == text.data() + text.size()) {
    TRY(found, organisations.find({number}));
  } else if (const auto uuid = well_formed_uuid(text); !uuid.empty()) {
    TRY(found, organisations.find_by_uuid(uuid));
  } else {
    TRY(found, organisations.find_by_name(text));
  }
  if (found && found->status == domain::OrganisationStatus::left) found.reset();
  return found;
}

Result<RolesChanged> apply_outside_roles(store::Connection& connection, const Actor& actor, domain::PersonId person,
                                         std::span<const domain::GrantedMembership> granted, Timestamp now) {
  TRY_VOID(store::Organisations{connection}.complete_own());
  TRY(const auto all, shares(connection, person, granted));
  const Writing to{.connection = connection, .actor = actor, .person = person, .now = now};
  auto changed = RolesChanged::no;
  for (const auto& [organisation, share] : all) {
    TRY(const auto one, apply_one(to, organisation, share));
    if (one == RolesChanged::yes) changed = one;
  }
  return changed;
}

}  // namespace tocsin::engine::members
