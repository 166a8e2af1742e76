#include "formats/webauthn/cose_key.hpp"

#include <array>
#include <optional>
#include <string>

#include <fmt/format.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <sodium/crypto_core_ed25519.h>

#include "formats/webauthn/cbor.hpp"

namespace tocsin::formats::webauthn {
namespace {

constexpr std::string_view kWhere = "credentialPublicKey";

// IANA "COSE Key Types", "COSE Key Common Parameters" and "COSE Key Type Parameters". The parameters -1, -2 and -3 mean
// different things for each type: curve, x and y of a point; modulus (-1) and exponent (-2) of RSA.
constexpr std::int64_t kOkp = 1, kEc2 = 2, kRsa = 3;
constexpr std::int64_t kKty = 1, kAlg = 3;
constexpr std::int64_t kP256 = 1, kEd25519 = 6;
constexpr std::size_t kCoordinateBytes = 32;

template <auto function>
struct Call {
  template <class T>
  void operator()(T* each) const noexcept {
    function(each);
  }
};
using Context = std::unique_ptr<EVP_PKEY_CTX, Call<EVP_PKEY_CTX_free>>;
using Number = std::unique_ptr<BIGNUM, Call<BN_free>>;
using Builder = std::unique_ptr<OSSL_PARAM_BLD, Call<OSSL_PARAM_BLD_free>>;
using Params = std::unique_ptr<OSSL_PARAM, Call<OSSL_PARAM_free>>;
using Digest = std::unique_ptr<EVP_MD_CTX, Call<EVP_MD_CTX_free>>;

/// What fails in here is an answer, and must not be found later by TLS in the thread's queue of errors.
struct QuietErrors {
  QuietErrors() { ERR_set_mark(); }
  ~QuietErrors() { ERR_pop_to_mark(); }
  QuietErrors(const QuietErrors&) = delete;
  QuietErrors& operator=(const QuietErrors&) = delete;
};

const unsigned char* raw(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }

Number number(std::string_view bytes) { return Number{BN_bin2bn(raw(bytes), static_cast<int>(bytes.size()), nullptr)}; }

EVP_PKEY* from_params(const char* type, OSSL_PARAM_BLD* builder) {
  const Params params{OSSL_PARAM_BLD_to_param(builder)};
  const Context context{EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr)};
  EVP_PKEY* key = nullptr;
  if (!params || !context || EVP_PKEY_fromdata_init(context.get()) != 1) return nullptr;
  return EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get()) == 1 ? key : nullptr;
}

Error invalid(std::string message) { return Error::invalid(std::move(message), std::string{kWhere}); }

/// Bits of a modulus without leading zero bytes, which RFC 8230 forbids; 0 for what is none.
int bits_of(std::string_view n) {
  if (n.empty() || n.front() == '\0' || n.size() > kRsaBitsMax / 8) return 0;
  return BN_num_bits(number(n).get());
}

}  // namespace

struct PublicKey::Parameters {
  std::optional<std::int64_t> kty, alg, curve;
  std::string_view minus_1, minus_2, minus_3;
};

void PublicKey::Free::operator()(evp_pkey_st* key) const noexcept { EVP_PKEY_free(key); }

Result<PublicKey::Parameters> PublicKey::read(std::string_view cose_key) {
  CborReader whole{cose_key, std::string{kWhere}};
  TRY_VOID(whole.item());  // No key twice, nothing ill-formed.
  TRY_VOID(whole.end());
  CborReader reader{cose_key, std::string{kWhere}};
  TRY(const auto pairs, reader.map());
  Parameters read;
  for (std::size_t i = 0; i < pairs; ++i) {
    TRY(const auto label, reader.integer());
    const bool is_integer = reader.next_is_integer();
    if (label == kKty || label == kAlg || (label == -1 && is_integer)) {
      TRY(const auto value, reader.integer());
      (label == kKty ? read.kty : label == kAlg ? read.alg : read.curve) = value;
    } else if (label <= -1 && label >= -3) {
      TRY(const auto value, reader.bytes());
      (label == -1 ? read.minus_1 : label == -2 ? read.minus_2 : read.minus_3) = value;
    } else {
      return reader.error(fmt::format("the key has the parameter {}, which is not allowed there", label));
    }
  }
  return read;
}

