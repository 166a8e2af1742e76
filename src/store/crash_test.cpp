#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/hash.hpp"
#include "store/changes.hpp"
#include "store/records.hpp"
#include "store/testing/test_database.hpp"

namespace tocsin::store {
namespace {

using store_testing::kTestNow;
using store_testing::sample_revision;

constexpr int kPerTransaction = 3;

domain::NewRevision document_number(int number) {
  auto revision = sample_revision(fmt::format("EX-{}", number / 2), 1 + number % 2);
  revision.bytes += std::string(static_cast<std::size_t>(number * 977 % 20'000), ' ');
  revision.sha512 = sha512_hex(revision.bytes);
  return revision;
}

/// Imports without end and tells each transaction that is committed, one byte each.
[[noreturn]] void import_until_killed(const store_testing::TestDatabase& test, int committed) {
  auto database = test.open();
  if (!database) _exit(1);
  for (int number = 0;; number += kPerTransaction) {
    const auto done = (*database)->write([&](Connection& connection) -> Status {
      for (int i = 0; i < kPerTransaction; ++i) {
        TRY_VOID(connection.attempt([&]() -> Status {
          TRY_VOID(Records(connection).put(document_number(number + i), kTestNow));
          return ok();
        }));
      }
      return ok();
    });
    if (!done || write(committed, "c", 1) != 1) _exit(2);
  }
}

class CrashTest : public store_testing::DatabaseTest {
 protected:
  std::int64_t scalar(const Sql& sql) {
    return database()
        .read([&](Connection& connection) {
          return connection.first(sql, [](const Row& row) { return row.integer(0); });
        })
        .value()
        .value_or(-1);
  }
};
TOCSIN_ON_BOTH_DATABASES(CrashTest);

TEST_P(CrashTest, KilledWhileWritingItOpensConsistentAndGoesOn) {
  int at_least = 0;
  for (const int kill_after : {1, 4, 9, 17}) {
    close();  // no connection may cross the fork
    int pipe_ends[2];
    ASSERT_EQ(pipe(pipe_ends), 0);
    const pid_t child = fork();
    if (child == 0) {
      ::close(pipe_ends[0]);
      import_until_killed(test_database(), pipe_ends[1]);
    }
    ::close(pipe_ends[1]);
    int told = 0;
    for (char byte = 0; told < kill_after && read(pipe_ends[0], &byte, 1) == 1;) ++told;
    kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "exit " << WEXITSTATUS(status);
    for (char byte = 0; read(pipe_ends[0], &byte, 1) == 1;) ++told;
    ::close(pipe_ends[0]);
    at_least = std::max(at_least, told * kPerTransaction);

    reopen();
    if (GetParam() == Dialect::sqlite) {
      const auto verdict =
          database()
              .read([](Connection& connection) {
                return connection.first(Sql{"PRAGMA integrity_check"}, [](const Row& row) { return row.string(0); });
              })
              .value();
      EXPECT_EQ(verdict, "ok");
    }
    // Whole transactions only, none lost that was told as committed.
    const auto revisions = scalar(Sql{"SELECT count(*) FROM revision"});
    EXPECT_EQ(revisions % kPerTransaction, 0);
    EXPECT_GE(revisions, at_least);
    at_least = static_cast<int>(revisions);
    EXPECT_EQ(scalar(Sql{"SELECT count(*) FROM change"}), revisions);
    EXPECT_EQ(scalar(Sql{"SELECT count(*) FROM revision_document"}), revisions);
    EXPECT_EQ(scalar(Sql{"SELECT count(*) FROM record r LEFT JOIN revision v ON v.id = r.current_revision_id "
                         "AND v.record_id = r.id AND v.standing = 0 AND v.sha512 = r.sha512 WHERE v.id IS NULL"}),
              0);
    EXPECT_EQ(scalar(Sql{"SELECT count(*) FROM revision WHERE standing = 0"}),
              scalar(Sql{"SELECT count(*) FROM record"}));
    const auto read = database().read([](Connection& connection) {
      return connection.each(
          Sql{"SELECT v.sha512, d.bytes FROM revision v JOIN revision_document d ON d.revision_id = v.id"},
          [](const Row& row) -> Status {
            EXPECT_EQ(row.text(0), sha512_hex(row.text(1)));
            return ok();
          });
    });
    EXPECT_TRUE(read);
  }

  // Importing again completes it.
  const int all = at_least + 2 * kPerTransaction;
  const auto completed = database().write([&](Connection& connection) -> Status {
    for (int number = 0; number < all; ++number) TRY_VOID(Records(connection).put(document_number(number), kTestNow));
    return ok();
  });
  ASSERT_TRUE(completed) << completed.error().detail;
  EXPECT_EQ(scalar(Sql{"SELECT count(*) FROM revision"}), all);
}

}  // namespace
}  // namespace tocsin::store
