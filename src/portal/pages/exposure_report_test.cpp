#include "portal/pages/exposure_report.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "formats/inventory/worksheet.hpp"

namespace tocsin::portal {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

/// An overview by hand: the same whatever the database or the day.
engine::exposure::Overview constructed() {
  engine::exposure::Overview it;
  it.organisation = "Talbach Water Supply";
  it.made = *parse_rfc3339("2026-11-29T08:00:00Z");
  it.since = *parse_rfc3339("2026-11-28T00:00:00Z");
  it.totals = {.matters = 3, .affected = 2, .in_progress = 1, .assets = 2, .advisories = 2, .tlp = domain::Tlp::amber};
  it.tlp = domain::Tlp::amber;
  it.exploited = {"CVE-1900-10002"};
  const auto add = [&](engine::exposure::Action action, std::string label, std::string site, std::string advisory,
                       std::vector<std::string> cves, std::string_view due) {
    engine::exposure::DecidedMatters::Matter matter;
    matter.row.label = std::move(label);
    matter.row.site = std::move(site);
    matter.row.zone = "OT, inner";
    matter.row.vendor = "Example Pumps";
    matter.row.criticality = "high";
    matter.row.tracking_id = std::move(advisory);
    matter.row.title = "Open door in \"Flow Controller\"";
    matter.row.tlp = domain::Tlp::amber;
    matter.row.score_tenths = 98;
    matter.row.match.cves = std::move(cves);
    matter.row.match.because = "affected because V2.8.0 is in \"< V2.9.1\"";
    matter.row.match.found_at = *parse_rfc3339("2026-11-20T08:00:00Z");
    matter.decision.action = action;
    matter.decision.because = "An exploit is public";
    if (!due.empty()) matter.decision.due = *parse_rfc3339(due);
    ++it.actions[static_cast<std::size_t>(action)];
    it.decided.matters.push_back(std::move(matter));
  };
  using engine::exposure::Action;
  add(Action::act_now, "=PLC \"7\"", "Nord", "EX-1", {"CVE-1900-10001", "CVE-1900-10002"}, "2026-11-27T00:00:00Z");
  add(Action::next_outage, "Pump, big", "", "EX-2", {"CVE-1900-10001"}, "2027-01-01T00:00:00Z");
  add(Action::accept, "Pump, big", "", "EX-1", {}, "");
  it.due = {.overdue = 1, .week = 0, .month = 0, .later = 1, .none = 1};
  it.sites = {{.site = "", .matters = 2, .assets = 1, .severities = {0, 0, 0, 0, 2}, .actions = {0, 0, 1, 1, 0}},
              {.site = "Nord", .matters = 1, .assets = 1, .severities = {0, 0, 0, 0, 1}, .actions = {1, 0, 0, 0, 0}}};
  it.ages = {0, 3, 0, 0};
  for (int day = 1; day <= 29; ++day) {
    it.trend.push_back({*parse_rfc3339(fmt::format("2026-11-{:02}T00:00:00Z", day)), day < 20 ? 1 : 3});
  }
  return it;
}

TEST(ExposureReport, CsvIsAsItWas) {
  EXPECT_EQ(pages::report_csv(constructed()),
            "\xEF\xBB\xBF"
            "what_to_do,due,asset,site,zone,vendor,criticality,advisory,title,tlp,score,status,state,found_on,"
            "vulnerabilities,known_exploited,why_this_decision,because\r\n"
            "Act now,2026-11-27,\"'=PLC \"\"7\"\"\",Nord,\"OT, inner\",Example Pumps,high,EX-1,\"Open door in \"\"Flow "
            "Controller\"\"\",TLP:AMBER,9.8,affected,not remediated,2026-11-20,\"CVE-1900-10001, CVE-1900-10002\","
            "CVE-1900-10002,An exploit is public,\"affected because V2.8.0 is in \"\"< V2.9.1\"\"\"\r\n"
            "Next outage,2027-01-01,\"Pump, big\",,\"OT, inner\",Example Pumps,high,EX-2,\"Open door in \"\"Flow "
            "Controller\"\"\",TLP:AMBER,9.8,affected,not remediated,2026-11-20,CVE-1900-10001,,An exploit is public,"
            "\"affected because V2.8.0 is in \"\"< V2.9.1\"\"\"\r\n"
            "Accept,,\"Pump, big\",,\"OT, inner\",Example Pumps,high,EX-1,\"Open door in \"\"Flow Controller\"\"\","
            "TLP:AMBER,9.8,affected,not remediated,2026-11-20,,,An exploit is public,\"affected because V2.8.0 is in "
            "\"\"< V2.9.1\"\"\"\r\n");
}

TEST(ExposureReport, SaysItInPlainWordsAndTheSameBytes) {
  const auto book = pages::report_xlsx(constructed(), Zone::utc());
  ASSERT_TRUE(book);
  const auto summary = formats::inventory::read_worksheet(*book, "Summary");
  ASSERT_TRUE(summary);
  std::string text;
  for (const auto& row : summary->rows) text += row[0] + ": " + row[1] + "\n";
  EXPECT_THAT(text, AllOf(HasSubstr("Marking: TLP:AMBER, the highest of the advisories inside"),
                          HasSubstr("2 assets have something open because of 2 advisories"),
                          HasSubstr("3 of them: 2 are affected"), HasSubstr("1 matter is to be acted on now"),
                          HasSubstr("1 matter is overdue"),
                          HasSubstr("1 vulnerability concerned is known to be exploited: CVE-1900-10002")));
  const auto one = pages::report_pdf(constructed(), Zone::utc(), 50);
  const auto other = pages::report_pdf(constructed(), Zone::utc(), 50);
  ASSERT_TRUE(one && other);
  EXPECT_EQ(one->bytes, other->bytes);
  EXPECT_FALSE(one->lacks_glyphs);
  engine::exposure::Overview nothing;
  nothing.trend.push_back({});
  EXPECT_TRUE(pages::report_pdf(nothing, Zone::utc(), 50));
  EXPECT_TRUE(pages::report_xlsx(nothing, Zone::utc()));
}

TEST(ExposureReport, TimesAreToldInWhatPeopleCount) {
  EXPECT_EQ(pages::duration_text(60), "1 minute");
  EXPECT_EQ(pages::duration_text(7'199), "120 minutes");
  EXPECT_EQ(pages::duration_text(7'200), "2 hours");
  EXPECT_EQ(pages::duration_text(172'799), "48 hours");
  EXPECT_EQ(pages::duration_text(172'800), "2 days");
}

}  // namespace
}  // namespace tocsin::portal
