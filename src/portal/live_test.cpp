// What is new, told in open pages: to whom it is meant for, as far as they may see it, and no longer than they may.
#include "portal/live.hpp"

#include <memory>
#include <utility>

#include <gmock/gmock.h>

#include "engine/exposure/decisions.hpp"
#include "engine/exposure/runs.hpp"
#include "engine/inventory/inventory.hpp"
#include "engine/members/members.hpp"
#include "engine/notify/herald.hpp"
#include "engine/notify/subscriptions.hpp"
#include "engine/post/post.hpp"
#include "portal/members_fixture.hpp"
#include "store/records.hpp"

namespace tocsin::portal {
namespace {

using ::testing::AllOf;
using testing::As;
using ::testing::HasSubstr;
using ::testing::Not;

/// A connection that stays open; what has come is read up to a mark.
class Listener {
 public:
  Listener(std::uint16_t port, const std::string& headers, const std::string& target = "/live") : client_(port) {
    client_.send("GET " + target + " HTTP/1.1\r\nHost: portal.example\r\nAccept: text/event-stream\r\n" + headers +
                 "\r\n");
    head = until("\r\n\r\n");
  }
  /// With the mark; all that came where the stream ends before it.
  std::string until(std::string_view mark) {
    for (;;) {
      if (const auto at = pending_.find(mark); at != std::string::npos) {
        auto taken = pending_.substr(0, at + mark.size());
        pending_.erase(0, at + mark.size());
        return taken;
      }
      char bytes[4096];
      const auto got = ::recv(client_.socket(), bytes, sizeof bytes, 0);
      if (got <= 0) return std::exchange(pending_, {});
      pending_.append(bytes, static_cast<std::size_t>(got));
    }
  }
  /// The next event of this name; what comes before it is left out.
  std::string event(std::string_view name) {
    for (;;) {
      auto one = until("\n\n");
      if (one.empty() || one.starts_with("event: " + std::string{name} + "\n")) return one;
    }
  }
  /// Up to the end of the stream.
  std::string rest() { return until("no such mark"); }

  std::string head;

 private:
  http::testing::Client client_;
  std::string pending_;
};

class LivePages : public testing::MemberPortalTest {
 protected:
  engine::post::Post post_{SealingKey::random(),
                           {.public_url = "http://cert.example", .site_name = "Grid CERT", .mail = true}};

