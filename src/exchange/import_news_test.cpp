#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "exchange/import.hpp"
#include "store/records.hpp"
#include "store/testing/test_database.hpp"

namespace tocsin::exchange {
namespace {

using store::Sql;
using store_testing::kTestNow;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const ManualClock kClock{kTestNow};

class ImportNewsTest : public store_testing::DatabaseTest {
 protected:
  ImportSummary import(const std::string& bytes, domain::Tlp tlp = domain::Tlp::clear) {
    items_.clear();
    ImportOptions options;
    options.default_tlp = tlp;
    auto summary =
        import_documents(database(), {{"feed.xml", bytes}}, options,
                         {.item = [&](const ImportItem& item) { items_.push_back(item); }, .progress = {}}, kClock);
    EXPECT_TRUE(summary) << (summary ? "" : summary.error().to_string());
    return summary ? *summary : ImportSummary{};
  }
  /// "TYPE title revisions TLP", in order.
  std::vector<std::string> records() {
    return database()
        .read([](store::Connection& connection) {
          return connection.all(Sql{"SELECT r.record_key, r.title, (SELECT count(*) FROM revision v WHERE v.record_id "
                                    "= r.id), r.tlp FROM "
                                    "record r ORDER BY r.record_key"},
                                [](const store::Row& row) {
                                  const auto key = row.string(0);
                                  return fmt::format("{} {} {} {}", key.substr(0, key.find("--")), row.string(1),
                                                     row.integer(2),
                                                     to_string(static_cast<domain::Tlp>(row.integer(3))));
                                });
        })
        .value();
  }
  std::vector<ImportItem> items_;
};

std::string feed(std::string_view title, std::string_view updated, std::string_view more = "") {
  return fmt::format(
      "<feed xmlns='http://www.w3.org/2005/Atom'><id>urn:tides</id><title>Tides</title>{}<entry><id>1</id>"
      "<title>{}</title><updated>{}</updated><published>2026-01-01T00:00:00Z</published><summary>CVE-2026-11111 again"
      "</summary></entry></feed>",
      more, title, updated);
}

TEST_P(ImportNewsTest, EntriesAreReportsAndWhatChangesIsAVersion) {
  import(feed("Spring tide", "2026-01-02T00:00:00Z"));
  EXPECT_THAT(records(), ElementsAre("identity Tides 1 CLEAR", "report Spring tide 1 CLEAR",
                                     "vulnerability CVE-2026-11111 1 CLEAR"));
  import(feed("Spring tide", "2026-01-02T00:00:00Z"));
  EXPECT_THAT(records(), ElementsAre("identity Tides 1 CLEAR", "report Spring tide 1 CLEAR",
                                     "vulnerability CVE-2026-11111 1 CLEAR"));
  import(feed("Neap tide", "2026-01-03T00:00:00Z"));
  EXPECT_THAT(records(), ElementsAre("identity Tides 1 CLEAR", "report Neap tide 2 CLEAR",
                                     "vulnerability CVE-2026-11111 1 CLEAR"));
}

TEST_P(ImportNewsTest, WhoTakesItInSaysWhatTlpItHas) {
  import(feed("Spring tide", "2026-01-02T00:00:00Z"), domain::Tlp::amber);
  EXPECT_THAT(records(), ElementsAre("identity Tides 1 AMBER", "report Spring tide 1 AMBER",
                                     "vulnerability CVE-2026-11111 1 AMBER"));
}

TEST_P(ImportNewsTest, AnEntryThatIsNoneIsToldAndTheOthersAreTaken) {
  import(feed("Spring tide", "2026-01-02T00:00:00Z", "\n<entry><id>2</id><title>When?</title></entry>"));
  EXPECT_THAT(records(), SizeIs(3));
  ASSERT_THAT(items_, SizeIs(1));
  ASSERT_THAT(items_[0].problems, SizeIs(1));
  EXPECT_EQ(items_[0].problems[0].where, "feed.xml:2:1");
  EXPECT_THAT(items_[0].problems[0].message, HasSubstr("no date"));
  import("<feed xmlns='http://www.w3.org/2005/Atom'><title>T</title>");
  ASSERT_THAT(items_, SizeIs(1));
  EXPECT_THAT(items_[0].problems[0].where, HasSubstr("feed.xml:"));
}

TOCSIN_ON_BOTH_DATABASES(ImportNewsTest);

}  // namespace
}  // namespace tocsin::exchange
