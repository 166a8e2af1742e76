#include "engine/cases/cases.hpp"

#include <set>

#include "engine/members/testing.hpp"
#include "engine/testing/samples.hpp"

namespace tocsin::engine::cases {
namespace {

using domain::CaseKind;
using domain::CasePart;
using domain::CaseState;
using domain::Grantee;
using domain::OrganisationId;
using domain::OrganisationKind;
using domain::Permission;
using domain::PersonId;
using domain::Role;
using members::outcome;
using members::refusal;
using store::Sql;
using store_testing::kTestNow;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::SizeIs;

/// The CERT with a coordinator, an analyst, an auditor and an administrator; a vendor and a plant; Solo is nowhere.
class CasesTest : public members::MembersTest {
 protected:
  void SetUp() override {
    MembersTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    vendor_ = organisation("Vendor", OrganisationKind::vendor);
    plant_ = organisation("Plant");
    other_ = organisation("Other");
    cora_ = person("cora@cert.example", domain::kOwnOrganisation, {Role::coordinator});
    auditor_ = person("aldo@cert.example", domain::kOwnOrganisation, {Role::auditor});
    admin_ = person("ada@cert.example", domain::kOwnOrganisation, {Role::administrator});
    vera_ = person("vera@vendor.example", vendor_, {Role::vendor_coordinator});
    wendy_ = person("wendy@plant.example", plant_, {Role::organisation_administrator});
    will_ = person("will@plant.example", plant_);
    olga_ = person("olga@other.example", other_);
  }
  Actor cora() { return acting(cora_, domain::kOwnOrganisation); }
  Actor vera() { return acting(vera_, vendor_); }
  Actor wendy() { return acting(wendy_, plant_); }
  Actor will() { return acting(will_, plant_); }
  Actor olga() { return acting(olga_, other_); }
  std::string opened(const Actor& actor, std::string title = "Pumps that stop") {
    auto made = open_case(database(), actor, {.kind = CaseKind::coordination, .title = std::move(title), .owner = {}},
                          kTestNow);
    EXPECT_TRUE(made) << made.error().to_string() << made.error().detail;
    return made ? *made : std::string{};
  }
  Status add(const Actor& actor, const std::string& number, OrganisationId id, CasePart part = CasePart::vendor) {
    return add_participant(database(), actor, number, {Grantee::Kind::organisation, id.value}, part, kTestNow);
  }
  std::optional<CaseDetail> shown(const Actor& actor, const std::string& number) {
    auto found = find_case(database(), actor, number, kTestNow);
    EXPECT_TRUE(found) << found.error().to_string();
    return found ? std::move(*found) : std::nullopt;
  }
  /// "coordinator Example CERT"
  std::vector<std::string> table(const Actor& actor, const std::string& number) {
    std::vector<std::string> rows;
    if (const auto detail = shown(actor, number)) {
      for (const auto& row : detail->participants) {
        rows.push_back(fmt::format("{} {}{}", domain::slug(row.it.part), row.name, row.it.who.id == 0 ? "" : " #"));
      }
    }
    return rows;
  }
  OrganisationId vendor_, plant_, other_;
  PersonId cora_, auditor_, admin_, vera_, wendy_, will_, olga_;
};
TOCSIN_ON_BOTH_DATABASES(CasesTest);

TEST_P(CasesTest, OpensForTheOrganisationActedFor) {
  const auto before = generation_now();
  const auto number = opened(vera());
  EXPECT_THAT(number, MatchesRegex("CASE-20[0-9]{2}-[0-9]{5}"));
  EXPECT_GT(generation_now(), before);
  const auto detail = shown(vera(), number);
  ASSERT_TRUE(detail);
  EXPECT_EQ(detail->row.it.owner, vendor_);
  EXPECT_EQ(detail->row.it.state, CaseState::open);
  EXPECT_EQ(detail->row.part, CasePart::coordinator);
  EXPECT_TRUE(detail->row.keeps);
  EXPECT_THAT(table(vera(), number), ElementsAre("coordinator Vendor #"));
  EXPECT_EQ(last_entry(), "case.add-participant case:" + number);
  EXPECT_EQ(
      outcome(open_case(database(), will(), {.kind = CaseKind::incident, .title = "Mine", .owner = {}}, kTestNow)),
      "forbidden");
  EXPECT_EQ(refusal(open_case(database(), vera(), {.kind = CaseKind::incident, .title = " ", .owner = {}}, kTestNow)),
            "invalid_input at title");
}

TEST_P(CasesTest, NumbersDoNotCount) {
  std::set<std::string> numbers;
  int rising = 0;
  std::string last;
  for (int i = 0; i < 40; ++i) {
    const auto number = opened(cora());
    EXPECT_TRUE(numbers.insert(number).second);
    rising += number > last ? 1 : 0;
    last = number;
  }
  EXPECT_LT(rising, 38);
}

TEST_P(CasesTest, IsKnownToWhoTakesPartOnly) {
  const auto number = opened(cora());
  ASSERT_TRUE(add(cora(), number, plant_, CasePart::asset_owner));
  for (const auto& stranger :
       {vera(), olga(), acting(auditor_, domain::kOwnOrganisation), acting(admin_, domain::kOwnOrganisation)}) {
    EXPECT_FALSE(shown(stranger, number));
    EXPECT_THAT(list_cases(database(), stranger).value(), IsEmpty());
    EXPECT_EQ(outcome(change_case(database(), stranger, number, "Taken", CaseState::closed, kTestNow)), "not_found");
    EXPECT_EQ(outcome(add(stranger, number, other_)), "not_found");
    EXPECT_EQ(outcome(add_person(database(), stranger, number, "x@x.example", CasePart::other, kTestNow)), "not_found");
    EXPECT_EQ(outcome(remove_person(database(), stranger, number, "x@x.example", kTestNow)), "not_found");
  }
  EXPECT_EQ(outcome(find_case(database(), Actor::anonymous(), number, kTestNow)), "forbidden");
  // Its members know what it is; who answers for the organisation, who else is in it; neither changes it.
  EXPECT_EQ(shown(will(), number)->row.part, CasePart::asset_owner);
  EXPECT_THAT(table(will(), number), IsEmpty());
  EXPECT_FALSE(shown(will(), number)->row.participant_count);
  EXPECT_THAT(table(wendy(), number),
              ElementsAre("coordinator " + stored(domain::kOwnOrganisation).name + " #", "asset-owner Plant #"));
  EXPECT_EQ(outcome(add(wendy(), number, other_)), "forbidden");
  EXPECT_EQ(outcome(change_case(database(), will(), number, "Ours", CaseState::open, kTestNow)), "forbidden");
  EXPECT_FALSE(shown(cora(), "CASE-1999-00000"));
  EXPECT_FALSE(shown(cora(), "nonsense"));
}

TEST_P(CasesTest, AVendorInvolvedDoesNotKeepTheCase) {
  const auto number = opened(cora());
  ASSERT_TRUE(add(cora(), number, vendor_));
  EXPECT_EQ(outcome(add(vera(), number, other_)), "forbidden");
  EXPECT_EQ(shown(vera(), number)->row.keeps, false);
  EXPECT_THAT(table(vera(), number), SizeIs(2));
}

TEST_P(CasesTest, ParticipantsComeAndGo) {
  const auto number = opened(cora());
  ASSERT_TRUE(add(cora(), number, plant_, CasePart::reporter));
  ASSERT_TRUE(add(cora(), number, plant_, CasePart::asset_owner));  // Another part, not another participant.
  EXPECT_EQ(shown(will(), number)->row.part, CasePart::asset_owner);
  EXPECT_EQ(refusal(add(cora(), number, domain::kOwnOrganisation, CasePart::vendor)), "conflict at part");
  EXPECT_EQ(refusal(add(cora(), number, {404})), "invalid_input at organisation");
  EXPECT_EQ(outcome(remove_participant(database(), cora(), number, {Grantee::Kind::organisation, 1}, kTestNow)),
            "conflict");
  const auto before = generation_now();
  ASSERT_TRUE(remove_participant(database(), cora(), number, {Grantee::Kind::organisation, plant_.value}, kTestNow));
  EXPECT_GT(generation_now(), before);
  EXPECT_EQ(last_entry(), "case.remove-participant case:" + number);
  EXPECT_FALSE(shown(will(), number));
  EXPECT_EQ(
      outcome(remove_participant(database(), cora(), number, {Grantee::Kind::organisation, plant_.value}, kTestNow)),
      "not_found");
}

TEST_P(CasesTest, PeopleComeByAddressWhichTellsNothing) {
  const auto number = opened(cora());
  for (const auto* address : {"Olga@other.example", "nobody@nowhere.example"}) {
    EXPECT_EQ(outcome(add_person(database(), cora(), number, address, CasePart::reporter, kTestNow)), "ok");
    EXPECT_EQ(outcome(add_person(database(), cora(), number, address, CasePart::reporter, kTestNow)), "ok");
  }
  EXPECT_EQ(refusal(add_person(database(), cora(), number, "not an address", CasePart::reporter, kTestNow)),
            "invalid_input at email");
  EXPECT_THAT(table(cora(), number), ElementsAre("coordinator " + stored(domain::kOwnOrganisation).name + " #",
                                                 "reporter nobody@nowhere.example", "reporter olga@other.example"));
  EXPECT_EQ(outcome(add_participant(database(), cora(), number, {Grantee::Kind::person, will_.value}, CasePart::other,
                                    kTestNow)),
            "forbidden");
  // Who is in it by name sees it, whatever they act for, and those at the table.
  EXPECT_EQ(shown(olga(), number)->row.part, CasePart::reporter);
  EXPECT_THAT(table(olga(), number), SizeIs(3));
  // Who manages people says who has no account.
  EXPECT_EQ(refusal(add_person(database(), console, number, "else@nowhere.example", CasePart::other, kTestNow)),
            "invalid_input at email");
  for (const auto* address : {"olga@other.example", "NOBODY@nowhere.example"}) {
    EXPECT_EQ(outcome(remove_person(database(), cora(), number, address, kTestNow)), "ok");
    EXPECT_EQ(outcome(remove_person(database(), cora(), number, address, kTestNow)), "not_found");
  }
  EXPECT_EQ(outcome(remove_person(database(), cora(), number, "unknown@nowhere.example", kTestNow)), "not_found");
  EXPECT_FALSE(shown(olga(), number));
}

TEST_P(CasesTest, ClosedTakesNobodyNewAndKeepsThoseThereAre) {
  const auto number = opened(cora());
  ASSERT_TRUE(add(cora(), number, plant_));
  const auto version = version_of(shown(cora(), number)->row.it);
  ASSERT_TRUE(change_case(database(), cora(), number, "Pumps", CaseState::closed, kTestNow, version));
  EXPECT_EQ(refusal(change_case(database(), cora(), number, "Pumps", CaseState::open, kTestNow, version)),
            "conflict at version");
  const auto closed = shown(will(), number);
  ASSERT_TRUE(closed);
  EXPECT_EQ(closed->row.it.closed_at, kTestNow);
  EXPECT_EQ(closed->row.it.title, "Pumps");
  EXPECT_EQ(outcome(add(cora(), number, other_)), "conflict");
  EXPECT_EQ(outcome(add_person(database(), cora(), number, "olga@other.example", CasePart::other, kTestNow)),
            "conflict");
  ASSERT_TRUE(remove_participant(database(), cora(), number, {Grantee::Kind::organisation, plant_.value}, kTestNow));
  EXPECT_FALSE(shown(will(), number));
  ASSERT_TRUE(change_case(database(), cora(), number, "Pumps", CaseState::open, kTestNow));
  EXPECT_EQ(last_entry(), "case.reopen case:" + number);
  EXPECT_FALSE(shown(cora(), number)->row.it.closed_at);
}

TEST_P(CasesTest, ShowsWhatIsSharedWithItAsThePolicyDoes) {
  const auto number = opened(cora());
  ASSERT_TRUE(add(cora(), number, plant_));
  ASSERT_TRUE(add_person(database(), cora(), number, "olga@other.example", CasePart::reporter, kTestNow));
  const auto id = shown(cora(), number)->row.it.id;
  for (const auto tlp : {domain::Tlp::amber, domain::Tlp::red}) {
    testing::Sample sample;
    sample.id = tlp == domain::Tlp::red ? "EX-2" : "EX-1";
    sample.tlp = tlp;
    sample.audience = domain::Audience::listed;
    sample.listed = {{Grantee::Kind::case_file, id.value}};
    auto revision = testing::revision_of(sample);
    ASSERT_TRUE(database().write(
        [&](store::Connection& connection) { return store::Records{connection}.put(revision, kTestNow); }));
  }
  const auto keys = [&](const Actor& actor) {
    std::vector<std::string> all;
    const auto seen = shown(actor, number);
    for (const auto& each : seen->records) all.push_back(each.key);
    return all;
  };
  EXPECT_THAT(keys(cora()), ElementsAre("EX-1", "EX-2"));
  EXPECT_THAT(keys(will()), ElementsAre("EX-1"));
  EXPECT_THAT(keys(olga()), ElementsAre("EX-1", "EX-2"));
  EXPECT_THAT(keys(console), ElementsAre("EX-1", "EX-2"));
}

TEST_P(CasesTest, FiltersWhatIsKnown) {
  const auto pumps = opened(cora(), "Pumps"), valves = opened(cora(), "Valves");
  ASSERT_TRUE(change_case(database(), cora(), valves, "Valves", CaseState::closed, kTestNow));
  opened(vera(), "Pumps of the vendor");
  const auto numbers = [&](const CaseFilter& filter) {
    std::vector<std::string> all;
    for (const auto& row : list_cases(database(), cora(), filter).value()) all.push_back(row.it.number);
    return all;
  };
  EXPECT_THAT(numbers({}), SizeIs(2));
  EXPECT_THAT(numbers({.text = "PUMP", .state = {}, .kind = {}}), ElementsAre(pumps));
  EXPECT_THAT(numbers({.text = valves, .state = {}, .kind = {}}), ElementsAre(valves));
  EXPECT_THAT(numbers({.text = {}, .state = CaseState::open, .kind = {}}), ElementsAre(pumps));
  EXPECT_THAT(numbers({.text = {}, .state = {}, .kind = CaseKind::incident}), IsEmpty());
  EXPECT_THAT(list_cases(database(), console).value(), SizeIs(3));
}

TEST_P(CasesTest, AnOrganisationThatLeavesHandsItsCasesOn) {
  const auto number = opened(vera());
  ASSERT_TRUE(add(vera(), number, plant_));
  EXPECT_EQ(refusal(members::set_organisation_status(database(), console, vendor_, domain::OrganisationStatus::left, "",
                                                     {}, kTestNow)),
            "invalid_input at heir");
  ASSERT_TRUE(members::set_organisation_status(database(), console, vendor_, domain::OrganisationStatus::left, "",
                                               domain::kOwnOrganisation, kTestNow));
  EXPECT_THAT(table(cora(), number),
              ElementsAre("coordinator " + stored(domain::kOwnOrganisation).name + " #", "vendor Plant #"));
  EXPECT_TRUE(shown(cora(), number)->row.keeps);
  EXPECT_FALSE(shown(vera(), number));
  ASSERT_TRUE(members::set_organisation_status(database(), console, plant_, domain::OrganisationStatus::left, "", {},
                                               kTestNow));
  EXPECT_THAT(table(cora(), number), SizeIs(1));
}

TEST_P(CasesTest, AnErasedPersonIsInNoCaseAndTheirExportNamesThem) {
  const auto number = opened(cora());
  ASSERT_TRUE(add_person(database(), cora(), number, "olga@other.example", CasePart::reporter, kTestNow));
  EXPECT_THAT(members::export_person(database(), console, olga_, kTestNow).value(), ::testing::HasSubstr(number));
  ASSERT_TRUE(members::erase_person(database(), console, olga_, kTestNow));
  EXPECT_THAT(table(cora(), number), SizeIs(1));
}

/// Somebody may have addressed something to a person before their organisation applies.
TEST_P(CasesTest, AnAddressOfACaseMayApply) {
  const auto number = opened(cora());
  ASSERT_TRUE(add_person(database(), cora(), number, "nia@new.example", CasePart::reporter, kTestNow));
  ASSERT_TRUE(
      members::apply(database(), Actor::anonymous(), members::applying("New works", "nia@new.example"), kTestNow));
  EXPECT_EQ(this->number(Sql{"SELECT count(*) FROM membership m JOIN person p ON p.id = m.person_id WHERE "
                             "p.folded_email = 'nia@new.example' AND p.name = 'Ada Example'"}),
            1);
  EXPECT_THAT(table(cora(), number), SizeIs(2));
}

}  // namespace
}  // namespace tocsin::engine::cases
