#include "engine/exposure/decisions.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "engine/evidence/evidence.hpp"
#include "engine/exposure/decision_inputs.hpp"
#include "engine/exposure/overview.hpp"
#include "engine/exposure/parts.hpp"
#include "engine/exposure/runs.hpp"
#include "engine/inventory/testing.hpp"
#include "engine/search/indexer.hpp"
#include "engine/testing/samples.hpp"

namespace tocsin::engine::exposure {
namespace {

using domain::RemediationState;
using engine::testing::Sample;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr std::string_view kPlant =
    "Asset id,Name,Vendor,Product,Firmware,Site,Zone,Exposure,Safety,Criticality,Next outage\n"
    "1,Open,Example Pumps,Flow Controller,V2.8.0,Nord,Z1,internet,high,high,\n"
    "2,Quiet,Example Pumps,Flow Controller,V2.8.0,Nord,Z2,isolated,low,low,\n"
    "3,Planned,Example Pumps,Flow Controller,V2.8.0,West,Z1,VPN,low,high,{}\n"
    "4,Any,Example Pumps,Flow Controller,V2.8.0,West,Z1,VPN,low,high,any time\n"
    "5,Asked,Example Pumps,Flow Controller,,Ost,Z3,isolated,low,low,\n";

class DecisionsTest : public inventory::InventoryTest {
 protected:
  static Timestamp later(int days) {
    auto time = inventory::kTestNow;
    time.micros += std::int64_t{days} * 86'400 * 1'000'000;
    return time;
  }
  static std::string plant(int outage_in_days) { return fmt::format(kPlant, format_date(later(outage_in_days))); }
  void publish(const Sample& sample) {
    const auto put = database().write([&](store::Connection& connection) {
      return store::Records{connection}.put(engine::testing::revision_of(sample), inventory::kTestNow);
    });
    ASSERT_TRUE(put) << put.error().detail;
    ASSERT_TRUE(search::index_all(database()));
  }
  void match(Timestamp now = inventory::kTestNow) {
    Runs runs{database()};
    for (int i = 0; i < 1'000; ++i) {
      const auto step = runs.step(now);
      ASSERT_TRUE(step) << step.error().to_string() << step.error().detail;
      if (step->caught_up) return;
    }
    FAIL() << "does not come to an end";
  }
  void settle(Timestamp now = inventory::kTestNow, int matches_max = 500) {
    Deciding deciding{database()};
    for (int i = 0; i < 1'000; ++i) {
      const auto step = deciding.step(now, matches_max);
      ASSERT_TRUE(step) << step.error().to_string() << step.error().detail;
      if (step->caught_up) return;
    }
    FAIL() << "does not come to an end";
  }
  std::int64_t waiting(Timestamp now = inventory::kTestNow) {
    return decision_counts(database(), editor, own(editor), {}, now).value().waiting;
  }
  /// What is stored, one line a match, after it was held against what is decided on looking.
  std::vector<std::string> stored(Timestamp now = inventory::kTestNow, const ListInput& input = {}) {
    const auto page = list(database(), editor, own(editor), input, now).value();
    const auto decisions = decisions_on(database(), editor, own(editor), page.rows, now).value();
    std::vector<std::string> out;
    for (std::size_t i = 0; i < page.rows.size(); ++i) {
      const auto& match = page.rows[i].match;
      EXPECT_EQ(match.decision, static_cast<int>(decisions[i].action)) << page.rows[i].label;
      EXPECT_EQ(match.decision_due, decisions[i].due) << page.rows[i].label;
      EXPECT_EQ(match.decision_table, decisions[i].table) << page.rows[i].label;
      out.push_back(fmt::format("{} {} {}", page.rows[i].label, to_string(static_cast<Action>(match.decision)),
                                match.decision_due ? format_date(*match.decision_due) : "-"));
    }
    return out;
  }
  std::string day(int days) { return format_date(later(days)); }
  void know_exploited(std::string cve, int day_number) {
    formats::kev::Catalogue catalogue;
    formats::kev::Entry entry;
    entry.cve = std::move(cve);
    entry.added = later(day_number);
    catalogue.entries.push_back(std::move(entry));
    const auto taken = evidence::import_kev(database(), engine::Actor::at_console(), catalogue, later(day_number));
    ASSERT_TRUE(taken) << taken.error().to_string();
    ASSERT_TRUE(taken->taken);
  }
};
TOCSIN_ON_BOTH_DATABASES(DecisionsTest);

TEST_P(DecisionsTest, WhatIsStoredIsWhatIsDecidedOnLooking) {
  publish({});
  know_exploited("CVE-1999-9999", 0);
  ASSERT_TRUE(import_csv(editor, plant(200)));
  match();
  EXPECT_EQ(waiting(), 5);
  settle();
  EXPECT_EQ(waiting(), 0);
  EXPECT_THAT(stored(inventory::kTestNow, {.sort = store::ExposureSort::decision}),
              ElementsAre("Open mitigate_now " + day(0), "Planned next_outage " + day(200), "Any next_outage " + day(0),
                          "Quiet accept -", "Asked accept -"));
}

/// In whatever batches, by two at once, stopped anywhere: the same.
TEST_P(DecisionsTest, BatchesAndStopsDoNotMatter) {
  publish({});
  publish({.id = "EX-2", .cve = "CVE-1900-10002"});
  ASSERT_TRUE(import_csv(editor, plant(200)));
  match();
  settle();
  const auto expected = stored();
  ASSERT_THAT(expected, SizeIs(10));
  const auto again = [&] {
    ASSERT_TRUE(database().write(
        [](store::Connection& connection) { return store::Exposures{connection}.decide_all_again(); }));
  };
  for (const int batch : {1, 5, 500}) {
    again();
    settle(inventory::kTestNow, batch);
    EXPECT_EQ(stored(), expected) << batch;
  }
  again();
  {
    Deciding killed{database()}, other{database()};
    for (int i = 0; i < 4; ++i) {
      ASSERT_TRUE(killed.step(inventory::kTestNow, 2));
      ASSERT_TRUE(other.step(inventory::kTestNow, 1));
    }
  }
  settle();
  EXPECT_EQ(stored(), expected);
  Deciding once_more{database()};
  EXPECT_TRUE(once_more.step(later(1)).value().caught_up) << "time alone changes nothing yet";
}

TEST_P(DecisionsTest, WhatItFollowsFromDecidesAgain) {
  publish({.fix = false});
  know_exploited("CVE-1999-9999", 0);
  ASSERT_TRUE(import_csv(editor, plant(200)));
  match();
  settle();
  const auto of = [&](std::string_view label, Timestamp now) {
    for (const auto& line : stored(now)) {
      if (line.starts_with(label)) return line;
    }
    return std::string{};
  };
  EXPECT_EQ(of("Open", later(0)), "Open mitigate_now " + day(0));
  EXPECT_EQ(of("Quiet", later(0)), "Quiet accept -");
  // Evidence.
  know_exploited("CVE-1900-10001", 1);
  EXPECT_EQ(waiting(later(1)), 5);
  settle(later(1));
  // What is due at once stays due on the day on which that was found.
  EXPECT_EQ(of("Open", later(1)), "Open act_now " + day(0));
  // The advisory, though the match stays as it is.
  publish({.version = "2", .title = "The same with another title", .fix = false});
  match(later(1));
  Deciding deciding{database()};
  EXPECT_EQ(deciding.step(later(1)).value().decided, 5);
  // The asset.
  auto asset = inventory::find(database(), own(editor), assets(editor)[0].id).value().value();
  for (const auto& each : assets(editor)) {
    if (each.item.key == "1") asset = each;
  }
  auto item = asset.item;
  item.safety = "none";
  item.criticality = "low";
  item.exposure = "isolated";
  ASSERT_TRUE(inventory::change(database(), editor, asset.id, item, later(1)));
  EXPECT_EQ(waiting(later(1)), 1);
  match(later(1));
  settle(later(1));
  EXPECT_NE(of("Open", later(1)), "Open act_now " + day(0));
  // What a person says of the match.
  const auto planned = list(database(), editor, own(editor), {.vendor = "Example Pumps"}, later(1)).value();
  for (const auto& row : planned.rows) {
    if (row.label != "Planned") continue;
    ASSERT_TRUE(set_verdict(database(), editor, {{row.match.asset, row.match.record}}, domain::MatchVerdict::rejected,
                            "A spare", later(1)));
  }
  EXPECT_EQ(waiting(later(1)), 1);
  settle(later(1));
  EXPECT_EQ(of("Planned", later(1)), "Planned nothing_to_do -");
  // The organisation's table.
  ASSERT_TRUE(set_table(database(), editor, {.base = "cisa"}, "", {}, later(1)));
  EXPECT_EQ(waiting(later(1)), 5);
  settle(later(1));
  stored(later(1));
}

TEST_P(DecisionsTest, KeepsHowDecisionsChangedAndWhy) {
  publish({});
  know_exploited("CVE-1999-9999", 0);
  ASSERT_TRUE(import_csv(editor, plant(200)));
  match();
  settle();
  const auto told = [&](std::string_view label, Timestamp now) {
    std::vector<std::string> out;
    const auto page = list(database(), editor, own(editor), {}, now).value();
    for (const auto& row : page.rows) {
      if (row.label != label) continue;
      const auto parts = match_parts(database(), editor, {row.match.asset, row.match.record}, now).value();
      for (const auto& each : parts.decisions) {
        EXPECT_EQ(each.label, label);
        out.push_back(fmt::format("{} -> {}: {}", to_string(static_cast<Action>(each.before)),
                                  to_string(static_cast<Action>(each.after)), each.because));
      }
    }
    return out;
  };
  EXPECT_THAT(told("Open", later(0)), IsEmpty()) << "the first decision is no change";
  know_exploited("CVE-1900-10001", 1);
  settle(later(1));
  EXPECT_THAT(told("Open", later(1)),
              ElementsAre(AllOf(StartsWith("mitigate_now -> act_now: Exploitation is Active, was "),
                                HasSubstr("known exploited"))));
  EXPECT_THAT(told("Quiet", later(1)), SizeIs(1));
  // Decided again without another outcome: nothing to tell.
  ASSERT_TRUE(
      database().write([](store::Connection& connection) { return store::Exposures{connection}.decide_all_again(); }));
  settle(later(2));
  EXPECT_THAT(told("Open", later(2)), SizeIs(1));
  // A table of another kind says so; back again is a second change.
  ASSERT_TRUE(set_table(database(), editor, {.base = "cisa"}, "", {}, later(3)));
  settle(later(3));
  const auto by_table = told("Planned", later(3));
  ASSERT_FALSE(by_table.empty());
  EXPECT_THAT(by_table.front(), HasSubstr("decided by the table cisa:"));
  // What somebody says of the match.
  const auto rows = list(database(), editor, own(editor), {}, later(4)).value().rows;
  const auto open = std::ranges::find(rows, std::string{"Open"}, &store::ExposureRow::label);
  ASSERT_NE(open, rows.end());
  ASSERT_TRUE(set_verdict(database(), editor, {{open->match.asset, open->match.record}}, domain::MatchVerdict::rejected,
                          "A spare", later(4)));
  settle(later(4));
  EXPECT_THAT(told("Open", later(4)).front(), AllOf(HasSubstr("-> nothing_to_do: "), HasSubstr("not affected")));
  // Of others nobody is told; what is too old is forgotten; what is removed takes its own along.
  EXPECT_FALSE(match_parts(database(), stranger, {open->match.asset, open->match.record}, later(4)));
  const auto looked = overview(database(), editor, own(editor), {.since = "week"}, Zone::utc(), later(4)).value();
  EXPECT_EQ(looked.decision_change_count, static_cast<std::int64_t>(looked.decision_changes.size()));
  EXPECT_GE(looked.decision_change_count, 3);
  EXPECT_EQ(overview(database(), stranger, own(stranger), {.since = "week"}, Zone::utc(), later(4))
                .value()
                .decision_change_count,
            0);
  ASSERT_TRUE(keep_history(database(), 2, later(4)));
  EXPECT_THAT(told("Quiet", later(4)), Not(Contains(HasSubstr("Exploitation is Active"))));
  EXPECT_THAT(told("Open", later(4)).front(), HasSubstr("not affected"));
}

TEST_P(DecisionsTest, KeepsOnlySoManyChangesOfOneMatch) {
  publish({});
  ASSERT_TRUE(import_csv(editor, plant(200)));
  match();
  settle();
  const auto row = list(database(), editor, own(editor), {}, inventory::kTestNow).value().rows.front();
  ASSERT_TRUE(database().write([&](store::Connection& connection) -> tocsin::Status {
    store::DecisionHistory history{connection};
    for (int i = 0; i < store::DecisionHistory::kKeptOfMatch + 7; ++i) {
      const store::DecisionChange change{.organisation = row.match.organisation,
                                         .asset = row.match.asset,
                                         .record = row.match.record,
                                         .at = inventory::kTestNow,
                                         .before = 0,
                                         .after = 1,
                                         .because = std::to_string(i)};
      TRY_VOID(history.note({&change, 1}));
    }
    return ok();
  }));
  const auto parts = match_parts(database(), editor, {row.match.asset, row.match.record}, inventory::kTestNow).value();
  ASSERT_THAT(parts.decisions, SizeIs(store::DecisionHistory::kKeptOfMatch));
  EXPECT_EQ(parts.decisions.front().because, "106");
  EXPECT_EQ(parts.decisions.back().because, "7");
}

TEST_P(DecisionsTest, TimeDecidesAgain) {
  publish({});
  know_exploited("CVE-1900-10001", 0);
  ASSERT_TRUE(import_csv(editor, plant(40)));
  match();
  settle();
  const auto planned = [&](int days) {
    for (const auto& line : stored(later(days))) {
      if (line.starts_with("Planned")) return line;
    }
    return std::string{};
  };
  EXPECT_EQ(planned(0), "Planned mitigate_now " + day(0)) << "the outage is far";
  EXPECT_EQ(waiting(later(9)), 0);
  EXPECT_EQ(waiting(later(10)), 1) << "it comes near";
  settle(later(10));
  EXPECT_EQ(planned(10), "Planned next_outage " + day(40));
  EXPECT_EQ(waiting(later(40)), 0);
  EXPECT_EQ(waiting(later(41)), 1) << "it has passed";
  settle(later(41));
  EXPECT_EQ(planned(41), "Planned mitigate_now " + day(40)) << "late since the outage that was missed";
}

TEST_P(DecisionsTest, ListsAreFilteredSortedAndCountedByIt) {
  publish({});
  publish({.id = "EX-2", .cve = "CVE-1900-10002", .score_tenths = 41});
  know_exploited("CVE-1999-9999", 0);
  ASSERT_TRUE(import_csv(editor, plant(20)));
  match();
  settle();
  const auto access = own(editor);
  // Paging gives every match once, in order, under every sort.
  for (const auto sort : {store::ExposureSort::status, store::ExposureSort::decision, store::ExposureSort::due,
                          store::ExposureSort::site, store::ExposureSort::confidence}) {
    const auto whole = list(database(), editor, access, {.sort = sort, .limit = 200}, inventory::kTestNow).value();
    ASSERT_THAT(whole.rows, SizeIs(10));
    for (std::size_t i = 1; i < whole.rows.size(); ++i) {
      const auto &a = whole.rows[i - 1], &b = whole.rows[i];
      switch (sort) {
        case store::ExposureSort::status:
          EXPECT_LE(a.match.status, b.match.status);
          break;
        case store::ExposureSort::decision:
          EXPECT_LE(a.match.decision, b.match.decision);
          break;
        case store::ExposureSort::due:
          EXPECT_TRUE(!b.match.decision_due ||
                      (a.match.decision_due && *a.match.decision_due <= *b.match.decision_due));
          break;
        case store::ExposureSort::site:
          EXPECT_LE(a.site, b.site);
          break;
        case store::ExposureSort::confidence:
          EXPECT_GE(a.match.confidence, b.match.confidence);
          break;
      }
    }
    std::vector<std::pair<std::int64_t, std::int64_t>> expected, paged;
    for (const auto& row : whole.rows) expected.emplace_back(row.match.asset, row.match.record.value);
    ListInput input{.sort = sort, .limit = 5};
    do {
      const auto page = list(database(), editor, access, input, inventory::kTestNow).value();
      for (const auto& row : page.rows) paged.emplace_back(row.match.asset, row.match.record.value);
      input.cursor = page.next_cursor;
    } while (!input.cursor.empty());
    EXPECT_EQ(paged, expected) << to_string(sort);
    // A cursor of another order is refused.
    input.cursor = list(database(), editor, access, {.sort = sort, .limit = 5}, inventory::kTestNow)->next_cursor;
    input.sort = sort == store::ExposureSort::due ? store::ExposureSort::site : store::ExposureSort::due;
    EXPECT_EQ(inventory::refusal(list(database(), editor, access, input, inventory::kTestNow)),
              "invalid_input at cursor");
  }
  const auto labels = [&](const ListInput& input, Timestamp now = inventory::kTestNow) {
    std::vector<std::string> out;
    const auto page = list(database(), editor, access, input, now);
    EXPECT_TRUE(page) << page.error().to_string();
    if (page) {
      for (const auto& row : page->rows) out.push_back(row.label + " " + row.tracking_id);
    }
    std::ranges::sort(out);
    return out;
  };
  const auto number = [](Action action) { return static_cast<int>(action); };
  EXPECT_THAT(labels({.decisions = {number(Action::next_outage)}, .score_from = 70}),
              ElementsAre("Any EX-2021-001", "Planned EX-2021-001"));
  EXPECT_THAT(labels({.zone = "Z3", .decisions = {number(Action::accept)}}),
              ElementsAre("Asked EX-2", "Asked EX-2021-001"));
  EXPECT_THAT(labels({.due = "overdue"}), IsEmpty());
  EXPECT_THAT(labels({.due = "week", .score_from = 70}), ElementsAre("Any EX-2021-001", "Open EX-2021-001"));
  EXPECT_THAT(labels({.due = "month", .score_from = 70}),
              ElementsAre("Any EX-2021-001", "Open EX-2021-001", "Planned EX-2021-001"));
  EXPECT_THAT(labels({.due = "overdue", .score_from = 70}, later(1)),
              ElementsAre("Any EX-2021-001", "Open EX-2021-001"));
  EXPECT_THAT(labels({.due = "none", .score_from = 70}), ElementsAre("Asked EX-2021-001", "Quiet EX-2021-001"));
  EXPECT_EQ(inventory::refusal(list(database(), editor, access, {.due = "soon"}, inventory::kTestNow)),
            "invalid_input at due");
  // Counts and groups are those of the lists.
  const auto counted = decision_counts(database(), editor, access, {.score_from = 70}, inventory::kTestNow).value();
  for (const auto& each : counted.counts) {
    EXPECT_THAT(labels({.decisions = {each.decision}, .score_from = 70}), SizeIs(each.count)) << each.decision;
  }
  const auto sites =
      groups(database(), editor, access, {.score_from = 70}, store::ExposureGroupBy::site, inventory::kTestNow).value();
  std::vector<std::string> names;
  for (const auto& group : sites) {
    names.push_back(group.value);
    for (const auto& each : group.counts) {
      EXPECT_THAT(labels({.site = group.value, .decisions = {each.decision}, .score_from = 70}), SizeIs(each.count));
    }
  }
  EXPECT_THAT(names, ElementsAre("Nord", "West", "Ost"));
  // Everything that fits, for bulk edits: as many as were told, or nothing.
  EXPECT_THAT(subjects_of(database(), editor, access, {.zone = "Z3"}, 2, inventory::kTestNow).value(), SizeIs(2));
  EXPECT_EQ(inventory::refusal(subjects_of(database(), editor, access, {.zone = "Z3"}, 5, inventory::kTestNow)),
            "invalid_input at match");
}

TEST_P(DecisionsTest, NobodySeesOrCountsWhatIsHidden) {
  ASSERT_TRUE(import_csv(editor, plant(20)));
  publish({.id = "EX-RED",
           .tlp = domain::Tlp::red,
           .audience = domain::Audience::listed,
           .listed = {{domain::Grantee::Kind::person, editor.viewer.person->value}}});
  publish({.id = "EX-DRAFT", .status = domain::RecordStatus::draft});
  match();
  settle();
  EXPECT_THAT(stored(), SizeIs(5)) << "of the red one, and none of the draft";
  for (const auto& actor : {reader, stranger}) {
    EXPECT_THAT(decision_counts(database(), actor, own(actor), {}, inventory::kTestNow)->counts, IsEmpty());
    EXPECT_EQ(decision_counts(database(), actor, own(actor), {}, inventory::kTestNow)->waiting, 0);
    EXPECT_THAT(groups(database(), actor, own(actor), {}, store::ExposureGroupBy::site, inventory::kTestNow).value(),
                IsEmpty());
    EXPECT_EQ(preview_table(database(), actor, own(actor), {.base = "cisa"}, inventory::kTestNow)->looked_at, 0);
  }
}

}  // namespace
}  // namespace tocsin::engine::exposure
