#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/database.hpp"
#include "store/testing/test_database.hpp"

namespace tocsin::store {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class SqliteTest : public ::testing::Test {
 protected:
  void SetUp() override { test_ = store_testing::TestDatabase::create(Dialect::sqlite).value(); }
  fs::path path() const { return test_->url(); }
  Result<std::unique_ptr<Database>> open(int wait_ms = 10'000) const { return test_->open(4, wait_ms); }
  static Status make_table(Database& database) {
    return database.write([](Connection& connection) {
      return connection.run_script("CREATE TABLE sample (id INTEGER PRIMARY KEY, b BLOB) STRICT;");
    });
  }
  static Result<std::int64_t> insert(Connection& connection, std::int64_t id, std::size_t bytes = 1) {
    return connection.run(Sql{"INSERT INTO sample (id, b) VALUES (?, ?)", id, Blob{std::string(bytes, 'b')}});
  }
  static std::int64_t count(Database& database) {
    return database
        .read([](Connection& connection) {
          return connection.first(Sql{"SELECT count(*) FROM sample"}, [](const Row& row) { return row.integer(0); });
        })
        .value()
        .value_or(-1);
  }

 private:
  std::unique_ptr<store_testing::TestDatabase> test_;
};

TEST_F(SqliteTest, DescribesItself) { EXPECT_THAT(open().value()->describe(), HasSubstr(path().string())); }

TEST_F(SqliteTest, AMissingFolderIsNamed) {
  const auto failed = Database::open({.url = (path().parent_path() / "missing" / "x.db").string()});
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, Error::Code::unavailable);
  EXPECT_THAT(failed.error().message, HasSubstr("folder"));
  EXPECT_THAT(failed.error().where, HasSubstr("missing"));
}

TEST_F(SqliteTest, AFolderIsNoDatabase) {
  const auto failed = Database::open({.url = path().parent_path().string()});
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, Error::Code::unavailable);
}

TEST_F(SqliteTest, AnotherKindOfFileIsRefusedAndLeftAlone) {
  const std::string content = "This is a letter to the plant manager, not a database. " + std::string(2'000, '.');
  std::ofstream(path()) << content;
  const auto failed = open();
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, Error::Code::unavailable);
  EXPECT_THAT(failed.error().message, HasSubstr("not a database"));
  std::ifstream in(path());
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), content);
}

