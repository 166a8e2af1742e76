#include <gmock/gmock.h>

#include "base/json.hpp"
#include "exchange/import.hpp"
#include "portal/members_fixture.hpp"

/// Threat knowledge: pages and API, and that advisories do not notice it.
namespace tocsin::portal {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr std::string_view kWorm = "malware--00000000-0000-4000-8000-000000000001";
constexpr std::string_view kTool = "tool--00000000-0000-4000-8000-000000000002";
constexpr std::string_view kSecret = "tool--00000000-0000-4000-8000-000000000003";
constexpr std::string_view kClear = "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487";
constexpr std::string_view kGreen = "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb";

std::string object(std::string_view id, std::string_view name, std::string_view marking, std::string_view more = "",
                   std::string_view modified = "2026-02-01T00:00:00.000Z") {
  const auto type = id.substr(0, id.find("--"));
  return fmt::format(
      R"({{"type":"{}","spec_version":"2.1","id":"{}","created":"2026-01-01T00:00:00.000Z","modified":"{}","name":"{}","object_marking_refs":["{}"]{}}})",
      type, id, modified, name, marking, more);
}
std::string relation(int number, std::string_view source, std::string_view verb, std::string_view target,
                     std::string_view marking) {
  return fmt::format(
      R"({{"type":"relationship","spec_version":"2.1","id":"relationship--00000000-0000-4000-8000-0000000000{}","created":"2026-01-01T00:00:00.000Z","modified":"2026-02-01T00:00:00.000Z","relationship_type":"{}","source_ref":"{}","target_ref":"{}","object_marking_refs":["{}"]}})",
      number, verb, source, target, marking);
}
std::string worm() {
  return object(kWorm, "Siltworm <b>", kClear,
                R"(,"is_family":true,"malware_types":["worm"],"aliases":["Mudcat"],"labels":["water"],)"
                R"("description":"Opens **sluices**. <script>alert(1)</script>","x_own":"its own words",)"
                R"("external_references":[{"source_name":"cve","external_id":"CVE-1900-0101"},)"
                R"({"source_name":"blog","url":"https://blog.example/siltworm"},)"
                R"({"source_name":"bad","url":"javascript:stop"}])");
}

class ThreatPages : public testing::MembersTest {
 protected:
  void add(const std::vector<std::string>& objects) {
    std::string bytes = "[";
    for (const auto& each : objects) bytes += (bytes.size() > 1 ? ",\n" : "") + each;
    const auto summary = exchange::import_documents(database(), {{"t.json", bytes + "]"}}, {}, {}, clock_);
    ASSERT_TRUE(summary && summary->ok());
    ASSERT_TRUE(app().watch().has_value());
  }
  void add_all() {
    add({worm(), object(kTool, "Probe", kClear, R"(,"confidence":40)"), object(kSecret, "Secret rake", kGreen),
         relation(10, kWorm, "uses", kTool, kClear), relation(11, kWorm, "uses", kSecret, kClear),
         relation(12, kWorm, "drops", kTool, kGreen)});
  }
  std::string page(std::string_view target) { return get(target, "Accept: text/html\r\n").body; }
  static std::vector<std::string> names(std::string_view body) {
    const auto parsed = json::parse(body);
    std::vector<std::string> out;
    if (!parsed) return {"no JSON"};
    for (const auto& each : json::array_at(parsed->root(), "items")) out.emplace_back(json::string_at(each, "name"));
    return out;
  }
};
TOCSIN_ON_BOTH_DATABASES(ThreatPages);

TEST_P(ThreatPages, TheListIsOfWhatIsSeen) {
  add_all();
  EXPECT_THAT(names(get("/api/v1/threats?sort=name").body), ElementsAre("Probe", "Siltworm <b>"));
  EXPECT_THAT(names(get("/api/v1/threats?q=mudcat").body), ElementsAre("Siltworm <b>"));
  EXPECT_THAT(names(get("/api/v1/threats?type=relationship&limit=1").body), ElementsAre("relationship uses"));
  EXPECT_THAT(names(get("/api/v1/threats?tlp=green").body), IsEmpty());
  EXPECT_THAT(get("/api/v1/threats").body, HasSubstr(R"({"type":"tool","count":1})"));
  for (const auto* bad :
       {"?tlp=blue", "?revoked=maybe", "?modified_after=once", "?sort=size", "?limit=0", "?nothing=1", "?cursor=x"}) {
    EXPECT_EQ(get(std::string{"/api/v1/threats"} + bad).status, 400) << bad;
  }
  const auto shown = page("/threats");
  EXPECT_THAT(shown, HasSubstr("Siltworm &lt;b&gt;"));
  EXPECT_THAT(shown, HasSubstr("2 objects"));
  EXPECT_THAT(shown, Not(HasSubstr("Secret rake")));
  EXPECT_THAT(page("/threats?limit=1"), HasSubstr("rel=\"next\""));
  auto member = signed_in("member@plant.example");
  EXPECT_THAT(member.get("/threats", "Accept: text/html\r\n").body, HasSubstr("Secret rake"));
}

TEST_P(ThreatPages, OneObject) {
  add_all();
  const auto id = std::string{kWorm};
  const auto shown = page("/threats/" + id);
  EXPECT_THAT(shown, HasSubstr("Opens <strong>sluices</strong>"));
  EXPECT_THAT(shown, Not(HasSubstr("<script>alert")));
  EXPECT_THAT(shown, Not(HasSubstr("href=\"javascript")));
  EXPECT_THAT(shown, HasSubstr("href=\"/vulnerabilities/CVE-1900-0101\""));
  EXPECT_THAT(shown, HasSubstr("href=\"https://blog.example/siltworm\""));
  EXPECT_THAT(shown, HasSubstr("its own words"));
  EXPECT_THAT(shown, HasSubstr("Mudcat"));
  EXPECT_THAT(shown, HasSubstr("href=\"/threats/" + std::string{kTool} + "\""));
  EXPECT_THAT(shown, Not(HasSubstr("Secret rake")));
  EXPECT_THAT(shown, Not(HasSubstr("drops")));
  EXPECT_EQ(get("/api/v1/threats/" + id + "/document").body, worm());
  const auto parsed = json::parse(get("/api/v1/threats/" + id).body);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(json::array_at(parsed->root(), "references").size(), 1U);
  EXPECT_EQ(json::string_at(*json::find(parsed->root(), "object"), "name"), "Siltworm <b>");
  // A newer version; the one before stays to be seen.
  add({object(kWorm, "Siltworm 2", kClear, R"(,"is_family":true,"revoked":true)", "2026-03-01T00:00:00.000Z")});
  EXPECT_THAT(page("/threats/" + id), HasSubstr("2026-02-01T00:00:00.000Z"));
  EXPECT_THAT(page("/threats?revoked=yes"), HasSubstr("Siltworm 2"));
}

TEST_P(ThreatPages, AnIndicatorEnds) {
  const auto rule = [](int number, std::string_view name, std::string_view until) {
    return object(fmt::format("indicator--00000000-0000-4000-8000-00000000000{}", number), name, kClear,
                  fmt::format(R"(,"pattern":"[ipv4-addr:value = '198.51.100.{}']","pattern_type":"stix","valid_from":)"
                              R"("2020-01-01T00:00:00Z"{})",
                              number, until));
  };
  add({rule(1, "Old rule", R"(,"valid_until":"2021-01-01T00:00:00Z")"),
       rule(2, "Rule", R"(,"valid_until":"2999-01-01T00:00:00Z")"), rule(3, "Rule for good", "")});
  EXPECT_THAT(names(get("/api/v1/threats?expired=yes").body), ElementsAre("Old rule"));
  EXPECT_THAT(names(get("/api/v1/threats?expired=no&sort=name").body), ElementsAre("Rule", "Rule for good"));
  EXPECT_EQ(get("/api/v1/threats?expired=once").status, 400);
  EXPECT_THAT(get("/api/v1/threats").body, HasSubstr(R"("valid_until":"2021-01-01T00:00:00Z")"));
  EXPECT_THAT(page("/threats"), HasSubstr("expired</span>"));
  EXPECT_THAT(page("/threats?expired=no"), Not(HasSubstr("expired</span>")));
  EXPECT_THAT(page("/threats/indicator--00000000-0000-4000-8000-000000000001"), HasSubstr("expired</span>"));
  EXPECT_THAT(page("/threats/indicator--00000000-0000-4000-8000-000000000002"), Not(HasSubstr("expired</span>")));
}

TEST_P(ThreatPages, WhatIsHiddenIsNotThere) {
  add_all();
  for (const std::string ending : {"", "/document"}) {
    const auto hidden = get("/api/v1/threats/" + std::string{kSecret} + ending);
    EXPECT_EQ(hidden.status, 404);
    EXPECT_EQ(get("/api/v1/threats/tool--00000000-0000-4000-8000-000000000009" + ending).status, 404);
  }
  auto member = signed_in("member@plant.example");
  EXPECT_EQ(member.get("/threats/" + std::string{kSecret}).status, 200);
  EXPECT_THAT(member.get("/threats/" + std::string{kWorm}, "Accept: text/html\r\n").body, HasSubstr("drops"));
}

TEST_P(ThreatPages, AdvisoriesDoNotNotice) {
  const auto seen = [&](const auto& ask) {
    std::string all;
    for (const auto* target :
         {"/", "/api/v1/overview", "/advisories", "/advisories?q=siltworm", "/advisories?q=controler", "/vendors",
          "/vulnerabilities", "/api/v1/advisories?facets=true", "/api/v1/suggest?q=sil", "/api/v1/suggest?q=mal",
          "/api/v1/suggest?q=tool--", "/feeds/advisories.atom", "/feeds/advisories.atom?q=siltworm",
          "/status?product=Siltworm", "/about"}) {
      all += fmt::format("{}\n{}\n", target, ask(target));
    }
    return all;
  };
  auto coordinator = signed_in("coordinator@cert.example");
  const auto as_coordinator = [&](std::string_view target) {
    auto body = coordinator.get(target, "Accept: text/html\r\n").body;
    return body;
  };
  const auto as_visitor = [&](std::string_view target) { return page(target); };
  const auto before = seen(as_coordinator), before_open = seen(as_visitor);
  add_all();
  EXPECT_EQ(seen(as_coordinator), before);
  EXPECT_EQ(seen(as_visitor), before_open);
  // No door of advisories leads to one.
  for (const auto* door : {"", "/document", "/revisions", "/sharing", "/comments"}) {
    EXPECT_EQ(coordinator.get(fmt::format("/api/v1/advisories/{}{}", kWorm, door)).status, 404) << door;
  }
}

}  // namespace
}  // namespace tocsin::portal
