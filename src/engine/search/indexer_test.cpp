#include "engine/search/indexer.hpp"

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.hpp"
#include "base/log.hpp"
#include "engine/search/index_state.hpp"
#include "engine/search/text_index.hpp"
#include "engine/testing/samples.hpp"

namespace tocsin::engine::search {
namespace {

using engine::testing::EngineTest;
using engine::testing::owner;
using engine::testing::Sample;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class IndexerTest : public EngineTest {
 protected:
  IndexStep step(int changes_max = 256) {
    auto done = index_step(database(), changes_max);
    EXPECT_TRUE(done.has_value()) << (done ? "" : done.error().to_string() + done.error().detail);
    return done ? *done : IndexStep{};
  }
  /// Every derived row, as one text; ids of vendors and products replaced by their keys.
  std::string derived() {
    std::string text;
    const auto add = [&](const store::Sql& sql, int columns) {
      const auto read = database().read([&](store::Connection& connection) {
        return connection.each(sql, [&](const store::Row& row) -> Status {
          for (int i = 0; i < columns; ++i) text.append(row.is_null(i) ? "-" : row.text(i)).append(" | ");
          text += '\n';
          return ok();
        });
      });
      EXPECT_TRUE(read.has_value()) << (read ? "" : read.error().detail);
    };
    add(store::Sql{"SELECT cast(record_id AS text), publisher, document_status, summary, cast(severity AS text), "
                   "cast(score_tenths AS text), cast(has_fix AS text), cast(vulnerability_count AS text), "
                   "cast(product_count AS text), vendors, sectors, cves FROM advisory ORDER BY record_id"},
        12);
    add(store::Sql{"SELECT v.vendor_key, v.name, cast(a.record_id AS text), a.spelling FROM advisory_vendor a "
                   "JOIN vendor v ON v.id = a.vendor_id ORDER BY a.record_id, v.vendor_key, a.spelling"},
        4);
    add(store::Sql{"SELECT cast(a.record_id AS text), cast(a.position AS text), v.vendor_key, p.product_key, p.name, "
                   "a.version, a.version_original, cast(a.status AS text), a.order_numbers FROM advisory_product a "
                   "JOIN product p ON p.id = a.product_id JOIN vendor v ON v.id = p.vendor_id "
                   "ORDER BY a.record_id, a.position"},
        9);
    add(store::Sql{"SELECT cast(record_id AS text), cast(position AS text), vuln_id, title, cwes, "
                   "cast(score_tenths AS text), cast(severity AS text), vector, cast(has_fix AS text) "
                   "FROM advisory_vulnerability ORDER BY record_id, position"},
        9);
    return text;
  }
  std::int64_t rows_of_text() { return scalar(store::Sql{"SELECT count(*) FROM advisory_text"}); }
};
TOCSIN_ON_BOTH_DATABASES(IndexerTest);

TEST_P(IndexerTest, GoesThroughTheFeedInSteps) {
  EXPECT_TRUE(step().caught_up);
  for (int i = 0; i < 5; ++i) put({.id = fmt::format("EX-{}", i), .cve = fmt::format("CVE-1900-{}", i)});
  const auto first = step(2);
  EXPECT_EQ(first.changes, 2);
  EXPECT_FALSE(first.caught_up);
  EXPECT_EQ(rows_of_text(), 2);
  EXPECT_EQ(step(2).changes, 2);
  const auto last = step(2);
  EXPECT_EQ(last.changes, 1);
  EXPECT_TRUE(last.caught_up);
  EXPECT_GT(last.cursor, first.cursor);
  EXPECT_EQ(step(2).changes, 0);
  EXPECT_EQ(rows_of_text(), 5);
}

TEST_P(IndexerTest, TellsItsProgress) {
  for (int i = 0; i < 3; ++i) put({.id = fmt::format("EX-{}", i), .cve = fmt::format("CVE-1900-{}", i)});
  std::int64_t told = 0;
  ASSERT_TRUE(index_all(database(), [&](const IndexStep& each) { told += each.changes; }));
  EXPECT_EQ(told, 3);
}

TEST_P(IndexerTest, ANewRevisionReplacesEverythingOfTheOld) {
  put({.title = "Old wording",
       .products = {{"Oldvendor", "Oldproduct 6ES7515-2AM02-0AB0", "1.1"}, {"Bothvendor", "Bothproduct", "1"}},
       .cve = "CVE-1900-1",
       .cwe = "CWE-20",
       .sectors = "Dams",
       .summary = "Obsolete sentence."});
  index();
  EXPECT_THAT(keys("oldproduct"), SizeIs(1));
  put({.version = "2",
       .title = "New wording",
       .products = {{"Newvendor", "Newproduct", "2.2"}, {"Bothvendor", "Bothproduct", "1"}},
       .cve = "CVE-1900-2",
       .cwe = "CWE-79",
       .score_tenths = 50,
       .sectors = "Energy",
       .summary = "Fresh sentence."});
  index();
  for (const auto* gone :
       {"old", "oldproduct", "oldvendor", "vendor:oldvendor", "product:oldproduct", "cve:CVE-1900-1", "cwe:20",
        "sector:dams", "obsolete", "6ES7515", "version:1.1", "severity:critical", "title:old"}) {
    EXPECT_THAT(keys(gone), IsEmpty()) << gone;
  }
  for (const auto* there : {"new", "newproduct", "vendor:newvendor", "cve:CVE-1900-2", "cwe:79", "sector:energy",
                            "fresh", "version:2.2", "severity:medium", "vendor:bothvendor"}) {
    EXPECT_THAT(keys(there), SizeIs(1)) << there;
  }
  for (const auto& facet : find("").facets) {
    for (const auto& value : facet.values) {
      EXPECT_NE(value.value, "oldvendor");
      EXPECT_NE(value.value, "dams");
      EXPECT_NE(value.value, "CWE-20");
    }
  }
  EXPECT_THAT(find("oldvendr").corrections, IsEmpty());
  EXPECT_EQ(rows_of_text(), 1);
  EXPECT_EQ(scalar(store::Sql{"SELECT count(*) FROM advisory_product"}), 2);
}

TEST_P(IndexerTest, NamesWithoutEndStopNothing) {
  // Without repetition, which databases would compress away.
  std::string name;
  for (unsigned i = 0; name.size() < 9000; ++i) name += fmt::format("{:x}-", i * 2654435761U);
  auto document =
      json::parse(engine::testing::document_of({.id = "EX-LONG", .products = {{"V " + name, "P " + name, name}}}));
  ASSERT_TRUE(document);
  boost::json::value root(document->root(), boost::json::storage_ptr());
  auto& vulnerability = root.at("vulnerabilities").at(0).as_object();
  vulnerability.erase("cve");
  vulnerability["ids"] = boost::json::array{boost::json::object{{"system_name", "x"}, {"text", name}}};
  put({.id = "EX-LONG", .bytes = json::write(root)});
  put({.id = "EX-NEXT", .cve = "CVE-1900-7"});
  index();
  EXPECT_THAT(keys(""), SizeIs(2));
  EXPECT_THAT(keys("id:EX-LONG"), SizeIs(1));
}

TEST_P(IndexerTest, AnOlderRevisionThatArrivesLateChangesNothing) {
  put({.version = "2", .title = "Newer"});
  index();
  const auto before = derived();
  put({.version = "1", .title = "Older"});
  index();
  EXPECT_EQ(derived(), before);
  EXPECT_THAT(keys("newer"), SizeIs(1));
  EXPECT_THAT(keys("older"), IsEmpty());
}

TEST_P(IndexerTest, DerivedAnewIsTheSame) {
  for (int i = 0; i < 4; ++i) put({.id = fmt::format("EX-{}", i), .cve = fmt::format("CVE-1900-{}", i)});
  index();
  put({.id = "EX-1", .version = "2", .title = "Second edition", .cve = "CVE-1900-77"});
  index();
  const auto before = derived();
  const auto answers = answer("") + answer("flow") + answer("second") + answer("simens");
  const auto generation = catalogue().generation();
  ASSERT_TRUE(reset_index(database()));
  ASSERT_TRUE(catalogue().refresh());
  EXPECT_EQ(find("").total, 0);
  index();
  EXPECT_EQ(derived(), before);
  EXPECT_EQ(answer("") + answer("flow") + answer("second") + answer("simens"), answers);
  EXPECT_NE(catalogue().generation(), generation);
  // The feed from its beginning once more, over what is there already: as after a restore of an older cursor.
  ASSERT_TRUE(database().write([](store::Connection& connection) -> Status {
    TRY_VOID(connection.run(store::Sql{"UPDATE derived_cursor SET sequence = 0 WHERE reader = 'search'"}));
    return ok();
  }));
  index();
  EXPECT_EQ(derived(), before);
  EXPECT_EQ(rows_of_text(), 4);
}

TEST_P(IndexerTest, AStepThatDiesLeavesNothingBehind) {
  put({});
  index();
  const auto before = derived();
  put({.version = "2", .title = "Half way"});
  // The transaction of a step, undone at its very end as by a crash before the commit.
  const auto died = database().write([](store::Connection& connection) -> Status {
    TRY_VOID(connection.run(store::Sql{"DELETE FROM advisory_catalogue"}));
    TRY_VOID(connection.run(store::Sql{"DELETE FROM advisory_text"}));
    return Error::unavailable("power cut");
  });
  EXPECT_FALSE(died.has_value());
  EXPECT_EQ(derived(), before);
  EXPECT_THAT(keys("half"), IsEmpty());
  forget_engine();
  index();
  EXPECT_THAT(keys("half"), SizeIs(1));
}

TEST_P(IndexerTest, WhatCannotBeReadIsFoundByItsHeader) {
  static thread_local std::vector<std::string>* lines = nullptr;
  std::vector<std::string> seen;
  lines = &seen;
  log::set_sink([](std::string_view line) { lines->emplace_back(line); });
  put({.id = "EX-BROKEN", .title = "Broken document", .bytes = "{\"document\": [not json"});
  put({.id = "EX-EMPTY", .title = "Empty document", .bytes = "{}"});
  put({.id = "EX-FINE", .title = "Fine document"});
  index();
  log::set_sink(nullptr);
  EXPECT_THAT(keys("document"), ::testing::UnorderedElementsAre("EX-BROKEN", "EX-EMPTY", "EX-FINE"));
  EXPECT_THAT(keys("EX-BROKEN"), ElementsAre("EX-BROKEN"));
  EXPECT_THAT(seen, SizeIs(2));
  EXPECT_THAT(seen, ::testing::Each(::testing::HasSubstr("index.unreadable")));
}

TEST_P(IndexerTest, HugeDocumentsStayWithinTheLimitsOfBothDatabases) {
  Sample sample;
  sample.summary = "begin here. ";
  for (int i = 0; i < 40'000; ++i) sample.summary += fmt::format("word{} common ", i);
  sample.summary += "the very last words";
  sample.products.clear();
  for (int i = 0; i < 3'000; ++i) {
    sample.products.push_back({"Vendor", fmt::format("Series product number {} with a rather long name of its own", i),
                               fmt::format("V{}.{}", i, i)});
  }
  sample.cwe = "CWE-4000000000";
  put(sample);
  put({.id = "EX-AFTER", .title = "Comes after"});
  index();
  EXPECT_THAT(keys("\"begin here\""), SizeIs(1));
  EXPECT_THAT(keys("word25000"), SizeIs(1));
  EXPECT_THAT(keys("common"), SizeIs(1));
  EXPECT_THAT(keys("version:7.7"), SizeIs(1));
  EXPECT_THAT(keys("comes"), ElementsAre("EX-AFTER"));
}

TEST_P(IndexerTest, MoreVendorsThanOneStatementAsksFor) {
  Sample sample;
  sample.products.clear();
  for (int i = 0; i < 4'200; ++i) sample.products.push_back({fmt::format("Vendor {}", i), "Box", "1"});
  put(sample);
  index();
  EXPECT_EQ(scalar(store::Sql{"SELECT count(*) FROM vendor"}), 4'200);
  EXPECT_THAT(keys("vendor:vendor-4199"), SizeIs(1));
}

TEST_P(IndexerTest, TheCatalogueFollowsAndAnOldSnapshotStands) {
  for (int i = 0; i < 3; ++i) put({.id = fmt::format("EX-{}", i), .cve = fmt::format("CVE-1900-{}", i)});
  index();
  const auto old = catalogue().snapshot();
  const auto generation = catalogue().generation();
  ASSERT_TRUE(catalogue().refresh());
  EXPECT_EQ(catalogue().snapshot(), old);
  put({.id = "EX-1", .version = "2", .cve = "CVE-1900-1", .score_tenths = 10});
  put({.id = "EX-9", .cve = "CVE-1900-9"});
  index();
  EXPECT_NE(catalogue().snapshot(), old);
  EXPECT_GT(catalogue().generation(), generation);
  EXPECT_EQ(find("severity:low").total, 1);
  EXPECT_EQ(find("severity:critical").total, 3);
  // A second process that loads everything at once sees the same.
  const auto followed = answer("");
  forget_engine();
  index();
  EXPECT_EQ(answer(""), followed);
}

TEST_P(IndexerTest, TwoProcessesTakeTurns) {
  for (int i = 0; i < 30; ++i) put({.id = fmt::format("EX-{}", i), .cve = fmt::format("CVE-1900-{}", i)});
  auto other = test_database().open().value();
  std::thread rival{[&] { EXPECT_TRUE(index_all(*other)); }};
  EXPECT_TRUE(index_all(database()));
  rival.join();
  EXPECT_EQ(rows_of_text(), 30);
  EXPECT_EQ(scalar(store::Sql{"SELECT count(*) FROM advisory"}), 30);
  index();
  EXPECT_EQ(find("").total, 30);
}

}  // namespace
}  // namespace tocsin::engine::search
