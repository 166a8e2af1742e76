#include "formats/webauthn/testing/authenticator.hpp"

#include <array>

#include <boost/json.hpp>
#include <fmt/format.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>

#include "base/check.hpp"
#include "base/encoding.hpp"
#include "base/json.hpp"

namespace tocsin::formats::webauthn::testing {
namespace {

std::string big_endian(std::uint64_t value, int bytes) {
  std::string out;
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 255);
  return out;
}

std::string number(const EVP_PKEY* key, const char* name) {
  BIGNUM* value = nullptr;
  TOCSIN_CHECK(EVP_PKEY_get_bn_param(key, name, &value) == 1);
  std::string bytes(static_cast<std::size_t>(BN_num_bytes(value)), '\0');
  BN_bn2bin(value, reinterpret_cast<unsigned char*>(bytes.data()));
  BN_free(value);
  return bytes;
}

std::string member(std::string_view json, std::string_view pointer) {
  const auto parsed = json::parse(json).value();
  const auto* const value = json::at_pointer(parsed.root(), pointer);
  TOCSIN_CHECK(value != nullptr && value->is_string());
  return std::string{value->as_string()};
}

std::string envelope(std::string_view id, std::string_view response, std::string_view extension_results) {
  return fmt::format(R"({{"id":"{0}","rawId":"{0}","type":"public-key","authenticatorAttachment":"platform",)"
                     R"("response":{{{1}}},"clientExtensionResults":{2}}})",
                     base64url_encode(id), response, extension_results);
}

}  // namespace

std::string client_data_json(std::string_view type, std::string_view challenge, std::string_view origin,
                             std::string_view more) {
  return fmt::format(R"({{"type":"{}","challenge":"{}","origin":"{}","crossOrigin":false{}}})", type, challenge, origin,
                     more);
}

std::string sha256_bytes(std::string_view bytes) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> hash{};
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), hash.data());
  return {hash.begin(), hash.end()};
}

std::string cbor_head(int major, std::uint64_t value) {
  const int info = value < 24 ? static_cast<int>(value) : value < 256 ? 24 : value < 65536 ? 25 : value >> 32 ? 27 : 26;
  const std::string first(1, static_cast<char>(major << 5 | info));
  return info < 24 ? first : first + big_endian(value, 1 << (info - 24));
}
std::string cbor_integer(std::int64_t value) {
  return value < 0 ? cbor_head(1, static_cast<std::uint64_t>(-1 - value))
                   : cbor_head(0, static_cast<std::uint64_t>(value));
}
std::string cbor_bytes(std::string_view bytes) { return cbor_head(2, bytes.size()) + std::string{bytes}; }
std::string cbor_text(std::string_view text) { return cbor_head(3, text.size()) + std::string{text}; }

std::string Answer::head() const { return rp_id_hash + static_cast<char>(flags) + big_endian(sign_count, 4); }

std::string Registration::auth_data() const {
  return head() + aaguid + big_endian(credential_id.size(), 2) + credential_id + cose_key + extensions + tail;
}

std::string Registration::attestation_object() const {
  return cbor_head(5, 3) + cbor_text("fmt") + cbor_text(format) + cbor_text("attStmt") + statement +
         cbor_text("authData") + cbor_bytes(auth_data());
}

std::string Registration::json() const { return json_with(attestation_object()); }

std::string Registration::json_with(std::string_view attestation_object) const {
  return envelope(id,
                  fmt::format(R"("clientDataJSON":"{}","attestationObject":"{}","transports":{})",
                              base64url_encode(client_data), base64url_encode(attestation_object), transports),
                  extension_results);
}

std::string Assertion::json() const {
  auto response =
      fmt::format(R"("clientDataJSON":"{}","authenticatorData":"{}","signature":"{}")", base64url_encode(client_data),
                  base64url_encode(auth_data()),
                  base64url_encode(signature ? *signature : signer->sign(auth_data() + sha256_bytes(client_data))));
  if (!user_handle.empty()) response += fmt::format(R"(,"userHandle":"{}")", base64url_encode(user_handle));
  return envelope(id, response, "{}");
}

