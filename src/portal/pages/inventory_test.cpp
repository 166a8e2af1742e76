#include <fmt/format.h>
#include <gmock/gmock.h>

#include "base/json.hpp"
#include "engine/exposure/decisions.hpp"
#include "engine/exposure/runs.hpp"
#include "engine/testing/samples.hpp"
#include "formats/inventory/read.hpp"
#include "formats/inventory/worksheet.hpp"
#include "portal/members_fixture.hpp"
#include "store/records.hpp"

/// The pages and the API of inventory and exposure, as people and programs use them, and what nobody else sees of them.
namespace tocsin::portal {
namespace {

using engine::testing::Sample;
using ::testing::AllOf;
using testing::As;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kMessy =
    "Anlagenliste 2026;;;;;\n"
    "Ding;Hersteller;Typ;FW;Wo;Schrank\n"
    "Pump 1;Example Pumps;Flow Controller;V2.8.0;Nord;=C1\n"
    "Pump 2;Example Pumps;Flow Controller;V2.9.1;West;C2\n"
    "Pump 3;Example Pumps;Flow Controller;n/a;West;\n"
    "Pump 3;Example Pumps;Flow Controller;n/a;West;\n";

class InventoryPages : public testing::MemberPortalTest {
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
    ASSERT_TRUE(engine::exposure::Deciding{database()}.all(clock_));
  }
  /// Value of the hidden field in a form.
  static std::string hidden(const http::testing::Reply& page, std::string_view name) {
    const auto key = fmt::format("name=\"{}\" value=\"", name);
    const auto begin = page.body.find(key);
    EXPECT_NE(begin, std::string::npos) << name;
    if (begin == std::string::npos) return {};
    const auto from = begin + key.size();
    return page.body.substr(from, page.body.find('"', from) - from);
  }
  http::testing::Reply upload(As who, std::string_view target, std::string_view file,
                              std::string_view name = "plant.csv") {
    std::string body;
    const auto part = [&](std::string_view head, std::string_view content) {
      body += "--BOUNDARY\r\nContent-Disposition: form-data; " + std::string{head} + "\r\n\r\n" + std::string{content} +
              "\r\n";
    };
    part("name=\"csrf\"", csrf(who));
    part(fmt::format("name=\"file\"; filename=\"{}\"\r\nContent-Type: text/csv", name), file);
    body += "--BOUNDARY--\r\n";
    http::testing::Client client{running().port()};
    client.send("POST " + std::string{target} + " HTTP/1.1\r\nHost: portal.example\r\n" + cookie(who) +
                "Content-Type: multipart/form-data; boundary=BOUNDARY\r\nContent-Length: " +
                std::to_string(body.size()) + "\r\n\r\n" + body);
    return client.read();
  }
  /// The asset of this number and the first advisory that was published here, as forms name them.
  std::string subject(int asset) {
    return fmt::format("{}.{}", asset, number(store::Sql{"SELECT id FROM record WHERE slug = 'EX-2021-001'"}));
  }
  /// Imports by the API.
  void fill(As who, std::string_view csv) {
    const auto reply = api(who, "POST", "/api/v1/inventory/import", csv, "text/csv");
    ASSERT_EQ(reply.status, 200) << reply.body;
  }
  static constexpr std::string_view kPumps =
      "Name,Vendor,Product,Firmware,Site\n"
      "Pump 1,Example Pumps,Flow Controller,V2.8.0,Nord\n"
      "Pump 2,Example Pumps,Flow Controller,V2.8.1,West\n"
      "Pump 3,Example Pumps,Flow Controller,,West\n";
};
TOCSIN_ON_BOTH_DATABASES(InventoryPages);

TEST_P(InventoryPages, AMessyFileIsMappedComparedAndImported) {
  const auto boss = As::water_administrator;
  EXPECT_THAT(get_as(boss, "/inventory").body, HasSubstr("The inventory is empty"));
  EXPECT_EQ(upload(boss, "/inventory/import", "").status, 422);
  EXPECT_THAT(upload(boss, "/inventory/import", "a,b\n\"open").body, HasSubstr("quote"));
  const auto sent = upload(boss, "/inventory/import", kMessy);
  ASSERT_EQ(sent.status, 303) << sent.body;
  const std::string at{sent.header("location")};
  const auto columns = get_as(boss, at);
  EXPECT_EQ(columns.status, 200);
  EXPECT_THAT(columns.body, AllOf(HasSubstr("Schrank"), HasSubstr("Pump 1 \xC2\xB7 Pump 2"), HasSubstr("=C1")));
  // What was not recognised is said: name, vendor, product, firmware, site, free.
  const std::vector<testing::Field> chosen{{"column", "name"},     {"column", "vendor"}, {"column", "product"},
                                           {"column", "firmware"}, {"column", "site"},   {"column", "none"}};
  auto fields = chosen;
  fields.emplace_back("do", "compare");
  const auto shown = post_as(boss, at, fields);
  EXPECT_EQ(shown.status, 200);
  EXPECT_THAT(shown.body, AllOf(HasSubstr("Row 6: the same as row 5"), Not(HasSubstr("Import it now"))));
  fields.emplace_back("keep_good_rows", "yes");
  const auto good = post_as(boss, at, fields);
  ASSERT_THAT(good.body, HasSubstr("Import it now"));
  constexpr std::string_view kDigest = "name=\"digest\" value=\"";
  const auto begin = good.body.find(kDigest) + kDigest.size();
  auto confirmed = chosen;
  confirmed.emplace_back("keep_good_rows", "yes");
  confirmed.emplace_back("do", "import");
  confirmed.emplace_back("digest", good.body.substr(begin, 32));
  EXPECT_EQ(number(store::Sql{"SELECT count(*) FROM asset"}), 0);
  const auto imported = post_as(boss, at, confirmed);
  ASSERT_EQ(imported.status, 303) << imported.body;
  EXPECT_EQ(number(store::Sql{"SELECT count(*) FROM asset"}), 3);
  EXPECT_EQ(get_as(boss, at).status, 404);  // The file is gone.
  EXPECT_THAT(get_as(boss, "/inventory").body, AllOf(HasSubstr("Pump 1"), HasSubstr("3 assets")));
  EXPECT_THAT(get_as(boss, "/inventory?q=pump+2").body, AllOf(Not(HasSubstr("Pump 1")), HasSubstr("1 asset<")));
  // The next file needs no mapping.
  const auto again = upload(boss, "/inventory/import", kMessy);
  EXPECT_THAT(get_as(boss, again.header("location")).body, HasSubstr("<option value=\"site\" selected>"));
  EXPECT_EQ(get_as(As::water_member, "/inventory").status, 200);
  EXPECT_EQ(get_as(As::water_member, "/inventory/import").status, 403);
  EXPECT_EQ(upload(As::water_member, "/inventory/import", kMessy).status, 403);
}

TEST_P(InventoryPages, WhatChangedMeanwhileIsShownAgain) {
  const auto boss = As::water_administrator;
  const auto sent = upload(boss, "/inventory/import", kPumps);
  const std::string at{sent.header("location")};
  const std::vector<testing::Field> columns{
      {"column", "name"}, {"column", "vendor"}, {"column", "product"}, {"column", "firmware"}, {"column", "site"}};
  auto fields = columns;
  fields.emplace_back("do", "import");
  fields.emplace_back("digest", std::string(32, '0'));
  const auto late = post_as(boss, at, fields);
  EXPECT_EQ(late.status, 422);
  EXPECT_THAT(late.body, HasSubstr("has changed since the difference was shown"));
  EXPECT_EQ(number(store::Sql{"SELECT count(*) FROM asset"}), 0);
}

TEST_P(InventoryPages, AssetsAreEnteredChangedAndRemovedByHand) {
  const auto boss = As::water_administrator;
  EXPECT_EQ(post_as(boss, "/inventory/new", {{"vendor", "Helmwerk"}}).status, 422);
  const auto made = post_as(
      boss, "/inventory/new",
      {{"name", "PLC"}, {"versions", "firmware: V2\nbootloader: 3"}, {"others", "Cabinet: C4"}, {"tags", "a\nb"}});
  ASSERT_EQ(made.status, 303) << made.body;
  const auto page = get_as(boss, made.header("location"));
  EXPECT_THAT(page.body, AllOf(HasSubstr("bootloader 3; firmware V2"), HasSubstr("Cabinet"), HasSubstr("a, b")));
  const auto edit = get_as(boss, "/inventory/1/edit");
  EXPECT_THAT(edit.body, AllOf(HasSubstr("firmware: V2"), HasSubstr("Cabinet: C4")));
  EXPECT_EQ(post_as(boss, "/inventory/1/edit", {{"version", "old"}, {"name", "PLC 2"}}).status, 422);
  EXPECT_EQ(post_as(boss, "/inventory/1/edit", {{"name", "PLC <2>"}}).status, 303);
  EXPECT_THAT(get_as(boss, "/inventory/1").body, AllOf(HasSubstr("PLC &lt;2&gt;"), Not(HasSubstr("<2>"))));
  EXPECT_EQ(post_as(boss, "/inventory/1/remove", {}).status, 303);
  EXPECT_EQ(get_as(boss, "/inventory/1").status, 404);
}

TEST_P(InventoryPages, ExposureIsShownAndAnswered) {
  const auto boss = As::water_administrator;
  publish({});
  fill(boss, kPumps);
  match();
  const auto page = get_as(boss, "/exposure");
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(page.body, AllOf(HasSubstr("Pump 1"), HasSubstr("Pump 3"), HasSubstr("V2.8.0 is in"),
                               HasSubstr("name=\"match\" value=\"" + subject(1) + "\"")));
  EXPECT_THAT(get_as(boss, "/advisories/EX-2021-001").body, HasSubstr("2 devices at 2 sites"));
  EXPECT_THAT(get_as(As::water_member, "/advisories/EX-2021-001").body, HasSubstr("2 devices at 2 sites"));
  EXPECT_THAT(get_as(As::water_member, "/exposure").body, Not(HasSubstr("name=\"match\"")));
  // Two at once.
  EXPECT_EQ(post_as(boss, "/exposure", {{"do", "state"}, {"state", "done"}}).status, 422);  // None chosen.
  const auto wrong = post_as(
      boss, "/exposure", {{"do", "state"}, {"state", "accepted"}, {"match", subject(1)}, {"reason", "typed before"}});
  EXPECT_EQ(wrong.status, 422);
  EXPECT_THAT(wrong.body, AllOf(HasSubstr("who accepts a risk says why"), HasSubstr("typed before"),
                                HasSubstr("value=\"" + subject(1) + "\" aria-label=\"Pump 1, EX-2021-001\" checked")));
  const auto done = post_as(
      boss, "/exposure?site=Nord",
      {{"do", "state"}, {"state", "done"}, {"evidence", "Updated"}, {"match", subject(1)}, {"match", subject(2)}});
  ASSERT_EQ(done.status, 303) << done.body;
  EXPECT_EQ(done.header("location"), "/exposure?site=Nord&notice=saved");
  const auto after = get_as(boss, "/exposure");
  EXPECT_THAT(after.body, AllOf(Not(HasSubstr("Pump 1")), HasSubstr("Pump 3")));
  EXPECT_THAT(get_as(boss, "/exposure?state=done").body, HasSubstr("Pump 1"));
  EXPECT_THAT(get_as(boss, "/inventory/1").body, AllOf(HasSubstr("Updated"), HasSubstr("Wendy Wells")));
  ASSERT_EQ(post_as(boss, "/exposure", {{"do", "rejected"}, {"reason", "Spare part"}, {"match", subject(1)}}).status,
            303);
  EXPECT_THAT(get_as(boss, "/advisories/EX-2021-001").body, HasSubstr("1 device at 1 site"));
  EXPECT_THAT(get_as(boss, "/exposure?status=not_affected&state=all").body, HasSubstr("Spare part"));
  EXPECT_EQ(post_as(As::power_member, "/exposure", {{"do", "none"}, {"match", subject(1)}}).status, 403);
  for (const auto* bad :
       {"/exposure?status=x", "/exposure?state=x", "/exposure?limit=0", "/exposure?cursor=x", "/exposure?decision=x",
        "/exposure?due=x", "/exposure?severity=x", "/exposure?sort=x", "/exposure?group=x"}) {
    EXPECT_EQ(get_as(boss, bad).status, 400) << bad;
  }
  EXPECT_EQ(get_as(boss, "/exposure?advisory=none").status, 404);
}

TEST_P(InventoryPages, AVulnerabilityTellsItsOwnersAndIsAnsweredByItself) {
  const auto boss = As::water_administrator;
  publish({});
  fill(boss, kPumps);
  match();
  const std::string vulnerability = "/vulnerabilities/CVE-1900-10001";
  const auto shown = get_as(boss, vulnerability);
  EXPECT_THAT(shown.body, AllOf(HasSubstr("<b>You:</b>"), HasSubstr("2 devices at 2 sites"),
                                HasSubstr("/exposure?cve=CVE-1900-10001&amp;status=affected&amp;state=all")));
  EXPECT_EQ(shown.header("cache-control"), "no-store");
  EXPECT_THAT(get_as(boss, "/exposure?cve=CVE-1900-10001&status=affected&state=all").body,
              AllOf(HasSubstr("Pump 1"), HasSubstr("Pump 2"), Not(HasSubstr("Pump 3"))));
  for (const auto who : {As::visitor, As::power_member, As::coordinator}) {
    EXPECT_THAT(get_as(who, vulnerability).body, Not(HasSubstr("<b>You:</b>")));
  }
  const std::string one = "/inventory/1/advisories/EX-2021-001";
  EXPECT_THAT(get_as(boss, "/inventory/1").body, HasSubstr("href=\"" + one + "\""));
  EXPECT_THAT(get_as(boss, one).body, AllOf(HasSubstr("CVE-1900-10001"), HasSubstr("as the advisory")));
  EXPECT_EQ(post_as(boss, one, {{"state", "done"}}).status, 422) << "no vulnerability";
  EXPECT_EQ(post_as(boss, one, {{"vulnerability", "CVE-1999-0001"}, {"state", "done"}}).status, 422);
  const auto wrong = post_as(boss, one, {{"vulnerability", "CVE-1900-10001"}, {"state", "accepted"}});
  EXPECT_EQ(wrong.status, 422);
  EXPECT_THAT(wrong.body, HasSubstr("who accepts a risk says why"));
  const auto done =
      post_as(boss, one, {{"vulnerability", "CVE-1900-10001"}, {"state", "done"}, {"evidence", "Port 502 is closed"}});
  ASSERT_EQ(done.status, 303) << done.body;
  EXPECT_EQ(done.header("location"), one + "?notice=saved");
  EXPECT_THAT(get_as(boss, one).body,
              AllOf(HasSubstr("Port 502 is closed"), HasSubstr("Wendy Wells"), Not(HasSubstr("as the advisory"))));
  // The advisory as a whole is open still.
  EXPECT_THAT(get_as(boss, "/exposure").body, HasSubstr("Pump 1"));
  for (const auto& [who, status] : {std::pair{As::power_member, 403}, std::pair{As::water_member, 403}}) {
    EXPECT_EQ(get_as(who, one).status, status);
    EXPECT_EQ(post_as(who, one, {{"vulnerability", "CVE-1900-10001"}, {"state", "open"}}).status, status);
  }
  EXPECT_EQ(get_as(As::coordinator, one).status, 404) << "another organisation's";
  EXPECT_EQ(get_as(boss, "/inventory/1/advisories/none").status, 404);
  EXPECT_EQ(get_as(boss, "/inventory/99/advisories/EX-2021-001").status, 404);
  // An advisory that is hidden now counts for nobody and has no page.
  publish({.version = "2", .tlp = domain::Tlp::red});
  EXPECT_THAT(get_as(boss, vulnerability).body, Not(HasSubstr("<b>You:</b>")));
  EXPECT_EQ(get_as(boss, one).status, 404);
}

constexpr std::string_view kPlants =
    "Asset id,Name,Vendor,Product,Firmware,Site,Zone,Exposure,Safety,Criticality,Next outage\n"
    "1,Open pump,Example Pumps,Flow Controller,V2.8.0,Nord,Z1,internet,high,high,\n"
    "2,Quiet pump,Example Pumps,Flow Controller,V2.8.0,West,Z2,isolated,low,low,\n"
    "3,Calm pump,Example Pumps,Flow Controller,V2.8.0,West,Z2,isolated,low,low,\n";

TEST_P(InventoryPages, TheWorklistIsFilteredAndEditedByDecision) {
  const auto boss = As::water_administrator;
  publish({});
  fill(boss, kPlants);
  match();
  const auto page = get_as(boss, "/exposure?group=site");
  EXPECT_THAT(page.body, AllOf(HasSubstr("act now"), HasSubstr("By site"), HasSubstr("Open pump"),
                               HasSubstr("Exploitation: <b>Public PoC</b>"), HasSubstr("href=\"/exposure/export.csv\""),
                               HasSubstr("aria-label=\"West, accept the risk: 2\"")));
  // Most urgent first.
  EXPECT_LT(page.body.find("Open pump"), page.body.find("Quiet pump"));
  const auto accepted = get_as(boss, "/exposure?decision=accept");
  EXPECT_THAT(accepted.body, AllOf(Not(HasSubstr("Open pump")), HasSubstr("Quiet pump"), HasSubstr("Calm pump")));
  const auto json = get_as(boss, "/api/v1/exposure?decision=accept&sort=due&group=zone");
  EXPECT_THAT(json.body, AllOf(HasSubstr("\"decisions\":{\"act_now\":1,\"accept\":2}"), HasSubstr("\"waiting\":0"),
                               HasSubstr("\"value\":\"Z2\""), HasSubstr("\"value_name\":\"Public PoC\"")));
  // On two pages; the same cursor under another order is refused.
  const auto first = get_as(boss, "/api/v1/exposure?limit=1&sort=site");
  const auto parsed = json::parse(first.body).value();
  const std::string next{parsed.root().at("next").as_string()};
  EXPECT_THAT(get_as(boss, next).body, HasSubstr("West"));
  EXPECT_EQ(get_as(boss, next.substr(0, next.find("sort=site")) + "sort=due" + next.substr(next.find("sort=site") + 9))
                .status,
            400);
  // As a table, with the path; formulas and commas do no harm.
  const auto csv = get_as(boss, "/exposure/export.csv?decision=act_now");
  EXPECT_EQ(csv.header("content-type"), "text/csv; charset=utf-8");
  EXPECT_THAT(csv.body, AllOf(HasSubstr("asset,site,zone,vendor"), HasSubstr("act_now"),
                              HasSubstr("Exploitation=Public PoC because"), Not(HasSubstr("Quiet pump"))));
  EXPECT_TRUE(get_as(boss, "/exposure/export.xlsx").body.starts_with("PK"));
  // All that fit the filter, as many as were told.
  const std::vector<testing::Field> fields{{"do", "state"}, {"state", "accepted"}, {"evidence", "By the table"}};
  auto everything = fields;
  everything.emplace_back("everything", "3");
  const auto moved = post_as(boss, "/exposure?decision=accept&limit=1", everything);
  EXPECT_EQ(moved.status, 422);
  EXPECT_THAT(moved.body, AllOf(HasSubstr("there are 2 now, not 3"), HasSubstr("All 2 that fit the filter")));
  everything.back().second = "2";
  ASSERT_EQ(post_as(boss, "/exposure?decision=accept&limit=1", everything).status, 303);
  EXPECT_THAT(get_as(boss, "/exposure").body, AllOf(HasSubstr("Open pump"), Not(HasSubstr("Calm pump"))));
  EXPECT_THAT(get_as(boss, "/exposure?state=accepted").body, AllOf(HasSubstr("Quiet pump"), HasSubstr("Calm pump")));
  EXPECT_EQ(get_as(As::visitor, "/exposure/export.csv").status, 303);
  EXPECT_EQ(get_as(As::auditor, "/exposure/export.csv").status, 403);
}

TEST_P(InventoryPages, AnOrganisationDecidesByItsOwnTable) {
  const auto boss = As::water_administrator;
  publish({});
  fill(boss, kPlants);
  match();
  EXPECT_THAT(get_as(boss, "/exposure/decisions").body, AllOf(HasSubstr("Devices of a plant"), HasSubstr("324")));
  EXPECT_THAT(get_as(As::water_member, "/exposure/decisions").body, Not(HasSubstr("Edit the table in use")));
  EXPECT_EQ(get_as(As::water_member, "/exposure/decisions/edit").status, 403);
  // Nothing can be saved that was not seen.
  const auto edit = get_as(boss, "/exposure/decisions/edit");
  EXPECT_THAT(edit.body, AllOf(HasSubstr("What each row leads to"), Not(HasSubstr("value=\"save\""))));
  const std::vector<std::string> acts(108, "ACT");
  std::vector<testing::Field> fields{{"source", "current"},
                                     {"outcomes", hidden(edit, "outcomes")},
                                     {"part", "1"},
                                     {"seen", "0"},
                                     {"note", "Plant rule"}};
  for (const auto& each : acts) fields.emplace_back("outcome", each);
  const auto with = [&](std::string_view what, std::string_view previewed) {
    auto all = fields;
    all.emplace_back("do", std::string{what});
    all.emplace_back("previewed", std::string{previewed});
    return all;
  };
  const auto unseen = post_as(boss, "/exposure/decisions/edit", with("save", ""));
  EXPECT_EQ(unseen.status, 422);
  EXPECT_THAT(unseen.body, AllOf(HasSubstr("look again"), HasSubstr("<b>2</b> from “accept the risk” to “act now”"),
                                 HasSubstr("3 matches were looked at"), HasSubstr("rows lead to something else")));
  // Another part of the table keeps what was chosen.
  const auto other = post_as(boss, "/exposure/decisions/edit", with("part-0", ""));
  EXPECT_EQ(other.status, 200);
  EXPECT_EQ(hidden(other, "part"), "0");
  EXPECT_EQ(hidden(other, "outcomes"), hidden(unseen, "outcomes"));
  ASSERT_EQ(post_as(boss, "/exposure/decisions/edit", with("save", hidden(unseen, "previewed"))).status, 303);
  EXPECT_THAT(get_as(boss, "/exposure").body, HasSubstr("3 matches are being decided anew"));
  match();
  EXPECT_THAT(get_as(boss, "/api/v1/exposure").body, HasSubstr("\"decisions\":{\"act_now\":3}"));
  EXPECT_THAT(get_as(boss, "/exposure/decisions").body,
              AllOf(HasSubstr("own table"), HasSubstr("Plant rule"), HasSubstr("Wendy Wells")));
  // Somebody who saw the one before.
  const auto late =
      post_as(boss, "/exposure/decisions/edit", {{"source", "cisa"}, {"seen", "0"}, {"do", "save"}, {"previewed", ""}});
  EXPECT_EQ(late.status, 422);
  const auto conflict =
      post_as(boss, "/exposure/decisions/edit",
              {{"source", "cisa"}, {"seen", "0"}, {"do", "save"}, {"previewed", hidden(late, "previewed")}});
  EXPECT_EQ(conflict.status, 422);
  EXPECT_THAT(conflict.body, HasSubstr("somebody else has changed the table"));
  // What was before, and back.
  EXPECT_THAT(get_as(boss, "/exposure/decisions/1").body, HasSubstr("What it changed"));
  EXPECT_EQ(get_as(boss, "/exposure/decisions/2").status, 404);
  const auto file = get_as(boss, "/exposure/decisions/table.json?version=1");
  EXPECT_THAT(file.body, HasSubstr("x_tocsin.portal#own"));
  const auto sent = upload(boss, "/exposure/decisions/upload", file.body, "table.json");
  EXPECT_EQ(sent.status, 200);
  EXPECT_THAT(sent.body, HasSubstr("Each would be decided as it is now."));
  auto broken = file.body;
  const auto at = broken.find("\"ACT\"", broken.find("mapping"));
  broken.replace(at, 5, "\"XXX\"");
  const auto refused = upload(boss, "/exposure/decisions/upload", broken, "table.json");
  EXPECT_EQ(refused.status, 422);
  EXPECT_THAT(refused.body, AllOf(HasSubstr("Row "), HasSubstr("is no value of")));
  // Programs.
  EXPECT_THAT(api(boss, "POST", "/api/v1/exposure/decisions/preview", R"({"base":"ot"})").body,
              HasSubstr("{\"from\":\"act_now\",\"to\":\"accept\",\"count\":2}"));
  EXPECT_EQ(api(boss, "PUT", "/api/v1/exposure/decisions", R"({"base":"ot","version":7})").status, 409);
  EXPECT_EQ(api(boss, "PUT", "/api/v1/exposure/decisions", R"({"base":"own","table":{}})").status, 400);
  EXPECT_EQ(api(boss, "PUT", "/api/v1/exposure/decisions", R"({"base":"ot","note":"Back","version":1})").status, 200);
  EXPECT_EQ(api(As::water_member, "PUT", "/api/v1/exposure/decisions", R"({"base":"cisa"})").status, 403);
  EXPECT_THAT(get_as(As::auditor, "/audit?action=exposure.*").body, HasSubstr("exposure.table"));
}

TEST_P(InventoryPages, ProgramsDoTheSame) {
  const auto boss = As::water_administrator;
  publish({});
  const auto dry = api(boss, "POST", "/api/v1/inventory/import?dry_run=true", kPumps, "text/csv");
  EXPECT_THAT(dry.body, HasSubstr("\"added\":3"));
  EXPECT_EQ(number(store::Sql{"SELECT count(*) FROM asset"}), 0);
  fill(boss, kPumps);
  match();
  const auto one = get_as(boss, "/api/v1/inventory/1");
  EXPECT_THAT(one.body, AllOf(HasSubstr("\"label\":\"Pump 1\""), HasSubstr("\"status\":\"affected\"")));
  EXPECT_EQ(api(boss, "PUT", "/api/v1/inventory/1", R"({"name":"P"})").status, 428);
  EXPECT_EQ(
      api(boss, "PUT", "/api/v1/inventory/1", R"({"name":"P"})", "application/json", "If-Match: \"x\"\r\n").status,
      412);
  EXPECT_EQ(
      api(boss, "PUT", "/api/v1/inventory/1", R"({"name":"P","nonsense":1})", "application/json", "If-Match: *\r\n")
          .status,
      400);
  const auto etag = std::string{one.header("etag")};
  EXPECT_EQ(api(boss, "PUT", "/api/v1/inventory/1", R"({"name":"P","tags":["x"]})", "application/json",
                "If-Match: " + etag + "\r\n")
                .status,
            200);
  EXPECT_EQ(api(boss, "POST", "/api/v1/exposure/state",
                R"({"matches":[{"asset":2,"advisory":"EX-2021-001"}],"state":"in_progress"})")
                .status,
            204);
  EXPECT_THAT(get_as(boss, "/api/v1/exposure?state=in_progress").body, HasSubstr("\"asset\":2"));
  EXPECT_EQ(api(boss, "DELETE", "/api/v1/inventory/1", "", "application/json", "If-Match: *\r\n").status, 204);
  const auto csv = get_as(boss, "/api/v1/inventory/export");
  EXPECT_EQ(csv.header("content-type"), "text/csv; charset=utf-8");
  EXPECT_THAT(csv.body, HasSubstr("Pump 2"));
  const auto workbook = get_as(boss, "/inventory/export.xlsx");
  EXPECT_EQ(workbook.header("content-disposition"), "attachment; filename=\"inventory.xlsx\"");
  const auto table = formats::inventory::read_worksheet(workbook.body);
  ASSERT_TRUE(table) << table.error().to_string();
  EXPECT_EQ(table->rows.size(), std::size_t{2});
  const auto bom = get_as(boss, "/inventory/export.cdx.json");
  EXPECT_EQ(bom.header("content-type"), "application/vnd.cyclonedx+json; version=1.6");
  EXPECT_EQ(bom.header("content-disposition"), "attachment; filename=\"inventory.cdx.json\"");
  const auto items = formats::inventory::read_inventory(bom.body, "inventory.cdx.json");
  ASSERT_TRUE(items) << items.error().to_string();
  EXPECT_EQ(items->items.size(), std::size_t{2});
  EXPECT_EQ(get_as(boss, "/api/v1/inventory/export.cdx.json").status, 200);
}

/// Two installations that differ in somebody else's inventory answer everybody else the same, to the byte.
TEST_P(InventoryPages, NobodyElseSeesAnythingOfIt) {
  publish({});
  publish({.id = "EX-2021-002", .products = {{.vendor = "Example Pumps", .name = "Valve", .version = "vers:all/*"}}});
  // Of the own organisation, so that lists have something.
  fill(As::coordinator, "Name,Vendor,Product\nOwn,Nobody,Thing\n");
  match();
  const As others[] = {As::visitor, As::power_member, As::coordinator, As::analyst, As::administrator, As::auditor};
  const std::string_view targets[] = {"/inventory",
                                      "/inventory/2",
                                      "/inventory/export.csv",
                                      "/inventory/export.xlsx",
                                      "/inventory/export.cdx.json",
                                      "/inventory/sharing",
                                      "/inventory?organisation=2",
                                      "/exposure",
                                      "/exposure?status=all&state=all",
                                      "/exposure?organisation=2",
                                      "/exposure?advisory=EX-2021-001",
                                      "/exposure?decision=act_now&group=site",
                                      "/exposure/export.csv",
                                      "/exposure/lists",
                                      "/exposure/lists?by=advisory&status=all&state=all",
                                      "/exposure/lists?organisation=2",
                                      "/api/v1/exposure/lists?by=vulnerability",
                                      "/exposure/runs",
                                      "/exposure/runs?organisation=2",
                                      "/api/v1/exposure/runs",
                                      "/api/v1/exposure/runs/1",
                                      "/inventory/boms",
                                      "/inventory/boms?organisation=2",
                                      "/api/v1/inventory/boms",
                                      "/exposure/decisions",
                                      "/exposure/decisions/1",
                                      "/exposure/decisions?organisation=2",
                                      "/api/v1/exposure/decisions/1",
                                      "/advisories/EX-2021-001",
                                      "/vulnerabilities/CVE-1900-10001",
                                      "/api/v1/advisories/EX-2021-001",
                                      "/api/v1/inventory",
                                      "/api/v1/inventory/2",
                                      "/api/v1/inventory?organisation=2",
                                      "/api/v1/inventory/export",
                                      "/api/v1/exposure",
                                      "/organisations/2",
                                      "/admin"};
  const auto everything = [&] {
    std::map<std::string, std::string> answers;
    for (const auto who : others) {
      for (const auto target : targets) {
        const auto reply = get_as(who, target);
        std::string seen = std::to_string(reply.status) + "\n" + std::string{reply.header("etag")} + "\n" + reply.body;
        // Names the request itself.
        for (const std::string_view name : {"reference ", "urn:tocsin:request:", "<code>"}) {
          if (const auto at = seen.find(name); at != std::string::npos && reply.status >= 400) seen.resize(at);
        }
        answers[fmt::format("{} {}", static_cast<int>(who), target)] = std::move(seen);
      }
    }
    return answers;
  };
  const auto without = everything();
  fill(As::water_administrator, kPumps);
  match();
  ASSERT_EQ(
      post_as(As::water_administrator, "/exposure", {{"do", "state"}, {"state", "in_progress"}, {"match", subject(2)}})
          .status,
      303);
  ASSERT_EQ(api(As::water_administrator, "PUT", "/api/v1/exposure/decisions", R"({"base":"cisa"})").status, 200);
  ASSERT_EQ(post_as(As::water_administrator, "/exposure/runs", {{"everything", "yes"}}).status, 303);
  match();
  ASSERT_TRUE(app().watch());
  const auto with = everything();
  for (const auto& [what, answer] : without) {
    if (what.ends_with("/admin")) continue;  // Counts entries of the audit log.
    EXPECT_EQ(with.at(what), answer) << what;
  }
  EXPECT_THAT(get_as(As::water_administrator, "/advisories/EX-2021-001").body, HasSubstr("<b>You:</b>"));
  EXPECT_THAT(get_as(As::coordinator, "/inventory?organisation=2").status, 404);
  EXPECT_EQ(get_as(As::administrator, "/inventory").status, 403);
  // What the auditor reads of it names no asset.
  const auto log = get_as(As::auditor, "/audit?action=inventory.*").body;
  EXPECT_THAT(log, AllOf(HasSubstr("inventory.import"), Not(HasSubstr("Pump 1")), Not(HasSubstr("Nord"))));
}

TEST_P(InventoryPages, AGrantOpensItToTheCertUntilItIsRevoked) {
  fill(As::water_administrator, kPumps);
  const auto there = fmt::format("/inventory?organisation={}", water_.value);
  EXPECT_EQ(get_as(As::coordinator, there).status, 404);
  ASSERT_EQ(post_as(As::water_administrator, "/inventory/sharing", {{"site", "West"}, {"reason", "Incident 7"}}).status,
            303);
  EXPECT_EQ(post_as(As::water_member, "/inventory/sharing", {{"site", ""}}).status, 403);
  const auto seen = get_as(As::coordinator, there);
  EXPECT_THAT(seen.body, AllOf(HasSubstr("Pump 2"), Not(HasSubstr("Pump 1")), HasSubstr("granted the CERT"),
                               Not(HasSubstr("Nord"))));
  EXPECT_THAT(get_as(As::coordinator, "/inventory").body, HasSubstr("Granted to the CERT"));
  EXPECT_EQ(get_as(As::coordinator, fmt::format("/inventory/1?organisation={}", water_.value)).status, 404);
  EXPECT_EQ(get_as(As::power_member, there).status, 404);
  EXPECT_THAT(get_as(As::water_member, "/inventory/sharing").body, HasSubstr("Incident 7"));
  ASSERT_EQ(post_as(As::water_administrator, "/inventory/sharing/1/revoke", {}).status, 303);
  EXPECT_EQ(get_as(As::coordinator, there).status, 404);
}

}  // namespace
}  // namespace tocsin::portal
