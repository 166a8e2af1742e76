#include "exchange/hook_sender.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "engine/members/testing.hpp"
#include "exchange/testing/loopback_server.hpp"

namespace tocsin::exchange {
namespace {

using domain::Role;
using engine::Actor;
using engine::hooks::Event;
using engine::hooks::Hooks;
using store::DeliveryState;
using store::Pace;
using store::Sql;
using store_testing::kTestNow;
using ::testing::AllOf;
using testing::Connection;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::LoopbackServer;
using ::testing::SizeIs;

constexpr std::string_view kGood = "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";

/// The value of a header in a request as it came.
std::string header(std::string_view request, std::string_view name) {
  for (const auto line : text::split(request, '\n')) {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || !text::equals_ignore_case_ascii(line.substr(0, colon), name)) continue;
    return std::string{text::trim(line.substr(colon + 1))};
  }
  return {};
}
std::string body_of(std::string_view request) { return std::string{request.substr(request.find("\r\n\r\n") + 4)}; }

/// What a receiver computes, with OpenSSL alone.
std::string expected_signature(std::string_view secret, const std::string& request) {
  std::string key(64, '\0');
  const auto text = secret.substr(6);
  const auto size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(key.data()),
                                    reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  key.resize(static_cast<std::size_t>(size) - static_cast<std::size_t>(std::ranges::count(text, '=')));
  const auto content =
      header(request, "webhook-id") + "." + header(request, "webhook-timestamp") + "." + body_of(request);
  unsigned char digest[32];
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(content.data()),
       content.size(), digest, nullptr);
  unsigned char encoded[64];
  const auto length = EVP_EncodeBlock(encoded, digest, 32);
  return "v1," + std::string(reinterpret_cast<const char*>(encoded), static_cast<std::size_t>(length));
}

/// A plant whose administrator has endpoints. What receivers say is a table, or a real server.
class HookSenderTest : public engine::members::MembersTest {
 protected:
  ManualClock clock{kTestNow};
  Hooks hooks{SealingKey::random(), {.allow_http = true}};
  domain::OrganisationId plant_;
  domain::PersonId wendy_;
  std::map<std::string, int, std::less<>> answers;  ///< Status by URL; 0: no answer. Else 200.
  std::string retry_after;
  std::vector<std::string> asked;  ///< URL and webhook-id.
  std::unique_ptr<HookSender> sender;

  void SetUp() override {
    MembersTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    plant_ = organisation("Plant");
    wendy_ = person("wendy@plant.example", plant_, {Role::organisation_administrator});
    sender = another();
  }
  void TearDown() override {
    sender.reset();
    MembersTest::TearDown();
  }
  std::unique_ptr<HookSender> another() {
    return std::make_unique<HookSender>(
        database(), hooks, HookSettings{}, clock,
        [this](std::string_view url, const FetchBody&, const FetchOptions& options) -> Result<FetchAnswer> {
          asked.push_back(std::string{url} + " " + options.headers.front().second);
          const auto found = answers.find(url);
          FetchAnswer answer;
          answer.status = found == answers.end() ? 200 : found->second;
          if (answer.status == 0) return Error::unavailable("nobody is there");
          if (!retry_after.empty()) answer.headers.emplace_back("retry-after", retry_after);
          return answer;
        });
  }
  std::unique_ptr<HookSender> over_the_network(std::chrono::milliseconds timeout = std::chrono::seconds{10}) {
    HookSettings settings;
    settings.fetch.allow_http = true;
    settings.fetch.allow_private = true;
    settings.timeout = timeout;
    return std::make_unique<HookSender>(database(), hooks, settings, clock);
  }
  engine::hooks::Made endpoint(std::string url) {
    auto made = engine::hooks::create(database(), acting(wendy_, plant_), hooks,
                                      {.name = "SIEM", .url = std::move(url)}, clock.now());
    EXPECT_TRUE(made) << made.error().to_string() << made.error().detail;
    return std::move(made).value();
  }
  void put(const std::string& id) {
    const auto added = database().write([&](store::Connection& connection) {
      return engine::hooks::enqueue(connection,
                                    Event{.id = id,
                                          .type = "advisory.created",
                                          .person = wendy_,
                                          .organisation = plant_,
                                          .at = clock.now(),
                                          .data = {{"id", id}}},
                                    clock.now());
    });
    ASSERT_TRUE(added) << added.error().to_string() << added.error().detail;
  }
  int work(Pace pace = Pace::answering) {
    int turns = 0;
    for (; turns < 1'000; ++turns) {
      const auto worked = sender->work_once(pace);
      EXPECT_TRUE(worked) << worked.error().to_string() << worked.error().detail;
      if (!worked || !*worked) break;
    }
    return turns;
  }
  void pass(std::chrono::microseconds by) { clock.set({clock.now().micros + by.count()}); }
  std::vector<store::WebhookDelivery> rows(std::int64_t id) {
    return database().read([&](store::Connection& c) { return store::Webhooks{c}.deliveries(id, {}, 100); }).value();
  }
  store::Webhook stored(std::int64_t id) {
    return database().read([&](store::Connection& c) { return store::Webhooks{c}.find(id); }).value().value();
  }
};
TOCSIN_ON_BOTH_DATABASES(HookSenderTest);

