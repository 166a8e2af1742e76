#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "base/time.hpp"
#include "engine/identity/outside.hpp"
#include "engine/identity/principal.hpp"
#include "store/database.hpp"
#include "store/mail_queue.hpp"
#include "store/one_time_links.hpp"

/// Who somebody is: passwords, second factors, sessions, tokens, one-time links. Page, API and command line call these.
/// Every function opens its own transaction and writes the audit log in it. Any thread; most hash or read, so: on the
/// blocking pool. Answers and their time do not tell whether an account exists.
namespace tocsin::engine::post {
class Post;  // engine/post/post.hpp
}

namespace tocsin::engine::identity {

struct Options {
  std::string site_name = "Tocsin";  ///< Issuer shown in authenticator apps.
  std::string public_url;            ///< "https://cert.example": passkeys' origin, links. Empty: passkeys are off.
  PasswordCost password_cost = kPasswordCost;
  std::size_t password_checks_max = 4;  ///< Argon2 computations at once (and one more for those who are known); beyond
                                        ///< it callers are told to come again.
  std::chrono::seconds idle_limit{std::chrono::hours{8}};
  std::chrono::seconds absolute_limit{std::chrono::hours{24 * 7}};
  std::chrono::seconds dangerous_window{std::chrono::minutes{10}};  ///< Re-authentication is asked for after it.
  int sessions_max = 50;                                            ///< A person's; the oldest ends beyond it.
  int tokens_max = 50;
  domain::FourEyes four_eyes = {};    ///< Acts that a second person approves.
  bool second_factor_by_role = true;  ///< domain::demands_second_factor
  OutsideRules outside = {};          ///< Of sign-ins by a provider outside.
  /// Is this normalised password in a list of leaked ones? (exchange/breached_passwords). Any thread.
  std::function<bool(std::string_view)> breached = {};
  /// Called before every Argon2 computation: for metrics, and for tests that count instead of measuring. Any thread.
  std::function<void()> on_password_check = {};
  /// Who writes to people; outlives this. nullptr, or one that is not on: links are handed out by an administrator.
  const post::Post* post = nullptr;
};

/// What a client is told of the result of proving who it is.
struct SignIn {
  enum class Next { refused, second_factor, signed_in };
  Next next = Next::refused;
  std::string token;    ///< signed_in: the session's secret for the cookie. second_factor: secret of the half session.
  std::string message;  ///< refused: the same sentence whatever was wrong.
  bool has_totp = false, has_passkey = false, has_recovery_codes = false;  ///< second_factor
  std::optional<std::chrono::seconds> retry_after;                         ///< refused by throttling
};

struct Where {
  std::string address, agent, request_id;
};

struct SessionRow {
  std::int64_t id = 0;
  std::string method, address, agent;
  Timestamp created_at, last_seen_at, expires_at;
  bool current = false;
};

struct TokenRow {
  std::int64_t id = 0;
  bool certificate = false;                    ///< Else a secret.
  std::string subject = {}, fingerprint = {};  ///< Of a certificate.
  domain::PersonId person;
  domain::OrganisationId organisation;
  std::string name;
  std::vector<std::string> scopes, networks;
  Timestamp created_at, expires_at;
  std::optional<Timestamp> last_used_at, revoked_at;
  std::string last_used_address;
};
struct NewToken {
  std::string name;                   ///< 1..100 bytes
  std::vector<std::string> scopes;    ///< kScopes
  std::vector<std::string> networks;  ///< CIDR; empty: from anywhere.
  Timestamp expires_at;               ///< At most a year ahead.
};

struct Factors {
  bool password = false, totp = false;
  int recovery_codes = 0;  ///< Unused ones.
  struct Passkey {
    std::int64_t id = 0;
    std::string label;
    Timestamp created_at;
    std::optional<Timestamp> last_used_at;
  };
  std::vector<Passkey> passkeys;
  /// A sign-in elsewhere that the account is connected with.
  struct Outside {
    std::int64_t id = 0;
    std::string issuer, label;  ///< label: the address or name that it had there.
    Timestamp created_at;
    std::optional<Timestamp> last_used_at;
  };
  std::vector<Outside> outside;
};

using store::LinkPurpose;
struct Link {
  LinkPurpose purpose = LinkPurpose::invitation;
  domain::PersonId person;
  std::optional<domain::OrganisationId> organisation;
  std::string email;
  Timestamp expires_at;
};

class Identity {
 public:
  struct State;  ///< state.hpp
  Identity(store::Database& database, SealingKey key, Options options, const Clock& clock);
  ~Identity();
  /// Options::second_factor_by_role
  bool factors_by_role() const noexcept;

