#include <fmt/format.h>
#include <gmock/gmock.h>

#include "base/json.hpp"
#include "engine/exposure/decisions.hpp"
#include "engine/exposure/runs.hpp"
#include "engine/testing/attack_base.hpp"
#include "engine/testing/samples.hpp"
#include "engine/testing/stix_revision.hpp"
#include "exchange/import.hpp"
#include "portal/members_fixture.hpp"
#include "store/records.hpp"

/// Where threat knowledge, advisories and the reader's plants meet: pages and API, each as its reader may see it.
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
    "Pump 2,Example Pumps,Flow Controller,V2.8.0,West\n"
    "Meter,Brightwater,Level meter,1.0,West\n";
constexpr std::string_view kCampaign = "campaign--00000000-0000-4000-8000-000000000001";
constexpr std::string_view kWorm = "malware--00000000-0000-4000-8000-000000000002";
constexpr std::string_view kGate = "vulnerability--00000000-0000-4000-8000-000000000003";
constexpr std::string_view kSecret = "campaign--00000000-0000-4000-8000-000000000004";
constexpr std::string_view kClear = "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487";
constexpr std::string_view kGreen = "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb";

std::string object(std::string_view id, std::string_view name, std::string_view marking, std::string_view more = "") {
  return fmt::format(
      R"({{"type":"{}","spec_version":"2.1","id":"{}","created":"2026-01-01T00:00:00.000Z","modified":"2026-02-01T00:00:00.000Z","name":"{}","object_marking_refs":["{}"]{}}})",
      id.substr(0, id.find("--")), id, name, marking, more);
}
std::string relation(int number, std::string_view source, std::string_view verb, std::string_view target) {
  return fmt::format(
      R"({{"type":"relationship","spec_version":"2.1","id":"relationship--00000000-0000-4000-8000-0000000000{}","created":"2026-01-01T00:00:00.000Z","modified":"2026-02-01T00:00:00.000Z","relationship_type":"{}","source_ref":"{}","target_ref":"{}","object_marking_refs":["{}"]}})",
      number, verb, source, target, kClear);
}

std::string marked(const std::string& each) {
  return each.substr(0, each.size() - 1) + fmt::format(R"(,"object_marking_refs":["{}"]}})", kClear);
}

class ThreatLinkPages : public testing::MemberPortalTest {
 protected:
  void publish(const Sample& sample) {
    const auto put = database().write([&](store::Connection& connection) {
      return store::Records{connection}.put(engine::testing::revision_of(sample), clock_.now());
    });
    ASSERT_TRUE(put) << put.error().detail;
  }
  void add(const std::vector<std::string>& objects) {
    std::string bytes = "[";
    for (const auto& each : objects) bytes += (bytes.size() > 1 ? ",\n" : "") + each;
    const auto summary = exchange::import_documents(database(), {{"t.json", bytes + "]"}}, {}, {}, clock_);
    ASSERT_TRUE(summary && summary->ok());
    ASSERT_TRUE(app().watch());
  }
  /// A campaign that uses malware that exploits what the advisory is about, and one that members alone may see; another
  /// advisory that nobody names.
  void fill() {
    publish({.summary = "Open to T9001 and T9999."});
    publish({.id = "EX-2021-002",
             .products = {{.vendor = "Brightwater", .name = "Level meter", .version = "<= 2"}},
             .cve = "CVE-1900-10002"});
    std::vector<std::string> objects;
    for (const auto& each : engine::testing::attack_base()) objects.push_back(marked(each));
    for (auto& each : std::vector<std::string>{
             object(kCampaign, "Low <tide>", kClear), object(kWorm, "Siltworm", kClear, R"(,"is_family":true)"),
             object(kGate, "CVE-1900-10001", kClear),
             object(kSecret, "Night heron", kGreen, R"(,"description":"By CVE-1900-10001 and CVE-1900-10002")"),
             relation(10, kCampaign, "uses", kWorm), relation(11, kWorm, "exploits", kGate)}) {
      objects.push_back(std::move(each));
    }
    add(objects);
  }
  void plant() {
    http::testing::Client client{running().port()};
    client.send("POST /api/v1/inventory/import HTTP/1.1\r\nHost: portal.example\r\n" + cookie(boss) + "X-CSRF-Token: " +
                csrf(boss) + "\r\nContent-Type: text/csv\r\nContent-Length: " + std::to_string(kPumps.size()) +
                "\r\n\r\n" + std::string{kPumps});
    ASSERT_EQ(client.read().status, 200);
    engine::exposure::Runs runs{database()};
    ASSERT_TRUE(runs.all(clock_));
    ASSERT_TRUE(engine::exposure::Deciding{database()}.all(clock_));
  }
  boost::json::value json_of(const http::testing::Reply& reply) {
    EXPECT_LT(reply.status, 300) << reply.body;
    return boost::json::parse(reply.body);
  }
  std::string page(std::string_view target) { return get(target, "Accept: text/html\r\n").body; }
  static std::string names(const boost::json::value& of) {
    std::string out;
    for (const auto& each : of.at("items").as_array()) {
      if (!out.empty()) out += ", ";
      out += std::string_view{each.at("name").as_string()};
    }
    return out;
  }
  As boss = As::water_administrator;
};
TOCSIN_ON_BOTH_DATABASES(ThreatLinkPages);

