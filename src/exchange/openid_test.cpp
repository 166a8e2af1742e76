#include "exchange/openid.hpp"

#include <gmock/gmock.h>

#include "exchange/testing/loopback_server.hpp"
#include "formats/jose/testing.hpp"

namespace tocsin::exchange {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr std::int64_t kNow = 1'780'000'000;

/// A provider whose documents are texts; %ISSUER% stands for its address.
struct Site {
  Site()
      : server([this](testing::Connection& connection) {
          const auto request = connection.request();
          const auto path = request.substr(request.find(' ') + 1, request.find(" HTTP") - request.find(' ') - 1);
          seen.push_back(request);
          auto body = documents[path];
          for (auto at = body.find("%ISSUER%"); at != std::string::npos; at = body.find("%ISSUER%")) {
            body.replace(at, 8, server.url(""));
          }
          connection.write(fmt::format("HTTP/1.1 {} X\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}",
                                       body.empty() ? 404 : 200, body.size(), body));
        }) {
    documents["/.well-known/openid-configuration"] =
        R"({"issuer":"%ISSUER%","authorization_endpoint":"%ISSUER%/a?tenant=1","token_endpoint":"%ISSUER%/token",)"
        R"("jwks_uri":"%ISSUER%/keys","userinfo_endpoint":"%ISSUER%/userinfo","response_types_supported":["code"],)"
        R"("id_token_signing_alg_values_supported":["ES256"]})";
    documents["/keys"] = formats::jose::testing::key_set({key.jwk("k")});
  }
  OpenIdSettings settings() const {
    return {.issuer = server.url(""), .client_id = "c", .name = "Example ID", .allow_loopback = true};
  }
  void token_with(std::string_view nonce, std::string_view more = {}) {
    const auto claims = fmt::format(R"({{"iss":"{}","aud":"c","sub":"1","exp":{},"iat":{},"nonce":"{}"{}}})",
                                    server.url(""), kNow + 60, kNow, nonce, more);
    documents["/token"] =
        fmt::format(R"({{"token_type":"bearer","access_token":"access","id_token":"{}"}})",
                    key.token(R"({"alg":"ES256","kid":"k"})", claims, formats::jose::Algorithm::es256));
  }
  formats::jose::testing::PrivateKey key = formats::jose::testing::PrivateKey::p256();
  std::map<std::string, std::string> documents;
  std::vector<std::string> seen;
  testing::LoopbackServer server;
};

class OpenIdTest : public ::testing::Test {
 protected:
  Result<engine::identity::OutsideProof> finish(OpenId& openid, const formats::oidc::Attempt& attempt) {
    const std::vector<std::pair<std::string, std::string>> query{{"state", attempt.state}, {"code", "1"}};
    return openid.finish(query, attempt, "https://cert.example/back", OpenId::Anew::no);
  }
  ManualClock clock_{Timestamp{kNow * 1'000'000}};
  Site site_;
};

TEST_F(OpenIdTest, SendsPeopleThereAndProvesThemByUserInformationToo) {
  const auto openid = OpenId::open(site_.settings(), clock_).value();
  EXPECT_THAT(openid->origins(), ElementsAre(site_.server.url("")));
  const auto start = openid->start("https://cert.example/back", OpenId::Anew::yes).value();
  EXPECT_THAT(start.url, StartsWith(site_.server.url("/a?tenant=1&response_type=code&client_id=c&")));
  EXPECT_THAT(start.url, HasSubstr("max_age=0&prompt=login"));
  EXPECT_EQ(openid->sign_out_url(), "") << "it has no such place";
  site_.token_with(start.attempt.nonce, R"(,"amr":["otp"])");
  site_.documents["/userinfo"] = R"({"sub":"1","email":"a@b.example","email_verified":true,"groups":["g"]})";
  const auto proof = finish(*openid, start.attempt);
  ASSERT_TRUE(proof) << proof.error().to_string() << proof.error().detail;
  EXPECT_EQ(proof->subject, "1");
  EXPECT_EQ(proof->email, "a@b.example");
  EXPECT_TRUE(proof->email_verified);
  EXPECT_THAT(proof->groups, ElementsAre("g"));
  EXPECT_FALSE(proof->second_factor) << "no value of amr was said to count";
  EXPECT_THAT(site_.seen.back(), HasSubstr("Authorization: Bearer access\r\n"));
  // Of somebody else: nothing is proven.
  site_.documents["/userinfo"] = R"({"sub":"2","email":"x@b.example","email_verified":true})";
  EXPECT_EQ(finish(*openid, start.attempt).error().code, Error::Code::forbidden);
}

TEST_F(OpenIdTest, ReachesOnlyWhatTheOperatorNamed) {
  auto settings = site_.settings();
  settings.allow_loopback = false;
  EXPECT_FALSE(OpenId::open(settings, clock_)) << "http";
  settings.issuer = site_.server.url("", "https");
  const auto openid = OpenId::open(settings, clock_).value();
  EXPECT_EQ(openid->start("https://cert.example/back", OpenId::Anew::no).error().code, Error::Code::unavailable);
  EXPECT_TRUE(site_.seen.empty()) << "no connection into our own network";
  // The document of a provider outside that points inside.
  auto lying = site_.settings();
  site_.documents["/.well-known/openid-configuration"] =
      R"({"issuer":"%ISSUER%","authorization_endpoint":"%ISSUER%/a","token_endpoint":"https://10.0.0.1/token",)"
      R"("jwks_uri":"%ISSUER%/keys","response_types_supported":["code"],)"
      R"("id_token_signing_alg_values_supported":["ES256"]})";
  const auto tricked = OpenId::open(lying, clock_).value();
  const auto start = tricked->start("https://cert.example/back", OpenId::Anew::no).value();
  const auto refused = finish(*tricked, start.attempt);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Error::Code::unavailable);
  EXPECT_THAT(refused.error().detail, HasSubstr("10.0.0.1"));
}

