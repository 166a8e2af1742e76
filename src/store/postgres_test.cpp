#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <libpq-fe.h>
#include <poll.h>

#include "store/changes.hpp"
#include "store/migrations.hpp"
#include "store/organisations.hpp"
#include "store/records.hpp"
#include "store/testing/test_database.hpp"

namespace tocsin::store {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class PostgresTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto created = store_testing::TestDatabase::create(Dialect::postgres);
    if (!created) GTEST_SKIP() << created.error().to_string();
    test_ = std::move(created).value();
    database_ = test_->open().value();
    const auto made = script("CREATE TABLE sample (id bigint PRIMARY KEY, n integer)");
    ASSERT_TRUE(made) << made.error().detail;
  }
  Status script(std::string_view text) {
    // Through another Database, as another process would.
    TRY(auto other, test_->open());
    return other->write([&](Connection& connection) { return connection.run_script(text); });
  }
  Status end_all_connections() {
    TRY(auto other, test_->open());
    return other->write([](Connection& connection) {
      return connection.run_script(
          "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity "
          "WHERE datname = current_database() AND pid <> pg_backend_pid()");
    });
  }
  Result<std::string> ask(const Sql& sql) {
    return database_->read([&](Connection& connection) -> Result<std::string> {
      TRY(const auto text, connection.first(sql, [](const Row& row) { return row.string(0); }));
      return text.value_or("nothing");
    });
  }
  std::unique_ptr<store_testing::TestDatabase> test_;
  std::unique_ptr<Database> database_;
};

TEST_F(PostgresTest, DescribesItselfWithoutThePassword) {
  const auto text = database_->describe();
  EXPECT_THAT(text, HasSubstr("PostgreSQL "));
  const std::string& url = test_->url();
  const auto colon = url.find(':', url.find("://") + 3);
  const auto at = url.find('@');
  ASSERT_NE(at, std::string::npos);
  if (colon < at) EXPECT_THAT(text, Not(HasSubstr(url.substr(colon + 1, at - colon - 1))));
}

TEST_F(PostgresTest, ADatabaseThatIsNotThereIsNamed) {
  auto url = test_->url();
  url.insert(url.find_last_of('/') + 1, "missing_");
  const auto failed = Database::open({.url = url});
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, Error::Code::unavailable);
  EXPECT_THAT(failed.error().message, HasSubstr("missing_"));
}

TEST_F(PostgresTest, SessionsAreSetUp) {
  EXPECT_EQ(ask(Sql{"SELECT current_setting('TimeZone')"}).value(), "UTC");
  EXPECT_EQ(ask(Sql{"SELECT current_setting('application_name')"}).value(), "tocsin");
  EXPECT_EQ(ask(Sql{"SELECT current_setting('client_encoding')"}).value(), "UTF8");
  EXPECT_EQ(ask(Sql{"SELECT current_setting('default_transaction_read_only')"}).value(), "on");
}

TEST_F(PostgresTest, ReadsAndTransactionsSurviveAnEndedConnection) {
  ASSERT_TRUE(ask(Sql{"SELECT 'before'"}));
  ASSERT_TRUE(end_all_connections());
  EXPECT_EQ(ask(Sql{"SELECT 'after'"}).value(), "after");
  ASSERT_TRUE(end_all_connections());
  EXPECT_TRUE(
      database_->write([](Connection& connection) { return connection.run(Sql{"INSERT INTO sample VALUES (1, 1)"}); }));
  EXPECT_EQ(ask(Sql{"SELECT count(*) FROM sample"}).value(), "1");
}

TEST_F(PostgresTest, AConnectionLostWhileItIsUsedEndsItsTransactionOnly) {
  const auto failed = database_->write([&](Connection& connection) -> Status {
    TRY_VOID(connection.run(Sql{"INSERT INTO sample VALUES (1, 1)"}));
    TRY_VOID(end_all_connections());
    TRY_VOID(connection.run(Sql{"INSERT INTO sample VALUES (2, 2)"}));
    return ok();
  });
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, Error::Code::unavailable);
  const auto piped = database_->write([&](Connection& connection) -> Status {
    TRY_VOID(end_all_connections());
    return connection.run_all({Sql{"INSERT INTO sample VALUES (3, 3)"}, Sql{"INSERT INTO sample VALUES (4, 4)"}});
  });
  ASSERT_FALSE(piped);
  EXPECT_EQ(piped.error().code, Error::Code::unavailable);
  // A plain read is asked again on a new connection.
  const auto read = database_->read([&](Connection& connection) -> Result<std::int64_t> {
    TRY_VOID(end_all_connections());
    TRY(const auto count,
        connection.first(Sql{"SELECT count(*) FROM sample"}, [](const Row& row) { return row.integer(0); }));
    return count.value_or(-1);
  });
  ASSERT_TRUE(read) << read.error().detail;
  EXPECT_EQ(*read, 0);
}