TEST_P(ThreatLinkPages, ACampaignMeetsAdvisoriesAndDevices) {
  fill();
  plant();
  const auto campaign = "/threats/" + std::string{kCampaign};
  // Everybody reads what it has to do with, and nothing of anybody's devices.
  EXPECT_THAT(page(campaign), AllOf(HasSubstr("href=\"/vulnerabilities/CVE-1900-10001\""), HasSubstr("Siltworm"),
                                    HasSubstr("href=\"/advisories/EX-2021-001\""), Not(HasSubstr("Your devices"))));
  EXPECT_THAT(page("/threats/" + std::string{kWorm}), HasSubstr("<span lang=\"en\">exploits</span>"));
  auto found = json_of(get("/api/v1" + campaign)).at("vulnerabilities");
  EXPECT_EQ(found.at("total").as_int64(), 1);
  const auto& one = found.at("items").at(0);
  EXPECT_EQ(one.at("cve").as_string(), "CVE-1900-10001");
  EXPECT_EQ(one.at("how").as_string(), "through");
  EXPECT_EQ(one.at("through").as_string(), kWorm);
  EXPECT_EQ(one.at("advisory_count").as_int64(), 1);
  EXPECT_TRUE(one.at("own_devices").is_null());
  // Whose plants they are sees them.
  const auto shown = get_as(boss, campaign).body;
  EXPECT_THAT(shown, AllOf(HasSubstr("Your devices"), HasSubstr("2 devices at 2 sites"),
                           HasSubstr("/exposure?cve=CVE-1900-10001&amp;status=affected&amp;state=all")));
  found = json_of(get_as(boss, "/api/v1/threats/" + std::string{kSecret})).at("vulnerabilities");
  ASSERT_EQ(found.at("total").as_int64(), 2);
  EXPECT_EQ(found.at("items").at(0).at("own_devices").as_int64(), 2);
  EXPECT_EQ(found.at("items").at(0).at("own_sites").as_int64(), 2);
  EXPECT_EQ(found.at("items").at(1).at("own_devices").as_int64(), 1);
}

