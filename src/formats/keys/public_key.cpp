#include "formats/keys/public_key.hpp"

#include <cstdint>
#include <ctime>
#include <memory>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <rnp/rnp.h>
#include <rnp/rnp_err.h>

#include "base/check.hpp"
#include "base/text.hpp"
#include "formats/keys/rnp.hpp"

namespace tocsin::formats::keys {
namespace {

constexpr std::string_view kWhere = "key";
constexpr std::string_view kPgpBegin = "-----BEGIN PGP PUBLIC KEY BLOCK-----";
constexpr std::string_view kPgpEnd = "-----END PGP PUBLIC KEY BLOCK-----";
constexpr std::string_view kPemBegin = "-----BEGIN CERTIFICATE-----";
constexpr std::size_t kSubjectBytesMax = 500;
constexpr std::string_view kPemEnd = "-----END CERTIFICATE-----";

Error refused(std::string_view message) { return Error::invalid(std::string{message}, std::string{kWhere}); }
Error damaged_pgp() { return refused("This is no OpenPGP public key that can be read"); }
Error damaged_certificate() { return refused("This is no certificate that can be read"); }

// Debian's build writes its complaints about damaged keys to standard error and has no working switch against it: a
// line for whoever reads the log beside ours, of those who may add keys only, and never with the key's content.
Rnp<rnp_ffi_st> make_ffi() {
  rnp_ffi_t made = nullptr;
  TOCSIN_CHECK(rnp_ffi_create(&made, "GPG", "GPG") == RNP_SUCCESS);
  return Rnp<rnp_ffi_st>{made};
}

Result<std::string> openpgp_fingerprint(std::string_view armoured) {
  const auto ffi = make_ffi();
  rnp_input_t made = nullptr;
  if (rnp_input_from_memory(&made, reinterpret_cast<const std::uint8_t*>(armoured.data()), armoured.size(), false) !=
      RNP_SUCCESS) {
    return damaged_pgp();
  }
  const Rnp<rnp_input_st> input{made};
  // Secret keys are loaded, too, so that they are noticed whatever the armour says.
  if (rnp_load_keys(ffi.get(), "GPG", input.get(), RNP_LOAD_SAVE_PUBLIC_KEYS | RNP_LOAD_SAVE_SECRET_KEYS) !=
      RNP_SUCCESS) {
    return damaged_pgp();
  }
  std::size_t secret = 0;
  if (rnp_get_secret_key_count(ffi.get(), &secret) != RNP_SUCCESS) return damaged_pgp();
  if (secret > 0) return refused("This holds a secret key. Keep it to yourself, and give its public key");

  rnp_identifier_iterator_t started = nullptr;
  if (rnp_identifier_iterator_create(ffi.get(), &started, "fingerprint") != RNP_SUCCESS) return damaged_pgp();
  const Rnp<rnp_identifier_iterator_st> each{started};
  std::string primary;
  const char* fingerprint = nullptr;
  while (rnp_identifier_iterator_next(each.get(), &fingerprint) == RNP_SUCCESS && fingerprint != nullptr) {
    rnp_key_handle_t found = nullptr;
    if (rnp_locate_key(ffi.get(), "fingerprint", fingerprint, &found) != RNP_SUCCESS || found == nullptr) continue;
    const Rnp<rnp_key_handle_st> key{found};
    bool is_primary = false;
    if (rnp_key_is_primary(key.get(), &is_primary) != RNP_SUCCESS || !is_primary) continue;
    if (!primary.empty()) return refused("These are several keys; give them one by one");
    bool valid = false;
    if (rnp_key_is_valid(key.get(), &valid) != RNP_SUCCESS || !valid) {
      return refused("This key has expired, was revoked, or is damaged: its own signature does not hold");
    }
    primary = fingerprint;
  }
  if (primary.empty()) return damaged_pgp();
  return primary;
}

using X509Owner = std::unique_ptr<X509, decltype(&X509_free)>;

X509Owner parse_certificate(std::string_view pem) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> memory{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())),
                                                         &BIO_free};
  TOCSIN_CHECK(memory != nullptr);
  // No password is ever asked for: a certificate has none.
  return {PEM_read_bio_X509(memory.get(), nullptr, [](char*, int, int, void*) { return -1; }, nullptr), &X509_free};
}

Result<std::string> certificate_fingerprint(std::string_view pem) {
  const auto certificate = parse_certificate(pem);
  if (!certificate) return damaged_certificate();
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (X509_digest(certificate.get(), EVP_sha256(), digest, &size) != 1) return damaged_certificate();
  std::string hex;
  for (unsigned int i = 0; i < size; ++i) {
    hex += "0123456789ABCDEF"[digest[i] >> 4];
    hex += "0123456789ABCDEF"[digest[i] & 15];
  }
  return hex;
}

std::string subject_of(const X509& certificate) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> memory{BIO_new(BIO_s_mem()), &BIO_free};
  TOCSIN_CHECK(memory != nullptr);
  X509_NAME_print_ex(memory.get(), X509_get_subject_name(&certificate), 0, XN_FLAG_RFC2253);
  char* bytes = nullptr;
  const auto size = BIO_get_mem_data(memory.get(), &bytes);
  return std::string{text::shorten(std::string_view{bytes, static_cast<std::size_t>(size)}, kSubjectBytesMax)};
}

/// Nothing before the first line and nothing after the last, so that no second thing travels along unread.
bool is_one_block(std::string_view text, std::string_view begin, std::string_view end) {
  return text.starts_with(begin) && text.find("-----BEGIN", begin.size()) == std::string_view::npos &&
         text.find(end) == text.size() - end.size();
}

}  // namespace

Result<PublicKey> read_public_key(std::string_view text) {
  if (text.size() > kPublicKeyBytesMax) return Error::too_large("the key", kPublicKeyBytesMax, std::string{kWhere});
  if (text::contains(text, "PRIVATE KEY")) {
    return refused("This holds a secret key. Keep it to yourself, and give its public key or certificate");
  }
  const auto block = text::trim(text);
  if (block.starts_with(kPemBegin)) {
    if (!is_one_block(block, kPemBegin, kPemEnd)) return refused("Give one certificate, and nothing beside it");
    TRY(auto fingerprint, certificate_fingerprint(block));
    return PublicKey{PublicKey::Kind::certificate, std::move(fingerprint), std::string{block} + '\n'};
  }
  if (block.starts_with(kPgpBegin)) {
    if (!is_one_block(block, kPgpBegin, kPgpEnd)) return refused("Give one key block, and nothing beside it");
    TRY(auto fingerprint, openpgp_fingerprint(block));
    return PublicKey{PublicKey::Kind::openpgp, std::move(fingerprint), std::string{block} + '\n'};
  }
  return refused(
      "A key is an armoured OpenPGP public key ('-----BEGIN PGP PUBLIC KEY BLOCK-----') or a PEM certificate "
      "('-----BEGIN CERTIFICATE-----')");
}

Result<Certificate> read_certificate(std::string_view pem) {
  TRY(const auto key, read_public_key(pem));
  if (key.kind != PublicKey::Kind::certificate) return refused("This is no certificate");
  const auto x509 = parse_certificate(key.body);
  std::tm end{};
  if (!x509 || ASN1_TIME_to_tm(X509_get0_notAfter(x509.get()), &end) != 1) return damaged_certificate();
  return Certificate{.fingerprint = text::lower_ascii(key.fingerprint),
                     .subject = subject_of(*x509),
                     .not_after = {static_cast<std::int64_t>(timegm(&end)) * 1'000'000}};
}

}  // namespace tocsin::formats::keys