  // --- who is it ---
  /// From memory only, for the network thread: nullptr where unknown here (ask `load_session`). Once a minute it is,
  /// so that "last seen" is written.
  PrincipalPtr cached_session(std::string_view token) const noexcept;
  /// From memory or database; nullptr where there is no such session, it has ended, or the person may not sign in any
  /// more. Where the organisation acted for is gone, so is the viewer's organisation; `act_for` chooses another.
  Result<PrincipalPtr> load_session(std::string_view token, const Where& where);
  /// "Authorization: Bearer ...". nullptr where unknown, expired, revoked or used from elsewhere (audited).
  Result<PrincipalPtr> load_token(std::string_view token, const Where& where);
  /// As cached_session; nullptr also where it is not for this address.
  PrincipalPtr cached_token(std::string_view token, std::string_view address) const noexcept;
  /// As load_token and cached_token: of a client certificate that the TLS listener has verified, by its SHA-256 in hex.
  Result<PrincipalPtr> load_certificate(std::string_view fingerprint, const Where& where);
  PrincipalPtr cached_certificate(std::string_view fingerprint, std::string_view address) const noexcept;
  /// Forgets what was resolved before the members' generation moved. Called by the portal's watch.
  Status refresh();
  /// Deletes sessions that have ended by time; ends roles by groups that nobody confirms. To be called now and then.
  Status tidy();

  // --- sign-in ---
  Result<SignIn> sign_in(std::string_view email, std::string_view password, const Where& where);
  /// `half` is SignIn::token. A time-based code, or a recovery code.
  Result<SignIn> second_factor(std::string_view half, std::string_view code, const Where& where);
  /// Demo mode only; the caller checks that it is on. Counts as password and second factor.
  Result<SignIn> sign_in_as(domain::PersonId person, const Where& where);
  Status sign_out(std::string_view token, const Where& where);
  /// Proves again who it is, for dangerous acts; a new token replaces the old one. `code`: where they have an
  /// authenticator app, or a recovery code. With a passkey: the functions below, with the session's token as `half`.
  Result<SignIn> authenticate_again(std::string_view token, std::string_view password, std::string_view code,
                                    const Where& where);
  /// The session goes on for another of their organisations, with a new token. Errors: not_found where it is none.
  Result<SignIn> act_for(std::string_view token, domain::OrganisationId organisation, const Where& where);
  bool fresh(const Principal& principal, Timestamp now) const noexcept;

  // --- passkeys (formats/webauthn) ---
  Result<std::string> passkey_creation_options(const Principal& principal);
  Result<std::int64_t> add_passkey(const Principal& principal, std::string_view response_json, std::string label,
                                   const Actor& actor);
  /// For an e-mail's account as second factor (`half`), for the person of a session (its token) to prove again who it
  /// is, or for any (discoverable) where half is empty. Errors: not_found where `half` is over; unavailable.
  Result<std::string> passkey_request_options(std::string_view half, const Where& where = {});
  Result<SignIn> sign_in_with_passkey(std::string_view half, std::string_view response_json, const Where& where);
  Status remove_passkey(domain::PersonId person, std::int64_t id, const Actor& actor);

  // --- sign-in by a provider outside (exchange/openid.hpp) ---
  /// Keeps what the provider's answer must match. Returns the secret for the browser's cookie. Errors: unavailable
  /// where too many are under way, or from one address.
  Result<std::string> begin_outside(const OutsideAttempt& attempt, const Where& where);
  /// Of the cookie's secret, once: nullopt where unknown, too old or used.
  Result<std::optional<OutsideAttempt>> take_outside(std::string_view token);
  /// An answer that proves nothing: noted in the audit log, but not each time.
  Result<SignIn> refuse_outside(const Where& where, std::string_view why);
  /// Who it is: the account that issuer and subject are connected with; else one that was invited, or is active and has
  /// proven its address here, with the address that the provider has verified, and is connected from then on; else,
  /// where the rules say so, a new one. Roles become what groups and hands give. Never for who is suspended. Then a
  /// session, or half a one where an own second factor is asked for because the provider's does not count.
  Result<SignIn> sign_in_outside(const OutsideProof& proof, const Where& where);
  /// As authenticate_again, by the provider that the account is connected with.
  Result<SignIn> authenticate_again_outside(std::string_view token, const OutsideProof& proof, const Where& where);
  /// Errors: conflict where it is connected with another account, or this one with another of the provider's.
  Result<std::int64_t> link_outside(const Principal& principal, const OutsideProof& proof, const Actor& actor);
  /// Sessions that were begun by it end, but `keep`, and roles that its groups gave. Errors: conflict where it is the
  /// only way into one's account.
  Status unlink_outside(domain::PersonId person, std::int64_t id, const Actor& actor, std::int64_t keep = 0);

