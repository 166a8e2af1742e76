#include "formats/oidc/id_token.hpp"

#include <gmock/gmock.h>

#include "formats/jose/testing.hpp"

namespace tocsin::formats::oidc {
namespace {

using jose::testing::PrivateKey;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::int64_t kNow = 1'800'000'000;
constexpr Timestamp kNowTime{kNow * 1'000'000};
// OpenID Connect Core 1.0 appendix A.3: this access token has this at_hash under SHA-256.
constexpr std::string_view kAccessToken = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y";
constexpr std::string_view kAtHash = "77QmUPtjPfzWtF2AnpK9RQ";

const PrivateKey& signer() {
  static const auto key = PrivateKey::p256();
  return key;
}
const jose::KeySet& keys() {
  static const auto set = jose::parse_jwks(jose::testing::key_set({signer().jwk("1")})).value();
  return set;
}
Provider provider() {
  Provider made;
  made.issuer = "https://op.example";
  made.signing_algorithms = {jose::Algorithm::es256};
  return made;
}
Expected expected() {
  Expected made;
  made.client_id = "tocsin";
  made.nonce = "the-nonce";
  made.access_token = kAccessToken;
  return made;
}

/// Good claims with one written otherwise (JSON); an empty value leaves it out.
std::string claims(std::string_view member = {}, std::string_view value = {}) {
  std::vector<std::pair<std::string, std::string>> all{{"iss", R"("https://op.example")"},
                                                       {"sub", R"("248289761001")"},
                                                       {"aud", R"("tocsin")"},
                                                       {"nonce", R"("the-nonce")"},
                                                       {"exp", std::to_string(kNow + 300)},
                                                       {"iat", std::to_string(kNow)},
                                                       {"at_hash", fmt::format("\"{}\"", kAtHash)}};
  const auto found = std::ranges::find(all, member, &std::pair<std::string, std::string>::first);
  if (found != all.end()) {
    found->second = value;
  } else if (!member.empty()) {
    all.emplace_back(member, value);
  }
  std::string out;
  for (const auto& [name, text] : all) {
    if (!text.empty()) out += fmt::format("{}\"{}\":{}", out.empty() ? "" : ",", name, text);
  }
  return "{" + out + "}";
}
std::string token(const std::string& claims_text) {
  return signer().token(R"({"alg":"ES256","kid":"1"})", claims_text, jose::Algorithm::es256);
}
Result<json::Parsed> check(const std::string& claims_text, const Expected& wanted = expected(),
                           Timestamp now = kNowTime) {
  return check_id_token(token(claims_text), provider(), keys(), wanted, now);
}

TEST(IdToken, GivesTheClaims) {
  const auto good = check(claims());
  ASSERT_TRUE(good) << good.error().to_string();
  EXPECT_EQ(json::string_at(good->root(), "sub"), "248289761001");
}

struct Row {
  std::string_view claim, value;
};
TEST(IdToken, TakesWhatTheSpecificationAllows) {
  for (const auto& [claim, value] : std::initializer_list<Row>{{"aud", R"(["tocsin"])"},
                                                               {"azp", R"("tocsin")"},
                                                               {"at_hash", ""},
                                                               {"exp", "1799999941"},
                                                               {"exp", "1800000300.5"},
                                                               {"iat", "1800000060"},
                                                               {"nbf", "1800000060"},
                                                               {"auth_time", "1700000000"}}) {
    const auto good = check(claims(claim, value));
    EXPECT_TRUE(good) << claim << " " << value << ": " << good.error().to_string();
  }
  auto trusting = expected();
  trusting.trusted_audiences = {"api"};
  auto both = claims("aud", R"(["tocsin","api"])");
  both.back() = ',';
  EXPECT_TRUE(check(both + R"("azp":"tocsin"})", trusting));
}

TEST(IdToken, RefusesWrongClaimsAndSaysWhich) {
  for (const auto& [claim, value] : std::initializer_list<Row>{{"iss", R"("https://evil.example")"},
                                                               {"iss", R"("https://op.example/")"},
                                                               {"iss", R"(["https://op.example"])"},
                                                               {"iss", ""},
                                                               {"sub", ""},
                                                               {"sub", R"("")"},
                                                               {"sub", "7"},
                                                               {"sub", R"("a\u0000b")"},
                                                               {"sub", R"("ä")"},
                                                               {"aud", ""},
                                                               {"aud", R"("another")"},
                                                               {"aud", R"("tocsin ")"},
                                                               {"aud", "[]"},
                                                               {"aud", R"(["tocsin",7])"},
                                                               {"aud", R"(["tocsin","another"])"},
                                                               {"aud", R"({"tocsin":1})"},
                                                               {"azp", R"("another")"},
                                                               {"azp", R"(["tocsin"])"},
                                                               {"nonce", R"("another")"},
                                                               {"nonce", R"("")"},
                                                               {"nonce", ""},
                                                               {"nonce", "null"},
                                                               {"exp", ""},
                                                               {"exp", R"("1800000300")"},
                                                               {"exp", "1799999940"},
                                                               {"exp", "-1"},
                                                               {"exp", "1e300"},
                                                               {"exp", "18446744073709551615"},
                                                               {"iat", ""},
                                                               {"iat", "1800000061"},
                                                               {"iat", "1799910000"},
                                                               {"iat", "null"},
                                                               {"nbf", "1800000061"},
                                                               {"auth_time", "1800000061"},
                                                               {"auth_time", R"("yesterday")"},
                                                               {"at_hash", R"("77QmUPtjPfzWtF2AnpK9RA")"},
                                                               {"at_hash", R"("")"},
                                                               {"at_hash", "null"}}) {
    const auto refused = check(claims(claim, value));
    ASSERT_FALSE(refused) << claim << " " << value;
    EXPECT_EQ(refused.error().code, Error::Code::forbidden) << claim << " " << value;
    EXPECT_EQ(refused.error().where, "/" + std::string{claim}) << value;
  }
}

TEST(IdToken, SeveralAudiencesNeedTheOneThatAsked) {
  auto trusting = expected();
  trusting.trusted_audiences = {"api"};
  const auto without = check(claims("aud", R"(["tocsin","api"])"), trusting);
  ASSERT_FALSE(without);
  EXPECT_EQ(without.error().where, "/azp");
  std::string many = R"(["tocsin")";
  for (int i = 0; i < 30; ++i) many += R"(,"tocsin")";
  EXPECT_EQ(check(claims("aud", many + "]")).error().where, "/aud");
}

TEST(IdToken, AskedForAFreshSignInGetsOne) {
  auto fresh = expected();
  fresh.max_age_seconds = 300;
  EXPECT_TRUE(check(claims("auth_time", std::to_string(kNow - 360)), fresh));
  EXPECT_EQ(check(claims("auth_time", std::to_string(kNow - 361)), fresh).error().where, "/auth_time");
  EXPECT_EQ(check(claims(), fresh).error().where, "/auth_time");
}

TEST(IdToken, IsTheProvidersOwn) {
  const auto stranger = PrivateKey::p256();
  const auto refuse = [](const std::string& text) {
    return check_id_token(text, provider(), keys(), expected(), kNowTime);
  };
  const auto forged = refuse(stranger.token(R"({"alg":"ES256","kid":"1"})", claims(), jose::Algorithm::es256));
  ASSERT_FALSE(forged);
  EXPECT_THAT(forged.error().message, HasSubstr("signature"));
  EXPECT_EQ(refuse(stranger.token(R"({"alg":"ES256","kid":"2"})", claims(), jose::Algorithm::es256)).error().code,
            Error::Code::not_found);
  EXPECT_THAT(refuse(jose::testing::hmac_token(R"({"alg":"HS256"})", claims(), "s")).error().message,
              HasSubstr("HS256"));
  EXPECT_THAT(refuse("eyJhbGciOiJub25lIn0.e30.").error().message, HasSubstr("none"));
  // Announced algorithms only, even where the key set would do.
  auto rsa_only = provider();
  rsa_only.signing_algorithms = {jose::Algorithm::rs256};
  EXPECT_FALSE(check_id_token(token(claims()), rsa_only, keys(), expected(), kNowTime));
}

Result<Identity> identity(std::string_view more, const ClaimNames& names = {}) {
  const auto parsed = json::parse(fmt::format(R"({{"iss":"https://op.example","sub":"1"{}}})", more));
  return read_identity(parsed.value().root(), names);
}

TEST(Identity, KeepsWhatIsNeeded) {
  const auto full =
      identity(R"(,"email":"a@b.example","email_verified":true,"name":" Ada\n L. ","groups":["ops","admins","ops"])")
          .value();
  EXPECT_EQ(full.issuer, "https://op.example");
  EXPECT_EQ(full.subject, "1");
  EXPECT_EQ(full.email, "a@b.example");
  EXPECT_TRUE(full.email_verified);
  EXPECT_EQ(full.name, "Ada L.");
  EXPECT_THAT(full.groups, ElementsAre("admins", "ops"));
  const auto least = identity("").value();
  EXPECT_FALSE(least.email_verified);
  EXPECT_TRUE(least.groups.empty());
  EXPECT_THAT(identity(R"(,"realm_access":{"roles":["r"]})", {"email", "name", "/realm_access/roles"})->groups,
              ElementsAre("r"));
  EXPECT_THAT(identity(R"(,"https://x/g":"one")", {"email", "name", "https://x/g"})->groups, ElementsAre("one"));
}

TEST(Identity, AnUnprovenAddressIsUnproven) {
  for (const auto* more : {R"(,"email":"a@b.example")", R"(,"email":"a@b.example","email_verified":"true")",
                           R"(,"email":"a@b.example","email_verified":1)", R"(,"email_verified":true)"}) {
    EXPECT_FALSE(identity(more)->email_verified) << more;
  }
  // The provider vouches for `email`, not for what people write elsewhere.
  EXPECT_FALSE(identity(R"(,"upn":"a@b.example","email_verified":true)", {"upn", "name", "groups"})->email_verified);
}

TEST(Identity, RefusesGroupsThatAreNone) {
  for (const auto* more : {R"(,"groups":{"a":1})", R"(,"groups":[1])", R"(,"groups":7)", R"(,"groups":[["a"]])"}) {
    EXPECT_FALSE(identity(more)) << more;
  }
  std::string many = R"("a")";
  for (std::size_t i = 0; i < kGroupsMax; ++i) many += R"(,"a")";
  EXPECT_FALSE(identity(R"(,"groups":[)" + many + "]"));
  EXPECT_FALSE(identity(R"(,"groups":[")" + std::string(600, 'g') + "\"]"));
  EXPECT_FALSE(read_identity(boost::json::object{}));
}

TEST(Identity, UserInformationFillsInWhatTheTokenLeftOut) {
  auto who = identity(R"(,"name":"Ada")").value();
  ASSERT_TRUE(
      add_userinfo(who, R"({"sub":"1","email":"a@b.example","email_verified":true,"name":"X","groups":["g"]})"));
  EXPECT_EQ(who.email, "a@b.example");
  EXPECT_TRUE(who.email_verified);
  EXPECT_EQ(who.name, "Ada") << "what is signed comes first";
  EXPECT_THAT(who.groups, ElementsAre("g"));
  // An address that the token holds unproven is not proven by what comes beside it.
  auto unproven = identity(R"(,"email":"a@b.example")").value();
  ASSERT_TRUE(add_userinfo(unproven, R"({"sub":"1","email":"c@d.example","email_verified":true})"));
  EXPECT_EQ(unproven.email, "a@b.example");
  EXPECT_FALSE(unproven.email_verified);
}

TEST(Identity, RefusesUserInformationOfSomebodyElse) {
  for (const auto* text : {R"({"sub":"2","email":"a@b.example","email_verified":true})", R"({"email":"a@b.example"})",
                           R"(["sub"])", "eyJ.e30.x", R"({"sub":"1","groups":[1]})"}) {
    auto who = identity("").value();
    EXPECT_FALSE(add_userinfo(who, text)) << text;
    EXPECT_EQ(who.email, "") << text;
  }
  auto who = identity("").value();
  EXPECT_EQ(add_userinfo(who, std::string(kUserInfoBytesMax + 1, ' ')).error().code, Error::Code::too_large);
}

TEST(SignedInBy, ReadsAcrAndAmr) {
  const auto by = [](std::string_view claims, std::vector<std::string> ways) {
    return signed_in_by(json::parse(claims)->root(), ways);
  };
  EXPECT_TRUE(by(R"({"amr":["pwd","otp"]})", {"otp", "hwk"}));
  EXPECT_TRUE(by(R"({"acr":"gold"})", {"gold"}));
  for (const auto* claims : {R"({})", R"({"amr":["pwd"]})", R"({"amr":"otp"})", R"({"acr":["otp"]})", R"({"acr":""})",
                             R"({"amr":[1,null]})", R"({"amr":["OTP"]})"}) {
    EXPECT_FALSE(by(claims, {"otp", ""})) << claims;
  }
  EXPECT_FALSE(by(R"({"amr":["otp"],"acr":"0"})", {})) << "nothing counts unless it is named";
}

}  // namespace
}  // namespace tocsin::formats::oidc
