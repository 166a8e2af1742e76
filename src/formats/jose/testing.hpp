#pragma once
#include <memory>
#include <string>
#include <string_view>

#include <openssl/evp.h>

#include "formats/jose/jose.hpp"

/// An issuer for tests: keys and the tokens they sign, also such as no honest issuer writes.
namespace tocsin::formats::jose::testing {

class PrivateKey {
 public:
  static PrivateKey rsa(unsigned bits = 2048);
  static PrivateKey p256();
  static PrivateKey ed25519();

  /// The public key as a JSON object; `more` is put behind its members: R"(,"use":"sig")".
  std::string jwk(std::string_view kid, std::string_view more = {}) const;
  std::string sign(Algorithm algorithm, std::string_view message) const;
  /// HEADER.CLAIMS.SIGNATURE, whatever the texts say.
  std::string token(std::string_view header, std::string_view claims, Algorithm algorithm) const;

 private:
  explicit PrivateKey(EVP_PKEY* key) : key_(key, EVP_PKEY_free) {}
  std::shared_ptr<EVP_PKEY> key_;
};

/// {"keys":[...]}
std::string key_set(std::initializer_list<std::string> keys);
/// HMAC-SHA256 of the first two parts under `secret`: what a confused verifier would accept.
std::string hmac_token(std::string_view header, std::string_view claims, std::string_view secret);

}  // namespace tocsin::formats::jose::testing
