#include "formats/jose/jose.hpp"

#include <gmock/gmock.h>

#include "base/encoding.hpp"
#include "formats/jose/testing.hpp"

namespace tocsin::formats::jose {
namespace {

using ::testing::HasSubstr;
using testing::key_set;
using testing::PrivateKey;

// RFC 7515 appendix A.2 and A.3, RFC 8037 appendix A.4: public keys and what they signed.
constexpr std::string_view kRfcRsa =
    R"({"kty":"RSA","kid":"a2","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ","e":"AQAB"})";
constexpr std::string_view kRfcP256 =
    R"({"kty":"EC","kid":"a3","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})";
constexpr std::string_view kRfcEd25519 =
    R"({"kty":"OKP","kid":"ed","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})";
constexpr std::string_view kRfcClaims =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
constexpr std::string_view kRfcRsaSignature =
    "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1"
    "dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzD"
    "wusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe7"
    "7Rw";
constexpr std::string_view kRfcP256Signature =
    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
constexpr std::string_view kRfcEd25519Token =
    "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4"
    "iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";

const JwsRules kAll{.allowed = all_algorithms()};

struct Issuer {
  PrivateKey rsa = PrivateKey::rsa(), other_rsa = PrivateKey::rsa(), p256 = PrivateKey::p256(),
             ed25519 = PrivateKey::ed25519();
  KeySet keys = parse_jwks(key_set({rsa.jwk("rsa"), p256.jwk("ec"), ed25519.jwk("ed")})).value();
};
/// Made once: RSA keys take a while.
const Issuer& issuer() {
  static const Issuer made;
  return made;
}

std::string joined(std::string_view header, std::string_view payload, std::string_view signature) {
  return std::string{header} + "." + std::string{payload} + "." + std::string{signature};
}

TEST(Jws, VerifiesTheExamplesOfTheStandards) {
  const auto keys =
      parse_jwks(key_set({std::string{kRfcRsa}, std::string{kRfcP256}, std::string{kRfcEd25519}})).value();
  ASSERT_EQ(keys.keys.size(), 3U);
  const auto rsa = verify_jwt(joined("eyJhbGciOiJSUzI1NiJ9", kRfcClaims, kRfcRsaSignature), keys, kAll);
  ASSERT_TRUE(rsa) << rsa.error().message;
  EXPECT_EQ(json::string_at(rsa->claims.root(), "iss"), "joe");
  EXPECT_EQ(rsa->algorithm, Algorithm::rs256);
  const auto p256 = verify_jwt(joined("eyJhbGciOiJFUzI1NiJ9", kRfcClaims, kRfcP256Signature), keys, kAll);
  ASSERT_TRUE(p256) << p256.error().message;
  const auto ed25519 = verify_jws(kRfcEd25519Token, keys, kAll);
  ASSERT_TRUE(ed25519) << ed25519.error().message;
  EXPECT_EQ(ed25519->payload, "Example of Ed25519 signing");
  // A.5 is unsecured, A.1 an HMAC, A.4 P-521: none of them is taken.
  for (const auto* token :
       {"eyJhbGciOiJub25lIn0.eyJpc3MiOiJqb2UifQ.",
        "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0d"
        "HA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
        "eyJhbGciOiJFUzUxMiJ9.UGF5bG9hZA.AdwM"}) {
    EXPECT_EQ(verify_jws(token, keys, kAll).error().code, Error::Code::forbidden) << token;
  }
}

TEST(Jws, VerifiesEachAlgorithmByItsKey) {
  const auto& from = issuer();
  const auto token = [](const PrivateKey& key, std::string_view alg, std::string_view kid, Algorithm algorithm) {
    return key.token(fmt::format(R"({{"alg":"{}","kid":"{}","typ":"JWT"}})", alg, kid), R"({"sub":"a"})", algorithm);
  };
  for (const auto& good :
       {token(from.rsa, "RS256", "rsa", Algorithm::rs256), token(from.rsa, "PS256", "rsa", Algorithm::ps256),
        token(from.p256, "ES256", "ec", Algorithm::es256), token(from.ed25519, "EdDSA", "ed", Algorithm::eddsa),
        token(from.ed25519, "Ed25519", "ed", Algorithm::eddsa)}) {
    const auto jwt = verify_jwt(good, from.keys, kAll);
    ASSERT_TRUE(jwt) << jwt.error().message;
    EXPECT_EQ(json::string_at(jwt->claims.root(), "sub"), "a");
    // One letter changed, in each part: never the same token.
    for (std::size_t at = 0; at < good.size(); at += 7) {
      auto changed = good;
      changed[at] = changed[at] == 'A' ? 'B' : 'A';
      EXPECT_FALSE(verify_jwt(changed, from.keys, kAll)) << at;
    }
  }
}

