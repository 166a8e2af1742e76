#include "exchange/backup.hpp"

#include <filesystem>
#include <random>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/hash.hpp"
#include "base/json.hpp"
#include "engine/audit/checkpoint.hpp"
#include "engine/audit/trail.hpp"
#include "engine/search/indexer.hpp"
#include "exchange/backup_fixture.hpp"
#include "exchange/backup_tables.hpp"
#include "exchange/import.hpp"
#include "exchange/testing.hpp"
#include "store/migrations.hpp"
#include "store/organisations.hpp"
#include "store/records.hpp"
#include "store/testing/test_database.hpp"

namespace tocsin::exchange {
namespace {

using store_testing::kTestNow;
using ::testing::HasSubstr;
using testing::Packing;
using testing::TemporaryFolder;

const ManualClock kClock{kTestNow};

std::vector<SourceDocument> documents_of(int count, std::string_view version) {
  std::vector<SourceDocument> documents;
  for (auto& [name, bytes] : testing::many_advisories(count, version)) documents.push_back({name, std::move(bytes)});
  return documents;
}

/// Everything that must survive, as text.
std::string contents(store::Database& database) {
  std::string all;
  const auto read = database.snapshot([&](store::Connection& connection) -> Status {
    TRY_VOID(connection.each(store::Sql{"SELECT id, issuer, record_key, slug, title, tlp, version, sha512, "
                                        "current_revision_id, created_at, updated_at, labels FROM record ORDER BY id"},
                             [&](const store::Row& row) -> Status {
                               for (int i = 0; i < 12; ++i) all += row.string(i) + "|";
                               all += "\n";
                               return ok();
                             }));
    TRY_VOID(
        connection.each(store::Sql{"SELECT v.id, v.record_id, v.version, v.standing, v.source, v.received_at, d.bytes "
                                   "FROM revision v JOIN revision_document d ON d.revision_id = v.id ORDER BY v.id"},
                        [&](const store::Row& row) -> Status {
                          for (int i = 0; i < 6; ++i) all += row.string(i) + "|";
                          all += sha512_hex(row.text(6)) + "\n";
                          return ok();
                        }));
    TRY_VOID(connection.each(
        store::Sql{"SELECT sequence, at, action, record_id, revision_id, kind FROM change ORDER BY sequence"},
        [&](const store::Row& row) -> Status {
          for (int i = 0; i < 6; ++i) all += row.string(i) + "|";
          all += "\n";
          return ok();
        }));
    for (const auto& table : backup_table_list()) {
      all += table.name;
      TRY_VOID(connection.each(table.page({}, 1'000), [&](const store::Row& row) -> Status {
        for (int i = 0; i < static_cast<int>(table.columns.size()); ++i) all += row.string(i) + "|";
        all += "\n";
        return ok();
      }));
    }
    return ok();
  });
  EXPECT_TRUE(read) << read.error().to_string();
  return all;
}

class BackupTest : public testing::BackupFixture {
 protected:
  void SetUp() override {
    DatabaseTest::SetUp();
    if (IsSkipped()) return;
    ASSERT_TRUE(import_documents(database(), documents_of(20, "1"), {}, {}, kClock));
    ASSERT_TRUE(import_documents(database(), documents_of(7, "2"), {}, {}, kClock));
  }
};
TOCSIN_ON_BOTH_DATABASES(BackupTest);

TEST_P(BackupTest, KeepsEveryTableAndColumnThatIsNotDerived) {
  std::map<std::string, std::set<std::string>> kept;
  for (const auto& table : backup_tables()) {
    for (const auto column : table.columns) kept[std::string{table.name}].insert(std::string{column});
  }
  std::map<std::string, std::set<std::string>> there;
  ASSERT_TRUE(database().read([&](store::Connection& connection) {
    return connection.each(
        GetParam() == store::Dialect::sqlite
            ? store::Sql{"SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = "
                         "'table'"}
            : store::Sql{"SELECT table_name, column_name FROM information_schema.columns "
                         "WHERE table_schema = 'public'"},
        [&](const store::Row& row) -> Status {
          const auto table = row.string(0);
          // Made anew from the change feed, or by the migrations, or SQLite's own.
          static const std::set<std::string> kDerived{"schema_migration", "derived_cursor", "search_state",
                                                      "vendor",           "product",        "advisory",
                                                      "asset_match",      "exposure_cursor"};
          // A restored copy must not revive what was ended after the backup.
          static const std::set<std::string> kLeftOut{"session",          "one_time_link",   "mail_queue",
                                                      "webhook_delivery", "outside_attempt", "inventory_upload",
                                                      "threat_upload",    "exposure_run",    "exposure_run_change"};
          if (kLeftOut.contains(table)) return ok();
          if (kDerived.contains(table) || table.starts_with("advisory_") || table.starts_with("stix_") ||
              table.starts_with("attack_") || table.starts_with("asset_text") || table.starts_with("sqlite_"))
            return ok();
          if (table == "asset" && (row.text(1) == "indexed" || row.text(1) == "attack_class")) return ok();
          there[table].insert(row.string(1));
          return ok();
        });
  }));
  EXPECT_EQ(kept, there) << "a migration's new table or column is kept (backup_tables.cpp) or derived (here)";
}

TEST_P(BackupTest, RestoresTheSameIntoBothDatabases) {
  const auto path = backup();
  const auto before = contents(database());
  const auto verified = verify_backup(path);
  ASSERT_TRUE(verified) << verified.error().to_string();
  EXPECT_EQ(verified->records, 20);
  EXPECT_EQ(verified->revisions, 27);
  EXPECT_EQ(verified->changes, 27);
  EXPECT_EQ(verified->taken_at, kTestNow);
  EXPECT_EQ(verified->bytes, std::filesystem::file_size(path));
  for (const auto dialect : {store::Dialect::sqlite, store::Dialect::postgres}) {
    const auto other = fresh(dialect);
    if (other == nullptr) continue;  // No PostgreSQL here: the SQLite half still counts.
    const auto restored = restore_backup(*other, path);
    ASSERT_TRUE(restored) << restored.error().to_string() << restored.error().detail;
    EXPECT_EQ(restored->records, 20);
    EXPECT_EQ(contents(*other), before);
    // Derived again, and open for more.
    const auto step = engine::search::index_step(*other);
    ASSERT_TRUE(step);
    EXPECT_TRUE(step->caught_up);
    EXPECT_EQ(step->changes, 0);
    const auto more = import_documents(*other, documents_of(21, "3"), {}, {}, kClock);
    ASSERT_TRUE(more) << more.error().to_string();
    EXPECT_EQ(more->updated, 20);
    EXPECT_EQ(more->created, 1);
    // And back: a backup of the restored one is the same again.
    const auto second = fresh(GetParam());
    const auto clean = fresh(dialect);
    ASSERT_TRUE(restore_backup(*clean, path));
    const auto back = folder.file(fmt::format("back-{}.tar.zst", static_cast<int>(dialect)));
    ASSERT_TRUE(write_backup(*clean, back, kTestNow));
    ASSERT_TRUE(restore_backup(*second, back));
    EXPECT_EQ(contents(*second), before);
  }
}

TEST_P(BackupTest, RestoresABackupFromBeforeTheFeedKnewKinds) {
  auto parts = testing::unpack(backup());
  const auto before = contents(database());
  std::map<std::string, boost::json::object> made;
  std::string manifest;
  std::size_t taken_out = 0;
  for (auto& [name, bytes] : parts) {
    constexpr std::string_view kKind = ",\"kind\":1";
    if (name.find("/change") != std::string::npos) {
      for (auto at = bytes.find(kKind); at != std::string::npos; at = bytes.find(kKind, at)) {
        bytes.erase(at, kKind.size());
        ++taken_out;
      }
    }
    if (name == "manifest.json") {
      auto root = boost::json::parse(bytes).as_object();
      for (auto& part : root["parts"].get_array()) part = made.at(std::string{json::string_at(part, "name")});
      bytes = manifest = json::write(root);
    } else if (name == "manifest.sha512") {
      bytes = sha512_hex(manifest) + "\n";
    }
    made[name] = {{"name", name}, {"bytes", bytes.size()}, {"sha512", sha512_hex(bytes)}};
  }
  ASSERT_EQ(taken_out, 27U);
  const auto other = fresh(GetParam());
  const auto restored = restore_backup(*other, folder.write("old.tar.zst", testing::pack(Packing::tar_zst, parts)));
  ASSERT_TRUE(restored) << restored.error().to_string() << restored.error().detail;
  EXPECT_EQ(contents(*other), before);
}

TEST_P(BackupTest, KeepsTheAuditLogVerifiable) {
  namespace audit = engine::audit;
  const auto key = SigningKey::random();
  ASSERT_TRUE(database().write([](store::Connection& connection) -> Status {
    engine::Actor actor;
    for (const std::int64_t person : {3, 4, 3}) {
      actor.viewer.person = domain::PersonId{person};
      TRY_VOID(audit::record(connection, actor, kTestNow, "record.read", "record:1"));
    }
    TRY_VOID(store::Audit{connection}.erase_personal({4}));
    return ok();
  }));
  ASSERT_TRUE(audit::checkpoint(database(), {}, key, kTestNow));
  const auto path = backup();
  for (const auto dialect : {store::Dialect::sqlite, store::Dialect::postgres}) {
    const auto other = fresh(dialect);
    if (other == nullptr) continue;
    // What happened before in the new installation is not in the backup's chain.
    ASSERT_TRUE(other->write([](store::Connection& connection) {
      return audit::record(connection, {}, kTestNow, "person.create", "person:1");
    }));
    const auto restored = restore_backup(*other, path);
    ASSERT_TRUE(restored) << restored.error().to_string() << restored.error().detail;
    ASSERT_TRUE(other->write(
        [](store::Connection& connection) { return audit::record(connection, {}, kTestNow, "backup.restore"); }));
    const auto report = other->snapshot(
        [&](store::Connection& connection) { return audit::verify(connection, {.public_keys = {key.public_key()}}); });
    ASSERT_TRUE(report);
    EXPECT_TRUE(report->intact()) << report->findings.at(0).text;
    EXPECT_EQ(report->entries, 5);
    EXPECT_EQ(report->erased, 1);
    EXPECT_EQ(report->checkpoints, 1);
  }
}

TEST_P(BackupTest, HoldsEveryDocumentByteForByteForAnyTool) {
  std::map<std::string, int> kinds;
  std::string first;
  for (const auto& [name, bytes] : testing::unpack(backup())) {
    ++kinds[name.substr(0, name.find('/'))];
    if (name == "documents/1-4096/1.json") first = bytes;
  }
  EXPECT_EQ(kinds["documents"], 27);
  EXPECT_EQ(kinds["manifest.json"], 1);
  EXPECT_EQ(kinds["manifest.sha512"], 1);
  EXPECT_EQ(kinds["tocsin-backup.json"], 1);
  EXPECT_EQ(first, testing::many_advisories(1)[0].second);
}

TEST_P(BackupTest, RefusesAFlippedByteInEveryPart) {
  const auto parts = testing::unpack(backup());
  ASSERT_GT(parts.size(), 30U);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    auto damaged = parts;
    auto& bytes = damaged[i].second;
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 0x01);
    const auto path = folder.write("damaged.tar.zst", testing::pack(Packing::tar_zst, damaged));
    const auto verified = verify_backup(path);
    ASSERT_FALSE(verified) << parts[i].first;
    EXPECT_EQ(verified.error().code, Error::Code::invalid_input) << parts[i].first;
  }
}

