#include "engine/identity/principal_cache.hpp"
#include "engine/identity/testing.hpp"

namespace tocsin::engine::identity {
namespace {

using domain::OrganisationStatus;
using domain::Permission;
using domain::PersonStatus;
using domain::Role;
using domain::Roles;
using store::Sql;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class SessionsTest : public IdentityTest {};
TOCSIN_ON_BOTH_DATABASES(SessionsTest);

TEST_P(SessionsTest, MemoryAnswersWhatWasResolvedAndNothingElse) {
  const auto token = signed_in();
  EXPECT_EQ(identity->cached_session(token), nullptr) << "not resolved yet";
  const auto principal = load(token);
  EXPECT_EQ(identity->cached_session(token), principal);
  for (const auto& forged : {std::string{}, std::string(43, 'A'), token + "A", token.substr(1), sha256_hex(token)}) {
    EXPECT_EQ(identity->cached_session(forged), nullptr);
    EXPECT_EQ(load(forged), nullptr);
  }
}

TEST_P(SessionsTest, EndsWhereItWasIdleTooLong) {
  const auto token = signed_in();
  for (int i = 0; i < 3; ++i) {
    clock.advance(std::chrono::hours{7});
    EXPECT_NE(load(token), nullptr) << "used now and then it lives";
  }
  clock.advance(std::chrono::hours{8});
  EXPECT_EQ(identity->cached_session(token), nullptr);
  EXPECT_EQ(load(token), nullptr);
  EXPECT_THAT(identity->sessions(ada, 0).value(), IsEmpty());
}

TEST_P(SessionsTest, EndsAtItsAbsoluteLimitHoweverMuchItIsUsed) {
  const auto token = signed_in();
  for (int hour = 0; hour < 24 * 7 - 1; ++hour) {
    clock.advance(std::chrono::hours{1});
    ASSERT_NE(load(token), nullptr) << hour;
  }
  clock.advance(std::chrono::hours{1} - std::chrono::seconds{1});
  EXPECT_NE(load(token), nullptr);
  clock.advance(std::chrono::seconds{1});
  EXPECT_EQ(identity->cached_session(token), nullptr);
  EXPECT_EQ(load(token), nullptr);
}

TEST_P(SessionsTest, LastSeenIsWrittenAtMostOnceAMinute) {
  const auto token = signed_in();
  const auto began = clock.now();
  const auto seen = [&] { return number(Sql{"SELECT last_seen_at FROM session"}); };
  clock.advance(std::chrono::seconds{59});
  EXPECT_NE(load(token), nullptr);
  EXPECT_EQ(seen(), began.micros);
  clock.advance(std::chrono::seconds{1});
  EXPECT_EQ(identity->cached_session(token), nullptr) << "sends its caller to the database once a minute";
  EXPECT_NE(load(token), nullptr);
  EXPECT_EQ(seen(), clock.now().micros);
  EXPECT_NE(identity->cached_session(token), nullptr);
}

TEST_P(SessionsTest, SigningOutEndsItEverywhere) {
  const auto token = signed_in();
  const auto other_process = another();
  ASSERT_NE(load(token), nullptr);
  ASSERT_NE(other_process->load_session(token, kHome).value(), nullptr);
  ASSERT_TRUE(identity->sign_out(token, kHome));
  EXPECT_EQ(identity->cached_session(token), nullptr);
  EXPECT_EQ(load(token), nullptr);
  ASSERT_TRUE(other_process->refresh());
  EXPECT_EQ(other_process->cached_session(token), nullptr);
  EXPECT_EQ(number(Sql{"SELECT COUNT(*) FROM session"}), 0) << "what has ended is deleted";
  EXPECT_THAT(actions(), ElementsAre("sign-in", "sign-out"));
  EXPECT_TRUE(identity->sign_out(token, kHome)) << "again: nothing to do";
  EXPECT_THAT(actions(), SizeIs(2));
}

TEST_P(SessionsTest, AProcessThatIsNeverToldForgetsWithinAMinute) {
  const auto token = signed_in();
  const auto other_process = another();
  ASSERT_NE(other_process->load_session(token, kHome).value(), nullptr);
  ASSERT_TRUE(identity->sign_out(token, kHome));
  clock.advance(std::chrono::minutes{1});
  EXPECT_EQ(other_process->cached_session(token), nullptr);
}

TEST_P(SessionsTest, AnAnswerReadBeforeARevocationIsNotKeptAfterIt) {
  PrincipalCache cache;
  cache.advance(5);
  cache.put("hash",
            {.principal = std::make_shared<Principal>(), .networks = {}, .look_again_at = {100}, .generation = 4});
  EXPECT_EQ(cache.find("hash", {50}).principal, nullptr);
  cache.put("hash",
            {.principal = std::make_shared<Principal>(), .networks = {}, .look_again_at = {100}, .generation = 5});
  EXPECT_NE(cache.find("hash", {99}).principal, nullptr);
  EXPECT_EQ(cache.find("hash", {100}).principal, nullptr);
  cache.advance(4);
  EXPECT_NE(cache.find("hash", {50}).principal, nullptr) << "the generation never goes back";
  cache.advance(6);
  EXPECT_EQ(cache.find("hash", {50}).principal, nullptr);
  EXPECT_EQ(cache.size(), 0U);
}

TEST_P(SessionsTest, MemoryIsBounded) {
  PrincipalCache cache;
  const auto principal = std::make_shared<Principal>();
  for (std::size_t i = 0; i < PrincipalCache::kEntriesMax * 2; ++i) {
    cache.put(std::to_string(i), {.principal = principal, .networks = {}, .look_again_at = {100}, .generation = 1});
  }
  EXPECT_LE(cache.size(), PrincipalCache::kEntriesMax);
  EXPECT_GT(cache.size(), PrincipalCache::kEntriesMax / 2);
  Pending<int> pending;
  for (std::size_t i = 0; i < Pending<int>::kMax + 10; ++i) pending.put(std::to_string(i), 1, {100}, {1});
  EXPECT_FALSE(pending.take("0", {1}));
  EXPECT_TRUE(pending.take("20", {1}));
  EXPECT_FALSE(pending.take("20", {1})) << "once";
  EXPECT_FALSE(pending.take("21", {100})) << "over";
}

TEST_P(SessionsTest, SigningInAgainGivesAnotherTokenAndTakesNoneFromTheBrowser) {
  const auto first = signed_in();
  const auto second = signed_in();
  EXPECT_NE(first, second);
  // A token that the attacker planted before sign-in is nobody's after it.
  EXPECT_EQ(load(std::string(43, 'x')), nullptr);
}

TEST_P(SessionsTest, ActingForAnotherOrganisationChangesTheTokenAndTheSeat) {
  const auto token = signed_in();
  const auto before = load(token);
  ASSERT_EQ(before->viewer.organisation, kPower);
  clock.advance(std::chrono::minutes{3});
  const auto moved = identity->act_for(token, kWater, kHome).value();
  EXPECT_EQ(load(token), nullptr) << "the old token is worth nothing";
  EXPECT_EQ(identity->cached_session(token), nullptr);
  const auto after = load(moved.token);
  ASSERT_NE(after, nullptr);
  EXPECT_EQ(after->viewer.organisation, kWater);
  EXPECT_EQ(after->id, before->id);
  EXPECT_NE(after->csrf, before->csrf);
  EXPECT_EQ(after->authenticated_at, before->authenticated_at) << "nothing was proven";
  EXPECT_EQ(after->expires_at, before->expires_at);
  EXPECT_EQ(identity->act_for(moved.token, kCert, kHome).error().code, Error::Code::not_found) << "not theirs";
  EXPECT_EQ(identity->act_for(token, kPower, kHome).error().code, Error::Code::not_found) << "an old token";
  EXPECT_NE(load(moved.token), nullptr);
}

TEST_P(SessionsTest, ALostRoleCountsAtTheNextLook) {
  const auto token = identity->sign_in_as(ben, kHome)->token;
  EXPECT_TRUE(load(token)->may(Permission::edit_record));
  run_as_member_change(Sql{"UPDATE membership SET roles = 1 WHERE person_id = 2"});
  ASSERT_TRUE(identity->refresh());
  EXPECT_EQ(identity->cached_session(token), nullptr);
  EXPECT_FALSE(load(token)->may(Permission::edit_record));
  EXPECT_TRUE(load(token)->may(Permission::read_as_member));
}

TEST_P(SessionsTest, ALostMembershipTakesTheSeatAndNoOtherSteps) {
  const auto token = signed_in();
  ASSERT_EQ(load(token)->viewer.organisation, kPower);
  run_as_member_change(Sql{"DELETE FROM membership WHERE person_id = 1 AND organisation_id = 3"});
  ASSERT_TRUE(identity->refresh());
  const auto principal = load(token);
  ASSERT_NE(principal, nullptr);
  EXPECT_EQ(principal->viewer.organisation, std::nullopt) << "they chose to act for the other";
  EXPECT_FALSE(principal->may(Permission::read_as_member));
  EXPECT_THAT(principal->seats, SizeIs(1));
}

TEST_P(SessionsTest, ASuspendedOrganisationTakesTheSeat) {
  const auto token = signed_in();
  run_as_member_change(Sql{"UPDATE organisation SET status = ? WHERE id = 3", OrganisationStatus::suspended});
  ASSERT_TRUE(identity->refresh());
  EXPECT_FALSE(load(token)->may(Permission::read_as_member));
}

TEST_P(SessionsTest, ASuspendedPersonIsNobody) {
  const auto token = signed_in();
  ASSERT_NE(load(token), nullptr);
  run_as_member_change(Sql{"UPDATE person SET status = ? WHERE id = 1", PersonStatus::suspended});
  ASSERT_TRUE(identity->refresh());
  EXPECT_EQ(identity->cached_session(token), nullptr);
  EXPECT_EQ(load(token), nullptr);
}

TEST_P(SessionsTest, EndingOthersKeepsTheOwn) {
  const auto first = signed_in(), second = signed_in(), third = signed_in("ben@example.org");
  const auto mine = load(first)->id;
  const auto listed = identity->sessions(ada, mine).value();
  ASSERT_THAT(listed, SizeIs(2));
  EXPECT_TRUE(listed[1].current);
  EXPECT_EQ(listed[1].address, kHome.address);
  ASSERT_TRUE(load(second));
  ASSERT_TRUE(identity->revoke_other_sessions(ada, mine, self(ada)));
  EXPECT_NE(load(first), nullptr);
  EXPECT_EQ(identity->cached_session(second), nullptr);
  EXPECT_EQ(load(second), nullptr);
  EXPECT_NE(load(third), nullptr) << "somebody else's";
  ASSERT_TRUE(identity->revoke_session(ada, mine, self(ada)));
  EXPECT_EQ(load(first), nullptr);
  EXPECT_EQ(count_of("session.revoke"), 2);
}

TEST_P(SessionsTest, NobodyEndsAnothersSession) {
  const auto token = signed_in();
  const auto id = load(token)->id;
  EXPECT_EQ(identity->revoke_session(ada, id, self(ben)).error().code, Error::Code::forbidden);
  EXPECT_EQ(identity->revoke_session(ben, id, self(ben)).error().code, Error::Code::not_found);
  EXPECT_EQ(identity->revoke_other_sessions(ada, 0, Actor::anonymous()).error().code, Error::Code::forbidden);
  EXPECT_NE(load(token), nullptr);
  EXPECT_TRUE(identity->revoke_session(ada, id, Actor::at_console()));
}

TEST_P(SessionsTest, TheOldestEndsBeyondTheLimit) {
  const auto oldest = signed_in();
  ASSERT_NE(load(oldest), nullptr);
  for (int i = 0; i < 50; ++i) {
    clock.advance(std::chrono::seconds{1});
    signed_in();
  }
  EXPECT_EQ(identity->cached_session(oldest), nullptr);
  EXPECT_EQ(load(oldest), nullptr);
  EXPECT_THAT(identity->sessions(ada, 0).value(), SizeIs(50));
}

TEST_P(SessionsTest, WhatABrowserSendsAsItsNameCannotBreakAnything) {
  const auto token = signed_in(
      "ada@example.org",
      {.address = "2001:db8::1", .agent = std::string("\xFF\0bad\n", 6) + std::string(5000, 'x'), .request_id = "r"});
  EXPECT_NE(load(token), nullptr);
  EXPECT_LE(identity->sessions(ada, 0)->front().agent.size(), 200U);
}

TEST_P(SessionsTest, TidyingDeletesWhatHasEndedByTime) {
  const auto token = signed_in();
  clock.advance(std::chrono::hours{9});
  signed_in("ben@example.org");
  ASSERT_TRUE(identity->tidy());
  EXPECT_EQ(number(Sql{"SELECT COUNT(*) FROM session"}), 1);
}

TEST_P(SessionsTest, TheFormsTokenBelongsToTheSessionAndIsTheSameInEveryProcess) {
  const auto token = signed_in(), other = signed_in();
  const auto csrf = load(token)->csrf;
  EXPECT_EQ(another()->load_session(token, kHome).value()->csrf, csrf);
  EXPECT_NE(load(other)->csrf, csrf);
}

}  // namespace
}  // namespace tocsin::engine::identity
