#include <fmt/format.h>
#include <gmock/gmock.h>

#include "engine/testing/attack_base.hpp"
#include "exchange/import.hpp"
#include "portal/members_fixture.hpp"

/// What ATT&CK leaves open, through all doors.
namespace tocsin::portal {
namespace {

using ::testing::AllOf;
using testing::As;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kPath = "/threats/attack/coverage";

class AttackCoveragePages : public testing::MemberPortalTest {
 protected:
  void fill() {
    const auto summary =
        exchange::import_documents(database(), {{"attack.json", engine::testing::attack_file()}}, {}, {}, clock_);
    ASSERT_TRUE(summary && summary->ok());
    ASSERT_TRUE(app().watch());
    const auto reply = api(As::water_administrator, "POST", "/api/v1/inventory/import",
                           "Name,Zone,Tags\nGate <1>,Gates & co,A9001\nMeter,Gauges,\n", "text/csv");
    ASSERT_EQ(reply.status, 200) << reply.body;
  }
  boost::json::value json_of(const http::testing::Reply& reply) {
    EXPECT_LT(reply.status, 300) << reply.body;
    return boost::json::parse(reply.body);
  }
};
TOCSIN_ON_BOTH_DATABASES(AttackCoveragePages);

TEST_P(AttackCoveragePages, WithoutKnowledgeOrInventoryThePageSaysSo) {
  EXPECT_THAT(get_as(As::water_member, kPath).body, HasSubstr("There is no matrix of ATT&amp;CK here for you"));
  const auto summary =
      exchange::import_documents(database(), {{"attack.json", engine::testing::attack_file()}}, {}, {}, clock_);
  ASSERT_TRUE(summary && summary->ok());
  ASSERT_TRUE(app().watch());
  EXPECT_THAT(get_as(As::water_member, kPath).body, HasSubstr("/inventory/import"));
  EXPECT_EQ(json_of(get_as(As::water_member, "/api/v1/attack/coverage")).at("open").as_int64(), 0);
}

TEST_P(AttackCoveragePages, WhatIsInPlaceIsSaidAndCloses) {
  fill();
  const auto shown = get_as(As::water_administrator, kPath).body;
  EXPECT_THAT(shown, AllOf(HasSubstr("Mitigations that would close most"), HasSubstr("href=\"/threats/attack/M9001\""),
                           HasSubstr("Gates &amp; co"), HasSubstr("1 asset is of no class"),
                           HasSubstr("name=\"mitigation\""), Not(HasSubstr("Gates & co"))));
  EXPECT_THAT(get_as(As::water_member, kPath).body, Not(HasSubstr("name=\"mitigation\"")));
  EXPECT_THAT(get_as(As::water_member, "/threats/attack").body, HasSubstr("href=\"/threats/attack/coverage?"));
  EXPECT_THAT(get("/threats/attack").body, Not(HasSubstr("/threats/attack/coverage")));
  const std::string gates = std::string{kPath} + "?zone=Gates%20%26%20co";
  EXPECT_EQ(post_as(As::water_administrator, gates, {{"class", "A9001"}, {"mitigation", "M9001"}}).status, 303);
  const auto body = json_of(get_as(As::water_member, "/api/v1/attack/coverage?zone=Gates%20%26%20co"));
  EXPECT_EQ(body.at("open").as_int64(), 2);
  EXPECT_TRUE(body.at("mitigations").at(0).at("in_place").as_bool());
  EXPECT_THAT(get_as(As::water_administrator, gates).body, HasSubstr("value=\"M9001\" checked"));
  const auto layer = json_of(get_as(As::water_member, "/api/v1/attack/coverage/layer"));
  EXPECT_EQ(layer.at("domain").as_string(), "ics-attack");
  // What cannot be said is told, and nothing changes.
  const auto wrong = post_as(As::water_administrator, gates, {{"mitigation", "M<9>"}});
  EXPECT_EQ(wrong.status, 422);
  EXPECT_THAT(wrong.body, AllOf(HasSubstr("M&lt;9&gt;"), Not(HasSubstr("M<9>"))));
  EXPECT_EQ(get_as(As::water_member, std::string{kPath} + "?zone=Nowhere").status, 404);
}

TEST_P(AttackCoveragePages, ProgramsSayItToo) {
  fill();
  const auto said = json_of(api(As::water_administrator, "PUT", "/api/v1/attack/coverage",
                                R"({"zone":"Gauges","classes":["A9001"],"data_components":["DC9001"]})"));
  EXPECT_EQ(said.at("zone").as_string(), "Gauges");
  EXPECT_TRUE(said.at("classes").at(0).at("here").as_bool());
  EXPECT_TRUE(said.at("data_components").at(0).at("in_place").as_bool());
  const auto refused =
      api(As::water_administrator, "PUT", "/api/v1/attack/coverage", R"({"data_components":["M9001"]})");
  EXPECT_EQ(refused.status, 400);
  EXPECT_THAT(refused.body, HasSubstr("/data_components"));
  EXPECT_EQ(api(As::water_member, "PUT", "/api/v1/attack/coverage", "{}").status, 403);
}

TEST_P(AttackCoveragePages, IsNobodyElsesBusiness) {
  fill();
  ASSERT_EQ(post_as(As::water_administrator, kPath, {{"class", "A9001"}, {"mitigation", "M9001"}}).status, 303);
  for (const auto who : {As::power_member, As::coordinator}) {
    EXPECT_THAT(get_as(who, kPath).body, Not(HasSubstr("Gauges")));
    EXPECT_EQ(get_as(who, fmt::format("{}?organisation={}", kPath, water_.value)).status, 404);
  }
  EXPECT_NE(get(kPath).status, 200);
}

}  // namespace
}  // namespace tocsin::portal
