#include <fmt/format.h>

#include "base/encoding.hpp"
#include "base/hash.hpp"
#include "base/json.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "engine/identity/state.hpp"
#include "formats/webauthn/webauthn.hpp"

// Passkeys: one that verified its user is both factors at once; after a password it is the second. A challenge is taken
// by the first answer that names it, whatever becomes of that answer.

namespace tocsin::engine::identity {
namespace {

namespace webauthn = formats::webauthn;
using domain::audit::Outcome;
using store::Credential;
using store::CredentialKind;

constexpr std::size_t kPasskeysMax = 20;
constexpr std::size_t kLabelBytesMax = 100;

/// "https://cert.example:8443/" -> origin "https://cert.example:8443", host "cert.example".
struct Site {
  std::string origin, host;
};
Result<Site> site_of(std::string_view public_url) {
  const auto lower = text::lower_ascii(public_url);
  const auto scheme = lower.find("://");
  if (scheme == std::string::npos) {
    return Error::unavailable(
        std::string{tr<"Passkeys are off: this installation does not know its public address.">()});
  }
  const auto authority = scheme + 3;
  const auto end = std::min(lower.find('/', authority), lower.size());
  const auto host = std::string_view{lower}.substr(authority, end - authority);
  return Site{.origin = lower.substr(0, end), .host = std::string{host.substr(0, host.find(':'))}};
}

/// The same 64 bytes for every passkey of an account; tells whoever finds the device nothing about the person.
std::string user_handle(const domain::Person& person) {
  return base64url_encode(hmac_sha512(person.uuid, "tocsin user handle 1"));
}

std::string stored_text(const webauthn::Registered& registered) {
  return json::write(boost::json::object{{"public_key", registered.public_key},
                                         {"backup_eligible", registered.backup_eligible},
                                         {"transports", boost::json::value_from(registered.transports)}});
}

Result<webauthn::Stored> stored_of(const Credential& credential, const domain::Person& person) {
  TRY(const auto parsed, json::parse(credential.secret));
  const auto* eligible = json::find(parsed.root(), "backup_eligible");
  return webauthn::Stored{.credential_id = credential.external_id,
                          .public_key = std::string{json::string_at(parsed.root(), "public_key")},
                          .sign_count = static_cast<std::uint32_t>(credential.counter),
                          .user_handle = user_handle(person),
                          .backup_eligible = eligible != nullptr && eligible->is_bool() && eligible->get_bool()};
}

std::vector<webauthn::Descriptor> descriptors(const Account& account) {
  std::vector<webauthn::Descriptor> all;
  for (const auto& each : account.credentials) {
    if (each.kind != CredentialKind::passkey) continue;
    webauthn::Descriptor descriptor{.credential_id = each.external_id, .transports = {}};
    if (const auto parsed = json::parse(each.secret)) {
      for (const auto& transport : json::array_at(parsed->root(), "transports")) {
        if (transport.is_string()) descriptor.transports.emplace_back(transport.get_string());
      }
    }
    all.push_back(std::move(descriptor));
  }
  return all;
}

/// The challenge that an answer says it answers: to find what was asked. verify_* checks that it is the signed one.
std::string claimed_challenge(std::string_view response_json) {
  if (response_json.size() > webauthn::kResponseBytesMax) return {};
  const auto parsed = json::parse(response_json);
  if (!parsed) return {};
  const auto* response = json::find(parsed->root(), "response");
  if (response == nullptr) return {};
  const auto client_data = base64url_decode(json::string_at(*response, "clientDataJSON"));
  if (!client_data) return {};
  const auto inner = json::parse(*client_data);
  return inner ? std::string{json::string_at(inner->root(), "challenge")} : std::string{};
}

SignIn refused() {
  SignIn answer;
  answer.message = tr<"That did not work: use a passkey that was added to this account.">();
  return answer;
}

/// Stores that a passkey was used. False where its count did not grow since it was read: somebody was quicker, with the
/// same device's key.
Result<std::int64_t> count_use(Change& change, const Credential& credential, std::uint32_t sign_count) {
  store::Credentials credentials{change.connection};
  if (sign_count == 0) return credentials.use_uncounted(credential.id, change.now);
  return credentials.advance(credential.id, sign_count, change.now);
}

}  // namespace

Result<std::string> Identity::passkey_creation_options(const Principal& principal) {
  auto& state = *state_;
  TRY(const auto site, site_of(state.options.public_url));
  if (principal.by != Principal::By::session) return Error::forbidden(std::string{tr<"Sign in to add a passkey">()});
  TRY(const auto account,
      state.database.read([&](store::Connection& connection) { return find_account(connection, principal.person); }));
  if (!account || !account->may_sign_in()) return Error::not_found("person");
  const auto challenge = random_token();
  TRY(auto text, webauthn::creation_options({.rp_id = site.host,
                                             .rp_name = state.options.site_name,
                                             .user_handle = user_handle(account->person),
                                             .user_name = account->person.email,
                                             .display_name = account->person.name,
                                             .challenge = challenge,
                                             .exclude = descriptors(*account)}));
  const auto now = state.clock.now();
  state.challenges.put(sha256_hex(challenge),
                       {.purpose = Challenge::For::registration, .person = principal.person, .session = principal.id},
                       now + kChallengeLives, now);
  return text;
}

Result<std::int64_t> Identity::add_passkey(const Principal& principal, std::string_view response_json,
                                           std::string label, const Actor& actor) {
  auto& state = *state_;
  TRY_VOID(require_self(actor, principal.person));
  TRY(const auto site, site_of(state.options.public_url));
  label = std::string{text::trim(printable(label, kLabelBytesMax))};
  if (label.empty()) label = "Passkey";
  const auto challenge = claimed_challenge(response_json);
  const auto asked = state.challenges.take(sha256_hex(challenge), state.clock.now());
  if (!asked || asked->purpose != Challenge::For::registration || asked->person != principal.person ||
      asked->session != principal.id) {
    return Error::invalid(std::string{tr<"This took too long: begin again.">()}, "challenge");
  }
  TRY(const auto registered,
      webauthn::verify_registration(response_json,
                                    {.challenge = challenge, .origins = {site.origin}, .rp_id = site.host}));
  return state.write([&](Change& change) -> Result<std::int64_t> {
    TRY(const auto account, find_account(change.connection, principal.person));
    if (!account || !account->may_sign_in()) return Error::not_found("person");
    if (account->count(CredentialKind::passkey) >= static_cast<int>(kPasskeysMax)) {
      return Error::conflict(tr<"there are {} passkeys already: remove one first">(kPasskeysMax));
    }
    store::Credentials credentials{change.connection};
    TRY(const auto taken, credentials.find_external(CredentialKind::passkey, registered.credential_id));
    if (taken) return Error::conflict(std::string{tr<"this passkey has been added already">()});
    TRY(const auto id, credentials.add({.person = principal.person,
                                        .kind = CredentialKind::passkey,
                                        .external_id = registered.credential_id,
                                        .label = label,
                                        .secret = stored_text(registered),
                                        .counter = registered.sign_count,
                                        .created_at = change.now}));
    TRY_VOID(store::Sessions{change.connection}.remove_single_factor(principal.person, principal.id));
    change.revoked = true;
    TRY_VOID(audit::record(change.connection, actor, change.now, "second-factor.add",
                           audit::object_of(principal.person), {}, Outcome::done,
                           {{"kind", "passkey"}, {"label", label}, {"aaguid", registered.aaguid}}));
    TRY_VOID(state.tell(change, principal.person, post::Event::passkey_added, actor, label));
    return id;
  });
}

Result<std::string> Identity::passkey_request_options(std::string_view half, const Where& where) {
  auto& state = *state_;
  TRY(const auto site, site_of(state.options.public_url));
  const auto now = state.clock.now();
  // Also bounds how many challenges somebody can make wait.
  if (const auto wait = state.throttle.attempt({}, where.address, now)) {
    return Error::unavailable(tr<"Too many attempts. Try again in {} seconds.">(wait->count()));
  }
  Challenge challenge;
  webauthn::AssertionRequest request{.rp_id = site.host, .challenge = random_token(), .allow = {}};
  if (!half.empty()) {
    challenge.half_hash = sha256_hex(half);
    const auto pending = state.halves.look(challenge.half_hash, now, [](const Half& each) { return each.person; });
    TRY(const auto account,
        state.database.snapshot([&](store::Connection& connection) -> Result<std::optional<Account>> {
          if (pending) return find_account(connection, *pending);
          TRY(auto found, state.find_session(connection, half, now));
          if (!found) return std::optional<Account>{};
          return std::optional{std::move(found->account)};
        }));
    if (!account || account->first(CredentialKind::passkey) == nullptr) return Error::not_found("sign-in");
    challenge.person = account->person.id;
    challenge.purpose = pending ? Challenge::For::second_factor : Challenge::For::again;
    request.allow = descriptors(*account);
    if (pending) request.user_verification = webauthn::UserVerification::preferred;
  }
  TRY(auto text, webauthn::request_options(request));
  state.challenges.put(sha256_hex(request.challenge), std::move(challenge), now + kChallengeLives, now);
  return text;
}

Result<SignIn> Identity::sign_in_with_passkey(std::string_view half, std::string_view response_json,
                                              const Where& where) {
  auto& state = *state_;
  TRY(const auto site, site_of(state.options.public_url));
  const auto challenge = claimed_challenge(response_json);
  const auto now = state.clock.now();
  const auto asked = state.challenges.take(sha256_hex(challenge), now);
  const auto half_hash = half.empty() ? std::string{} : sha256_hex(half);
  // No audit entry: whoever has no challenge is nobody, and could fill the log with them.
  if (!asked || asked->purpose == Challenge::For::registration || asked->half_hash != half_hash) return refused();
  const auto refuse = [&](std::optional<domain::PersonId> about, std::string_view why) -> Result<SignIn> {
    TRY_VOID(state.refuse(where, about, {}, why));
    return refused();
  };
  const auto claimed = webauthn::claimed_credential(response_json);
  if (!claimed) return refuse(asked->person, "passkey");
  std::optional<Credential> credential;
  TRY(const auto account, state.database.snapshot([&](store::Connection& connection) -> Result<std::optional<Account>> {
    TRY(credential, store::Credentials{connection}.find_external(CredentialKind::passkey, claimed->credential_id));
    if (!credential) return std::optional<Account>{};
    return find_account(connection, credential->person);
  }));
  if (!account || !account->may_sign_in() || (asked->person && asked->person != account->person.id)) {
    return refuse(asked->person, "passkey");
  }
  const auto person = account->person.id;
  const bool alone = asked->purpose == Challenge::For::sign_in;
  TRY(const auto stored, stored_of(*credential, account->person));
  const auto asserted =
      webauthn::verify_assertion(response_json,
                                 {.challenge = challenge,
                                  .origins = {site.origin},
                                  .rp_id = site.host,
                                  .require_user_verification = asked->purpose != Challenge::For::second_factor,
                                  .require_user_handle = alone},
                                 stored);
  if (!asserted) {
    return refuse(person, webauthn::is_possible_clone(asserted.error()) ? "passkey: possible clone" : "passkey");
  }
  std::string_view why = "passkey: over";
  TRY(auto answer, state.write([&](Change& change) -> Result<SignIn> {
    TRY(const auto current, find_account(change.connection, person));
    if (!current || !current->may_sign_in()) return refused();
    TRY(const auto counted, count_use(change, *credential, asserted->sign_count));
    if (counted == 0) {
      why = "passkey: possible clone";
      return refused();
    }
    if (alone) return state.start_session(change, *current, "passkey", true, where);
    if (asked->purpose == Challenge::For::second_factor) {
      const auto pending = state.halves.take(half_hash, now);
      if (!pending || !pending->holds(*current)) return refused();
      return state.start_session(change, *current, fmt::format("{}, passkey", pending->method()), true, where);
    }
    TRY(const auto found, state.find_session(change.connection, half, change.now));
    if (!found || found->session.person != person) return refused();
    auto session = found->session;
    session.authenticated_at = change.now;
    session.second_factor = true;
    SignIn again;
    TRY(again.token, state.rotate(change, session));
    if (again.token.empty()) return refused();
    again.next = SignIn::Next::signed_in;
    TRY_VOID(audit::record(change.connection, actor_at(where, &current->person, session.organisation), change.now,
                           "sign-in.again", audit::object_of("session", session.id)));
    return again;
  }));
  if (answer.next != SignIn::Next::signed_in) return refuse(person, why);
  state.throttle.succeeded({}, where.address);
  state.throttle.remember(account_key(account->person.email), where.address);
  return answer;
}

Status Identity::remove_passkey(domain::PersonId person, std::int64_t id, const Actor& actor) {
  TRY_VOID(require_self_or_manager(actor, person));
  return state_->write([&](Change& change) -> Status {
    TRY(const auto removed, store::Credentials{change.connection}.remove(person, CredentialKind::passkey, id));
    if (removed == 0) return Error::not_found("passkey");
    TRY_VOID(audit::record(change.connection, actor, change.now, "second-factor.remove", audit::object_of(person), {},
                           Outcome::done, {{"kind", "passkey"}}));
    TRY_VOID(state_->tell(change, person, post::Event::passkey_removed, actor));
    return state_->after_removal(change, person);
  });
}

}  // namespace tocsin::engine::identity
