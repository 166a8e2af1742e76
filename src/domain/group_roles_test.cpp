#include "domain/group_roles.hpp"

#include <gmock/gmock.h>

namespace tocsin::domain {
namespace {

using ::testing::ElementsAre;

TEST(GroupRoles, AreReadLineByLine) {
  const auto table = parse_group_roles(
      "# who may do what\n"
      "ot-analysts = Example CERT: analyst coordinator\r\n"
      "\n"
      "  cn=Valves,ou=groups = Example Valves: vendor-coordinator\n"
      "everybody = Example: Works\n"
      "guests = Example Gas");
  ASSERT_FALSE(table) << "'Works' is no role";
  const auto good = parse_group_roles(
      "# who may do what\n"
      "ot-analysts = Example CERT: analyst coordinator\r\n"
      "\n"
      "  cn=Valves,ou=groups = Example Valves: vendor-coordinator\n"
      "works = Example: Works:\n"
      "guests = Example Gas");
  ASSERT_TRUE(good) << good.error().to_string();
  using enum Role;
  EXPECT_THAT(
      *good, ElementsAre(GroupRole{"ot-analysts", "Example CERT", {member, analyst, coordinator}},
                         GroupRole{"cn=Valves,ou=groups", "Example Valves", {member, vendor_coordinator}},
                         GroupRole{"works", "Example: Works", {member}}, GroupRole{"guests", "Example Gas", {member}}));
}

TEST(GroupRoles, SayWhichLineIsWrong) {
  for (const auto* line : {"group", "group=org: analyst", " = org: analyst", "group = ", "group = : analyst",
                           "group = org: root", "group = org: analyst,auditor", "a = b\na = b: analyst"}) {
    const auto table = parse_group_roles("\n" + std::string{line});
    ASSERT_FALSE(table) << line;
    EXPECT_EQ(table.error().where, std::string_view{line}.find('\n') == std::string_view::npos ? "line 2" : "line 3");
  }
  std::string many;
  for (std::size_t i = 0; i <= kGroupRolesMax; ++i) many += "g" + std::to_string(i) + " = o\n";
  EXPECT_FALSE(parse_group_roles(many));
}

TEST(GroupRoles, GroupsOfOneOrganisationAddUp) {
  const auto table = parse_group_roles("a = One: analyst\nb = Two\nc = One: auditor\nd = Three: administrator").value();
  const std::vector<std::string> groups{"a", "b", "c", "unknown"};
  using enum Role;
  EXPECT_THAT(memberships_of(groups, table),
              ElementsAre(GrantedMembership{"One", {member, analyst, auditor}}, GrantedMembership{"Two", {member}}));
  const std::vector<std::string> others{"A", "a ", "aa"};
  EXPECT_TRUE(memberships_of(others, table).empty());
  EXPECT_TRUE(memberships_of({}, table).empty());
}

}  // namespace
}  // namespace tocsin::domain
