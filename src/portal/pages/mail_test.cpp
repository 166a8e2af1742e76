#include <gmock/gmock.h>

#include "engine/post/post.hpp"
#include "portal/members_fixture.hpp"
#include "store/mail_queue.hpp"

namespace tocsin::portal {
namespace {

using store::MailPurpose;
using store::Sql;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

/// A portal that writes letters; nobody sends them, so that they can be read out of the queue.
class MailPages : public testing::MembersTest {
 protected:
  engine::post::Post post_{SealingKey::random(),
                           {.public_url = "http://cert.example", .site_name = "Grid CERT", .mail = true}};
  void SetUp() override {
    settings_.public_url = "http://cert.example";
    settings_.privacy.mail = true;
    identity_options_.post = &post_;
    MembersTest::SetUp();
  }
  void prepare(App& app) override { app.set_mail(&post_); }

  std::vector<store::QueuedMail> queue() {
    return database()
        .read([](store::Connection& connection) -> Result<std::vector<store::QueuedMail>> {
          std::vector<store::QueuedMail> all;
          TRY(const auto ids, connection.all(Sql{"SELECT id FROM mail_queue ORDER BY id"},
                                             [](const store::Row& row) { return row.integer(0); }));
          for (const auto id : ids) {
            TRY(auto found, store::MailQueue{connection}.find(id));
            all.push_back(std::move(*found));
          }
          return all;
        })
        .value();
  }
  engine::post::Letter newest() {
    const auto all = queue();
    return all.empty() ? engine::post::Letter{} : post_.open(all.back()).value();
  }
  void put(std::string address) {
    ASSERT_TRUE(database().write([&](store::Connection& connection) {
      return post_.put(connection,
                       {.purpose = MailPurpose::notice,
                        .address = std::move(address),
                        .subject = "News",
                        .text = "The text",
                        .expires_at = {clock_.now().micros + 1'000'000}},
                       clock_.now());
    }));
  }
};
TOCSIN_ON_BOTH_DATABASES(MailPages);

TEST_P(MailPages, ForgottenPasswordsAreAskedForWithTheSameAnswerForEverybody) {
  std::set<std::string> pages;
  for (const std::string typed : {"member@plant.example", "nobody@plant.example", "<script>", ""}) {
    auto visitor = browser();
    EXPECT_THAT(visitor.get("/sign-in").body, HasSubstr("href=\"/forgot\""));
    EXPECT_EQ(visitor.get("/forgot").status, 200);
    const auto asked = visitor.post("/forgot", {{"email", typed}});
    EXPECT_EQ(asked.status, 303);
    EXPECT_EQ(asked.header("location"), "/forgot?notice=reset-asked");
    EXPECT_EQ(asked.header("cache-control"), "no-store");
    auto page = visitor.get("/forgot?notice=reset-asked").body;
    for (auto at = page.find(visitor.csrf); at != std::string::npos; at = page.find(visitor.csrf)) {
      page.erase(at, visitor.csrf.size());
    }
    pages.insert(page);
  }
  EXPECT_EQ(pages.size(), 1U);
  EXPECT_EQ(queue().size(), 4U) << "one row each, whoever it is";
  for (const auto& each : queue()) EXPECT_EQ(each.purpose, MailPurpose::reset_request);
}

TEST_P(MailPages, AskingTooOftenIsSlowedDown) {
  auto visitor = browser();
  visitor.get("/forgot");
  int status = 0;
  for (int i = 0; i < 30 && status != 429; ++i) {
    status = visitor.post("/forgot", {{"email", "member@plant.example"}}).status;
  }
  EXPECT_EQ(status, 429);
  EXPECT_LT(queue().size(), 21U);
}

TEST_P(MailPages, AnInvitationIsSentAndNotShown) {
  auto boss = signed_in("boss@plant.example");
  EXPECT_THAT(boss.get("/people/invite").body, HasSubstr("They get a mail with a link"));
  const auto sent = boss.post("/people/invite", {{"name", "New \"<b>\" One"}, {"email", "new@plant.example"}});
  EXPECT_EQ(sent.status, 200) << sent.body;
  EXPECT_THAT(sent.body, AllOf(HasSubstr("Sent to new@plant.example"), Not(HasSubstr("/link/")),
                               HasSubstr("Send it again"), Not(HasSubstr("<b>\" One"))));
  const auto letter = newest();
  EXPECT_EQ(letter.address, "new@plant.example");
  EXPECT_THAT(letter.text, AllOf(HasSubstr("http://cert.example/link/"), HasSubstr("as a member of Plant")));
  // The link of the letter is the one that works.
  const auto at = letter.text.find("/link/");
  EXPECT_EQ(browser().get(letter.text.substr(at, 6 + 43)).status, 200);
}

TEST_P(MailPages, AnInvitationSpeaksTheLanguageOfWhoIsInvited) {
  {
    auto boss = signed_in("boss@plant.example");
    EXPECT_THAT(boss.get("/people/invite").body, HasSubstr("<option value=\"de\" >Deutsch</option>"));
    const auto sent =
        boss.post("/people/invite", {{"name", "Greta"}, {"email", "greta@plant.example"}, {"language", "de"}});
    EXPECT_THAT(sent.body, HasSubstr("Sent to greta@plant.example"));
    const auto letter = newest();
    EXPECT_EQ(letter.subject, "Einladung zu Grid CERT");
    EXPECT_THAT(letter.text, AllOf(HasSubstr("Guten Tag Greta,"), HasSubstr("http://cert.example/link/"),
                                   Not(HasSubstr("The link works once"))));
  }
  run(Sql{"UPDATE person SET language = 'de' WHERE email = 'boss@plant.example'"});
  auto boss = signed_in("boss@plant.example");
  const auto sent = boss.post("/people/invite", {{"name", "Eve"}, {"email", "eve@plant.example"}, {"language", "en"}});
  EXPECT_THAT(sent.body, HasSubstr("An eve@plant.example gesendet."));
  EXPECT_EQ(newest().subject, "Invitation to Grid CERT");
}

TEST_P(MailPages, OnesOwnAddressIsChangedWithProof) {
  auto member = signed_in("member@plant.example");
  EXPECT_THAT(member.get("/account").body, HasSubstr("href=\"/account/address\""));
  EXPECT_EQ(member.get("/account/address").status, 200);
  EXPECT_EQ(member.post("/account/address", {{"email", "nonsense"}}).status, 422);
  EXPECT_EQ(member.post("/account/address", {{"email", "boss@plant.example"}}).status, 303);
  EXPECT_EQ(newest().purpose, MailPurpose::notice);
  const auto in_use = member.get("/account/address?notice=proof-sent").body;
  EXPECT_EQ(member.post("/account/address", {{"email", "free@plant.example"}}).status, 303);
  EXPECT_EQ(newest().purpose, MailPurpose::email_proof);
  auto is_free = member.get("/account/address?notice=proof-sent").body;
  ASSERT_THAT(is_free, HasSubstr("free@plant.example"));
  is_free.replace(is_free.find("free@plant"), 10, "boss@plant");
  EXPECT_EQ(is_free, in_use);
  // Not from a browser that somebody left open an hour ago.
  clock_.advance(std::chrono::hours{1});
  EXPECT_THAT(member.get("/account/address").header("location"), HasSubstr("/confirm"));
}

TEST_P(MailPages, TheProfileFormChangesNoAddress) {
  auto member = signed_in("member@plant.example");
  EXPECT_EQ(
      member.post("/account", {{"name", "X"}, {"language", ""}, {"time_zone", ""}, {"email", "a@b.example"}}).status,
      400);
}

TEST_P(MailPages, TheAdministratorSeesWhatFailedButNotWhatItSays) {
  put("gone@plant.example");
  ASSERT_TRUE(database().write([&](store::Connection& connection) {
    store::MailQueue queue{connection};
    return queue.give_up(queue.find(1).value().value(), "refused the mail (550): <b>no such user</b>");
  }));
  auto admin = signed_in("admin@cert.example");
  const auto page = admin.get("/admin/mail");
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(page.body, AllOf(HasSubstr("gone@plant.example"), HasSubstr("&lt;b&gt;no such user"),
                               HasSubstr("given up"), Not(HasSubstr("The text"))));
  EXPECT_EQ(admin.post("/admin/mail/1/retry", {}).status, 303);
  EXPECT_EQ(queue()[0].state, store::MailState::waiting);
  EXPECT_EQ(admin.post("/admin/mail/404/retry", {}).status, 404);
  EXPECT_EQ(admin.post("/admin/mail/1/drop", {}).status, 303);
  EXPECT_TRUE(queue().empty());
  EXPECT_EQ(admin.post("/admin/mail/test", {}).status, 303);
  EXPECT_EQ(newest().address, "admin@cert.example");
  EXPECT_EQ(count(Sql{"SELECT count(*) FROM audit WHERE action IN ('mail.retry', 'mail.drop', 'mail.test')"}), 3);
  EXPECT_THAT(admin.get("/metrics").body, HasSubstr("tocsin_mail_waiting 1"));
  EXPECT_THAT(admin.get("/privacy").body, HasSubstr("Mails to you that wait to be sent"));
}

/// The same portal without a mail server.
class WithoutMailPages : public testing::MembersTest {};
TOCSIN_ON_BOTH_DATABASES(WithoutMailPages);

TEST_P(WithoutMailPages, SayWhoHelpsInstead) {
  auto visitor = browser();
  EXPECT_THAT(visitor.get("/forgot").body, AllOf(HasSubstr("administrator"), Not(HasSubstr("<form class=\"form\""))));
  EXPECT_EQ(visitor.post("/forgot", {{"email", "a@b.example"}}).status, 405);
  auto member = signed_in("member@plant.example");
  EXPECT_THAT(member.get("/account/address").body, HasSubstr("An administrator of the CERT changes it"));
  EXPECT_EQ(member.post("/account/address", {{"email", "boss@plant.example"}}).status, 422);
  auto admin = signed_in("admin@cert.example");
  EXPECT_THAT(admin.get("/admin/mail").body, HasSubstr("No mail is sent here"));
  EXPECT_THAT(admin.get("/privacy").body, Not(HasSubstr("Mails to you")));
}

}  // namespace
}  // namespace tocsin::portal
