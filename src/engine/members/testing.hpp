#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/members/members.hpp"
#include "store/audit.hpp"
#include "store/people.hpp"
#include "store/records.hpp"
#include "store/testing/test_database.hpp"

/// What tests of members share: quick ways to make organisations and people, and actors for them.
namespace tocsin::engine::members {

using domain::CommunityId;
using domain::Grantee;
using domain::OrganisationId;
using domain::OrganisationKind;
using domain::OrganisationStatus;
using domain::PersonId;
using domain::PersonStatus;
using domain::Role;
using domain::Roles;
using store::Sql;
using store_testing::kTestNow;

inline OrganisationInput named(std::string name, OrganisationKind kind = OrganisationKind::asset_owner) {
  OrganisationInput input;
  input.kind = kind;
  input.name = std::move(name);
  return input;
}
inline PersonInput mailed(std::string email, std::string name = "Ada Example") {
  return {.name = std::move(name), .email = std::move(email), .language = {}, .time_zone = {}};
}
inline Application applying(std::string organisation, std::string email) {
  return {.organisation = named(std::move(organisation)),
          .person_name = "Ada Example",
          .email = std::move(email),
          .note = "We run pumps."};
}

/// "forbidden" and so on, or "ok".
template <class T>
std::string outcome(const Result<T>& result) {
  return result ? "ok" : std::string{to_string(result.error().code)};
}
/// "invalid_input at name"
template <class T>
std::string refusal(const Result<T>& result) {
  return result ? "ok" : std::string{to_string(result.error().code)} + " at " + result.error().where;
}

class MembersTest : public store_testing::DatabaseTest {
 protected:
  static inline const Actor console = Actor::at_console();

  OrganisationId organisation(std::string name, OrganisationKind kind = OrganisationKind::asset_owner) {
    auto made = create_organisation(database(), console, named(std::move(name), kind), kTestNow);
    EXPECT_TRUE(made) << made.error().to_string() << made.error().detail;
    return made ? *made : OrganisationId{};
  }
  /// An active one, as if the invitation had been used.
  PersonId person(std::string email, OrganisationId organisation, Roles roles = {Role::member}) {
    auto made = invite(database(), console, organisation, mailed(std::move(email)), roles, kTestNow);
    EXPECT_TRUE(made) << made.error().to_string() << made.error().detail;
    if (!made) return {};
    activate(*made);
    return *made;
  }
  void activate(PersonId id) {
    run(Sql{"UPDATE person SET status = ? WHERE id = ? AND status = ?", PersonStatus::active, id,
            PersonStatus::invited});
  }
  /// As the policy sees this person now.
  Actor acting(PersonId person, OrganisationId organisation) {
    Actor actor;
    actor.viewer = database()
                       .read([&](store::Connection& connection) { return viewer_of(connection, person, organisation); })
                       .value();
    actor.name = "ada";
    actor.address = "192.0.2.7";
    actor.agent = "Browser";
    return actor;
  }
  void run(const Sql& sql) {
    const auto done = database().write([&](store::Connection& connection) { return connection.run(sql); });
    ASSERT_TRUE(done) << done.error().to_string() << done.error().detail;
  }
  std::int64_t number(const Sql& sql) {
    return database()
        .read([&](store::Connection& connection) {
          return connection.first(sql, [](const store::Row& row) { return row.integer(0); });
        })
        .value()
        .value_or(-1);
  }
  std::vector<store::AuditRow> audit_rows() {
    return database()
        .read([](store::Connection& connection) { return store::Audit{connection}.after(0, 1'000); })
        .value();
  }
  /// "organisation.create organisation:2"
  std::string last_entry() {
    const auto rows = audit_rows();
    return rows.empty() ? "" : rows.back().entry.action + " " + rows.back().entry.object;
  }
  std::int64_t generation_now() {
    return database().read([](store::Connection& connection) { return generation(connection); }).value();
  }
  domain::Organisation stored(OrganisationId id) {
    const auto found = find_organisation(database(), console, id, kTestNow).value();
    EXPECT_TRUE(found);
    return found ? found->organisation : domain::Organisation{};
  }
  void session(PersonId person, OrganisationId organisation) {
    static std::int64_t next = 0;
    ++next;
    run(
        Sql{"INSERT INTO session (token_hash, person_id, organisation_id, method, second_factor, address, agent, "
            "created_at, authenticated_at, last_seen_at, expires_at) VALUES (?, ?, ?, 'password', 0, '192.0.2.1', "
            "'Browser', 0, 0, 0, 0)",
            "s" + std::to_string(next), person, organisation});
    run(
        Sql{"INSERT INTO api_token (token_hash, person_id, organisation_id, name, scopes, networks, created_at, "
            "expires_at, last_used_address) VALUES (?, ?, ?, 'backup', 'read', '', 0, 0, '')",
            "t" + std::to_string(next), person, organisation});
  }
  std::int64_t sessions(PersonId person) {
    return number(
        Sql{"SELECT (SELECT count(*) FROM session WHERE person_id = ?) + (SELECT count(*) FROM api_token WHERE "
            "person_id = ?)",
            person, person});
  }
};

}  // namespace tocsin::engine::members
