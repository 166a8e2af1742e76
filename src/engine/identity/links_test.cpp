#include <thread>

#include "engine/identity/testing.hpp"

namespace tocsin::engine::identity {
namespace {

using domain::PersonStatus;
using domain::Role;
using store::Sql;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kNew = "seven purple turbines hum";

class LinksTest : public IdentityTest {
 protected:
  std::string create(LinkPurpose purpose, domain::PersonId person) {
    const auto made = identity->create_link(purpose, person, {}, Actor::at_console());
    EXPECT_TRUE(made) << made.error().to_string() << made.error().detail;
    return made.value();
  }
  bool works(std::string_view secret) { return identity->find_link(secret).value().has_value(); }
  Actor administrator_of(domain::PersonId id, domain::OrganisationId organisation, domain::Roles roles) {
    auto actor = self(id);
    actor.viewer.organisation = organisation;
    actor.viewer.roles = roles;
    return actor;
  }
};
TOCSIN_ON_BOTH_DATABASES(LinksTest);

TEST_P(LinksTest, AnInvitationSetsThePasswordAndOpensTheAccount) {
  const auto secret = create(LinkPurpose::invitation, cem);
  EXPECT_EQ(secret.size(), 43U);
  const auto link = identity->find_link(secret).value().value();
  EXPECT_EQ(link.purpose, LinkPurpose::invitation);
  EXPECT_EQ(link.person, cem);
  EXPECT_EQ(link.email, "cem@example.org");
  ASSERT_TRUE(identity->use_link(secret, kNew, kHome));
  EXPECT_EQ(number(Sql{"SELECT status FROM person WHERE id = 3"}), static_cast<int>(PersonStatus::active));
  EXPECT_EQ(number(Sql{"SELECT email_verified_at FROM person WHERE id = 3"}), clock.now().micros);
  EXPECT_EQ(identity->sign_in("cem@example.org", kNew, kHome)->next, SignIn::Next::signed_in);
  EXPECT_THAT(actions(), ElementsAre("link.create", "link.use", "password.change", "sign-in"));
  EXPECT_THAT(texts(Sql{"SELECT token_hash FROM one_time_link"}), ElementsAre(sha256_hex(secret)));
}

TEST_P(LinksTest, UnknownUsedExpiredAndMeantForSomethingElseAreOneAnswer) {
  const auto unknown = identity->use_link(std::string(43, 'A'), kNew, kHome).error();
  EXPECT_EQ(unknown.code, Error::Code::not_found);
  const auto used = create(LinkPurpose::password_reset, ada);
  ASSERT_TRUE(identity->use_link(used, kNew, kHome));
  const auto expired = create(LinkPurpose::password_reset, ben);
  clock.advance(std::chrono::hours{1});
  const auto proof = create(LinkPurpose::email_proof, ada);
  const auto hash = sha256_hex(proof);
  const auto replaced = create(LinkPurpose::invitation, cem);
  create(LinkPurpose::invitation, cem);
  for (const auto& each : {used, expired, proof, hash, replaced, std::string{}, std::string("a\0b", 3)}) {
    const auto answer = identity->use_link(each, kNew, kHome);
    ASSERT_FALSE(answer) << each;
    EXPECT_EQ(answer.error().to_string(), unknown.to_string());
    EXPECT_EQ(answer.error().code, unknown.code);
    if (each != proof) EXPECT_FALSE(works(each));
  }
  EXPECT_EQ(identity->prove_email(replaced, kHome).error().to_string(), unknown.to_string());
  EXPECT_TRUE(works(proof)) << "a wrong use takes nothing";
}

TEST_P(LinksTest, HaveTheirTimes) {
  struct Case {
    LinkPurpose purpose;
    domain::PersonId person;
    std::chrono::seconds life;
  };
  const Case cases[] = {{LinkPurpose::invitation, cem, std::chrono::days{7}},
                        {LinkPurpose::email_proof, ada, std::chrono::hours{24}},
                        {LinkPurpose::password_reset, ben, std::chrono::hours{1}}};
  for (const auto& each : cases) {
    const auto secret = create(each.purpose, each.person);
    clock.advance(each.life - std::chrono::seconds{1});
    EXPECT_TRUE(works(secret));
    clock.advance(std::chrono::seconds{1});
    EXPECT_FALSE(works(secret));
  }
}

TEST_P(LinksTest, AWeakPasswordIsRefusedAndTheLinkStillWorks) {
  const auto secret = create(LinkPurpose::invitation, cem);
  for (const std::string_view weak :
       {"", "short", "fourteen chars", "passwordpassword", "\xFF\xFE\xFF\xFE\xFF\xFE\xFF\xFE"}) {
    const auto answer = identity->use_link(secret, weak, kHome);
    ASSERT_FALSE(answer) << weak;
    EXPECT_EQ(answer.error().code, Error::Code::invalid_input) << weak;
    EXPECT_EQ(answer.error().where, "password");
  }
  EXPECT_TRUE(identity->use_link(secret, kNew, kHome));
}

TEST_P(LinksTest, WhoseRolesDemandASecondFactorMayHaveAShorterPassword) {
  EXPECT_FALSE(identity->use_link(create(LinkPurpose::password_reset, ada), "Wq7#kfTz9p", kHome));
  EXPECT_TRUE(identity->use_link(create(LinkPurpose::password_reset, ben), "Wq7#kfTz9p", kHome));
}

TEST_P(LinksTest, LeakedPasswordsAreRefused) {
  auto with_list = options();
  with_list.breached = [](std::string_view password) { return password == kNew; };
  Identity strict{database(), SealingKey::random(), with_list, clock};
  const auto secret = create(LinkPurpose::invitation, cem);
  EXPECT_EQ(strict.use_link(secret, kNew, kHome).error().where, "password");
  EXPECT_TRUE(strict.use_link(secret, "eight yellow turbines hum", kHome));
}

TEST_P(LinksTest, OfTwoUsesAtOnceOneSetsThePassword) {
  const auto secret = create(LinkPurpose::password_reset, ada);
  std::atomic<int> done{0}, refused{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&, i] {
      const auto answer = identity->use_link(secret, fmt::format("{} {}", kNew, i), kHome);
      if (answer) ++done;
      if (!answer && answer.error().code == Error::Code::not_found) ++refused;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(done, 1);
  EXPECT_EQ(refused, 2);
}

TEST_P(LinksTest, AResetEndsAllSessionsAndKeepsTheSecondFactor) {
  std::vector<std::string> recovery;
  const auto token = signed_in();
  const auto id = load(token)->id;
  add_totp(ada, &recovery, id);
  ASSERT_NE(load(token), nullptr);
  ASSERT_TRUE(identity->use_link(create(LinkPurpose::password_reset, ada), kNew, kElsewhere));
  EXPECT_EQ(identity->cached_session(token), nullptr);
  EXPECT_EQ(load(token), nullptr);
  EXPECT_EQ(identity->sign_in("ada@example.org", kPassword, kHome)->next, SignIn::Next::refused);
  const auto answer = identity->sign_in("ada@example.org", kNew, kHome).value();
  ASSERT_EQ(answer.next, SignIn::Next::second_factor);
  EXPECT_EQ(identity->second_factor(answer.token, recovery[0], kHome)->next, SignIn::Next::signed_in);
}

TEST_P(LinksTest, DieWithTheStateTheyWereMadeFor) {
  const auto invitation = create(LinkPurpose::invitation, cem);
  run(Sql{"UPDATE person SET status = ? WHERE id = 3", PersonStatus::active});
  EXPECT_FALSE(works(invitation)) << "somebody with an account is not taken over by an invitation";
  const auto reset = create(LinkPurpose::password_reset, ada);
  run(Sql{"UPDATE person SET email = 'new@example.org', folded_email = 'new@example.org' WHERE id = 1"});
  EXPECT_FALSE(works(reset)) << "it went to an address that is not theirs any more";
  const auto suspended = create(LinkPurpose::password_reset, ben);
  run(Sql{"UPDATE person SET status = ? WHERE id = 2", PersonStatus::suspended});
  EXPECT_FALSE(works(suspended));
  EXPECT_EQ(identity->create_link(LinkPurpose::password_reset, ben, {}, Actor::at_console()).error().code,
            Error::Code::conflict);
}

TEST_P(LinksTest, ProvingAnAddress) {
  const auto made = identity->create_link(LinkPurpose::email_proof, ada, {}, self(ada)).value();
  EXPECT_EQ(identity->use_link(made, kNew, kHome).error().code, Error::Code::not_found) << "it sets no password";
  ASSERT_TRUE(identity->prove_email(made, kHome));
  EXPECT_EQ(number(Sql{"SELECT email_verified_at FROM person WHERE id = 1"}), clock.now().micros);
  EXPECT_EQ(identity->prove_email(made, kHome).error().code, Error::Code::not_found);
  EXPECT_NE(identity->sign_in("ada@example.org", kPassword, kHome)->token, "") << "the password is what it was";
}

// Whoever can make a link that sets somebody's password can be them.
TEST_P(LinksTest, WhoMayMakeThem) {
  const auto may = [&](const Actor& actor, LinkPurpose purpose, domain::PersonId person,
                       std::optional<domain::OrganisationId> organisation = {}) {
    return identity->create_link(purpose, person, organisation, actor).has_value();
  };
  const auto own = administrator_of(ada, kWater, {Role::member, Role::organisation_administrator});
  const auto operates = administrator_of(ben, kCert, {Role::member, Role::administrator});
  EXPECT_TRUE(may(own, LinkPurpose::invitation, cem, kWater));
  EXPECT_FALSE(may(own, LinkPurpose::invitation, cem)) << "not for an organisation";
  EXPECT_FALSE(may(own, LinkPurpose::invitation, cem, kPower)) << "not their organisation";
  EXPECT_FALSE(may(own, LinkPurpose::invitation, ben, kWater)) << "not in their organisation, and has an account";
  EXPECT_FALSE(may(own, LinkPurpose::password_reset, cem, kWater));
  EXPECT_FALSE(may(own, LinkPurpose::password_reset, ada, kWater)) << "not even their own";
  EXPECT_FALSE(may(own, LinkPurpose::email_proof, ben));
  EXPECT_TRUE(may(operates, LinkPurpose::password_reset, ada));
  EXPECT_TRUE(may(operates, LinkPurpose::invitation, cem));
  EXPECT_FALSE(may(Actor::anonymous(), LinkPurpose::password_reset, ada));
  EXPECT_FALSE(may(Actor::anonymous(), LinkPurpose::email_proof, ada));
  EXPECT_EQ(identity->create_link(LinkPurpose::invitation, {99}, {}, operates).error().code, Error::Code::not_found);
}

TEST_P(LinksTest, NoSecretGetsIntoTheAuditLog) {
  const auto secret = create(LinkPurpose::password_reset, ada);
  ASSERT_TRUE(identity->use_link(secret, kNew, kHome));
  for (const auto& detail : texts(Sql{"SELECT detail FROM audit_personal"})) {
    EXPECT_THAT(detail, Not(HasSubstr(secret)));
    EXPECT_THAT(detail, Not(HasSubstr(kNew)));
  }
}

TEST_P(LinksTest, GuessingFillsNoAuditLog) {
  for (int i = 0; i < 100; ++i) static_cast<void>(identity->use_link(random_token(), kNew, kHome));
  EXPECT_EQ(count_of("link.use-refused"), 5);
}

}  // namespace
}  // namespace tocsin::engine::identity
