#include "engine/exposure/asked_runs.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "engine/exposure/runs.hpp"
#include "engine/inventory/testing.hpp"
#include "engine/search/indexer.hpp"
#include "engine/testing/samples.hpp"

namespace tocsin::engine::exposure {
namespace {

using engine::testing::Sample;
using inventory::outcome;
using inventory::refusal;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::string_view kPumps =
    "Name,Vendor,Product,Firmware,Site\n"
    "P1,Example Pumps,Flow Controller,V2.8.0,Nord\n"
    "P2,Example Pumps,Flow Controller,V2.9.1,West\n"
    "P3,Example Pumps,Flow Controller,,West\n"
    "M1,Brightwater,Level meter,1.0,Nord\n";

class AskedRunsTest : public inventory::InventoryTest {
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
  /// Does all that was asked for; returns how many batches that took.
  int asked(int assets_max = 500, Timestamp now = inventory::kTestNow) {
    Runs runs{database()};
    for (int i = 0; i < 10'000; ++i) {
      const auto step = runs.asked_step(now, assets_max);
      EXPECT_TRUE(step) << step.error().to_string() << step.error().detail;
      if (!step || step->caught_up) return i;
    }
    ADD_FAILURE() << "does not come to an end";
    return 0;
  }
  /// "P1 EX-2021-001 0 2026-...": label, advisory, status, since when it is news.
  std::vector<std::string> rows() {
    return database()
        .read([](store::Connection& connection) {
          return connection.all(
              store::Sql{
                  "SELECT a.label, r.record_key, m.status, m.digest, m.changed_at, m.found_at FROM asset_match m "
                  "JOIN asset a ON a.id = m.asset_id JOIN record r ON r.id = m.record_id ORDER BY "
                  "a.organisation_id, a.asset_key, r.record_key"},
              [](const store::Row& row) {
                return fmt::format("{} {} {} {} {} {}", row.text(0), row.text(1), row.integer(2), row.text(3),
                                   row.integer(4), row.integer(5));
              });
        })
        .value();
  }
  std::int64_t spans() {
    return *database()
                .read([](store::Connection& connection) {
                  return connection.first(store::Sql{"SELECT count(*) FROM asset_match_span"},
                                          [](const store::Row& row) { return row.integer(0); });
                })
                .value();
  }
  void forget(std::string_view label) {
    ASSERT_TRUE(database().write([&](store::Connection& connection) {
      return connection.run(
          store::Sql{"DELETE FROM asset_match WHERE asset_id IN (SELECT id FROM asset WHERE label = ?)", label});
    }));
  }
  std::int64_t asset(std::string_view label) {
    for (const auto& each : assets(editor)) {
      if (each.label == label) return each.id;
    }
    ADD_FAILURE() << label;
    return 0;
  }
  domain::RecordId record(std::string_view key) {
    return {*database()
                 .read([&](store::Connection& connection) {
                   return connection.first(store::Sql{"SELECT id FROM record WHERE record_key = ?", key},
                                           [](const store::Row& row) { return row.integer(0); });
                 })
                 .value()};
  }
  std::int64_t ask(const RunInput& input, Timestamp now = inventory::kTestNow) {
    const auto id = ask_run(database(), editor, input, now);
    EXPECT_TRUE(id) << id.error().to_string() << id.error().detail;
    return id ? *id : 0;
  }
  store::AskedRun told(const Actor& actor, std::int64_t id) {
    const auto run = asked_run(database(), actor, own(actor), id, inventory::kTestNow);
    EXPECT_TRUE(run) << run.error().to_string();
    return run ? *run : store::AskedRun{};
  }
  static Timestamp later(int days) {
    auto time = inventory::kTestNow;
    time.micros += std::int64_t{days} * 86'400 * 1'000'000;
    return time;
  }
};
TOCSIN_ON_BOTH_DATABASES(AskedRunsTest);

TEST_P(AskedRunsTest, FindsTheSameAndTellsNothingTwice) {
  publish({});
  publish({.id = "EX-2", .products = {{.vendor = "Brightwater", .name = "Level meter", .version = "<= 1.2"}}});
  ASSERT_TRUE(import_csv(editor, kPumps));
  ASSERT_TRUE(import_csv(stranger, kPumps));
  run();
  const auto before = rows();
  const auto history = spans();
  ASSERT_THAT(before, ::testing::Not(IsEmpty()));
  const std::vector<RunInput> inputs{
      {.everything = true},
      {.records = {record("EX-2021-001")}},
      {.assets = {asset("P1")}},
      {.records = {record("EX-2021-001"), record("EX-2")}, .assets = {asset("P1"), asset("M1")}}};
  for (const auto& input : inputs) {
    for (const int batch : {1, 2, 500}) {
      const auto id = ask(input);
      asked(batch, later(3));
      EXPECT_EQ(rows(), before);
      EXPECT_EQ(spans(), history);
      const auto done = told(reader, id);
      EXPECT_TRUE(done.done);
      EXPECT_EQ(done.ended_at, later(3));
      EXPECT_EQ(done.changed, 0);
      EXPECT_EQ(done.looked_at, input.assets.empty() ? 4 : std::ssize(input.assets));
    }
  }
}

TEST_P(AskedRunsTest, DoesWhatIsNamedAndNothingElse) {
  publish({});
  publish({.id = "EX-2", .products = {{.vendor = "Brightwater", .name = "Level meter", .version = "<= 1.2"}}});
  ASSERT_TRUE(import_csv(editor, kPumps));
  ASSERT_TRUE(import_csv(stranger, kPumps));
  run();
  const auto whole = rows();
  struct Case {
    std::string_view name;
    RunInput input;
    std::size_t found;
  };
  const std::string pump = assets(editor, {.words = "P1"}).front().identity;
  const Case cases[] = {
      {"an advisory", {.records = {record("EX-2021-001")}}, 3},
      {"advisories", {.records = {record("EX-2021-001"), record("EX-2")}}, 4},
      {"an asset", {.assets = {asset("P1")}}, 1},
      {"assets", {.assets = {asset("P1"), asset("M1"), asset("P1")}}, 2},
      {"a product", {.products = {pump}}, 3},
      {"an advisory on an asset that it does not speak of", {.records = {record("EX-2")}, .assets = {asset("P1")}}, 0},
      {"everything", {.everything = true}, 4},
  };
  for (const auto& each : cases) {
    SCOPED_TRACE(each.name);
    for (const auto* label : {"P1", "P2", "P3", "M1"}) forget(label);
    ASSERT_THAT(rows(), IsEmpty());
    const auto id = ask(each.input);
    EXPECT_FALSE(told(editor, id).done);
    asked(2);
    // Of one's own organisation only.
    EXPECT_THAT(rows(), SizeIs(each.found));
    const auto run = told(editor, id);
    EXPECT_EQ(run.changed, std::ssize(rows()));
    EXPECT_EQ(run.news, std::ssize(rows()));
  }
  // What was lost of the stranger's comes back by theirs.
  ASSERT_TRUE(ask_run(database(), stranger, {.everything = true}, inventory::kTestNow));
  asked();
  EXPECT_THAT(rows(), SizeIs(whole.size()));
  const auto entries = audit_rows();
  EXPECT_EQ(std::ranges::count(entries, "exposure.run", [](const auto& row) { return row.entry.action; }), 8);
}

TEST_P(AskedRunsTest, TwoProcessesAndAStopDoNoHarm) {
  publish({});
  ASSERT_TRUE(import_csv(editor, kPumps));
  run();
  const auto before = rows();
  forget("P1");
  forget("P3");
  const auto id = ask({.everything = true});
  {
    Runs killed{database()};
    ASSERT_TRUE(killed.asked_step(inventory::kTestNow, 1));
  }
  Runs one{database()}, other{database()};
  for (int i = 0; i < 8; ++i) {
    ASSERT_TRUE(one.asked_step(inventory::kTestNow, 1));
    ASSERT_TRUE(other.asked_step(inventory::kTestNow, 1));
  }
  EXPECT_EQ(rows(), before);
  EXPECT_EQ(told(editor, id).looked_at, 4);
  EXPECT_EQ(told(editor, id).changed, 2);
}

TEST_P(AskedRunsTest, RefusesWhatIsNotTheirs) {
  publish({});
  publish({.id = "EX-SECRET", .tlp = domain::Tlp::red, .audience = domain::Audience::owner_only});
  ASSERT_TRUE(import_csv(editor, kPumps));
  ASSERT_TRUE(import_csv(stranger, kPumps));
  const auto of = [&](const Actor& actor, const RunInput& input) {
    return refusal(ask_run(database(), actor, input, inventory::kTestNow));
  };
  EXPECT_EQ(of(reader, {.everything = true}), "forbidden at ");
  EXPECT_EQ(of(auditor, {.everything = true}), "forbidden at ");
  EXPECT_EQ(of(editor, {}), "invalid_input at match");
  EXPECT_EQ(of(editor, {.assets = {asset("P1")}, .everything = true}), "invalid_input at match");
  EXPECT_EQ(of(editor, {.records = {record("EX-SECRET")}}), "not_found at ");
  EXPECT_EQ(of(editor, {.records = {{4711}}}), "not_found at ");
  EXPECT_EQ(of(stranger, {.assets = {asset("P1")}}), "not_found at ");
  EXPECT_EQ(of(editor, {.products = {"no such"}}), "not_found at ");
  EXPECT_EQ(of(editor, {.boms = {1}}), "not_found at ");
  EXPECT_THAT(asked_runs(database(), editor, own(editor), inventory::kTestNow).value(), IsEmpty());
  const auto id = ask({.everything = true});
  EXPECT_EQ(outcome(asked_run(database(), stranger, own(stranger), id, inventory::kTestNow)), "not_found");
  EXPECT_THAT(asked_runs(database(), stranger, own(stranger), inventory::kTestNow).value(), IsEmpty());
  // What the hidden advisory changes, the run does not count for them.
  asked();
  EXPECT_THAT(rows(), SizeIs(6));
  EXPECT_EQ(told(editor, id).changed, 3);
  for (int i = 0; i < kRunsKept; ++i) ask({.everything = true});
  EXPECT_EQ(of(editor, {.everything = true}), "conflict at ");
  asked();
  ask({.everything = true});
  EXPECT_THAT(asked_runs(database(), editor, own(editor), inventory::kTestNow).value(), SizeIs(kRunsKept));
}

}  // namespace
}  // namespace tocsin::engine::exposure