PublicKey::Key PublicKey::es256(std::string_view x, std::string_view y) {
  const auto point = fmt::format("\x04{}{}", x, y);
  const Builder builder{OSSL_PARAM_BLD_new()};
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0);
  OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size());
  return Key{from_params("EC", builder.get())};
}

PublicKey::Key PublicKey::eddsa(std::string_view x) {
  // OpenSSL takes any 32 bytes. libsodium looks whether they are a point, in its canonical form, of the large order.
  if (crypto_core_ed25519_is_valid_point(raw(x)) != 1) return Key{};
  return Key{EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, raw(x), x.size())};
}

PublicKey::Key PublicKey::rs256(std::string_view n, std::string_view e) {
  const auto modulus = number(n);
  const auto exponent = number(e);
  const Builder builder{OSSL_PARAM_BLD_new()};
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get());
  return Key{from_params("RSA", builder.get())};
}

Result<PublicKey> PublicKey::parse(std::string_view cose_key) {
  const QuietErrors quiet;
  TRY(const auto read, PublicKey::read(cose_key));
  if (!read.kty || !read.alg) return invalid("the key does not say its type and algorithm");
  const auto& [kty, alg, curve, minus_1, minus_2, minus_3] = read;
  Key key;
  if (*alg == static_cast<int>(Algorithm::es256)) {
    if (kty != kEc2 || curve != kP256) return invalid("an ES256 key is on the curve P-256");
    if (minus_2.size() != kCoordinateBytes || minus_3.size() != kCoordinateBytes) {
      return invalid("an ES256 key has two coordinates of 32 bytes");
    }
    key = es256(minus_2, minus_3);
  } else if (*alg == static_cast<int>(Algorithm::eddsa)) {
    if (kty != kOkp || curve != kEd25519) return invalid("an EdDSA key is on the curve Ed25519");
    if (minus_2.size() != kCoordinateBytes || !minus_3.empty()) return invalid("an EdDSA key has 32 bytes");
    key = eddsa(minus_2);
  } else if (*alg == static_cast<int>(Algorithm::rs256)) {
    if (kty != kRsa || curve || !minus_3.empty()) return invalid("an RS256 key has a modulus and an exponent");
    const int bits = bits_of(minus_1);
    if (bits < kRsaBitsMin || bits > kRsaBitsMax || (minus_1.back() & 1) == 0) {
      return invalid(fmt::format("an RSA modulus is an odd number of {} to {} bits", kRsaBitsMin, kRsaBitsMax));
    }
    // NIST SP 800-56B: an odd exponent above 2^16. Every authenticator takes 65537; four bytes bound the work.
    if (minus_2.size() < 3 || minus_2.size() > 4 || minus_2.front() == '\0' || (minus_2.back() & 1) == 0) {
      return invalid("an RSA exponent is an odd number from 65537 to 32 bits");
    }
    key = rs256(minus_1, minus_2);
  } else {
    auto error = Error::forbidden(fmt::format("the key's algorithm {} was not offered", *alg));
    error.where = kWhere;
    return error;
  }
  if (!key) return invalid("the key is no point of its curve");
  return PublicKey{static_cast<Algorithm>(*alg), std::move(key)};
}

Status PublicKey::check() const {
  if (algorithm_ == Algorithm::eddsa) return ok();  // Was looked at when it was read; OpenSSL has no such check.
  const QuietErrors quiet;
  const Context context{EVP_PKEY_CTX_new_from_pkey(nullptr, key_.get(), nullptr)};
  if (!context || EVP_PKEY_public_check(context.get()) != 1) return invalid("the key is not a valid public key");
  return ok();
}

bool PublicKey::verifies(std::string_view message, std::string_view signature) const {
  const QuietErrors quiet;
  const Digest context{EVP_MD_CTX_new()};
  // Ed25519 hashes by itself; RSA's padding is PKCS #1 v1.5 by default, which is RS256.
  const EVP_MD* const hash = algorithm_ == Algorithm::eddsa ? nullptr : EVP_sha256();
  return context && EVP_DigestVerifyInit(context.get(), nullptr, hash, nullptr, key_.get()) == 1 &&
         EVP_DigestVerify(context.get(), raw(signature), signature.size(), raw(message), message.size()) == 1;
}

}  // namespace tocsin::formats::webauthn
