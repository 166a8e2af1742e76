#include "domain/policy.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace tocsin::domain::policy {
namespace {

constexpr Timestamp kNow{1'677'672'000'000'000};
constexpr OrganisationId kOther{77};

Viewer viewer_of(std::optional<OrganisationId> organisation, std::optional<PersonId> person = PersonId{5}) {
  return {.person = organisation ? person : std::nullopt, .organisation = organisation};
}

/// Who of the three that the policy tells apart may see it.
struct Row {
  std::string_view name;
  Facts facts;
  bool anonymous, member, owner;
};
void PrintTo(const Row& each, std::ostream* out) { *out << each.name; }

Facts facts(Tlp tlp, RecordStatus status = RecordStatus::published, Audience audience = Audience::everyone,
            std::optional<Timestamp> embargo_until = {}) {
  return {tlp, status, audience, kOwnOrganisation, embargo_until};
}

const std::vector<Row>& rows() {
  using enum RecordStatus;
  using enum Audience;
  static const std::vector<Row> all{
      {"Clear", facts(Tlp::clear), true, true, true},
      {"Green", facts(Tlp::green), false, true, true},
      {"Amber", facts(Tlp::amber), false, false, true},
      {"AmberStrict", facts(Tlp::amber_strict), false, false, true},
      {"Red", facts(Tlp::red), false, false, true},
      {"Draft", facts(Tlp::clear, draft), false, false, true},
      {"Withdrawn", facts(Tlp::clear, withdrawn), true, true, true},
      {"WithdrawnGreen", facts(Tlp::green, withdrawn), false, true, true},
      {"ForMembers", facts(Tlp::clear, published, members), false, true, true},
      {"ForTheOwner", facts(Tlp::clear, published, owner_only), false, false, true},
      {"EmbargoAhead", facts(Tlp::clear, published, everyone, Timestamp{kNow.micros + 1}), false, false, true},
      {"EmbargoEndsNow", facts(Tlp::clear, published, everyone, kNow), true, true, true},
      {"EmbargoPast", facts(Tlp::clear, published, everyone, Timestamp{kNow.micros - 1}), true, true, true},
      {"EmbargoPastOfADraft", facts(Tlp::clear, draft, everyone, Timestamp{0}), false, false, true},
  };
  return all;
}

class Policy : public ::testing::TestWithParam<Row> {};
TEST_P(Policy, DecidesWhoMaySee) {
  const auto& row = GetParam();
  EXPECT_EQ(may_see(Viewer::anonymous(), row.facts, kNow), row.anonymous);
  EXPECT_EQ(may_see(viewer_of(kOther), row.facts, kNow), row.member);
  EXPECT_EQ(may_see(viewer_of(kOwnOrganisation), row.facts, kNow), row.owner);
}
INSTANTIATE_TEST_SUITE_P(Domain, Policy, ::testing::ValuesIn(rows()),
                         [](const auto& each) { return std::string{each.param.name}; });

TEST(PolicyViewer, PersonWithoutOrganisationIsNobodyMore) {
  Viewer person;
  person.person = PersonId{5};
  EXPECT_FALSE(may_see(person, facts(Tlp::green), kNow));
  EXPECT_TRUE(may_see(person, facts(Tlp::clear), kNow));
}

TEST(PolicyViewer, CacheKeysOfUnlikeViewersDiffer) {
  std::vector<std::string> keys{Viewer::anonymous().cache_key()};
  for (const int person : {0, 1, 11}) {
    for (const int organisation : {0, 1, 11}) {
      Viewer viewer;
      if (person > 0) viewer.person = PersonId{person};
      if (organisation > 0) viewer.organisation = OrganisationId{organisation};
      if (person + organisation > 0) keys.push_back(viewer.cache_key());
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
  record.status = RecordStatus::withdrawn;
  record.audience = Audience::members;
  record.owner = kOther;
  record.embargo_until = kNow;
  const auto found = facts_of(record);
  EXPECT_EQ(found.tlp, Tlp::amber);
  EXPECT_EQ(found.status, RecordStatus::withdrawn);
  EXPECT_EQ(found.audience, Audience::members);
  EXPECT_EQ(found.owner, kOther);
  EXPECT_EQ(found.embargo_until, kNow);
}

TEST(PolicySql, HasAParameterForEachQuestionMark) {
  for (const auto& viewer : {Viewer::anonymous(), viewer_of(kOther)}) {
    const auto condition = visible_sql(viewer, kNow);
    EXPECT_EQ(static_cast<std::size_t>(std::ranges::count(condition.text, '?')), condition.parameters.size());
  }
}

}  // namespace
}  // namespace tocsin::domain::policy
