#include <random>

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/hash.hpp"
#include "engine/search/search.hpp"
#include "exchange/import.hpp"
#include "exchange/testing.hpp"
#include "store/testing/test_database.hpp"

namespace tocsin::exchange {
namespace {

using store_testing::kTestNow;

constexpr int kDocuments = 60;

/// Ends the process, as a power cut would, at the n-th look at the clock: in the middle of a batch's transaction.
class FatalClock final : public Clock {
 public:
  explicit FatalClock(int looks) : left_(looks) {}
  Timestamp now() const override {
    if (--left_ == 0) ::raise(SIGKILL);
    return kTestNow;
  }

 private:
  mutable int left_;
};

std::vector<SourceDocument> documents() {
  std::vector<SourceDocument> all;
  for (const auto* version : {"1", "2"}) {
    for (auto& [name, bytes] : testing::many_advisories(kDocuments / 2, version))
      all.push_back({name, std::move(bytes)});
  }
  return all;
}

/// Documents of one transaction; each looks at the clock once.
constexpr int kBatch = 7;

struct Plan {
  int clock_looks = 0;  ///< Die at that look; 0: never.
  int items = 0;        ///< Die in the event of that item (between batches); 0: never.
  int told = 0;         ///< The parent kills after so many items: somewhere, also while the index is derived.
};

[[noreturn]] void import_and_die(const store_testing::TestDatabase& test, const Plan& plan, int told) {
  auto database = test.open();
  if (!database) _exit(1);
  const FatalClock clock{plan.clock_looks};
  int items = 0;
  const auto done = import_documents(**database, documents(), {.batch = kBatch},
                                     {.item =
                                          [&](const ImportItem&) {
                                            if (write(told, "i", 1) != 1) _exit(2);
                                            if (++items == plan.items) ::raise(SIGKILL);
                                          },
                                      .progress = {}},
                                     clock);
  _exit(done ? 0 : 3);
}

class ImportCrashTest : public store_testing::DatabaseTest {
 protected:
  std::int64_t scalar(const store::Sql& sql) {
    return database()
        .read([&](store::Connection& connection) {
          return connection.first(sql, [](const store::Row& row) { return row.integer(0); });
        })
        .value()
        .value_or(-1);
  }

  void crash(const Plan& plan) {
    close();  // No connection may cross the fork.
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0) {
      ::close(ends[0]);
      import_and_die(test_database(), plan, ends[1]);
    }
    ::close(ends[1]);
    int told = 0;
    for (char byte = 0; read(ends[0], &byte, 1) == 1;) {
      if (++told == plan.told) kill(child, SIGKILL);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ::close(ends[0]);
    // It may have been done before the signal came; it must not have failed.
    EXPECT_TRUE(WIFSIGNALED(status) || WEXITSTATUS(status) == 0) << "exit " << WEXITSTATUS(status);
    if (plan.clock_looks > 0) EXPECT_TRUE(WIFSIGNALED(status));
    reopen();
    // What was told was committed.
    EXPECT_GE(scalar(store::Sql{"SELECT count(*) FROM revision"}), told);
  }

  void expect_consistent() {
    if (GetParam() == store::Dialect::sqlite) {
      const auto verdict = database().read([](store::Connection& connection) {
        return connection.first(store::Sql{"PRAGMA integrity_check"},
                                [](const store::Row& row) { return row.string(0); });
      });
      EXPECT_EQ(verdict.value(), "ok");
    }
    const auto revisions = scalar(store::Sql{"SELECT count(*) FROM revision"});
    EXPECT_EQ(scalar(store::Sql{"SELECT count(*) FROM revision_document"}), revisions);
    EXPECT_EQ(scalar(store::Sql{"SELECT count(*) FROM change"}), revisions);
    EXPECT_EQ(
        scalar(store::Sql{"SELECT count(*) FROM record r LEFT JOIN revision v ON v.id = r.current_revision_id AND "
                          "v.record_id = r.id AND v.standing = 0 WHERE v.id IS NULL"}),
        0);
  }

  /// What a reader finds.
  std::string answers() {
    engine::search::Catalogue catalogue{database()};
    EXPECT_TRUE(catalogue.refresh());
    engine::search::SearchEngine engine{database(), catalogue};
    domain::policy::Viewer own;
    own.organisation = domain::kOwnOrganisation;
    own.roles = {domain::Role::coordinator};
    std::string all;
    for (const auto* query :
         {"", "valve", "controller vendor:example-valves", "cve:CVE-1900-10007", "weakness number 12"}) {
      engine::search::SearchRequest request;
      request.query = query;
      request.sort = engine::search::Sort::published;
      request.limit = 100;
      const auto result = engine.search(own, request, kTestNow);
      EXPECT_TRUE(result) << (result ? "" : result.error().to_string());
      if (!result) continue;
      std::vector<std::string> keys;
      for (const auto& hit : result->hits) keys.push_back(hit.card.key + "@" + hit.card.version);
      std::ranges::sort(keys);
      all += fmt::format("{}: {} {}\n", query, result->total, fmt::join(keys, ","));
    }
    return all;
  }

  std::string counts() {
    return fmt::format("{} records, {} revisions, {} changes", scalar(store::Sql{"SELECT count(*) FROM record"}),
                       scalar(store::Sql{"SELECT count(*) FROM revision"}),
                       scalar(store::Sql{"SELECT count(*) FROM change"}));
  }
};
TOCSIN_ON_BOTH_DATABASES(ImportCrashTest);

TEST_P(ImportCrashTest, KilledAnywhereItIsConsistentAndImportingAgainCompletesIt) {
  std::mt19937 random{GetParam() == store::Dialect::sqlite ? 411U : 412U};
  const auto upto = [&](int most) { return 1 + static_cast<int>(random() % static_cast<unsigned>(most)); };
  for (int round = 0; round < 24; ++round) {
    SCOPED_TRACE(round);
    Plan plan;
    switch (round % 3) {
      case 0:
        plan.clock_looks = upto(kDocuments / kBatch);
        break;
      case 1:
        plan.items = upto(kDocuments);
        break;
      default:
        plan.told = upto(kDocuments);
        break;
    }
    crash(plan);
    if (HasFatalFailure()) return;
    expect_consistent();
  }
  const ManualClock clock{kTestNow};
  const auto completed = import_documents(database(), documents(), {.batch = kBatch}, {}, clock);
  ASSERT_TRUE(completed) << completed.error().to_string();
  expect_consistent();
  const auto after_crashes = counts();
  const auto answers_after_crashes = answers();

  TearDown();
  SetUp();
  ASSERT_TRUE(import_documents(database(), documents(), {}, {}, clock));
  EXPECT_EQ(after_crashes, counts());
  EXPECT_EQ(answers_after_crashes, answers());
  EXPECT_EQ(after_crashes, fmt::format("{} records, {} revisions, {} changes", kDocuments / 2, kDocuments, kDocuments));
}

}  // namespace
}  // namespace tocsin::exchange
