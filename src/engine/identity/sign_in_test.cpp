#include <thread>

#include "engine/identity/testing.hpp"

namespace tocsin::engine::identity {
namespace {

using domain::Permission;
using domain::PersonStatus;
using store::Sql;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class SignInTest : public IdentityTest {
 protected:
  SignIn try_in(std::string_view email, std::string_view password, const Where& where = kHome) {
    const auto answer = identity->sign_in(email, password, where);
    EXPECT_TRUE(answer) << answer.error().to_string() << answer.error().detail;
    return answer.value();
  }
  /// Password of ada, who has an authenticator app.
  std::string half() {
    const auto answer = try_in("ada@example.org", kPassword);
    EXPECT_EQ(answer.next, SignIn::Next::second_factor);
    return answer.token;
  }
};
TOCSIN_ON_BOTH_DATABASES(SignInTest);

TEST_P(SignInTest, APasswordBeginsASession) {
  const auto answer = try_in("  ADA@example.ORG ", kPassword);
  ASSERT_EQ(answer.next, SignIn::Next::signed_in);
  EXPECT_EQ(answer.token.size(), 43U);
  const auto principal = load(answer.token);
  ASSERT_NE(principal, nullptr);
  EXPECT_EQ(principal->person, ada);
  EXPECT_EQ(principal->email, "Ada@example.org");
  EXPECT_EQ(principal->viewer.organisation, kPower) << "the first by name";
  ASSERT_THAT(principal->seats, SizeIs(2));
  EXPECT_EQ(principal->seats[0].name, "Power plant");
  EXPECT_EQ(principal->csrf.size(), 43U);
  EXPECT_FALSE(principal->second_factor);
  EXPECT_FALSE(principal->must_add_factor);
  EXPECT_TRUE(principal->may(Permission::read_as_member));
  EXPECT_FALSE(principal->may(Permission::edit_record));
  EXPECT_EQ(number(Sql{"SELECT last_sign_in_at FROM person WHERE id = 1"}), clock.now().micros);
  EXPECT_THAT(actions(), ElementsAre("sign-in"));
}

TEST_P(SignInTest, TheDatabaseHoldsNoSecretThatOpensAnything) {
  const auto token = signed_in();
  EXPECT_THAT(texts(Sql{"SELECT token_hash FROM session"}), ElementsAre(sha256_hex(token)));
  const auto hash = texts(Sql{"SELECT token_hash FROM session"}).front();
  EXPECT_EQ(load(hash), nullptr);
  EXPECT_EQ(load(hash.substr(0, 43)), nullptr);
  std::vector<std::string> recovery;
  const auto secret = add_totp(ada, &recovery);
  for (const auto& stored : texts(Sql{"SELECT secret FROM credential"})) {
    EXPECT_THAT(stored, Not(HasSubstr(base32_encode(secret))));
    EXPECT_THAT(stored, Not(HasSubstr(kPassword)));
    for (const auto& code : recovery) EXPECT_NE(stored, code);
  }
}

// Whatever is wrong: the same bytes, the same number of Argon2 computations, the same number of audit entries.
TEST_P(SignInTest, NothingTellsWhetherAnAccountExists) {
  run(Sql{"UPDATE person SET status = ? WHERE id = 2", PersonStatus::suspended});
  person({9}, "No Password", "none@example.org", PersonStatus::active);
  struct Case {
    std::string_view what, email, password;
  };
  const Case cases[] = {
      {"unknown", "nobody@example.org", kPassword},
      {"wrong password", "ada@example.org", "wrong"},
      {"suspended", "ben@example.org", kPassword},
      {"invited", "cem@example.org", kPassword},
      {"no password set", "none@example.org", "x"},
      {"no address", "not an address", kPassword},
      {"empty", "", ""},
      {"not UTF-8", "ada@example.org", "\xFF\xFE"},
      {"NUL", std::string_view{"ada@example.org\0", 16}, kPassword},
  };
  const auto first = text_of(try_in("nobody2@example.org", "x"));
  for (const auto& each : cases) {
    const auto checks = password_checks.load();
    const auto entries = count_of("sign-in.refused");
    EXPECT_EQ(text_of(try_in(each.email, each.password)), first) << each.what;
    EXPECT_EQ(password_checks, checks + 1) << each.what;
    EXPECT_EQ(count_of("sign-in.refused"), entries + 1) << each.what;
  }
  EXPECT_EQ(number(Sql{"SELECT COUNT(*) FROM session"}), 0);
}

TEST_P(SignInTest, TheTypedAddressIsPersonalDetailAndNobodyIsNamedAsTheActor) {
  try_in("nobody@example.org", "x");
  EXPECT_EQ(number(Sql{"SELECT COUNT(*) FROM audit WHERE person_id IS NOT NULL OR object <> ''"}), 0);
  EXPECT_THAT(texts(Sql{"SELECT detail FROM audit_personal"}), ElementsAre(HasSubstr("nobody@example.org")));
  // Many a password has been typed into the field of the address.
  try_in("my secret password", "x");
  EXPECT_THAT(texts(Sql{"SELECT detail FROM audit_personal"}), Not(Contains(HasSubstr("secret"))));
}

TEST_P(SignInTest, ASecondFactorIsAskedForWhereThereIsOne) {
  const auto secret = add_totp(ada);
  next_code();
  const auto answer = try_in("ada@example.org", kPassword);
  ASSERT_EQ(answer.next, SignIn::Next::second_factor);
  EXPECT_TRUE(answer.has_totp);
  EXPECT_TRUE(answer.has_recovery_codes);
  EXPECT_FALSE(answer.has_passkey);
  EXPECT_EQ(load(answer.token), nullptr) << "half a session is none";
  const auto whole = identity->second_factor(answer.token, code_of(secret), kHome).value();
  ASSERT_EQ(whole.next, SignIn::Next::signed_in);
  EXPECT_NE(whole.token, answer.token);
  const auto principal = load(whole.token);
  ASSERT_NE(principal, nullptr);
  EXPECT_TRUE(principal->second_factor);
  EXPECT_THAT(texts(Sql{"SELECT method FROM session"}), ElementsAre("password, code"));
  EXPECT_EQ(identity->second_factor(answer.token, code_of(secret), kHome)->next, SignIn::Next::refused);
}

TEST_P(SignInTest, ACodeThatWasUsedIsRefused) {
  const auto secret = add_totp(ada);
  EXPECT_EQ(identity->second_factor(half(), code_of(secret), kHome)->next, SignIn::Next::refused)
      << "it confirmed the app";
  next_code();
  EXPECT_EQ(identity->second_factor(half(), code_of(secret), kHome)->next, SignIn::Next::signed_in);
  EXPECT_EQ(identity->second_factor(half(), code_of(secret), kElsewhere)->next, SignIn::Next::refused) << "overheard";
}

TEST_P(SignInTest, OfTwoUsesOfACodeAtOnceOneSignsIn) {
  std::vector<std::string> recovery;
  const auto secret = add_totp(ada, &recovery);
  next_code();
  for (const auto& code : {code_of(secret), recovery[0]}) {
    const std::string halves[] = {half(), half(), half()};
    std::atomic<int> signed_in{0};
    std::vector<std::thread> threads;
    for (const auto& each : halves) {
      threads.emplace_back([&, each] {
        const auto answer = identity->second_factor(each, code, kHome);
        if (answer && answer->next == SignIn::Next::signed_in) ++signed_in;
      });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(signed_in, 1) << code;
  }
}

TEST_P(SignInTest, ARecoveryCodeWorksOnce) {
  std::vector<std::string> recovery;
  add_totp(ada, &recovery);
  ASSERT_THAT(recovery, SizeIs(10));
  auto typed = recovery[3];
  for (auto& c : typed) c = c == '-' ? ' ' : static_cast<char>(std::tolower(c));
  EXPECT_EQ(identity->second_factor(half(), typed, kHome)->next, SignIn::Next::signed_in);
  EXPECT_EQ(identity->second_factor(half(), recovery[3], kHome)->next, SignIn::Next::refused);
  EXPECT_EQ(identity->factors(ada)->recovery_codes, 9);
  EXPECT_EQ(count_of("recovery.use"), 1);
}

TEST_P(SignInTest, AHalfSessionHasFiveCodesAndFiveMinutes) {
  const auto secret = add_totp(ada);
  next_code();
  const auto five = half();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(identity->second_factor(five, "000000", kHome)->next, SignIn::Next::refused);
  EXPECT_EQ(identity->second_factor(five, code_of(secret), kHome)->next, SignIn::Next::refused);
  const auto old = half();
  clock.advance(std::chrono::minutes{5});
  EXPECT_EQ(identity->second_factor(old, code_of(secret), kHome)->next, SignIn::Next::refused);
  EXPECT_EQ(identity->second_factor("", code_of(secret), kHome)->next, SignIn::Next::refused);
  EXPECT_EQ(identity->second_factor(std::string(43, 'A'), code_of(secret), kHome)->next, SignIn::Next::refused);
}

TEST_P(SignInTest, AHalfSessionDiesWithPasswordAndAccount) {
  const auto secret = add_totp(ada);
  next_code();
  const auto before = half();
  set_password(ada, "another long passphrase");
  EXPECT_EQ(identity->second_factor(before, code_of(secret), kHome)->next, SignIn::Next::refused);
  set_password(ada);
  const auto suspended = half();
  run_as_member_change(Sql{"UPDATE person SET status = ? WHERE id = 1", PersonStatus::suspended});
  EXPECT_EQ(identity->second_factor(suspended, code_of(secret), kHome)->next, SignIn::Next::refused);
}

TEST_P(SignInTest, GuessingCodesIsThrottledAcrossHalfSessions) {
  add_totp(ada);
  next_code();
  int tried = 0;
  std::optional<std::chrono::seconds> wait;
  for (int i = 0; i < 50 && !wait; ++i) {
    const auto answer = identity->sign_in("ada@example.org", kPassword, kElsewhere).value();
    if (answer.next != SignIn::Next::second_factor) {
      wait = answer.retry_after;
      break;
    }
    for (int each = 0; each < 5 && !wait; ++each, ++tried) {
      wait = identity->second_factor(answer.token, "000000", kElsewhere)->retry_after;
    }
  }
  EXPECT_TRUE(wait.has_value());
  EXPECT_LE(tried, 11);
}

TEST_P(SignInTest, APasswordIsHashedAnewWhenTheCostHasChanged) {
  const auto hash = hash_password(kPassword, {16384, 2}).value();
  ASSERT_TRUE(database().write([&](store::Connection& connection) {
    return store::Credentials{connection}.set_password(ada, hash, clock.now());
  }));
  signed_in();
  const auto stored = texts(Sql{"SELECT secret FROM credential WHERE person_id = 1"}).front();
  EXPECT_NE(stored, hash);
  EXPECT_FALSE(needs_rehash(stored, kPasswordCostForTests));
  signed_in();
}

TEST_P(SignInTest, TooManyAttemptsAreRefusedBeforeAnyHashing) {
  for (const std::string_view email : {"ada@example.org", "nobody@example.org"}) {
    for (int i = 0; i < 10; ++i) {
      const Where where{
          .address = fmt::format("10.{}.0.1", i + (email[0] == 'a' ? 0 : 100)), .agent = {}, .request_id = {}};
      EXPECT_FALSE(try_in(email, "wrong", where).retry_after) << i;
    }
    const auto checks = password_checks.load();
    const auto answer = try_in(email, kPassword, {.address = "10.250.0.1", .agent = {}, .request_id = {}});
    EXPECT_EQ(answer.next, SignIn::Next::refused);
    EXPECT_EQ(answer.retry_after, std::chrono::minutes{2}) << "the same for who exists and who does not";
    EXPECT_EQ(answer.message, "Too many attempts. Try again in 2 minutes.");
    EXPECT_EQ(password_checks, checks);
  }
  clock.advance(std::chrono::minutes{2});
  EXPECT_EQ(try_in("ada@example.org", kPassword, {.address = "10.250.0.1", .agent = {}, .request_id = {}}).next,
            SignIn::Next::signed_in);
}

TEST_P(SignInTest, AFloodFromElsewhereLocksNobodyOutWhereTheyAreKnown) {
  signed_in("ada@example.org", kHome);
  for (int i = 0; i < 40; ++i) {
    try_in("ada@example.org", "wrong", {.address = fmt::format("10.{}.0.1", i), .agent = {}, .request_id = {}});
  }
  EXPECT_TRUE(try_in("ada@example.org", kPassword, kElsewhere).retry_after);
  EXPECT_EQ(try_in("ada@example.org", kPassword, kHome).next, SignIn::Next::signed_in);
  // The same after a restart, for the sessions are still known.
  identity = another();
  for (int i = 0; i < 40; ++i) {
    try_in("ada@example.org", "wrong", {.address = fmt::format("10.{}.0.1", i), .agent = {}, .request_id = {}});
  }
  EXPECT_EQ(try_in("ada@example.org", kPassword, kHome).next, SignIn::Next::signed_in);
}

TEST_P(SignInTest, RefusalsForTooManyAttemptsDoNotFloodTheAuditLog) {
  for (int i = 0; i < 200; ++i) try_in("ada@example.org", "wrong", kElsewhere);
  EXPECT_EQ(count_of("sign-in.refused"), 15) << "ten that were tried, five that were not";
}

TEST_P(SignInTest, ManyNamesFromOneAddressDoNotFloodTheAuditLog) {
  for (int i = 0; i < 200; ++i) try_in(fmt::format("somebody{}@example.org", i), "wrong", kElsewhere);
  EXPECT_EQ(count_of("sign-in.refused"), 25) << "twenty that were tried, five that were not";
}

TEST_P(SignInTest, OnlySoManyPasswordsAreComputedAtOnce) {
  std::atomic<bool> waiting{false}, go{false};
  auto few = options();
  few.password_checks_max = 1;
  few.on_password_check = [&] {
    waiting = true;
    waiting.notify_all();
    go.wait(false);
  };
  Identity busy{database(), SealingKey::random(), few, clock};
  std::thread first{
      [&] { EXPECT_EQ(busy.sign_in("ada@example.org", kPassword, kHome)->next, SignIn::Next::signed_in); }};
  waiting.wait(false);
  const auto answer = busy.sign_in("ben@example.org", kPassword, kElsewhere).value();
  EXPECT_EQ(answer.next, SignIn::Next::refused);
  EXPECT_TRUE(answer.retry_after);
  go = true;
  go.notify_all();
  first.join();
  EXPECT_EQ(busy.sign_in("ben@example.org", kPassword, kElsewhere)->next, SignIn::Next::signed_in);
}

TEST_P(SignInTest, WhoIsKnownFromAnAddressIsComputedWhileOthersGuess) {
  std::atomic<bool> waiting{false}, go{false};
  std::atomic<int> checks{0};
  auto few = options();
  few.password_checks_max = 1;
  few.on_password_check = [&] {
    if (checks++ != 1) return;
    waiting = true;
    waiting.notify_all();
    go.wait(false);
  };
  Identity busy{database(), SealingKey::random(), few, clock};
  ASSERT_EQ(busy.sign_in("ada@example.org", kPassword, kHome)->next, SignIn::Next::signed_in);
  std::thread guess{
      [&] { EXPECT_EQ(busy.sign_in("cem@example.org", "a guess", kElsewhere)->next, SignIn::Next::refused); }};
  waiting.wait(false);
  EXPECT_TRUE(busy.sign_in("ben@example.org", kPassword, kHome)->retry_after) << "never seen from there";
  EXPECT_EQ(busy.sign_in("ada@example.org", kPassword, kHome)->next, SignIn::Next::signed_in);
  go = true;
  go.notify_all();
  guess.join();
}

TEST_P(SignInTest, ADemoSessionNeedsAnActivePerson) {
  const auto answer = identity->sign_in_as(ben, kHome).value();
  const auto principal = load(answer.token);
  ASSERT_NE(principal, nullptr);
  EXPECT_FALSE(principal->must_add_factor) << "it counts as one";
  EXPECT_TRUE(principal->second_factor);
  EXPECT_TRUE(principal->may(Permission::edit_record));
  EXPECT_EQ(identity->sign_in_as(cem, kHome).error().code, Error::Code::not_found);
  EXPECT_EQ(identity->sign_in_as({99}, kHome).error().code, Error::Code::not_found);
  EXPECT_THAT(actions(), ElementsAre("demo.sign-in"));
}

TEST_P(SignInTest, ProvingAgainReplacesTheTokenAndMakesTheSessionFresh) {
  const auto token = signed_in();
  clock.advance(std::chrono::minutes{10});
  EXPECT_FALSE(identity->fresh(*load(token), clock.now()));
  EXPECT_EQ(identity->authenticate_again(token, "wrong", "", kHome)->next, SignIn::Next::refused);
  EXPECT_NE(load(token), nullptr) << "a slip ends nothing";
  const auto again = identity->authenticate_again(token, kPassword, "", kHome).value();
  ASSERT_EQ(again.next, SignIn::Next::signed_in);
  EXPECT_EQ(load(token), nullptr);
  EXPECT_EQ(identity->cached_session(token), nullptr);
  EXPECT_TRUE(identity->fresh(*load(again.token), clock.now()));
  EXPECT_THAT(actions(), ElementsAre("sign-in", "sign-in.refused", "sign-in.again"));
  EXPECT_EQ(identity->authenticate_again(token, kPassword, "", kHome)->next, SignIn::Next::refused);
}

TEST_P(SignInTest, ProvingAgainAsksForTheSecondFactorToo) {
  const auto secret = add_totp(ada);
  next_code();
  const auto token = identity->second_factor(half(), code_of(secret), kHome)->token;
  EXPECT_EQ(identity->authenticate_again(token, kPassword, "", kHome)->next, SignIn::Next::refused);
  EXPECT_EQ(identity->authenticate_again(token, kPassword, code_of(secret), kHome)->next, SignIn::Next::refused)
      << "used at sign-in";
  next_code();
  EXPECT_EQ(identity->authenticate_again(token, "wrong", code_of(secret), kHome)->next, SignIn::Next::refused);
  EXPECT_EQ(identity->authenticate_again(token, kPassword, code_of(secret), kHome)->next, SignIn::Next::signed_in);
}

TEST_P(SignInTest, RolesThatDemandASecondFactorMayDoNothingElseWithoutOne) {
  const auto token = signed_in("ben@example.org");
  const auto principal = load(token);
  ASSERT_NE(principal, nullptr);
  EXPECT_TRUE(principal->must_add_factor);
  for (const auto permission : domain::all_permissions()) {
    const bool allowed = permission == Permission::anyone || permission == Permission::signed_in;
    EXPECT_EQ(principal->may(permission), allowed) << domain::slug(permission);
    EXPECT_EQ(principal->actor("", "", "").may(permission), allowed) << domain::slug(permission);
  }
  EXPECT_FALSE(principal->viewer.organisation);
  add_totp(ben, nullptr, principal->id);
  const auto after = load(token);
  ASSERT_NE(after, nullptr) << "the session that confirmed the app goes on";
  EXPECT_FALSE(after->must_add_factor);
  EXPECT_TRUE(after->second_factor);
  EXPECT_TRUE(after->may(Permission::edit_record));
  EXPECT_TRUE(after->actor("", "", "").may(Permission::edit_record));
}

}  // namespace
}  // namespace tocsin::engine::identity