TEST_P(ThreatLinkPages, ProductsMeetAdvisoriesAndDevices) {
  fill();
  publish({.id = "EX-2021-003", .products = {{.name = "Flow Controller Pro"}}, .tlp = domain::Tlp::green});
  const std::string heron = "campaign--00000000-0000-4000-8000-000000000005";
  const std::string tool = "software--00000000-0000-4000-8000-000000000006";
  add({object(heron, "Heron", kClear,
              R"(,"description":"It attacks the Flow  Controller Pro, and no level meter, of Example Pumps <b>.")"),
       object(tool, "Level-meter", kClear, R"(,"vendor":"Brightwater")")});
  plant();
  const auto of = [&](const http::testing::Reply& reply) {
    std::string out;
    const auto products = json_of(reply).at("products");
    for (const auto& each : products.at("items").as_array()) {
      out += fmt::format("{}: {} advisories, {} devices; ", std::string{each.at("product").as_string()},
                         each.at("advisory_count").as_int64(),
                         each.at("own_devices").is_null() ? -1 : each.at("own_devices").as_int64());
    }
    return out;
  };
  const auto api = "/api/v1/threats/" + heron;
  // What is hidden stands in the way of nothing, and is told to nobody.
  EXPECT_EQ(of(get(api)), "Flow Controller: 1 advisories, -1 devices; ");
  EXPECT_EQ(of(get_as(boss, api)), "Flow Controller Pro: 1 advisories, 0 devices; ");
  EXPECT_EQ(of(get_as(boss, "/api/v1/threats/" + tool)), "Level meter: 1 advisories, 1 devices; ");
  EXPECT_EQ(of(get("/api/v1/threats/" + std::string{kCampaign})), "");
  EXPECT_THAT(page("/threats/" + heron), AllOf(HasSubstr("Products that it names"), HasSubstr("EX-2021-001"),
                                               Not(HasSubstr("EX-2021-003")), Not(HasSubstr("Your devices"))));
  EXPECT_THAT(get_as(boss, "/threats/" + tool, "Accept: text/html\r\n").body, HasSubstr("1 device at 1 site"));
}

TEST_P(ThreatLinkPages, WhoSharesATextSeesWhichProductsItNames) {
  fill();
  plant();
  const auto review = [&](const std::string& text) {
    return post_as(boss, "/threats/share",
                   {{"title", "A gate <b> at Example Pumps"},
                    {"text", text},
                    {"first_seen", ""},
                    {"last_seen", ""},
                    {"countries", ""},
                    {"indicators", ""},
                    {"cves", ""},
                    {"techniques", ""},
                    {"tlp", "GREEN"},
                    {"whom", "members"},
                    {"embargo", ""},
                    {"attribution", "named"},
                    {"step", ""}})
        .body;
  };
  EXPECT_THAT(review("Somebody opened our Flow Controller."),
              AllOf(HasSubstr("Products that it names"), HasSubstr("EX-2021-001"), HasSubstr("2 devices at 2 sites")));
  EXPECT_THAT(review("Somebody opened our flow meter."), Not(HasSubstr("Products that it names")));
  const auto sent = api(
      boss, "POST", "/api/v1/threats/reports",
      R"({"title":"Example Pumps","text":"Flow Controller","tlp":"AMBER","audience":"members","anonymous":false,"preview":true})");
  const auto products = json_of(sent).at("review").at("products");
  ASSERT_EQ(products.at("items").as_array().size(), 1U) << sent.body;
  EXPECT_EQ(products.at("items").at(0).at("own_devices").as_int64(), 2);
}

TEST_P(ThreatLinkPages, AdvisoriesAndVulnerabilitiesTellWhoNamesThem) {
  fill();
  EXPECT_THAT(page("/vulnerabilities/CVE-1900-10001"),
              AllOf(HasSubstr("Low &lt;tide&gt;"), HasSubstr("Siltworm"), Not(HasSubstr("Night heron"))));
  EXPECT_THAT(page("/advisories/EX-2021-001"),
              AllOf(HasSubstr("Low &lt;tide&gt;"), Not(HasSubstr("Night heron")), HasSubstr("/threats/attack/T9001"),
                    Not(HasSubstr("T9999</span>"))));
  EXPECT_THAT(page("/advisories/EX-2021-002"), Not(HasSubstr("id=\"threats\"")));
  const auto vulnerability = json_of(get("/api/v1/vulnerabilities/CVE-1900-10001")).at("threats");
  EXPECT_EQ(names(vulnerability), "CVE-1900-10001, Siltworm, Low <tide>");
  EXPECT_EQ(vulnerability.at("total").as_int64(), 3);
  const auto advisory = json_of(get("/api/v1/advisories/EX-2021-001"));
  EXPECT_EQ(names(advisory.at("threats")), "CVE-1900-10001, Siltworm, Low <tide>");
  ASSERT_EQ(advisory.at("techniques").as_array().size(), 1U);
  EXPECT_EQ(advisory.at("techniques").at(0).at("id").as_string(), "T9001");
  // Members see what is for them; what is counted says the same.
  EXPECT_EQ(json_of(get_as(boss, "/api/v1/advisories/EX-2021-001")).at("threats").at("total").as_int64(), 4);
  EXPECT_EQ(json_of(get_as(boss, "/api/v1/vulnerabilities/CVE-1900-10002")).at("threats").at("total").as_int64(), 1);
  EXPECT_THAT(get_as(boss, "/advisories/EX-2021-002").body, HasSubstr("Night heron"));
  // What is kept for visitors goes with what was told.
  add({R"({"type":"malware","spec_version":"2.1","id":")" + std::string{kWorm} +
       R"(","created":"2026-01-01T00:00:00.000Z","modified":"2026-03-01T00:00:00.000Z","name":"Siltworm","is_family":true,"revoked":true,"object_marking_refs":[")" +
       std::string{kClear} + R"("]})"});
  EXPECT_EQ(names(json_of(get("/api/v1/vulnerabilities/CVE-1900-10001")).at("threats")), "CVE-1900-10001");
  EXPECT_THAT(page("/advisories/EX-2021-001"), Not(HasSubstr("Low &lt;tide&gt;")));
}

