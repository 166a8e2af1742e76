#include <gmock/gmock.h>

#include "engine/exposure/runs.hpp"
#include "engine/notify/herald.hpp"
#include "engine/notify/subscriptions.hpp"
#include "engine/post/post.hpp"
#include "portal/members_fixture.hpp"
#include "store/mail_queue.hpp"
#include "store/records.hpp"

namespace tocsin::portal {
namespace {

using store::Sql;
using ::testing::AllOf;
using testing::As;
using testing::Field;
using ::testing::HasSubstr;
using ::testing::Not;

/// A portal that writes letters; nobody sends them, so that they can be read out of the queue.
class NotificationPages : public testing::MemberPortalTest {
 protected:
  engine::post::Post post_{SealingKey::random(),
                           {.public_url = "http://cert.example", .site_name = "Grid CERT", .mail = true}};
  void SetUp() override {
    settings_.public_url = "http://cert.example";
    identity_options_.post = &post_;
    MemberPortalTest::SetUp();
  }
  void prepare(App& app) override { app.set_mail(&post_); }

  void publish(const std::string& id, domain::Tlp tlp = domain::Tlp::clear) {
    auto revision = store_testing::sample_revision(id);
    revision.tlp = tlp;
    revision.audience = domain::Audience::everyone;
    const auto stored = database().write(
        [&](store::Connection& connection) { return store::Records{connection}.put(revision, clock_.now()); });
    ASSERT_TRUE(stored) << stored.error().to_string();
    tell();
  }
  /// What the duties do.
  void tell() {
    ASSERT_TRUE(app().catch_up());
    engine::exposure::Runs runs{database()};
    ASSERT_TRUE(runs.all(clock_));
    engine::notify::Herald herald{database(), app().search(), app().catalogue(), post_, {}};
    ASSERT_TRUE(herald.turn(clock_));
  }
  std::vector<engine::post::Letter> letters() {
    std::vector<engine::post::Letter> all;
    EXPECT_TRUE(database().read([&](store::Connection& connection) -> Status {
      TRY(const auto rows, store::MailQueue{connection}.list(100));
      for (const auto& row : rows) {
        TRY(auto letter, post_.open(row));
        all.push_back(std::move(letter));
      }
      return ok();
    }));
    return all;
  }
  std::string secret_of(const engine::post::Letter& letter) {
    const auto& link = letter.headers.at(0).second;
    const auto begin = link.rfind('/') + 1;
    return link.substr(begin, link.size() - begin - 1);
  }
  http::testing::Reply bare_post(std::string_view target, std::string_view body, std::string_view type) {
    http::testing::Client client{running().port()};
    client.send(
        fmt::format("POST {} HTTP/1.1\r\nHost: portal.example\r\nContent-Type: {}\r\nContent-Length: {}\r\n\r\n{}",
                    target, type, body.size(), body));
    return client.read();
  }
};
TOCSIN_ON_BOTH_DATABASES(NotificationPages);

TEST_P(NotificationPages, SubscribeChangePauseAndRemove) {
  EXPECT_EQ(get("/notifications").status, 303);
  const auto first = get_as(As::water_member, "/notifications");
  EXPECT_EQ(first.status, 200);
  EXPECT_THAT(first.body, HasSubstr("You have no subscription yet"));
  EXPECT_THAT(get_as(As::water_member, "/advisories?q=cvss>%3D9").body, HasSubstr("/notifications/new?q=cvss"));
  EXPECT_THAT(get("/advisories").body, Not(HasSubstr("/notifications/new")));
  EXPECT_THAT(get_as(As::water_member, "/notifications/new?q=cvss%3E%3D9").body, HasSubstr("value=\"cvss&gt;=9\""));

  const auto wrong = post_as(As::water_member, "/notifications", {{"query", "vendr:abb"}, {"channel", "mail"}});
  EXPECT_EQ(wrong.status, 422);
  EXPECT_THAT(wrong.body, HasSubstr("did you mean vendor"));
  EXPECT_EQ(post_as(As::water_member, "/notifications", {{"query", "x"}}).status, 422);
  EXPECT_EQ(count(Sql{"SELECT count(*) FROM subscription"}), 0);

  const auto made = post_as(As::water_member, "/notifications",
                            {{"name", "Bad <b>ones</b>"},
                             {"query", "vendor:abb"},
                             {"pace", "daily"},
                             {"channel", "mail"},
                             {"channel", "feed"}});
  EXPECT_EQ(made.status, 303);
  const auto id = count(Sql{"SELECT max(id) FROM subscription"});
  const auto path = fmt::format("/notifications/subscriptions/{}", id);
  EXPECT_THAT(get_as(As::water_member, "/notifications").body,
              AllOf(HasSubstr("Bad &lt;b&gt;ones"), HasSubstr("Once a day, by mail, in my feed")));
  for (const auto* action : {"", "/pause", "/remove", "/test"}) {
    EXPECT_EQ(post_as(As::power_member, path + action, {{"channel", "mail"}}).status, *action == '\0' ? 404 : 400)
        << action;
  }
  EXPECT_EQ(post_as(As::power_member, path + "/remove", {}).status, 404);
  EXPECT_EQ(get_as(As::power_member, path).status, 404);
  EXPECT_EQ(post_bare(As::water_member, path + "/remove", {}).status, 403);

  EXPECT_EQ(post_as(As::water_member, path, {{"name", "Others"}, {"pace", "weekly"}, {"channel", "mail"}}).status, 303);
  EXPECT_EQ(post_as(As::water_member, path + "/pause", {}).status, 303);
  EXPECT_THAT(get_as(As::water_member, "/notifications").body,
              AllOf(HasSubstr("Others"), HasSubstr("Once a week, by mail"), HasSubstr("paused")));
  EXPECT_EQ(post_as(As::water_member, path + "/test", {}).status, 303);
  ASSERT_EQ(letters().size(), 1U);
  EXPECT_EQ(letters().front().address, "will@water.example");
  EXPECT_EQ(post_as(As::water_member, path + "/remove", {}).status, 303);
  EXPECT_EQ(count(Sql{"SELECT count(*) FROM subscription"}), 0);
}

TEST_P(NotificationPages, TimesAreAskedForAndKept) {
  const auto bad = post_as(As::water_member, "/notifications/times",
                           {{"digest_at", "25:00"}, {"digest_on", "1"}, {"quiet_from", "22:00"}, {"quiet_until", ""}});
  EXPECT_EQ(bad.status, 422);
  EXPECT_THAT(bad.body, AllOf(HasSubstr("a time of day is written like 07:30"),
                              HasSubstr("Quiet hours have a beginning and an end.")));
  EXPECT_EQ(post_as(As::water_member, "/notifications/times",
                    {{"digest_at", "08:15"}, {"digest_on", "5"}, {"quiet_from", "22:00"}, {"quiet_until", "06:00"}})
                .status,
            303);
  EXPECT_THAT(get_as(As::water_member, "/notifications").body,
              AllOf(HasSubstr("value=\"08:15\""), HasSubstr("value=\"22:00\""), HasSubstr("value=\"06:00\"")));
}

TEST_P(NotificationPages, ALetterLeadsThereAndOut) {
  tell();  // Of what the fixture brings, before anybody asks for it.
  ASSERT_EQ(post_as(As::water_member, "/notifications", {{"name", "All"}, {"pace", "now"}, {"channel", "mail"}}).status,
            303);
  publish("EX-1");
  publish("EX-1");
  ASSERT_EQ(letters().size(), 1U);
  EXPECT_THAT(get_as(As::water_member, "/notifications").body, AllOf(HasSubstr("EX-1"), HasSubstr("by mail,")));
  const auto notice = fmt::format("/notifications/{}", count(Sql{"SELECT max(id) FROM notice"}));
  const auto followed = get_as(As::water_member, notice);
  EXPECT_EQ(followed.status, 303);
  EXPECT_THAT(followed.head, HasSubstr("Location: /advisories/EX-1"));
  EXPECT_EQ(get_as(As::power_member, notice).status, 404);
  EXPECT_EQ(get(notice).status, 303);  // To sign in.

  const auto secret = secret_of(letters().front());
  // Looking changes nothing, and tells no names: mail programs follow links by themselves.
  const auto page = get("/unsubscribe/" + secret);
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(page.body, AllOf(HasSubstr("No more mail"), Not(HasSubstr("will@")), HasSubstr("noindex")));
  EXPECT_EQ(count(Sql{"SELECT count(*) FROM subscription WHERE mail = 1"}), 1);
  EXPECT_EQ(get("/unsubscribe/nothing").status, 404);
  EXPECT_EQ(bare_post("/unsubscribe/nothing", "List-Unsubscribe=One-Click", "application/x-www-form-urlencoded").status,
            404);
  EXPECT_EQ(
      bare_post("/unsubscribe/" + secret, "List-Unsubscribe=One-Click", "application/x-www-form-urlencoded").status,
      200);
  EXPECT_EQ(count(Sql{"SELECT count(*) FROM subscription WHERE mail = 1"}), 0);
  const std::string multipart =
      "--x\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--x--\r\n";
  EXPECT_EQ(bare_post("/unsubscribe/" + secret, multipart, "multipart/form-data; boundary=x").status, 200);
  EXPECT_THAT(get("/unsubscribe/" + secret).body, HasSubstr("No subscription that led to this letter"));
  publish("EX-2");
  EXPECT_EQ(letters().size(), 1U);
}

TEST_P(NotificationPages, OnesOwnFeedOpensByItsAddressAlone) {
  tell();
  ASSERT_EQ(post_as(As::water_member, "/notifications", {{"name", "All"}, {"pace", "now"}, {"channel", "feed"}}).status,
            303);
  publish("EX-1");
  publish("EX-3", domain::Tlp::green);
  EXPECT_EQ(get("/feeds/mine.atom").status, 404);
  const auto made = post_as(As::water_member, "/notifications/feed", {{"act", "make"}});
  EXPECT_EQ(made.status, 200);
  const std::string_view mark = "/feeds/mine.atom?token=";
  const auto at = made.body.find(mark);
  ASSERT_NE(at, std::string::npos);
  const auto path = made.body.substr(at, made.body.find('<', at) - at);
  const auto feed = get(path);
  EXPECT_EQ(feed.status, 200);
  EXPECT_THAT(feed.body, AllOf(HasSubstr("EX-1"), HasSubstr("EX-3"), Not(HasSubstr("token="))));
  EXPECT_THAT(feed.head, HasSubstr("Cache-Control: no-store"));
  EXPECT_EQ(get(path + "x").status, 404);
  EXPECT_EQ(post_as(As::water_member, "/notifications/feed", {{"act", "revoke"}}).status, 303);
  EXPECT_EQ(get(path).status, 404);
}

}  // namespace
}  // namespace tocsin::portal
