#include "engine/exposure/overview.hpp"

#include <array>
#include <map>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "engine/exposure/runs.hpp"
#include "engine/inventory/testing.hpp"
#include "engine/search/indexer.hpp"
#include "engine/testing/samples.hpp"
#include "store/evidence.hpp"
#include "store/organisations.hpp"

namespace tocsin::engine::exposure {
namespace {

using domain::MatchVerdict;
using domain::RemediationState;
using engine::testing::Sample;
using inventory::kTestNow;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::int64_t kHour = std::int64_t{3'600} * 1'000'000;

Timestamp later(double days) {
  auto time = kTestNow;
  time.micros += static_cast<std::int64_t>(days * 24 * static_cast<double>(kHour));
  return time;
}

class OverviewTest : public inventory::InventoryTest {
 protected:
  void publish(const Sample& sample) {
    const auto put = database().write([&](store::Connection& connection) {
      return store::Records{connection}.put(engine::testing::revision_of(sample), kTestNow);
    });
    ASSERT_TRUE(put) << put.error().detail;
    ASSERT_TRUE(search::index_all(database()));
  }
  void run(Timestamp now = kTestNow) {
    Runs runs{database()};
    for (int i = 0; i < 1'000; ++i) {
      const auto step = runs.step(now);
      ASSERT_TRUE(step) << step.error().to_string() << step.error().detail;
      if (step->caught_up) return;
    }
    FAIL() << "does not come to an end";
  }
  void decide(Timestamp now = kTestNow) {
    Deciding deciding{database()};
    for (int i = 0; i < 1'000; ++i) {
      const auto step = deciding.step(now);
      ASSERT_TRUE(step) << step.error().to_string() << step.error().detail;
      if (step->caught_up) return;
    }
    FAIL() << "does not come to an end";
  }
  Overview seen(const Actor& actor, Timestamp now, OverviewInput input = {.since = "week", .days = 30}) {
    auto made = overview(database(), actor, own(actor), input, Zone::utc(), now);
    EXPECT_TRUE(made) << made.error().to_string() << made.error().detail;
    return made ? std::move(made).value() : Overview{};
  }
  Subject subject(std::string_view label, std::string_view advisory = "EX-2021-001") {
    const auto asset = number(store::Sql{"SELECT id FROM asset WHERE label = ? AND organisation_id = ?", label, water});
    return {asset, {number(store::Sql{"SELECT id FROM record WHERE record_key = ?", advisory})}};
  }
  void say(std::string_view label, RemediationState state, Timestamp at, std::optional<Timestamp> until = {}) {
    const auto done =
        set_state(database(), editor, {subject(label)}, {.state = state, .evidence = "Ticket 5", .until = until}, at);
    ASSERT_TRUE(done) << done.error().to_string() << done.error().detail;
  }
  /// "2021-06-11 3": of the last `days`.
  static std::vector<std::int64_t> open_by_day(const Overview& overview, std::size_t days) {
    std::vector<std::int64_t> out;
    for (std::size_t i = overview.trend.size() - days; i < overview.trend.size(); ++i) {
      out.push_back(overview.trend[i].open);
    }
    return out;
  }
  /// The trend ends with what is counted now, by another query over another table.
  static void expect_consistent(const Overview& overview) {
    ASSERT_FALSE(overview.trend.empty());
    EXPECT_EQ(overview.trend.back().open, overview.totals.matters);
    std::int64_t by_action = 0, by_site = 0, by_age = 0;
    for (const auto each : overview.actions) by_action += each;
    for (const auto& each : overview.sites) by_site += each.matters;
    for (const auto each : overview.ages) by_age += each;
    EXPECT_EQ(by_action + overview.undecided, overview.totals.matters);
    EXPECT_EQ(by_site, overview.totals.matters);
    EXPECT_EQ(by_age, overview.totals.matters);
  }
  static std::vector<std::string> told(const Overview& overview) {
    std::vector<std::string> out;
    for (const auto& each : overview.changes) {
      out.push_back(
          fmt::format("{} {} {}", each.label, each.tracking_id, to_string(change_of(each.before, each.after))));
    }
    return out;
  }
  std::int64_t spans() { return number(store::Sql{"SELECT count(*) FROM asset_match_span"}); }
};
TOCSIN_ON_BOTH_DATABASES(OverviewTest);

constexpr std::string_view kPumps =
    "Id,Name,Vendor,Product,Firmware,Site,Zone\n"
    "1,P1,Example Pumps,Flow Controller,V2.8.0,Nord,A\n"
    "2,P2,Example Pumps,Flow Controller,V2.8.1,West,B\n"
    "3,P3,Example Pumps,Flow Controller,,West,B\n"
    "4,M1,Brightwater,Level meter,1.0,Nord,A\n";

TEST_P(OverviewTest, CountsWhatIsOpenNow) {
  publish({});
  publish({.id = "EX-2",
           .products = {{.vendor = "Brightwater", .name = "Level meter", .version = "<= 1.2"}},
           .cve = "CVE-1900-10002",
           .score_tenths = 55});
  ASSERT_TRUE(import_csv(editor, kPumps));
  run();
  ASSERT_TRUE(database().write([](store::Connection& connection) {
    return store::Evidence{connection}.put({.cve = "CVE-1900-10002", .added = kTestNow});
  }));
  const auto now = seen(reader, later(1));
  expect_consistent(now);
  EXPECT_EQ(now.totals.matters, 4);
  EXPECT_EQ(now.totals.affected, 3);
  EXPECT_EQ(now.totals.assets, 4);
  EXPECT_EQ(now.totals.advisories, 2);
  EXPECT_THAT(now.exploited, ElementsAre("CVE-1900-10002"));
  EXPECT_EQ(now.tlp, domain::Tlp::clear);
  ASSERT_THAT(now.sites, SizeIs(2));
  EXPECT_EQ(now.sites[0].site, "Nord");
  EXPECT_THAT(now.sites[0].severities, ElementsAre(0, 0, 1, 0, 1));
  EXPECT_THAT(now.sites[1].severities, ElementsAre(0, 0, 0, 0, 2));
  ASSERT_THAT(now.zones, SizeIs(2));
  EXPECT_EQ(now.zones[1].name, "B");
  ASSERT_THAT(now.vendors, SizeIs(2));
  EXPECT_EQ(now.vendors[0].name, "Example Pumps");
  EXPECT_EQ(now.vendors[0].assets, 3);
  // Of one site alone everything is of it.
  const auto west = seen(reader, later(1), {.site = "West", .since = "week", .days = 30});
  expect_consistent(west);
  EXPECT_EQ(west.totals.matters, 2);
  EXPECT_THAT(west.exploited, IsEmpty());
  ASSERT_THAT(west.vendors, SizeIs(1));
  EXPECT_THAT(told(west), ElementsAre("P2 EX-2021-001 appeared", "P3 EX-2021-001 appeared"));
  EXPECT_EQ(seen(stranger, later(1)).totals.matters, 0);
}

/// What the database counts is what is decided about each match when somebody looks at it, whatever the day.
TEST_P(OverviewTest, CountsDecisionsAsEachIsDecided) {
  publish({});
  publish({.id = "EX-2",
           .products = {{.vendor = "Brightwater", .name = "Level meter", .version = "<= 1.2"}},
           .cve = "CVE-1900-10002",
           .score_tenths = 55});
  std::string plants = "Id,Name,Vendor,Product,Firmware,Site,Exposure,Safety,Next outage\n";
  const std::string_view outages[] = {"2023-03-10", "2023-03-04", "2023-04-10", "2023-09-24", ""};
  for (int i = 0; i < 24; ++i) {
    plants += fmt::format("{},A{},{},{},{},{},{}\n", i, i,
                          i % 2 == 0 ? "Example Pumps,Flow Controller,V2.8.0" : "Brightwater,Level meter,1.0",
                          i % 3 == 0   ? "Nord"
                          : i % 3 == 1 ? "West"
                                       : "",
                          i % 4 < 2 ? "isolated" : "internet", i % 5 == 0 ? "high" : "none", outages[i % 5]);
  }
  ASSERT_TRUE(import_csv(editor, plants));
  run();
  // Before anything was decided, that is told.
  const auto first = seen(reader, kTestNow);
  EXPECT_EQ(first.undecided, 24);
  EXPECT_EQ(first.waiting, 24);
  for (const auto day : {0.0, 3.0, 10.0, 40.0, 300.0}) {
    const auto now = later(day);
    decide(now);
    for (const std::optional<std::string>& site :
         {std::optional<std::string>{}, std::optional<std::string>{"West"}, std::optional<std::string>{""}}) {
      const auto made = seen(reader, now, {.site = site, .since = "week", .days = 30, .matters_max = 5});
      expect_consistent(made);
      auto input = open_matters();
      input.site = site;
      input.limit = 200;
      const auto page = list(database(), reader, own(reader), input, now);
      ASSERT_TRUE(page);
      const auto decisions = decisions_on(database(), reader, own(reader), page->rows, now);
      ASSERT_TRUE(decisions);
      std::array<std::int64_t, kActionCount> actions{};
      std::map<std::string, std::int64_t> of_sites;
      DueCounts due;
      for (std::size_t i = 0; i < decisions->size(); ++i) {
        const auto& each = (*decisions)[i];
        ++actions[static_cast<std::size_t>(each.action)];
        if (each.action == Action::next_outage) ++of_sites[page->rows[i].site];
        if (!each.due) {
          ++due.none;
          continue;
        }
        const auto left = (each.due->micros - day_begin(now, Zone::utc()).micros) / 86'400'000'000;
        ++(left < 0 ? due.overdue : left <= 7 ? due.week : left <= 30 ? due.month : due.later);
      }
      EXPECT_EQ(made.undecided, 0);
      EXPECT_EQ(made.waiting, 0);
      EXPECT_EQ(made.actions, actions) << day;
      EXPECT_THAT((std::array{made.due.overdue, made.due.week, made.due.month, made.due.later, made.due.none}),
                  ElementsAre(due.overdue, due.week, due.month, due.later, due.none))
          << day;
      for (const auto& each : made.sites) {
        EXPECT_EQ(each.actions[static_cast<std::size_t>(Action::next_outage)], of_sites[each.site]) << each.site;
      }
      // Listed are the first of them in the order of urgency.
      EXPECT_THAT(made.decided.matters, SizeIs(5));
      EXPECT_FALSE(made.decided.all);
      const auto all = seen(reader, now, {.site = site, .since = "week", .days = 30, .matters_max = 100});
      EXPECT_TRUE(all.decided.all);
      EXPECT_THAT(all.decided.matters, SizeIs(static_cast<std::size_t>(made.totals.matters)));
      for (std::size_t i = 0; i < made.decided.matters.size(); ++i) {
        EXPECT_EQ(made.decided.matters[i].row.label, all.decided.matters[i].row.label) << day;
      }
    }
  }
  EXPECT_EQ(seen(stranger, later(1)).undecided, 0);
}

TEST_P(OverviewTest, TheTrendIsRightForDaysWhenNobodyLooked) {
  publish({});
  ASSERT_TRUE(import_csv(editor, kPumps));
  run();  // Three open: P1, P2 affected, P3 undecidable.
  say("P1", RemediationState::in_progress, later(1));
  say("P1", RemediationState::done, later(3));
  say("P2", RemediationState::accepted, later(4), later(6));  // Ends, and is open again.
  say("P1", RemediationState::open, later(7));                // It was not.
  EXPECT_THAT(open_by_day(seen(editor, later(8)), 10), ElementsAre(0, 3, 3, 3, 2, 1, 1, 2, 3, 3));
  expect_consistent(seen(editor, later(8)));
  // Done and then fixed by the inventory counts once, and an acceptance stands while the status changes.
  say("P1", RemediationState::done, later(9));
  ASSERT_TRUE(import_csv(editor,
                         "Id,Name,Vendor,Product,Firmware,Site\n1,P1,Example Pumps,Flow Controller,V2.9.1,Nord\n"
                         "3,P3,Example Pumps,Flow Controller,V2.9.1,West\n"));
  run(later(10));
  const auto now = seen(editor, later(11));
  EXPECT_THAT(open_by_day(now, 5), ElementsAre(3, 3, 2, 1, 1));
  expect_consistent(now);
  EXPECT_EQ(now.history_since, kTestNow);
  // Where only a few days are asked for, those before are in the first.
  EXPECT_THAT(open_by_day(seen(editor, later(11), {.days = 7}), 7), ElementsAre(1, 2, 3, 3, 2, 1, 1));
}

TEST_P(OverviewTest, MatchingAnewAndAgainIsNoNews) {
  publish({});
  ASSERT_TRUE(import_csv(editor, kPumps));
  run();
  const auto before = spans();
  run(later(1));
  EXPECT_EQ(spans(), before);
  ASSERT_TRUE(database().write([](store::Connection& connection) { return store::Exposures{connection}.reset(); }));
  run(later(2));
  EXPECT_EQ(spans(), before);
  const auto now = seen(editor, later(10), {.since = "week", .days = 30});
  EXPECT_THAT(now.changes, IsEmpty());
  EXPECT_THAT(now.ages, ElementsAre(0, 3, 0, 0)) << "as old as they first were";
  EXPECT_THAT(open_by_day(now, 12), ElementsAre(0, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3));
  // What is not found again ends.
  ASSERT_TRUE(database().write([](store::Connection& connection) { return store::Exposures{connection}.reset(); }));
  run(later(11));
  const auto p1 = subject("P1");
  ASSERT_TRUE(database().write([&](store::Connection& connection) {
    return connection.run(store::Sql{"DELETE FROM asset_match WHERE asset_id = ?", p1.asset});
  }));
  const auto kept = keep_history(database(), 0, later(12));
  ASSERT_TRUE(kept) << kept.error().detail;
  EXPECT_EQ(kept->settled, 1);
  EXPECT_EQ(keep_history(database(), 0, later(12))->settled, 0);
  expect_consistent(seen(editor, later(13)));
}

TEST_P(OverviewTest, TellsWhatChanged) {
  publish({});
  ASSERT_TRUE(import_csv(editor, kPumps));
  run();
  EXPECT_THAT(told(seen(editor, later(1))),
              ElementsAre("P1 EX-2021-001 appeared", "P2 EX-2021-001 appeared", "P3 EX-2021-001 appeared"));
  EXPECT_EQ(seen(editor, later(1)).change_counts.appeared, 3);
  EXPECT_THAT(told(seen(editor, later(20))), IsEmpty());
  // P1 gets the fix, P2 is rejected and comes back by another advisory, P3 says its version.
  ASSERT_TRUE(import_csv(editor,
                         "Id,Name,Vendor,Product,Firmware,Site\n1,P1,Example Pumps,Flow Controller,V2.9.1,Nord\n"
                         "3,P3,Example Pumps,Flow Controller,V2.0,West\n"));
  run(later(20));
  ASSERT_TRUE(set_verdict(database(), editor, {subject("P2")}, MatchVerdict::rejected, "A spare", later(20)));
  publish({.id = "EX-2", .products = {{.vendor = "Brightwater", .name = "Level meter", .version = "<= 1.2"}}});
  run(later(20.5));
  say("P3", RemediationState::in_progress, later(20.5));
  const auto now = seen(editor, later(21));
  EXPECT_THAT(told(now), ElementsAre("M1 EX-2 appeared", "P3 EX-2021-001 became_affected", "P1 EX-2021-001 fixed",
                                     "P2 EX-2021-001 not_affected"));
  EXPECT_EQ(now.change_counts.became_affected, 1);
  EXPECT_EQ(now.change_counts.fixed, 1);
  EXPECT_EQ(now.change_counts.not_affected, 1);
  ASSERT_THAT(now.said, SizeIs(1));
  EXPECT_EQ(now.said[0].person, "Ada Example");
  EXPECT_EQ(now.said[0].label, "P3");
  // What was rejected and taken back within the time is no change.
  ASSERT_TRUE(set_verdict(database(), editor, {subject("P2")}, MatchVerdict::none, "", later(21)));
  EXPECT_THAT(told(seen(editor, later(22))),
              ElementsAre("M1 EX-2 appeared", "P3 EX-2021-001 became_affected", "P1 EX-2021-001 fixed"));
  expect_consistent(seen(editor, later(22)));
}

TEST_P(OverviewTest, WhatWasRemovedStaysInYesterdaysFigures) {
  publish({});
  ASSERT_TRUE(import_csv(editor, kPumps));
  run();
  say("P2", RemediationState::done, later(2));
  for (const auto* label : {"P1", "P2"}) {
    ASSERT_TRUE(inventory::remove(database(), editor, subject(label).asset, later(4)));
  }
  const auto now = seen(editor, later(5));
  EXPECT_THAT(open_by_day(now, 6), ElementsAre(3, 3, 2, 2, 1, 1));
  EXPECT_THAT(told(now), ElementsAre("P3 EX-2021-001 appeared"));
  const auto west = seen(editor, later(5), {.site = "West", .days = 30});
  EXPECT_THAT(open_by_day(west, 6), ElementsAre(2, 2, 1, 1, 1, 1));
  const auto since = seen(editor, later(11), {.since = format_date(later(3)), .days = 30});
  ASSERT_THAT(told(since), ElementsAre("P1 EX-2021-001 gone"));
  EXPECT_TRUE(since.changes[0].asset_gone);
  EXPECT_EQ(since.changes[0].site, "Nord");
  expect_consistent(since);
  // Retention: what ended long ago is forgotten, what stands is not.
  EXPECT_EQ(keep_history(database(), 30, later(20))->forgotten, 0);
  EXPECT_EQ(keep_history(database(), 30, later(40))->forgotten, 2);
  EXPECT_EQ(keep_history(database(), 0, later(400))->forgotten, 0);
  EXPECT_EQ(spans(), number(store::Sql{"SELECT count(*) FROM asset_match"}));
  // An organisation that leaves leaves nothing.
  ASSERT_TRUE(database().write(
      [&](store::Connection& connection) { return store::Organisations{connection}.cut_ties(water); }));
  EXPECT_EQ(spans(), 0);
}

TEST_P(OverviewTest, TimesToRemediateAreMeanAndMedian) {
  std::string csv = "Id,Name,Vendor,Product,Firmware,Site\n";
  for (int i = 0; i < 5; ++i) csv += fmt::format("{0},D{0},Example Pumps,Flow Controller,V2.8.0,Nord\n", i);
  publish({});
  ASSERT_TRUE(import_csv(editor, csv));
  run();
  EXPECT_EQ(seen(editor, later(1)).months.back().remediated, 0);
  say("D0", RemediationState::done, later(1));
  say("D1", RemediationState::done, later(2));
  say("D2", RemediationState::done, later(9));
  say("D2", RemediationState::open, later(9.5));
  say("D2", RemediationState::done, later(10));  // The first time counts.
  say("D3", RemediationState::accepted, later(1));
  const auto three = seen(editor, later(10));
  std::int64_t count = 0;
  for (const auto& each : three.months) count += each.remediated;
  ASSERT_EQ(count, 3);
  const auto month = [](const Overview& it) {
    return *std::ranges::max_element(it.months, {}, &MonthCount::remediated);
  };
  // All within a month, wherever kTestNow lies in it.
  ASSERT_EQ(format_date(later(9)).substr(0, 7), format_date(kTestNow).substr(0, 7));
  EXPECT_EQ(month(three).mean_s, 4 * 86'400);
  EXPECT_EQ(month(three).median_s, 2 * 86'400);
  // An even number: between the two in the middle. What the inventory says to be fixed counts as well.
  ASSERT_TRUE(
      import_csv(editor, "Id,Name,Vendor,Product,Firmware,Site\n4,D4,Example Pumps,Flow Controller,V2.9.1,Nord\n"));
  run(later(4));
  const auto four = seen(editor, later(10));
  EXPECT_EQ(month(four).remediated, 4);
  EXPECT_EQ(month(four).median_s, 3 * 86'400);
}

TEST_P(OverviewTest, AgesCountFromWhenItWasFirstFound) {
  publish({});
  ASSERT_TRUE(import_csv(editor, kPumps));
  run();
  struct Case {
    double days;
    std::size_t age;
  };
  for (const auto& each :
       {Case{0, 0}, Case{7.9, 0}, Case{8, 1}, Case{30.9, 1}, Case{31, 2}, Case{90.9, 2}, Case{91, 3}, Case{800, 3}}) {
    const auto ages = seen(editor, later(each.days)).ages;
    for (std::size_t i = 0; i < kAges; ++i) EXPECT_EQ(ages[i], i == each.age ? 3 : 0) << each.days;
  }
}

/// Two worlds that differ in what somebody may not see look the same to them, in every figure and over all time.
TEST_P(OverviewTest, WhatIsHiddenCountsNowhere) {
  publish({});
  ASSERT_TRUE(import_csv(editor, kPumps));
  run();
  say("P1", RemediationState::done, later(1));
  const auto text_of = [](const Overview& it) {
    std::string out = fmt::format("{} {} {} {} {} {} {}\n", it.totals.matters, it.totals.affected, it.totals.assets,
                                  it.totals.advisories, fmt::join(it.exploited, ","), fmt::join(it.actions, ","),
                                  fmt::join(it.ages, ","));
    for (const auto& each : it.sites) out += fmt::format("{} {}\n", each.site, fmt::join(each.severities, ","));
    for (const auto& each : it.zones) out += fmt::format("{} {}\n", each.name, each.matters);
    for (const auto& each : it.vendors) out += fmt::format("{} {}\n", each.name, each.matters);
    for (const auto& each : it.trend) out += fmt::format("{} ", each.open);
    for (const auto& each : it.months) out += fmt::format("{} {} {}\n", each.remediated, each.mean_s, each.median_s);
    for (const auto& each : told(it)) out += each + "\n";
    for (const auto& each : it.said) out += each.label + each.tracking_id + "\n";
    const auto& counts = it.change_counts;
    out += fmt::format("{} {} {} {} {} {}", counts.appeared, counts.became_affected, counts.reopened, counts.fixed,
                       counts.not_affected, counts.gone);
    return out + std::string{it.tlp ? to_string(*it.tlp) : ""} +
           (it.history_since ? format_rfc3339(*it.history_since) : "");
  };
  const auto before = text_of(seen(reader, later(6)));
  publish({.id = "EX-RED",
           .cve = "CVE-1900-10003",
           .tlp = domain::Tlp::red,
           .audience = domain::Audience::listed,
           .listed = {{domain::Grantee::Kind::person, editor.viewer.person->value}}});
  publish({.id = "EX-DRAFT", .status = domain::RecordStatus::draft});
  run(later(2));
  ASSERT_TRUE(set_state(database(), editor, {subject("P2", "EX-RED")}, {.state = RemediationState::done}, later(3)));
  ASSERT_TRUE(set_verdict(database(), editor, {subject("P3", "EX-RED")}, MatchVerdict::rejected, "no", later(4)));
  EXPECT_EQ(text_of(seen(reader, later(6))), before);
  const auto boss = seen(editor, later(6));
  EXPECT_NE(text_of(boss), before);
  EXPECT_EQ(boss.tlp, domain::Tlp::red);
  expect_consistent(boss);
  expect_consistent(seen(reader, later(6)));
}

TEST_P(OverviewTest, ReportsAreAuditedAndRefused) {
  ASSERT_TRUE(import_csv(editor, kPumps));
  ASSERT_TRUE(report(database(), reader, own(reader), {.site = "West", .since = "week"}, Zone::utc(), kTestNow));
  EXPECT_EQ(last_entry(), fmt::format("exposure.export inventory:{}", water.value));
  const auto asked = [&](const OverviewInput& input) {
    return inventory::refusal(overview(database(), reader, own(reader), input, Zone::utc(), kTestNow));
  };
  EXPECT_EQ(asked({.since = "2020-02-30"}), "invalid_input at since");
  EXPECT_EQ(asked({.since = "9999-01-01"}), "invalid_input at since");
  EXPECT_EQ(asked({.since = ""}), "invalid_input at since");
  EXPECT_EQ(asked({.days = 6}), "invalid_input at days");
  EXPECT_EQ(asked({.days = 731}), "invalid_input at days");
  EXPECT_EQ(inventory::outcome(overview(database(), Actor::anonymous(), own(reader), {}, Zone::utc(), kTestNow)),
            "forbidden");
}

struct DayCase {
  std::string_view name, zone, at, begin;
};
void PrintTo(const DayCase& each, std::ostream* out) { *out << each.name; }
constexpr DayCase kDays[] = {
    {"Utc", "UTC", "2026-03-29T15:00:00Z", "2026-03-29T00:00:00Z"},
    {"SummerBegins", "Europe/Berlin", "2026-03-29T15:00:00Z", "2026-03-28T23:00:00Z"},
    {"TheDayAfter", "Europe/Berlin", "2026-03-29T22:00:00Z", "2026-03-29T22:00:00Z"},
    {"SummerEnds", "Europe/Berlin", "2026-10-25T22:30:00Z", "2026-10-24T22:00:00Z"},
    {"TheDayAfterThat", "Europe/Berlin", "2026-10-25T23:00:00Z", "2026-10-25T23:00:00Z"},
    {"NoMidnight", "America/Sao_Paulo", "2018-11-04T12:00:00Z", "2018-11-04T03:00:00Z"},
    {"MidnightTwice", "America/Sao_Paulo", "2018-02-18T12:00:00Z", "2018-02-18T03:00:00Z"},
    {"QuartersOfAnHour", "Asia/Kathmandu", "2026-05-01T18:20:00Z", "2026-05-01T18:15:00Z"},
    {"FarWest", "Pacific/Honolulu", "2026-05-01T09:59:00Z", "2026-04-30T10:00:00Z"},
};
class DayBegin : public ::testing::TestWithParam<DayCase> {};
TEST_P(DayBegin, IsLocalMidnightWhateverTheClocksDo) {
  const auto zone = find_zone(GetParam().zone);
  ASSERT_TRUE(zone) << zone.error().message;
  EXPECT_EQ(format_rfc3339(day_begin(*parse_rfc3339(GetParam().at), **zone)), GetParam().begin);
}
INSTANTIATE_TEST_SUITE_P(Overview, DayBegin, ::testing::ValuesIn(kDays),
                         [](const auto& each) { return std::string{each.param.name}; });

/// Days of 23 and 25 hours count what was open at their own midnight.
TEST_P(OverviewTest, DaysAreThoseOfTheReadersClock) {
  publish({});
  ASSERT_TRUE(import_csv(editor, kPumps));
  const auto zone = find_zone("Europe/Berlin");
  ASSERT_TRUE(zone);
  run(*parse_rfc3339("2027-03-28T21:59:00Z"));               // 23:59 on the day of 23 hours.
  const auto done = *parse_rfc3339("2027-03-28T22:00:00Z");  // Midnight of the next.
  say("P1", RemediationState::done, done);
  const auto made =
      overview(database(), editor, own(editor), {.days = 7}, **zone, *parse_rfc3339("2027-03-29T10:00:00Z"));
  ASSERT_TRUE(made);
  EXPECT_THAT(open_by_day(*made, 3), ElementsAre(0, 3, 2));
  const auto utc =
      overview(database(), editor, own(editor), {.days = 7}, Zone::utc(), *parse_rfc3339("2027-03-29T10:00:00Z"));
  ASSERT_TRUE(utc);
  EXPECT_THAT(open_by_day(*utc, 3), ElementsAre(0, 2, 2));
}

}  // namespace
}  // namespace tocsin::engine::exposure