TEST_P(ThreatLinkPages, AThreatUnderEmbargoIsToldOfWhenItEnds) {
  fill();
  const Timestamp end{clock_.now().micros + 60'000'000};
  auto revision = engine::testing::stix_revision(object("campaign--00000000-0000-4000-8000-000000000007", "Grey egret",
                                                        kClear, R"(,"description":"By CVE-1900-10001")"),
                                                 domain::Tlp::clear, clock_.now());
  revision.embargo_until = end;
  const auto put = database().write(
      [&](store::Connection& connection) { return store::Records{connection}.put(revision, clock_.now()); });
  ASSERT_TRUE(put);
  ASSERT_TRUE(app().watch());
  EXPECT_THAT(page("/advisories/EX-2021-001"), AllOf(HasSubstr("Siltworm"), Not(HasSubstr("Grey egret"))));
  // Nothing is written: time alone lets it out, also onto pages that were kept for visitors.
  clock_.set(end);
  ASSERT_TRUE(app().watch());
  EXPECT_THAT(page("/advisories/EX-2021-001"), HasSubstr("Grey egret"));
  EXPECT_THAT(page("/vulnerabilities/CVE-1900-10001"), HasSubstr("Grey egret"));
  clock_.set({end.micros - 1});
  ASSERT_TRUE(app().watch());
  EXPECT_THAT(page("/advisories/EX-2021-001"), Not(HasSubstr("Grey egret")));
}

TEST_P(ThreatLinkPages, AdvisoriesTellWhoNamesTheirProducts) {
  fill();
  const auto report = [](int number, std::string_view name, std::string_view marking, std::string_view says) {
    return object(fmt::format("campaign--00000000-0000-4000-8000-0000000001{:02}", number), name, marking,
                  fmt::format(R"(,"description":"{}")", says));
  };
  add({report(1, "Slack <water>", kClear, "They look for the Flow Controller of Example Pumps."),
       report(2, "Spring tide", kGreen, "Example Pumps: Flow Controller"),
       // All its words, and yet another product; a relationship; one that is not in force.
       report(3, "Ebb", kClear, "Example Pumps have a controller of flow"),
       object("campaign--00000000-0000-4000-8000-000000000104", "Neap", kClear,
              R"(,"description":"Example Pumps Flow Controller","revoked":true)"),
       // What names a vulnerability of the advisory stands on the page already.
       report(5, "Flood", kClear, "CVE-1900-10001 in the Flow Controller of Example Pumps")});
  const auto of = [&](const http::testing::Reply& reply) {
    std::string out;
    const auto body = json_of(reply);
    for (const auto& each : body.at("threats_by_product").as_array()) {
      out += std::string_view{each.at("name").as_string()};
      for (const auto& product : each.at("products").as_array()) {
        out.append(": ").append(std::string_view{product.as_string()});
      }
      out += "; ";
    }
    return out;
  };
  EXPECT_EQ(of(get("/api/v1/advisories/EX-2021-001")), "Flood: Flow Controller; Slack <water>: Flow Controller; ");
  EXPECT_EQ(of(get_as(boss, "/api/v1/advisories/EX-2021-001")),
            "Flood: Flow Controller; Spring tide: Flow Controller; Slack <water>: Flow Controller; ");
  EXPECT_EQ(of(get("/api/v1/advisories/EX-2021-002")), "");
  EXPECT_THAT(page("/advisories/EX-2021-001"),
              AllOf(HasSubstr("id=\"product-threats\""), HasSubstr("Slack &lt;water&gt;"),
                    Not(HasSubstr("Spring tide")), Not(HasSubstr("Ebb")), Not(HasSubstr("Neap"))));
  EXPECT_THAT(page("/advisories/EX-2021-002"), Not(HasSubstr("id=\"product-threats\"")));
}

