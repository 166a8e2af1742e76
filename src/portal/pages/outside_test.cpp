#include <gmock/gmock.h>

#include "base/hash.hpp"
#include "engine/members/members.hpp"
#include "formats/otp/totp.hpp"
#include "portal/provider_fixture.hpp"

/// Signing in by a provider outside, from button to database and back.
namespace tocsin::portal {
namespace {

using testing::Browser;
using ::testing::HasSubstr;
using ::testing::Not;

class OutsidePages : public testing::OutsideTest {
 protected:
  void restart() { start(); }
  /// From the security page, signed in.
  http::testing::Reply connect(Browser& browser) {
    browser.get("/account/security");
    return browser.get(provider_.authorise(browser.post("/account/security/oidc", {}).header("location")).target());
  }
  std::int64_t link_of(std::int64_t person) {
    return count(store::Sql{"SELECT id FROM credential WHERE kind = 5 AND person_id = ?", person});
  }
  std::string disconnect_path(std::int64_t person) {
    return fmt::format("/account/security/oidc/{}/remove", link_of(person));
  }
};
TOCSIN_ON_BOTH_DATABASES(OutsidePages);

TEST_P(OutsidePages, AnInvitedPersonComesInAndIsKnownAfterwards) {
  invite_ada();
  provider_.is("ada-1", "ADA@plant.example");
  auto ada = browser();
  const auto page = ada.get("/sign-in?next=%2Faccount");
  EXPECT_THAT(page.body, HasSubstr("Sign in with Example ID"));
  EXPECT_THAT(page.header("content-security-policy"), HasSubstr("form-action 'self' " + provider_.issuer()));
  EXPECT_THAT(ada.get("/about").header("content-security-policy"), Not(HasSubstr(provider_.issuer())));
  const auto in = sign_in_outside(ada, "/account");
  EXPECT_EQ(in.status, 303);
  EXPECT_EQ(in.header("location"), "/account");
  EXPECT_THAT(in.head, HasSubstr("Set-Cookie: tocsin="));
  EXPECT_THAT(ada.get("/account").body, HasSubstr("Ada"));
  EXPECT_EQ(count(store::Sql{"SELECT status FROM person WHERE id = 50"}), 1);
  EXPECT_GT(count(store::Sql{"SELECT email_verified_at FROM person WHERE id = 50"}), 0);
  for (const auto* action : {"identity.add", "person.activate", "sign-in"}) EXPECT_EQ(entries(action), 1) << action;
  // From now on issuer and subject are the name; the address there may be another, or unproven.
  provider_.is("ada-1", "renamed@elsewhere.example");
  provider_.claims["email_verified"] = "false";
  auto again = browser();
  EXPECT_EQ(sign_in_outside(again).status, 303);
  EXPECT_THAT(again.get("/account").body, HasSubstr(std::string{kInvited}));
  EXPECT_EQ(links(), 1);
  EXPECT_EQ(count(store::Sql{"SELECT count(*) FROM person"}), 8);
}

TEST_P(OutsidePages, AreAbsentWhereNoProviderIsSet) {
  settings_.openid = {};
  start();
  auto visitor = browser();
  EXPECT_THAT(visitor.get("/sign-in").body, Not(HasSubstr("oidc")));
  EXPECT_EQ(visitor.post("/sign-in/oidc", {{"next", ""}}).status, 404);
  EXPECT_EQ(browser().get("/sign-in/oidc/callback?code=1&state=2").status, 404);
}

TEST_P(OutsidePages, StrangersGetAnAccountOnlyWhereThatIsSet) {
  provider_.is("new-1", "new@elsewhere.example");
  auto stranger = browser();
  EXPECT_EQ(sign_in_outside(stranger).status, 403);
  EXPECT_EQ(links(), 0);
  identity_options_.outside.create_unknown = true;
  restart();
  auto memberless = browser();
  EXPECT_EQ(sign_in_outside(memberless).status, 403) << "of which organisation?";
  EXPECT_EQ(count(store::Sql{"SELECT count(*) FROM person"}), 7);
  identity_options_.outside.organisation = "plant";
  restart();
  provider_.claims["email_verified"] = "false";
  auto unproven = browser();
  EXPECT_EQ(sign_in_outside(unproven).status, 403);
  provider_.claims["email_verified"] = "true";
  auto member = browser();
  EXPECT_EQ(sign_in_outside(member).status, 303);
  const auto id = count(store::Sql{"SELECT id FROM person WHERE email = 'new@elsewhere.example'"});
  EXPECT_EQ(roles(id, kPlant), 1);
  EXPECT_EQ(entries("person.create"), 1);
  EXPECT_THAT(member.get("/account").body, HasSubstr("Ada Outside"));
}

TEST_P(OutsidePages, GroupsGiveAndTakeRoles) {
  invite_ada();
  provider_.is("ada-1", kInvited, R"(["plant-admins","analysts","nothing here"])");
  auto ada = browser();
  EXPECT_EQ(sign_in_outside(ada).status, 303);
  EXPECT_EQ(roles(50, kPlant), 3);
  EXPECT_EQ(roles(50, kCert), 1 | 8);
  EXPECT_EQ(entries("membership.change"), 1);
  EXPECT_EQ(entries("membership.add"), 1);
  // The same again changes nothing and writes nothing.
  auto again = browser();
  EXPECT_EQ(sign_in_outside(again).status, 303);
  EXPECT_EQ(entries("membership.change"), 1);
  EXPECT_EQ(entries("membership.add"), 1);
  // Something by hand, which no group gives.
  run(store::Sql{"UPDATE membership SET roles = 25 WHERE person_id = 50 AND organisation_id = 1"});
  provider_.is("ada-1", kInvited, "[]");
  auto less = browser();
  EXPECT_EQ(sign_in_outside(less).status, 303);
  EXPECT_EQ(roles(50, kPlant), 1) << "by invitation";
  EXPECT_EQ(roles(50, kCert), 1 | 16) << "coordinator by hand";
  // What the first session could do, it can do no longer.
  EXPECT_EQ(count(store::Sql{"SELECT count(*) FROM outside_role"}), 0);
  run(store::Sql{"DELETE FROM membership WHERE person_id = 50 AND organisation_id = 1"});
  provider_.is("ada-1", kInvited, R"("analysts")");
  auto more = browser();
  EXPECT_EQ(sign_in_outside(more).status, 303);
  EXPECT_EQ(roles(50, kCert), 1 | 8);
  provider_.is("ada-1", kInvited);
  auto last = browser();
  EXPECT_EQ(sign_in_outside(last).status, 303);
  EXPECT_EQ(roles(50, kCert), -1) << "a membership by groups alone ends with them";
  EXPECT_EQ(entries("membership.remove"), 1);
}

TEST_P(OutsidePages, TheLastAdministratorStaysAndRolesThatNoneMayHoldAreNotGiven) {
  run(store::Sql{"DELETE FROM membership WHERE person_id = 17"});
  identity_options_.outside.groups =
      domain::parse_group_roles(
          "chiefs = 1: administrator\nwrong = Plant: analyst organisation-administrator\n"
          "lost = No such place: member")
          .value();
  restart();
  invite_ada();
  provider_.is("ada-1", kInvited, R"(["chiefs","wrong","lost"])");
  auto ada = browser();
  EXPECT_EQ(sign_in_outside(ada).status, 303);
  EXPECT_EQ(roles(50, kCert), 1 | 64);
  EXPECT_EQ(roles(50, kPlant), 1 | 2) << "analysts are the CERT's";
  provider_.is("ada-1", kInvited);
  auto again = browser();
  EXPECT_EQ(sign_in_outside(again).status, 303);
  EXPECT_EQ(roles(50, kCert), 1 | 64) << "somebody has to administer";
  // With another one there it goes.
  run(store::Sql{"INSERT INTO membership (person_id, organisation_id, roles, created_at) VALUES (17, 1, 65, 0)"});
  auto third = browser();
  EXPECT_EQ(sign_in_outside(third).status, 303);
  EXPECT_EQ(roles(50, kCert), -1);
}

TEST_P(OutsidePages, RolesThatNobodyConfirmsEnd) {
  invite_ada();
  provider_.is("ada-1", kInvited, R"(["analysts"])");
  auto ada = browser();
  EXPECT_EQ(sign_in_outside(ada).status, 303);
  clock_.advance(std::chrono::hours{24 * 29});
  ASSERT_TRUE(identities().tidy());
  EXPECT_EQ(roles(50, kCert), 1 | 8);
  clock_.advance(std::chrono::hours{24 * 2});
  ASSERT_TRUE(identities().tidy());
  EXPECT_EQ(roles(50, kCert), -1);
  EXPECT_EQ(roles(50, kPlant), 1);
}

TEST_P(OutsidePages, FollowTheProvidersNewKeys) {
  invite_ada();
  provider_.is("ada-1", kInvited);
  auto ada = browser();
  EXPECT_EQ(sign_in_outside(ada).status, 303);
  EXPECT_EQ(provider_.asked("/keys"), 1);
  EXPECT_EQ(provider_.asked("/.well-known/openid-configuration"), 1);
  provider_.rotate();
  auto again = browser();
  EXPECT_EQ(sign_in_outside(again).status, 303);
  EXPECT_EQ(provider_.asked("/keys"), 2);
  // Once more at once: not asked again, so not let in; a moment later it is.
  provider_.rotate();
  auto visitor = browser();
  EXPECT_EQ(sign_in_outside(visitor).status, 403);
  EXPECT_EQ(provider_.asked("/keys"), 2);
  clock_.advance(std::chrono::seconds{31});
  EXPECT_EQ(sign_in_outside(visitor).status, 303);
  EXPECT_EQ(provider_.asked("/keys"), 3);
}

TEST_P(OutsidePages, AProviderThatIsAwayLocksNobodyOutHere) {
  provider_.broken = true;
  auto visitor = browser();
  EXPECT_THAT(visitor.get("/sign-in").body, HasSubstr("Sign in with Example ID"));
  const auto reply = visitor.post("/sign-in/oidc", {{"next", ""}});
  EXPECT_EQ(reply.status, 503);
  EXPECT_THAT(reply.body, HasSubstr("Example ID does not answer"));
  visitor.get("/sign-in");
  EXPECT_EQ(visitor.post("/sign-in/oidc", {{"next", ""}}).status, 503);
  EXPECT_EQ(provider_.asked("/.well-known/openid-configuration"), 1) << "those who wait do not wait again";
  EXPECT_TRUE(has_session(signed_in("member@plant.example")));
  provider_.broken = false;
  clock_.advance(std::chrono::seconds{11});
  invite_ada();
  provider_.is("ada-1", kInvited);
  EXPECT_EQ(sign_in_outside(visitor).status, 303);
}

TEST_P(OutsidePages, AskForTheSecondFactorThatTheRoleDemands) {
  identity_options_.second_factor_by_role = true;
  restart();
  invite_ada();
  provider_.is("ada-1", kInvited, R"(["analysts"])");
  // The provider's is none that counts: one's own has to be set up first.
  auto ada = browser();
  EXPECT_EQ(sign_in_outside(ada).status, 303);
  EXPECT_EQ(ada.get("/account").header("location"), "/account/security");
  // It counts.
  provider_.claims["amr"] = R"(["pwd","mfa"])";
  auto twice = browser();
  EXPECT_EQ(sign_in_outside(twice).status, 303);
  EXPECT_EQ(twice.get("/account").status, 200);
  provider_.claims.erase("amr");
  provider_.claims["acr"] = R"("mfa")";
  auto by_acr = browser();
  EXPECT_EQ(sign_in_outside(by_acr).status, 303);
  EXPECT_EQ(by_acr.get("/account").status, 200);
  provider_.claims["acr"] = R"("urn:other")";
  auto other = browser();
  EXPECT_EQ(sign_in_outside(other).status, 303);
  EXPECT_EQ(other.get("/account").status, 303);
}

TEST_P(OutsidePages, AskForOnesOwnSecondFactorWhereTheProvidersDoesNotCount) {
  invite_ada();
  provider_.is("ada-1", kInvited);
  auto ada = browser();
  EXPECT_EQ(sign_in_outside(ada).status, 303);
  const domain::PersonId person{50};
  engine::Actor self;
  self.viewer.person = person;
  const auto offer = identities().offer_totp(person).value();
  const auto secret = base32_decode(offer.secret_base32).value();
  const auto code = [&] { return formats::otp::totp_at(secret, formats::otp::step_at(clock_.now())); };
  ASSERT_TRUE(identities().confirm_totp(person, offer.sealed, code(), self, 0));
  clock_.advance(std::chrono::seconds{30});
  auto again = browser();
  const auto half = sign_in_outside(again, "/account");
  EXPECT_EQ(half.header("location"), "/sign-in/second-factor?next=%2Faccount");
  EXPECT_FALSE(has_session(again));
  EXPECT_THAT(half.head, Not(HasSubstr("SameSite=Strict"))) << "the browser comes from another site";
  again.get("/sign-in/second-factor");
  EXPECT_EQ(again.post("/sign-in/second-factor", {{"code", "000000"}, {"next", ""}}).status, 422);
  EXPECT_EQ(again.post("/sign-in/second-factor", {{"code", code()}, {"next", ""}}).status, 303);
  EXPECT_TRUE(has_session(again));
  // Half a session is worth nothing once the account is disconnected.
  clock_.advance(std::chrono::seconds{30});
  auto late = browser();
  sign_in_outside(late);
  late.get("/sign-in/second-factor");
  run(store::Sql{"DELETE FROM credential WHERE kind = 5"});
  EXPECT_EQ(late.post("/sign-in/second-factor", {{"code", code()}, {"next", ""}}).status, 422);
  EXPECT_FALSE(has_session(late));
}

TEST_P(OutsidePages, MembersConnectAndDisconnect) {
  provider_.is("member-1", "private@elsewhere.example", R"(["analysts"])");
  auto member = signed_in("member@plant.example");
  EXPECT_THAT(member.get("/account/security").body, HasSubstr("Connect Example ID"));
  EXPECT_EQ(connect(member).header("location"), "/account/security?notice=outside-connected");
  EXPECT_THAT(member.get("/account/security").body, HasSubstr("private@elsewhere.example"));
  EXPECT_EQ(roles(11, kCert), 1 | 8);
  auto outside = browser();
  EXPECT_EQ(sign_in_outside(outside).status, 303);
  EXPECT_EQ(outside.get("/account").status, 200);
  member.get("/account/security");
  EXPECT_EQ(member.post(disconnect_path(11), {}).header("location"), "/account/security?notice=outside-disconnected");
  EXPECT_EQ(links(), 0);
  EXPECT_EQ(entries("identity.remove"), 1);
  EXPECT_EQ(outside.get("/account").status, 303) << "who came in by it is out";
  EXPECT_EQ(member.get("/account").status, 200) << "who came in by password is not";
  EXPECT_EQ(roles(11, kCert), -1) << "nobody vouches for the group any more";
  auto visitor = browser();
  EXPECT_EQ(sign_in_outside(visitor).status, 403);
}

TEST_P(OutsidePages, TheOnlyWayInIsNotTakenAway) {
  invite_ada();
  provider_.is("ada-1", kInvited);
  auto ada = browser();
  sign_in_outside(ada);
  const auto page = ada.get("/account/security");
  EXPECT_THAT(page.body, Not(HasSubstr("Present password")));
  EXPECT_EQ(ada.post(disconnect_path(50), {}).header("location"), "/account/security?notice=outside-only-way");
  EXPECT_EQ(links(), 1);
  // Nobody else's either.
  auto member = signed_in("member@plant.example");
  member.get("/account/security");
  EXPECT_EQ(member.post(disconnect_path(50), {}).status, 404);
  EXPECT_EQ(links(), 1);
}

TEST_P(OutsidePages, ProveAgainWhoItIs) {
  invite_ada();
  provider_.is("ada-1", kInvited);
  auto ada = browser();
  sign_in_outside(ada);
  clock_.advance(std::chrono::minutes{20});
  EXPECT_EQ(ada.get("/account/security/app").header("location"), "/confirm?next=%2Faccount%2Fsecurity%2Fapp");
  EXPECT_THAT(ada.get("/confirm?next=%2Faccount%2Fsecurity%2Fapp").body, HasSubstr("Prove it at Example ID"));
  const auto before = ada.cookies["tocsin"];
  const auto sent = ada.post("/confirm/oidc", {{"next", "/account/security/app"}});
  EXPECT_THAT(sent.header("location"), HasSubstr("prompt=login"));
  // The provider let an old sign-in pass.
  provider_.claims["auth_time"] = std::to_string(clock_.now().micros / 1'000'000 - 600);
  EXPECT_EQ(ada.get(provider_.authorise(sent.header("location")).target()).status, 403);
  EXPECT_EQ(ada.get("/account/security/app").status, 303);
  // Somebody else signed in there.
  const auto again = [&] {
    ada.get("/confirm?next=%2Faccount%2Fsecurity%2Fapp");
    const auto to = ada.post("/confirm/oidc", {{"next", "/account/security/app"}});
    return ada.get(provider_.authorise(to.header("location")).target());
  };
  provider_.is("bob-2", "bob@plant.example");
  EXPECT_EQ(again().status, 403);
  provider_.is("ada-1", kInvited);
  EXPECT_EQ(again().header("location"), "/account/security/app?notice=confirmed");
  EXPECT_NE(ada.cookies["tocsin"], before);
  EXPECT_EQ(ada.get("/account/security/app").status, 200);
  EXPECT_EQ(entries("sign-in.again"), 1);
}

TEST_P(OutsidePages, SayAfterSigningOutWhereToSignOutToo) {
  invite_ada();
  provider_.is("ada-1", kInvited);
  auto ada = browser();
  sign_in_outside(ada);
  ada.get("/account");
  EXPECT_EQ(ada.post("/sign-out", {}).header("location"), "/sign-in?notice=signed-out");
  EXPECT_THAT(ada.get("/sign-in?notice=signed-out").body, HasSubstr(provider_.issuer() + "/end?client_id=tocsin"));
  EXPECT_THAT(ada.get("/sign-in").body, Not(HasSubstr("/end?")));
}

TEST_P(OutsidePages, AreInTheExportAndGoWithTheAccount) {
  invite_ada();
  provider_.is("ada-1", kInvited, R"(["analysts"])");
  auto ada = browser();
  sign_in_outside(ada);
  const auto console = engine::Actor::at_console();
  const auto all = engine::members::export_person(database(), console, domain::PersonId{50}, clock_.now()).value();
  EXPECT_THAT(all, HasSubstr(provider_.issuer() + " ada-1"));
  EXPECT_THAT(all, HasSubstr("roles_by_groups"));
  EXPECT_THAT(all, HasSubstr("member, analyst"));
  ASSERT_TRUE(engine::members::erase_person(database(), console, domain::PersonId{50}, clock_.now()));
  EXPECT_EQ(links(), 0);
  EXPECT_EQ(count(store::Sql{"SELECT count(*) FROM outside_role"}), 0);
  auto again = browser();
  EXPECT_EQ(sign_in_outside(again).status, 403);
}

}  // namespace
}  // namespace tocsin::portal
