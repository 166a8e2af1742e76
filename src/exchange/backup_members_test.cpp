#include <gtest/gtest.h>

#include "engine/members/members.hpp"
#include "exchange/backup.hpp"
#include "exchange/backup_fixture.hpp"
#include "exchange/backup_tables.hpp"
#include "store/records.hpp"
#include "store/testing/test_database.hpp"

namespace tocsin::exchange {
namespace {

using store_testing::kTestNow;

/// Every column of every table that is kept.
std::string contents(store::Database& database) {
  std::string all;
  const auto read = database.snapshot([&](store::Connection& connection) -> Status {
    for (const auto& table : backup_table_list()) {
      all += fmt::format("{}:\n", table.name);
      TRY_VOID(connection.each(table.page({}, 10'000), [&](const store::Row& row) -> Status {
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

using BackupMembersTest = testing::BackupFixture;
TOCSIN_ON_BOTH_DATABASES(BackupMembersTest);

/// Members of every kind, and more rows than a page under keys of two and three parts.
void add_members(store::Database& database) {
  namespace members = engine::members;
  using store::Sql;
  const auto console = engine::Actor::at_console();
  const auto works = members::create_organisation(database, console,
                                                  {.kind = domain::OrganisationKind::vendor,
                                                   .name = "Water works",
                                                   .sectors = {"water"},
                                                   .countries = {"DE"},
                                                   .homepage = {},
                                                   .description = {},
                                                   .vendor_keys = {"water-works"}},
                                                  kTestNow);
  ASSERT_TRUE(works) << works.error().to_string();
  ASSERT_TRUE(members::add_client(database, console, domain::kOwnOrganisation, *works, kTestNow));
  ASSERT_TRUE(members::add_contact(database, console, *works,
                                   {.id = 0, .role = "press", .name = "Desk", .email = "d@water.example", .phone = {}},
                                   kTestNow));
  const auto person =
      members::invite(database, console, *works,
                      {.name = "Ada", .email = "ada@water.example", .language = {}, .time_zone = {}}, {}, kTestNow);
  ASSERT_TRUE(person) << person.error().to_string();
  const auto ring =
      members::create_community(database, console, {.uuid = {}, .name = "Ring", .description = {}}, kTestNow);
  ASSERT_TRUE(ring);
  ASSERT_TRUE(members::add_to_community(database, console, *ring, {domain::Grantee::Kind::organisation, works->value},
                                        kTestNow));
  ASSERT_TRUE(
      members::add_to_community(database, console, *ring, {domain::Grantee::Kind::person, person->value}, kTestNow));
  ASSERT_TRUE(database.write([&](store::Connection& connection) {
    return store::Records{connection}.put(store_testing::sample_revision("EX-1"), kTestNow);
  }));
  std::vector<Sql> more;
  for (int i = 1; i <= 700; ++i) {
    more.emplace_back("INSERT INTO organisation (id, kind, name, created_at) VALUES (?, 1, 'More', 0)", 1'000 + i);
    more.emplace_back("INSERT INTO membership (person_id, organisation_id, roles, created_at) VALUES (?, ?, 1, 0)",
                      *person, 1'000 + i);
    more.emplace_back("INSERT INTO audience (id, digest) VALUES (?, ?)", i, std::to_string(i));
    for (const int kind : {1, 2}) {
      more.emplace_back("INSERT INTO audience_grantee (audience_id, kind, grantee_id) VALUES (?, ?, 1)", i, kind);
      more.emplace_back("INSERT INTO audience_grantee (audience_id, kind, grantee_id) VALUES (?, ?, 2)", i, kind);
    }
  }
  more.emplace_back(
      "INSERT INTO credential (person_id, kind, external_id, label, secret, counter, created_at) VALUES (?, 1, '', '', "
      "'hash', 0, 0)",
      *person);
  more.emplace_back(
      "INSERT INTO api_token (token_hash, person_id, organisation_id, name, scopes, networks, created_at, expires_at, "
      "last_used_address) VALUES ('t', ?, ?, 'n', 'read', '', 0, 0, '')",
      *person, *works);
  more.emplace_back(
      "INSERT INTO api_token (token_hash, person_id, organisation_id, name, scopes, networks, created_at, expires_at, "
      "last_used_address, kind, subject) VALUES ('fingerprint', ?, ?, 'n', 'read', '', 0, 0, '', 2, 'CN=probe')",
      *person, *works);
  more.emplace_back("INSERT INTO outside_role (person_id, organisation_id, roles, confirmed_at) VALUES (?, ?, 3, 7)",
                    *person, *works);
  more.emplace_back("INSERT INTO outside_attempt (token_hash, sealed, expires_at) VALUES ('a', 'sealed', 9)");
  more.emplace_back(
      "INSERT INTO session (token_hash, person_id, method, second_factor, address, agent, created_at, "
      "authenticated_at, last_seen_at, expires_at) VALUES ('s', ?, 'password', 0, '', '', 0, 0, 0, 0)",
      *person);
  more.emplace_back("UPDATE record SET audience = 3, audience_id = 700 WHERE id = 1");
  ASSERT_TRUE(database.write([&](store::Connection& connection) { return connection.run_all(more); }));
}

TEST_P(BackupMembersTest, RestoresMembersButNoSession) {
  add_members(database());
  const auto path = backup();
  const auto before = contents(database());
  for (const auto dialect : {store::Dialect::sqlite, store::Dialect::postgres}) {
    const auto other = fresh(dialect);
    if (other == nullptr) continue;
    // `init` has made a first administrator already.
    const auto admin =
        engine::members::invite(*other, engine::Actor::at_console(), domain::kOwnOrganisation,
                                {.name = "First", .email = "first@cert.example", .language = {}, .time_zone = {}},
                                {domain::Role::administrator}, kTestNow);
    ASSERT_TRUE(admin);
    const auto restored = restore_backup(*other, path);
    ASSERT_TRUE(restored) << restored.error().to_string() << restored.error().detail;
    EXPECT_EQ(contents(*other), before);
    const auto count = [&](const store::Sql& sql) {
      return other
          ->read([&](store::Connection& connection) {
            return connection.first(sql, [](const store::Row& row) { return row.integer(0); });
          })
          .value()
          .value_or(-1);
    };
    EXPECT_EQ(count(store::Sql{"SELECT count(*) FROM session"}), 0);
    EXPECT_EQ(count(store::Sql{"SELECT count(*) FROM outside_attempt"}), 0);
    EXPECT_EQ(count(store::Sql{"SELECT count(*) FROM outside_role"}), 1);
    EXPECT_EQ(count(store::Sql{"SELECT count(*) FROM audience_grantee"}), 2'800);
    EXPECT_EQ(count(store::Sql{"SELECT count(*) FROM membership"}), 701);
    // New rows get new numbers.
    EXPECT_TRUE(engine::members::create_organisation(*other, engine::Actor::at_console(),
                                                     {.kind = domain::OrganisationKind::isac,
                                                      .name = "New works",
                                                      .sectors = {},
                                                      .countries = {},
                                                      .homepage = {},
                                                      .description = {},
                                                      .vendor_keys = {}},
                                                     kTestNow));
    // And now it is somebody's.
    const auto again = restore_backup(*other, path);
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, Error::Code::conflict);
  }
}

TEST_P(BackupMembersTest, RefusesADatabaseWithMembersButNoRecords) {
  const auto path = backup();
  const auto other = fresh(GetParam());
  ASSERT_TRUE(engine::members::create_community(*other, engine::Actor::at_console(),
                                                {.uuid = {}, .name = "Ring", .description = {}}, kTestNow));
  const auto refused = restore_backup(*other, path);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Error::Code::conflict);
}

}  // namespace
}  // namespace tocsin::exchange
