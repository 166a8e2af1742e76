#include "formats/keys/public_key.hpp"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "formats/testing/corpus.hpp"

namespace tocsin::formats::keys {
namespace {

using ::testing::HasSubstr;

std::string sample(const char* name) {
  return testing::read_file(std::filesystem::path{TOCSIN_SOURCE_DIR} / "src/formats/keys/testdata" / name);
}
std::string replaced(std::string text, std::string_view what, std::string_view by) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
  return text;
}

TEST(PublicKeys, AnOpenPgpKeyHasItsOwnFingerprint) {
  const auto read = read_public_key(sample("public.asc"));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->kind, PublicKey::Kind::openpgp);
  EXPECT_EQ(read->fingerprint, "F18FE552E1B91B61C48D021B22BBB8D42BE04CCA");
  EXPECT_EQ(read->body, sample("public.asc"));
}

TEST(PublicKeys, ACertificateHasThatOfItsDerForm) {
  const auto read = read_public_key("\n  " + sample("certificate.pem") + "\n\n");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->kind, PublicKey::Kind::certificate);
  EXPECT_EQ(read->fingerprint, "79323A0A09634471F1C601C78511080CE37304EF9F8EED13D090EE99E75D11F3");
  EXPECT_EQ(read->body, sample("certificate.pem"));
}

TEST(PublicKeys, ACertificateSaysWhoseItIsAndUntilWhen) {
  const auto read = read_certificate(sample("certificate.pem"));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->fingerprint, "79323a0a09634471f1c601c78511080ce37304ef9f8eed13d090ee99e75d11f3");
  EXPECT_EQ(read->subject, "O=Example CERT (invented),CN=security.cert.example");
  EXPECT_EQ(format_rfc3339(read->not_after), "2126-11-04T14:49:30Z");
  for (const auto* other : {"public.asc", "secret.asc"}) EXPECT_FALSE(read_certificate(sample(other))) << other;
  EXPECT_FALSE(read_certificate(""));
  EXPECT_FALSE(read_certificate(sample("certificate.pem") + sample("certificate.pem")));
}

struct Refusal {
  std::string_view name;
  std::string text;
  std::string_view says;
};
std::vector<Refusal> refusals() {
  const auto pgp = sample("public.asc");
  const auto pem = sample("certificate.pem");
  return {
      {"Nothing", "", "armoured"},
      {"Prose", "my key", "armoured"},
      {"SecretOpenPgp", sample("secret.asc"), "secret key"},
      {"SecretInPublicArmour", replaced(sample("secret.asc"), "PRIVATE KEY", "PUBLIC KEY"), "secret key"},
      {"PrivatePem", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "secret key"},
      {"PrivatePemBehindACertificate", pem + "-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n",
       "secret key"},
      {"TwoKeysInABlock", sample("two.asc"), "one by one"},
      {"TwoBlocks", pgp + pgp, "one key block"},
      {"TwoCertificates", pem + pem, "one certificate"},
      {"TextBehind", pgp + "and more", "one key block"},
      {"CutOff", pgp.substr(0, pgp.size() / 2), "one key block"},
      {"CutOffCertificate", replaced(pem, "\n-----END", "AA\n-----END"), "no certificate"},
      {"EmptyBlock", "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n-----END PGP PUBLIC KEY BLOCK-----\n", "no OpenPGP"},
      {"EmptyCertificate", "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n", "no certificate"},
      {"BeginOnly", "-----BEGIN CERTIFICATE-----", "one certificate"},
      {"KeyInACertificatesFrame", replaced(pgp, "PGP PUBLIC KEY BLOCK", "CERTIFICATE"), "no certificate"},
      {"CertificateInAKeysFrame", replaced(pem, "CERTIFICATE", "PGP PUBLIC KEY BLOCK"), "no OpenPGP"},
  };
}

TEST(PublicKeys, WhatIsNoSinglePublicKeyIsRefused) {
  for (const auto& each : refusals()) {
    const auto read = read_public_key(each.text);
    ASSERT_FALSE(read) << each.name;
    EXPECT_EQ(read.error().code, Error::Code::invalid_input) << each.name;
    EXPECT_EQ(read.error().where, "key") << each.name;
    EXPECT_THAT(read.error().message, HasSubstr(each.says)) << each.name;
  }
}

TEST(PublicKeys, TheLimitIsExact) {
  auto padded = sample("public.asc");
  padded.append(kPublicKeyBytesMax - padded.size(), '\n');
  EXPECT_TRUE(read_public_key(padded));
  padded += '\n';
  const auto read = read_public_key(padded);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, Error::Code::too_large);
}

TEST(PublicKeys, DamageAnywhereIsSurvived) {
  const auto whole = sample("public.asc");
  for (std::size_t at = 0; at < whole.size(); at += 29) {
    auto damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    const auto read = read_public_key(damaged);
    if (read) EXPECT_EQ(read->fingerprint.size(), 40U) << at;
  }
}

}  // namespace
}  // namespace tocsin::formats::keys
