#include <fmt/format.h>
#include <gmock/gmock.h>

#include "base/json.hpp"
#include "engine/exposure/decisions.hpp"
#include "engine/exposure/runs.hpp"
#include "engine/testing/samples.hpp"
#include "portal/members_fixture.hpp"
#include "store/records.hpp"

/// Lists of exposure, runs that somebody asks for and bills of materials, as people and programs use them.
namespace tocsin::portal {
namespace {

using engine::testing::Sample;
using ::testing::AllOf;
using testing::As;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kPumps =
    "Name,Vendor,Product,Firmware,Site\n"
    "Pump 1,Example Pumps,Flow Controller,V2.8.0,Nord\n"
    "Pump 2,Example Pumps,Flow Controller,V2.8.1,West\n"
    "Meter,Brightwater,Level <meter>,1.0,West\n";
constexpr std::string_view kBom =
    R"({"bomFormat":"CycloneDX","specVersion":"1.5","version":1,
    "metadata":{"component":{"type":"device","bom-ref":"it","name":"HW-710","version":"2.8.1"}},"components":[
    {"type":"library","bom-ref":"1","supplier":{"name":"Example Pumps"},"name":"Flow Controller","version":"V2.8.0"},
    {"type":"library","bom-ref":"2","name":"zlib","version":"1.2.11"}]})";

class ExposureListPages : public testing::MemberPortalTest {
 protected:
  void publish(const Sample& sample) {
    const auto put = database().write([&](store::Connection& connection) {
      return store::Records{connection}.put(engine::testing::revision_of(sample), clock_.now());
    });
    ASSERT_TRUE(put) << put.error().detail;
    ASSERT_TRUE(app().watch());
  }
  void match() {
    engine::exposure::Runs runs{database()};
    ASSERT_TRUE(runs.all(clock_));
    ASSERT_TRUE(runs.asked(clock_));
    ASSERT_TRUE(engine::exposure::Deciding{database()}.all(clock_));
  }
  boost::json::value json_of(const http::testing::Reply& reply) {
    EXPECT_LT(reply.status, 300) << reply.body;
    return boost::json::parse(reply.body);
  }
  void fill() {
    publish({});
    publish({.id = "EX-2021-002", .products = {{.vendor = "Brightwater", .name = "Level <meter>", .version = "<= 2"}}});
    ASSERT_EQ(api(boss, "POST", "/api/v1/inventory/import", kPumps, "text/csv").status, 200);
    match();
  }
  As boss = As::water_administrator;
};
TOCSIN_ON_BOTH_DATABASES(ExposureListPages);

TEST_P(ExposureListPages, EveryListIsAPageAndTheSameOverTheApi) {
  fill();
  const auto page = get_as(boss, "/exposure/lists");
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(page.body, AllOf(HasSubstr("Flow Controller"), HasSubstr("2 of 2"), HasSubstr("Level &lt;meter&gt;"),
                               Not(HasSubstr("<meter>")), HasSubstr("name=\"product\"")));
  const auto products = json_of(get_as(boss, "/api/v1/exposure/lists?by=product")).at("items").as_array();
  ASSERT_EQ(products.size(), 2U);
  const auto product = std::string{products[0].at("product").as_string()};
  EXPECT_EQ(products[0].at("name").as_string(), "Flow Controller");
  EXPECT_EQ(products[0].at("in_inventory").as_int64(), 2);
  EXPECT_EQ(products[0].at("states").at("open").as_int64(), 2);
  for (const auto* by : {"product", "bom", "advisory", "vulnerability", "asset"}) {
    EXPECT_EQ(get_as(boss, fmt::format("/exposure/lists?by={}", by)).status, 200) << by;
    const auto list = json_of(get_as(boss, fmt::format("/api/v1/exposure/lists?by={}", by)));
    for (const auto& item : list.at("items").as_array()) {
      EXPECT_GT(item.at("matches").as_int64(), 0) << by;
    }
  }
  EXPECT_EQ(get_as(boss, "/api/v1/exposure/lists?by=moon").status, 400);
  EXPECT_EQ(get_as(boss, "/exposure/lists?advisory=no-such").status, 404);
  // Narrowed, in the list of matches as well, which says so.
  EXPECT_THAT(get_as(boss, "/exposure?product=" + product).body,
              AllOf(HasSubstr("<b>Example Pumps Flow Controller</b>"), HasSubstr("Pump 1"), Not(HasSubstr(">Meter<"))));
  EXPECT_THAT(get_as(boss, "/api/v1/exposure/lists?by=advisory&product=" + product).body,
              AllOf(HasSubstr("EX-2021-001"), Not(HasSubstr("EX-2021-002"))));
  EXPECT_EQ(get_as(boss, "/api/v1/exposure?bom=nonsense").body.find("EX-2021"), std::string::npos);
  // The line on an advisory's page.
  EXPECT_THAT(get_as(boss, "/advisories/EX-2021-001").body, AllOf(HasSubstr("It speaks of 2 assets of the inventory"),
                                                                  HasSubstr("by=bom"), HasSubstr("Match again")));
  for (const auto who : {As::visitor, As::auditor, As::administrator}) {
    EXPECT_NE(get_as(who, "/exposure/lists").status, 200);
    EXPECT_NE(get_as(who, "/api/v1/exposure/runs").status, 200);
  }
  EXPECT_THAT(get_as(As::power_member, "/api/v1/exposure/lists").body, HasSubstr(R"("items":[])"));
  EXPECT_EQ(get_as(As::coordinator, "/exposure/lists?organisation=2").status, 404);
}

