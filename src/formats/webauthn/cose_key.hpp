#pragma once
#include <memory>
#include <string_view>

#include "base/result.hpp"
#include "formats/webauthn/webauthn.hpp"

struct evp_pkey_st;  // OpenSSL's EVP_PKEY.

/// Public keys as authenticators write them: COSE_Key (RFC 9052, section 7; RFC 9053 for EC2 and OKP, RFC 8230 for RSA)
/// within the limits of WebAuthn, section 5.8.5: the algorithm must be there, no optional parameter may.
namespace tocsin::formats::webauthn {

inline constexpr int kRsaBitsMin = 2048, kRsaBitsMax = 4096;

class PublicKey {
 public:
  /// Errors: invalid_input for what is no such key; forbidden where the algorithm is none of ours. `where` starts with
  /// "credentialPublicKey".
  static Result<PublicKey> parse(std::string_view cose_key);

  Algorithm algorithm() const noexcept { return algorithm_; }
  /// Whether it is a key that an honest generator could have made: the point on its curve and of the right order, the
  /// modulus no prime. Some milliseconds for RSA, so at registration only. Errors: invalid_input.
  Status check() const;
  /// Whether `signature` is this key's over `message`, in the one form that WebAuthn has for the algorithm (6.5.5).
  bool verifies(std::string_view message, std::string_view signature) const;

 private:
  struct Free {
    void operator()(evp_pkey_st* key) const noexcept;
  };
  using Key = std::unique_ptr<evp_pkey_st, Free>;
  PublicKey(Algorithm algorithm, Key key) : algorithm_(algorithm), key_(std::move(key)) {}
  struct Parameters;
  static Result<Parameters> read(std::string_view cose_key);
  static Key es256(std::string_view x, std::string_view y);
  static Key eddsa(std::string_view x);
  static Key rs256(std::string_view n, std::string_view e);

  Algorithm algorithm_;
  Key key_;
};

}  // namespace tocsin::formats::webauthn
