#include <functional>

#include "engine/members/testing.hpp"

namespace tocsin::engine::members {
namespace {

constexpr auto kCert = domain::kOwnOrganisation;

/// Who tries: every role where it may be held, a member of another organisation, somebody without organisation, a
/// visitor and the console.
constexpr std::string_view kWhoNames[] = {"visitor", "without", "other",       "member",  "org-admin",     "vendor",
                                          "cert",    "analyst", "coordinator", "auditor", "administrator", "console"};

class PermissionsTest : public MembersTest {
 protected:
  void SetUp() override {
    MembersTest::SetUp();
    if (IsSkipped()) return;
    person("root@cert.example", kCert, {Role::administrator});
    vendor = organisation("Example Pumps", OrganisationKind::vendor);
    other = organisation("Other works");
    person("keeps@pumps.example", vendor, {Role::organisation_administrator});
    target = person("target@pumps.example", vendor);
    community =
        create_community(database(), console, {.uuid = {}, .name = "Ring", .description = {}}, kTestNow).value();
    const auto lone = person("lone@x.example", other);
    actors = {Actor::anonymous(),
              acting(lone, {404}),
              acting(lone, other),
              acting(person("m@pumps.example", vendor), vendor),
              acting(person("o@pumps.example", vendor, {Role::organisation_administrator}), vendor),
              acting(person("v@pumps.example", vendor, {Role::vendor_coordinator}), vendor),
              acting(person("m@cert.example", kCert), kCert),
              acting(person("n@cert.example", kCert, {Role::analyst}), kCert),
              acting(person("c@cert.example", kCert, {Role::coordinator}), kCert),
              acting(person("u@cert.example", kCert, {Role::auditor}), kCert),
              acting(person("a@cert.example", kCert, {Role::administrator}), kCert),
              console};
  }
  /// Names of those who are not refused with "forbidden", whatever else comes of it.
  std::string allowed(const std::function<std::string(const Actor&)>& attempt) {
    std::string names;
    for (std::size_t i = 0; i < actors.size(); ++i) {
      if (attempt(actors[i]) == "forbidden") continue;
      names += (names.empty() ? "" : " ") + std::string{kWhoNames[i]};
    }
    return names;
  }
  OrganisationId vendor, other;
  PersonId target;
  CommunityId community;
  std::vector<Actor> actors;
  int next = 0;
};
TOCSIN_ON_BOTH_DATABASES(PermissionsTest);

TEST_P(PermissionsTest, OrganisationsAreManagedByTheCertAndTheirOwn) {
  EXPECT_EQ(allowed([&](const Actor& actor) {
              return outcome(create_organisation(database(), actor, named("New " + std::to_string(++next)), kTestNow));
            }),
            "coordinator administrator console");
  EXPECT_EQ(allowed([&](const Actor& actor) {
              return outcome(change_organisation(database(), actor, vendor,
                                                 named("Example Pumps", OrganisationKind::vendor), kTestNow));
            }),
            "org-admin coordinator administrator console");
  EXPECT_EQ(allowed([&](const Actor& actor) {
              return outcome(add_contact(
                  database(), actor, vendor,
                  {.id = 0, .role = "press", .name = "Desk", .email = "a@b.example", .phone = {}}, kTestNow));
            }),
            "org-admin coordinator administrator console");
  for (const auto remove : {&remove_contact, &remove_key}) {
    EXPECT_EQ(allowed([&](const Actor& actor) { return outcome(remove(database(), actor, vendor, 404, kTestNow)); }),
              "org-admin coordinator administrator console");
  }
  EXPECT_EQ(
      allowed([&](const Actor& actor) { return outcome(add_key(database(), actor, vendor, "no key", "", kTestNow)); }),
      "org-admin coordinator administrator console");
  for (const auto tie : {&add_client, &remove_client}) {
    EXPECT_EQ(allowed([&](const Actor& actor) { return outcome(tie(database(), actor, vendor, {404}, kTestNow)); }),
              "coordinator administrator console");
  }
  for (const auto status : {OrganisationStatus::vetted, OrganisationStatus::suspended, OrganisationStatus::applied}) {
    EXPECT_EQ(allowed([&](const Actor& actor) {
                return outcome(set_organisation_status(database(), actor, {404}, status, "", {}, kTestNow));
              }),
              "coordinator administrator console");
  }
  EXPECT_EQ(allowed([&](const Actor& actor) {
              return outcome(set_organisation_status(database(), actor, vendor, OrganisationStatus::left, "",
                                                     OrganisationId{404}, kTestNow));
            }),
            "org-admin coordinator administrator console");
}

TEST_P(PermissionsTest, OrganisationsAreSeenByMembersButNotByAuditors) {
  constexpr auto kReaders = "other member org-admin vendor cert analyst coordinator administrator console";
  EXPECT_EQ(allowed([&](const Actor& actor) { return outcome(list_organisations(database(), actor, {})); }), kReaders);
  EXPECT_EQ(
      allowed([&](const Actor& actor) { return outcome(find_organisation(database(), actor, vendor, kTestNow)); }),
      kReaders);
  EXPECT_EQ(
      allowed([&](const Actor& actor) {
        return outcome(apply(database(), actor, applying("W " + std::to_string(++next), "a@w.example"), kTestNow));
      }),
      "visitor without other member org-admin vendor cert analyst coordinator auditor administrator console");
}

TEST_P(PermissionsTest, PeopleAreManagedByAdministrators) {
  EXPECT_EQ(allowed([&](const Actor& actor) {
              return outcome(
                  invite(database(), actor, vendor, mailed("n" + std::to_string(++next) + "@x.example"), {}, kTestNow));
            }),
            "org-admin administrator console");
  EXPECT_EQ(allowed([&](const Actor& actor) {
              return outcome(set_roles(database(), actor, target, vendor, {Role::member}, kTestNow));
            }),
            "org-admin administrator console");
  EXPECT_EQ(allowed([&](const Actor& actor) {
              return outcome(set_roles(database(), actor, target, other, {Role::member}, kTestNow));
            }),
            "administrator console");
  EXPECT_EQ(allowed([&](const Actor& actor) {
              return outcome(change_person(database(), actor, target, mailed("target@pumps.example"), kTestNow));
            }),
            "administrator console");
  EXPECT_EQ(allowed([&](const Actor& actor) {
              return outcome(set_person_status(database(), actor, target, PersonStatus::active, kTestNow));
            }),
            "administrator console");
  EXPECT_EQ(allowed([&](const Actor& actor) { return outcome(export_person(database(), actor, target, kTestNow)); }),
            "administrator console");
  EXPECT_EQ(allowed([&](const Actor& actor) { return outcome(erase_person(database(), actor, {404}, kTestNow)); }),
            "administrator console");
  EXPECT_EQ(allowed([&](const Actor& actor) { return outcome(list_people(database(), actor, {})); }),
            "org-admin coordinator administrator console");
}

TEST_P(PermissionsTest, SuspendedMidwayNobodyHasAnyPermissionLeft) {
  ASSERT_TRUE(set_organisation_status(database(), console, vendor, OrganisationStatus::suspended, "", {}, kTestNow));
  const auto admin = acting(find_person_by_email(database(), console, "o@pumps.example").value()->person.id, vendor);
  EXPECT_EQ(outcome(list_organisations(database(), admin, {})), "forbidden");
  EXPECT_EQ(outcome(invite(database(), admin, vendor, mailed("x@pumps.example"), {}, kTestNow)), "forbidden");
}

TEST_P(PermissionsTest, CommunitiesAreManagedByTheCert) {
  const CommunityInput input{.uuid = {}, .name = "Ring", .description = {}};
  constexpr auto kManagers = "coordinator administrator console";
  EXPECT_EQ(allowed([&](const Actor& actor) { return outcome(create_community(database(), actor, input, kTestNow)); }),
            kManagers);
  EXPECT_EQ(allowed([&](const Actor& actor) {
              return outcome(change_community(database(), actor, community, input, false, kTestNow));
            }),
            kManagers);
  for (const auto change : {&add_to_community, &remove_from_community}) {
    EXPECT_EQ(allowed([&](const Actor& actor) {
                return outcome(change(database(), actor, community, {Grantee::Kind::person, target.value}, kTestNow));
              }),
              kManagers);
  }
  constexpr auto kSignedIn =
      "without other member org-admin vendor cert analyst coordinator auditor administrator console";
  EXPECT_EQ(allowed([&](const Actor& actor) { return outcome(list_communities(database(), actor)); }), kSignedIn);
  EXPECT_EQ(allowed([&](const Actor& actor) { return outcome(find_community(database(), actor, community)); }),
            kSignedIn);
}

}  // namespace
}  // namespace tocsin::engine::members