TEST_P(BackupTest, RefusesMissingAddedAndSwappedParts) {
  const auto parts = testing::unpack(backup());
  const auto refuses = [&](const testing::Files& files, std::string_view what) {
    const auto path = folder.write("damaged.tar.zst", testing::pack(Packing::tar_zst, files));
    EXPECT_FALSE(verify_backup(path)) << what;
  };
  EXPECT_TRUE(verify_backup(folder.write("same.tar.zst", testing::pack(Packing::tar_zst, parts))));
  for (std::size_t i = 0; i < parts.size(); ++i) {
    auto fewer = parts;
    fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
    refuses(fewer, "without " + parts[i].first);
    auto more = parts;
    more.insert(more.begin() + static_cast<std::ptrdiff_t>(i), {"documents/../../x", "x"});
    refuses(more, "more before " + parts[i].first);
    if (i + 1 < parts.size()) {
      auto swapped = parts;
      std::swap(swapped[i], swapped[i + 1]);
      refuses(swapped, "swapped at " + parts[i].first);
    }
  }
}

TEST_P(BackupTest, DamageOfTheFileIsRefusedAndLeavesTheDatabaseEmpty) {
  const auto whole = testing::read_file(backup());
  const auto intact = verify_backup(folder.file("b.tar.zst"));
  std::mt19937 random{20260101};
  const auto target = fresh(GetParam());
  const auto untouched = contents(*target);
  for (int round = 0; round < 60; ++round) {
    auto bytes = whole;
    if (round % 3 == 0) {
      bytes.resize(random() % bytes.size());
    } else {
      const auto at = random() % bytes.size();
      bytes[at] = static_cast<char>(bytes[at] ^ static_cast<char>(1U << (random() % 8)));
    }
    const auto path = folder.write("damaged.tar.zst", bytes);
    const auto verified = verify_backup(path);
    // The compressed form has bits that carry nothing; flipped, they leave every hash right.
    if (verified) {
      EXPECT_EQ(verified->revisions, intact->revisions);
      EXPECT_NE(round % 3, 0) << "cut off";
      continue;
    }
    if (round % 10 == 0) {
      EXPECT_FALSE(restore_backup(*target, path));
      EXPECT_EQ(contents(*target), untouched);
    }
  }
}

