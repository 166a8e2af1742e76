#include <fmt/format.h>
#include <gmock/gmock.h>

#include "base/json.hpp"
#include "engine/exposure/decisions.hpp"
#include "engine/exposure/runs.hpp"
#include "engine/testing/samples.hpp"
#include "formats/inventory/worksheet.hpp"
#include "portal/members_fixture.hpp"
#include "store/records.hpp"

/// The exposure at a glance and its report, as people and programs get them.
namespace tocsin::portal {
namespace {

using engine::testing::Sample;
using ::testing::AllOf;
using testing::As;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class ExposureOverviewPages : public testing::MemberPortalTest {
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
    engine::exposure::Deciding deciding{database()};
    ASSERT_TRUE(deciding.all(clock_));
  }
  void fill() {
    const auto reply = api(As::water_administrator, "POST", "/api/v1/inventory/import",
                           "Name,Vendor,Product,Firmware,Site,Zone\n"
                           "Pump 1,Example Pumps,Flow Controller,V2.8.0,Nord,A\n"
                           "=Pump 2,Example Pumps,Flow Controller,V2.8.1,West,B\n"
                           "Pump 3,Example Pumps,Flow Controller,,West,B\n",
                           "text/csv");
    ASSERT_EQ(reply.status, 200) << reply.body;
  }
  std::int64_t exports() { return number(store::Sql{"SELECT count(*) FROM audit WHERE action = 'exposure.export'"}); }
};
TOCSIN_ON_BOTH_DATABASES(ExposureOverviewPages);

TEST_P(ExposureOverviewPages, ShowsFiguresChangesAndLinks) {
  const auto who = As::water_member;
  EXPECT_THAT(get_as(who, "/exposure/overview").body, HasSubstr("There is nothing to hold advisories against"));
  publish({});
  fill();
  match();
  const auto page = get_as(who, "/exposure/overview").body;
  EXPECT_THAT(page, AllOf(HasSubstr("<b>3</b> <span>open matters"), HasSubstr("href=\"/exposure?site=West\""),
                          HasSubstr("href=\"/exposure?site=Nord&amp;zone=A\""), HasSubstr("=Pump 2"),
                          HasSubstr("<svg class=\"chart\""), HasSubstr("As a table")));
  EXPECT_THAT(get_as(who, "/").body, HasSubstr("/exposure/overview"));
  EXPECT_THAT(get_as(who, "/exposure").body, HasSubstr("/exposure/overview"));
  EXPECT_THAT(get_as(As::visitor, "/").body, Not(HasSubstr("/exposure/overview")));
  const auto nord = get_as(who, "/exposure/overview?site=Nord&days=30&since=week").body;
  EXPECT_THAT(nord, AllOf(HasSubstr("<b>1</b> <span>open matter<"), Not(HasSubstr("=Pump 2")),
                          HasSubstr("href=\"/exposure/report.pdf?site=Nord&amp;since=week&amp;days=30\"")));
  const auto parsed = json::parse(get_as(who, "/api/v1/exposure/overview").body);
  ASSERT_TRUE(parsed);
  const auto& root = parsed->root().get_object();
  EXPECT_EQ(root.at("open").at("matters").as_int64(), 3);
  EXPECT_EQ(root.at("trend").as_array().size(), 90U);
  EXPECT_EQ(root.at("changed").at("counts").at("appeared").as_int64(), 3);
  EXPECT_EQ(get_as(who, "/exposure/overview?since=tomorrow").status, 400);
  EXPECT_EQ(get_as(who, "/exposure/overview?days=3").status, 400);
  EXPECT_EQ(get_as(who, "/exposure/overview?colour=red").status, 400);
  EXPECT_EQ(get_as(As::visitor, "/api/v1/exposure/overview").status, 401);
}

TEST_P(ExposureOverviewPages, TheReportLeavesWithATrace) {
  const auto who = As::water_member;
  publish({});
  fill();
  match();
  const auto csv = get_as(who, "/exposure/report.csv?site=West");
  ASSERT_EQ(csv.status, 200) << csv.body;
  EXPECT_EQ(csv.header("content-type"), "text/csv; charset=utf-8");
  EXPECT_THAT(std::string{csv.header("content-disposition")}, HasSubstr("filename=\"exposure-"));
  EXPECT_THAT(csv.body, AllOf(HasSubstr("'=Pump 2"), HasSubstr("Pump 3"), Not(HasSubstr("Pump 1"))));
  EXPECT_EQ(exports(), 1);
  const auto book = get_as(who, "/exposure/report.xlsx");
  ASSERT_EQ(book.status, 200);
  for (const auto* sheet : {"Summary", "Worklist", "By site", "Changes"}) {
    const auto table = formats::inventory::read_worksheet(book.body, sheet);
    ASSERT_TRUE(table) << sheet << ": " << table.error().to_string();
    EXPECT_FALSE(table->rows.empty()) << sheet;
  }
  EXPECT_EQ(formats::inventory::read_worksheet(book.body, "Worklist")->rows.size(), 3U);
  const auto pdf = get_as(who, "/exposure/report.pdf");
  ASSERT_EQ(pdf.status, 200);
  EXPECT_THAT(pdf.body, StartsWith("%PDF-"));
  EXPECT_EQ(exports(), 3);
  EXPECT_EQ(get_as(As::visitor, "/api/v1/exposure/report.pdf").status, 401);
  EXPECT_EQ(exports(), 3);
}

}  // namespace
}  // namespace tocsin::portal
