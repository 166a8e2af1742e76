#include "engine/audit/checkpoint.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/audit/testing.hpp"

namespace tocsin::engine::audit {
namespace {

using store::Sql;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::LogTest;
using testing::on_day;
using testing::somebody;

class RetentionTest : public LogTest {
 protected:
  Result<Pruned> cut(int keep_days, std::int64_t today, bool even_damaged = false) {
    return prune(database(), somebody(), keep_days, key(), trust(), on_day(today), even_damaged);
  }
  std::vector<store::AuditRow> rows() {
    return database().read([](store::Connection& c) { return store::Audit(c).after(0, 1'000); }).value();
  }
};
TOCSIN_ON_BOTH_DATABASES(RetentionTest);

TEST_P(RetentionTest, ACheckpointSignsTheEntryThatTellsOfIt) {
  fill(2);
  const auto made = sign(5);
  EXPECT_EQ(made.sequence, 3);
  EXPECT_EQ(made.key_id, key().key_id());
  const auto last = rows().at(2);
  EXPECT_EQ(last.entry.action, "audit.checkpoint");
  EXPECT_EQ(made.hash, last.hash);
  EXPECT_EQ(statement_of(made), "tocsin audit checkpoint v1\n3\n2023-03-06T12:00:00Z\n" + last.hash);
  EXPECT_TRUE(verify_signature(key().public_key(), statement_of(made), made.signature));
  EXPECT_EQ(sign(6).sequence, 4);
  EXPECT_THAT(damages(), IsEmpty());
}

TEST_P(RetentionTest, ACheckpointSurvivesAsALine) {
  fill(1);
  const auto made = sign(5);
  const auto line = checkpoint_line(made, key().public_key());
  const auto back = parse_checkpoint(line);
  ASSERT_TRUE(back.has_value()) << back.error().to_string();
  EXPECT_EQ(statement_of(*back), statement_of(made));
  EXPECT_EQ(back->key_id, made.key_id);
  EXPECT_EQ(back->signature, made.signature);
}

TEST(CheckpointLine, RefusesWhatIsNone) {
  for (const auto& line :
       {std::string{}, std::string{"[]"}, std::string{"{}"}, std::string(5'000, ' ') + "{}",
        std::string{R"({"sequence":0,"at":"2023-01-01T00:00:00Z","hash":"a","key_id":"b","signature":"c"})"},
        std::string{R"({"sequence":"1","at":"2023-01-01T00:00:00Z","hash":"a","key_id":"b","signature":"c"})"},
        std::string{R"({"sequence":1,"at":"2023-01-01","hash":"a","key_id":"b","signature":"c"})"},
        std::string{R"({"sequence":1,"at":"2023-01-01T00:00:00Z","hash":7,"key_id":"b","signature":"c"})"},
        std::string{R"({"sequence":1,"at":"2023-01-01T00:00:00Z","hash":"a","key_id":"b"})"},
        std::string{R"({"sequence":1,"at":"2023-01-01T00:00:00Z","hash":"a","key_id":"b","signature":"c")"}}) {
    EXPECT_FALSE(parse_checkpoint(line).has_value()) << line;
  }
}

TEST_P(RetentionTest, RemovesWhatIsOldAndStaysVerifiable) {
  fill(10);
  const auto cut_once = cut(3, 10);
  ASSERT_TRUE(cut_once.has_value()) << cut_once.error().to_string();
  EXPECT_EQ(cut_once->removed, 6);  // Entry 7 is three days old and stays.
  EXPECT_EQ(cut_once->through, 6);
  EXPECT_EQ(rows().front().entry.sequence, 7);
  EXPECT_EQ(rows().back().entry.action, "audit.prune");
  EXPECT_EQ(rows().back().entry.object, "audit:6");
  EXPECT_THAT(rows().back().entry.personal.detail, HasSubstr("\"removed\":6"));
  EXPECT_THAT(damages(), IsEmpty());
  // Again, and so that nothing is left but what tells of it.
  EXPECT_EQ(cut(3, 10)->removed, 0);
  const auto all = cut(1, 100);
  ASSERT_TRUE(all.has_value()) << all.error().to_string();
  EXPECT_EQ(all->through, 11);
  EXPECT_EQ(rows().size(), 1U);
  EXPECT_THAT(damages(), IsEmpty());
  fill(2);
  EXPECT_THAT(damages(), IsEmpty());
  const auto report = look();
  EXPECT_EQ(report.first, 12);
  EXPECT_EQ(report.last, 14);
}

TEST_P(RetentionTest, UsesACheckpointThatIsThere) {
  fill(3);
  sign(3);  // 4
  fill(1);  // 5, of day 1: behind a younger one, so it stays as long as that.
  const auto done = cut(1, 10);
  ASSERT_TRUE(done.has_value());
  EXPECT_EQ(done->through, 5);
  EXPECT_THAT(damages(), IsEmpty());
}

TEST_P(RetentionTest, AnOlderEntryBehindAYoungerOneStays) {
  fill(5);
  fill(1);
  const auto done = cut(3, 7);  // What is older than day 4.
  ASSERT_TRUE(done.has_value());
  EXPECT_EQ(done->through, 3);
  EXPECT_EQ(rows().size(), 4U);
}

TEST_P(RetentionTest, RefusesDaysThatAreNone) {
  fill(1);
  for (const int days : {0, -1, kKeepDaysMax + 1}) {
    EXPECT_EQ(cut(days, 100'000).error().code, Error::Code::invalid_input);
  }
  EXPECT_EQ(rows().size(), 1U);
}

TEST_P(RetentionTest, DamageStaysAsEvidence) {
  fill(10);
  change(Sql{"UPDATE audit SET object = 'record:99' WHERE sequence = 3"});
  const auto refused = cut(3, 10);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Error::Code::conflict);
  EXPECT_THAT(refused.error().message, HasSubstr("Entry 3 was altered"));
  EXPECT_EQ(rows().size(), 10U);
  // Behind the cut it does not matter.
  EXPECT_EQ(cut(8, 10)->through, 1);
  const auto forced = cut(3, 10, true);
  ASSERT_TRUE(forced.has_value());
  EXPECT_EQ(forced->through, 6);
  EXPECT_THAT(damages(), IsEmpty());
}

TEST_P(RetentionTest, ACutThatWasMovedIsFound) {
  fill(10);
  ASSERT_TRUE(cut(5, 10).has_value());
  ASSERT_THAT(damages(), IsEmpty());
  remove(5, 5);
  EXPECT_THAT(damages(), ElementsAre("1 removed"));
}

TEST_P(RetentionTest, ALogCutWithoutItsKeyIsFound) {
  fill(10);
  ASSERT_TRUE(cut(5, 10).has_value());
  EXPECT_THAT(damages(look({})), ElementsAre("1 removed", "4 unknown-key"));
}

}  // namespace
}  // namespace tocsin::engine::audit
