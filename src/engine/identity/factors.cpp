#include <fmt/format.h>

#include "base/encoding.hpp"
#include "base/messages.hpp"
#include "domain/password.hpp"
#include "domain/recovery_codes.hpp"
#include "engine/identity/state.hpp"
#include "formats/otp/totp.hpp"

// What people prove themselves by: passwords, authenticator apps, recovery codes.

namespace tocsin::engine::identity {
namespace {

using domain::audit::Outcome;
using store::Credential;
using store::CredentialKind;

constexpr std::chrono::minutes kOfferLives{30};
constexpr std::size_t kSealedOfferBytesMax = 1024;

std::string totp_context(domain::PersonId person) { return fmt::format("totp:person:{}", person.value); }
/// Another context than the stored one: an offer of last year does not become a credential by being pasted.
std::string offer_context(domain::PersonId person) { return fmt::format("totp-offer:person:{}", person.value); }

}  // namespace

Result<std::string> Identity::State::checked_password(store::Connection& connection, const domain::Person& person,
                                                      std::string_view typed) const {
  auto normalised = domain::password::normalise(typed);
  if (!normalised) return Error::invalid(normalised.error().message, "password");
  TRY(const auto held, store::Accounts{connection}.held(person.id));
  bool demanded = false;
  for (const auto& each : held) demanded = demanded || domain::demands_second_factor(each.roles);
  const auto factors = demanded && options.second_factor_by_role ? domain::password::Factors::second_factor_enforced
                                                                 : domain::password::Factors::password_only;
  const domain::password::Context context{.site_name = options.site_name,
                                          .person_name = person.name,
                                          .mail = person.email,
                                          .organisation_name = held.empty() ? std::string{} : held.front().name};
  auto problems = domain::password::problems(*normalised, factors, context);
  if (problems.empty() && options.breached && options.breached(*normalised)) {
    problems.emplace_back(tr<"This password is in a list of leaked ones: whoever attacks tries those first.">());
  }
  if (problems.empty()) return *std::move(normalised);
  std::string message;
  for (const auto& each : problems) message += (message.empty() ? "" : " ") + each;
  return Error::invalid(std::move(message), "password");
}

Result<Factors> Identity::factors(domain::PersonId person) {
  TRY(const auto account,
      state_->database.read([&](store::Connection& connection) { return find_account(connection, person); }));
  if (!account) return Error::not_found("person");
  Factors factors{.password = account->first(CredentialKind::password) != nullptr,
                  .totp = account->first(CredentialKind::totp) != nullptr,
                  .recovery_codes = account->count(CredentialKind::recovery_code),
                  .passkeys = {},
                  .outside = {}};
  for (const auto& each : account->credentials) {
    if (each.kind == CredentialKind::openid_connect) {
      factors.outside.push_back({.id = each.id,
                                 .issuer = each.external_id.substr(0, each.external_id.find(' ')),
                                 .label = each.label,
                                 .created_at = each.created_at,
                                 .last_used_at = each.last_used_at});
    }
    if (each.kind != CredentialKind::passkey) continue;
    factors.passkeys.push_back(
        {.id = each.id, .label = each.label, .created_at = each.created_at, .last_used_at = each.last_used_at});
  }
  return factors;
}

Status Identity::change_password(domain::PersonId person, std::string_view current, std::string_view wanted,
                                 const Actor& actor, std::int64_t session) {
  TRY_VOID(require_self(actor, person));
  auto& state = *state_;
  TRY(const auto account,
      state.database.read([&](store::Connection& connection) { return find_account(connection, person); }));
  if (!account || !account->may_sign_in()) return Error::not_found("person");
  const auto where = where_of(actor);
  const auto key = account_key(account->person.email);
  TRY(const auto wait, state.throttled(key, where, state.clock.now()));
  if (wait) {
    TRY(const auto refusal, state.refuse_for_now(where, key, *wait, "too many attempts"));
    return Error::unavailable(refusal.message);
  }
  const CheckSlot slot{state.check_slots, true};
  if (!slot)
    return Error::unavailable(
        std::string{tr<"Many people are signing in at this moment. Try again in a few seconds.">()});
  const auto* known = account->first(CredentialKind::password);
  const auto normalised = domain::password::normalise(current);
  const bool right = state.is_password(known != nullptr ? std::string_view{known->secret} : std::string_view{},
                                       normalised ? std::string_view{*normalised} : std::string_view{});
  if (!right || known == nullptr || !normalised) {
    TRY_VOID(state.refuse(where, person, key, "current password"));
    return Error::forbidden(std::string{tr<"The current password is not right.">()});
  }
  state.throttle.succeeded(key, where.address);
  TRY(const auto checked, state.database.read([&](store::Connection& connection) {
    return state.checked_password(connection, account->person, wanted);
  }));
  TRY(const auto hash, state.hash(checked));
  return state.write([&](Change& change) -> Status {
    // Changed by somebody else since it was verified: then this one was not.
    TRY(const auto now_known, find_account(change.connection, person));
    const auto* unchanged = now_known ? now_known->first(CredentialKind::password) : nullptr;
    if (unchanged == nullptr || unchanged->secret != known->secret) {
      return Error::forbidden(std::string{tr<"The current password is not right.">()});
    }
    TRY_VOID(store::Credentials{change.connection}.set_password(person, hash, change.now));
    TRY_VOID(store::Sessions{change.connection}.remove_others(person, session));
    change.revoked = true;
    TRY_VOID(audit::record(change.connection, actor, change.now, "password.change", audit::object_of(person)));
    return state.tell(change, person, post::Event::password_changed, actor);
  });
}

Result<Identity::TotpOffer> Identity::offer_totp(domain::PersonId person) {
  TRY(const auto found,
      state_->database.read([&](store::Connection& connection) { return store::Accounts{connection}.find(person); }));
  if (!found) return Error::not_found("person");
  const auto secret = random_bytes(formats::otp::kSecretBytes);
  TotpOffer offer;
  offer.secret_base32 = base32_encode(secret);
  TRY(offer.uri, formats::otp::otpauth_uri(state_->options.site_name, found->email, secret));
  offer.sealed =
      state_->key.seal(fmt::format("{}:{}", (state_->clock.now() + kOfferLives).micros, secret), offer_context(person));
  return offer;
}

Result<std::vector<std::string>> Identity::confirm_totp(domain::PersonId person, std::string_view sealed,
                                                        std::string_view code, const Actor& actor,
                                                        std::int64_t session) {
  TRY_VOID(require_self(actor, person));
  auto& state = *state_;
  const auto over = [] { return Error::invalid(std::string{tr<"This offer is over: begin again.">()}, "sealed"); };
  if (sealed.size() > kSealedOfferBytesMax) return over();
  const auto opened = state.key.open(sealed, offer_context(person));
  if (!opened) return over();
  const auto text = opened->reveal();
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return over();
  const Timestamp ends{std::atoll(std::string{text.substr(0, colon)}.c_str())};
  const auto now = state.clock.now();
  if (ends <= now) return over();
  const auto secret = text.substr(colon + 1);
  const auto step = formats::otp::verify(secret, code, now, std::nullopt);
  if (!step) {
    return Error::invalid(
        std::string{tr<"That is not the code that the app shows now. Is the clock of the device right?">()}, "code");
  }
  return state.write([&](Change& change) -> Result<std::vector<std::string>> {
    TRY(const auto account, find_account(change.connection, person));
    if (!account || !account->may_sign_in()) return Error::not_found("person");
    store::Credentials credentials{change.connection};
    TRY_VOID(credentials.remove_kind(person, CredentialKind::totp));
    TRY_VOID(credentials.add({.person = person,
                              .kind = CredentialKind::totp,
                              .secret = state.key.seal(secret, totp_context(person)),
                              .counter = *step,
                              .created_at = change.now}));
    TRY_VOID(store::Sessions{change.connection}.remove_single_factor(person, session));
    change.revoked = true;
    TRY_VOID(audit::record(change.connection, actor, change.now, "second-factor.add", audit::object_of(person), {},
                           Outcome::done, {{"kind", "authenticator app"}}));
    TRY_VOID(state.tell(change, person, post::Event::authenticator_added, actor));
    if (account->count(CredentialKind::recovery_code) > 0) return std::vector<std::string>{};
    return state.replace_recovery_codes(change, person, actor);
  });
}

Result<std::vector<std::string>> Identity::State::replace_recovery_codes(Change& change, domain::PersonId person,
                                                                         const Actor& actor) const {
  store::Credentials credentials{change.connection};
  TRY_VOID(credentials.remove_kind(person, CredentialKind::recovery_code));
  auto codes = domain::recovery_codes::make();
  for (const auto& each : codes) {
    TRY_VOID(credentials.add({.person = person,
                              .kind = CredentialKind::recovery_code,
                              .secret = domain::recovery_codes::hash(each),
                              .created_at = change.now}));
  }
  TRY_VOID(audit::record(change.connection, actor, change.now, "recovery.create", audit::object_of(person)));
  return codes;
}

Status Identity::State::after_removal(Change& change, domain::PersonId person) const {
  // What was resolved knows whether there is a factor.
  change.revoked = true;
  TRY(const auto account, find_account(change.connection, person));
  if (!account || account->has_second_factor()) return ok();
  return store::Credentials{change.connection}.remove_kind(person, CredentialKind::recovery_code);
}

Status Identity::remove_totp(domain::PersonId person, const Actor& actor) {
  TRY_VOID(require_self_or_manager(actor, person));
  return state_->write([&](Change& change) -> Status {
    TRY(const auto account, find_account(change.connection, person));
    if (!account || account->first(CredentialKind::totp) == nullptr) return Error::not_found("authenticator app");
    TRY_VOID(store::Credentials{change.connection}.remove_kind(person, CredentialKind::totp));
    TRY_VOID(audit::record(change.connection, actor, change.now, "second-factor.remove", audit::object_of(person), {},
                           Outcome::done, {{"kind", "authenticator app"}}));
    TRY_VOID(state_->tell(change, person, post::Event::authenticator_removed, actor));
    return state_->after_removal(change, person);
  });
}

Result<std::vector<std::string>> Identity::new_recovery_codes(domain::PersonId person, const Actor& actor) {
  TRY_VOID(require_self(actor, person));
  return state_->write([&](Change& change) -> Result<std::vector<std::string>> {
    TRY(const auto account, find_account(change.connection, person));
    if (!account || !account->may_sign_in()) return Error::not_found("person");
    if (!account->has_second_factor()) {
      return Error::conflict(std::string{
          tr<"recovery codes stand in for a second factor: add an authenticator app or a passkey first">()});
    }
    TRY_VOID(state_->tell(change, person, post::Event::recovery_codes_made, actor));
    return state_->replace_recovery_codes(change, person, actor);
  });
}

}  // namespace tocsin::engine::identity
