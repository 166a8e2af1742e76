#include "formats/keys/certificate_mail.hpp"

#include <ctime>
#include <memory>

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/messages.hpp"
#include "base/text.hpp"

namespace tocsin::formats::keys {
namespace {

constexpr int kRsaBitsMin = 2048, kCurveBitsMin = 256;
constexpr int kAddressesMax = 20;
constexpr std::int64_t kSecond = 1'000'000;

template <auto kFree>
struct Free {
  template <class T>
  void operator()(T* it) const noexcept {
    kFree(it);
  }
};
using Bio = std::unique_ptr<BIO, Free<BIO_free>>;
using Certificate509 = std::unique_ptr<X509, Free<X509_free>>;

Error refused(std::string_view message) { return Error::invalid(std::string{message}, "key"); }
Error failed() { return Error::internal("S/MIME: the mail could not be encrypted"); }

Certificate509 parse(std::string_view pem) {
  const Bio memory{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
  if (!memory) return nullptr;
  return Certificate509{PEM_read_bio_X509(memory.get(), nullptr, [](char*, int, int, void*) { return -1; }, nullptr)};
}

std::optional<Timestamp> moment(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return std::nullopt;
  return Timestamp{static_cast<std::int64_t>(timegm(&parts)) * kSecond};
}

/// "RSA 3072"; an error says why it will not do.
Result<std::string> usable_algorithm(X509& certificate) {
  auto* const key = X509_get0_pubkey(&certificate);
  if (key == nullptr) return refused(tr<"This is no certificate that can be read">());
  // All bits where the certificate names no usage (RFC 5280 section 4.2.1.3).
  const auto usage = X509_get_key_usage(&certificate);
  const int bits = EVP_PKEY_get_bits(key);
  Error weak = refused(
      tr<"This key is too weak: it takes RSA of 2048 bits and more, or an elliptic curve of 256 bits and more">());
  switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA:
      if ((usage & KU_KEY_ENCIPHERMENT) == 0) {
        return refused(tr<"This certificate is not for encrypting: its key usage lacks keyEncipherment">());
      }
      if (bits < kRsaBitsMin) return weak;
      return fmt::format("RSA {}", bits);
    case EVP_PKEY_EC: {
      if ((usage & KU_KEY_AGREEMENT) == 0) {
        return refused(tr<"This certificate is not for encrypting: its key usage lacks keyAgreement">());
      }
      if (bits < kCurveBitsMin) return weak;
      char curve[64] = {};
      std::size_t size = 0;
      if (EVP_PKEY_get_group_name(key, curve, sizeof curve, &size) != 1) {
        return refused(tr<"This certificate's key is of a kind that S/MIME does not encrypt to here; RSA and elliptic "
                          "curves by name do">());
      }
      return fmt::format("ECDH {}", std::string_view{curve, size});
    }
    default:
      return refused(tr<"This certificate's key is of a kind that S/MIME does not encrypt to here; RSA and elliptic "
                        "curves by name do">());
  }
}

struct Usable {
  Certificate509 certificate;
  std::string algorithm;
  Timestamp expires_at;
};

Result<Usable> usable(const PublicKey& read, Timestamp now) {
  Usable out{.certificate = parse(read.body), .algorithm = {}, .expires_at = {}};
  if (!out.certificate) return refused(tr<"This is no certificate that can be read">());
  auto& certificate = *out.certificate;
  // Also reads the extensions: one that is damaged would be as good as not there.
  if ((X509_get_extension_flags(&certificate) & EXFLAG_INVALID) != 0) {
    return refused(tr<"This is no certificate that can be read">());
  }
  const auto from = moment(X509_get0_notBefore(&certificate));
  const auto last = moment(X509_get0_notAfter(&certificate));
  if (!from || !last) return refused(tr<"This is no certificate that can be read">());
  if (now < *from) return refused(tr<"This certificate is not valid yet">());
  // The last second belongs to it.
  out.expires_at = {last->micros + kSecond};
  if (out.expires_at <= now) return refused(tr<"This certificate has expired">());
  TRY(out.algorithm, usable_algorithm(certificate));
  const bool purposes = (X509_get_extension_flags(&certificate) & EXFLAG_XKUSAGE) != 0;
  if (purposes && (X509_get_extended_key_usage(&certificate) & (XKU_SMIME | XKU_ANYEKU)) == 0) {
    return refused(tr<"This certificate is not for mail: its purposes lack emailProtection">());
  }
  return out;
}

std::vector<std::string> addresses_of(X509& certificate) {
  std::vector<std::string> found;
  auto* const emails = X509_get1_email(&certificate);
  for (int i = 0; i < sk_OPENSSL_STRING_num(emails) && i < kAddressesMax; ++i) {
    const std::string_view address{sk_OPENSSL_STRING_value(emails, i)};
    if (text::invalid_utf8_at(address) == std::string_view::npos) found.push_back(text::lower_ascii(address));
  }
  X509_email_free(emails);
  return found;
}

/// Adds whom it is for. Elliptic curves derive their key with SHA-256 (RFC 5753), not with the SHA-1 of the default.
bool add_recipient(CMS_ContentInfo& message, X509& certificate) {
  auto* const recipient = CMS_add1_recipient_cert(&message, &certificate, CMS_KEY_PARAM);
  if (recipient == nullptr) return false;
  if (CMS_RecipientInfo_type(recipient) != CMS_RECIPINFO_AGREE) return true;
  auto* const context = CMS_RecipientInfo_get0_pkey_ctx(recipient);
  return context != nullptr && EVP_PKEY_CTX_set_ecdh_kdf_md(context, EVP_sha256()) == 1;
}

}  // namespace

Result<MailKey> read_mail_certificate(PublicKey read, Timestamp now) {
  TRY(auto found, usable(read, now));
  return MailKey{.kind = read.kind,
                 .fingerprint = std::move(read.fingerprint),
                 .algorithm = std::move(found.algorithm),
                 .expires_at = found.expires_at,
                 .addresses = addresses_of(*found.certificate),
                 .body = std::move(read.body)};
}

Result<std::string> encrypt_cms(const PublicKey& read, std::string_view plain, Timestamp now) {
  TRY(const auto found, usable(read, now));
  const Bio in{BIO_new_mem_buf(plain.data(), static_cast<int>(plain.size()))};
  const Bio out{BIO_new(BIO_s_mem())};
  constexpr unsigned kFlags = CMS_BINARY | CMS_PARTIAL;
  const std::unique_ptr<CMS_ContentInfo, Free<CMS_ContentInfo_free>> message{
      CMS_encrypt(nullptr, nullptr, EVP_aes_256_cbc(), kFlags)};
  if (!in || !out || !message || !add_recipient(*message, *found.certificate) ||
      CMS_final(message.get(), in.get(), nullptr, CMS_BINARY) != 1 || i2d_CMS_bio(out.get(), message.get()) != 1) {
    return failed();
  }
  char* bytes = nullptr;
  const auto size = BIO_get_mem_data(out.get(), &bytes);
  if (size <= 0) return failed();
  return std::string{bytes, static_cast<std::size_t>(size)};
}

}  // namespace tocsin::formats::keys
