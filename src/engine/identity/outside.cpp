#include "store/outside.hpp"

#include <fmt/format.h>

#include "base/hash.hpp"
#include "base/ids.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "engine/identity/state.hpp"
#include "engine/members/members.hpp"
#include "engine/members/outside_roles.hpp"
#include "store/people.hpp"

// People whom a provider outside has signed in: whose account it is, what its groups give, whose second factor counts.

namespace tocsin::engine::identity {
namespace {

using domain::PersonStatus;
using domain::audit::Outcome;
using store::CredentialKind;

constexpr std::size_t kNameBytesMax = 200;
constexpr std::size_t kLabelBytesMax = 254;
constexpr int kLapsedAtOnce = 100;

/// One sentence for whoever has no account, a suspended one, or one that this proof does not reach.
SignIn refused(const OutsideRules& rules) {
  SignIn answer;
  answer.message = tr<
      "{} has signed you in, but no account here goes with it. If you were invited, it must be with the mail address "
      "that you have proven there; if you have an account, sign in and connect it under Security.">(rules.name);
  return answer;
}

/// May the account of this address be connected with somebody who has proven the address to the provider? Not where
/// somebody else may have entered it: an active account's address counts only once it was proven here, too. Not where
/// another sign-in of the provider is connected: addresses are handed on, subjects are not.
bool may_be_linked(const Account& account, std::string_view issuer) {
  if (account.outside_of(issuer) != nullptr) return false;
  if (account.person.status == PersonStatus::invited) return true;
  return account.person.status == PersonStatus::active && account.person.email_verified_at.has_value();
}

std::string name_of(const OutsideProof& proof) {
  auto name = std::string{text::trim(printable(proof.name, kNameBytesMax))};
  return name.empty() ? proof.email.substr(0, proof.email.find('@')) : name;
}

}  // namespace

std::string outside_id(const OutsideProof& proof) { return fmt::format("{} {}", proof.issuer, proof.subject); }

const store::Credential* Account::outside_of(std::string_view issuer) const noexcept {
  for (const auto& each : credentials) {
    const std::string_view id = each.external_id;
    if (each.kind == CredentialKind::openid_connect && id.substr(0, id.find(' ')) == issuer) return &each;
  }
  return nullptr;
}

const store::Credential* Account::outside(std::int64_t id) const noexcept {
  for (const auto& each : credentials) {
    if (each.kind == CredentialKind::openid_connect && each.id == id) return &each;
  }
  return nullptr;
}

bool Account::proven_twice_outside() const noexcept {
  return std::ranges::any_of(credentials, [](const store::Credential& each) {
    return each.kind == CredentialKind::openid_connect && each.counter > 0;
  });
}

Result<std::int64_t> Identity::State::add_outside(Change& change, const Account& account, const OutsideProof& proof,
                                                  const Actor& actor) const {
  TRY(const auto id, store::Credentials{change.connection}.add(
                         {.person = account.person.id,
                          .kind = CredentialKind::openid_connect,
                          .external_id = outside_id(proof),
                          .label = printable(proof.email.empty() ? proof.name : proof.email, kLabelBytesMax),
                          .created_at = change.now}));
  change.revoked = true;
  TRY_VOID(audit::record(change.connection, actor, change.now, "identity.add", audit::object_of(account.person.id), {},
                         Outcome::done, {{"identity", outside_id(proof)}, {"email", proof.email}}));
  return id;
}

Status Identity::State::apply_groups(Change& change, const Account& account, const OutsideProof& proof,
                                     const Actor& actor) const {
  const auto granted = domain::memberships_of(proof.groups, options.outside.groups);
  TRY(const auto changed,
      members::apply_outside_roles(change.connection, actor, account.person.id, granted, change.now));
  if (changed == members::RolesChanged::yes) change.revoked = true;
  return ok();
}

Result<std::optional<domain::PersonId>> Identity::State::person_of(Change& change, const OutsideProof& proof,
                                                                   const Where& where) const {
  std::optional<domain::PersonId> none;
  TRY(const auto known,
      store::Credentials{change.connection}.find_external(CredentialKind::openid_connect, outside_id(proof)));
  if (known) return std::optional{known->person};
  const auto folded = domain::folded_email(proof.email);
  if (!proof.email_verified || !folded) return none;
  TRY(auto account, find_account(change.connection, *folded));
  if (account) {
    if (!may_be_linked(*account, proof.issuer)) return none;
    store::Accounts accounts{change.connection};
    TRY(const auto opened, accounts.activate(account->person.id));
    TRY_VOID(accounts.prove_email(account->person.id, account->person.email, change.now));
    const auto actor = actor_at(where, &account->person);
    if (opened == 1) {
      TRY_VOID(
          audit::record(change.connection, actor, change.now, "person.activate", audit::object_of(account->person.id)));
    }
    TRY_VOID(add_outside(change, *account, proof, actor));
    return std::optional{account->person.id};
  }
  if (!options.outside.create_unknown) return none;
  return create_outside(change, proof, where);
}

Result<std::optional<domain::PersonId>> Identity::State::create_outside(Change& change, const OutsideProof& proof,
                                                                        const Where& where) const {
  const auto& rules = options.outside;
  std::optional<domain::Organisation> home;
  if (!rules.organisation.empty()) {
    TRY(home, members::organisation_named(change.connection, rules.organisation));
  }
  // An account that is a member of nothing helps nobody.
  if (!home && domain::memberships_of(proof.groups, rules.groups).empty()) return std::optional<domain::PersonId>{};
  store::People people{change.connection};
  Account account{.person = {.id = {},
                             .uuid = random_uuid(),
                             .name = name_of(proof),
                             .email = proof.email,
                             .status = PersonStatus::active,
                             .language = {},
                             .time_zone = {},
                             .created_at = change.now,
                             .email_verified_at = change.now,
                             .last_sign_in_at = {}},
                  .credentials = {}};
  TRY(account.person.id, people.insert(account.person));
  const auto actor = actor_at(where, &account.person);
  const auto object = audit::object_of(account.person.id);
  TRY_VOID(audit::record(change.connection, actor, change.now, "person.create", object, {}, Outcome::done,
                         {{"email", account.person.email}}));
  if (home) {
    const domain::Membership seat{.person = account.person.id,
                                  .organisation = home->id,
                                  .roles = {domain::Role::member},
                                  .created_at = change.now};
    TRY_VOID(people.put_membership(seat));
    TRY_VOID(audit::record(change.connection, actor, change.now, "membership.add", object, home->id, Outcome::done,
                           {{"roles", domain::to_string(seat.roles)}}));
  }
  TRY_VOID(add_outside(change, account, proof, actor));
  return std::optional{account.person.id};
}

Result<SignIn> Identity::refuse_outside(const Where& where, std::string_view why) {
  auto& state = *state_;
  // Anybody can send such answers, so they have no room of their own in the log.
  if (state.throttle.worth_noting("\noutside:" + network_key(where.address, 32, 64), state.clock.now())) {
    TRY_VOID(state.refuse(where, {}, {}, why));
  }
  return refused(state.options.outside);
}

Result<SignIn> Identity::sign_in_outside(const OutsideProof& proof, const Where& where) {
  auto& state = *state_;
  std::optional<domain::PersonId> about;
  std::string key;
  TRY(auto answer, state.write([&](Change& change) -> Result<SignIn> {
    TRY(about, state.person_of(change, proof, where));
    if (!about) return refused(state.options.outside);
    TRY(auto account, find_account(change.connection, *about));
    if (!account || !account->may_sign_in()) return refused(state.options.outside);
    key = account_key(account->person.email);
    const auto* link = account->outside_of(proof.issuer);
    if (link == nullptr) return refused(state.options.outside);
    TRY_VOID(store::Credentials{change.connection}.used(link->id, proof.second_factor ? 1 : 0, change.now));
    TRY_VOID(state.apply_groups(change, *account, proof, actor_at(where, &account->person)));
    if (proof.second_factor) return state.start_session(change, *account, std::string{kOutsideBoth}, true, where);
    if (!account->has_second_factor()) {
      return state.start_session(change, *account, std::string{kOutsideMethod}, false, where);
    }
    return state.half_way(*account, {.person = *about, .account_key = key, .outside = link->id});
  }));
  if (answer.next == SignIn::Next::refused) {
    TRY_VOID(state.refuse(where, about, proof.email, "sign-in elsewhere"));
    return answer;
  }
  state.throttle.succeeded({}, where.address);
  if (answer.next == SignIn::Next::signed_in) state.succeeded(key, where);
  return answer;
}

Result<SignIn> Identity::authenticate_again_outside(std::string_view token, const OutsideProof& proof,
                                                    const Where& where) {
  auto& state = *state_;
  std::optional<domain::PersonId> about;
  TRY(auto answer, state.write([&](Change& change) -> Result<SignIn> {
    SignIn again;
    again.message = tr<"That was another sign-in than the one that your account here is connected with.">();
    TRY(const auto found, state.find_session(change.connection, token, change.now));
    if (!found) return again;
    about = found->session.person;
    const auto* link = found->account.outside_of(proof.issuer);
    if (link == nullptr || link->external_id != outside_id(proof)) return again;
    // One's own second factor was asked for when this session began, and stands for it.
    if (found->account.has_second_factor() && !found->session.second_factor && !proof.second_factor) {
      again.message =
          tr<"Your account has a second factor: prove who you are with your password and it, or a passkey.">();
      return again;
    }
    auto session = found->session;
    session.authenticated_at = change.now;
    TRY(again.token, state.rotate(change, session));
    if (again.token.empty()) return again;
    again.next = SignIn::Next::signed_in;
    TRY_VOID(audit::record(change.connection, actor_at(where, &found->account.person, session.organisation), change.now,
                           "sign-in.again", audit::object_of("session", session.id)));
    return again;
  }));
  if (answer.next != SignIn::Next::signed_in) {
    TRY_VOID(state.refuse(where, about, {}, "sign-in elsewhere, again"));
    return answer;
  }
  state.throttle.succeeded({}, where.address);
  return answer;
}

Status Identity::State::end_unconfirmed_roles() {
  return write([&](Change& change) -> Status {
    store::Outside outside{change.connection};
    TRY_VOID(outside.remove_expired(change.now));
    const auto before = change.now - options.outside.groups_last;
    TRY(const auto people, outside.unconfirmed_since(before, kLapsedAtOnce));
    for (const auto person : people) {
      auto actor = actor_at({});
      actor.name = "system";
      TRY_VOID(members::apply_outside_roles(change.connection, actor, person, {}, change.now));
      change.revoked = true;
    }
    return ok();
  });
}

}  // namespace tocsin::engine::identity
