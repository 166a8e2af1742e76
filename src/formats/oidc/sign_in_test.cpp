#include "formats/oidc/sign_in.hpp"

#include <gmock/gmock.h>

namespace tocsin::formats::oidc {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

Provider provider() {
  Provider made;
  made.issuer = "https://op.example";
  made.authorization_endpoint = "https://op.example/auth";
  made.token_endpoint = "https://op.example/token";
  made.iss_in_callback = true;
  return made;
}
const Client kClient{"tocsin", "s:e cret", "https://cert.example/sign-in/callback"};
const Attempt kAttempt{"the-state", "the-nonce", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"};

TEST(SignIn, ChallengeIsThatOfRfc7636AppendixB) {
  EXPECT_EQ(code_challenge(kAttempt.code_verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

TEST(SignIn, AttemptsDiffer) {
  const auto one = new_attempt();
  const auto two = new_attempt();
  EXPECT_EQ(one.state.size(), 43U);  // RFC 7636 section 4.1: a verifier has 43 to 128 characters.
  EXPECT_EQ(one.code_verifier.size(), 43U);
  EXPECT_NE(one.state, two.state);
  EXPECT_NE(one.state, one.nonce);
  EXPECT_NE(one.nonce, one.code_verifier);
}

TEST(SignIn, SendsPeopleToTheProvider) {
  auto op = provider();
  EXPECT_EQ(
      authorization_url(op, kClient, kAttempt),
      "https://op.example/auth?response_type=code&client_id=tocsin&redirect_uri=https%3A%2F%2Fcert.example%2Fsign-in%2F"
      "callback&scope=openid%20profile%20email&state=the-state&nonce=the-nonce&code_challenge=E9Melhoa2OwvFrEMTJguCHaoe"
      "K1t8URWbuGJSstw-cM&code_challenge_method=S256");
  op.authorization_endpoint += "?tenant=7";
  const auto url = authorization_url(op, kClient, kAttempt, {60, "a&b@x.example", "login"});
  EXPECT_THAT(url, HasSubstr("auth?tenant=7&response_type=code&"));
  EXPECT_THAT(url, HasSubstr("&max_age=60&login_hint=a%26b%40x.example&prompt=login"));
  EXPECT_THAT(url, Not(HasSubstr(kAttempt.code_verifier)));
}

TEST(Callback, GivesTheCode) {
  EXPECT_EQ(read_callback(Parameters{{"code", "c0de"}, {"state", "the-state"}, {"iss", "https://op.example"}},
                          provider(), kAttempt)
                .value(),
            "c0de");
  auto silent = provider();
  silent.iss_in_callback = false;
  EXPECT_TRUE(
      read_callback(Parameters{{"state", "the-state"}, {"code", "c"}, {"session_state", "x"}}, silent, kAttempt));
}

struct BadCallback {
  std::string_view name;
  Parameters query;
  Error::Code code;
  std::string_view says;
};
TEST(Callback, RefusesWhatWasNotAskedFor) {
  using enum Error::Code;
  const std::pair<std::string, std::string> state{"state", "the-state"}, iss{"iss", "https://op.example"},
      code{"code", "c"};
  const BadCallback cases[] = {
      {"NoState", {code, iss}, forbidden, "no sign-in"},
      {"EmptyState", {{"state", ""}, code, iss}, forbidden, "no sign-in"},
      {"StateOfAnother", {{"state", "the-statf"}, code, iss}, forbidden, "no sign-in"},
      {"StatePrefix", {{"state", "the-stat"}, code, iss}, forbidden, "no sign-in"},
      {"StateTwice", {state, {"state", "x"}, code, iss}, invalid_input, "twice"},
      {"MixUp", {state, code, {"iss", "https://evil.example"}}, forbidden, "another provider"},
      {"MixUpBySlash", {state, code, {"iss", "https://op.example/"}}, forbidden, "another provider"},
      {"IssuerNotSaid", {state, code}, forbidden, "does not say"},
      {"IssuerTwice", {state, code, iss, iss}, invalid_input, "twice"},
      {"NoCode", {state, iss}, invalid_input, "no code"},
      {"CodeTwice", {state, iss, code, code}, invalid_input, "twice"},
      {"Refused",
       {state, iss, {"error", "access_denied"}, {"error_description", "Not\r\nnow"}},
       forbidden,
       "access_denied (Not now)"},
      {"RefusedWithACode", {state, iss, code, {"error", "access_denied"}}, forbidden, "refused"},
      {"RefusedByAnother", {state, {"iss", "https://evil.example"}, {"error", "x"}}, forbidden, "another provider"},
      {"IllFormedWords", {state, iss, {"error", "\xFF\xFE"}}, forbidden, "without readable text"},
      {"Huge", {state, iss, {"code", std::string(5000, 'c')}}, too_large, ""},
      {"Many", Parameters(33, {"a", "b"}), invalid_input, "too many"},
  };
  for (const auto& each : cases) {
    const auto read = read_callback(each.query, provider(), kAttempt);
    ASSERT_FALSE(read) << each.name;
    EXPECT_EQ(read.error().code, each.code) << each.name;
    EXPECT_THAT(read.error().message, HasSubstr(each.says)) << each.name;
  }
  auto silent = provider();
  silent.iss_in_callback = false;
  EXPECT_FALSE(read_callback(Parameters{state, code, {"iss", "https://evil.example"}}, silent, kAttempt));
  EXPECT_FALSE(read_callback(Parameters{{"state", ""}, code}, silent, Attempt{}));
}

TEST(TokenRequest, ShowsTheSecretAsTheProviderWants) {
  auto op = provider();
  auto request = token_request(op, kClient, kAttempt, "c0de");
  EXPECT_EQ(request.authorization, "Basic dG9jc2luOnMlM0FlJTIwY3JldA==");  // tocsin:s%3Ae%20cret
  EXPECT_THAT(request.form, Contains(Pair("code_verifier", kAttempt.code_verifier)));
  EXPECT_THAT(request.form, Contains(Pair("code", "c0de")));
  EXPECT_THAT(request.form, Not(Contains(Pair("client_secret", ::testing::_))));
  op.secret_basic = false;
  op.secret_post = true;
  request = token_request(op, kClient, kAttempt, "c0de");
  EXPECT_EQ(request.authorization, "");
  EXPECT_THAT(request.form, Contains(Pair("client_secret", "s:e cret")));
  auto open_client = kClient;
  open_client.secret.clear();
  request = token_request(provider(), open_client, kAttempt, "c0de");
  EXPECT_EQ(request.authorization, "");
  EXPECT_THAT(request.form, Contains(Pair("client_id", "tocsin")));
  EXPECT_EQ(form_encode(Parameters{{"a b", "c&d=\xC3\xA9"}, {"e", ""}}), "a%20b=c%26d%3D%C3%A9&e=");
}

TEST(TokenResponse, IsReadOrRefused) {
  const auto good =
      read_token_response(200, R"({"token_type":"bearer","id_token":"i","access_token":"a","expires_in":60})");
  ASSERT_TRUE(good);
  EXPECT_EQ(good->id_token, "i");
  EXPECT_EQ(good->access_token, "a");
  struct Bad {
    int status;
    std::string_view text;
    Error::Code code;
    std::string_view says;
  };
  using enum Error::Code;
  for (const auto& each : {
           Bad{400, R"({"error":"invalid_grant","error_description":"used <b>twice</b>"})", forbidden,
               "invalid_grant (used <b>twice</b>)"},
           Bad{401, "<html>", forbidden, "401"},
           Bad{302, "", forbidden, "302"},
           Bad{503, R"({"error":"x"})", unavailable, "503"},
           Bad{200, "", invalid_input, "JSON"},
           Bad{200, "[]", invalid_input, "JSON"},
           Bad{200, R"({"token_type":"DPoP","id_token":"i","access_token":"a"})", invalid_input, "Bearer"},
           Bad{200, R"({"id_token":"i","access_token":"a"})", invalid_input, "Bearer"},
           Bad{200, R"({"token_type":"Bearer","access_token":"a"})", invalid_input, "no ID token"},
           Bad{200, R"({"token_type":"Bearer","id_token":{},"access_token":"a"})", invalid_input, "no ID token"},
           Bad{200, R"({"token_type":"Bearer","id_token":"i"})", invalid_input, "no access token"},
       }) {
    const auto read = read_token_response(each.status, each.text);
    ASSERT_FALSE(read) << each.text;
    EXPECT_EQ(read.error().code, each.code) << each.text;
    EXPECT_THAT(read.error().message, HasSubstr(each.says));
  }
  EXPECT_EQ(read_token_response(200, std::string(kTokenResponseBytesMax + 1, ' ')).error().code, too_large);
}

}  // namespace
}  // namespace tocsin::formats::oidc
