#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "formats/keys/public_key.hpp"

/// Public keys that mail is encrypted to: OpenPGP (RFC 4880) and X.509 certificates for S/MIME (RFC 8550). Pure
/// functions: any thread may call them.
namespace tocsin::formats::keys {

/// One that can be encrypted to now.
struct MailKey {
  PublicKey::Kind kind = PublicKey::Kind::openpgp;
  std::string fingerprint;              ///< As PublicKey::fingerprint.
  std::string algorithm;                ///< Of what is encrypted with: "RSA 3072", "ECDH Curve25519".
  std::optional<Timestamp> expires_at;  ///< First moment at which it cannot be used; none: it does not expire.
  std::vector<std::string> addresses;   ///< Mail addresses that it says it belongs to, in lower case. Not verified.
  std::string body;                     ///< PublicKey::body.
};

/// Of an OpenPGP key the newest of its subkeys that may encrypt, is neither revoked nor expired, and is strong: RSA of
/// 2048 bits and more, or an elliptic curve of 256. Of a certificate its own key: RSA with keyEncipherment, an elliptic
/// curve with keyAgreement, and where it names purposes, that of mail. Nobody verifies who it belongs to.
/// Errors: as read_public_key; invalid_input for what cannot be encrypted to at `now`, with the reason; `where` =
/// "key".
Result<MailKey> read_mail_key(std::string_view text, Timestamp now);

/// To the key that read_mail_key finds in `body` at `now`.
/// OpenPGP: an armoured message (AES-256 with MDC, not compressed, not signed). S/MIME: EnvelopedData in DER (RFC 8551,
/// AES-256-CBC). Errors: as read_mail_key; internal.
Result<std::string> encrypt_to(std::string_view body, std::string_view plain, Timestamp now);

/// A fingerprint in groups of four, for people to compare.
std::string grouped(std::string_view fingerprint);

}  // namespace tocsin::formats::keys
