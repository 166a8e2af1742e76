#include "engine/exposure/status.hpp"

#include <gmock/gmock.h>

#include "base/json.hpp"
#include "portal/members_fixture.hpp"

/// What was known of a product: page and API.
namespace tocsin::portal {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class StatusPages : public testing::MembersTest {
 protected:
  void SetUp() override {
    MembersTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    clock_.set(parse_rfc3339("2026-06-01T00:00:00Z").value());
  }
  std::string page(std::string_view target) { return get(target, "Accept: text/html\r\n").body; }
  std::vector<std::string> told(std::string_view target, std::string_view part) {
    const auto parsed = json::parse(get(target).body);
    std::vector<std::string> lines;
    if (!parsed || !parsed->root().is_object()) return {"no object"};
    for (const auto& each : json::array_at(parsed->root(), part)) {
      lines.push_back(fmt::format("{} {} {} {}", json::string_at(each, "tracking_id"), json::string_at(each, "version"),
                                  json::string_at(each, "kind"), json::string_at(each, "status")));
    }
    return lines;
  }
};
TOCSIN_ON_BOTH_DATABASES(StatusPages);

constexpr std::string_view kSafety = "vendor=Helmwerk+Automation&product=HW-740+Safety+Controller&version=V1.5";

TEST_P(StatusPages, TheApiTellsWhatWasKnownAndWhatSince) {
  const auto api = "/api/v1/status?" + std::string{kSafety};
  // Until the third version said so, V1.4 was thought to be good.
  EXPECT_THAT(told(api + "&at=2025-02-10", "known"), IsEmpty());
  EXPECT_THAT(told(api + "&at=2025-02-10", "since"), ElementsAre("TDC-2025-001 3 published affected"));
  EXPECT_THAT(told(api + "&at=2025-03-04", "known"), ElementsAre("TDC-2025-001 2 as_it_stood not_affected"));
  EXPECT_THAT(told(api + "&at=2025-03-04", "since"), ElementsAre("TDC-2025-001 3 changed affected"));
  EXPECT_THAT(told(api + "&at=2025-06-17T12:00:00%2B02:00", "known"),
              ElementsAre("TDC-2025-001 3 as_it_stood affected"));
  EXPECT_THAT(told(api, "known"), ElementsAre("TDC-2025-001 3 as_it_stood affected"));
  // All came on one day.
  EXPECT_THAT(told(api + "&at=2023-02-01&known_by=received", "known"), IsEmpty());
  EXPECT_THAT(told(api + "&at=2025-03-04&known_by=received", "known"),
              ElementsAre("TDC-2025-001 3 as_it_stood affected"));
}

TEST_P(StatusPages, ThePageShowsBothApart) {
  const auto shown = page("/status?" + std::string{kSafety} + "&at=2025-03-04");
  const auto since = shown.find("Became known since");
  ASSERT_NE(since, std::string::npos);
  EXPECT_THAT(shown.substr(0, since), HasSubstr("href=\"/advisories/TDC-2025-001/revisions/2\""));
  EXPECT_THAT(shown.substr(since), HasSubstr("href=\"/advisories/TDC-2025-001\""));
  EXPECT_THAT(shown.substr(since), HasSubstr("Changed with version 3"));
  EXPECT_THAT(shown.substr(since), HasSubstr("CVE-1900-0101"));
  EXPECT_THAT(shown, HasSubstr("value=\"HW-740 Safety Controller\""));
  EXPECT_THAT(shown, HasSubstr("/api/v1/status?vendor="));
  // The link leads to something.
  EXPECT_EQ(get("/advisories/TDC-2025-001/revisions/2").status, 200);
}

TEST_P(StatusPages, WithoutAQuestionItShowsHowToAsk) {
  const auto shown = page("/status");
  EXPECT_THAT(shown, HasSubstr("How to ask"));
  const auto link = shown.find("href=\"/status?");
  ASSERT_NE(link, std::string::npos) << "examples";
  auto target = shown.substr(link + 6, shown.find('"', link + 6) - link - 6);
  for (std::size_t at = 0; (at = target.find("&amp;", at)) != std::string::npos;) target.replace(at, 5, "&");
  EXPECT_THAT(page(target), HasSubstr("TDC-"));
  EXPECT_THAT(page("/"), HasSubstr("href=\"/status\""));
}

TEST_P(StatusPages, WhatIsNoQuestionIsExplained) {
  for (const auto* query : {"vendor=x", "product=x&at=soon", "product=x&at=2999-01-01", "product=%01"}) {
    EXPECT_EQ(get("/api/v1/status?" + std::string{query}).status, 400) << query;
    const auto reply = get("/status?" + std::string{query}, "Accept: text/html\r\n");
    EXPECT_EQ(reply.status, 400) << query;
    EXPECT_THAT(reply.body, HasSubstr("role=\"alert\"")) << query;
  }
  EXPECT_EQ(get("/api/v1/status?product=" + std::string(201, 'x')).status, 400);
  EXPECT_EQ(get("/api/v1/status?product=x&known_by=rumour").status, 400);
  EXPECT_EQ(get("/api/v1/status?product=x&colour=red").status, 400);
  EXPECT_THAT(page("/status?product=%3Cscript%3E"), Not(HasSubstr("<script>")));
}

/// What is hidden is in no answer and no count; a look at what is marked is written down, like one at its page.
TEST_P(StatusPages, FollowsThePolicyAndWritesLooksDown) {
  const auto target = "/api/v1/status?" + std::string{kSafety};
  run(store::Sql{"UPDATE revision SET tlp = ? WHERE record_id = (SELECT id FROM record WHERE slug = ?)",
                 domain::Tlp::amber, "TDC-2025-001"});
  run(store::Sql{"UPDATE record SET tlp = ?, owner_id = 1 WHERE slug = ?", domain::Tlp::amber, "TDC-2025-001"});
  run(
      store::Sql{"INSERT INTO change (at, action, record_id, revision_id) SELECT 0, 2, id, current_revision_id FROM "
                 "record WHERE slug = ?",
                 "TDC-2025-001"});
  ASSERT_TRUE(app().status_desk().refresh(clock_.now()));
  const auto hidden = get(target);
  EXPECT_THAT(hidden.body, Not(HasSubstr("TDC-2025-001")));
  EXPECT_THAT(hidden.body, HasSubstr("\"known_total\":0"));
  EXPECT_EQ(hidden.body,
            get("/api/v1/status?vendor=Helmwerk+Automation&product=HW-740+Safety+Controller&version=V1.5").body);
  auto browser = signed_in("coordinator@cert.example");
  const auto seen = browser.get(target);
  EXPECT_THAT(seen.body, HasSubstr("TDC-2025-001"));
  EXPECT_EQ(seen.header("cache-control"), "no-store");
  const auto looks = database().read([](store::Connection& connection) {
    return connection.first(store::Sql{"SELECT count(*) FROM audit WHERE action = 'record.read'"},
                            [](const store::Row& row) { return row.integer(0); });
  });
  ASSERT_TRUE(looks && *looks);
  EXPECT_EQ(**looks, 1);
}

}  // namespace
}  // namespace tocsin::portal
