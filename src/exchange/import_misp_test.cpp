#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "domain/policy.hpp"
#include "engine/threat/indexer.hpp"
#include "exchange/import.hpp"
#include "exchange/prepare_misp.hpp"
#include "formats/testing/corpus.hpp"
#include "store/records.hpp"
#include "store/testing/test_database.hpp"

namespace tocsin::exchange {
namespace {

using domain::Audience;
using domain::Tlp;
using formats::misp::Reach;
using store::Sql;
using store_testing::kTestNow;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const ManualClock kClock{kTestNow};

std::string uuid_of(int number) { return fmt::format("00000000-0000-4000-8000-{:012}", number); }
std::string id_of(std::string_view type, int number) { return fmt::format("{}--{}", type, uuid_of(number)); }

/// "more": members, each with a comma behind.
std::string attribute(int number, std::string_view more = "") {
  return fmt::format(
      R"({{{}"uuid":"{}","type":"domain","value":"a{}.example","to_ids":true,"timestamp":"1767400000"}})", more,
      uuid_of(number), number);
}
std::string event(int number, std::string_view more, const std::vector<std::string>& attributes) {
  return fmt::format(
      R"({{"Event":{{{}"uuid":"{}","info":"Event {}","date":"2026-01-02","timestamp":"1767400000","published":true,"Attribute":[{}]}}}})",
      more, uuid_of(number), number, fmt::join(attributes, ","));
}
constexpr std::string_view kGreen = R"("Tag":[{"name":"tlp:green"}],)";
constexpr std::string_view kClear = R"("Tag":[{"name":"tlp:white"}],)";
constexpr std::string_view kAmber = R"("Tag":[{"name":"tlp:amber"}],)";
constexpr std::string_view kWater =
    R"("distribution":"4","SharingGroup":{"uuid":"11111111-1111-4111-8111-111111111111","name":"Any","SharingGroupOrg":[{}]},)";

class ImportMispTest : public store_testing::DatabaseTest {
 protected:
  void SetUp() override {
    DatabaseTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    const auto done = database().write([&](store::Connection& connection) -> Status {
      TRY_VOID(connection.run(
          Sql{"INSERT INTO organisation (id, kind, name, folded_name, uuid, sectors, created_at, status) VALUES "
              "(2, 1, 'Plant', 'plant', 'u2', 'water', 0, 2), (4, 1, 'Mill', 'mill', 'u4', '', 0, 2)"}));
      TRY_VOID(connection.run(Sql{
          "INSERT INTO community (id, uuid, name, description, owner_id, members_hidden, closed, created_at) VALUES "
          "(1, '11111111-1111-4111-8111-111111111111', 'Water', '', 1, 0, 0, 0), "
          "(2, '22222222-2222-4222-8222-222222222222', 'Paper', '', 1, 0, 0, 0), "
          "(3, '33333333-3333-4333-8333-333333333333', 'Shut', '', 1, 0, 1, 0), "
          "(4, '44444444-4444-4444-8444-444444444444', 'Twice', '', 1, 0, 0, 0), "
          "(5, '55555555-5555-4555-8555-555555555555', 'TWICE', '', 1, 0, 0, 0)"}));
      return ok();
    });
    ASSERT_TRUE(done) << done.error().to_string() << done.error().detail;
  }
  ImportItem import(const std::string& bytes, const ImportOptions& options = {}) {
    ImportItem got;
    auto summary = import_documents(database(), {{"event.json", bytes}}, options,
                                    {.item = [&](const ImportItem& item) { got = item; }, .progress = {}}, kClock);
    EXPECT_TRUE(summary) << (summary ? "" : summary.error().to_string());
    return got;
  }
  std::optional<domain::Record> record(const std::string& id) {
    return database()
        .read([&](store::Connection& connection) {
          return store::Records{connection}.load(domain::RecordKind::stix_object, id);
        })
        .value();
  }
  /// Who of nobody's, another member, one of the community Water sees it: "visitor mill plant".
  std::string seen_by(const std::string& id) {
    const auto found = record(id);
    if (!found) return "absent";
    const auto facts = domain::policy::facts_of(*found);
    domain::policy::Viewer mill, plant;
    mill.person = domain::PersonId{10};
    mill.organisation = domain::OrganisationId{4};
    mill.roles = {domain::Role::analyst};
    plant = mill;
    plant.organisation = domain::OrganisationId{2};
    plant.communities = {domain::CommunityId{1}};
    std::string out;
    const auto ask = [&](const domain::policy::Viewer& viewer, std::string_view name) {
      if (domain::policy::may_see(viewer, facts, kTestNow)) out += fmt::format("{}{}", out.empty() ? "" : " ", name);
    };
    ask(domain::policy::Viewer::anonymous(), "visitor");
    ask(mill, "mill");
    ask(plant, "plant");
    return out.empty() ? "owner" : out;
  }
};

struct Row {
  std::string_view name, event, part, sees_event, sees_part;
};
TEST_P(ImportMispTest, DistributionAndTlpDecideTogetherAndTheStrictestCounts) {
  const std::string group_by_name = R"("distribution":"4","SharingGroup":{"name":"water"},)";
  const std::string empty_group =
      R"("distribution":"4","SharingGroup":{"uuid":"11111111-1111-4111-8111-111111111111","name":"Water","SharingGroupOrg":[],"SharingGroupServer":[]},)";
  const auto with = [](std::string_view a, std::string_view b) { return fmt::format("{}{}", a, b); };
  const std::string everyone = with(kClear, R"("distribution":"3",)"), own = with(kClear, R"("distribution":"0",)"),
                    members = with(kClear, R"("distribution":"1",)"), amber = with(kAmber, R"("distribution":"3",)"),
                    amber_members = with(kAmber, R"("distribution":"1",)"), water = with(kGreen, kWater),
                    named = with(kAmber, group_by_name), nobody = with(kClear, empty_group),
                    shut = with(kClear, R"("distribution":"4","SharingGroup":{"name":"Shut"},)"),
                    twice = with(kClear, R"("distribution":"4","SharingGroup":{"name":"Twice"},)"),
                    unknown = with(kClear, R"("distribution":"4","sharing_group_id":"9",)"),
                    other = R"("distribution":"4","SharingGroup":{"name":"Paper"},)",
                    part_own = R"("distribution":"0",)", part_red = R"("Tag":[{"name":"tlp:red"}],)",
                    part_inherit = R"("distribution":"5",)", unmarked = R"("distribution":"1",)";
  const Row rows[] = {
      {"all", everyone, "", "visitor mill plant", "visitor mill plant"},
      {"own organisation", own, part_inherit, "owner", "owner"},
      {"this community", members, part_inherit, "mill plant", "mill plant"},
      {"an attribute of our own", everyone, part_own, "visitor mill plant", "owner"},
      {"a red attribute", everyone, part_red, "visitor mill plant", "owner"},
      {"amber is not widened by 'all'", amber, "", "owner", "owner"},
      {"nor by 'this community'", amber_members, "", "owner", "owner"},
      {"nothing is marked", unmarked, "", "owner", "owner"},
      {"a sharing group by uuid", water, "", "plant", "plant"},
      {"a sharing group by name", named, "", "plant", "plant"},
      {"an empty sharing group", nobody, "", "owner", "owner"},
      {"a closed community", shut, "", "owner", "owner"},
      {"a name that two have", twice, "", "owner", "owner"},
      {"a group that is not named", unknown, "", "owner", "owner"},
      {"two groups", water, other, "plant", "owner"},
  };
  int number = 100;
  for (const auto& each : rows) {
    number += 2;
    const auto item = import(event(number, each.event, {attribute(number + 1, each.part)}));
    ASSERT_TRUE(item.objects) << each.name;
    EXPECT_EQ(item.objects->refused, 0) << each.name;
    EXPECT_EQ(item.objects->misp_events, 1) << each.name;
    EXPECT_EQ(seen_by(id_of("report", number)), each.sees_event) << each.name;
    EXPECT_EQ(seen_by(id_of("indicator", number + 1)), each.sees_part) << each.name;
  }
}

TEST_P(ImportMispTest, ImportingAgainChangesNothing) {
  const auto json = event(1, kGreen, {attribute(2), attribute(3)});
  EXPECT_EQ(import(json).objects->created, 4);  // Three, and the definition of TLP:GREEN.
  const auto again = import(json);
  EXPECT_EQ(again.objects->unchanged, 4);
  EXPECT_EQ(again.objects->stored(), 0);
}

TEST_P(ImportMispTest, WhatBelongsToNoOneEventFollowsTheFirstThatToldOfIt) {
  const std::string org = R"("Orgc":{"name":"Water CERT","uuid":"99999999-9999-4999-8999-999999999999"},)";
  constexpr std::string_view kOrg = "identity--99999999-9999-4999-8999-999999999999";
  import(event(1, fmt::format(R"({}"Tag":[{{"name":"tlp:red"}}],)", org), {attribute(2)}));
  EXPECT_EQ(seen_by(std::string{kOrg}), "owner");
  // A wider event later tells nothing about the red one.
  import(event(3, org + std::string{kClear}, {attribute(4)}));
  EXPECT_EQ(seen_by(std::string{kOrg}), "owner");
  // Within one file all events count.
  const std::string other = R"("Orgc":{"name":"Dairy","uuid":"88888888-8888-4888-8888-888888888888"},)";
  import(fmt::format("[{},{}]", event(5, other + std::string{kClear}, {attribute(6)}),
                     event(7, other + std::string{kAmber}, {attribute(8)})));
  EXPECT_EQ(seen_by("identity--88888888-8888-4888-8888-888888888888"), "owner");
  EXPECT_EQ(record("identity--88888888-8888-4888-8888-888888888888")->tlp, Tlp::amber);
}

TEST_P(ImportMispTest, WhatIsNoAttributeSpoilsNoOther) {
  const auto item = import(event(1, kClear, {attribute(2), R"({"type":"domain"})"}));
  ASSERT_TRUE(item.objects);
  EXPECT_EQ(item.objects->refused, 1);
  ASSERT_THAT(item.problems, SizeIs(1));
  EXPECT_EQ(item.problems[0].where, "event.json:/Event/Attribute/1");
  EXPECT_EQ(seen_by(id_of("indicator", 2)), "visitor mill plant");
}

TEST_P(ImportMispTest, WhatASearchFoundComesWithoutItsEventWhichMayComeLater) {
  const auto found = [](int number, std::string_view distribution) {
    return attribute(number, fmt::format(R"({}"Event":{{"id":"7","uuid":"{}","info":"Event 1","distribution":"{}"}},)",
                                         kClear, uuid_of(1), distribution));
  };
  const auto answer = fmt::format(R"({{"response":{{"Attribute":[{}]}}}})", found(2, "3"));
  const auto item = import(answer);
  ASSERT_TRUE(item.objects);
  EXPECT_THAT(item.problems, IsEmpty());
  EXPECT_EQ(item.objects->created, 3);  // The attribute, the grouping, and the definition of TLP:CLEAR.
  EXPECT_EQ(seen_by(id_of("indicator", 2)), "visitor mill plant");
  EXPECT_EQ(seen_by(id_of("report", 1)), "absent");
  EXPECT_EQ(import(answer).objects->unchanged, 3);
  import(fmt::format(R"({{"Attribute":[{}]}})", found(3, "0")));
  EXPECT_EQ(seen_by(id_of("indicator", 3)), "owner");
  // The event itself is another object, and leaves alone what is here of the same version.
  const auto whole = import(event(1, kClear, {attribute(2), attribute(4)}));
  EXPECT_EQ(whole.objects->conflicting, 1);
  EXPECT_EQ(seen_by(id_of("report", 1)), "visitor mill plant");
  EXPECT_EQ(seen_by(id_of("indicator", 4)), "visitor mill plant");
}

TEST_P(ImportMispTest, AManifestIsKnownAndSkipped) {
  const auto item = import(R"({"56e12e66-f01c-41be-afea-4d9a950d210f":{"info":"x","timestamp":"1"}})");
  EXPECT_EQ(item.skipped_as, "manifest of a MISP feed");
  EXPECT_FALSE(item.rejected());
}

TEST_P(ImportMispTest, RealFeedComesInWhole) {
  std::size_t events = 0;
  const bool there = formats::testing::for_each_file("misp/feed.tar.zst", [&](const auto& name, const auto& bytes) {
    if (!name.ends_with(".json") || bytes.size() > 100'000) return;
    const auto item = import(bytes);
    EXPECT_THAT(item.problems, IsEmpty()) << name;
    if (!item.objects) return;
    ++events;
    EXPECT_EQ(item.objects->conflicting, 0) << name;
  });
  if (!there) GTEST_SKIP() << "no real MISP content in the folder that TOCSIN_DATA names";
  EXPECT_GE(events, 5U);
}

TOCSIN_ON_BOTH_DATABASES(ImportMispTest);

}  // namespace
}  // namespace tocsin::exchange
