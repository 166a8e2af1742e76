#include "engine/setup/setup.hpp"

#include <gmock/gmock.h>

#include "portal/members_fixture.hpp"

namespace tocsin::portal {
namespace {

using testing::Browser;
using testing::FormFields;
using ::testing::HasSubstr;
using ::testing::Not;

class SetupPageTest : public testing::PortalTest {
 protected:
  void TearDown() override {
    finish();
    setup_.reset();
    identity_.reset();
    PortalTest::TearDown();
  }
  engine::identity::Identity* identity() override {
    setup_.reset();
    engine::identity::Options options;
    options.password_cost = kPasswordCostForTests;
    identity_ = std::make_unique<engine::identity::Identity>(database(), SealingKey::random(), options, clock_);
    return identity_.get();
  }
  engine::setup::Setup* setup() override {
    setup_ = std::make_unique<engine::setup::Setup>(database(), *identity_, clock_);
    return offered_ ? setup_.get() : nullptr;
  }
  FormFields fields() const {
    return {{"code", setup_->code_text()},
            {"cert_name", "CERT <of> the valley"},
            {"contact_name", "Duty desk"},
            {"contact_email", "csirt@cert.example"},
            {"person_name", "Ada Admin"},
            {"email", "ada@cert.example"},
            {"password", std::string{testing::kPassword}}};
  }
  bool offered_ = true;
  std::unique_ptr<engine::identity::Identity> identity_;
  std::unique_ptr<engine::setup::Setup> setup_;
};

TEST_P(SetupPageTest, FromTheCodeToTheAdministratorsPages) {
  Browser browser{running().port()};
  EXPECT_EQ(browser.get("/setup").status, 200);
  const auto done = browser.post("/setup", fields());
  EXPECT_EQ(done.status, 303) << done.body;
  EXPECT_EQ(done.header("location"), "/sign-in?notice=set-up");
  EXPECT_EQ(browser.get("/setup").status, 404);
  EXPECT_EQ(browser.post("/setup", fields()).status, 404);
  browser.get("/sign-in");
  const auto signed_in =
      browser.post("/sign-in", {{"email", "ada@cert.example"}, {"password", std::string{testing::kPassword}}});
  EXPECT_EQ(signed_in.status, 303);
  EXPECT_EQ(browser.get("/admin").header("location"), "/account/security") << "the role demands a second factor";
  EXPECT_THAT(browser.get("/.well-known/security.txt").body, HasSubstr("mailto:csirt@cert.example"))
      << "also before the second factor";
}

TEST_P(SetupPageTest, PublicPagesStayAsTheyAre) {
  Browser browser{running().port()};
  for (const auto* path : {"/", "/advisories", "/about", "/sign-in"}) {
    const auto page = browser.get(path);
    EXPECT_EQ(page.status, 200) << path;
    EXPECT_THAT(page.body, Not(HasSubstr("/setup"))) << path;
    EXPECT_THAT(page.body, Not(HasSubstr("administrator yet"))) << path;
  }
}

TEST_P(SetupPageTest, AWrongCodeIsToldAndNothingElseIs) {
  Browser browser{running().port()};
  browser.get("/setup");
  auto wrong = fields();
  wrong.front().second = "AAAA-AAAA-AAAA-AAAA-AAAA";
  const auto page = browser.post("/setup", wrong);
  EXPECT_EQ(page.status, 422);
  EXPECT_THAT(page.body, HasSubstr("not the code"));
  EXPECT_THAT(page.body, HasSubstr("CERT &lt;of&gt; the valley"));
  EXPECT_THAT(page.body, Not(HasSubstr(std::string{testing::kPassword}))) << "a password does not come back";
  EXPECT_THAT(page.body, Not(HasSubstr(setup_->code_text())));
}

TEST_P(SetupPageTest, NotFromAnotherSite) {
  Browser browser{running().port()};
  browser.get("/setup");
  auto forged = fields();
  forged.emplace_back("csrf", "");
  EXPECT_EQ(browser.post("/setup", forged).status, 403);
  EXPECT_EQ(browser.post("/setup", fields(), "Origin: https://evil.example\r\n").status, 403);
  EXPECT_EQ(setup_->state().value(), engine::setup::State::open);
}

TEST_P(SetupPageTest, WithoutItThereIsNoSuchRoute) {
  offered_ = false;
  start();
  Browser browser{running().port()};
  EXPECT_EQ(browser.get("/setup").status, 404);
}

TOCSIN_ON_BOTH_DATABASES(SetupPageTest);

}  // namespace
}  // namespace tocsin::portal
