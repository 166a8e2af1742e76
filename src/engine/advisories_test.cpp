#include "engine/advisories.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/testing/samples.hpp"
#include "store/records.hpp"

namespace tocsin::engine {
namespace {

using domain::policy::Viewer;
using engine::testing::EngineTest;
using engine::testing::member;
using engine::testing::owner;
using engine::testing::Sample;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

/// Four advisories on pumps and valves, one of them only for members of any organisation.
class AdvisoriesTest : public EngineTest {
 protected:
  void SetUp() override {
    EngineTest::SetUp();
    if (IsSkipped()) return;
    put({.id = "EX-1",
         .title = "Open door in Flow Controller",
         .products = {{"Example Pumps", "Flow Controller", "< V2.9.1"}, {"Example Pumps", "Flow Meter", "1.0"}},
         .cve = "CVE-1900-10001",
         .score_tenths = 98,
         .updated = "2021-06-01T00:00:00Z"});
    put({.id = "EX-2",
         .title = "Weak lock in Flow Controller",
         .products = {{"Example Pumps GmbH", "Flow Controller", "<= V3"}},
         .cve = "CVE-1900-10001",
         .score_tenths = 75,
         .updated = "2021-08-01T00:00:00Z",
         .fix = false});
    put({.id = "EX-3",
         .title = "Leak in Valve 100%",
         .products = {{"Sample Valves", "Valve 100%", "7"}},
         .cve = "CVE-1900-10003",
         .score_tenths = -1,
         .updated = "2021-07-01T00:00:00Z"});
    put({.id = "EX-4",
         .title = "Quiet flaw in Flow Controller",
         .products = {{"Example Pumps", "Flow Controller", "V4"}, {"Hidden Valves", "Secret", "1"}},
         .cve = "CVE-1900-10004",
         .score_tenths = 100,
         .updated = "2021-09-01T00:00:00Z",
         .tlp = domain::Tlp::green});
    index();
  }