TEST_P(HookSenderTest, DeliversSignedAndOnce) {
  std::vector<std::string> requests;
  LoopbackServer server{[&](Connection& connection) {
    requests.push_back(connection.request());
    connection.write(kGood);
  }};
  sender = over_the_network();
  const auto made = endpoint(server.url("/hook?x=1"));
  put("notice:1");
  EXPECT_GT(work(), 0);
  EXPECT_EQ(work(), 0);
  ASSERT_THAT(requests, SizeIs(1));
  const auto& request = requests[0];
  EXPECT_THAT(request, HasSubstr("POST /hook?x=1 HTTP/1.1"));
  EXPECT_EQ(header(request, "content-type"), "application/json");
  EXPECT_EQ(header(request, "webhook-id"), rows(made.id)[0].message_id);
  EXPECT_EQ(header(request, "webhook-timestamp"), std::to_string(kTestNow.micros / 1'000'000));
  EXPECT_EQ(header(request, "webhook-signature"), expected_signature(made.secret, request));
  EXPECT_EQ(body_of(request),
            R"({"type":"advisory.created","timestamp":"2023-03-01T12:00:00Z","data":{"id":"notice:1"}})");
  EXPECT_EQ(rows(made.id)[0].state, DeliveryState::delivered);
  EXPECT_EQ(rows(made.id)[0].last_status, 204);
  EXPECT_EQ(stored(made.id).succeeded_at, kTestNow);
  EXPECT_EQ(sender->counts().delivered, 1U);
}

TEST_P(HookSenderTest, SignsWithBothSecretsForADay) {
  std::vector<std::string> requests;
  LoopbackServer server{[&](Connection& connection) {
    requests.push_back(connection.request());
    connection.write(kGood);
  }};
  sender = over_the_network();
  const auto made = endpoint(server.url("/"));
  const auto next = engine::hooks::rotate(database(), acting(wendy_, plant_), hooks, made.id, clock.now()).value();
  put("notice:1");
  work();
  pass(std::chrono::hours{25});
  put("notice:2");
  work();
  ASSERT_THAT(requests, SizeIs(2));
  EXPECT_EQ(header(requests[0], "webhook-signature"),
            expected_signature(next.secret, requests[0]) + " " + expected_signature(made.secret, requests[0]));
  EXPECT_EQ(header(requests[1], "webhook-signature"), expected_signature(next.secret, requests[1]));
}

TEST_P(HookSenderTest, TriesAgainLongerEachTimeThenGivesUp) {
  const auto id = endpoint("http://siem.example/").id;
  answers["http://siem.example/"] = 500;
  put("notice:1");
  for (int attempt = 1; attempt <= kHookAttemptsMax; ++attempt) {
    const auto pace = attempt == 1 ? Pace::answering : Pace::failing;
    EXPECT_GT(work(pace), 0) << attempt;
    ASSERT_THAT(asked, SizeIs(attempt));
    EXPECT_EQ(asked.back(), asked.front()) << "the same webhook-id each time";
    const auto row = rows(id)[0];
    EXPECT_EQ(row.attempts, attempt);
    EXPECT_EQ(row.last_status, 500);
    EXPECT_EQ(row.problem, "It answered 500");
    if (attempt == kHookAttemptsMax) break;
    ASSERT_EQ(row.state, DeliveryState::waiting) << attempt;
    const auto wait = std::chrono::microseconds{HookSender::wait_after(attempt)}.count();
    const auto waits = row.next_try_at.micros - clock.now().micros;
    EXPECT_GE(waits, wait - wait / 5) << attempt;
    EXPECT_LE(waits, wait + wait / 5) << attempt;
    EXPECT_EQ(work(Pace::answering) + work(Pace::failing), 0) << "not before it is due";
    clock.set({std::max(row.next_try_at.micros, stored(id).busy_until.micros)});
  }
  EXPECT_EQ(rows(id)[0].state, DeliveryState::dead);
  EXPECT_EQ(sender->counts().dead, 1U);
  // Mended, and replayed: under its old id.
  answers.clear();
  pass(std::chrono::hours{1});
  ASSERT_EQ(engine::hooks::replay(database(), acting(wendy_, plant_), id, {}, clock.now()).value(), 1);
  EXPECT_GT(work(Pace::failing), 0);
  EXPECT_EQ(asked.back(), asked.front());
  EXPECT_EQ(rows(id)[0].state, DeliveryState::delivered);
  EXPECT_EQ(stored(id).failures, 0);
}