TEST_F(PostgresTest, PlansThatAnUpgradeMadeStaleArePreparedAnew) {
  const Sql sql{"SELECT n FROM sample WHERE id = ?", 1};
  const auto read_it = [&] { return ask(sql); };
  const auto write_it = [&] {
    return database_->write(
        [&](Connection& connection) { return connection.first(sql, [](const Row& row) { return row.string(0); }); });
  };
  ASSERT_TRUE(script("INSERT INTO sample VALUES (1, 5)"));
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(read_it());
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(write_it());
  ASSERT_TRUE(script("ALTER TABLE sample ALTER COLUMN n TYPE text"));
  const auto read = read_it();
  ASSERT_TRUE(read) << read.error().detail;
  EXPECT_EQ(*read, "5");
  ASSERT_TRUE(script("ALTER TABLE sample ALTER COLUMN n TYPE bigint USING n::bigint"));
  const auto written = write_it();
  ASSERT_TRUE(written) << written.error().detail;
  EXPECT_EQ(**written, "5");
}

TEST_F(PostgresTest, AFailureThatTheBodySwallowedDoesNotPassAsACommit) {
  const auto done = database_->write([](Connection& connection) -> Status {
    TRY_VOID(connection.run(Sql{"INSERT INTO sample VALUES (1, 1)"}));
    static_cast<void>(connection.run(Sql{"INSERT INTO sample VALUES (1, 1)"}));
    return ok();
  });
  ASSERT_FALSE(done);
  EXPECT_EQ(ask(Sql{"SELECT count(*) FROM sample"}).value(), "0");
}

TEST_F(PostgresTest, AFailureThatAnAttemptSwallowedIsUndoneAndReported) {
  const auto done = database_->write([](Connection& connection) -> Status {
    TRY_VOID(connection.run(Sql{"INSERT INTO sample VALUES (1, 1)"}));
    const auto swallowed = connection.attempt([&] {
      static_cast<void>(connection.run(Sql{"INSERT INTO sample VALUES (1, 1)"}));
      return ok();
    });
    EXPECT_FALSE(swallowed);
    TRY_VOID(connection.run(Sql{"INSERT INTO sample VALUES (2, 2)"}));
    return ok();
  });
  ASSERT_TRUE(done) << done.error().detail;
  EXPECT_EQ(ask(Sql{"SELECT sum(id) FROM sample"}).value(), "3");
}

TEST_F(PostgresTest, SavepointsOfKeptAttemptsAreTakenOverInOrder) {
  const auto insert = [](Connection& connection, int id) -> Status {
    TRY_VOID(connection.run(Sql{"INSERT INTO sample VALUES (?, 0)", id}));
    return ok();
  };
  const auto done = database_->write([&](Connection& connection) -> Status {
    // Kept two deep, then undone one deep: the savepoint left behind below must not be mistaken for the one above.
    TRY_VOID(connection.attempt([&] { return connection.attempt([&] { return insert(connection, 1); }); }));
    TRY_VOID(connection.attempt([&] { return insert(connection, 2); }));
    const auto undone = connection.attempt([&]() -> Status {
      TRY_VOID(connection.attempt([&] { return insert(connection, 4); }));
      TRY_VOID(connection.attempt([&] { return insert(connection, 8); }));
      return Error::invalid("no");
    });
    EXPECT_FALSE(undone);
    TRY_VOID(connection.attempt([&]() -> Status {
      const auto inner = connection.attempt([&]() -> Status {
        TRY_VOID(insert(connection, 16));
        return Error::invalid("no");
      });
      EXPECT_FALSE(inner);
      TRY_VOID(connection.attempt([&] { return insert(connection, 32); }));
      return insert(connection, 64);
    }));
    return connection.attempt([&] { return insert(connection, 128); });
  });
  ASSERT_TRUE(done) << done.error().detail;
  EXPECT_EQ(ask(Sql{"SELECT sum(id) FROM sample"}).value(), std::to_string(1 + 2 + 32 + 64 + 128));
}

