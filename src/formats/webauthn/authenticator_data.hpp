#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.hpp"

/// What the authenticator signs (section 6.1): 32 bytes hash of the relying party's id, flags, counter, at registration
/// the new credential (6.5.2), and extensions.
namespace tocsin::formats::webauthn {

inline constexpr std::size_t kRpIdHashBytes = 32, kAaguidBytes = 16;

/// The bits of `flags`; 1 and 5 are reserved.
enum Flag : std::uint8_t {
  kUserPresent = 1 << 0,
  kUserVerified = 1 << 2,
  kBackupEligible = 1 << 3,
  kBackupState = 1 << 4,
  kAttestedCredentialData = 1 << 6,
  kExtensionData = 1 << 7,
};

/// Views of the bytes that were read.
struct AuthenticatorData {
  struct Credential {
    std::string_view aaguid, id, public_key;
  };
  std::string_view rp_id_hash;
  std::uint8_t flags = 0;
  std::uint32_t sign_count = 0;
  std::optional<Credential> credential;

  bool has(Flag flag) const noexcept { return (flags & flag) != 0; }
};

/// Errors: invalid_input (too short, too long, a credential id of a wrong length, ill-formed CBOR), `where` =
/// "authData" and an offset.
Result<AuthenticatorData> read_authenticator_data(std::string_view bytes);

}  // namespace tocsin::formats::webauthn
