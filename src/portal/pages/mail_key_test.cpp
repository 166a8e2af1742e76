#include <filesystem>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>

#include "engine/post/post.hpp"
#include "portal/members_fixture.hpp"

namespace tocsin::portal {
namespace {

using store::Sql;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::string sample(std::string_view name) {
  std::ifstream file{std::filesystem::path{TOCSIN_SOURCE_DIR} / "src/formats/keys/testdata" / name};
  std::ostringstream text;
  text << file.rdbuf();
  return std::move(text).str();
}

class MailKeyPages : public testing::MembersTest {
 protected:
  engine::post::Post post_{SealingKey::random(),
                           {.public_url = "http://cert.example", .site_name = "Grid CERT", .mail = true}};
  void SetUp() override {
    identity_options_.post = &post_;
    MembersTest::SetUp();
    if (IsSkipped()) return;
    clock_.set(parse_rfc3339("2026-11-29T12:00:00Z").value());
  }
  void prepare(App& app) override { app.set_mail(&post_); }
  std::int64_t rows(std::string_view table) {
    return database()
        .read([&](store::Connection& connection) {
          return connection.first(
              table == "mail_key" ? Sql{"SELECT count(*) FROM mail_key"} : Sql{"SELECT count(*) FROM mail_queue"},
              [](const store::Row& row) { return row.integer(0); });
        })
        .value()
        .value_or(-1);
  }
};
TOCSIN_ON_BOTH_DATABASES(MailKeyPages);

constexpr const char* kPage = "/account/mail-key";

TEST_P(MailKeyPages, AKeyIsSetShownAndRemoved) {
  auto member = signed_in("member@plant.example");
  EXPECT_THAT(member.get("/account").body, HasSubstr("href=\"/account/mail-key\""));
  EXPECT_THAT(member.get(kPage).body, AllOf(HasSubstr("Public key"), Not(HasSubstr("Fingerprint"))));
  const auto saved = member.post(kPage, {{"key", sample("mail_subkeys.asc")}, {"otherwise", "notice"}});
  EXPECT_EQ(saved.header("location"), "/account/mail-key?notice=saved") << saved.body;
  const auto page = member.get(kPage).body;
  EXPECT_THAT(page, AllOf(HasSubstr("ECDH Curve25519"), HasSubstr("2036-11-01"), HasSubstr("will@water.example"),
                          HasSubstr("does not say that it belongs to")));
  EXPECT_EQ(rows("mail_queue"), 1) << "they are told";
  // Without a new key the choice alone is changed.
  EXPECT_EQ(member.post(kPage, {{"key", ""}, {"otherwise", "nothing"}}).status, 303);
  EXPECT_THAT(member.get(kPage).body, HasSubstr("value=\"nothing\" checked"));
  EXPECT_EQ(rows("mail_key"), 1);
  EXPECT_EQ(member.post("/account/mail-key/remove", {}).header("location"), "/account/mail-key?notice=removed");
  EXPECT_EQ(rows("mail_key"), 0);
}

TEST_P(MailKeyPages, WhatCannotBeUsedIsRefusedWithTheReason) {
  auto member = signed_in("member@plant.example");
  member.get(kPage);
  for (const auto& [key, says] : {std::pair{"mail_sign_only.asc", "sign only"},
                                  {"mail_rsa_sign.pem", "keyEncipherment"},
                                  {"mail_revoked.asc", "revoked"},
                                  {"mail_subkeys_secret.asc", "secret key"}}) {
    const auto refused = member.post(kPage, {{"key", sample(key)}, {"otherwise", "notice"}});
    EXPECT_EQ(refused.status, 422) << key;
    EXPECT_THAT(refused.body, HasSubstr(says));
  }
  EXPECT_EQ(member.post(kPage, {{"key", sample("mail_rsa.pem")}, {"otherwise", "plain"}}).status, 422);
  EXPECT_EQ(member.post(kPage, {{"key", sample("mail_rsa.pem")}, {"otherwise", "notice"}, {"person", "1"}}).status,
            400);
  EXPECT_EQ(rows("mail_key"), 0);
}

TEST_P(MailKeyPages, NotFromABrowserThatSomebodyLeftOpen) {
  auto member = signed_in("member@plant.example");
  member.get(kPage);
  clock_.advance(std::chrono::hours{1});
  EXPECT_THAT(member.get(kPage).header("location"), HasSubstr("/confirm"));
  EXPECT_THAT(member.post(kPage, {{"key", sample("mail_rsa.pem")}, {"otherwise", "notice"}}).header("location"),
              HasSubstr("/confirm"));
  EXPECT_EQ(rows("mail_key"), 0);
}

}  // namespace
}  // namespace tocsin::portal
