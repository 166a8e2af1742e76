#include "engine/evidence/evidence.hpp"

#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/audit.hpp"
#include "store/evidence.hpp"
#include "store/migrations.hpp"
#include "store/testing/test_database.hpp"

namespace tocsin::engine::evidence {
namespace {

using store_testing::kTestNow;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Timestamp day(int year, unsigned month, unsigned day_of_month) { return from_date(year, month, day_of_month).value(); }

formats::kev::Entry entry(std::string cve, Timestamp added, std::string action = "Act") {
  formats::kev::Entry made;
  made.cve = std::move(cve);
  made.added = added;
  made.action = std::move(action);
  return made;
}

formats::epss::Scores scores(Timestamp date, std::int32_t count) {
  formats::epss::Scores made;
  made.model = "v1";
  made.date = date;
  for (std::int32_t i = 0; i < count; ++i) made.scores.push_back({fmt::format("CVE-2020-{:06}", i), i, 2 * i});
  return made;
}

class EvidenceTest : public store_testing::DatabaseTest {
 protected:
  void SetUp() override {
    DatabaseTest::SetUp();
    if (!IsSkipped()) ASSERT_TRUE(store::migrate(database()));
  }
  Book book(const std::string& cve) {
    return database().read([&](store::Connection& connection) { return look_up(connection, std::array{cve}); }).value();
  }
  std::vector<store::AuditRow> log() {
    return database()
        .read([](store::Connection& connection) { return store::Audit{connection}.newest({}, {}, 10); })
        .value();
  }
  Actor console_ = Actor::at_console();
};
TOCSIN_ON_BOTH_DATABASES(EvidenceTest);

TEST_P(EvidenceTest, KevSaysWhatWasAddedAndRemoved) {
  EXPECT_FALSE(book("CVE-2021-0001").has_kev);
  formats::kev::Catalogue catalogue;
  catalogue.entries = {entry("CVE-2021-0001", day(2023, 1, 2)), entry("CVE-2021-0002", day(2023, 1, 3))};
  auto taken = import_kev(database(), console_, catalogue, kTestNow);
  ASSERT_TRUE(taken) << taken.error().to_string();
  EXPECT_THAT(taken->added, ElementsAre("CVE-2021-0001", "CVE-2021-0002"));
  catalogue.entries = {entry("CVE-2021-0000", day(2023, 1, 4)), entry("CVE-2021-0002", day(2023, 1, 3), "Act soon")};
  taken = import_kev(database(), console_, catalogue, kTestNow);
  ASSERT_TRUE(taken);
  EXPECT_TRUE(taken->taken);
  EXPECT_THAT(taken->added, ElementsAre("CVE-2021-0000"));
  EXPECT_THAT(taken->removed, ElementsAre("CVE-2021-0001"));
  EXPECT_EQ(taken->changed, 1);
  EXPECT_TRUE(book("CVE-2021-0001").has_kev);
  EXPECT_EQ(book("CVE-2021-0001").find("CVE-2021-0001"), nullptr);
  const auto found = book("CVE-2021-0002");
  ASSERT_NE(found.find("CVE-2021-0002"), nullptr);
  EXPECT_EQ(found.find("CVE-2021-0002")->kev->action, "Act soon");
  EXPECT_EQ(sentence(*found.find("CVE-2021-0002")->kev), "known exploited since 2023-01-03 (CISA KEV)");
  ASSERT_EQ(log().size(), 2U);
  EXPECT_EQ(log()[0].entry.action, "evidence.import");
  EXPECT_EQ(log()[0].entry.object, "evidence:kev");
  EXPECT_THAT(log()[0].entry.personal.detail, HasSubstr("CVE-2021-0001"));
}

TEST_P(EvidenceTest, AnOlderCatalogueChangesNothing) {
  formats::kev::Catalogue newer, older;
  newer.entries = {entry("CVE-2021-0001", day(2023, 1, 2)), entry("CVE-2021-0002", day(2023, 1, 3))};
  newer.released = Timestamp{day(2023, 1, 3).micros + 5};
  older.entries = {entry("CVE-2021-0001", day(2023, 1, 2))};
  ASSERT_TRUE(import_kev(database(), console_, newer, kTestNow));
  auto taken = import_kev(database(), console_, older, kTestNow);
  ASSERT_TRUE(taken);
  EXPECT_FALSE(taken->taken);
  EXPECT_THAT(taken->said, HasSubstr("the newer one stays"));
  EXPECT_NE(book("CVE-2021-0002").find("CVE-2021-0002"), nullptr);
  EXPECT_EQ(log()[0].entry.outcome, domain::audit::Outcome::refused);
  // The same day, but released earlier.
  older = newer;
  older.released = day(2023, 1, 3);
  older.entries.erase(older.entries.begin());
  taken = import_kev(database(), console_, older, kTestNow);
  ASSERT_TRUE(taken);
  EXPECT_FALSE(taken->taken);
  // The same again is no news.
  taken = import_kev(database(), console_, newer, Timestamp{kTestNow.micros + 1});
  ASSERT_TRUE(taken);
  EXPECT_TRUE(taken->taken);
  EXPECT_THAT(taken->added, IsEmpty());
  EXPECT_THAT(taken->said, HasSubstr("as before"));
}

TEST_P(EvidenceTest, EpssIsReplacedByNewerOnes) {
  ASSERT_TRUE(import_epss(database(), console_, scores(day(2026, 5, 1), 1'100), kTestNow));
  const auto found = book("CVE-2020-001099");
  ASSERT_NE(found.find("CVE-2020-001099"), nullptr);
  EXPECT_DOUBLE_EQ(found.find("CVE-2020-001099")->epss->probability, 0.001099);
  EXPECT_EQ(sentence(*found.find("CVE-2020-001099")->epss), "EPSS 0.00110 (0.2 percentile, 2026-05-01)");
  const auto older = import_epss(database(), console_, scores(day(2026, 4, 30), 2), kTestNow);
  ASSERT_TRUE(older);
  EXPECT_FALSE(older->taken);
  EXPECT_NE(book("CVE-2020-001099").find("CVE-2020-001099"), nullptr);
  const auto newer = import_epss(database(), console_, scores(day(2026, 5, 2), 2), kTestNow);
  ASSERT_TRUE(newer);
  EXPECT_TRUE(newer->taken);
  EXPECT_EQ(book("CVE-2020-001099").find("CVE-2020-001099"), nullptr);
  auto undated = scores(day(2026, 5, 3), 2);
  undated.date.reset();
  const auto refused = import_epss(database(), console_, undated, kTestNow);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("of which day"));
  EXPECT_EQ(log().size(), 3U) << "what was refused wrote nothing";
}

TEST_P(EvidenceTest, VersionMovesWithEachImport) {
  const auto version = [&] {
    return database().read([](store::Connection& connection) { return store::Evidence{connection}.version(); }).value();
  };
  const auto before = version();
  ASSERT_TRUE(import_epss(database(), console_, scores(day(2026, 5, 1), 1), kTestNow));
  const auto after = version();
  EXPECT_NE(before, after);
  ASSERT_TRUE(import_epss(database(), console_, scores(day(2026, 4, 1), 1), kTestNow));
  EXPECT_EQ(version(), after) << "nothing changed";
}

TEST_P(EvidenceTest, OnlyWhoPublishesMayImport) {
  const auto refused = import_epss(database(), Actor::anonymous(), scores(day(2026, 5, 1), 1), kTestNow);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Error::Code::forbidden);
}

}  // namespace
}  // namespace tocsin::engine::evidence
