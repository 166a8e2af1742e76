#include "store/value_index.hpp"

#include <map>
#include <random>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/testing/test_database.hpp"

namespace tocsin::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class ValueIndexTest : public store_testing::DatabaseTest {
 protected:
  void put(std::vector<RecordValues> records) {
    const auto done =
        database().write([&](Connection& connection) { return ValueIndex{connection}.put(std::move(records)); });
    ASSERT_TRUE(done) << done.error().to_string();
  }
  std::vector<std::int64_t> with(std::int64_t value) {
    const auto found = database().read([&](Connection& c) { return ValueIndex{c}.records_with(value); });
    EXPECT_TRUE(found) << (found ? "" : found.error().to_string());
    return found ? *found : std::vector<std::int64_t>{};
  }
  ValueIndex::Size size() {
    return database().read([](Connection& c) { return ValueIndex{c}.size(); }).value();
  }
  /// Records that values may be of.
  void make_records(int count) {
    ASSERT_TRUE(database().write([&](Connection& connection) -> Status {
      for (int i = 1; i <= count; ++i) {
        TRY_VOID(connection.run(Sql{
            "INSERT INTO record (id, kind, issuer, record_key, slug, title, tlp, owner_id, audience, status, version, "
            "version_order, format, sha512, current_revision_id, initial_release_at, current_release_at, created_at, "
            "updated_at, labels) VALUES (?, 9, '', ?, ?, '', 0, 1, 0, 0, '', '', '', '', 0, 0, 0, 0, 0, '')",
            i, std::to_string(i), std::to_string(i)}));
      }
      return ok();
    }));
  }
};
TOCSIN_ON_BOTH_DATABASES(ValueIndexTest);

TEST_P(ValueIndexTest, FindsWhatWasPut) {
  make_records(4);
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  put({{1, {7, 0, kMost, 7}}, {2, {7}}, {3, {}}});
  put({{4, {7, 8}}});
  EXPECT_THAT(with(7), ElementsAre(1, 2, 4));
  EXPECT_THAT(with(0), ElementsAre(1));
  EXPECT_THAT(with(kMost), ElementsAre(1));
  EXPECT_THAT(with(8), ElementsAre(4));
  EXPECT_THAT(with(6), IsEmpty());
  EXPECT_EQ(size().pairs, 6);
  // The same again changes nothing; what a record has no more is gone.
  put({{1, {7, 0, kMost}}, {2, {7}}});
  EXPECT_EQ(size().pairs, 6);
  put({{1, {9}}, {2, {}}});
  EXPECT_THAT(with(7), ElementsAre(4));
  EXPECT_THAT(with(0), IsEmpty());
  EXPECT_THAT(with(9), ElementsAre(1));
  EXPECT_EQ(size().pairs, 3);
  ASSERT_TRUE(database().write([](Connection& connection) { return ValueIndex{connection}.clear(); }));
  EXPECT_THAT(with(7), IsEmpty());
  EXPECT_EQ(size().segments, 0);
}

TEST_P(ValueIndexTest, IsWhatAPlainMapIs) {
  constexpr int kRecords = 100;
  make_records(kRecords);
  std::map<std::int64_t, std::set<std::int64_t>> plain, of;
  std::mt19937_64 random{20'261'129};
  // Some values that nearly all have, so that their pairs fill blocks, and many that few have.
  const auto value = [&]() -> std::int64_t {
    return random() % 2 == 0 ? static_cast<std::int64_t>(random() % 3)
                             : static_cast<std::int64_t>(random() % 150) * 1'000'000'007;
  };
  for (int round = 0; round < 24; ++round) {
    std::map<std::int64_t, std::vector<std::int64_t>> batch;
    for (int i = 0; i < 10; ++i) {
      auto& values = batch[1 + static_cast<std::int64_t>(random() % kRecords)];
      values.clear();
      for (auto n = random() % 12; n > 0; --n) values.push_back(value());
    }
    std::vector<RecordValues> records;
    for (const auto& [record, values] : batch) {
      for (const auto each : of[record]) plain[each].erase(record);
      of[record] = {values.begin(), values.end()};
      for (const auto each : values) plain[each].insert(record);
      records.push_back({record, values});
    }
    put(std::move(records));
    EXPECT_LT(size().segments, static_cast<std::int64_t>(kSegmentsAlike));
  }
  std::int64_t pairs = 0;
  for (const auto& [each, records] : plain) {
    pairs += static_cast<std::int64_t>(records.size());
    EXPECT_EQ(with(each), std::vector<std::int64_t>(records.begin(), records.end())) << each;
  }
  EXPECT_EQ(size().pairs, pairs);
}

TEST_P(ValueIndexTest, MergesSegmentsOfManyBlocks) {
  constexpr int kRecords = 450;
  make_records(kRecords);
  // One value of all, so that its pairs span blocks, beside two of each alone.
  for (int from = 1; from <= kRecords; from += 50) {
    std::vector<RecordValues> records;
    for (std::int64_t i = from; i < from + 50; ++i) records.push_back({i, {5, 1'000'000 + i, 2'000'000'000'000 - i}});
    put(std::move(records));
  }
  EXPECT_LT(size().segments, static_cast<std::int64_t>(kSegmentsAlike));
  EXPECT_EQ(size().pairs, 3 * kRecords);
  EXPECT_THAT(with(5), testing::SizeIs(kRecords));
  EXPECT_THAT(with(1'000'377), ElementsAre(377));
  EXPECT_THAT(with(2'000'000'000'000 - 377), ElementsAre(377));
  put({{377, {}}});
  EXPECT_THAT(with(5), testing::SizeIs(kRecords - 1));
  EXPECT_THAT(with(1'000'377), IsEmpty());
}

}  // namespace
}  // namespace tocsin::store
