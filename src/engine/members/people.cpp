#include "store/people.hpp"

#include "base/ids.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "engine/guard/second_person.hpp"
#include "engine/members/approvable.hpp"
#include "engine/members/input.hpp"
#include "engine/members/members.hpp"
#include "engine/members/people_rules.hpp"
#include "engine/members/writing.hpp"
#include "engine/post/letters.hpp"
#include "store/mail_queue.hpp"
#include "store/one_time_links.hpp"

namespace tocsin::engine::members {
namespace {

using domain::Permission;
using domain::Role;
using domain::Roles;

/// Given in the CERT only, and only by who may manage people anywhere: else an administrator of the CERT's own profile
/// could make administrators of the installation.
Roles cert_roles(Roles roles) {
  Roles found;
  for (const auto role : {Role::analyst, Role::coordinator, Role::auditor, Role::administrator}) {
    if (roles.has(role)) found = found.with(role);
  }
  return found;
}

/// Roles that are given and want a second person.
Roles weighty(Roles before, Roles after) {
  Roles found;
  for (const auto role : {Role::coordinator, Role::auditor, Role::administrator}) {
    if (after.has(role) && !before.has(role)) found = found.with(role);
  }
  return found;
}

bool is_self(const Actor& actor, domain::PersonId person) { return actor.viewer.person == person; }

/// Errors: forbidden.
Status check_giving(const Actor& actor, domain::PersonId person, Roles before, Roles after) {
  if (cert_roles(before) != cert_roles(after)) TRY_VOID(actor.require(Permission::manage_people));
  if (is_self(actor, person) && (after.bits() & ~before.bits()) != 0) {
    return Error::forbidden(std::string{tr<"Nobody gives themselves a role: ask another administrator">()});
  }
  return ok();
}

/// Errors: invalid_input with the rule.
Status check_may_hold(Roles roles, const domain::Organisation& organisation) {
  if (auto held = domain::may_hold(roles, organisation); !held) {
    return Error::invalid(std::move(held).error().message, "roles");
  }
  return ok();
}

}  // namespace

Status keep_last_cert_administrator(store::Connection& connection, domain::PersonId person) {
  store::People people{connection};
  TRY(const auto seat, people.membership(person, domain::kOwnOrganisation));
  if (!seat || !seat->roles.has(Role::administrator)) return ok();
  TRY(const auto others, people.other_holders(domain::kOwnOrganisation, Role::administrator, person, false));
  if (others > 0) return ok();
  return Error::conflict(
      std::string{tr<"This is the last administrator of the CERT; there must be another one first">()}, "person");
}

Result<domain::Person> need_person(store::Connection& connection, domain::PersonId id) {
  TRY(auto found, store::People{connection}.find(id));
  if (!found || found->status == domain::PersonStatus::erased) return Error::not_found("person");
  return std::move(*found);
}

Result<domain::PersonId> invite(store::Database& database, const Actor& actor, domain::OrganisationId organisation,
                                const PersonInput& input, Roles given, Timestamp now) {
  TRY_VOID(actor.require(Permission::manage_people, Permission::manage_own_people, organisation));
  domain::Person wanted;
  TRY_VOID(read_person_input(input, wanted));
  TRY(const auto folded, domain::folded_email(wanted.email));
  wanted.uuid = random_uuid();
  wanted.status = domain::PersonStatus::invited;
  wanted.created_at = now;
  const auto roles = given.with(Role::member);
  return write_members(database, [&](store::Connection& connection) -> Result<domain::PersonId> {
    store::People people{connection};
    TRY(const auto host, need_organisation(connection, organisation));
    TRY_VOID(check_may_hold(roles, host));
    if (host.status == domain::OrganisationStatus::left) {
      return Error::conflict(std::string{tr<"This organisation has left; nobody joins it">()}, "organisation");
    }
    TRY(const auto known, people.find_by_email(folded));
    const auto known_id = known ? known->id : domain::PersonId{};
    TRY_VOID(check_giving(actor, known_id, {}, roles));
    if (guard::wants_second(actor, domain::Act::grant_role) && !weighty({}, roles).empty()) {
      return Error::conflict(
          std::string{tr<"Such a role needs a second person: invite without it, and give it afterwards">()}, "roles");
    }
    if (known) {
      TRY(const auto seat, people.membership(known_id, organisation));
      if (seat)
        return Error::conflict(std::string{tr<"This person is a member already; change the roles instead">()}, "email");
    }
    auto id = known_id;
    if (!known) {
      TRY(id, people.insert(wanted));
    }
    TRY_VOID(people.put_membership({.person = id, .organisation = organisation, .roles = roles, .created_at = now}));
    const boost::json::object detail{{"email", wanted.email}, {"roles", domain::to_string(roles)}};
    if (!known) TRY_VOID(note(connection, actor, now, "person.invite", audit::object_of(id), organisation, detail));
    TRY_VOID(note(connection, actor, now, "membership.add", audit::object_of(id), organisation, detail));
    return id;
  });
}

Status change_person(store::Database& database, const Actor& actor, domain::PersonId person, const PersonInput& input,
                     Timestamp now, std::string_view expected, const post::Post* post) {
  // Not by a token: a mail address leads to a new password.
  TRY_VOID(actor.require(is_self(actor, person) && !actor.program ? Permission::signed_in : Permission::manage_people));
  domain::Person checked;
  TRY_VOID(read_person_input(input, checked));
  TRY(const auto folded, domain::folded_email(checked.email));
  return write_members(database, [&](store::Connection& connection) -> Status {
    store::People people{connection};
    TRY(const auto before, need_person(connection, person));
    TRY_VOID(check_version(version_of(before), expected));
    auto after = before;
    after.name = checked.name;
    after.email = checked.email;
    after.language = checked.language;
    after.time_zone = checked.time_zone;
    boost::json::object detail;
    TRY(const auto folded_before, domain::folded_email(before.email));
    if (folded != folded_before) {
      // Nobody finds out by their own account which addresses are in use.
      if (!actor.may(Permission::manage_people)) {
        return Error::forbidden(
            std::string{tr<"Your address is changed on the page of your account, and with proof">()});
      }
      // A new address of their own that waits for its proof would take this one's place.
      TRY_VOID(store::OneTimeLinks{connection}.remove(person, store::LinkPurpose::email_proof));
      TRY_VOID(store::MailQueue{connection}.remove_of(person, store::MailPurpose::email_proof));
      if (post != nullptr && before.status == domain::PersonStatus::active) {
        using Who = post::Doer::Who;
        const post::Doer by{.who = actor.console ? Who::console : Who::administrator};
        TRY(const auto options, post->options(connection));
        TRY_VOID(post->put(
            connection, post::notice(options, before, before.email, post::Event::address_changed, {}, by, now), now));
      }
      // What was proven was the old address.
      after.email_verified_at.reset();
      detail["email"] = boost::json::object{{"was", before.email}, {"is", after.email}};
    }
    if (before.name != after.name) detail["name"] = boost::json::object{{"was", before.name}, {"is", after.name}};
    TRY_VOID(people.update(after));
    return note(connection, actor, now, "person.change", audit::object_of(person), {}, detail);
  });
}

namespace {

std::string basis_of(Roles roles, const domain::Organisation& host) {
  return fmt::format("{}/{}", roles.bits(), to_string(host.status));
}

Status set_roles(store::Connection& connection, const Actor& actor, domain::PersonId person,
                 domain::OrganisationId organisation, Roles given, std::optional<std::string_view> basis, Timestamp now,
                 std::optional<guard::Proposal>& proposal) {
  TRY_VOID(actor.require(Permission::manage_people, Permission::manage_own_people, organisation));
  const auto roles = given.empty() ? given : given.with(Role::member);
  store::People people{connection};
  TRY(const auto seat, people.membership(person, organisation));
  if (!seat) return Error::not_found("membership");
  TRY(const auto host, need_organisation(connection, organisation));
  if (basis && *basis != basis_of(seat->roles, host)) {
    return Error::conflict(std::string{tr<"The roles are others by now than when it was asked for">()});
  }
  TRY_VOID(check_may_hold(roles, host));
  TRY_VOID(check_giving(actor, person, seat->roles, roles));
  if (!roles.has(Role::administrator) && organisation == domain::kOwnOrganisation) {
    TRY_VOID(keep_last_cert_administrator(connection, person));
  }
  if (seat->roles.has(Role::organisation_administrator) && !roles.has(Role::organisation_administrator)) {
    TRY(const auto others, people.other_holders(organisation, Role::organisation_administrator, person, true));
    if (others == 0) {
      return Error::conflict(
          std::string{tr<"This is the organisation's last administrator; there must be another one first">()}, "roles");
    }
  }
  if (guard::wants_second(actor, domain::Act::grant_role) && !weighty(seat->roles, roles).empty()) {
    TRY(const auto who, need_person(connection, person));
    proposal = {.act = domain::Act::grant_role,
                .object = audit::object_of(person),
                .owner = organisation,
                .parameters = {{"person", person.value}, {"organisation", organisation.value}, {"roles", roles.bits()}},
                .difference = {fmt::format("Roles of {} in {}", who.name, host.name),
                               fmt::format("Now: {}", domain::to_string(seat->roles)),
                               fmt::format("Then: {}", domain::to_string(roles))},
                .basis = basis_of(seat->roles, host)};
    return guard::waits();
  }
  if (roles.empty()) {
    TRY_VOID(people.remove_membership(person, organisation));
    TRY_VOID(people.end_sessions(person, organisation));
    return note(connection, actor, now, "membership.remove", audit::object_of(person), organisation,
                {{"was", domain::to_string(seat->roles)}});
  }
  TRY_VOID(people.put_membership(
      {.person = person, .organisation = organisation, .roles = roles, .created_at = seat->created_at}));
  return note(connection, actor, now, "membership.change", audit::object_of(person), organisation,
              {{"was", domain::to_string(seat->roles)}, {"is", domain::to_string(roles)}});
}

}  // namespace

Status set_roles(store::Database& database, const Actor& actor, domain::PersonId person,
                 domain::OrganisationId organisation, Roles given, Timestamp now) {
  TRY_VOID(actor.require(Permission::manage_people, Permission::manage_own_people, organisation));
  return guard::with_second_person(database, actor, now, [&](std::optional<guard::Proposal>& proposal) {
    return write_members(database, [&](store::Connection& connection) {
      return set_roles(connection, actor, person, organisation, given, {}, now, proposal);
    });
  });
}

Status set_roles_in(store::Connection& connection, const Actor& actor, domain::PersonId person,
                    domain::OrganisationId organisation, Roles roles, std::string_view basis, Timestamp now) {
  std::optional<guard::Proposal> none;
  return set_roles(connection, actor, person, organisation, roles, basis, now, none);
}

}  // namespace tocsin::engine::members
