#include "engine/threat/coverage.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "engine/inventory/search_terms.hpp"
#include "engine/inventory/testing.hpp"
#include "engine/testing/attack_base.hpp"
#include "engine/testing/stix_revision.hpp"
#include "engine/threat/indexer.hpp"
#include "store/records.hpp"

namespace tocsin::engine::threat {
namespace {

using domain::Tlp;
using inventory::outcome;
using inventory::refusal;
using store_testing::kTestNow;
using ::testing::IsEmpty;

class CoverageTest : public inventory::InventoryTest {
 protected:
  void put(const std::string& bytes, Tlp tlp = Tlp::clear) {
    const auto stored = database().write([&](store::Connection& connection) {
      return store::Records{connection}.put(engine::testing::stix_revision(bytes, tlp, kTestNow), kTestNow);
    });
    ASSERT_TRUE(stored) << stored.error().to_string();
  }
  void index() {
    const auto done = index_all(database());
    ASSERT_TRUE(done) << done.error().to_string();
  }
  /// ATT&CK of sluices; two controllers in the zone Gates, one thing of no known class, one meter in Gauges.
  void fill() {
    for (const auto& each : engine::testing::attack_base()) put(each);
    index();
    ASSERT_TRUE(import_csv(editor,
                           "Name,Zone,Site,Tags\nGate 1,Gates,Nord,A9001\nGate 2,Gates,Nord,a9001\nThing,Gates,"
                           "Nord,\nMeter,Gauges,West,A9002\n"));
  }
  Result<Coverage> look(const Actor& actor, std::string_view zone = "", std::string_view domain = "") {
    return coverage(database(), actor, own(actor), domain, zone, kTestNow);
  }
  /// "T9001 open in Gates; T9002 covered; " with what else it says.
  static std::string told(const Result<Coverage>& found) {
    if (!found) return std::string{to_string(found.error().code)};
    std::string out;
    for (const auto& each : found->techniques) {
      out += each.row.attack_id;
      if (each.is_open()) out += fmt::format(" open in {}", fmt::join(each.open_in, ","));
      if (each.mitigated) out += " mitigated";
      if (each.detected) out += " detected";
      out += "; ";
    }
    return out;
  }
  Status state(const Actor& actor, const CoverageInput& input) {
    return state_coverage(database(), actor, "", input, kTestNow);
  }
};
TOCSIN_ON_BOTH_DATABASES(CoverageTest);

TEST_P(CoverageTest, SaysWhatIsOpenWhere) {
  fill();
  // T9002 and what lies below it target no class: they concern every zone. T9001 is for controllers of sluices.
  EXPECT_EQ(told(look(editor)), "T9001 open in Gates; T9002 open in Gates,Gauges; T9002.001 open in Gates,Gauges; ");
  EXPECT_EQ(told(look(editor, "Gauges")), "T9002 open in Gauges; T9002.001 open in Gauges; ");
  const auto all = look(editor).value();
  EXPECT_EQ(all.domain->id, "ics-attack");
  EXPECT_EQ(all.zones, (std::vector<std::string>{"Gates", "Gauges"}));
  EXPECT_EQ(all.assets, 4);
  EXPECT_EQ(all.unknown_assets, 1);
  EXPECT_EQ(all.open(), 3);
  ASSERT_EQ(all.classes.size(), 1U);
  EXPECT_EQ(all.classes[0].row.attack_id, "A9001");
  EXPECT_EQ(all.classes[0].assets, 2);
  EXPECT_TRUE(all.classes[0].here);
  ASSERT_EQ(all.mitigations.size(), 1U);
  EXPECT_EQ(all.mitigations[0].row.attack_id, "M9001");
  EXPECT_EQ(all.mitigations[0].would_close, 1);
  ASSERT_EQ(all.components.size(), 1U);
  EXPECT_EQ(all.components[0].row.attack_id, "DC9001");
  EXPECT_EQ(all.components[0].would_close, 1);
  EXPECT_EQ(told(look(editor, "Nowhere")), "not_found");
  EXPECT_EQ(told(look(editor, "", "moon-attack")), "not_found");
}

TEST_P(CoverageTest, WhatIsInPlaceCloses) {
  fill();
  ASSERT_TRUE(state(editor, {.zone = "Gates", .classes = {"A9001"}, .mitigations = {"M9001"}}));
  EXPECT_EQ(told(look(reader)), "T9002 open in Gates,Gauges; T9002.001 open in Gates,Gauges; T9001 mitigated; ");
  ASSERT_TRUE(state(editor, {.classes = {"A9001"}, .components = {"DC9001"}}));
  EXPECT_EQ(told(look(reader, "Gates")), "T9002 open in Gates; T9002.001 open in Gates; T9001 mitigated detected; ");
  EXPECT_TRUE(look(reader)->components[0].in_place);
  EXPECT_FALSE(look(reader)->mitigations[0].in_place);
  EXPECT_TRUE(look(reader, "Gates")->mitigations[0].stated);
  // What was said once more stays as it was said; what is no longer said is gone.
  ASSERT_TRUE(state(editor, {.zone = "Gates", .classes = {"A9001"}}));
  EXPECT_EQ(told(look(reader, "Gates")), "T9002 open in Gates; T9002.001 open in Gates; T9001 detected; ");
  const auto layer = layer_of(*look(reader, "Gates"));
  ASSERT_EQ(layer.techniques.size(), 3U);
  EXPECT_EQ(layer.techniques[0].id, "T9001");
  EXPECT_EQ(layer.techniques[0].comment, "");
  EXPECT_EQ(layer.techniques[1].comment, "Open in: Gates");
  EXPECT_NE(layer.techniques[0].color, layer.techniques[1].color);
}

TEST_P(CoverageTest, ClassesAreCorrected) {
  fill();
  // Not there, whatever the inventory looks like; and there without an asset.
  ASSERT_TRUE(state(editor, {.zone = "Gates"}));
  ASSERT_TRUE(state(editor, {.zone = "Gauges", .classes = {"A9001"}}));
  EXPECT_EQ(told(look(editor)), "T9001 open in Gauges; T9002 open in Gates,Gauges; T9002.001 open in Gates,Gauges; ");
  EXPECT_EQ(look(editor, "Gates")->classes[0].stated, std::optional{false});
  EXPECT_EQ(look(editor, "Gauges")->classes[0].stated, std::optional{true});
  // As the inventory says: nothing is stated.
  ASSERT_TRUE(state(editor, {.zone = "Gates", .classes = {"A9001"}}));
  ASSERT_TRUE(state(editor, {.zone = "Gauges"}));
  EXPECT_EQ(look(editor, "Gates")->classes[0].stated, std::nullopt);
  EXPECT_EQ(look(editor, "Gauges")->classes[0].stated, std::nullopt);
}

TEST_P(CoverageTest, IsPrivateAndChecked) {
  fill();
  EXPECT_EQ(told(look(stranger)), "");
  EXPECT_EQ(outcome(state(reader, {})), "forbidden");
  EXPECT_EQ(outcome(state(auditor, {})), "forbidden");
  EXPECT_EQ(refusal(state(editor, {.zone = "Nowhere"})), "invalid_input at zone");
  EXPECT_EQ(refusal(state(editor, {.mitigations = {"M9002"}})), "invalid_input at mitigations");
  EXPECT_EQ(refusal(state(editor, {.components = {"M9001"}})), "invalid_input at components");
  EXPECT_EQ(refusal(state(editor, {.classes = {"' OR 1=1"}})), "invalid_input at classes");
  // Whom a site is granted sees its zones, and what is said of others does not exist.
  ASSERT_TRUE(state(editor, {.zone = "Gates", .mitigations = {"M9001"}}));
  ASSERT_TRUE(inventory::grant(database(), editor, "West", "", kTestNow));
  const auto granted = inventory::access(database(), coordinator, water, kTestNow).value();
  const auto seen = coverage(database(), coordinator, granted, "", "", kTestNow);
  ASSERT_TRUE(seen) << seen.error().to_string();
  EXPECT_EQ(seen->zones, std::vector<std::string>{"Gauges"});
  EXPECT_EQ(seen->assets, 1);
  EXPECT_FALSE(coverage(database(), coordinator, granted, "", "Gates", kTestNow));
}

TEST_P(CoverageTest, HiddenKnowledgeDoesNotExist) {
  const auto base = engine::testing::attack_base();
  const auto mitigation = engine::testing::attack_stix_id("course-of-action", 9204);
  for (const auto& each : base) {
    put(each, each.find("\"id\":\"" + mitigation) != std::string::npos ? Tlp::red : Tlp::clear);
  }
  index();
  ASSERT_TRUE(import_csv(editor, "Name,Zone,Tags\nGate 1,Gates,A9001\n"));
  EXPECT_THAT(look(editor)->mitigations, IsEmpty());
  EXPECT_EQ(refusal(state(editor, {.mitigations = {"M9001"}})), "invalid_input at mitigations");
}

TEST_P(CoverageTest, NothingIsHere) {
  const auto nothing = look(editor).value();
  EXPECT_FALSE(nothing.domain);
  EXPECT_THAT(nothing.techniques, IsEmpty());
  EXPECT_EQ(outcome(state(editor, {})), "not_found");
}

TEST_P(CoverageTest, AssetsOfBeforeGetTheirClassWithTheirWords) {
  fill();
  ASSERT_TRUE(database().write([](store::Connection& connection) -> Status {
    TRY_VOID(connection.run(store::Sql{"UPDATE asset SET indexed = 0, attack_class = ''"}));
    return ok();
  }));
  EXPECT_EQ(look(editor)->unknown_assets, 4);
  ASSERT_TRUE(inventory::index_assets(database()));
  EXPECT_EQ(look(editor)->unknown_assets, 1);
}

}  // namespace
}  // namespace tocsin::engine::threat
