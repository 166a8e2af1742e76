#include "store/changes.hpp"

#include <numeric>
#include <thread>

#include <gtest/gtest.h>

#include "store/organisations.hpp"
#include "store/records.hpp"
#include "store/removals.hpp"
#include "store/testing/test_database.hpp"

namespace tocsin::store {
namespace {

using store_testing::kTestNow;
using store_testing::sample_revision;

class ChangesTest : public store_testing::DatabaseTest {
 protected:
  Status put(Database& database, const std::string& key, bool keep = true) {
    return database.write([&](Connection& connection) -> Status {
      TRY_VOID(Records(connection).put(sample_revision(key), kTestNow));
      if (!keep) return Error::invalid("undone");
      return ok();
    });
  }
  std::vector<Change> after(std::int64_t sequence, int limit = 100'000) {
    return database().read([&](Connection& connection) { return Changes(connection).after(sequence, limit); }).value();
  }
  std::int64_t newest() {
    return database().read([](Connection& connection) { return Changes(connection).newest(); }).value();
  }
  std::int64_t cursor(std::string_view reader) {
    return database().read([&](Connection& connection) { return Changes(connection).cursor(reader); }).value();
  }
};
TOCSIN_ON_BOTH_DATABASES(ChangesTest);

TEST_P(ChangesTest, IsEmptyAtFirst) {
  EXPECT_EQ(newest(), 0);
  EXPECT_TRUE(after(0).empty());
  EXPECT_EQ(cursor("search"), 0);
}

TEST_P(ChangesTest, TellsWhatHappenedOldestFirst) {
  for (const auto* key : {"EX-1", "EX-2", "EX-3"}) ASSERT_TRUE(put(database(), key));
  const auto all = after(0);
  ASSERT_EQ(all.size(), 3U);
  EXPECT_LT(all[0].sequence, all[1].sequence);
  EXPECT_LT(all[1].sequence, all[2].sequence);
  EXPECT_EQ(all[2].sequence, newest());
  EXPECT_EQ(all[0].at, kTestNow);
  EXPECT_EQ(all[0].action, ChangeAction::created);
  const auto record =
      database().read([&](Connection& connection) { return Records(connection).load(all[1].record); }).value();
  ASSERT_TRUE(record);
  EXPECT_EQ(record->key, "EX-2");
  EXPECT_EQ(record->current_revision, all[1].revision);
  EXPECT_EQ(after(all[0].sequence).size(), 2U);
  EXPECT_EQ(after(0, 1).size(), 1U);
  EXPECT_TRUE(after(all[2].sequence).empty());
}

TEST_P(ChangesTest, WhatIsUndoneNeverHappened) {
  ASSERT_FALSE(put(database(), "EX-1", false));
  EXPECT_EQ(newest(), 0);
  EXPECT_TRUE(after(0).empty());
}

TEST_P(ChangesTest, TellsOfRecordsThatAreHereAndThatAreGone) {
  ASSERT_TRUE(put(database(), "EX-1"));
  const auto first = after(0).at(0);
  const auto append = [&](domain::RecordId record) {
    return database().write([&](Connection& connection) {
      return Changes(connection)
          .append(ChangeAction::withdrawn, domain::RecordKind::advisory, record, first.revision, kTestNow);
    });
  };
  ASSERT_TRUE(append(first.record));
  EXPECT_EQ(after(first.sequence).at(0).action, ChangeAction::withdrawn);
  // One that was removed: its number stands in the feed for good, its row nowhere.
  const auto record = database().read([&](Connection& connection) { return Records{connection}.load(first.record); });
  ASSERT_TRUE(record && *record);
  const auto removed =
      database().write([&](Connection& connection) { return Removals{connection}.remove(**record, kTestNow); });
  ASSERT_TRUE(removed) << removed.error().to_string() << removed.error().detail;
  EXPECT_EQ(after(0).back().action, ChangeAction::removed);
  EXPECT_EQ(after(0).back().record, first.record);
  EXPECT_EQ(after(0).size(), 3U);
}

TEST_P(ChangesTest, CursorsAreKeptPerReader) {
  const auto set = [&](std::string_view reader, std::int64_t to) {
    return database().write([&](Connection& connection) { return Changes(connection).set_cursor(reader, to); });
  };
  ASSERT_TRUE(set("search", 5));
  ASSERT_TRUE(set("mail", 2));
  ASSERT_TRUE(set("search", 7));
  EXPECT_EQ(cursor("search"), 7);
  EXPECT_EQ(cursor("mail"), 2);
  EXPECT_EQ(cursor("other"), 0);
}

// On PostgreSQL numbers are given before the commit; without the lock a later number can be seen before an earlier one.
TEST_P(ChangesTest, AReaderMissesNothingWhileManyWrite) {
  constexpr int kWriters = 4, kEach = 20;
  std::atomic<int> writing = kWriters, failures = 0;
  std::vector<std::thread> writers;
  for (int t = 0; t < kWriters; ++t) {
    writers.emplace_back([&, t] {
      auto mine = test_database().open();
      for (int i = 0; i < kEach; ++i) {
        // Some are undone, so that there are gaps.
        const bool keep = i % 5 != 4;
        if (put(**mine, fmt::format("EX-{}-{}", t, i), keep).has_value() != keep) ++failures;
      }
      --writing;
    });
  }
  std::vector<std::int64_t> seen;
  for (bool last = false; !last;) {
    last = writing == 0;
    for (const auto& change : after(seen.empty() ? 0 : seen.back(), 7)) {
      seen.push_back(change.sequence);
      last = false;
    }
  }
  for (auto& writer : writers) writer.join();
  EXPECT_EQ(failures, 0);
  std::vector<std::int64_t> all;
  for (const auto& change : after(0)) all.push_back(change.sequence);
  EXPECT_EQ(all.size(), static_cast<std::size_t>(kWriters * kEach * 4 / 5));
  EXPECT_EQ(seen, all);
}

TEST_P(ChangesTest, TwoThatDeriveTheSameTakeTurns) {
  constexpr int kDocuments = 60;
  for (int i = 0; i < kDocuments; ++i) ASSERT_TRUE(put(database(), fmt::format("EX-{}", i)));
  std::vector<std::vector<std::int64_t>> derived(3);
  std::vector<std::thread> threads;
  std::atomic<int> failures = 0;
  for (auto& mine : derived) {
    threads.emplace_back([&] {
      auto own = test_database().open();
      for (bool caught_up = false; !caught_up && failures == 0;) {
        std::vector<std::int64_t> step;
        const auto done = (*own)->write([&](Connection& connection) -> Status {
          Changes changes(connection);
          TRY(const auto from, changes.cursor("search"));
          TRY(const auto next, changes.after(from, 4));
          for (const auto& change : next) step.push_back(change.sequence);
          if (step.empty()) return ok();
          return changes.set_cursor("search", step.back());
        });
        if (!done) ++failures;
        caught_up = step.empty();
        mine.insert(mine.end(), step.begin(), step.end());
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(failures, 0);
  std::vector<std::int64_t> all;
  for (const auto& mine : derived) all.insert(all.end(), mine.begin(), mine.end());
  std::ranges::sort(all);
  std::vector<std::int64_t> expected;
  for (const auto& change : after(0)) expected.push_back(change.sequence);
  EXPECT_EQ(all, expected);
}

class OrganisationsTest : public store_testing::DatabaseTest {};
TOCSIN_ON_BOTH_DATABASES(OrganisationsTest);

TEST_P(OrganisationsTest, TheOwnOneIsMadeOnceAndRenamedByNobody) {
  const auto done = database().write([](Connection& connection) -> Status {
    Organisations organisations(connection);
    TRY_VOID(organisations.ensure_own("Another name", kTestNow));
    TRY(const auto own, organisations.find(domain::kOwnOrganisation));
    EXPECT_TRUE(own.has_value());
    if (own) EXPECT_EQ(own->name, "Example CERT");
    if (own) EXPECT_EQ(own->kind, domain::OrganisationKind::cert);
    TRY(const auto none, organisations.find({2}));
    EXPECT_FALSE(none.has_value());
    TRY(const auto next,
        connection.first(
            Sql{"INSERT INTO organisation (kind, name, created_at) VALUES (2, 'Example Pumps', 0) RETURNING id"},
            [](const Row& row) { return row.integer(0); }));
    EXPECT_EQ(next, 2);
    return ok();
  });
  EXPECT_TRUE(done) << done.error().detail;
}

}  // namespace
}  // namespace tocsin::store
