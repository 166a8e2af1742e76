#include "engine/evidence/evidence.hpp"

#include <gmock/gmock.h>

#include "base/json.hpp"
#include "portal/app_fixture.hpp"

/// What others know of a vulnerability, on pages and in the API.
namespace tocsin::portal {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class EvidencePages : public testing::PortalTest {
 protected:
  void import() {
    formats::kev::Catalogue kev;
    kev.entries.resize(1);
    auto& entry = kev.entries[0];
    entry.cve = "CVE-1900-0101";
    entry.added = from_date(2023, 1, 2).value();
    entry.due = from_date(2023, 1, 23).value();
    entry.ransomware = true;
    entry.action = "Apply <the> update.";
    ASSERT_TRUE(engine::evidence::import_kev(database(), engine::Actor::at_console(), kev, clock_.now()));
    formats::epss::Scores epss;
    epss.date = from_date(2026, 5, 1).value();
    epss.scores = {{"CVE-1900-0101", 970'000, 999'000}, {"CVE-1900-0102", 40, {}}};
    ASSERT_TRUE(engine::evidence::import_epss(database(), engine::Actor::at_console(), epss, clock_.now()));
  }
  std::string page(std::string_view target) { return get(target, "Accept: text/html\r\n").body; }
};
TOCSIN_ON_BOTH_DATABASES(EvidencePages);

TEST_P(EvidencePages, ComesIntoAnswersThatWereCached) {
  const std::string_view target = "/vulnerabilities/CVE-1900-0101";
  EXPECT_THAT(page(target), Not(HasSubstr("CISA KEV")));
  EXPECT_THAT(page(target), Not(HasSubstr("CISA KEV"))) << "out of the cache";
  import();
  ASSERT_TRUE(app().watch());
  const auto shown = page(target);
  EXPECT_THAT(shown, HasSubstr("<b>Known exploited</b> since"));
  EXPECT_THAT(shown, HasSubstr("2023-01-02"));
  EXPECT_THAT(shown, HasSubstr("also by ransomware"));
  EXPECT_THAT(shown, HasSubstr("Apply &lt;the&gt; update."));
  EXPECT_THAT(shown, HasSubstr("97.0 % within 30 days"));
  EXPECT_THAT(shown, HasSubstr("99.9 percentile"));
}

TEST_P(EvidencePages, StandsOnTheAdvisoryAndInTheApi) {
  import();
  ASSERT_TRUE(app().watch());
  const auto advisory = page("/advisories/TDC-2025-001");
  EXPECT_THAT(advisory, HasSubstr("<b>Known exploited</b> since"));
  EXPECT_THAT(advisory, HasSubstr("0.004 % within 30 days")) << "small ones with the digits that they have";
  const auto parsed = json::parse(get("/api/v1/vulnerabilities/CVE-1900-0101").body);
  ASSERT_TRUE(parsed);
  const auto& evidence = parsed->root().at("evidence");
  EXPECT_EQ(evidence.at("kev").at("date_added"), "2023-01-02");
  EXPECT_EQ(evidence.at("kev").at("ransomware"), true);
  EXPECT_DOUBLE_EQ(evidence.at("epss").at("probability").as_double(), 0.97);
  const auto other = json::parse(get("/api/v1/vulnerabilities/CVE-1900-0102").body);
  ASSERT_TRUE(other);
  EXPECT_TRUE(other->root().at("evidence").at("kev").is_null());
  EXPECT_TRUE(other->root().at("evidence").at("epss").at("percentile").is_null());
  const auto detail = json::parse(get("/api/v1/advisories/TDC-2025-001").body);
  ASSERT_TRUE(detail);
  EXPECT_FALSE(detail->root().at("vulnerabilities").at(0).at("evidence").at("kev").is_null());
}

}  // namespace
}  // namespace tocsin::portal