TEST_P(ExposureListPages, RunsAreAskedForByPageAndProgram) {
  fill();
  struct Case {
    std::string_view name;
    std::vector<testing::Field> fields;
    std::string_view told;
  };
  const Case cases[] = {
      {"an advisory", {{"advisory", "EX-2021-001"}}, "3 assets looked at"},
      {"advisories", {{"advisory", "EX-2021-001"}, {"advisory", "EX-2021-002"}}, "3 assets looked at"},
      {"an asset", {{"asset", "1"}}, "1 asset looked at"},
      {"assets", {{"asset", "1"}, {"asset", "3"}}, "2 assets looked at"},
      {"everything", {{"everything", "yes"}}, "3 assets looked at"}};
  for (const auto& each : cases) {
    SCOPED_TRACE(each.name);
    const auto asked = post_as(boss, "/exposure/runs", each.fields);
    EXPECT_EQ(asked.status, 303);
    EXPECT_EQ(asked.header("location"), "/exposure/runs?notice=run-asked");
    EXPECT_THAT(get_as(boss, "/exposure/runs").body, HasSubstr("waits for its turn"));
    match();
    EXPECT_THAT(get_as(boss, "/exposure/runs").body,
                AllOf(HasSubstr(each.told), HasSubstr("nothing changed"), Not(HasSubstr("waits for its turn"))));
  }
  // Those that are ticked in the list.
  const auto record = number(store::Sql{"SELECT id FROM record WHERE slug = 'EX-2021-001'"});
  EXPECT_EQ(post_as(boss, "/exposure", {{"do", "run"}, {"state", "open"}, {"match", fmt::format("1.{}", record)}})
                .header("location"),
            "/exposure/runs?notice=run-asked");
  EXPECT_EQ(post_as(boss, "/exposure/runs", {}).status, 422);
  EXPECT_EQ(post_as(boss, "/exposure/runs", {{"advisory", "no-such"}}).status, 404);
  EXPECT_EQ(post_as(boss, "/exposure/runs", {{"asset", "x"}}).status, 404);
  EXPECT_EQ(post_as(As::power_member, "/exposure/runs", {{"everything", "yes"}}).status, 403);
  // Programs.
  const auto reply = api(boss, "POST", "/api/v1/exposure/runs", R"({"advisories":["EX-2021-001"],"assets":[1,2]})");
  EXPECT_EQ(reply.status, 202) << reply.body;
  const std::string at{reply.header("location")};
  EXPECT_EQ(json_of(get_as(boss, at)).at("state").as_string(), "waiting");
  match();
  const auto run = json_of(get_as(boss, at));
  EXPECT_EQ(run.at("state").as_string(), "done");
  EXPECT_EQ(run.at("looked_at").as_int64(), 2);
  EXPECT_EQ(run.at("news").as_int64(), 0);
  EXPECT_EQ(run.at("advisories").as_array().at(0).as_string(), "EX-2021-001");
  EXPECT_EQ(get_as(As::power_member, at).status, 404);
  EXPECT_EQ(get_as(boss, "/api/v1/exposure/runs/x").status, 404);
  for (const auto* body :
       {"{}", R"({"assets":"1"})", R"({"assets":[1.5]})", R"({"everything":true,"assets":[1]})", R"({"nonsense":1})"}) {
    EXPECT_EQ(api(boss, "POST", "/api/v1/exposure/runs", body).status, 400) << body;
  }
  EXPECT_EQ(api(boss, "POST", "/api/v1/exposure/runs", R"({"assets":[99]})").status, 404);
  EXPECT_THAT(get_as(As::auditor, "/audit?action=exposure.run").body,
              AllOf(HasSubstr("exposure.run"), Not(HasSubstr("Pump 1"))));
}

