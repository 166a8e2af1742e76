#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"

/// Public keys that organisations publish: OpenPGP (RFC 4880, RFC 9580) and X.509 certificates (RFC 5280, RFC 7468).
/// Pure functions: any thread may call them.
namespace tocsin::formats::keys {

/// Bytes. A key with many signatures has some tens of thousands.
inline constexpr std::size_t kPublicKeyBytesMax = std::size_t{256} << 10;

struct PublicKey {
  enum class Kind { openpgp, certificate } kind = Kind::openpgp;
  std::string fingerprint;  ///< Upper-case hex: OpenPGP's own; of a certificate, SHA-256 of its DER form.
  std::string body;         ///< The text that holds the key and nothing beside it.
};
/// One armoured OpenPGP public key with its subkeys, or one PEM certificate, blanks around it allowed. Errors:
/// too_large; invalid_input for secret keys, several keys, text beside the key, and what is damaged; `where` = "key".
/// No message repeats what was given: it may have been a secret.
Result<PublicKey> read_public_key(std::string_view text);

/// What a certificate says of itself. Nobody has verified it.
struct Certificate {
  std::string fingerprint;  ///< SHA-256 of its DER form, lower-case hex.
  std::string subject;      ///< RFC 4514, ASCII: "CN=probe 7,O=Water works".
  Timestamp not_after;      ///< Last moment of its validity.
};
/// One PEM certificate. Errors: as read_public_key.
Result<Certificate> read_certificate(std::string_view pem);

}  // namespace tocsin::formats::keys
