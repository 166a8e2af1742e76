#include <thread>

#include "engine/identity/testing.hpp"
#include "formats/webauthn/testing/authenticator.hpp"

namespace tocsin::engine::identity {
namespace {

using domain::PersonStatus;
using formats::webauthn::testing::Authenticator;
using store::Sql;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr std::string_view kNew = "seven purple turbines hum";
constexpr std::string_view kOrigin = "https://cert.example";

class FactorsTest : public IdentityTest {
 protected:
  std::string half() {
    const auto answer = identity->sign_in("ada@example.org", kPassword, kHome).value();
    EXPECT_EQ(answer.next, SignIn::Next::second_factor);
    return answer.token;
  }
  std::int64_t add_passkey(Authenticator& device, std::string_view session) {
    const auto principal = load(session);
    const auto options = identity->passkey_creation_options(*principal);
    EXPECT_TRUE(options) << options.error().to_string();
    const auto added = identity->add_passkey(*principal, device.create(*options, kOrigin).json(), "Key ring",
                                             principal->actor("", "", ""));
    EXPECT_TRUE(added) << added.error().to_string() << added.error().detail;
    return added.value();
  }
  SignIn::Next answered(std::string_view half, const std::string& json) {
    const auto answer = identity->sign_in_with_passkey(half, json, kHome);
    EXPECT_TRUE(answer) << answer.error().to_string() << answer.error().detail;
    return answer->next;
  }
  std::string asked(std::string_view half) { return identity->passkey_request_options(half, kHome).value(); }
};
TOCSIN_ON_BOTH_DATABASES(FactorsTest);

TEST_P(FactorsTest, AnAuthenticatorAppCountsOnceItsCodeWasShown) {
  const auto offer = identity->offer_totp(ada).value();
  EXPECT_THAT(offer.uri, StartsWith("otpauth://totp/Tocsin"));
  EXPECT_THAT(offer.uri, HasSubstr(offer.secret_base32));
  EXPECT_FALSE(identity->factors(ada)->totp) << "offered, not in force";
  const auto secret = base32_decode(offer.secret_base32).value();
  EXPECT_EQ(identity->confirm_totp(ada, offer.sealed, "000000", self(ada)).error().where, "code");
  EXPECT_EQ(identity->confirm_totp(ben, offer.sealed, code_of(secret), self(ben)).error().where, "sealed")
      << "somebody else's offer";
  EXPECT_EQ(identity->confirm_totp(ada, offer.sealed, code_of(secret), self(ben)).error().code, Error::Code::forbidden);
  EXPECT_EQ(identity->confirm_totp(ada, "1.forged", code_of(secret), self(ada)).error().where, "sealed");
  const auto codes = identity->confirm_totp(ada, offer.sealed, code_of(secret), self(ada)).value();
  EXPECT_THAT(codes, SizeIs(10));
  const auto factors = identity->factors(ada).value();
  EXPECT_TRUE(factors.password && factors.totp);
  EXPECT_EQ(factors.recovery_codes, 10);
  EXPECT_EQ(identity
                ->confirm_totp(ada, texts(Sql{"SELECT secret FROM credential WHERE kind = 2"}).front(), code_of(secret),
                               self(ada))
                .error()
                .where,
            "sealed")
      << "the stored secret is no offer";
}

TEST_P(FactorsTest, AnOfferEnds) {
  const auto offer = identity->offer_totp(ada).value();
  clock.advance(std::chrono::minutes{30});
  EXPECT_EQ(identity->confirm_totp(ada, offer.sealed, code_of(base32_decode(offer.secret_base32).value()), self(ada))
                .error()
                .where,
            "sealed");
}

// Somebody who knew the password signed in before the owner had a second factor.
TEST_P(FactorsTest, AFirstFactorEndsSessionsThatWereBegunWithoutOne) {
  const auto owner = signed_in(), thief = signed_in("ada@example.org", kElsewhere);
  ASSERT_NE(load(thief), nullptr);
  add_totp(ada, nullptr, load(owner)->id);
  EXPECT_EQ(identity->cached_session(thief), nullptr);
  EXPECT_EQ(load(thief), nullptr);
  ASSERT_NE(load(owner), nullptr);
  EXPECT_TRUE(load(owner)->second_factor);
}

TEST_P(FactorsTest, RecoveryCodesGoWithTheLastFactor) {
  add_totp(ada);
  const auto codes = identity->new_recovery_codes(ada, self(ada)).value();
  EXPECT_THAT(codes, SizeIs(10));
  EXPECT_EQ(identity->factors(ada)->recovery_codes, 10) << "the old ones went";
  EXPECT_EQ(identity->remove_totp(ada, self(ben)).error().code, Error::Code::forbidden);
  ASSERT_TRUE(identity->remove_totp(ada, self(ada)));
  EXPECT_EQ(identity->factors(ada)->recovery_codes, 0);
  EXPECT_EQ(identity->remove_totp(ada, self(ada)).error().code, Error::Code::not_found);
  EXPECT_EQ(identity->new_recovery_codes(ada, self(ada)).error().code, Error::Code::conflict);
  EXPECT_EQ(identity->sign_in("ada@example.org", kPassword, kHome)->next, SignIn::Next::signed_in);
}

TEST_P(FactorsTest, ChangingThePasswordEndsEveryOtherSession) {
  const auto mine = signed_in(), other = signed_in();
  const auto id = load(mine)->id;
  EXPECT_EQ(identity->change_password(ada, "wrong", kNew, self(ada), id).error().code, Error::Code::forbidden);
  EXPECT_EQ(identity->change_password(ada, kPassword, "short", self(ada), id).error().where, "password");
  EXPECT_EQ(identity->change_password(ada, kPassword, kNew, self(ben), id).error().code, Error::Code::forbidden);
  EXPECT_NE(load(other), nullptr);
  ASSERT_TRUE(identity->change_password(ada, kPassword, kNew, self(ada), id));
  EXPECT_NE(load(mine), nullptr);
  EXPECT_EQ(load(other), nullptr);
  EXPECT_EQ(identity->sign_in("ada@example.org", kPassword, kHome)->next, SignIn::Next::refused);
  EXPECT_EQ(identity->sign_in("ada@example.org", kNew, kHome)->next, SignIn::Next::signed_in);
}

TEST_P(FactorsTest, TheCurrentPasswordIsNotGuessedThroughThatForm) {
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(identity->change_password(ada, "wrong", kNew, self(ada)).error().code, Error::Code::forbidden);
  }
  const auto checks = password_checks.load();
  EXPECT_EQ(identity->change_password(ada, kPassword, kNew, self(ada)).error().code, Error::Code::unavailable);
  EXPECT_EQ(password_checks, checks);
}

TEST_P(FactorsTest, APasskeyThatVerifiedItsUserIsBothFactors) {
  Authenticator device;
  const auto session = signed_in();
  add_passkey(device, session);
  EXPECT_TRUE(load(session)->second_factor);
  const auto factors = identity->factors(ada).value();
  ASSERT_THAT(factors.passkeys, SizeIs(1));
  EXPECT_EQ(factors.passkeys[0].label, "Key ring");
  const auto answer = identity->sign_in_with_passkey("", device.get(asked(""), kOrigin).json(), kHome).value();
  ASSERT_EQ(answer.next, SignIn::Next::signed_in) << answer.message;
  const auto principal = load(answer.token);
  ASSERT_NE(principal, nullptr);
  EXPECT_EQ(principal->person, ada);
  EXPECT_TRUE(principal->second_factor);
  EXPECT_EQ(identity->factors(ada)->passkeys[0].last_used_at, clock.now());
}

TEST_P(FactorsTest, APasskeyAloneMustVerifyItsUser) {
  Authenticator device;
  add_passkey(device, signed_in());
  auto unverified = device.get(asked(""), kOrigin);
  unverified.flags = formats::webauthn::kUserPresent;
  EXPECT_EQ(answered("", unverified.json()), SignIn::Next::refused);
  // After the password it is the second factor, for which touching it is enough.
  const auto begun = half();
  auto touched = device.get(asked(begun), kOrigin);
  touched.flags = formats::webauthn::kUserPresent;
  EXPECT_EQ(answered(begun, touched.json()), SignIn::Next::signed_in);
}

TEST_P(FactorsTest, AnswersAreBoundToWhatWasAsked) {
  Authenticator device;
  const auto session = signed_in();
  add_passkey(device, session);
  const auto first = half(), second = half();
  EXPECT_EQ(answered(second, device.get(asked(first), kOrigin).json()), SignIn::Next::refused)
      << "another half session";
  EXPECT_EQ(answered("", device.get(asked(first), kOrigin).json()), SignIn::Next::refused) << "no half session";
  EXPECT_EQ(answered(first, device.get(asked(""), kOrigin).json()), SignIn::Next::refused) << "a discoverable one";
  EXPECT_EQ(answered(first, device.get(asked(first), "https://evil.example").json()), SignIn::Next::refused);
  const auto once = device.get(asked(first), kOrigin).json();
  EXPECT_EQ(answered(first, once), SignIn::Next::signed_in);
  EXPECT_EQ(answered(first, once), SignIn::Next::refused) << "replayed";
  const auto late = device.get(asked(second), kOrigin).json();
  clock.advance(std::chrono::minutes{5});
  EXPECT_EQ(answered(second, late), SignIn::Next::refused);
  EXPECT_EQ(answered("", "{}"), SignIn::Next::refused);
  EXPECT_EQ(answered("", "not JSON"), SignIn::Next::refused);
  EXPECT_EQ(answered("", std::string(100'000, '[')), SignIn::Next::refused);
}

TEST_P(FactorsTest, AnothersPasskeyIsNoSecondFactor) {
  Authenticator adas, bens;
  add_passkey(adas, signed_in());
  add_passkey(bens, signed_in("ben@example.org"));
  const auto begun = half();
  auto options = asked(begun);
  // Ben's browser answers Ada's challenge with Ben's key.
  const auto at = options.find(adas.credential_id());
  if (at != std::string::npos) options.replace(at, adas.credential_id().size(), bens.credential_id());
  EXPECT_EQ(answered(begun, bens.get(options, kOrigin).json()), SignIn::Next::refused);
}

TEST_P(FactorsTest, ACounterThatDoesNotGrowIsSuspectedToBeACopy) {
  Authenticator device;
  add_passkey(device, signed_in());
  device.set_counter(10);
  ASSERT_EQ(answered("", device.get(asked(""), kOrigin).json()), SignIn::Next::signed_in);
  device.set_counter(4);
  EXPECT_EQ(answered("", device.get(asked(""), kOrigin).json()), SignIn::Next::refused);
  EXPECT_THAT(texts(Sql{"SELECT p.detail FROM audit a JOIN audit_personal p ON p.sequence = a.sequence WHERE a.action "
                        "= 'sign-in.refused' ORDER BY a.sequence DESC LIMIT 1"}),
              ElementsAre(HasSubstr("possible clone")));
  EXPECT_EQ(number(Sql{"SELECT COUNT(*) FROM session WHERE method = 'passkey'"}), 1);
}

TEST_P(FactorsTest, ASuspendedPersonsPasskeyIsRefused) {
  Authenticator device;
  add_passkey(device, signed_in());
  const auto options = asked("");
  run_as_member_change(Sql{"UPDATE person SET status = ? WHERE id = 1", PersonStatus::suspended});
  EXPECT_EQ(answered("", device.get(options, kOrigin).json()), SignIn::Next::refused);
}

TEST_P(FactorsTest, APasskeyProvesAgainWhoItIs) {
  Authenticator device;
  const auto token = signed_in();
  add_passkey(device, token);
  clock.advance(std::chrono::minutes{20});
  EXPECT_FALSE(identity->fresh(*load(token), clock.now()));
  const auto again = identity->sign_in_with_passkey(token, device.get(asked(token), kOrigin).json(), kHome).value();
  ASSERT_EQ(again.next, SignIn::Next::signed_in);
  EXPECT_EQ(load(token), nullptr);
  EXPECT_TRUE(identity->fresh(*load(again.token), clock.now()));
  EXPECT_EQ(identity->passkey_request_options(token, kHome).error().code, Error::Code::not_found);
}

TEST_P(FactorsTest, RegistrationIsForTheSessionThatAsked) {
  Authenticator device;
  const auto first = signed_in(), second = signed_in();
  const auto principal = load(first), other = load(second);
  const auto made = device.create(identity->passkey_creation_options(*principal).value(), kOrigin).json();
  EXPECT_FALSE(identity->add_passkey(*other, made, "", other->actor("", "", "")));
  EXPECT_FALSE(identity->add_passkey(*principal, made, "", principal->actor("", "", ""))) << "taken by the first try";
  const auto once = device.create(identity->passkey_creation_options(*principal).value(), kOrigin).json();
  EXPECT_TRUE(identity->add_passkey(*principal, once, "", principal->actor("", "", "")));
  EXPECT_EQ(identity->factors(ada)->passkeys[0].label, "Passkey");
}

TEST_P(FactorsTest, RemovingAPasskey) {
  Authenticator device;
  const auto id = add_passkey(device, signed_in());
  EXPECT_EQ(identity->remove_passkey(ada, id, self(ben)).error().code, Error::Code::forbidden);
  EXPECT_EQ(identity->remove_passkey(ben, id, self(ben)).error().code, Error::Code::not_found);
  const auto options = asked("");
  ASSERT_TRUE(identity->remove_passkey(ada, id, self(ada)));
  EXPECT_EQ(answered("", device.get(options, kOrigin).json()), SignIn::Next::refused);
  EXPECT_EQ(identity->sign_in("ada@example.org", kPassword, kHome)->next, SignIn::Next::signed_in);
}

TEST_P(FactorsTest, WithoutAPublicAddressThereAreNoPasskeys) {
  auto none = options();
  none.public_url.clear();
  Identity without{database(), SealingKey::random(), none, clock};
  EXPECT_EQ(without.passkey_request_options("", kHome).error().code, Error::Code::unavailable);
}

}  // namespace
}  // namespace tocsin::engine::identity
