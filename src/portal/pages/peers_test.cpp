#include <gmock/gmock.h>

#include "base/json.hpp"
#include "exchange/peer_poller.hpp"
#include "exchange/testing/taxii_server.hpp"
#include "portal/members_fixture.hpp"

namespace tocsin::portal {
namespace {

using exchange::testing::TaxiiServer;
using store::Sql;
using ::testing::AllOf;
using testing::As;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kHtml = "Accept: text/html\r\n";

class PeerPages : public testing::MemberPortalTest {
 protected:
  engine::taxii::Peers peers_{SealingKey::random(), {}};
  TaxiiServer server_;
  std::unique_ptr<exchange::PeerPoller> poller_;

  void prepare(App& app) override {
    poller_ = std::make_unique<exchange::PeerPoller>(
        database(), peers_, exchange::FetchSettings{}, clock_,
        [this](std::string_view url, const exchange::FetchOptions& options) { return server_.get(url, options); });
    app.set_peers(&peers_, poller_.get());
  }
  static std::vector<std::pair<std::string, std::string>> fields() {
    return {{"name", "CERT <Example>"},
            {"url", "https://taxii.example/api/collections/91a7/"},
            {"auth", "basic"},
            {"account", "us"},
            {"secret", "the-password"},
            {"owner", "1"},
            {"tlp_default", "amber-strict"},
            {"tlp_max", "amber-strict"},
            {"markings", ""},
            {"trust", "own"},
            {"every_minutes", "30"},
            {"all_every_days", "7"}};
  }
  std::string made() {
    const auto reply = post_as(As::administrator, "/admin/peers/new", fields());
    EXPECT_EQ(reply.status, 303) << reply.body;
    return "/admin/peers/" + std::to_string(count(Sql{"SELECT max(id) FROM taxii_peer"}));
  }
};
TOCSIN_ON_BOTH_DATABASES(PeerPages);

TEST_P(PeerPages, GoFromAnAddressOverAPreviewToWhatWasRead) {
  start();
  EXPECT_THAT(get_as(As::administrator, "/admin/peers", kHtml).body, HasSubstr("None is read yet"));
  const auto form = get_as(As::administrator, "/admin/peers/new", kHtml);
  EXPECT_THAT(form.body, AllOf(HasSubstr("Address of the collection"), HasSubstr("TLP:AMBER+STRICT")));
  // What is wrong stands at its field, and what was typed stays, but the password.
  auto wrong = fields();
  wrong[1].second = "taxii.example";
  const auto refused = post_as(As::administrator, "/admin/peers/new", wrong);
  EXPECT_EQ(refused.status, 422);
  EXPECT_THAT(refused.body, AllOf(HasSubstr("must begin with https://"), HasSubstr("CERT &lt;Example&gt;"),
                                  HasSubstr("value=\"taxii.example\""), Not(HasSubstr("the-password"))));
  const auto url = made();
  server_.authorization = "Basic dXM6dGhlLXBhc3N3b3Jk";
  server_.add(3, 1'767'225'600'000'000, 1'000);
  const auto page = get_as(As::administrator, url, kHtml);
  EXPECT_THAT(page.body, AllOf(HasSubstr("paused"), HasSubstr("CERT &lt;Example&gt;"), HasSubstr("us and a password"),
                               Not(HasSubstr("the-password"))));
  const auto preview = post_as(As::administrator, url + "/preview", {});
  EXPECT_EQ(preview.status, 200);
  EXPECT_THAT(preview.body, AllOf(HasSubstr("It holds 3 objects"), HasSubstr("New here"), HasSubstr("indicator")));
  EXPECT_EQ(count(Sql{"SELECT count(*) FROM record WHERE kind = 2"}), 0);
  EXPECT_EQ(post_as(As::administrator, url + "/read", {}).status, 409);
  EXPECT_EQ(post_as(As::administrator, url + "/start", {}).status, 303);
  EXPECT_EQ(post_as(As::administrator, url + "/read", {}).status, 303);
  ASSERT_TRUE(poller_->work_once().value());
  EXPECT_THAT(get_as(As::administrator, url, kHtml).body, AllOf(HasSubstr("well"), HasSubstr("Stored")));
  EXPECT_THAT(get("/metrics").body, AllOf(HasSubstr("tocsin_peers_enabled 1"), HasSubstr("tocsin_peers_failing 0")));
  const auto list = get_as(As::administrator, "/api/v1/peers");
  const auto json = json::parse(list.body).value();
  const auto& item = json::array_at(json.root(), "items").at(0);
  EXPECT_EQ(json::find(item, "stored")->as_int64(), 3);
  EXPECT_THAT(list.body, Not(HasSubstr("the-password")));
  // Edited without the password: it stays.
  auto other = fields();
  other[0].second = "Renamed";
  other[4].second = "";
  EXPECT_EQ(post_as(As::administrator, url + "/edit", other).status, 303);
  EXPECT_THAT(get_as(As::administrator, url, kHtml).body, HasSubstr("Renamed"));
  EXPECT_EQ(post_as(As::administrator, url + "/pause", {}).status, 303);
  EXPECT_THAT(get_as(As::administrator, "/admin/peers", kHtml).body, HasSubstr("paused"));
  EXPECT_EQ(post_as(As::administrator, url + "/remove", {}).status, 303);
  EXPECT_EQ(get_as(As::administrator, url, kHtml).status, 404);
  EXPECT_EQ(count(Sql{"SELECT count(*) FROM stix_object"}), 3) << "what came from it stays";
}

TEST_P(PeerPages, AskForTheKindFirst) {
  start();
  const auto chosen = get_as(As::administrator, "/admin/peers/new", kHtml).body;
  for (const auto* kind : {"taxii", "news", "misp", "list"}) {
    EXPECT_THAT(chosen, HasSubstr(fmt::format("href=\"/admin/peers/new?kind={}\"", kind)));
  }
  const auto form = get_as(As::administrator, "/admin/peers/new?kind=list", kHtml).body;
  EXPECT_THAT(form, AllOf(HasSubstr("Address of the list"), HasSubstr("name=\"kind\" value=\"list\""),
                          Not(HasSubstr("Address of the collection"))));
  auto list = fields();
  list[1].second = "https://lists.example/bad.csv?key=1";
  list.emplace_back("kind", "list");
  EXPECT_EQ(post_as(As::administrator, "/admin/peers/new", list).status, 303);
  const auto page = get_as(As::administrator, "/admin/peers", kHtml).body;
  EXPECT_THAT(page, HasSubstr("List of indicators"));
  const auto json = get_as(As::administrator, "/api/v1/peers").body;
  EXPECT_THAT(json, HasSubstr("\"kind\":\"list\""));
  // What it is cannot be changed, nor made up.
  const auto url = "/admin/peers/" + std::to_string(count(Sql{"SELECT max(id) FROM taxii_peer"}));
  list.back().second = "news";
  EXPECT_EQ(post_as(As::administrator, url + "/edit", list).status, 422);
  list.back().second = "carrier pigeon";
  EXPECT_EQ(post_as(As::administrator, "/admin/peers/new", list).status, 422);
}

TEST_P(PeerPages, SayWhatWentWrongOverThere) {
  start();
  const auto url = made();
  server_.authorization = "Basic other";
  const auto preview = post_as(As::administrator, url + "/preview", {});
  EXPECT_EQ(preview.status, 200);
  EXPECT_THAT(preview.body, AllOf(HasSubstr("other credentials"), HasSubstr("Who are you?")));
  post_as(As::administrator, url + "/start", {});
  server_.instead[1] = TaxiiServer::answer(500, R"({"title":"<script>alert(1)</script>"})");
  ASSERT_TRUE(poller_->work_once().value());
  EXPECT_THAT(get_as(As::administrator, url, kHtml).body,
              AllOf(HasSubstr("failing"), HasSubstr("&lt;script&gt;"), Not(HasSubstr("<script>alert"))));
}

TEST_P(PeerPages, AreForThoseWhoAdminister) {
  start();
  const auto url = made();
  const auto id = url.substr(url.rfind('/'));
  for (const auto who : {As::coordinator, As::auditor, As::analyst, As::water_administrator, As::water_member}) {
    EXPECT_EQ(get_as(who, "/admin/peers", kHtml).status, 403);
    EXPECT_EQ(get_as(who, url, kHtml).status, 403);
    EXPECT_EQ(get_as(who, "/api/v1/peers").status, 403);
    EXPECT_EQ(get_as(who, "/api/v1/peers" + id).status, 403);
    EXPECT_EQ(get_as(who, "/admin/peers/new", kHtml).status, 403);
    EXPECT_EQ(post_as(who, "/admin/peers/new", fields()).status, 403);
    for (const auto* act : {"/edit", "/remove", "/start", "/pause", "/read", "/preview"}) {
      EXPECT_EQ(post_as(who, url + act, {}).status, 403) << act;
    }
  }
  EXPECT_EQ(get("/admin/peers", kHtml).status, 303);
  EXPECT_TRUE(server_.asked.empty());
  for (const auto* bad : {"/admin/peers/0", "/admin/peers/x", "/admin/peers/99"}) {
    EXPECT_EQ(get_as(As::administrator, bad, kHtml).status, 404);
  }
}

}  // namespace
}  // namespace tocsin::portal
