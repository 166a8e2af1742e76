#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include "base/encoding.hpp"
#include "base/text.hpp"
#include "formats/jose/jose.hpp"

namespace tocsin::formats::jose {
namespace {

template <auto release>
struct Release {
  template <class T>
  void operator()(T* object) const noexcept {
    release(object);
  }
};
template <class T, auto release>
using Owned = std::unique_ptr<T, Release<release>>;
using OwnedKey = Owned<EVP_PKEY, EVP_PKEY_free>;
using OwnedContext = Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using OwnedNumber = Owned<BIGNUM, BN_free>;

constexpr std::size_t kP256Bytes = 32;
constexpr std::size_t kEd25519Bytes = 32;
constexpr std::size_t kKidBytesMax = 512;

enum class KeyType { rsa, p256, ed25519 };

KeyType type_for(Algorithm algorithm) noexcept {
  switch (algorithm) {
    case Algorithm::rs256:
    case Algorithm::ps256:
      return KeyType::rsa;
    case Algorithm::es256:
      return KeyType::p256;
    case Algorithm::eddsa:
      return KeyType::ed25519;
  }
  return KeyType::rsa;
}

const unsigned char* bytes_of(std::string_view text) noexcept {
  return reinterpret_cast<const unsigned char*>(text.data());
}
OwnedNumber number_of(std::string_view big_endian) {
  return OwnedNumber{BN_bin2bn(bytes_of(big_endian), static_cast<int>(big_endian.size()), nullptr)};
}

/// OpenSSL keeps what went wrong in a queue of the thread; left there, it would be read as somebody else's error.
struct QuietErrors {
  QuietErrors() = default;
  QuietErrors(const QuietErrors&) = delete;
  QuietErrors& operator=(const QuietErrors&) = delete;
  ~QuietErrors() { ERR_clear_error(); }
};

/// Refuses points off the curve. RSA moduli are not tested for being composite of two primes: that takes seconds, and
/// whoever gives out another kind harms themselves only.
OwnedKey key_from(const char* type, OSSL_PARAM_BLD* builder) {
  const Owned<OSSL_PARAM, OSSL_PARAM_free> params{OSSL_PARAM_BLD_to_param(builder)};
  const OwnedContext context{EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr)};
  EVP_PKEY* key = nullptr;
  if (!params || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get()) != 1) {
    return nullptr;
  }
  return OwnedKey{key};
}

Result<std::string> member_bytes(const boost::json::value& jwk, std::string_view name) {
  auto bytes = base64url_decode(json::string_at(jwk, name));
  if (!bytes || bytes->empty()) return Error::invalid(fmt::format("its '{}' is no base64url", name));
  return std::move(*bytes);
}

Result<OwnedKey> rsa_key(const boost::json::value& jwk) {
  TRY(const auto modulus, member_bytes(jwk, "n"));
  TRY(const auto exponent, member_bytes(jwk, "e"));
  // Before any arithmetic: the work grows with both.
  if (modulus.size() > kRsaBitsMax / 8 || exponent.size() > 8) {
    return Error::invalid(fmt::format("RSA keys have at most {} bits and an exponent of 64", kRsaBitsMax));
  }
  const auto n = number_of(modulus);
  const auto e = number_of(exponent);
  const Owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free> builder{OSSL_PARAM_BLD_new()};
  if (!n || !e || !builder) return Error::internal("out of memory");
  if (BN_num_bits(n.get()) < kRsaBitsMin) {
    return Error::invalid(
        fmt::format("RSA keys have at least {} bits, this one has {}", kRsaBitsMin, BN_num_bits(n.get())));
  }
  if (!BN_is_odd(n.get()) || !BN_is_odd(e.get()) || BN_is_one(e.get())) {
    return Error::invalid("its numbers are those of no RSA key");
  }
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get());
  auto key = key_from("RSA", builder.get());
  if (!key) return Error::invalid("its numbers are those of no RSA key");
  return key;
}

Result<OwnedKey> p256_key(const boost::json::value& jwk) {
  TRY(const auto x, member_bytes(jwk, "x"));
  TRY(const auto y, member_bytes(jwk, "y"));
  if (x.size() != kP256Bytes || y.size() != kP256Bytes) {  // RFC 7518 section 6.2.1.2: always the full size.
    return Error::invalid("the coordinates of a P-256 key have 32 bytes each");
  }
  const auto point = "\x04" + x + y;
  const Owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free> builder{OSSL_PARAM_BLD_new()};
  if (!builder) return Error::internal("out of memory");
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0);
  OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size());
  auto key = key_from("EC", builder.get());
  if (!key) return Error::invalid("its point is not on the curve P-256");
  return key;
}

Result<OwnedKey> ed25519_key(const boost::json::value& jwk) {
  TRY(const auto x, member_bytes(jwk, "x"));
  if (x.size() != kEd25519Bytes) return Error::invalid("an Ed25519 key has 32 bytes");
  OwnedKey key{EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes_of(x), x.size())};
  if (!key) return Error::invalid("it is no Ed25519 key");
  return key;
}

