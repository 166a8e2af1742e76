#include "engine/exposure/runs.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "engine/exposure/exposure.hpp"
#include "engine/inventory/testing.hpp"
#include "engine/manage/removal.hpp"
#include "engine/search/indexer.hpp"
#include "engine/testing/samples.hpp"

namespace tocsin::engine::exposure {
namespace {

using domain::MatchVerdict;
using domain::RemediationState;
using engine::testing::Sample;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class RunsTest : public inventory::InventoryTest {
 protected:
  void publish(const Sample& sample) {
    const auto put = database().write([&](store::Connection& connection) {
      return store::Records{connection}.put(engine::testing::revision_of(sample), inventory::kTestNow);
    });
    ASSERT_TRUE(put) << put.error().detail;
    ASSERT_TRUE(search::index_all(database()));
  }
  void run(Timestamp now = inventory::kTestNow, int assets_max = 500) {
    Runs runs{database()};
    for (int i = 0; i < 10'000; ++i) {
      const auto step = runs.step(now, assets_max);
      ASSERT_TRUE(step) << step.error().to_string() << step.error().detail;
      if (step->caught_up) return;
    }
    FAIL() << "does not come to an end";
  }
  /// Everything about matches, one line each.
  std::vector<std::string> rows() {
    return database()
        .read([](store::Connection& connection) {
          return connection.all(
              store::Sql{"SELECT a.label, r.record_key, m.status, m.confidence, m.product_ids, m.cves, m.because, "
                         "m.digest, m.state, m.verdict FROM asset_match m JOIN asset a ON a.id = m.asset_id JOIN "
                         "record r ON r.id = m.record_id ORDER BY a.organisation_id, a.asset_key, r.record_key"},
              [](const store::Row& row) {
                return fmt::format("{} {} {} {} {} {} {} {} {} {}", row.text(0), row.text(1), row.integer(2),
                                   row.integer(3), row.text(4), row.text(5), row.text(6), row.text(7), row.integer(8),
                                   row.integer(9));
              });
        })
        .value();
  }
  std::vector<store::ExposureRow> seen(const Actor& actor, const ListInput& input = {}) {
    const auto page = list(database(), actor, own(actor), input, inventory::kTestNow);
    EXPECT_TRUE(page) << page.error().to_string();
    return page ? page->rows : std::vector<store::ExposureRow>{};
  }
  std::vector<std::string> told(const Actor& actor, const ListInput& input = {}) {
    std::vector<std::string> out;
    for (const auto& row : seen(actor, input)) {
      out.push_back(fmt::format("{} {} {}", row.label, row.tracking_id,
                                to_string(static_cast<exposure::Status>(row.match.status))));
    }
    return out;
  }
  static Timestamp later(int days) {
    auto time = inventory::kTestNow;
    time.micros += std::int64_t{days} * 86'400 * 1'000'000;
    return time;
  }
};
TOCSIN_ON_BOTH_DATABASES(RunsTest);

constexpr std::string_view kPumps =
    "Name,Vendor,Product,Firmware,Site\n"
    "P1,Example Pumps,Flow Controller,V2.8.0,Nord\n"
    "P2,Example Pumps,Flow Controller,V2.9.1,West\n"
    "P3,Example Pumps,Flow Controller,,West\n"
    "M1,Brightwater,Level meter,1.0,Nord\n";

TEST_P(RunsTest, MatchesNewAssetsAndNewAdvisories) {
  publish({});
  ASSERT_TRUE(import_csv(editor, kPumps));
  run();
  EXPECT_THAT(told(editor, open_matters()), ElementsAre("P1 EX-2021-001 affected", "P3 EX-2021-001 undecidable"));
  publish({.id = "EX-2021-002", .products = {{.vendor = "Brightwater", .name = "Level meter", .version = "<= 1.2"}}});
  run();
  EXPECT_THAT(told(editor, open_matters()),
              ElementsAre("M1 EX-2021-002 affected", "P1 EX-2021-001 affected", "P3 EX-2021-001 undecidable"));
  EXPECT_THAT(told(stranger), IsEmpty());
  // A revision that takes it back.
  publish({.id = "EX-2021-002",
           .version = "2",
           .products = {{.vendor = "Brightwater", .name = "Level meter", .version = "< 0.5"}}});
  run();
  EXPECT_THAT(told(editor, open_matters()), ElementsAre("P1 EX-2021-001 affected", "P3 EX-2021-001 undecidable"));
  // Nothing is left of an asset that goes.
  for (const auto& each : assets(editor))
    ASSERT_TRUE(inventory::remove(database(), editor, each.id, inventory::kTestNow));
  EXPECT_THAT(rows(), IsEmpty());
}

/// What was read ahead finds the same, also of assets that came and changed after it was read.
TEST_P(RunsTest, WhatIsPreparedFindsTheSame) {
  Runs runs{database()};
  const auto go = [&](Runs& by) {
    for (int i = 0; i < 10'000; ++i) {
      const auto step = by.step(inventory::kTestNow);
      ASSERT_TRUE(step) << step.error().to_string() << step.error().detail;
      if (step->caught_up) return;
    }
    FAIL() << "does not come to an end";
  };
  // Nobody has anything: nothing to read.
  EXPECT_TRUE(runs.prepare(inventory::kTestNow).value());
  publish({});
  ASSERT_TRUE(import_csv(editor, kPumps));
  run();
  EXPECT_TRUE(runs.prepare(inventory::kTestNow).value());
  EXPECT_TRUE(runs.prepare(inventory::kTestNow).value());
  const auto brightwater = [](std::string id) {
    return Sample{.id = std::move(id),
                  .products = {{.vendor = "Brightwater", .name = "Level meter", .version = "<= 1.2"}}};
  };
  publish(brightwater("EX-2021-002"));
  go(runs);
  EXPECT_THAT(told(editor, open_matters()),
              ElementsAre("M1 EX-2021-002 affected", "P1 EX-2021-001 affected", "P3 EX-2021-001 undecidable"));
  ASSERT_TRUE(import_csv(stranger, "Name,Vendor,Product,Firmware\nM9,Brightwater,Level meter,1.1\n"));
  go(runs);
  publish(brightwater("EX-2021-003"));
  go(runs);
  EXPECT_THAT(told(stranger, open_matters()), ElementsAre("M9 EX-2021-003 affected", "M9 EX-2021-002 affected"));
  const auto before = rows();
  ASSERT_TRUE(database().write([](store::Connection& connection) { return store::Exposures{connection}.reset(); }));
  run();
  EXPECT_EQ(rows(), before);
}

TEST_P(RunsTest, NothingIsLeftOfARemovedAdvisory) {
  publish({});
  publish({.id = "EX-2021-002", .products = {{.vendor = "Brightwater", .name = "Level meter", .version = "<= 1.2"}}});
  ASSERT_TRUE(import_csv(editor, kPumps));
  // One that goes on with what it has loaded.
  Runs running{database()};
  for (bool more = true; more;) {
    const auto step = running.step(inventory::kTestNow, 500);
    ASSERT_TRUE(step) << step.error().to_string() << step.error().detail;
    more = !step->caught_up;
  }
  const auto record = seen(editor, open_matters()).back().match.record;
  const auto key = seen(editor, open_matters()).back().tracking_id;
  auto console = Actor::at_console();
  console.reason = "Sent by mistake";
  const auto removed = manage::remove_record(database(), console, record, inventory::kTestNow);
  ASSERT_TRUE(removed) << removed.error().to_string() << removed.error().detail;
  const auto matches = [&] {
    return database()
        .read([&](store::Connection& connection) {
          return connection.first(store::Sql{"SELECT count(*) FROM asset_match WHERE record_id = ?", record},
                                  [](const store::Row& row) { return row.integer(0); });
        })
        .value();
  };
  EXPECT_EQ(matches(), 0);
  ASSERT_TRUE(import_csv(editor, "Name,Vendor,Product,Firmware,Site\nP9,Example Pumps,Flow Controller,V2.7.0,Nord\n"));
  for (bool more = true; more;) {
    const auto step = running.step(inventory::kTestNow, 500);
    ASSERT_TRUE(step) << step.error().to_string() << step.error().detail;
    more = !step->caught_up;
  }
  EXPECT_EQ(matches(), 0);
  EXPECT_THAT(rows(), Not(Contains(HasSubstr(key))));
  EXPECT_THAT(rows(), Not(IsEmpty()));
}

/// The same whether advisories or assets came first, at once or one by one, in whatever batches, and stopped anywhere.
TEST_P(RunsTest, TheOrderAndTheBatchesDoNotMatter) {
  const auto publish_all = [&] {
    publish({});
    publish(
        {.id = "EX-2", .products = {{.version = "<= V3.0"}, {.name = "Flow Controller Pro", .version = "vers:all/*"}}});
    publish({.id = "EX-3", .products = {{.vendor = "Brightwater", .name = "Level meter", .version = "<= 1.2"}}});
  };
  ASSERT_TRUE(import_csv(editor, kPumps));
  ASSERT_TRUE(import_csv(stranger, kPumps));
  publish_all();
  run();
  const auto expected = rows();
  EXPECT_THAT(expected, ::testing::Not(IsEmpty()));
  const auto reset = [&] {
    ASSERT_TRUE(database().write([](store::Connection& connection) { return store::Exposures{connection}.reset(); }));
  };
  for (const int batch : {1, 3, 500}) {
    reset();
    run(inventory::kTestNow, batch);
    EXPECT_EQ(rows(), expected) << batch;
  }
  // By the advisories alone: the assets count as matched.
  ASSERT_TRUE(database().write([](store::Connection& connection) -> tocsin::Status {
    TRY_VOID(store::Exposures{connection}.reset());
    TRY_VOID(connection.run(store::Sql{"UPDATE asset SET due = 0"}));
    return ok();
  }));
  run(inventory::kTestNow, 2);
  EXPECT_EQ(rows(), expected);
  // Stopped after every number of steps, and begun again by another process.
  for (int stop = 1; stop < 8; ++stop) {
    ASSERT_TRUE(database().write([](store::Connection& connection) -> tocsin::Status {
      TRY_VOID(store::Exposures{connection}.reset());
      TRY_VOID(connection.run(store::Sql{"UPDATE asset SET due = 0 WHERE id % 2 = 0"}));
      return ok();
    }));
    {
      Runs killed{database()};
      for (int i = 0; i < stop; ++i) ASSERT_TRUE(killed.step(inventory::kTestNow, 2));
    }
    run(inventory::kTestNow, 3);
    EXPECT_EQ(rows(), expected) << stop;
  }
  // Once more changes nothing.
  run(later(3));
  EXPECT_EQ(rows(), expected);
}

TEST_P(RunsTest, TwoProcessesAtOnceDoNoHarm) {
  ASSERT_TRUE(import_csv(editor, kPumps));
  run();
  publish({});
  Runs one{database()}, other{database()};
  for (int i = 0; i < 12; ++i) {
    ASSERT_TRUE(one.step(inventory::kTestNow, 1));
    ASSERT_TRUE(other.step(inventory::kTestNow, 1));
  }
  const auto found = rows();
  ASSERT_TRUE(database().write([](store::Connection& connection) { return store::Exposures{connection}.reset(); }));
  run();
  EXPECT_EQ(rows(), found);
}

TEST_P(RunsTest, NothingIsNewWhereNothingThatMattersChanged) {
  publish({});
  ASSERT_TRUE(import_csv(editor, kPumps));
  run();
  const auto changed_at = [&] { return seen(editor, open_matters())[0].match.changed_at; };
  const auto first = changed_at();
  publish({.version = "2", .title = "The same with another title", .summary = "Said in other words."});
  run(later(1));
  EXPECT_EQ(changed_at(), first);
  publish({.version = "3", .cve = "CVE-1900-10002"});
  run(later(2));
  EXPECT_EQ(changed_at(), later(2));
}

TEST_P(RunsTest, VerdictsAreHeardAndRemembered) {
  publish({});
  ASSERT_TRUE(import_csv(editor, kPumps));
  run();
  const auto row_of = [&](std::string_view label) {
    for (const auto& row : seen(editor)) {
      if (row.label == label) return row.match;
    }
    return store::AssetMatch{};
  };
  const auto subject = [&](std::string_view label) {
    const auto row = row_of(label);
    return std::vector{Subject{row.asset, row.record}};
  };
  EXPECT_EQ(inventory::refusal(
                set_verdict(database(), editor, subject("P1"), MatchVerdict::rejected, "", inventory::kTestNow)),
            "invalid_input at reason");
  EXPECT_EQ(inventory::outcome(
                set_verdict(database(), reader, subject("P1"), MatchVerdict::rejected, "x", inventory::kTestNow)),
            "forbidden");
  EXPECT_EQ(inventory::outcome(
                set_verdict(database(), stranger, subject("P1"), MatchVerdict::rejected, "x", inventory::kTestNow)),
            "not_found");
  ASSERT_TRUE(
      set_verdict(database(), editor, subject("P1"), MatchVerdict::rejected, "It is a spare", inventory::kTestNow));
  ASSERT_TRUE(set_verdict(database(), editor, subject("P3"), MatchVerdict::confirmed, "V2.1", inventory::kTestNow));
  EXPECT_THAT(told(editor, open_matters()), ElementsAre("P3 EX-2021-001 affected"));
  EXPECT_THAT(row_of("P1").because, HasSubstr("rejected by a person (\"It is a spare\")"));
  EXPECT_EQ(row_of("P3").confidence, 1'000);
  // A new revision does not forget them, nor does matching anew.
  publish({.version = "2", .cve = "CVE-1900-10009"});
  run();
  EXPECT_THAT(told(editor, open_matters()), ElementsAre("P3 EX-2021-001 affected"));
  ASSERT_TRUE(set_verdict(database(), editor, subject("P1"), MatchVerdict::none, "", inventory::kTestNow));
  EXPECT_EQ(row_of("P1").status, static_cast<int>(exposure::Status::affected));
  // Never: for every asset of the kind, and for advisories to come.
  ASSERT_TRUE(set_verdict(database(), editor, subject("P1"), MatchVerdict::never, "Sold", inventory::kTestNow));
  run();
  EXPECT_THAT(told(editor, open_matters()), ElementsAre("P3 EX-2021-001 affected"));  // That one was confirmed.
  publish({.id = "EX-2"});
  run();
  EXPECT_THAT(told(editor, open_matters()), ElementsAre("P3 EX-2021-001 affected"));
  EXPECT_THAT(row_of("P1").because, HasSubstr("never example-pumps/flow-controller (\"Sold\")"));
}

TEST_P(RunsTest, StatesHaveAHistoryAndEnd) {
  publish({});
  ASSERT_TRUE(import_csv(editor, kPumps));
  run();
  const auto match = seen(editor, open_matters())[0].match;
  const std::vector<Subject> subjects{{match.asset, match.record}};
  const auto set = [&](const StateInput& input) {
    return inventory::refusal(set_state(database(), editor, subjects, input, inventory::kTestNow));
  };
  EXPECT_EQ(set({.state = RemediationState::accepted}), "invalid_input at evidence");
  EXPECT_EQ(set({.state = RemediationState::done, .until = later(1)}), "invalid_input at until");
  EXPECT_EQ(set({.state = RemediationState::accepted, .evidence = "x", .until = later(-1)}), "invalid_input at until");
  EXPECT_EQ(set({.state = RemediationState::done, .vulnerability = "CVE-1"}), "invalid_input at vulnerability");
  EXPECT_EQ(set({.state = RemediationState::in_progress, .evidence = "Ticket 5"}), "ok");
  EXPECT_EQ(set({.state = RemediationState::accepted, .evidence = "Behind a diode", .until = later(30)}), "ok");
  EXPECT_THAT(told(editor, open_matters()), ElementsAre("P3 EX-2021-001 undecidable"));
  const auto past = history(database(), editor, own(editor), match.asset, inventory::kTestNow).value();
  ASSERT_THAT(past, SizeIs(2));
  EXPECT_EQ(past[0].evidence, "Behind a diode");
  EXPECT_EQ(past[1].state, RemediationState::in_progress);
  EXPECT_EQ(past[0].person, editor.viewer.person);
  // The acceptance ends by the clock.
  const auto page = list(database(), editor, own(editor), open_matters(), later(31)).value();
  EXPECT_THAT(page.rows, SizeIs(2));
  // Matching anew keeps it.
  ASSERT_TRUE(database().write([](store::Connection& connection) { return store::Exposures{connection}.reset(); }));
  run();
  EXPECT_THAT(told(editor, open_matters()), ElementsAre("P3 EX-2021-001 undecidable"));
  EXPECT_EQ(inventory::outcome(set_state(database(), stranger, subjects, {}, inventory::kTestNow)), "not_found");
}

TEST_P(RunsTest, ShowsNobodyMoreThanThePolicyDoes) {
  ASSERT_TRUE(import_csv(editor, kPumps));
  publish({.id = "EX-RED",
           .tlp = domain::Tlp::red,
           .audience = domain::Audience::listed,
           .listed = {{domain::Grantee::Kind::person, editor.viewer.person->value}}});
  publish({.id = "EX-DRAFT", .status = domain::RecordStatus::draft});
  publish({.id = "EX-GRID",
           .tlp = domain::Tlp::amber,
           .audience = domain::Audience::listed,
           .listed = {{domain::Grantee::Kind::organisation, power.value}}});
  run();
  EXPECT_THAT(told(editor, open_matters()), ElementsAre("P1 EX-RED affected", "P3 EX-RED undecidable"));
  // A colleague has the same plant and not the same advisories: lists, counts and single matches.
  EXPECT_THAT(told(reader), IsEmpty());
  EXPECT_THAT(counts(database(), reader, own(reader), {}, inventory::kTestNow).value(), IsEmpty());
  const auto match = seen(editor)[0].match;
  const auto colleague =
      acting(person("wim@water.example", water, {inventory::Role::organisation_administrator}), water);
  EXPECT_EQ(inventory::outcome(set_state(database(), colleague, {{match.asset, match.record}},
                                         {.state = RemediationState::done}, inventory::kTestNow)),
            "not_found");
}

/// A new advisory looks at the assets that it may speak of: the rows are those of looking at all, whatever came and
/// went in between, also where a revision takes back what was said.
TEST_P(RunsTest, WhatIsFoundIsWhatIsFoundByLookingAtEveryAsset) {
  constexpr std::string_view kVendors[] = {"Example Pumps", "Brightwater", "Example Pumps GmbH", ""};
  constexpr std::string_view kProducts[] = {
      "Flow Controller", "Flow Controler", "Level meter",       "Flow Controller Pro",      "FC-2100 gateway",
      "Levle meter",     "Fc 2100",        "Unrelated display", "Brightwater Level meter 7"};
  const auto fleet = [&](int from, int to) {
    std::string csv = "Key,Name,Vendor,Product,Model,Firmware,Site\n";
    for (int i = from; i < to; ++i) {
      const auto at = static_cast<std::size_t>(i);
      csv += fmt::format("K{},{},{},{},{},V{}.{}.0,Nord\n", i, i % 4 == 0 ? fmt::format("Station {}", i) : "",
                         kVendors[at % 4], kProducts[at * 7 % 9], i % 5 == 0 ? "6ES7515-2AM02-0AB0" : "", i % 4, i % 7);
    }
    return csv;
  };
  Runs found{database()}, walked{database(), true};
  const auto run_all = [&](Runs& runs) {
    std::int64_t assets = 0;
    for (int i = 0; i < 10'000; ++i) {
      const auto step = runs.step(inventory::kTestNow, 7);
      EXPECT_TRUE(step) << step.error().to_string() << step.error().detail;
      if (!step || step->caught_up) return assets;
      assets += step->assets;
    }
    ADD_FAILURE() << "does not come to an end";
    return assets;
  };
  std::int64_t looked_at = 0, looked_at_all = 0;
  const auto compare = [&](const Sample& sample) {
    struct Before {
      store::Exposures::Cursor cursor;
      std::int64_t generation = 0;
    };
    const auto before = database().read([](store::Connection& connection) -> Result<Before> {
      store::Exposures exposures{connection};
      Before read;
      TRY(read.cursor, exposures.cursor());
      TRY(read.generation, exposures.generation());
      return read;
    });
    ASSERT_TRUE(before);
    publish(sample);
    // First by walking, then what that wrote is taken back, so that the other goes on from where it was.
    looked_at_all += run_all(walked);
    const auto expected = rows();
    ASSERT_TRUE(database().write([&](store::Connection& connection) -> tocsin::Status {
      store::Exposures exposures{connection};
      TRY_VOID(
          connection.run(store::Sql{"DELETE FROM asset_match WHERE record_id IN (SELECT id FROM record WHERE "
                                    "record_key = ?)",
                                    sample.id}));
      TRY_VOID(exposures.set_cursor(before->cursor));
      return exposures.set_generation(before->generation);
    }));
    looked_at += run_all(found);
    EXPECT_EQ(rows(), expected) << sample.id << " " << sample.version;
  };
  ASSERT_TRUE(import_csv(editor, fleet(0, 60)));
  ASSERT_TRUE(import_csv(stranger, fleet(20, 50)));
  publish({});
  run_all(found);
  // Both have loaded the same advisories, so that they weigh words alike.
  ASSERT_TRUE(database().write([](store::Connection& connection) -> tocsin::Status {
    TRY_VOID(connection.run(store::Sql{"UPDATE asset SET due = 1"}));
    return ok();
  }));
  run_all(walked);
  compare({.id = "EX-2", .products = {{.vendor = "Brightwater", .name = "Level meter", .version = "vers:all/*"}}});
  ASSERT_TRUE(import_csv(editor, fleet(55, 90)));
  run_all(found);
  compare({.id = "EX-3", .products = {{.name = "FC-2100", .version = "< V3.0.0"}, {.name = "6ES7515-2AM02-0AB0"}}});
  compare({.id = "EX-2",
           .version = "2",
           .products = {{.vendor = "Brightwater", .name = "Unrelated display", .version = "vers:all/*"}}});
  compare({.id = "EX-4",
           .products = {{.name = "Flow Controller Pro", .version = "vers:all/*"}},
           .tlp = domain::Tlp::amber,
           .audience = domain::Audience::listed,
           .listed = {{domain::Grantee::Kind::organisation, power.value}}});
  // What everybody could read is hidden: all is loaded anew.
  compare({.id = "EX-3", .version = "2", .products = {{.name = "FC-2100"}}, .status = domain::RecordStatus::draft});
  compare({.id = "EX-5", .products = {{.vendor = "Elsewhere", .name = "Nobody has it", .version = "vers:all/*"}}});
  EXPECT_THAT(rows(), ::testing::SizeIs(::testing::Gt(20U)));
  EXPECT_LT(looked_at, looked_at_all * 3 / 4);
}

/// Whoever has loaded the advisories earlier must not write an asset as matched that another process has passed by.
TEST_P(RunsTest, WhoIsBehindWritesNothingAsMatched) {
  publish({});
  ASSERT_TRUE(import_csv(editor, kPumps));
  Runs one{database()};
  for (bool more = true; more;) {
    const auto step = one.step(inventory::kTestNow, 500);
    ASSERT_TRUE(step);
    more = !step->caught_up;
  }
  publish({.id = "EX-2", .products = {{.vendor = "Brightwater", .name = "Level meter", .version = "<= 1.2"}}});
  run();
  ASSERT_TRUE(import_csv(editor, "Name,Vendor,Product,Firmware,Site\nM2,Brightwater,Level meter,1.1,West\n"));
  for (bool more = true; more;) {
    const auto step = one.step(inventory::kTestNow, 500);
    ASSERT_TRUE(step);
    more = !step->caught_up;
  }
  EXPECT_THAT(told(editor, open_matters()), Contains("M2 EX-2 affected"));
  publish({.id = "EX-3", .products = {{.vendor = "Brightwater", .name = "Level meter", .version = "<= 1.2"}}});
  for (bool more = true; more;) {
    const auto step = one.step(inventory::kTestNow, 500);
    ASSERT_TRUE(step);
    more = !step->caught_up;
  }
  EXPECT_THAT(told(editor, open_matters()), Contains("M2 EX-3 affected"));
}

/// How sure a match is depends on other names: but only on those that whoever sees it may see.
TEST_P(RunsTest, HiddenAdvisoriesDoNotChangeWhatIsSaidOfOthers) {
  publish({});
  ASSERT_TRUE(import_csv(editor, kPumps));
  run();
  const auto before = rows();
  for (int i = 0; i < 12; ++i) {
    publish({.id = fmt::format("EX-DRAFT-{}", i),
             .products = {{.vendor = "Other", .name = fmt::format("Flow Controller {}", i), .version = "vers:all/*"}},
             .status = domain::RecordStatus::draft});
  }
  ASSERT_TRUE(database().write([](store::Connection& connection) { return store::Exposures{connection}.reset(); }));
  run();
  std::vector<std::string> after;
  for (const auto& row : rows()) {
    if (row.find("EX-DRAFT") == std::string::npos) after.push_back(row);
  }
  EXPECT_EQ(after, before);
}

}  // namespace
}  // namespace tocsin::engine::exposure
