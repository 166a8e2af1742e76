#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.hpp"
#include "engine/hooks/hooks.hpp"
#include "portal/members_fixture.hpp"

namespace tocsin::portal {
namespace {

using store::Sql;
using ::testing::AllOf;
using testing::As;
using testing::Field;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

constexpr std::string_view kHtml = "Accept: text/html\r\n";
constexpr const char* kUrl = "https://siem.water.example/<b>";

class WebhookPages : public testing::MemberPortalTest {
 protected:
  engine::hooks::Hooks hooks_{SealingKey::random(), {}};
  void prepare(App& app) override { app.set_webhooks(&hooks_); }
  std::string made() {
    const auto reply = post_as(As::water_administrator, "/webhooks/new", {{"name", "SIEM <i>"}, {"url", kUrl}});
    EXPECT_EQ(reply.status, 200) << reply.body;
    EXPECT_THAT(reply.body, HasSubstr("whsec_"));
    EXPECT_THAT(std::string{reply.header("cache-control")}, HasSubstr("no-store"));
    return "/webhooks/" + std::to_string(count(Sql{"SELECT max(id) FROM webhook"}));
  }
};
TOCSIN_ON_BOTH_DATABASES(WebhookPages);

TEST_P(WebhookPages, AreMadeShownAndTriedOut) {
  EXPECT_THAT(get_as(As::water_administrator, "/webhooks", kHtml).body, HasSubstr("Your organisation has none"));
  const auto url = made();
  EXPECT_THAT(get_as(As::water_administrator, "/webhooks", kHtml).body,
              AllOf(HasSubstr("SIEM &lt;i&gt;"), HasSubstr("siem.water.example<"), Not(HasSubstr("whsec_"))));
  auto page = get_as(As::water_administrator, url, kHtml).body;
  EXPECT_THAT(page, AllOf(HasSubstr("siem.water.example/&lt;b&gt;"), HasSubstr("None yet"), HasSubstr("Wendy Wells"),
                          Not(HasSubstr("whsec_"))));
  EXPECT_EQ(post_as(As::water_administrator, url + "/test", {}).status, 303);
  page = get_as(As::water_administrator, url, kHtml).body;
  EXPECT_THAT(page, AllOf(HasSubstr("<code>ping</code>"), HasSubstr("waits"), Not(HasSubstr("/replay"))));
  // What could not be delivered is tried again, one or all.
  run(Sql{"UPDATE webhook_delivery SET state = 3, attempts = 10, last_status = 503, problem = 'It answered 503'"});
  page = get_as(As::water_administrator, url, kHtml).body;
  EXPECT_THAT(page, AllOf(HasSubstr("It answered 503"), HasSubstr("Try all dead ones again")));
  const auto delivery = std::to_string(count(Sql{"SELECT max(id) FROM webhook_delivery"}));
  EXPECT_EQ(post_as(As::water_administrator, url + "/deliveries/" + delivery + "/replay", {}).status, 303);
  EXPECT_EQ(post_as(As::water_administrator, url + "/deliveries/" + delivery + "/replay", {}).status, 404);
  EXPECT_EQ(post_as(As::water_administrator, url + "/replay", {}).status, 303);
  EXPECT_EQ(count(Sql{"SELECT count(*) FROM webhook_delivery WHERE state = 1 AND attempts = 0"}), 1);
  // Edited, given a new secret, removed.
  EXPECT_EQ(post_as(As::water_administrator, url + "/edit", {{"name", "SIEM"}, {"url", "http://x.example/"}}).status,
            422);
  EXPECT_EQ(post_as(As::water_administrator, url + "/edit", {{"name", "SIEM"}, {"url", "https://x.example/"}}).status,
            303);
  EXPECT_THAT(get_as(As::water_administrator, url, kHtml).body,
              AllOf(HasSubstr("disabled"), HasSubstr("Switched off by hand"), HasSubstr("https://x.example/")));
  EXPECT_EQ(post_as(As::water_administrator, url + "/test", {}).status, 409);
  EXPECT_THAT(post_as(As::water_administrator, url + "/rotate", {}).body, HasSubstr("whsec_"));
  EXPECT_EQ(post_as(As::water_administrator, url + "/remove", {}).status, 303);
  EXPECT_EQ(get_as(As::water_administrator, url, kHtml).status, 404);
}

TEST_P(WebhookPages, AreForThoseWhoManageTheirOrganisation) {
  const auto url = made();
  for (const auto who : {As::water_member, As::power_member, As::auditor, As::analyst}) {
    EXPECT_EQ(get_as(who, "/webhooks", kHtml).status, 403);
    EXPECT_EQ(get_as(who, url, kHtml).status, 403);
    EXPECT_EQ(post_as(who, url + "/remove", {}).status, 403);
    EXPECT_EQ(post_as(who, "/webhooks/new", {{"name", "x"}, {"url", kUrl}}).status, 403);
  }
  // Others who manage theirs do not know of it, be they the CERT's administrator.
  for (const auto who : {As::administrator, As::coordinator}) {
    EXPECT_EQ(get_as(who, url, kHtml).status, 404);
    EXPECT_EQ(post_as(who, url + "/test", {}).status, 404);
    EXPECT_EQ(post_as(who, url + "/remove", {}).status, 404);
    EXPECT_THAT(get_as(who, "/api/v1/webhooks").body, HasSubstr(R"("total":0)"));
  }
  EXPECT_EQ(get("/webhooks", kHtml).status, 303);
}

TEST_P(WebhookPages, AnswerPrograms) {
  const auto reply =
      api(As::water_administrator, "POST", "/api/v1/webhooks", R"({"name":"SIEM","url":"https://a.example/"})");
  ASSERT_EQ(reply.status, 201) << reply.body;
  const auto made = json::parse(reply.body).value();
  EXPECT_THAT(std::string{json::string_at(made.root(), "secret")}, MatchesRegex("whsec_.{44}"));
  const auto url = std::string{reply.header("location")};
  EXPECT_THAT(get_as(As::water_administrator, url).body,
              AllOf(HasSubstr(R"("url":"https://a.example/")"), Not(HasSubstr("whsec_"))));
  EXPECT_EQ(
      api(As::water_administrator, "POST", "/api/v1/webhooks", R"({"name":"SIEM","url":"ftp://a.example/"})").status,
      400);
  EXPECT_EQ(api(As::water_administrator, "POST", url + "/test", "{}").status, 202);
  EXPECT_THAT(get_as(As::water_administrator, url + "/deliveries?state=waiting").body,
              AllOf(HasSubstr(R"("type":"ping")"), HasSubstr(R"("total":1)"), Not(HasSubstr("payload"))));
  EXPECT_EQ(get_as(As::water_administrator, url + "/deliveries?state=lost").status, 400);
  EXPECT_THAT(api(As::water_administrator, "PATCH", url, R"({"enabled":false})").body, HasSubstr(R"("enabled":false)"));
  EXPECT_THAT(get_as(As::water_administrator, url + "/deliveries").body, HasSubstr(R"("state":"dead")"));
  EXPECT_EQ(api(As::water_administrator, "POST", url + "/replay", "{}").status, 409);
  EXPECT_THAT(api(As::water_administrator, "PATCH", url, R"({"enabled":true})").body, HasSubstr(R"("enabled":true)"));
  EXPECT_EQ(api(As::water_administrator, "POST", url + "/replay", "{}").body, R"({"deliveries":1})");
  EXPECT_THAT(api(As::water_administrator, "POST", url + "/rotate", "{}").body, HasSubstr("whsec_"));
  EXPECT_THAT(get("/metrics").body,
              AllOf(HasSubstr("tocsin_webhooks_enabled 1"), HasSubstr("tocsin_webhook_waiting 1")));
  EXPECT_EQ(api(As::water_administrator, "DELETE", url, "").status, 204);
}

}  // namespace
}  // namespace tocsin::portal
