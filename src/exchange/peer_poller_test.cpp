#include "exchange/peer_poller.hpp"

#include <future>
#include <utility>

#include <gmock/gmock.h>

#include "exchange/testing/peers.hpp"
#include "exchange/testing/taxii_server.hpp"

namespace tocsin::exchange {
namespace {

using engine::Actor;
using engine::taxii::PeerInput;
using engine::taxii::Peers;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using store::PeerAuth;
using store::PeerTrust;
using store::Sql;
using store_testing::kTestNow;
using ::testing::HasSubstr;
using testing::TaxiiServer;

constexpr std::int64_t kFirst = 1'767'225'600'000'000;  // 2026-01-01
constexpr const char* kGreen = R"(,"object_marking_refs":["marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"])";
constexpr const char* kRed = R"(,"object_marking_refs":["marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"])";
constexpr const char* kOwnMarking = "marking-definition--0b7dc8a1-5a57-4f3b-9b0a-6a6f0c3f2d11";

class PeerPollerTest : public testing::PeersTest<TaxiiServer> {
 protected:
  static PeerInput input() { return {.name = "CERT Example", .url = "https://taxii.example/c/", .enabled = true}; }
  void add(const PeerInput& it = input()) { PeersTest::add(it); }
  void change(void (*how)(PeerInput&)) {
    auto it = engine::taxii::input_of(kept());
    how(it);
    ASSERT_TRUE(engine::taxii::change_peer(database(), console, peers, peer, it, clock.now()));
  }
  bool works() {
    const auto worked = poller->work_once();
    EXPECT_TRUE(worked) << worked.error().to_string();
    return worked && *worked;
  }
};
TOCSIN_ON_BOTH_DATABASES(PeerPollerTest);

TEST_P(PeerPollerTest, ReadsWhatIsDueAndThenOnlyWhatIsNew) {
  server.add(2'500, kFirst, 1'000'000);
  add();
  EXPECT_TRUE(works());
  EXPECT_FALSE(works()) << "not due again";
  EXPECT_EQ(records(), 2'500);
  EXPECT_EQ(number(Sql{"SELECT count(*) FROM stix_object"}), 2'500) << "derived at once";
  auto it = kept();
  EXPECT_EQ(it.counts.stored, 2'500);
  EXPECT_EQ(it.failures, 0);
  EXPECT_EQ(it.succeeded_at, clock.now());
  EXPECT_EQ(it.next_run_at.micros, clock.now().micros + std::chrono::microseconds{minutes{60}}.count());
  EXPECT_EQ(it.position.read_all_at, clock.now());
  EXPECT_EQ(it.busy_until.micros, 0);
  const auto questions = server.asked.size();

  clock.advance(minutes{61});
  server.add(1, kFirst + 2'500'000'000, 1);
  EXPECT_TRUE(works());
  EXPECT_EQ(records(), 2'501);
  EXPECT_EQ(server.asked.size(), questions + 1);
  EXPECT_EQ(kept().counts.stored, 2'501);
  EXPECT_LE(kept().counts.unchanged, 61) << "what is asked for again";
}

TEST_P(PeerPollerTest, GoesOnWhereItStoodWhoeverDied) {
  server.add(2'900, kFirst, 1'000);
  add();
  // As if the process had been killed behind the second page: the lease is still held.
  int pages = 0;
  EXPECT_THROW(static_cast<void>(poller->read_now(peer,
                                                  [&](const PeerReading&) {
                                                    if (++pages == 2) throw std::runtime_error{"killed"};
                                                    return true;
                                                  })),
               std::runtime_error);
  EXPECT_EQ(records(), 2'000);
  EXPECT_FALSE(works()) << "nobody else reads it while the lease lasts";
  EXPECT_EQ(poller->read_now(peer).error().code, Error::Code::conflict);
  clock.advance(minutes{11});
  const auto questions = server.asked.size();
  EXPECT_TRUE(works());
  EXPECT_EQ(records(), 2'900);
  EXPECT_EQ(server.asked.size(), questions + 1) << "the third page only";
  EXPECT_EQ(kept().counts.stored, 2'900);
  EXPECT_EQ(kept().counts.unchanged, 1) << "the last that was kept: it goes on by its date";
}

TEST_P(PeerPollerTest, APageIsKeptWholeOrNotAtAll) {
  server.add(1'000, kFirst, 1'000);
  add();
  server.instead[0] = TaxiiServer::answer(200, R"({"objects":[)" + server.objects[0].bytes + R"(,{"type":"indi)");
  EXPECT_TRUE(works());
  EXPECT_EQ(records(), 0);
  EXPECT_EQ(kept().failures, 1);
  EXPECT_THAT(kept().problem, HasSubstr("envelope"));
  clock.advance(minutes{2});
  EXPECT_TRUE(works());
  EXPECT_EQ(records(), 1'000);
  EXPECT_EQ(kept().failures, 0);
  EXPECT_EQ(kept().problem, "");
}

TEST_P(PeerPollerTest, LeavesAloneWhoFailsLongerEachTime) {
  add();
  for (int i = 0; i < 20; ++i) server.instead[i] = TaxiiServer::answer(500, "");
  for (const auto wait : {minutes{1}, minutes{2}, minutes{4}, minutes{8}}) {
    EXPECT_TRUE(works());
    const auto left = kept().next_run_at.micros - clock.now().micros;
    EXPECT_NEAR(static_cast<double>(left) / 6e7, static_cast<double>(wait.count()),
                0.11 * static_cast<double>(wait.count()));
    EXPECT_FALSE(works());
    clock.set(kept().next_run_at);
  }
  EXPECT_EQ(PeerPoller::wait_after(100), hours{6});
  // It says itself for how long.
  auto busy = TaxiiServer::answer(429, "");
  busy.headers.emplace_back("retry-after", "7200");
  server.instead[4] = busy;
  EXPECT_TRUE(works());
  EXPECT_EQ(kept().next_run_at.micros - clock.now().micros, std::int64_t{7'200} * 1'000'000);
  clock.set(kept().next_run_at);
  busy.headers.back().second = "99999999";
  server.instead[5] = busy;
  EXPECT_TRUE(works());
  EXPECT_EQ(kept().next_run_at.micros - clock.now().micros, std::int64_t{24} * 3'600 * 1'000'000);
}

TEST_P(PeerPollerTest, AsksWithItsCredentialsAndSaysWhenTheyAreWrong) {
  auto it = input();
  it.auth = PeerAuth::bearer;
  it.secret = "secret-token";
  add(it);
  server.add(3, kFirst, 1'000);
  server.authorization = "Bearer secret-token";
  EXPECT_TRUE(works());
  EXPECT_EQ(records(), 3);
  server.authorization = "Bearer another";
  clock.advance(minutes{61});
  EXPECT_TRUE(works());
  EXPECT_THAT(kept().problem, HasSubstr("credentials"));
  EXPECT_THAT(kept().problem, ::testing::Not(HasSubstr("secret-token")));
  // A database without its key.
  const Peers others{SealingKey::random(), {}};
  PeerPoller stranger{database(), others, {}, clock, [this](std::string_view url, const FetchOptions& options) {
                        return server.get(url, options);
                      }};
  const auto reading = stranger.read_now(peer);
  ASSERT_TRUE(reading);
  ASSERT_TRUE(reading->failure);
  EXPECT_THAT(reading->failure->message, HasSubstr("another key"));
}

TEST_P(PeerPollerTest, TakesNothingAboveItsCeilingAndMarksWhatBearsNone) {
  server.objects = {
      {kFirst, TaxiiServer::indicator(1)},
      {kFirst + 1, TaxiiServer::indicator(2, kGreen)},
      {kFirst + 2, TaxiiServer::indicator(3, kRed)},
      {kFirst + 3, TaxiiServer::indicator(4, fmt::format(R"(,"object_marking_refs":["{}"])", kOwnMarking))}};
  auto it = input();
  it.tlp_default = domain::Tlp::amber;
  it.tlp_max = domain::Tlp::amber;
  it.markings = {{kOwnMarking, domain::Tlp::clear}};
  it.owner = organisation("Partner");
  add(it);
  EXPECT_TRUE(works());
  EXPECT_EQ(records(), 3);
  EXPECT_EQ(kept().counts.above, 1);
  for (const auto& [number_of, tlp] :
       {std::pair{1, domain::Tlp::amber}, std::pair{2, domain::Tlp::green}, std::pair{4, domain::Tlp::clear}}) {
    EXPECT_EQ(number(Sql{"SELECT tlp FROM record WHERE record_key = ?",
                         fmt::format("indicator--00000000-0000-4000-8000-{:012}", number_of)}),
              static_cast<std::int64_t>(tlp));
  }
  EXPECT_EQ(number(Sql{"SELECT count(*) FROM record WHERE owner_id = ?", it.owner}), 3);
}

/// Whoever can answer for the peer cannot rewrite what others gave.
TEST_P(PeerPollerTest, ChangesNothingThatIsHereFromElsewhereUnlessTrusted) {
  ASSERT_TRUE(import_documents(database(), {{.name = "own.json", .bytes = TaxiiServer::indicator(1)}}, {}, {}, clock));
  auto newer = TaxiiServer::indicator(1);
  newer.replace(newer.find("\"modified\":\"2026-01-01"), 22, "\"modified\":\"2026-05-01");
  ASSERT_TRUE(
      import_documents(database(), {{.name = "three.json", .bytes = TaxiiServer::indicator(3)}}, {}, {}, clock));
  server.objects = {{kFirst, newer}, {kFirst + 1, TaxiiServer::indicator(2)}, {kFirst + 1, TaxiiServer::indicator(3)}};
  add();
  EXPECT_TRUE(works());
  EXPECT_EQ(records(), 3);
  EXPECT_EQ(kept().counts.held, 1);
  EXPECT_EQ(kept().counts.stored, 1);
  EXPECT_EQ(kept().counts.unchanged, 1) << "the same from two sides is nothing to hold back";
  EXPECT_EQ(number(Sql{"SELECT count(*) FROM revision"}), 3);
  // What came from it, it may change.
  auto second = TaxiiServer::indicator(2);
  second.replace(second.find("\"modified\":\"2026-01-01"), 22, "\"modified\":\"2026-05-01");
  server.objects.push_back({kFirst + 2, second});
  clock.advance(minutes{61});
  EXPECT_TRUE(works());
  EXPECT_EQ(number(Sql{"SELECT count(*) FROM revision"}), 4);
  change([](PeerInput& it) { it.trust = PeerTrust::all; });
  EXPECT_TRUE(works()) << "a changed peer is read anew";
  EXPECT_EQ(number(Sql{"SELECT count(*) FROM revision"}), 5);
}

TEST_P(PeerPollerTest, KeepsNothingOfAPageWhenItWasChangedMeanwhile) {
  server.add(10, kFirst, 1'000);
  add();
  auto slow = std::make_unique<PeerPoller>(database(), peers, FetchSettings{}, clock,
                                           [this](std::string_view url, const FetchOptions& options) {
                                             // While the answer is on its way.
                                             change([](PeerInput& it) { it.enabled = false; });
                                             return server.get(url, options);
                                           });
  const auto reading = slow->read_now(peer);
  ASSERT_TRUE(reading);
  ASSERT_TRUE(reading->failure);
  EXPECT_EQ(records(), 0);
  EXPECT_FALSE(kept().enabled);
  EXPECT_FALSE(works());
}

TEST_P(PeerPollerTest, ReadsFromTheBeginningAgainWhenAClockMayHaveGoneBack) {
  server.add(5, kFirst, 1'000'000'000);
  add();
  EXPECT_TRUE(works());
  // Long before what was told.
  server.objects.insert(server.objects.begin(), {kFirst - 1'000'000'000, TaxiiServer::indicator(77)});
  clock.advance(minutes{61});
  EXPECT_TRUE(works());
  EXPECT_EQ(records(), 5) << "this is what reading by dates cannot see";
  clock.advance(hours{24 * 7});
  EXPECT_TRUE(works());
  EXPECT_EQ(records(), 6);
  EXPECT_EQ(kept().position.read_all_at, clock.now());
}

TEST_P(PeerPollerTest, CopesWithServersAndSaysWhatTheyDo) {
  server.add(2'300, kFirst, 1'000);
  server.without_next = true;
  add();
  EXPECT_TRUE(works());
  EXPECT_EQ(records(), 2'300);
  EXPECT_EQ(kept().fault, kSaysNotWhere);
  EXPECT_EQ(kept().problem, "");
  // Slow ones are asked for less.
  server.slow_above = 300;
  clock.advance(minutes{61});
  EXPECT_TRUE(works());
  EXPECT_EQ(kept().failures, 1);
  EXPECT_EQ(kept().position.page_limit, 500);
}

TEST_P(PeerPollerTest, OneRefusedObjectSpoilsNoOther) {
  server.objects = {{kFirst, TaxiiServer::indicator(1)},
                    {kFirst + 1, R"({"type":"indicator","id":"indicator--nonsense"})"},
                    {kFirst + 2, TaxiiServer::indicator(3)}};
  add();
  const auto reading = poller->read_now(peer);
  ASSERT_TRUE(reading);
  EXPECT_FALSE(reading->failure);
  EXPECT_EQ(reading->counts.stored, 2);
  EXPECT_EQ(reading->counts.refused, 1);
  ASSERT_EQ(reading->problems.size(), 1U);
  EXPECT_THAT(reading->problems[0].to_string(), HasSubstr("/objects/1"));
}

TEST_P(PeerPollerTest, APreviewKeepsNothing) {
  ASSERT_TRUE(import_documents(database(), {{.name = "own.json", .bytes = TaxiiServer::indicator(1)}}, {}, {}, clock));
  server.objects = {
      {kFirst, TaxiiServer::indicator(1, R"(,"confidence":3)")},
      {kFirst + 1, TaxiiServer::indicator(2, kGreen)},
      {kFirst + 2, TaxiiServer::indicator(3, kRed)},
      {kFirst + 3, TaxiiServer::indicator(4, fmt::format(R"(,"object_marking_refs":["{}"])", kOwnMarking))},
      {kFirst + 4, R"({"type":"indicator","id":"indicator--nonsense"})"}};
  auto it = input();
  it.enabled = false;
  add(it);
  const auto before = kept();
  const auto seen = poller->preview(console, peer);
  ASSERT_TRUE(seen) << seen.error().to_string();
  EXPECT_EQ(seen->objects, 5);
  EXPECT_EQ(seen->here, 1);
  EXPECT_EQ(seen->held, 1);
  EXPECT_EQ(seen->fresh, 2);
  EXPECT_EQ(seen->above, 1);
  EXPECT_EQ(seen->refused, 1);
  EXPECT_EQ(seen->unmarked, 2);
  EXPECT_FALSE(seen->more);
  EXPECT_EQ(seen->types.at("indicator"), 4);
  EXPECT_EQ(seen->tlp.at(domain::Tlp::red), 1);
  EXPECT_EQ(seen->other_markings.at(kOwnMarking), 1);
  EXPECT_EQ(records(), 1);
  EXPECT_EQ(kept().position.reached, before.position.reached);
  EXPECT_FALSE(kept().succeeded_at);
  Actor nobody;
  EXPECT_EQ(poller->preview(nobody, peer).error().code, Error::Code::forbidden);
  EXPECT_EQ(poller->look(nobody, {.url = "https://taxii.example/"}).error().code, Error::Code::forbidden);
  EXPECT_EQ(poller->preview(console, 4'711).error().code, Error::Code::not_found);
  server.add(5'000, kFirst + 10, 1'000);
  EXPECT_TRUE(poller->preview(console, peer)->more);
}

TEST_P(PeerPollerTest, ReadsByItselfWhenStarted) {
  server.add(10, kFirst, 1'000);
  add();
  std::promise<void> asked;
  poller = std::make_unique<PeerPoller>(database(), peers, FetchSettings{}, clock,
                                        [&, first = true](std::string_view url, const FetchOptions& options) mutable {
                                          if (std::exchange(first, false)) asked.set_value();
                                          return server.get(url, options);
                                        });
  poller->start();
  ASSERT_EQ(asked.get_future().wait_for(std::chrono::minutes{1}), std::future_status::ready);
  // Lets the page in hand finish.
  poller.reset();
  EXPECT_EQ(records(), 10);
}

}  // namespace
}  // namespace tocsin::exchange
