#include "store/migrations.hpp"

#include <array>
#include <mutex>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/testing/test_database.hpp"

namespace tocsin::store {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::array kThree{
    Migration{.number = 1,
              .name = "pump",
              .common = "CREATE TABLE pump (id {id}, name {text_c} NOT NULL, flow {real}, photo {blob}){strict};\n",
              .sqlite = "",
              .postgres = ""},
    Migration{.number = 2,
              .name = "valve",
              .common = "ALTER TABLE pump ADD COLUMN valves {int};\nUPDATE pump SET valves = 2;\n",
              .sqlite = "CREATE TABLE only_here (id INTEGER PRIMARY KEY) STRICT;\n",
              .postgres = "CREATE FUNCTION only_here() RETURNS bigint LANGUAGE sql AS $$ SELECT 1::bigint; $$;\n"},
    Migration{.number = 3,
              .name = "pair",
              .common = "CREATE TABLE pair (a {int} NOT NULL, b {int} NOT NULL, PRIMARY KEY (a, b)){strict_rowless};\n"
                        "INSERT INTO pair VALUES (1, 2);\n",
              .sqlite = "",
              .postgres = ""},
};

class MigrationsTest : public ::testing::TestWithParam<Dialect> {
 protected:
  void SetUp() override {
    auto created = store_testing::TestDatabase::create(GetParam());
    if (!created) GTEST_SKIP() << created.error().to_string();
    test_ = std::move(created).value();
    database_ = test_->open().value();
  }
  int version() { return schema_version(*database_).value(); }
  Status run(const Sql& sql) {
    return database_->write([&](Connection& connection) -> Status {
      TRY_VOID(connection.run(sql));
      return ok();
    });
  }
  std::unique_ptr<store_testing::TestDatabase> test_;
  std::unique_ptr<Database> database_;
};
TOCSIN_ON_BOTH_DATABASES(MigrationsTest);

TEST_P(MigrationsTest, StartsEmptyAndGoesToTheNewest) {
  EXPECT_EQ(version(), 0);
  std::vector<std::string> seen;
  const auto migrated = migrate(*database_, kThree, [&](const Migration& each) { seen.emplace_back(each.name); });
  ASSERT_TRUE(migrated) << migrated.error().detail;
  EXPECT_THAT(seen, ElementsAre("pump", "valve", "pair"));
  EXPECT_EQ(version(), 3);
  seen.clear();
  ASSERT_TRUE(migrate(*database_, kThree, [&](const Migration& each) { seen.emplace_back(each.name); }));
  EXPECT_TRUE(seen.empty());
}

TEST_P(MigrationsTest, GoesOnFromEveryEarlierVersionAndKeepsTheData) {
  for (std::size_t from = 1; from < kThree.size(); ++from) {
    auto test = store_testing::TestDatabase::create(GetParam()).value();
    auto database = test->open().value();
    ASSERT_TRUE(migrate(*database, std::span(kThree).first(from)));
    ASSERT_TRUE(database->write([](Connection& connection) {
      return connection.run(Sql{"INSERT INTO pump (name, flow) VALUES (?, ?)", "P-101", 1.5});
    }));
    const auto migrated = migrate(*database, kThree);
    ASSERT_TRUE(migrated) << migrated.error().detail;
    EXPECT_EQ(schema_version(*database).value(), 3);
    const auto valves = database->read([](Connection& connection) {
      return connection.first(Sql{"SELECT valves, name FROM pump JOIN pair ON a = 1"},
                              [](const Row& row) { return std::pair{row.optional_integer(0), row.string(1)}; });
    });
    ASSERT_TRUE(valves) << valves.error().detail;
    ASSERT_TRUE(valves->has_value());
    EXPECT_EQ((*valves)->second, "P-101");
    if (from == 1) EXPECT_EQ((*valves)->first, 2);
  }
}

TEST_P(MigrationsTest, TheRealOnesGoOnFromEveryEarlierVersion) {
  const auto all = all_migrations();
  // Numbers are given out while several are written at once, so there may be gaps.
  for (std::size_t i = 1; i < all.size(); ++i) EXPECT_GT(all[i].number, all[i - 1].number);
  for (std::size_t from = 0; from <= all.size(); ++from) {
    auto test = store_testing::TestDatabase::create(GetParam()).value();
    auto database = test->open().value();
    ASSERT_TRUE(migrate(*database, all.first(from)));
    EXPECT_EQ(schema_version(*database).value(), from == 0 ? 0 : all[from - 1].number);
    const auto migrated = migrate(*database);
    ASSERT_TRUE(migrated) << migrated.error().detail;
    EXPECT_EQ(schema_version(*database).value(), all.back().number);
  }
}

TEST_P(MigrationsTest, ANewerDatabaseIsRefusedWithASentence) {
  ASSERT_TRUE(migrate(*database_, kThree));
  const auto refused = migrate(*database_, std::span(kThree).first(2));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Error::Code::conflict);
  EXPECT_THAT(refused.error().message, HasSubstr("schema 3"));
  EXPECT_THAT(refused.error().message, HasSubstr("only 2"));
  EXPECT_EQ(version(), 3);
}

TEST_P(MigrationsTest, OneThatFailsLeavesNoTrace) {
  auto broken = kThree;
  broken[1].common = "ALTER TABLE pump ADD COLUMN valves {int};\nUPDATE nowhere SET valves = 2;\n";
  const auto failed = migrate(*database_, broken);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, Error::Code::internal);
  EXPECT_EQ(version(), 1);
  EXPECT_FALSE(run(Sql{"UPDATE pump SET valves = 1"}));
  ASSERT_TRUE(migrate(*database_, kThree));
  EXPECT_TRUE(run(Sql{"UPDATE pump SET valves = 1"}));
}

TEST_P(MigrationsTest, UnknownWordsAreRefused) {
  for (const auto text : {"CREATE TABLE pump (id {bigint});\n", "CREATE TABLE pump (id {id);\n"}) {
    auto broken = kThree;
    broken[0].common = text;
    const auto failed = migrate(*database_, broken);
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, Error::Code::internal);
  }
  EXPECT_EQ(version(), 0);
}

TEST_P(MigrationsTest, SeveralProcessesAtOnceDoEachOnce) {
  std::mutex mutex;
  std::vector<int> done;
  std::vector<std::string> errors;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      auto mine = test_->open();
      const auto migrated =
          !mine ? Status{std::move(mine).error()} : migrate(**mine, kThree, [&](const Migration& each) {
            const std::lock_guard lock(mutex);
            done.push_back(each.number);
          });
      const std::lock_guard lock(mutex);
      if (!migrated) errors.push_back(migrated.error().message + migrated.error().detail);
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_THAT(errors, ElementsAre());
  EXPECT_THAT(done, ::testing::UnorderedElementsAre(1, 2, 3));
}

}  // namespace
}  // namespace tocsin::store
