#pragma once
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "base/result.hpp"

/// Signed tokens that others issue: JSON Web Signature (RFC 7515), Key (RFC 7517), Algorithms (RFC 7518, RFC 8037) and
/// Token (RFC 7519), with what RFC 8725 learnt from attacks. Only verifying, only signatures of public keys. Pure
/// functions: any thread may call them.
namespace tocsin::formats::jose {

inline constexpr std::size_t kTokenBytesMax = std::size_t{16} << 10;
inline constexpr std::size_t kKeySetBytesMax = std::size_t{64} << 10;
inline constexpr std::size_t kKeysMax = 50;
inline constexpr int kRsaBitsMin = 2048;
inline constexpr int kRsaBitsMax = 8192;  ///< Verifying costs the square of it.

/// What a token may be signed with. There is no "none" and no HMAC: a list of these cannot name them.
enum class Algorithm { rs256, ps256, es256, eddsa };
std::string_view name(Algorithm algorithm) noexcept;  ///< "RS256"
/// "EdDSA" and RFC 9864's "Ed25519" are the same here.
std::optional<Algorithm> parse_algorithm(std::string_view name) noexcept;
std::span<const Algorithm> all_algorithms() noexcept;

/// A public key that is strong enough and meant for signatures. Copies share the key.
class Key {
 public:
  struct Handle;  ///< OpenSSL's key.
  Key(std::string kid, std::optional<Algorithm> algorithm, std::shared_ptr<const Handle> handle);
  const std::string& kid() const noexcept { return kid_; }
  /// Of the right type, and no other algorithm was named in the set.
  bool fits(Algorithm algorithm) const noexcept;
  bool verify(Algorithm algorithm, std::string_view message, std::string_view signature) const;

 private:
  std::string kid_;
  std::optional<Algorithm> algorithm_;
  std::shared_ptr<const Handle> handle_;
};

/// A key that may not be used, and why: RFC 7517 section 5 passes over what it cannot use instead of refusing the set.
struct UnusableKey {
  std::string kid;
  std::string reason;
};
struct KeySet {
  std::vector<Key> keys;
  std::vector<UnusableKey> unusable;
};

/// Reads a JSON Web Key Set. RSA, EC on P-256 and OKP with Ed25519 become keys; other types, keys for encryption, weak
/// ones, points off the curve and keys whose private part is published become `unusable`. Errors: too_large (bytes,
/// keys); invalid_input for what is no key set.
Result<KeySet> parse_jwks(std::string_view json);

struct JwsRules {
  std::span<const Algorithm> allowed;
  /// Media type in the header without "application/". A token that names another type is refused (RFC 8725 section
  /// 3.11); one that names none passes for "JWT" only.
  std::string_view type = "JWT";
};
struct Jws {
  json::Parsed header;
  std::string payload;
  Algorithm algorithm;
};
struct Jwt {
  json::Parsed header;
  json::Parsed claims;  ///< Always an object.
  Algorithm algorithm;
};

/// Compact serialisation. Errors: too_large; not_found where the set has no usable key of this kid (the issuer may have
/// changed keys: fetch the set anew, once); forbidden where the signature does not verify or the algorithm is not
/// allowed; invalid_input for everything else. A token without kid is taken only where one key alone fits its
/// algorithm.
Result<Jws> verify_jws(std::string_view compact, const KeySet& keys, const JwsRules& rules);
/// The same, and the payload is a JSON object. Says nothing of who may use it and when: see formats/oidc.
Result<Jwt> verify_jwt(std::string_view compact, const KeySet& keys, const JwsRules& rules);

}  // namespace tocsin::formats::jose
