#include "engine/audit/upkeep.hpp"

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/audit/testing.hpp"

namespace tocsin::engine::audit {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::LogTest;
using testing::on_day;

class UpkeepTest : public LogTest {
 protected:
  Upkeep keep(const UpkeepRules& rules, Timestamp now) {
    auto done = keep_up(database(), rules, key(), trust(), now);
    EXPECT_TRUE(done.has_value()) << (done ? "" : done.error().to_string() + done.error().detail);
    return done ? *done : Upkeep{};
  }
  std::vector<store::AuditRow> rows() {
    return database().read([](store::Connection& c) { return store::Audit(c).after(0, 1'000); }).value();
  }
  std::size_t checkpoints() {
    return database().read([](store::Connection& c) { return store::Audit(c).checkpoints(); }).value().size();
  }
  static Timestamp later(Timestamp time, std::int64_t seconds) { return {time.micros + seconds * 1'000'000}; }
};
TOCSIN_ON_BOTH_DATABASES(UpkeepTest);

TEST_P(UpkeepTest, SignsWhenTheLastSignatureIsOldAndSomethingWasWritten) {
  EXPECT_FALSE(keep({}, on_day(1)).checkpoint) << "there is nothing to sign";
  fill(2);
  const auto first = keep({}, on_day(3)).checkpoint;
  ASSERT_TRUE(first);
  EXPECT_EQ(first->sequence, 3);
  EXPECT_EQ(rows().back().entry.action, "audit.checkpoint");
  EXPECT_FALSE(rows().back().entry.person);
  EXPECT_FALSE(keep({}, on_day(9)).checkpoint) << "nothing was written since";
  fill(1);
  EXPECT_FALSE(keep({}, later(on_day(4), -1)).checkpoint);
  EXPECT_TRUE(keep({}, on_day(4)).checkpoint);
  fill(1);
  EXPECT_FALSE(keep({.checkpoint_hours = 0}, on_day(20)).checkpoint);
  EXPECT_TRUE(keep({.checkpoint_hours = 48}, on_day(6)).checkpoint);
  EXPECT_THAT(damages(), IsEmpty());
}

TEST_P(UpkeepTest, TwoProcessesSignOnce) {
  fill(5);
  constexpr int kThreads = 6;
  std::vector<std::thread> threads;
  std::atomic<int> signed_by{0}, failed{0};
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      const auto done = keep_up(database(), {.keep_days = 3, .personal_days = 1}, key(), trust(), on_day(6));
      if (!done) {
        ++failed;
      } else if (done->checkpoint) {
        ++signed_by;
      }
    });
  }
  for (auto& each : threads) each.join();
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(signed_by, 1);
  std::map<std::string, int> written;
  for (const auto& row : rows()) ++written[row.entry.action];
  EXPECT_EQ(written["audit.checkpoint"], 1);
  EXPECT_EQ(written["audit.prune"], 1);
  EXPECT_EQ(written["audit.erase-personal"], 1);
  EXPECT_THAT(damages(), IsEmpty());
}

TEST_P(UpkeepTest, RetentionGoesByWholeDaysAndLeavesAChainThatVerifies) {
  fill(10);
  const UpkeepRules rules{.checkpoint_hours = 0, .keep_days = 4};
  EXPECT_EQ(keep({.checkpoint_hours = 0}, on_day(10)).pruned.removed, 0) << "for ever, unless it is set";
  const auto pruned = keep(rules, on_day(10)).pruned;
  EXPECT_GT(pruned.removed, 0);
  EXPECT_EQ(rows().front().entry.sequence, pruned.through + 1);
  EXPECT_EQ(rows().back().entry.action, "audit.prune");
  EXPECT_EQ(keep(rules, later(on_day(10), 7'200)).pruned.removed, 0) << "once a day";
  EXPECT_EQ(keep(rules, on_day(11)).pruned.removed, 1);
  EXPECT_THAT(damages(), IsEmpty());
}

TEST_P(UpkeepTest, PersonalPartsGoBeforeTheirEntries) {
  fill(10);
  const UpkeepRules rules{.checkpoint_hours = 0, .personal_days = 4};
  const auto erased = keep(rules, on_day(10)).personal_erased;
  EXPECT_GT(erased, 0);
  std::int64_t without = 0;
  for (const auto& row : rows()) without += row.personal_erased ? 1 : 0;
  EXPECT_EQ(without, erased);
  EXPECT_TRUE(rows().front().personal_erased);
  EXPECT_FALSE(rows().back().personal_erased);
  EXPECT_EQ(rows().back().entry.action, "audit.erase-personal");
  EXPECT_EQ(keep(rules, later(on_day(10), 7'200)).personal_erased, 0) << "once a day";
  EXPECT_THAT(damages(), IsEmpty());
  EXPECT_EQ(look().erased, erased);
}

TEST_P(UpkeepTest, DamageStaysAsEvidenceAndTheEndIsSignedAllTheSame) {
  fill(10);
  change(store::Sql{"UPDATE audit SET action = 'record.export' WHERE sequence = 2"});
  const auto done = keep_up(database(), {.keep_days = 4}, key(), trust(), on_day(10));
  ASSERT_FALSE(done);
  EXPECT_EQ(to_string(done.error().code), "conflict");
  EXPECT_EQ(checkpoints(), 1U);
  EXPECT_EQ(rows().front().entry.sequence, 1);
}

}  // namespace
}  // namespace tocsin::engine::audit
