#include "engine/audit/verify.hpp"

#include <random>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/audit/testing.hpp"

namespace tocsin::engine::audit {
namespace {

using store::Sql;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::LogTest;
using testing::on_day;
using testing::somebody;

class VerifyTest : public LogTest {};
TOCSIN_ON_BOTH_DATABASES(VerifyTest);

/// Everything of two entries but their numbers.
Sql put_in_place(std::int64_t from, std::int64_t to) {
  return Sql{
      "UPDATE audit SET at = f.at, person_id = f.person_id, organisation_id = f.organisation_id, action = f.action, "
      "object = f.object, owner_id = f.owner_id, outcome = f.outcome, request_id = f.request_id, "
      "personal_hash = f.personal_hash, previous_hash = f.previous_hash, hash = f.hash "
      "FROM (SELECT * FROM audit WHERE sequence = ?) f WHERE audit.sequence = ?",
      from, to};
}

TEST_P(VerifyTest, AnEmptyLogIsIntact) {
  const auto report = look();
  EXPECT_TRUE(report.intact());
  EXPECT_EQ(report.entries, 0);
}

TEST_P(VerifyTest, CountsWhatIsIntact) {
  fill(700);  // More than a page.
  sign();
  std::uint64_t told = 0;
  const auto report = database()
                          .snapshot([&](store::Connection& connection) {
                            return verify(connection, trust(), [&](std::uint64_t done, std::uint64_t total) {
                              EXPECT_LE(done, total);
                              told = done;
                            });
                          })
                          .value();
  EXPECT_THAT(damages(report), IsEmpty());
  EXPECT_EQ(report.entries, 701);
  EXPECT_EQ(report.first, 1);
  EXPECT_EQ(report.last, 701);
  EXPECT_EQ(report.checkpoints, 1);
  EXPECT_EQ(report.erased, 0);
  EXPECT_GT(told, 0U);
}

TEST_P(VerifyTest, ErasureIsNoDamage) {
  fill(5);
  ASSERT_TRUE(
      database().write([](store::Connection& connection) { return store::Audit(connection).erase_personal({3}); }));
  const auto report = look();
  EXPECT_TRUE(report.intact());
  EXPECT_EQ(report.erased, 5);
}

TEST_P(VerifyTest, FindsAnAlteredEntry) {
  fill(5);
  change(Sql{"UPDATE audit SET object = 'record:99' WHERE sequence = 3"});
  const auto report = look();
  EXPECT_THAT(damages(report), ElementsAre("3 altered"));
  EXPECT_THAT(report.findings[0].text, HasSubstr("Entry 3 was altered"));
}

TEST_P(VerifyTest, FindsAnEntryThatWasRewrittenWithItsHash) {
  fill(5);
  const auto row = database().read([](store::Connection& c) { return store::Audit(c).after(2, 1); }).value().at(0);
  auto forged = row.entry;
  forged.object = "record:99";
  change(Sql{"UPDATE audit SET object = ?, hash = ? WHERE sequence = 3", forged.object,
             domain::audit::chain_hash(row.previous_hash, forged, row.personal_hash)});
  EXPECT_THAT(damages(), ElementsAre("4 wrong-link"));
}

TEST_P(VerifyTest, FindsALogThatWasRewrittenToItsEndByItsCheckpoint) {
  fill(3);
  sign();
  auto rows = database().read([](store::Connection& c) { return store::Audit(c).after(0, 10); }).value();
  ASSERT_EQ(rows.size(), 4U);
  // An attacker with the database but without the key.
  auto previous = rows[0].hash;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    if (i == 1) rows[i].entry.object = "record:99";
    const auto hash = domain::audit::chain_hash(previous, rows[i].entry, rows[i].personal_hash);
    change(Sql{"UPDATE audit SET object = ?, previous_hash = ?, hash = ? WHERE sequence = ?", rows[i].entry.object,
               previous, hash, rows[i].entry.sequence});
    previous = hash;
  }
  EXPECT_THAT(damages(), ElementsAre("4 checkpoint-differs"));
  change(Sql{"UPDATE audit_checkpoint SET hash = ?", previous});
  EXPECT_THAT(damages(), ElementsAre("4 bad-signature"));
  // Signed anew with a key of their own.
  const auto own = SigningKey::random();
  store::AuditCheckpoint forged{.sequence = 4, .at = on_day(0), .hash = previous, .key_id = own.key_id()};
  change(Sql{"UPDATE audit_checkpoint SET key_id = ?, signature = ?", own.key_id(), own.sign(statement_of(forged))});
  EXPECT_THAT(damages(), ElementsAre("4 unknown-key"));
}

TEST_P(VerifyTest, FindsAnAlteredPersonalPart) {
  fill(3);
  change(Sql{"UPDATE audit_personal SET address = '198.51.100.1' WHERE sequence = 2"});
  EXPECT_THAT(damages(), ElementsAre("2 personal-altered"));
}

TEST_P(VerifyTest, FindsRemovedEntries) {
  fill(9);
  remove(3, 3);
  remove(6, 7);
  const auto report = look();
  EXPECT_THAT(damages(report), ElementsAre("3 removed", "6 removed"));
  EXPECT_EQ(report.findings[0].text, "Entry 3 is missing");
  EXPECT_EQ(report.findings[1].text, "Entries 6 to 7 are missing");
}

TEST_P(VerifyTest, FindsWhatWasRemovedFromTheEndByACheckpoint) {
  fill(5);
  sign();
  remove(5, 6);
  const auto report = look();
  EXPECT_THAT(damages(report), ElementsAre("5 removed"));
  EXPECT_THAT(report.findings[0].text, HasSubstr("Entries 5 to 6 are missing at the end"));
  // Going on leaves it to be seen.
  fill(1);
  EXPECT_THAT(damages(), ElementsAre("5 removed"));
}

TEST_P(VerifyTest, FindsThatEverythingWasRemoved) {
  fill(2);
  const auto kept = sign();
  remove(1, 3);
  EXPECT_THAT(damages(), ElementsAre("1 removed"));
  // With the checkpoints, too: one that was kept elsewhere tells.
  change(Sql{"DELETE FROM audit_checkpoint"});
  auto more = trust();
  more.checkpoints.push_back(kept);
  EXPECT_THAT(damages(look(more)), ElementsAre("1 removed"));
}

TEST_P(VerifyTest, ACheckpointKeptElsewhereIsHeldAgainstTheLog) {
  fill(2);
  auto more = trust();
  more.checkpoints.push_back(sign());
  fill(2);
  EXPECT_THAT(damages(look(more)), IsEmpty());
  more.checkpoints[0].hash[0] = more.checkpoints[0].hash[0] == '0' ? '1' : '0';
  EXPECT_THAT(damages(look(more)), ElementsAre("3 bad-signature"));
}

TEST_P(VerifyTest, FindsRemovalFromTheEndByWhatWasForgotten) {
  fill(4);
  if (GetParam() == store::Dialect::postgres) GTEST_SKIP() << "PostgreSQL keeps no note of the highest number";
  remove(4, 4);
  EXPECT_THAT(damages(), ElementsAre("4 removed"));
}

TEST_P(VerifyTest, FindsRemovalFromTheBeginning) {
  fill(5);
  remove(1, 2);
  const auto report = look();
  EXPECT_THAT(damages(report), ElementsAre("1 removed"));
  EXPECT_THAT(report.findings[0].text, HasSubstr("no signed checkpoint"));
}

TEST_P(VerifyTest, ACheckpointAloneIsNoLeaveToRemove) {
  fill(3);
  sign();  // 4
  fill(3);
  remove(1, 4);
  EXPECT_THAT(damages(), ElementsAre("4 unrecorded-cut"));
}

TEST_P(VerifyTest, FindsSwappedAndCopiedEntries) {
  fill(9);
  ASSERT_TRUE(database().write([](store::Connection& c) {
    return c.run_all({Sql{"INSERT INTO audit SELECT 100, at, person_id, organisation_id, action, object, owner_id, "
                          "outcome, request_id, personal_hash, previous_hash, hash FROM audit WHERE sequence = 3"},
                      put_in_place(6, 3), put_in_place(100, 6), Sql{"DELETE FROM audit WHERE sequence = 100"}});
  }));
  const auto swapped = look();
  EXPECT_THAT(damages(swapped), Contains("3 reordered"));
  EXPECT_THAT(damages(swapped), Contains("6 reordered"));
  EXPECT_THAT(swapped.findings, Contains(Field(&Finding::text, HasSubstr("as entry 3 was written as entry 6"))));
  change(put_in_place(1, 9));
  EXPECT_THAT(damages(), Contains("9 reordered"));
}

TEST_P(VerifyTest, FindsEntriesAddedInFront) {
  fill(2);
  change(
      Sql{"INSERT INTO audit SELECT 0, at, person_id, organisation_id, action, object, owner_id, outcome, "
          "request_id, personal_hash, previous_hash, hash FROM audit WHERE sequence = 1"});
  EXPECT_THAT(damages(), Contains("0 altered"));
}

TEST_P(VerifyTest, FindsAnotherBeginning) {
  fill(2);
  const auto row = database().read([](store::Connection& c) { return store::Audit(c).after(0, 1); }).value().at(0);
  const std::string other(64, '1');
  change(Sql{"UPDATE audit SET previous_hash = ?, hash = ? WHERE sequence = 1", other,
             domain::audit::chain_hash(other, row.entry, row.personal_hash)});
  EXPECT_THAT(damages(), ElementsAre("1 wrong-link", "2 wrong-link"));
}

TEST_P(VerifyTest, DescribesSoManyAndCountsTheRest) {
  fill(static_cast<int>(kFindingsMax) + 5);
  change(Sql{"UPDATE audit SET at = at + 1"});
  const auto report = look();
  EXPECT_EQ(report.damages, static_cast<std::int64_t>(kFindingsMax) + 5);
  EXPECT_EQ(report.findings.size(), kFindingsMax);
}

TEST_P(VerifyTest, RefusesAKeyThatIsNone) {
  const auto done = database().snapshot(
      [](store::Connection& connection) { return verify(connection, {.public_keys = {"not a key"}}); });
  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().code, Error::Code::invalid_input);
}

