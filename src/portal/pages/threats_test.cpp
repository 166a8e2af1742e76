#include <gmock/gmock.h>

#include "base/json.hpp"
#include "exchange/import.hpp"
#include "portal/members_fixture.hpp"

/// Threat knowledge: pages and API, and that advisories do not notice it.
namespace tocsin::portal {
namespace {

using ::testing::AllOf;
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

TEST_P(ThreatPages, IdsInTextsLeadToTheirPages) {
  const auto nowhere = std::string{"tool--00000000-0000-4000-8000-0000000000ff"};
  const auto text =
      fmt::format("Uses T0855, CVE\u20111900\u20110101, {} and [that one]({}), `T0856`.", kSecret, nowhere);
  add({object(kWorm, "Siltworm", kClear,
              fmt::format(R"(,"is_family":true,"description":"{}","external_references":[)"
                          R"({{"source_name":"mitre-ics-attack","external_id":"T0857",)"
                          R"("url":"https://attack.mitre.org/techniques/T0857"}},)"
                          R"({{"source_name":"mitre-attack","external_id":"S0603"}},)"
                          R"({{"source_name":"mitre-attack","external_id":"none","url":"https://reed.example/"}}])",
                          text)),
       object(kSecret, "Secret rake", kGreen)});
  const auto shown = page("/threats/" + std::string{kWorm});
  EXPECT_THAT(shown, HasSubstr("<a href=\"/threats/attack/T0855\">T0855</a>"));
  EXPECT_THAT(shown, HasSubstr("<a href=\"/vulnerabilities/CVE-1900-0101\">CVE\u20111900\u20110101</a>"));
  EXPECT_THAT(shown, Not(HasSubstr("href=\"/threats/attack/T0856\"")));
  // What is hidden is a link as what does not exist is, and leads to the same.
  EXPECT_THAT(shown, HasSubstr(fmt::format("<a href=\"/threats/{0}\">{0}</a>", kSecret)));
  EXPECT_THAT(shown, HasSubstr(fmt::format("<a href=\"/threats/{}\">that one</a>", nowhere)));
  EXPECT_THAT(shown, Not(HasSubstr("Secret rake")));
  EXPECT_EQ(get("/threats/" + std::string{kSecret}).status, 404);
  EXPECT_EQ(get("/threats/" + nowhere).status, 404);
  auto member = signed_in("member@plant.example");
  EXPECT_EQ(member.get("/threats/" + std::string{kSecret}, "Accept: text/html\r\n").status, 200);
  // Our page of what ATT&CK gave an id stands before MITRE's.
  EXPECT_THAT(shown, HasSubstr("<a href=\"/threats/attack/T0857\">T0857</a> <a class=\"note\" rel=\"noopener "
                               "noreferrer nofollow\" href=\"https://attack.mitre.org/techniques/T0857\">"
                               "attack.mitre.org</a>"));
  EXPECT_THAT(shown, HasSubstr("<a href=\"/threats/attack/S0603\">S0603</a> <span class=\"note\">mitre-attack</span>"));
  EXPECT_THAT(shown, HasSubstr("href=\"https://reed.example/\">mitre-attack: none</a>"));
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

TEST_P(ThreatPages, AnIndicatorFades) {
  const auto days_ago = [&](int days) {
    return format_rfc3339(Timestamp{clock_.now().micros - days * 86'400'000'000});
  };
  const auto rule = [&](int number, std::string_view name, int days, std::string_view more) {
    return object(
        fmt::format("indicator--00000000-0000-4000-8000-00000000000{}", number), name, kClear,
        fmt::format(R"(,"pattern":"[ipv4-addr:value = '198.51.100.{}']","pattern_type":"stix","valid_from":"{}"{})",
                    number, days_ago(days), more),
        days_ago(days));
  };
  const auto sighting = [&](int number, int of, std::string_view marking) {
    return fmt::format(
        R"({{"type":"sighting","spec_version":"2.1","id":"sighting--00000000-0000-4000-8000-00000000000{}","created":"{}","modified":"{}","last_seen":"{}","sighting_of_ref":"indicator--00000000-0000-4000-8000-00000000000{}","object_marking_refs":["{}"]}})",
        number, days_ago(15), days_ago(15), days_ago(15), of, marking);
  };
  add({rule(1, "Fresh", 0, R"(,"confidence":80)"), rule(2, "Half", 30, R"(,"confidence":80)"),
       rule(3, "Old", 59, R"(,"confidence":80)"), rule(4, "Seen by members", 59, R"(,"confidence":80)"),
       rule(5, "Silent", 0, ""), sighting(6, 4, kGreen)});
  EXPECT_THAT(names(get("/api/v1/threats?faded=yes&sort=name").body), ElementsAre("Old", "Seen by members"));
  EXPECT_THAT(names(get("/api/v1/threats?confidence_now=40&sort=confidence_now").body),
              ElementsAre("Fresh", "Silent", "Half"));
  EXPECT_THAT(get("/api/v1/threats?q=half").body, HasSubstr(R"("confidence_now":40,"faded":false)"));
  for (const auto* bad : {"?faded=1", "?confidence_now=0", "?confidence_now=101", "?confidence_now=x",
                          "?sort=confidence_now&cursor=w1", "?duplicates=maybe"}) {
    EXPECT_EQ(get(std::string{"/api/v1/threats"} + bad).status, 400) << bad;
  }
  EXPECT_THAT(page("/threats?confidence_now=&faded=&duplicates="), HasSubstr("faded</span>"));
  EXPECT_THAT(page("/threats?faded=no&confidence_now=33"), HasSubstr("<option value=\"33\" selected"));
  const auto of = [](int number) {
    return fmt::format("/threats/indicator--00000000-0000-4000-8000-00000000000{}", number);
  };
  EXPECT_THAT(page(of(2)),
              AllOf(HasSubstr("80 of 100"), HasSubstr("40 of 100"), HasSubstr("Last confirmed 30 days ago."),
                    HasSubstr("An address is worth nothing 60 days after that.")));
  EXPECT_THAT(page(of(5)), HasSubstr("It states none, so 50 counts as stated."));
  // Whoever sees the sighting is told; others read what they would without it.
  EXPECT_THAT(page(of(4)), AllOf(HasSubstr("Last confirmed 59 days ago."), Not(HasSubstr("Last seen"))));
  auto member = signed_in("member@plant.example");
  EXPECT_THAT(member.get(of(4), "Accept: text/html\r\n").body, HasSubstr("Last seen 15 days ago, by a sighting."));
  EXPECT_THAT(get("/api/v1" + of(4)).body, HasSubstr(R"("seen_date":null)"));
  EXPECT_THAT(get("/api/v1" + of(2)).body,
              AllOf(HasSubstr(R"("confidence_now":40)"), HasSubstr(R"("kind":"address","stated":80)")));
  EXPECT_THAT(get("/api/v1" + of(2) + "/document").body, HasSubstr(R"("confidence":80)"));
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