TEST_F(OpenIdTest, AnAddressThatIsNoOriginReachesNoHeader) {
  site_.documents["/.well-known/openid-configuration"] =
      R"({"issuer":"%ISSUER%","authorization_endpoint":"https://a.example;script-src/*","token_endpoint":"%ISSUER%/t",)"
      R"("jwks_uri":"%ISSUER%/keys","response_types_supported":["code"],)"
      R"("id_token_signing_alg_values_supported":["ES256"]})";
  const auto openid = OpenId::open(site_.settings(), clock_).value();
  ASSERT_TRUE(openid->look());
  EXPECT_THAT(openid->origins(), ElementsAre(site_.server.url("")));
}

TEST_F(OpenIdTest, LivesOnWhatItKnowsWhileTheProviderIsAway) {
  const auto openid = OpenId::open(site_.settings(), clock_).value();
  ASSERT_TRUE(openid->look());
  site_.documents.clear();
  clock_.advance(std::chrono::hours{2});
  EXPECT_TRUE(openid->start("https://cert.example/back", OpenId::Anew::no));
  const auto asked = site_.seen.size();
  EXPECT_TRUE(openid->start("https://cert.example/back", OpenId::Anew::no));
  EXPECT_EQ(site_.seen.size(), asked) << "not again at once";
}

TEST_F(OpenIdTest, RefusesSettingsThatCannotWork) {
  for (const auto* issuer :
       {"", "id.example", "ftp://id.example", "https://user@id.example", "https://id.example/?a=b"}) {
    EXPECT_FALSE(OpenId::open({.issuer = issuer, .client_id = "c"}, clock_)) << issuer;
  }
  EXPECT_FALSE(OpenId::open({.issuer = "https://id.example", .client_id = ""}, clock_));
  site_.documents["/.well-known/openid-configuration"] = R"({"issuer":"https://other.example"})";
  const auto openid = OpenId::open(site_.settings(), clock_).value();
  EXPECT_EQ(openid->look().error().code, Error::Code::unavailable);
}

}  // namespace
}  // namespace tocsin::exchange
