#include "engine/setup/setup.hpp"

#include "base/text.hpp"
#include "engine/members/testing.hpp"

namespace tocsin::engine::setup {
namespace {

using domain::kOwnOrganisation;
using members::outcome;
using members::refusal;
using ::testing::MatchesRegex;
using ::testing::Not;

/// googletest has a member of the class's own name.
using FirstSetup = Setup;

const identity::Where kHome{.address = "192.0.2.7", .agent = "Browser", .request_id = "r1"};
constexpr std::string_view kPassword = "correct horse battery staple";

class SetupTest : public members::MembersTest {
 protected:
  void SetUp() override {
    MembersTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    identity::Options options;
    options.password_cost = kPasswordCostForTests;
    identity_ = std::make_unique<identity::Identity>(database(), SealingKey::random(), options, clock_);
    setup_ = std::make_unique<FirstSetup>(database(), *identity_, clock_);
  }
  void TearDown() override {
    setup_.reset();
    identity_.reset();
    MembersTest::TearDown();
  }
  Input input() const {
    return {.code = setup_->code_text(),
            .cert_name = "CERT of the valley",
            .contact_name = "Duty desk",
            .contact_email = "csirt@cert.example",
            .person_name = "Ada Admin",
            .email = "ada@cert.example",
            .password = std::string{kPassword},
            .time_zone = "Europe/Vienna",
            .accent = "#0b5d70"};
  }
  std::int64_t people() { return number(store::Sql{"SELECT COUNT(*) FROM person"}); }