/// r and s, 32 bytes each (RFC 7518 section 3.4), as the DER that OpenSSL reads.
std::string der_signature(std::string_view raw) {
  auto r = number_of(raw.substr(0, kP256Bytes));
  auto s = number_of(raw.substr(kP256Bytes));
  const Owned<ECDSA_SIG, ECDSA_SIG_free> signature{ECDSA_SIG_new()};
  if (!r || !s || !signature || ECDSA_SIG_set0(signature.get(), r.get(), s.get()) != 1) return {};
  static_cast<void>(r.release());
  static_cast<void>(s.release());
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(signature.get(), &der);
  if (size <= 0) return {};
  std::string out{reinterpret_cast<const char*>(der), static_cast<std::size_t>(size)};
  OPENSSL_free(der);
  return out;
}

bool lists(const boost::json::array& texts, std::string_view wanted) {
  return std::ranges::any_of(texts, [&](const auto& each) { return each.is_string() && each.get_string() == wanted; });
}

}  // namespace

struct Key::Handle {
  KeyType type;
  OwnedKey key;
};

Key::Key(std::string kid, std::optional<Algorithm> algorithm, std::shared_ptr<const Handle> handle)
    : kid_(std::move(kid)), algorithm_(algorithm), handle_(std::move(handle)) {}

bool Key::fits(Algorithm algorithm) const noexcept {
  return handle_->type == type_for(algorithm) && (!algorithm_ || *algorithm_ == algorithm);
}

bool Key::verify(Algorithm algorithm, std::string_view message, std::string_view signature) const {
  if (!fits(algorithm)) return false;
  const QuietErrors quiet;
  std::string der;
  if (algorithm == Algorithm::es256) {
    if (signature.size() != 2 * kP256Bytes) return false;
    der = der_signature(signature);
    signature = der;
  }
  const Owned<EVP_MD_CTX, EVP_MD_CTX_free> context{EVP_MD_CTX_new()};
  const auto* digest = algorithm == Algorithm::eddsa ? nullptr : EVP_sha256();
  EVP_PKEY_CTX* options = nullptr;
  if (!context || EVP_DigestVerifyInit(context.get(), &options, digest, nullptr, handle_->key.get()) != 1) return false;
  if (algorithm == Algorithm::ps256 && (EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) != 1 ||
                                        EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST) != 1 ||
                                        EVP_PKEY_CTX_set_rsa_mgf1_md(options, EVP_sha256()) != 1)) {
    return false;
  }
  return EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(message), message.size()) == 1;
}

namespace {

Result<Key> read_key(const boost::json::value& jwk, std::string kid) {
  const auto type = json::string_at(jwk, "kty");
  if (kid.size() > kKidBytesMax) return Error::invalid(fmt::format("its kid is longer than {} bytes", kKidBytesMax));
  if (const auto* use = json::find(jwk, "use"); use != nullptr && (!use->is_string() || use->get_string() != "sig")) {
    return Error::invalid("it is not meant for signatures ('use')");
  }
  if (const auto* operations = json::find(jwk, "key_ops");
      operations != nullptr && !lists(json::array_at(jwk, "key_ops"), "verify")) {
    return Error::invalid("it is not meant for verifying ('key_ops')");
  }
  std::optional<Algorithm> algorithm;
  if (const auto* named = json::find(jwk, "alg")) {
    algorithm = named->is_string() ? parse_algorithm(named->get_string()) : std::nullopt;
    if (!algorithm) return Error::invalid("its algorithm ('alg') is none of RS256, PS256, ES256 and EdDSA");
  }
  // Whoever read the key set could sign with it.
  if (json::find(jwk, "d") != nullptr) return Error::invalid("its private part is published, so anybody can sign");
  auto handle = std::make_shared<Key::Handle>();
  if (type == "RSA") {
    handle->type = KeyType::rsa;
    TRY(handle->key, rsa_key(jwk));
  } else if (type == "EC" && json::string_at(jwk, "crv") == "P-256") {
    handle->type = KeyType::p256;
    TRY(handle->key, p256_key(jwk));
  } else if (type == "OKP" && json::string_at(jwk, "crv") == "Ed25519") {
    handle->type = KeyType::ed25519;
    TRY(handle->key, ed25519_key(jwk));
  } else {
    return Error::invalid("only keys of type RSA, EC with P-256 and OKP with Ed25519 are used");
  }
  if (algorithm && type_for(*algorithm) != handle->type) {
    return Error::invalid("its type and its algorithm do not fit together");
  }
  return Key{std::move(kid), algorithm, std::move(handle)};
}

}  // namespace

Result<KeySet> parse_jwks(std::string_view text) {
  if (text.size() > kKeySetBytesMax) return Error::too_large("the key set", kKeySetBytesMax);
  TRY(const auto parsed, json::parse(text, {.bytes_max = kKeySetBytesMax, .depth_max = 8}));
  const auto* listed = json::find(parsed.root(), "keys");
  if (listed == nullptr || !listed->is_array()) {
    return Error::invalid("a JSON Web Key Set is an object with the array 'keys' (RFC 7517 section 5)");
  }
  const auto& array = listed->get_array();
  if (array.size() > kKeysMax) {
    return Error{Error::Code::too_large,
                 fmt::format("a key set has at most {} keys, not {}", kKeysMax, array.size()),
                 "/keys",
                 {}};
  }
  const QuietErrors quiet;
  KeySet set;
  for (const auto& jwk : array) {
    std::string kid{json::string_at(jwk, "kid")};
    if (auto key = read_key(jwk, kid)) {
      set.keys.push_back(std::move(*key));
    } else {
      set.unusable.push_back({std::move(kid), key.error().message});
    }
  }
  return set;
}

}  // namespace tocsin::formats::jose
