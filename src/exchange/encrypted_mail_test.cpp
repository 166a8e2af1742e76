#include <filesystem>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "exchange/mail.hpp"
#include "exchange/post_office.hpp"
#include "store/mail_keys.hpp"
#include "store/mail_queue.hpp"
#include "store/testing/test_database.hpp"

// Mail to those who gave a key. That others can read it is shown by tests/interop/encrypted_mail_test.py.

namespace tocsin::exchange {
namespace {

using store::MailOtherwise;
using store::Sql;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const Timestamp kNow = parse_rfc3339("2026-11-29T12:00:00Z").value();
const Timestamp kLater = parse_rfc3339("2036-11-02T12:00:00Z").value();

std::string sample(std::string_view name) {
  std::ifstream file{std::filesystem::path{TOCSIN_SOURCE_DIR} / "src/formats/keys/testdata" / name};
  std::ostringstream text;
  text << file.rdbuf();
  return std::move(text).str();
}
MailSettings settings() {
  MailSettings made;
  made.url = "smtp://mail.example.org:587";
  made.from = "tocsin@cert.example";
  return made;
}
Mail secret_mail(std::string_view key) {
  return {.to = {"will@water.example"},
          .subject = "Turbine",
          .text = "The governor fails open.",
          .headers = {{"List-Unsubscribe", "<https://cert.example/unsubscribe/token>"}},
          .html = "<p>The governor fails open.</p>",
          .encrypt_to = sample(key),
          .outer_subject = "Message from Grid CERT"};
}
Result<std::string> message(const Mail& mail, Timestamp at = kNow) {
  return mail_message(settings(), mail, at, "1@cert.example");
}

TEST(EncryptedMail, TellsOnItsWayThatThereIsAMessageAlone) {
  for (const auto& [key, type] : {std::pair{"mail_subkeys.asc",
                                            "multipart/encrypted; protocol=\"application/"
                                            "pgp-encrypted\""},
                                  {"mail_rsa.pem", "application/pkcs7-mime; smime-type=enveloped-data"},
                                  {"mail_ec.pem", "application/pkcs7-mime; smime-type=enveloped-data"}}) {
    const auto text = message(secret_mail(key));
    ASSERT_TRUE(text) << text.error().to_string();
    EXPECT_THAT(*text, AllOf(HasSubstr("\r\nSubject: Message from Grid CERT\r\n"), HasSubstr(type),
                             HasSubstr("To: <will@water.example>\r\n"), HasSubstr("Message-ID: <1@cert.example>\r\n")));
    EXPECT_THAT(*text, AllOf(Not(HasSubstr("Turbine")), Not(HasSubstr("governor")), Not(HasSubstr("unsubscribe")),
                             Not(HasSubstr("HP-Outer"))));
    for (std::size_t at = text->find('\n'); at != std::string::npos; at = text->find('\n', at + 1)) {
      EXPECT_EQ((*text)[at - 1], '\r');
    }
  }
}

TEST(EncryptedMail, NoHeaderIsSmuggledInsideOrOutside) {
  auto mail = secret_mail("mail_subkeys.asc");
  mail.outer_subject = "Message\r\nBcc: eve@evil.example";
  EXPECT_EQ(message(mail).error().code, Error::Code::invalid_input);
  mail = secret_mail("mail_subkeys.asc");
  mail.subject = "Turbine\r\nBcc: eve@evil.example";
  EXPECT_EQ(message(mail).error().code, Error::Code::invalid_input);
  mail = secret_mail("mail_subkeys.asc");
  mail.headers = {{"Content-Type", "text/html"}};
  EXPECT_EQ(message(mail).error().code, Error::Code::invalid_input);
}

TEST(EncryptedMail, AKeyThatCannotBeUsedMakesNoMail) {
  EXPECT_FALSE(message(secret_mail("mail_ends.asc"), kLater));
  for (const auto* key : {"mail_sign_only.asc", "mail_revoked.asc", "mail_rsa_sign.pem", "README.md"}) {
    EXPECT_FALSE(message(secret_mail(key))) << key;
  }
}

class EncryptedPostTest : public store_testing::DatabaseTest {
 protected:
  ManualClock clock{kNow};
  engine::post::Post post{SealingKey::random(),
                          {.public_url = "https://cert.example", .site_name = "Grid CERT", .mail = true}};
  std::vector<Mail> taken;
  std::unique_ptr<engine::identity::Identity> identity;
  std::unique_ptr<PostOffice> office;

