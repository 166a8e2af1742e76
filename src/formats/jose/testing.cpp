#include "formats/jose/testing.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/hmac.h>
#include <openssl/rsa.h>

#include "base/check.hpp"
#include "base/encoding.hpp"

namespace tocsin::formats::jose::testing {
namespace {

std::string number(const EVP_PKEY* key, const char* name) {
  BIGNUM* value = nullptr;
  TOCSIN_CHECK(EVP_PKEY_get_bn_param(key, name, &value) == 1);
  std::string bytes(static_cast<std::size_t>(BN_num_bytes(value)), '\0');
  BN_bn2bin(value, reinterpret_cast<unsigned char*>(bytes.data()));
  BN_free(value);
  return bytes;
}

std::string padded(const std::string& bytes) { return std::string(32 - bytes.size(), '\0') + bytes; }

std::string raw_signature(const std::string& der) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  auto* signature = d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size()));
  std::array<unsigned char, 64> raw{};
  BN_bn2binpad(ECDSA_SIG_get0_r(signature), raw.data(), 32);
  BN_bn2binpad(ECDSA_SIG_get0_s(signature), raw.data() + 32, 32);
  ECDSA_SIG_free(signature);
  return {reinterpret_cast<const char*>(raw.data()), raw.size()};
}

}  // namespace

PrivateKey PrivateKey::rsa(unsigned bits) { return PrivateKey{EVP_RSA_gen(bits)}; }
PrivateKey PrivateKey::p256() { return PrivateKey{EVP_EC_gen("P-256")}; }
PrivateKey PrivateKey::ed25519() { return PrivateKey{EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")}; }

std::string PrivateKey::jwk(std::string_view kid, std::string_view more) const {
  std::string members;
  if (EVP_PKEY_is_a(key_.get(), "RSA") == 1) {
    members =
        fmt::format(R"("kty":"RSA","n":"{}","e":"{}")", base64url_encode(number(key_.get(), OSSL_PKEY_PARAM_RSA_N)),
                    base64url_encode(number(key_.get(), OSSL_PKEY_PARAM_RSA_E)));
  } else if (EVP_PKEY_is_a(key_.get(), "EC") == 1) {
    members = fmt::format(R"("kty":"EC","crv":"P-256","x":"{}","y":"{}")",
                          base64url_encode(padded(number(key_.get(), OSSL_PKEY_PARAM_EC_PUB_X))),
                          base64url_encode(padded(number(key_.get(), OSSL_PKEY_PARAM_EC_PUB_Y))));
  } else {
    std::string bytes(32, '\0');
    auto size = bytes.size();
    EVP_PKEY_get_raw_public_key(key_.get(), reinterpret_cast<unsigned char*>(bytes.data()), &size);
    members = fmt::format(R"("kty":"OKP","crv":"Ed25519","x":"{}")", base64url_encode(bytes));
  }
  return fmt::format(R"({{{},"kid":"{}"{}}})", members, kid, more);
}

std::string PrivateKey::sign(Algorithm algorithm, std::string_view message) const {
  auto* context = EVP_MD_CTX_new();
  EVP_PKEY_CTX* options = nullptr;
  const auto* digest = algorithm == Algorithm::eddsa ? nullptr : EVP_sha256();
  TOCSIN_CHECK(EVP_DigestSignInit(context, &options, digest, nullptr, key_.get()) == 1);
  if (algorithm == Algorithm::ps256) {
    EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING);
    EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST);
  }
  const auto* bytes = reinterpret_cast<const unsigned char*>(message.data());
  std::size_t size = 0;
  TOCSIN_CHECK(EVP_DigestSign(context, nullptr, &size, bytes, message.size()) == 1);
  std::string signature(size, '\0');
  TOCSIN_CHECK(
      EVP_DigestSign(context, reinterpret_cast<unsigned char*>(signature.data()), &size, bytes, message.size()) == 1);
  EVP_MD_CTX_free(context);
  signature.resize(size);
  return algorithm == Algorithm::es256 ? raw_signature(signature) : signature;
}

std::string PrivateKey::token(std::string_view header, std::string_view claims, Algorithm algorithm) const {
  const auto message = base64url_encode(header) + "." + base64url_encode(claims);
  return message + "." + base64url_encode(sign(algorithm, message));
}

std::string key_set(std::initializer_list<std::string> keys) {
  std::string out;
  for (const auto& key : keys) out += (out.empty() ? "" : ",") + key;
  return R"({"keys":[)" + out + "]}";
}

std::string hmac_token(std::string_view header, std::string_view claims, std::string_view secret) {
  const auto message = base64url_encode(header) + "." + base64url_encode(claims);
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  unsigned size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(message.data()), message.size(), mac.data(), &size);
  return message + "." + base64url_encode({reinterpret_cast<const char*>(mac.data()), size});
}

}  // namespace tocsin::formats::jose::testing
