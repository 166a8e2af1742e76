#include <gmock/gmock.h>

#include "portal/members_fixture.hpp"

/// Attacks on signing in, sessions and forms, over real HTTP.
namespace tocsin::portal {
namespace {

using testing::Browser;
using testing::FormFields;
using ::testing::HasSubstr;
using testing::kPassword;
using ::testing::Not;

class SignInPages : public testing::MembersTest {
 protected:
  static constexpr const char* kMail = "member@plant.example";
  static FormFields right() { return {{"email", kMail}, {"password", std::string{kPassword}}}; }
  /// What a page says, without what differs by asker or request.
  static std::string words(std::string body, const std::string& mail, const std::string& csrf) {
    for (const auto& each : {mail, csrf}) {
      for (auto at = body.find(each); !each.empty() && at != std::string::npos; at = body.find(each, at)) {
        body.erase(at, each.size());
      }
    }
    return body;
  }
};

TEST_P(SignInPages, LetPeopleInAndOut) {
  auto member = browser();
  EXPECT_EQ(member.get("/account").header("location"), "/sign-in?next=%2Faccount");
  auto page = member.get("/sign-in?next=%2Faccount");
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.header("cache-control"), "no-store");
  auto fields = right();
  fields.emplace_back("next", "/account");
  const auto in = member.post("/sign-in", fields);
  EXPECT_EQ(in.status, 303);
  EXPECT_EQ(in.header("location"), "/account");
  EXPECT_THAT(in.head, HasSubstr("; Path=/; HttpOnly; SameSite=Lax"));
  page = member.get("/account");
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(page.body, HasSubstr("Somebody 11"));
  const auto old = member.cookies["tocsin"];
  EXPECT_EQ(member.post("/sign-out", {}).header("location"), "/sign-in?notice=signed-out");
  EXPECT_FALSE(member.cookies.contains("tocsin"));
  member.cookies["tocsin"] = old;
  EXPECT_EQ(member.get("/account").status, 303) << "the session is over, whoever still has the cookie";
}

TEST_P(SignInPages, SetHostCookiesWhereTheAddressIsHttps) {
  settings_.public_url = "https://cert.example";
  start();
  auto member = browser();
  const auto page = member.get("/sign-in");
  EXPECT_THAT(page.head, HasSubstr("Set-Cookie: __Host-tocsin-form="));
  EXPECT_THAT(page.body, HasSubstr("data-passkey-sign-in=\"/sign-in/passkey/options\""));
  const auto in = member.post("/sign-in", right());
  EXPECT_THAT(in.head, HasSubstr("Set-Cookie: __Host-tocsin="));
  EXPECT_THAT(in.head, HasSubstr("; Secure"));
  EXPECT_THAT(in.head, Not(HasSubstr("Domain=")));
}

TEST_P(SignInPages, SayTheSameWhoeverIsRefused) {
  run(store::Sql{"UPDATE person SET status = 2 WHERE id = 12"});
  run(store::Sql{"UPDATE person SET status = 0 WHERE id = 13"});
  std::string first;
  for (const auto* mail : {kMail, "boss@plant.example", "vendor@vendor.example", "nobody@nowhere.example"}) {
    auto visitor = browser();
    visitor.get("/sign-in");
    const auto reply = visitor.post("/sign-in", {{"email", mail}, {"password", "not the password at all"}});
    EXPECT_EQ(reply.status, 422) << mail;
    const auto said = words(reply.body, mail, visitor.csrf);
    if (first.empty()) first = said;
    EXPECT_EQ(said, first) << mail;
    EXPECT_FALSE(visitor.cookies.contains("tocsin"));
  }
}

TEST_P(SignInPages, DoNotTakeASessionThatSomebodyElseChose) {
  auto victim = browser();
  victim.cookies["tocsin"] = "attackers-choice";
  victim.get("/sign-in");
  victim.post("/sign-in", right());
  EXPECT_NE(victim.cookies["tocsin"], "attackers-choice");
  auto attacker = browser();
  attacker.cookies["tocsin"] = "attackers-choice";
  EXPECT_EQ(attacker.get("/account").status, 303);
}

TEST_P(SignInPages, NeedTheFormTokenOfThisBrowser) {
  auto other = browser();
  other.get("/sign-in");
  for (const std::string& token : {std::string{}, std::string{"x"}, other.csrf}) {
    auto visitor = browser();
    visitor.get("/sign-in");
    auto fields = right();
    fields.emplace_back("csrf", token);
    EXPECT_EQ(visitor.post("/sign-in", fields).status, 403) << token;
    EXPECT_FALSE(visitor.cookies.contains("tocsin"));
  }
  // Without the cookie there is nothing that a token could match.
  auto bare = browser();
  bare.get("/sign-in");
  bare.cookies.clear();
  EXPECT_EQ(bare.post("/sign-in", right()).status, 403);
}

TEST_P(SignInPages, LeadNowhereElse) {
  for (const std::string next : {"https://evil.example/", "//evil.example", "/\\evil.example", "\\\\evil.example",
                                 "/x\r\nSet-Cookie: tocsin=evil", "javascript:alert(1)", "/%0d%0aX-Evil: 1"}) {
    clock_.advance(std::chrono::minutes{5});
    auto visitor = browser();
    const auto page = visitor.get("/sign-in?next=" + http::encode_component(next));
    EXPECT_THAT(page.body, Not(HasSubstr("evil"))) << next;
    auto fields = right();
    fields.emplace_back("next", next);
    const auto reply = visitor.post("/sign-in", fields);
    EXPECT_EQ(reply.status, 303);
    EXPECT_EQ(reply.header("location"), "/") << next;
    EXPECT_THAT(reply.head, Not(HasSubstr("evil"))) << next;
  }
}

TEST_P(SignInPages, RefuseTwoCookiesOfTheName) {
  auto member = signed_in(kMail);
  auto other = signed_in("analyst@cert.example");
  auto visitor = browser();
  // A neighbouring host can set a second cookie; which one comes first is its choice, too.
  const auto two = "Cookie: tocsin=" + other.cookies["tocsin"] + "; tocsin=" + member.cookies["tocsin"] + "\r\n";
  EXPECT_EQ(visitor.get("/account", two).status, 303);
}

TEST_P(SignInPages, RefuseForgedAndEndedTokens) {
  auto member = signed_in(kMail);
  auto token = member.cookies["tocsin"];
  for (std::string forged : {token + "x", token.substr(1), std::string(43, 'A'), std::string{"1"}}) {
    auto visitor = browser();
    visitor.cookies["tocsin"] = forged;
    EXPECT_EQ(visitor.get("/account").status, 303) << forged;
  }
  clock_.advance(std::chrono::hours{24 * 8});
  EXPECT_EQ(member.get("/account").status, 303);
  for (const auto* authorization : {"Bearer tocsin_AAAA", "bearer x", "Bearer  "}) {
    auto program = browser();
    const auto reply = program.get("/api/v1/me", "Authorization: " + std::string{authorization} + "\r\n");
    EXPECT_EQ(reply.status, 401) << authorization;
  }
  auto program = browser();
  const auto reply = program.get("/api/v1/advisories", "Authorization: Bearer tocsin_unknown\r\n");
  EXPECT_EQ(reply.status, 401) << "also where everybody may: a program must hear that its token is dead";
  EXPECT_EQ(reply.header("www-authenticate"), "Bearer realm=\"tocsin\", error=\"invalid_token\"");
}

TEST_P(SignInPages, RefuseFormsOfOtherSites) {
  const FormFields profile{{"name", "Changed"}, {"language", ""}, {"time_zone", ""}};
  auto member = signed_in(kMail);
  auto other = signed_in("analyst@cert.example");
  for (const std::string& headers :
       {std::string{"Sec-Fetch-Site: cross-site\r\n"}, std::string{"Sec-Fetch-Site: same-site\r\n"},
        std::string{"Origin: https://evil.example\r\n"}, std::string{"Origin: null\r\n"},
        std::string{"Origin: http://portal.example.evil.example\r\n"}}) {
    EXPECT_EQ(member.post("/account", profile, headers).status, 403) << headers;
  }
  for (const std::string& token : {std::string{}, std::string{"x"}, other.csrf}) {
    auto fields = profile;
    fields.emplace_back("csrf", token);
    EXPECT_EQ(member.post("/account", fields).status, 403) << token;
  }
  EXPECT_EQ(count(store::Sql{"SELECT count(*) FROM person WHERE name = 'Changed'"}), 0);
  // A body that a form of another site can send without asking first is not read as JSON with the cookie's power.
  EXPECT_EQ(member.send("POST", "/api/v1/tokens", "{}", "text/plain").status, 403);
  EXPECT_EQ(member.post("/account", profile, "Origin: http://portal.example\r\nSec-Fetch-Site: same-origin\r\n").status,
            303);
  EXPECT_EQ(count(store::Sql{"SELECT count(*) FROM person WHERE name = 'Changed'"}), 1);
}

TEST_P(SignInPages, TakeNoFieldThatTheFormDoesNotHave) {
  auto member = signed_in(kMail);
  for (const auto* field : {"email", "status", "roles", "person", "id"}) {
    EXPECT_EQ(member.post("/account", {{"name", "N"}, {"language", ""}, {"time_zone", ""}, {field, "1"}}).status, 400);
  }
  EXPECT_EQ(member.post("/account", {{"name", "N"}, {"name", "M"}}).status, 400);
  FormFields many;
  for (int i = 0; i < 201; ++i) many.emplace_back("name", "x");
  EXPECT_EQ(member.post("/account", many).status, 400);
  const auto json = R"({"name":"n","scopes":["read"],"expires_at":"2030-01-01T00:00:00Z","person":1})";
  EXPECT_EQ(
      member.send("POST", "/api/v1/tokens", json, "application/json", "X-CSRF-Token: " + member.csrf + "\r\n").status,
      400);
}

TEST_P(SignInPages, ShowNamesAsText) {
  auto member = signed_in(kMail);
  const std::string evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>";
  EXPECT_EQ(member.post("/account", {{"name", evil}, {"language", ""}, {"time_zone", ""}}).status, 303);
  for (const auto* path : {"/account", "/account/security", "/account/tokens", "/", "/nothing"}) {
    const auto body = member.get(path).body;
    EXPECT_THAT(body, Not(HasSubstr("<script>alert"))) << path;
    EXPECT_THAT(body, Not(HasSubstr("<img src=x"))) << path;
    EXPECT_THAT(body, HasSubstr("&lt;script&gt;alert(1)")) << path;
  }
  EXPECT_EQ(
      member.post("/account/tokens", {{"name", evil}, {"scopes", "read"}, {"days", "30"}, {"networks", ""}}).status,
      200);
  EXPECT_THAT(member.get("/account/tokens").body, Not(HasSubstr("<script>alert")));
  // Also where it comes back because something else is wrong.
  const auto again =
      member.post("/account/tokens", {{"name", evil}, {"scopes", "none"}, {"days", "30"}, {"networks", ""}});
  EXPECT_EQ(again.status, 422);
  EXPECT_THAT(again.body, Not(HasSubstr("<script>alert")));
  EXPECT_THAT(again.body, HasSubstr("aria-describedby"));
  EXPECT_THAT(member.get("/sign-in?notice=%3Cscript%3E").body, Not(HasSubstr("<script>%3C")));
}

TEST_P(SignInPages, NeverGiveOnePersonsPageToAnother) {
  auto one = signed_in(kMail);
  auto two = signed_in("boss@plant.example");
  for (const auto* path : {"/advisories", "/about", "/", "/vendors"}) {
    const auto mine = one.get(path);
    EXPECT_EQ(mine.header("cache-control"), "private, no-cache") << path;
    EXPECT_THAT(mine.header("vary"), HasSubstr("Cookie, Authorization")) << path;
    EXPECT_THAT(mine.body, HasSubstr("Somebody 11"));
    const auto theirs = two.get(path, "If-None-Match: " + mine.header("etag") + "\r\n");
    EXPECT_EQ(theirs.status, 200) << path;
    EXPECT_THAT(theirs.body, HasSubstr("Somebody 12"));
    EXPECT_THAT(theirs.body, Not(HasSubstr("Somebody 11")));
    auto visitor = browser();
    const auto open = visitor.get(path, "If-None-Match: " + mine.header("etag") + "\r\n");
    EXPECT_EQ(open.status, 200) << path;
    EXPECT_THAT(open.body, Not(HasSubstr("Somebody")));
    EXPECT_THAT(open.body, Not(HasSubstr(one.csrf)));
    EXPECT_EQ(one.get(path, "If-None-Match: " + mine.header("etag") + "\r\n").status, 304) << path;
  }
  // Answers of the API are the same bytes for all; their validators are not.
  const auto mine = one.get("/api/v1/advisories");
  EXPECT_EQ(browser().get("/api/v1/advisories", "If-None-Match: " + mine.header("etag") + "\r\n").status, 200);
}

TEST_P(SignInPages, ShowANewNameAtOnce) {
  auto member = signed_in(kMail);
  EXPECT_THAT(member.get("/about").body, HasSubstr("Somebody 11"));
  EXPECT_EQ(member.post("/account", {{"name", "Renamed"}, {"language", ""}, {"time_zone", ""}}).status, 303);
  EXPECT_THAT(member.get("/about").body, HasSubstr("Renamed"));
}

TEST_P(SignInPages, LeadThoseWhoNeedASecondFactorToIt) {
  identity_options_.second_factor_by_role = true;
  start();
  auto analyst = browser();
  analyst.get("/sign-in");
  EXPECT_EQ(analyst.post("/sign-in", {{"email", "analyst@cert.example"}, {"password", std::string{kPassword}}}).status,
            303);
  for (const auto* path : {"/", "/advisories", "/account", "/account/tokens"}) {
    const auto reply = analyst.get(path);
    EXPECT_EQ(reply.status, 303) << path;
    EXPECT_EQ(reply.header("location"), "/account/security") << path;
  }
  EXPECT_EQ(analyst.get("/api/v1/me").status, 403);
  const auto page = analyst.get("/account/security");
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(page.body, HasSubstr("Your role needs a second factor"));
  EXPECT_EQ(analyst.get("/account/security/app").status, 200);
  EXPECT_EQ(analyst.post("/sign-out", {}).status, 303);
}

TEST_P(SignInPages, AskAgainBeforeDangerousActs) {
  auto member = signed_in(kMail);
  clock_.advance(std::chrono::minutes{11});
  for (const auto* path : {"/account/tokens/new", "/account/security/app", "/account/erase"}) {
    const auto reply = member.get(path);
    EXPECT_EQ(reply.status, 303) << path;
    EXPECT_THAT(reply.header("location"), HasSubstr("/confirm?next=")) << path;
  }
  EXPECT_EQ(member.post("/account/erase", {{"email", kMail}}).status, 303);
  EXPECT_EQ(count(store::Sql{"SELECT count(*) FROM person WHERE id = 11 AND status = 1"}), 1);
  member.get("/confirm?next=%2Faccount%2Ferase");
  EXPECT_EQ(member.post("/confirm", {{"password", "wrong wrong wrong"}, {"next", "/account/erase"}}).status, 422);
  const auto old = member.cookies["tocsin"];
  EXPECT_EQ(member.post("/confirm", {{"password", std::string{kPassword}}, {"next", "/account/erase"}}).status, 303);
  EXPECT_NE(member.cookies["tocsin"], old) << "a new token, so that who had the old one has not proved anything";
  EXPECT_EQ(member.get("/account/erase").status, 200);
}

TEST_P(SignInPages, TokensAreForProgramsOnly) {
  auto member = signed_in(kMail);
  const auto made =
      member.post("/account/tokens", {{"name", "p"}, {"scopes", "read"}, {"days", "30"}, {"networks", ""}});
  ASSERT_EQ(made.status, 200) << made.body;
  EXPECT_EQ(made.header("cache-control"), "no-store");
  const auto at = made.body.find("tocsin_");
  ASSERT_NE(at, std::string::npos);
  const auto header = "Authorization: Bearer " + made.body.substr(at, 50) + "\r\n";
  EXPECT_THAT(member.get("/account/tokens").body, Not(HasSubstr(made.body.substr(at, 50)))) << "shown once";
  auto program = browser();
  const auto me = program.get("/api/v1/me", header);
  EXPECT_EQ(me.status, 200) << me.body;
  EXPECT_THAT(me.body, HasSubstr("\"by\":\"token\""));
  // It makes no others, and opens no pages of the account.
  EXPECT_EQ(program.get("/account/security", header).status, 403);
  EXPECT_EQ(program.send("POST", "/api/v1/tokens", "{}", "application/json", header).status, 403);
  // Said explicitly, it counts, and a cookie beside it does not.
  EXPECT_EQ(member.get("/account/security", header).status, 403);
}

TEST_P(SignInPages, LinksWorkOnceAndStayOutOfSight) {
  const auto secret = identities()
                          .create_link(engine::identity::LinkPurpose::password_reset, domain::PersonId{11},
                                       std::nullopt, engine::Actor::at_console())
                          .value();
  auto visitor = browser();
  EXPECT_EQ(visitor.get("/link/unknown").status, 404);
  const auto page = visitor.get("/link/" + secret);
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.header("cache-control"), "no-store");
  EXPECT_EQ(page.header("referrer-policy"), "strict-origin");
  EXPECT_THAT(page.body, Not(HasSubstr("next=%2Flink")));
  const std::string wanted = "another horse battery staple";
  EXPECT_EQ(visitor.post("/link/" + secret, {{"password", wanted}, {"again", wanted + "x"}}).status, 422);
  EXPECT_EQ(visitor.post("/link/" + secret, {{"password", "short"}, {"again", "short"}}).status, 422);
  EXPECT_EQ(visitor.post("/link/" + secret, {{"password", wanted}, {"again", wanted}, {"csrf", "x"}}).status, 403);
  EXPECT_EQ(visitor.post("/link/" + secret, {{"password", wanted}, {"again", wanted}}).status, 303);
  EXPECT_EQ(visitor.get("/link/" + secret).status, 404);
  EXPECT_EQ(visitor.post("/link/" + secret, {{"password", wanted}, {"again", wanted}}).status, 404);
  visitor.get("/sign-in");
  EXPECT_EQ(visitor.post("/sign-in", {{"email", kMail}, {"password", wanted}}).status, 303);
}