TEST_P(BackupTest, RefusesANewerLayoutASchemaFromTheFutureAndWhatIsNoBackup) {
  auto parts = testing::unpack(backup());
  const auto with_head = [&](std::string_view from, std::string_view to) {
    auto changed = parts;
    auto& head = changed[0].second;
    head.replace(head.find(from), from.size(), to);
    return verify_backup(folder.write("x.tar.zst", testing::pack(Packing::tar_zst, changed)));
  };
  const auto layout = with_head("\"version\":1", "\"version\":2");
  ASSERT_FALSE(layout);
  EXPECT_THAT(layout.error().message, HasSubstr("layout 2"));
  const auto schema = with_head("\"schema\":", "\"schema\":9");
  ASSERT_FALSE(schema);
  EXPECT_THAT(schema.error().message, HasSubstr("newer"));
  for (const auto& bytes : {std::string{}, std::string{"hello"}, testing::pack(Packing::tar_zst, {{"a.json", "{}"}}),
                            testing::pack(Packing::zip, {{"tocsin-backup.json", "{}"}})}) {
    const auto other = verify_backup(folder.write("x", bytes));
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().code, Error::Code::invalid_input);
  }
  const auto missing = verify_backup(folder.file("missing"));
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Error::Code::not_found);
}

TEST_P(BackupTest, NeverOverwritesAndLeavesNothingHalfBehind) {
  const auto path = folder.write("kept.tar.zst", "precious");
  const auto refused = write_backup(database(), path, kTestNow);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Error::Code::conflict);
  EXPECT_EQ(testing::read_file(path), "precious");

  // A document that does not match its hash stops the backup.
  ASSERT_TRUE(database().write([](store::Connection& connection) {
    return connection.run(
        store::Sql{"UPDATE revision_document SET bytes = ? WHERE revision_id = 3", store::Blob{"rotten"}});
  }));
  const auto rotten = write_backup(database(), folder.file("rotten.tar.zst"), kTestNow);
  ASSERT_FALSE(rotten);
  EXPECT_THAT(rotten.error().message, HasSubstr("Revision 3"));
  EXPECT_FALSE(std::filesystem::exists(folder.file("rotten.tar.zst")));
  EXPECT_FALSE(std::filesystem::exists(folder.file("rotten.tar.zst.part")));
}