  ManualClock clock_{store_testing::kTestNow};
  std::unique_ptr<identity::Identity> identity_;
  std::unique_ptr<FirstSetup> setup_;
};

TEST_P(SetupTest, MakesTheFirstAdministrator) {
  ASSERT_EQ(setup_->state().value(), State::open);
  ASSERT_EQ(outcome(setup_->complete(input(), kHome)), "ok");
  EXPECT_EQ(setup_->state().value(), State::done);
  const auto signed_in = identity_->sign_in("ada@cert.example", kPassword, kHome).value();
  EXPECT_EQ(signed_in.next, identity::SignIn::Next::signed_in);
  const auto cert = members::find_organisation(database(), console, kOwnOrganisation, clock_.now()).value();
  EXPECT_EQ(cert->organisation.name, "CERT of the valley");
  const auto site = database().read([](store::Connection& connection) { return site::load(connection, {}); }).value();
  EXPECT_EQ(site.text("site_name"), "CERT of the valley");
  EXPECT_EQ(site.text("contact"), "csirt@cert.example");
  EXPECT_EQ(site.text("time_zone"), "Europe/Vienna");
  EXPECT_EQ(site.text("accent"), "#0b5d70");
  ASSERT_EQ(cert->contacts.size(), 1U);
  EXPECT_EQ(cert->contacts.front().email, "csirt@cert.example");
  const auto person = members::find_person_by_email(database(), console, "ada@cert.example").value();
  EXPECT_TRUE(person->memberships.front().roles.has(domain::Role::administrator));
}

TEST_P(SetupTest, IsNotFoundOnceDone) {
  ASSERT_EQ(outcome(setup_->complete(input(), kHome)), "ok");
  auto second = input();
  second.email = "eve@elsewhere.example";
  EXPECT_EQ(outcome(setup_->complete(second, kHome)), "not_found");
  EXPECT_EQ(people(), 1);
}

TEST_P(SetupTest, SeesAnAdministratorThatCameAnotherWay) {
  ASSERT_EQ(setup_->state().value(), State::open);
  person("root@cert.example", kOwnOrganisation, {domain::Role::administrator});
  EXPECT_EQ(outcome(setup_->complete(input(), kHome)), "not_found");
  EXPECT_EQ(setup_->state().value(), State::done);
}

TEST_P(SetupTest, StaysOpenWhileNobodyCanSignIn) {
  ASSERT_TRUE(members::invite(database(), console, kOwnOrganisation, members::mailed("slow@cert.example"),
                              {domain::Role::administrator}, clock_.now()));
  EXPECT_EQ(setup_->state().value(), State::open);
  person("member@cert.example", kOwnOrganisation);
  EXPECT_EQ(setup_->state().value(), State::open) << "a member administers nothing";
}

TEST_P(SetupTest, TheCodeIsDrawnAnewAndForgivesHowItIsTyped) {
  EXPECT_THAT(setup_->code_text(), MatchesRegex("[A-Z2-7]{4}-[A-Z2-7]{4}-[A-Z2-7]{4}-[A-Z2-7]{4}-[A-Z2-7]{4}"));
  FirstSetup other{database(), *identity_, clock_};
  EXPECT_NE(other.code_text(), setup_->code_text());
  auto typed = input();
  typed.code = " " + text::lower_ascii(typed.code) + " ";
  std::erase(typed.code, '-');
  EXPECT_EQ(outcome(setup_->complete(typed, kHome)), "ok");
}

TEST_P(SetupTest, AnotherCodeDoesNothing) {
  const auto right = setup_->code_text();
  for (const auto& code : {std::string{}, right.substr(1), right + "A", right.substr(0, 4), std::string(10'000, 'A'),
                           std::string{"AAAA-AAAA-AAAA-AAAA-AAAA"}, std::string{"\0", 1} + right}) {
    auto wrong = input();
    wrong.code = code;
    EXPECT_EQ(outcome(setup_->complete(wrong, kHome)), "forbidden") << code;
  }
  EXPECT_EQ(people(), 0);
  EXPECT_EQ(setup_->state().value(), State::open);
}

TEST_P(SetupTest, GuessingIsSlowedDown) {
  auto wrong = input();
  wrong.code = "AAAA";
  int tried = 0;
  while (outcome(setup_->complete(wrong, kHome)) == "forbidden") ASSERT_LT(++tried, 1'000);
  EXPECT_EQ(outcome(setup_->complete(input(), kHome)), "unavailable") << "also for the right one, or it would tell";
  clock_.advance(std::chrono::minutes{5});
  EXPECT_EQ(outcome(setup_->complete(input(), kHome)), "ok");
}

TEST_P(SetupTest, WhatIsWrongIsNamed) {
  const auto with = [&](std::string Input::* member, std::string value) {
    auto wrong = input();
    wrong.*member = std::move(value);
    return refusal(setup_->complete(wrong, kHome));
  };
  EXPECT_EQ(with(&Input::cert_name, ""), "invalid_input at cert_name");
  EXPECT_EQ(with(&Input::contact_name, ""), "invalid_input at contact_name");
  EXPECT_EQ(with(&Input::contact_email, "nobody"), "invalid_input at contact_email");
  EXPECT_EQ(with(&Input::person_name, " "), "invalid_input at person_name");
  EXPECT_EQ(with(&Input::email, "ada"), "invalid_input at email");
  EXPECT_EQ(with(&Input::password, "short"), "invalid_input at password");
  EXPECT_EQ(setup_->state().value(), State::open);
  EXPECT_EQ(outcome(setup_->complete(input(), kHome)), "ok") << "what came through before is taken up";
  EXPECT_EQ(people(), 1);
  EXPECT_EQ(members::find_organisation(database(), console, kOwnOrganisation, clock_.now()).value()->contacts.size(),
            1U);
}

TEST_P(SetupTest, AKnownAccountDoesNotBecomeAdministrator) {
  person("ada@cert.example", kOwnOrganisation);
  EXPECT_EQ(refusal(setup_->complete(input(), kHome)), "conflict at email");
  EXPECT_EQ(setup_->state().value(), State::open);
}

TEST_P(SetupTest, IsInTheAuditLogWithoutSecrets) {
  const auto code = setup_->code_text();
  ASSERT_EQ(outcome(setup_->complete(input(), kHome)), "ok");
  std::string log;
  for (const auto& row : audit_rows())
    log += row.entry.action + row.entry.personal.detail + row.entry.personal.address + "\n";
  EXPECT_THAT(log, ::testing::HasSubstr("person.invite"));
  EXPECT_THAT(log, ::testing::HasSubstr("192.0.2.7"));
  EXPECT_THAT(log, Not(::testing::HasSubstr(code)));
  EXPECT_THAT(log, Not(::testing::HasSubstr(std::string{kPassword})));
}

TOCSIN_ON_BOTH_DATABASES(SetupTest);

}  // namespace
}  // namespace tocsin::engine::setup
