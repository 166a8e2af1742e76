#include "engine/post/mail_key.hpp"

#include <fstream>
#include <sstream>

#include "engine/identity/testing.hpp"
#include "store/people.hpp"

namespace tocsin::engine::post {
namespace {

using store::MailOtherwise;
using store::Sql;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string sample(std::string_view name) {
  std::ifstream file{std::filesystem::path{TOCSIN_SOURCE_DIR} / "src/formats/keys/testdata" / name};
  std::ostringstream text;
  text << file.rdbuf();
  return std::move(text).str();
}

class MailKeysTest : public identity::IdentityTest {
 protected:
  Post post{SealingKey::random(), {.public_url = "https://cert.example", .site_name = "Grid CERT", .mail = true}};
  void SetUp() override {
    identity::IdentityTest::SetUp();
    if (IsSkipped()) return;
    clock.set(parse_rfc3339("2026-11-29T12:00:00Z").value());
  }
  std::vector<Letter> letters() {
    const auto ids = database()
                         .read([](store::Connection& connection) {
                           return connection.all(Sql{"SELECT id FROM mail_queue ORDER BY id"},
                                                 [](const store::Row& row) { return row.integer(0); });
                         })
                         .value();
    std::vector<Letter> opened;
    for (const auto id : ids) {
      const auto row =
          database().read([&](store::Connection& connection) { return store::MailQueue{connection}.find(id); }).value();
      opened.push_back(post.open(*row).value());
    }
    return opened;
  }
};
TOCSIN_ON_BOTH_DATABASES(MailKeysTest);

TEST_P(MailKeysTest, AKeyIsSetShownReplacedAndRemovedAndItsOwnerTold) {
  EXPECT_FALSE(mail_key(database(), self(ada), ada, clock.now()).value());
  ASSERT_TRUE(
      set_mail_key(database(), self(ada), ada, sample("mail_subkeys.asc"), MailOtherwise::notice, &post, clock.now()));
  auto state = mail_key(database(), self(ada), ada, clock.now()).value();
  ASSERT_TRUE(state && state->key);
  EXPECT_TRUE(state->is_theirs("Will@Water.example"));
  EXPECT_FALSE(state->is_theirs("ada@example.org")) << "said on the page, not refused";
  ASSERT_TRUE(
      set_mail_key(database(), self(ada), ada, sample("mail_rsa.pem"), MailOtherwise::notice, &post, clock.now()));
  ASSERT_TRUE(set_mail_otherwise(database(), self(ada), ada, MailOtherwise::nothing, clock.now()));
  state = mail_key(database(), self(ada), ada, clock.now()).value();
  EXPECT_EQ(state->row.kind, store::MailKeyRow::Kind::certificate);
  EXPECT_EQ(state->row.otherwise, MailOtherwise::nothing);
  ASSERT_TRUE(remove_mail_key(database(), self(ada), ada, &post, clock.now()));
  EXPECT_FALSE(mail_key(database(), self(ada), ada, clock.now()).value());
  EXPECT_EQ(remove_mail_key(database(), self(ada), ada, &post, clock.now()).error().code, Error::Code::not_found);
  const auto told = letters();
  ASSERT_EQ(told.size(), 3U);
  for (const auto& each : told) {
    EXPECT_EQ(each.address, "Ada@example.org");
  }
  EXPECT_THAT(texts(Sql{"SELECT action FROM audit ORDER BY sequence"}),
              ElementsAre("person.change", "person.change", "person.change", "person.change"));
}

TEST_P(MailKeysTest, WhatCannotBeUsedChangesNothing) {
  for (const auto* name : {"mail_sign_only.asc", "mail_revoked.asc", "mail_weak.asc", "mail_rsa_sign.pem",
                           "mail_subkeys_secret.asc", "mail_rsa_secret.pem"}) {
    const auto set = set_mail_key(database(), self(ada), ada, sample(name), MailOtherwise::notice, &post, clock.now());
    ASSERT_FALSE(set) << name;
    EXPECT_EQ(set.error().where, "key") << name;
  }
  EXPECT_FALSE(mail_key(database(), self(ada), ada, clock.now()).value());
  EXPECT_THAT(letters(), IsEmpty());
}

TEST_P(MailKeysTest, NobodySetsSomebodyElses) {
  EXPECT_EQ(set_mail_key(database(), self(ben), ada, sample("mail_rsa.pem"), MailOtherwise::notice, &post, clock.now())
                .error()
                .code,
            Error::Code::forbidden);
  ASSERT_TRUE(
      set_mail_key(database(), self(ada), ada, sample("mail_rsa.pem"), MailOtherwise::notice, &post, clock.now()));
  EXPECT_EQ(mail_key(database(), self(ben), ada, clock.now()).error().code, Error::Code::forbidden);
  EXPECT_EQ(remove_mail_key(database(), self(ben), ada, &post, clock.now()).error().code, Error::Code::forbidden);
  EXPECT_TRUE(remove_mail_key(database(), Actor::at_console(), ada, &post, clock.now()))
      << "who lost the secret half is helped";
}

TEST_P(MailKeysTest, AKeyThatHasExpiredIsSaidToHave) {
  ASSERT_TRUE(
      set_mail_key(database(), self(ada), ada, sample("mail_ends.asc"), MailOtherwise::notice, &post, clock.now()));
  clock.set(parse_rfc3339("2036-11-02T12:00:00Z").value());
  const auto state = mail_key(database(), self(ada), ada, clock.now()).value();
  ASSERT_TRUE(state);
  EXPECT_FALSE(state->key);
  EXPECT_THAT(state->problem, HasSubstr("expired"));
}

TEST_P(MailKeysTest, ItGoesWithThePersonAndIsInTheirData) {
  ASSERT_TRUE(
      set_mail_key(database(), self(ada), ada, sample("mail_rsa.pem"), MailOtherwise::notice, &post, clock.now()));
  const auto facts =
      database().read([&](store::Connection& connection) { return store::People{connection}.identity_facts(ada); });
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->at("mail_keys").as_array().size(), 1U);
  ASSERT_TRUE(database().write([&](store::Connection& connection) { return store::People{connection}.erase(ada); }));
  EXPECT_EQ(number(Sql{"SELECT count(*) FROM mail_key"}), 0);
}

}  // namespace
}  // namespace tocsin::engine::post
