#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "formats/webauthn/testing/house.hpp"

namespace tocsin::formats::webauthn {
namespace {

using testing::Authenticator, testing::Registration, testing::creation_request, testing::device_of,
    testing::expectation, testing::registration_by;
using Code = Error::Code;

class EveryAlgorithm : public ::testing::TestWithParam<Algorithm> {};
TEST_P(EveryAlgorithm, Registers) {
  auto& device = device_of(GetParam());
  auto made = registration_by(device);
  made.sign_count = 7;
  made.flags |= kBackupEligible | kBackupState;
  made.aaguid = std::string("\x01\x23\x45\x67\x89\xab\xcd\xef\x01\x23\x45\x67\x89\xab\xcd\xef", 16);
  const auto registered = verify_registration(made.json(), expectation());
  ASSERT_TRUE(registered.has_value()) << registered.error().to_string();
  EXPECT_EQ(registered->credential_id, base64url_encode(device.credential_id()));
  EXPECT_EQ(registered->public_key, base64url_encode(device.cose_key()));
  EXPECT_EQ(registered->algorithm, GetParam());
  EXPECT_EQ(registered->sign_count, 7U);
  EXPECT_EQ(registered->aaguid, "01234567-89ab-cdef-0123-456789abcdef");
  EXPECT_TRUE(registered->user_verified);
  EXPECT_TRUE(registered->backup_eligible);
  EXPECT_TRUE(registered->backed_up);
  EXPECT_THAT(registered->transports, ::testing::ElementsAre("hybrid", "internal"));
  EXPECT_EQ(registered->discoverable, true);
}
INSTANTIATE_TEST_SUITE_P(Registration, EveryAlgorithm,
                         ::testing::Values(Algorithm::es256, Algorithm::eddsa, Algorithm::rs256),
                         [](const auto& each) { return std::string{to_string(each.param)}; });

struct Change {
  std::string_view name;
  void (*change)(Registration&, Expectation&);
};
void PrintTo(const Change& each, std::ostream* out) { *out << each.name; }
std::string name_of(const ::testing::TestParamInfo<Change>& each) { return std::string{each.param.name}; }

void says(Registration& made, std::string_view type, std::string_view challenge, std::string_view origin,
          std::string_view more = {}) {
  made.client_data = testing::client_data_json(type, challenge, origin, more);
}
const auto kCreate = "webauthn.create";

class GoodRegistration : public ::testing::TestWithParam<Change> {};
TEST_P(GoodRegistration, IsAccepted) {
  auto made = registration_by(device_of(Algorithm::es256));
  auto expected = expectation();
  GetParam().change(made, expected);
  const auto registered = verify_registration(made.json(), expected);
  EXPECT_TRUE(registered.has_value()) << registered.error().to_string();
}
const Change kGood[] = {
    {"AsItComes", [](Registration&, Expectation&) {}},
    {"UnverifiedWhereNotRequired",
     [](Registration& made, Expectation& expected) {
       made.flags &= ~kUserVerified;
       expected.require_user_verification = false;
     }},
    {"EligibleButNotBackedUp", [](Registration& made, Expectation&) { made.flags |= kBackupEligible; }},
    {"ReservedFlags", [](Registration& made, Expectation&) { made.flags |= 0x22; }},
    {"Extensions",
     [](Registration& made, Expectation&) {
       made.flags |= kExtensionData;
       made.extensions = "\xa1" + testing::cbor_text("credProtect") + "\x02";
     }},
    {"MembersOfALaterLevel",
     [](Registration& made, Expectation&) {
       says(made, kCreate, testing::challenge(), testing::kOrigin,
            R"(,"extraData":{"a":[1]},"tokenBinding":{"status":"supported"}})");
       made.client_data.pop_back();
     }},
    {"NoCrossOrigin",
     [](Registration& made, Expectation&) {
       made.client_data = R"({"type":"webauthn.create","challenge":")" + testing::challenge() +
                          R"(","origin":"https://cert.example.org"})";
     }},
    {"AnotherStatement",
     [](Registration& made, Expectation&) {
       made.format = "packed";
       made.statement = "\xa2" + testing::cbor_text("alg") + testing::cbor_integer(-7) + testing::cbor_text("sig") +
                        testing::cbor_bytes("not looked at");
     }},
    {"StatementThatIsAnArray",
     [](Registration& made, Expectation&) {
       made.format = "compound";
       made.statement = "\x80";
     }},
    {"LongestCredentialId",
     [](Registration& made, Expectation&) { made.id = made.credential_id = std::string(kCredentialIdBytesMax, 'i'); }},
    {"ShortestCredentialId",
     [](Registration& made, Expectation&) { made.id = made.credential_id = std::string(kCredentialIdBytesMin, 'i'); }},
    {"NoTransports", [](Registration& made, Expectation&) { made.transports = "[]"; }},
    {"TransportOfALaterLevel", [](Registration& made, Expectation&) { made.transports = R"(["cable"])"; }},
    {"NoExtensionResults", [](Registration& made, Expectation&) { made.extension_results = "{}"; }},
};
INSTANTIATE_TEST_SUITE_P(Registration, GoodRegistration, ::testing::ValuesIn(kGood), name_of);