void Authenticator::Free::operator()(evp_pkey_st* key) const noexcept { EVP_PKEY_free(key); }

Authenticator::Authenticator(Algorithm algorithm, int rsa_bits) : algorithm_(algorithm), credential_id_(32, '\0') {
  switch (algorithm) {
    case Algorithm::es256:
      key_.reset(EVP_EC_gen("P-256"));
      break;
    case Algorithm::eddsa:
      key_.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
      break;
    case Algorithm::rs256:
      key_.reset(EVP_RSA_gen(static_cast<unsigned>(rsa_bits)));
      break;
  }
  TOCSIN_CHECK(key_ != nullptr);
  TOCSIN_CHECK(RAND_bytes(reinterpret_cast<unsigned char*>(credential_id_.data()),
                          static_cast<int>(credential_id_.size())) == 1);
}

Registration Authenticator::create(std::string_view creation_options_json, std::string_view origin) {
  Registration made;
  made.client_data = client_data_json("webauthn.create", member(creation_options_json, "/challenge"), origin);
  made.rp_id_hash = sha256_bytes(member(creation_options_json, "/rp/id"));
  made.flags |= kAttestedCredentialData;
  made.credential_id = made.id = credential_id_;
  made.cose_key = cose_key();
  user_handle_ = base64url_decode(member(creation_options_json, "/user/id")).value();
  return made;
}

Assertion Authenticator::get(std::string_view request_options_json, std::string_view origin) {
  Assertion made;
  made.client_data = client_data_json("webauthn.get", member(request_options_json, "/challenge"), origin);
  made.rp_id_hash = sha256_bytes(member(request_options_json, "/rpId"));
  made.sign_count = counter_ == 0 ? 0 : ++counter_;
  made.id = credential_id_;
  made.user_handle = user_handle_;
  made.signer = this;
  return made;
}

std::string Authenticator::sign(std::string_view message) const {
  const auto* const bytes = reinterpret_cast<const unsigned char*>(message.data());
  const EVP_MD* const hash = algorithm_ == Algorithm::eddsa ? nullptr : EVP_sha256();
  EVP_MD_CTX* const context = EVP_MD_CTX_new();
  std::size_t size = 0;
  TOCSIN_CHECK(EVP_DigestSignInit(context, nullptr, hash, nullptr, key_.get()) == 1);
  TOCSIN_CHECK(EVP_DigestSign(context, nullptr, &size, bytes, message.size()) == 1);
  std::string signature(size, '\0');
  TOCSIN_CHECK(
      EVP_DigestSign(context, reinterpret_cast<unsigned char*>(signature.data()), &size, bytes, message.size()) == 1);
  signature.resize(size);
  EVP_MD_CTX_free(context);
  return signature;
}

std::string Authenticator::cose_key() const {
  const auto start = [this](int pairs, std::int64_t type) {
    return cbor_head(5, static_cast<std::uint64_t>(pairs)) + cbor_integer(1) + cbor_integer(type) + cbor_integer(3) +
           cbor_integer(static_cast<int>(algorithm_));
  };
  if (algorithm_ == Algorithm::rs256) {
    return start(4, 3) + cbor_integer(-1) + cbor_bytes(number(key_.get(), OSSL_PKEY_PARAM_RSA_N)) + cbor_integer(-2) +
           cbor_bytes(number(key_.get(), OSSL_PKEY_PARAM_RSA_E));
  }
  std::array<unsigned char, 65> point{};
  std::size_t size = 0;
  TOCSIN_CHECK(
      EVP_PKEY_get_octet_string_param(key_.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size(), &size) == 1);
  const std::string_view bytes{reinterpret_cast<const char*>(point.data()), size};
  if (algorithm_ == Algorithm::eddsa) {
    return start(4, 1) + cbor_integer(-1) + cbor_integer(6) + cbor_integer(-2) + cbor_bytes(bytes);
  }
  return start(5, 2) + cbor_integer(-1) + cbor_integer(1) + cbor_integer(-2) + cbor_bytes(bytes.substr(1, 32)) +
         cbor_integer(-3) + cbor_bytes(bytes.substr(33, 32));
}

}  // namespace tocsin::formats::webauthn::testing