TEST_P(VerifyTest, FindsEveryChangeOfACheckpoint) {
  fill(3);
  sign();
  fill(2);
  const Sql changes[] = {Sql{"UPDATE audit_checkpoint SET sequence = 2"},
                         Sql{"UPDATE audit_checkpoint SET sequence = 40"},
                         Sql{"UPDATE audit_checkpoint SET at = at + 1"},
                         Sql{"UPDATE audit_checkpoint SET hash = 'x' || hash"},
                         Sql{"UPDATE audit_checkpoint SET key_id = ''"},
                         Sql{"UPDATE audit_checkpoint SET signature = ''"},
                         Sql{"UPDATE audit_checkpoint SET signature = signature || 'A'"}};
  for (const auto& each : changes) {
    EXPECT_FALSE(database().write([&](store::Connection& connection) -> Status {
      TRY_VOID(connection.run(each));
      TRY(const auto report, verify(connection, trust()));
      EXPECT_EQ(report.damages, 1) << each.text();
      return Error::invalid("undone");
    }));
  }
  EXPECT_THAT(damages(), IsEmpty());
}

/// 500 entries of everything that entries may be.
void fill_at_random(store::Database& database) {
  std::mt19937 random{20230301};
  const auto below = [&](std::uint32_t end) { return random() % end; };
  const auto text = [&] {
    static constexpr std::string_view kPieces[] = {"", "a", "1:", ";", "é", "\n", "\"", "0", "record:", "x"};
    std::string made;
    for (auto pieces = below(5); pieces > 0; --pieces) made += kPieces[below(std::size(kPieces))];
    return made;
  };
  ASSERT_TRUE(database.write([&](store::Connection& connection) -> Status {
    for (int i = 0; i < 500; ++i) {
      domain::audit::Entry entry;
      entry.at = {static_cast<std::int64_t>(below(2'000'000'000)) * 1'000'003};
      if (below(3) > 0) entry.person = domain::PersonId{static_cast<std::int64_t>(below(4))};
      if (below(3) > 0) entry.organisation = domain::OrganisationId{static_cast<std::int64_t>(below(4))};
      if (below(3) > 0) entry.owner = domain::OrganisationId{static_cast<std::int64_t>(below(4))};
      entry.outcome = static_cast<domain::audit::Outcome>(below(3));
      entry.action = text();
      entry.object = text();
      entry.request_id = text();
      entry.personal = {.address = text(), .agent = text(), .detail = text()};
      TRY_VOID(store::Audit(connection).append(entry));
    }
    return ok();
  }));
}

struct Mutation {
  const char* what;
  Sql audit;  ///< Changes one member of every other entry.
  bool personal = false;
};

std::vector<Mutation> mutations(std::int64_t half) {
  return {
#define TOCSIN_ENTRIES(change) \
  #change, Sql { "UPDATE audit SET " #change " WHERE sequence % 2 = ?", half }
#define TOCSIN_PERSONAL(change) #change, Sql{"UPDATE audit_personal SET " #change " WHERE sequence % 2 = ?", half}, true
      {TOCSIN_ENTRIES(at = at + 1)},
      {TOCSIN_ENTRIES(at = -at - 1)},
      {TOCSIN_ENTRIES(person_id = CASE WHEN person_id IS NULL THEN 0 END)},
      {TOCSIN_ENTRIES(person_id = coalesce(person_id, 0) + 1)},
      {TOCSIN_ENTRIES(organisation_id = CASE WHEN organisation_id IS NULL THEN 0 END)},
      {TOCSIN_ENTRIES(organisation_id = coalesce(organisation_id, 0) + 1)},
      {TOCSIN_ENTRIES(owner_id = CASE WHEN owner_id IS NULL THEN 0 END)},
      {TOCSIN_ENTRIES(owner_id = coalesce(owner_id, 0) + 1)},
      {TOCSIN_ENTRIES(outcome = (outcome + 1) % 3)},
      {TOCSIN_ENTRIES(outcome = outcome + 4294967296)},
      {TOCSIN_ENTRIES(action = action || ' ')},
      {TOCSIN_ENTRIES(action = action || object || '3:')},
      {TOCSIN_ENTRIES(object = 'o' || object)},
      {TOCSIN_ENTRIES(request_id = request_id || ';')},
      {TOCSIN_ENTRIES(personal_hash = substr(personal_hash, 2))},
      {TOCSIN_ENTRIES(previous_hash = substr(previous_hash, 2) || 'g')},
      {TOCSIN_ENTRIES(hash = upper(hash) || '0')},
      {TOCSIN_PERSONAL(salt = salt || '0')},
      {TOCSIN_PERSONAL(address = address || '0')},
      {TOCSIN_PERSONAL(agent = 'a' || agent)},
      {TOCSIN_PERSONAL(detail = detail || ';')},
#undef TOCSIN_ENTRIES
#undef TOCSIN_PERSONAL
  };
}

// An entry is held against itself and its neighbour only, so every other one of them is as good as one.
TEST_P(VerifyTest, FindsEveryChangeOfOneMemberOfAnyEntry) {
  fill_at_random(database());
  EXPECT_THAT(damages(), IsEmpty());
  for (std::int64_t half = 0; half < 2; ++half) {
    for (const auto& mutation : mutations(half)) {
      EXPECT_FALSE(database().write([&](store::Connection& connection) -> Status {
        TRY(const auto changed, connection.run(mutation.audit));
        EXPECT_EQ(changed, 250);
        TRY(const auto report, verify(connection, trust()));
        std::set<std::int64_t> found;
        for (const auto& each : report.findings) {
          if (mutation.personal == (each.damage == Damage::personal_altered)) found.insert(each.sequence);
        }
        EXPECT_EQ(found.size(), 250U) << mutation.what;
        for (const auto sequence : found) EXPECT_EQ(sequence % 2, half) << mutation.what;
        return Error::invalid("undone");
      }));
    }
  }
}

TEST_P(VerifyTest, FindsEveryChangeOfTextBetweenMembers) {
  fill(3);
  // The same text in a row, cut elsewhere.
  change(Sql{"UPDATE audit SET action = action || 'r', object = 'ecord:2' WHERE sequence = 2"});
  EXPECT_THAT(damages(), ElementsAre("2 altered"));
}

TEST_P(VerifyTest, FindsAnyOneEntryRemovedOrGivenAnotherNumber) {
  fill_at_random(database());
  for (std::int64_t sequence = 1; sequence < 500; sequence += 23) {
    EXPECT_FALSE(database().write([&](store::Connection& connection) -> Status {
      TRY_VOID(connection.run(Sql{"DELETE FROM audit_personal WHERE sequence = ?", sequence}));
      TRY_VOID(connection.run(Sql{"UPDATE audit SET sequence = sequence + 1000 WHERE sequence = ?", sequence}));
      TRY(const auto moved, verify(connection, trust()));
      EXPECT_GE(moved.damages, 2);
      TRY_VOID(connection.run(Sql{"DELETE FROM audit WHERE sequence > 1000"}));
      TRY(const auto removed, verify(connection, trust()));
      EXPECT_FALSE(removed.intact());
      EXPECT_EQ(removed.findings.at(0).sequence, sequence);
      EXPECT_EQ(removed.findings[0].damage, Damage::removed);
      return Error::invalid("undone");
    }));
  }
}

}  // namespace
}  // namespace tocsin::engine::audit