  // --- own security settings ---
  Result<Factors> factors(domain::PersonId person);
  /// Ends every session of theirs but `session`, and half sessions. Errors: forbidden for a wrong `current`;
  /// invalid_input, saying what is wrong with `wanted`, `where` = "password"; unavailable where tried too often.
  Status change_password(domain::PersonId person, std::string_view current, std::string_view wanted, const Actor& actor,
                         std::int64_t session = 0);
  /// A new secret, not in force until confirmed with a code. `uri` is otpauth://.
  struct TotpOffer {
    std::string secret_base32, uri, sealed;  ///< `sealed` goes through the form and comes back.
  };
  Result<TotpOffer> offer_totp(domain::PersonId person);
  /// Returns ten new recovery codes where there were none. The code counts as second factor for `session`; sessions
  /// that were begun without one end, for they may be those of somebody who knew the password.
  Result<std::vector<std::string>> confirm_totp(domain::PersonId person, std::string_view sealed, std::string_view code,
                                                const Actor& actor, std::int64_t session = 0);
  Status remove_totp(domain::PersonId person, const Actor& actor);
  Result<std::vector<std::string>> new_recovery_codes(domain::PersonId person, const Actor& actor);
  Result<std::vector<SessionRow>> sessions(domain::PersonId person, std::int64_t current);
  Status revoke_session(domain::PersonId person, std::int64_t id, const Actor& actor);
  Status revoke_other_sessions(domain::PersonId person, std::int64_t keep, const Actor& actor);

  // --- tokens for programs ---
  /// Returns the secret, shown once ("tocsin_" and 43 characters).
  Result<std::string> create_token(domain::PersonId person, domain::OrganisationId organisation, const NewToken& token,
                                   const Actor& actor);
  /// A program proves itself by this client certificate (PEM) instead of a secret, on connections whose TLS listener
  /// has verified it. Ends with it at the latest. Errors: as create_token; conflict where it was registered before, by
  /// anybody.
  Result<std::int64_t> register_certificate(domain::PersonId person, domain::OrganisationId organisation,
                                            const NewToken& token, std::string_view pem, const Actor& actor);
  Result<std::vector<TokenRow>> tokens(domain::PersonId person);
  Status revoke_token(domain::PersonId person, std::int64_t id, const Actor& actor);

  // --- links that work once: invitation, proof of address, password reset ---
  /// Invitations for the applicants of an organisation that is a member now, by whoever may vet: the last step of
  /// admitting it. Its administrators who have no account yet and were in it alone; nobody else's link is made so.
  struct Invitation {
    domain::PersonId person;
    std::string name, email;
    std::string secret;
  };
  /// vet_organisations, and not by a token. Errors: forbidden; not_found; conflict where it is not active.
  Result<std::vector<Invitation>> invite_applicants(domain::OrganisationId organisation, const Actor& actor);
  /// Returns the secret part of "/link/SECRET". Earlier links of this person and purpose stop working.
  Result<std::string> create_link(LinkPurpose purpose, domain::PersonId person,
                                  std::optional<domain::OrganisationId> organisation, const Actor& actor);
  /// As create_link, and puts the letter with it into the outgoing post; nobody but its reader learns the secret.
  /// Returns the address. Errors: as create_link; conflict where the post is not on.
  Result<std::string> send_link(LinkPurpose purpose, domain::PersonId person,
                                std::optional<domain::OrganisationId> organisation, const Actor& actor);
  /// "I have forgotten my password", where the post is on: one row in its queue, whoever has this address or nobody.
  /// Errors: unavailable where asked too often.
  Status forgot_password(std::string_view email, const Where& where);
  /// Makes such a row (MailPurpose::reset_request) the letter with the link, or removes it where nobody active has the
  /// address. Called by the post office, when nobody waits for the answer.
  Status answer_reset_request(const store::QueuedMail& request);
  /// Sends a link to `email`; when it is used (prove_email), that is the person's address. Of their present one it is
  /// the proof. Where somebody else has the address the answer is the same, and that person is told. Where the post is
  /// not on: conflict. Errors: invalid_input, `where` = "email"; unavailable where tried too often.
  Status change_address(domain::PersonId person, std::string_view email, const Actor& actor);
  /// The new address that waits for its proof.
  Result<std::optional<std::string>> awaited_address(domain::PersonId person);
  /// nullopt where unknown, used or expired.
  Result<std::optional<Link>> find_link(std::string_view secret);
  /// Sets the password that the link lets set (invitation, reset), activates an invited person, ends all sessions.
  /// Errors: not_found where unknown, used, expired or of another purpose; invalid_input, saying what is wrong with the
  /// password, `where` = "password" (the link still works).
  Status use_link(std::string_view secret, std::string_view password, const Where& where);
  /// Marks the address as proven; a new one takes the old one's place, which is told of it. Errors: as use_link;
  /// conflict where somebody else has got the address meanwhile.
  Status prove_email(std::string_view secret, const Where& where);

 private:
  std::unique_ptr<State> state_;
};

/// Scopes of tokens with their meaning. A token may what its scopes and its person's roles both allow.
struct Scope {
  std::string_view name, meaning;
};
std::span<const Scope> scopes() noexcept;

}  // namespace tocsin::engine::identity
