#include <fmt/format.h>
#include <gmock/gmock.h>

#include "engine/exposure/aliases.hpp"
#include "engine/exposure/runs.hpp"
#include "engine/testing/samples.hpp"
#include "portal/members_fixture.hpp"
#include "store/records.hpp"

/// What things are called, through all doors.
namespace tocsin::portal {
namespace {

using ::testing::AllOf;
using testing::As;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::int64_t kDay = std::int64_t{86'400} * 1'000'000;

class ExposureAliasesPages : public testing::MemberPortalTest {
 protected:
  void match() {
    engine::exposure::Runs runs{database()};
    ASSERT_TRUE(runs.all(clock_));
  }
  void fill() {
    ASSERT_TRUE(database().write([&](store::Connection& connection) {
      return store::Records{connection}.put(
          engine::testing::revision_of({.products = {{}, {.name = "Flow Controller 6ES7515-2AM02-0AB0"}}}),
          clock_.now());
    }));
    ASSERT_TRUE(app().watch());
    const auto reply =
        api(As::water_administrator, "POST", "/api/v1/inventory/import",
            "Id,Name,Vendor,Product,Model,Firmware\n1,P1,Pumpco,Flow Controller,6ES7515-2AM02-0AB0,V2.8.0\n"
            "2,P2,Pumpco,Flow Controller,,V2.8.0\n",
            "text/csv");
    ASSERT_EQ(reply.status, 200) << reply.body;
    match();
  }
  void confirm() {
    const auto asset = number(store::Sql{"SELECT asset_id FROM asset_match WHERE organisation_id = ?", water_});
    const auto reply =
        api(As::water_administrator, "POST", "/api/v1/exposure/verdict",
            fmt::format(R"({{"matches":[{{"asset":{},"advisory":"EX-2021-001"}}],"verdict":"confirmed"}})", asset));
    ASSERT_EQ(reply.status / 100, 2) << reply.body;
  }
  /// Of an organisation that contributes.
  void contribute(domain::OrganisationId organisation) {
    auto boss = engine::Actor::at_console();
    boss.viewer.organisation = organisation;
    const auto done = database().write([&](store::Connection& connection) {
      return store::Aliases{connection}.put({.organisation = organisation,
                                             .key = {store::AliasKind::vendor, "", "pumpco", "example-pumps", ""},
                                             .shown = "Pumpco",
                                             .vendor = "Example Pumps",
                                             .taught_at = clock_.now()});
    });
    ASSERT_TRUE(done);
    ASSERT_TRUE(engine::exposure::contribute_aliases(database(), boss, clock_.now()));
  }
  void offer(int day) {
    const auto made = engine::exposure::offer_aliases(database(), 3, {clock_.now().micros + day * kDay});
    ASSERT_TRUE(made) << made.error().to_string();
    ASSERT_TRUE(made->made);
  }
};
TOCSIN_ON_BOTH_DATABASES(ExposureAliasesPages);

TEST_P(ExposureAliasesPages, WhatIsLearntShowsAndIsForgotten) {
  fill();
  const auto boss = As::water_administrator;
  EXPECT_THAT(get_as(boss, "/exposure").body, HasSubstr("/exposure/aliases"));
  EXPECT_THAT(get_as(boss, "/exposure/aliases").body, HasSubstr("Nothing was learnt yet"));
  confirm();
  match();
  EXPECT_THAT(get_as(boss, "/exposure/aliases").body,
              AllOf(HasSubstr("Pumpco"), HasSubstr("Example Pumps"), HasSubstr("Forget")));
  EXPECT_THAT(get_as(boss, "/api/v1/exposure?status=all&state=all").body, HasSubstr("your organisation confirmed on"));
  // Who reads sees it and may not; nobody else sees it.
  EXPECT_THAT(get_as(As::water_member, "/exposure/aliases").body, AllOf(HasSubstr("Pumpco"), Not(HasSubstr("Forget"))));
  EXPECT_THAT(get_as(As::power_member, "/exposure/aliases").body, Not(HasSubstr("Pumpco")));
  EXPECT_THAT(get_as(As::coordinator, "/exposure/aliases").body, Not(HasSubstr("Pumpco")));
  const auto id = number(store::Sql{"SELECT id FROM exposure_alias"});
  const auto target = fmt::format("/api/v1/exposure/aliases/{}", id);
  EXPECT_EQ(api(As::water_member, "DELETE", target, "").status, 403);
  EXPECT_EQ(post_as(As::water_member, "/exposure/aliases", {{"do", "forget"}, {"alias", std::to_string(id)}}).status,
            403);
  EXPECT_EQ(api(boss, "DELETE", "/api/v1/exposure/aliases/999", "").status, 404);
  EXPECT_EQ(api(boss, "DELETE", target, "").status, 204);
  EXPECT_EQ(api(boss, "DELETE", target, "").status, 404);
  EXPECT_EQ(number(store::Sql{"SELECT count(*) FROM asset WHERE due = 1"}), 2);
}

TEST_P(ExposureAliasesPages, ContributingIsForAdministratorsAndAcceptingForTheCert) {
  fill();
  confirm();
  const auto boss = As::water_administrator;
  EXPECT_EQ(post_as(As::water_member, "/exposure/aliases", {{"do", "contribute"}}).status, 403);
  EXPECT_EQ(post_as(boss, "/exposure/aliases", {{"do", "contribute"}}).status, 303);
  EXPECT_EQ(api(boss, "PUT", "/api/v1/exposure/alias-contribution", "").status, 409);
  EXPECT_THAT(get_as(boss, "/exposure/aliases").body, AllOf(HasSubstr("Take it back"), HasSubstr("It counts once")));
  EXPECT_THAT(get_as(As::water_member, "/api/v1/exposure/aliases").body,
              AllOf(HasSubstr(R"("contributes":true)"), HasSubstr(R"("waits":true)"), HasSubstr(R"("text":"Pumpco")")));
  contribute(organisation("Plant 1", domain::OrganisationKind::asset_owner));
  offer(1);
  for (const auto who : {As::coordinator, As::analyst}) {
    EXPECT_THAT(get_as(who, "/exposure/alias-offers").body,
                AllOf(HasSubstr("Nothing waits"), Not(HasSubstr("pumpco"))));
  }
  contribute(organisation("Plant 2", domain::OrganisationKind::asset_owner));
  offer(2);
  const auto page = get_as(As::coordinator, "/exposure/alias-offers").body;
  EXPECT_THAT(page, AllOf(HasSubstr("pumpco"), HasSubstr("at least 3"), Not(HasSubstr("Plant 1"))));
  EXPECT_THAT(page, Not(HasSubstr("Water works")));
  EXPECT_THAT(get_as(As::analyst, "/api/v1/exposure/alias-offers").body,
              AllOf(HasSubstr(R"("text":"pumpco")"), HasSubstr(R"("organisations_min":3)")));
  const auto id = number(store::Sql{"SELECT id FROM community_alias"});
  const auto target = fmt::format("/api/v1/exposure/alias-offers/{}", id);
  for (const auto who : {boss, As::water_member, As::power_member, As::auditor, As::administrator}) {
    EXPECT_EQ(get_as(who, "/exposure/alias-offers").status, 403);
    EXPECT_EQ(get_as(who, "/api/v1/exposure/alias-offers").status, 403);
    EXPECT_EQ(api(who, "PUT", target, R"({"accept":true})").status, 403);
  }
  EXPECT_EQ(api(As::coordinator, "PUT", target, R"({})").status, 400);
  EXPECT_THAT(get_as(As::power_member, "/exposure/aliases").body, Not(HasSubstr("pumpco")));
  EXPECT_EQ(
      post_as(As::coordinator, "/exposure/alias-offers", {{"do", "accept"}, {"alias", std::to_string(id)}}).status,
      303);
  // Now everybody's, and who means something else says so.
  EXPECT_THAT(get_as(As::power_member, "/exposure/aliases").body,
              AllOf(HasSubstr("pumpco"), Not(HasSubstr("Water works"))));
  EXPECT_EQ(api(boss, "PUT", fmt::format("/api/v1/exposure/community-aliases/{}", id), R"({"use":false})").status, 204);
  EXPECT_THAT(get_as(boss, "/api/v1/exposure/aliases").body, HasSubstr(R"("used":false)"));
  EXPECT_EQ(post_as(boss, "/exposure/aliases", {{"do", "use"}, {"alias", std::to_string(id)}}).status, 303);
  EXPECT_THAT(get_as(boss, "/api/v1/exposure/aliases").body, HasSubstr(R"("used":true)"));
  EXPECT_EQ(api(boss, "DELETE", "/api/v1/exposure/alias-contribution", "").status, 204);
  EXPECT_EQ(api(boss, "DELETE", "/api/v1/exposure/alias-contribution", "").status, 409);
  EXPECT_EQ(
      post_as(As::coordinator, "/exposure/alias-offers", {{"do", "refuse"}, {"alias", std::to_string(id)}}).status,
      303);
  EXPECT_THAT(get_as(As::power_member, "/exposure/aliases").body, Not(HasSubstr("pumpco")));
}

/// Byte for byte: what one organisation has learnt, and whether it contributes, shows on no page of another's or of the
/// CERT's while too few have the same.
TEST_P(ExposureAliasesPages, WhatOneContributesShowsNowhere) {
  fill();
  const auto seen = [&] {
    std::string all;
    for (const auto who : {As::coordinator, As::analyst, As::power_member}) {
      for (const auto* target : {"/api/v1/exposure/aliases", "/api/v1/exposure/alias-offers"}) {
        const auto reply = get_as(who, target);
        // What is refused has a number of its own.
        all += reply.status == 200 ? reply.body + "\n" : std::to_string(reply.status) + "\n";
      }
    }
    return all;
  };
  contribute(organisation("Plant 1", domain::OrganisationKind::asset_owner));
  offer(1);
  const auto before = seen();
  confirm();
  offer(2);
  EXPECT_EQ(seen(), before);
  ASSERT_EQ(post_as(As::water_administrator, "/exposure/aliases", {{"do", "contribute"}}).status, 303);
  offer(3);
  EXPECT_EQ(seen(), before);
  ASSERT_EQ(post_as(As::water_administrator, "/exposure/aliases", {{"do", "stop"}}).status, 303);
  offer(4);
  EXPECT_EQ(seen(), before);
}

}  // namespace
}  // namespace tocsin::portal
