#include "store/database.hpp"

#include <limits>
#include <stdexcept>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/testing/test_database.hpp"

namespace tocsin::store {
namespace {

using ::testing::HasSubstr;

/// A table of each type, a counter, and a child with a foreign key.
class DatabaseTest : public store_testing::DatabaseTest {
 protected:
  void SetUp() override {
    store_testing::DatabaseTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    const auto made = database().write([&](Connection& connection) {
      return connection.run_script(
          GetParam() == Dialect::sqlite
              ? "CREATE TABLE sample (id INTEGER PRIMARY KEY, n INTEGER, x REAL, t TEXT, b BLOB) STRICT;"
                "CREATE TABLE child (id INTEGER PRIMARY KEY, sample_id INTEGER NOT NULL REFERENCES sample (id),"
                " name TEXT UNIQUE, small INTEGER CHECK (small < 10)) STRICT;"
              : "CREATE TABLE sample (id bigint PRIMARY KEY, n bigint, x double precision, t text, b bytea);"
                "CREATE TABLE child (id bigint PRIMARY KEY, sample_id bigint NOT NULL REFERENCES sample (id),"
                " name text UNIQUE, small bigint CHECK (small < 10));");
    });
    ASSERT_TRUE(made) << made.error().detail;
  }
  Status insert(std::int64_t id, Value n = {}, Value x = {}, Value t = {}, Value b = {}) {
    return database().write([&](Connection& connection) { return insert_with(connection, id, n, x, t, b); });
  }
  static Status insert_with(Connection& connection, std::int64_t id, const Value& n = {}, const Value& x = {},
                            const Value& t = {}, const Value& b = {}) {
    TRY_VOID(connection.run(Sql{"INSERT INTO sample (id, n, x, t, b) VALUES (?, ?, ?, ?, ?)", id, n, x, t, b}));
    return ok();
  }
  std::int64_t scalar(const Sql& sql) {
    const auto value = database().read(
        [&](Connection& connection) { return connection.first(sql, [](const Row& row) { return row.integer(0); }); });
    EXPECT_TRUE(value.has_value()) << value.error().detail;
    return value ? value->value_or(-1) : -1;
  }
  std::int64_t samples() { return scalar(Sql{"SELECT count(*) FROM sample"}); }
};
TOCSIN_ON_BOTH_DATABASES(DatabaseTest);

TEST_P(DatabaseTest, ValuesComeBackAsTheyWere) {
  constexpr auto kMin = std::numeric_limits<std::int64_t>::min();
  constexpr auto kMax = std::numeric_limits<std::int64_t>::max();
  const std::string bytes{"\0\x01\xff'\\\0", 6};
  const std::string text = "Geutebrück ≤ 5 – 水 '\"\\ 🏭 $1 ?";
  ASSERT_TRUE(insert(1, kMin, -0.1, text, Blob{bytes}));
  ASSERT_TRUE(insert(2, kMax, 1e300, "", Blob{}));
  ASSERT_TRUE(insert(3));
  ASSERT_TRUE(insert(4, 0, 5e-324, std::string(100'000, 'x'), Blob{std::string(1'000'000, '\xfe')}));
  int rows = 0;
  const auto read = database().read([&](Connection& connection) {
    return connection.each(Sql{"SELECT id, n, x, t, b FROM sample ORDER BY id"}, [&](const Row& row) -> Status {
      ++rows;
      switch (row.integer(0)) {
        case 1:
          EXPECT_EQ(row.integer(1), kMin);
          EXPECT_EQ(row.real(2), -0.1);
          EXPECT_EQ(row.text(3), text);
          EXPECT_EQ(row.text(4), bytes);
          break;
        case 2:
          EXPECT_EQ(row.integer(1), kMax);
          EXPECT_EQ(row.real(2), 1e300);
          EXPECT_FALSE(row.is_null(3));
          EXPECT_EQ(row.text(3), "");
          EXPECT_FALSE(row.is_null(4));
          EXPECT_EQ(row.text(4), "");
          break;
        case 3:
          for (int column = 1; column < 5; ++column) {
            EXPECT_TRUE(row.is_null(column));
            EXPECT_EQ(row.integer(column), 0);
            EXPECT_EQ(row.real(column), 0);
            EXPECT_EQ(row.text(column), "");
          }
          EXPECT_FALSE(row.optional_integer(1).has_value());
          EXPECT_FALSE(row.optional_time(1).has_value());
          break;
        default:
          EXPECT_EQ(row.real(2), 5e-324);
          EXPECT_EQ(row.text(3).size(), 100'000U);
          EXPECT_EQ(row.text(4), std::string(1'000'000, '\xfe'));
      }
      return ok();
    });
  });
  EXPECT_TRUE(read) << read.error().detail;
  EXPECT_EQ(rows, 4);
}

TEST_P(DatabaseTest, ColumnsOfAnotherTypeAreConverted) {
  ASSERT_TRUE(insert(1, 42, 2.5, "17 pumps"));
  ASSERT_TRUE(insert(2, -7, 3.0, "none"));
  const auto read = database().read([&](Connection& connection) {
    return connection.each(Sql{"SELECT n, x, t, sum(n) OVER () FROM sample ORDER BY id"}, [](const Row& row) -> Status {
      const bool first = row.integer(0) == 42;
      EXPECT_EQ(row.text(0), first ? "42" : "-7");
      EXPECT_EQ(row.real(0), first ? 42.0 : -7.0);
      EXPECT_EQ(row.text(1), first ? "2.5" : "3.0");
      EXPECT_EQ(row.integer(1), first ? 2 : 3);
      EXPECT_EQ(row.integer(2), first ? 17 : 0);
      EXPECT_EQ(row.real(2), first ? 17.0 : 0.0);
      EXPECT_EQ(row.integer(3), 35);
      EXPECT_EQ(row.text(3), "35");
      EXPECT_TRUE(row.boolean(0));
      return ok();
    });
  });
  EXPECT_TRUE(read) << read.error().detail;
}

TEST_P(DatabaseTest, TextThatOneDatabaseWouldRefuseIsRefusedOnBoth) {
  for (const auto& text : {std::string{"a\0b", 3}, std::string{"\xff\xfe"}, std::string{"\xed\xa0\x80"}}) {
    const auto refused = insert(1, {}, {}, text);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Error::Code::invalid_input);
    const auto piped = database().write([&](Connection& connection) {
      return connection.run_all({Sql{"INSERT INTO sample (id, t) VALUES (?, ?)", 1, text}});
    });
    ASSERT_FALSE(piped);
    EXPECT_EQ(piped.error().code, Error::Code::invalid_input);
  }
  EXPECT_EQ(samples(), 0);
}

TEST_P(DatabaseTest, ConstraintsAreConflictsThatNameWhatTheyContradict) {
  ASSERT_TRUE(insert(1));
  const auto put = [&](std::int64_t id, std::int64_t sample, std::string_view name, std::int64_t small) {
    return database().write([&](Connection& connection) {
      return connection.run(
          Sql{"INSERT INTO child (id, sample_id, name, small) VALUES (?, ?, ?, ?)", id, sample, name, small});
    });
  };
  ASSERT_TRUE(put(1, 1, "a", 1));
  const auto same_name = put(2, 1, "a", 1);
  const auto no_parent = put(3, 99, "b", 1);
  const auto too_large = put(4, 1, "c", 10);
  for (const auto* each : {&same_name, &no_parent, &too_large}) {
    ASSERT_FALSE(each->has_value());
    EXPECT_EQ(each->error().code, Error::Code::conflict) << each->error().detail;
  }
  EXPECT_THAT(same_name.error().detail, HasSubstr("name"));
  EXPECT_THAT(too_large.error().detail, HasSubstr("small"));
  EXPECT_EQ(scalar(Sql{"SELECT count(*) FROM child"}), 1);
}

TEST_P(DatabaseTest, WrongSqlIsOurOwnBug) {
  const auto failed = database().read(
      [](Connection& connection) { return connection.run(Sql{"SELECT nothing FROM nowhere WHERE a = ?", 1}); });
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, Error::Code::internal);
  EXPECT_THAT(failed.error().detail, HasSubstr("nowhere"));
  EXPECT_THAT(failed.error().message, ::testing::Not(HasSubstr("nowhere")));
}

TEST_P(DatabaseTest, RunCountsChangedRows) {
  ASSERT_TRUE(insert(1, 1));
  ASSERT_TRUE(insert(2, 1));
  const auto done = database().write([](Connection& connection) -> Status {
    EXPECT_EQ(connection.run(Sql{"UPDATE sample SET n = 5 WHERE id > ?", 0}).value(), 2);
    EXPECT_EQ(connection.run(Sql{"SELECT id FROM sample"}).value(), 0);
    EXPECT_EQ(connection.run(Sql{"UPDATE sample SET n = 5 WHERE id > ?", 100}).value(), 0);
    EXPECT_EQ(connection.run(Sql{"INSERT INTO sample (id) VALUES (?) RETURNING id", 3}).value(), 1);
    EXPECT_EQ(connection.run(Sql{"DELETE FROM sample"}).value(), 3);
    return ok();
  });
  EXPECT_TRUE(done);
}

TEST_P(DatabaseTest, AnErrorUndoesTheTransaction) {
  const auto failed = database().write([&](Connection& connection) -> Status {
    TRY_VOID(insert_with(connection, 1));
    return Error::invalid("the advisory has no title");
  });
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().message, "the advisory has no title");
  EXPECT_EQ(samples(), 0);
  EXPECT_TRUE(insert(1));
}

TEST_P(DatabaseTest, AnExceptionUndoesTheTransaction) {
  EXPECT_THROW(static_cast<void>(database().write([&](Connection& connection) -> Status {
                 TRY_VOID(insert_with(connection, 1));
                 throw std::runtime_error("thrown by a library");
               })),
               std::runtime_error);
  EXPECT_EQ(samples(), 0);
  EXPECT_TRUE(insert(1));
}

TEST_P(DatabaseTest, AttemptsNestAndUndoOnlyThemselves) {
  const auto done = database().write([&](Connection& connection) -> Status {
    EXPECT_TRUE(connection.writing());
    TRY_VOID(insert_with(connection, 1));
    TRY_VOID(connection.attempt([&]() -> Status {
      TRY_VOID(insert_with(connection, 2));
      const auto inner = connection.attempt([&]() -> Status {
        TRY_VOID(insert_with(connection, 3));
        return insert_with(connection, 1);  // there already: PostgreSQL would refuse everything after this
      });
      EXPECT_EQ(inner.error().code, Error::Code::conflict);
      return insert_with(connection, 4);
    }));
    const auto outer = connection.attempt([&]() -> Status {
      TRY_VOID(insert_with(connection, 5));
      TRY_VOID(connection.attempt([&] { return insert_with(connection, 6); }));
      return Error::invalid("no");
    });
    EXPECT_EQ(outer.error().message, "no");
    EXPECT_THROW(static_cast<void>(connection.attempt([&]() -> Status {
                   TRY_VOID(insert_with(connection, 7));
                   throw std::runtime_error("thrown");
                 })),
                 std::runtime_error);
    return insert_with(connection, 8);
  });
  ASSERT_TRUE(done) << done.error().detail;
  EXPECT_EQ(scalar(Sql{"SELECT sum(id) FROM sample"}), 1 + 2 + 4 + 8);
}

TEST_P(DatabaseTest, AttemptNeedsATransaction) {
  const auto refused = database().read([](Connection& connection) { return connection.attempt([] { return ok(); }); });
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Error::Code::internal);
}

TEST_P(DatabaseTest, ReadsCannotWrite) {
  const auto refused = database().read([](Connection& connection) {
    EXPECT_FALSE(connection.writing());
    return connection.run(Sql{"INSERT INTO sample (id) VALUES (?)", 1});
  });
  EXPECT_FALSE(refused);
  const auto in_snapshot = database().snapshot(
      [](Connection& connection) { return connection.run(Sql{"INSERT INTO sample (id) VALUES (?)", 1}); });
  EXPECT_FALSE(in_snapshot);
  EXPECT_EQ(samples(), 0);
}

TEST_P(DatabaseTest, RunAllStopsAtTheFirstErrorAndKeepsWhatRanBefore) {
  const auto done = database().write([&](Connection& connection) -> Status {
    TRY_VOID(connection.run_all({Sql{"INSERT INTO sample (id, t) VALUES (?, ?)", 1, "a"},
                                 Sql{"INSERT INTO sample (id, t) VALUES (?, ?)", 2, std::nullopt},
                                 Sql{"SELECT t FROM sample"}, Sql{"UPDATE sample SET n = ?", 3}}));
    const auto failed = connection.attempt([&] {
      return connection.run_all({Sql{"INSERT INTO sample (id, t) VALUES (?, ?)", 3, "c"},
                                 Sql{"INSERT INTO sample (id, t) VALUES (?, ?)", 1, "again"},
                                 Sql{"INSERT INTO sample (id, x) VALUES (?, ?)", 4, 1.0}});
    });
    EXPECT_EQ(failed.error().code, Error::Code::conflict) << failed.error().detail;
    TRY_VOID(connection.run_all({}));
    // The statement that never got its turn is prepared when it does.
    return connection.run_all({Sql{"INSERT INTO sample (id, x) VALUES (?, ?)", 5, 1.0}});
  });
  ASSERT_TRUE(done) << done.error().detail;
  EXPECT_EQ(scalar(Sql{"SELECT sum(id) FROM sample"}), 1 + 2 + 5);
  EXPECT_EQ(scalar(Sql{"SELECT sum(n) FROM sample"}), 6);
}

TEST_P(DatabaseTest, RunAllTakesMoreThanOnePipeline) {
  std::vector<Sql> statements;
  for (int i = 0; i < 1'000; ++i) {
    statements.emplace_back("INSERT INTO sample (id, b) VALUES (?, ?)", i, Blob{std::string(2'000, 'b')});
  }
  const auto done = database().write([&](Connection& connection) { return connection.run_all(statements); });
  ASSERT_TRUE(done) << done.error().detail;
  EXPECT_EQ(samples(), 1'000);
}

TEST_P(DatabaseTest, ASnapshotSeesOneState) {
  ASSERT_TRUE(insert(1));
  const auto seen = database().snapshot([&](Connection& connection) -> Result<std::pair<std::int64_t, std::int64_t>> {
    const auto count = [&]() -> Result<std::int64_t> {
      TRY(const auto number,
          connection.first(Sql{"SELECT count(*) FROM sample"}, [](const Row& row) { return row.integer(0); }));
      return number.value_or(-1);
    };
    TRY(const auto before, count());
    TRY_VOID(insert(2));
    TRY(const auto after, count());
    return std::pair{before, after};
  });
  ASSERT_TRUE(seen) << seen.error().detail;
  EXPECT_EQ(*seen, (std::pair<std::int64_t, std::int64_t>{1, 1}));
  EXPECT_EQ(samples(), 2);
}

TEST_P(DatabaseTest, ReadsSeeNothingOfAnOpenTransaction) {
  const auto done = database().write([&](Connection& connection) -> Status {
    TRY_VOID(insert_with(connection, 1));
    EXPECT_EQ(samples(), 0);
    return ok();
  });
  ASSERT_TRUE(done);
  EXPECT_EQ(samples(), 1);
}

TEST_P(DatabaseTest, ManyWritersLoseNothing) {
  constexpr int kThreads = 8, kEach = 25;
  ASSERT_TRUE(insert(0, 0));
  auto other = test_database().open();
  ASSERT_TRUE(other);
  std::vector<std::thread> threads;
  std::atomic<int> failures = 0;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      auto& mine = t % 2 == 0 ? database() : **other;
      for (int i = 1; i <= kEach; ++i) {
        const auto done = mine.write([&](Connection& connection) -> Status {
          // Reads first: SQLite would fail at the upgrade if the transaction were not a writer from the start.
          TRY_VOID(connection.each(Sql{"SELECT n FROM sample WHERE id = ?", 0}, [](const Row&) { return ok(); }));
          TRY_VOID(connection.run(Sql{"UPDATE sample SET n = n + 1 WHERE id = ?", 0}));
          return insert_with(connection, t * 1'000 + i);
        });
        if (!done) ++failures;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(scalar(Sql{"SELECT n FROM sample WHERE id = 0"}), kThreads * kEach);
  EXPECT_EQ(samples(), kThreads * kEach + 1);
}

TEST_P(DatabaseTest, TwoObjectsOnOneDatabaseSeeEachOther) {
  auto other = test_database().open();
  ASSERT_TRUE(other);
  ASSERT_TRUE(insert(1, 5));
  const auto seen = (*other)->read([](Connection& connection) {
    return connection.first(Sql{"SELECT n FROM sample WHERE id = 1"}, [](const Row& row) { return row.integer(0); });
  });
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->value_or(0), 5);
}

TEST_P(DatabaseTest, HeartbeatMovesWithEveryCommit) {
  auto other = test_database().open();
  ASSERT_TRUE(other);
  const auto first = database().heartbeat().value();
  ASSERT_TRUE(insert(1));
  const auto second = database().heartbeat().value();
  EXPECT_NE(second, first);
  ASSERT_TRUE((*other)->write([](Connection& connection) { return insert_with(connection, 2); }));
  const auto third = database().heartbeat().value();
  EXPECT_NE(third, second);
  EXPECT_EQ(samples(), 2);
  // PostgreSQL counts for the whole server, where other tests may be at work.
  if (GetParam() == Dialect::sqlite) EXPECT_EQ(database().heartbeat().value(), third);
}

TEST_P(DatabaseTest, VisitorsMayUseTheConnection) {
  for (int i = 1; i <= 3; ++i) ASSERT_TRUE(insert(i, i));
  int pairs = 0;
  const auto done = database().read([&](Connection& connection) {
    const Sql sql{"SELECT n FROM sample ORDER BY n"};
    return connection.each(sql, [&](const Row& outer) {
      const auto n = outer.integer(0);
      const auto inner = connection.each(sql, [&](const Row&) {
        ++pairs;
        return ok();
      });
      EXPECT_EQ(outer.integer(0), n);
      return inner;
    });
  });
  EXPECT_TRUE(done) << done.error().detail;
  EXPECT_EQ(pairs, 9);
}

TEST_P(DatabaseTest, AVisitorsErrorEndsTheVisit) {
  for (int i = 1; i <= 3; ++i) ASSERT_TRUE(insert(i, i));
  int visited = 0;
  const auto done = database().read([&](Connection& connection) -> Status {
    const auto ended = connection.each(Sql{"SELECT n FROM sample ORDER BY n"}, [&](const Row& row) -> Status {
      ++visited;
      if (row.integer(0) == 2) return Error::invalid("enough");
      return ok();
    });
    EXPECT_EQ(ended.error().message, "enough");
    // The statement is free again.
    return connection.each(Sql{"SELECT n FROM sample ORDER BY n"}, [&](const Row&) { return ok(); });
  });
  EXPECT_TRUE(done);
  EXPECT_EQ(visited, 2);
}

TEST_P(DatabaseTest, OneTextTakesValuesOfSeveralTypes) {
  const auto done = database().write([&](Connection& connection) -> Status {
    for (int round = 0; round < 2; ++round) {
      TRY_VOID(insert_with(connection, round * 10 + 1, 1, 1.5, "t", Blob{"b"}));
      TRY_VOID(insert_with(connection, round * 10 + 2, std::nullopt, std::nullopt, std::nullopt, std::nullopt));
      TRY_VOID(insert_with(connection, round * 10 + 3, 3, std::nullopt, "t", std::nullopt));
    }
    return ok();
  });
  EXPECT_TRUE(done) << done.error().detail;
  EXPECT_EQ(samples(), 6);
}

TEST_P(DatabaseTest, MoreStatementsThanAreKept) {
  const auto done = database().write([&](Connection& connection) -> Status {
    for (int round = 0; round < 2; ++round) {
      Sql sql{"SELECT 1"};
      for (int i = 0; i < 300; ++i) {
        sql.append(" + 1");
        TRY(const auto value, connection.first(sql, [](const Row& row) { return row.integer(0); }));
        EXPECT_EQ(value.value_or(0), i + 2);
      }
    }
    return ok();
  });
  EXPECT_TRUE(done) << done.error().detail;
}

TEST_P(DatabaseTest, LongListsFitIntoOneStatement) {
  ASSERT_TRUE(insert(7));
  std::vector<std::int64_t> ids(Sql::kListMax - 1);
  for (std::size_t i = 0; i < ids.size(); ++i) ids[i] = static_cast<std::int64_t>(i);
  Sql sql{"SELECT id FROM sample WHERE id IN "};
  sql.append_list(ids);
  EXPECT_EQ(scalar(sql), 7);
}

TEST_P(DatabaseTest, BusyConnectionsAreRefusedNotQueuedWithoutEnd) {
  auto small = test_database().open(1, 20);
  ASSERT_TRUE(small);
  const auto outer = (*small)->read([&](Connection&) -> Status {
    const auto inner = (*small)->read([](Connection&) { return ok(); });
    EXPECT_EQ(inner.error().code, Error::Code::unavailable);
    return ok();
  });
  EXPECT_TRUE(outer);
  EXPECT_TRUE((*small)->read([](Connection&) { return ok(); }));
}

TEST_P(DatabaseTest, OpeningWhatIsNotThereSaysWhatToCheck) {
  EXPECT_EQ(Database::open({.url = ""}).error().code, Error::Code::invalid_input);
  EXPECT_EQ(Database::open({.url = "mysql://host/db"}).error().code, Error::Code::invalid_input);
}

}  // namespace
}  // namespace tocsin::store
