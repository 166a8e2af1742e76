#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/threat/indexer.hpp"
#include "exchange/import.hpp"
#include "store/records.hpp"
#include "store/removals.hpp"
#include "store/testing/test_database.hpp"

namespace tocsin::exchange {
namespace {

using store::Sql;
using store_testing::kTestNow;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class ImportListTest : public store_testing::DatabaseTest {
 protected:
  /// An hour after the one before.
  ObjectCounts import(const std::string& bytes, const std::string& name = "lists/bad.txt", bool again = false) {
    items_.clear();
    clock_.advance(std::chrono::hours{1});
    ImportOptions options;
    options.default_tlp = domain::Tlp::green;
    options.again = again;
    auto summary =
        import_documents(database(), {{name, bytes}}, options,
                         {.item = [&](const ImportItem& item) { items_.push_back(item); }, .progress = {}}, clock_);
    EXPECT_TRUE(summary) << (summary ? "" : summary.error().to_string());
    return summary ? summary->objects : ObjectCounts{};
  }
  static std::string told(const ObjectCounts& counts) {
    return fmt::format("{} new, {} updated, {} unchanged, {} conflicting, {} removed, {} refused", counts.created,
                       counts.updated, counts.unchanged, counts.conflicting, counts.removed, counts.refused);
  }
  /// "title revisions TLP" of indicators, by title.
  std::vector<std::string> indicators() {
    return texts(Sql{"SELECT r.title, (SELECT count(*) FROM revision v WHERE v.record_id = r.id), r.tlp FROM record r "
                     "WHERE r.record_key LIKE 'indicator--%' ORDER BY r.title"},
                 [](const store::Row& row) {
                   return fmt::format("{} {} {}", row.string(0), row.integer(1),
                                      to_string(static_cast<domain::Tlp>(row.integer(2))));
                 });
  }
  std::string document(std::string_view title) {
    const auto all = texts(Sql{"SELECT d.bytes FROM record r JOIN revision_document d ON d.revision_id = "
                               "r.current_revision_id WHERE r.title = ?",
                               title},
                           [](const store::Row& row) { return row.string(0); });
    return all.empty() ? std::string{} : all.front();
  }
  template <class Read>
  std::vector<std::string> texts(const Sql& sql, Read read) {
    return database().read([&](store::Connection& connection) { return connection.all(sql, read); }).value();
  }

  ManualClock clock_{kTestNow};
  std::vector<ImportItem> items_;
};

TEST_P(ImportListTest, TheSameListAgainChangesNothingAndWhatChangedIsAVersion) {
  constexpr auto kFirst = "value,comment,tlp\na.example,one,\nb.example,two,TLP:AMBER\n";
  auto counts = import(kFirst);
  EXPECT_EQ(counts.listed, 2);
  EXPECT_EQ(told(counts), "3 new, 0 updated, 0 unchanged, 0 conflicting, 0 removed, 0 refused");
  const auto before = document("b.example");
  EXPECT_EQ(told(import(kFirst)), "0 new, 0 updated, 3 unchanged, 0 conflicting, 0 removed, 0 refused");
  counts = import("value,comment,tlp\na.example,one,\nb.example,TWO,TLP:AMBER\nc.example,three,\n");
  EXPECT_EQ(told(counts), "1 new, 1 updated, 2 unchanged, 0 conflicting, 0 removed, 0 refused");
  EXPECT_THAT(indicators(), ElementsAre("a.example 1 GREEN", "b.example 2 AMBER", "c.example 1 GREEN"));
  const auto now = document("b.example");
  namespace list = formats::threat_list;
  EXPECT_EQ(list::time_of(now, "created"), list::time_of(before, "created"));
  EXPECT_EQ(list::time_of(now, "valid_from"), list::time_of(before, "valid_from"));
  EXPECT_LT(list::time_of(before, "modified"), list::time_of(now, "modified"));
  EXPECT_THAT(now, HasSubstr("TWO"));
}

TEST_P(ImportListTest, AnotherNameIsAnotherSource) {
  import("a.example\n", "one/bad.txt");
  import("a.example\n", "two/bad.txt");
  EXPECT_THAT(indicators(), SizeIs(1));
  import("a.example\n", "worse.txt");
  EXPECT_THAT(indicators(), SizeIs(2));
}

TEST_P(ImportListTest, AClockThatWentBackStillMakesANewerVersion) {
  import("value,comment\na.example,one\n");
  clock_.advance(std::chrono::hours{-48});
  EXPECT_EQ(import("value,comment\na.example,two\n").updated, 1);
  EXPECT_THAT(document("a.example"), HasSubstr("two"));
}

TEST_P(ImportListTest, EachPortIsAnIndicatorOfItsOwn) {
  constexpr auto kList =
      "value,comment\n203.0.113.7,any\n203.0.113.7:4444,one\n203.0.113.7:502,two\n[2001:DB8::1]:502,three\n"
      "evil.example:8080,four\nevil.example:8080,again\nhttp://evil.example:8080/x,five\n";
  auto counts = import(kList, "lists/c2.csv");
  EXPECT_EQ(counts.listed, 6);
  EXPECT_EQ(told(counts), "7 new, 0 updated, 0 unchanged, 0 conflicting, 0 removed, 0 refused");
  EXPECT_THAT(indicators(),
              testing::UnorderedElementsAre("203.0.113.7 1 GREEN", "203.0.113.7:4444 1 GREEN",
                                            "203.0.113.7:502 1 GREEN", "[2001:db8::1]:502 1 GREEN",
                                            "evil.example:8080 1 GREEN", "http://evil.example:8080/x 1 GREEN"));
  EXPECT_THAT(document("203.0.113.7"), HasSubstr(R"("[ipv4-addr:value = '203.0.113.7']")"));
  EXPECT_THAT(document("203.0.113.7:4444"),
              HasSubstr(R"("[network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:dst_ref.value = )"
                        R"('203.0.113.7' AND network-traffic:dst_port = 4444]")"));
  ASSERT_THAT(items_, SizeIs(1));
  for (const auto& each : items_[0].warnings) EXPECT_THAT(each.to_string(), testing::Not(HasSubstr("left out")));
  counts = import(kList, "lists/c2.csv");
  EXPECT_EQ(told(counts), "0 new, 0 updated, 7 unchanged, 0 conflicting, 0 removed, 0 refused");
}

TEST_P(ImportListTest, WhatIsWrongIsToldByLineAndSpoilsNothing) {
  const auto counts = import("a.example\nno value at all\n10.0.0.1\n");
  EXPECT_EQ(counts.refused, 1);
  EXPECT_EQ(counts.created, 3);
  ASSERT_THAT(items_, SizeIs(1));
  ASSERT_THAT(items_[0].problems, SizeIs(1));
  EXPECT_EQ(items_[0].problems[0].to_string(),
            "lists/bad.txt:2: 'no value at all' is no address, name, URL, mail address or hash");
  ASSERT_THAT(items_[0].warnings, SizeIs(2));
  EXPECT_THAT(items_[0].warnings[1].to_string(), HasSubstr("lists/bad.txt:3: '10.0.0.1' is doubtful: everybody has"));
}

TEST_P(ImportListTest, ManyComplaintsAreCounted) {
  std::string text;
  for (int i = 0; i < 40; ++i) text += fmt::format("b{}.example\n{}", i, i < 30 ? "?\n" : "");
  import(text);
  ASSERT_THAT(items_, SizeIs(1));
  ASSERT_THAT(items_[0].problems, SizeIs(kProblemsMax));
  EXPECT_THAT(items_[0].problems.back().message, HasSubstr("11 lines more cannot be read"));
  ASSERT_THAT(items_[0].warnings, SizeIs(kProblemsMax));
  EXPECT_THAT(items_[0].warnings.back().message, HasSubstr("21 remarks more"));
}

TEST_P(ImportListTest, WhatWasRemovedHereStaysAwayUnlessAskedFor) {
  import("a.example\nb.example\n");
  const auto key = texts(Sql{"SELECT record_key FROM record WHERE title = 'a.example'"}, [](const store::Row& row) {
                     return row.string(0);
                   }).at(0);
  const auto removed = database().write([&](store::Connection& connection) -> Status {
    TRY(const auto record, store::Records{connection}.load(domain::RecordKind::stix_object, "", key));
    TRY_VOID(engine::threat::forget_record(connection, record->id));
    return store::Removals{connection}.remove(*record, clock_.now());
  });
  ASSERT_TRUE(removed) << removed.error().to_string();
  EXPECT_EQ(import("a.example\nb.example\n").removed, 1);
  EXPECT_THAT(indicators(), SizeIs(1));
  EXPECT_EQ(import("a.example\nb.example\n", "lists/bad.txt", true).created, 1);
  EXPECT_THAT(indicators(), SizeIs(2));
}

TEST_P(ImportListTest, WhatWasRevokedHereStaysRevoked) {
  import("a.example\n");
  auto revoked = document("a.example");
  const auto at = revoked.find("\"modified\"");
  revoked = formats::threat_list::with_modified(revoked, {kTestNow.micros + 86'400'000'000});
  revoked.insert(at, "\"revoked\":true,");
  import(revoked, "revoked.json");
  ASSERT_THAT(indicators(), ElementsAre("a.example 2 GREEN"));
  clock_.advance(std::chrono::hours{72});
  EXPECT_EQ(import("value,comment\na.example,again\n").updated, 0);
  EXPECT_THAT(indicators(), ElementsAre("a.example 2 GREEN"));
}

TOCSIN_ON_BOTH_DATABASES(ImportListTest);

}  // namespace
}  // namespace tocsin::exchange