TEST_F(SqliteTest, AFileThatMayNotBeWrittenIsRefusedAtOnce) {
  ASSERT_TRUE(make_table(*open().value()));
  // As another user where this runs as root, whom no permission stops.
  chmod(path().c_str(), 0444);
  chmod(path().parent_path().c_str(), 0555);
  const pid_t child = fork();
  if (child == 0) {
    if (geteuid() == 0 && setuid(65'534) != 0) _exit(3);
    const auto failed = open();
    _exit(!failed && failed.error().code == Error::Code::unavailable ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  chmod(path().parent_path().c_str(), 0755);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST_F(SqliteTest, AFullDiskIsAnErrorAndLeavesWhatWasThere) {
  auto database = open().value();
  ASSERT_TRUE(make_table(*database));
  ASSERT_TRUE(database->write([](Connection& connection) { return insert(connection, 1); }));
  const auto failed = database->write([](Connection& connection) -> Status {
    // The pragma stands for the disk: what is over the limit is refused with the same code.
    TRY_VOID(connection.run(Sql{"PRAGMA max_page_count = 40"}));
    TRY_VOID(insert(connection, 2));
    TRY_VOID(insert(connection, 3, 1'000'000));
    return ok();
  });
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, Error::Code::unavailable);
  EXPECT_THAT(failed.error().message, HasSubstr("full"));
  EXPECT_EQ(count(*database), 1);
}

TEST_F(SqliteTest, NothingSlipsThroughAfterAFullDisk) {
  auto database = open().value();
  ASSERT_TRUE(make_table(*database));
  const auto done = database->write([](Connection& connection) -> Status {
    TRY_VOID(connection.run(Sql{"PRAGMA max_page_count = 40"}));
    const auto failed = connection.attempt([&]() -> Status {
      TRY_VOID(insert(connection, 1, 1'000'000));
      return ok();
    });
    EXPECT_EQ(failed.error().code, Error::Code::unavailable);
    // Either the savepoint still stands, or the transaction is gone and every further statement says so.
    static_cast<void>(insert(connection, 2));
    return Error::invalid("give up");
  });
  EXPECT_FALSE(done);
  EXPECT_EQ(count(*database), 0);
}

TEST_F(SqliteTest, AWriterThatWaitsTooLongIsToldSo) {
  auto first = open().value();
  auto second = open(20).value();
  ASSERT_TRUE(make_table(*first));
  const auto done = first->write([&](Connection& connection) -> Status {
    TRY_VOID(insert(connection, 1));
    const auto busy = second->write([](Connection& other) { return insert(other, 2); });
    EXPECT_EQ(busy.error().code, Error::Code::unavailable);
    EXPECT_THAT(busy.error().message, HasSubstr("busy"));
    EXPECT_EQ(count(*second), 0);  // reading goes on meanwhile
    return ok();
  });
  ASSERT_TRUE(done);
  EXPECT_TRUE(second->write([](Connection& other) { return insert(other, 2); }));
  EXPECT_EQ(count(*first), 2);
}

// Readers keep the file mapped (sqlite_mapping.hpp) while it is changed, grows and gets smaller.
TEST_F(SqliteTest, ReadersSeeWhatChangesBelowTheirMapping) {
  const auto database = open().value();
  ASSERT_TRUE(make_table(*database));
  const auto checkpoint = [&] {
    // What is in the log comes into the file.
    return database->read([](Connection& connection) {
      return connection.each(Sql{"PRAGMA wal_checkpoint(PASSIVE)"}, [](const Row&) { return ok(); });
    });
  };
  const auto sum = [&] {
    return database
        ->snapshot([](Connection& connection) {
          return connection.first(Sql{"SELECT sum(length(b) * id + unicode(hex(b))) FROM sample"},
                                  [](const Row& row) { return row.integer(0); });
        })
        .value()
        .value_or(-1);
  };
  const auto change = [&](const Sql& sql) {
    ASSERT_TRUE(database->write([&](Connection& connection) { return connection.run(sql); }));
  };
  std::int64_t expected = 0;
  for (std::int64_t id = 1; id <= 40; ++id) {
    change(Sql{"INSERT INTO sample (id, b) VALUES (?, ?)", id, Blob{std::string(30'000, 'b')}});
    expected += 30'000 * id + '6';
    if (id % 3 == 0) ASSERT_TRUE(checkpoint());
    ASSERT_EQ(sum(), expected) << id;
  }
  // The same pages with other content.
  change(Sql{"UPDATE sample SET b = ?", Blob{std::string(30'000, 'B')}});
  ASSERT_TRUE(checkpoint());
  EXPECT_EQ(sum(), expected - 2 * 40);
  const auto size = fs::file_size(path());
  // By an operator's hand.
  change(Sql{"DELETE FROM sample WHERE id > 2"});
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(path().c_str(), &other), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(other, "VACUUM; PRAGMA wal_checkpoint(TRUNCATE)", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(other);
  EXPECT_LT(fs::file_size(path()), size);
  EXPECT_EQ(sum(), 30'000 * 3 + 2 * '4');
  change(Sql{"INSERT INTO sample (id, b) VALUES (?, ?)", 3, Blob{std::string(1'000'000, 'b')}});
  ASSERT_TRUE(checkpoint());
  EXPECT_EQ(sum(), 30'000 * 3 + 2 * '4' + 3'000'000 + '6');
}

TEST_F(SqliteTest, ConnectionsAreSetUpToBeStrict) {
  auto database = open().value();
  const auto ask = [&](const auto& sql) {
    return database
        ->write([&](Connection& connection) {
          return connection.first(Sql{sql}, [](const Row& row) { return row.string(0); });
        })
        .value()
        .value_or("");
  };
  EXPECT_EQ(ask("PRAGMA journal_mode"), "wal");
  EXPECT_EQ(ask("PRAGMA foreign_keys"), "1");
  EXPECT_EQ(ask("PRAGMA trusted_schema"), "0");
  EXPECT_EQ(ask("PRAGMA synchronous"), "1");
  // A misspelt column in double quotes is an error and not a text.
  const auto quoted = database->read([](Connection& connection) { return connection.run(Sql{"SELECT \"titel\""}); });
  EXPECT_FALSE(quoted);
  const auto two = database->read([](Connection& connection) { return connection.run(Sql{"SELECT 1; SELECT 2"}); });
  EXPECT_FALSE(two);
}

}  // namespace
}  // namespace tocsin::store
