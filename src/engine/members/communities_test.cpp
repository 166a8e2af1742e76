#include "engine/members/testing.hpp"

namespace tocsin::engine::members {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr auto kCert = domain::kOwnOrganisation;

class CommunitiesTest : public MembersTest {
 protected:
  CommunityId community(std::string name, bool hidden = false) {
    return create_community(database(), console,
                            {.uuid = {}, .name = std::move(name), .description = {}, .members_hidden = hidden},
                            kTestNow)
        .value();
  }
  Status add(CommunityId id, Grantee::Kind kind, std::int64_t member) {
    return add_to_community(database(), console, id, {kind, member}, kTestNow);
  }
  std::vector<std::string> names(const Actor& actor) {
    std::vector<std::string> found;
    for (const auto& row : list_communities(database(), actor).value()) found.push_back(row.community.name);
    return found;
  }
};
TOCSIN_ON_BOTH_DATABASES(CommunitiesTest);

TEST_P(CommunitiesTest, AUuidFromOutsideIsKeptWhereItIsOne) {
  constexpr std::string_view kGiven = "5F2D3B6A-0000-4000-8000-0123456789AB";
  const auto made = [&](std::string_view uuid) {
    return create_community(database(), console, {.uuid = std::string{uuid}, .name = "Water", .description = {}},
                            kTestNow);
  };
  const auto uuid_of = [&](CommunityId id) {
    return find_community(database(), console, id).value()->row.community.uuid;
  };
  EXPECT_EQ(uuid_of(made(kGiven).value()), "5f2d3b6a-0000-4000-8000-0123456789ab");
  EXPECT_EQ(refusal(made(kGiven)), "conflict at uuid");
  for (const auto* odd :
       {"", "5f2d3b6a", "zf2d3b6a-0000-4000-8000-0123456789ab", "5f2d3b6a00004000800001234567890123456"}) {
    const auto id = made(odd);
    ASSERT_TRUE(id) << odd;
    EXPECT_EQ(uuid_of(*id).size(), 36U);
    EXPECT_NE(uuid_of(*id), odd);
  }
}

TEST_P(CommunitiesTest, WhatIsNotRightIsRefused) {
  const auto id = community("Water");
  for (const auto& bad : {CommunityInput{.uuid = {}, .name = "", .description = {}},
                          CommunityInput{.uuid = {}, .name = std::string(201, 'a'), .description = {}}}) {
    EXPECT_EQ(refusal(create_community(database(), console, bad, kTestNow)), "invalid_input at name");
    EXPECT_EQ(refusal(change_community(database(), console, id, bad, false, kTestNow)), "invalid_input at name");
  }
  const CommunityInput long_text{.uuid = {}, .name = "Water", .description = std::string(4'001, 'a')};
  EXPECT_EQ(refusal(create_community(database(), console, long_text, kTestNow)), "invalid_input at description");
  const CommunityInput good{.uuid = {}, .name = "Water", .description = {}};
  EXPECT_EQ(outcome(change_community(database(), console, {404}, good, false, kTestNow)), "not_found");
}

TEST_P(CommunitiesTest, OrganisationsAndPeopleComeAndGo) {
  const auto id = community("Water");
  const auto water = organisation("Water works");
  const auto someone = person("a@water.example", water);
  const auto before = generation_now();
  ASSERT_TRUE(add(id, Grantee::Kind::organisation, water.value));
  ASSERT_TRUE(add(id, Grantee::Kind::person, someone.value));
  EXPECT_EQ(generation_now(), before + 2);
  EXPECT_EQ(refusal(add(id, Grantee::Kind::organisation, water.value)), "conflict at member");
  EXPECT_EQ(refusal(add(id, Grantee::Kind::person, someone.value)), "conflict at member");
  EXPECT_EQ(refusal(add(id, Grantee::Kind::community, id.value)), "invalid_input at member");
  EXPECT_EQ(outcome(add(id, Grantee::Kind::organisation, 404)), "not_found");
  EXPECT_EQ(outcome(add(id, Grantee::Kind::person, 404)), "not_found");
  EXPECT_EQ(outcome(add({404}, Grantee::Kind::person, someone.value)), "not_found");
  const auto detail = find_community(database(), console, id).value();
  EXPECT_EQ(detail->organisations.size(), 1U);
  EXPECT_EQ(detail->people.size(), 1U);
  EXPECT_EQ(detail->row.organisations, 1);
  const auto remove = [&](Grantee::Kind kind, std::int64_t member) {
    return outcome(remove_from_community(database(), console, id, {kind, member}, kTestNow));
  };
  EXPECT_EQ(remove(Grantee::Kind::organisation, water.value), "ok");
  EXPECT_EQ(remove(Grantee::Kind::organisation, water.value), "not_found");
  EXPECT_EQ(remove(Grantee::Kind::person, someone.value), "ok");
  EXPECT_EQ(remove(Grantee::Kind::community, 1), "not_found");
}

TEST_P(CommunitiesTest, OnlyActiveOrganisationsAndOpenCommunities) {
  const auto id = community("Water");
  const auto water = organisation("Water works");
  ASSERT_TRUE(set_organisation_status(database(), console, water, OrganisationStatus::suspended, "", {}, kTestNow));
  EXPECT_EQ(refusal(add(id, Grantee::Kind::organisation, water.value)), "conflict at member");
  ASSERT_TRUE(set_organisation_status(database(), console, water, OrganisationStatus::active, "", {}, kTestNow));
  const CommunityInput input{.uuid = {}, .name = "Water", .description = {}};
  ASSERT_TRUE(change_community(database(), console, id, input, true, kTestNow));
  EXPECT_EQ(last_entry(), "community.close community:" + std::to_string(id.value));
  EXPECT_EQ(refusal(add(id, Grantee::Kind::organisation, water.value)), "conflict at community");
}

TEST_P(CommunitiesTest, MembersKnowOfTheirsAndNobodyElseDoes) {
  const auto ring = community("Water ring");
  const auto other = community("Power ring");
  const auto water = organisation("Water works");
  const auto power = organisation("Power works");
  const auto water_person = person("a@water.example", water);
  const auto power_person = person("a@power.example", power);
  ASSERT_TRUE(add(ring, Grantee::Kind::organisation, water.value));
  ASSERT_TRUE(add(ring, Grantee::Kind::person, power_person.value));
  const auto member = acting(water_person, water);
  const auto single = acting(power_person, power);
  const auto outsider = acting(person("b@power.example", power), power);
  EXPECT_THAT(names(member), ElementsAre("Water ring"));
  EXPECT_THAT(names(single), ElementsAre("Water ring"));
  EXPECT_THAT(names(outsider), IsEmpty());
  EXPECT_THAT(names(console), ElementsAre("Power ring", "Water ring"));
  EXPECT_EQ(outcome(list_communities(database(), Actor::anonymous())), "forbidden");
  const auto seen = find_community(database(), member, ring).value();
  ASSERT_TRUE(seen);
  EXPECT_TRUE(seen->row.joined);
  ASSERT_EQ(seen->people.size(), 1U);
  EXPECT_EQ(seen->people[0].name, "Ada Example");
  EXPECT_EQ(seen->people[0].email, "");
  EXPECT_FALSE(find_community(database(), member, other).value());
  EXPECT_FALSE(find_community(database(), outsider, ring).value());
  EXPECT_FALSE(find_community(database(), outsider, {404}).value());
}

TEST_P(CommunitiesTest, HiddenMembersAreHiddenButFromThoseWhoManage) {
  const auto ring = community("Water ring", true);
  const auto water = organisation("Water works");
  ASSERT_TRUE(add(ring, Grantee::Kind::organisation, water.value));
  const auto member = acting(person("a@water.example", water), water);
  const auto seen = find_community(database(), member, ring).value();
  ASSERT_TRUE(seen);
  EXPECT_FALSE(seen->row.organisations);
  EXPECT_FALSE(seen->row.people);
  EXPECT_THAT(seen->organisations, IsEmpty());
  EXPECT_FALSE(list_communities(database(), member).value()[0].organisations);
  EXPECT_EQ(find_community(database(), console, ring).value()->organisations.size(), 1U);
}

TEST_P(CommunitiesTest, AnAuditorAndASuspendedOrganisationKnowOfNone) {
  const auto ring = community("CERT ring");
  ASSERT_TRUE(add(ring, Grantee::Kind::organisation, kCert.value));
  const auto auditor = acting(person("au@cert.example", kCert, {Role::auditor}), kCert);
  EXPECT_THAT(names(auditor), IsEmpty());
  EXPECT_FALSE(find_community(database(), auditor, ring).value());
  const auto water = organisation("Water works");
  ASSERT_TRUE(add(ring, Grantee::Kind::organisation, water.value));
  const auto someone = person("a@water.example", water);
  EXPECT_THAT(names(acting(someone, water)), ElementsAre("CERT ring"));
  ASSERT_TRUE(set_organisation_status(database(), console, water, OrganisationStatus::suspended, "", {}, kTestNow));
  EXPECT_THAT(names(acting(someone, water)), IsEmpty());
}

}  // namespace
}  // namespace tocsin::engine::members