TEST_P(ExposureListPages, BillsOfMaterialsAreImportedListedAndRemoved) {
  fill();
  EXPECT_THAT(get_as(boss, "/inventory/boms").body, HasSubstr("None was imported yet"));
  ASSERT_EQ(api(boss, "POST", "/api/v1/inventory/import", kBom, "text/csv").status, 200);
  ASSERT_EQ(api(boss, "POST", "/api/v1/inventory/import?bom=Spare%20part", kBom, "text/csv").status, 200);
  EXPECT_EQ(api(boss, "POST", "/api/v1/inventory/import?bom=x", kPumps, "text/csv").status, 400);
  match();
  EXPECT_THAT(get_as(boss, "/inventory/boms").body,
              AllOf(HasSubstr("HW-710 2.8.1"), HasSubstr("Spare part"), HasSubstr("CycloneDX BOM")));
  const auto bills = json_of(get_as(boss, "/api/v1/inventory/boms")).at("items").as_array();
  ASSERT_EQ(bills.size(), 2U);
  EXPECT_EQ(bills[0].at("components").as_int64(), 3);
  const auto id = bills[0].at("id").as_int64();
  EXPECT_THAT(get_as(boss, "/exposure/lists?by=bom&advisory=EX-2021-001").body,
              AllOf(HasSubstr("HW-710 2.8.1"), HasSubstr("1 of 3")));
  EXPECT_THAT(get_as(boss, fmt::format("/api/v1/exposure?bom={}", id)).body,
              AllOf(HasSubstr("EX-2021-001"), Not(HasSubstr("Pump 1"))));
  const auto component = number(store::Sql{"SELECT max(asset_id) FROM asset_match"});
  EXPECT_THAT(get_as(boss, fmt::format("/inventory/{}", component)).body,
              AllOf(HasSubstr("Part of:"), HasSubstr("Spare part"), HasSubstr("Match again")));
  EXPECT_EQ(post_as(boss, "/exposure/runs", {{"bom", std::to_string(id)}}).status, 303);
  const auto before = number(store::Sql{"SELECT count(*) FROM asset"});
  EXPECT_EQ(post_as(boss, "/inventory/boms", {{"bom", std::to_string(id)}}).status, 303);
  EXPECT_EQ(number(store::Sql{"SELECT count(*) FROM asset"}), before - 3);
  const auto other = fmt::format("/api/v1/inventory/boms/{}", bills[1].at("id").as_int64());
  EXPECT_EQ(api(As::power_member, "DELETE", other, "").status, 403);
  EXPECT_EQ(api(boss, "DELETE", other + "?components=x", "").status, 400);
  EXPECT_EQ(api(boss, "DELETE", other, "").status, 204);
  EXPECT_EQ(api(boss, "DELETE", other, "").status, 404);
  EXPECT_EQ(number(store::Sql{"SELECT count(*) FROM asset"}), before - 3);
}

TEST_P(ExposureListPages, OneVulnerabilityIsMarkedOnEveryAssetAtOnce) {
  fill();
  const std::string target = "/exposure?cve=CVE-1900-10001";
  EXPECT_THAT(get_as(boss, target).body, HasSubstr("name=\"vulnerability\" value=\"CVE-1900-10001\""));
  EXPECT_THAT(get_as(boss, "/exposure").body, Not(HasSubstr("name=\"vulnerability\"")));
  const auto all = json_of(get_as(boss, "/api/v1" + target)).at("items").as_array().size();
  ASSERT_EQ(post_as(boss, target,
                    {{"do", "state"},
                     {"state", "in_progress"},
                     {"everything", std::to_string(all)},
                     {"vulnerability", "CVE-1900-10001"}})
                .status,
            303);
  const auto line =
      json_of(get_as(boss, "/api/v1/exposure/lists?by=vulnerability&state=in_progress")).at("items").as_array();
  ASSERT_EQ(line.size(), 1U);
  EXPECT_EQ(line[0].at("states").at("in_progress").as_int64(), static_cast<std::int64_t>(all));
  // Of its advisories as a whole nothing was said.
  EXPECT_EQ(json_of(get_as(boss, "/api/v1/exposure/lists?by=advisory&state=in_progress")).at("items").as_array().size(),
            0U);
}

TEST_P(ExposureListPages, SaysHowVersionsAreCountedAndMatchesAnotherMajor) {
  publish({.version = "1.0.0"});
  ASSERT_EQ(api(boss, "POST", "/api/v1/inventory/import", kPumps, "text/csv").status, 200);
  match();
  EXPECT_EQ(json_of(get_as(boss, "/api/v1/advisories/EX-2021-001")).at("versioning").as_string(), "semantic");
  publish({.version = "2.0.0", .products = {{.vendor = "Brightwater", .name = "Level <meter>", .version = "<= 2"}}});
  match();
  EXPECT_THAT(get_as(boss, "/api/v1/exposure/lists?by=asset").body, AllOf(HasSubstr("Meter"), Not(HasSubstr("Pump"))));
  publish({.id = "EX-2021-007", .version = "7"});
  EXPECT_EQ(json_of(get_as(boss, "/api/v1/advisories/EX-2021-007")).at("versioning").as_string(), "integer");
}

}  // namespace
}  // namespace tocsin::portal
