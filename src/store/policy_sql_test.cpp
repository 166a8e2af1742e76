#include <map>
#include <set>

#include <gtest/gtest.h>

#include "domain/policy.hpp"
#include "domain/testing/worlds.hpp"
#include "store/records.hpp"
#include "store/testing/test_database.hpp"

/// The policy has two forms, a predicate and an SQL condition. Here they are held equal, over random records.
namespace tocsin::store {
namespace {

using domain::policy::Facts;
using store_testing::kTestNow;

constexpr unsigned kSeed = 20'230'301;
constexpr int kRecords = 3'000, kViewers = 400;

using domain::testing::Worlds;

class PolicySql : public store_testing::DatabaseTest {
 protected:
  /// Organisations 2 and on; the first is the own one, which is there already.
  static Status put_organisations(Connection& connection) {
    for (std::int64_t id = 2; id <= Worlds::kOrganisations; ++id) {
      TRY_VOID(connection.run(Sql{"INSERT INTO organisation(id, kind, name, created_at) VALUES (?, ?, ?, ?)", id,
                                  domain::OrganisationKind::vendor, fmt::format("Example {}", id), kTestNow}));
    }
    return ok();
  }
  static Result<PutResult> put(Connection& connection, const Facts& facts, int number) {
    auto revision = store_testing::sample_revision(fmt::format("EX-{}", number));
    revision.tlp = facts.tlp;
    revision.status = facts.status;
    revision.audience = facts.audience;
    revision.listed = facts.listed;
    revision.owner = facts.owner;
    revision.embargo_until = facts.embargo_until;
    return Records{connection}.put(revision, kTestNow);
  }

  Worlds worlds_{kSeed, kTestNow};
};
TOCSIN_ON_BOTH_DATABASES(PolicySql);

TEST_P(PolicySql, ConditionSelectsWhatThePredicateAllows) {
  std::map<std::int64_t, Facts> records;
  const auto stored = database().write([&](Connection& connection) -> Status {
    TRY_VOID(put_organisations(connection));
    for (int i = 0; i < kRecords; ++i) {
      const auto facts = worlds_.facts();
      TRY(const auto put, this->put(connection, facts, i));
      records.emplace(put.record.value, facts).first->second.record = put.record;
    }
    return ok();
  });
  ASSERT_TRUE(stored.has_value()) << stored.error().to_string() << stored.error().detail;
  ASSERT_EQ(records.size(), static_cast<std::size_t>(kRecords));

  std::size_t seen = 0, hidden = 0, through_glass = 0;
  for (int i = 0; i < kViewers; ++i) {
    const auto viewer = worlds_.viewer_with_glass(kRecords);
    {
      const auto now = worlds_.moment(static_cast<std::size_t>(i) % Worlds::kMoments.size());
      std::set<std::int64_t> allowed, selected;
      for (const auto& [id, facts] : records) {
        const auto decision = domain::policy::decide(viewer, facts, now);
        if (decision.seen) allowed.insert(id);
        if (decision.reason == domain::policy::Reason::broke_glass) ++through_glass;
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
  EXPECT_GT(seen, 100'000U);
  EXPECT_GT(hidden, 100'000U);
  EXPECT_GT(through_glass, 50U);
}

TEST_P(PolicySql, CountAndHeadersAndFindAgreeWithThePredicate) {
  std::map<std::string, Facts> records;
  std::vector<std::int64_t> ids;
  const auto stored = database().write([&](Connection& connection) -> Status {
    TRY_VOID(put_organisations(connection));
    for (int i = 0; i < 60; ++i) {
      const auto facts = worlds_.facts();
      TRY(const auto put, this->put(connection, facts, i));
      records.emplace(put.slug, facts).first->second.record = put.record;
      ids.push_back(put.record.value);
    }
    return ok();
  });
  ASSERT_TRUE(stored.has_value()) << stored.error().to_string() << stored.error().detail;

  for (int i = 0; i < 40; ++i) {
    const auto viewer = worlds_.viewer_with_glass(60);
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
