#include "store/records.hpp"

#include <random>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/hash.hpp"
#include "store/changes.hpp"
#include "store/testing/test_database.hpp"

namespace tocsin::store {
namespace {

using domain::NewRevision;
using domain::PutOutcome;
using domain::RecordKind;
using domain::Standing;
using domain::policy::Viewer;
using store_testing::kTestNow;
using store_testing::sample_revision;
using ::testing::ElementsAre;

constexpr Timestamp kLater{kTestNow.micros + 60'000'000};

/// Sees all that the own organisation owns.
Viewer owner() {
  Viewer viewer;
  viewer.organisation = domain::kOwnOrganisation;
  viewer.roles = {domain::Role::coordinator};
  return viewer;
}

class RecordsTest : public store_testing::DatabaseTest {
 protected:
  Result<PutResult> try_put(const NewRevision& revision, Timestamp now = kTestNow) {
    return database().write([&](Connection& connection) { return Records(connection).put(revision, now); });
  }
  PutResult put(const NewRevision& revision, Timestamp now = kTestNow) {
    auto result = try_put(revision, now);
    EXPECT_TRUE(result.has_value()) << result.error().to_string() << " | " << result.error().detail;
    return result ? *result : PutResult{};
  }
  std::optional<domain::Record> find(std::string_view slug, const Viewer& viewer = owner(), Timestamp now = kTestNow) {
    return database()
        .read([&](Connection& connection) { return Records(connection).find(viewer, RecordKind::advisory, slug, now); })
        .value();
  }
  std::vector<domain::Revision> revisions(domain::RecordId record, const Viewer& viewer = owner()) {
    return database()
        .read([&](Connection& connection) {
          const auto header = Records(connection).load(record).value().value();
          return Records(connection).revisions(viewer, header, kTestNow);
        })
        .value();
  }
  std::optional<std::string> document(domain::RecordId record, domain::RevisionId revision) {
    return database()
        .read([&](Connection& connection) { return Records(connection).document(record, revision); })
        .value();
  }
  std::vector<ChangeAction> actions() {
    const auto changes =
        database().read([](Connection& connection) { return Changes(connection).after(0, 1'000); }).value();
    std::vector<ChangeAction> found;
    for (const auto& change : changes) found.push_back(change.action);
    return found;
  }
};
TOCSIN_ON_BOTH_DATABASES(RecordsTest);

/// What comes in, one after the other, and what must stand afterwards.
struct Step {
  int version;
  std::string_view salt;
  PutOutcome outcome;
};
struct PutCase {
  std::string_view name;
  std::vector<Step> steps;
  std::string_view current;                // Version that readers see.
  std::vector<std::string_view> standing;  // "VERSION SALT STANDING", as revisions() orders them.
};

const std::vector<PutCase>& put_cases() {
  static const std::vector<PutCase> cases{
      {"NewRecord", {{1, "a", PutOutcome::created}}, "1", {"1 a current"}},
      {"SameBytesChangeNothing",
       {{1, "a", PutOutcome::created}, {1, "a", PutOutcome::unchanged}, {1, "a", PutOutcome::unchanged}},
       "1",
       {"1 a current"}},
      {"NewerBecomesCurrent",
       {{1, "a", PutOutcome::created}, {2, "a", PutOutcome::updated}, {10, "a", PutOutcome::updated}},
       "10",
       {"10 a current", "2 a superseded", "1 a superseded"}},
      {"OlderIsKeptAsHistory",
       {{3, "a", PutOutcome::created}, {1, "a", PutOutcome::history}, {2, "a", PutOutcome::history}},
       "3",
       {"3 a current", "2 a superseded", "1 a superseded"}},
      {"HistoryThatIsThereChangesNothing",
       {{3, "a", PutOutcome::created}, {1, "a", PutOutcome::history}, {1, "a", PutOutcome::unchanged}},
       "3",
       {"3 a current", "1 a superseded"}},
      {"SameVersionOtherBytesIsAConflict",
       {{1, "a", PutOutcome::created},
        {1, "b", PutOutcome::conflicting},
        {1, "b", PutOutcome::unchanged},
        {1, "a", PutOutcome::unchanged}},
       "1",
       {"1 a current", "1 b conflicting"}},
      {"ConflictsWithHistoryAsWell",
       {{2, "a", PutOutcome::created},
        {1, "a", PutOutcome::history},
        {1, "b", PutOutcome::conflicting},
        {1, "c", PutOutcome::conflicting}},
       "2",
       {"2 a current", "1 a superseded", "1 b conflicting", "1 c conflicting"}},
      {"AConflictDoesNotHinderTheNext",
       {{1, "a", PutOutcome::created},
        {1, "b", PutOutcome::conflicting},
        {2, "a", PutOutcome::updated},
        {2, "b", PutOutcome::conflicting}},
       "2",
       {"2 a current", "2 b conflicting", "1 a superseded", "1 b conflicting"}},
  };
  return cases;
}

TEST_P(RecordsTest, PutFollowsTheRules) {
  for (const auto& each : put_cases()) {
    SCOPED_TRACE(each.name);
    const std::string key{each.name};
    std::optional<domain::RecordId> record;
    std::size_t changes = actions().size();
    for (const auto& step : each.steps) {
      const auto revision = sample_revision(key, step.version, step.salt);
      const auto result = put(revision);
      EXPECT_EQ(to_string(result.outcome), to_string(step.outcome));
      if (!record) record = result.record;
      EXPECT_EQ(result.record, *record);
      EXPECT_EQ(result.slug, key);
      EXPECT_EQ(document(result.record, result.revision), revision.bytes);
      const bool wrote = step.outcome != PutOutcome::unchanged;
      EXPECT_EQ(actions().size(), changes + (wrote ? 1 : 0));
      changes = actions().size();
    }
    const auto header = find(key);
    ASSERT_TRUE(header);
    EXPECT_EQ(header->version, each.current);
    std::vector<std::string> standing;
    for (const auto& revision : revisions(*record)) {
      const auto bytes = document(*record, revision.id).value();
      const auto salt = bytes.substr(bytes.size() - 3, 1);
      standing.push_back(fmt::format("{} {} {}", revision.version, salt, to_string(revision.standing)));
      EXPECT_EQ(revision.sha512, sha512_hex(bytes));
      EXPECT_EQ(revision.bytes, static_cast<std::int64_t>(bytes.size()));
      if (revision.standing == Standing::current) {
        EXPECT_EQ(header->current_revision, revision.id);
        EXPECT_EQ(header->sha512, revision.sha512);
      }
    }
    EXPECT_EQ(standing, std::vector<std::string>(each.standing.begin(), each.standing.end()));
  }
}

TEST_P(RecordsTest, ManyAtOnceHaveTheOutcomesOfOneByOne) {
  std::mt19937 random{7};
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  for (int round = 0; round < 30; ++round) {
    // The same documents under two issuers; the slugs of both meet.
    std::vector<NewRevision> together, alone;
    for (int i = below(80); i >= 0; --i) {
      auto revision = sample_revision(fmt::format("{}-{}", below(2) == 0 ? "ex" : "EX", below(40)), 1 + below(4),
                                      below(3) == 0 ? "b" : "a");
      if (below(5) == 0) {
        revision.audience = domain::Audience::listed;
        revision.listed = {{domain::Grantee::Kind::organisation, 1}};
      }
      revision.labels = {"round"};
      revision.issuer = "https://one.example";
      alone.push_back(revision);
      revision.issuer = "https://all.example";
      together.push_back(revision);
    }
    std::vector<const NewRevision*> batch;
    for (const auto& each : together) batch.push_back(&each);
    std::vector<std::string> wanted, found;
    const auto told = [](const NewRevision& revision, const PutResult& result) {
      return fmt::format("{} {} {}", revision.key, revision.version, to_string(result.outcome));
    };
    const auto results =
        database()
            .write([&](Connection& connection) { return Records(connection).put_all(batch, kTestNow, Again::no); })
            .value();
    ASSERT_EQ(results.size(), together.size());
    for (std::size_t i = 0; i < together.size(); ++i) {
      wanted.push_back(told(alone[i], put(alone[i])));
      found.push_back(told(together[i], results[i]));
      EXPECT_EQ(document(results[i].record, results[i].revision), together[i].bytes);
    }
    EXPECT_EQ(found, wanted);
  }
  // What stands is the same as well.
  const auto everything = [&](std::string_view issuer) {
    return database()
        .read([&](Connection& connection) {
          return connection.all(
              Sql{"SELECT r.record_key, r.title, r.version, r.version_order, r.format, r.sha512, r.tlp, r.audience, "
                  "r.labels, r.audience_id, v.version, v.standing, v.sha512, v.bytes, v.audience_id, v.source, "
                  "v.released_at, r.created_at, r.updated_at, r.current_release_at FROM record r JOIN revision v ON "
                  "v.record_id = r.id WHERE r.issuer = ? ORDER BY r.record_key, v.version_order, v.sha512",
                  issuer},
              [](const Row& row) {
                std::string all;
                for (int i = 0; i < 20; ++i) all += row.string(i) + "|";
                return all;
              });
        })
        .value();
  };
  EXPECT_EQ(everything("https://all.example"), everything("https://one.example"));
  EXPECT_EQ(database()
                .read([](Connection& connection) {
                  return connection.first(
                      Sql{"SELECT count(*) FROM record r JOIN revision v ON v.id = r.current_revision_id AND "
                          "v.record_id = r.id WHERE v.standing = 0 AND v.sha512 = r.sha512"},
                      [](const Row& row) { return row.integer(0); });
                })
                .value(),
            database()
                .read([](Connection& connection) {
                  return connection.first(Sql{"SELECT count(*) FROM record"},
                                          [](const Row& row) { return row.integer(0); });
                })
                .value());
}

TEST_P(RecordsTest, TheHeaderIsWhatWasPut) {
  auto revision = sample_revision("EX-2023-001");
  revision.title = "Pumpen \"Geutebrück\" ≤ 5.0";
  revision.labels = {"ot", "with \"quotes\"", "水"};
  revision.tlp = domain::Tlp::green;
  revision.audience = domain::Audience::members;
  revision.embargo_until = kLater;
  const auto result = put(revision);
  const auto header = find("EX-2023-001");
  ASSERT_TRUE(header);
  EXPECT_EQ(header->id, result.record);
  EXPECT_EQ(header->current_revision, result.revision);
  EXPECT_EQ(header->issuer, revision.issuer);
  EXPECT_EQ(header->key, "EX-2023-001");
  EXPECT_EQ(header->title, revision.title);
  EXPECT_EQ(header->labels, revision.labels);
  EXPECT_EQ(header->tlp, domain::Tlp::green);
  EXPECT_EQ(header->audience, domain::Audience::members);
  EXPECT_EQ(header->status, domain::RecordStatus::published);
  EXPECT_EQ(header->owner, domain::kOwnOrganisation);
  EXPECT_EQ(header->embargo_until, kLater);
  EXPECT_EQ(header->format, "csaf-2.0");
  EXPECT_EQ(header->sha512, revision.sha512);
  EXPECT_EQ(header->initial_release_at, revision.initial_release_at);
  EXPECT_EQ(header->current_release_at, revision.current_release_at);
  EXPECT_EQ(header->created_at, kTestNow);
  EXPECT_EQ(header->updated_at, kTestNow);
}

TEST_P(RecordsTest, AnUpdateChangesTheHeaderAndHistoryDoesNot) {
  put(sample_revision("EX-1", 2));
  auto newer = sample_revision("EX-1", 3);
  newer.title = "Second title";
  newer.tlp = domain::Tlp::amber;
  newer.labels = {"new"};
  put(newer, kLater);
  auto header = find("EX-1");
  ASSERT_TRUE(header);
  EXPECT_EQ(header->title, "Second title");
  EXPECT_EQ(header->tlp, domain::Tlp::amber);
  EXPECT_THAT(header->labels, ElementsAre("new"));
  EXPECT_EQ(header->created_at, kTestNow);
  EXPECT_EQ(header->updated_at, kLater);
  auto older = sample_revision("EX-1", 1);
  older.title = "First title";
  put(older, {kLater.micros + 1});
  auto conflicting = sample_revision("EX-1", 3, "other");
  conflicting.title = "Forged title";
  put(conflicting, {kLater.micros + 1});
  header = find("EX-1");
  EXPECT_EQ(header->title, "Second title");
  EXPECT_EQ(header->updated_at, kLater);
  EXPECT_THAT(actions(), ElementsAre(ChangeAction::created, ChangeAction::updated, ChangeAction::history,
                                     ChangeAction::conflicting));
}

TEST_P(RecordsTest, TheOwnerStaysWhoCreatedIt) {
  ASSERT_TRUE(database().write([](Connection& connection) {
    return connection.run(Sql{"INSERT INTO organisation (id, kind, name, created_at) VALUES (2, 0, 'Other', 0)"});
  }));
  put(sample_revision("EX-1", 1));
  auto newer = sample_revision("EX-1", 2);
  newer.owner = {2};
  EXPECT_EQ(put(newer).outcome, PutOutcome::updated);
  EXPECT_EQ(find("EX-1")->owner, domain::kOwnOrganisation);
}

TEST_P(RecordsTest, WithdrawingIsAChangeOfItsOwn) {
  put(sample_revision("EX-1", 1));
  for (const int version : {2, 3}) {
    auto withdrawn = sample_revision("EX-1", version);
    withdrawn.status = domain::RecordStatus::withdrawn;
    put(withdrawn);
  }
  EXPECT_EQ(find("EX-1")->status, domain::RecordStatus::withdrawn);
  EXPECT_THAT(actions(), ElementsAre(ChangeAction::created, ChangeAction::withdrawn, ChangeAction::updated));
}

TEST_P(RecordsTest, IdentityIsIssuerAndKey) {
  const auto first = put(sample_revision("EX-1"));
  auto other = sample_revision("EX-1");
  other.issuer = "https://vendor.example";
  const auto second = put(other);
  EXPECT_EQ(second.outcome, PutOutcome::created);
  EXPECT_NE(second.record, first.record);
  EXPECT_EQ(first.slug, "EX-1");
  EXPECT_EQ(second.slug, "EX-1-" + sha256_hex("https://vendor.example").substr(0, 6));
  EXPECT_EQ(find(second.slug)->id, second.record);
  EXPECT_EQ(put(other).outcome, PutOutcome::unchanged);
}

TEST_P(RecordsTest, SlugsAreUniqueWhateverTheKeysOfOneIssuer) {
  std::vector<std::string> slugs;
  for (const auto* key : {"EX 1", "ex 1", "EX_1", "Ex 1", "ex_1"}) slugs.push_back(put(sample_revision(key)).slug);
  EXPECT_EQ(slugs[0], "EX_1");
  for (std::size_t i = 0; i < slugs.size(); ++i) {
    const auto record = find(slugs[i]);
    ASSERT_TRUE(record) << slugs[i];
    EXPECT_EQ(record->slug, slugs[i]);
  }
}

TEST_P(RecordsTest, FindsWithoutRegardToCase) {
  put(sample_revision("EX-2023-001-A"));
  for (const auto* slug : {"ex-2023-001-a", "EX-2023-001-A", "Ex-2023-001-a"}) EXPECT_TRUE(find(slug)) << slug;
  EXPECT_FALSE(find("EX-2023-001"));
  EXPECT_FALSE(find(""));
  EXPECT_FALSE(find(std::string_view{"EX\0", 3}));
  EXPECT_FALSE(find("EX-\xff"));
  EXPECT_FALSE(find("EX-2023-001-A' OR '1'='1"));
}

TEST_P(RecordsTest, WhatTheViewerMayNotSeeIsAbsent) {
  put(sample_revision("EX-CLEAR"));
  auto amber = sample_revision("EX-AMBER");
  amber.tlp = domain::Tlp::amber;
  const auto hidden = put(amber);
  auto embargoed = sample_revision("EX-EMBARGO");
  embargoed.embargo_until = kLater;
  put(embargoed);
  auto draft = sample_revision("EX-DRAFT");
  draft.status = domain::RecordStatus::draft;
  put(draft);

  const auto anonymous = Viewer::anonymous();
  EXPECT_TRUE(find("EX-CLEAR", anonymous));
  EXPECT_FALSE(find("EX-AMBER", anonymous));
  EXPECT_FALSE(find("EX-EMBARGO", anonymous));
  EXPECT_TRUE(find("EX-EMBARGO", anonymous, kLater));
  EXPECT_FALSE(find("EX-DRAFT", anonymous));
  EXPECT_TRUE(find("EX-DRAFT", owner()));
  const auto done = database().read([&](Connection& connection) -> Status {
    Records records(connection);
    EXPECT_EQ(records.count(anonymous, RecordKind::advisory, kTestNow).value(), 1);
    EXPECT_EQ(records.count(owner(), RecordKind::advisory, kTestNow).value(), 4);
    const std::int64_t ids[] = {hidden.record.value};
    EXPECT_TRUE(records.headers(anonymous, ids, kTestNow).value().empty());
    EXPECT_EQ(records.headers(owner(), ids, kTestNow).value().size(), 1U);
    EXPECT_TRUE(records.load(hidden.record).value().has_value());
    return ok();
  });
  EXPECT_TRUE(done);
}

TEST_P(RecordsTest, HeadersComeInTheOrderAskedFor) {
  std::vector<std::int64_t> ids;
  for (int i = 0; i < 5; ++i) ids.push_back(put(sample_revision(fmt::format("EX-{}", i))).record.value);
  const std::vector<std::int64_t> asked{ids[3], 999'999, ids[0], ids[4]};
  const auto headers =
      database()
          .read([&](Connection& connection) { return Records(connection).headers(owner(), asked, kTestNow); })
          .value();
  std::vector<std::string> keys;
  for (const auto& header : headers) keys.push_back(header.key);
  EXPECT_THAT(keys, ElementsAre("EX-3", "EX-0", "EX-4"));
  EXPECT_TRUE(database()
                  .read([&](Connection& connection) { return Records(connection).headers(owner(), {}, kTestNow); })
                  .value()
                  .empty());
}

TEST_P(RecordsTest, DocumentsAreKeptByteForByteAndBelongToTheirRecord) {
  auto odd = sample_revision("EX-ODD");
  odd.bytes = std::string{"\xef\xbb\xbf{\0\r\n\xff}", 9};
  odd.sha512 = sha512_hex(odd.bytes);
  auto large = sample_revision("EX-LARGE");
  large.bytes = std::string(3'000'000, 'x') + "end";
  large.sha512 = sha512_hex(large.bytes);
  const auto first = put(odd);
  const auto second = put(large);
  EXPECT_EQ(document(first.record, first.revision), odd.bytes);
  EXPECT_EQ(document(second.record, second.revision), large.bytes);
  EXPECT_EQ(document(first.record, second.revision), std::nullopt);
}

TEST_P(RecordsTest, OneDocumentsErrorDoesNotSpoilTheBatch) {
  const auto done = database().write([&](Connection& connection) -> Status {
    Records records(connection);
    std::vector<std::optional<Error::Code>> codes;
    for (int i = 0; i < 5; ++i) {
      auto revision = sample_revision(fmt::format("EX-{}", i));
      if (i == 1) revision.owner = {77};  // no such organisation
      if (i == 3) revision.title = std::string{"NUL \0 here", 10};
      const auto put_one = connection.attempt([&]() -> Status {
        TRY_VOID(records.put(revision, kTestNow));
        return ok();
      });
      codes.push_back(put_one ? std::nullopt : std::optional{put_one.error().code});
    }
    EXPECT_THAT(codes, ElementsAre(std::nullopt, Error::Code::conflict, std::nullopt, Error::Code::invalid_input,
                                   std::nullopt));
    return ok();
  });
  ASSERT_TRUE(done) << done.error().detail;
  EXPECT_TRUE(find("EX-4"));
  EXPECT_FALSE(find("EX-1"));
  EXPECT_EQ(actions().size(), 3U);
}

TEST_P(RecordsTest, TwoImportersOfOneSetMakeOneRecordEach) {
  constexpr int kDocuments = 40, kImporters = 3;
  std::atomic<int> created = 0, unchanged = 0, failed = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < kImporters; ++t) {
    threads.emplace_back([&] {
      auto mine = test_database().open();
      for (int i = 0; i < kDocuments; ++i) {
        const auto result = (*mine)->write([&](Connection& connection) {
          return Records(connection).put(sample_revision(fmt::format("EX-{}", i)), kTestNow);
        });
        if (!result) {
          ++failed;
        } else {
          ++(result->outcome == PutOutcome::created ? created : unchanged);
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(created, kDocuments);
  EXPECT_EQ(unchanged, kDocuments * (kImporters - 1));
  EXPECT_EQ(actions().size(), static_cast<std::size_t>(kDocuments));
}

TEST_P(RecordsTest, WhatWasMarkedHereIsNotWidenedByANewerDocument) {
  auto first = sample_revision("EX-KEPT");
  first.tlp = domain::Tlp::amber;
  first.audience = domain::Audience::listed;
  first.listed = {{domain::Grantee::Kind::organisation, 77}};
  first.embargo_until = kLater;
  const auto record = put(first).record;
  ASSERT_TRUE(database().write([&](Connection& connection) {
    return connection.run(Sql{"UPDATE record SET marked_here = 1 WHERE id = ?", record});
  }));
  put(sample_revision("EX-KEPT", 2));  // CLEAR, for everyone
  auto header = find("EX-KEPT").value();
  EXPECT_EQ(header.version, "2");
  EXPECT_EQ(header.tlp, domain::Tlp::amber);
  EXPECT_EQ(header.audience, domain::Audience::listed);
  EXPECT_EQ(header.listed, first.listed);
  EXPECT_EQ(header.embargo_until, kLater);
  EXPECT_FALSE(find("EX-KEPT", Viewer::anonymous(), {kLater.micros + 1}));
  auto narrower = sample_revision("EX-KEPT", 3);
  narrower.tlp = domain::Tlp::red;
  put(narrower);
  header = find("EX-KEPT").value();
  EXPECT_EQ(header.tlp, domain::Tlp::red);
  EXPECT_EQ(header.listed, first.listed);
}

TEST_P(RecordsTest, HistoryIsForWhomItWasFor) {
  auto draft = sample_revision("EX-RED");
  draft.tlp = domain::Tlp::red;
  draft.status = domain::RecordStatus::draft;
  const auto record = put(draft).record;
  put(sample_revision("EX-RED", 2));
  auto listed = sample_revision("EX-RED", 3);
  listed.tlp = domain::Tlp::amber;
  listed.audience = domain::Audience::listed;
  listed.listed = {{domain::Grantee::Kind::organisation, 77}};
  const auto versions = [&](const Viewer& viewer) {
    std::string text;
    for (const auto& each : revisions(record, viewer)) text += each.version + " ";
    return text;
  };
  EXPECT_EQ(versions(owner()), "2 1 ");
  EXPECT_EQ(versions(Viewer::anonymous()), "2 ");
  put(listed);
  Viewer addressed;
  addressed.organisation = domain::OrganisationId{77};
  addressed.roles = {domain::Role::member};
  EXPECT_EQ(versions(addressed), "3 2 ");
  EXPECT_EQ(versions(owner()), "3 2 1 ");
  EXPECT_EQ(find("EX-RED", addressed)->listed, listed.listed);
  EXPECT_FALSE(find("EX-RED", Viewer::anonymous()));
}

// SQLite plans without statistics (decision 0046): what looks for keys must not go through all records of a kind.
TEST_P(RecordsTest, KeysAreFoundByTheirIndex) {
  if (database().dialect() != Dialect::sqlite) return;
  const std::vector<std::string> keys{"EX-1", "EX-2"};
  Sql any{"r.kind + 0 = ? AND r.record_key IN ", domain::RecordKind::stix_object};
  Sql own{"r.kind = ? AND r.issuer = ? AND r.record_key IN ", domain::RecordKind::stix_object, ""};
  any.append_list(std::span{keys});
  own.append_list(std::span{keys});
  const Sql one{"r.kind = ? AND r.record_key = ?", domain::RecordKind::stix_object, "EX-1"};
  for (const auto& condition : {any, own, one}) {
    Sql sql{"EXPLAIN QUERY PLAN SELECT r.id, r.title FROM record r WHERE "};
    sql.append(condition).append(" AND ").append(domain::policy::visible_sql(owner(), kTestNow));
    const auto plan =
        database().read([&](Connection& c) { return c.all(sql, [](const Row& row) { return row.string(3); }); });
    ASSERT_TRUE(plan) << plan.error().detail;
    EXPECT_THAT(*plan, ::testing::Contains(::testing::HasSubstr("USING INDEX record_identity (record_key=?")));
  }
}

}  // namespace
}  // namespace tocsin::store
