#include <array>
#include <map>
#include <random>
#include <set>

#include <gtest/gtest.h>

#include "domain/policy.hpp"
#include "store/records.hpp"
#include "store/testing/test_database.hpp"

/// The policy has two forms, a predicate and an SQL condition. Here they are held equal, over random records.
namespace tocsin::store {
namespace {

using domain::OrganisationId;
using domain::PersonId;
using domain::policy::Facts;
using domain::policy::Viewer;
using store_testing::kTestNow;

constexpr unsigned kSeed = 20'230'301;
constexpr int kRecords = 400;
constexpr std::int64_t kOwners = 4;

/// Moments around each other: embargoes end before, at and after the moments that are asked about.
constexpr std::array<std::int64_t, 7> kMoments{-3'600'000'000, -1, 0, 1, 2, 60'000'000, 86'400'000'000};
Timestamp moment(std::size_t index) { return {kTestNow.micros + kMoments[index]}; }

class PolicySql : public store_testing::DatabaseTest {
 protected:
  template <class Enum>
  Enum any(int count) {
    return static_cast<Enum>(std::uniform_int_distribution<int>{0, count - 1}(random_));
  }
  Facts any_facts() {
    Facts facts;
    facts.tlp = any<domain::Tlp>(5);
    facts.status = any<domain::RecordStatus>(3);
    facts.audience = any<domain::Audience>(3);
    facts.owner = {std::uniform_int_distribution<std::int64_t>{1, kOwners}(random_)};
    // As many without as with one, for most records have none.
    const auto embargo = std::uniform_int_distribution<std::size_t>{0, 2 * kMoments.size() - 1}(random_);
    if (embargo < kMoments.size()) facts.embargo_until = moment(embargo);
    return facts;
  }

  std::mt19937 random_{kSeed};
};
TOCSIN_ON_BOTH_DATABASES(PolicySql);

/// Every kind of viewer: nobody, a person without an organisation, an organisation with and without a person; owners
/// of something and of nothing.
std::vector<Viewer> viewers() {
  std::vector<Viewer> all{Viewer::anonymous(), {.person = PersonId{3}, .organisation = {}}};
  for (std::int64_t organisation = 1; organisation <= kOwners + 1; ++organisation) {
    all.push_back({.person = {}, .organisation = OrganisationId{organisation}});
    all.push_back({.person = PersonId{organisation + 10}, .organisation = OrganisationId{organisation}});
  }
  return all;
}

TEST_P(PolicySql, ConditionSelectsWhatThePredicateAllows) {
  std::map<std::int64_t, Facts> records;
  const auto stored = database().write([&](Connection& connection) -> Status {
    // The first organisation is the own one, which is there already.
    for (std::int64_t owner = 2; owner <= kOwners; ++owner) {
      TRY_VOID(connection.run(Sql{"INSERT INTO organisation(id, kind, name, created_at) VALUES (?, ?, ?, ?)", owner,
                                  domain::OrganisationKind::vendor, fmt::format("Example {}", owner), kTestNow}));
    }
    for (int i = 0; i < kRecords; ++i) {
      const auto facts = any_facts();
      auto revision = store_testing::sample_revision(fmt::format("EX-{}", i));
      revision.tlp = facts.tlp;
      revision.status = facts.status;
      revision.audience = facts.audience;
      revision.owner = facts.owner;
      revision.embargo_until = facts.embargo_until;
      TRY(const auto put, Records{connection}.put(revision, kTestNow));
      records.emplace(put.record.value, facts);
    }
    return ok();
  });
  ASSERT_TRUE(stored.has_value()) << stored.error().to_string() << stored.error().detail;
  ASSERT_EQ(records.size(), static_cast<std::size_t>(kRecords));

  std::size_t seen = 0, hidden = 0;
  for (const auto& viewer : viewers()) {
    for (std::size_t at = 0; at < kMoments.size(); ++at) {
      const auto now = moment(at);
      std::set<std::int64_t> allowed, selected;
      for (const auto& [id, facts] : records) {
        if (domain::policy::may_see(viewer, facts, now)) allowed.insert(id);
      }
      Sql sql{"SELECT r.id FROM record r WHERE "};
      // Between other conditions, as every query uses it: its own OR must not reach beyond it.
      sql.append("r.id > ? AND ", 0).append(domain::policy::visible_sql(viewer, now)).append(" AND r.id > ?", 0);
      const auto found = database().read([&](Connection& connection) {
        return connection.each(sql, [&](const Row& row) -> Status {
          selected.insert(row.integer(0));
          return ok();
        });
      });
      ASSERT_TRUE(found.has_value()) << found.error().to_string() << found.error().detail;
      EXPECT_EQ(allowed, selected) << "viewer " << viewer.cache_key() << " at " << format_rfc3339(now) << ", seed "
                                   << kSeed;
      seen += allowed.size();
      hidden += records.size() - allowed.size();
    }
  }
  // A policy that shows all or nothing would make this test say nothing.
  EXPECT_GT(seen, 1'000U);
  EXPECT_GT(hidden, 1'000U);
}

TEST_P(PolicySql, CountAndHeadersAndFindAgreeWithThePredicate) {
  std::map<std::string, Facts> records;
  std::vector<std::int64_t> ids;
  const auto stored = database().write([&](Connection& connection) -> Status {
    for (int i = 0; i < 60; ++i) {
      auto facts = any_facts();
      facts.owner = domain::kOwnOrganisation;
      auto revision = store_testing::sample_revision(fmt::format("EX-{}", i));
      revision.tlp = facts.tlp;
      revision.status = facts.status;
      revision.audience = facts.audience;
      revision.embargo_until = facts.embargo_until;
      TRY(const auto put, Records{connection}.put(revision, kTestNow));
      records.emplace(put.slug, facts);
      ids.push_back(put.record.value);
    }
    return ok();
  });
  ASSERT_TRUE(stored.has_value()) << stored.error().to_string() << stored.error().detail;

  for (const auto& viewer : {Viewer::anonymous(), Viewer{.person = {}, .organisation = OrganisationId{77}},
                             Viewer{.person = {}, .organisation = domain::kOwnOrganisation}}) {
    const auto checked = database().read([&](Connection& connection) -> Status {
      Records store{connection};
      std::int64_t allowed = 0;
      for (const auto& [slug, facts] : records) {
        const bool may = domain::policy::may_see(viewer, facts, kTestNow);
        TRY(const auto found, store.find(viewer, domain::RecordKind::advisory, slug, kTestNow));
        EXPECT_EQ(found.has_value(), may) << slug << ", viewer " << viewer.cache_key() << ", seed " << kSeed;
        allowed += may ? 1 : 0;
      }
      TRY(const auto count, store.count(viewer, domain::RecordKind::advisory, kTestNow));
      EXPECT_EQ(count, allowed) << viewer.cache_key() << ", seed " << kSeed;
      TRY(const auto headers, store.headers(viewer, ids, kTestNow));
      EXPECT_EQ(static_cast<std::int64_t>(headers.size()), allowed) << viewer.cache_key() << ", seed " << kSeed;
      return ok();
    });
    ASSERT_TRUE(checked.has_value()) << checked.error().to_string() << checked.error().detail;
  }
}

}  // namespace
}  // namespace tocsin::store
