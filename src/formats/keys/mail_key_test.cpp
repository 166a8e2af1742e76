#include "formats/keys/mail_key.hpp"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "formats/testing/corpus.hpp"

namespace tocsin::formats::keys {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::string sample(std::string_view name) {
  return testing::read_file(std::filesystem::path{TOCSIN_SOURCE_DIR} / "src/formats/keys/testdata" / name);
}
Timestamp at(std::string_view text) { return parse_rfc3339(text).value(); }
const Timestamp kNow = at("2026-11-29T12:00:00Z");

TEST(MailKeys, TheNewestUsableSubkeyIsTaken) {
  const auto newest = read_mail_key(sample("mail_subkeys.asc"), kNow);
  ASSERT_TRUE(newest) << newest.error().message;
  EXPECT_EQ(newest->algorithm, "ECDH Curve25519");
  EXPECT_EQ(newest->expires_at, at("2036-11-01T00:00:00Z")) << format_rfc3339(*newest->expires_at);
  EXPECT_THAT(newest->addresses, ElementsAre("will@water.example"));
  // Of the others one has expired and one was revoked: the old one is taken, though both are newer.
  const auto before = read_mail_key(sample("mail_subkeys_rsa.asc"), kNow);
  ASSERT_TRUE(before) << before.error().message;
  EXPECT_EQ(before->algorithm, "RSA 2048");
  EXPECT_EQ(before->expires_at, std::nullopt);
  EXPECT_EQ(before->fingerprint, newest->fingerprint);
  // And again when the newest has expired.
  const auto later = read_mail_key(sample("mail_subkeys.asc"), at("2037-01-01T00:00:00Z"));
  ASSERT_TRUE(later) << later.error().message;
  EXPECT_EQ(later->algorithm, "RSA 2048");
}

TEST(MailKeys, ACertificateForMailSaysWhoseItIs) {
  for (const auto& [name, algorithm] : {std::pair{"mail_rsa.pem", "RSA 2048"}, {"mail_ec.pem", "ECDH prime256v1"}}) {
    const auto read = read_mail_key(sample(name), kNow);
    ASSERT_TRUE(read) << name << ": " << read.error().message;
    EXPECT_EQ(read->kind, PublicKey::Kind::certificate);
    EXPECT_EQ(read->algorithm, algorithm);
    EXPECT_THAT(read->addresses, ElementsAre("will@water.example"));
    EXPECT_TRUE(read->expires_at && *read->expires_at > at("2100-01-01T00:00:00Z"));
  }
}

struct Refusal {
  std::string_view name, file, now, says;
};
void PrintTo(const Refusal& each, std::ostream* out) { *out << each.name; }
constexpr Refusal kRefusals[] = {
    {"SignOnly", "mail_sign_only.asc", "2026-11-29T12:00:00Z", "sign only"},
    {"Revoked", "mail_revoked.asc", "2026-11-29T12:00:00Z", "revoked"},
    {"WeakRsa", "mail_weak.asc", "2026-11-29T12:00:00Z", "too weak"},
    {"Expired", "mail_ends.asc", "2036-11-02T12:00:00Z", "expired"},
    {"NoKeyEncipherment", "mail_rsa_sign.pem", "2026-11-29T12:00:00Z", "keyEncipherment"},
    {"ForServers", "mail_rsa_tls.pem", "2026-11-29T12:00:00Z", "emailProtection"},
    {"WeakCertificate", "mail_rsa_weak.pem", "2026-11-29T12:00:00Z", "too weak"},
    {"SignsOnlyByItsKind", "mail_ed25519.pem", "2026-11-29T12:00:00Z", "of a kind"},
    {"ExpiredCertificate", "mail_rsa_short.pem", "2027-01-01T00:00:00Z", "expired"},
    {"NotYet", "mail_rsa.pem", "2026-11-01T00:00:00Z", "not valid yet"},
    {"Secret", "mail_subkeys_secret.asc", "2026-11-29T12:00:00Z", "secret key"},
};
class RefusedMailKey : public ::testing::TestWithParam<Refusal> {};
TEST_P(RefusedMailKey, SaysWhyAndEncryptsNothing) {
  const auto text = sample(GetParam().file);
  const auto read = read_mail_key(text, at(GetParam().now));
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, Error::Code::invalid_input);
  EXPECT_EQ(read.error().where, "key");
  EXPECT_THAT(read.error().message, HasSubstr(GetParam().says));
  EXPECT_FALSE(encrypt_to(text, "secret", at(GetParam().now)));
}
INSTANTIATE_TEST_SUITE_P(Each, RefusedMailKey, ::testing::ValuesIn(kRefusals),
                         [](const auto& each) { return std::string{each.param.name}; });

TEST(MailKeys, WhatIsEncryptedIsNotThereToRead) {
  const std::string plain(2'000, 'q');
  for (const auto* name : {"mail_subkeys.asc", "mail_subkeys_rsa.asc", "mail_rsa.pem", "mail_ec.pem"}) {
    const auto sealed = encrypt_to(sample(name), plain, kNow);
    ASSERT_TRUE(sealed) << name << ": " << sealed.error().message;
    EXPECT_GT(sealed->size(), plain.size()) << name << ": not compressed";
    EXPECT_THAT(*sealed, Not(HasSubstr("qqqq"))) << name;
    const auto again = encrypt_to(sample(name), plain, kNow);
    ASSERT_TRUE(again);
    EXPECT_NE(*sealed, *again) << name;
  }
}

TEST(MailKeys, FingerprintsAreReadInGroups) {
  EXPECT_EQ(grouped("ABCD0123EF"), "ABCD 0123 EF");
  EXPECT_EQ(grouped(""), "");
}

}  // namespace
}  // namespace tocsin::formats::keys
