#include "engine/exposure/decision_table.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "base/json.hpp"
#include "engine/exposure/decisions.hpp"
#include "engine/exposure/runs.hpp"
#include "engine/inventory/testing.hpp"
#include "engine/search/indexer.hpp"
#include "engine/testing/samples.hpp"

namespace tocsin::engine::exposure {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

std::vector<std::string> outcomes_of(const Rules& rules) {
  std::vector<std::string> keys;
  for (const auto each : rules.table().outcomes) keys.push_back(rules.table().outcome.values[each].key);
  return keys;
}

/// The built-in table with one member of its JSON replaced.
std::string changed(std::string_view from, std::string_view to) {
  std::string text{Rules::document("ot")};
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

TEST(DecisionTable, OnesOwnIsACopyWithOtherOutcomes) {
  const auto& ot = Rules::built_in("ot");
  auto outcomes = outcomes_of(ot);
  EXPECT_EQ(with_outcomes({}, outcomes)->base, "ot") << "nothing was changed";
  outcomes[0] = "OUTAGE";
  outcomes[5] = "ACT";
  const auto own = with_outcomes({}, outcomes);
  ASSERT_TRUE(own) << own.error().to_string();
  EXPECT_EQ(own->base, "own");
  const auto rules = rules_of(*own);
  ASSERT_TRUE(rules) << rules.error().to_string();
  EXPECT_EQ(rules->table().id(), "x_tocsin.portal#own:DT_OT:1.0.0") << "not by the name of the one it comes from";
  EXPECT_EQ(outcomes_of(*rules), outcomes);
  const auto difference = difference_of(ot, *rules);
  EXPECT_TRUE(difference.same_points);
  ASSERT_THAT(difference.rows, SizeIs(2));
  EXPECT_THAT(difference.rows[1].values, ElementsAre(0, 0, 0, 0, 2, 1));
  EXPECT_FALSE(difference_of(ot, Rules::built_in("cisa")).same_points);
  // A combination leads back to its row.
  for (std::size_t i = 0; i < ot.table().outcomes.size(); ++i) {
    EXPECT_EQ(ot.table().decide(combination_at(ot.table(), i)), ot.table().outcomes[i]);
  }
}

TEST(DecisionTable, WhatIsWrongIsSaidWithItsRow) {
  struct Case {
    std::string document, says;
  };
  const Case cases[] = {
      {"", "the table is missing"},
      {"{", ""},
      {changed(R"("x_tocsin.portal#ot:D:1.0.0": "ACCEPT")", R"("x_tocsin.portal#ot:D:1.0.0": "NEVER")"),
       "Row 1: 'NEVER' is no value"},
      {changed(
           R"({"ssvc:E:1.1.0": "N", "ssvc:EXP:1.0.1": "S", "x_tocsin.portal#ot:SC:1.0.0": "N", "x_tocsin.portal#ot:PC:1.0.0": "L", "x_tocsin.portal#ot:R:1.0.0": "F", "x_tocsin.portal#ot:O:1.0.0": "L")",
           R"({"ssvc:E:1.1.0": "N", "ssvc:EXP:1.0.1": "S", "x_tocsin.portal#ot:SC:1.0.0": "N", "x_tocsin.portal#ot:PC:1.0.0": "L", "x_tocsin.portal#ot:R:1.0.0": "F", "x_tocsin.portal#ot:O:1.0.0": "S")"),
       "Row 2: The combination stands twice"},
      {changed(
           R"(    {"ssvc:E:1.1.0": "N", "ssvc:EXP:1.0.1": "S", "x_tocsin.portal#ot:SC:1.0.0": "N", "x_tocsin.portal#ot:PC:1.0.0": "L", "x_tocsin.portal#ot:R:1.0.0": "F", "x_tocsin.portal#ot:O:1.0.0": "S", "x_tocsin.portal#ot:D:1.0.0": "ACCEPT"},
)",
           ""),
       "1 of 324 combinations have no row"},
      {std::string(kTableBytesMax + 1, ' '), "larger than"},
  };
  for (const auto& each : cases) {
    const auto rules = rules_of({.base = "own", .document = each.document});
    ASSERT_FALSE(rules) << each.says;
    EXPECT_THAT(rules.error().message, HasSubstr(each.says));
  }
  EXPECT_THAT(rules_of({.base = "mine"}).error().message, HasSubstr("ot, deployer, cisa, own"));
  auto outcomes = outcomes_of(Rules::built_in("ot"));
  outcomes[7] = "";
  EXPECT_THAT(with_outcomes({}, outcomes).error().message, StartsWith("Row 8: "));
  outcomes.pop_back();
  EXPECT_EQ(with_outcomes({}, outcomes).error().where, "outcome");
}

class DecisionTablesTest : public inventory::InventoryTest {
 protected:
  void fill() {
    const auto put = database().write([&](store::Connection& connection) {
      return store::Records{connection}.put(engine::testing::revision_of({}), inventory::kTestNow);
    });
    ASSERT_TRUE(put) << put.error().detail;
    ASSERT_TRUE(search::index_all(database()));
    ASSERT_TRUE(import_csv(editor,
                           "Asset id,Name,Vendor,Product,Firmware,Exposure,Safety,Criticality\n"
                           "1,Open,Example Pumps,Flow Controller,V2.8.0,internet,high,high\n"
                           "2,Quiet,Example Pumps,Flow Controller,V2.8.0,isolated,low,low\n"));
    ASSERT_TRUE(Runs{database()}.all(clock_));
    ASSERT_TRUE(Deciding{database()}.all(clock_));
  }
  std::vector<std::string> decided() {
    std::vector<std::string> out;
    const auto page = list(database(), editor, own(editor), {}, inventory::kTestNow).value();
    for (const auto& row : page.rows) {
      out.push_back(fmt::format("{} {}", row.label, to_string(static_cast<Action>(row.match.decision))));
    }
    return out;
  }
  static TableChoice everything(std::string_view outcome) {
    const std::vector<std::string> outcomes(Rules::built_in("ot").table().outcomes.size(), std::string{outcome});
    return with_outcomes({}, outcomes).value();
  }
  ManualClock clock_{inventory::kTestNow};
};
TOCSIN_ON_BOTH_DATABASES(DecisionTablesTest);

TEST_P(DecisionTablesTest, APreviewIsWhatThenHappens) {
  fill();
  EXPECT_THAT(decided(), ElementsAre("Open act_now", "Quiet accept"));
  const auto choice = everything("OUTAGE");
  const auto preview = preview_table(database(), reader, own(reader), choice, inventory::kTestNow).value();
  EXPECT_EQ(preview.looked_at, 2);
  EXPECT_TRUE(preview.whole);
  ASSERT_THAT(preview.shifts, SizeIs(2));
  EXPECT_EQ(preview.shifts[0].from, Action::act_now);
  EXPECT_EQ(preview.shifts[0].to, Action::next_outage);
  EXPECT_EQ(preview.shifts[1].from, Action::accept);
  EXPECT_EQ(preview.shifts[1].count, 1);
  EXPECT_THAT(decided(), ElementsAre("Open act_now", "Quiet accept"));
  EXPECT_EQ(set_table(database(), editor, choice, "All at once", 0, inventory::kTestNow).value(), 1);
  ASSERT_TRUE(Deciding{database()}.all(clock_));
  EXPECT_THAT(decided(), ElementsAre("Open next_outage", "Quiet next_outage"));
  EXPECT_THAT(preview_table(database(), editor, own(editor), choice, inventory::kTestNow)->shifts, IsEmpty());
}

TEST_P(DecisionTablesTest, VersionsAreKeptAndRestored) {
  const auto set = [&](const TableChoice& choice, std::optional<std::int64_t> expected) {
    return set_table(database(), editor, choice, "n", expected, inventory::kTestNow);
  };
  EXPECT_EQ(table_in_use(database(), reader, own(reader))->version.version, 0);
  EXPECT_EQ(inventory::outcome(set({}, 0)), "invalid_input") << "it is in use already";
  EXPECT_EQ(set({.base = "cisa"}, 0).value(), 1);
  EXPECT_EQ(inventory::outcome(set(everything("ACT"), 0)), "conflict");
  EXPECT_EQ(set(everything("ACT"), 1).value(), 2);
  EXPECT_EQ(set(everything("OUTAGE"), {}).value(), 3);
  const auto versions = table_history(database(), reader, own(reader)).value();
  ASSERT_THAT(versions, SizeIs(3));
  EXPECT_EQ(versions[0].version, 3);
  EXPECT_EQ(versions[2].base, "cisa");
  EXPECT_EQ(versions[2].note, "n");
  EXPECT_EQ(versions[2].person, editor.viewer.person);
  // An older one again is a new version with its text.
  const auto second = table_version(database(), editor, own(editor), 2).value();
  EXPECT_EQ(set({.base = second.base, .document = second.document}, 3).value(), 4);
  EXPECT_EQ(table_in_use(database(), editor, own(editor))->version.document, second.document);
  EXPECT_EQ(inventory::outcome(table_version(database(), editor, own(editor), 9)), "not_found");
}

TEST_P(DecisionTablesTest, OnlyWhoMayEditTheInventoryChangesItsOwn) {
  const auto try_it = [&](const Actor& actor) {
    return inventory::outcome(set_table(database(), actor, {.base = "cisa"}, "", {}, inventory::kTestNow));
  };
  EXPECT_EQ(try_it(reader), "forbidden");
  EXPECT_EQ(try_it(auditor), "forbidden");
  ASSERT_TRUE(set_table(database(), stranger, {.base = "cisa"}, "", {}, inventory::kTestNow));
  EXPECT_EQ(table_in_use(database(), editor, own(editor))->version.base, "ot") << "it is another organisation's";
  const auto bad = set_table(database(), editor, {.base = "own", .document = "{}"}, "", {}, inventory::kTestNow);
  EXPECT_EQ(bad.error().code, Error::Code::invalid_input);
  EXPECT_THAT(table_history(database(), editor, own(editor)).value(), IsEmpty());
}

}  // namespace
}  // namespace tocsin::engine::exposure
