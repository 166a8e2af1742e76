#include "engine/exposure/lists.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "engine/exposure/asked_runs.hpp"
#include "engine/exposure/decisions.hpp"
#include "engine/exposure/runs.hpp"
#include "engine/inventory/testing.hpp"
#include "engine/search/indexer.hpp"
#include "engine/testing/samples.hpp"

namespace tocsin::engine::exposure {
namespace {

using domain::RemediationState;
using engine::testing::Sample;
using inventory::outcome;
using inventory::refusal;
using store::ExposureListBy;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::string_view kPlant =
    "Name,Vendor,Product,Firmware,Site\n"
    "P1,Example Pumps,Flow Controller,V2.8.0,Nord\n"
    "P2,Example Pumps,Flow Controller,V2.9.1,West\n"
    "P3,Example Pumps,Flow Controller,,West\n"
    "M1,Brightwater,Level meter,1.0,Nord\n"
    "V1,Brightwater,Valve,1.0,Nord\n";

constexpr std::string_view kBom =
    R"({"bomFormat":"CycloneDX","specVersion":"1.5","version":1,
    "metadata":{"component":{"type":"device","bom-ref":"it","name":"HW-710","version":"2.8.1"}},"components":[
    {"type":"library","bom-ref":"1","supplier":{"name":"Example Pumps"},"name":"Flow Controller","version":"V2.8.0"},
    {"type":"library","bom-ref":"2","name":"zlib","version":"1.2.11"}]})";

class ListsTest : public inventory::InventoryTest {
 protected:
  void publish(const Sample& sample) {
    const auto put = database().write([&](store::Connection& connection) {
      return store::Records{connection}.put(engine::testing::revision_of(sample), inventory::kTestNow);
    });
    ASSERT_TRUE(put) << put.error().detail;
    ASSERT_TRUE(search::index_all(database()));
  }
  void run() {
    Runs runs{database()};
    for (int i = 0; i < 10'000; ++i) {
      const auto step = runs.step(inventory::kTestNow, 500);
      ASSERT_TRUE(step) << step.error().to_string() << step.error().detail;
      if (step->caught_up) return;
    }
    FAIL() << "does not come to an end";
  }
  std::vector<store::ExposureTally> tallied(const Actor& actor, ExposureListBy by, const ListInput& input = {}) {
    const auto page = tallies(database(), actor, own(actor), by, input, inventory::kTestNow);
    EXPECT_TRUE(page) << page.error().to_string() << page.error().detail;
    return page ? page->rows : std::vector<store::ExposureTally>{};
  }
  /// "Flow Controller: 3 of 3 assets, 1 advisories; affected 1, fixed 1; open 2, done 1"
  std::vector<std::string> told(const Actor& actor, ExposureListBy by, const ListInput& input = {}) {
    std::vector<std::string> lines;
    for (const auto& row : tallied(actor, by, input)) {
      lines.push_back(fmt::format("{}: {}/{} assets, {} advisories, {} matches, affected {}, states {}", row.name,
                                  row.assets, row.in_inventory, row.advisories, row.matches, row.statuses[0],
                                  fmt::join(row.states, " ")));
    }
    return lines;
  }
  void fill() {
    publish({});
    publish(
        {.id = "EX-2",
         .products = {{.vendor = "Brightwater", .name = "Level meter", .version = "<= 1.2"}, {.version = "<= V3.0"}},
         .cve = "CVE-1900-10002"});
    ASSERT_TRUE(import_csv(editor, kPlant));
    run();
  }
};
TOCSIN_ON_BOTH_DATABASES(ListsTest);

TEST_P(ListsTest, CountsByProductAdvisoryVulnerabilityAndAsset) {
  fill();
  EXPECT_THAT(told(editor, ExposureListBy::product),
              ElementsAre("Flow Controller: 3/3 assets, 2 advisories, 6 matches, affected 3, states 6 0 0 0",
                          "Level meter: 1/1 assets, 1 advisories, 1 matches, affected 1, states 1 0 0 0"));
  EXPECT_THAT(told(editor, ExposureListBy::advisory),
              ElementsAre("EX-2: 4/0 assets, 1 advisories, 4 matches, affected 3, states 4 0 0 0",
                          "EX-2021-001: 3/0 assets, 1 advisories, 3 matches, affected 1, states 3 0 0 0"));
  EXPECT_THAT(told(editor, ExposureListBy::vulnerability),
              ElementsAre("CVE-1900-10002: 4/0 assets, 1 advisories, 4 matches, affected 3, states 4 0 0 0",
                          "CVE-1900-10001: 3/0 assets, 1 advisories, 3 matches, affected 1, states 3 0 0 0"));
  EXPECT_THAT(tallied(editor, ExposureListBy::asset), SizeIs(4));
  // Narrowed to each other: the products and the assets of an advisory, the advisories of a product and an asset.
  const auto record = tallied(editor, ExposureListBy::advisory).front().id;
  EXPECT_THAT(told(editor, ExposureListBy::product, {.record = domain::RecordId{record}}),
              ElementsAre("Flow Controller: 3/3 assets, 1 advisories, 3 matches, affected 2, states 3 0 0 0",
                          "Level meter: 1/1 assets, 1 advisories, 1 matches, affected 1, states 1 0 0 0"));
  const auto meter = tallied(editor, ExposureListBy::product).back().key;
  EXPECT_THAT(told(editor, ExposureListBy::advisory, {.product = meter}),
              ElementsAre("EX-2: 1/0 assets, 1 advisories, 1 matches, affected 1, states 1 0 0 0"));
  EXPECT_THAT(told(editor, ExposureListBy::product, {.site = "West", .cve = "CVE-1900-10001"}),
              ElementsAre("Flow Controller: 2/3 assets, 1 advisories, 2 matches, affected 0, states 2 0 0 0"));
  EXPECT_EQ(
      refusal(tallies(database(), stranger, own(stranger), ExposureListBy::product, {.due = "x"}, inventory::kTestNow)),
      "invalid_input at due");
  EXPECT_THAT(told(stranger, ExposureListBy::product), IsEmpty());
}

