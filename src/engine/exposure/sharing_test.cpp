#include "engine/exposure/sharing.hpp"

#include <random>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "engine/exposure/runs.hpp"
#include "engine/exposure/testing/attacker.hpp"
#include "engine/inventory/testing.hpp"
#include "engine/search/indexer.hpp"
#include "engine/testing/samples.hpp"
#include "store/organisations.hpp"

namespace tocsin::engine::exposure {
namespace {

using engine::testing::Sample;
using inventory::kTestNow;
using inventory::outcome;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr int kAssets = 6;

Timestamp day(int days) {
  auto time = kTestNow;
  time.micros += std::int64_t{days} * 86'400 * 1'000'000;
  return time;
}

/// Plants with six devices each, all of which the advisory speaks of; how many it affects is for the test to say.
class CountsTest : public inventory::InventoryTest {
 protected:
  struct Plant {
    domain::OrganisationId id;
    Actor boss;
    std::string sector;
  };

  void publish(const Sample& sample) {
    ASSERT_TRUE(database().write([&](store::Connection& connection) {
      return store::Records{connection}.put(engine::testing::revision_of(sample), kTestNow);
    }));
    ASSERT_TRUE(search::index_all(database()));
  }
  void match() {
    Runs runs{database()};
    ASSERT_TRUE(runs.all(ManualClock{kTestNow}, [](const auto&) { return true; }));
  }
  void plants(int count, const std::vector<std::string>& sectors) {
    for (int i = 0; i < count; ++i) {
      Plant plant{.id = organisation(fmt::format("Plant {}", i)),
                  .boss = {},
                  .sector = sectors[static_cast<std::size_t>(i) % sectors.size()]};
      plant.boss =
          acting(person(fmt::format("boss{}@plant.example", i), plant.id, {domain::Role::organisation_administrator}),
                 plant.id);
      run(store::Sql{"UPDATE organisation SET sectors = ? WHERE id = ?", plant.sector, plant.id});
      std::string csv = "Id,Name,Vendor,Product,Firmware\n";
      for (int n = 0; n < kAssets; ++n) csv += fmt::format("{},P{},Example Pumps,Flow Controller,V2.8.0\n", n, n);
      ASSERT_TRUE(import_csv(plant.boss, csv));
      all.push_back(std::move(plant));
    }
    match();
  }
  void run(const store::Sql& sql) {
    const auto done = database().write([&](store::Connection& connection) { return connection.run(sql); });
    ASSERT_TRUE(done) << done.error().detail;
  }
  /// So many devices of the plant are affected now.
  void affect(std::size_t plant, int assets) {
    run(store::Sql{"UPDATE asset_match SET status = 4 WHERE organisation_id = ?", all[plant].id});
    run(
        store::Sql{"UPDATE asset_match SET status = 0 WHERE organisation_id = ? AND asset_id IN (SELECT id FROM asset "
                   "WHERE organisation_id = ? ORDER BY id LIMIT ?)",
                   all[plant].id, all[plant].id, assets});
  }
  void share(std::size_t plant, Timestamp now = kTestNow) {
    const auto done = share_counts(database(), all[plant].boss, all[plant].sector, now);
    ASSERT_TRUE(done) << done.error().to_string() << done.error().detail;
  }
  SumsRun make(Timestamp now, int least = 5) {
    auto made = make_sums(database(), least, now);
    EXPECT_TRUE(made) << made.error().to_string() << made.error().detail;
    return made ? *made : SumsRun{};
  }
  std::vector<store::ToldSum> told(const store::ToldFilter& filter = {}) {
    auto found = sums(database(), coordinator, filter, day(400));
    EXPECT_TRUE(found) << found.error().to_string() << found.error().detail;
    return found ? std::move(found->rows) : std::vector<store::ToldSum>{};
  }
  static std::vector<std::string> lines(const std::vector<store::ToldSum>& sums) {
    std::vector<std::string> out;
    for (const auto& sum : sums) {
      out.push_back(sum.subject.record.value != 0 ? sum.tracking_id : sum.subject.product);
      for (const auto& each : sum.figures) {
        out.back() += fmt::format(" {}:{}/{}", sector_slug(each.sector), each.organisations, each.assets);
      }
    }
    return out;
  }
  std::vector<Plant> all;
};
TOCSIN_ON_BOTH_DATABASES(CountsTest);

TEST_P(CountsTest, OnlyItsAdministratorsLetAnOrganisationsCountsGo) {
  plants(1, {"water"});
  const auto& boss = all[0].boss;
  EXPECT_EQ(outcome(share_counts(database(), reader, "", kTestNow)), "forbidden");
  EXPECT_EQ(outcome(share_counts(database(), coordinator, "", kTestNow)), "invalid_input");
  EXPECT_EQ(outcome(share_counts(database(), boss, "energy", kTestNow)), "invalid_input");
  EXPECT_EQ(outcome(stop_sharing(database(), boss, kTestNow)), "conflict");
  share(0);
  EXPECT_EQ(outcome(share_counts(database(), boss, "", kTestNow)), "conflict");
  const auto before = consents(database(), boss).value();
  ASSERT_THAT(before, SizeIs(1));
  EXPECT_EQ(sector_slug(before[0].sector), "water");
  EXPECT_EQ(before[0].granted_by, boss.viewer.person);
  EXPECT_FALSE(before[0].admitted_at);
  EXPECT_TRUE(stop_sharing(database(), boss, day(1)));
  EXPECT_EQ(consents(database(), boss).value()[0].revoked_at, day(1));
  EXPECT_EQ(number(store::Sql{"SELECT count(*) FROM audit WHERE action IN ('exposure.share', 'exposure.unshare')"}), 2);
  EXPECT_THAT(consents(database(), reader).value(), IsEmpty());
}

TEST_P(CountsTest, SumsAreMadeOnceADayAndForTheCert) {
  publish({});
  plants(6, {"water", "water", "water", "water", "water", ""});
  for (std::size_t i = 0; i < 6; ++i) share(i);
  EXPECT_THAT(told(), IsEmpty());
  const auto first = make(day(1));
  EXPECT_TRUE(first.made);
  EXPECT_EQ(first.admitted, 6);
  EXPECT_EQ(first.published, 2);
  // Water alone would tell of the one that is left.
  EXPECT_THAT(lines(told()), ElementsAre("example-pumps/flow-controller all:5/35", "EX-2021-001 all:5/35"));
  // Whatever changes, the figures of the day stay what they were.
  for (std::size_t i = 0; i < 6; ++i) affect(i, 1);
  auto later = day(1);
  later.micros += std::int64_t{60} * 1'000'000;
  EXPECT_FALSE(make(later).made);
  EXPECT_THAT(lines(told({.products = false})), ElementsAre("EX-2021-001 all:5/35"));
  EXPECT_TRUE(make(day(2)).made);
  EXPECT_THAT(lines(told({.products = false})), ElementsAre("EX-2021-001 all:5/5"));
  // Where more are demanded, what was told of fewer is not shown.
  EXPECT_EQ(make(day(3), 7).published, 0);
  EXPECT_THAT(told(), IsEmpty());
  EXPECT_EQ(make(day(4), 5).published, 0);
  EXPECT_THAT(told(), SizeIs(2));
  EXPECT_EQ(make(day(5), 6).published, 2) << "the same, of more";
  for (const auto* who : {&editor, &reader, &stranger, &auditor, &administrator}) {
    EXPECT_EQ(outcome(sums(database(), *who, {}, day(3))), "forbidden");
  }
}

TEST_P(CountsTest, WhoMayNotSeeAnAdvisorySeesNoSumsOfIt) {
  publish({.tlp = domain::Tlp::red, .audience = domain::Audience::owner_only});
  plants(5, {""});
  for (std::size_t i = 0; i < 5; ++i) {
    affect(i, 3);
    share(i);
  }
  make(day(1));
  // A product's name would speak of it.
  EXPECT_EQ(number(store::Sql{"SELECT count(*) FROM exposure_sum WHERE record_id = 0"}), 0);
  domain::policy::Viewer outside;
  outside.organisation = power;
  outside.roles = {domain::Role::member};
  const auto none = database().read(
      [&](store::Connection& connection) { return store::ExposureSums{connection}.told(outside, {}, 5, day(1)); });
  EXPECT_THAT(none.value(), IsEmpty());
}

TEST_P(CountsTest, NewOnesWaitForEachOther) {
  publish({});
  plants(9, {""});
  for (std::size_t i = 0; i < 5; ++i) share(i);
  make(day(1));
  EXPECT_THAT(lines(told({.products = false})), ElementsAre("EX-2021-001 all:5/30"));
  for (std::size_t i = 5; i < 9; ++i) share(i);
  EXPECT_EQ(make(day(2)).admitted, 0);
  EXPECT_THAT(lines(told({.products = false})), ElementsAre("EX-2021-001 all:5/30"));
  // Who leaves and comes back waits, too, and is the fifth.
  ASSERT_TRUE(stop_sharing(database(), all[0].boss, day(2)));
  share(0, day(2));
  EXPECT_EQ(number(store::Sql{"SELECT count(*) FROM exposure_sum_part WHERE organisation_id = ?", all[0].id}), 0);
  EXPECT_EQ(make(day(3)).admitted, 5);
  EXPECT_THAT(lines(told({.products = false})), ElementsAre("EX-2021-001 all:5/30"))
      << "one that came may be the one that went: four that are new are too few";
}

/// With fewer than k nothing that is shown depends on what one of them has.
TEST_P(CountsTest, FewerThanEnoughChangeNothing) {
  publish({});
  plants(5, {"water"});
  for (std::size_t i = 0; i < 4; ++i) share(i);
  for (int assets = 0; assets <= kAssets; ++assets) {
    affect(0, assets);
    affect(4, kAssets - assets);  // Has never consented.
    make(day(assets + 1));
    EXPECT_THAT(lines(told()), IsEmpty());
    EXPECT_EQ(number(store::Sql{"SELECT count(*) FROM exposure_sum"}), 0);
  }
}

/// Random plants under the function that serves really run: of all figures that were ever shown of the advisory, no sum
/// or difference of two days' speaks of fewer than k organisations, or is mostly one's.
TEST_P(CountsTest, NoArithmeticOverWhatIsShownSpeaksOfFew) {
  constexpr int kLeast = 3;
  publish({});
  plants(15, {"water", "energy", ""});
  std::size_t compared = 0;
  for (unsigned seed = 0; seed < 5; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random{seed};
    const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
    run(store::Sql{"DELETE FROM exposure_sum"});
    run(store::Sql{"DELETE FROM exposure_consent"});
    std::vector<bool> takes_part(all.size());
    std::vector<SumPublication> shown;
    std::vector<std::int64_t> ids;
    for (std::size_t i = 0; i < all.size(); ++i) {
      affect(i, static_cast<int>(below(kAssets + 1)));
      takes_part[i] = below(5) > 0;
      if (takes_part[i]) share(i);
    }
    for (int each = 0; each < 16; ++each) {
      const auto now = day(static_cast<int>(seed) * 20 + each + 1);
      for (auto busy = below(2 * all.size()); busy > 0; --busy) {
        const auto i = below(all.size());
        if (below(16) > 0) {
          affect(i, static_cast<int>(below(kAssets + 1)));
        } else if (takes_part[i]) {
          ASSERT_TRUE(stop_sharing(database(), all[i].boss, now));
          takes_part[i] = false;
        } else {
          share(i, now);
          takes_part[i] = true;
        }
      }
      ASSERT_TRUE(make(now, kLeast).made);
      const auto found = told({.products = false});
      if (found.empty() || (!ids.empty() && ids.back() == found[0].id)) continue;
      ids.push_back(found[0].id);
      // What really stands behind it: nobody of it has left since.
      SumPublication real;
      ASSERT_TRUE(database().read([&](store::Connection& connection) {
        return connection.each(
            store::Sql{"SELECT p.organisation_id, p.sector, (SELECT count(*) FROM asset_match m "
                       "WHERE m.organisation_id = p.organisation_id AND m.status = 0) FROM "
                       "exposure_sum_part p WHERE p.sum_id = ?",
                       found[0].id},
            [&](const store::Row& row) -> tocsin::Status {
              real.behind.push_back(
                  {.organisation = row.integer(0), .sector = sector_slug(row.integer(1)), .assets = row.integer(2)});
              return ok();
            });
      }));
      std::int64_t total = 0;
      for (const auto& part : real.behind) total += part.assets;
      EXPECT_LE(std::abs(found[0].figures[0].assets - total), 2) << "rounded to five";
      for (const auto& figure : found[0].figures) {
        EXPECT_EQ(figure.assets % kSumRounding, 0);
        EXPECT_EQ(figure.organisations % kSumRounding, 0);
        if (figure.sector != store::kAllSectors) real.sectors.insert(sector_slug(figure.sector));
      }
      ASSERT_GE(Attacker::fewest(real, {}), static_cast<std::size_t>(kLeast));
      for (const auto& earlier : shown) {
        ++compared;
        const auto least = Attacker::fewest(earlier, real);
        ASSERT_TRUE(least == 0 || least >= static_cast<std::size_t>(kLeast)) << least;
      }
      shown.push_back(std::move(real));
    }
  }
  EXPECT_GE(compared, 5U) << "there was something to attack";
}

}  // namespace
}  // namespace tocsin::engine::exposure