  void SetUp() override {
    DatabaseTest::SetUp();
    if (IsSkipped()) return;
    engine::identity::Options options;
    options.password_cost = kPasswordCostForTests;
    options.post = &post;
    identity = std::make_unique<engine::identity::Identity>(database(), SealingKey::random(), options, clock);
    office = std::make_unique<PostOffice>(database(), *identity, post, settings(), clock,
                                          [this](const MailSettings&, const Mail& mail, const Clock&) {
                                            taken.push_back(mail);
                                            return Delivery{};
                                          });
    write([](store::Connection& connection) -> Status {
      TRY_VOID(
          connection.run(Sql{"INSERT INTO person (id, uuid, name, email, folded_email, status, language, "
                             "time_zone, created_at) VALUES (7, 'u', 'Will', 'will@water.example', "
                             "'will@water.example', 1, 'de', '', 0)"}));
      return ok();
    });
  }
  void TearDown() override {
    office.reset();
    identity.reset();
    DatabaseTest::TearDown();
  }
  template <class F>
  void write(F body) {
    const auto done = database().write(body);
    ASSERT_TRUE(done) << done.error().to_string() << done.error().detail;
  }
  void key(std::string_view name, MailOtherwise otherwise = MailOtherwise::notice) {
    write([&](store::Connection& connection) {
      return store::MailKeys{connection}.put({7}, {.body = sample(name), .otherwise = otherwise, .added_at = kNow});
    });
  }
  void put() {
    write([&](store::Connection& connection) {
      return post.put(connection,
                      {.person = domain::PersonId{7},
                       .address = "will@water.example",
                       .subject = "Turbine",
                       .text = "The governor fails open.",
                       .expires_at = {clock.now().micros + 3'600'000'000}},
                      clock.now());
    });
  }
  void work() {
    for (int i = 0; i < 10; ++i) {
      const auto worked = office->work_once();
      ASSERT_TRUE(worked) << worked.error().to_string();
      if (!*worked) return;
    }
  }
};
TOCSIN_ON_BOTH_DATABASES(EncryptedPostTest);

TEST_P(EncryptedPostTest, TheKeyOfTheMomentOfSendingCounts) {
  clock.advance(std::chrono::seconds{-1});
  put();
  clock.advance(std::chrono::seconds{2});
  key("mail_subkeys.asc");
  work();
  ASSERT_EQ(taken.size(), 1U);
  EXPECT_EQ(taken[0].encrypt_to, sample("mail_subkeys.asc"));
  EXPECT_EQ(taken[0].subject, "Turbine");
  EXPECT_THAT(taken[0].outer_subject, AllOf(HasSubstr("Grid CERT"), Not(HasSubstr("Turbine"))));
  key("mail_rsa.pem");
  put();
  work();
  EXPECT_EQ(taken.at(1).encrypt_to, sample("mail_rsa.pem"));
  // Written in the transaction that set the key: it tells of it, and whoever set it must not be able to hide that.
  clock.set(kNow);
  put();
  work();
  EXPECT_THAT(taken.at(2).encrypt_to, IsEmpty());
}

TEST_P(EncryptedPostTest, WhereTheKeyHasExpiredANoticeIsSentAndNeverWhatTheLetterSays) {
  key("mail_ends.asc");
  clock.set(kLater);
  put();
  work();
  ASSERT_EQ(taken.size(), 1U);
  EXPECT_THAT(taken[0].encrypt_to, IsEmpty());
  EXPECT_THAT(taken[0].subject, AllOf(HasSubstr("Grid CERT"), Not(HasSubstr("Turbine"))));
  EXPECT_THAT(taken[0].text, AllOf(HasSubstr("https://cert.example/account/mail-key"), HasSubstr("Hello Will"),
                                   Not(HasSubstr("governor")), Not(HasSubstr("Turbine"))));
  EXPECT_THAT(taken[0].html, IsEmpty());
}

TEST_P(EncryptedPostTest, WhoWantsNothingInsteadGetsNothingAndTheAdministratorSeesIt) {
  key("mail_ends.asc", MailOtherwise::nothing);
  clock.set(kLater);
  put();
  work();
  EXPECT_THAT(taken, IsEmpty());
  const auto rows =
      database().read([](store::Connection& connection) { return store::MailQueue{connection}.list(10); }).value();
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].state, store::MailState::given_up);
  EXPECT_THAT(rows[0].problem, HasSubstr("cannot be used"));
}

}  // namespace
}  // namespace tocsin::exchange