TEST_P(ListsTest, PagesAreOneListInItsOrder) {
  fill();
  for (const auto by : all_lists()) {
    const auto whole = told(editor, by);
    std::vector<std::string> paged;
    ListInput input{.limit = 1};
    for (int i = 0; i < 20; ++i) {
      const auto page = tallies(database(), editor, own(editor), by, input, inventory::kTestNow);
      ASSERT_TRUE(page) << page.error().to_string();
      for (const auto& row : page->rows) paged.push_back(row.name);
      if (page->next_cursor.empty()) break;
      input.cursor = page->next_cursor;
    }
    ASSERT_EQ(paged.size(), whole.size()) << to_string(by);
    for (std::size_t i = 0; i < whole.size(); ++i) EXPECT_THAT(whole[i], ::testing::StartsWith(paged[i] + ":"));
    EXPECT_EQ(parse_list(to_string(by)), by);
  }
  EXPECT_EQ(refusal(tallies(database(), editor, own(editor), ExposureListBy::asset, {.cursor = "product.0.1~x"},
                            inventory::kTestNow)),
            "invalid_input at cursor");
  EXPECT_EQ(
      refusal(tallies(database(), editor, own(editor), ExposureListBy::asset, {.cursor = "x"}, inventory::kTestNow)),
      "invalid_input at cursor");
}

TEST_P(ListsTest, StatesCountByAdvisoryAndByVulnerability) {
  fill();
  const auto matches = list(database(), editor, own(editor), open_matters(), inventory::kTestNow)->rows;
  const auto of = [&](std::string_view label, std::string_view key) -> Subject {
    for (const auto& row : matches) {
      if (row.label == label && row.tracking_id == key) return {row.match.asset, row.match.record};
    }
    ADD_FAILURE() << label << key;
    return {};
  };
  ASSERT_TRUE(
      set_state(database(), editor, {of("P1", "EX-2")}, {.state = RemediationState::done}, inventory::kTestNow));
  ASSERT_TRUE(set_state(database(), editor, {of("P1", "EX-2021-001")},
                        {.state = RemediationState::in_progress, .vulnerability = "CVE-1900-10001"},
                        inventory::kTestNow));
  const auto until = Timestamp{inventory::kTestNow.micros + 1'000'000};
  ASSERT_TRUE(set_state(database(), editor, {of("M1", "EX-2")},
                        {.state = RemediationState::accepted, .evidence = "spare", .until = until},
                        inventory::kTestNow));
  // Not remediated, in progress, done, accepted.
  EXPECT_THAT(told(editor, ExposureListBy::advisory),
              ElementsAre("EX-2: 4/0 assets, 1 advisories, 4 matches, affected 3, states 2 0 1 1",
                          "EX-2021-001: 3/0 assets, 1 advisories, 3 matches, affected 1, states 3 0 0 0"));
  EXPECT_THAT(told(editor, ExposureListBy::vulnerability),
              ElementsAre("CVE-1900-10001: 3/0 assets, 1 advisories, 3 matches, affected 1, states 2 1 0 0",
                          "CVE-1900-10002: 4/0 assets, 1 advisories, 4 matches, affected 3, states 2 0 1 1"));
  EXPECT_THAT(told(editor, ExposureListBy::vulnerability, {.states = {RemediationState::in_progress}}),
              ElementsAre("CVE-1900-10001: 1/0 assets, 1 advisories, 1 matches, affected 1, states 0 1 0 0"));
  const auto statistics = tally_of(database(), editor, own(editor), of("P1", "EX-2").record, inventory::kTestNow);
  ASSERT_TRUE(statistics && *statistics);
  EXPECT_EQ((*statistics)->assets, 4);
  EXPECT_THAT((*statistics)->states, ElementsAre(2, 0, 1, 1));
  EXPECT_THAT(
      tallies(database(), editor, own(editor), ExposureListBy::product, {.states = {RemediationState::accepted}}, until)
          ->rows,
      IsEmpty());
}

