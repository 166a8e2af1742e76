#include "engine/inventory/inventory.hpp"

#include <functional>

#include <gmock/gmock.h>

#include "engine/inventory/testing.hpp"

namespace tocsin::engine::inventory {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class InventoryRules : public InventoryTest {
 protected:
  static formats::inventory::Item pump(std::string name = "Pump", std::string site = "Nord") {
    formats::inventory::Item item;
    item.name = std::move(name);
    item.model = "HW-710";
    item.site = std::move(site);
    return item;
  }
  std::int64_t audited(std::string_view action) {
    return database()
        .read([&](store::Connection& connection) {
          return connection.first(store::Sql{"SELECT count(*) FROM audit WHERE action = ?", action},
                                  [](const store::Row& row) { return row.integer(0); });
        })
        .value()
        .value_or(0);
  }
};
TOCSIN_ON_BOTH_DATABASES(InventoryRules);

/// Whoever is not of the organisation learns nothing, not even that there is something.
TEST_P(InventoryRules, IsPrivateToItsOrganisation) {
  const auto id = add(database(), editor, pump(), kTestNow).value();
  struct Case {
    std::string_view who;
    const Actor& actor;
    std::string_view reads_own, reads_water, edits;
  };
  const auto visitor = Actor::anonymous();
  const Case cases[] = {
      {"its editor", editor, "ok", "ok", "ok"},
      {"its member", reader, "ok", "ok", "forbidden"},
      {"another organisation", stranger, "ok", "not_found", "not_found"},
      {"the CERT's coordinator", coordinator, "ok", "not_found", "not_found"},
      {"the CERT's administrator", administrator, "forbidden", "forbidden", "forbidden"},
      {"the CERT's auditor", auditor, "forbidden", "forbidden", "forbidden"},
      {"a visitor", visitor, "forbidden", "forbidden", "forbidden"},
  };
  for (const auto& each : cases) {
    EXPECT_EQ(outcome(access(database(), each.actor, {}, kTestNow)), each.reads_own) << each.who;
    EXPECT_EQ(outcome(access(database(), each.actor, water, kTestNow)), each.reads_water) << each.who;
    auto item = pump("Changed");
    EXPECT_EQ(outcome(change(database(), each.actor, id, item, kTestNow)), each.edits) << each.who;
  }
  for (const auto* actor : {&stranger, &coordinator}) {
    EXPECT_FALSE(find(database(), own(*actor), id).value());
    EXPECT_THAT(assets(*actor), IsEmpty());
    EXPECT_EQ(outcome(remove(database(), *actor, id, kTestNow)), "not_found");
    EXPECT_THAT(granted_to(database(), *actor).value(), IsEmpty());
  }
}

TEST_P(InventoryRules, AGrantShowsTheCertWhatItNames) {
  ASSERT_TRUE(import_csv(editor, "Name,Site\nPump,Nord\nMeter,West\n"));
  EXPECT_EQ(outcome(grant(database(), reader, "", "", kTestNow)), "forbidden");
  EXPECT_EQ(refusal(grant(database(), editor, "Nowhere", "", kTestNow)), "invalid_input at site");
  const auto site = grant(database(), editor, "Nord", "incident 7", kTestNow).value();
  EXPECT_EQ(outcome(grant(database(), editor, "Nord", "", kTestNow)), "conflict");
  const auto labels = [&] {
    std::vector<std::string> out;
    const auto opened = access(database(), coordinator, water, kTestNow);
    if (!opened) return std::vector<std::string>{std::string{to_string(opened.error().code)}};
    EXPECT_TRUE(opened->granted);
    EXPECT_FALSE(opened->may_edit);
    const auto page = list(database(), *opened, {}).value();
    for (const auto& each : page.rows) out.push_back(each.label);
    EXPECT_THAT(filter_values(database(), *opened)->vendors, IsEmpty());
    return out;
  };
  EXPECT_THAT(labels(), ElementsAre("Pump"));
  EXPECT_EQ(audited("inventory.read-granted"), 1);
  EXPECT_EQ(outcome(access(database(), stranger, water, kTestNow)), "not_found");
  EXPECT_EQ(outcome(access(database(), administrator, water, kTestNow)), "forbidden");
  const auto of_a_site = access(database(), coordinator, water, kTestNow).value();
  const auto everything = grant(database(), editor, "", "", kTestNow).value();
  EXPECT_THAT(labels(), ElementsAre("Meter", "Pump"));
  // A file that is being sent ends where what opened it is taken back.
  const auto of_all = access(database(), coordinator, water, kTestNow).value();
  EXPECT_EQ(outcome(still_open(database(), coordinator, of_all)), "ok");
  ASSERT_TRUE(revoke(database(), editor, everything, kTestNow));
  EXPECT_EQ(outcome(still_open(database(), coordinator, of_all)), "not_found");
  EXPECT_EQ(outcome(still_open(database(), coordinator, of_a_site)), "ok");
  EXPECT_EQ(outcome(still_open(database(), administrator, of_a_site)), "forbidden");
  EXPECT_EQ(outcome(still_open(database(), reader, own(reader))), "ok");
  EXPECT_THAT(labels(), ElementsAre("Pump"));
  EXPECT_EQ(outcome(revoke(database(), stranger, site, kTestNow)), "not_found");
  ASSERT_TRUE(revoke(database(), editor, site, kTestNow));
  EXPECT_EQ(outcome(still_open(database(), coordinator, of_a_site)), "not_found");
  EXPECT_THAT(labels(), ElementsAre("not_found"));
  EXPECT_EQ(audited("inventory.grant"), 2);
  EXPECT_EQ(audited("inventory.revoke"), 2);
  EXPECT_THAT(grants(database(), reader).value(), SizeIs(2));  // Whoever reads it sees who else did.
}

TEST_P(InventoryRules, TwoEditorsDoNotOverwriteEachOther) {
  const auto id = add(database(), editor, pump(), kTestNow).value();
  const auto seen = version_of(*find(database(), own(editor), id).value());
  ASSERT_TRUE(change(database(), editor, id, pump("Pump", "West"), kTestNow, seen));
  EXPECT_EQ(refusal(change(database(), editor, id, pump("Pump", "Ost"), kTestNow, seen)), "conflict at version");
  EXPECT_EQ(refusal(remove(database(), editor, id, kTestNow, seen)), "conflict at version");
  EXPECT_EQ(refusal(add(database(), editor, pump("Pump", "West"), kTestNow)), "conflict at key");
  EXPECT_EQ(audited("inventory.change"), 1);
}

TEST_P(InventoryRules, OnlyWhatMattersToMatchingWaitsForTheMatcher) {
  const auto id = add(database(), editor, pump(), kTestNow).value();
  ASSERT_TRUE(database().write(
      [&](store::Connection& connection) { return store::Assets{connection}.set_matched(std::vector{id}); }));
  const auto due = [&] { return find(database(), own(editor), id).value()->due; };
  auto item = pump();
  item.owner = "Ops";
  ASSERT_TRUE(change(database(), editor, id, item, kTestNow));
  EXPECT_FALSE(due());
  item.versions = {{"firmware", "V2"}};
  ASSERT_TRUE(change(database(), editor, id, item, kTestNow));
  EXPECT_TRUE(due());
}

TEST_P(InventoryRules, WhoLeavesTakesItsInventoryAlong) {
  ASSERT_TRUE(import_csv(editor, "Name,Site\nPump,Nord\n"));
  ASSERT_TRUE(import_csv(stranger, "Name,Site\nPump,Nord\n"));
  ASSERT_TRUE(members::set_organisation_status(database(), console, water, domain::OrganisationStatus::left, "over", {},
                                               kTestNow));
  const auto count = database().read([](store::Connection& connection) {
    return connection.first(store::Sql{"SELECT count(*) FROM asset"},
                            [](const store::Row& row) { return row.integer(0); });
  });
  EXPECT_EQ(count.value(), 1);
}

struct BadCase {
  std::string_view name;
  std::function<void(formats::inventory::Item&)> spoil;
  std::string_view refusal;
};

TEST_P(InventoryRules, RefusesWhatIsNoAsset) {
  const BadCase cases[] = {
      {"nothing", [](auto& item) { item = {}; }, "invalid_input at name"},
      {"only a site",
       [](auto& item) {
         item = {};
         item.site = "Nord";
       },
       "invalid_input at name"},
      {"too long", [](auto& item) { item.vendor.assign(kFieldBytesMax + 1, 'x'); }, "invalid_input at vendor"},
      {"control character", [](auto& item) { item.zone = "a\x01"; }, "invalid_input at zone"},
      {"not UTF-8", [](auto& item) { item.owner = "\xFF"; }, "invalid_input at owner"},
      {"tag with comma", [](auto& item) { item.tags = {"a,b"}; }, "invalid_input at tags"},
      {"too many", [](auto& item) { item.others.assign(101, {"x", "y"}); }, "invalid_input at others"},
  };
  for (const auto& each : cases) {
    auto item = pump();
    each.spoil(item);
    EXPECT_EQ(refusal(add(database(), editor, item, kTestNow)), each.refusal) << each.name;
  }
  EXPECT_THAT(assets(editor), IsEmpty());
}

TEST_P(InventoryRules, ListsFilterSortAndPage) {
  std::string csv = "Name,Vendor,Site,Zone\n";
  for (int i = 0; i < 25; ++i) {
    csv += "Pump " + std::to_string(i) + "," + (i % 2 == 0 ? "Helmwerk" : "Anlagen") + "," + (i < 5 ? "Nord" : "West") +
           ",Z" + std::to_string(i % 3) + "\n";
  }
  ASSERT_TRUE(import_csv(editor, csv));
  for (const auto sort :
       {store::AssetSort::label, store::AssetSort::vendor, store::AssetSort::site, store::AssetSort::changed}) {
    std::set<std::int64_t> seen;
    ListInput input{.sort = sort, .limit = 10};
    for (int pages = 0; pages < 5; ++pages) {
      const auto page = list(database(), own(editor), input);
      ASSERT_TRUE(page) << page.error().to_string();
      EXPECT_EQ(page->total, 25);
      for (const auto& row : page->rows) EXPECT_TRUE(seen.insert(row.id).second);
      input.cursor = page->next_cursor;
      if (input.cursor.empty()) break;
    }
    EXPECT_THAT(seen, SizeIs(25)) << to_string(sort);
  }
  EXPECT_EQ(list(database(), own(editor), {.words = "pump HELM", .site = "Nord"})->total, 3);
  EXPECT_EQ(refusal(list(database(), own(editor), {.cursor = "l1"})), "invalid_input at cursor");
  EXPECT_EQ(refusal(list(database(), own(editor), {.sort = store::AssetSort::site, .cursor = "l1~x"})),
            "invalid_input at cursor");
}

}  // namespace
}  // namespace tocsin::engine::inventory
