#include "engine/members/actor.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tocsin::engine {
namespace {

using domain::OrganisationId;
using domain::Permission;
using domain::Role;
using domain::Roles;
using ::testing::HasSubstr;

Actor acting(Roles roles, OrganisationId organisation = {7}) {
  Actor actor;
  actor.viewer.person = domain::PersonId{3};
  actor.viewer.organisation = organisation;
  actor.viewer.roles = roles;
  return actor;
}

TEST(Actor, TheConsoleMayDoEverything) {
  for (const auto each : domain::all_permissions()) EXPECT_TRUE(Actor::at_console().may(each)) << domain::slug(each);
  EXPECT_TRUE(Actor::at_console().require(Permission::manage_people, Permission::manage_own_people, OrganisationId{9}));
}

TEST(Actor, AVisitorMayDoNothingThatNeedsAnAccount) {
  for (const auto each : domain::all_permissions()) {
    EXPECT_EQ(Actor::anonymous().may(each), each == Permission::anyone) << domain::slug(each);
  }
  EXPECT_EQ(Actor::anonymous().require(Permission::signed_in).error().code, Error::Code::forbidden);
}

TEST(Actor, EveryRoleMayWhatTheTableSays) {
  for (const auto role : domain::all_roles()) {
    for (const auto each : domain::all_permissions()) {
      const auto actor = acting({Role::member, role});
      EXPECT_EQ(actor.may(each), domain::allows({Role::member, role}, each)) << domain::slug(role);
      EXPECT_EQ(actor.require(each).has_value(), actor.may(each)) << domain::slug(role);
    }
  }
}

TEST(Actor, RolesWithoutAnActiveOrganisationCountForNothing) {
  auto actor = acting({Role::member, Role::administrator});
  actor.viewer.organisation.reset();
  for (const auto each : domain::all_permissions()) {
    EXPECT_EQ(actor.may(each), each == Permission::anyone || each == Permission::signed_in) << domain::slug(each);
  }
}

TEST(Actor, OwnPermissionReachesTheOrganisationActedForOnly) {
  const auto actor = acting({Role::member, Role::organisation_administrator}, {7});
  EXPECT_TRUE(actor.require(Permission::manage_people, Permission::manage_own_people, OrganisationId{7}));
  const auto other = actor.require(Permission::manage_people, Permission::manage_own_people, OrganisationId{8});
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, Error::Code::forbidden);
}

TEST(Actor, ARefusalNamesTheRolesThatMay) {
  const auto refused = acting({Role::member}).require(Permission::publish_record);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("vendor-coordinator or coordinator"));
}

}  // namespace
}  // namespace tocsin::engine