TEST_F(PostgresTest, NumbersOfEveryWidthAreRead) {
  const auto done = database_->read([](Connection& connection) {
    return connection.each(Sql{"SELECT 5::smallint, -5::integer, 1.5::real, true, 12345678901234567::numeric, "
                               "-0.25::numeric, 100000000::numeric,"
                               " '{\"a\": 1}'::jsonb, 42::oid, 'NaN'::numeric, 0.0001::numeric, "
                               "9223372036854775808::numeric, 120000.5::numeric"},
                           [](const Row& row) -> Status {
                             EXPECT_EQ(row.integer(0), 5);
                             EXPECT_EQ(row.integer(1), -5);
                             EXPECT_EQ(row.real(2), 1.5);
                             EXPECT_TRUE(row.boolean(3));
                             EXPECT_EQ(row.integer(4), 12'345'678'901'234'567);
                             EXPECT_EQ(row.real(5), -0.25);
                             EXPECT_EQ(row.integer(5), 0);
                             EXPECT_EQ(row.integer(6), 100'000'000);
                             EXPECT_EQ(row.text(6), "100000000");
                             EXPECT_EQ(row.text(7), "{\"a\": 1}");
                             EXPECT_EQ(row.integer(8), 42);
                             EXPECT_EQ(row.integer(9), 0);
                             EXPECT_EQ(row.real(10), 0.0001);
                             EXPECT_EQ(row.integer(11), std::numeric_limits<std::int64_t>::max());
                             EXPECT_EQ(row.real(12), 120'000.5);
                             return ok();
                           });
  });
  EXPECT_TRUE(done) << done.error().detail;
  const auto refused = ask(Sql{"SELECT now()"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Error::Code::internal);
}

TEST_F(PostgresTest, ALockThatIsHeldTooLongIsToldSo) {
  auto second = test_->open(2, 20).value();
  const auto done = database_->write([&](Connection& connection) -> Status {
    TRY_VOID(connection.lock_changes());
    const auto busy = second->write([](Connection& other) { return other.lock_changes(); });
    EXPECT_EQ(busy.error().code, Error::Code::unavailable);
    return ok();
  });
  EXPECT_TRUE(done);
  EXPECT_TRUE(second->write([](Connection& other) { return other.lock_changes(); }));
}

TEST_F(PostgresTest, TheLockOnChangesIsTakenAgainAfterItsSavepointIsUndone) {
  auto second = test_->open(2, 20).value();
  const auto locked = [&] { return !second->write([](Connection& other) { return other.lock_changes(); }); };
  const auto done = database_->write([&](Connection& connection) -> Status {
    const auto undone = connection.attempt([&]() -> Status {
      TRY_VOID(connection.attempt([&] { return connection.lock_changes(); }));
      EXPECT_TRUE(locked());
      return Error::invalid("no");
    });
    EXPECT_FALSE(undone);
    EXPECT_FALSE(locked());
    TRY_VOID(connection.attempt([&] { return connection.lock_changes(); }));
    EXPECT_TRUE(locked());
    return ok();
  });
  EXPECT_TRUE(done);
  EXPECT_FALSE(locked());
}

TEST_F(PostgresTest, AChangeNotifiesListeners) {
  ASSERT_TRUE(migrate(*database_));
  const std::unique_ptr<PGconn, void (*)(PGconn*)> listener(PQconnectdb(test_->url().c_str()), PQfinish);
  PQclear(PQexec(listener.get(), "LISTEN tocsin_change"));
  const auto put = database_->write([](Connection& connection) -> Status {
    TRY_VOID(Organisations(connection).ensure_own("Example CERT", store_testing::kTestNow));
    TRY_VOID(Records(connection).put(store_testing::sample_revision("EX-2023-1"), store_testing::kTestNow));
    TRY_VOID(Records(connection).put(store_testing::sample_revision("EX-2023-2"), store_testing::kTestNow));
    return ok();
  });
  ASSERT_TRUE(put) << put.error().detail;
  PGnotify* notice = nullptr;
  pollfd readable{PQsocket(listener.get()), POLLIN, 0};
  while ((notice = PQnotifies(listener.get())) == nullptr && poll(&readable, 1, 30'000) == 1) {
    ASSERT_EQ(PQconsumeInput(listener.get()), 1);
  }
  ASSERT_NE(notice, nullptr);
  EXPECT_STREQ(notice->relname, "tocsin_change");
  PQfreemem(notice);
  EXPECT_EQ(PQnotifies(listener.get()), nullptr);
}

}  // namespace
}  // namespace tocsin::store
