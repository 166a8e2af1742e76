#include "store/assets.hpp"

#include <set>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "base/text.hpp"
#include "store/exposures.hpp"
#include "store/inventory_parts.hpp"
#include "store/testing/test_database.hpp"

namespace tocsin::store {
namespace {

using domain::kOwnOrganisation;
using store_testing::kTestNow;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class AssetsTest : public store_testing::DatabaseTest {
 protected:
  template <class F>
  auto write(F body) {
    return database().write([&](Connection& connection) { return body(connection); });
  }
  template <class F>
  auto read(F body) {
    return database().read([&](Connection& connection) { return body(connection); }).value();
  }
  static Asset asset(std::string key, std::string label, std::string vendor = "Hubwerk", std::string site = "Nord") {
    Asset out;
    out.organisation = kOwnOrganisation;
    out.key = std::move(key);
    out.label = std::move(label);
    out.search = text::fold(out.label + " " + vendor);
    out.digest = out.key + "-1";
    out.identity = vendor;
    out.added_at = out.changed_at = kTestNow;
    out.item.name = out.label;
    out.item.vendor = std::move(vendor);
    out.item.site = std::move(site);
    return out;
  }
  void add(const std::vector<Asset>& assets) {
    const auto added = write([&](Connection& connection) { return Assets{connection}.insert(assets); });
    ASSERT_TRUE(added) << added.error().detail;
  }
  std::vector<std::string> labels(const AssetFilter& filter, AssetSort sort = AssetSort::label) {
    std::vector<std::string> out;
    std::optional<AssetAfter> after;
    for (;;) {
      const auto rows = read(
          [&](Connection& connection) { return Assets{connection}.page(kOwnOrganisation, filter, sort, after, 3); });
      for (const auto& row : rows) out.push_back(row.label);
      if (rows.size() < 3) return out;
      const auto& last = rows.back();
      after = AssetAfter{.text = sort == AssetSort::label    ? text::fold(last.label)
                                 : sort == AssetSort::vendor ? last.item.vendor
                                                             : last.item.site,
                         .number = last.changed_at.micros,
                         .id = last.id};
    }
  }
};
TOCSIN_ON_BOTH_DATABASES(AssetsTest);

TEST_P(AssetsTest, KeepsEveryFieldOfAnItem) {
  auto full = asset("k:1", "PLC 1");
  auto& item = full.item;
  item.key = "A-1";
  item.family = "HW";
  item.product = "HW-710 \"Controller\"";
  item.model = "6ES7 515";
  item.hardware = "FS:03";
  item.versions = {{"firmware", "V2.8.1"}, {"", "1"}, {"CP module", "3.0, \xC3\xBC"}};
  item.serial = "S C-1";
  item.cpe = "cpe:2.3:o:v:p:1:*:*:*:*:*:*:*";
  item.purls = {"pkg:npm/a@1", "pkg:npm/b@2"};
  item.hashes = {{"sha256", "00ff"}};
  item.addresses = {"10.0.0.1", "00:11:22:33:44:55"};
  item.zone = "Z1";
  item.conduit = "C1";
  item.purdue_level = "1";
  item.criticality = "high";
  item.exposure = "isolated";
  item.safety = "none";
  item.environment = "low";
  item.production = "stop";
  item.owner = "Ops";
  item.next_outage = "2027-05-01";
  item.tags = {"pump", "spare"};
  item.others = {{"Cabinet", "=1+1"}, {"", "x"}};
  add({full});
  const auto found =
      read([](Connection& connection) { return Assets{connection}.find_by_key(kOwnOrganisation, "k:1"); });
  ASSERT_TRUE(found);
  const auto& back = found->item;
  EXPECT_EQ(back.product, item.product);
  ASSERT_EQ(back.versions.size(), 3U);
  EXPECT_EQ(back.versions[2].component, "CP module");
  EXPECT_EQ(back.versions[2].text, "3.0, \xC3\xBC");
  EXPECT_EQ(back.purls, item.purls);
  EXPECT_EQ(back.hashes, item.hashes);
  EXPECT_EQ(back.addresses, item.addresses);
  EXPECT_EQ(back.tags, item.tags);
  EXPECT_EQ(back.others, item.others);
  EXPECT_EQ(back.key + back.family + back.model + back.hardware + back.serial + back.cpe,
            item.key + item.family + item.model + item.hardware + item.serial + item.cpe);
  EXPECT_EQ(back.zone + back.conduit + back.purdue_level + back.criticality + back.exposure,
            item.zone + item.conduit + item.purdue_level + item.criticality + item.exposure);
  EXPECT_EQ(back.safety + back.environment + back.production + back.owner + back.next_outage,
            item.safety + item.environment + item.production + item.owner + item.next_outage);
  EXPECT_EQ(found->version, 1);
  EXPECT_TRUE(found->due);
}

TEST_P(AssetsTest, PagesWithoutGapsOrRepeatsInEveryOrder) {
  std::vector<Asset> many;
  for (int i = 0; i < 40; ++i) {
    auto each = asset(fmt::format("k:{}", i), fmt::format("Pump {}", i % 7), i % 3 == 0 ? "Anlagen" : "Hubwerk",
                      i % 2 == 0 ? "Nord"
                                 : "S\xC3\xBC"
                                   "d");
    each.changed_at.micros += i % 5;
    many.push_back(std::move(each));
  }
  add(many);
  for (const auto sort : {AssetSort::label, AssetSort::vendor, AssetSort::site, AssetSort::changed}) {
    std::set<std::int64_t> seen;
    std::optional<AssetAfter> after;
    std::size_t rows = 0;
    for (;;) {
      const auto page =
          read([&](Connection& connection) { return Assets{connection}.page(kOwnOrganisation, {}, sort, after, 7); });
      for (const auto& each : page) seen.insert(each.id);
      rows += page.size();
      if (page.size() < 7) break;
      const auto& last = page.back();
      after = AssetAfter{.text = sort == AssetSort::label    ? text::fold(last.label)
                                 : sort == AssetSort::vendor ? last.item.vendor
                                                             : last.item.site,
                         .number = last.changed_at.micros,
                         .id = last.id};
    }
    EXPECT_EQ(rows, 40U);
    EXPECT_EQ(seen.size(), 40U);
  }
}

struct FilterCase {
  std::string_view name;
  AssetFilter filter;
  std::vector<std::string> expected;
};

TEST_P(AssetsTest, Filters) {
  auto special = asset("k:4", "100% pump_a", "Anlagen", "Nord");
  special.item.zone = "Z1";
  special.item.exposure = "internet";
  special.item.criticality = "high";
  add({asset("k:1", "Pump one"), asset("k:2", "Valve", "Anlagen", ""), asset("k:3", "Pump two", "Hubwerk", "West"),
       special});
  const FilterCase cases[] = {
      {"all", {}, {"100% pump_a", "Pump one", "Pump two", "Valve"}},
      {"a word", {.words = {"pump"}}, {"100% pump_a", "Pump one", "Pump two"}},
      {"every word", {.words = {"pump", "two"}}, {"Pump two"}},
      {"percent is no wildcard", {.words = {"0%"}}, {"100% pump_a"}},
      {"underscore is no wildcard", {.words = {"p_a"}}, {"100% pump_a"}},
      {"vendor", {.vendor = "Anlagen"}, {"100% pump_a", "Valve"}},
      {"without site", {.site = ""}, {"Valve"}},
      {"zone", {.zone = "Z1"}, {"100% pump_a"}},
      {"exposure", {.exposure = "internet"}, {"100% pump_a"}},
      {"criticality", {.criticality = "low"}, {}},
      {"granted sites", {.sites = std::vector<std::string>{"West"}}, {"Pump two"}},
      {"no site granted", {.sites = std::vector<std::string>{}}, {}},
  };
  for (const auto& each : cases) {
    EXPECT_EQ(labels(each.filter), each.expected) << each.name;
    EXPECT_EQ(read([&](Connection& connection) { return Assets{connection}.count(kOwnOrganisation, each.filter); }),
              static_cast<std::int64_t>(each.expected.size()))
        << each.name;
  }
  EXPECT_THAT(read([](Connection& connection) {
                return Assets{connection}.values(kOwnOrganisation, Assets::Column::site, 10);
              }),
              ElementsAre("Nord", "West"));
}

/// More than are sorted by number, so that the order is walked along instead.
TEST_P(AssetsTest, FindsManyByAWord) {
  constexpr int kMany = 4'300;
  std::vector<Asset> many;
  for (int i = 0; i < kMany; ++i) {
    auto each = asset(fmt::format("k:{}", i), fmt::format("Pump {:05}", (i * 7) % kMany), i % 2 == 0 ? "Even" : "Odd",
                      i % 100 == 0 ? "West" : "Nord");
    each.terms = {"pump", fmt::format("n{}", i % 10)};
    if (i % 1'000 == 0) each.terms.emplace_back("rare");
    many.push_back(std::move(each));
  }
  add(many);
  const auto count = [&](const AssetFilter& filter) {
    return read([&](Connection& connection) { return Assets{connection}.count(kOwnOrganisation, filter); });
  };
  EXPECT_EQ(count({.terms = {{"pu"}}}), kMany);
  EXPECT_EQ(count({.terms = {{"pu"}}, .site = "West"}), 43);
  EXPECT_EQ(count({.terms = {{"pump"}, {"n3", "n4"}}}), 860);
  EXPECT_EQ(count({.terms = {{"rare"}}}), 5);
  EXPECT_EQ(count({.terms = {{"rare"}, {"nothing"}}}), 0);
  EXPECT_EQ(labels({.terms = {{"pump"}}}), labels({}));
  EXPECT_EQ(labels({.terms = {{"pump"}}, .site = "West"}, AssetSort::site), labels({.site = "West"}, AssetSort::site));
  EXPECT_EQ(labels({.terms = {{"pump"}}, .vendor = "Odd", .sites = std::vector<std::string>{"Nord"}}),
            labels({.vendor = "Odd", .sites = std::vector<std::string>{"Nord"}}));
  EXPECT_EQ(read([&](Connection& connection) {
              return Assets{connection}.count({kOwnOrganisation.value + 1}, {.terms = {{"pump"}}});
            }),
            0);
}

TEST_P(AssetsTest, ChangesOnlyTheVersionThatWasSeen) {
  add({asset("k:1", "Pump")});
  auto it = *read([](Connection& connection) { return Assets{connection}.find_by_key(kOwnOrganisation, "k:1"); });
  it.item.site = "West";
  const auto update = [&] {
    return write([&](Connection& connection) { return Assets{connection}.update(it, kTestNow); });
  };
  EXPECT_EQ(update().value(), 1);
  EXPECT_EQ(update().value(), 0);  // It is another version now.
  it.version = 2;
  it.organisation = {999};
  EXPECT_EQ(update().value(), 0);
  EXPECT_EQ(write([&](Connection& connection) { return Assets{connection}.remove({999}, it.id); }).value(), 0);
}

TEST_P(AssetsTest, RefusesAKeyTwice) {
  add({asset("k:1", "Pump")});
  const auto again =
      write([](Connection& connection) { return Assets{connection}.insert(std::vector{asset("k:1", "Other")}); });
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Error::Code::conflict);
}

TEST_P(AssetsTest, KnowsWhatWaitsForTheMatcher) {
  add({asset("k:1", "a"), asset("k:2", "b")});
  const auto due = [&] { return read([](Connection& connection) { return Assets{connection}.due(10); }); };
  auto all = due();
  ASSERT_EQ(all.size(), 2U);
  ASSERT_TRUE(write([&](Connection& connection) { return Assets{connection}.set_matched(std::vector{all[0].id}); }));
  EXPECT_EQ(due().size(), 1U);
  all[1].version = 7;
  EXPECT_THAT(read([&](Connection& connection) { return Assets{connection}.unchanged(all); }), ElementsAre(all[0].id));
}

TEST_P(AssetsTest, KeepsMappingsUploadsAndGrants) {
  ASSERT_TRUE(write([](Connection& connection) -> Status {
    InventoryParts parts{connection};
    TRY_VOID(parts.remember(kOwnOrganisation, "hersteller", "vendor"));
    TRY_VOID(parts.remember(kOwnOrganisation, "hersteller", "family"));
    TRY_VOID(connection.run(Sql{
        "INSERT INTO person (uuid, name, folded_name, email, folded_email, status, language, time_zone, created_at) "
        "VALUES ('u', 'Ada', 'ada', 'a@b.example', 'a@b.example', 1, '', '', 1)"}));
    TRY_VOID(parts.put_upload({.id = "one",
                               .organisation = kOwnOrganisation,
                               .person = domain::PersonId{1},
                               .file_name = "a.csv",
                               .bytes = std::string{"a\0b", 3},
                               .sent_at = kTestNow}));
    TRY_VOID(parts.put_upload({.id = "two",
                               .organisation = kOwnOrganisation,
                               .person = domain::PersonId{1},
                               .file_name = "b.csv",
                               .bytes = "b",
                               .sent_at = kTestNow}));
    TRY_VOID(parts.add_grant({.organisation = kOwnOrganisation,
                              .site = "Nord",
                              .reason = "incident",
                              .granted_by = domain::PersonId{1},
                              .granted_at = kTestNow}));
    return ok();
  }));
  EXPECT_THAT(read([](Connection& connection) { return InventoryParts{connection}.mapping(kOwnOrganisation); }),
              ElementsAre(std::pair<std::string, std::string>{"hersteller", "family"}));
  const auto upload = [&](std::string_view id, domain::OrganisationId organisation = kOwnOrganisation) {
    return read([&](Connection& connection) {
      return InventoryParts{connection}.upload(organisation, domain::PersonId{1}, id);
    });
  };
  EXPECT_FALSE(upload("one"));  // The later one took its place.
  ASSERT_TRUE(upload("two"));
  EXPECT_EQ(upload("two")->bytes, "b");
  EXPECT_FALSE(upload("two", {2}));
  const auto open = [&] {
    return read([](Connection& connection) { return InventoryParts{connection}.open_grants({}); });
  };
  ASSERT_EQ(open().size(), 1U);
  EXPECT_EQ(open()[0].site, "Nord");
  EXPECT_EQ(open()[0].granted_by_name, "Ada");
  EXPECT_EQ(write([&](Connection& connection) {
              return InventoryParts{connection}.revoke_grant(kOwnOrganisation, open()[0].id, {}, kTestNow);
            }).value(),
            1);
  EXPECT_THAT(open(), IsEmpty());
}

}  // namespace
}  // namespace tocsin::store
