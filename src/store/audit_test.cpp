#include "store/audit.hpp"

#include <atomic>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/testing/test_database.hpp"

namespace tocsin::store {
namespace {

using domain::audit::Entry;
using domain::audit::Outcome;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr Timestamp at(std::int64_t minute) { return {store_testing::kTestNow.micros + minute * 60'000'000}; }

Entry entry(std::int64_t minute, std::string action = "record.read", std::string object = "record:12") {
  Entry made;
  made.at = at(minute);
  made.person = domain::PersonId{3};
  made.organisation = domain::OrganisationId{2};
  made.action = std::move(action);
  made.object = std::move(object);
  made.owner = domain::OrganisationId{5};
  made.request_id = "00ff00ff00ff00ff";
  made.personal = {.address = "192.0.2.7", .agent = "Browser/1.0", .detail = R"({"tlp":"AMBER"})"};
  return made;
}

class AuditTest : public store_testing::DatabaseTest {
 protected:
  template <class F>
  auto read(F body) {
    return database().read([&](Connection& connection) {
      Audit audit{connection};
      return body(audit);
    });
  }
  template <class F>
  auto write(F body) {
    return database().write([&](Connection& connection) {
      Audit audit{connection};
      return body(audit);
    });
  }
  std::int64_t append(const Entry& made) {
    return write([&](Audit& audit) { return audit.append(made); }).value();
  }
  std::vector<AuditRow> all() {
    return read([](Audit& audit) { return audit.after(0, 1'000); }).value();
  }
  std::vector<std::int64_t> newest(const AuditFilter& filter, std::int64_t before = 0, int limit = 100) {
    std::vector<std::int64_t> sequences;
    for (const auto& row : read([&](Audit& audit) { return audit.newest(filter, before, limit); }).value())
      sequences.push_back(row.entry.sequence);
    if (before == 0 && limit == 100) {
      EXPECT_EQ(read([&](Audit& audit) { return audit.count(filter); }).value(),
                static_cast<std::int64_t>(sequences.size()));
    }
    return sequences;
  }
  void checkpoint(const AuditLink& link) {
    ASSERT_TRUE(write([&](Audit& audit) {
      return audit.add_checkpoint(
          {.sequence = link.sequence, .at = at(0), .hash = link.hash, .key_id = "k", .signature = "s"});
    }));
  }
  /// Every entry follows on the one before it and has the hash of what it says.
  void expect_chain(const std::vector<AuditRow>& rows, AuditLink link = {}) {
    for (const auto& row : rows) {
      EXPECT_EQ(row.entry.sequence, link.sequence + 1);
      EXPECT_EQ(row.previous_hash, link.hash);
      EXPECT_EQ(row.hash, domain::audit::chain_hash(row.previous_hash, row.entry, row.personal_hash));
      if (!row.personal_erased) {
        EXPECT_EQ(row.personal_hash, domain::audit::personal_hash(row.salt, row.entry.personal));
      }
      link = {.sequence = row.entry.sequence, .hash = row.hash};
    }
  }
};
TOCSIN_ON_BOTH_DATABASES(AuditTest);

TEST_P(AuditTest, IsEmptyAtFirst) {
  EXPECT_THAT(all(), IsEmpty());
  EXPECT_EQ(read([](Audit& audit) { return audit.newest_link(); })->sequence, 0);
  EXPECT_EQ(read([](Audit& audit) { return audit.newest_link(); })->hash, std::string(64, '0'));
  EXPECT_EQ(read([](Audit& audit) { return audit.count({}); }).value(), 0);
}

TEST_P(AuditTest, KeepsEveryFieldAndChainsEntries) {
  const auto full = entry(0);
  EXPECT_EQ(append(full), 1);
  Entry bare;
  bare.at = at(1);
  bare.action = "sign-in.refused";
  bare.outcome = Outcome::refused;
  EXPECT_EQ(append(bare), 2);
  const auto rows = all();
  ASSERT_EQ(rows.size(), 2U);
  const auto& first = rows[0].entry;
  EXPECT_EQ(first.at, full.at);
  EXPECT_EQ(first.person, full.person);
  EXPECT_EQ(first.organisation, full.organisation);
  EXPECT_EQ(first.action, full.action);
  EXPECT_EQ(first.object, full.object);
  EXPECT_EQ(first.owner, full.owner);
  EXPECT_EQ(first.outcome, Outcome::done);
  EXPECT_EQ(first.request_id, full.request_id);
  EXPECT_EQ(first.personal.address, full.personal.address);
  EXPECT_EQ(first.personal.agent, full.personal.agent);
  EXPECT_EQ(first.personal.detail, full.personal.detail);
  EXPECT_EQ(rows[0].salt.size(), 22U);
  EXPECT_NE(rows[0].salt, rows[1].salt);
  EXPECT_FALSE(rows[1].entry.person);
  EXPECT_FALSE(rows[1].entry.organisation);
  EXPECT_FALSE(rows[1].entry.owner);
  EXPECT_EQ(rows[1].entry.outcome, Outcome::refused);
  expect_chain(rows);
}

TEST_P(AuditTest, WhatIsUndoneLeavesNoGap) {
  append(entry(0));
  EXPECT_FALSE(write([](Audit& audit) -> Status {
    TRY_VOID(audit.append(entry(1)));
    return Error::invalid("undone");
  }));
  EXPECT_EQ(append(entry(2)), 2);
  expect_chain(all());
}

TEST_P(AuditTest, IsWrittenInsideATransactionOnly) {
  EXPECT_EQ(read([](Audit& audit) { return audit.append(entry(0)); }).error().code, Error::Code::internal);
  EXPECT_THAT(all(), IsEmpty());
}

TEST_P(AuditTest, SeveralEntriesOfOneTransactionChain) {
  ASSERT_TRUE(write([](Audit& audit) -> Status {
    for (int i = 0; i < 5; ++i) TRY_VOID(audit.append(entry(i)));
    return ok();
  }));
  const auto rows = all();
  EXPECT_EQ(rows.size(), 5U);
  expect_chain(rows);
}

TEST_P(AuditTest, ManyWritersKeepOneChain) {
  constexpr int kWriters = 4, kEach = 25;
  std::atomic<int> failures = 0;
  std::vector<std::thread> writers;
  for (int t = 0; t < kWriters; ++t) {
    writers.emplace_back([&, t] {
      // A database of its own, as another process has.
      const auto mine = test_database().open(2);
      for (int i = 0; i < kEach; ++i) {
        const bool keep = i % 5 != 4;
        const auto done = (*mine)->write([&](Connection& connection) -> Status {
          TRY_VOID(Audit(connection).append(entry(i, "record.read", fmt::format("record:{}", t))));
          if (!keep) return Error::invalid("undone");
          return ok();
        });
        if (done.has_value() != keep) ++failures;
      }
    });
  }
  for (auto& writer : writers) writer.join();
  EXPECT_EQ(failures, 0);
  const auto rows = all();
  EXPECT_EQ(rows.size(), static_cast<std::size_t>(kWriters * kEach * 4 / 5));
  expect_chain(rows);
}

TEST_P(AuditTest, CutsBetweenCharactersAndMendsWhatNoDatabaseTakes) {
  static const std::string kMark = "\xEF\xBF\xBD";
  auto hostile = entry(0);
  // 199 bytes and then two of one character: it does not fit any more.
  hostile.personal.agent = std::string(199, 'a') + "é and more";
  hostile.personal.detail = std::string(std::size_t{9'000}, 'd');
  hostile.personal.address = std::string("a\0b\xFF", 4) + "\xC3";
  hostile.action = std::string(300, 'x');
  hostile.object = std::string(198, 'o') + "\xE2\x82\xAC";
  hostile.request_id = "\xED\xA0\x80";
  append(hostile);
  const auto rows = all();
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].entry.personal.agent, std::string(199, 'a'));
  EXPECT_EQ(rows[0].entry.personal.detail.size(), kAuditDetailBytesMax);
  EXPECT_EQ(rows[0].entry.personal.address, "a" + kMark + "b" + kMark + kMark);
  EXPECT_EQ(rows[0].entry.action.size(), kAuditNameBytesMax);
  EXPECT_EQ(rows[0].entry.object, std::string(198, 'o'));
  EXPECT_EQ(rows[0].entry.request_id, kMark + kMark + kMark);
  expect_chain(rows);
  // On the limit nothing is cut.
  auto full = entry(1);
  full.personal.agent = std::string(198, 'a') + "é";
  append(full);
  EXPECT_EQ(all()[1].entry.personal.agent, full.personal.agent);
}

TEST_P(AuditTest, FiltersByEveryMember) {
  append(entry(0, "record.read"));                // 1
  append(entry(1, "record.export", "record:7"));  // 2
  append(entry(2, "records", "record:7"));        // 3: is none of "record.*"
  append(entry(3, "record-x"));                   // 4: nor is this
  auto other = entry(4, "sign-in", "session:9");  // 5
  other.person = domain::PersonId{8};
  other.organisation.reset();
  other.owner = domain::OrganisationId{1};
  append(other);
  auto refused = entry(5, "access.refused");  // 6
  refused.outcome = Outcome::refused;
  refused.person.reset();
  append(refused);

  EXPECT_THAT(newest({}), ElementsAre(6, 5, 4, 3, 2, 1));
  EXPECT_THAT(newest({.person = domain::PersonId{8}}), ElementsAre(5));
  EXPECT_THAT(newest({.person = domain::PersonId{99}}), IsEmpty());
  EXPECT_THAT(newest({.organisation = domain::OrganisationId{2}}), ElementsAre(6, 4, 3, 2, 1));
  EXPECT_THAT(newest({.owner = domain::OrganisationId{1}}), ElementsAre(5));
  EXPECT_THAT(newest({.action = "record.*"}), ElementsAre(2, 1));
  EXPECT_THAT(newest({.action = "record.read"}), ElementsAre(1));
  EXPECT_THAT(newest({.action = "%"}), IsEmpty());
  EXPECT_THAT(newest({.object = "record:7"}), ElementsAre(3, 2));
  EXPECT_THAT(newest({.outcome = Outcome::refused}), ElementsAre(6));
  EXPECT_THAT(newest({.from = at(2), .to = at(4)}), ElementsAre(4, 3));
  EXPECT_THAT(newest({.person = domain::PersonId{3}, .action = "record.*", .object = "record:7"}), ElementsAre(2));
  // By keyset, page after page.
  EXPECT_THAT(newest({}, 0, 2), ElementsAre(6, 5));
  EXPECT_THAT(newest({}, 5, 2), ElementsAre(4, 3));
  EXPECT_THAT(newest({}, 3, 2), ElementsAre(2, 1));
  EXPECT_THAT(newest({}, 1, 2), IsEmpty());
  EXPECT_THAT(newest({}, 0, -1), IsEmpty());
  const auto rows = read([](Audit& audit) { return audit.after(1, 5, {.action = "record.*"}); }).value();
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].entry.sequence, 2);
}

TEST_P(AuditTest, ErasesAPersonAndTheChainStays) {
  append(entry(0));
  auto others = entry(1, "sign-in");
  others.person = domain::PersonId{30};
  append(others);
  auto refused = entry(2, "sign-in.refused", "person:3");  // Nobody is signed in, but the address is theirs.
  refused.person.reset();
  append(refused);
  append(entry(3, "person.change", "person:30"));
  EXPECT_EQ(write([](Audit& audit) { return audit.erase_personal({3}); }).value(), 3);
  EXPECT_EQ(write([](Audit& audit) { return audit.erase_personal({3}); }).value(), 0);
  const auto rows = all();
  ASSERT_EQ(rows.size(), 4U);
  for (const auto index : {0U, 2U, 3U}) {
    EXPECT_TRUE(rows[index].personal_erased);
    EXPECT_EQ(rows[index].entry.personal.address, "");
    EXPECT_EQ(rows[index].salt, "");
    EXPECT_EQ(rows[index].personal_hash.size(), 64U);
  }
  EXPECT_FALSE(rows[1].personal_erased);
  EXPECT_EQ(rows[1].entry.personal.address, "192.0.2.7");
  expect_chain(rows);
}

TEST_P(AuditTest, IsCutOnlyAtACheckpointWithTheEntrysHash) {
  for (int i = 0; i < 5; ++i) append(entry(i));
  const auto rows = all();
  const auto remove = [&](std::int64_t through) {
    return write([&](Audit& audit) { return audit.remove_through(through); });
  };
  EXPECT_EQ(remove(3).error().code, Error::Code::conflict);
  checkpoint({.sequence = 2, .hash = std::string(64, 'f')});
  EXPECT_EQ(remove(2).error().code, Error::Code::conflict);
  EXPECT_EQ(all().size(), 5U);
  checkpoint({.sequence = 3, .hash = rows[2].hash});
  EXPECT_EQ(remove(3).value(), 3);
  EXPECT_EQ(remove(3).error().code, Error::Code::conflict);
  EXPECT_EQ(append(entry(9)), 6);
  expect_chain(all(), {.sequence = 3, .hash = rows[2].hash});
}

TEST_P(AuditTest, GoesOnFromTheCheckpointWhereNothingIsLeft) {
  for (int i = 0; i < 3; ++i) append(entry(i));
  const AuditLink last{.sequence = 3, .hash = all()[2].hash};
  checkpoint(last);
  EXPECT_EQ(write([](Audit& audit) { return audit.remove_through(3); }).value(), 3);
  EXPECT_THAT(all(), IsEmpty());
  EXPECT_EQ(append(entry(4)), 4);
  expect_chain(all(), last);
}

TEST_P(AuditTest, ANumberThatACheckpointKnowsIsNeverGivenAgain) {
  for (int i = 0; i < 3; ++i) append(entry(i));
  checkpoint({.sequence = 3, .hash = all()[2].hash});
  ASSERT_TRUE(database().write([](Connection& connection) {
    return connection.run_all(
        {Sql{"DELETE FROM audit_personal WHERE sequence > 1"}, Sql{"DELETE FROM audit WHERE sequence > 1"}});
  }));
  EXPECT_EQ(append(entry(4)), 4);
}

TEST_P(AuditTest, KeepsCheckpointsInOrderAndOnce) {
  append(entry(0));
  append(entry(1));
  checkpoint({.sequence = 2, .hash = "b"});
  checkpoint({.sequence = 1, .hash = "a"});
  EXPECT_EQ(write([](Audit& audit) { return audit.add_checkpoint({.sequence = 1}); }).error().code,
            Error::Code::conflict);
  const auto found = read([](Audit& audit) { return audit.checkpoints(); }).value();
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].sequence, 1);
  EXPECT_EQ(found[0].hash, "a");
  EXPECT_EQ(found[1].key_id, "k");
  EXPECT_EQ(found[1].signature, "s");
  EXPECT_EQ(found[1].at, at(0));
}

TEST_P(AuditTest, AnOutcomeThatIsNoneIsNotTakenForOne) {
  append(entry(0));
  for (const std::int64_t number : {std::int64_t{7}, std::int64_t{-1}, std::int64_t{1} << 32}) {
    ASSERT_TRUE(database().write([&](Connection& connection) -> Status {
      TRY_VOID(connection.run(Sql{"UPDATE audit SET outcome = ?", number}));
      return ok();
    }));
    const auto rows = all();
    EXPECT_EQ(rows[0].entry.outcome, domain::audit::kUnknownOutcome);
    EXPECT_EQ(to_string(rows[0].entry.outcome), "unknown");
    EXPECT_NE(rows[0].hash, domain::audit::chain_hash(rows[0].previous_hash, rows[0].entry, rows[0].personal_hash));
  }
}

}  // namespace
}  // namespace tocsin::store
