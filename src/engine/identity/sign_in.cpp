#include <fmt/format.h>

#include "base/hash.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "domain/password.hpp"
#include "domain/recovery_codes.hpp"
#include "engine/identity/state.hpp"
#include "formats/otp/totp.hpp"

// Passwords and codes. Whoever is refused hears the same sentence after the same work, whatever was wrong: one Argon2
// computation, one audit entry.

namespace tocsin::engine::identity {
namespace {

using domain::audit::Outcome;
using store::CredentialKind;

constexpr Message kRefused = message<"That is not right: check the mail address, the password and any code.">;
constexpr std::size_t kCodeBytesMax = 100;
constexpr std::chrono::seconds kBusyWait{2};

std::string too_many_attempts(std::chrono::seconds wait) {
  if (wait < std::chrono::seconds{90}) return tr<"Too many attempts. Try again in {} seconds.">(wait.count());
  return tr<"Too many attempts. Try again in {} minutes.">(std::chrono::ceil<std::chrono::minutes>(wait).count());
}

SignIn refused() {
  SignIn answer;
  answer.message = kRefused.text();
  return answer;
}

/// What people typed that is no address may be anything, a password too: only what looks like one is kept.
boost::json::object typed_detail(std::string_view typed, std::string_view why) {
  boost::json::object detail{{"why", why}};
  if (const auto address = domain::folded_email(typed)) detail["email"] = *address;
  return detail;
}

}  // namespace

bool Identity::State::is_password(std::string_view phc, std::string_view normalised) const {
  if (options.on_password_check) options.on_password_check();
  if (phc.empty()) return verify_nobodys_password(normalised, options.password_cost);
  return verify_password(phc, normalised);
}

Result<std::string> Identity::State::hash(std::string_view normalised) const {
  return hash_password(normalised, options.password_cost);
}

Result<std::optional<std::chrono::seconds>> Identity::State::throttled(const std::string& account, const Where& where,
                                                                       Timestamp now) {
  const auto wait = throttle.attempt(account, where.address, now);
  if (!wait || account.empty() || throttle.knows(account, where.address)) return wait;
  // After a restart memory knows nobody; the sessions that are still kept do.
  TRY(const auto sessions, database.read([&](store::Connection& connection) -> Result<std::int64_t> {
    TRY(const auto person, store::Accounts{connection}.find_by_email(account));
    if (!person) return 0;
    return store::Sessions{connection}.count_from(person->id, where.address);
  }));
  if (sessions == 0) return wait;
  throttle.remember(account, where.address);
  throttle.remember(factor_key(account), where.address);
  return throttle.attempt(account, where.address, now);
}

void Identity::State::succeeded(const std::string& account, const Where& where) {
  for (const auto& counted : {account, factor_key(account)}) {
    throttle.succeeded(counted, where.address);
    throttle.remember(counted, where.address);
  }
}

Result<SignIn> Identity::State::refuse(const Where& where, std::optional<domain::PersonId> about,
                                       std::string_view typed, std::string_view why) {
  TRY_VOID(write([&](Change& change) -> Status {
    TRY_VOID(audit::record(change.connection, actor_at(where), change.now, "sign-in.refused",
                           about ? audit::object_of(*about) : std::string{}, {}, Outcome::refused,
                           typed_detail(typed, why)));
    return ok();
  }));
  return refused();
}

Result<SignIn> Identity::State::refuse_for_now(const Where& where, const std::string& account,
                                               std::chrono::seconds wait, std::string_view why) {
  // Neither many tries at one account nor one visitor with many names fill the log.
  const auto from = "\nfrom:" + network_key(where.address, 24, 48);
  if (throttle.worth_noting(from, clock.now()) && throttle.worth_noting(account, clock.now())) {
    TRY_VOID(refuse(where, {}, account, why));
  }
  SignIn answer;
  answer.message = too_many_attempts(wait);
  answer.retry_after = wait;
  return answer;
}

Result<SignIn> Identity::sign_in(std::string_view email, std::string_view password, const Where& where) {
  auto& state = *state_;
  const auto key = account_key(email);
  TRY(const auto wait, state.throttled(key, where, state.clock.now()));
  if (wait) return state.refuse_for_now(where, key, *wait, "too many attempts");
  const CheckSlot slot{state.check_slots, state.throttle.knows(key, where.address)};
  if (!slot) {
    state.throttle.succeeded(key, where.address);  // Not tried: not counted.
    return state.refuse_for_now(where, "\nbusy", kBusyWait, "too many sign-ins at once");
  }
  TRY(const auto account,
      state.database.read([&](store::Connection& connection) { return find_account(connection, key); }));
  const auto* known = account && account->may_sign_in() ? account->first(CredentialKind::password) : nullptr;
  const auto normalised = domain::password::normalise(password);
  const bool right = state.is_password(known != nullptr ? std::string_view{known->secret} : std::string_view{},
                                       normalised ? std::string_view{*normalised} : std::string_view{});
  if (!right || known == nullptr || !normalised) {
    const auto about = account ? std::optional{account->person.id} : std::nullopt;
    return state.refuse(where, about, email, "password");
  }
  auto password_hash = known->secret;
  if (needs_rehash(password_hash, state.options.password_cost)) {
    TRY(auto hash, state.hash(*normalised));
    TRY_VOID(state.write(
        [&](Change& change) { return store::Credentials{change.connection}.rehash(known->id, password_hash, hash); }));
    password_hash = std::move(hash);
  }
  if (account->has_second_factor()) {
    return state.half_way(
        *account, {.person = account->person.id, .account_key = key, .password_hash = std::move(password_hash)});
  }
  TRY(auto answer,
      state.write([&](Change& change) { return state.start_session(change, *account, "password", false, where); }));
  state.succeeded(key, where);
  return answer;
}

SignIn Identity::State::half_way(const Account& account, Half half) {
  SignIn answer;
  answer.next = SignIn::Next::second_factor;
  answer.token = random_token();
  answer.has_totp = account.first(CredentialKind::totp) != nullptr;
  answer.has_passkey = account.first(CredentialKind::passkey) != nullptr;
  answer.has_recovery_codes = account.first(CredentialKind::recovery_code) != nullptr;
  const auto now = clock.now();
  halves.put(sha256_hex(answer.token), std::move(half), now + kHalfSessionLives, now);
  return answer;
}

Result<std::string> Identity::State::use_code(Change& change, const Account& account, std::string_view code,
                                              const Where& where) {
  if (code.size() > kCodeBytesMax) return std::string{};
  store::Credentials credentials{change.connection};
  if (const auto* totp = account.first(CredentialKind::totp)) {
    TRY(const auto secret, key.open(totp->secret, fmt::format("totp:person:{}", account.person.id.value)));
    const auto step = formats::otp::verify(secret.reveal(), code, change.now, totp->counter);
    if (step) {
      TRY(const auto advanced, credentials.advance(totp->id, *step, change.now));
      return advanced == 1 ? std::string{"code"} : std::string{};
    }
  }
  const auto code_hash = domain::recovery_codes::hash(code);
  if (code_hash.empty() || !account.has_second_factor()) return std::string{};
  TRY(const auto taken, credentials.take_recovery_code(account.person.id, code_hash));
  if (taken == 0) return std::string{};
  TRY_VOID(audit::record(change.connection, actor_at(where, &account.person), change.now, "recovery.use",
                         audit::object_of(account.person.id)));
  return std::string{"recovery code"};
}

Result<SignIn> Identity::second_factor(std::string_view half, std::string_view code, const Where& where) {
  auto& state = *state_;
  const auto now = state.clock.now();
  const auto hash = sha256_hex(half);
  // Counted before it is looked at, under one lock: a hundred requests at once have five tries, too.
  const auto pending = state.halves.look(hash, now, [](Half& each) {
    ++each.codes_tried;
    return each;
  });
  if (!pending || pending->codes_tried > kHalfSessionCodesMax) {
    static_cast<void>(state.halves.take(hash, now));
    // No audit entry: whoever has no half session is nobody, and could fill the log with them.
    return refused();
  }
  const auto key = factor_key(pending->account_key);
  TRY(const auto wait, state.throttled(key, where, now));
  if (wait) return state.refuse_for_now(where, pending->account_key, *wait, "too many codes");
  TRY(auto answer, state.write([&](Change& change) -> Result<SignIn> {
    TRY(const auto account, find_account(change.connection, pending->person));
    if (!account || !pending->holds(*account) || !account->has_second_factor()) return refused();
    TRY(const auto factor, state.use_code(change, *account, code, where));
    // Taken last, so that a wrong code leaves it and of two right ones at once only one begins a session.
    if (factor.empty() || !state.halves.take(hash, now)) return refused();
    return state.start_session(change, *account, fmt::format("{}, {}", pending->method(), factor), true, where);
  }));
  if (answer.next != SignIn::Next::signed_in) {
    return state.refuse(where, pending->person, pending->account_key, "second factor");
  }
  state.succeeded(pending->account_key, where);
  return answer;
}

Result<SignIn> Identity::sign_in_as(domain::PersonId person, const Where& where) {
  auto& state = *state_;
  return state.write([&](Change& change) -> Result<SignIn> {
    TRY(const auto account, find_account(change.connection, person));
    if (!account || !account->may_sign_in()) return Error::not_found("person");
    return state.start_session(change, *account, "demo", true, where);
  });
}

Result<SignIn> Identity::authenticate_again(std::string_view token, std::string_view password, std::string_view code,
                                            const Where& where) {
  auto& state = *state_;
  const auto now = state.clock.now();
  TRY(const auto found, state.database.snapshot(
                            [&](store::Connection& connection) { return state.find_session(connection, token, now); }));
  if (!found) return refused();
  const auto key = account_key(found->account.person.email);
  TRY(const auto wait, state.throttled(key, where, now));
  if (wait) return state.refuse_for_now(where, key, *wait, "too many attempts");
  const CheckSlot slot{state.check_slots, true};
  if (!slot) {
    state.throttle.succeeded(key, where.address);  // Not tried: not counted.
    return state.refuse_for_now(where, "\nbusy", kBusyWait, "too many sign-ins at once");
  }
  const auto* known = found->account.first(CredentialKind::password);
  const auto normalised = domain::password::normalise(password);
  const bool right = state.is_password(known != nullptr ? std::string_view{known->secret} : std::string_view{},
                                       normalised ? std::string_view{*normalised} : std::string_view{});
  if (!right || known == nullptr || !normalised) {
    return state.refuse(where, found->account.person.id, key, "password, again");
  }
  TRY(auto answer, state.write([&](Change& change) -> Result<SignIn> {
    TRY(const auto current, state.find_session(change.connection, token, change.now));
    if (!current) return refused();
    const auto* password_now = current->account.first(CredentialKind::password);
    if (password_now == nullptr || !equal_secret(password_now->secret, known->secret)) return refused();
    auto session = current->session;
    if (current->account.has_second_factor()) {
      TRY(const auto factor, state.use_code(change, current->account, code, where));
      if (factor.empty()) return refused();
      session.second_factor = true;
    }
    session.authenticated_at = change.now;
    SignIn signed_in;
    TRY(signed_in.token, state.rotate(change, session));
    if (signed_in.token.empty()) return refused();
    signed_in.next = SignIn::Next::signed_in;
    TRY_VOID(audit::record(change.connection, actor_at(where, &current->account.person, session.organisation),
                           change.now, "sign-in.again", audit::object_of("session", session.id)));
    return signed_in;
  }));
  if (answer.next != SignIn::Next::signed_in) {
    return state.refuse(where, found->account.person.id, key, "second factor, again");
  }
  state.throttle.succeeded(key, where.address);
  return answer;
}

}  // namespace tocsin::engine::identity
