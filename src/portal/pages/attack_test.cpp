#include <cstdlib>
#include <filesystem>

#include <gmock/gmock.h>

#include "base/json.hpp"
#include "engine/testing/attack_base.hpp"
#include "exchange/import.hpp"
#include "formats/attack/layer.hpp"
#include "portal/members_fixture.hpp"

/// ATT&CK: matrix, objects, layers of the Navigator.
namespace tocsin::portal {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
namespace base = engine::testing;

constexpr auto kClear = base::kClearMarking, kGreen = base::kGreenMarking;
using base::marked;
std::string report(int number, std::string_view name, std::string_view text) {
  return fmt::format(
      R"({{"type":"report","spec_version":"2.1","id":"{}","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","name":"{}","published":"2026-01-01T00:00:00Z","object_refs":["{}"],"description":"{}"}})",
      base::attack_stix_id("report", number), name, base::attack_stix_id("malware", 9202), text);
}

class AttackPages : public testing::MembersTest {
 protected:
  void add(const std::vector<std::string>& objects) {
    std::string bytes = "[";
    for (const auto& each : objects) bytes += (bytes.size() > 1 ? ",\n" : "") + each;
    const auto summary = exchange::import_documents(database(), {{"t.json", bytes + "]"}}, {}, {}, clock_);
    ASSERT_TRUE(summary && summary->ok());
    ASSERT_TRUE(app().watch().has_value());
  }
  void add_base() {
    std::vector<std::string> objects;
    for (const auto& each : base::attack_base()) objects.push_back(marked(each, kClear));
    objects.push_back(marked(report(1, "Open report", "They used T9001."), kClear));
    objects.push_back(marked(report(2, "Members' report", "They used T9001 and T9002."), kGreen));
    add(objects);
  }
  std::string page(std::string_view target) { return get(target, "Accept: text/html\r\n").body; }
};
TOCSIN_ON_BOTH_DATABASES(AttackPages);

TEST_P(AttackPages, WithoutAKnowledgeBaseThePageSaysHowToImportOne) {
  EXPECT_THAT(page("/threats/attack"), HasSubstr("tocsin import ics-attack.json"));
  EXPECT_EQ(get("/api/v1/attack").body, R"({"domains":[],"domain":null,"by":null,"columns":[]})");
  EXPECT_EQ(get("/api/v1/attack/layer").status, 404);
  EXPECT_EQ(get("/threats/attack/T9001").status, 404);
}

TEST_P(AttackPages, TheMatrix) {
  add_base();
  const auto shown = page("/threats/attack");
  EXPECT_THAT(shown, AllOf(HasSubstr("Matrix of sluices"), HasSubstr("href=\"/threats/attack/TA9002\""),
                           HasSubstr("href=\"/threats/attack/T9002.001\""), HasSubstr("1 sub-technique"),
                           HasSubstr("Mudlark (G9001)"), Not(HasSubstr("Old trick")), Not(HasSubstr("Gone trick"))));
  EXPECT_LT(shown.find("Wading in"), shown.find("Flooding"));
  EXPECT_THAT(shown, Not(HasSubstr("attack-marked")));
  const auto by = page("/threats/attack?by=G9001");
  EXPECT_THAT(by, AllOf(HasSubstr("attack-marked"), HasSubstr("attack-dimmed"), HasSubstr("Highlighted for"),
                        HasSubstr("1 technique.")));
  EXPECT_THAT(page("/threats"), HasSubstr("href=\"/threats/attack\""));
  for (const auto* absent : {"?matrix=enterprise-attack", "?by=G9999", "?by=nonsense"}) {
    EXPECT_EQ(get(std::string{"/api/v1/attack"} + absent).status, 404) << absent;
  }
  EXPECT_EQ(get("/api/v1/attack?nothing=1").status, 400);
}

TEST_P(AttackPages, HeatIsOfWhatTheReaderMaySee) {
  add_base();
  const auto counts = [](std::string_view body) {
    std::map<std::string, std::int64_t> out;
    const auto parsed = json::parse(body).value();
    for (const auto& column : json::array_at(parsed.root(), "columns")) {
      for (const auto& each : json::array_at(column, "techniques")) {
        out[std::string{json::string_at(each, "id")}] = json::find(each, "mentions")->as_int64();
      }
    }
    return out;
  };
  using ::testing::Pair;
  EXPECT_THAT(counts(get("/api/v1/attack").body), ElementsAre(Pair("T9001", 1), Pair("T9002", 0)));
  EXPECT_THAT(page("/threats/attack/T9001"), AllOf(HasSubstr("Open report"), Not(HasSubstr("Members&#39; report"))));
  auto member = signed_in("member@plant.example");
  EXPECT_THAT(counts(member.get("/api/v1/attack").body), ElementsAre(Pair("T9001", 2), Pair("T9002", 1)));
  EXPECT_THAT(member.get("/threats/attack/T9002", "Accept: text/html\r\n").body, HasSubstr("report"));
}

TEST_P(AttackPages, OneOfEachKind) {
  add_base();
  const auto technique = page("/threats/attack/T9001");
  EXPECT_THAT(
      technique,
      AllOf(HasSubstr("Opens <strong>sluices</strong>"), HasSubstr("href=\"#ref-1\""), HasSubstr("id=\"ref-1\""),
            HasSubstr("href=\"https://reed.example/sluices\""), HasSubstr("href=\"/threats/attack/T9002\">Ladder"),
            HasSubstr("href=\"/threats/attack/G9001\""), HasSubstr("A lock helps."), HasSubstr("Gauge reading"),
            HasSubstr("Sluice controller"), HasSubstr("href=\"/threats/attack/TA9001\"")));
  EXPECT_THAT(page("/threats/attack/TA9001"), AllOf(HasSubstr("The water is where"), HasSubstr("Run a ladder")));
  EXPECT_THAT(page("/threats/attack/G9001"),
              AllOf(HasSubstr("River gang"), HasSubstr("Siltworm"), HasSubstr("Spring tide")));
  EXPECT_THAT(page("/threats/attack/S9001"), AllOf(HasSubstr("Run a ladder"), HasSubstr("Mudlark")));
  EXPECT_THAT(page("/threats/attack/C9001"), HasSubstr("2024-03-01"));
  EXPECT_THAT(page("/threats/attack/M9001"), AllOf(HasSubstr("IEC 62443-3-3:2013"), HasSubstr("SR 5.1"),
                                                   HasSubstr("AC-3, SC-7"), HasSubstr("Open the sluice")));
  EXPECT_THAT(page("/threats/attack/A9001"), AllOf(HasSubstr("Water"), HasSubstr("Open the sluice")));
  EXPECT_THAT(page("/threats/attack/DC9001"), AllOf(HasSubstr("Analytic 9001"), HasSubstr("Open the sluice")));
  EXPECT_THAT(page("/threats/attack/DET9001"), AllOf(HasSubstr("Analytic 9001"), HasSubstr("Open the sluice")));
  EXPECT_THAT(page("/threats/attack/T9003"), HasSubstr("deprecated"));
  EXPECT_THAT(page("/threats/attack/T9004"), AllOf(HasSubstr("revoked"), HasSubstr("Open the sluice")));
  EXPECT_THAT(page("/threats/" + base::attack_stix_id("attack-pattern", 9101)),
              HasSubstr("href=\"/threats/attack/T9001\""));
  const auto parsed = json::parse(get("/api/v1/attack/M9001").body);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(json::array_at(parsed->root(), "requirements").size(), 2U);
  EXPECT_EQ(json::array_at(parsed->root(), "relations").size(), 1U);
  EXPECT_EQ(get("/api/v1/attack/T1047").status, 404);
}

TEST_P(AttackPages, WhatIsHiddenIsNotThere) {
  std::vector<std::string> objects;
  for (const auto& each : base::attack_base()) {
    objects.push_back(marked(each, each.find("\"Mudlark\"") == each.npos ? kClear : kGreen));
  }
  add(objects);
  EXPECT_EQ(get("/api/v1/attack/G9001").status, 404);
  EXPECT_EQ(get("/threats/attack?by=G9001").status, 404);
  EXPECT_THAT(page("/threats/attack/T9001"), Not(HasSubstr("Mudlark")));
  EXPECT_THAT(page("/threats/attack"), Not(HasSubstr("Mudlark")));
  auto member = signed_in("member@plant.example");
  EXPECT_EQ(member.get("/api/v1/attack/G9001").status, 200);
  EXPECT_THAT(member.get("/threats/attack/T9001", "Accept: text/html\r\n").body, HasSubstr("Mudlark"));
}

TEST_P(AttackPages, HostileTextsStayTexts) {
  add({marked(
           base::attack_object("x-mitre-matrix", 9001, "ics-attack", "M<script>",
                               fmt::format(R"(,"tactic_refs":["{}"])", base::attack_stix_id("x-mitre-tactic", 9011))),
           kClear),
       marked(base::attack_object("x-mitre-tactic", 9011, "TA9001", "\\\"><b>", R"(,"x_mitre_shortname":"flooding")"),
              kClear),
       marked(
           base::attack_object(
               "attack-pattern", 9101, "T9001", "<img src=x>",
               fmt::format(
                   R"j(,"kill_chain_phases":[{}],"description":"<script>alert(1)</script> [x](javascript:1) (Citation: <b>) (Citation: Reed 2024) (Citation: ")j",
                   base::attack_phase("flooding"))),
           kClear)});
  for (const auto* target : {"/threats/attack", "/threats/attack/T9001", "/threats/attack/TA9001"}) {
    EXPECT_THAT(page(target),
                AllOf(Not(HasSubstr("<script>alert")), Not(HasSubstr("<img src=x")), Not(HasSubstr("<b>\"")),
                      Not(HasSubstr("M<script")), Not(HasSubstr("href=\"javascript"))))
        << target;
  }
}

TEST_P(AttackPages, LayersGoOutAndComeIn) {
  add_base();
  const auto exported = get("/api/v1/attack/layer?by=G9001");
  EXPECT_EQ(exported.status, 200);
  const auto layer = formats::attack::read_layer(exported.body);
  ASSERT_TRUE(layer) << exported.body;
  EXPECT_EQ(layer->domain, "ics-attack");
  EXPECT_EQ(layer->attack_version, "7.1");
  ASSERT_EQ(layer->techniques.size(), 1U);
  EXPECT_EQ(layer->techniques[0].id, "T9001");
  EXPECT_EQ(layer->techniques[0].score, 1);
  EXPECT_FALSE(layer->techniques[0].color.empty());
  EXPECT_THAT(page("/threats/attack/layer"), HasSubstr("type=\"file\""));
}

TEST_P(AttackPages, ALayerIsShownAndNotKept) {
  add_base();
  testing::Browser reader{running().port()};
  reader.get("/threats/attack/layer");
  const auto send = [&](std::string_view layer, bool with_token = true) {
    const auto part = [](std::string_view disposition, std::string_view content) {
      return fmt::format("--XX\r\nContent-Disposition: form-data; {}\r\n\r\n{}\r\n", disposition, content);
    };
    return reader.send("POST", "/threats/attack/layer",
                       part("name=\"csrf\"", with_token ? reader.csrf : std::string{"forged"}) +
                           part("name=\"layer\"; filename=\"l.json\"\r\nContent-Type: application/json", layer) +
                           "--XX--\r\n",
                       "multipart/form-data; boundary=XX");
  };
  constexpr std::string_view kLayer =
      R"({"name":"Mine <b>","domain":"ics-attack","techniques":[{"techniqueID":"T9002","tactic":"wading-in","score":7,"comment":"<i>twice</i>"},{"techniqueID":"T9001","enabled":false}]})";
  const auto shown = send(kLayer);
  EXPECT_EQ(shown.status, 200);
  EXPECT_THAT(shown.body, AllOf(HasSubstr("Mine &lt;b&gt;"), HasSubstr("&lt;i&gt;twice"), HasSubstr("attack-marked"),
                                HasSubstr("score in the layer"), HasSubstr("<b>Mine &lt;b&gt;</b>: 1 of")));
  for (const auto* bad : {"", "{", R"({"name":"x"})", R"({"name":"x","domain":"enterprise-attack"})",
                          R"({"name":"x","domain":"ics-attack","techniques":[{"techniqueID":"<b>"}]})"}) {
    const auto refused = send(bad);
    EXPECT_EQ(refused.status, 422) << bad;
    EXPECT_THAT(refused.body, HasSubstr("type=\"file\"")) << bad;
  }
  EXPECT_EQ(send(kLayer, false).status, 403);
  EXPECT_THAT(page("/threats/attack"), Not(HasSubstr("Mine")));
}

TEST_P(AttackPages, ReleasesAreCompared) {
  EXPECT_THAT(page("/threats/attack/changes"), HasSubstr("tocsin import ics-attack.json"));
  add_base();
  EXPECT_THAT(page("/threats/attack"), HasSubstr("href=\"/threats/attack/changes?matrix=ics-attack\""));
  EXPECT_THAT(page("/threats/attack/changes"), HasSubstr("only one release is here"));
  const std::string old = "2025-01-01T00:00:00.000Z", latest = "2026-01-01T00:00:00.000Z";
  const auto id = base::attack_stix_id;
  add({marked(base::attack_object("attack-pattern", 9109, "T9009", "Dig <b>a</b> ditch", "", latest), kClear),
       marked(base::attack_object("attack-pattern", 9110, "T9010", "Members' ditch", "", latest), kGreen),
       marked(base::attack_release("7.2", latest,
                                   {{id("x-mitre-matrix", 9001), old},
                                    {id("attack-pattern", 9109), latest},
                                    {id("attack-pattern", 9110), latest},
                                    {id("relationship", 9306), old}}),
              kClear)});
  const auto shown = page("/threats/attack/changes");
  EXPECT_THAT(shown, AllOf(HasSubstr("Dig &lt;b&gt;a&lt;/b&gt; ditch"), HasSubstr("href=\"/threats/attack/T9009\""),
                           HasSubstr("mitigates"), Not(HasSubstr("Members' ditch")), Not(HasSubstr("T9010"))));
  EXPECT_THAT(signed_in("member@plant.example").get("/threats/attack/changes", "Accept: text/html\r\n").body,
              HasSubstr("T9010"));
  const auto api = json::parse(get("/api/v1/attack/changes?before=7.2&after=7.1").body).value();
  EXPECT_EQ(api.root().at("before").at("version"), "7.2");
  ASSERT_EQ(json::array_at(api.root(), "changes").size(), 1u);
  EXPECT_EQ(json::array_at(api.root(), "changes")[0].at("what"), "removed");
  for (const auto* absent : {"?before=9", "?after=%27", "?matrix=nothing"}) {
    EXPECT_EQ(get(std::string{"/api/v1/attack/changes"} + absent).status, 404) << absent;
  }
  EXPECT_EQ(get("/api/v1/attack/changes?before=7.1&after=7.1").status, 400);
  EXPECT_EQ(get("/api/v1/attack/changes?nothing=1").status, 400);
}

TEST_P(AttackPages, OfTheRealKnowledgeBase) {
  const char* configured = std::getenv("TOCSIN_DATA");
  const std::string data = configured != nullptr ? configured : TOCSIN_SOURCE_DIR "/../shared/data";
  const auto file = data + "/attack/ics-attack-18.1.json.gz";
  if (!std::filesystem::exists(file)) GTEST_SKIP() << "no real ATT&CK at " << file << " (TOCSIN_DATA names its folder)";
  const auto summary = exchange::import_paths(database(), {file}, {}, {}, clock_);
  ASSERT_TRUE(summary && summary->ok());
  ASSERT_TRUE(app().watch().has_value());
  // What bears no marking is for who the import's default says: the CERT's own.
  auto coordinator = signed_in("coordinator@cert.example");
  const auto parsed = json::parse(coordinator.get("/api/v1/attack").body).value();
  std::size_t techniques = 0;
  std::vector<std::string> tactics;
  for (const auto& column : json::array_at(parsed.root(), "columns")) {
    tactics.emplace_back(json::string_at(*json::find(column, "tactic"), "id"));
    techniques += json::array_at(column, "techniques").size();
  }
  EXPECT_THAT(tactics, ElementsAre("TA0108", "TA0104", "TA0110", "TA0111", "TA0103", "TA0102", "TA0109", "TA0100",
                                   "TA0101", "TA0107", "TA0106", "TA0105"));
  EXPECT_EQ(techniques, 94U);
  for (const auto* id :
       {"T0855", "TA0106", "G0034", "S1009", "C0028", "M0930", "A0008", "DC0045", "DET0738", "DS0002", "AN1881"}) {
    EXPECT_EQ(coordinator.get(std::string{"/threats/attack/"} + id, "Accept: text/html\r\n").status, 200) << id;
  }
}

}  // namespace
}  // namespace tocsin::portal
