#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "formats/webauthn/testing/house.hpp"

namespace tocsin::formats::webauthn {
namespace {

using testing::Assertion, testing::Authenticator, testing::assertion_by, testing::device_of, testing::expectation,
    testing::registration_by, testing::stored;
using Code = Error::Code;

Stored registered_by(Authenticator& device) {
  return stored(verify_registration(registration_by(device).json(), expectation()).value());
}

class SignInByEveryAlgorithm : public ::testing::TestWithParam<Algorithm> {};
TEST_P(SignInByEveryAlgorithm, Succeeds) {
  auto& device = device_of(GetParam());
  const auto known = registered_by(device);
  auto made = assertion_by(device);
  made.sign_count = 1;
  const auto asserted = verify_assertion(made.json(), expectation(), known);
  ASSERT_TRUE(asserted.has_value()) << asserted.error().to_string();
  EXPECT_EQ(asserted->sign_count, 1U);
  EXPECT_TRUE(asserted->user_verified);
  EXPECT_FALSE(asserted->backed_up);
  EXPECT_EQ(asserted->user_handle, testing::user_handle());
  const auto claimed = claimed_credential(made.json());
  ASSERT_TRUE(claimed.has_value());
  EXPECT_EQ(claimed->credential_id, known.credential_id);
  EXPECT_EQ(claimed->user_handle, testing::user_handle());
}

TEST_P(SignInByEveryAlgorithm, EveryBitOfTheSignatureCounts) {
  auto& device = device_of(GetParam());
  const auto known = registered_by(device);
  auto made = assertion_by(device);
  const auto right = device.sign(made.auth_data() + testing::sha256_bytes(made.client_data));
  made.signature = right;
  ASSERT_TRUE(verify_assertion(made.json(), expectation(), known));
  // In an ECDSA signature also lengths and tags: no second form of one signature is taken.
  for (std::size_t bit = 0; bit < right.size() * 8; bit += GetParam() == Algorithm::rs256 ? 29 : 1) {
    made.signature = right;
    (*made.signature)[bit / 8] ^= static_cast<char>(1 << (bit % 8));
    const auto asserted = verify_assertion(made.json(), expectation(), known);
    ASSERT_FALSE(asserted.has_value()) << bit;
    EXPECT_EQ(asserted.error().where, "answer/response/signature");
  }
  for (const auto& other : {right + '\0', right.substr(1), std::string(1, '\0'), std::string(1024, 'x')}) {
    made.signature = other;
    EXPECT_EQ(verify_assertion(made.json(), expectation(), known).error().code, Code::forbidden);
  }
  made.signature = std::string(1025, 'x');
  EXPECT_EQ(verify_assertion(made.json(), expectation(), known).error().code, Code::too_large);
  made.signature = "";
  EXPECT_EQ(verify_assertion(made.json(), expectation(), known).error().code, Code::invalid_input);
}

TEST_P(SignInByEveryAlgorithm, WhatIsSignedCannotBeChangedAfterwards) {
  auto& device = device_of(GetParam());
  const auto known = registered_by(device);
  const auto made = assertion_by(device);
  const auto right = device.sign(made.auth_data() + testing::sha256_bytes(made.client_data));
  auto changed = made;
  changed.signature = right;
  changed.sign_count += 1;
  EXPECT_EQ(verify_assertion(changed.json(), expectation(), known).error().where, "answer/response/signature");
  changed = made;
  changed.signature = right;
  changed.client_data.insert(changed.client_data.size() - 1, " ");
  EXPECT_EQ(verify_assertion(changed.json(), expectation(), known).error().where, "answer/response/signature");
}
INSTANTIATE_TEST_SUITE_P(Assertion, SignInByEveryAlgorithm,
                         ::testing::Values(Algorithm::es256, Algorithm::eddsa, Algorithm::rs256),
                         [](const auto& each) { return std::string{to_string(each.param)}; });

struct Attack {
  std::string_view name;
  void (*change)(Assertion&, Expectation&, Stored&);
  Code code;
  std::string_view where;
};
void PrintTo(const Attack& each, std::ostream* out) { *out << each.name; }

/// All of these are signed by the right key, after the change.
class BadAssertion : public ::testing::TestWithParam<Attack> {};
TEST_P(BadAssertion, IsRefused) {
  auto& device = device_of(Algorithm::es256);
  auto known = registered_by(device);
  auto made = assertion_by(device);
  auto expected = expectation();
  GetParam().change(made, expected, known);
  const auto asserted = verify_assertion(made.json(), expected, known);
  ASSERT_FALSE(asserted.has_value());
  EXPECT_EQ(asserted.error().code, GetParam().code) << asserted.error().to_string();
  EXPECT_THAT(asserted.error().where, ::testing::StartsWith(std::string{GetParam().where}))
      << asserted.error().to_string();
  EXPECT_EQ(is_possible_clone(asserted.error()), GetParam().code == Code::conflict);
}
const auto kGet = "webauthn.get";
const Attack kAttacks[] = {
    {"OfARegistration",
     [](Assertion& made, Expectation&, Stored&) {
       made.client_data = testing::client_data_json("webauthn.create", testing::challenge(), testing::kOrigin);
     },
     Code::forbidden, "clientDataJSON/type"},
    {"AnotherChallenge",
     [](Assertion& made, Expectation&, Stored&) {
       made.client_data = testing::client_data_json(kGet, testing::challenge('d'), testing::kOrigin);
     },
     Code::forbidden, "clientDataJSON/challenge"},
    {"Replayed", [](Assertion&, Expectation& expected, Stored&) { expected.challenge = testing::challenge('e'); },
     Code::forbidden, "clientDataJSON/challenge"},
    {"NoChallengeIsOut",
     [](Assertion& made, Expectation& expected, Stored&) {
       made.client_data = testing::client_data_json(kGet, "", testing::kOrigin);
       expected.challenge.clear();
     },
     Code::forbidden, "clientDataJSON/challenge"},
    {"AnotherOrigin",
     [](Assertion& made, Expectation&, Stored&) {
       made.client_data = testing::client_data_json(kGet, testing::challenge(), "https://cert-example.org");
     },
     Code::forbidden, "clientDataJSON/origin"},
    {"WithinAnotherPage",
     [](Assertion& made, Expectation&, Stored&) {
       made.client_data.replace(made.client_data.find("false"), 5, "true");
     },
     Code::forbidden, "clientDataJSON/crossOrigin"},
    {"AnotherSite",
     [](Assertion& made, Expectation&, Stored&) { made.rp_id_hash = testing::sha256_bytes("evil.example"); },
     Code::forbidden, "authData/rpIdHash"},
    {"NobodyPresent", [](Assertion& made, Expectation&, Stored&) { made.flags &= ~kUserPresent; }, Code::forbidden,
     "authData/flags"},
    {"NotVerified", [](Assertion& made, Expectation&, Stored&) { made.flags &= ~kUserVerified; }, Code::forbidden,
     "authData/flags"},
    {"BackedUpButNotEligible", [](Assertion& made, Expectation&, Stored&) { made.flags |= kBackupState; },
     Code::forbidden, "authData/flags"},
    {"BecameEligible", [](Assertion& made, Expectation&, Stored&) { made.flags |= kBackupEligible; }, Code::forbidden,
     "authData/flags"},
    {"IsEligibleNoMore", [](Assertion&, Expectation&, Stored& known) { known.backup_eligible = true; }, Code::forbidden,
     "authData/flags"},
    {"AnotherCredential", [](Assertion& made, Expectation&, Stored&) { made.id.back() ^= 1; }, Code::forbidden,
     "answer/id"},
    {"KeyOfAnotherCredential",
     [](Assertion& made, Expectation&, Stored&) { made.signer = &device_of(Algorithm::eddsa); }, Code::forbidden,
     "answer/response/signature"},
    {"StoredKeyOfAnother",
     [](Assertion&, Expectation&, Stored& known) {
       static const Authenticator other;
       known.public_key = base64url_encode(other.cose_key());
     },
     Code::forbidden, "answer/response/signature"},
    {"AnotherAccount",
     [](Assertion& made, Expectation&, Stored&) { made.user_handle = std::string(kUserHandleBytes, 'v'); },
     Code::forbidden, "answer/response/userHandle"},
    {"NamesNobodyWhereItMust",
     [](Assertion& made, Expectation& expected, Stored&) {
       made.user_handle.clear();
       expected.require_user_handle = true;
     },
     Code::forbidden, "answer/response/userHandle"},
    {"UserHandleTooLong",
     [](Assertion& made, Expectation&, Stored&) { made.user_handle = std::string(kUserHandleBytes + 1, 'u'); },
     Code::invalid_input, "answer/response/userHandle"},
    {"BytesAfterTheData", [](Assertion& made, Expectation&, Stored&) { made.tail = "x"; }, Code::invalid_input,
     "authData"},
    {"FlagWithoutExtensions", [](Assertion& made, Expectation&, Stored&) { made.flags |= kExtensionData; },
     Code::invalid_input, "authData"},
    {"MakesACredential",
     [](Assertion& made, Expectation&, Stored&) {
       made.flags |= kAttestedCredentialData;
       const auto& device = device_of(Algorithm::es256);
       made.tail =
           std::string(kAaguidBytes, '\0') + std::string("\x00\x20", 2) + device.credential_id() + device.cose_key();
     },
     Code::invalid_input, "authData/flags"},
    {"CounterStands", [](Assertion& made, Expectation&, Stored& known) { made.sign_count = known.sign_count = 5; },
     Code::conflict, "authData/signCount"},
    {"CounterFalls",
     [](Assertion& made, Expectation&, Stored& known) {
       known.sign_count = 5;
       made.sign_count = 4;
     },
     Code::conflict, "authData/signCount"},
    {"CounterIsGone", [](Assertion&, Expectation&, Stored& known) { known.sign_count = 1; }, Code::conflict,
     "authData/signCount"},
    {"CounterAtItsEnd",
     [](Assertion& made, Expectation&, Stored& known) {
       known.sign_count = 0xffffffff;
       made.sign_count = 0;
     },
     Code::conflict, "authData/signCount"},
    {"AForgedCloneIsAForgery",
     [](Assertion& made, Expectation&, Stored& known) {
       made.sign_count = known.sign_count = 5;
       made.signature = "forged";
     },
     Code::forbidden, "answer/response/signature"},
    {"NothingIsStored", [](Assertion&, Expectation&, Stored& known) { known.public_key.clear(); }, Code::invalid_input,
     "credentialPublicKey"},
};
INSTANTIATE_TEST_SUITE_P(Assertion, BadAssertion, ::testing::ValuesIn(kAttacks),
                         [](const auto& each) { return std::string{each.param.name}; });

TEST(Assertion, MayLeaveOutTheUserWhereSheIsKnown) {
  auto& device = device_of(Algorithm::es256);
  const auto known = registered_by(device);
  auto made = assertion_by(device);
  made.user_handle.clear();
  const auto asserted = verify_assertion(made.json(), expectation(), known);
  ASSERT_TRUE(asserted.has_value()) << asserted.error().to_string();
  EXPECT_EQ(asserted->user_handle, "");
  // As some browsers write it.
  auto with_null = made.json();
  with_null.insert(with_null.find(R"("signature")"), R"("userHandle":null,)");
  EXPECT_TRUE(verify_assertion(with_null, expectation(), known));
}

TEST(Assertion, SignsInADiscoverableCredential) {
  auto& device = device_of(Algorithm::es256);
  auto expected = expectation();
  expected.require_user_handle = true;
  // Registering comes first: it is what gives the device its user handle.
  const auto known = registered_by(device);
  EXPECT_TRUE(verify_assertion(assertion_by(device).json(), expected, known));
}

TEST(Assertion, TellsThatItIsBackedUpNow) {
  auto& device = device_of(Algorithm::es256);
  auto known = registered_by(device);
  known.backup_eligible = true;
  auto made = assertion_by(device);
  made.flags |= kBackupEligible | kBackupState;
  EXPECT_TRUE(verify_assertion(made.json(), expectation(), known)->backed_up);
}

TEST(Assertion, CounterMayStayZeroAndMayJump) {
  auto& device = device_of(Algorithm::es256);
  auto known = registered_by(device);
  auto made = assertion_by(device);
  EXPECT_TRUE(verify_assertion(made.json(), expectation(), known));
  made.sign_count = 0xffffffff;
  EXPECT_EQ(verify_assertion(made.json(), expectation(), known)->sign_count, 0xffffffff);
}

TEST(Assertion, IsRefusedWhereverItsDataIsCut) {
  auto& device = device_of(Algorithm::es256);
  const auto known = registered_by(device);
  const auto made = assertion_by(device);
  const auto data = made.auth_data();
  const auto encoded = base64url_encode(data);
  const auto whole = made.json();
  for (std::size_t size = 0; size < data.size(); ++size) {
    const auto cut = data.substr(0, size);
    auto json = whole;
    json.replace(json.find(encoded), encoded.size(), base64url_encode(cut));
    EXPECT_EQ(verify_assertion(json, expectation(), known).error().code, Code::invalid_input) << size;
  }
}

}  // namespace
}  // namespace tocsin::formats::webauthn
