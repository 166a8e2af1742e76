#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

/// Passkeys as a relying party sees them, after W3C "Web Authentication: An API for accessing Public Key Credentials"
/// Level 3: what the browser is asked (5.4, 5.5) and how its answers are verified (7.1, 7.2). Attestation "none" is
/// asked for; statements of other formats are read, but nothing is believed because of them. Pure functions, no I/O, no
/// globals: any thread may call them. Kept by the caller: challenges (fresh from the operating system's generator, used
/// once, short-lived, bound to one browser session and one purpose) and credentials (an id belongs to one account
/// only).
///
/// Binary values (challenge, user handle, credential id, public key) are base64url without padding (RFC 4648, section
/// 5) in every struct here. Only the canonical text of a value is accepted, so texts can be stored and compared as
/// such.
namespace tocsin::formats::webauthn {

/// Bytes of a response as JSON. An RSA-4096 registration with a long credential id has about 5,000.
inline constexpr std::size_t kResponseBytesMax = std::size_t{64} << 10;
inline constexpr std::size_t kChallengeBytes = 32;
inline constexpr std::size_t kUserHandleBytes = 64;
/// Section 4, "Credential ID": at least 16 bytes; section 7.1: at most 1023.
inline constexpr std::size_t kCredentialIdBytesMin = 16, kCredentialIdBytesMax = 1023;
/// Credentials that may be named in one request (excludeCredentials, allowCredentials).
inline constexpr std::size_t kDescriptorsMax = 64;

/// COSE algorithm identifiers (IANA registry): the ones offered, in the order of preference, and the only ones
/// accepted.
enum class Algorithm : int { es256 = -7, eddsa = -8, rs256 = -257 };
/// "ES256", "EdDSA", "RS256".
std::string_view to_string(Algorithm algorithm) noexcept;

enum class ResidentKey { preferred, required };
enum class UserVerification { preferred, required };

/// A credential that is known already: excluded at registration, allowed at sign-in.
struct Descriptor {
  std::string credential_id;
  std::vector<std::string> transports;  ///< As Registered gave them.
};

struct CreationRequest {
  std::string rp_id;         ///< The host of the portal's address, "tocsin.example.org", or a parent domain of it.
  std::string rp_name;       ///< For people: the house's name.
  std::string user_handle;   ///< 64 random bytes, the same for all credentials of an account; never an e-mail address.
  std::string user_name;     ///< For people: the account's name, shown when choosing among passkeys.
  std::string display_name;  ///< For people: the person's name.
  std::string challenge;     ///< 32 random bytes.
  std::vector<Descriptor> exclude;
  ResidentKey resident_key = ResidentKey::preferred;
  UserVerification user_verification = UserVerification::required;
  std::int64_t timeout_ms = 300'000;
};
/// What `PublicKeyCredential.parseCreationOptionsFromJSON` takes, as JSON text.
/// Errors: invalid_input for a value that is none (wrong length, not base64url, empty name, too many credentials).
Result<std::string> creation_options(const CreationRequest& request);

struct AssertionRequest {
  std::string rp_id;
  std::string challenge;          ///< 32 random bytes.
  std::vector<Descriptor> allow;  ///< Empty: any discoverable credential, the browser lets the person choose.
  UserVerification user_verification = UserVerification::required;
  std::int64_t timeout_ms = 300'000;
};
/// What `PublicKeyCredential.parseRequestOptionsFromJSON` takes, as JSON text. Errors as above.
Result<std::string> request_options(const AssertionRequest& request);

/// What an answer must fit.
struct Expectation {
  std::string challenge;             ///< As it was given in the options.
  std::vector<std::string> origins;  ///< "https://tocsin.example.org": scheme, host and any port, compared exactly.
  std::string rp_id;
  bool require_user_verification = true;  ///< PIN, finger or face; needed where the passkey is the only factor.
  /// Nobody was identified before (sign-in with a discoverable credential): the answer must name its user.
  bool require_user_handle = false;
};

/// A verified new credential. To store, unless another account has one of the same id (7.1, step 26).
struct Registered {
  std::string credential_id;
  std::string public_key;  ///< The COSE_Key (RFC 9052) as it came.
  Algorithm algorithm = Algorithm::es256;
  std::uint32_t sign_count = 0;
  std::string
      aaguid;  ///< The authenticator's model, "00000000-0000-0000-0000-000000000000" where it keeps silent. Unproven.
  bool user_verified = false;
  bool backup_eligible = false;         ///< May be copied to other devices ("synced passkey"). Never changes.
  bool backed_up = false;               ///< Is copied now.
  std::vector<std::string> transports;  ///< "internal", "usb", ...: sorted; hints for the next request.
  std::optional<bool> discoverable;     ///< What the browser says (credProps): usable without a user name. Unsigned.
};

/// A credential as it was stored.
struct Stored {
  std::string credential_id;
  std::string public_key;
  std::uint32_t sign_count = 0;
  std::string user_handle;  ///< Of the account that owns it.
  bool backup_eligible = false;
};

/// A verified sign-in. `sign_count` and `backed_up` are to be stored.
struct Asserted {
  std::uint32_t sign_count = 0;
  bool user_verified = false;
  bool backed_up = false;
  std::string user_handle;  ///< As the answer gave it, or empty.
};

/// Verifies a RegistrationResponseJSON (7.1). Errors: too_large; invalid_input for what is ill-formed; forbidden for
/// what is well-formed and not what was asked. `where` names the step's input ("clientDataJSON/origin",
/// "authData/flags").
Result<Registered> verify_registration(std::string_view response_json, const Expectation& expected);

/// Whom an answer claims to come from. Nothing is verified: only for finding the Stored that verify_assertion needs.
struct Claimed {
  std::string credential_id;
  std::string user_handle;  ///< Or empty.
};
/// Errors: too_large, invalid_input.
Result<Claimed> claimed_credential(std::string_view response_json);

/// Verifies an AuthenticationResponseJSON (7.2). Errors as for verify_registration, and conflict where everything is in
/// order, the signature too, but the counter did not grow: see is_possible_clone.
Result<Asserted> verify_assertion(std::string_view response_json, const Expectation& expected, const Stored& stored);

/// The one error of verify_assertion that says that two devices may use one private key. Worth an audit entry and a
/// word to the account's owner; nothing else gives it.
bool is_possible_clone(const Error& error) noexcept;

}  // namespace tocsin::formats::webauthn