TEST_P(HookSenderTest, GivesUpWhatGrewTooOld) {
  const auto id = endpoint("http://siem.example/").id;
  put("notice:1");
  // Nobody worked for days: it is dead, and the list says why.
  pass(engine::hooks::kLives);
  work();
  EXPECT_THAT(asked, IsEmpty());
  EXPECT_EQ(rows(id)[0].state, DeliveryState::dead);
  EXPECT_THAT(rows(id)[0].problem, HasSubstr("in time"));
}

TEST_P(HookSenderTest, LeavesAloneWhoFailsAndServesTheOthers) {
  const auto dead = endpoint("http://dead.example/").id;
  const auto quick = endpoint("http://quick.example/").id;
  answers["http://dead.example/"] = 0;
  for (int i = 0; i < 20; ++i) put(fmt::format("notice:{}", i));
  work();
  EXPECT_THAT(asked, SizeIs(21)) << "twenty to the quick one, one attempt at the dead one";
  for (const auto& row : rows(quick)) EXPECT_EQ(row.state, DeliveryState::delivered);
  EXPECT_EQ(stored(dead).failures, 1);
  // From then on it belongs to the workers of those that fail, one attempt each time it is its turn.
  pass(std::chrono::seconds{10});
  EXPECT_EQ(work(Pace::answering), 0);
  EXPECT_GT(work(Pace::failing), 0);
  EXPECT_THAT(asked, SizeIs(22));
  EXPECT_EQ(stored(dead).failures, 2);
  EXPECT_EQ(std::ranges::count(rows(dead), 0, &store::WebhookDelivery::attempts), 18);
  // It comes back: all at once.
  answers.clear();
  pass(std::chrono::minutes{10});
  work(Pace::failing);
  work(Pace::answering);
  for (const auto& row : rows(dead)) EXPECT_EQ(row.state, DeliveryState::delivered);
}

TEST_P(HookSenderTest, ARefusedOneDoesNotHoldUpTheNext) {
  const auto id = endpoint("http://siem.example/").id;
  answers["http://siem.example/"] = 422;
  put("notice:1");
  put("notice:2");
  work();
  EXPECT_THAT(asked, SizeIs(2)) << "it is there: the next one is tried";
  EXPECT_EQ(stored(id).failures, 0);
  for (const auto& row : rows(id)) EXPECT_EQ(row.problem, "It answered 422");
}

