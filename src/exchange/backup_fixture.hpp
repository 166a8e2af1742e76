#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "exchange/backup.hpp"
#include "exchange/testing.hpp"
#include "store/migrations.hpp"
#include "store/organisations.hpp"
#include "store/testing/test_database.hpp"

/// For tests: backups of the test's database, and others to restore them into.
namespace tocsin::exchange::testing {

class BackupFixture : public store_testing::DatabaseTest {
 protected:
  std::string backup(std::string_view name = "b.tar.zst") {
    auto path = folder.file(name);
    const auto report = write_backup(database(), path, store_testing::kTestNow);
    EXPECT_TRUE(report) << report.error().to_string();
    return path;
  }
  /// A second database, migrated and with its own organisation, as `init` leaves it.
  std::unique_ptr<store::Database> fresh(store::Dialect dialect) {
    auto test = store_testing::TestDatabase::create(dialect);
    if (!test) return nullptr;
    others_.push_back(std::move(test).value());
    auto opened = others_.back()->open();
    EXPECT_TRUE(opened);
    EXPECT_TRUE(store::migrate(**opened));
    EXPECT_TRUE((*opened)->write([](store::Connection& connection) {
      return store::Organisations{connection}.ensure_own("Another name", store_testing::kTestNow);
    }));
    return std::move(opened).value();
  }
  TemporaryFolder folder;

 private:
  std::vector<std::unique_ptr<store_testing::TestDatabase>> others_;
};

}  // namespace tocsin::exchange::testing
