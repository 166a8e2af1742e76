#include "engine/post/post.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/members/members.hpp"
#include "engine/post/desk.hpp"
#include "engine/post/letters.hpp"
#include "engine/site/site.hpp"
#include "store/testing/test_database.hpp"

namespace tocsin::engine::post {
namespace {

using store::MailQueue;
using store::MailState;
using store::QueuedMail;
using store::Sql;
using store_testing::kTestNow;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr std::int64_t kHour = std::int64_t{3'600} * 1'000'000;
Timestamp later(std::int64_t micros) { return {kTestNow.micros + micros}; }

class PostTest : public store_testing::DatabaseTest {
 protected:
  Post post{SealingKey::random(), {.public_url = "https://cert.example", .site_name = "Grid CERT", .mail = true}};
  const Actor console = Actor::at_console();

  void put(std::string address, Purpose purpose = Purpose::notice, std::optional<domain::PersonId> person = {}) {
    const auto done = database().write([&](store::Connection& connection) {
      return post.put(connection,
                      {.purpose = purpose,
                       .person = person,
                       .address = std::move(address),
                       .subject = "Subject",
                       .text = "Text",
                       .expires_at = later(kHour)},
                      kTestNow);
    });
    ASSERT_TRUE(done) << done.error().to_string() << done.error().detail;
  }
  template <class F>
  auto in_queue(F body) {
    return database().write([&](store::Connection& connection) {
      MailQueue queue{connection};
      return body(queue);
    });
  }
  std::optional<QueuedMail> due(Timestamp now = kTestNow, const std::vector<std::string>& held = {}) {
    return in_queue([&](MailQueue& queue) { return queue.due(now, held); }).value();
  }
  void person(std::int64_t id) {
    const auto done = database().write([&](store::Connection& connection) {
      return connection.run(Sql{
          "INSERT INTO person (id, uuid, name, email, folded_email, status, language, time_zone, created_at) VALUES "
          "(?, ?, 'Ada', ?, ?, 1, '', '', 0)",
          id, std::to_string(id), fmt::format("p{}@example.org", id), fmt::format("p{}@example.org", id)});
    });
    ASSERT_TRUE(done) << done.error().detail;
  }
};
TOCSIN_ON_BOTH_DATABASES(PostTest);

TEST_P(PostTest, KeepsHtmlAndHeadersOfALetter) {
  Letter letter{.address = "ada@example.com", .subject = "News", .text = "Text", .expires_at = later(kHour)};
  letter.html = "<p>Text</p>";
  letter.headers = {{"List-Unsubscribe", "<https://cert.example/unsubscribe/x>"}};
  const auto sealed = post.sealed(letter, "id", kTestNow);
  ASSERT_TRUE(sealed);
  const auto opened = post.open(*sealed);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->html, letter.html);
  EXPECT_EQ(opened->headers, letter.headers);
  letter.html = std::string(61 << 10, 'x');
  EXPECT_FALSE(post.sealed(letter, "id", kTestNow));
}

TEST_P(PostTest, KeepsWhatItWasGivenSealed) {
  const Letter letter{.purpose = Purpose::alert,
                      .person = {},
                      .address = " ada@Works.Example ",
                      .subject = "Two\r\nBcc: x@y.example\nlines",
                      .text = "Grüße\nhttps://cert.example/link/SECRET\n",
                      .expires_at = later(kHour)};
  ASSERT_TRUE(database().write([&](store::Connection& connection) { return post.put(connection, letter, kTestNow); }));
  const auto row = due().value();
  EXPECT_EQ(row.domain, "works.example");
  EXPECT_EQ(row.message_id.size(), 36U);
  EXPECT_THAT(row.sealed, AllOf(Not(HasSubstr("SECRET")), Not(HasSubstr("ada"))));
  const auto opened = post.open(row).value();
  EXPECT_EQ(opened.address, "ada@Works.Example");
  EXPECT_EQ(opened.subject, "Two Bcc: x@y.example lines") << "one line";
  EXPECT_EQ(opened.text, letter.text);
  EXPECT_EQ(opened.expires_at, letter.expires_at);
  // Another key, or a letter's text put into another row: not opened.
  Post other{SealingKey::random(), post.options()};
  EXPECT_FALSE(other.open(row));
  auto swapped = row;
  swapped.message_id = "another";
  EXPECT_FALSE(post.open(swapped));
}

TEST_P(PostTest, IsPartOfTheTransaction) {
  const auto failed = database().write([&](store::Connection& connection) -> Status {
    TRY_VOID(post.put(connection, {.address = "a@b.example", .expires_at = later(kHour)}, kTestNow));
    return Error::conflict("no");
  });
  EXPECT_FALSE(failed);
  EXPECT_FALSE(due());
}

TEST_P(PostTest, WritesNothingWhereItIsOff) {
  Post silent{SealingKey::random(), {.public_url = "https://cert.example", .site_name = {}, .mail = false}};
  EXPECT_FALSE(silent.on());
  ASSERT_TRUE(database().write([&](store::Connection& connection) {
    return silent.put(connection, {.address = "a@b.example", .expires_at = later(kHour)}, kTestNow);
  }));
  EXPECT_FALSE(due());
}

TEST_P(PostTest, WritesInTheLanguageOfWhoReadsIt) {
  struct Case {
    std::string_view profile, site, request;
    Cause cause;
    Language wanted;
  };
  const Case cases[] = {
      {"de", "es", "en", Cause::other, Language::de},   {"de-AT", "", "es", Cause::recipient, Language::de},
      {"", "es", "de", Cause::recipient, Language::de}, {"", "es", "de", Cause::other, Language::es},
      {"", "", "de", Cause::other, Language::de},       {"fr", "es", "de", Cause::other, Language::es},
      {"fr", "", "en", Cause::recipient, Language::en}, {"", "", "en", Cause::other, Language::en},
  };
  for (const auto& each : cases) {
    Options options;
    auto request = Language::en;
    if (auto site = Language::en; parse_language(each.site, site)) options.language = site;
    ASSERT_TRUE(parse_language(each.request, request));
    const LanguageScope speaking{request};
    EXPECT_EQ(language_for(options, each.profile, each.cause), each.wanted)
        << each.profile << ", " << each.site << ", " << each.request;
  }
}

TEST_P(PostTest, KnowsNameAndLanguageThatAdministratorsSet) {
  const auto now = [&](const Post& of) {
    return database().read([&](store::Connection& connection) { return of.options(connection); }).value();
  };
  EXPECT_EQ(now(post).site_name, "Grid CERT");
  EXPECT_FALSE(now(post).language);
  ASSERT_TRUE(site::change(database(), console, {{"site_name", "Water CERT"}, {"language", "DE"}}, {}, {}, kTestNow));
  EXPECT_EQ(now(post).site_name, "Water CERT");
  EXPECT_EQ(now(post).language, Language::de);
  EXPECT_EQ(now(post).public_url, "https://cert.example");
  auto fixed = post.options();
  fixed.site_name_fixed = fixed.language_fixed = true;
  fixed.language = Language::es;
  const Post other{SealingKey::random(), fixed};
  EXPECT_EQ(now(other).site_name, "Grid CERT") << "what the file says wins";
  EXPECT_EQ(now(other).language, Language::es);
}

TEST_P(PostTest, RefusesWhatDoesNotFit) {
  const auto done = database().write([&](store::Connection& connection) {
    return post.put(connection,
                    {.address = "a@b.example", .text = std::string(40'000, 'x'), .expires_at = later(kHour)}, kTestNow);
  });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Error::Code::too_large);
}

TEST_P(PostTest, IsLeasedByOneAtATime) {
  put("a@b.example");
  const auto row = due().value();
  auto one = row, other = row;
  EXPECT_EQ(in_queue([&](MailQueue& queue) { return queue.lease(one, later(90)); }).value(), 1);
  EXPECT_EQ(one.attempts, 1);
  EXPECT_EQ(one.next_try_at, later(90));
  EXPECT_EQ(in_queue([&](MailQueue& queue) { return queue.lease(other, later(90)); }).value(), 0)
      << "somebody was quicker";
  EXPECT_EQ(other.attempts, 0);
  EXPECT_FALSE(due());
  EXPECT_EQ(in_queue([&](MailQueue& queue) { return queue.next_due({}); }).value(), later(90));
  const auto again = due(later(90)).value();
  EXPECT_EQ(again.attempts, 1);
  EXPECT_EQ(again.message_id, row.message_id) << "so that a double can be dropped";
}

TEST_P(PostTest, HeldDomainsDoNotHoldUpTheRest) {
  put("a@silent.example");
  put("b@other.example");
  EXPECT_EQ(due()->domain, "silent.example");
  EXPECT_EQ(due(kTestNow, {"silent.example", "x.example", "y.example"})->domain, "other.example");
  EXPECT_FALSE(due(kTestNow, {"silent.example", "other.example"}));
}

TEST_P(PostTest, TheDeskShowsRetriesAndDrops) {
  put("a@b.example");
  put("c@d.example", Purpose::invitation);
  put("typed@by.somebody", Purpose::reset_request);
  const auto first = due().value();
  ASSERT_TRUE(in_queue([&](MailQueue& queue) { return queue.give_up(first, "550 no such user"); }));
  auto seen = desk(database(), console, post).value();
  EXPECT_EQ(seen.counts.waiting, 1);
  EXPECT_EQ(seen.counts.given_up, 1);
  ASSERT_EQ(seen.rows.size(), 2U) << "who asked for a new password is nobody's business";
  EXPECT_TRUE(seen.rows[0].given_up);
  EXPECT_EQ(seen.rows[0].address, "a@b.example");
  EXPECT_EQ(seen.rows[0].problem, "550 no such user");
  EXPECT_EQ(seen.rows[1].subject, "Subject");

  EXPECT_EQ(retry(database(), console, first.id, later(5 * kHour)).value(), 1);
  const auto again = in_queue([&](MailQueue& queue) { return queue.find(first.id); }).value().value();
  EXPECT_EQ(again.state, MailState::waiting);
  EXPECT_EQ(again.attempts, 0);
  EXPECT_GT(again.expires_at, later(5 * kHour)) << "else it would be given up at once";
  EXPECT_EQ(retry(database(), console, 404, kTestNow).error().code, Error::Code::not_found);
  ASSERT_TRUE(drop(database(), console, first.id, kTestNow));
  EXPECT_EQ(drop(database(), console, first.id, kTestNow).error().code, Error::Code::not_found);
  EXPECT_EQ(desk(database(), console, post)->rows.size(), 1U);

  Actor member;
  member.viewer.person = {1};
  member.viewer.roles = {domain::Role::member, domain::Role::coordinator};
  EXPECT_EQ(desk(database(), member, post).error().code, Error::Code::forbidden);
  EXPECT_EQ(retry(database(), member, {}, kTestNow).error().code, Error::Code::forbidden);
  EXPECT_EQ(drop(database(), member, 1, kTestNow).error().code, Error::Code::forbidden);
  EXPECT_EQ(send_test(database(), member, post, "a@b.example", kTestNow).error().code, Error::Code::forbidden);
}

TEST_P(PostTest, ALettersLinkIsNotOutlivedByRetrying) {
  put("c@d.example", Purpose::invitation);
  const auto row = due().value();
  ASSERT_TRUE(in_queue([&](MailQueue& queue) { return queue.give_up(row, "no"); }));
  EXPECT_EQ(retry(database(), console, {}, later(5 * kHour)).value(), 1);
  EXPECT_EQ(in_queue([&](MailQueue& queue) { return queue.find(row.id); }).value()->expires_at, later(kHour));
}

TEST_P(PostTest, GoesWithThePersonAndIsInTheirData) {
  person(7);
  person(8);
  put("p7@example.org", Purpose::notice, domain::PersonId{7});
  put("p8@example.org", Purpose::notice, domain::PersonId{8});
  const auto data = members::export_person(database(), console, {7}, kTestNow).value();
  EXPECT_THAT(data, AllOf(HasSubstr("\"mails_to_send\""), HasSubstr("\"notice\"")));
  ASSERT_TRUE(members::erase_person(database(), console, {7}, kTestNow));
  EXPECT_EQ(due()->person, domain::PersonId{8});
  EXPECT_EQ(desk(database(), console, post)->rows.size(), 1U);
}

TEST_P(PostTest, AnAdministratorWhoChangesAnAddressHasTheOldOneTold) {
  person(7);
  ASSERT_TRUE(members::change_person(database(), console, {7},
                                     {.name = "Ada", .email = "new@example.org", .language = {}, .time_zone = {}},
                                     kTestNow, {}, &post));
  const auto told = post.open(due().value()).value();
  EXPECT_EQ(told.address, "p7@example.org");
  EXPECT_THAT(told.text, AllOf(HasSubstr("by whoever operates the portal"), Not(HasSubstr("new@"))));
}

TEST(Letters, PutNamesOnOneLine) {
  const Options options{.public_url = "https://cert.example", .site_name = "Grid\nCERT", .mail = true};
  domain::Person person;
  person.id = {3};
  person.name = "Ada\r\n\r\nYour account is closed. Open https://evil.example\r\n" + std::string(300, 'x');
  person.email = "ada@works.example";
  for (const auto& letter :
       {invitation(options, person, "Water\n\nworks", "SECRET", kTestNow),
        password_reset(options, person, "SECRET", kTestNow, "1.2.3.4\n\nx"),
        email_proof(options, person, "new@works.example", "SECRET", kTestNow, Cause::recipient),
        address_wanted(options, person, kTestNow),
        notice(options, person, person.email, Event::passkey_added, "Key\n\nx",
               {.who = Doer::Who::recipient, .address = "192.0.2.7", .agent = "from\n\ny"}, kTestNow),
        approval_wanted(options, person, {.id = 1, .act = domain::Act::grant_role, .until = kTestNow}),
        glass_alert(options, person,
                    {.person = "Cora\n\nx", .organisation = "CERT\n\nx", .owner = "Water\n\nworks"})}) {
    EXPECT_THAT(letter.text, Not(HasSubstr("\nYour account")));
    EXPECT_THAT(letter.text, AllOf(Not(HasSubstr("\nworks")), Not(HasSubstr("\nx")), Not(HasSubstr("\ny"))));
    EXPECT_THAT(letter.subject, Not(HasSubstr("\n")));
    EXPECT_EQ(letter.person, person.id);
    EXPECT_TRUE(letter.text.starts_with("Hello Ada Your account")) << letter.text;
  }
}

}  // namespace
}  // namespace tocsin::engine::post