TEST_P(HookSenderTest, WaitsAsLongAsItIsAskedTo) {
  const auto id = endpoint("http://siem.example/").id;
  answers["http://siem.example/"] = 429;
  retry_after = "120";
  put("notice:1");
  work();
  EXPECT_EQ(stored(id).busy_until.micros - clock.now().micros, 120'000'000);
  retry_after = "99999999";
  pass(std::chrono::minutes{10});
  work(Pace::failing);
  EXPECT_EQ(stored(id).busy_until.micros - clock.now().micros, 3'600'000'000) << "no longer than an hour";
}

TEST_P(HookSenderTest, GoneIsGone) {
  const auto id = endpoint("http://siem.example/").id;
  answers["http://siem.example/"] = 410;
  put("notice:1");
  put("notice:2");
  work();
  EXPECT_THAT(asked, SizeIs(1));
  EXPECT_FALSE(stored(id).enabled);
  EXPECT_THAT(stored(id).disabled_reason, HasSubstr("410"));
  for (const auto& row : rows(id)) EXPECT_EQ(row.state, DeliveryState::dead);
}

TEST_P(HookSenderTest, EndsWithWhomItIsFor) {
  const auto id = endpoint("http://siem.example/").id;
  put("notice:1");
  person("walt@plant.example", plant_, {Role::organisation_administrator});  // The last one could not go.
  ASSERT_TRUE(engine::members::set_roles(database(), console, wendy_, plant_, {Role::member}, clock.now()));
  work();
  EXPECT_THAT(asked, IsEmpty());
  EXPECT_FALSE(stored(id).enabled);
  EXPECT_THAT(stored(id).disabled_reason, HasSubstr("manage"));
}

TEST_P(HookSenderTest, ADeadProcessLosesNothing) {
  const auto id = endpoint("http://siem.example/").id;
  put("notice:1");
  // As a process leaves it that was killed between lease and answer.
  const Timestamp until{clock.now().micros + sender->lease_time().count()};
  ASSERT_TRUE(database().write([&](store::Connection& connection) -> Status {
    store::Webhooks webhooks{connection};
    EXPECT_EQ(webhooks.lease(stored(id), until).value(), 1);
    EXPECT_EQ(webhooks.begin_attempt(rows(id)[0], until).value(), 1);
    return ok();
  }));
  EXPECT_EQ(work(Pace::answering) + work(Pace::failing), 0);
  clock.set(until);
  EXPECT_GT(work(), 0);
  EXPECT_EQ(asked, std::vector<std::string>{"http://siem.example/ " + rows(id)[0].message_id});
  EXPECT_EQ(rows(id)[0].attempts, 2);
}

TEST_P(HookSenderTest, TwoProcessesShareTheWork) {
  const auto id = endpoint("http://siem.example/").id;
  put("notice:1");
  auto seen = stored(id);
  const Timestamp until{clock.now().micros + 1'000'000};
  const auto lease = [&] {
    return database().write([&](store::Connection& c) { return store::Webhooks{c}.lease(seen, until); }).value();
  };
  EXPECT_EQ(lease(), 1);
  EXPECT_EQ(lease(), 0) << "the second is too late";
}

TEST_P(HookSenderTest, NeitherFollowsNorReadsMuchNorGoesInside) {
  int elsewhere = 0;
  LoopbackServer other{[&](Connection& connection) {
    connection.request();
    ++elsewhere;
    connection.write(kGood);
  }};
  LoopbackServer server{[&](Connection& connection) {
    const auto request = connection.request();
    if (request.starts_with("POST /moved ")) {
      connection.write(fmt::format(
          "HTTP/1.1 302 Found\r\nLocation: {}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", other.url("/")));
      return;
    }
    // More than anybody wants to read.
    if (!connection.write("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")) return;
    while (connection.write(std::string(4'096, 'x'))) {
    }
  }};
  sender = over_the_network();
  const auto moved = endpoint(server.url("/moved")).id, talks = endpoint(server.url("/talks")).id;
  put("notice:1");
  work();
  EXPECT_EQ(elsewhere, 0);
  EXPECT_THAT(rows(moved)[0].problem, AllOf(HasSubstr("302"), HasSubstr("not followed")));
  EXPECT_EQ(rows(talks)[0].state, DeliveryState::delivered);
  // The same server, by those who may not reach their own network.
  HookSettings settings;
  settings.fetch.allow_http = true;
  sender = std::make_unique<HookSender>(database(), hooks, settings, clock);
  const auto before = server.connections();
  put("notice:2");
  work();
  EXPECT_EQ(server.connections(), before) << "no connection was opened";
  EXPECT_THAT(rows(talks)[0].problem, HasSubstr("not in the public internet"));
  EXPECT_EQ(rows(talks)[0].state, DeliveryState::waiting);
}

TEST_P(HookSenderTest, ASlowOneBesideAQuickOne) {
  std::mutex mutex;
  std::condition_variable changed;
  int arrived = 0;
  bool slow_asked = false;
  LoopbackServer slow{[&](Connection& connection) {
    connection.request();
    {
      const std::lock_guard lock(mutex);
      slow_asked = true;
    }
    changed.notify_all();
    connection.wait_for_end();  // Never answers.
  }};
  LoopbackServer quick{[&](Connection& connection) {
    connection.request();
    connection.write(kGood);
    {
      const std::lock_guard lock(mutex);
      ++arrived;
    }
    changed.notify_all();
  }};
  sender = over_the_network(std::chrono::seconds{20});
  const auto slow_id = endpoint(slow.url("/")).id;
  endpoint(quick.url("/"));
  put("notice:first");
  sender->start();
  {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return slow_asked; });
  }
  // It has a worker in hand now; the other's letters all arrive meanwhile.
  for (int i = 0; i < 20; ++i) put(fmt::format("notice:{}", i));
  sender->wake();
  {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return arrived == 21; });
  }
  EXPECT_EQ(slow.connections(), 1) << "one worker at a time";
  EXPECT_EQ(std::ranges::count(rows(slow_id), DeliveryState::delivered, &store::WebhookDelivery::state), 0);
}

}  // namespace
}  // namespace tocsin::exchange
