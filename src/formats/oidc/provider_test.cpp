#include "formats/oidc/provider.hpp"

#include <gmock/gmock.h>

#include "base/json.hpp"

namespace tocsin::formats::oidc {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kIssuer = "https://op.example/realms/cert";

/// A good document with one member written otherwise; an empty value leaves it out.
std::string document(std::string_view member = {}, std::string_view value = {}) {
  const std::pair<std::string_view, std::string_view> members[] = {
      {"issuer", R"("https://op.example/realms/cert")"},
      {"authorization_endpoint", R"("https://op.example/auth")"},
      {"token_endpoint", R"("https://op.example/token")"},
      {"jwks_uri", R"("https://op.example/keys")"},
      {"response_types_supported", R"(["code","id_token"])"},
      {"id_token_signing_alg_values_supported", R"(["HS256","none","ES256","RS256","RS256"])"},
      {"code_challenge_methods_supported", R"(["plain","S256"])"},
      {"token_endpoint_auth_methods_supported", R"(["client_secret_post"])"},
      {"authorization_response_iss_parameter_supported", "true"}};
  std::string out;
  bool written = false;
  const auto put = [&](std::string_view name, std::string_view text) {
    if (!text.empty()) out += fmt::format("{}\"{}\":{}", out.empty() ? "" : ",", name, text);
  };
  for (const auto& [name, text] : members) {
    put(name, name == member ? value : text);
    written = written || name == member;
  }
  if (!written && !member.empty()) put(member, value);
  return "{" + out + "}";
}

TEST(Discovery, TellsWhereAndHow) {
  const auto provider = read_discovery(document(), kIssuer);
  ASSERT_TRUE(provider) << provider.error().to_string();
  EXPECT_EQ(provider->issuer, kIssuer);
  EXPECT_EQ(provider->authorization_endpoint, "https://op.example/auth");
  EXPECT_EQ(provider->token_endpoint, "https://op.example/token");
  EXPECT_EQ(provider->jwks_uri, "https://op.example/keys");
  EXPECT_THAT(provider->signing_algorithms, ::testing::ElementsAre(jose::Algorithm::es256, jose::Algorithm::rs256));
  EXPECT_TRUE(provider->secret_post);
  EXPECT_FALSE(provider->secret_basic);
  EXPECT_TRUE(provider->iss_in_callback);
  // What the specifications say where nothing is written.
  const auto silent = read_discovery(document("token_endpoint_auth_methods_supported"), kIssuer).value();
  EXPECT_TRUE(silent.secret_basic);
  EXPECT_FALSE(silent.secret_post);
  EXPECT_FALSE(read_discovery(document("authorization_response_iss_parameter_supported"), kIssuer)->iss_in_callback);
  EXPECT_TRUE(read_discovery(document("code_challenge_methods_supported"), kIssuer));
  EXPECT_EQ(
      read_discovery(document("end_session_endpoint", R"("https://op.example/out")"), kIssuer)->end_session_endpoint,
      "https://op.example/out");
}

struct Refusal {
  std::string_view member, value, where;
};
constexpr Refusal kRefusals[] = {
    {"issuer", R"("https://evil.example")", "/issuer"},
    {"issuer", R"("https://op.example/realms/cert/")", "/issuer"},
    {"issuer", R"("https://OP.example/realms/cert")", "/issuer"},
    {"issuer", "", "/issuer"},
    {"authorization_endpoint", "", "/authorization_endpoint"},
    {"authorization_endpoint", R"("javascript:alert")", "/authorization_endpoint"},
    {"authorization_endpoint", R"("https://op.example/auth\r\nSet-Cookie: a=b")", "/authorization_endpoint"},
    {"authorization_endpoint", R"("https://op.example/auth#part")", "/authorization_endpoint"},
    {"token_endpoint", R"("http://op.example/token")", "/token_endpoint"},
    {"token_endpoint", R"("http://127.0.0.1/token")", "/token_endpoint"},
    {"token_endpoint", R"("https://user:secret@op.example/token")", "/token_endpoint"},
    {"token_endpoint", R"("https://op.example@evil.example/token")", "/token_endpoint"},
    {"token_endpoint", R"("https://op.example\\@evil.example/token")", "/token_endpoint"},
    {"token_endpoint", R"("https:///token")", "/token_endpoint"},
    {"token_endpoint", R"("https://op.example:port/")", "/token_endpoint"},
    {"jwks_uri", R"("file:///etc/passwd")", "/jwks_uri"},
    {"jwks_uri", R"(["https://op.example/keys"])", "/jwks_uri"},
    {"end_session_endpoint", R"("ftp://op.example/")", "/end_session_endpoint"},
    {"response_types_supported", R"(["id_token"])", "/response_types_supported"},
    {"response_types_supported", "", "/response_types_supported"},
    {"code_challenge_methods_supported", R"(["plain"])", "/code_challenge_methods_supported"},
    {"id_token_signing_alg_values_supported", R"(["none","HS256"])", "/id_token_signing_alg_values_supported"},
    {"id_token_signing_alg_values_supported", "", "/id_token_signing_alg_values_supported"},
};
TEST(Discovery, RefusesWhatWouldMislead) {
  for (const auto& each : kRefusals) {
    const auto provider = read_discovery(document(each.member, each.value), kIssuer);
    ASSERT_FALSE(provider) << each.member << " " << each.value;
    EXPECT_EQ(provider.error().code, Error::Code::invalid_input);
    EXPECT_EQ(provider.error().where, each.where) << each.value;
  }
  for (const auto* text : {"", "[]", "null", R"({"issuer":"a","issuer":"b"})"}) {
    EXPECT_FALSE(read_discovery(text, kIssuer)) << text;
  }
  EXPECT_EQ(read_discovery(std::string(kDiscoveryBytesMax + 1, ' '), kIssuer).error().code, Error::Code::too_large);
  EXPECT_FALSE(read_discovery(document("jwks_uri", "\"https://op.example/" + std::string(2048, 'a') + "\""), kIssuer));
}

TEST(Discovery, LoopbackIsForTests) {
  const EndpointRules rules{.allow_loopback_http = true};
  for (const auto* good : {"http://127.0.0.1:8080/x", "http://localhost/x", "http://[::1]:81/", "https://op.example"}) {
    EXPECT_TRUE(check_endpoint(good, rules, "")) << good;
  }
  for (const auto* bad :
       {"http://127.0.0.1.evil.example/", "http://localhost.evil.example/", "http://op.example/",
        "http://127.0.0.1@evil.example/", "http://[::1/", "http://127.0.0.1:/", "http://127.0.0.1:123456/"}) {
    EXPECT_FALSE(check_endpoint(bad, rules, "")) << bad;
  }
  EXPECT_FALSE(check_endpoint("http://127.0.0.1/", {}, ""));
}

TEST(Discovery, LiesBesideTheIssuer) {
  EXPECT_EQ(discovery_url("https://op.example").value(), "https://op.example/.well-known/openid-configuration");
  EXPECT_EQ(discovery_url("https://op.example/a/").value(), "https://op.example/a/.well-known/openid-configuration");
  EXPECT_FALSE(discovery_url("https://op.example/?x=1"));
  EXPECT_FALSE(discovery_url("op.example"));
}

}  // namespace
}  // namespace tocsin::formats::oidc
