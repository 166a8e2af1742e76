#pragma once
#include <algorithm>
#include <atomic>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/encoding.hpp"
#include "base/hash.hpp"
#include "domain/person.hpp"
#include "engine/identity/identity.hpp"
#include "formats/otp/totp.hpp"
#include "store/accounts.hpp"
#include "store/audit.hpp"
#include "store/credentials.hpp"
#include "store/members_state.hpp"
#include "store/sessions.hpp"
#include "store/testing/test_database.hpp"

/// Invented people who sign in, for the tests of this folder.
namespace tocsin::engine::identity {

inline constexpr std::string_view kPassword = "correct horse battery staple";
inline const Where kHome{.address = "192.0.2.10", .agent = "Browser", .request_id = "r1"};
inline const Where kElsewhere{.address = "198.51.100.77", .agent = "Browser", .request_id = "r2"};
inline constexpr domain::OrganisationId kCert{1}, kWater{2}, kPower{3};

/// Organisations 1 (the CERT), 2 and 3; Ada (1) is a member of 2 and 3, Ben (2) analyst of 1, Cem (3) was invited.
class IdentityTest : public store_testing::DatabaseTest {
 protected:
  ManualClock clock{store_testing::kTestNow};
  std::atomic<int> password_checks{0};
  std::unique_ptr<Identity> identity;
  domain::PersonId ada{1}, ben{2}, cem{3};

  virtual Options options() {
    Options options;
    options.public_url = "https://cert.example";
    options.password_cost = kPasswordCostForTests;
    options.on_password_check = [this] { ++password_checks; };
    return options;
  }

  void SetUp() override {
    DatabaseTest::SetUp();
    if (IsSkipped()) return;
    run(
        store::Sql{"INSERT INTO organisation (id, kind, name, created_at, status) VALUES (2, 1, 'Water works', 0, 2), "
                   "(3, 1, 'Power plant', 0, 2)"});
    person(ada, "Ada Ampere", "Ada@example.org", domain::PersonStatus::active);
    person(ben, "Ben Bohr", "ben@example.org", domain::PersonStatus::active);
    person(cem, "Cem Curie", "cem@example.org", domain::PersonStatus::invited);
    membership(ada, kWater, {domain::Role::member});
    membership(ada, kPower, {domain::Role::member});
    membership(ben, kCert, {domain::Role::member, domain::Role::analyst});
    membership(cem, kWater, {domain::Role::member});
    set_password(ada);
    set_password(ben);
    identity = another();
  }
  void TearDown() override {
    identity.reset();
    std::filesystem::remove(key_path());
    DatabaseTest::TearDown();
  }
  /// As another process over the same database would have it.
  std::unique_ptr<Identity> another() {
    return std::make_unique<Identity>(database(), SealingKey::open_or_create(key_path()).value(), options(), clock);
  }
  static std::filesystem::path key_path() {
    auto name =
        fmt::format("identity-{}-{}", getpid(), ::testing::UnitTest::GetInstance()->current_test_info()->name());
    std::ranges::replace(name, '/', '-');
    return std::filesystem::path{::testing::TempDir()} / name;
  }

  void run(const store::Sql& sql) {
    const auto done = database().write([&](store::Connection& connection) { return connection.run(sql); });
    ASSERT_TRUE(done) << done.error().to_string() << done.error().detail;
  }
  /// As the members' use cases do it: with the generation.
  void run_as_member_change(const store::Sql& sql) {
    const auto done = database().write([&](store::Connection& connection) -> Status {
      TRY_VOID(connection.run(sql));
      return store::MembersState{connection}.advance();
    });
    ASSERT_TRUE(done) << done.error().to_string() << done.error().detail;
  }
  std::int64_t number(const store::Sql& sql) {
    const auto found = database().read([&](store::Connection& connection) {
      return connection.first(sql, [](const store::Row& row) { return row.integer(0); });
    });
    return found.value().value_or(-1);
  }
  std::vector<std::string> texts(const store::Sql& sql) {
    return database()
        .read([&](store::Connection& connection) {
          return connection.all(sql, [](const store::Row& row) { return row.string(0); });
        })
        .value();
  }
  void person(domain::PersonId id, std::string_view name, std::string_view email, domain::PersonStatus status) {
    run(
        store::Sql{"INSERT INTO person (id, uuid, name, email, folded_email, status, language, time_zone, created_at) "
                   "VALUES (?, ?, ?, ?, ?, ?, '', '', 0)",
                   id, "uuid-" + std::to_string(id.value), name, email, domain::folded_email(email).value(), status});
  }
  void membership(domain::PersonId id, domain::OrganisationId organisation, domain::Roles roles) {
    run(store::Sql{"INSERT INTO membership (person_id, organisation_id, roles, created_at) VALUES (?, ?, ?, 0)", id,
                   organisation, roles.bits()});
  }
  void set_password(domain::PersonId id, std::string_view password = kPassword) {
    const auto hash = hash_password(password, kPasswordCostForTests).value();
    const auto done = database().write([&](store::Connection& connection) {
      return store::Credentials{connection}.set_password(id, hash, clock.now());
    });
    ASSERT_TRUE(done) << done.error().detail;
  }
  /// A session's token; the person has no second factor.
  std::string signed_in(std::string_view email = "ada@example.org", const Where& where = kHome) {
    const auto answer = identity->sign_in(email, kPassword, where);
    EXPECT_TRUE(answer) << answer.error().to_string() << answer.error().detail;
    EXPECT_EQ(answer->next, SignIn::Next::signed_in) << answer->message;
    return answer->token;
  }
  PrincipalPtr load(std::string_view token, const Where& where = kHome) {
    const auto found = identity->load_session(token, where);
    EXPECT_TRUE(found) << found.error().to_string() << found.error().detail;
    return found.value();
  }
  static Actor self(domain::PersonId id) {
    Actor actor;
    actor.viewer.person = id;
    actor.name = "self";
    actor.address = kHome.address;
    return actor;
  }
  /// Sets an authenticator app up; the secret is bytes. The code of this moment is used up then.
  std::string add_totp(domain::PersonId id, std::vector<std::string>* recovery = nullptr, std::int64_t session = 0) {
    const auto offer = identity->offer_totp(id).value();
    const auto secret = base32_decode(offer.secret_base32).value();
    const auto codes = identity->confirm_totp(id, offer.sealed, code_of(secret), self(id), session);
    EXPECT_TRUE(codes) << codes.error().to_string() << codes.error().detail;
    if (recovery != nullptr) *recovery = codes.value();
    return secret;
  }
  std::string code_of(const std::string& secret) {
    return formats::otp::totp_at(secret, formats::otp::step_at(clock.now()));
  }
  void next_code() { clock.advance(std::chrono::seconds{30}); }
  /// Actions in the audit log, oldest first, with outcome: "sign-in", "sign-in.refused".
  std::vector<std::string> actions() { return texts(store::Sql{"SELECT action FROM audit ORDER BY sequence"}); }
  std::int64_t count_of(std::string_view action) {
    return number(store::Sql{"SELECT COUNT(*) FROM audit WHERE action = ?", action});
  }
};

/// Everything of an answer as one text.
inline std::string text_of(const SignIn& answer) {
  return fmt::format("{}|{}|{}|{}{}{}|{}", static_cast<int>(answer.next), answer.token, answer.message, answer.has_totp,
                     answer.has_passkey, answer.has_recovery_codes, answer.retry_after.has_value());
}

}  // namespace tocsin::engine::identity