struct Attack {
  std::string name, token;
  Error::Code code;
  std::string says;
};
std::vector<Attack> attacks() {
  using enum Error::Code;
  const auto& from = issuer();
  constexpr std::string_view kClaims = R"({"sub":"a"})";
  constexpr auto kRs256 = Algorithm::rs256;
  const auto good = from.rsa.token(R"({"alg":"RS256","kid":"rsa"})", kClaims, kRs256);
  const auto with = [&](std::string_view more) {
    return from.rsa.token(fmt::format(R"({{"alg":"RS256","kid":"rsa"{}}})", more), kClaims, kRs256);
  };
  const auto unsigned_part = good.substr(0, good.rfind('.'));
  const auto signature = from.p256.sign(Algorithm::es256, "x");
  return {
      {"NoAlgorithm", base64url_encode(R"({"alg":"none"})") + "." + base64url_encode(kClaims) + ".", forbidden,
       "'none'"},
      {"NoneInOtherLetters", base64url_encode(R"({"alg":"nOnE"})") + "." + base64url_encode(kClaims) + ".", forbidden,
       "nOnE"},
      {"AlgorithmMissing", from.rsa.token(R"({"kid":"rsa"})", kClaims, kRs256), forbidden, "''"},
      {"AlgorithmIsNoText", from.rsa.token(R"({"alg":["RS256"]})", kClaims, kRs256), forbidden, "''"},
      {"HmacUnderThePublicKey", testing::hmac_token(R"({"alg":"HS256","kid":"rsa"})", kClaims, from.rsa.jwk("rsa")),
       forbidden, "HS256"},
      {"SignatureRemoved", unsigned_part + ".", forbidden, "signature"},
      {"AnotherKeySigned", from.other_rsa.token(R"({"alg":"RS256","kid":"rsa"})", kClaims, kRs256), forbidden,
       "signature"},
      {"SignedByOneNamedAsAnother", from.rsa.token(R"({"alg":"PS256","kid":"rsa"})", kClaims, kRs256), forbidden,
       "signature"},
      {"UnknownKey", from.rsa.token(R"({"alg":"RS256","kid":"new"})", kClaims, kRs256), not_found, "no key 'new'"},
      {"KeyOfAnotherType", from.rsa.token(R"({"alg":"RS256","kid":"ec"})", kClaims, kRs256), not_found, "no key 'ec'"},
      {"KidIsNoText", from.rsa.token(R"({"alg":"RS256","kid":7})", kClaims, kRs256), invalid_input, "kid"},
      {"KidOfAPath", from.rsa.token(R"({"alg":"RS256","kid":"../../dev/null"})", kClaims, kRs256), not_found,
       "dev/null"},
      {"DemandsAnExtension", with(R"(,"crit":["exp"],"exp":1)"), invalid_input, "crit"},
      {"EmptyCrit", with(R"(,"crit":[])"), invalid_input, "crit"},
      {"UnencodedPayload", with(R"(,"b64":false)"), invalid_input, "b64"},
      {"BringsItsKey", with(R"(,"jwk":)" + from.rsa.jwk("rsa")), invalid_input, "jwk"},
      {"SignedByTheKeyItBrings",
       from.other_rsa.token(R"({"alg":"RS256","jwk":)" + from.other_rsa.jwk("rsa") + "}", kClaims, kRs256),
       invalid_input, "jwk"},
      {"PointsToKeys", with(R"(,"jku":"https://evil.example/keys")"), invalid_input, "jku"},
      {"PointsToACertificate", with(R"(,"x5u":"https://evil.example/c")"), invalid_input, "x5u"},
      {"BringsACertificate", with(R"(,"x5c":["MII"])"), invalid_input, "x5c"},
      {"IsAnAccessToken", with(R"(,"typ":"at+jwt")"), invalid_input, "type"},
      {"IsALogoutToken", with(R"(,"typ":"application/logout+jwt")"), invalid_input, "type"},
      {"AlgorithmTwice", from.rsa.token(R"({"alg":"none","alg":"RS256"})", kClaims, kRs256), invalid_input, "header"},
      {"HeaderIsNoObject", from.rsa.token(R"(["RS256"])", kClaims, kRs256), invalid_input, "header"},
      {"HeaderIsNoJson", from.rsa.token("RS256", kClaims, kRs256), invalid_input, "header"},
      {"ClaimsAreNoObject", from.rsa.token(R"({"alg":"RS256","kid":"rsa"})", R"("sub")", kRs256), invalid_input,
       "claims"},
      {"ClaimTwice", from.rsa.token(R"({"alg":"RS256","kid":"rsa"})", R"({"sub":"a","sub":"b"})", kRs256),
       invalid_input, "claims"},
      {"TwoParts", unsigned_part, invalid_input, "three parts"},
      {"FourParts", good + ".AA", invalid_input, "three parts"},
      {"DotAtTheEnd", good + ".", invalid_input, "three parts"},
      {"EncryptedToken", "a.b.c.d.e", invalid_input, "three parts"},
      {"Empty", "", invalid_input, "three parts"},
      {"OnlyDots", "..", invalid_input, "header"},
      {"Padded", good + "==", invalid_input, "signature"},
      {"BlankAtTheEnd", good + " ", invalid_input, "signature"},
      {"OtherBitsAtTheEnd", good.substr(0, good.size() - 1) + (good.back() == 'h' ? "i" : "h"), invalid_input,
       "signature"},
      {"SignatureTooLong", from.p256.token(R"({"alg":"ES256","kid":"ec"})", kClaims, Algorithm::es256) + "AAAA",
       forbidden, "signature"},
      {"ZeroSignature",
       base64url_encode(R"({"alg":"ES256","kid":"ec"})") + "." + base64url_encode(kClaims) + "." +
           base64url_encode(std::string(64, '\0')),
       forbidden, "signature"},
      {"SignatureOfAnotherText",
       base64url_encode(R"({"alg":"ES256","kid":"ec"})") + "." + base64url_encode(kClaims) + "." +
           base64url_encode(signature),
       forbidden, "signature"},
      {"TooLarge", std::string(kTokenBytesMax + 1, 'A'), too_large, ""},
  };
}

TEST(Jwt, RefusesAttacksAndSaysWhy) {
  for (const auto& attack : attacks()) {
    const auto jwt = verify_jwt(attack.token, issuer().keys, kAll);
    ASSERT_FALSE(jwt) << attack.name;
    EXPECT_EQ(jwt.error().code, attack.code) << attack.name << ": " << jwt.error().message;
    EXPECT_THAT(jwt.error().message, HasSubstr(attack.says)) << attack.name;
  }
}

TEST(Jwt, TakesOnlyAlgorithmsOfTheList) {
  const auto token = issuer().p256.token(R"({"alg":"ES256","kid":"ec"})", "{}", Algorithm::es256);
  constexpr Algorithm kRsaOnly[] = {Algorithm::rs256, Algorithm::ps256};
  const auto refused = verify_jwt(token, issuer().keys, {.allowed = kRsaOnly});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("'ES256' is not one of those allowed (RS256, PS256)"));
  EXPECT_FALSE(verify_jwt(token, issuer().keys, {.allowed = {}}));
  EXPECT_TRUE(verify_jwt(token, issuer().keys, kAll));
}

TEST(Jwt, TakesTheTypeThatWasAskedFor) {
  const auto typed = issuer().p256.token(R"({"alg":"ES256","typ":"application/Logout+JWT"})", "{}", Algorithm::es256);
  const auto plain = issuer().p256.token(R"({"alg":"ES256"})", "{}", Algorithm::es256);
  EXPECT_TRUE(verify_jwt(typed, issuer().keys, {all_algorithms(), "logout+jwt"}));
  EXPECT_FALSE(verify_jwt(typed, issuer().keys, kAll));
  EXPECT_FALSE(verify_jwt(plain, issuer().keys, {all_algorithms(), "logout+jwt"}));
}

TEST(Jwt, WithoutKidNeedsTheOnlyKeyOfItsKind) {
  const auto& from = issuer();
  const auto token = from.rsa.token(R"({"alg":"RS256"})", "{}", Algorithm::rs256);
  EXPECT_TRUE(verify_jwt(token, from.keys, kAll));
  const auto two = parse_jwks(key_set({from.rsa.jwk("1"), from.other_rsa.jwk("2")})).value();
  EXPECT_THAT(verify_jwt(token, two, kAll).error().message, HasSubstr("does not say which"));
  EXPECT_EQ(verify_jwt(token, KeySet{}, kAll).error().code, Error::Code::not_found);
  // Two keys of one name: each is tried.
  const auto twins = parse_jwks(key_set({from.other_rsa.jwk("1"), from.rsa.jwk("1")})).value();
  EXPECT_TRUE(verify_jwt(from.rsa.token(R"({"alg":"RS256","kid":"1"})", "{}", Algorithm::rs256), twins, kAll));
}

TEST(KeySet, KeyOfOneAlgorithmIsNotUsedForAnother) {
  const auto& from = issuer();
  const auto keys =
      parse_jwks(key_set({from.rsa.jwk("r", R"(,"alg":"PS256","use":"sig","key_ops":["verify"])")})).value();
  ASSERT_EQ(keys.keys.size(), 1U);
  EXPECT_TRUE(verify_jwt(from.rsa.token(R"({"alg":"PS256","kid":"r"})", "{}", Algorithm::ps256), keys, kAll));
  EXPECT_FALSE(verify_jwt(from.rsa.token(R"({"alg":"RS256","kid":"r"})", "{}", Algorithm::rs256), keys, kAll));
}

TEST(KeySet, PassesOverWhatItMayNotUseAndSaysWhy) {
  const auto& from = issuer();
  const auto weak = PrivateKey::rsa(1024);
  const std::pair<std::string, std::string_view> cases[] = {
      {weak.jwk("k"), "at least 2048 bits, this one has 1024"},
      {from.rsa.jwk("k", R"(,"use":"enc")"), "'use'"},
      {from.rsa.jwk("k", R"(,"use":7)"), "'use'"},
      {from.rsa.jwk("k", R"(,"key_ops":["encrypt"])"), "'key_ops'"},
      {from.rsa.jwk("k", R"(,"key_ops":"verify")"), "'key_ops'"},
      {from.rsa.jwk("k", R"(,"alg":"HS256")"), "'alg'"},
      {from.rsa.jwk("k", R"(,"alg":"ES256")"), "do not fit together"},
      {from.rsa.jwk("k", R"(,"d":"AQAB")"), "private part"},
      {R"({"kty":"oct","kid":"k","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ"})", "only keys of type"},
      {R"({"kty":"EC","kid":"k","crv":"secp256k1","x":"AA","y":"AA"})", "only keys of type"},
      {R"({"kid":"k"})", "only keys of type"},
      {R"({"kty":"RSA","kid":"k","n":"AQAB"})", "'e' is no base64url"},
      {R"({"kty":"RSA","kid":"k","n":"a+b","e":"AQAB"})", "'n' is no base64url"},
      {fmt::format(R"({{"kty":"RSA","kid":"k","n":"{}","e":"AQ"}})", base64url_encode(std::string(256, '\xFF'))),
       "no RSA key"},
      {fmt::format(R"({{"kty":"RSA","kid":"k","n":"{}","e":"AQAB"}})",
                   base64url_encode(std::string(255, '\xFF') + '\xFE')),
       "no RSA key"},
      {fmt::format(R"({{"kty":"RSA","kid":"k","n":"{}","e":"AQAB"}})", base64url_encode(std::string(2000, '\xFF'))),
       "at most 8192"},
      {fmt::format(R"({{"kty":"RSA","kid":"k","n":"{}","e":"{}"}})", base64url_encode(std::string(256, '\xFF')),
                   base64url_encode(std::string(256, '\xFF'))),
       "exponent"},
      {fmt::format(R"({{"kty":"EC","kid":"k","crv":"P-256","x":"{0}","y":"{0}"}})",
                   base64url_encode(std::string(32, '\x01'))),
       "not on the curve"},
      {R"({"kty":"EC","kid":"k","crv":"P-256","x":"AQAB","y":"AQAB"})", "32 bytes"},
      {R"({"kty":"OKP","kid":"k","crv":"Ed25519","x":"AQAB"})", "32 bytes"},
      {from.rsa.jwk(std::string(600, 'k')), "longer than"},
      {R"("key")", "only keys of type"},
  };
  for (const auto& [jwk, reason] : cases) {
    const auto set = parse_jwks(key_set({jwk, from.p256.jwk("good")}));
    ASSERT_TRUE(set) << jwk;
    ASSERT_EQ(set->keys.size(), 1U) << jwk;
    ASSERT_EQ(set->unusable.size(), 1U) << jwk;
    EXPECT_THAT(set->unusable[0].reason, HasSubstr(reason)) << jwk;
  }
  // Who signed with such a key hears it.
  const auto keys = parse_jwks(key_set({weak.jwk("weak")})).value();
  const auto refused = verify_jwt(weak.token(R"({"alg":"RS256","kid":"weak"})", "{}", Algorithm::rs256), keys, kAll);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("at least 2048 bits"));
}

TEST(KeySet, RefusesWhatIsNone) {
  EXPECT_EQ(parse_jwks(std::string(kKeySetBytesMax + 1, ' ')).error().code, Error::Code::too_large);
  for (const auto* text : {"", "[]", "{}", R"({"keys":{}})", R"({"keys":[]} x)", "null", R"({"keys":[],"keys":[]})"}) {
    EXPECT_EQ(parse_jwks(text).error().code, Error::Code::invalid_input) << text;
  }
  EXPECT_TRUE(parse_jwks(R"({"keys":[]})"));
  std::string many = "{}", enough = "{}";
  for (std::size_t i = 1; i < kKeysMax; ++i) enough += ",{}";
  many = enough + ",{}";
  EXPECT_EQ(parse_jwks(key_set({enough})).value().unusable.size(), kKeysMax);
  EXPECT_EQ(parse_jwks(key_set({many})).error().code, Error::Code::too_large);
}

}  // namespace
}  // namespace tocsin::formats::jose
