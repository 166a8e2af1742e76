#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/members/members.hpp"
#include "store/members_state.hpp"
#include "store/testing/test_database.hpp"

namespace tocsin::engine::members {
namespace {

using domain::CommunityId;
using domain::OrganisationId;
using domain::OrganisationStatus;
using domain::PersonId;
using domain::PersonStatus;
using domain::Role;
using domain::Roles;
using store::Sql;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Rows by hand: what stands in the database decides, however it came there.
class ViewerTest : public store_testing::DatabaseTest {
 protected:
  void run(const Sql& sql) {
    const auto done = database().write([&](store::Connection& connection) { return connection.run(sql); });
    ASSERT_TRUE(done) << done.error().detail;
  }
  void organisation(std::int64_t id, const char* name, OrganisationStatus status = OrganisationStatus::active) {
    run(Sql{"INSERT INTO organisation (id, kind, name, created_at, status) VALUES (?, 1, ?, 0, ?)", id, name, status});
  }
  void person(std::int64_t id, PersonStatus status = PersonStatus::active) {
    run(
        Sql{"INSERT INTO person (id, uuid, name, email, folded_email, status, language, time_zone, created_at) "
            "VALUES (?, '', 'Ada', '', ?, ?, '', '', 0)",
            id, std::to_string(id), status});
  }
  void membership(std::int64_t person, std::int64_t organisation, Roles roles = {Role::member}) {
    run(Sql{"INSERT INTO membership (person_id, organisation_id, roles, created_at) VALUES (?, ?, ?, 0)", person,
            organisation, roles.bits()});
  }
  void community(std::int64_t id, bool closed = false) {
    run(
        Sql{"INSERT INTO community (id, uuid, name, description, owner_id, members_hidden, closed, created_at) VALUES "
            "(?, ?, '', '', 1, 0, ?, 0)",
            id, std::to_string(id), closed});
  }
  domain::policy::Viewer viewer(std::int64_t person, std::optional<OrganisationId> organisation = {}) {
    return database()
        .read([&](store::Connection& connection) { return viewer_of(connection, PersonId{person}, organisation); })
        .value();
  }
};
TOCSIN_ON_BOTH_DATABASES(ViewerTest);

TEST_P(ViewerTest, AnActiveSeatGivesOrganisationAndRoles) {
  organisation(2, "Water works");
  person(5);
  membership(5, 2, {Role::member, Role::organisation_administrator});
  const auto seen = viewer(5, OrganisationId{2});
  EXPECT_EQ(seen.person, PersonId{5});
  EXPECT_EQ(seen.organisation, OrganisationId{2});
  EXPECT_EQ(seen.roles, (Roles{Role::member, Role::organisation_administrator}));
}

TEST_P(ViewerTest, WhoIsNotActiveIsAVisitor) {
  organisation(2, "Water works");
  for (const auto status : {PersonStatus::invited, PersonStatus::suspended, PersonStatus::erased}) {
    const auto id = 10 + static_cast<std::int64_t>(status);
    person(id, status);
    membership(id, 2);
    EXPECT_EQ(viewer(id, OrganisationId{2}).cache_key(), "anonymous") << to_string(status);
  }
  EXPECT_EQ(viewer(99).cache_key(), "anonymous");
}

TEST_P(ViewerTest, AnOrganisationThatIsNotActiveGivesNothing) {
  person(5);
  for (const auto status : domain::all_organisation_statuses()) {
    const auto id = 20 + static_cast<std::int64_t>(status);
    organisation(id, std::string{to_string(status)}.c_str(), status);
    membership(5, id, {Role::member, Role::organisation_administrator});
    const auto seen = viewer(5, OrganisationId{id});
    const bool active = status == OrganisationStatus::active;
    EXPECT_EQ(seen.organisation.has_value(), active) << to_string(status);
    EXPECT_EQ(seen.roles.empty(), !active) << to_string(status);
    EXPECT_EQ(seen.person, PersonId{5});
  }
}

TEST_P(ViewerTest, AnothersOrganisationGivesNothing) {
  organisation(2, "Water works");
  organisation(3, "Power works");
  person(5);
  membership(5, 2);
  EXPECT_FALSE(viewer(5, OrganisationId{3}).organisation);
  EXPECT_FALSE(viewer(5, OrganisationId{404}).organisation);
}

TEST_P(ViewerTest, WithoutAnOrganisationTheFirstActiveOneByNameCounts) {
  organisation(2, "Zinc works");
  organisation(3, "\xC3\x84rzte");  // folds to "arzte"
  organisation(4, "Aachen", OrganisationStatus::suspended);
  person(5);
  for (const auto id : {2, 3, 4}) membership(5, id);
  EXPECT_EQ(viewer(5).organisation, OrganisationId{3});
}

TEST_P(ViewerTest, OpenCommunitiesOfPersonAndOrganisationCount) {
  organisation(2, "Water works");
  organisation(3, "Power works");
  person(5);
  membership(5, 2);
  membership(5, 3);
  for (const auto id : {31, 32, 33, 34}) community(id);
  community(35, true);
  for (const auto id : {34, 35}) {
    run(Sql{"INSERT INTO community_organisation (community_id, organisation_id, joined_at) VALUES (?, 2, 0)", id});
  }
  run(Sql{"INSERT INTO community_organisation (community_id, organisation_id, joined_at) VALUES (32, 3, 0)"});
  for (const auto id : {31, 34}) {
    run(Sql{"INSERT INTO community_person (community_id, person_id, joined_at) VALUES (?, 5, 0)", id});
  }
  EXPECT_THAT(viewer(5, OrganisationId{2}).communities, ElementsAre(CommunityId{31}, CommunityId{34}));
  EXPECT_THAT(viewer(5, OrganisationId{3}).communities, ElementsAre(CommunityId{31}, CommunityId{32}, CommunityId{34}));
  EXPECT_THAT(viewer(5, OrganisationId{404}).communities, ElementsAre(CommunityId{31}, CommunityId{34}));
}

TEST_P(ViewerTest, ActiveProvidersCount) {
  organisation(2, "Water works");
  organisation(3, "Integrator");
  organisation(4, "Suspended integrator", OrganisationStatus::suspended);
  person(5);
  membership(5, 2);
  for (const auto provider : {4, 3}) {
    run(Sql{"INSERT INTO organisation_client (provider_id, client_id) VALUES (?, 2)", provider});
  }
  run(Sql{"INSERT INTO organisation_client (provider_id, client_id) VALUES (2, 3)"});
  EXPECT_THAT(viewer(5).providers, ElementsAre(OrganisationId{3}));
}

TEST_P(ViewerTest, TheGenerationGrows) {
  const auto now = [&] {
    return database().read([](store::Connection& connection) { return generation(connection); }).value();
  };
  const auto before = now();
  EXPECT_GT(before, 0);
  ASSERT_TRUE(
      database().write([](store::Connection& connection) { return store::MembersState{connection}.advance(); }));
  EXPECT_EQ(now(), before + 1);
}

}  // namespace
}  // namespace tocsin::engine::members
