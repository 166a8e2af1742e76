#include "engine/identity/links.hpp"

#include <fmt/format.h>

#include "base/hash.hpp"
#include "base/messages.hpp"
#include "engine/identity/state.hpp"
#include "store/one_time_links.hpp"
#include "store/organisations.hpp"
#include "store/people.hpp"

// Links by mail that work once. Unknown, used, expired and meant for something else are one answer.

namespace tocsin::engine::identity {
namespace {

using domain::Permission;
using domain::PersonStatus;
using domain::audit::Outcome;

store::MailPurpose letter_of(LinkPurpose purpose) {
  switch (purpose) {
    case LinkPurpose::invitation:
      return store::MailPurpose::invitation;
    case LinkPurpose::email_proof:
      return store::MailPurpose::email_proof;
    case LinkPurpose::password_reset:
      break;
  }
  return store::MailPurpose::password_reset;
}

Error no_such_link() { return Error::not_found("link: it may have been used, or be too old"); }

/// Whoever holds a link that sets a password is that person. So an organisation's administrator makes one only for
/// people who have no account yet and are in their organisation, and nobody makes one for themselves by a token.
Status may_create(store::Connection& connection, const Actor& actor, LinkPurpose purpose, const domain::Person& person,
                  std::optional<domain::OrganisationId> organisation) {
  if (actor.console || (!actor.program && actor.may(Permission::manage_people))) return ok();
  if (purpose == LinkPurpose::email_proof) return require_self(actor, person.id);
  if (purpose == LinkPurpose::invitation && organisation && actor.may(Permission::manage_own_people) &&
      actor.viewer.organisation == organisation) {
    TRY(const auto held, store::Accounts{connection}.held(person.id));
    for (const auto& each : held) {
      if (each.organisation == *organisation) return ok();
    }
  }
  return Error::forbidden(std::string{tr<"This needs the role administrator">()});
}

struct Usable {
  store::OneTimeLink link;
  domain::Person person;
};
/// A link that works now. One that was sent to another address than the person's present one does not, unless it is to
/// prove a new one.
Result<std::optional<Usable>> usable(store::Connection& connection, std::string_view secret, Timestamp now) {
  std::optional<Usable> none;
  if (!is_token(secret)) return none;
  TRY(auto link, store::OneTimeLinks{connection}.find(sha256_hex(secret), now));
  if (!link) return none;
  TRY(auto person, store::Accounts{connection}.find(link->person));
  if (!person || !fits(link->purpose, *person)) return none;
  if (person->email != link->email && link->purpose != LinkPurpose::email_proof) return none;
  return std::optional{Usable{.link = *std::move(link), .person = *std::move(person)}};
}

/// Errors: not_found, forbidden, conflict.
Result<domain::Person> person_for_link(Change& change, LinkPurpose purpose, domain::PersonId person,
                                       std::optional<domain::OrganisationId> organisation, const Actor& actor) {
  TRY(auto found, store::Accounts{change.connection}.find(person));
  if (!found) return Error::not_found("person");
  TRY_VOID(may_create(change.connection, actor, purpose, *found, organisation));
  if (!fits(purpose, *found)) {
    return Error::conflict(
        tr<"a link of this kind does nothing for an account that is {}">(tr_text(domain::to_string(found->status))));
  }
  return *std::move(found);
}

Link shown(const store::OneTimeLink& link) {
  return {.purpose = link.purpose,
          .person = link.person,
          .organisation = link.organisation,
          .email = link.email,
          .expires_at = link.expires_at};
}

}  // namespace

std::chrono::microseconds life_of(LinkPurpose purpose) {
  switch (purpose) {
    case LinkPurpose::invitation:
      return std::chrono::days{7};
    case LinkPurpose::email_proof:
      return std::chrono::hours{24};
    case LinkPurpose::password_reset:
      return std::chrono::hours{1};
  }
  return std::chrono::microseconds{0};
}

std::string_view to_string(LinkPurpose purpose) {
  switch (purpose) {
    case LinkPurpose::invitation:
      return "invitation";
    case LinkPurpose::email_proof:
      return "proof of address";
    case LinkPurpose::password_reset:
      return "password reset";
  }
  return "unknown";
}

bool fits(LinkPurpose purpose, const domain::Person& person) {
  if (purpose == LinkPurpose::invitation) return person.status == PersonStatus::invited;
  if (purpose == LinkPurpose::password_reset) return person.status == PersonStatus::active;
  return person.status == PersonStatus::invited || person.status == PersonStatus::active;
}

Result<std::string> add_link(Change& change, LinkPurpose purpose, const domain::Person& person,
                             const std::string& email, std::optional<domain::OrganisationId> organisation,
                             const Actor& actor) {
  auto secret = random_token();
  TRY_VOID(store::MailQueue{change.connection}.remove_of(person.id, letter_of(purpose)));
  TRY_VOID(store::OneTimeLinks{change.connection}.add({.token_hash = sha256_hex(secret),
                                                       .purpose = purpose,
                                                       .person = person.id,
                                                       .organisation = organisation,
                                                       .email = email,
                                                       .created_by = actor.viewer.person,
                                                       .created_at = change.now,
                                                       .expires_at = change.now + life_of(purpose)}));
  TRY_VOID(audit::record(change.connection, actor, change.now, "link.create", audit::object_of(person.id), organisation,
                         Outcome::done, {{"purpose", to_string(purpose)}}));
  return secret;
}

Result<std::string> Identity::create_link(LinkPurpose purpose, domain::PersonId person,
                                          std::optional<domain::OrganisationId> organisation, const Actor& actor) {
  return state_->write([&](Change& change) -> Result<std::string> {
    TRY(const auto found, person_for_link(change, purpose, person, organisation, actor));
    return add_link(change, purpose, found, found.email, organisation, actor);
  });
}

Result<std::vector<Identity::Invitation>> Identity::invite_applicants(domain::OrganisationId organisation,
                                                                      const Actor& actor) {
  TRY_VOID(actor.require(Permission::vet_organisations));
  // A link sets a password: no token makes one.
  if (actor.program)
    return Error::forbidden(std::string{tr<"A token makes no invitations: somebody who has signed in does">()});
  return state_->write([&](Change& change) -> Result<std::vector<Invitation>> {
    TRY(const auto found, store::Organisations{change.connection}.find(organisation));
    if (!found) return Error::not_found("organisation");
    if (found->status != domain::OrganisationStatus::active) {
      return Error::conflict(std::string{tr<"Only a member's people are invited: admit the organisation first">()},
                             "status");
    }
    store::People people{change.connection};
    TRY(const auto memberships, people.memberships_of(organisation));
    std::vector<Invitation> made;
    for (const auto& each : memberships) {
      if (!each.roles.has(domain::Role::organisation_administrator)) continue;
      TRY(const auto person, store::Accounts{change.connection}.find(each.person));
      if (!person || !fits(LinkPurpose::invitation, *person)) continue;
      // Somebody whom others have invited, too, gets the link from those who manage people.
      TRY(const auto held, people.memberships(each.person));
      if (held.size() != 1) continue;
      TRY(auto secret, add_link(change, LinkPurpose::invitation, *person, person->email, organisation, actor));
      if (state_->mails()) {
        const auto& post = *state_->options.post;
        TRY(const auto options, post.options(change.connection));
        TRY_VOID(post.put(
            change.connection,
            post::invitation(options, *person, found->name, secret, change.now + life_of(LinkPurpose::invitation)),
            change.now));
      }
      made.push_back(
          {.person = each.person, .name = person->name, .email = person->email, .secret = std::move(secret)});
    }
    return made;
  });
}

Result<std::string> Identity::send_link(LinkPurpose purpose, domain::PersonId person,
                                        std::optional<domain::OrganisationId> organisation, const Actor& actor) {
  if (!state_->mails()) return Error::conflict(std::string{tr<"no mail is sent here: hand the link out">()});
  const auto& post = *state_->options.post;
  return state_->write([&](Change& change) -> Result<std::string> {
    TRY(const auto found, person_for_link(change, purpose, person, organisation, actor));
    TRY(const auto secret, add_link(change, purpose, found, found.email, organisation, actor));
    const auto expires_at = change.now + life_of(purpose);
    TRY(const auto options, post.options(change.connection));
    post::Letter letter;
    if (purpose == LinkPurpose::invitation) {
      std::string host;
      TRY(const auto held, store::Accounts{change.connection}.held(person));
      for (const auto& each : held) {
        if (each.organisation == organisation) host = each.name;
      }
      letter = post::invitation(options, found, host, secret, expires_at);
    } else if (purpose == LinkPurpose::password_reset) {
      letter = post::password_reset(options, found, secret, expires_at, {});
    } else {
      letter = post::email_proof(options, found, found.email, secret, expires_at,
                                 actor.viewer.person == person ? post::Cause::recipient : post::Cause::other);
    }
    TRY_VOID(post.put(change.connection, letter, change.now));
    return found.email;
  });
}

Result<std::optional<Link>> Identity::find_link(std::string_view secret) {
  const auto now = state_->clock.now();
  TRY(const auto found,
      state_->database.snapshot([&](store::Connection& connection) { return usable(connection, secret, now); }));
  return found ? std::optional{shown(found->link)} : std::nullopt;
}

Status Identity::use_link(std::string_view secret, std::string_view password, const Where& where) {
  auto& state = *state_;
  const auto sets_password = [](const std::optional<Usable>& found) {
    return found && found->link.purpose != LinkPurpose::email_proof;
  };
  std::string checked;
  TRY(const auto early, state.database.snapshot([&](store::Connection& connection) -> Result<std::optional<Usable>> {
    TRY(auto found, usable(connection, secret, state.clock.now()));
    if (sets_password(found)) {
      TRY(checked, state.checked_password(connection, found->person, password));
    }
    return found;
  }));
  std::string hash;
  if (sets_password(early)) {
    const CheckSlot slot{state.check_slots, true};  // The link is a secret that was given to them.
    if (!slot)
      return Error::unavailable(
          std::string{tr<"Many people are signing in at this moment. Try again in a few seconds.">()});
    TRY(hash, state.hash(checked));
  }
  TRY(const auto used, state.write([&](Change& change) -> Result<std::int64_t> {
    TRY(const auto found, usable(change.connection, secret, change.now));
    auto taken = std::int64_t{0};
    if (sets_password(found) && !hash.empty()) {
      TRY(taken, store::OneTimeLinks{change.connection}.use(found->link.id, change.now));
    }
    if (taken == 0) {
      if (!state.throttle.worth_noting("link:" + network_key(where.address, 32, 64), change.now)) return 0;
      TRY_VOID(
          audit::record(change.connection, actor_at(where), change.now, "link.use-refused", {}, {}, Outcome::refused));
      return 0;
    }
    const auto& person = found->person;
    TRY_VOID(store::Credentials{change.connection}.set_password(person.id, hash, change.now));
    TRY_VOID(store::Accounts{change.connection}.activate(person.id));
    // The mail arrived: the address is theirs.
    TRY_VOID(store::Accounts{change.connection}.prove_email(person.id, found->link.email, change.now));
    TRY_VOID(store::Sessions{change.connection}.remove_others(person.id, 0));
    TRY_VOID(store::OneTimeLinks{change.connection}.remove(person.id, LinkPurpose::password_reset));
    change.revoked = true;
    const auto actor = actor_at(where, &person, found->link.organisation);
    const boost::json::object detail{{"purpose", to_string(found->link.purpose)}};
    TRY_VOID(audit::record(change.connection, actor, change.now, "link.use", audit::object_of(person.id), {},
                           Outcome::done, detail));
    TRY_VOID(audit::record(change.connection, actor, change.now, "password.change", audit::object_of(person.id)));
    if (found->link.purpose == LinkPurpose::password_reset) {
      TRY_VOID(state.tell(change, person.id, post::Event::password_changed, actor));
    }
    return taken;
  }));
  if (used == 0) return no_such_link();
  return ok();
}

Status Identity::prove_email(std::string_view secret, const Where& where) {
  auto& state = *state_;
  TRY(const auto used, state.write([&](Change& change) -> Result<std::int64_t> {
    TRY(const auto found, usable(change.connection, secret, change.now));
    auto taken = std::int64_t{0};
    if (found && found->link.purpose == LinkPurpose::email_proof) {
      TRY(taken, store::OneTimeLinks{change.connection}.use(found->link.id, change.now));
    }
    if (taken == 0) {
      if (!state.throttle.worth_noting("link:" + network_key(where.address, 32, 64), change.now)) return 0;
      TRY_VOID(
          audit::record(change.connection, actor_at(where), change.now, "link.use-refused", {}, {}, Outcome::refused));
      return 0;
    }
    const auto actor = actor_at(where, &found->person);
    if (found->link.email != found->person.email)
      TRY_VOID(take_address(state, change, found->person, found->link.email, actor));
    TRY_VOID(store::Accounts{change.connection}.prove_email(found->person.id, found->link.email, change.now));
    TRY_VOID(audit::record(change.connection, actor, change.now, "link.use", audit::object_of(found->person.id), {},
                           Outcome::done, {{"purpose", to_string(LinkPurpose::email_proof)}}));
    return taken;
  }));
  if (used == 0) return no_such_link();
  return ok();
}

}  // namespace tocsin::engine::identity
