#include <gmock/gmock.h>

#include "portal/provider_fixture.hpp"

/// Attacks on signing in by a provider outside, over real HTTP, with a provider that lies on demand.
namespace tocsin::portal {
namespace {

using testing::Browser;
using testing::FakeProvider;
using ::testing::HasSubstr;
using ::testing::Not;

class OutsideAttacks : public testing::OutsideTest {
 protected:
  void SetUp() override {
    OutsideTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    invite_ada();
    provider_.is("ada-1", kInvited);
  }
  void expect_nobody(const Browser& browser, const http::testing::Reply& reply, std::string_view what) {
    EXPECT_EQ(reply.status, 403) << what << reply.body;
    EXPECT_FALSE(has_session(browser)) << what;
    EXPECT_EQ(links(), 0) << what;
    EXPECT_EQ(count(store::Sql{"SELECT status FROM person WHERE id = 50"}), 0) << what;
  }
};
TOCSIN_ON_BOTH_DATABASES(OutsideAttacks);

TEST_P(OutsideAttacks, AnswersThatDoNotMatchOpenNothing) {
  struct Case {
    std::string_view name;
    std::function<void(FakeProvider::Return&)> change;
  };
  const Case cases[] = {
      {"another state", [](auto& back) { back.state[0] = back.state[0] == 'A' ? 'B' : 'A'; }},
      {"no state", [](auto& back) { back.state.clear(); }},
      {"mix-up: another issuer", [](auto& back) { back.iss = "https://honest.example"; }},
      {"mix-up: no issuer", [](auto& back) { back.iss.clear(); }},
      {"a made-up code", [](auto& back) { back.code = "made-up"; }},
      {"no code", [](auto& back) { back.code.clear(); }},
      {"a code twice", [](auto&) {}},
  };
  for (const auto& each : cases) {
    clock_.advance(std::chrono::minutes{5});
    auto visitor = browser();
    auto back = leave(visitor);
    each.change(back);
    auto target = back.target();
    if (each.name == "a code twice") target += "&code=other";
    expect_nobody(visitor, visitor.get(target), each.name);
    EXPECT_FALSE(visitor.cookies.contains("tocsin-outside")) << "the attempt is used up, whatever came";
  }
}

TEST_P(OutsideAttacks, TokensThatLieOpenNothing) {
  using formats::jose::Algorithm;
  namespace jose = formats::jose::testing;
  const auto other = jose::PrivateKey::p256();
  const auto rsa = jose::PrivateKey::rsa();
  const auto now = std::to_string(clock_.now().micros / 1'000'000);
  const auto with = [](std::string name, std::string value) {
    return [=](FakeProvider& provider) { provider.claims[name] = value; };
  };
  const auto signed_by = [](auto sign) { return [=](FakeProvider& provider) { provider.sign = sign; }; };
  struct Case {
    std::string_view name;
    std::function<void(FakeProvider&)> lie;
  };
  const Case cases[] = {
      {"alg none", signed_by([](const std::string& claims) {
         return base64url_encode(R"({"alg":"none"})") + "." + base64url_encode(claims) + ".";
       })},
      {"HS256 under the public key", signed_by([this](const std::string& claims) {
         return jose::hmac_token(R"({"alg":"HS256","kid":"k1"})", claims, provider_.key().jwk("k1"));
       })},
      {"HS256 under the client secret", signed_by([](const std::string& claims) {
         return jose::hmac_token(R"({"alg":"HS256"})", claims, FakeProvider::kSecret);
       })},
      {"somebody else's key", signed_by([=](const std::string& claims) {
         return other.token(R"({"alg":"ES256","kid":"k1"})", claims, Algorithm::es256);
       })},
      {"a key of its own in the header", signed_by([=](const std::string& claims) {
         return other.token(R"({"alg":"ES256","jwk":)" + other.jwk("z") + "}", claims, Algorithm::es256);
       })},
      {"a key that nobody published", signed_by([=](const std::string& claims) {
         return rsa.token(R"({"alg":"RS256","kid":"nowhere"})", claims, Algorithm::rs256);
       })},
      {"wrong issuer", with("iss", R"("https://honest.example")")},
      {"no issuer", with("iss", "")},
      {"another audience", with("aud", R"("another-client")")},
      {"an audience beside us", with("aud", R"(["tocsin","another-client"])")},
      {"issued to another", with("azp", R"("another-client")")},
      {"wrong nonce", with("nonce", R"("of another sign-in")")},
      {"no nonce", with("nonce", "")},
      {"expired", with("exp", std::to_string(std::stoll(now) - 3'600))},
      {"from the future", with("iat", std::to_string(std::stoll(now) + 10'000'000))},
      {"no subject", with("sub", "")},
      {"groups that are none", with("groups", R"({"a":1})")},
  };
  for (const auto& each : cases) {
    clock_.advance(std::chrono::minutes{5});
    provider_.is("ada-1", kInvited);
    provider_.sign = {};
    each.lie(provider_);
    auto visitor = browser();
    expect_nobody(visitor, sign_in_outside(visitor), each.name);
  }
  EXPECT_GT(entries("sign-in.refused"), 0);
  EXPECT_EQ(entries("sign-in"), 0);
  // Made-up keys do not make us ask again and again.
  EXPECT_LE(provider_.asked("/keys"), 1 + 1 + 17);
  provider_.sign = {};
  provider_.is("ada-1", kInvited);
  clock_.advance(std::chrono::minutes{5});
  auto ada = browser();
  EXPECT_EQ(sign_in_outside(ada).status, 303) << "the honest one still gets in";
}

TEST_P(OutsideAttacks, AnAnswerIsTakenOnce) {
  auto ada = browser();
  const auto back = leave(ada);
  const auto cookie = ada.cookies["tocsin-outside"];
  EXPECT_EQ(ada.get(back.target()).status, 303);
  EXPECT_TRUE(has_session(ada));
  EXPECT_FALSE(ada.cookies.contains("tocsin-outside"));
  // Whoever has read it along, cookie and all.
  auto thief = browser();
  thief.cookies["tocsin-outside"] = cookie;
  EXPECT_EQ(thief.get(back.target()).status, 403);
  EXPECT_FALSE(has_session(thief));
  // The code under an attempt of their own: bound to another verifier.
  auto own = leave(thief);
  own.code = back.code;
  EXPECT_EQ(thief.get(own.target()).status, 403);
  EXPECT_FALSE(has_session(thief));
}

TEST_P(OutsideAttacks, AnAnswerIsForTheBrowserThatAsked) {
  auto attacker = browser();
  const auto theirs = leave(attacker);
  // Login CSRF: the victim is led to the attacker's answer, having begun nothing, or something else.
  auto victim = browser();
  victim.get("/sign-in");
  expect_nobody(victim, victim.get(theirs.target()), "nothing was begun");
  leave(victim);
  expect_nobody(victim, victim.get(theirs.target()), "something else was begun");
  auto forged = browser();
  forged.cookies["tocsin-outside"] = std::string(43, 'A');
  expect_nobody(forged, forged.get(theirs.target()), "a made-up cookie");
}

TEST_P(OutsideAttacks, TheStartNeedsThisBrowsersForm) {
  auto other = browser();
  other.get("/sign-in");
  for (const std::string& token : {std::string{}, std::string{"x"}, other.csrf}) {
    auto visitor = browser();
    visitor.get("/sign-in");
    const auto reply = visitor.post("/sign-in/oidc", {{"next", ""}, {"csrf", token}});
    EXPECT_EQ(reply.status, 403) << token;
    EXPECT_FALSE(visitor.cookies.contains("tocsin-outside"));
  }
  auto visitor = browser();
  visitor.get("/sign-in");
  EXPECT_EQ(visitor.post("/sign-in/oidc", {{"next", ""}}, "Sec-Fetch-Site: cross-site\r\n").status, 403);
  EXPECT_EQ(visitor.get("/sign-in/oidc").status, 405);
  EXPECT_EQ(count(store::Sql{"SELECT count(*) FROM outside_attempt"}), 0);
}

TEST_P(OutsideAttacks, LeadNowhereElse) {
  for (const std::string next : {"https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)",
                                 "/sign-in/oidc/callback?code=1", "/%0d%0aX-Evil: 1"}) {
    clock_.advance(std::chrono::minutes{5});
    auto ada = browser();
    const auto reply = sign_in_outside(ada, next);
    EXPECT_EQ(reply.status, 303);
    EXPECT_EQ(reply.header("location"), "/") << next;
  }
  auto ada = browser();
  EXPECT_EQ(sign_in_outside(ada, "/account?a=b").header("location"), "/account?a=b");
}

TEST_P(OutsideAttacks, AnUnprovenAddressIsNobodys) {
  for (const auto* verified : {"", "false", R"("true")", "1"}) {
    clock_.advance(std::chrono::minutes{5});
    provider_.is("mallory", kInvited);
    provider_.claims["email_verified"] = verified;
    auto mallory = browser();
    const auto reply = sign_in_outside(mallory);
    expect_nobody(mallory, reply, verified);
    EXPECT_THAT(reply.body, HasSubstr("no account here goes with it"));
  }
}

TEST_P(OutsideAttacks, SomebodyElsesAddressTakesNoAccountOver) {
  // Mallory, a member, has entered the victim's address as theirs: it is not proven here, so the victim is not led into
  // Mallory's account.
  run(
      store::Sql{"UPDATE person SET email = 'victim@plant.example', folded_email = 'victim@plant.example', "
                 "email_verified_at = NULL WHERE id = 11"});
  provider_.is("victim-1", "victim@plant.example");
  auto victim = browser();
  EXPECT_EQ(sign_in_outside(victim).status, 403);
  EXPECT_FALSE(has_session(victim));
  // Proven here: it is theirs.
  run(store::Sql{"UPDATE person SET email_verified_at = 1 WHERE id = 11"});
  EXPECT_EQ(sign_in_outside(victim).status, 303);
  EXPECT_EQ(links(), 1);
  // The provider hands the address on to somebody else: another subject is another person.
  provider_.is("successor-2", "victim@plant.example");
  auto successor = browser();
  EXPECT_EQ(sign_in_outside(successor).status, 403);
  EXPECT_FALSE(has_session(successor));
  EXPECT_EQ(links(), 1);
}

TEST_P(OutsideAttacks, WhoIsSuspendedStaysOut) {
  auto ada = browser();
  EXPECT_EQ(sign_in_outside(ada).status, 303);
  run(store::Sql{"UPDATE person SET status = 2 WHERE id = 50"});
  provider_.is("ada-1", kInvited, R"(["analysts"])");
  auto again = browser();
  EXPECT_EQ(sign_in_outside(again).status, 403);
  EXPECT_FALSE(has_session(again));
  EXPECT_EQ(roles(50, kCert), -1) << "no roles for who is suspended";
  // Nor by the address, before there was a link.
  run(store::Sql{"UPDATE person SET status = 2, email_verified_at = 1 WHERE id = 12"});
  provider_.is("boss-1", "boss@plant.example");
  EXPECT_EQ(sign_in_outside(again).status, 403);
  EXPECT_FALSE(has_session(again));
}

TEST_P(OutsideAttacks, APlantedSessionIsNotTaken) {
  auto ada = browser();
  ada.cookies["tocsin"] = "attackers-choice";
  EXPECT_EQ(sign_in_outside(ada).status, 303);
  EXPECT_NE(ada.cookies["tocsin"], "attackers-choice");
  const auto first = ada.cookies["tocsin"];
  auto again = browser();
  again.cookies["tocsin"] = first;
  const auto begun = [&] {
    again.get("/account/security");
    return again.post("/sign-in/oidc", {{"next", ""}});
  }();
  EXPECT_EQ(again.get(provider_.authorise(begun.header("location")).target()).status, 303);
  EXPECT_NE(again.cookies["tocsin"], first) << "a new session each time";
}

TEST_P(OutsideAttacks, TooLateIsTooLate) {
  auto ada = browser();
  const auto back = leave(ada);
  clock_.advance(std::chrono::minutes{11});
  expect_nobody(ada, ada.get(back.target()), "after ten minutes");
}

TEST_P(OutsideAttacks, AForeignAnswerIsNotConnected) {
  // Mallory begins to connect; the answer is finished in the session of somebody else with the same browser cookie.
  auto member = signed_in("member@plant.example");
  member.get("/account/security");
  const auto sent = member.post("/account/security/oidc", {});
  ASSERT_EQ(sent.status, 303) << sent.body;
  const auto back = provider_.authorise(sent.header("location"));
  auto victim = signed_in("analyst@cert.example");
  victim.cookies["tocsin-outside"] = member.cookies["tocsin-outside"];
  const auto reply = victim.get(back.target());
  EXPECT_EQ(reply.status, 403);
  EXPECT_THAT(reply.body, HasSubstr("Nothing was done"));
  EXPECT_EQ(links(), 0);
  // One subject, one account.
  provider_.is("shared", "x@plant.example");
  const auto connect = [&](Browser& browser) {
    browser.get("/account/security");
    return browser.get(provider_.authorise(browser.post("/account/security/oidc", {}).header("location")).target());
  };
  EXPECT_EQ(connect(member).header("location"), "/account/security?notice=outside-connected");
  EXPECT_EQ(connect(victim).status, 403);
  EXPECT_EQ(links(), 1);
}

}  // namespace
}  // namespace tocsin::portal
