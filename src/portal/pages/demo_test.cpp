#include "exchange/demo.hpp"

#include <gmock/gmock.h>

#include "portal/members_fixture.hpp"

namespace tocsin::portal {
namespace {

using store::Sql;
using testing::Browser;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

/// Beside the demonstration's people there are those of MembersTest, who stand for guests somebody invited.
class DemoPortalTest : public testing::MembersTest {
 protected:
  void SetUp() override {
    MembersTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    identity_options_.second_factor_by_role = true;
    settings_.demo = true;
    settings_.demo_people = {
        {.id = domain::PersonId{15},
         .name = "Cora <Coordinator>",
         .seats = {{.roles = {domain::Role::member, domain::Role::coordinator}, .organisation = "Demo"}}},
        {.id = domain::PersonId{17},
         .name = "Ada",
         .seats = {{.roles = {domain::Role::administrator}, .organisation = "Demo"}}}};
    start();
  }
  void start_without_demo() {
    settings_.demo = false;
    start();
  }
};

TEST_P(DemoPortalTest, TheSignInPageOffersThePeople) {
  Browser browser{running().port()};
  const auto page = browser.get("/sign-in");
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(page.body, HasSubstr("Sign in as Cora &lt;Coordinator&gt;"));
  EXPECT_THAT(page.body, HasSubstr("Administrator, Demo"));
  EXPECT_THAT(page.body, HasSubstr("name=\"person\" value=\"15\""));
}

TEST_P(DemoPortalTest, OneButtonSignsInWithoutASecondFactor) {
  Browser browser{running().port()};
  browser.get("/sign-in");
  const auto signed_in = browser.post("/sign-in/as", {{"person", "17"}, {"next", "/admin"}});
  EXPECT_EQ(signed_in.status, 303);
  EXPECT_EQ(signed_in.header("location"), "/admin");
  const auto page = browser.get("/admin");
  EXPECT_EQ(page.status, 200) << "the role demands a second factor, and this counts as one";
  EXPECT_EQ(count(Sql{"SELECT COUNT(*) FROM audit WHERE action = 'demo.sign-in' AND person_id = 17"}), 1);
  EXPECT_EQ(count(Sql{"SELECT COUNT(*) FROM audit WHERE action = 'sign-in'"}), 0);
}

TEST_P(DemoPortalTest, LeadsNowhereElse) {
  Browser browser{running().port()};
  browser.get("/sign-in");
  const auto signed_in = browser.post("/sign-in/as", {{"person", "15"}, {"next", "//evil.example/"}});
  EXPECT_EQ(signed_in.header("location"), "/");
}

struct RefusedCase {
  std::string_view name, person;
};
constexpr RefusedCase kRefused[] = {
    {"Guest", "14"},   {"Nobody", "999"}, {"Empty", ""},       {"Negative", "-15"},
    {"Padded", "015"}, {"Text", "cora"},  {"More", "15 OR 1"}, {"Huge", "99999999999999999999"}};
TEST_P(DemoPortalTest, OnlyAsThem) {
  for (const auto& each : kRefused) {
    SCOPED_TRACE(each.name);
    Browser browser{running().port()};
    browser.get("/sign-in");
    EXPECT_EQ(browser.post("/sign-in/as", {{"person", std::string{each.person}}}).status, 404);
    EXPECT_FALSE(browser.cookies.contains("tocsin"));
  }
}

TEST_P(DemoPortalTest, NotFromAnotherSite) {
  Browser browser{running().port()};
  browser.get("/sign-in");
  EXPECT_EQ(browser.post("/sign-in/as", {{"person", "15"}, {"csrf", ""}}).status, 403) << "no form token";
  EXPECT_EQ(browser.post("/sign-in/as", {{"person", "15"}, {"csrf", std::string(43, 'a')}}).status, 403);
  EXPECT_EQ(browser.post("/sign-in/as", {{"person", "15"}}, "Origin: https://evil.example\r\n").status, 403);
  EXPECT_EQ(count(Sql{"SELECT COUNT(*) FROM session"}), 0);
}

TEST_P(DemoPortalTest, WhoWasSuspendedMeanwhileIsNot) {
  run(Sql{"UPDATE person SET status = 2 WHERE id = 15"});
  Browser browser{running().port()};
  browser.get("/sign-in");
  EXPECT_EQ(browser.post("/sign-in/as", {{"person", "15"}}).status, 404);
}

TEST_P(DemoPortalTest, OutsideTheDemonstrationThereIsNoSuchRoute) {
  start_without_demo();
  const auto router = app().routes();
  for (const auto& route : router.routes()) EXPECT_THAT(route->pattern, Not(StartsWith("/sign-in/as")));
  Browser browser{running().port()};
  EXPECT_THAT(browser.get("/sign-in").body, Not(HasSubstr("Sign in as")));
  EXPECT_EQ(browser.post("/sign-in/as", {{"person", "15"}}).status, 404);
  EXPECT_EQ(Browser{running().port()}.get("/sign-in/as").status, 404);
  EXPECT_EQ(count(Sql{"SELECT COUNT(*) FROM session"}), 0);
}

TEST_P(DemoPortalTest, DemoModeWithoutPeopleHasNoSuchRouteEither) {
  settings_.demo_people.clear();
  start();
  Browser browser{running().port()};
  EXPECT_THAT(browser.get("/sign-in").body, Not(HasSubstr("Look around")));
  EXPECT_EQ(browser.post("/sign-in/as", {{"person", "15"}}).status, 404);
}

TOCSIN_ON_BOTH_DATABASES(DemoPortalTest);

}  // namespace
}  // namespace tocsin::portal