TEST_P(BackupTest, IsReadableByItsOwnerOnlyAndLeavesNoPart) {
  // Of a backup that was killed.
  folder.write("b.tar.zst.part", "old");
  const auto path = backup();
  struct stat status{};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_FALSE(std::filesystem::exists(path + ".part"));
}

TEST_P(BackupTest, KilledBetweenTwoNamesTheFinishedOneStays) {
  const auto finished = backup("finished.tar.zst");
  const auto bytes = testing::read_file(finished);
  std::filesystem::create_hard_link(finished, folder.file("again.tar.zst.part"));
  const auto again = backup("again.tar.zst");
  EXPECT_EQ(testing::read_file(finished), bytes);
  EXPECT_TRUE(verify_backup(again));
}

TEST_P(BackupTest, RestoresOnlyIntoAnEmptyDatabase) {
  const auto path = backup();
  const auto before = contents(database());
  const auto refused = restore_backup(database(), path);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Error::Code::conflict);
  EXPECT_EQ(contents(database()), before);
}

TEST_P(BackupTest, IsOneMomentWhileOthersWrite) {
  std::atomic<bool> stop{false};
  std::atomic<int> written{0};
  std::thread writer([&] {
    for (int number = 0; !stop; ++number) {
      const auto text = testing::advisory_json({.id = fmt::format("LIVE-{}", number)});
      EXPECT_TRUE(import_documents(database(), {{"live", text}}, {.index = false}, {}, kClock));
      ++written;
    }
  });
  std::vector<std::string> paths;
  for (int round = 0; round < 4; ++round) {
    const int before = written;
    while (written < before + 2) std::this_thread::yield();
    paths.push_back(backup(fmt::format("live-{}.tar.zst", round)));
  }
  stop = true;
  writer.join();
  std::int64_t last = 0;
  for (const auto& path : paths) {
    const auto verified = verify_backup(path);
    ASSERT_TRUE(verified) << verified.error().to_string();
    // Every record with its revision and its change: nothing of a transaction without the rest.
    EXPECT_EQ(verified->changes, verified->revisions);
    EXPECT_EQ(verified->records, verified->revisions - 7);
    EXPECT_GT(verified->records, last);
    last = verified->records;
    const auto other = fresh(GetParam());
    const auto restored = restore_backup(*other, path);
    EXPECT_TRUE(restored) << restored.error().to_string();
  }
}

