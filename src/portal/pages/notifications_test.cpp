#include <gmock/gmock.h>

#include "base/hash.hpp"
#include "base/json.hpp"
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
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

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
  http::testing::Reply send(const std::string& who, std::string_view method, const std::string& target,
                            std::string_view body) {
    http::testing::Client client{running().port()};
    client.send(
        fmt::format("{} {} HTTP/1.1\r\nHost: portal.example\r\n{}Content-Type: application/json\r\n"
                    "Content-Length: {}\r\n\r\n{}",
                    method, target, who, body.size(), body));
    return client.read();
  }
  http::testing::Reply api(As who, std::string_view method, const std::string& target, std::string_view body) {
    return send(cookie(who) + "X-CSRF-Token: " + csrf(who) + "\r\n", method, target, body);
  }
  /// The header of a token of Will's.
  std::string token(std::vector<std::string> scopes) {
    engine::identity::NewToken wanted;
    wanted.name = "program";
    wanted.scopes = std::move(scopes);
    wanted.expires_at = Timestamp{clock_.now().micros + std::int64_t{86'400'000'000}};
    const domain::PersonId will{count(Sql{"SELECT id FROM person WHERE email = 'will@water.example'"})};
    const auto made = identities().create_token(will, water_, wanted, console_);
    EXPECT_TRUE(made.has_value()) << made.error().message;
    return "Authorization: Bearer " + made.value() + "\r\n";
  }
};
TOCSIN_ON_BOTH_DATABASES(NotificationPages);

TEST_P(NotificationPages, NewConnectionsAreToldOnThePageInTheFeedAndByALetter) {
  EXPECT_THAT(get_as(As::water_member, "/threats/connections", "Accept: text/html\r\n").body,
              HasSubstr("/notifications/new?connections=yes"));
  EXPECT_THAT(get("/threats/connections", "Accept: text/html\r\n").body,
              Not(HasSubstr("/notifications/new?connections")));
  EXPECT_THAT(get_as(As::water_member, "/notifications/new?connections=yes").body,
              HasSubstr("name=\"connections\" value=\"yes\" checked"));
  ASSERT_EQ(post_as(As::water_member, "/notifications",
                    {{"connections", "yes"}, {"pace", "now"}, {"channel", "mail"}, {"channel", "feed"}})
                .status,
            303);
  EXPECT_THAT(get_as(As::water_member, "/notifications").body, HasSubstr("New connections with what we shared"));
  const auto feed_page = post_as(As::water_member, "/notifications/feed", {{"act", "make"}}).body;
  const auto begin = feed_page.find("token=") + 6;
  const auto feed = "/feeds/mine.atom?token=" + feed_page.substr(begin, feed_page.find('<', begin) - begin);
  const auto give = [&](int number, domain::OrganisationId owner) {
    auto revision = store_testing::sample_revision("EX-CONNECTED");
    revision.kind = domain::RecordKind::stix_object;
    revision.key = fmt::format("indicator--00000000-0000-4000-8000-00000000090{}", number);
    revision.title = fmt::format("Odd <traffic> {}", number);
    revision.tlp = domain::Tlp::clear;
    revision.audience = domain::Audience::everyone;
    revision.format = "stix-2.1";
    revision.owner = owner;
    revision.bytes =
        fmt::format(R"({{"type":"indicator","spec_version":"2.1","id":"{}","modified":"2024-02-01T00:00:00.000Z",)"
                    R"("name":"Object {}","pattern_type":"stix","pattern":"[ipv4-addr:value = '45.66.77.91']"}})",
                    revision.key, number);
    revision.sha512 = sha512_hex(revision.bytes);
    ASSERT_TRUE(database().write(
        [&](store::Connection& connection) { return store::Records{connection}.put(revision, clock_.now()); }));
    tell();
  };
  give(1, water_);
  EXPECT_THAT(letters(), IsEmpty());
  give(2, domain::kOwnOrganisation);
  ASSERT_THAT(letters(), SizeIs(1));
  EXPECT_EQ(letters()[0].subject, "Grid CERT: A new connection with what your organisation shared");
  EXPECT_THAT(letters()[0].text, Not(HasSubstr("traffic")));
  const auto page = get_as(As::water_member, "/notifications").body;
  EXPECT_THAT(page, HasSubstr("<a href=\"/threats/indicator--00000000-0000-4000-8000-000000000902\">Odd "
                              "&lt;traffic&gt; 2</a>"));
  const auto id = count(Sql{"SELECT max(id) FROM notice"});
  const auto followed = get_as(As::water_member, fmt::format("/notifications/{}", id));
  EXPECT_EQ(followed.header("location"), "/threats/indicator--00000000-0000-4000-8000-000000000902");
  EXPECT_EQ(get_as(As::power_member, fmt::format("/notifications/{}", id)).status, 404);
  EXPECT_THAT(get_as(As::water_member, "/api/v1/notices").body,
              AllOf(HasSubstr(R"("advisory":null)"), HasSubstr(R"("news":"connected")"),
                    HasSubstr(R"("slug":"indicator--00000000-0000-4000-8000-000000000902")")));
  EXPECT_THAT(get(feed).body,
              AllOf(HasSubstr("A new connection with what your organisation shared"), Not(HasSubstr("traffic"))));
}

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

TEST_P(NotificationPages, AnswerPrograms) {
  const std::string all = "/api/v1/subscriptions";
  EXPECT_EQ(get(all).status, 401);
  EXPECT_EQ(get("/api/v1/notices").status, 401);
  struct Case {
    std::string_view body, where;
  };
  const Case wrong[] = {
      {R"({"query":"vendr:abb"})", "/query"},
      {R"({"statuses":["affected"]})", "/statuses"},
      {R"({"exposure":true,"statuses":["broken"]})", "/statuses"},
      {R"({"exposure":true,"decisions":["panic"]})", "/decisions"},
      {R"({"site":"North"})", "/site"},
      {R"({"pace":"hourly"})", "/pace"},
      {R"({"channels":["pigeon"]})", "/channels"},
      {R"({"channels":[]})", "/channels"},
      {R"({"by":["mail"]})", "/by"},
      {R"({"connections":"yes"})", "/connections"},
      {R"({"connections":true,"query":"vendor:abb"})", "/query"},
      {R"({"connections":true,"exposure":true})", "/exposure"},
      {R"({"connections":true,"channels":["feed","hook"]})", "/channels"},
  };
  for (const auto& each : wrong) {
    const auto reply = api(As::water_member, "POST", all, each.body);
    EXPECT_EQ(reply.status, 400) << each.body;
    EXPECT_EQ(reply.header("content-type"), "application/problem+json") << each.body;
    EXPECT_THAT(reply.body, HasSubstr(fmt::format(R"("where":"{}")", each.where))) << each.body;
  }
  EXPECT_EQ(count(Sql{"SELECT count(*) FROM subscription"}), 0);

  const auto made = api(As::water_member, "POST", all, R"({"query":"vendor:abb","channels":["mail","feed"]})");
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_THAT(made.body, AllOf(HasSubstr(R"("name":"vendor:abb")"), HasSubstr(R"("pace":"now")"),
                               HasSubstr(R"("channels":["mail","feed"])"), HasSubstr(R"("statuses":[])")));
  const std::string one{made.header("location")};
  EXPECT_EQ(get_as(As::water_member, one).body, made.body);
  // What is named changes, and nothing else.
  EXPECT_THAT(api(As::water_member, "PATCH", one, R"({"pace":"weekly","paused":true})").body,
              AllOf(HasSubstr(R"("query":"vendor:abb")"), HasSubstr(R"("pace":"weekly")"),
                    HasSubstr(R"("paused":true)"), HasSubstr(R"("channels":["mail","feed"])")));
  const auto ours = api(As::water_member, "PATCH", one, R"({"exposure":true,"site":"North"})");
  EXPECT_THAT(ours.body, AllOf(HasSubstr(R"("statuses":["affected","undecidable","under_investigation"])"),
                               HasSubstr(R"("site":"North")")));
  EXPECT_THAT(api(As::water_member, "PATCH", one, R"({"exposure":false})").body,
              AllOf(HasSubstr(R"("statuses":[])"), HasSubstr(R"("site":"")")));
  const auto tested = api(As::water_member, "POST", one + "/test", "{}");
  EXPECT_EQ(tested.status, 202);
  EXPECT_EQ(tested.body, R"({"to":"will@water.example"})");
  EXPECT_THAT(letters(), SizeIs(1));
  // Nobody else knows of it, be they of the same organisation or the portal's administrator.
  for (const auto who : {As::water_administrator, As::power_member, As::administrator}) {
    EXPECT_THAT(get_as(who, all).body, HasSubstr(R"("total":0)"));
    EXPECT_EQ(get_as(who, one).status, 404);
    EXPECT_EQ(api(who, "PATCH", one, R"({"paused":false})").status, 404);
    EXPECT_EQ(api(who, "POST", one + "/test", "{}").status, 404);
    EXPECT_EQ(api(who, "DELETE", one, "").status, 404);
  }
  EXPECT_EQ(api(As::water_member, "DELETE", one, "").status, 204);
  EXPECT_EQ(get_as(As::water_member, one).status, 404);
}

TEST_P(NotificationPages, TellProgramsWhatWasTold) {
  tell();
  ASSERT_EQ(api(As::water_member, "POST", "/api/v1/subscriptions", R"({"name":"All"})").status, 201);
  publish("EX-1");
  publish("EX-2", domain::Tlp::green);
  const auto first = get_as(As::water_member, "/api/v1/notices?limit=1");
  EXPECT_THAT(first.body, AllOf(HasSubstr(R"("id":"EX-2")"), Not(HasSubstr("EX-1")), HasSubstr(R"("news":"created")"),
                                HasSubstr(R"("state":"sent")"), HasSubstr(R"("mailed":true)"),
                                HasSubstr(R"("subscriptions":["All"])"), HasSubstr(R"("dropped_because":null)")));
  const auto parsed = json::parse(first.body).value();
  const auto rest = get_as(As::water_member, std::string{json::string_at(parsed.root(), "next")});
  EXPECT_THAT(rest.body, AllOf(HasSubstr(R"("id":"EX-1")"), HasSubstr(R"("next":null)")));
  EXPECT_THAT(get_as(As::power_member, "/api/v1/notices").body, HasSubstr(R"("items":[])"));
  for (const auto* bad : {"cursor=x", "cursor=0", "limit=0", "limit=201", "before=1"}) {
    EXPECT_EQ(get_as(As::water_member, fmt::format("/api/v1/notices?{}", bad)).status, 400) << bad;
  }
}

TEST_P(NotificationPages, ATokenHasWhatItsScopesName) {
  tell();
  const std::string all = "/api/v1/subscriptions";
  const auto reads = token({"read"}), writes = token({"read", "write-records"}),
             plants = token({"read", "write-records", "read-inventory"});
  EXPECT_EQ(send(reads, "POST", all, "{}").status, 403);
  EXPECT_EQ(send(writes, "POST", all, R"({"exposure":true})").status, 403);
  EXPECT_EQ(count(Sql{"SELECT count(*) FROM subscription"}), 0);
  ASSERT_EQ(send(writes, "POST", all, R"({"name":"All"})").status, 201);
  const auto made = send(plants, "POST", all, R"({"name":"Ours","exposure":true})");
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string ours{made.header("location")};
  // What follows the inventory does not exist without its scope.
  EXPECT_THAT(send(reads, "GET", all, "").body, AllOf(HasSubstr(R"("total":1)"), Not(HasSubstr("Ours"))));
  EXPECT_THAT(send(plants, "GET", all, "").body, HasSubstr(R"("total":2)"));
  EXPECT_EQ(send(reads, "GET", ours, "").status, 404);
  EXPECT_EQ(send(writes, "PATCH", ours, R"({"exposure":false})").status, 404);
  EXPECT_EQ(send(writes, "DELETE", ours, "").status, 404);
  for (const auto& [method, path, body] : {std::tuple{"PATCH", "", R"({"paused":true})"},
                                           std::tuple{"POST", "/test", "{}"}, std::tuple{"DELETE", "", ""}}) {
    const auto path_of_all = fmt::format("{}/{}{}", all, count(Sql{"SELECT min(id) FROM subscription"}), path);
    EXPECT_EQ(send(reads, method, path_of_all, body).status, 403) << method;
  }
  publish("EX-1");
  EXPECT_THAT(send(reads, "GET", "/api/v1/notices", "").body,
              AllOf(HasSubstr("EX-1"), HasSubstr(R"("subscriptions":[])")));
  EXPECT_THAT(send(plants, "GET", "/api/v1/notices", "").body, HasSubstr(R"("subscriptions":["All"])"));
  // As if only a subscription that follows the inventory had led to it.
  run(Sql{"UPDATE subscription SET exposure = 1"});
  EXPECT_THAT(send(reads, "GET", "/api/v1/notices", "").body, HasSubstr(R"("items":[])"));
  EXPECT_THAT(send(plants, "GET", "/api/v1/notices", "").body, HasSubstr("EX-1"));
  // A token is for one organisation.
  run(Sql{"UPDATE notice SET organisation_id = ?", power_});
  run(Sql{"UPDATE subscription SET organisation_id = ?", power_});
  EXPECT_THAT(send(plants, "GET", "/api/v1/notices", "").body, HasSubstr(R"("items":[])"));
  EXPECT_THAT(send(plants, "GET", all, "").body, HasSubstr(R"("total":0)"));
  EXPECT_THAT(get_as(As::water_member, all).body, HasSubstr(R"("total":2)"));
}

}  // namespace
}  // namespace tocsin::portal
