#include "exchange/post_office.hpp"

#include <functional>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/mail_queue.hpp"
#include "store/testing/test_database.hpp"

namespace tocsin::exchange {
namespace {

using engine::post::Purpose;
using store::MailQueue;
using store::MailState;
using store::Sql;
using store_testing::kTestNow;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;
using Outcome = Delivery::Outcome;

Delivery answer(Outcome outcome, Error error) { return {.outcome = outcome, .error = std::move(error)}; }

/// A post office whose mail server is a table: what it says to whom.
class PostOfficeTest : public store_testing::DatabaseTest {
 protected:
  ManualClock clock{kTestNow};
  engine::post::Post post{SealingKey::random(),
                          {.public_url = "https://cert.example", .site_name = "Grid CERT", .mail = true}};
  std::map<std::string, Delivery, std::less<>> answers;  ///< By address; else it is taken.
  std::optional<Delivery> everybody;
  std::vector<Mail> taken, tried;
  std::function<void()> while_sending;  ///< What happens between a letter's handing over and the answer.
  std::unique_ptr<engine::identity::Identity> identity;
  std::unique_ptr<PostOffice> office;

  void SetUp() override {
    DatabaseTest::SetUp();
    if (IsSkipped()) return;
    engine::identity::Options options;
    options.password_cost = kPasswordCostForTests;
    options.post = &post;
    identity = std::make_unique<engine::identity::Identity>(database(), SealingKey::random(), options, clock);
    office = another();
  }
  void TearDown() override {
    office.reset();
    identity.reset();
    DatabaseTest::TearDown();
  }
  std::unique_ptr<PostOffice> another() {
    return std::make_unique<PostOffice>(database(), *identity, post, MailSettings{}, clock,
                                        [this](const MailSettings&, const Mail& mail, const Clock&) {
                                          tried.push_back(mail);
                                          if (while_sending) std::exchange(while_sending, nullptr)();
                                          if (everybody) return *everybody;
                                          const auto found = answers.find(mail.to.front());
                                          if (found != answers.end()) return found->second;
                                          taken.push_back(mail);
                                          return Delivery{};
                                        });
  }
  void put(std::string address, std::chrono::hours lives = std::chrono::hours{24}, Purpose purpose = Purpose::notice) {
    const auto done = database().write([&](store::Connection& connection) {
      return post.put(connection,
                      {.purpose = purpose,
                       .person = {},
                       .address = std::move(address),
                       .subject = "Subject",
                       .text = "Text",
                       .expires_at = {clock.now().micros + std::chrono::microseconds{lives}.count()}},
                      clock.now());
    });
    ASSERT_TRUE(done) << done.error().to_string() << done.error().detail;
  }
  int work() {
    int rows = 0;
    for (; rows < 1'000; ++rows) {
      const auto worked = office->work_once();
      EXPECT_TRUE(worked) << worked.error().to_string() << worked.error().detail;
      if (!worked || !*worked) break;
    }
    return rows;
  }
  std::vector<std::string> taken_addresses() {
    std::vector<std::string> all;
    for (const auto& each : taken) all.push_back(each.to.front());
    return all;
  }
  MailQueue::Counts counts() {
    return database().read([](store::Connection& connection) { return MailQueue{connection}.counts(); }).value();
  }
  std::vector<store::QueuedMail> rows() {
    return database().read([](store::Connection& connection) { return MailQueue{connection}.list(100); }).value();
  }
};
TOCSIN_ON_BOTH_DATABASES(PostOfficeTest);

TEST_P(PostOfficeTest, SendsWhatWaitsOnceAndInOrder) {
  put("a@one.example");
  put("b@two.example");
  work();
  EXPECT_THAT(taken_addresses(), ElementsAre("a@one.example", "b@two.example"));
  EXPECT_EQ(taken[0].subject, "Subject");
  EXPECT_NE(taken[0].id, taken[1].id);
  EXPECT_THAT(rows(), IsEmpty());
  EXPECT_EQ(work(), 0);
  EXPECT_EQ(office->counts().taken, 2U);
  EXPECT_FALSE(office->next_due().value());
}

TEST_P(PostOfficeTest, WhatIsRefusedForNowIsTriedAgainLaterEachTime) {
  put("grey@one.example");
  answers["grey@one.example"] =
      answer(Outcome::later, Error::unavailable("takes no mail for now (451)", "451 greylisted"));
  std::int64_t before = 0;
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(work(), 1) << "once, and not at once again";
    const auto row = rows()[0];
    EXPECT_EQ(row.attempts, i + 1);
    EXPECT_EQ(row.state, MailState::waiting);
    EXPECT_THAT(row.problem, HasSubstr("451 greylisted"));
    const auto wait = row.next_try_at.micros - clock.now().micros;
    EXPECT_GT(wait, before);
    before = wait;
    EXPECT_EQ(office->next_due().value(), row.next_try_at);
    clock.advance(std::chrono::microseconds{wait});
  }
  answers.clear();
  work();
  EXPECT_THAT(taken_addresses(), ElementsAre("grey@one.example"));
  for (const auto& each : tried) EXPECT_EQ(each.id, taken[0].id) << "so that a double can be dropped";
}

TEST_P(PostOfficeTest, WhatIsRefusedForGoodIsGivenUpAndSeen) {
  put("nobody@one.example");
  put("b@one.example");
  answers["nobody@one.example"] = answer(Outcome::refused, Error::forbidden("refused the mail (550)"));
  work();
  EXPECT_THAT(taken_addresses(), ElementsAre("b@one.example"));
  ASSERT_THAT(rows(), SizeIs(1));
  EXPECT_EQ(rows()[0].state, MailState::given_up);
  EXPECT_EQ(counts().given_up, 1);
  clock.advance(std::chrono::hours{48});
  EXPECT_EQ(work(), 0) << "not tried again by itself";
}

TEST_P(PostOfficeTest, GivesUpAfterSoManyTriesAndWhenItIsTooOld) {
  put("grey@one.example", std::chrono::hours{24 * 300});
  put("old@two.example", std::chrono::hours{1});
  answers["grey@one.example"] = answer(Outcome::later, Error::unavailable("451"));
  answers["old@two.example"] = answer(Outcome::later, Error::unavailable("451"));
  for (int i = 0; i < kMailAttemptsMax + 5; ++i) {
    work();
    clock.advance(std::chrono::hours{1});
  }
  ASSERT_THAT(rows(), SizeIs(2));
  std::int64_t most = 0;
  for (const auto& each : rows()) {
    EXPECT_EQ(each.state, MailState::given_up);
    most = std::max(most, each.attempts);
    if (each.domain == "two.example") EXPECT_THAT(each.problem, HasSubstr("too old"));
  }
  EXPECT_EQ(most, kMailAttemptsMax);
  // And not kept for ever.
  clock.advance(std::chrono::hours{24 * 400});
  work();
  EXPECT_THAT(rows(), IsEmpty());
}

TEST_P(PostOfficeTest, ASilentReceiverHoldsUpNobodyElse) {
  for (int i = 0; i < 5; ++i) put(fmt::format("p{}@silent.example", i));
  put("a@other.example");
  for (int i = 0; i < 5; ++i) {
    answers[fmt::format("p{}@silent.example", i)] = answer(Outcome::later, Error::timeout("no answer in time"));
  }
  work();
  EXPECT_THAT(tried, SizeIs(2)) << "one that waited for nothing, then the other";
  EXPECT_THAT(taken_addresses(), ElementsAre("a@other.example"));
  ASSERT_TRUE(office->next_due().value());
  clock.advance(std::chrono::minutes{2});
  answers.clear();
  work();
  EXPECT_THAT(taken, SizeIs(6));
}

TEST_P(PostOfficeTest, AServerThatIsAwayCostsNoLetterItsTries) {
  put("a@one.example");
  put("b@two.example");
  everybody = answer(Outcome::no_server, Error::unavailable("cannot reach mail.example", "refused"));
  for (int i = 0; i < 50; ++i) {
    work();
    clock.advance(std::chrono::minutes{6});
  }
  EXPECT_EQ(tried.size(), 50U) << "asked once in a while, not for every letter";
  EXPECT_THAT(office->trouble(), HasSubstr("cannot reach"));
  for (const auto& each : rows()) {
    EXPECT_EQ(each.attempts, 0);
    EXPECT_EQ(each.state, MailState::waiting);
  }
  everybody.reset();
  work();
  EXPECT_THAT(taken_addresses(), UnorderedElementsAre("a@one.example", "b@two.example"));
  EXPECT_EQ(office->trouble(), "");
}

TEST_P(PostOfficeTest, TwoShareTheWorkAndADeadOnesLetterIsSentAgain) {
  put("a@one.example");
  // One that died after it had leased the letter, and perhaps handed it over.
  auto row = rows()[0];
  ASSERT_EQ(database()
                .write([&](store::Connection& connection) {
                  return MailQueue{connection}.lease(
                      row, {clock.now().micros + std::chrono::microseconds{kMailLease}.count()});
                })
                .value(),
            1);
  auto second = another();
  EXPECT_FALSE(second->work_once().value());
  EXPECT_THAT(tried, IsEmpty());
  clock.advance(kMailLease);
  EXPECT_TRUE(second->work_once().value());
  ASSERT_THAT(taken, SizeIs(1));
  EXPECT_EQ(taken[0].id, row.message_id);
  EXPECT_GT(std::chrono::microseconds{kMailLease}, std::chrono::microseconds{MailSettings{}.total_timeout})
      << "an attempt is over before somebody else may begin one";
}

TEST_P(PostOfficeTest, WhatIsAskedForWhileItIsTriedIsTriedAgainAtOnce) {
  struct Case {
    std::string_view name;
    Delivery first;
  };
  const Case cases[] = {{"put off", answer(Outcome::later, Error::unavailable("451 greylisted"))},
                        {"refused", answer(Outcome::refused, Error::forbidden("550"))},
                        {"no server", answer(Outcome::no_server, Error::unavailable("away"))}};
  for (const auto& each : cases) {
    SCOPED_TRACE(each.name);
    tried.clear();
    taken.clear();
    office = another();
    put("grey@one.example");
    everybody = each.first;
    while_sending = [&] {
      const auto asked = database().write([&](store::Connection& connection) {
        return MailQueue{connection}.retry(std::nullopt, clock.now(), clock.now());
      });
      ASSERT_TRUE(asked) << asked.error().to_string();
      EXPECT_EQ(*asked, 1);
    };
    EXPECT_TRUE(office->work_once().value());
    ASSERT_THAT(rows(), SizeIs(1));
    EXPECT_EQ(rows()[0].state, MailState::waiting);
    EXPECT_EQ(rows()[0].next_try_at, clock.now()) << "not when the back-off would have it";
    EXPECT_EQ(rows()[0].attempts, 0);
    EXPECT_EQ(office->counts().put_off + office->counts().given_up, 0U);
    everybody.reset();
    clock.advance(std::chrono::minutes{1});  // A server that was away is left alone so long.
    EXPECT_EQ(work(), 1);
    EXPECT_THAT(taken_addresses(), ElementsAre("grey@one.example"));
    EXPECT_THAT(rows(), IsEmpty());
  }
}

TEST_P(PostOfficeTest, AnAttemptThatOutlivedItsLeaseLeavesTheNextOneAlone) {
  put("slow@one.example");
  everybody = answer(Outcome::later, Error::unavailable("451"));
  std::int64_t leased_until = 0;
  while_sending = [&] {
    clock.advance(kMailLease);
    auto row = rows()[0];
    leased_until = clock.now().micros + std::chrono::microseconds{kMailLease}.count();
    EXPECT_EQ(
        database()
            .write([&](store::Connection& connection) { return MailQueue{connection}.lease(row, {leased_until}); })
            .value(),
        1);
  };
  EXPECT_TRUE(office->work_once().value());
  EXPECT_EQ(rows()[0].next_try_at.micros, leased_until);
  EXPECT_EQ(rows()[0].attempts, 2);
}

TEST_P(PostOfficeTest, AnswersRequestsAlsoWhileTheServerIsAway) {
  put("a@one.example");
  everybody = answer(Outcome::no_server, Error::unavailable("away"));
  work();
  ASSERT_TRUE(identity->forgot_password("nobody@example.org", {}));
  work();
  EXPECT_EQ(database()
                .read([](store::Connection& connection) {
                  return connection.first(Sql{"SELECT count(*) FROM mail_queue"},
                                          [](const store::Row& row) { return row.integer(0); });
                })
                .value(),
            1)
      << "the request for nobody went, the letter waits";
}

TEST_P(PostOfficeTest, WhatAnotherKeySealedIsGivenUp) {
  put("a@one.example");
  engine::post::Post other{SealingKey::random(), post.options()};
  PostOffice stranger{database(), *identity,
                      other,      MailSettings{},
                      clock,      [](const MailSettings&, const Mail&, const Clock&) { return Delivery{}; }};
  EXPECT_TRUE(stranger.work_once().value());
  EXPECT_THAT(rows()[0].problem, HasSubstr("another key"));
}

TEST_P(PostOfficeTest, TheThreadIsWokenAndStops) {
  std::mutex mutex;
  std::condition_variable changed;
  int count = 0;
  {
    PostOffice running{
        database(), *identity, post, MailSettings{}, clock, [&](const MailSettings&, const Mail&, const Clock&) {
          const std::lock_guard lock(mutex);
          ++count;
          changed.notify_all();
          return Delivery{};
        }};
    running.start();
    for (int i = 1; i <= 3; ++i) {
      put("a@one.example");
      running.wake();
      std::unique_lock lock(mutex);
      changed.wait(lock, [&] { return count == i; });
    }
  }
  EXPECT_THAT(rows(), IsEmpty()) << "what was in hand was finished";
}

}  // namespace
}  // namespace tocsin::exchange