TEST_P(BackupTest, ProgressReachesTheTotal) {
  std::uint64_t last = 0, total = 0;
  const auto path = folder.file("p.tar.zst");
  ASSERT_TRUE(write_backup(database(), path, kTestNow, [&](std::uint64_t done, std::uint64_t of) {
    EXPECT_GE(done, last);
    last = done;
    total = of;
  }));
  EXPECT_EQ(last, total);
  EXPECT_GT(total, 0U);
  last = 0;
  ASSERT_TRUE(verify_backup(path, [&](std::uint64_t done, std::uint64_t of) {
    EXPECT_GE(done, last);
    EXPECT_LE(done, of);
    last = done;
  }));
  EXPECT_GT(last, 0U);
}

TEST_P(BackupTest, AnEmptyInstallationToo) {
  const auto empty = fresh(GetParam());
  const auto path = folder.file("empty.tar.zst");
  ASSERT_TRUE(write_backup(*empty, path, kTestNow));
  const auto other = fresh(GetParam());
  const auto restored = restore_backup(*other, path);
  ASSERT_TRUE(restored) << restored.error().to_string();
  EXPECT_EQ(restored->records, 0);
  EXPECT_EQ(contents(*other), contents(*empty));
}

}  // namespace
}  // namespace tocsin::exchange