TEST_P(ThreatLinkPages, TheListIsNarrowedToThem) {
  fill();
  EXPECT_EQ(names(json_of(get("/api/v1/threats?cve=cve-1900-10001&sort=name"))),
            "CVE-1900-10001, Low <tide>, Siltworm");
  EXPECT_EQ(names(json_of(get("/api/v1/threats?advisory=ex-2021-001&type=malware"))), "Siltworm");
  EXPECT_EQ(names(json_of(get("/api/v1/threats?cve=CVE-1900-10002"))), "");
  EXPECT_EQ(names(json_of(get("/api/v1/threats?advisory=EX-2021-001&cve=CVE-1900-10002"))), "");
  EXPECT_EQ(names(json_of(get_as(boss, "/api/v1/threats?cve=CVE-1900-10002"))), "Night heron");
  EXPECT_THAT(page("/threats?cve=CVE-1900-10001&limit=1"),
              AllOf(HasSubstr("Only what names <b>CVE-1900-10001</b>"), HasSubstr("cve=CVE-1900-10001")));
  EXPECT_THAT(page("/threats?advisory=EX-2021-001"), HasSubstr("3 objects"));
  EXPECT_EQ(get("/api/v1/threats?cve=gate").status, 400);
  EXPECT_EQ(get("/api/v1/threats?advisory=none").status, 404);
  publish({.id = "EX-2021-003", .tlp = domain::Tlp::red, .audience = domain::Audience::listed});
  ASSERT_TRUE(app().watch());
  EXPECT_EQ(get("/api/v1/threats?advisory=EX-2021-003").status, 404);
}

TEST_P(ThreatLinkPages, MatchesSayWhoAttacks) {
  fill();
  plant();
  const auto all = json_of(get_as(boss, "/api/v1/exposure")).at("items").as_array();
  ASSERT_EQ(all.size(), 3U);
  for (const auto& each : all) {
    const auto& threats = each.at("threats").as_array();
    ASSERT_FALSE(threats.empty());
    EXPECT_EQ(threats.at(0).at("type").as_string(), "campaign");
  }
  EXPECT_THAT(get_as(boss, "/exposure").body, AllOf(HasSubstr("Low &lt;tide&gt;"), HasSubstr("Night heron")));
  EXPECT_EQ(json_of(get_as(boss, "/api/v1/exposure?threats=yes")).at("items").as_array().size(), 3U);
  EXPECT_EQ(get_as(boss, "/api/v1/exposure?threats=no").status, 400);
  // Without the one that members see, the meter is not among them.
  const auto changed = fmt::format(
      R"({{"type":"campaign","spec_version":"2.1","id":"{}","created":"2026-01-01T00:00:00.000Z","modified":"2026-04-01T00:00:00.000Z","name":"Night heron","object_marking_refs":["{}"]}})",
      kSecret, kGreen);
  add({changed});
  const auto some = json_of(get_as(boss, "/api/v1/exposure?threats=yes"));
  EXPECT_EQ(some.at("items").as_array().size(), 2U);
  EXPECT_EQ(some.at("counts").at("affected").as_int64(), 2);
  EXPECT_EQ(json_of(get_as(boss, "/api/v1/exposure/lists?by=vulnerability&threats=yes")).at("items").as_array().size(),
            1U);
  EXPECT_THAT(get_as(boss, "/exposure?threats=yes").body, Not(HasSubstr("Level meter")));
}

}  // namespace
}  // namespace tocsin::portal