  template <class Ask>
  auto ask(Ask question) {
    auto answer = database().read(question);
    EXPECT_TRUE(answer.has_value()) << (answer ? "" : answer.error().to_string() + answer.error().detail);
    return std::move(answer).value();
  }
  std::int64_t record(std::string_view slug) {
    return ask([&](store::Connection& connection) {
             return store::Records{connection}.find(owner(), domain::RecordKind::advisory, slug, now);
           })
        .value()
        .id.value;
  }
  std::vector<std::string> cards(const std::vector<std::int64_t>& ids, const Viewer& viewer) {
    std::vector<std::string> keys;
    for (const auto& card :
         ask([&](store::Connection& connection) { return advisory_cards(connection, viewer, ids, now); })) {
      keys.push_back(card.key);
    }
    return keys;
  }
  VendorPage vendor_page(const Viewer& viewer, std::string_view filter = {}, VendorSort sort = VendorSort::name,
                         int limit = 50, std::string_view cursor = {}) {
    return ask(
        [&](store::Connection& connection) { return vendors(connection, viewer, filter, sort, limit, cursor, now); });
  }
  /// "NAME ADVISORIES PRODUCTS", as listed.
  std::vector<std::string> vendor_lines(const Viewer& viewer, std::string_view filter = {},
                                        VendorSort sort = VendorSort::name) {
    std::vector<std::string> lines;
    for (const auto& row : vendor_page(viewer, filter, sort).rows) {
      lines.push_back(fmt::format("{} {} {}", row.name, row.advisories, row.products));
    }
    return lines;
  }
  VulnerabilityPage vulnerability_page(const Viewer& viewer, std::string_view filter = {},
                                       VulnerabilitySort sort = VulnerabilitySort::newest, int limit = 50,
                                       std::string_view cursor = {}) {
    return ask([&](store::Connection& connection) {
      return vulnerabilities(connection, viewer, filter, sort, limit, cursor, now);
    });
  }
  std::vector<std::string> vulnerability_ids(const Viewer& viewer, std::string_view filter = {},
                                             VulnerabilitySort sort = VulnerabilitySort::newest) {
    std::vector<std::string> ids;
    for (const auto& row : vulnerability_page(viewer, filter, sort).rows) ids.push_back(row.id);
    return ids;
  }
};
TOCSIN_ON_BOTH_DATABASES(AdvisoriesTest);

TEST_P(AdvisoriesTest, CardsStandInTheOrderAskedForWithoutTheHidden) {
  const std::vector<std::int64_t> ids{record("EX-3"), record("EX-4"), 999'999, record("EX-1"), record("EX-3")};
  EXPECT_THAT(cards(ids, Viewer::anonymous()), ElementsAre("EX-3", "EX-1"));
  EXPECT_THAT(cards(ids, member()), ElementsAre("EX-3", "EX-4", "EX-1"));
  EXPECT_THAT(cards({}, owner()), IsEmpty());
}

TEST_P(AdvisoriesTest, CardShowsTheAdvisory) {
  const auto found = ask([&](store::Connection& connection) {
    return advisory_cards(connection, Viewer::anonymous(), {record("EX-1"), record("EX-3")}, now);
  });
  ASSERT_THAT(found, SizeIs(2));
  const auto& card = found[0];
  EXPECT_EQ(card.slug, "EX-1");
  EXPECT_EQ(card.title, "Open door in Flow Controller");
  EXPECT_EQ(card.publisher, "Example CERT");
  EXPECT_EQ(card.version, "1");
  EXPECT_EQ(card.document_status, "final");
  EXPECT_EQ(card.severity, formats::cvss::Severity::critical);
  EXPECT_EQ(card.score_tenths, 98);
  EXPECT_TRUE(card.has_fix);
  EXPECT_THAT(card.vendor_names, ElementsAre("Example Pumps"));
  EXPECT_THAT(card.sectors, UnorderedElementsAre(domain::Sector::energy, domain::Sector::water));
  EXPECT_THAT(card.cves, ElementsAre("CVE-1900-10001"));
  EXPECT_EQ(card.vulnerability_count, 1);
  EXPECT_EQ(card.product_count, 2);
  EXPECT_EQ(format_date(card.current_release_at), "2021-06-01");
  EXPECT_EQ(found[1].score_tenths, std::nullopt);
}

TEST_P(AdvisoriesTest, VendorsCountOnlyWhatTheViewerMaySee) {
  EXPECT_THAT(vendor_lines(Viewer::anonymous()), ElementsAre("Example Pumps 2 2", "Sample Valves 1 1"));
  EXPECT_THAT(vendor_lines(member()), ElementsAre("Example Pumps 3 2", "Hidden Valves 1 1", "Sample Valves 1 1"));
  EXPECT_EQ(vendor_page(Viewer::anonymous()).rows[0].top_score_tenths, 98);
  EXPECT_EQ(vendor_page(member()).rows[0].top_score_tenths, 100);
  EXPECT_EQ(vendor_page(Viewer::anonymous()).total, 2);
}

TEST_P(AdvisoriesTest, VendorsAreFilteredAndSorted) {
  EXPECT_THAT(vendor_lines(member(), "VALVES"), ElementsAre("Hidden Valves 1 1", "Sample Valves 1 1"));
  EXPECT_THAT(vendor_lines(Viewer::anonymous(), "hidden"), IsEmpty());
  EXPECT_THAT(vendor_lines(owner(), "%"), IsEmpty());
  EXPECT_THAT(vendor_lines(owner(), "", VendorSort::advisories),
              ElementsAre("Example Pumps 3 2", "Hidden Valves 1 1", "Sample Valves 1 1"));
  EXPECT_THAT(vendor_lines(Viewer::anonymous(), "", VendorSort::newest),
              ElementsAre("Example Pumps 2 2", "Sample Valves 1 1"));
}

TEST_P(AdvisoriesTest, PagesOfVendorsMeetWithoutGapOrRepeat) {
  for (const auto sort : {VendorSort::name, VendorSort::advisories, VendorSort::newest}) {
    std::vector<std::string> paged, whole;
    for (const auto& row : vendor_page(owner(), "", sort).rows) whole.push_back(row.key);
    std::string cursor;
    do {
      const auto page = vendor_page(owner(), "", sort, 1, cursor);
      EXPECT_EQ(page.total, 3);
      for (const auto& row : page.rows) paged.push_back(row.key);
      cursor = page.next_cursor;
    } while (!cursor.empty() && paged.size() < 10);
    EXPECT_EQ(paged, whole);
    EXPECT_THAT(whole, SizeIs(3));
  }
  const auto refused = database().read([&](store::Connection& connection) {
    return vendors(connection, owner(), "", VendorSort::name, 10, "not a cursor", now);
  });
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Error::Code::invalid_input);
}

TEST_P(AdvisoriesTest, VendorHasSpellingsAndProducts) {
  const auto find_vendor = [&](const Viewer& viewer, std::string_view key) {
    return ask([&](store::Connection& connection) { return vendor(connection, viewer, key, now); });
  };
  const auto key = vendor_page(Viewer::anonymous()).rows[0].key;
  const auto found = find_vendor(Viewer::anonymous(), key);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->vendor.name, "Example Pumps");
  EXPECT_THAT(found->spellings, ElementsAre("Example Pumps", "Example Pumps GmbH"));
  ASSERT_THAT(found->products, SizeIs(2));
  EXPECT_EQ(found->products[0].name, "Flow Controller");
  EXPECT_EQ(found->products[0].advisories, 2);
  EXPECT_EQ(found->products[0].top_score_tenths, 98);
  EXPECT_EQ(format_date(found->products[0].newest), "2021-08-01");
  EXPECT_EQ(found->products[1].name, "Flow Meter");