TEST_P(SignInPages, EndSessionsElsewhere) {
  auto here = signed_in(kMail);
  auto there = signed_in(kMail);
  auto other = signed_in("boss@plant.example");
  const auto theirs = count(store::Sql{"SELECT max(id) FROM session"});
  EXPECT_EQ(here.post("/account/security/sessions/" + std::to_string(theirs) + "/end", {}).status, 404)
      << "another person's session is none";
  EXPECT_EQ(other.get("/account").status, 200);
  EXPECT_EQ(here.post("/account/security/sessions/end", {}).status, 303);
  EXPECT_EQ(there.get("/account").status, 303);
  EXPECT_EQ(here.get("/account").status, 200);
}

TEST_P(SignInPages, RefuseWhatIsNoPasskey) {
  settings_.public_url = "https://cert.example";
  start();
  auto visitor = browser();
  visitor.get("/sign-in");
  EXPECT_EQ(visitor.post("/sign-in/passkey/options", {}).status, 200);
  for (const auto* response : {"", "{}", "[]", R"({"id":"x","type":"public-key"})"}) {
    const auto reply = visitor.post("/sign-in/passkey", {{"response", response}});
    EXPECT_TRUE(reply.status == 303 || reply.status == 400) << reply.status;
    if (reply.status == 303) EXPECT_EQ(reply.header("location"), "/sign-in?notice=passkey-refused");
    EXPECT_FALSE(visitor.cookies.contains("__Host-tocsin"));
  }
  EXPECT_THAT(visitor.get("/sign-in?notice=passkey-refused").body, HasSubstr("role=\"alert\""));
}

TEST_P(SignInPages, FooterTellsMembersOfMarkings) {
  auto member = signed_in(kMail);
  EXPECT_THAT(member.get("/about").body, Not(HasSubstr("Public part of")));
  EXPECT_THAT(get("/about").body, HasSubstr("Public part of"));
}

TOCSIN_ON_BOTH_DATABASES(SignInPages);

}  // namespace
}  // namespace tocsin::portal