TEST_P(ListsTest, HiddenAdvisoriesCountNowhere) {
  fill();
  const auto before = [&] {
    std::vector<std::string> all;
    for (const auto by : all_lists()) {
      for (auto& line : told(reader, by)) all.push_back(std::move(line));
    }
    return all;
  };
  const auto open = before();
  publish({.id = "EX-SECRET",
           .products = {{.vendor = "Brightwater", .name = "Valve", .version = "<= 1.2"}, {.version = "<= V9"}},
           .cve = "CVE-1900-10003",
           .tlp = domain::Tlp::red,
           .audience = domain::Audience::owner_only});
  run();
  EXPECT_EQ(before(), open);
}

TEST_P(ListsTest, ABillOfMaterialsHasAListAndItsComponentsAreItsOwn) {
  fill();
  const auto import_bom = [&](std::string_view bytes, std::string_view name = {}) {
    const auto reading = inventory::read_file(database(), water, bytes, "hw.cdx.json", name);
    EXPECT_TRUE(reading) << reading.error().to_string();
    const auto done = inventory::import(database(), editor, inventory::items_of(*reading),
                                        {.file_name = "folder/hw.cdx.json", .bom = reading->bom, .kind = reading->kind},
                                        inventory::kTestNow);
    EXPECT_TRUE(done) << done.error().to_string();
    return reading->bom;
  };
  EXPECT_EQ(import_bom(kBom), "HW-710 2.8.1");
  EXPECT_EQ(import_bom(kBom, "HW-711"), "HW-711");
  run();
  const auto bills = inventory::boms(database(), own(reader)).value();
  ASSERT_THAT(bills, SizeIs(2));
  EXPECT_EQ(bills[0].components, 3);
  EXPECT_EQ(bills[0].kind, "CycloneDX BOM");
  EXPECT_EQ(bills[0].file_name, "hw.cdx.json");
  EXPECT_THAT(told(editor, ExposureListBy::bom),
              ElementsAre("HW-710 2.8.1: 1/3 assets, 2 advisories, 2 matches, affected 2, states 2 0 0 0",
                          "HW-711: 1/3 assets, 2 advisories, 2 matches, affected 2, states 2 0 0 0"));
  // What was done about a component of one says nothing of the other's.
  const auto matches = list(database(), editor, own(editor), {.bom = bills[0].id}, inventory::kTestNow)->rows;
  ASSERT_THAT(matches, SizeIs(2));
  ASSERT_TRUE(set_state(database(), editor, {{matches[0].match.asset, matches[0].match.record}},
                        {.state = RemediationState::done}, inventory::kTestNow));
  EXPECT_THAT(told(editor, ExposureListBy::bom, {.record = matches[0].match.record}),
              ElementsAre("HW-711: 1/3 assets, 1 advisories, 1 matches, affected 1, states 1 0 0 0",
                          "HW-710 2.8.1: 1/3 assets, 1 advisories, 1 matches, affected 1, states 0 0 1 0"));
  // Runs by bill of materials are runs of its components.
  const auto asked = ask_run(database(), editor, {.boms = {bills[1].id}}, inventory::kTestNow);
  ASSERT_TRUE(asked);
  EXPECT_THAT(asked_run(database(), editor, own(editor), *asked, inventory::kTestNow)->assets, SizeIs(3));
  // The same again changes nothing; a later one of that name has its own components only.
  EXPECT_EQ(import_bom(kBom), "HW-710 2.8.1");
  EXPECT_THAT(inventory::boms(database(), own(reader)).value(), SizeIs(2));
  import_bom(R"({"bomFormat":"CycloneDX","specVersion":"1.5","components":[{"name":"zlib","bom-ref":"2"}]})", "HW-711");
  EXPECT_EQ(inventory::boms(database(), own(reader))->back().components, 1);
  EXPECT_EQ(outcome(inventory::remove_bom(database(), stranger, bills[0].id, true, inventory::kTestNow)), "not_found");
  EXPECT_EQ(outcome(inventory::remove_bom(database(), reader, bills[0].id, true, inventory::kTestNow)), "forbidden");
  EXPECT_EQ(inventory::remove_bom(database(), editor, bills[0].id, true, inventory::kTestNow).value(), 3);
  EXPECT_EQ(inventory::remove_bom(database(), editor, bills[1].id, false, inventory::kTestNow).value(), 0);
  EXPECT_THAT(told(editor, ExposureListBy::bom), IsEmpty());
  EXPECT_EQ(refusal(inventory::read_file(database(), water, kPlant, "plant.csv", "x")), "invalid_input at bom");
}

}  // namespace
}  // namespace tocsin::engine::exposure