struct Attack {
  std::string_view name;
  void (*change)(Registration&, Expectation&);
  Code code;
  std::string_view where;
};
void PrintTo(const Attack& each, std::ostream* out) { *out << each.name; }

class BadRegistration : public ::testing::TestWithParam<Attack> {};
TEST_P(BadRegistration, IsRefused) {
  auto made = registration_by(device_of(Algorithm::es256));
  auto expected = expectation();
  GetParam().change(made, expected);
  const auto registered = verify_registration(made.json(), expected);
  ASSERT_FALSE(registered.has_value());
  EXPECT_EQ(registered.error().code, GetParam().code) << registered.error().to_string();
  EXPECT_THAT(registered.error().where, ::testing::StartsWith(std::string{GetParam().where}))
      << registered.error().to_string();
  EXPECT_FALSE(registered.error().message.empty());
}
const Attack kAttacks[] = {
    {"OfASignIn",
     [](Registration& made, Expectation&) { says(made, "webauthn.get", testing::challenge(), testing::kOrigin); },
     Code::forbidden, "clientDataJSON/type"},
    {"AnotherChallenge",
     [](Registration& made, Expectation&) { says(made, kCreate, testing::challenge('d'), testing::kOrigin); },
     Code::forbidden, "clientDataJSON/challenge"},
    {"ReplayedAfterTheChallengeIsSpent",
     [](Registration&, Expectation& expected) { expected.challenge = testing::challenge('e'); }, Code::forbidden,
     "clientDataJSON/challenge"},
    {"NoChallengeIsOut",
     [](Registration& made, Expectation& expected) {
       says(made, kCreate, "", testing::kOrigin);
       expected.challenge.clear();
     },
     Code::forbidden, "clientDataJSON/challenge"},
    {"ChallengeTooShort",
     [](Registration& made, Expectation& expected) {
       expected.challenge = testing::filled(31, 'c');
       says(made, kCreate, expected.challenge, testing::kOrigin);
     },
     Code::forbidden, "clientDataJSON/challenge"},
    {"AnotherOrigin",
     [](Registration& made, Expectation&) { says(made, kCreate, testing::challenge(), "https://cert.example.com"); },
     Code::forbidden, "clientDataJSON/origin"},
    {"OriginWithoutEncryption",
     [](Registration& made, Expectation&) { says(made, kCreate, testing::challenge(), "http://cert.example.org"); },
     Code::forbidden, "clientDataJSON/origin"},
    {"OriginWithAnotherPort",
     [](Registration& made, Expectation&) {
       says(made, kCreate, testing::challenge(), "https://cert.example.org:8443");
     },
     Code::forbidden, "clientDataJSON/origin"},
    {"OriginThatStartsLikeOurs",
     [](Registration& made, Expectation&) {
       says(made, kCreate, testing::challenge(), "https://cert.example.org.evil.example");
     },
     Code::forbidden, "clientDataJSON/origin"},
    {"OriginOfASubdomain",
     [](Registration& made, Expectation&) { says(made, kCreate, testing::challenge(), "https://x.cert.example.org"); },
     Code::forbidden, "clientDataJSON/origin"},
    {"NoOriginIsAllowed", [](Registration&, Expectation& expected) { expected.origins.clear(); }, Code::forbidden,
     "clientDataJSON/origin"},
    {"WithinAnotherPage",
     [](Registration& made, Expectation&) { made.client_data.replace(made.client_data.find("false"), 5, "true"); },
     Code::forbidden, "clientDataJSON/crossOrigin"},
    {"CrossOriginIsNoBoolean",
     [](Registration& made, Expectation&) { made.client_data.replace(made.client_data.find("false"), 5, "\"no\""); },
     Code::forbidden, "clientDataJSON/crossOrigin"},
    {"TopOrigin",
     [](Registration& made, Expectation&) {
       says(made, kCreate, testing::challenge(), testing::kOrigin, R"(,"topOrigin":"https://cert.example.org")");
     },
     Code::forbidden, "clientDataJSON/topOrigin"},
    {"MemberTwice",
     [](Registration& made, Expectation&) {
       says(made, kCreate, testing::challenge(), testing::kOrigin, R"(,"origin":"https://evil.example")");
     },
     Code::invalid_input, "clientDataJSON:"},
    {"ClientDataIsNoObject", [](Registration& made, Expectation&) { made.client_data = "[]"; }, Code::invalid_input,
     "clientDataJSON"},
    {"ClientDataIsEmpty", [](Registration& made, Expectation&) { made.client_data.clear(); }, Code::invalid_input,
     "answer/response/clientDataJSON"},
    {"AnotherSite", [](Registration& made, Expectation&) { made.rp_id_hash = testing::sha256_bytes("evil.example"); },
     Code::forbidden, "authData/rpIdHash"},
    {"ParentDomain", [](Registration& made, Expectation&) { made.rp_id_hash = testing::sha256_bytes("example.org"); },
     Code::forbidden, "authData/rpIdHash"},
    {"NobodyPresent", [](Registration& made, Expectation&) { made.flags &= ~kUserPresent; }, Code::forbidden,
     "authData/flags"},
    {"NotVerified", [](Registration& made, Expectation&) { made.flags &= ~kUserVerified; }, Code::forbidden,
     "authData/flags"},
    {"BackedUpButNotEligible", [](Registration& made, Expectation&) { made.flags |= kBackupState; }, Code::forbidden,
     "authData/flags"},
    {"NoCredential",
     [](Registration& made, Expectation&) {
       made.flags &= ~kAttestedCredentialData;
       made.aaguid.clear(), made.credential_id.clear(), made.cose_key.clear();
       made.rp_id_hash.resize(30), made.rp_id_hash += "\x01\x01";
     },
     Code::invalid_input, "authData"},
    {"NamesAnotherCredential", [](Registration& made, Expectation&) { made.id.back() ^= 1; }, Code::forbidden,
     "authData/credentialId"},
    {"CredentialIdTooLong",
     [](Registration& made, Expectation&) { made.credential_id = std::string(kCredentialIdBytesMax + 1, 'i'); },
     Code::invalid_input, "authData"},
    {"CredentialIdTooShort",
     [](Registration& made, Expectation&) { made.credential_id = std::string(kCredentialIdBytesMin - 1, 'i'); },
     Code::invalid_input, "authData"},
    {"NoneWithAStatement",
     [](Registration& made, Expectation&) {
       made.statement = "\xa1" + testing::cbor_text("sig") + testing::cbor_bytes("x");
     },
     Code::forbidden, "attestationObject/attStmt"},
    {"NoneWithAnArray", [](Registration& made, Expectation&) { made.statement = "\x80"; }, Code::forbidden,
     "attestationObject/attStmt"},
    {"FormatTooLong", [](Registration& made, Expectation&) { made.format = std::string(33, 'f'); }, Code::invalid_input,
     "attestationObject"},
    {"NoFormat", [](Registration& made, Expectation&) { made.format.clear(); }, Code::invalid_input,
     "attestationObject"},
    {"BytesAfterTheData", [](Registration& made, Expectation&) { made.tail = "x"; }, Code::invalid_input, "authData"},
    {"ExtensionsWithoutTheFlag", [](Registration& made, Expectation&) { made.extensions = "\xa0"; },
     Code::invalid_input, "authData"},
    {"FlagWithoutExtensions", [](Registration& made, Expectation&) { made.flags |= kExtensionData; },
     Code::invalid_input, "authData"},
    {"ExtensionsThatAreNoMap",
     [](Registration& made, Expectation&) {
       made.flags |= kExtensionData;
       made.extensions = "\x80";
     },
     Code::invalid_input, "authData"},
    {"TooManyTransports",
     [](Registration& made, Expectation&) { made.transports = R"(["a","b","c","d","e","f","g","h","i"])"; },
     Code::invalid_input, "answer/response/transports"},
    {"TransportThatIsMarkup", [](Registration& made, Expectation&) { made.transports = R"(["<b>"])"; },
     Code::invalid_input, "answer/response/transports"},
};
INSTANTIATE_TEST_SUITE_P(Registration, BadRegistration, ::testing::ValuesIn(kAttacks),
                         [](const auto& each) { return std::string{each.param.name}; });

TEST(Registration, KeyThatEverybodyCanBreakIsRefused) {
  auto made = registration_by(device_of(Algorithm::rs256));
  // 2^2203 - 1, a prime, as modulus; 65537.
  made.cose_key = "\xa4\x01\x03\x03\x39\x01" + std::string(1, '\0') + "\x20" +
                  testing::cbor_bytes('\x07' + std::string(275, '\xff')) + "\x21\x43\x01" + std::string(1, '\0') +
                  "\x01";
  const auto registered = verify_registration(made.json(), expectation());
  ASSERT_FALSE(registered.has_value());
  EXPECT_EQ(registered.error().where, "credentialPublicKey");
}

TEST(Registration, IsRefusedWhereverItIsCut) {
  for (const auto algorithm : {Algorithm::es256, Algorithm::eddsa, Algorithm::rs256}) {
    const auto made = registration_by(device_of(algorithm));
    const auto whole = made.attestation_object();
    for (std::size_t size = 0; size < whole.size(); ++size) {
      EXPECT_FALSE(verify_registration(made.json_with(whole.substr(0, size)), expectation())) << size;
    }
    EXPECT_FALSE(verify_registration(made.json_with(whole + '\0'), expectation()));
    EXPECT_TRUE(verify_registration(made.json_with(whole), expectation()));
  }
}

TEST(Registration, IsRefusedWhereverTheSignedDataIsCut) {
  const auto made = registration_by(device_of(Algorithm::es256));
  const auto data = made.auth_data();
  const auto object_of = [](std::string_view auth_data) {
    return "\xa3" + testing::cbor_text("fmt") + testing::cbor_text("none") + testing::cbor_text("attStmt") + "\xa0" +
           testing::cbor_text("authData") + testing::cbor_bytes(auth_data);
  };
  for (std::size_t size = 0; size < data.size(); ++size) {
    const auto registered = verify_registration(made.json_with(object_of(data.substr(0, size))), expectation());
    ASSERT_FALSE(registered.has_value()) << size;
    EXPECT_EQ(registered.error().code, Code::invalid_input) << size;
  }
  EXPECT_TRUE(verify_registration(made.json_with(object_of(data)), expectation()));
}

TEST(Registration, MayHaveTheMembersOfItsObjectInAnyOrderButOnce) {
  const auto made = registration_by(device_of(Algorithm::es256));
  const auto format = testing::cbor_text("fmt") + testing::cbor_text("none");
  const auto statement = testing::cbor_text("attStmt") + "\xa0";
  const auto data = testing::cbor_text("authData") + testing::cbor_bytes(made.auth_data());
  const auto verified = [&](const std::string& object) {
    return verify_registration(made.json_with(object), expectation()).has_value();
  };
  EXPECT_TRUE(verified("\xa3" + data + format + statement));
  EXPECT_FALSE(verified("\xa4" + data + format + statement + format));
  EXPECT_FALSE(verified("\xa4" + data + format + statement + testing::cbor_text("more") + "\x01"));
  EXPECT_FALSE(verified("\xa2" + data + format));
  EXPECT_FALSE(verified("\xa2" + data + statement));
  EXPECT_FALSE(verified("\xa2" + format + statement));
  EXPECT_FALSE(verified("\xbf" + data + format + statement + "\xff")) << "indefinite length";
  EXPECT_FALSE(verified("\xb8\x03" + data + format + statement)) << "head longer than needed";
}

TEST(Registration, EnvelopeIsCheckedMemberByMember) {
  const auto made = registration_by(device_of(Algorithm::es256));
  const auto whole = made.json();
  const auto refused_with = [&](std::string_view old, std::string_view text) {
    auto changed = whole;
    const auto at = changed.find(old);
    EXPECT_NE(at, std::string::npos) << old;
    changed.replace(at, old.size(), text);
    const auto registered = verify_registration(changed, expectation());
    return registered ? "" : registered.error().where;
  };
  EXPECT_EQ(refused_with(R"("type":"public-key")", R"("type":"password")"), "answer/type");
  EXPECT_EQ(refused_with(R"("type":"public-key",)", ""), "answer/type");
  EXPECT_EQ(refused_with(R"("rawId":")", R"("rawId":"A)"), "answer/rawId");
  EXPECT_EQ(refused_with(R"("rawId":)", R"("rawid":)"), "answer/rawId");
  EXPECT_EQ(refused_with(R"("id":")", R"("id":"=)"), "answer/id");
  EXPECT_EQ(refused_with(R"("response":{)", R"("response":[],"was":{)"), "answer/response");
  EXPECT_EQ(refused_with(R"("clientDataJSON":")", R"("clientDataJSON":" )"), "answer/response/clientDataJSON");
  EXPECT_EQ(refused_with(R"("attestationObject":)", R"("attestation":)"), "answer/response/attestationObject");
  EXPECT_EQ(refused_with(R"({"id")", R"([{"id")"), "answer:" + refused_with(R"({"id")", R"([{"id")").substr(7));
  EXPECT_EQ(verify_registration("", expectation()).error().code, Code::invalid_input);
  EXPECT_EQ(verify_registration("null", expectation()).error().code, Code::invalid_input);
}

TEST(Registration, SizeHasALimit) {
  auto made = registration_by(device_of(Algorithm::es256));
  const auto size = made.json().size();
  made.extension_results = "{\"a\":\"" + std::string(kResponseBytesMax, 'a') + "\"}";
  EXPECT_EQ(verify_registration(made.json(), expectation()).error().code, Code::too_large);
  made.extension_results = "{}";
  auto padded = made.json();
  ASSERT_LE(padded.size(), size);
  padded.append(kResponseBytesMax - padded.size(), ' ');
  EXPECT_TRUE(verify_registration(padded, expectation()));
  EXPECT_EQ(verify_registration(padded + ' ', expectation()).error().code, Code::too_large);
  made.extension_results = std::string(20, '[') + std::string(20, ']');
  EXPECT_EQ(verify_registration(made.json(), expectation()).error().code, Code::invalid_input);
}

}  // namespace
}  // namespace tocsin::formats::webauthn
