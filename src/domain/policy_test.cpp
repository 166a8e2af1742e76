#include "domain/policy.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "domain/testing/worlds.hpp"

namespace tocsin::domain::policy {

void PrintTo(const Decision& decision, std::ostream* out) {
  *out << (decision.seen ? "seen: " : "hidden: ") << to_string(decision.reason);
}

namespace {

using enum Role;
using enum RecordStatus;

constexpr Timestamp kNow{1'677'672'000'000'000};
constexpr OrganisationId kOwner{3}, kNamed{4}, kClient{5}, kOther{77};
constexpr PersonId kSomebody{50}, kNamedPerson{51};
constexpr CommunityId kCommunity{9};
constexpr CaseId kCase{8};

Viewer viewer_of(OrganisationId organisation, Roles roles = {member}, PersonId person = kSomebody) {
  Viewer viewer;
  viewer.person = person;
  viewer.organisation = organisation;
  viewer.roles = roles.with(member);
  return viewer;
}
Viewer in_community(OrganisationId organisation) {
  auto viewer = viewer_of(organisation);
  viewer.communities = {kCommunity};
  return viewer;
}
Viewer in_case(OrganisationId organisation, Roles roles = {member}) {
  auto viewer = viewer_of(organisation, roles);
  viewer.cases = {kCase};
  return viewer;
}
/// Themselves, not their organisation.
Viewer in_case_by_name(Viewer viewer) {
  viewer.cases_by_name = {kCase};
  return viewer;
}
Viewer client_of(OrganisationId provider) {
  auto viewer = viewer_of(kClient);
  viewer.providers = {provider};
  return viewer;
}
Viewer person_only(PersonId person) {
  Viewer viewer;
  viewer.person = person;
  return viewer;
}

constexpr RecordId kRecord{7};
Viewer with_glass(RecordId record, Timestamp until) {
  auto viewer = viewer_of(kOther);
  viewer.glass = {{.record = record, .grant = 1, .until = until}};
  return viewer;
}
Facts of_record(Facts facts) {
  facts.record = kRecord;
  return facts;
}

Facts facts(Tlp tlp, Audience audience = Audience::everyone, RecordStatus status = published,
            std::optional<Timestamp> embargo_until = {}) {
  return {tlp, status, audience, kOwner, embargo_until, {}};
}
Facts for_list(Tlp tlp, std::vector<Grantee> grantees) {
  tidy(grantees);
  return {tlp, published, Audience::listed, kOwner, {}, std::move(grantees)};
}
constexpr Grantee kToNamed{Grantee::Kind::organisation, kNamed.value};
constexpr Grantee kToCommunity{Grantee::Kind::community, kCommunity.value};
constexpr Grantee kToCase{Grantee::Kind::case_file, kCase.value};
constexpr Grantee kToPerson{Grantee::Kind::person, kNamedPerson.value};

struct Row {
  std::string_view name;
  Viewer viewer;
  Facts facts;
  bool seen;
  Reason reason;
};
void PrintTo(const Row& each, std::ostream* out) { *out << each.name; }

const std::vector<Row>& rows() {
  using enum Audience;
  using R = Reason;
  const auto anonymous = Viewer::anonymous();
  const auto outsider = viewer_of(kOther);
  static const std::vector<Row> all{
      // What the marking alone decides.
      {"AnonymousReadsClear", anonymous, facts(Tlp::clear), true, R::public_record},
      {"AnonymousReadsNoGreen", anonymous, facts(Tlp::green), false, R::marking},
      {"MemberReadsGreen", outsider, facts(Tlp::green), true, R::member},
      {"MemberReadsNoAmberOfOthers", outsider, facts(Tlp::amber), false, R::marking},
      {"MemberReadsNoStrictOfOthers", outsider, facts(Tlp::amber_strict), false, R::marking},
      {"MemberReadsNoRedOfOthers", outsider, facts(Tlp::red), false, R::marking},
      {"PersonWithoutOrganisationIsNobodyMore", person_only(kSomebody), facts(Tlp::green), false, R::marking},
      {"WithdrawnStaysReadable", anonymous, facts(Tlp::clear, everyone, withdrawn), true, R::public_record},
      // Addressed to members.
      {"ClearForMembersIsNotPublic", anonymous, facts(Tlp::clear, members), false, R::not_addressed},
      {"AmberForMembersReachesMembers", outsider, facts(Tlp::amber, members), true, R::member},
      {"StrictForMembersReachesMembers", outsider, facts(Tlp::amber_strict, members), true, R::member},
      {"RedForMembersReachesNoMember", outsider, facts(Tlp::red, members), false, R::marking},
      {"ForTheOwnerOnly", outsider, facts(Tlp::clear, owner_only), false, R::not_addressed},
      // Lists.
      {"EmptyListReachesNobody", outsider, for_list(Tlp::clear, {}), false, R::not_addressed},
      {"EmptyListDoesNotReachAnonymous", anonymous, for_list(Tlp::clear, {}), false, R::not_addressed},
      {"EmptyListReachesTheOwner", viewer_of(kOwner), for_list(Tlp::amber, {}), true, R::own_organisation},
      {"ListedOrganisationReadsAmber", viewer_of(kNamed), for_list(Tlp::amber, {kToNamed}), true,
       R::named_organisation},
      {"ListedOrganisationReadsStrict", viewer_of(kNamed), for_list(Tlp::amber_strict, {kToNamed}), true,
       R::named_organisation},
      {"ListedOrganisationReadsNoRed", viewer_of(kNamed), for_list(Tlp::red, {kToNamed}), false, R::marking},
      {"OthersAreNotListed", outsider, for_list(Tlp::clear, {kToNamed, kToCommunity, kToPerson}), false,
       R::not_addressed},
      {"CommunityReadsStrict", in_community(kOther), for_list(Tlp::amber_strict, {kToCommunity}), true,
       R::named_community},
      {"CommunityReadsNoRed", in_community(kOther), for_list(Tlp::red, {kToCommunity}), false, R::marking},
      {"CaseParticipantReadsStrict", in_case(kOther), for_list(Tlp::amber_strict, {kToCase}), true,
       R::case_participant},
      {"OrganisationInACaseReadsNoRed", in_case(kOther, {vendor_coordinator}), for_list(Tlp::red, {kToCase}), false,
       R::marking},
      {"ParticipantByNameReadsRed", in_case_by_name(outsider), for_list(Tlp::red, {kToCase}), true,
       R::case_participant},
      {"ParticipantByNameNeedsNoOrganisation", in_case_by_name(person_only(kSomebody)), for_list(Tlp::red, {kToCase}),
       true, R::case_participant},
      {"OthersAreInNoCase", in_case(kOther), for_list(Tlp::green, {{Grantee::Kind::case_file, kCase.value + 1}}), false,
       R::not_addressed},
      {"ACaseIsNoCommunityOfItsNumber", in_case(kOther),
       for_list(Tlp::green, {{Grantee::Kind::community, kCase.value}}), false, R::not_addressed},
      {"ParticipantReadsNoDraft", in_case_by_name(in_case(kOther)),
       Facts{Tlp::green, draft, Audience::listed, kOwner, {}, {kToCase}}, false, R::draft},
      {"OwnersParticipantByNameReadsRed", in_case_by_name(viewer_of(kOwner)), for_list(Tlp::red, {kToCase}), true,
       R::case_participant},
      {"AuditorInACaseReadsNothing", in_case_by_name(in_case(kOther, {auditor})), for_list(Tlp::green, {kToCase}),
       false, R::not_addressed},
      {"AdministratorOfAParticipantReadsNoAmber", in_case(kOther, {administrator}), for_list(Tlp::amber, {kToCase}),
       false, R::role_reads_none},
      {"AdministratorInACaseByNameReadsAmber", in_case_by_name(viewer_of(kOther, {administrator})),
       for_list(Tlp::amber, {kToCase}), true, R::case_participant},
      {"ClientReadsAmber", client_of(kNamed), for_list(Tlp::amber, {kToNamed}), true, R::client_of_named},
      {"ClientReadsNoStrict", client_of(kNamed), for_list(Tlp::amber_strict, {kToNamed}), false, R::not_addressed},
      {"ClientOfTheOwnerIsNotAddressed", client_of(kOwner), for_list(Tlp::amber, {kToNamed}), false, R::not_addressed},
      {"ListedPersonReadsRed", viewer_of(kOther, {}, kNamedPerson), for_list(Tlp::red, {kToPerson}), true,
       R::named_person},
      {"ListedPersonReadsRedWithoutOrganisation", person_only(kNamedPerson), for_list(Tlp::red, {kToPerson}), true,
       R::named_person},
      {"ColleagueOfListedPersonReadsNothing", outsider, for_list(Tlp::red, {kToPerson}), false, R::not_addressed},
      // The owner's people.
      {"OwnerReadsAmber", viewer_of(kOwner), facts(Tlp::amber), true, R::own_organisation},
      {"OwnersMemberReadsNoRed", viewer_of(kOwner), facts(Tlp::red), false, R::marking},
      {"OwnersCoordinatorReadsRed", viewer_of(kOwner, {coordinator}), facts(Tlp::red), true, R::own_handler},
      {"VendorCoordinatorReadsRed", viewer_of(kOwner, {vendor_coordinator}), facts(Tlp::red), true, R::own_handler},
      {"OwnersAnalystReadsNoRed", viewer_of(kOwner, {analyst}), facts(Tlp::red), false, R::marking},
      {"OwnersListedPersonReadsRed", viewer_of(kOwner, {}, kNamedPerson), for_list(Tlp::red, {kToPerson}), true,
       R::named_person},
      {"OwnersMemberReadsNoDraft", viewer_of(kOwner), facts(Tlp::clear, everyone, draft), false, R::draft},
      {"OwnersAnalystReadsDrafts", viewer_of(kOwner, {analyst}), facts(Tlp::clear, everyone, draft), true,
       R::own_handler},
      {"CoordinatorOfAnotherReadsNoDraft", viewer_of(kOther, {coordinator}), facts(Tlp::clear, everyone, draft), false,
       R::draft},
      {"CoordinatorOfAnotherReadsNoRed", viewer_of(kOther, {coordinator}), facts(Tlp::red), false, R::marking},
      {"ListedPersonReadsNoDraft", viewer_of(kOwner, {}, kNamedPerson),
       Facts{Tlp::red, draft, Audience::listed, kOwner, {}, {kToPerson}}, false, R::draft},
      // Embargo.
      {"EmbargoAhead", anonymous, facts(Tlp::clear, everyone, published, Timestamp{kNow.micros + 1}), false,
       R::embargoed},
      {"EmbargoAheadForMembers", outsider, facts(Tlp::green, members, published, Timestamp{kNow.micros + 1}), false,
       R::embargoed},
      {"EmbargoEndsNow", anonymous, facts(Tlp::clear, everyone, published, kNow), true, R::public_record},
      {"EmbargoDoesNotBindTheOwner", viewer_of(kOwner),
       facts(Tlp::clear, everyone, published, Timestamp{kNow.micros + 1}), true, R::own_organisation},
      {"EmbargoOfADraft", anonymous, facts(Tlp::clear, everyone, draft, Timestamp{0}), false, R::draft},
      // Roles that take away.
      {"AuditorReadsClear", viewer_of(kOwner, {auditor}), facts(Tlp::clear), true, R::public_record},
      {"AuditorReadsNoGreen", viewer_of(kOwner, {auditor}), facts(Tlp::green), false, R::marking},
      {"AuditorReadsNothingByName", viewer_of(kOther, {auditor}, kNamedPerson), for_list(Tlp::green, {kToPerson}),
       false, R::not_addressed},
      {"AdministratorReadsGreen", viewer_of(kOwner, {administrator}), facts(Tlp::green), true, R::own_organisation},
      {"AdministratorReadsNoAmber", viewer_of(kOwner, {administrator}), facts(Tlp::amber), false, R::role_reads_none},
      {"AdministratorReadsNoRed", viewer_of(kOwner, {administrator}), facts(Tlp::red), false, R::marking},
      {"AdministratorReadsNoAmberForMembers", viewer_of(kOther, {administrator}), facts(Tlp::amber, members), false,
       R::role_reads_none},
      {"AdministratorReadsNoAmberOfListedOrganisation", viewer_of(kNamed, {administrator}),
       for_list(Tlp::amber, {kToNamed}), false, R::role_reads_none},
      {"AdministratorReadsWhatIsAddressedToThem", viewer_of(kOther, {administrator}, kNamedPerson),
       for_list(Tlp::red, {kToPerson}), true, R::named_person},
      // A broken glass.
      {"GlassOpensADraftUnderEmbargo", with_glass(kRecord, Timestamp{kNow.micros + 1}),
       of_record(facts(Tlp::red, owner_only, draft, Timestamp{kNow.micros + 1})), true, R::broke_glass},
      {"GlassEndsAtItsTime", with_glass(kRecord, kNow), of_record(facts(Tlp::amber)), false, R::marking},
      {"GlassOpensItsRecordOnly", with_glass({kRecord.value + 1}, Timestamp{kNow.micros + 1}),
       of_record(facts(Tlp::amber)), false, R::marking},
      {"GlassOpensNoClassOfRecords", with_glass({0}, Timestamp{kNow.micros + 1}), facts(Tlp::amber), false, R::marking},
      {"WhatIsSeenAnywayNeedsNoGlass", with_glass(kRecord, Timestamp{kNow.micros + 1}), of_record(facts(Tlp::green)),
       true, R::member},
      {"AdministratorWhoCoordinatesReads", viewer_of(kOwner, {administrator, coordinator}), facts(Tlp::red), true,
       R::own_handler},
  };
  return all;
}

class Policy : public ::testing::TestWithParam<Row> {};
TEST_P(Policy, DecidesWhoMaySeeAndSaysWhy) {
  const auto& row = GetParam();
  const auto decision = decide(row.viewer, row.facts, kNow);
  EXPECT_EQ(decision.seen, row.seen) << to_string(decision.reason);
  EXPECT_EQ(to_string(decision.reason), to_string(row.reason));
  EXPECT_EQ(may_see(row.viewer, row.facts, kNow), row.seen);
}
INSTANTIATE_TEST_SUITE_P(Domain, Policy, ::testing::ValuesIn(rows()),
                         [](const auto& each) { return std::string{each.param.name}; });

TEST(PolicyDecision, NamesWhomItGoesThrough) {
  EXPECT_EQ(decide(client_of(kNamed), for_list(Tlp::amber, {kToNamed}), kNow).through, kToNamed);
  EXPECT_EQ(decide(in_community(kOther), for_list(Tlp::green, {kToCommunity}), kNow).through, kToCommunity);
  EXPECT_EQ(decide(viewer_of(kOther), facts(Tlp::green), kNow).through, std::nullopt);
}

/// Laws that hold whatever the table of rules says.
class PolicyLaws : public ::testing::Test {
 protected:
  static constexpr unsigned kSeed = 20'261'128;
  static constexpr int kTries = 200'000;
  domain::testing::Worlds worlds_{kSeed, kNow};
};

TEST_F(PolicyLaws, NarrowerMarkingNeverShowsMore) {
  int shown = 0;
  for (int i = 0; i < kTries; ++i) {
    const auto viewer = worlds_.viewer();
    auto narrow = worlds_.facts();
    if (narrow.tlp == Tlp::clear || !may_see(viewer, narrow, kNow)) continue;
    auto wide = narrow;
    wide.tlp = static_cast<Tlp>(static_cast<int>(narrow.tlp) - 1);
    ++shown;
    EXPECT_TRUE(may_see(viewer, wide, kNow)) << viewer.cache_key() << ' ' << to_string(narrow.tlp);
  }
  EXPECT_GT(shown, kTries / 50);
}

TEST_F(PolicyLaws, RemovingAnAddresseeNeverShowsMore) {
  int shown = 0;
  for (int i = 0; i < kTries; ++i) {
    const auto viewer = worlds_.viewer();
    auto facts = worlds_.facts();
    if (facts.listed.empty()) continue;
    const bool before = may_see(viewer, facts, kNow);
    facts.listed.erase(facts.listed.begin());
    if (!may_see(viewer, facts, kNow)) continue;
    ++shown;
    EXPECT_TRUE(before) << viewer.cache_key();
  }
  EXPECT_GT(shown, kTries / 200);
}

/// It shows what its records are, while it lasts, and changes nothing else.
TEST_F(PolicyLaws, AGlassShowsItsRecordsWhileItLasts) {
  int shown = 0;
  for (int i = 0; i < kTries; ++i) {
    const auto viewer = worlds_.viewer_with_glass(10);
    auto without = viewer;
    without.glass.clear();
    auto facts = worlds_.facts();
    facts.record = {worlds_.number(1, 10)};
    const bool open = std::ranges::any_of(
        viewer.glass, [&](const Glass& each) { return each.record == facts.record && kNow < each.until; });
    const auto decision = decide(viewer, facts, kNow), by_rule = decide(without, facts, kNow);
    EXPECT_EQ(decision.seen, by_rule.seen || open) << viewer.cache_key();
    if (by_rule.seen) EXPECT_EQ(to_string(decision.reason), to_string(by_rule.reason));
    if (decision.reason == Reason::broke_glass) ++shown;
    if (!viewer.glass.empty()) EXPECT_NE(viewer.cache_key(), without.cache_key());
  }
  EXPECT_GT(shown, kTries / 100);
}

TEST_F(PolicyLaws, TimeNeverHides) {
  for (int i = 0; i < kTries; ++i) {
    const auto viewer = worlds_.viewer();
    const auto facts = worlds_.facts();
    for (std::size_t at = 0; at + 1 < domain::testing::Worlds::kMoments.size(); ++at) {
      if (may_see(viewer, facts, worlds_.moment(at))) EXPECT_TRUE(may_see(viewer, facts, worlds_.moment(at + 1)));
    }
  }
}

TEST_F(PolicyLaws, NobodyButTheOwnerSeesDraftsAndEmbargoes) {
  for (int i = 0; i < kTries; ++i) {
    const auto viewer = worlds_.viewer();
    const auto facts = worlds_.facts();
    const bool kept = facts.status == draft || (facts.embargo_until && *facts.embargo_until > kNow);
    if (kept && may_see(viewer, facts, kNow)) EXPECT_EQ(viewer.organisation, facts.owner);
  }
}

TEST_F(PolicyLaws, RedIsSeenByNameOrByTheOwnersHandlersOnly) {
  int shown = 0;
  for (int i = 0; i < kTries; ++i) {
    const auto viewer = worlds_.viewer();
    auto facts = worlds_.facts();
    facts.tlp = Tlp::red;
    const auto decision = decide(viewer, facts, kNow);
    if (!decision.seen) continue;
    ++shown;
    const bool handler =
        viewer.organisation == facts.owner && (viewer.roles.has(coordinator) || viewer.roles.has(vendor_coordinator));
    const bool named = viewer.person && std::ranges::any_of(facts.listed, [&](const Grantee& each) {
                         return each == Grantee{Grantee::Kind::person, viewer.person->value} ||
                                (each.kind == Grantee::Kind::case_file &&
                                 std::ranges::count(viewer.cases_by_name, CaseId{each.id}) > 0);
                       });
    EXPECT_TRUE(handler || named) << viewer.cache_key() << ' ' << to_string(decision.reason);
  }
  EXPECT_GT(shown, kTries / 100);
}

TEST_F(PolicyLaws, AnAuditorSeesWhatAnonymousSees) {
  for (int i = 0; i < kTries; ++i) {
    auto viewer = worlds_.viewer();
    if (!viewer.organisation) continue;
    viewer.roles = {member, auditor};
    const auto facts = worlds_.facts();
    EXPECT_EQ(may_see(viewer, facts, kNow), may_see(Viewer::anonymous(), facts, kNow)) << viewer.cache_key();
  }
}

TEST_F(PolicyLaws, AnAdministratorSeesAmberOnlyByName) {
  for (int i = 0; i < kTries; ++i) {
    auto viewer = worlds_.viewer();
    if (!viewer.organisation) continue;
    viewer.roles = {member, administrator};
    const auto facts = worlds_.facts();
    const auto decision = decide(viewer, facts, kNow);
    if (!decision.seen || facts.tlp <= Tlp::green) continue;
    if (decision.reason == Reason::case_participant) {
      EXPECT_TRUE(std::ranges::count(viewer.cases_by_name, CaseId{decision.through->id}) > 0) << viewer.cache_key();
    } else {
      EXPECT_EQ(to_string(decision.reason), to_string(Reason::named_person));
    }
  }
}

/// Who knows of a case are those whom an AMBER+STRICT record addressed to it reaches, and nobody else.
TEST_F(PolicyLaws, ACaseIsKnownToWhomItReaches) {
  int known = 0;
  for (int i = 0; i < kTries; ++i) {
    const auto viewer = worlds_.viewer();
    const CaseId id{worlds_.number(1, domain::testing::Worlds::kCases)};
    auto facts = for_list(Tlp::amber_strict, {{Grantee::Kind::case_file, id.value}});
    facts.owner = kOther;
    EXPECT_EQ(knows_case(viewer, id), may_see(viewer, facts, kNow)) << viewer.cache_key();
    known += knows_case(viewer, id) ? 1 : 0;
  }
  EXPECT_GT(known, kTries / 20);
}

TEST(PolicyViewer, CasesAreInTheCacheKey) {
  auto viewer = viewer_of(kOther);
  std::vector<std::string> keys{viewer.cache_key()};
  viewer.cases = {{1}};
  keys.push_back(viewer.cache_key());
  viewer.cases = {{11}};
  keys.push_back(viewer.cache_key());
  viewer.cases = {{1}, {1}};
  keys.push_back(viewer.cache_key());
  viewer.cases = {};
  viewer.cases_by_name = {{1}};
  keys.push_back(viewer.cache_key());
  viewer.cases_by_name = {};
  viewer.communities = {{1}};
  keys.push_back(viewer.cache_key());
  const auto count = keys.size();
  std::ranges::sort(keys);
  EXPECT_EQ(static_cast<std::size_t>(std::unique(keys.begin(), keys.end()) - keys.begin()), count);
}

TEST(PolicyViewer, CacheKeysOfUnlikeViewersDiffer) {
  std::vector<std::string> keys{Viewer::anonymous().cache_key()};
  for (const int person : {0, 1, 11}) {
    for (const int organisation : {0, 1, 11}) {
      for (const auto roles : {Roles{}, Roles{member}, Roles{member, analyst}}) {
        for (const std::vector<CommunityId>& communities :
             std::vector<std::vector<CommunityId>>{{}, {{1}}, {{1}, {2}}, {{12}}}) {
          for (const std::vector<OrganisationId>& providers : std::vector<std::vector<OrganisationId>>{{}, {{2}}}) {
            if (person + organisation == 0) continue;
            Viewer viewer;
            if (person > 0) viewer.person = PersonId{person};
            if (organisation > 0) viewer.organisation = OrganisationId{organisation};
            viewer.roles = roles;
            viewer.communities = communities;
            viewer.providers = providers;
            keys.push_back(viewer.cache_key());
          }
        }
      }
    }
  }
  const auto count = keys.size();
  std::ranges::sort(keys);
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  EXPECT_EQ(keys.size(), count);
  EXPECT_EQ(viewer_of(kOther).cache_key(), viewer_of(kOther).cache_key());
}

TEST(PolicyFacts, AreThoseOfTheRecord) {
  Record record;
  record.tlp = Tlp::amber;
  record.status = withdrawn;
  record.audience = Audience::listed;
  record.listed = {kToNamed};
  record.owner = kOther;
  record.embargo_until = kNow;
  record.id = {9};
  EXPECT_EQ(facts_of(record), (Facts{Tlp::amber, withdrawn, Audience::listed, kOther, kNow, {kToNamed}, {9}}));
}

TEST(PolicySql, HasAParameterForEachQuestionMark) {
  domain::testing::Worlds worlds{7, kNow};
  for (int i = 0; i < 1'000; ++i) {
    const auto condition = visible_sql(worlds.viewer(), kNow);
    EXPECT_EQ(static_cast<std::size_t>(std::ranges::count(condition.text, '?')), condition.parameters.size());
  }
}

}  // namespace
}  // namespace tocsin::domain::policy