  EXPECT_EQ(find_vendor(member(), key)->products[0].advisories, 3);
  const auto hidden = vendor_page(member(), "hidden").rows.at(0).key;
  EXPECT_TRUE(find_vendor(member(), hidden).has_value());
  EXPECT_FALSE(find_vendor(Viewer::anonymous(), hidden).has_value());
  EXPECT_FALSE(find_vendor(owner(), "no-such-vendor").has_value());
}

TEST_P(AdvisoriesTest, ProductListsItsAdvisoriesNewestFirst) {
  const auto vendor_key = vendor_page(Viewer::anonymous()).rows[0].key;
  const auto product_key =
      ask([&](store::Connection& connection) { return vendor(connection, owner(), vendor_key, now); })->products[0].key;
  const auto lines = [&](const Viewer& viewer) {
    std::vector<std::string> result;
    const auto found =
        ask([&](store::Connection& connection) { return product(connection, viewer, vendor_key, product_key, now); });
    if (!found) return result;
    EXPECT_EQ(found->vendor_name, "Example Pumps");
    EXPECT_EQ(found->name, "Flow Controller");
    for (const auto& each : found->advisories) {
      result.push_back(each.card.key);
      for (const auto& [version, status] : each.versions) result.back() += fmt::format(" [{} {}]", version, status);
    }
    return result;
  };
  EXPECT_THAT(lines(Viewer::anonymous()), ElementsAre("EX-2 [<= V3 known_affected]", "EX-1 [< V2.9.1 known_affected]"));
  EXPECT_THAT(lines(member()),
              ElementsAre("EX-4 [V4 known_affected]", "EX-2 [<= V3 known_affected]", "EX-1 [< V2.9.1 known_affected]"));
  const auto absent = ask(
      [&](store::Connection& connection) { return product(connection, owner(), vendor_key, "no-such-product", now); });
  EXPECT_FALSE(absent.has_value());
}

TEST_P(AdvisoriesTest, VulnerabilityGathersWhatEveryAdvisorySays) {
  const auto find_one = [&](const Viewer& viewer, std::string_view id) {
    return ask([&](store::Connection& connection) { return vulnerability(connection, viewer, id, now); });
  };
  const auto found = find_one(Viewer::anonymous(), "cve-1900-10001");
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->id, "CVE-1900-10001");
  ASSERT_THAT(found->mentions, SizeIs(2));
  EXPECT_EQ(found->mentions[0].card.key, "EX-2");
  EXPECT_EQ(found->mentions[0].score_tenths, 75);
  EXPECT_FALSE(found->mentions[0].has_fix);
  EXPECT_EQ(found->mentions[1].card.key, "EX-1");
  EXPECT_TRUE(found->mentions[1].has_fix);
  EXPECT_THAT(found->mentions[1].cwe_ids, ElementsAre("CWE-787"));
  EXPECT_THAT(found->mentions[1].products,
              ElementsAre("Example Pumps Flow Controller < V2.9.1", "Example Pumps Flow Meter 1.0"));

