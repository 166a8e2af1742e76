#include <fmt/format.h>
#include <gmock/gmock.h>

#include "engine/exposure/runs.hpp"
#include "engine/exposure/sharing.hpp"
#include "engine/inventory/inventory.hpp"
#include "engine/testing/samples.hpp"
#include "portal/members_fixture.hpp"
#include "store/records.hpp"

/// Sums over organisations, through all doors.
namespace tocsin::portal {
namespace {

using ::testing::AllOf;
using testing::As;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::int64_t kDay = std::int64_t{86'400} * 1'000'000;

constexpr std::string_view kDevices =
    "Id,Name,Vendor,Product,Firmware\n1,P1,Example Pumps,Flow Controller,V2.8.0\n2,P2,Example Pumps,Flow "
    "Controller,V2.8.0\n3,P3,Example Pumps,Flow Controller,V2.8.0\n4,P4,Example Pumps,Flow "
    "Controller,V2.8.0\n5,P5,Example Pumps,Flow Controller,V2.8.0\n6,P6,Example Pumps,Flow Controller,V2.8.0\n";

class ExposureSumsPages : public testing::MemberPortalTest {
 protected:
  /// The advisory, and so many plants beside the water works, each with six devices that it affects.
  void fill(int others) {
    ASSERT_TRUE(database().write([&](store::Connection& connection) {
      return store::Records{connection}.put(engine::testing::revision_of({}), clock_.now());
    }));
    ASSERT_TRUE(app().watch());
    run(store::Sql{"UPDATE organisation SET sectors = 'water' WHERE id = ?", water_});
    const std::string csv{kDevices};
    const auto reply = api(As::water_administrator, "POST", "/api/v1/inventory/import", csv, "text/csv");
    ASSERT_EQ(reply.status, 200) << reply.body;
    for (int i = 0; i < others; ++i) plant(fmt::format("Plant {}", i), csv);
    match();
  }
  /// One that shares its counts.
  void plant(std::string name, std::string_view csv) {
    auto boss = engine::Actor::at_console();
    boss.viewer.organisation = organisation(std::move(name), domain::OrganisationKind::asset_owner);
    const auto reading = engine::inventory::read_file(database(), *boss.viewer.organisation, csv);
    ASSERT_TRUE(reading);
    ASSERT_TRUE(engine::inventory::import(database(), boss, engine::inventory::items_of(*reading), {}, clock_.now()));
    ASSERT_TRUE(engine::exposure::share_counts(database(), boss, "", clock_.now()));
  }
  void match() {
    engine::exposure::Runs runs{database()};
    ASSERT_TRUE(runs.all(clock_));
  }
  void affect_water(int assets) {
    run(store::Sql{"UPDATE asset_match SET status = 4 WHERE organisation_id = ?", water_});
    run(
        store::Sql{"UPDATE asset_match SET status = 0 WHERE organisation_id = ? AND asset_id IN (SELECT id FROM asset "
                   "WHERE organisation_id = ? ORDER BY id LIMIT ?)",
                   water_, water_, assets});
  }
  bool make(int day) {
    const auto made = engine::exposure::make_sums(database(), 5, {clock_.now().micros + day * kDay});
    EXPECT_TRUE(made) << made.error().to_string() << made.error().detail;
    return made && made->made;
  }
};
TOCSIN_ON_BOTH_DATABASES(ExposureSumsPages);

TEST_P(ExposureSumsPages, AnOrganisationSwitchesItOnAndOff) {
  fill(0);
  const auto boss = As::water_administrator;
  EXPECT_THAT(get_as(boss, "/inventory/sharing").body, HasSubstr("/exposure/sharing"));
  EXPECT_THAT(get_as(boss, "/exposure/sharing").body, AllOf(HasSubstr("go into no sums"), HasSubstr("Water and")));
  EXPECT_THAT(get_as(As::water_member, "/exposure/sharing").body, Not(HasSubstr("<select")));
  EXPECT_EQ(post_as(As::water_member, "/exposure/sharing", {{"do", "share"}, {"sector", "water"}}).status, 403);
  EXPECT_EQ(post_as(boss, "/exposure/sharing", {{"do", "share"}, {"sector", "dams"}}).status, 422);
  EXPECT_EQ(post_as(boss, "/exposure/sharing", {{"do", "share"}, {"sector", "water"}}).status, 303);
  EXPECT_THAT(get_as(boss, "/exposure/sharing").body, AllOf(HasSubstr("Take it back"), HasSubstr("They wait until")));
  EXPECT_THAT(get_as(As::water_member, "/api/v1/exposure/sharing").body,
              AllOf(HasSubstr(R"("shares":true)"), HasSubstr(R"("sector":"water")"), HasSubstr(R"("waits":true)")));
  EXPECT_EQ(api(boss, "PUT", "/api/v1/exposure/sharing", R"({"sector":""})").status, 409);
  EXPECT_EQ(api(boss, "DELETE", "/api/v1/exposure/sharing", "").status, 204);
  EXPECT_EQ(api(boss, "PUT", "/api/v1/exposure/sharing", R"({"sector":"nuclear"})").status, 400);
  EXPECT_EQ(api(boss, "PUT", "/api/v1/exposure/sharing", R"({})").status, 204);
  EXPECT_EQ(post_as(boss, "/exposure/sharing", {{"do", "stop"}}).status, 303);
  EXPECT_THAT(get_as(boss, "/api/v1/exposure/sharing").body, HasSubstr(R"("shares":false)"));
  EXPECT_EQ(number(store::Sql{"SELECT count(*) FROM audit WHERE action IN ('exposure.share', 'exposure.unshare') AND "
                              "outcome = 0 AND owner_id = ?",
                              water_}),
            4);
}

TEST_P(ExposureSumsPages, TheCertSeesSumsOfEnoughAndNobodyElse) {
  fill(5);
  ASSERT_EQ(post_as(As::water_administrator, "/exposure/sharing", {{"do", "share"}, {"sector", "water"}}).status, 303);
  EXPECT_THAT(get_as(As::coordinator, "/advisories/EX-2021-001").body, HasSubstr("Fewer than 5 organisations"));
  ASSERT_TRUE(make(1));
  for (const auto who : {As::coordinator, As::analyst}) {
    EXPECT_THAT(get_as(who, "/advisories/EX-2021-001").body,
                AllOf(HasSubstr("How exposed the sectors are"), HasSubstr(">35<"), Not(HasSubstr("Fewer than"))));
    EXPECT_THAT(get_as(who, "/exposure/sums").body, AllOf(HasSubstr("EX-2021-001"), HasSubstr("flow-controller")));
    EXPECT_THAT(get_as(who, "/api/v1/exposure/sums?what=products").body,
                AllOf(HasSubstr(R"("assets":35)"), HasSubstr(R"("advisory":null)")));
    EXPECT_THAT(get_as(who, "/api/v1/exposure/sums?product=no%20such").body, HasSubstr(R"("sums":[])"));
    EXPECT_THAT(get_as(who, "/api/v1/exposure/sums?sector=water").body, HasSubstr(R"("sums":[])"));
    EXPECT_EQ(get_as(who, "/api/v1/exposure/sums?sector=moon").status, 400);
    EXPECT_EQ(get_as(who, "/api/v1/exposure/sums?advisory=no-such").status, 404);
  }
  for (const auto who : {As::water_administrator, As::water_member, As::power_member, As::auditor, As::administrator}) {
    EXPECT_EQ(get_as(who, "/exposure/sums").status, 403);
    EXPECT_EQ(get_as(who, "/api/v1/exposure/sums?advisory=no-such").status, 403);
    EXPECT_THAT(get_as(who, "/advisories/EX-2021-001").body, Not(HasSubstr("How exposed the sectors are")));
  }
}

/// With fewer than k that share, what one of them has changes no byte of any answer.
TEST_P(ExposureSumsPages, FewerThanEnoughChangeNoAnswer) {
  fill(3);
  ASSERT_EQ(post_as(As::water_administrator, "/exposure/sharing", {{"do", "share"}, {"sector", "water"}}).status, 303);
  const auto answers = [&] {
    std::vector<std::string> all;
    for (const auto who : {As::coordinator, As::analyst, As::administrator, As::auditor, As::power_member}) {
      for (const auto* path : {"/exposure/sums", "/api/v1/exposure/sums", "/exposure/sums?sector=water",
                               "/api/v1/exposure/sums?advisory=ex-2021-001", "/exposure/sums?what=products",
                               "/advisories/EX-2021-001", "/api/v1/advisories/EX-2021-001", "/exposure", "/"}) {
        const auto reply = get_as(who, path);
        auto body = reply.body;
        // Each refusal has its number.
        if (const auto at = body.find("urn:tocsin:request:"); at != std::string::npos) body.erase(at, 35);
        all.push_back(fmt::format("{} {} {}", path, reply.status, body));
      }
    }
    return all;
  };
  ASSERT_TRUE(make(1));
  const auto before = answers();
  for (int assets = 0; assets <= 6; assets += 2) {
    affect_water(assets);
    ASSERT_TRUE(make(assets + 2));
    EXPECT_EQ(answers(), before) << assets;
  }
  // With a fifth they would be told. It waits for others no longer than they did: all are admitted together.
  plant("Plant 5", kDevices);
  match();
  ASSERT_TRUE(make(9));
  EXPECT_NE(answers(), before);
}

}  // namespace
}  // namespace tocsin::portal
