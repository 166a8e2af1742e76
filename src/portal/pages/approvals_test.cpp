#include "engine/guard/approvals.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.hpp"
#include "portal/members_fixture.hpp"

namespace tocsin::portal {
namespace {

using domain::Act;
using domain::Role;
using domain::Roles;
using store::Sql;
using testing::As;
using testing::Field;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kHtml = "Accept: text/html\r\n";

class ApprovalPages : public testing::MemberPortalTest {
 protected:
  void SetUp() override {
    MemberPortalTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    other_ = person("Abe Admin", "abe@cert.example", domain::kOwnOrganisation, {Role::member, Role::administrator});
    activate(other_);
    other_token_ = sign_in(other_);
  }
  engine::identity::Options more_options(engine::identity::Options options) override {
    options.four_eyes.want(Act::grant_role).want(Act::break_glass).want(Act::admit_organisation);
    return options;
  }
  void activate(domain::PersonId id) {
    run(Sql{"UPDATE person SET status = ? WHERE id = ?", domain::PersonStatus::active, id});
  }
  std::string sign_in(domain::PersonId id) {
    const auto signed_in = identities().sign_in_as(id, {});
    return signed_in ? signed_in->token : std::string{};
  }
  /// As another administrator.
  http::testing::Reply get_other(std::string_view target) {
    return get(target, "Cookie: tocsin=" + other_token_ + "\r\n" + std::string{kHtml});
  }
  http::testing::Reply post_other(std::string_view target, std::vector<Field> fields) {
    tokens_[As::visitor] = other_token_;
    auto reply = post_as(As::visitor, target, std::move(fields));
    tokens_.erase(As::visitor);
    return reply;
  }
  std::string roles_page() const { return fmt::format("/people/{}/roles/1", people_.at(As::analyst).value); }
  http::testing::Reply ask(std::string_view reason = "She takes over the desk") {
    return post_as(As::administrator, roles_page(),
                   {{"roles", "analyst"}, {"roles", "coordinator"}, {"reason", std::string{reason}}});
  }
  Roles roles_of(As who) {
    return Roles::from_bits(number(Sql{"SELECT roles FROM membership WHERE person_id = ?", people_.at(who)}));
  }
  domain::PersonId other_;
  std::string other_token_;
};
TOCSIN_ON_BOTH_DATABASES(ApprovalPages);

TEST_P(ApprovalPages, AnActWaitsOnItsPageAndIsDoneByAnother) {
  EXPECT_THAT(get_as(As::administrator, roles_page(), kHtml).body, HasSubstr("Reason, for the second person"));
  const auto without = ask("");
  EXPECT_EQ(without.status, 422);
  EXPECT_THAT(without.body, HasSubstr("tell them why"));
  const auto asked = ask();
  ASSERT_EQ(asked.status, 303) << asked.body;
  EXPECT_THAT(asked.head, HasSubstr("Location: /approvals/1?notice=asked\r\n"));
  EXPECT_FALSE(roles_of(As::analyst).has(Role::coordinator));

  const auto own = get_as(As::administrator, "/approvals/1", kHtml);
  EXPECT_THAT(own.body, HasSubstr("One other person may approve it."));
  EXPECT_THAT(own.body, Not(HasSubstr("Your decision")));
  EXPECT_EQ(post_as(As::administrator, "/approvals/1/approve", {}).status, 403);

  const auto theirs = get_other("/approvals/1");
  EXPECT_THAT(theirs.body, HasSubstr("Your decision"));
  EXPECT_THAT(theirs.body, HasSubstr("She takes over the desk"));
  EXPECT_THAT(theirs.body, HasSubstr("Then: member, analyst, coordinator"));
  EXPECT_THAT(get_other("/about").body, HasSubstr("1<span class=\"hidden\"> for your decision</span>"));
  EXPECT_THAT(get_as(As::administrator, "/about", kHtml).body, Not(HasSubstr("for your decision")));

  const auto approved = post_other("/approvals/1/approve", {});
  EXPECT_EQ(approved.status, 303) << approved.body;
  EXPECT_TRUE(roles_of(As::analyst).has(Role::coordinator));
  EXPECT_THAT(get_other("/about").body, Not(HasSubstr("for your decision")));
  EXPECT_THAT(get_as(As::administrator, "/approvals", kHtml).body, HasSubstr("approved"));
  EXPECT_EQ(post_other("/approvals/1/approve", {}).status, 422) << "once";
}

TEST_P(ApprovalPages, IsRejectedAndWithdrawn) {
  ASSERT_EQ(ask().status, 303);
  EXPECT_EQ(post_other("/approvals/1/reject", {{"why", "Ask her first"}}).status, 303);
  EXPECT_THAT(get_as(As::administrator, "/approvals/1", kHtml).body, HasSubstr("Ask her first"));
  ASSERT_EQ(ask().status, 303);
  EXPECT_EQ(post_as(As::administrator, "/approvals/2/withdraw", {}).status, 303);
  EXPECT_FALSE(roles_of(As::analyst).has(Role::coordinator));
}

TEST_P(ApprovalPages, WhoHasNothingToDoWithItFindsNothing) {
  ASSERT_EQ(ask().status, 303);
  for (const auto who : {As::coordinator, As::analyst, As::water_administrator, As::power_member}) {
    EXPECT_EQ(get_as(who, "/approvals/1", kHtml).status, 404);
    EXPECT_EQ(get_as(who, "/api/v1/approvals/1").status, 404);
    EXPECT_EQ(post_as(who, "/approvals/1/approve", {}).status, 404);
    const auto list = json::parse(get_as(who, "/api/v1/approvals").body);
    EXPECT_EQ(json::array_at(list->root(), "items").size(), 0U);
  }
  EXPECT_EQ(get_as(As::auditor, "/approvals/1", kHtml).status, 200);
  EXPECT_EQ(post_as(As::auditor, "/approvals/1/approve", {}).status, 403);
}

TEST_P(ApprovalPages, BreakingTheGlassWaitsAsWell) {
  const auto asked = post_as(As::coordinator, "/break-glass/open",
                             {{"id", "NO-SUCH"}, {"reason", "The plant's pumps stand still"}, {"understood", "yes"}});
  ASSERT_EQ(asked.status, 303) << asked.body;
  EXPECT_THAT(asked.head, HasSubstr("Location: /approvals/1?notice=asked\r\n"));
  EXPECT_THAT(get_other("/approvals/1").body, HasSubstr("Nobody has looked whether there is such a record"));
  const auto nothing = post_other("/approvals/1/approve", {});
  EXPECT_EQ(nothing.status, 422);
  EXPECT_THAT(nothing.body, HasSubstr("not possible any more"));
}

TEST_P(ApprovalPages, AnOrganisationIsAdmittedByTwo) {
  run(Sql{"UPDATE organisation SET status = ? WHERE id = ?", domain::OrganisationStatus::applied, power_});
  const auto asked = post_as(As::coordinator, fmt::format("/organisations/{}/status", power_.value),
                             {{"status", "active"}, {"reason", "We know them"}});
  ASSERT_EQ(asked.status, 303) << asked.body;
  EXPECT_THAT(asked.head, HasSubstr("Location: /approvals/1?notice=asked\r\n"));
  EXPECT_EQ(post_other("/approvals/1/approve", {}).status, 303);
  EXPECT_EQ(number(Sql{"SELECT status FROM organisation WHERE id = ?", power_}),
            static_cast<int>(domain::OrganisationStatus::active));
}

TEST_P(ApprovalPages, WhatAUseCaseRefusesIsWrittenDown) {
  const auto before = number(Sql{"SELECT count(*) FROM audit WHERE action = 'access.refused'"});
  ASSERT_EQ(ask().status, 303);
  // The route is open to everybody who has signed in; the use case says no.
  EXPECT_EQ(post_as(As::administrator, "/approvals/1/approve", {}).status, 403);
  EXPECT_EQ(number(Sql{"SELECT count(*) FROM audit WHERE action = 'access.refused'"}), before + 1);
  EXPECT_EQ(number(Sql{"SELECT count(*) FROM audit WHERE action = 'access.refused' AND object = "
                       "'route:approval_approve' AND person_id = ?",
                       people_.at(As::administrator)}),
            1);
}

}  // namespace
}  // namespace tocsin::portal