  EXPECT_FALSE(find_one(Viewer::anonymous(), "CVE-1900-10004").has_value());
  EXPECT_TRUE(find_one(member(), "CVE-1900-10004").has_value());
  for (const auto& id : {std::string{}, std::string{"CVE-1900"}, std::string{"%"}, std::string(100'000, 'C')}) {
    EXPECT_FALSE(find_one(owner(), id).has_value()) << id.substr(0, 20);
  }
}

TEST_P(AdvisoriesTest, VulnerabilitiesAreListedFilteredAndSorted) {
  EXPECT_THAT(vulnerability_ids(Viewer::anonymous()), ElementsAre("CVE-1900-10001", "CVE-1900-10003"));
  EXPECT_THAT(vulnerability_ids(member()), ElementsAre("CVE-1900-10004", "CVE-1900-10001", "CVE-1900-10003"));
  EXPECT_THAT(vulnerability_ids(Viewer::anonymous(), "", VulnerabilitySort::score),
              ElementsAre("CVE-1900-10001", "CVE-1900-10003"));
  EXPECT_THAT(vulnerability_ids(Viewer::anonymous(), "", VulnerabilitySort::id),
              ElementsAre("CVE-1900-10003", "CVE-1900-10001"));
  EXPECT_THAT(vulnerability_ids(owner(), " cve-1900-10003 "), ElementsAre("CVE-1900-10003"));
  EXPECT_THAT(vulnerability_ids(owner(), "_VE"), IsEmpty());
  const auto rows = vulnerability_page(Viewer::anonymous()).rows;
  EXPECT_EQ(rows[0].advisories, 2);
  EXPECT_EQ(rows[0].score_tenths, 98);
  EXPECT_EQ(rows[1].score_tenths, std::nullopt);
  EXPECT_EQ(rows[1].title, "Leak in Valve 100%");
}

TEST_P(AdvisoriesTest, PagesOfVulnerabilitiesMeetWithoutGapOrRepeat) {
  for (const auto sort : {VulnerabilitySort::newest, VulnerabilitySort::score, VulnerabilitySort::id}) {
    std::vector<std::string> paged;
    std::string cursor;
    do {
      const auto page = vulnerability_page(owner(), "", sort, 1, cursor);
      for (const auto& row : page.rows) paged.push_back(row.id);
      cursor = page.next_cursor;
    } while (!cursor.empty() && paged.size() < 10);
    EXPECT_EQ(paged, vulnerability_ids(owner(), "", sort));
    EXPECT_THAT(paged, SizeIs(3));
  }
}

TEST_P(AdvisoriesTest, EmbargoEndsByTheClock) {
  put({.id = "EX-5",
       .title = "Under embargo",
       .products = {{"Later Inc", "Thing", "1"}},
       .cve = "CVE-1900-10005",
       .embargo_until = Timestamp{now.micros + 1'000'000}});
  index();
  const std::vector<std::int64_t> ids{record("EX-5")};
  EXPECT_THAT(cards(ids, Viewer::anonymous()), IsEmpty());
  EXPECT_THAT(vendor_lines(Viewer::anonymous(), "later"), IsEmpty());
  EXPECT_THAT(vulnerability_ids(Viewer::anonymous(), "CVE-1900-10005"), IsEmpty());
  now.micros += 1'000'000;
  EXPECT_THAT(cards(ids, Viewer::anonymous()), ElementsAre("EX-5"));
  EXPECT_THAT(vendor_lines(Viewer::anonymous(), "later"), ElementsAre("Later 1 1"));
  EXPECT_THAT(vulnerability_ids(Viewer::anonymous(), "CVE-1900-10005"), ElementsAre("CVE-1900-10005"));
}

}  // namespace
}  // namespace tocsin::engine