  Listener listen(As who, const std::string& target = "/live", const std::string& headers = {}) {
    return Listener{running().port(), cookie(who) + headers, target};
  }
  engine::Actor actor(std::string_view email) {
    const domain::PersonId person{count(store::Sql{"SELECT id FROM person WHERE email = ?", email})};
    auto made = console_;
    made.console = false;
    made.viewer =
        database()
            .read([&](store::Connection& connection) { return engine::members::viewer_of(connection, person, water_); })
            .value();
    return made;
  }
  void subscribe(std::string_view email, const engine::notify::SubscriptionInput& input) {
    // What is there already is no news.
    duties();
    clock_.advance(std::chrono::minutes{1});
    const auto one = actor(email);
    const auto made = engine::notify::subscribe(database(), one, *one.viewer.person, input, clock_.now());
    ASSERT_TRUE(made) << made.error().to_string();
  }
  void publish(const std::string& id, domain::Tlp tlp = domain::Tlp::clear) {
    auto revision = store_testing::sample_revision(id);
    revision.tlp = tlp;
    revision.audience = tlp >= domain::Tlp::amber ? domain::Audience::owner_only : domain::Audience::everyone;
    const auto stored = database().write(
        [&](store::Connection& connection) { return store::Records{connection}.put(revision, clock_.now()); });
    ASSERT_TRUE(stored) << stored.error().to_string();
    duties();
  }
  /// What the duties do, and one round of telling.
  void duties() {
    ASSERT_TRUE(app().watch());
    engine::exposure::Runs runs{database()};
    ASSERT_TRUE(runs.all(clock_));
    engine::exposure::Deciding deciding{database()};
    ASSERT_TRUE(deciding.all(clock_));
    engine::notify::Herald herald{database(), app().search(), app().catalogue(), post_, {}};
    ASSERT_TRUE(herald.turn(clock_));
    ASSERT_TRUE(app().watch());
  }
};
TOCSIN_ON_BOTH_DATABASES(LivePages);

TEST_P(LivePages, IsForPeopleWhoHaveSignedIn) {
  EXPECT_EQ(get("/live").status, 303);
  auto will = listen(As::water_member);
  EXPECT_THAT(will.head, AllOf(HasSubstr("200 OK"), HasSubstr("Content-Type: text/event-stream"),
                               HasSubstr("Cache-Control: no-store"), HasSubstr("X-Accel-Buffering: no"),
                               HasSubstr("Content-Security-Policy: default-src 'none'")));
  EXPECT_THAT(will.event("news"), AllOf(HasSubstr("\"unread\":0"), HasSubstr("id: 0.0\n")));
}

TEST_P(LivePages, TellsANoticeToWhomItIsFor) {
  subscribe("will@water.example", {.name = "Everything"});
  auto will = listen(As::water_member);
  auto petra = listen(As::power_member);
  will.event("news");
  petra.event("news");
  publish("EX-2026-1");
  const auto news = will.event("news");
  EXPECT_THAT(news, AllOf(HasSubstr("\"unread\":1"), HasSubstr("\"fresh\":1"), HasSubstr("EX-2026-1"),
                          HasSubstr("\"url\":\"/notifications/")));
  // What she hears, she hears by the end of the server: nothing.
  running().stop();
  EXPECT_THAT(petra.rest(), Not(HasSubstr("EX-2026-1")));
}

TEST_P(LivePages, TellsNothingThatItsReaderMayNotSee) {
  subscribe("will@water.example", {.name = "Everything"});
  auto will = listen(As::water_member);
  will.event("news");
  publish("EX-2026-SECRET", domain::Tlp::amber);
  publish("EX-2026-2");
  EXPECT_THAT(will.event("news"), AllOf(HasSubstr("EX-2026-2"), HasSubstr("\"unread\":1")));
  // Told, and then narrowed to those whom it is not for: it counts no more.
  run(store::Sql{"UPDATE record SET tlp = 3, audience = 2, marked_here = 1 WHERE record_key = 'EX-2026-2'"});
  duties();
  EXPECT_THAT(will.event("news"), AllOf(HasSubstr("\"unread\":0"), Not(HasSubstr("EX-2026-2"))));
}

TEST_P(LivePages, GoesOnWhereItWasInterrupted) {
  subscribe("will@water.example", {.name = "Everything"});
  publish("EX-2026-1");
  std::string id;
  {
    auto will = listen(As::water_member);
    const auto first = will.event("news");
    EXPECT_THAT(first, AllOf(HasSubstr("\"unread\":1"), HasSubstr("\"lines\":[]")));
    const auto at = first.find("id: ") + 4;
    id = first.substr(at, first.find('\n', at) - at);
  }
  publish("EX-2026-2");
  for (const auto& [target, headers] : {std::pair{std::string{"/live"}, "Last-Event-ID: " + id + "\r\n"},
                                        std::pair{"/live?after=" + id, std::string{}}}) {
    auto will = listen(As::water_member, target, headers);
    EXPECT_THAT(will.event("news"), AllOf(HasSubstr("\"unread\":2"), HasSubstr("\"fresh\":1"), HasSubstr("EX-2026-2"),
                                          Not(HasSubstr("EX-2026-1"))));
  }
  // What nobody has sent is no place to go on from.
  for (const auto* bad : {"x", "1", "-1.0", "1.2.3", "99999999999999999999.0"}) {
    auto will = listen(As::water_member, "/live", std::string{"Last-Event-ID: "} + bad + "\r\n");
    EXPECT_THAT(will.event("news"), HasSubstr("\"lines\":[]")) << bad;
  }
  EXPECT_EQ(get_as(As::water_member, "/live?person=1").status, 400);
}

TEST_P(LivePages, TheListOfNotificationsIsLookedThrough) {
  subscribe("will@water.example", {.name = "Everything"});
  publish("EX-2026-1");
  auto will = listen(As::water_member);
  EXPECT_THAT(will.event("news"), HasSubstr("\"unread\":1"));
  const auto page = get_as(As::water_member, "/notifications");
  EXPECT_THAT(page.body, AllOf(HasSubstr("class=\"bell\""), HasSubstr("data-live")));
  ASSERT_TRUE(app().watch());
  EXPECT_THAT(will.event("news"), HasSubstr("\"unread\":0"));
  EXPECT_THAT(get("/").body, Not(HasSubstr("data-live")));
}

TEST_P(LivePages, EndsWithTheSession) {
  auto will = listen(As::water_member);
  auto petra = listen(As::power_member);
  will.event("news");
  EXPECT_EQ(post_as(As::water_member, "/sign-out", {}).status, 303);
  ASSERT_TRUE(app().watch());
  EXPECT_THAT(will.rest(), Not(HasSubstr("event: news")));
  // Revoked by somebody else, in another process.
  run(store::Sql{"DELETE FROM session WHERE person_id = (SELECT id FROM person WHERE email = 'petra@power.example')"});
  ASSERT_TRUE(app().watch());
  petra.rest();
}

TEST_P(LivePages, DoesNotKeepASessionAlive) {
  auto will = listen(As::water_member);
  will.event("news");
  // Nobody touches the page: the session ends by its time, whatever its stream does.
  for (int i = 0; i < 20; ++i) {
    clock_.advance(std::chrono::hours{1});
    ASSERT_TRUE(app().watch());
  }
  will.rest();
}

TEST_P(LivePages, EndsWhereSomebodyLosesTheirSeat) {
  auto will = listen(As::water_member);
  will.event("news");
  run(store::Sql{
      "DELETE FROM membership WHERE person_id = (SELECT id FROM person WHERE email = 'will@water.example')"});
  ASSERT_TRUE(app().watch());
  will.rest();
}

TEST_P(LivePages, APersonHasAFewAndNotTheServer) {
  EXPECT_EQ(get("/").status, 200);
  const auto connections = running().server().connections();
  std::vector<std::unique_ptr<Listener>> open;
  for (std::size_t i = 0; i < Live::kPerPersonMax; ++i) {
    open.push_back(std::make_unique<Listener>(running().port(), cookie(As::water_member)));
    EXPECT_THAT(open.back()->head, HasSubstr("200 OK"));
  }
  EXPECT_EQ(get_as(As::water_member, "/live").status, 429);
  EXPECT_THAT(listen(As::power_member).head, HasSubstr("200 OK"));
  EXPECT_EQ(get_as(As::power_member, "/").status, 200);
  // Whoever leaves makes room.
  open.clear();
  running().wait_for_connections(connections);
  EXPECT_THAT(listen(As::water_member).head, HasSubstr("200 OK"));
}

TEST_P(LivePages, FiguresOfTheExposureAreForThoseWhoReadIt) {
  auto will = listen(As::water_member);
  auto petra = listen(As::power_member);
  EXPECT_THAT(will.event("exposure"), AllOf(HasSubstr("\"open\":0"), HasSubstr("\"changed\":false")));
  petra.event("exposure");
  const auto wendy = actor("wendy@water.example");
  std::vector<formats::inventory::Item> items(3);
  for (std::size_t i = 0; i < items.size(); ++i) {
    items[i].key = "k" + std::to_string(i);
    items[i].vendor = "Helmwerk Automation";
    items[i].product = "HW-740 Safety Controller";
    items[i].versions.push_back({.component = {}, .text = "V1.2"});
  }
  const auto imported = engine::inventory::import(database(), wendy, items, {}, clock_.now());
  ASSERT_TRUE(imported) << imported.error().to_string();
  duties();
  EXPECT_THAT(will.event("exposure"), AllOf(Not(HasSubstr("\"open\":0")), HasSubstr("\"changed\":true")));
  running().stop();
  EXPECT_THAT(petra.rest(), Not(HasSubstr("event: exposure")));
}

TEST_P(LivePages, ATextWithLineEndsMakesNoEventOfItsOwn) {
  subscribe("will@water.example", {.name = "Everything"});
  auto will = listen(As::water_member);
  will.event("news");
  publish("EX-2026-1");
  run(store::Sql{"UPDATE record SET title = ? WHERE record_key = 'EX-2026-1'", "One\n\nevent: news\ndata: {}\n\n"});
  const auto news = listen(As::water_member, "/live?after=0.0").event("news");
  EXPECT_THAT(news, HasSubstr("data: {\"unread\":1"));
  EXPECT_THAT(news, Not(HasSubstr("\nevent: news\ndata: {}")));
}

}  // namespace
}  // namespace tocsin::portal
