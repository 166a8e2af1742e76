#include "base/hash.hpp"
#include "base/json.hpp"
#include "base/messages.hpp"
#include "engine/identity/state.hpp"
#include "engine/members/outside_roles.hpp"
#include "store/outside.hpp"

// Sign-ins at a provider that were begun, and the accounts there that people connect with theirs here.

namespace tocsin::engine::identity {
namespace {

using domain::audit::Outcome;
using store::CredentialKind;

/// At once, of everybody: more are somebody's attempt to fill the disk.
constexpr std::int64_t kAttemptsMax = 20'000;
constexpr std::size_t kLinksMax = 5;

std::string context_of(std::string_view token_hash) { return fmt::format("outside-attempt:{}", token_hash); }

std::string written(const OutsideAttempt& attempt) {
  return json::write(boost::json::object{{"purpose", static_cast<int>(attempt.purpose)},
                                         {"session", attempt.session},
                                         {"state", attempt.state},
                                         {"nonce", attempt.nonce},
                                         {"code_verifier", attempt.code_verifier},
                                         {"next", attempt.next}});
}

Result<OutsideAttempt> read_attempt(std::string_view text) {
  TRY(const auto parsed, json::parse(text));
  const auto& root = parsed.root();
  const auto number = [&](std::string_view name) -> std::int64_t {
    const auto* found = json::find(root, name);
    return found != nullptr && found->is_int64() ? found->get_int64() : 0;
  };
  return OutsideAttempt{.purpose = static_cast<OutsideAttempt::For>(number("purpose")),
                        .session = number("session"),
                        .state = std::string{json::string_at(root, "state")},
                        .nonce = std::string{json::string_at(root, "nonce")},
                        .code_verifier = std::string{json::string_at(root, "code_verifier")},
                        .next = std::string{json::string_at(root, "next")}};
}

}  // namespace

Result<std::string> Identity::begin_outside(const OutsideAttempt& attempt, const Where& where) {
  auto& state = *state_;
  // Counted like a password, and given back when it succeeds.
  if (const auto wait = state.throttle.attempt({}, where.address, state.clock.now())) {
    return Error::unavailable(tr<"Too many attempts. Try again in {} seconds.">(wait->count()));
  }
  auto token = random_token();
  const auto hash = sha256_hex(token);
  const auto sealed = state.key.seal(written(attempt), context_of(hash));
  TRY_VOID(state.write([&](Change& change) -> Status {
    store::Outside outside{change.connection};
    TRY_VOID(outside.remove_expired(change.now));
    TRY(const auto waiting, outside.count_attempts());
    if (waiting >= kAttemptsMax) {
      return Error::unavailable(
          std::string{tr<"Many people are signing in at this moment. Try again in a few minutes.">()});
    }
    return outside.begin(hash, sealed, change.now + kOutsideAttemptLives);
  }));
  return token;
}

Result<std::optional<OutsideAttempt>> Identity::take_outside(std::string_view token) {
  auto& state = *state_;
  std::optional<OutsideAttempt> none;
  if (!is_token(token)) return none;
  const auto hash = sha256_hex(token);
  TRY(const auto sealed,
      state.write([&](Change& change) { return store::Outside{change.connection}.take(hash, change.now); }));
  if (!sealed) return none;
  // Of another key file: as if it had never been begun.
  const auto opened = state.key.open(*sealed, context_of(hash));
  if (!opened) return none;
  TRY(auto attempt, read_attempt(opened->reveal()));
  return std::optional{std::move(attempt)};
}

Result<std::int64_t> Identity::link_outside(const Principal& principal, const OutsideProof& proof, const Actor& actor) {
  TRY_VOID(require_self(actor, principal.person));
  auto& state = *state_;
  const auto external = outside_id(proof);
  return state.write([&](Change& change) -> Result<std::int64_t> {
    TRY(const auto account, find_account(change.connection, principal.person));
    if (!account || !account->may_sign_in()) return Error::not_found("person");
    store::Credentials credentials{change.connection};
    TRY(const auto taken, credentials.find_external(CredentialKind::openid_connect, external));
    if (taken) {
      return Error::conflict(
          std::string{taken->person == principal.person
                          ? tr<"This sign-in is connected with your account already.">()
                          : tr<"This sign-in is connected with another account. Disconnect it there first.">()});
    }
    if (account->outside_of(proof.issuer) != nullptr ||
        account->count(CredentialKind::openid_connect) >= static_cast<int>(kLinksMax)) {
      return Error::conflict(
          std::string{tr<"Your account is connected with another sign-in there. Disconnect that one first.">()});
    }
    TRY(const auto id, state.add_outside(change, *account, proof, actor));
    TRY_VOID(state.apply_groups(change, *account, proof, actor));
    return id;
  });
}

Status Identity::unlink_outside(domain::PersonId person, std::int64_t id, const Actor& actor, std::int64_t keep) {
  TRY_VOID(require_self_or_manager(actor, person));
  auto& state = *state_;
  return state.write([&](Change& change) -> Status {
    TRY(const auto account, find_account(change.connection, person));
    const auto* link = account ? account->outside(id) : nullptr;
    if (link == nullptr) return Error::not_found("sign-in");
    if (account->first(CredentialKind::password) == nullptr && account->first(CredentialKind::passkey) == nullptr &&
        actor.viewer.person == person) {
      return Error::conflict(
          std::string{tr<"It is the only way into your account: add a passkey, or have a password set, first.">()});
    }
    TRY_VOID(store::Credentials{change.connection}.remove(person, CredentialKind::openid_connect, id));
    // Who got in by it stays in no longer, and what its groups vouched for ends with it.
    TRY_VOID(store::Sessions{change.connection}.remove_by_method(person, kOutsideMethod, keep));
    TRY_VOID(members::apply_outside_roles(change.connection, actor, person, {}, change.now));
    change.revoked = true;
    TRY_VOID(audit::record(change.connection, actor, change.now, "identity.remove", audit::object_of(person), {},
                           Outcome::done, {{"identity", link->external_id}}));
    return ok();
  });
}

}  // namespace tocsin::engine::identity
