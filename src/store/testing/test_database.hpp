#pragma once
#include <functional>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "base/result.hpp"
#include "domain/record.hpp"
#include "store/database.hpp"

/// Fresh databases for tests of this room and of those above, on both SQLite and PostgreSQL.
namespace tocsin::store_testing {

/// One database that nobody else uses: a file in a temporary folder, or a new database on the test server. Gone with
/// the object.
class TestDatabase {
 public:
  /// Errors: unavailable with the reason to skip.
  static Result<std::unique_ptr<TestDatabase>> create(store::Dialect dialect);
  /// A copy of the database that `fill` makes of a new one: it runs once a process and dialect for each `name`, for
  /// migrating takes longer than most tests.
  static Result<std::unique_ptr<TestDatabase>> copy_of(store::Dialect dialect, const std::string& name,
                                                       const std::function<Status(store::Database&)>& fill);
  ~TestDatabase();
  TestDatabase(const TestDatabase&) = delete;
  TestDatabase& operator=(const TestDatabase&) = delete;

  store::Dialect dialect() const noexcept { return dialect_; }
  const std::string& url() const noexcept { return url_; }
  /// Opens it (once more); not migrated.
  Result<std::unique_ptr<store::Database>> open(int connections = 4, int wait_ms = 10'000) const;

 private:
  TestDatabase() = default;
  static Result<std::unique_ptr<TestDatabase>> make(store::Dialect dialect, const TestDatabase* original);
  store::Dialect dialect_ = store::Dialect::sqlite;
  std::string url_;
  std::string folder_;       // SQLite
  std::string maintenance_;  // PostgreSQL: URL to drop it from
  std::string name_;
};

/// A test that runs on both: opens, migrates, creates the own organisation. Skips, saying why, where there is no
/// PostgreSQL.
///
///     using RecordsTest = store_testing::DatabaseTest;
///     TEST_P(RecordsTest, Finds) { database().read(...); }
///     TOCSIN_ON_BOTH_DATABASES(RecordsTest);
class DatabaseTest : public ::testing::TestWithParam<store::Dialect> {
 protected:
  void SetUp() override;
  void TearDown() override;
  store::Database& database() { return *database_; }
  const TestDatabase& test_database() const { return *test_database_; }
  /// Closes the database of the fixture; open() of test_database() gives another.
  void close() { database_.reset(); }
  void reopen();
  /// What every test of a fixture finds beside the own organisation, made once and copied for each: a name for it and
  /// what makes it.
  virtual std::string prototype() const { return "migrated"; }
  virtual Status fill_prototype(store::Database& /*database*/) { return ok(); }

 private:
  std::unique_ptr<TestDatabase> test_database_;
  std::unique_ptr<store::Database> database_;
};

std::string dialect_name(const ::testing::TestParamInfo<store::Dialect>& info);

#define TOCSIN_ON_BOTH_DATABASES(fixture)                                                                           \
  INSTANTIATE_TEST_SUITE_P(On, fixture,                                                                             \
                           ::testing::Values(::tocsin::store::Dialect::sqlite, ::tocsin::store::Dialect::postgres), \
                           ::tocsin::store_testing::dialect_name)

/// A small advisory by an invented issuer: bytes and hash fit each other; `version` as "1", "2", ...
domain::NewRevision sample_revision(std::string key, int version = 1, std::string_view salt = {});

/// The moment most tests happen at: 2023-03-01T12:00:00Z.
inline constexpr Timestamp kTestNow{1'677'672'000'000'000};

}  // namespace tocsin::store_testing

namespace tocsin::store {
void PrintTo(Dialect dialect, std::ostream* out);
}
