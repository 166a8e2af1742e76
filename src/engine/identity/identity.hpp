#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "base/time.hpp"
#include "engine/identity/principal.hpp"
#include "store/database.hpp"

/// Who somebody is: passwords, second factors, sessions, tokens, one-time links. Page, API and command line call these.
/// Every function opens its own transaction and writes the audit log in it. Any thread; most hash or read, so: on the
/// blocking pool. Answers and their time do not tell whether an account exists.
namespace tocsin::engine::identity {

struct Options {
  std::string site_name = "Tocsin";  ///< Issuer shown in authenticator apps.
  std::string public_url;            ///< "https://cert.example": passkeys' origin, links. Empty: passkeys are off.
  PasswordCost password_cost;        ///< base/secret.hpp
  std::chrono::seconds idle_limit{std::chrono::hours{8}};
  std::chrono::seconds absolute_limit{std::chrono::hours{24 * 7}};
  std::chrono::seconds dangerous_window{std::chrono::minutes{10}};  ///< Re-authentication is asked for after it.
  int sessions_max = 50;                                            ///< A person's; the oldest ends beyond it.
  int tokens_max = 50;
  bool second_factor_by_role = true;  ///< domain::demands_second_factor
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
};

enum class LinkPurpose { invitation = 1, email_proof = 2, password_reset = 3 };
struct Link {
  LinkPurpose purpose = LinkPurpose::invitation;
  domain::PersonId person;
  std::optional<domain::OrganisationId> organisation;
  std::string email;
  Timestamp expires_at;
};

class Identity {
 public:
  Identity(store::Database& database, SealingKey key, Options options, const Clock& clock);
  ~Identity();

  // --- who is it ---
  /// From memory only, for the network thread: nullptr where unknown here (ask `load_session`), nullopt never.
  PrincipalPtr cached_session(std::string_view token) const noexcept;
  /// From memory or database; nullptr where there is no such session, it has ended, or person or membership is gone.
  Result<PrincipalPtr> load_session(std::string_view token, const Where& where);
  /// "Authorization: Bearer ...". nullptr where unknown, expired, revoked or used from elsewhere (audited).
  Result<PrincipalPtr> load_token(std::string_view token, const Where& where);
  /// Forgets what was resolved before the members' generation moved. Called by the portal's watch.
  Status refresh();

  // --- sign-in ---
  Result<SignIn> sign_in(std::string_view email, std::string_view password, const Where& where);
  /// `half` is SignIn::token. A time-based code, or a recovery code.
  Result<SignIn> second_factor(std::string_view half, std::string_view code, const Where& where);
  /// Demo mode only; the caller checks that it is on.
  Result<SignIn> sign_in_as(domain::PersonId person, const Where& where);
  Status sign_out(std::string_view token, const Where& where);
  /// Proves again who it is, for dangerous acts; a new token replaces the old one.
  Result<SignIn> authenticate_again(std::string_view token, std::string_view password, std::string_view code,
                                    const Where& where);
  /// The session goes on for another of their organisations, with a new token. Errors: not_found where it is none.
  Result<SignIn> act_for(std::string_view token, domain::OrganisationId organisation, const Where& where);
  bool fresh(const Principal& principal, Timestamp now) const noexcept;

  // --- passkeys (formats/webauthn) ---
  Result<std::string> passkey_creation_options(const Principal& principal);
  Result<std::int64_t> add_passkey(const Principal& principal, std::string_view response_json, std::string label,
                                   const Actor& actor);
  /// For an e-mail's account as second factor (`half`), or for any (discoverable) where half is empty.
  Result<std::string> passkey_request_options(std::string_view half);
  Result<SignIn> sign_in_with_passkey(std::string_view half, std::string_view response_json, const Where& where);
  Status remove_passkey(domain::PersonId person, std::int64_t id, const Actor& actor);

  // --- own security settings ---
  Result<Factors> factors(domain::PersonId person);
  Status change_password(domain::PersonId person, std::string_view current, std::string_view wanted,
                         const Actor& actor);
  /// A new secret, not in force until confirmed with a code. `uri` is otpauth://.
  struct TotpOffer {
    std::string secret_base32, uri, sealed;  ///< `sealed` goes through the form and comes back.
  };
  Result<TotpOffer> offer_totp(domain::PersonId person);
  /// Returns ten new recovery codes where there were none.
  Result<std::vector<std::string>> confirm_totp(domain::PersonId person, std::string_view sealed, std::string_view code,
                                                const Actor& actor);
  Status remove_totp(domain::PersonId person, const Actor& actor);
  Result<std::vector<std::string>> new_recovery_codes(domain::PersonId person, const Actor& actor);
  Result<std::vector<SessionRow>> sessions(domain::PersonId person, std::int64_t current);
  Status revoke_session(domain::PersonId person, std::int64_t id, const Actor& actor);
  Status revoke_other_sessions(domain::PersonId person, std::int64_t keep, const Actor& actor);

  // --- tokens for programs ---
  /// Returns the secret, shown once ("tocsin_" and 43 characters).
  Result<std::string> create_token(domain::PersonId person, domain::OrganisationId organisation, const NewToken& token,
                                   const Actor& actor);
  Result<std::vector<TokenRow>> tokens(domain::PersonId person);
  Status revoke_token(domain::PersonId person, std::int64_t id, const Actor& actor);

  // --- links that work once: invitation, proof of address, password reset ---
  /// Returns the secret part of "/link/SECRET". Earlier links of this person and purpose stop working.
  Result<std::string> create_link(LinkPurpose purpose, domain::PersonId person,
                                  std::optional<domain::OrganisationId> organisation, const Actor& actor);
  /// nullopt where unknown, used or expired.
  Result<std::optional<Link>> find_link(std::string_view secret);
  /// Sets the password that the link lets set (invitation, reset), activates an invited person, ends all sessions.
  Status use_link(std::string_view secret, std::string_view password, const Where& where);
  /// Marks the address as proven.
  Status prove_email(std::string_view secret, const Where& where);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Scopes of tokens with their meaning.
struct Scope {
  std::string_view name, meaning;
};
std::span<const Scope> scopes() noexcept;

}  // namespace tocsin::engine::identity
